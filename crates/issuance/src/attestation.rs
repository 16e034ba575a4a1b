//! What a wallet provider attests: the wallet itself (OAuth 2.0 Attestation-Based Client Authentication; OID4VCI 1.0,
//! appendix E) and the keys of its user (appendix D). Who may attest is configured: single keys, or authorities whose
//! certificates do.

use credential::jwt::{self, Verified};
use credential::x509::{CertificateChain, CertificateFault, TrustAnchors};
use keys::PublicKey;
use serde::{Deserialize, Serialize};
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

/// Whose attestations are believed.
#[derive(Clone, Debug, Default)]
pub struct Attesters {
    /// Pinned: what a header says of such a key decides nothing.
    pub keys: Vec<PublicKey>,
    /// For attestations with their certificates in `x5c`.
    pub anchors: TrustAnchors,
}

/// What an issuer wants to know of keys before it binds a credential to them (OID4VCI 1.0, 12.2.4). Without values, an
/// attestation alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttestationRequirement {
    /// One of these must be said of where the keys are kept; see appendix D.2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_storage: Vec<String>,
    /// One of these must be said of how their user is recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_authentication: Vec<String>,
}

/// Keys of which an attester says where they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttestation {
    pub keys: Vec<PublicKey>,
    key_storage: Vec<String>,
    user_authentication: Vec<String>,
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
    #[error("x5c of the attestation is not accepted: {0}")]
    Certificate(CertificateFault),
    #[error("the attestation has no exp")]
    Expiry,
    #[error("attested_keys needs 1 to {BATCH_SIZE} different public keys of supported kinds")]
    Keys,
    #[error(
        "key_storage or user_authentication of the attestation is not one that key_attestations_required accepts"
    )]
    Resistance,
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

impl Attesters {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.anchors.is_empty()
    }

    /// A JWT that one of them signed.
    fn verify(&self, token: &str, typ: &str, now: Timestamp) -> Result<Verified, AttestationFault> {
        if token.len() > MAX_BYTES {
            return Err(AttestationFault::Attester);
        }
        let pinned = self.keys.iter().find_map(|key| jwt::verify_with_key(token, typ, key, now).ok());
        pinned.map_or_else(|| self.by_certificate(token, typ, now), Ok)
    }

    /// HAIP 1.0, 4.4.1 and 4.5.1: the key is in the first certificate of `x5c`, which leads to an anchor that is not there.
    fn by_certificate(&self, token: &str, typ: &str, now: Timestamp) -> Result<Verified, AttestationFault> {
        let header = jwt::decode(token).map_err(|_| AttestationFault::Attester)?.header;
        let x5c = header.get("x5c").filter(|_| !self.anchors.is_empty()).ok_or(AttestationFault::Attester)?;
        let chain = CertificateChain::from_header(x5c).map_err(AttestationFault::Certificate)?;
        self.anchors.verify_sent(&chain, now).map_err(AttestationFault::Certificate)?;
        jwt::verify_with_key(token, typ, chain.leaf_key(), now).map_err(|_| AttestationFault::Attester)
    }
}

impl KeyAttestation {
    /// `with_proof`: as the header of a `jwt` proof, where `exp` is required (appendix D.1).
    pub fn verify(
        attestation: &str,
        attesters: &Attesters,
        with_proof: bool,
        now: Timestamp,
    ) -> Result<Self, AttestationFault> {
        let claims = attesters.verify(attestation, KEY_TYP, now)?.claims;
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
        Ok(Self {
            keys,
            key_storage: texts(&claims, "key_storage"),
            user_authentication: texts(&claims, "user_authentication"),
            nonce: text(&claims, "nonce").map(str::to_owned),
        })
    }

    /// Whether the keys are kept and used as an issuer requires it.
    pub fn check(&self, required: &AttestationRequirement) -> Result<(), AttestationFault> {
        let meets = |accepted: &[String], said: &[String]| {
            accepted.is_empty() || said.iter().any(|value| accepted.contains(value))
        };
        let met = meets(&required.key_storage, &self.key_storage)
            && meets(&required.user_authentication, &self.user_authentication);
        if met { Ok(()) } else { Err(AttestationFault::Resistance) }
    }
}

impl ClientAttestation {
    /// Sections 7.1 and 7.2 of the draft, all but replay. `issuer` is the authorization server's identifier.
    pub fn verify(
        attestation: &str,
        possession: &str,
        issuer: &str,
        attesters: &Attesters,
        now: Timestamp,
    ) -> Result<Self, AttestationFault> {
        let claims = attesters.verify(attestation, CLIENT_TYP, now)?.claims;
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

fn texts(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    let values = claims.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

#[cfg(test)]
#[path = "attestation_tests.rs"]
mod tests;
