//! Held credentials: claims, standing, where they come from.

use chrono::{DateTime, NaiveDate, Utc};
use clock::Timestamp;
use holding::held::{SeenStatus, Standing};
use holding::labels::ShownClaim;
use holding::path::{self, Step};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::PartyView;
use crate::app::cards::PrintedCard;
use crate::app::copies::Copies;
use crate::app::credentials::Kept;
use crate::words::{Words, region};

/// Of a picture in a claim, in base64.
const LONGEST_PICTURE: usize = 256 * 1024;

#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    #[schema(value_type = Vec<String>)]
    pub path: Vec<Value>,
    /// In the language of the request where the name is a published one; dates in `value` too.
    pub label: String,
    pub value: String,
    /// The value where it is a day.
    #[serde(skip)]
    pub day: Option<NaiveDate>,
    /// The country that the value names, by the two letters of ISO 3166-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'static str>,
    /// In a request: whether the claim goes out because it is asked for, or cannot be withheld.
    pub asked: bool,
    /// In a request: where the claim may be withheld, the sets of claims that have it, by number; 0 is all that is asked for.
    #[serde(rename = "inSets", skip_serializing_if = "Vec::is_empty")]
    pub in_sets: Vec<usize>,
}

impl ClaimView {
    pub(super) fn new(claim: &ShownClaim, asked: bool) -> Self {
        Self {
            path: path::to_json(&claim.path),
            label: claim.label.clone(),
            value: claim.value.clone(),
            day: claim.day,
            region: region(name_of(&claim.path), &claim.value),
            asked,
            in_sets: Vec::new(),
        }
    }

    /// As an attribute of the page has them.
    #[must_use]
    pub fn sets(&self) -> String {
        self.in_sets.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
    }

    /// The value in the reader's language.
    pub fn read(&self, words: &Words) -> String {
        match self.day {
            Some(day) => words.date(day),
            None => {
                let name = self.path.iter().rev().find_map(Value::as_str).unwrap_or_default();
                words.value(name, &self.value).unwrap_or_else(|| self.value.clone())
            }
        }
    }

    /// The same with label and value in the reader's language.
    #[must_use]
    pub fn said(self, words: Words) -> Self {
        Self { label: words.term(&self.label), value: self.read(&words), ..self }
    }

    /// A JPEG or PNG that stands in the claim itself. Nothing is ever fetched for a picture, since whoever serves it would
    /// learn who looks.
    pub fn is_picture(&self) -> bool {
        let encoded = ["data:image/jpeg;base64,", "data:image/png;base64,"];
        let encoded = encoded.iter().find_map(|kind| self.value.strip_prefix(kind));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        encoded.is_some_and(|text| {
            !text.is_empty() && text.len() <= LONGEST_PICTURE && text.bytes().all(allowed)
        })
    }
}

/// The claim's own name: the last of its path that is one.
fn name_of(path: &[Step]) -> &str {
    let name = path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) | Step::All => None,
    });
    name.unwrap_or_default()
}

impl From<&ShownClaim> for ClaimView {
    fn from(claim: &ShownClaim) -> Self {
        Self::new(claim, false)
    }
}

#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// `valid`, `suspended`, `revoked`, `expired`, `notYetValid` or `unknown`.
    pub state: &'static str,
    pub label: &'static str,
    pub sentence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<Utc>>,
}

impl StatusView {
    pub fn new(standing: Standing, checked_at: Option<Timestamp>) -> Self {
        Self { state: standing.as_str(), label: standing.label(), sentence: standing.sentence(), checked_at }
    }
}

impl From<&SeenStatus> for StatusView {
    fn from(seen: &SeenStatus) -> Self {
        Self::new(seen.standing, Some(seen.checked_at))
    }
}

