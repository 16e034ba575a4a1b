//! Selective disclosure: `ecdsa-sd-2023` (vc-di-ecdsa 1.0, 3.4 to 3.6) with P-256, and `bbs-2023` in [`bbs`].
//!
//! In `ecdsa-sd-2023` the issuer signs what must always be shown as a whole and every other statement on its own. In both
//! the holder derives a document with some of the statements; verifiers see derived proofs only.

pub(super) mod bbs;
mod known;
mod labelled;
mod select;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use clock::Entropy;
use keys::{Algorithm, SignError, SoftwareKey};
use serde_json::{Map, Value, json};

pub use self::known::{is_shown_in_parts, linkable_digest, mandatory_pointers, suite_of};
use self::labelled::{Labelled, Name, Selected, relabelled};
use self::select::{Pointer, select};
use self::value::{Base, ScopedKey, Signature};
pub(super) use self::value::{Derived, NotDerived};
use super::secure::{add_proof_context, form, new_proof};
use super::{ProofOptions, SecureError, SigningKey, Suite};
use crate::digest::sha256;
use crate::expand::{self, overloaded};
use crate::outcome::{CheckName, Fault};
use crate::pool;

/// Adds a base proof (3.6.1), from which the holder derives what to show: of `ecdsa-sd-2023` by a P-256 key, of
/// `bbs-2023` by a BLS12-381 key. `mandatory` are JSON Pointers to what no holder can leave out.
///
/// The document must not have a proof: a derived document is another one, under which no second proof holds.
pub async fn secure_base(
    document: &Value,
    key: &SigningKey,
    options: &ProofOptions,
    mandatory: &[String],
    entropy: &dyn Entropy,
) -> Result<Value, SecureError> {
    let algorithm = key.signer.public_key().algorithm();
    let mut suites = Suite::ALL.into_iter().filter(|suite| suite.is_selective());
    let suite = suites.find(|suite| suite.takes(algorithm)).ok_or(SecureError::KeyKind)?;
    let mut secured = document.clone();
    let object = secured.as_object_mut().ok_or_else(|| form("notAnObject", "not a JSON object"))?;
    if object.contains_key("proof") {
        return Err(form("proofPresent", "a document with a proof gets no base proof").at("/proof").into());
    }
    add_proof_context(object);
    let mut proof = new_proof(suite, &key.verification_method, options);
    let proof_hash = hash_of_options(&proof, object.get("@context")).await?;

    let mut hmac_key = [0; 32];
    entropy.fill(&mut hmac_key);
    let (unsecured, pointers) = (secured.clone(), mandatory.to_vec());
    let value = if suite == Suite::Bbs2023 {
        let key = key.clone();
        let work = move || bbs::base(&unsecured, &key, &proof_hash, hmac_key, &pointers);
        pool::run(work).await.map_err(overloaded)??.to_text()
    } else {
        let scoped = SoftwareKey::generate(Algorithm::P256, entropy);
        let work = move || transform(&unsecured, &pointers, hmac_key, &scoped);
        let transformed = pool::run(work).await.map_err(overloaded)??;
        let to_sign = sign_data(&proof_hash, &transformed.scoped, &transformed.mandatory_hash);
        let signature = key.signer.sign(&to_sign).await?;
        let base = Base {
            signature: signature.try_into().map_err(|_| SignError::Memory)?,
            scoped: transformed.scoped,
            hmac_key,
            signatures: transformed.signatures,
            mandatory: mandatory.to_vec(),
        };
        base.to_text()
    };
    proof.insert("proofValue".to_owned(), json!(value));
    if let Some(object) = secured.as_object_mut() {
        object.insert("proof".to_owned(), Value::Object(proof));
    }
    Ok(secured)
}

/// Derives the document that shows what the issuer made mandatory and what the JSON Pointers name (3.6.6). Other
/// proofs of the credential do not hold for a part of it and stay behind.
pub async fn derive(credential: &Value, pointers: &[String]) -> Result<Value, SecureError> {
    let (credential, pointers) = (credential.clone(), pointers.to_vec());
    Ok(pool::run(move || derived(&credential, &pointers)).await.map_err(overloaded)??)
}

