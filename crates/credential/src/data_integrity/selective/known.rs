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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use clock::SeededEntropy;
    use keys::{Algorithm, SoftwareKey};
    use serde_json::json;

    use super::super::{derive, secure_base};
    use super::*;
    use crate::Input;
    use crate::data_integrity::{ProofOptions, SigningKey};

    async fn based(algorithm: Algorithm, name: &str) -> Value {
        let signer = Arc::new(SoftwareKey::generate(algorithm, &SeededEntropy::new(1)));
        let key = SigningKey { verification_method: "did:example:i#k".to_owned(), signer };
        let document = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "type": ["VerifiableCredential"], "issuer": "did:example:i",
            "credentialSubject": {"id": "did:example:s", "name": name, "degree": "BSc"},
        });
        let options = ProofOptions { created: None, ..ProofOptions::assertion(clock::Timestamp::UNIX_EPOCH) };
        let mandatory = ["/issuer".to_owned(), "/credentialSubject/id".to_owned()];
        secure_base(&document, &key, &options, &mandatory, &SeededEntropy::new(2)).await.unwrap()
    }

    #[tokio::test]
    async fn one_digest_is_of_the_whole_and_of_each_part() {
        let base = based(Algorithm::P256, "Amina").await;
        let whole = crate::digest(&Input::Json(base.clone()));
        assert_eq!(Some(whole), linkable_digest(&base));
        for pointers in [vec![], vec!["/credentialSubject/name".to_owned()], vec![String::new()]] {
            let part = derive(&base, &pointers).await.unwrap();
            assert_eq!(crate::digest(&Input::Json(part)), whole, "{pointers:?}");
        }
        let other = based(Algorithm::P256, "Bela").await;
        assert_ne!(
            linkable_digest(&other),
            Some(whole),
            "the signature says nothing of it, the key of statements does"
        );
    }

    #[tokio::test]
    async fn proofs_of_bbs_have_no_digest_in_common() {
        let base = based(Algorithm::Bls12381G2, "Amina").await;
        let part = derive(&base, &["/credentialSubject/name".to_owned()]).await.unwrap();
        assert_eq!((linkable_digest(&base), linkable_digest(&part)), (None, None));
        assert_ne!(crate::digest(&Input::Json(base)), crate::digest(&Input::Json(part)));
    }

    #[tokio::test]
    async fn a_base_proof_tells_what_is_mandatory_and_a_derived_one_does_not() {
        for (algorithm, suite) in
            [(Algorithm::P256, Suite::EcdsaSd2023), (Algorithm::Bls12381G2, Suite::Bbs2023)]
        {
            let base = based(algorithm, "Amina").await;
            assert_eq!(suite_of(&base), Some(suite));
            assert_eq!(mandatory_pointers(&base).unwrap(), ["/issuer", "/credentialSubject/id"]);
            let part = derive(&base, &[]).await.unwrap();
            assert!(is_shown_in_parts(&part) && mandatory_pointers(&part).is_none());
        }
    }

    #[test]
    fn other_proofs_and_several_tell_nothing() {
        for document in [
            json!({}),
            json!({"proof": {}}),
            json!({"proof": {"cryptosuite": "quantum-2030", "proofValue": "u2V0A"}}),
            json!({"proof": {"cryptosuite": "ecdsa-sd-2023", "proofValue": "u2V0A"}}),
            json!({"proof": [{"cryptosuite": "ecdsa-sd-2023"}, {"cryptosuite": "eddsa-rdfc-2022"}]}),
        ] {
            assert_eq!(
                (mandatory_pointers(&document), linkable_digest(&document)),
                (None, None),
                "{document}"
            );
        }
        assert!(!is_shown_in_parts(&json!({"proof": {"cryptosuite": "eddsa-rdfc-2022"}})));
    }
}
