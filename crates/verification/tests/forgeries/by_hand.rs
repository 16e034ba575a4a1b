//! Data Integrity by JCS (`eddsa-jcs-2022`, `ecdsa-jcs-2019`, 3.3) without a look at what is signed: our own code
//! refuses to secure most of what an attacker would.

use credential::data_integrity::{ProofOptions, SigningKey};
use keys::Algorithm;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::rfc3339;

pub async fn secure(document: &Value, key: &SigningKey, options: &ProofOptions) -> Value {
    let suite = match key.signer.public_key().algorithm() {
        Algorithm::Ed25519 => "eddsa-jcs-2022",
        _ => "ecdsa-jcs-2019",
    };
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "verificationMethod": key.verification_method,
        "proofPurpose": options.purpose.as_str(),
    });
    let times = [("created", options.created.map(rfc3339)), ("expires", options.expires.map(rfc3339))];
    let bound = [("challenge", options.challenge.clone()), ("domain", options.domain.clone())];
    for (name, value) in times.into_iter().chain(bound) {
        if let Some(value) = value {
            proof[name] = value.into();
        }
    }
    if let Some(context) = document.get("@context") {
        proof["@context"] = context.clone();
    }
    let signed = [hash(&proof), hash(document)].concat();
    let signature = key.signer.sign(&signed).await.unwrap();
    proof["proofValue"] = format!("z{}", bs58::encode(signature).into_string()).into();
    let mut secured = document.clone();
    if let Some(members) = secured.as_object_mut() {
        members.insert("proof".into(), proof);
    }
    secured
}

fn hash(value: &Value) -> [u8; 32] {
    Sha256::digest(serde_json_canonicalizer::to_vec(value).unwrap()).into()
}
