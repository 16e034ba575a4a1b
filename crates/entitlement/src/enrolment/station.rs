//! What an operator at a station vouches for when somebody without a phone enrols there.
//!
//! It is the same statement as for a yearly proof (`crate::desk`), about other things: the enrolment in the place of a request, and
//! the reference picture and the identity document in the place of a bundle. A word about one is none about the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use clock::Timestamp;
use sha2::{Digest as _, Sha256};

use super::IdentityDocument;
use crate::desk::About;

/// In the place of a challenge: an enrolment has one wallet, whose secret comes with the word.
const PURPOSE: &str = "enrolment";
/// A word is for now; a line may be cut and come back.
const LONGEST_HOURS: i64 = 1;
const AHEAD_MINUTES: i64 = 5;

/// The subject of a station's word.
pub struct Subject {
    request: String,
    parts: Vec<String>,
}

impl Subject {
    /// The enrolment at this organisation, the picture, and the document where one was seen.
    #[must_use]
    pub fn new(
        (organisation, enrolment): (&str, &str),
        picture: &[u8],
        document: Option<&IdentityDocument>,
    ) -> Self {
        let digest = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        let mut parts = vec![digest(picture)];
        // Texts in an object always have a canonical form.
        let written = document.map(|document| serde_json_canonicalizer::to_vec(document).unwrap_or_default());
        parts.extend(written.map(|bytes| digest(&bytes)));
        Self { request: format!("enrolment {enrolment} at {organisation}"), parts }
    }

    /// As a statement is about it.
    #[must_use]
    pub fn about<'a>(&'a self, holder_key: &'a str, captured_at: Timestamp) -> About<'a> {
        About { request_id: &self.request, challenge: PURPOSE, holder_key, captured_at, parts: &self.parts }
    }
}

/// Whether a word of this moment is still one of now.
#[must_use]
pub fn is_of_now(captured_at: Timestamp, now: Timestamp) -> bool {
    captured_at <= now + Duration::minutes(AHEAD_MINUTES)
        && captured_at >= now - Duration::hours(LONGEST_HOURS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;
    use keys::{Algorithm, Signer as _, SoftwareKey};

    use super::*;
    use crate::desk::{RecognisedBy, Statement, Vouched};
    use crate::enrolment::DocumentKind;

    fn document(number: &str) -> IdentityDocument {
        IdentityDocument {
            kind: DocumentKind::Passport,
            number: number.into(),
            state: "SEN".into(),
            expires_on: "2030-01-01".parse().unwrap(),
        }
    }

    #[test]
    fn a_word_is_about_one_enrolment_one_key_one_picture_and_one_document() {
        let station = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1));
        let at = Timestamp::UNIX_EPOCH;
        let seen = document("AK12345");
        let subject = Subject::new(("did:x:fund", "e1"), b"picture", Some(&seen));
        let statement = Statement {
            station: station.public_key().jwk_thumbprint(),
            operator: "Awa Diop".into(),
            recognised_by: RecognisedBy::Document,
            helper: None,
        };
        let signature = station.sign_now(&statement.signing_input(&subject.about("key", at))).unwrap();
        let word = Vouched { statement, station_key: *station.public_key(), signature };
        assert!(word.holds(&subject.about("key", at)));
        assert!(!word.holds(&subject.about("other key", at)));
        let other = document("AK12346");
        for wrong in [
            Subject::new(("did:x:fund", "e2"), b"picture", Some(&seen)),
            Subject::new(("did:x:other", "e1"), b"picture", Some(&seen)),
            Subject::new(("did:x:fund", "e1"), b"another picture", Some(&seen)),
            Subject::new(("did:x:fund", "e1"), b"picture", Some(&other)),
            Subject::new(("did:x:fund", "e1"), b"picture", None),
        ] {
            assert!(!word.holds(&wrong.about("key", at)));
        }
        let proof =
            About { request_id: "e1", challenge: PURPOSE, holder_key: "key", captured_at: at, parts: &[] };
        assert!(!word.holds(&proof), "nor is it a yearly proof");
    }

    #[test]
    fn a_word_of_yesterday_is_none_of_today() {
        let now = Timestamp::UNIX_EPOCH + Duration::days(2);
        assert!(is_of_now(now - Duration::minutes(59), now) && is_of_now(now + Duration::minutes(4), now));
        assert!(!is_of_now(now - Duration::minutes(61), now) && !is_of_now(now + Duration::minutes(6), now));
    }
}
