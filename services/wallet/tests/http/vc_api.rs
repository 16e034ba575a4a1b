//! `POST /vc-api/credentials/derive`.

use std::sync::Arc;

use clock::SeededEntropy;
use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure, secure_base};
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};
use testkit::{Agent, Answer};

use crate::world::World;

fn unsecured(issuer: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {"alumniOf": "Example University", "degree": "BSc"},
    })
}

fn key(algorithm: Algorithm) -> SigningKey {
    let signer = SoftwareKey::generate(algorithm, &SeededEntropy::new(1));
    let did = signer.public_key().did_key();
    let verification_method = format!("{did}#{}", signer.public_key().to_multikey());
    SigningKey { verification_method, signer: Arc::new(signer) }
}

async fn base(world: &World) -> Value {
    base_by(world, Algorithm::P256).await
}

async fn base_by(world: &World, algorithm: Algorithm) -> Value {
    let key = key(algorithm);
    let document = unsecured(&key.signer.public_key().did_key());
    let options = ProofOptions::assertion(world.wallet.clock.now());
    let mandatory = ["/issuer".to_owned()];
    secure_base(&document, &key, &options, &mandatory, &SeededEntropy::new(2)).await.unwrap()
}

async fn derive(world: &World, body: &Value) -> Answer {
    let url = format!("{}/vc-api/credentials/derive", world.url);
    Agent::new().post_json(&url, body).await.unwrap()
}

async fn faults(world: &World, credential: Value) -> Vec<&'static str> {
    let input = credential::Input::from_value(credential).unwrap();
    let expect = credential::Expect::credential(world.wallet.clock.now());
    let outcome = credential::verify_credential(&input, &did::Resolvers::offline(), &expect).await;
    outcome.faults.into_iter().map(|fault| fault.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_derives_what_the_pointers_name_and_what_is_mandatory() {
    let world = World::new().await;
    for algorithm in [Algorithm::P256, Algorithm::Bls12381G2] {
        derives(&world, &base_by(&world, algorithm).await).await;
    }
}

async fn derives(world: &World, base: &Value) {
    let body = json!({
        "verifiableCredential": base,
        "options": {"selectivePointers": ["/credentialSubject/degree"]},
    });
    let answer = derive(world, &body).await;
    assert_eq!(answer.status, 201, "{answer}");
    let shown = answer.json().unwrap();
    assert_eq!(shown["credentialSubject"], json!({"degree": "BSc"}));
    assert_eq!((&shown["issuer"], shown.get("validFrom")), (&base["issuer"], None));
    assert_eq!(faults(world, shown.clone()).await, [""; 0]);
    let mut changed = shown;
    changed["credentialSubject"]["degree"] = json!("MSc");
    assert_eq!(faults(world, changed).await, ["badSignature"]);

    // Without options only what is mandatory is shown; members that are not known are ignored.
    for body in [
        json!({"verifiableCredential": base}),
        json!({"verifiableCredential": base, "options": {"presentationHeader": "x"}, "more": 1}),
    ] {
        let least = derive(world, &body).await.json().unwrap();
        assert_eq!(least.get("credentialSubject"), None);
        assert_eq!(least["issuer"], base["issuer"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shown_in_part_is_refused() {
    let world = World::new().await;
    let base = base(&world).await;
    let plain = {
        let key = key(Algorithm::Ed25519);
        let options = ProofOptions::assertion(world.wallet.clock.now());
        let document = unsecured(&key.signer.public_key().did_key());
        secure(&document, Suite::EddsaRdfc2022, &key, &options).await.unwrap()
    };
    let derived = derive(&world, &json!({"verifiableCredential": base})).await.json().unwrap();
    let mut another = base.clone();
    another["credentialSubject"]["name"] = json!("Added");
    let of = |credential: &Value, pointers: Value| json!({"verifiableCredential": credential, "options": {"selectivePointers": pointers}});
    for (body, code) in [
        (of(&plain, json!([])), "baseProofMissing"),
        (of(&derived, json!([])), "baseProofMissing"),
        (of(&another, json!([])), "signatureCount"),
        (of(&json!("text"), json!([])), "notAnObject"),
        (of(&base, json!(["credentialSubject"])), "pointer"),
        (of(&base, json!(vec!["/issuer"; 101])), "tooManyPointers"),
    ] {
        let answer = derive(&world, &body).await;
        assert_eq!(answer.status, 400, "{code}: {answer}");
        let problem = answer.json().unwrap();
        assert_eq!(problem["errors"][0]["code"], code, "{problem:#}");
        assert_eq!(problem["type"], "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR");
    }
    for body in [
        json!({}),
        json!({"verifiableCredential": base, "options": {"selectivePointers": "/issuer"}}),
        json!({"verifiableCredential": base, "options": {"selectivePointers": [1]}}),
    ] {
        assert_eq!(derive(&world, &body).await.status, 400, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_wallet_derives_for_nobody() {
    let world = World::with(|wallet| wallet.open_vc_api = false).await;
    let answer = derive(&world, &json!({"verifiableCredential": base(&world).await})).await;
    assert_eq!(answer.status, 404, "{answer}");
}
