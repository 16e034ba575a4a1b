//! The key proof of OID4VCI 1.0, Appendix F.1: a JWT by the device key that names issuer and nonce.

use clock::Timestamp;
use serde_json::json;

use crate::assurance::Assurance;
use crate::encoding::{base64url, from_base64url};
use crate::mandate::Kind;

/// What a key proof is about.
#[derive(Clone, Copy, Debug)]
pub struct Proving<'a> {
    pub key: &'a keys::PublicKey,
    /// The JOSE name of the signature, of those that the issuer lists.
    pub alg: &'a str,
    /// The credential issuer's identifier.
    pub issuer: &'a str,
    pub nonce: Option<&'a str>,
    pub assurance: Assurance,
    /// As what somebody acts for the person, where somebody does.
    pub representative: Option<Kind>,
    /// Who vouches for how the key is kept, and what they say (appendix D.1).
    pub attestation: Option<&'a str>,
}

/// The signing input `header.payload`. `iss` stays out: the token came from an anonymous
/// pre-authorized code, and the specification then forbids it. `amr` (ours; others ignore it) stands there only where the
/// person came by less than a passkey; `representative` (ours too) where a guardian or an attorney acted for them, without
/// their name.
#[must_use]
pub fn signing_input(proving: &Proving<'_>, now: Timestamp) -> Vec<u8> {
    let Proving { key, alg, issuer, nonce, assurance, representative, attestation } = *proving;
    let mut header = json!({ "typ": "openid4vci-proof+jwt", "alg": alg, "jwk": key.to_jwk() });
    if let (Some(attestation), Some(members)) = (attestation, header.as_object_mut()) {
        members.insert("key_attestation".to_owned(), attestation.into());
    }
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

/// The key attestation that a proof carries, for an issuer that takes it alone (appendix F.3).
#[must_use]
pub fn attestation_of(proof: &str) -> Option<String> {
    let header: serde_json::Value =
        serde_json::from_slice(&from_base64url(proof.split('.').next()?)?).ok()?;
    Some(header.get("key_attestation")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::Value;

    use super::*;

    fn proving<'a>(key: &'a keys::PublicKey, issuer: &'a str) -> Proving<'a> {
        let assurance = Assurance::Passkey;
        Proving { key, alg: "ES256", issuer, nonce: None, assurance, representative: None, attestation: None }
    }

    #[test]
    fn proof_names_issuer_nonce_and_key_and_no_client() {
        let key = keys::PublicKey::P256([2; 33]);
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let proving = Proving { nonce: Some("n"), ..proving(&key, "https://i.example/t/a") };
        let input = signing_input(&proving, now);
        let input = String::from_utf8(input).unwrap();
        let (header, payload) = input.split_once('.').unwrap();
        let header: Value = serde_json::from_slice(&from_base64url(header).unwrap()).unwrap();
        let payload: Value = serde_json::from_slice(&from_base64url(payload).unwrap()).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&"openid4vci-proof+jwt".into(), &"ES256".into()));
        assert!(header.get("kid").is_none() && header.get("key_attestation").is_none());
        assert_eq!(
            payload,
            serde_json::json!({"aud": "https://i.example/t/a", "iat": 1_700_000_000, "nonce": "n"})
        );
    }

    #[test]
    fn issuer_is_told_that_there_was_only_a_pin() {
        let (key, now) = (keys::PublicKey::P256([2; 33]), chrono::DateTime::UNIX_EPOCH);
        let proving = Proving { assurance: Assurance::Pin, ..proving(&key, "https://i.example") };
        let input = signing_input(&proving, now);
        let input = String::from_utf8(input).unwrap();
        let payload = from_base64url(input.split_once('.').unwrap().1).unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["amr"], serde_json::json!(["pin", "swk"]));
    }

    #[test]
    fn attestation_is_found_again_in_the_proof_that_carries_it() {
        let (key, now) = (keys::PublicKey::P256([2; 33]), chrono::DateTime::UNIX_EPOCH);
        let proof = |attestation| {
            let proving = Proving { attestation, ..proving(&key, "https://i.example") };
            format!("{}.c2ln", String::from_utf8(signing_input(&proving, now)).unwrap())
        };
        assert_eq!(attestation_of(&proof(Some("a.b.c"))).as_deref(), Some("a.b.c"));
        assert_eq!((attestation_of(&proof(None)), attestation_of("nonsense")), (None, None));
    }
}
