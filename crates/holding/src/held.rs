//! A credential a person keeps: what arrived, who issued it, and what has been learned since.

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::{AccessToken, ClientKey};
use crate::copies::CopyKey;
use crate::labels::{ShownClaim, shown_claims};
use crate::look::{Colours, Logo};
use crate::party::Party;
use crate::path::Step;

/// So long before its end a person is reminded of it: time enough for a letter.
pub const REMINDED_DAYS: i64 = 30;

/// What arrived. It never changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    pub format: String,
    /// An object for `ldp_vc`, which may have a base proof; the object around a COSE_Sign1; the JWT for `vc+jwt`; the SD-JWT with
    /// all its disclosures otherwise.
    pub credential: Value,
    /// The document, or the processed payload with every disclosure put back.
    pub root: Value,
    pub types: Vec<String>,
    pub name: String,
    pub description: Option<String>,
    pub labels: Vec<(Vec<Step>, String)>,
    pub issuer: Party,
    pub holder_thumbprint: String,
    pub configuration_id: String,
    pub received_at: Timestamp,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
    pub status: Vec<StatusEntry>,
    pub receipt_uri: Option<String>,
    pub notification: Option<Notification>,
    /// The key, where this has one of its own: a further copy, or what is bound to no key of the device's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<CopyKey>,
    /// How the issuer wants it to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
    /// Of the first of several copies alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

/// Where the issuer says how the credential stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEntry {
    pub list: String,
    pub index: u64,
    /// `revocation` or `suspension` for a Bitstring list; a Token Status List carries both in one value.
    pub purpose: Option<String>,
}

/// The promise to tell the issuer that the credential was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub endpoint: String,
    pub id: String,
    pub access_token: AccessToken,
    /// The key that the token is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ClientKey>,
}

/// What has been learned since, by asking.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Annex {
    pub receipt: Option<Value>,
    pub status: Option<SeenStatus>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenStatus {
    pub standing: Standing,
    pub checked_at: Timestamp,
}

/// How a credential stands, in the words a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    Valid,
    Suspended,
    Revoked,
    Expired,
    NotYetValid,
    /// Nobody could be asked, or the answer did not agree with the registry.
    Unknown,
}

impl Standing {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::NotYetValid => "notYetValid",
            Self::Unknown => "unknown",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "Valid",
            Self::Suspended => "Suspended",
            Self::Revoked => "Revoked",
            Self::Expired => "Expired",
            Self::NotYetValid => "Not valid yet",
            Self::Unknown => "Not checked",
        }
    }

    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Valid => "The organisation that issued this says that it is valid.",
            Self::Suspended => {
                "The organisation has put this on hold. It may become valid again. Ask them if you do not know why."
            }
            Self::Revoked => "The organisation has withdrawn this. It will not be accepted any more.",
            Self::Expired => {
                "This was valid until a date that has passed. Ask the organisation for a new one."
            }
            Self::NotYetValid => "This becomes valid on a later date.",
            Self::Unknown => "We could not check this just now. Try again when you have a connection.",
        }
    }
}

impl Held {
    /// The thumbprint of the device that can show it: of its key, to which this is bound, or which holds the key of its own.
    #[must_use]
    pub fn device_key(&self) -> &str {
        self.copy.as_ref().map_or(&self.holder_thumbprint, |own| &own.device)
    }

    /// Every statement in words.
    #[must_use]
    pub fn claims(&self) -> Vec<ShownClaim> {
        shown_claims(&self.root, self.is_w3c(), &self.labels)
    }

    /// What the dates alone say; `None` where they say nothing against it.
    #[must_use]
    pub fn standing_by_date(&self, now: Timestamp) -> Option<Standing> {
        if self.valid_until.is_some_and(|until| until <= now) {
            return Some(Standing::Expired);
        }
        self.valid_from.is_some_and(|from| from > now).then_some(Standing::NotYetValid)
    }

    /// The standing to show without asking anybody.
    #[must_use]
    pub fn standing(&self, annex: &Annex, now: Timestamp) -> Standing {
        let seen = annex.status.as_ref().map(|seen| seen.standing);
        // What is final stays final, whatever the dates say.
        if seen == Some(Standing::Revoked) {
            return Standing::Revoked;
        }
        self.standing_by_date(now).or(seen).unwrap_or(Standing::Unknown)
    }

    /// Whether its end is near enough to be said, or has come: a month before, or the last fifth of what lives shortly.
    #[must_use]
    pub fn ends_soon(&self, now: Timestamp) -> bool {
        self.valid_until.is_some_and(|until| {
            let fifth = (until - self.valid_from.unwrap_or(self.received_at)) / 5;
            until - now <= fifth.min(chrono::Duration::days(REMINDED_DAYS))
        })
    }

    /// The last part of the type's name: `StaffIdentity` of `https://…/v1#StaffIdentity`.
    #[must_use]
    pub fn kind(&self) -> &str {
        let own = self.types.iter().rev().find(|name| !name.ends_with("VerifiableCredential"));
        own.map_or("", |name| name.rsplit(['#', '/']).next().unwrap_or(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcql::LDP_VC;

    fn held(from: Option<i64>, until: Option<i64>) -> Held {
        let day = |days: i64| chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(days);
        Held {
            format: LDP_VC.into(),
            credential: Value::Null,
            root: Value::Null,
            types: vec![],
            name: String::new(),
            description: None,
            labels: vec![],
            issuer: Party::unverified("i.example"),
            holder_thumbprint: String::new(),
            configuration_id: String::new(),
            received_at: day(0),
            valid_from: from.map(day),
            valid_until: until.map(day),
            status: vec![],
            receipt_uri: None,
            notification: None,
            copy: None,
            colours: None,
            logo: None,
        }
    }

    #[test]
    fn end_is_near_a_month_before_or_in_the_last_fifth_of_a_short_life() {
        let at = |days: i64| chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(days);
        assert!(!held(None, Some(365)).ends_soon(at(334)));
        assert!(held(None, Some(365)).ends_soon(at(335)));
        assert!(held(None, Some(365)).ends_soon(at(400)), "and after it");
        assert!(!held(None, Some(10)).ends_soon(at(7)), "a short life is not all end");
        assert!(held(None, Some(10)).ends_soon(at(8)));
        assert!(!held(Some(0), None).ends_soon(at(10_000)));
    }

    #[test]
    fn key_of_its_own_is_on_the_device_that_made_it() {
        let bound = Held { holder_thumbprint: "phone".into(), ..held(None, None) };
        assert_eq!(bound.device_key(), "phone");
        let copy = Some(CopyKey { jwk: Value::Null, device: "phone".into() });
        assert_eq!(Held { holder_thumbprint: "own".into(), copy, ..bound }.device_key(), "phone");
    }
}
