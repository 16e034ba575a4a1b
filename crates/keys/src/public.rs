//! Public keys: their encodings (JWK, Multikey, COSE, did:key, did:jwk) and signature verification.

use std::fmt;

use p256::elliptic_curve::sec1::ToEncodedPoint;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::encoding::{base64url, from_base64url};

/// The signature algorithms this workspace signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    Ed25519,
    P256,
}

impl Algorithm {
    /// The JOSE name (RFC 7518, 3.4; RFC 8037, 3.1).
    #[must_use]
    pub fn jose(self) -> &'static str {
        match self {
            Self::Ed25519 => "EdDSA",
            Self::P256 => "ES256",
        }
    }
}

/// A public key that is a point on its curve: no constructor lets any other bytes through, but the
/// variants are open so that records and tests can be written down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PublicKey {
    /// The 32 bytes of RFC 8032.
    Ed25519([u8; 32]),
    /// The compressed point of SEC 1, 2.3.3.
    P256([u8; 33]),
}

/// The signature is not one by this key over these bytes. No more is said on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match the key and the signed bytes")]
pub struct BadSignature;

/// Why bytes or JSON are not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    #[error("the key type or curve is not supported")]
    Unsupported,
    #[error("a member of the key is missing or has the wrong form")]
    Malformed,
    #[error("the key contains private members")]
    Private,
    #[error("the bytes are not a point on the curve")]
    NotOnCurve,
}

// Multicodec prefixes as unsigned varints: 0xed and 0x1200.
const ED25519_PREFIX: [u8; 2] = [0xed, 0x01];
const P256_PREFIX: [u8; 2] = [0x80, 0x24];

