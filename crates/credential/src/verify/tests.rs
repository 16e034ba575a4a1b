#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod presentations;
mod proofs;
mod sd_jwt;

use std::sync::Arc;

use clock::Timestamp;
use did::Resolvers;
use keys::{Algorithm, Signer as _, SoftwareKey};
use proofs::{OTHERS, secured_by};
use serde_json::json;

use super::*;
use crate::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use crate::outcome::CheckName;

fn now() -> Timestamp {
    chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
    let secret = vec![seed; if algorithm == Algorithm::P384 { 48 } else { 32 }];
    let signer = SoftwareKey::from_secret(algorithm, &secret).unwrap();
    let did = signer.public_key().did_key();
    let verification_method = format!("{did}#{}", did.trim_start_matches("did:key:"));
    SigningKey { verification_method, signer: Arc::new(signer) }
}

fn did(key: &SigningKey) -> String {
    key.signer.public_key().did_key()
}

fn unsecured() -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://schemas.passerelle.example/v1/staff-identity.jsonld",
        ],
        "id": "urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10",
        "type": ["VerifiableCredential", "StaffIdentity"],
        "issuer": did(&key(Algorithm::Ed25519, 1)),
        "validFrom": "2024-01-01T00:00:00Z",
        "validUntil": "2030-01-01T00:00:00Z",
        "credentialSubject": {
            "id": key(Algorithm::P256, 2).signer.public_key().did_jwk(),
            "givenName": "Ana", "familyName": "Silva", "identifier": "100234",
            "worksFor": {"id": "did:example:undp", "name": "UNDP"},
            "jobTitle": "Analyst", "gradeLevel": "P-3", "dutyStation": "Maputo",
        },
        "credentialStatus": [{
            "id": "https://example.org/status/1#7", "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation", "statusListIndex": "7",
            "statusListCredential": "https://example.org/status/1",
        }],
        "credentialSchema": {
            "id": "https://schemas.passerelle.example/v1/staff-identity.schema.json", "type": "JsonSchema",
        },
    })
}

async fn secured_with(document: &Value, change: impl FnOnce(&mut ProofOptions)) -> Value {
    let mut options = ProofOptions::assertion(now());
    change(&mut options);
    secure(document, Suite::EddsaRdfc2022, &key(Algorithm::Ed25519, 1), &options).await.unwrap()
}

async fn secured() -> Value {
    secured_with(&unsecured(), |_| {}).await
}

async fn verify(credential: Value) -> Outcome {
    let expect = Expect::credential(now());
    verify_credential(&Input::from_value(credential).unwrap(), &Resolvers::offline(), &expect).await
}

fn codes(outcome: &Outcome) -> Vec<(CheckName, &'static str)> {
    outcome.faults.iter().map(|fault| (fault.check, fault.code)).collect()
}

async fn refused(credential: Value) -> (CheckName, &'static str) {
    let outcome = verify(credential).await;
    *codes(&outcome).first().unwrap_or(&(CheckName::Policy, "verified"))
}

#[tokio::test]
async fn a_good_credential_tells_what_it_is() {
    let credential = secured().await;
    let outcome = verify(credential.clone()).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    assert_eq!(outcome.issuer, Some(did(&key(Algorithm::Ed25519, 1))));
    assert!(outcome.types.contains(&"https://schemas.passerelle.example/v1#StaffIdentity".to_owned()));
    assert_eq!(outcome.key_state, KeyState::Current);
    assert_eq!(outcome.holder_key.as_ref(), Some(key(Algorithm::P256, 2).signer.public_key()));
    assert_eq!(outcome.claims["givenName"], "Ana");
    assert_eq!(outcome.status.len(), 1);
    assert_eq!(outcome.schemas, ["https://schemas.passerelle.example/v1/staff-identity.schema.json"]);
    assert_eq!(outcome.digest, crate::digest(&Input::Json(credential)));
    for (suite, algorithm) in OTHERS {
        let outcome = verify(secured_by(suite, algorithm).await).await;
        assert!(outcome.is_verified(), "{suite}: {:?}", outcome.faults);
        assert!(!outcome.types.is_empty());
    }
}

