//! A device of officers at a fixed place: its key says that an operator there had a person in front of them.
//!
//! The Fund registers the key with the name and the country; until then, and after the Fund closed it, its word is of no use.

use clock::{Entropy, Timestamp};
use entitlement::desk::{About, Helper, HelperKind, RecognisedBy, Statement};
use keys::{Algorithm, SealError, SealingKey, Signer as _, SoftwareKey};

use crate::mandate::{Kind, Representative};

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// What is stored of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// RFC 7638, of the sealed key.
    pub thumbprint: String,
    /// For people, such as the office it stands in.
    pub name: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// The private key, sealed under the service's key with the thumbprint as authenticated data.
    pub sealed: Vec<u8>,
    /// The officer's account.
    pub opened_by: String,
    pub opened_at: Timestamp,
}

/// Why something is no station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StationFault {
    #[error("the name of a station has 1 to {LONGEST_NAME} characters")]
    Name,
    #[error("the country is three letters of ISO 3166-1")]
    Country,
}

impl Station {
    /// Makes a station with a fresh key.
    pub fn open(
        name: &str,
        country: &str,
        officer: &str,
        service: &SealingKey,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Self, StationFault> {
        let name = name.trim();
        let shown = name.chars().all(|character| !character.is_control());
        if name.is_empty() || name.chars().count() > LONGEST_NAME || !shown {
            return Err(StationFault::Name);
        }
        let country: entitlement::cycle::CountryCode =
            country.trim().to_uppercase().parse().map_err(|_| StationFault::Country)?;
        let key = SoftwareKey::generate(Algorithm::P256, entropy);
        let thumbprint = key.public_key().jwk_thumbprint();
        Ok(Self {
            sealed: key.seal(service, &aad(&thumbprint), entropy),
            thumbprint,
            name: name.to_owned(),
            country: country.to_string(),
            opened_by: officer.to_owned(),
            opened_at: now,
        })
    }

    /// The word of an operator about this, and its signature.
    pub fn vouch(
        &self,
        service: &SealingKey,
        (operator, helper): (&str, Option<&Representative>),
        recognised_by: RecognisedBy,
        about: &About<'_>,
    ) -> Result<(Statement, Vec<u8>), SealError> {
        let bounded = |name: &str| {
            let name = name.chars().take(entitlement::desk::LONGEST_OPERATOR).collect::<String>();
            name.trim().to_owned()
        };
        let statement = Statement {
            station: self.thumbprint.clone(),
            operator: bounded(operator),
            recognised_by,
            helper: helper.map(|helper| Helper {
                name: bounded(&helper.name),
                kind: match helper.kind {
                    Kind::Guardian => HelperKind::Guardian,
                    Kind::Attorney => HelperKind::Attorney,
                },
            }),
        };
        let signature = self.key(service)?.sign_now(&statement.signing_input(about));
        Ok((statement, signature.map_err(|_| SealError::Damaged)?))
    }

    /// `did:key` of its key, for the Fund.
    pub fn did(&self, service: &SealingKey) -> Result<String, SealError> {
        Ok(format!("did:key:{}", self.key(service)?.public_key().to_multikey()))
    }

    fn key(&self, service: &SealingKey) -> Result<SoftwareKey, SealError> {
        SoftwareKey::unseal(Algorithm::P256, service, &aad(&self.thumbprint), &self.sealed)
    }
}

fn aad(thumbprint: &str) -> Vec<u8> {
    format!("passerelle wallet station 1:{thumbprint}").into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;
    use entitlement::desk::Vouched;

    use super::*;

    fn open(name: &str, country: &str) -> Result<Station, StationFault> {
        let (service, entropy) = (SealingKey::from_bytes([7; 32]), SeededEntropy::new(1));
        Station::open(name, country, "awa", &service, &entropy, chrono::DateTime::UNIX_EPOCH)
    }

    #[test]
    fn word_of_a_station_holds_under_its_key_alone() {
        let service = SealingKey::from_bytes([7; 32]);
        let station = open(" Dakar ", "sen").unwrap();
        assert_eq!((station.name.as_str(), station.country.as_str()), ("Dakar", "SEN"));
        let about = About {
            request_id: "r",
            challenge: "c",
            holder_key: "k",
            captured_at: chrono::DateTime::UNIX_EPOCH,
            parts: &[],
        };
        let (statement, signature) =
            station.vouch(&service, ("Awa Diop", None), RecognisedBy::Document, &about).unwrap();
        let did = station.did(&service).unwrap();
        let station_key = keys::PublicKey::from_multikey(did.strip_prefix("did:key:").unwrap()).unwrap();
        assert!(Vouched { statement, station_key, signature }.holds(&about));
        let other = SealingKey::from_bytes([8; 32]);
        assert!(station.vouch(&other, ("Awa Diop", None), RecognisedBy::Document, &about).is_err());
        let moved = Station { thumbprint: "other".into(), ..station };
        assert!(moved.did(&service).is_err());
    }

    #[test]
    fn name_and_place_are_bounded() {
        assert_eq!(open(" ", "SEN"), Err(StationFault::Name));
        assert_eq!(open(&"a".repeat(101), "SEN"), Err(StationFault::Name));
        assert_eq!(open("a\nb", "SEN"), Err(StationFault::Name));
        assert_eq!(open("Dakar", "Senegal"), Err(StationFault::Country));
    }
}
