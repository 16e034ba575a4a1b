//! The attestation of this wallet to an authorization server (OAuth 2.0 Attestation-Based Client Authentication, draft 07, as OID4VCI
//! 1.0, appendix E and HAIP 1.0, 4.4.1 ask for it): its provider's word, and the proof that the attested key is here.
//!
//! The attested key is that of the reception, which also its DPoP proofs are signed with: drafts 08 and later name that use, none
//! forbids it. It is another for each issuer, as the drafts' considerations on privacy ask. What other drafts require is there too (`iss`
//! until 07, `exp` of the proof until 05); readers of the others ignore it.

use chrono::Duration;
use clock::Timestamp;
use keys::PublicKey;
use serde_json::{Value, json};

use super::key::signing_input;
use super::{ClientKey, ClientKeyFault};

/// Each attestation goes into one request.
const LIFE_MINUTES: i64 = 5;

/// By what a server knows who attests; one of the two.
#[derive(Clone, Copy, Debug)]
pub enum Attester<'a> {
    /// The key, named by its thumbprint, to servers that were given it.
    Key(&'a PublicKey),
    /// Its certificates for `x5c`, the anchor left out (HAIP 1.0, 4.4.1).
    Certificates(&'a Value),
}

/// What is attested. `client_id` and `provider` are the same for every wallet here, so that they tell nobody apart.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    pub client_id: &'a str,
    /// Who attests.
    pub provider: &'a str,
    /// The key of the reception.
    pub key: &'a PublicKey,
}

impl Statement<'_> {
    /// The signing input of the client attestation (5.1), for the attester's ES256 signature.
    #[must_use]
    pub fn signing_input(&self, attester: Attester<'_>, now: Timestamp) -> Vec<u8> {
        let (name, value) = match attester {
            Attester::Key(key) => ("kid", key.jwk_thumbprint().into()),
            Attester::Certificates(x5c) => ("x5c", x5c.clone()),
        };
        let header = json!({ "typ": "oauth-client-attestation+jwt", "alg": "ES256", name: value });
        let (from, until) = (now.timestamp(), (now + Duration::minutes(LIFE_MINUTES)).timestamp());
        let payload = json!({
            "iss": self.provider, "sub": self.client_id, "iat": from, "exp": until,
            "cnf": { "jwk": self.key.to_jwk() },
        });
        signing_input(&header, &payload)
    }
}

/// The proof of possession (5.2) for one request. `server` is the authorization server's identifier, `challenge` what it gave for
/// this request.
#[derive(Clone, Copy, Debug)]
pub struct Possession<'a> {
    pub client_id: &'a str,
    pub server: &'a str,
    pub challenge: Option<&'a str>,
    /// Unique for each proof.
    pub jti: &'a str,
}

impl Possession<'_> {
    /// The value of `OAuth-Client-Attestation-PoP`.
    pub fn sign(&self, key: &ClientKey, now: Timestamp) -> Result<String, ClientKeyFault> {
        let mut payload = json!({
            "iss": self.client_id, "aud": self.server, "jti": self.jti, "iat": now.timestamp(),
            "exp": (now + Duration::minutes(LIFE_MINUTES)).timestamp(),
        });
        if let (Some(challenge), Some(members)) = (self.challenge, payload.as_object_mut()) {
            members.insert("challenge".to_owned(), challenge.into());
        }
        key.sign(|_| json!({ "typ": "oauth-client-attestation-pop+jwt", "alg": "ES256" }), &payload)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use clock::SeededEntropy;

    use super::*;
    use crate::encoding::from_base64url;

    fn parts(text: &str) -> Vec<Value> {
        let read = |part: &str| serde_json::from_slice(&from_base64url(part).unwrap()).unwrap();
        text.split('.').take(2).map(read).collect()
    }

    #[test]
    fn attestation_names_client_and_key_and_its_attester_in_one_way() {
        let (attester, key) = (PublicKey::P256([2; 33]), PublicKey::P256([3; 33]));
        let statement =
            Statement { client_id: "https://w.example", provider: "https://p.example", key: &key };
        let read = |by| {
            let input = statement.signing_input(by, chrono::DateTime::UNIX_EPOCH);
            parts(&String::from_utf8(input).unwrap())
        };
        let named = read(Attester::Key(&attester));
        let kid = attester.jwk_thumbprint();
        assert_eq!(named[0], json!({ "typ": "oauth-client-attestation+jwt", "alg": "ES256", "kid": kid }));
        let payload = json!({
            "iss": "https://p.example", "sub": "https://w.example", "iat": 0, "exp": 300, "cnf": { "jwk": key.to_jwk() },
        });
        assert_eq!(named[1], payload);
        let x5c = json!(["MIIB"]);
        let certified = read(Attester::Certificates(&x5c));
        assert_eq!((&certified[0]["x5c"], certified[0].get("kid")), (&x5c, None));
    }

    #[test]
    fn possession_is_shown_to_one_server_with_its_challenge() {
        let key = ClientKey::generate(&SeededEntropy::new(1));
        let shown = |challenge| {
            let possession = Possession { client_id: "c", server: "https://as.example", challenge, jti: "j" };
            let jws = possession.sign(&key, chrono::DateTime::UNIX_EPOCH).unwrap();
            let (input, signature) = jws.rsplit_once('.').unwrap();
            let signature = from_base64url(signature).unwrap();
            key.public_key().unwrap().verify(input.as_bytes(), &signature).unwrap();
            parts(&jws)
        };
        let plain = shown(None);
        assert_eq!(plain[0], json!({ "typ": "oauth-client-attestation-pop+jwt", "alg": "ES256" }));
        let payload = json!({ "iss": "c", "aud": "https://as.example", "jti": "j", "iat": 0, "exp": 300 });
        assert_eq!(plain[1], payload);
        assert_eq!(shown(Some("once"))[1]["challenge"], "once");
    }
}
