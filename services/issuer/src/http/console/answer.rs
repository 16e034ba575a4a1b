//! An answer and what was decided about it, as a page shows them.

use clock::Timestamp;
use entitlement::desk::{HelperKind, RecognisedBy};
use entitlement::{Channel, Evidence, State, Witnessed};
use store_issuer::StationRow;

use super::names;
use super::view::When;
use crate::app::RequestPage;

/// An answer as an officer looks at it.
pub(super) struct AnswerView {
    pub reference: String,
    pub at: When,
    /// When the person was there, if the answer came later.
    pub captured: Option<When>,
    pub key: String,
    pub passkey: &'static str,
    pub known: Option<i32>,
    /// Another key than the one that is bound to the person.
    pub new_key: bool,
    /// A key is bound to the person: pictures count.
    pub enrolled: bool,
    pub desk: Option<DeskView>,
}

/// Who vouched, and where.
pub(super) struct DeskView {
    pub operator: String,
    /// Who acted for the person, and as what.
    pub helper: Option<(String, &'static str)>,
    pub station: String,
    pub country: String,
    pub recognised: &'static str,
    /// The station was closed since.
    pub closed: bool,
}

/// What came of it.
pub(super) struct Decision {
    pub class: &'static str,
    pub title: &'static str,
    pub at: When,
    pub remark: String,
    pub offer: Option<String>,
}

impl AnswerView {
    pub(super) fn new(evidence: &Evidence, detail: &RequestPage) -> Self {
        let late = evidence.answered_at - evidence.captured_at > chrono::Duration::minutes(10);
        Self {
            reference: evidence.reference(),
            at: evidence.answered_at.into(),
            captured: late.then(|| evidence.captured_at.into()),
            key: evidence.holder_key.clone(),
            passkey: match &evidence.witnessed {
                Witnessed::Passkey { synced: true, .. } => "kept by the person's account on several devices",
                Witnessed::Passkey { synced: false, .. } => "kept on one device only",
                Witnessed::Desk(_) => "none: the person has no phone",
            },
            known: detail.known_since,
            new_key: detail.new_key,
            enrolled: detail.enrolled,
            desk: DeskView::new(evidence, detail.station.as_ref()),
        }
    }
}

impl DeskView {
    fn new(evidence: &Evidence, station: Option<&StationRow>) -> Option<Self> {
        let Witnessed::Desk(statement) = &evidence.witnessed else { return None };
        Some(Self {
            operator: statement.operator.clone(),
            helper: statement.helper.as_ref().map(|helper| {
                let kind = match helper.kind {
                    HelperKind::Guardian => "guardian",
                    HelperKind::Attorney => "attorney by a power of attorney",
                };
                (helper.name.clone(), kind)
            }),
            station: station.map_or_else(|| statement.station.clone(), |row| row.name.clone()),
            country: station.map(|row| names::country(&row.country)).unwrap_or_default(),
            recognised: match statement.recognised_by {
                RecognisedBy::Document => "compared an identity document",
                RecognisedBy::Acquaintance => "has known the person for a while",
            },
            closed: station.is_some_and(|row| row.closed.is_some()),
        })
    }
}

impl Decision {
    pub(super) fn of(state: &State) -> Option<Self> {
        let decided = |class, title, at: Timestamp, remark: &str, offer| Self {
            class,
            title,
            at: at.into(),
            remark: remark.to_owned(),
            offer,
        };
        match state {
            State::Open { .. } | State::Answered(_) => None,
            State::Confirmed { channel, notes, at, offer, .. } => {
                let title = match channel {
                    Channel::Visit => "Confirmed after a visit",
                    Channel::Call => "Confirmed after a call",
                    Channel::Device => "Confirmed by pictures",
                    Channel::Kiosk => "Confirmed by the word of a station",
                };
                Some(decided("pass", title, *at, notes, Some(offer.clone())))
            }
            State::Refused { reason, at, .. } => Some(decided("fail", "Refused", *at, reason, None)),
        }
    }
}
