//! Credential offers, transaction codes and the rules by which a code becomes a token.

use clock::Entropy;
use serde_json::{Map, Value};

use crate::{Configuration, HolderKey, Secrets, Timestamp};

/// Life of a pre-authorized code. Every fetch of an offer mints another.
pub const CODE_LIFETIME_SECONDS: i64 = 300;
/// Life of an access token.
pub const TOKEN_LIFETIME_SECONDS: i64 = 900;
pub const TRANSACTION_CODE_DIGITS: u32 = 6;
/// Wrong transaction codes an offer survives: five guesses at a million values.
pub const TRANSACTION_CODE_TRIES: u32 = 5;

/// Credentials one person may fetch with one key.
#[derive(Clone, PartialEq)]
pub struct Offer {
    pub id: String,
    pub subject_id: String,
    /// Part of the link; alone it gives nothing away but what is offered.
    pub token: String,
    pub configurations: Vec<Configuration>,
    pub state: OfferState,
    /// Claims of this offer only, beside those of the subject.
    pub extra_claims: Map<String, Value>,
    /// Keyed hash of the transaction code, absent where none is asked for.
    pub code_hash: Option<Vec<u8>>,
    /// The code again, sealed, so that an officer can hand it out a second time.
    pub code_sealed: Option<Vec<u8>>,
    pub tries_left: u32,
    /// RFC 7638 thumbprint of the only key this offer may be bound to.
    pub bound_key: Option<String>,
    /// RFC 7638 thumbprint of the key that accepted it.
    pub holder_key: Option<String>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OfferState {
    Open,
    /// At least one credential was issued. The holder's key may still fetch the same again and the rest.
    Accepted,
    /// Too many wrong transaction codes; an officer renews it.
    Locked,
    Withdrawn,
}

/// How long an offer is left alone before its person is reminded, first and again.
pub const REMIND_AFTER_DAYS: i64 = 7;

/// Six digits told to the person by another way than the link.
#[derive(Clone, PartialEq, Eq)]
pub struct TransactionCode(String);

/// Why a pre-authorized code is not exchanged for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    #[error("a transaction code is required")]
    Missing,
    #[error("no transaction code is expected")]
    Unexpected,
    /// The try has to be counted.
    #[error("the transaction code is wrong")]
    Wrong,
    #[error("too many wrong transaction codes")]
    Locked,
    #[error("the offer was withdrawn")]
    Withdrawn,
    #[error("the offer has expired")]
    Expired,
}

impl TransactionCode {
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let drawn = clock::below(entropy, 10u64.pow(TRANSACTION_CODE_DIGITS));
        Self(format!("{drawn:06}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TransactionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TransactionCode")
    }
}

impl OfferState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Locked => "locked",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Locked, Self::Withdrawn]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

impl Offer {
    /// Whether codes are minted for it at all.
    pub fn check_open(&self, now: Timestamp) -> Result<(), CodeRefusal> {
        match self.state {
            OfferState::Withdrawn => return Err(CodeRefusal::Withdrawn),
            OfferState::Locked => return Err(CodeRefusal::Locked),
            OfferState::Open | OfferState::Accepted => {}
        }
        // An accepted offer stays fetchable to its holder: a phone that lost the answer asks again much later.
        if self.state == OfferState::Open && now >= self.expires_at {
            return Err(CodeRefusal::Expired);
        }
        Ok(())
    }

