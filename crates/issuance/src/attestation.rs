//! What a wallet provider attests: the wallet itself (OAuth 2.0 Attestation-Based Client Authentication; OID4VCI 1.0,
//! appendix E) and the keys of its user (appendix D). Who may attest is configured, key by key.

use credential::jwt::{self, Verified};
use keys::PublicKey;
use serde_json::{Map, Value};

use crate::key_proof::HolderKey;
use crate::{Timestamp, fingerprint};

/// Keys one attestation may name, and key proofs one request may have.
pub const BATCH_SIZE: usize = 10;

const MAX_BYTES: usize = 16 * 1024;
const MAX_JTI_BYTES: usize = 256;
/// How far `iat` of a proof of possession may lie from our time on either side.
const IAT_WINDOW_SECONDS: i64 = 300;
const CLIENT_TYP: &str = "oauth-client-attestation+jwt";
const POP_TYP: &str = "oauth-client-attestation-pop+jwt";
const KEY_TYP: &str = "key-attestation+jwt";

/// Keys of which an attester says where they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttestation {
    pub keys: Vec<PublicKey>,
    /// The `c_nonce` that shows its freshness; not yet checked.
    pub nonce: Option<String>,
}

/// A wallet that showed an attestation and the key it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAttestation {
    pub client_id: String,
    /// Under what the used proof of possession is remembered, and until when.
    pub fingerprint: String,
    pub remembered_until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttestationFault {
    #[error("the attestation is not a JWT of the right type signed by a trusted attester, or has expired")]
    Attester,
    #[error("the attestation has no exp")]
    Expiry,
    #[error("attested_keys needs 1 to {BATCH_SIZE} different public keys of supported kinds")]
    Keys,
    #[error("the attestation names no client and key")]
    Client,
    #[error("the proof of possession is not a JWT of the right type signed with the attested key")]
    Possession,
    #[error("aud of the proof of possession is not this authorization server")]
    Audience,
    #[error("iat of the attestation or of the proof of possession is missing or outside the accepted window")]
    IssuedAt,
    #[error("jti of the proof of possession is missing or too long")]
    Jti,
}

impl KeyAttestation {
    /// `with_proof`: as the header of a `jwt` proof, where `exp` is required (appendix D.1).
    pub fn verify(
        attestation: &str,
        attesters: &[PublicKey],
        with_proof: bool,
        now: Timestamp,
    ) -> Result<Self, AttestationFault> {
        let claims = by_attester(attestation, KEY_TYP, attesters, now)?.claims;
        if with_proof && !claims.contains_key("exp") {
            return Err(AttestationFault::Expiry);
        }
        let issued_at = jwt::numeric_date(&claims, "iat").ok_or(AttestationFault::IssuedAt)?;
        if issued_at > now + chrono::Duration::seconds(IAT_WINDOW_SECONDS) {
            return Err(AttestationFault::IssuedAt);
        }
        let attested = claims.get("attested_keys").and_then(Value::as_array).ok_or(AttestationFault::Keys)?;
        if !(1..=BATCH_SIZE).contains(&attested.len()) {
            return Err(AttestationFault::Keys);
        }
        let keys: Result<Vec<PublicKey>, _> = attested.iter().map(PublicKey::from_jwk).collect();
        let keys = keys.map_err(|_| AttestationFault::Keys)?;
        if !keys.iter().all(HolderKey::suits) {
            return Err(AttestationFault::Keys);
        }
        if keys.iter().enumerate().any(|(at, key)| keys.iter().take(at).any(|other| other == key)) {
            return Err(AttestationFault::Keys);
        }
        Ok(Self { keys, nonce: text(&claims, "nonce").map(str::to_owned) })
    }
}

impl ClientAttestation {
    /// Sections 7.1 and 7.2 of the draft, all but replay. `issuer` is the authorization server's identifier.
    pub fn verify(
        attestation: &str,
        possession: &str,
        issuer: &str,
        attesters: &[PublicKey],
        now: Timestamp,
    ) -> Result<Self, AttestationFault> {
        let claims = by_attester(attestation, CLIENT_TYP, attesters, now)?.claims;
        if !claims.contains_key("exp") {
            return Err(AttestationFault::Expiry);
        }
        let client_id = text(&claims, "sub").ok_or(AttestationFault::Client)?;
        let jwk = claims.get("cnf").and_then(|cnf| cnf.get("jwk")).ok_or(AttestationFault::Client)?;
        let key = PublicKey::from_jwk(jwk).map_err(|_| AttestationFault::Client)?;
        if possession.len() > MAX_BYTES {
            return Err(AttestationFault::Possession);
        }
        let shown = jwt::verify_with_key(possession, POP_TYP, &key, now);
        let shown = shown.map_err(|_| AttestationFault::Possession)?.claims;
        if text(&shown, "aud") != Some(issuer) {
            return Err(AttestationFault::Audience);
        }
        let issued_at = jwt::numeric_date(&shown, "iat").ok_or(AttestationFault::IssuedAt)?;
        if (issued_at - now).abs() > chrono::Duration::seconds(IAT_WINDOW_SECONDS) {
            return Err(AttestationFault::IssuedAt);
        }
        let jti = text(&shown, "jti").filter(|jti| (1..=MAX_JTI_BYTES).contains(&jti.len()));
        let jti = jti.ok_or(AttestationFault::Jti)?;
        Ok(Self {
            client_id: client_id.to_owned(),
            fingerprint: fingerprint(&format!("possession:{}:{jti}", key.jwk_thumbprint())),
            remembered_until: now + chrono::Duration::seconds(2 * IAT_WINDOW_SECONDS),
        })
    }
}

/// The key is pinned, so what the header says of `kid` or `x5c` decides nothing.
fn by_attester(
    token: &str,
    typ: &str,
    attesters: &[PublicKey],
    now: Timestamp,
) -> Result<Verified, AttestationFault> {
    if token.len() > MAX_BYTES {
        return Err(AttestationFault::Attester);
    }
    attesters
        .iter()
        .find_map(|key| jwt::verify_with_key(token, typ, key, now).ok())
        .ok_or(AttestationFault::Attester)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

#[cfg(test)]
#[path = "attestation_tests.rs"]
mod tests;
