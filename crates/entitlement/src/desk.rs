//! The word of an operator at a station of the Fund, in the place of a passkey: for people whose key a wallet service keeps.
//!
//! The station's key signs what the operator says, over the request, the challenge and the key of the certificate, so that a
//! word can be moved to no other request and to no other person. The Fund knows the key and the place of each station.

use clock::Timestamp;
use keys::PublicKey;
use serde::Serialize;

/// The longest name of an operator, in characters.
pub const LONGEST_OPERATOR: usize = 100;

/// How the operator knew who was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecognisedBy {
    /// An identity document was compared.
    Document,
    /// The operator has known the person for a while.
    Acquaintance,
}

/// On what it rests that somebody helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum HelperKind {
    /// An authority appointed them.
    Guardian,
    /// The person gave them a power of attorney.
    Attorney,
}

/// Who helped the person, and was there beside them. The operator's word is about the person all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Helper {
    /// For evidence.
    pub name: String,
    /// Guardian or attorney.
    pub kind: HelperKind,
}

/// What the operator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// RFC 7638, of the station's key.
    pub station: String,
    /// The name of the operator.
    pub operator: String,
    /// How the operator knew who was there.
    pub recognised_by: RecognisedBy,
    /// Who acted for the person, if somebody did.
    pub helper: Option<Helper>,
}

/// What the word is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The request of the Fund.
    pub request_id: &'a str,
    /// Its challenge.
    pub challenge: &'a str,
    /// RFC 7638, of the key that the certificate will be bound to.
    pub holder_key: &'a str,
    /// When the person was there.
    pub captured_at: Timestamp,
    /// The digests of pictures, if some were taken.
    pub parts: &'a [String],
}

/// A statement with the station's signature.
pub struct Vouched {
    /// What is said.
    pub statement: Statement,
    /// The key under which the Fund registered the station.
    pub station_key: PublicKey,
    /// ES256 over [`Statement::signing_input`].
    pub signature: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed<'a> {
    context: &'static str,
    request_id: &'a str,
    challenge: &'a str,
    holder_key_thumbprint: &'a str,
    captured_at: String,
    parts: &'a [String],
    station: &'a str,
    operator: &'a str,
    recognised_by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    helper: Option<&'a Helper>,
}

impl Statement {
    /// The bytes that the station signs: JCS (RFC 8785), in seconds.
    #[must_use]
    pub fn signing_input(&self, about: &About<'_>) -> Vec<u8> {
        let signed = Signed {
            context: "passerelle desk statement 1",
            request_id: about.request_id,
            challenge: about.challenge,
            holder_key_thumbprint: about.holder_key,
            captured_at: about.captured_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            parts: about.parts,
            station: &self.station,
            operator: &self.operator,
            recognised_by: self.recognised_by.as_str(),
            helper: self.helper.as_ref(),
        };
        // Texts in an object always have a canonical form.
        serde_json_canonicalizer::to_vec(&signed).unwrap_or_default()
    }
}

impl Vouched {
    /// Whether the station said this, about exactly this.
    #[must_use]
    pub fn holds(&self, about: &About<'_>) -> bool {
        // Evidence is shown and stored by lines.
        let named = |name: &str| {
            let plain = name.chars().all(|character| !character.is_control());
            plain && !name.trim().is_empty() && name.trim().chars().count() <= LONGEST_OPERATOR
        };
        named(&self.statement.operator)
            && self.statement.helper.as_ref().is_none_or(|helper| named(&helper.name))
            && self.station_key.jwk_thumbprint() == self.statement.station
            && self.station_key.verify(&self.statement.signing_input(about), &self.signature).is_ok()
    }
}

impl RecognisedBy {
    /// The word of the message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Acquaintance => "acquaintance",
        }
    }
}

impl HelperKind {
    /// The word of the message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Attorney => "attorney",
        }
    }
}

impl std::str::FromStr for HelperKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "guardian" => Ok(Self::Guardian),
            "attorney" => Ok(Self::Attorney),
            _ => Err(()),
        }
    }
}

impl std::str::FromStr for RecognisedBy {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "document" => Ok(Self::Document),
            "acquaintance" => Ok(Self::Acquaintance),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;
    use keys::{Algorithm, Signer as _, SoftwareKey};

    use super::*;

    const ABOUT: About<'static> = About {
        request_id: "r1",
        challenge: "c1",
        holder_key: "k1",
        captured_at: chrono::DateTime::UNIX_EPOCH,
        parts: &[],
    };

    fn vouched(key: &SoftwareKey, operator: &str) -> Vouched {
        let statement = Statement {
            station: key.public_key().jwk_thumbprint(),
            operator: operator.into(),
            recognised_by: RecognisedBy::Document,
            helper: None,
        };
        let signature = key.sign_now(&statement.signing_input(&ABOUT)).unwrap();
        Vouched { statement, station_key: *key.public_key(), signature }
    }

    #[test]
    fn word_holds_for_what_it_was_said_about_and_for_nothing_else() {
        let key = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1));
        let word = vouched(&key, "Awa Diop");
        assert!(word.holds(&ABOUT));
        let parts = ["d".to_owned()];
        for other in [
            About { request_id: "r2", ..ABOUT },
            About { challenge: "c2", ..ABOUT },
            About { holder_key: "k2", ..ABOUT },
            About { captured_at: ABOUT.captured_at + chrono::Duration::seconds(1), ..ABOUT },
            About { parts: &parts, ..ABOUT },
        ] {
            assert!(!word.holds(&other), "{other:?}");
        }
    }

    #[test]
    fn another_operator_manner_or_station_was_not_signed() {
        let key = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1));
        let other = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(2));
        let mut word = vouched(&key, "Awa Diop");
        word.statement.operator = "Awa Ndiaye".into();
        assert!(!word.holds(&ABOUT));
        let mut word = vouched(&key, "Awa Diop");
        word.statement.recognised_by = RecognisedBy::Acquaintance;
        assert!(!word.holds(&ABOUT));
        let mut word = vouched(&key, "Awa Diop");
        word.station_key = *other.public_key();
        assert!(!word.holds(&ABOUT));
        let mut word = vouched(&key, "Awa Diop");
        word.statement.helper = Some(Helper { name: "Omar Diop".into(), kind: HelperKind::Guardian });
        assert!(!word.holds(&ABOUT), "nobody helped when it was said");
        word.signature = key.sign_now(&word.statement.signing_input(&ABOUT)).unwrap();
        assert!(word.holds(&ABOUT));
        word.statement.helper = None;
        assert!(!word.holds(&ABOUT), "and who helped is not left out");
        assert!(!vouched(&key, "Awa\nDiop").holds(&ABOUT));
        assert!(!vouched(&key, " ").holds(&ABOUT), "nobody said it");
        assert!(!vouched(&key, &"a".repeat(101)).holds(&ABOUT));
    }
}