/// How everything stands that somebody holds.
#[derive(Serialize, ToSchema)]
pub struct StatusesView {
    pub statuses: Vec<CredentialStatusView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialStatusView {
    pub credential_id: String,
    pub status: StatusView,
}

#[derive(Serialize, ToSchema)]
pub struct CopiesView {
    pub all: usize,
    pub unseen: usize,
}

/// What is to stand on a printed card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardChoice {
    /// Names of claims, of those that can be withheld. None of a credential that is shown as a whole.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// A card, to be printed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    pub name: String,
    pub issuer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    pub claims: Vec<ClaimView>,
    /// Texts of QR codes, in their alphanumeric characters (`crates/paper/README.md`, "A sequence").
    pub codes: Vec<String>,
}

impl CardView {
    pub fn new(card: PrintedCard, words: Words) -> Self {
        let PrintedCard { kept, claims, codes } = card;
        Self {
            name: words.term(&kept.held.name),
            issuer: kept.held.issuer.name().to_owned(),
            valid_until: kept.held.valid_until,
            claims: claims.iter().map(|claim| ClaimView::from(claim).said(words)).collect(),
            codes,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct CredentialList {
    pub credentials: Vec<CredentialView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    pub id: String,
    pub format: String,
    pub types: Vec<String>,
    pub name: String,
    pub issuer: PartyView,
    pub received_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// Thumbprint of the device's key: that which it is bound to, or which holds the one of its own.
    pub holder_key: String,
    pub offer_id: String,
    pub configuration_id: String,
    /// Whether the receipt of the anchor on the chain is here.
    pub anchored: bool,
    pub status: StatusView,
    /// Further copies, each with a key of its own: all, and those that nobody has seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<CopiesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub receipt: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<ClaimView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub credential: Option<Value>,
}

impl CredentialView {
    pub fn summary(kept: &Kept, now: Timestamp) -> Self {
        let Kept { row, held, annex } = kept;
        let checked_at = annex.status.as_ref().map(|seen| seen.checked_at);
        Self {
            id: row.id.clone(),
            format: held.format.clone(),
            types: held.types.clone(),
            name: held.name.clone(),
            issuer: (&held.issuer).into(),
            received_at: held.received_at,
            valid_from: held.valid_from,
            valid_until: held.valid_until,
            holder_key: held.device_key().to_owned(),
            offer_id: row.offer.clone(),
            configuration_id: held.configuration_id.clone(),
            anchored: annex.receipt.is_some(),
            status: StatusView::new(held.standing(annex, now), checked_at),
            copies: None,
            receipt: None,
            claims: None,
            credential: None,
        }
    }

    /// The same with its names in the reader's language.
    pub fn said(self, words: Words) -> Self {
        let claims = self.claims.map(|all| all.into_iter().map(|claim| claim.said(words)).collect());
        Self { name: words.term(&self.name), claims, ..self }
    }

    /// Says how many further copies there are, where there is one.
    pub fn with_copies(self, copies: Copies) -> Self {
        let Copies { all, unseen } = copies;
        Self { copies: (all > 0).then_some(CopiesView { all, unseen }), ..self }
    }

    pub fn whole(kept: &Kept, now: Timestamp) -> Self {
        Self {
            receipt: kept.annex.receipt.clone(),
            claims: Some(kept.held.claims().iter().map(ClaimView::from).collect()),
            credential: Some(kept.held.credential.clone()),
            ..Self::summary(kept, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_picture_that_stands_in_the_claim_is_shown_as_one() {
        let view = |value: &str| ClaimView {
            path: Vec::new(),
            label: "Portrait".into(),
            value: value.into(),
            day: None,
            region: None,
            asked: false,
            in_sets: Vec::new(),
        };
        assert!(view("data:image/jpeg;base64,/9j/4AAQ").is_picture());
        for other in [
            "https://example.org/face.jpg",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:image/jpeg;base64,",
            "data:image/jpeg;base64,AA\" onerror=\"x",
            "Nairobi",
        ] {
            assert!(!view(other).is_picture(), "{other}");
        }
    }
}
