//! The key proof of OID4VCI 1.0, Appendix F.1: a JWT by the device key that names issuer and nonce.

use clock::Timestamp;
use serde_json::json;

use crate::assurance::Assurance;
use crate::encoding::base64url;
use crate::mandate::Kind;

/// The signing input `header.payload`. `iss` stays out: the token came from an anonymous
/// pre-authorized code, and the specification then forbids it. `amr` (ours; others ignore it) stands there only where the
/// person came by less than a passkey; `representative` (ours too) where a guardian or an attorney acted for them, without
/// their name.
#[must_use]
pub fn signing_input(
    key: &keys::PublicKey,
    issuer: &str,
    nonce: Option<&str>,
    (assurance, representative): (Assurance, Option<Kind>),
    now: Timestamp,
) -> Vec<u8> {
    let header = json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": key.to_jwk() });
    let mut payload = json!({ "aud": issuer, "iat": now.timestamp() });
    if let (Some(nonce), Some(members)) = (nonce, payload.as_object_mut()) {
        members.insert("nonce".to_owned(), nonce.into());
    }
    if let (Some(methods), Some(members)) = (assurance.told(), payload.as_object_mut()) {
        members.insert("amr".to_owned(), methods.into());
    }
    if let (Some(kind), Some(members)) = (representative, payload.as_object_mut()) {
        members.insert("representative".to_owned(), kind.as_str().into());
    }
    let part = |value: &serde_json::Value| base64url(value.to_string().as_bytes());
    format!("{}.{}", part(&header), part(&payload)).into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::Value;

    use super::*;
    use crate::encoding::from_base64url;

    #[test]
    fn proof_names_issuer_nonce_and_key_and_no_client() {
        let key = keys::PublicKey::P256([2; 33]);
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let input = signing_input(&key, "https://i.example/t/a", Some("n"), (Assurance::Passkey, None), now);
        let input = String::from_utf8(input).unwrap();
        let (header, payload) = input.split_once('.').unwrap();
        let header: Value = serde_json::from_slice(&from_base64url(header).unwrap()).unwrap();
        let payload: Value = serde_json::from_slice(&from_base64url(payload).unwrap()).unwrap();
        assert_eq!(header["typ"], "openid4vci-proof+jwt");
        assert!(header.get("kid").is_none());
        assert_eq!(
            payload,
            serde_json::json!({"aud": "https://i.example/t/a", "iat": 1_700_000_000, "nonce": "n"})
        );
    }

    #[test]
    fn issuer_is_told_that_there_was_only_a_pin() {
        let (key, now) = (keys::PublicKey::P256([2; 33]), chrono::DateTime::UNIX_EPOCH);
        let input = signing_input(&key, "https://i.example", None, (Assurance::Pin, None), now);
        let input = String::from_utf8(input).unwrap();
        let payload = from_base64url(input.split_once('.').unwrap().1).unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["amr"], serde_json::json!(["pin", "swk"]));
    }
}