    /// Decides on a transaction code. Section 6.3 separates a missing or unexpected code from a wrong one.
    pub fn check_code(
        &self,
        tenant: &str,
        given: Option<&str>,
        secrets: &Secrets,
        now: Timestamp,
    ) -> Result<(), CodeRefusal> {
        self.check_open(now)?;
        match (&self.code_hash, given) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(CodeRefusal::Unexpected),
            (Some(_), None) => Err(CodeRefusal::Missing),
            (Some(_), Some(_)) if self.tries_left == 0 => Err(CodeRefusal::Locked),
            (Some(hash), Some(code)) if secrets.is_transaction_code(tenant, &self.id, code, hash) => Ok(()),
            (Some(_), Some(_)) => Err(CodeRefusal::Wrong),
        }
    }

    /// Whether copies may be bound to these keys. The first one stands for the wallet: it must be the key that accepted the
    /// offer, if one did. An offer that names a key makes one copy, for that key.
    #[must_use]
    pub fn allows_keys(&self, holders: &[HolderKey]) -> bool {
        let Some(first) = holders.first().map(HolderKey::thumbprint) else { return false };
        let alone = self.bound_key.is_none() || holders.len() == 1;
        alone && [&self.bound_key, &self.holder_key].into_iter().flatten().all(|key| *key == first)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use keys::{Algorithm, Signer as _, SoftwareKey};

    use super::*;
    use crate::{CredentialType, Format};

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn offer(secrets: &Secrets) -> Offer {
        Offer {
            id: "offer".into(),
            subject_id: "subject".into(),
            token: "token".into(),
            configurations: vec![Configuration::new(CredentialType::StaffIdentity, Format::LDP_VC)],
            state: OfferState::Open,
            extra_claims: Map::new(),
            code_hash: Some(secrets.transaction_code("undp", "offer", "123456")),
            code_sealed: None,
            tries_left: TRANSACTION_CODE_TRIES,
            bound_key: None,
            holder_key: None,
            created_by: "officer".into(),
            created_at: now(),
            expires_at: now() + chrono::Duration::days(30),
        }
    }

    #[test]
    fn each_wrong_code_has_its_own_refusal() {
        let secrets = Secrets::new(&[3; 32]);
        let good = offer(&secrets);
        let check = |offer: &Offer, code| offer.check_code("undp", code, &secrets, now());
        assert_eq!(check(&good, Some("123456")), Ok(()));
        assert_eq!(check(&good, Some("000000")), Err(CodeRefusal::Wrong));
        assert_eq!(check(&good, None), Err(CodeRefusal::Missing));
        let free = Offer { code_hash: None, ..good.clone() };
        assert_eq!(check(&free, None), Ok(()));
        assert_eq!(check(&free, Some("123456")), Err(CodeRefusal::Unexpected));
        let tried = Offer { tries_left: 0, ..good.clone() };
        assert_eq!(check(&tried, Some("123456")), Err(CodeRefusal::Locked));
        let withdrawn = Offer { state: OfferState::Withdrawn, ..good.clone() };
        assert_eq!(check(&withdrawn, Some("123456")), Err(CodeRefusal::Withdrawn));
        let late = Offer { expires_at: now(), ..good };
        assert_eq!(check(&late, Some("123456")), Err(CodeRefusal::Expired));
        let held = Offer { state: OfferState::Accepted, ..late };
        assert_eq!(check(&held, Some("123456")), Ok(()));
    }

    #[test]
    fn another_key_is_refused_once_one_is_known() {
        let secrets = Secrets::new(&[3; 32]);
        let mut offer = offer(&secrets);
        let key = |seed| {
            let key = SoftwareKey::generate(Algorithm::P256, &clock::SeededEntropy::new(seed));
            HolderKey::from_jwk(*key.public_key())
        };
        let only = std::slice::from_ref;
        let (a, b) = (key(1), key(2));
        assert!(offer.allows_keys(only(&a)) && !offer.allows_keys(&[]));
        offer.holder_key = Some(a.thumbprint());
        assert!(offer.allows_keys(only(&a)) && !offer.allows_keys(only(&b)));
        assert!(offer.allows_keys(&[a.clone(), b.clone()]) && !offer.allows_keys(&[b.clone(), a.clone()]));
        offer.holder_key = None;
        offer.bound_key = Some(b.thumbprint());
        assert!(offer.allows_keys(only(&b)) && !offer.allows_keys(only(&a)));
        assert!(!offer.allows_keys(&[b, a]), "for this key alone");
    }
}
