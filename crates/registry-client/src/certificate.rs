use std::collections::BTreeMap;

use borsh::BorshDeserialize as _;
use ed25519_dalek::{Signature, VerifyingKey};
use jmt::proof::SparseMerkleProof;
use jmt::{KeyHash, RootHash};
use registry_types::{
    Address, Certificate, Hash, Header, Validator, ValidatorSet, VoteKind, state_key, vote_bytes,
};

use crate::LightError;
use crate::compact::CompactProof;

/// Whether more than two thirds of the set's power signed exactly this header.
pub fn verify_certificate(
    chain: &Hash,
    set: &ValidatorSet,
    header: &Header,
    certificate: &Certificate,
) -> Result<(), LightError> {
    let height = header.height;
    if header.chain != *chain {
        return Err(LightError::OtherChain);
    }
    if header.validators_hash != set.hash() {
        return Err(LightError::UnknownValidators { height });
    }
    if certificate.height != height || certificate.header_hash != header.hash() {
        return Err(LightError::OtherHeader { height });
    }
    let mut unseen: BTreeMap<Address, &Validator> =
        set.validators().iter().map(|validator| (validator.address(), validator)).collect();
    let mut power = 0u64;
    for commit in &certificate.signatures {
        let Some(validator) = unseen.remove(&commit.validator) else {
            return Err(match set.find(&commit.validator) {
                Some(_) => LightError::RepeatedSigner { height },
                None => LightError::UnknownSigner { height },
            });
        };
        let signed = vote_bytes(
            chain,
            VoteKind::Precommit,
            height,
            Some(certificate.round),
            Some(&certificate.header_hash),
            &commit.validator,
        );
        if !is_signed_by(validator, &signed, &commit.signature) {
            return Err(LightError::BadSignature { height });
        }
        power = power.saturating_add(validator.power);
    }
    if set.is_quorum(power) {
        Ok(())
    } else {
        Err(LightError::NoQuorum { height, power, total: set.total_power() })
    }
}

/// Strict, as the chain judges signatures: every reader must come to the same answer.
pub(crate) fn is_signed_by(validator: &Validator, signed: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(&validator.public_key)
        .is_ok_and(|key| key.verify_strict(signed, &Signature::from_bytes(signature)).is_ok())
}

/// Whether the map with this root holds exactly this value, or nothing, under the key. The proof is in the map's own form
/// or in that of [`CompactProof`].
pub fn verify_map_proof(
    state_root: &Hash,
    key: &str,
    value: Option<&[u8]>,
    map_proof: &[u8],
) -> Result<(), LightError> {
    let bad = || LightError::BadProof { key: key.to_owned() };
    if let Some(proof) = CompactProof::from_bytes(map_proof) {
        return if proof.holds(state_root, &state_key::place(key), value) { Ok(()) } else { Err(bad()) };
    }
    let proof = SparseMerkleProof::<sha2::Sha256>::try_from_slice(map_proof).map_err(|_| bad())?;
    proof.verify(RootHash(*state_root), KeyHash(state_key::place(key)), value).map_err(|_| bad())
}
