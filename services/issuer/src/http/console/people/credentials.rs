//! A person's credentials and offers, as their page shows them.

use clock::Timestamp;
use issuance::{CredentialType, Offer, OfferState, ReasonCode, Status};

use crate::app::{CopyView, SubjectPage};
use crate::http::console::view::{Badge, When};

/// The copies of one type that were issued together, shown as the one credential they are to the person.
pub(super) struct CredentialView {
    pub(super) title: &'static str,
    pub(super) class: &'static str,
    pub(super) badge: Badge,
    /// Why it is in its present state, and until when.
    pub(super) why: Option<String>,
    pub(super) until: Option<When>,
    pub(super) copies: Vec<CopyLine>,
}

pub(super) struct CopyLine {
    pub(super) id: String,
    pub(super) format: &'static str,
    pub(super) badge: Badge,
    pub(super) held: &'static str,
    pub(super) issued: When,
    pub(super) until: When,
    pub(super) anchored: Option<When>,
    pub(super) published: bool,
}

pub(super) struct OfferView {
    pub(super) id: String,
    pub(super) what: String,
    pub(super) badge: Badge,
    pub(super) made: When,
    pub(super) until: When,
    pub(super) open: bool,
    pub(super) renewable: bool,
}

pub(super) fn credentials(page: &SubjectPage) -> Vec<CredentialView> {
    let mut views: Vec<(CredentialType, &str, CredentialView)> = Vec::new();
    for view in &page.copies {
        let kind = view.copy.configuration.credential_type;
        let known = views.iter_mut().find(|(known, offer, _)| *known == kind && *offer == view.copy.offer_id);
        match known {
            Some((_, _, credential)) => credential.add(view),
            None => {
                let last = page.changes.iter().find(|change| change.copy_id == view.copy.id);
                let last = last.filter(|_| view.copy.status != Status::Valid);
                let mut credential = CredentialView {
                    title: kind.title(),
                    class: "",
                    badge: Badge::status(view.copy.status),
                    why: last.map(|change| change.reason.code.title().to_owned()),
                    until: last.and_then(|change| change.until).map(When::from),
                    copies: Vec::new(),
                };
                if last.is_some_and(|change| change.reason.code == ReasonCode::Superseded) {
                    credential.badge = SUPERSEDED;
                }
                credential.add(view);
                views.push((kind, &view.copy.offer_id, credential));
            }
        }
    }
    views.into_iter().map(|(_, _, credential)| credential).collect()
}

impl CredentialView {
    fn add(&mut self, view: &CopyView) {
        let copy = &view.copy;
        if self.badge != SUPERSEDED {
            self.badge = Badge::status(copy.status);
        }
        self.class = match copy.status {
            Status::Valid => "",
            Status::Suspended => " suspended",
            Status::Revoked => " revoked",
        };
        self.copies.push(CopyLine {
            id: copy.id.clone(),
            format: copy.configuration.format.title(),
            badge: Badge::status(copy.status),
            held: match copy.delivery {
                issuance::Delivery::Issued => "handed to the wallet",
                issuance::Delivery::Accepted => "held in the wallet",
                issuance::Delivery::Failed => "the wallet could not keep it",
                issuance::Delivery::Deleted => "deleted from the wallet",
            },
            issued: copy.issued_at.into(),
            until: copy.valid_until.into(),
            anchored: view.anchored_at.map(When::from),
            published: view.published,
        });
    }
}

impl OfferView {
    pub(super) fn new(offer: &Offer, now: Timestamp) -> Self {
        let mut kinds: Vec<&str> = Vec::new();
        for configuration in &offer.configurations {
            let title = configuration.credential_type.title();
            if !kinds.contains(&title) {
                kinds.push(title);
            }
        }
        let open = offer.state == OfferState::Open && offer.expires_at > now;
        Self {
            id: offer.id.clone(),
            what: kinds.join(" and "),
            badge: match (offer.state, &offer.holder_key) {
                // It was taken, and ended with what it was for.
                (OfferState::Withdrawn, Some(_)) => Badge { class: "plain", text: "Ended" },
                _ => Badge::offer(offer.state, offer.expires_at, now),
            },
            made: offer.created_at.into(),
            until: offer.expires_at.into(),
            open,
            renewable: matches!(offer.state, OfferState::Open | OfferState::Locked),
        }
    }
}

/// Revoked because a newer one took its place.
const SUPERSEDED: Badge = Badge { class: "plain", text: "Superseded" };