/// What the issuer signed with its own key; the signatures of the single statements are verified on the way
/// (3.5.9 and 3.6.7). Also the types of the document.
pub(super) async fn signed_data(
    document: Value,
    options: &Value,
    derived: Derived,
) -> Result<(Vec<u8>, Vec<String>), Fault> {
    let proof_hash = sha256(expand::canonical(options).await?.nquads.as_bytes());
    let work = move || {
        let (mandatory_hash, types) = verified_statements(&document, &derived)?;
        Ok((sign_data(&proof_hash, &derived.scoped, &mandatory_hash), types))
    };
    pool::run(work).await.map_err(overloaded)?
}

/// 3.5.1.
fn sign_data(proof_hash: &[u8; 32], scoped: &ScopedKey, mandatory_hash: &[u8; 32]) -> Vec<u8> {
    [proof_hash, scoped.bytes(), mandatory_hash].concat()
}

async fn hash_of_options(proof: &Map<String, Value>, contexts: Option<&Value>) -> Result<[u8; 32], Fault> {
    let mut options = proof.clone();
    if let Some(contexts) = contexts {
        options.insert("@context".to_owned(), contexts.clone());
    }
    let form = expand::canonical(&Value::Object(options)).await?;
    Ok(sha256(form.nquads.as_bytes()))
}

struct Transformed {
    mandatory_hash: [u8; 32],
    scoped: ScopedKey,
    signatures: Vec<Signature>,
}

/// 3.6.2, 3.6.3 and the signatures of 3.6.5.
fn transform(
    document: &Value,
    pointers: &[String],
    hmac_key: [u8; 32],
    scoped: &SoftwareKey,
) -> Result<Transformed, SecureError> {
    use keys::Signer as _;
    let labelled: Labelled = Labelled::new(document, &hmac_key)?;
    let mandatory = labelled.select(&Pointer::parse_all(pointers)?)?.indexes;
    let (kept, free) = parted(&labelled.nquads, &mandatory);
    let sign = |statement: &String| -> Result<Signature, SignError> {
        scoped.sign_now(statement.as_bytes())?.try_into().map_err(|_| SignError::Memory)
    };
    Ok(Transformed {
        mandatory_hash: sha256(kept.as_bytes()),
        scoped: ScopedKey::new(scoped.public_key()).ok_or(SecureError::KeyKind)?,
        signatures: free.into_iter().map(sign).collect::<Result<_, _>>()?,
    })
}

/// The mandatory statements joined, and the others.
fn parted<'a>(nquads: &'a [String], mandatory: &BTreeSet<usize>) -> (String, Vec<&'a String>) {
    let (mut kept, mut free) = (String::new(), Vec::new());
    for (index, nquad) in nquads.iter().enumerate() {
        if mandatory.contains(&index) {
            kept.push_str(nquad);
        } else {
            free.push(nquad);
        }
    }
    (kept, free)
}

fn derived(credential: &Value, pointers: &[String]) -> Result<Value, Fault> {
    let mut document = credential.clone();
    let object = document.as_object_mut().ok_or_else(|| form("notAnObject", "not a JSON object"))?;
    let (mut proof, base) = base_proof(object.remove("proof"))?;
    let (mut shown, value) = match base {
        AnyBase::Sd(base) => {
            let (shown, value) = derived_by_signatures(&document, base, pointers)?;
            (shown, value.to_text())
        }
        AnyBase::Bbs(base) => {
            let (shown, value) = bbs::derived(&document, &base, pointers, &[])?;
            (shown, value.to_text())
        }
    };
    proof.insert("proofValue".to_owned(), json!(value));
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("proof".to_owned(), Value::Object(proof));
    }
    Ok(shown)
}

/// What is shown of a document.
struct Choice<N> {
    shown: Value,
    /// Of all statements, those that no holder can leave out.
    mandatory: BTreeSet<usize>,
    /// Of all statements, those that the holder chose; some may be mandatory.
    selective: BTreeSet<usize>,
    /// Of all statements, those that are shown.
    combined: BTreeSet<usize>,
    /// By the number of the canonical name that the blank node has in what is shown.
    labels: BTreeMap<u32, N>,
}

