//! DPoP proofs (RFC 9449): who holds a token shows with each request that it has the key the token is bound to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::jwt;
use keys::PublicKey;
use ring::digest;
use serde_json::{Map, Value};
use url::Url;

use crate::{Timestamp, fingerprint};

/// The values of `dpop_signing_alg_values_supported`.
pub const DPOP_ALGORITHMS: [&str; 2] = ["ES256", "EdDSA"];

const DPOP_TYP: &str = "dpop+jwt";
const MAX_PROOF_BYTES: usize = 8 * 1024;
const MAX_JTI_BYTES: usize = 256;
/// How far `iat` may lie from our time on either side. How old a proof can be follows from its nonce.
const IAT_WINDOW_SECONDS: i64 = 300;
/// After this a proof is refused for its time, so nobody needs to remember it.
const REMEMBERED_SECONDS: i64 = 2 * IAT_WINDOW_SECONDS;

/// A proof whose signature and claims hold. Its nonce and whether it was used before are not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpopProof {
    /// RFC 7638 thumbprint of the key.
    pub jkt: String,
    pub nonce: Option<String>,
    /// Under what a used proof is remembered, and until when.
    pub fingerprint: String,
    pub remembered_until: Timestamp,
}

/// The request that a proof has to be made for; always a POST here.
#[derive(Clone, Copy, Debug)]
pub struct DpopRequest<'a> {
    /// Without query and fragment.
    pub uri: &'a str,
    /// At endpoints that take access tokens.
    pub access_token: Option<&'a str>,
}

/// Why a proof is refused; each one is `invalid_dpop_proof`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DpopFault {
    #[error("the request must have exactly one DPoP header")]
    Count,
    #[error(
        "the DPoP proof is not a signed JWT of type dpop+jwt with ES256 or EdDSA, or its signature is wrong"
    )]
    Form,
    #[error("the DPoP proof has no public key of a supported kind in jwk")]
    Key,
    #[error("jti is missing or too long")]
    Jti,
    #[error("htm or htu is not that of this request")]
    Request,
    #[error("iat is missing or outside the accepted window")]
    IssuedAt,
    #[error("ath is missing or belongs to another access token")]
    Token,
    #[error("the DPoP proof was used before")]
    Replayed,
    #[error("this client's access tokens must be bound to a key")]
    Missing,
    #[error("dpop_jkt names another key than the DPoP proof")]
    Thumbprint,
}

impl DpopProof {
    /// RFC 9449, 4.3, all but the nonce (10) and replay (11.1), which need more than the proof.
    pub fn verify(proof: &str, request: DpopRequest<'_>, now: Timestamp) -> Result<Self, DpopFault> {
        if proof.len() > MAX_PROOF_BYTES {
            return Err(DpopFault::Form);
        }
        let unverified = jwt::decode(proof).map_err(|_| DpopFault::Form)?;
        let jwk = unverified.header.get("jwk").ok_or(DpopFault::Key)?;
        let key = PublicKey::from_jwk(jwk).map_err(|_| DpopFault::Key)?;
        let verified = jwt::verify_with_key(proof, DPOP_TYP, &key, now).map_err(|_| DpopFault::Form)?;
        let claims = &verified.claims;
        let jti = text(claims, "jti").filter(|jti| (1..=MAX_JTI_BYTES).contains(&jti.len()));
        let jti = jti.ok_or(DpopFault::Jti)?;
        let htu = text(claims, "htu").and_then(target);
        if text(claims, "htm") != Some("POST") || htu.is_none() || htu != target(request.uri) {
            return Err(DpopFault::Request);
        }
        let issued_at = jwt::numeric_date(claims, "iat").ok_or(DpopFault::IssuedAt)?;
        if (issued_at - now).abs() > chrono::Duration::seconds(IAT_WINDOW_SECONDS) {
            return Err(DpopFault::IssuedAt);
        }
        if let Some(token) = request.access_token
            && text(claims, "ath") != Some(hash(token).as_str())
        {
            return Err(DpopFault::Token);
        }
        let jkt = key.jwk_thumbprint();
        Ok(Self {
            fingerprint: fingerprint(&format!("dpop:{jkt}:{jti}")),
            jkt,
            nonce: text(claims, "nonce").map(str::to_owned),
            remembered_until: now + chrono::Duration::seconds(REMEMBERED_SECONDS),
        })
    }
}

/// Whether a text can be a JWK thumbprint with SHA-256.
#[must_use]
pub fn is_thumbprint(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// RFC 9449, 4.1: `ath` is the base64url of the SHA-256 of the token.
fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}

/// RFC 9449, 4.3, 9: normalised, and query and fragment left out.
fn target(uri: &str) -> Option<Url> {
    let mut uri = Url::parse(uri).ok()?;
    uri.set_query(None);
    uri.set_fragment(None);
    Some(uri)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

#[cfg(test)]
#[path = "dpop_tests.rs"]
mod tests;