/// Each case changes one thing in a credential that is accepted.
#[tokio::test]
async fn changed_credentials_are_refused() {
    let good = secured().await;
    let cases: Vec<(&str, Value, CheckName, &str)> = vec![
        ("/credentialSubject/gradeLevel", json!("D-2"), CheckName::Proof, "badSignature"),
        ("/credentialSubject/worksFor/name", json!("WFP"), CheckName::Proof, "badSignature"),
        ("/validUntil", json!("2040-01-01T00:00:00Z"), CheckName::Proof, "badSignature"),
        ("/id", json!("urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f11"), CheckName::Proof, "badSignature"),
        ("/proof/created", json!("2026-01-01T00:00:00Z"), CheckName::Proof, "badSignature"),
        ("/proof/created", json!("yesterday"), CheckName::Proof, "proofDate"),
        ("/proof/type", json!("Ed25519Signature2020"), CheckName::Proof, "proofType"),
        ("/proof/type", json!(["DataIntegrityProof"]), CheckName::Form, "typeMissing"),
        ("/proof/cryptosuite", json!("eddsa-2022"), CheckName::Proof, "cryptosuite"),
        ("/proof/cryptosuite", json!("ecdsa-rdfc-2019"), CheckName::Proof, "keyKind"),
        ("/proof/cryptosuite", json!("eddsa-jcs-2022"), CheckName::Proof, "badSignature"),
        ("/proof/cryptosuite", json!(1), CheckName::Proof, "cryptosuite"),
        ("/proof/proofPurpose", json!("authentication"), CheckName::Proof, "proofPurpose"),
        ("/proof/proofPurpose", json!("keyAgreement"), CheckName::Proof, "proofPurpose"),
        ("/proof/verificationMethod", json!("did:key:z1#z1"), CheckName::IssuerKey, "didUnresolved"),
        ("/proof/verificationMethod", json!("did:key:invalidVm"), CheckName::Proof, "verificationMethod"),
        (
            "/proof/verificationMethod",
            json!("https://example.org/key"),
            CheckName::Proof,
            "verificationMethod",
        ),
        ("/proof/verificationMethod", json!({"id": "x"}), CheckName::Proof, "verificationMethod"),
        ("/proof/proofValue", json!("zinvalid0"), CheckName::Proof, "proofValue"),
        ("/proof/proofValue", json!("u7QEB"), CheckName::Proof, "proofValue"),
        ("/proof/proofValue", json!("z58DAd"), CheckName::Proof, "proofValue"),
        ("/proof/proofValue", json!(null), CheckName::Proof, "proofValue"),
        ("/proof", json!(null), CheckName::Form, "typeMissing"),
        ("/proof", json!([]), CheckName::Proof, "proofMissing"),
        ("/type/1", json!("Undefined"), CheckName::Form, "undefinedTerm"),
        ("/@context/1", json!("https://example.org/unknown"), CheckName::Form, "unknownContext"),
        ("/credentialSubject/id", json!("_:b0"), CheckName::Form, "blankNodeIdentifier"),
        ("/credentialSubject/id", json!("did:example:a%FF"), CheckName::Form, "iriForm"),
        ("/credentialSubject/worksFor/id", json!("relative"), CheckName::Form, "relativeIri"),
    ];
    for (pointer, value, check, code) in cases {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(refused(changed).await, (check, code), "{pointer} {value}");
    }
    for (pointer, name, value, code) in [
        ("/credentialSubject", "undefinedTerm", json!("x"), "undefinedTerm"),
        ("", "undefinedTerm", json!("x"), "undefinedTerm"),
        ("/credentialSubject", "@type", json!("Undefined"), "undefinedTerm"),
        ("/proof", "@context", json!(["https://w3id.org/security/data-integrity/v2"]), "proofContext"),
        ("/proof", "previousProof", json!("urn:uuid:none"), "previousProof"),
        ("/proof", "expires", json!("2020-01-01T00:00:00Z"), "proofExpired"),
        ("/proof", "expires", json!("2040-01-01T00:00:00Z"), "badSignature"),
        ("/proof", "domain", json!(1), "domain"),
        ("/proof", "challenge", json!(1), "proofForm"),
        ("/proof", "id", json!("x"), "proofForm"),
        ("/proof", "undefinedTerm", json!("x"), "undefinedTerm"),
    ] {
        let mut changed = good.clone();
        changed.pointer_mut(pointer).unwrap()[name] = value;
        assert_eq!(refused(changed).await.1, code, "{pointer} {name}");
    }
    for name in ["type", "cryptosuite", "proofPurpose", "verificationMethod", "proofValue"] {
        let mut changed = good.clone();
        changed["proof"].as_object_mut().unwrap().remove(name);
        assert!(!verify(changed).await.is_verified(), "{name}");
    }
}

