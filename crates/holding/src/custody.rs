//! A wallet that this service keeps for somebody without a phone: its key is sealed here or in a PKCS#11 token, and acts only at an
//! officer's desk, with the person's PIN for each act.
//!
//! For issuers that take Ed25519 alone (`key_kind`) a second key follows from a sealed one; a token makes none from its own, so there
//! such an offer is refused.
//!
//! The key is of the same kind as a device's and stands among the account's device keys, so everything else of a wallet stays as
//! it is. When the person gets in by a phone of their own, the custody ends: the key is destroyed and counts as lost.

use clock::{Entropy, Timestamp};
use keys::{Algorithm, SealError, SealingKey, Signer as _, SoftwareKey};

/// How the key's device is called in lists.
pub const DEVICE: &str = "This service";

/// Where the private half of a kept key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the database, sealed under the service's key with the account as authenticated data.
    Sealed(Vec<u8>),
    /// In the service's PKCS#11 token, under this label.
    Token(String),
}

/// What is stored of a custody.
#[derive(Clone, Debug)]
pub struct Custody {
    pub account: String,
    /// RFC 7638, of the kept key.
    pub thumbprint: String,
    pub kept: Kept,
    /// The officer's account.
    pub opened_by: String,
    pub opened_at: Timestamp,
}

impl Custody {
    /// A new custody with a key that is sealed here; the public half is beside it.
    #[must_use]
    pub fn sealed(
        account: &str,
        officer: &str,
        service: &SealingKey,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> (Self, keys::PublicKey) {
        let key = SoftwareKey::generate(Algorithm::P256, entropy);
        let public = *key.public_key();
        let custody = Self {
            account: account.to_owned(),
            thumbprint: public.jwk_thumbprint(),
            kept: Kept::Sealed(key.seal(service, &aad(account), entropy)),
            opened_by: officer.to_owned(),
            opened_at: now,
        };
        (custody, public)
    }

    /// A new custody whose key was made in the token under this label.
    #[must_use]
    pub fn in_token(
        account: &str,
        officer: &str,
        public: &keys::PublicKey,
        label: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            account: account.to_owned(),
            thumbprint: public.jwk_thumbprint(),
            kept: Kept::Token(label.to_owned()),
            opened_by: officer.to_owned(),
            opened_at: now,
        }
    }

    /// A sealed key of this custody, to sign with at once and forget.
    pub fn unseal(&self, sealed: &[u8], service: &SealingKey) -> Result<SoftwareKey, SealError> {
        SoftwareKey::unseal(Algorithm::P256, service, &aad(&self.account), sealed)
    }
}

/// The key of Ed25519 that goes with a sealed one.
pub fn own_key(sealed: &SoftwareKey) -> Result<SoftwareKey, keys::InvalidKey> {
    sealed.derive(Algorithm::Ed25519, b"credentials of issuers that take Ed25519 alone")
}

fn aad(account: &str) -> Vec<u8> {
    format!("passerelle wallet custody 1:{account}").into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn key_signs_for_its_account_alone_and_only_with_the_services_key() {
        let (service, entropy) = (SealingKey::from_bytes([7; 32]), SeededEntropy::new(1));
        let now = chrono::DateTime::UNIX_EPOCH;
        let (custody, public) = Custody::sealed("rosa", "awa", &service, &entropy, now);
        assert_eq!(custody.thumbprint, public.jwk_thumbprint());
        let Kept::Sealed(sealed) = &custody.kept else { panic!("not sealed") };
        let signature = custody.unseal(sealed, &service).unwrap().sign_now(b"a").unwrap();
        assert!(public.verify(b"a", &signature).is_ok());
        let moved = Custody { account: "anna".into(), ..custody.clone() };
        assert!(moved.unseal(sealed, &service).is_err());
        assert!(custody.unseal(sealed, &SealingKey::from_bytes([8; 32])).is_err());
    }
}
