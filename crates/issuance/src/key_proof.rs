//! The `jwt` key proof of OID4VCI 1.0, appendix F.1 and F.4: whose key a credential will be bound to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::x509::{CertificateChain, TrustAnchors};
use keys::{Algorithm, InvalidKey, PublicKey};
use serde_json::{Map, Value};
use wire::amr::Methods;
use wire::representative::Representative;

use crate::Timestamp;

/// A proof holds a key, an audience, a time and a nonce, and beside these, once more in base64url, a key attestation with the
/// certificates of who signed it (`crate::attestation`, 16 kB).
const MAX_PROOF_BYTES: usize = 24 * 1024;
const PROOF_TYP: &str = "openid4vci-proof+jwt";
/// How far `iat` may lie from our time on either side. Phones are wrong by minutes; freshness comes from the nonce.
const IAT_WINDOW_SECONDS: i64 = 300;

/// A key proof whose signature verified. The nonce is not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProof {
    pub holder: HolderKey,
    pub nonce: String,
    /// The `key_attestation` of the header, not yet looked at.
    pub attestation: Option<String>,
    /// How the wallet says that it was opened.
    pub opened_by: Methods,
    /// As what somebody acts for the person, as the wallet says.
    pub representative: Option<Representative>,
}

/// The key a credential is bound to and the DID by which the holder named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderKey {
    pub public: PublicKey,
    /// The DID of `kid`, or the did:jwk of a bare `jwk`.
    pub did: String,
}

/// Why a key proof is refused; each one is `invalid_proof`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProofError {
    #[error("the key proof is longer than {MAX_PROOF_BYTES} bytes")]
    TooLong,
    #[error("the key proof is not a signed JWT in compact form")]
    Form,
    #[error("typ is not openid4vci-proof+jwt")]
    Typ,
    #[error("alg is not one of proof_signing_alg_values_supported")]
    Algorithm,
    #[error("the header names a critical extension this issuer does not know")]
    Critical,
    #[error("the header needs exactly one of jwk, kid and x5c")]
    KeyReference,
    #[error("x5c does not lead to an authority that is trusted here")]
    Certificate,
    #[error("kid is not a did:key or did:jwk URL of a supported key")]
    Kid,
    #[error("the header contains a private key")]
    PrivateKey,
    #[error("the key is malformed or of an unsupported type")]
    Key,
    #[error("alg does not fit the key")]
    KeyMismatch,
    #[error("the signature does not verify with the key in the header")]
    Signature,
    #[error("aud is not this credential issuer")]
    Audience,
    #[error("iat is missing or outside the accepted window")]
    IssuedAt,
    #[error("the proof is expired or not yet valid")]
    Validity,
    #[error("nonce is missing")]
    NonceMissing,
    #[error("amr is not an array of at most eight names of methods")]
    Methods,
    #[error("representative is not a word of at most sixteen letters")]
    Representative,
}

impl HolderKey {
    /// Whether a credential can be bound to such a key. The holder will sign with it, also as JWS, and verifiers
    /// understand ES256 and EdDSA.
    #[must_use]
    pub fn suits(public: &PublicKey) -> bool {
        matches!(public.algorithm(), Algorithm::Ed25519 | Algorithm::P256)
    }

    #[must_use]
    pub fn from_jwk(public: PublicKey) -> Self {
        Self { public, did: public.did_jwk() }
    }

    /// RFC 7638: the same key is the same holder, however the wallet wrote it down.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        self.public.jwk_thumbprint()
    }
}

