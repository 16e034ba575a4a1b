//! Keys given as JWK, of P-384 and P-521 too, for signing and verifying outside of the services.
//!
//! The services sign with the two algorithms of `keys`; test suites and other people's files also come with
//! the larger curves of RFC 7518.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::{PublicKey, SoftwareKey};
use serde_json::{Map, Value};

/// Why a JWK is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key type or curve is not supported")]
    Unsupported,
    #[error("a member of the key is missing or has the wrong form")]
    Malformed,
    #[error("the private key does not belong to the public key")]
    Mismatch,
    #[error("the key could not sign")]
    Signing,
}

/// A curve that `keys` does not know, with the bytes of one coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Curve {
    P384,
    P521,
}

impl Curve {
    fn of(name: &str) -> Option<Self> {
        match name {
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }

    fn coordinate_bytes(self) -> usize {
        match self {
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn jose(self) -> &'static str {
        match self {
            Self::P384 => "ES384",
            Self::P521 => "ES512",
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }

    fn verifying(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
        }
    }
}

/// A public key of Ed25519, P-256, P-384 or P-521.
#[derive(Clone, Debug)]
pub struct PublicJwk(Public);

#[derive(Clone, Debug, PartialEq)]
enum Public {
    Ours(PublicKey),
    /// With the uncompressed point of SEC 1, 2.3.3.
    Larger(Curve, Vec<u8>),
}

impl PublicJwk {
    /// Reads a JWK (RFC 7517). Its `alg`, where it has one, must be that of its curve.
    pub fn parse(jwk: &Value) -> Result<Self, KeyError> {
        let object = jwk.as_object().ok_or(KeyError::Malformed)?;
        let public = match curve_of(object) {
            Some(curve) => {
                if object.contains_key("d") {
                    return Err(KeyError::Malformed);
                }
                Public::Larger(curve, point(object, curve)?)
            }
            None => Public::Ours(PublicKey::from_jwk(jwk).map_err(|error| match error {
                keys::InvalidKey::Unsupported => KeyError::Unsupported,
                _ => KeyError::Malformed,
            })?),
        };
        let key = Self(public);
        match object.get("alg") {
            Some(alg) if !alg.as_str().is_some_and(|alg| key.is_for(alg)) => Err(KeyError::Malformed),
            _ => Ok(key),
        }
    }

    /// The JOSE name of the algorithm.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match &self.0 {
            Public::Ours(key) => key.algorithm().jose(),
            Public::Larger(curve, _) => curve.jose(),
        }
    }

    /// Whether tokens of this `alg` may be verified with the key.
    pub(crate) fn is_for(&self, alg: &str) -> bool {
        alg == self.algorithm() || (alg == "Ed25519" && self.algorithm() == "EdDSA")
    }

    /// Whether the signature, `r || s` or that of RFC 8032, is the key's over these bytes.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Public::Ours(key) => key.verify(message, signature).is_ok(),
            Public::Larger(curve, point) => {
                UnparsedPublicKey::new(curve.verifying(), point).verify(message, signature).is_ok()
            }
        }
    }
}

/// The private half, with its public one.
pub struct PrivateJwk {
    public: PublicJwk,
    pair: Pair,
}

enum Pair {
    Ours(Box<SoftwareKey>),
    Larger(EcdsaKeyPair),
}

impl PrivateJwk {
    /// Reads a JWK with `d`. Its public members must be those of `d`.
    pub fn parse(jwk: &Value) -> Result<Self, KeyError> {
        let mut object = jwk.as_object().ok_or(KeyError::Malformed)?.clone();
        let secret = bytes_of(&object, "d")?;
        object.remove("d");
        let public = PublicJwk::parse(&Value::Object(object))?;
        let pair = match &public.0 {
            Public::Ours(key) => {
                let secret = secret.as_slice();
                let software =
                    SoftwareKey::from_secret(key.algorithm(), secret).map_err(|_| KeyError::Malformed)?;
                if keys::Signer::public_key(&software) != key {
                    return Err(KeyError::Mismatch);
                }
                Pair::Ours(Box::new(software))
            }
            Public::Larger(curve, point) => Pair::Larger(
                EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), &secret, point)
                    .map_err(|_| KeyError::Mismatch)?,
            ),
        };
        Ok(Self { public, pair })
    }

    #[must_use]
    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.pair {
            Pair::Ours(key) => key.sign_now(message).map_err(|_| KeyError::Signing),
            Pair::Larger(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::Signing),
        }
    }
}

fn curve_of(jwk: &Map<String, Value>) -> Option<Curve> {
    let name = jwk.get("crv")?.as_str().filter(|_| jwk.get("kty").is_some_and(|kty| kty == "EC"))?;
    Curve::of(name)
}

fn point(jwk: &Map<String, Value>, curve: Curve) -> Result<Vec<u8>, KeyError> {
    let mut point = vec![4];
    for name in ["x", "y"] {
        let coordinate = bytes_of(jwk, name)?;
        // RFC 7518, 6.2.1.2: the full size of a coordinate, leading zeros among it.
        if coordinate.len() != curve.coordinate_bytes() {
            return Err(KeyError::Malformed);
        }
        point.extend(coordinate);
    }
    Ok(point)
}

fn bytes_of(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, KeyError> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or(KeyError::Malformed)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Malformed)
}
