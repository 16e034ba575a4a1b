//! Guardians and attorneys.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use holding::assisted::wallet_number;
use holding::mandate::{Act, Document, EndedBy, Kind, Representative, Standing, State, Terms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::mandates::KeptMandate;

/// On what it rests that somebody acts for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MandateKind {
    Guardian,
    Attorney,
}

/// What somebody may do for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MandateAct {
    /// Taking credentials that are offered.
    Receive,
    /// Showing them.
    Present,
    /// Helping with the yearly proof, for which the person has to be there.
    Prove,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMandate {
    /// The number of the wallet, which this service keeps.
    pub wallet: String,
    pub terms: MandateTerms,
    /// How the officer knows who is in front of them: 1 to 300 characters, for officers.
    pub seen: String,
    /// 6 to 12 digits, chosen and typed by the representative.
    pub pin: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MandateTerms {
    /// Of the guardian or attorney, as in the document: 1 to 120 characters.
    pub name: String,
    pub kind: MandateKind,
    /// At least one; `prove` only where the document says so.
    #[schema(value_type = Vec<MandateAct>)]
    pub acts: BTreeSet<MandateAct>,
    /// Number or file of the document: 1 to 120 characters.
    pub reference: String,
    /// The court, notary or office that issued it: 1 to 120 characters.
    pub authority: String,
    /// The first day, today at the earliest (UTC).
    pub starts_on: NaiveDate,
    /// The last day, within three years (UTC).
    pub ends_on: NaiveDate,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// How this officer knows who is in front of them, and that the document is real: 1 to 300 characters.
    pub seen: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepresentativeVisit {
    /// The number of the mandate.
    pub mandate: String,
    /// Typed by the representative.
    pub pin: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MandateView {
    pub id: String,
    /// With which the representative comes to a desk.
    pub number: String,
    /// `waiting` for a second officer, `lapsed` without one, `upcoming`, `inForce`, `over` or `ended`.
    pub standing: &'static str,
    pub name: String,
    pub kind: MandateKind,
    pub acts: Vec<MandateAct>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The officer who ended it, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

/// With what only officers read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfficerMandateView {
    #[serde(flatten)]
    pub mandate: MandateView,
    /// The number of the wallet.
    pub wallet: String,
    pub reference: String,
    pub authority: String,
    /// How the officers knew, each with the name.
    pub seen: Vec<OfficerWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct OfficerWord {
    pub officer: String,
    pub seen: String,
}

#[derive(Serialize, ToSchema)]
pub struct MandatesView {
    pub mandates: Vec<MandateView>,
}

#[derive(Serialize, ToSchema)]
pub struct OfficerMandatesView {
    pub mandates: Vec<OfficerMandateView>,
}

/// Who did something for the person.
#[derive(Clone, Serialize, ToSchema)]
pub struct RepresentativeView {
    pub name: String,
    pub kind: MandateKind,
}

impl From<MandateKind> for Kind {
    fn from(kind: MandateKind) -> Self {
        match kind {
            MandateKind::Guardian => Self::Guardian,
            MandateKind::Attorney => Self::Attorney,
        }
    }
}

impl From<Kind> for MandateKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Guardian => Self::Guardian,
            Kind::Attorney => Self::Attorney,
        }
    }
}

impl From<MandateAct> for Act {
    fn from(act: MandateAct) -> Self {
        match act {
            MandateAct::Receive => Self::Receive,
            MandateAct::Present => Self::Present,
            MandateAct::Prove => Self::Prove,
        }
    }
}

impl From<Act> for MandateAct {
    fn from(act: Act) -> Self {
        match act {
            Act::Receive => Self::Receive,
            Act::Present => Self::Present,
            Act::Prove => Self::Prove,
        }
    }
}

impl From<MandateTerms> for Terms {
    fn from(terms: MandateTerms) -> Self {
        Self {
            representative: Representative { name: terms.name, kind: terms.kind.into() },
            acts: terms.acts.into_iter().map(Into::into).collect(),
            document: Document { reference: terms.reference, authority: terms.authority },
            starts_on: terms.starts_on,
            ends_on: terms.ends_on,
        }
    }
}

impl From<&Representative> for RepresentativeView {
    fn from(representative: &Representative) -> Self {
        Self { name: representative.name.clone(), kind: representative.kind.into() }
    }
}

impl From<&KeptMandate> for MandateView {
    fn from(KeptMandate { row, mandate, standing }: &KeptMandate) -> Self {
        let (mut confirmed_by, mut ended_at, mut ended_by) = (None, None, None);
        match &mandate.state {
            State::Recorded => {}
            State::Confirmed { word } => confirmed_by = Some(word.name.clone()),
            State::Ended { at, how } => {
                ended_at = Some(*at);
                if let EndedBy::Officer { name, .. } = how {
                    ended_by = Some(name.clone());
                }
            }
        }
        Self {
            id: row.id.clone(),
            number: wallet_number(&row.id),
            standing: match standing {
                Standing::Waiting => "waiting",
                Standing::Lapsed => "lapsed",
                Standing::Upcoming => "upcoming",
                Standing::InForce => "inForce",
                Standing::Over => "over",
                Standing::Ended => "ended",
            },
            name: mandate.representative.name.clone(),
            kind: mandate.representative.kind.into(),
            acts: mandate.acts.iter().copied().map(Into::into).collect(),
            starts_on: mandate.starts_on,
            ends_on: mandate.ends_on,
            recorded_by: mandate.recorded.name.clone(),
            recorded_at: mandate.recorded.at,
            confirmed_by,
            ended_at,
            ended_by,
        }
    }
}

impl From<&KeptMandate> for OfficerMandateView {
    fn from(kept: &KeptMandate) -> Self {
        let mandate = &kept.mandate;
        let second = match &mandate.state {
            State::Confirmed { word } => Some(word),
            State::Recorded | State::Ended { .. } => None,
        };
        let why = match &mandate.state {
            State::Ended { how: EndedBy::Officer { why, .. }, .. } => Some(why.clone()),
            _ => None,
        };
        let words = std::iter::once(&mandate.recorded).chain(second);
        Self {
            mandate: kept.into(),
            wallet: wallet_number(&kept.row.account),
            reference: mandate.document.reference.clone(),
            authority: mandate.document.authority.clone(),
            seen: words
                .map(|word| OfficerWord { officer: word.name.clone(), seen: word.seen.clone() })
                .collect(),
            why,
        }
    }
}

impl From<&[KeptMandate]> for OfficerMandatesView {
    fn from(known: &[KeptMandate]) -> Self {
        Self { mandates: known.iter().map(Into::into).collect() }
    }
}