#[tokio::test]
async fn bombs_are_refused_quickly() {
    let good = secured().await;
    let started = std::time::Instant::now();
    let mut deep = good.clone();
    let mut nested = json!({});
    for _ in 0..1000 {
        nested = json!({ "name": nested });
    }
    deep["credentialSubject"]["worksFor"] = nested;
    assert_eq!(refused(deep).await, (CheckName::Form, "tooDeep"));
    let mut large = good.clone();
    large["credentialSubject"]["givenName"] = json!("x".repeat(10_000_000));
    assert_eq!(refused(large).await, (CheckName::Form, "tooLarge"));
    assert!(Input::parse(&format!("{{\"a\":\"{}\"}}", "x".repeat(10_000_000))).is_err());
    let clique: Vec<Value> = (0..10)
        .map(|a| json!({ "id": format!("_:n{a}"), "worksFor": (0..10).map(|b| format!("_:n{b}")).collect::<Vec<_>>() }))
        .collect();
    let mut bomb = good.clone();
    bomb["credentialSubject"] = json!(clique);
    assert_eq!(refused(bomb).await, (CheckName::Form, "blankNodeIdentifier"));
    // Many equal blank nodes are as bad as a set can get without identifiers.
    let mut equal = good;
    equal["credentialSubject"] = json!(vec![json!({"worksFor": vec![json!({"name": "x"}); 30]}); 30]);
    let _ = refused(equal).await;
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_signed() {
    let attempt = async |change: fn(&mut Value)| {
        let mut document = unsecured();
        change(&mut document);
        let key = key(Algorithm::Ed25519, 1);
        secure(&document, Suite::EddsaRdfc2022, &key, &ProofOptions::assertion(now())).await.unwrap_err()
    };
    for change in [
        (|document| document["credentialSubject"]["undefinedTerm"] = json!("x")) as fn(&mut Value),
        |document| document["type"] = json!(["VerifiableCredential", "UndefinedType"]),
        |document| document["@context"][1] = json!("https://example.org/unknown"),
        |document| document["@context"][1] = json!({"VerifiableCredential": "https://example.org/#Bad"}),
        |document| document["@context"][1] = json!({"StaffIdentity": "https ://not-a-url#X"}),
        |document| document["credentialSubject"]["id"] = json!("relative"),
        |document| document["credentialSubject"]["worksFor"] = json!({"id": "_:b1"}),
    ] {
        let error = attempt(change).await;
        assert!(matches!(error, crate::data_integrity::SecureError::Document(_)), "{error:?}");
    }
    let (document, key, options) = (unsecured(), key(Algorithm::P256, 1), ProofOptions::assertion(now()));
    assert!(secure(&document, Suite::EddsaRdfc2022, &key, &options).await.is_err());
}
