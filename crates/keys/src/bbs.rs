//! BBS signatures over several messages (draft-irtf-cfrg-bbs-signatures, ciphersuite BLS12-381-SHA-256): the issuer
//! signs all messages at once, the holder proves to have a signature while showing some of them.
//!
//! The group arithmetic is `zkryptium`'s. It takes the point at infinity, the scalar zero and bytes of any length where
//! the draft refuses them (octets_to_proof, octets_to_signature, octets_to_pubkey); the point at infinity alone would let
//! anybody forge proofs. So everything that strangers send is looked through here first.

use zkryptium::bbsplus::ciphersuites::Bls12381Sha256;
use zkryptium::bbsplus::keys::{BBSplusPublicKey, BBSplusSecretKey};
use zkryptium::schemes::algorithms::BBSplus;
use zkryptium::schemes::generics::{PoKSignature, Signature};

use crate::public::{BadSignature, InvalidKey, PublicKey};
use crate::signer::SignError;

type Suite = BBSplus<Bls12381Sha256>;

/// Bytes of a compressed point of G1, and of G2.
const G1: usize = 48;
const G2: usize = 96;
const SCALAR: usize = 32;
/// Bytes of a signature: a point and a scalar.
const SIGNATURE: usize = G1 + SCALAR;
/// Bytes of a proof in which every message is shown: three points, three scalars and the challenge.
const PROOF: usize = 3 * G1 + 4 * SCALAR;

/// The public key that belongs to a scalar, which must be neither zero nor beyond the order.
pub(crate) fn public_key(secret: &[u8]) -> Result<[u8; G2], InvalidKey> {
    secret_key(secret).map(|key| key.public_key().to_bytes())
}

/// A point of the group of prime order that is not its identity (octets_to_pubkey).
pub(crate) fn check_public_key(bytes: &[u8]) -> Result<[u8; G2], InvalidKey> {
    let bytes = <[u8; G2]>::try_from(bytes).map_err(|_| InvalidKey::Malformed)?;
    if is_infinity(&bytes) {
        return Err(InvalidKey::NotOnCurve);
    }
    let key = BBSplusPublicKey::from_bytes(&bytes).map_err(|_| InvalidKey::NotOnCurve)?;
    // One point has one encoding.
    if key.to_bytes() == bytes { Ok(bytes) } else { Err(InvalidKey::Malformed) }
}

/// The two coordinates of draft-ietf-cose-bls-key-representations.
pub(crate) fn coordinates(key: &[u8; G2]) -> ([u8; G2], [u8; G2]) {
    BBSplusPublicKey::from_bytes(key).map_or(([0; G2], [0; G2]), |key| key.to_coordinates())
}

/// Signs the messages under a header. The same input gives the same 80 bytes.
pub(crate) fn sign(secret: &[u8], header: &[u8], messages: &[Vec<u8>]) -> Result<Vec<u8>, SignError> {
    let secret = secret_key(secret).map_err(|_| SignError::Memory)?;
    let signed = Signature::<Suite>::sign(Some(messages), &secret, &secret.public_key(), Some(header));
    Ok(signed.map_err(|_| SignError::Memory)?.to_bytes().to_vec())
}

fn secret_key(secret: &[u8]) -> Result<BBSplusSecretKey, InvalidKey> {
    if secret.len() != SCALAR {
        return Err(InvalidKey::Malformed);
    }
    if is_zero(secret) {
        return Err(InvalidKey::NotOnCurve);
    }
    BBSplusSecretKey::from_bytes(secret).map_err(|_| InvalidKey::NotOnCurve)
}

/// Some of the messages that were signed, by their places in the list of all, ascending.
#[derive(Clone, Copy, Debug)]
pub struct Disclosed<'a> {
    pub messages: &'a [Vec<u8>],
    pub indexes: &'a [usize],
}

