//! How credentials are asked for and answered on top of TLS (OID4VCI 1.0, 10).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::vci::IssuerMetadata;

use super::OfferFault;
use crate::encryption::{AGREEMENT, best, suitable_key};

/// The issuer's key for requests, and what answers are to be encrypted with. Each request brings a key of its own for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encrypting {
    /// A public key of P-256 with `alg` `ECDH-ES`.
    pub jwk: Value,
    /// `enc` of requests.
    pub enc: String,
    /// `enc` that answers are asked for in; none where the issuer has none of this wallet's.
    pub answer: Option<String>,
}

impl Encrypting {
    /// Whatever the issuer requires, and encrypted answers wherever it offers them: who ends the TLS connection of an issuer is not
    /// always the issuer. An encrypted answer needs an encrypted request, or somebody on the way could put another key into it (8.2).
    pub fn choose(metadata: &IssuerMetadata) -> Result<Option<Self>, OfferFault> {
        let (requests, answers) =
            (&metadata.credential_request_encryption, &metadata.credential_response_encryption);
        let request = requests
            .as_ref()
            .and_then(|it| Some((suitable_key(&it.jwks)?.clone(), best(&it.enc_values_supported)?)));
        let answer = answers
            .as_ref()
            .filter(|it| it.alg_values_supported.iter().any(|alg| alg == AGREEMENT))
            .and_then(|it| best(&it.enc_values_supported));
        let (request_required, answer_required) = (
            requests.as_ref().is_some_and(|it| it.encryption_required),
            answers.as_ref().is_some_and(|it| it.encryption_required),
        );
        let Some((jwk, enc)) = request else {
            return if request_required || answer_required { Err(OfferFault::Encryption) } else { Ok(None) };
        };
        if answer_required && answer.is_none() {
            return Err(OfferFault::Encryption);
        }
        let wanted = request_required || answer.is_some();
        Ok(wanted.then(|| Self { jwk, enc: enc.to_owned(), answer: answer.map(str::to_owned) }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn chosen(request: Value, answer: Value) -> Result<Option<Encrypting>, OfferFault> {
        let metadata = json!({
            "credential_issuer": "https://i.example", "credential_endpoint": "https://i.example/credential",
            "credential_configurations_supported": {},
            "credential_request_encryption": request, "credential_response_encryption": answer,
        });
        Encrypting::choose(&serde_json::from_value(metadata).unwrap())
    }

    fn request(enc: &[&str], required: bool) -> Value {
        let key = json!({ "kty": "EC", "kid": "1", "crv": "P-256", "alg": "ECDH-ES", "x": "x", "y": "y" });
        json!({ "jwks": { "keys": [key] }, "enc_values_supported": enc, "encryption_required": required })
    }

    fn answer(alg: &str, enc: &[&str], required: bool) -> Value {
        json!({ "alg_values_supported": [alg], "enc_values_supported": enc, "encryption_required": required })
    }

    #[test]
    fn what_is_offered_is_used_and_the_best_of_it() {
        let both = &["A128GCM", "A256GCM"];
        for required in [false, true] {
            let found = chosen(request(both, required), answer("ECDH-ES", both, required)).unwrap().unwrap();
            assert_eq!((found.enc.as_str(), found.answer.as_deref()), ("A256GCM", Some("A256GCM")));
        }
        assert_eq!(chosen(Value::Null, Value::Null), Ok(None));
        let alone = chosen(request(&["A128GCM"], true), Value::Null).unwrap().unwrap();
        assert_eq!((alone.enc.as_str(), alone.answer), ("A128GCM", None));
        assert_eq!(chosen(request(both, false), Value::Null), Ok(None), "nothing in it needs it");
    }

    #[test]
    fn what_is_required_and_not_here_ends_the_offer() {
        let both = &["A128GCM", "A256GCM"];
        let strange = &["A128CBC-HS256"];
        for (request, answer) in [
            (request(strange, true), Value::Null),
            (request(both, false), answer("ECDH-ES", strange, true)),
            (request(both, false), answer("RSA-OAEP-256", both, true)),
            (Value::Null, answer("ECDH-ES", both, true)),
        ] {
            assert_eq!(chosen(request, answer), Err(OfferFault::Encryption));
        }
    }

    #[test]
    fn what_is_offered_and_not_here_is_left() {
        let both = &["A128GCM", "A256GCM"];
        assert_eq!(chosen(request(&["A192GCM"], false), answer("ECDH-ES", both, false)), Ok(None));
        assert_eq!(chosen(request(both, false), answer("ECDH-ES+A128KW", both, false)), Ok(None));
        assert_eq!(chosen(Value::Null, answer("ECDH-ES", both, false)), Ok(None), "no key to ask with");
    }
}
