//! Signing: the trait behind which software keys and hardware keys look alike.

use std::fmt;

use clock::Entropy;
use ed25519_dalek::Signer as _;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
};
use zeroize::Zeroizing;

use crate::bbs;
use crate::locked::Locked;
use crate::public::{Algorithm, InvalidKey, PublicKey};
use crate::seal::{Length, SealError, SealingKey};
use crate::token::TokenError;

/// Signing did not happen. The causes lie in hardware or configuration, never in the message.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the key in memory could not sign")]
    Memory,
    #[error("a key of this kind makes no such signatures")]
    Kind,
    #[error("the key in the token could not sign")]
    Token(#[from] TokenError),
}

/// A private key that signs without ever being seen.
#[async_trait::async_trait]
pub trait Signer: Send + Sync {
    fn public_key(&self) -> &PublicKey;

    /// Ed25519: the 64 bytes of RFC 8032. P-256 and P-384: `r || s` over the SHA-256 or SHA-384 of the message.
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;

    /// BBS: 80 bytes over all messages under a header. It takes milliseconds, so it is not for an asynchronous thread;
    /// keys of other kinds refuse it at once. There is no such key in a token: PKCS #11 has no mechanism for it.
    fn sign_messages(&self, _header: &[u8], _messages: &[Vec<u8>]) -> Result<Vec<u8>, SignError> {
        Err(SignError::Kind)
    }
}

/// A private key in memory.
pub struct SoftwareKey {
    public: PublicKey,
    private: Locked<Private>,
}

/// In one piece, without pointers, so that all of it is in the locked pages.
struct Private {
    /// Kept for sealing to a file; wiped when dropped. Its first bytes, as many as the algorithm needs.
    secret: Zeroizing<[u8; LONGEST_SECRET]>,
    pair: Pair,
}

const LONGEST_SECRET: usize = 48;

// Not boxed: a box would put the key outside of the locked pages.
enum Pair {
    Ed25519(ed25519_dalek::SigningKey),
    Ecdsa(EcdsaKeyPair),
    /// Made from the secret each time, since the library's own form does not wipe itself.
    Bbs,
}

impl SoftwareKey {
    /// Makes a new key from the given randomness.
    #[must_use]
    pub fn generate(algorithm: Algorithm, entropy: &dyn Entropy) -> Self {
        loop {
            let mut secret = Zeroizing::new([0u8; LONGEST_SECRET]);
            let Some(secret) = secret.get_mut(..algorithm.secret_length()) else { continue };
            entropy.fill(secret);
            // Fails when the bytes are zero or not below the order: for the NIST curves once in 2^32, for BLS12-381
            // every second time.
            if let Ok(key) = Self::from_secret(algorithm, secret) {
                return key;
            }
        }
    }

    /// Rebuilds a key from its secret: the Ed25519 seed (32 bytes), or the scalar of P-256 or
    /// BLS12-381 (32 bytes) or P-384 (48).
    pub fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, InvalidKey> {
        let (public, pair) = match algorithm {
            Algorithm::Ed25519 => {
                let seed = <[u8; 32]>::try_from(secret).map_err(|_| InvalidKey::Malformed)?;
                let seed = Zeroizing::new(seed);
                let pair = ed25519_dalek::SigningKey::from_bytes(&seed);
                (PublicKey::Ed25519(pair.verifying_key().to_bytes()), Pair::Ed25519(pair))
            }
            Algorithm::P256 => {
                check_length(algorithm, secret)?;
                let scalar = p256::SecretKey::from_slice(secret).map_err(|_| InvalidKey::NotOnCurve)?;
                let point = scalar.public_key().to_encoded_point(false);
                let pair = pair(&ECDSA_P256_SHA256_FIXED_SIGNING, secret, point.as_bytes())?;
                (PublicKey::p256(point.as_bytes())?, Pair::Ecdsa(pair))
            }
            Algorithm::P384 => {
                check_length(algorithm, secret)?;
                let scalar = p384::SecretKey::from_slice(secret).map_err(|_| InvalidKey::NotOnCurve)?;
                let point = scalar.public_key().to_encoded_point(false);
                let pair = pair(&ECDSA_P384_SHA384_FIXED_SIGNING, secret, point.as_bytes())?;
                (PublicKey::p384(point.as_bytes())?, Pair::Ecdsa(pair))
            }
            Algorithm::Bls12381G2 => (PublicKey::Bls12381G2(bbs::public_key(secret)?), Pair::Bbs),
        };
        let mut kept = Zeroizing::new([0u8; LONGEST_SECRET]);
        kept.iter_mut().zip(secret).for_each(|(kept, byte)| *kept = *byte);
        Ok(Self { public, private: Locked::new(Private { secret: kept, pair }) })
    }

    /// Whether [`Self::from_secret`] takes these bytes, without the work of finding the public key.
    #[must_use]
    pub fn is_secret(algorithm: Algorithm, secret: &[u8]) -> bool {
        secret.len() == algorithm.secret_length()
            && match algorithm {
                Algorithm::Ed25519 => true,
                Algorithm::P256 => p256::SecretKey::from_slice(secret).is_ok(),
                Algorithm::P384 => p384::SecretKey::from_slice(secret).is_ok(),
                Algorithm::Bls12381G2 => bbs::public_key(secret).is_ok(),
            }
    }

