//! Envelope encryption: what a person keeps is sealed under that person's own data key, and the data key
//! under the service's sealing key, which lives outside the database.
//!
//! Destroying one data key makes everything of that person unreadable, in every copy of the database.

use clock::Entropy;
use keys::{SealError, SealingKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Why something kept could not be read.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("a sealed record could not be opened")]
    Sealed(#[from] SealError),
    #[error("a sealed record does not have the form of its kind")]
    Form(#[source] serde_json::Error),
}

/// What a sealed record is for; part of the authenticated data, so that a record moved to another
/// column, row or account does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Offer,
    Credential,
    Annex,
    Presentation,
    Existence,
    Activity,
    /// A name the person gave to something of theirs.
    Label,
    /// To whom a copy was shown.
    ShownTo,
    /// A request to be let in again.
    Recovery,
    /// What was shared with somebody.
    Sharing,
    /// An enrolment at the Fund.
    Enrolment,
    /// What somebody may do for the person.
    Mandate,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Credential => "credential",
            Self::Annex => "annex",
            Self::Presentation => "presentation",
            Self::Existence => "existence",
            Self::Activity => "activity",
            Self::Label => "label",
            Self::ShownTo => "shown to",
            Self::Recovery => "recovery",
            Self::Sharing => "sharing",
            Self::Enrolment => "enrolment",
            Self::Mandate => "mandate",
        }
    }
}

/// The key under which one person's records are sealed.
#[derive(Clone, Debug)]
pub struct DataKey(SealingKey);

impl DataKey {
    /// Makes a key, and its sealed form to be stored with the account.
    #[must_use]
    pub fn generate(service: &SealingKey, account: &str, entropy: &dyn Entropy) -> (Self, Vec<u8>) {
        let (key, sealed) = service.generate_under(&key_aad(account), entropy);
        (Self(key), sealed)
    }

    pub fn open(service: &SealingKey, account: &str, sealed: &[u8]) -> Result<Self, VaultError> {
        Ok(Self(service.open_under(&key_aad(account), sealed)?))
    }

    /// Seals a record under its purpose and its row's identifier.
    pub fn seal<T: Serialize>(
        &self,
        purpose: Purpose,
        id: &str,
        record: &T,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, VaultError> {
        let plain = Zeroizing::new(serde_json::to_vec(record).map_err(VaultError::Form)?);
        Ok(self.0.seal(&record_aad(purpose, id), &plain, entropy))
    }

    pub fn unseal<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        id: &str,
        sealed: &[u8],
    ) -> Result<T, VaultError> {
        let plain = self.0.open(&record_aad(purpose, id), sealed)?;
        serde_json::from_slice(&plain).map_err(VaultError::Form)
    }
}

fn key_aad(account: &str) -> Vec<u8> {
    format!("passerelle wallet data key 1:{account}").into_bytes()
}

fn record_aad(purpose: Purpose, id: &str) -> Vec<u8> {
    format!("passerelle wallet record 1:{}:{id}", purpose.name()).into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn record_opens_only_with_its_key_purpose_and_row() {
        let entropy = SeededEntropy::new(1);
        let service = SealingKey::from_bytes([7; 32]);
        let (key, sealed_key) = DataKey::generate(&service, "anna", &entropy);
        let sealed = key.seal(Purpose::Credential, "c1", &"secret".to_owned(), &entropy).unwrap();

        let again = DataKey::open(&service, "anna", &sealed_key).unwrap();
        assert_eq!(again.unseal::<String>(Purpose::Credential, "c1", &sealed).unwrap(), "secret");
        assert!(again.unseal::<String>(Purpose::Credential, "c2", &sealed).is_err());
        assert!(again.unseal::<String>(Purpose::Annex, "c1", &sealed).is_err());
        let (other, _) = DataKey::generate(&service, "anna", &entropy);
        assert!(other.unseal::<String>(Purpose::Credential, "c1", &sealed).is_err());
    }

    #[test]
    fn data_key_of_one_account_does_not_open_as_anothers() {
        let entropy = SeededEntropy::new(2);
        let service = SealingKey::from_bytes([7; 32]);
        let (_, sealed) = DataKey::generate(&service, "anna", &entropy);
        assert!(DataKey::open(&service, "boris", &sealed).is_err());
        assert!(DataKey::open(&SealingKey::from_bytes([8; 32]), "anna", &sealed).is_err());
    }

    #[test]
    fn sealed_bytes_do_not_contain_the_plain_text() {
        let entropy = SeededEntropy::new(3);
        let (key, _) = DataKey::generate(&SealingKey::from_bytes([7; 32]), "anna", &entropy);
        let sealed = key.seal(Purpose::Credential, "c1", &"Amina Diallo".to_owned(), &entropy).unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"Amina"));
    }
}
