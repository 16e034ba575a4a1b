//! `bbs-2023` (vc-di-bbs 1.0) without its optional features: anonymous holder binding and pseudonyms.
//!
//! The issuer signs all statements that need not be shown at once, under a header that stands for the rest; the holder
//! proves to have that signature and shows some of them. Two derived proofs cannot be linked by signature or label, as
//! they could in `ecdsa-sd-2023`.

mod value;

use std::collections::BTreeSet;

use keys::{BadSignature, Disclosed, PublicKey};
use serde_json::Value;

pub(super) use self::value::Base;
pub(in crate::data_integrity) use self::value::Derived;
use super::labelled::{Labelled, relabelled};
use super::{Choice, parted};
use crate::data_integrity::{SecureError, SigningKey};
use crate::digest::sha256;
use crate::expand::{self, overloaded};
use crate::limits;
use crate::outcome::{CheckName, Fault};
use crate::pool;

/// 3.4.2, 3.4.3 and 3.4.5, off the asynchronous threads.
pub(super) fn base(
    document: &Value,
    key: &SigningKey,
    proof_hash: &[u8; 32],
    hmac_key: [u8; 32],
    mandatory: &[String],
) -> Result<Base, SecureError> {
    let PublicKey::Bls12381G2(public_key) = *key.signer.public_key() else {
        return Err(SecureError::KeyKind);
    };
    let labelled: Labelled<value::Label> = Labelled::new(document, &hmac_key)?;
    let kept = labelled.select(&super::Pointer::parse_all(mandatory)?)?.indexes;
    let (header, messages) = to_sign(proof_hash, &labelled.nquads, &kept)?;
    let signature = key.signer.sign_messages(&header, &messages)?;
    let mandatory = mandatory.to_vec();
    Ok(Base { signature, header: header.to_vec(), public_key, hmac_key, mandatory })
}

/// The header that stands for the proof options and the mandatory statements, and the other statements.
fn to_sign(
    proof_hash: &[u8; 32],
    nquads: &[String],
    mandatory: &BTreeSet<usize>,
) -> Result<([u8; 64], Vec<Vec<u8>>), Fault> {
    let (kept, free) = parted(nquads, mandatory);
    if free.len() > limits::MESSAGES {
        let detail = "too many statements are not mandatory";
        return Err(Fault::new(CheckName::Form, "tooManyStatements", detail));
    }
    let mut header = [0; 64];
    let (options, statements) = header.split_at_mut(32);
    options.copy_from_slice(proof_hash);
    statements.copy_from_slice(&sha256(kept.as_bytes()));
    Ok((header, free.into_iter().map(|statement| statement.clone().into_bytes()).collect()))
}

/// 3.3.3: what is shown, and the proof value. What the base proof does not fit is refused here already.
pub(super) fn derived(
    document: &Value,
    base: &Base,
    pointers: &[String],
    presentation_header: &[u8],
) -> Result<(Value, Derived), Fault> {
    let labelled: Labelled<value::Label> = Labelled::new(document, &base.hmac_key)?;
    let choice = Choice::make(document, &labelled, &base.mandatory, pointers)?;
    let another = || Fault::new(CheckName::Proof, "badSignature", "the base proof is of another document");
    let (proof_hash, _) = base.header.split_first_chunk::<32>().ok_or_else(another)?;
    let (header, messages) = to_sign(proof_hash, &labelled.nquads, &choice.mandatory)?;
    let key = PublicKey::bls12381_g2(&base.public_key).map_err(|_| another())?;
    if header[..] != base.header[..] || key.verify_messages(&header, &messages, &base.signature).is_err() {
        return Err(another());
    }

    let free = (0..labelled.nquads.len()).filter(|index| !choice.mandatory.contains(index)).enumerate();
    let selective: Vec<usize> =
        free.filter(|(_, index)| choice.selective.contains(index)).map(|(place, _)| place).collect();
    let proof = key.prove_messages(&header, presentation_header, &messages, &base.signature, &selective);
    let value = Derived {
        proof: proof.map_err(|_| another())?,
        mandatory: choice.relative_mandatory(),
        labels: choice.labels,
        selective,
        presentation_header: presentation_header.to_vec(),
    };
    Ok((choice.shown, value))
}

/// What a derived proof is verified against.
pub(in crate::data_integrity) struct ToVerify {
    header: [u8; 64],
    messages: Vec<Vec<u8>>,
    value: Derived,
}

/// 3.3.8. Also the types of the document.
pub(in crate::data_integrity) async fn to_verify(
    document: Value,
    options: &Value,
    value: Derived,
) -> Result<(ToVerify, Vec<String>), Fault> {
    let proof_hash = sha256(expand::canonical(options).await?.nquads.as_bytes());
    let work = move || {
        let wrong = |code, detail: &str| Err(Fault::new(CheckName::Proof, code, detail));
        let (nquads, types) = relabelled(&document, &value.labels)?;
        let mandatory: BTreeSet<usize> = value.mandatory.iter().copied().collect();
        if mandatory.last().is_some_and(|last| *last >= nquads.len()) {
            return wrong("mandatoryIndexes", "the proof counts more statements than the document makes");
        }
        let (header, messages) = to_sign(&proof_hash, &nquads, &mandatory)?;
        if messages.len() != value.selective.len() {
            return wrong("selectiveIndexes", "there is not one index for each statement");
        }
        Ok((ToVerify { header, messages, value }, types))
    };
    pool::run(work).await.map_err(overloaded)?
}

impl ToVerify {
    /// Takes milliseconds.
    pub(in crate::data_integrity) fn verify(&self, key: &PublicKey) -> Result<(), BadSignature> {
        let disclosed = Disclosed { messages: &self.messages, indexes: &self.value.selective };
        key.verify_proof(&self.header, &self.value.presentation_header, disclosed, &self.value.proof)
    }
}

#[cfg(test)]
mod tests;