impl PublicKey {
    /// Verifies a BBS signature over all messages. For keys of another kind no signature is right.
    pub fn verify_messages(
        &self,
        header: &[u8],
        messages: &[Vec<u8>],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let (key, signature) = (self.bbs()?, read_signature(signature)?);
        signature.verify(&key, Some(messages), Some(header)).map_err(|_| BadSignature)
    }

    /// Proves that this key signed the messages, and shows those of the indexes (ProofGen). Two proofs from one signature
    /// cannot be linked by the proofs themselves. The signature is not verified on the way: from a wrong one comes a
    /// wrong proof.
    pub fn prove_messages(
        &self,
        header: &[u8],
        presentation_header: &[u8],
        messages: &[Vec<u8>],
        signature: &[u8],
        indexes: &[usize],
    ) -> Result<Vec<u8>, BadSignature> {
        let key = self.bbs()?;
        read_signature(signature)?;
        if !indexes.is_sorted_by(|left, right| left < right)
            || indexes.last().is_some_and(|last| *last >= messages.len())
        {
            return Err(BadSignature);
        }
        let (header, presentation_header) = (Some(header), Some(presentation_header));
        PoKSignature::<Suite>::proof_gen(
            &key,
            signature,
            header,
            presentation_header,
            Some(messages),
            Some(indexes),
        )
        .map(|proof| proof.to_bytes())
        .map_err(|_| BadSignature)
    }

    /// Verifies such a proof (ProofVerify).
    pub fn verify_proof(
        &self,
        header: &[u8],
        presentation_header: &[u8],
        disclosed: Disclosed<'_>,
        proof: &[u8],
    ) -> Result<(), BadSignature> {
        let (key, Disclosed { messages, indexes }) = (self.bbs()?, disclosed);
        let hidden = check_proof(proof)?;
        let signed = hidden + messages.len();
        if messages.len() != indexes.len()
            || !indexes.is_sorted_by(|left, right| left < right)
            || indexes.last().is_some_and(|last| *last >= signed)
        {
            return Err(BadSignature);
        }
        PoKSignature::<Suite>::from_bytes(proof)
            .and_then(|proof| {
                let (header, presentation_header) = (Some(header), Some(presentation_header));
                proof.proof_verify(&key, Some(messages), Some(indexes), header, presentation_header)
            })
            .map_err(|_| BadSignature)
    }

    fn bbs(&self) -> Result<BBSplusPublicKey, BadSignature> {
        let Self::Bls12381G2(bytes) = self else { return Err(BadSignature) };
        let bytes = check_public_key(bytes).map_err(|_| BadSignature)?;
        BBSplusPublicKey::from_bytes(&bytes).map_err(|_| BadSignature)
    }
}

/// octets_to_signature.
fn read_signature(bytes: &[u8]) -> Result<Signature<Suite>, BadSignature> {
    let bytes = <[u8; SIGNATURE]>::try_from(bytes).map_err(|_| BadSignature)?;
    let (point, scalar) = bytes.split_at(G1);
    if is_infinity(point) || is_zero(scalar) {
        return Err(BadSignature);
    }
    Signature::from_bytes(&bytes).map_err(|_| BadSignature)
}

/// octets_to_proof; gives the number of hidden messages.
fn check_proof(bytes: &[u8]) -> Result<usize, BadSignature> {
    let hidden = bytes.len().checked_sub(PROOF).ok_or(BadSignature)?;
    let (points, scalars) = bytes.split_at_checked(3 * G1).ok_or(BadSignature)?;
    let sound = hidden.is_multiple_of(SCALAR)
        && !points.chunks(G1).any(is_infinity)
        && !scalars.chunks(SCALAR).any(is_zero);
    if sound { Ok(hidden / SCALAR) } else { Err(BadSignature) }
}

/// The flag of the compressed form that says: the identity, which is no coordinate.
fn is_infinity(point: &[u8]) -> bool {
    point.first().is_none_or(|first| first & 0x40 != 0)
}

fn is_zero(scalar: &[u8]) -> bool {
    scalar.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
#[path = "bbs_tests.rs"]
mod tests;
