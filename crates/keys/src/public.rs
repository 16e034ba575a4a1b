//! Public keys: their encodings (JWK, Multikey, COSE, did:key, did:jwk) and signature verification.

use std::fmt;

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::bbs;
use crate::encoding::{base64url, from_base64url};
use crate::point;

/// The signature algorithms this workspace signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    Ed25519,
    P256,
    P384,
    /// BBS signatures, with the public key in G2.
    Bls12381G2,
}

impl Algorithm {
    pub const ALL: [Self; 4] = [Self::Ed25519, Self::P256, Self::P384, Self::Bls12381G2];

    /// The name in configurations and in the names of keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::Bls12381G2 => "bls12381",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    /// The JOSE name (RFC 7518, 3.4; RFC 8037, 3.1). No JWS is signed with BBS; the name is that of JSON Web Proofs.
    #[must_use]
    pub fn jose(self) -> &'static str {
        match self {
            Self::Ed25519 => "EdDSA",
            Self::P256 => "ES256",
            Self::P384 => "ES384",
            Self::Bls12381G2 => "BBS",
        }
    }

    /// The bytes of a private key.
    #[must_use]
    pub(crate) fn secret_length(self) -> usize {
        match self {
            Self::Ed25519 | Self::P256 | Self::Bls12381G2 => 32,
            Self::P384 => 48,
        }
    }

    /// The bytes of a signature.
    #[must_use]
    pub fn signature_length(self) -> usize {
        match self {
            Self::Ed25519 | Self::P256 => 64,
            Self::P384 => 96,
            Self::Bls12381G2 => 80,
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
    /// The compressed point of SEC 1, 2.3.3.
    P384([u8; 49]),
    /// The compressed point of G2, for BBS signatures.
    Bls12381G2([u8; 96]),
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

// Multicodec prefixes as unsigned varints: 0xed, 0x1200, 0x1201 and 0xeb.
const ED25519_PREFIX: [u8; 2] = [0xed, 0x01];
const P256_PREFIX: [u8; 2] = [0x80, 0x24];
const P384_PREFIX: [u8; 2] = [0x81, 0x24];
const BLS12381_G2_PREFIX: [u8; 2] = [0xeb, 0x01];
/// The longest supported Multikey: 98 bytes in base58 behind one letter.
const LONGEST_MULTIKEY: usize = 135;

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
        point::compress_p256(sec1).map(Self::P256)
    }

    /// Accepts the compressed (49 bytes) and the uncompressed (97 bytes) form of SEC 1.
    pub fn p384(sec1: &[u8]) -> Result<Self, InvalidKey> {
        point::compress_p384(sec1).map(Self::P384)
    }

    /// Accepts the compressed form (96 bytes) of a point of the group of prime order that is not its identity.
    pub fn bls12381_g2(compressed: &[u8]) -> Result<Self, InvalidKey> {
        bbs::check_public_key(compressed).map(Self::Bls12381G2)
    }

    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::P256(_) => Algorithm::P256,
            Self::P384(_) => Algorithm::P384,
            Self::Bls12381G2(_) => Algorithm::Bls12381G2,
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
                let [x, y]: [[u8; 32]; 2] = coordinates_of_jwk(member)?;
                Self::p256(&point::uncompressed(&x, &y))
            }
            ("EC", Some("P-384")) => {
                let [x, y]: [[u8; 48]; 2] = coordinates_of_jwk(member)?;
                Self::p384(&point::uncompressed(&x, &y))
            }
            _ => Err(InvalidKey::Unsupported),
        }
    }

    /// The JWK with the required members only, so that its thumbprint and its text agree everywhere.
    #[must_use]
    pub fn to_jwk(&self) -> Value {
        match self {
            Self::Ed25519(bytes) => json!({ "crv": "Ed25519", "kty": "OKP", "x": base64url(bytes) }),
            Self::P256(_) | Self::P384(_) => {
                let (curve, x, y) = self.curve_and_coordinates();
                json!({ "crv": curve, "kty": "EC", "x": x, "y": y })
            }
            // draft-ietf-cose-bls-key-representations-08, 2.2. Such a JWK is shown and never read.
            Self::Bls12381G2(bytes) => {
                let (x, y) = bbs::coordinates(bytes);
                json!({ "crv": "BLS12381G2", "kty": "EC", "x": base64url(&x), "y": base64url(&y) })
            }
        }
    }

    /// Reads a `publicKeyMultibase` value of a Multikey (Controlled Identifiers 1.0, 2.2.2).
    pub fn from_multikey(text: &str) -> Result<Self, InvalidKey> {
        // base58 decoding is quadratic, so look first.
        if text.len() > LONGEST_MULTIKEY {
            return Err(InvalidKey::Unsupported);
        }
        let encoded = text.strip_prefix('z').ok_or(InvalidKey::Malformed)?;
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| InvalidKey::Malformed)?;
        let (prefix, key) = bytes.split_first_chunk::<2>().ok_or(InvalidKey::Malformed)?;
        match *prefix {
            ED25519_PREFIX => Self::ed25519(key.try_into().map_err(|_| InvalidKey::Malformed)?),
            P256_PREFIX if key.len() == 33 => Self::p256(key),
            P384_PREFIX if key.len() == 49 => Self::p384(key),
            BLS12381_G2_PREFIX => Self::bls12381_g2(key),
            P256_PREFIX | P384_PREFIX => Err(InvalidKey::Malformed),
            _ => Err(InvalidKey::Unsupported),
        }
    }

    #[must_use]
    pub fn to_multikey(&self) -> String {
        let (prefix, key): (_, &[u8]) = match self {
            Self::Ed25519(bytes) => (ED25519_PREFIX, bytes),
            Self::P256(bytes) => (P256_PREFIX, bytes),
            Self::P384(bytes) => (P384_PREFIX, bytes),
            Self::Bls12381G2(bytes) => (BLS12381_G2_PREFIX, bytes),
        };
        format!("z{}", bs58::encode([&prefix, key].concat()).into_string())
    }

    /// The X25519 key with the same secret (RFC 7748, 4.1), as a Multikey. Other kinds have none.
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

    /// Verifies a signature: 64 bytes of RFC 8032, or `r || s` over SHA-256 for P-256 and over SHA-384 for P-384.
    /// BBS keys verify messages and proofs instead.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match self {
            Self::Ed25519(bytes) => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| BadSignature)?;
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| BadSignature)?;
                // The strict form also refuses small-order keys and commitments.
                key.verify_strict(message, &signature).map_err(|_| BadSignature)
            }
            Self::P256(_) => self.verify_ecdsa(&ECDSA_P256_SHA256_FIXED, message, signature),
            Self::P384(_) => self.verify_ecdsa(&ECDSA_P384_SHA384_FIXED, message, signature),
            Self::Bls12381G2(_) => Err(BadSignature),
        }
    }

    fn verify_ecdsa(
        &self,
        algorithm: &'static EcdsaVerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let key = UnparsedPublicKey::new(algorithm, point::uncompressed_of(self));
        key.verify(message, signature).map_err(|_| BadSignature)
    }

    /// RFC 7638, 3.2: the required members only, in lexicographic order, without white space.
    fn required_members(&self) -> String {
        match self {
            Self::Ed25519(bytes) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url(bytes))
            }
            Self::P256(_) | Self::P384(_) => {
                let (curve, x, y) = self.curve_and_coordinates();
                format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Bls12381G2(bytes) => {
                let (x, y) = bbs::coordinates(bytes);
                let (x, y) = (base64url(&x), base64url(&y));
                format!(r#"{{"crv":"BLS12381G2","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
        }
    }

    /// The name of the curve in JWKs and the coordinates in base64url; empty for a key that is no point.
    fn curve_and_coordinates(&self) -> (&'static str, String, String) {
        let point = point::uncompressed_of(self);
        let (x, y) = point.get(1..).map_or((&[][..], &[][..]), |both| both.split_at(both.len() / 2));
        let curve = if self.algorithm() == Algorithm::P384 { "P-384" } else { "P-256" };
        (curve, base64url(x), base64url(y))
    }
}

fn coordinates_of_jwk<'a, const N: usize>(
    member: impl Fn(&str) -> Result<&'a str, InvalidKey>,
) -> Result<[[u8; N]; 2], InvalidKey> {
    let coordinate = |name| from_base64url(member(name)?).ok_or(InvalidKey::Malformed);
    Ok([coordinate("x")?, coordinate("y")?])
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_multikey())
    }
}

#[cfg(test)]
#[path = "public_tests.rs"]
mod tests;
