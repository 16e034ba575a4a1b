//! What a credential says of its suite without being verified: for holders, who choose what to show of it, and for what an
//! anchor commits to.

use serde_json::Value;

use super::value::{Base, Derived};
use super::{AnyBase, Suite, base_proof};
use crate::digest::sha256;

/// The suite of the only proof; nothing for several proofs, for an unknown suite and for what has no proof.
#[must_use]
pub fn suite_of(credential: &Value) -> Option<Suite> {
    Suite::parse(only_proof(credential)?.get("cryptosuite")?.as_str()?)
}

/// Whether parts of a verified document may have been left out by its holder, who had a base proof.
#[must_use]
pub fn is_shown_in_parts(credential: &Value) -> bool {
    suite_of(credential).is_some_and(Suite::is_selective)
}

/// What no holder can leave out, as JSON Pointers, of a credential with a base proof; nothing of any other.
#[must_use]
pub fn mandatory_pointers(credential: &Value) -> Option<Vec<String>> {
    let (_, base) = base_proof(Some(only_proof(credential)?.clone())).ok()?;
    Some(match base {
        AnyBase::Sd(base) => base.mandatory,
        AnyBase::Bbs(base) => base.mandatory,
    })
}

/// A digest that is the same of a credential with a base proof of `ecdsa-sd-2023` and of whatever was derived from it: of the
/// issuer's signature and of the key that signed the single statements, which vouch for all that is shown. Nothing of any
/// other credential; proofs of `bbs-2023` have nothing in common on purpose.
#[must_use]
pub fn linkable_digest(credential: &Value) -> Option<[u8; 32]> {
    let proof = only_proof(credential)?;
    if proof.get("cryptosuite")?.as_str()? != Suite::EcdsaSd2023.as_str() {
        return None;
    }
    let value = proof.get("proofValue")?.as_str()?;
    let base = Base::parse(value).map(|base| (base.signature, base.scoped));
    let (signature, scoped) =
        base.or_else(|| Derived::parse(value).ok().map(|derived| (derived.signature, derived.scoped)))?;
    Some(sha256(&[signature.as_slice(), scoped.bytes()].concat()))
}

fn only_proof(credential: &Value) -> Option<&Value> {
    match credential.get("proof")? {
        Value::Array(proofs) => match proofs.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        one => Some(one),
    }
}