impl KeyProof {
    /// Checks everything about a proof but its nonce, whose use has to be recorded. `anchors` are those of the wallet
    /// providers, for keys that come in certificates.
    pub fn verify(
        jwt: &str,
        audience: &str,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<Self, KeyProofError> {
        if jwt.len() > MAX_PROOF_BYTES {
            return Err(KeyProofError::TooLong);
        }
        let (signed, signature) = jwt.rsplit_once('.').ok_or(KeyProofError::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(KeyProofError::Form)?;
        let header = object(header)?;
        let payload = object(payload)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| KeyProofError::Form)?;

        if text(&header, "typ") != Some(PROOF_TYP) {
            return Err(KeyProofError::Typ);
        }
        let algorithm = text(&header, "alg").ok_or(KeyProofError::Algorithm)?;
        // RFC 9864, 2.2: the fully specified name of what `EdDSA` is with a key on this curve.
        let algorithm = if algorithm == "Ed25519" { Algorithm::Ed25519.jose() } else { algorithm };
        if !["ES256", "EdDSA"].contains(&algorithm) {
            return Err(KeyProofError::Algorithm);
        }
        // RFC 7515, 4.1.11: an extension marked critical and not understood makes the JWS invalid.
        if header.contains_key("crit") {
            return Err(KeyProofError::Critical);
        }
        let holder = holder(&header, anchors, now)?;
        if holder.public.algorithm().jose() != algorithm {
            return Err(KeyProofError::KeyMismatch);
        }
        holder.public.verify(signed.as_bytes(), &signature).map_err(|_| KeyProofError::Signature)?;

        if text(&payload, "aud") != Some(audience) {
            return Err(KeyProofError::Audience);
        }
        let issued_at = seconds(&payload, "iat").ok_or(KeyProofError::IssuedAt)?;
        if issued_at.abs_diff(now.timestamp()) > IAT_WINDOW_SECONDS.unsigned_abs() {
            return Err(KeyProofError::IssuedAt);
        }
        let expired =
            payload.contains_key("exp") && seconds(&payload, "exp").is_none_or(|at| at <= now.timestamp());
        let early = payload.contains_key("nbf")
            && seconds(&payload, "nbf").is_none_or(|at| at > now.timestamp() + IAT_WINDOW_SECONDS);
        if expired || early {
            return Err(KeyProofError::Validity);
        }
        let nonce = text(&payload, "nonce").ok_or(KeyProofError::NonceMissing)?;
        let attestation = text(&header, "key_attestation").map(str::to_owned);
        let opened_by = match payload.get("amr") {
            None => Methods::default(),
            Some(said) => Methods::of_value(said).ok_or(KeyProofError::Methods)?,
        };
        let representative = match payload.get("representative") {
            None => None,
            Some(said) => {
                let word = said.as_str().and_then(Representative::of_text);
                Some(word.ok_or(KeyProofError::Representative)?)
            }
        };
        Ok(Self { holder, nonce: nonce.to_owned(), attestation, opened_by, representative })
    }
}

fn object(part: &str) -> Result<Map<String, Value>, KeyProofError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| KeyProofError::Form)?;
    // The binary's serde_json has no depth limit; so many kilobytes of brackets would be deep enough to hurt.
    if bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() > 64 {
        return Err(KeyProofError::Form);
    }
    serde_json::from_slice(&bytes).map_err(|_| KeyProofError::Form)
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// RFC 7519, 2: a NumericDate may have a fraction, which is of no interest here.
fn seconds(object: &Map<String, Value>, name: &str) -> Option<i64> {
    let Some(Value::Number(number)) = object.get(name) else { return None };
    let written = number.to_string();
    let whole = written.split_once('.').map_or(written.as_str(), |(whole, _)| whole);
    whole.parse().ok()
}

fn holder(
    header: &Map<String, Value>,
    anchors: &TrustAnchors,
    now: Timestamp,
) -> Result<HolderKey, KeyProofError> {
    match (header.get("jwk"), header.get("kid"), header.get("x5c")) {
        (Some(jwk), None, None) => Ok(HolderKey::from_jwk(from_jwk(jwk)?)),
        (None, Some(Value::String(kid)), None) => from_kid(kid),
        (None, None, Some(x5c)) => from_x5c(x5c, anchors, now),
        _ => Err(KeyProofError::KeyReference),
    }
}

/// The key of the first certificate. One that nobody here trusts says no more than a bare `jwk`, but the wallet means that
/// it does, so it is refused.
fn from_x5c(x5c: &Value, anchors: &TrustAnchors, now: Timestamp) -> Result<HolderKey, KeyProofError> {
    let chain = CertificateChain::from_header(x5c).map_err(|_| KeyProofError::Certificate)?;
    anchors.verify(&chain, now).map_err(|_| KeyProofError::Certificate)?;
    Ok(HolderKey::from_jwk(*chain.leaf_key()))
}

fn from_jwk(jwk: &Value) -> Result<PublicKey, KeyProofError> {
    PublicKey::from_jwk(jwk).map_err(|invalid| match invalid {
        InvalidKey::Private => KeyProofError::PrivateKey,
        InvalidKey::Unsupported | InvalidKey::Malformed | InvalidKey::NotOnCurve => KeyProofError::Key,
    })
}

/// Both methods carry the key in the identifier, so nothing is resolved over a network.
fn from_kid(kid: &str) -> Result<HolderKey, KeyProofError> {
    let (did, fragment) = kid.split_once('#').ok_or(KeyProofError::Kid)?;
    if let Some(multikey) = did.strip_prefix("did:key:") {
        // did:key, 3.1: the only verification key has the identifier itself as its fragment.
        if fragment != multikey {
            return Err(KeyProofError::Kid);
        }
        let public = PublicKey::from_multikey(multikey).map_err(|_| KeyProofError::Kid)?;
        return Ok(HolderKey { public, did: did.to_owned() });
    }
    let encoded = did.strip_prefix("did:jwk:").filter(|_| fragment == "0").ok_or(KeyProofError::Kid)?;
    let jwk = object(encoded).map_err(|_| KeyProofError::Kid)?;
    let public = from_jwk(&Value::Object(jwk))?;
    Ok(HolderKey { public, did: did.to_owned() })
}

#[cfg(test)]
#[path = "key_proof_tests.rs"]
mod tests;