impl PublicKey {
    /// Checks that the bytes are a usable Ed25519 key. Small-order points are refused here already,
    /// since any message verifies under them for somebody.
    pub fn ed25519(bytes: [u8; 32]) -> Result<Self, InvalidKey> {
        let point = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| InvalidKey::NotOnCurve)?;
        if point.is_weak() {
            return Err(InvalidKey::NotOnCurve);
        }
        Ok(Self::Ed25519(bytes))
    }

    /// Accepts the compressed (33 bytes) and the uncompressed (65 bytes) form of SEC 1.
    pub fn p256(sec1: &[u8]) -> Result<Self, InvalidKey> {
        if !matches!((sec1.first(), sec1.len()), (Some(2 | 3), 33) | (Some(4), 65)) {
            return Err(InvalidKey::Malformed);
        }
        let point = p256::PublicKey::from_sec1_bytes(sec1).map_err(|_| InvalidKey::NotOnCurve)?;
        let compressed = point.to_encoded_point(true);
        compressed.as_bytes().try_into().map(Self::P256).map_err(|_| InvalidKey::Malformed)
    }

    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::P256(_) => Algorithm::P256,
        }
    }

    /// Reads a JWK (RFC 7517). A JWK with private members is refused: whoever sends one has leaked it.
    pub fn from_jwk(jwk: &Value) -> Result<Self, InvalidKey> {
        let object = jwk.as_object().ok_or(InvalidKey::Malformed)?;
        let member = |name: &str| object.get(name).and_then(Value::as_str).ok_or(InvalidKey::Malformed);
        let kty = member("kty")?;
        if kty == "oct"
            || ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|name| object.contains_key(*name))
        {
            return Err(InvalidKey::Private);
        }
        match (kty, object.get("crv").and_then(Value::as_str)) {
            ("OKP", Some("Ed25519")) => {
                Self::ed25519(from_base64url(member("x")?).ok_or(InvalidKey::Malformed)?)
            }
            ("EC", Some("P-256")) => {
                let x: [u8; 32] = from_base64url(member("x")?).ok_or(InvalidKey::Malformed)?;
                let y: [u8; 32] = from_base64url(member("y")?).ok_or(InvalidKey::Malformed)?;
                Self::p256_from_coordinates(&x, &y)
            }
            _ => Err(InvalidKey::Unsupported),
        }
    }

    pub(crate) fn p256_from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, InvalidKey> {
        let mut sec1 = Vec::with_capacity(65);
        sec1.push(4);
        sec1.extend_from_slice(x);
        sec1.extend_from_slice(y);
        Self::p256(&sec1)
    }

    /// The JWK with the required members only, so that its thumbprint and its text agree everywhere.
    #[must_use]
    pub fn to_jwk(&self) -> Value {
        match self {
            Self::Ed25519(bytes) => json!({ "crv": "Ed25519", "kty": "OKP", "x": base64url(bytes) }),
            Self::P256(_) => {
                let (x, y) = self.coordinates();
                json!({ "crv": "P-256", "kty": "EC", "x": base64url(&x), "y": base64url(&y) })
            }
        }
    }

    /// Reads a `publicKeyMultibase` value of a Multikey (Controlled Identifiers 1.0, 2.2.2).
    pub fn from_multikey(text: &str) -> Result<Self, InvalidKey> {
        // Longest supported: 35 bytes make 48 characters. base58 decoding is quadratic, so look first.
        if text.len() > 64 {
            return Err(InvalidKey::Unsupported);
        }
        let encoded = text.strip_prefix('z').ok_or(InvalidKey::Malformed)?;
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| InvalidKey::Malformed)?;
        let (prefix, key) = bytes.split_first_chunk::<2>().ok_or(InvalidKey::Malformed)?;
        match *prefix {
            ED25519_PREFIX => Self::ed25519(key.try_into().map_err(|_| InvalidKey::Malformed)?),
            P256_PREFIX if key.len() == 33 => Self::p256(key),
            P256_PREFIX => Err(InvalidKey::Malformed),
            _ => Err(InvalidKey::Unsupported),
        }
    }

    #[must_use]
    pub fn to_multikey(&self) -> String {
        let (prefix, key): (_, &[u8]) = match self {
            Self::Ed25519(bytes) => (ED25519_PREFIX, bytes),
            Self::P256(bytes) => (P256_PREFIX, bytes),
        };
        let mut bytes = Vec::with_capacity(35);
        bytes.extend_from_slice(&prefix);
        bytes.extend_from_slice(key);
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The X25519 key with the same secret (RFC 7748, 4.1), as a Multikey. P-256 keys have none.
    #[must_use]
    pub fn x25519_multikey(&self) -> Option<String> {
        let Self::Ed25519(bytes) = self else { return None };
        let point = ed25519_dalek::VerifyingKey::from_bytes(bytes).ok()?;
        let mut twin = vec![0xec, 0x01];
        twin.extend_from_slice(point.to_montgomery().as_bytes());
        Some(format!("z{}", bs58::encode(twin).into_string()))
    }

    /// Reads a COSE_Key (RFC 9052, 7), as authenticators send it.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, InvalidKey> {
        crate::cose::parse(bytes)
    }

    #[must_use]
    pub fn did_key(&self) -> String {
        format!("did:key:{}", self.to_multikey())
    }

    #[must_use]
    pub fn did_jwk(&self) -> String {
        format!("did:jwk:{}", base64url(self.required_members().as_bytes()))
    }

    /// The JWK thumbprint (RFC 7638) with SHA-256, in base64url.
    #[must_use]
    pub fn jwk_thumbprint(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.required_members().as_bytes());
        base64url(digest.as_ref())
    }

    /// Verifies a signature: 64 bytes of RFC 8032, or `r || s` over SHA-256 for P-256.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match self {
            Self::Ed25519(bytes) => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| BadSignature)?;
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| BadSignature)?;
                // The strict form also refuses small-order keys and commitments.
                key.verify_strict(message, &signature).map_err(|_| BadSignature)
            }
            Self::P256(_) => {
                let (x, y) = self.coordinates();
                let mut point = [4u8; 65];
                let (head, tail) = point.split_at_mut(33);
                if let Some(target) = head.get_mut(1..) {
                    target.copy_from_slice(&x);
                }
                tail.copy_from_slice(&y);
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .map_err(|_| BadSignature)
            }
        }
    }

    /// RFC 7638, 3.2: the required members only, in lexicographic order, without white space.
    fn required_members(&self) -> String {
        match self {
            Self::Ed25519(bytes) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url(bytes))
            }
            Self::P256(_) => {
                let (x, y) = self.coordinates();
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, base64url(&x), base64url(&y))
            }
        }
    }

    /// Zeros for anything that is not a point: such a key verifies nothing.
    fn coordinates(&self) -> ([u8; 32], [u8; 32]) {
        let Self::P256(bytes) = self else { return ([0; 32], [0; 32]) };
        let Ok(point) = p256::PublicKey::from_sec1_bytes(bytes) else { return ([0; 32], [0; 32]) };
        let point = point.to_encoded_point(false);
        match (point.x(), point.y()) {
            (Some(x), Some(y)) => ((*x).into(), (*y).into()),
            _ => ([0; 32], [0; 32]),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_multikey())
    }
}

#[cfg(test)]
#[path = "public_tests.rs"]
mod tests;
