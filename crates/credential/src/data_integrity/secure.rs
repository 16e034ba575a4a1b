//! Adding a proof (VC Data Integrity 1.0, 4.2), in one step or in two.

use keys::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{ProofOptions, SecureError, SigningKey, Suite, hash_data};
use crate::datetime;
use crate::limits;
use crate::outcome::{CheckName, Fault};

/// A document whose proof lacks only the signature. Equal inputs give equal bytes to sign. It can be kept until the signature comes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    /// Sign these bytes as they are: Ed25519, or ECDSA with SHA-256 (P-256) or SHA-384 (P-384).
    pub to_sign: Vec<u8>,
    document: Value,
    proof: Map<String, Value>,
}

impl Prepared {
    /// Puts the signature (64 bytes; 96 by a P-384 key) into the proof. Whether it is the right one, verification tells.
    #[must_use]
    pub fn finish(mut self, signature: &[u8]) -> Value {
        let value = format!("z{}", bs58::encode(signature).into_string());
        self.proof.insert("proofValue".to_owned(), Value::String(value));
        let proof = Value::Object(self.proof);
        if let Some(object) = self.document.as_object_mut() {
            let all = match object.remove("proof") {
                None => proof,
                Some(Value::Array(mut proofs)) => {
                    proofs.push(proof);
                    Value::Array(proofs)
                }
                Some(other) => Value::Array(vec![other, proof]),
            };
            object.insert("proof".to_owned(), all);
        }
        self.document
    }
}

/// First half of securing, for keys that sign elsewhere: in a browser, on a device. They are of the kind that
/// [`Suite::algorithm`] says.
pub async fn prepare(
    document: &Value,
    suite: Suite,
    verification_method: &str,
    options: &ProofOptions,
) -> Result<Prepared, SecureError> {
    prepare_for(suite.algorithm(), document, suite, verification_method, options).await
}

pub(super) async fn prepare_for(
    algorithm: Algorithm,
    document: &Value,
    suite: Suite,
    verification_method: &str,
    options: &ProofOptions,
) -> Result<Prepared, SecureError> {
    if suite.is_selective() {
        return Err(form("selective", "a suite of selective disclosure makes a base proof").into());
    }
    let mut document = document.clone();
    let object = document.as_object_mut().ok_or_else(|| form("notAnObject", "not a JSON object"))?;
    add_proof_context(object);
    let present = object.remove("proof");
    if let Some(Value::Array(proofs)) = &present
        && proofs.len() >= limits::PROOFS
    {
        return Err(form("tooManyProofs", "the document has too many proofs").at("/proof").into());
    }

    let mut proof = new_proof(suite, verification_method, options);

    // Both families sign the options under the document's contexts; the JCS suites also publish them.
    let context = object.get("@context").cloned();
    let mut signed_options = proof.clone();
    if let Some(context) = context {
        if suite.is_jcs() {
            proof.insert("@context".to_owned(), context.clone());
        }
        signed_options.insert("@context".to_owned(), context);
    }
    let (to_sign, _) = hash_data(suite, algorithm, &document, &Value::Object(signed_options)).await?;
    if let (Some(present), Some(object)) = (present, document.as_object_mut()) {
        object.insert("proof".to_owned(), present);
    }
    Ok(Prepared { to_sign, document, proof })
}

/// Adds a proof to a credential or presentation. An existing proof makes the result a proof set.
pub async fn secure(
    document: &Value,
    suite: Suite,
    key: &SigningKey,
    options: &ProofOptions,
) -> Result<Value, SecureError> {
    let algorithm = key.signer.public_key().algorithm();
    if !suite.takes(algorithm) {
        return Err(SecureError::KeyKind);
    }
    let prepared = prepare_for(algorithm, document, suite, &key.verification_method, options).await?;
    let signature = key.signer.sign(&prepared.to_sign).await?;
    Ok(prepared.finish(&signature))
}

/// A proof without its value (VC Data Integrity 1.0, 2.1).
pub(super) fn new_proof(
    suite: Suite,
    verification_method: &str,
    options: &ProofOptions,
) -> Map<String, Value> {
    let mut proof = Map::new();
    proof.insert("type".to_owned(), json!("DataIntegrityProof"));
    proof.insert("cryptosuite".to_owned(), json!(suite.as_str()));
    if let Some(created) = options.created {
        proof.insert("created".to_owned(), json!(datetime::write(created)));
    }
    if let Some(expires) = options.expires {
        proof.insert("expires".to_owned(), json!(datetime::write(expires)));
    }
    proof.insert("verificationMethod".to_owned(), json!(verification_method));
    proof.insert("proofPurpose".to_owned(), json!(options.purpose.as_str()));
    if let Some(domain) = &options.domain {
        proof.insert("domain".to_owned(), json!(domain));
    }
    if let Some(challenge) = &options.challenge {
        proof.insert("challenge".to_owned(), json!(challenge));
    }
    proof
}

/// VC Data Integrity 1.0, 4.2: where no context of the document knows proofs, one that does is added.
pub(super) fn add_proof_context(object: &mut Map<String, Value>) {
    const DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v2";
    const KNOWS_PROOFS: [&str; 3] = [
        "https://www.w3.org/ns/credentials/v2",
        DATA_INTEGRITY,
        "https://w3id.org/security/data-integrity/v1",
    ];
    let knows = |context: &Value| context.as_str().is_some_and(|url| KNOWS_PROOFS.contains(&url));
    match object.get_mut("@context") {
        None => {
            object.insert("@context".to_owned(), json!([DATA_INTEGRITY]));
        }
        Some(Value::Array(contexts)) => {
            if !contexts.iter().any(knows) {
                contexts.push(json!(DATA_INTEGRITY));
            }
        }
        Some(single) => {
            if !knows(single) {
                *single = json!([single.take(), DATA_INTEGRITY]);
            }
        }
    }
}

pub(super) fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
