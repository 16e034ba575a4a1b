//! To which key an answer is encrypted, and how (OpenID4VP 1.0, 8.3): chosen from what the verifier offers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::vp::{ClientMetadata, DEFAULT_ENCRYPTION};

/// Content encryption this wallet does, the most wanted first: HAIP 1.0, 5 says that `A256GCM` should be used where both are
/// supported.
const ENCRYPTIONS: [&str; 2] = ["A256GCM", "A128GCM"];
pub(crate) const AGREEMENT: &str = "ECDH-ES";
/// Keys of a verifier that are looked at.
const MAX_KEYS: usize = 16;

/// The verifier's choice that suits this wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseEncryption {
    /// A public key of P-256 with `alg` `ECDH-ES`.
    pub jwk: Value,
    /// `enc` of the JWE.
    pub enc: String,
}

/// The first key that this wallet can encrypt to, with the best encryption both sides know; none where there is nothing.
#[must_use]
pub fn choose(metadata: &ClientMetadata) -> Option<ResponseEncryption> {
    let enc = match &metadata.encrypted_response_enc_values_supported {
        None => DEFAULT_ENCRYPTION,
        Some(values) => best(values)?,
    };
    let jwk = suitable_key(metadata.jwks.as_ref()?)?;
    Some(ResponseEncryption { jwk: jwk.clone(), enc: enc.to_owned() })
}

/// The most wanted content encryption among those offered.
pub(crate) fn best(offered: &[String]) -> Option<&'static str> {
    ENCRYPTIONS.into_iter().find(|enc| offered.iter().any(|value| value == enc))
}

/// The first key of a JWK set that this wallet can encrypt to.
pub(crate) fn suitable_key(jwks: &Value) -> Option<&Value> {
    let keys = jwks.get("keys")?.as_array()?;
    keys.iter().take(MAX_KEYS).find(|jwk| suits(jwk))
}

/// 8.3: `alg` is there; `use` is absent or says that the key is for encryption.
fn suits(jwk: &Value) -> bool {
    let is = |member: &str, value: &str| jwk.get(member).and_then(Value::as_str) == Some(value);
    is("kty", "EC")
        && is("crv", "P-256")
        && is("alg", AGREEMENT)
        && (jwk.get("use").is_none() || is("use", "enc"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(change: Value) -> Value {
        let mut key = json!({"kty": "EC", "kid": "ac", "use": "enc", "crv": "P-256", "alg": "ECDH-ES", "x": "x", "y": "y"});
        for (member, value) in change.as_object().unwrap() {
            match value {
                Value::Null => key.as_object_mut().unwrap().remove(member),
                value => key.as_object_mut().unwrap().insert(member.clone(), value.clone()),
            };
        }
        key
    }

    fn chosen(keys: Vec<Value>, encryptions: Option<&[&str]>) -> Option<ResponseEncryption> {
        choose(&ClientMetadata {
            jwks: Some(json!({ "keys": keys })),
            encrypted_response_enc_values_supported: encryptions
                .map(|values| values.iter().map(|one| (*one).to_owned()).collect()),
            ..ClientMetadata::default()
        })
    }

    #[test]
    fn the_better_encryption_of_both_is_chosen_and_the_default_is_a128gcm() {
        let enc = |values| chosen(vec![key(json!({}))], values).map(|one| one.enc);
        assert_eq!(enc(None).as_deref(), Some("A128GCM"));
        assert_eq!(enc(Some(&["A128GCM", "A256GCM"])).as_deref(), Some("A256GCM"));
        assert_eq!(enc(Some(&["A128CBC-HS256", "A128GCM"])).as_deref(), Some("A128GCM"));
        assert_eq!(enc(Some(&["A128CBC-HS256"])), None);
        assert_eq!(enc(Some(&[])), None);
    }

    #[test]
    fn a_key_for_something_else_is_passed_over() {
        let unsuitable = [
            json!({"use": "sig"}),
            json!({"alg": "ECDH-ES+A128KW"}),
            json!({"alg": null}),
            json!({"crv": "P-384"}),
            json!({"kty": "OKP", "crv": "X25519"}),
        ];
        for change in &unsuitable {
            assert_eq!(chosen(vec![key(change.clone())], None), None, "{change}");
        }
        let mut keys: Vec<Value> = unsuitable.into_iter().map(key).collect();
        keys.push(key(json!({"kid": "good", "use": null})));
        assert_eq!(chosen(keys, None).unwrap().jwk["kid"], "good");
    }

    #[test]
    fn no_key_is_no_encryption() {
        assert_eq!(choose(&ClientMetadata::default()), None);
        assert_eq!(chosen(Vec::new(), None), None);
        assert_eq!(choose(&ClientMetadata { jwks: Some(json!([])), ..ClientMetadata::default() }), None);
    }
}
