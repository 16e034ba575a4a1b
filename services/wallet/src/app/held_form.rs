//! Verifying a credential in the form in which a holder gets it, which is not always one that a verifier would take.

use credential::data_integrity::{self, SecureError};
use credential::{CheckName, Expect, Fault, Input, Outcome};
use did::Resolver;
use serde_json::Value;

/// Verifies what an issuer sent. Of a credential with a base proof everything is disclosed for it, so that each statement is found
/// to be signed; the outcome's document is then the derived one.
pub(super) async fn as_held(input: &Input, resolver: &dyn Resolver, expect: &Expect) -> Outcome {
    let in_parts = match input {
        Input::Json(document) if data_integrity::is_shown_in_parts(document) => document,
        _ => return credential::verify_credential(input, resolver, expect).await,
    };
    match disclosed(in_parts).await {
        Ok(whole) => credential::verify_credential(&Input::Json(whole), resolver, expect).await,
        Err(faults) => {
            let outcome = credential::verify_credential(input, resolver, expect).await;
            Outcome { faults, ..outcome }
        }
    }
}

async fn disclosed(document: &Value) -> Result<Value, Vec<Fault>> {
    if data_integrity::mandatory_pointers(document).is_none() {
        // Nothing could be left out of it any more, and nothing derived from it.
        let detail = "a holder needs a base proof, not what another holder derived";
        return Err(vec![Fault::new(CheckName::Proof, "notABaseProof", detail).at("/proof")]);
    }
    let everything = [String::new()];
    data_integrity::derive(document, &everything).await.map_err(|error| match error {
        SecureError::Document(faults) => faults,
        SecureError::Overloaded => {
            vec![Fault::new(CheckName::Proof, "overloaded", "too much work is waiting").unfinished()]
        }
        SecureError::KeyKind | SecureError::Signing(_) => {
            vec![Fault::new(CheckName::Proof, "proofValue", "the base proof cannot be used").at("/proof")]
        }
    })
}