impl<N: Name> Choice<N> {
    fn make(
        document: &Value,
        labelled: &Labelled<N>,
        mandatory: &[String],
        selective: &[String],
    ) -> Result<Self, Fault> {
        let mandatory_pointers = Pointer::parse_all(mandatory)?;
        let selective_pointers = Pointer::parse_all(selective)?;
        let combined_pointers = [mandatory_pointers.clone(), selective_pointers.clone()].concat();
        let mandatory = labelled.select(&mandatory_pointers)?.indexes;
        let selective = labelled.select(&selective_pointers)?.indexes;
        let Selected { indexes: combined, labels } = labelled.select(&combined_pointers)?;
        let Some(shown) = select(document, &combined_pointers)? else {
            return Err(form("nothingShown", "neither the issuer nor the holder names anything to show"));
        };
        Ok(Self { shown, mandatory, selective, combined, labels })
    }

    /// The places of the mandatory statements among those that are shown.
    fn relative_mandatory(&self) -> Vec<usize> {
        let relative = self.combined.iter().enumerate();
        relative.filter(|(_, at)| self.mandatory.contains(at)).map(|(place, _)| place).collect()
    }
}

/// 3.5.4.
fn derived_by_signatures(
    document: &Value,
    base: Base,
    pointers: &[String],
) -> Result<(Value, Derived), Fault> {
    let labelled: Labelled = Labelled::new(document, &base.hmac_key)?;
    let choice = Choice::make(document, &labelled, &base.mandatory, pointers)?;
    let free: Vec<usize> =
        (0..labelled.nquads.len()).filter(|index| !choice.mandatory.contains(index)).collect();
    if free.len() != base.signatures.len() {
        return Err(Fault::new(CheckName::Proof, "signatureCount", "the base proof is of another document"));
    }
    let signatures = free.into_iter().zip(base.signatures);
    let value = Derived {
        signature: base.signature,
        scoped: base.scoped,
        signatures: signatures.filter(|(at, _)| choice.selective.contains(at)).map(|(_, it)| it).collect(),
        mandatory: choice.relative_mandatory(),
        labels: choice.labels,
    };
    Ok((choice.shown, value))
}

enum AnyBase {
    Sd(Base),
    Bbs(bbs::Base),
}

impl AnyBase {
    fn parse(suite: &str, value: &str) -> Option<Self> {
        match Suite::parse(suite)? {
            Suite::EcdsaSd2023 => Base::parse(value).map(Self::Sd),
            Suite::Bbs2023 => bbs::Base::parse(value).map(Self::Bbs),
            _ => None,
        }
    }
}

/// The only base proof among the proofs of a credential.
fn base_proof(proofs: Option<Value>) -> Result<(Map<String, Value>, AnyBase), Fault> {
    let proofs = match proofs {
        Some(Value::Array(proofs)) => proofs,
        other => other.into_iter().collect(),
    };
    let mut found = proofs.into_iter().filter_map(|proof| {
        let Value::Object(proof) = proof else { return None };
        let base = AnyBase::parse(proof.get("cryptosuite")?.as_str()?, proof.get("proofValue")?.as_str()?)?;
        Some((proof, base))
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(Fault::new(CheckName::Proof, "baseProofMissing", "there is not exactly one base proof")
            .at("/proof")),
    }
}

/// The hash of the mandatory statements, once every other one is found to be signed.
fn verified_statements(document: &Value, derived: &Derived) -> Result<([u8; 32], Vec<String>), Fault> {
    let wrong = |code, detail: &str| Err(Fault::new(CheckName::Proof, code, detail));
    let (nquads, types) = relabelled(document, &derived.labels)?;
    let mandatory: BTreeSet<usize> = derived.mandatory.iter().copied().collect();
    if mandatory.last().is_some_and(|last| *last >= nquads.len()) {
        return wrong("mandatoryIndexes", "the proof counts more statements than the document makes");
    }
    let (kept, free) = parted(&nquads, &mandatory);
    if free.len() != derived.signatures.len() {
        return wrong("signatureCount", "there is not one signature for each statement");
    }
    let Some(key) = derived.scoped.public_key() else {
        return wrong("proofValue", "the key of the statements is not a P-256 key");
    };
    let signed =
        |(statement, signature): (&String, &Signature)| key.verify(statement.as_bytes(), signature).is_ok();
    if !free.into_iter().zip(&derived.signatures).all(signed) {
        return wrong("badSignature", "the signature of a statement does not fit it");
    }
    Ok((sha256(kept.as_bytes()), types))
}

#[cfg(test)]
mod tests;