    /// A key that follows from this one's secret (RFC 5869), one for each purpose: whoever keeps this one keeps it too. Neither public
    /// keys nor signatures show that they belong together.
    pub fn derive(&self, algorithm: Algorithm, purpose: &[u8]) -> Result<Self, InvalidKey> {
        let mut secret = Zeroizing::new([0u8; LONGEST_SECRET]);
        let secret = secret.get_mut(..algorithm.secret_length()).ok_or(InvalidKey::Unsupported)?;
        let from = Salt::new(HKDF_SHA256, b"passerelle derived key 1").extract(self.secret());
        let purpose = [purpose];
        let follows = from.expand(&purpose, Length(secret.len())).and_then(|it| it.fill(secret));
        follows.map_err(|_| InvalidKey::Unsupported)?;
        Self::from_secret(algorithm, secret)
    }

    /// The secret, for sealing it into a file.
    pub(crate) fn secret(&self) -> &[u8] {
        self.private.secret.get(..self.public.algorithm().secret_length()).unwrap_or_default()
    }

    /// Sealed, to be kept in a database. `aad` names whose key it is and must be given again.
    #[must_use]
    pub fn seal(&self, sealing: &SealingKey, aad: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        sealing.seal(aad, self.secret(), entropy)
    }

    /// What [`Self::seal`] made with the same `aad`.
    pub fn unseal(
        algorithm: Algorithm,
        sealing: &SealingKey,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Self, SealError> {
        let secret = sealing.open(aad, sealed)?;
        Self::from_secret(algorithm, &secret).map_err(|_| SealError::Damaged)
    }

    /// The same as [`Signer::sign`] for callers that are not asynchronous.
    pub fn sign_now(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.private.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).to_bytes().to_vec()),
            Pair::Ecdsa(pair) => {
                // ring mixes the message and the key into its nonce, so a weak random source costs nothing.
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| SignError::Memory)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Bbs => Err(SignError::Kind),
        }
    }
}

fn check_length(algorithm: Algorithm, secret: &[u8]) -> Result<(), InvalidKey> {
    if secret.len() == algorithm.secret_length() { Ok(()) } else { Err(InvalidKey::Malformed) }
}

fn pair(
    algorithm: &'static EcdsaSigningAlgorithm,
    secret: &[u8],
    point: &[u8],
) -> Result<EcdsaKeyPair, InvalidKey> {
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, secret, point, &SystemRandom::new())
        .map_err(|_| InvalidKey::NotOnCurve)
}

#[async_trait::async_trait]
impl Signer for SoftwareKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.sign_now(message)
    }

    fn sign_messages(&self, header: &[u8], messages: &[Vec<u8>]) -> Result<Vec<u8>, SignError> {
        match &self.private.pair {
            Pair::Bbs => bbs::sign(self.secret(), header, messages),
            Pair::Ed25519(_) | Pair::Ecdsa(_) => Err(SignError::Kind),
        }
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareKey").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn what_a_key_signs_verifies_and_one_flipped_bit_does_not() {
        for algorithm in [Algorithm::Ed25519, Algorithm::P256, Algorithm::P384] {
            let key = SoftwareKey::generate(algorithm, &SeededEntropy::new(7));
            let signature = key.sign_now(b"message").unwrap();
            assert_eq!(signature.len(), algorithm.signature_length());
            key.public_key().verify(b"message", &signature).unwrap();
            assert!(key.public_key().verify(b"massage", &signature).is_err());
            for bit in 0..signature.len() * 8 {
                let mut broken = signature.clone();
                broken[bit / 8] ^= 1 << (bit % 8);
                assert!(key.public_key().verify(b"message", &broken).is_err(), "{algorithm:?} bit {bit}");
            }
            assert!(key.public_key().verify(b"message", &signature[..signature.len() - 1]).is_err());
            assert!(key.public_key().verify(b"message", &[]).is_err());
        }
    }

    #[test]
    fn a_secret_has_the_length_of_its_algorithm() {
        for (algorithm, length) in [(Algorithm::Ed25519, 32), (Algorithm::P256, 32), (Algorithm::P384, 48)] {
            for wrong in [0, 31, 33, 47, 49] {
                assert!(!SoftwareKey::is_secret(algorithm, &vec![7; wrong]));
                let made = SoftwareKey::from_secret(algorithm, &vec![7; wrong]);
                assert!(matches!(made, Err(InvalidKey::Malformed)), "{algorithm:?} {wrong}");
            }
            let made = SoftwareKey::from_secret(algorithm, &vec![7; length]).unwrap();
            assert_eq!(made.secret(), vec![7; length]);
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SoftwareKey::generate(Algorithm::Ed25519, &SeededEntropy::new(7));
        let shown = format!("{key:?}");
        assert!(shown.contains("z6Mk") && !shown.contains("secret"));
    }

    #[test]
    fn derived_key_follows_from_secret_and_purpose_alone() {
        let entropy = clock::SeededEntropy::new(3);
        let key = SoftwareKey::generate(Algorithm::P256, &entropy);
        let derived = |from: &SoftwareKey, purpose: &[u8]| {
            *from.derive(Algorithm::Ed25519, purpose).unwrap().public_key()
        };
        assert_eq!(derived(&key, b"a"), derived(&key, b"a"));
        assert_ne!(derived(&key, b"a"), derived(&key, b"b"));
        assert_ne!(derived(&key, b"a"), derived(&SoftwareKey::generate(Algorithm::P256, &entropy), b"a"));
        let own = SoftwareKey::from_secret(Algorithm::Ed25519, key.secret()).unwrap();
        assert_ne!(derived(&key, b"a"), *own.public_key(), "not the secret itself");
        assert!(
            derived(&key, b"a")
                .verify(b"m", &key.derive(Algorithm::Ed25519, b"a").unwrap().sign_now(b"m").unwrap())
                .is_ok()
        );
    }
}
