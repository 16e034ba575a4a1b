//! Presentations: bound to holder, verifier and request.

use did::Resolvers;
use keys::Algorithm;
use serde_json::json;

use super::{key, now, secured};
use crate::data_integrity::{ProofOptions, SigningKey, Suite, prepare};
use crate::verify::*;

pub(super) fn presentation(credential: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential],
    })
}

pub(super) fn holder() -> SigningKey {
    let mut key = key(Algorithm::P256, 2);
    key.verification_method = format!("{}#0", key.signer.public_key().did_jwk());
    key
}

async fn presented(document: &Value, by: &SigningKey) -> Value {
    let options = ProofOptions::presentation(now(), "nonce", "verifier");
    let prepared = prepare(document, Suite::EcdsaRdfc2019, &by.verification_method, &options).await.unwrap();
    let again = prepare(document, Suite::EcdsaRdfc2019, &by.verification_method, &options).await.unwrap();
    assert_eq!(prepared.to_sign, again.to_sign);
    let signature = by.signer.sign(&prepared.to_sign).await.unwrap();
    prepared.finish(&signature)
}

pub(super) async fn presentation_codes(value: Value, expect: &Expect) -> Vec<&'static str> {
    let outcome =
        verify_presentation(&Input::from_value(value).unwrap(), &Resolvers::offline(), expect).await;
    let inner = outcome.credentials.iter().flat_map(|credential| &credential.faults);
    outcome.faults.iter().chain(inner).map(|fault| fault.code).collect()
}

#[tokio::test]
async fn presentations_are_bound_to_holder_verifier_and_request() {
    let expect = Expect::presentation(now(), "nonce", "verifier");
    let good = presented(&presentation(&secured().await), &holder()).await;
    assert_eq!(presentation_codes(good.clone(), &expect).await, [""; 0]);
    let other = Expect::presentation(now(), "other", "verifier");
    assert_eq!(presentation_codes(good.clone(), &other).await, ["challenge", "notTheHolder"]);
    let other = Expect::presentation(now(), "nonce", "other");
    assert_eq!(presentation_codes(good.clone(), &other).await, ["domain", "notTheHolder"]);

    let mut tampered = good.clone();
    tampered["verifiableCredential"][0]["credentialSubject"]["jobTitle"] = json!("Director");
    assert_eq!(presentation_codes(tampered, &expect).await, ["badSignature", "badSignature"]);
    let mut stripped = good.clone();
    stripped["verifiableCredential"][0].as_object_mut().unwrap().remove("proof");
    assert_eq!(presentation_codes(stripped, &expect).await, ["badSignature", "proofMissing"]);
    let mut unsigned = good.clone();
    unsigned.as_object_mut().unwrap().remove("proof");
    assert_eq!(presentation_codes(unsigned, &expect).await, ["proofMissing", "notTheHolder"]);

    // Somebody else presents the same credential.
    let mut thief = key(Algorithm::P256, 7);
    thief.verification_method = format!("{}#0", thief.signer.public_key().did_jwk());
    let stolen = presented(&presentation(&secured().await), &thief).await;
    assert_eq!(presentation_codes(stolen, &expect).await, ["notTheHolder"]);
    let mut named = presentation(&secured().await);
    named["holder"] = json!(holder().signer.public_key().did_jwk());
    assert_eq!(presentation_codes(presented(&named, &holder()).await, &expect).await, [""; 0]);
    assert_eq!(
        presentation_codes(presented(&named, &thief).await, &expect).await,
        ["notTheIssuersKey", "notTheHolder"]
    );
}
