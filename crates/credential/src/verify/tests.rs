#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;

use clock::{SeededEntropy, Timestamp};
use did::Resolvers;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Map, json};

use super::*;
use crate::data_integrity::{ProofOptions, Purpose, SigningKey, Suite, prepare, secure};
use crate::outcome::{CheckName, ISSUER_WITHOUT_DID};
use crate::sd_jwt::{self as sd, NewSdJwt, PathElement};
use crate::{jwt, limits};

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

const OTHERS: [(Suite, Algorithm); 5] = [
    (Suite::EddsaJcs2022, Algorithm::Ed25519),
    (Suite::EcdsaRdfc2019, Algorithm::P256),
    (Suite::EcdsaJcs2019, Algorithm::P256),
    (Suite::EcdsaRdfc2019, Algorithm::P384),
    (Suite::EcdsaJcs2019, Algorithm::P384),
];

async fn secured_by(suite: Suite, algorithm: Algorithm) -> Value {
    let key = key(algorithm, 1);
    let mut document = unsecured();
    document["issuer"] = json!(did(&key));
    secure(&document, suite, &key, &ProofOptions::assertion(now())).await.unwrap()
}

/// As above for the other suites: each case changes one thing in a credential that is accepted.
#[tokio::test]
async fn changes_are_refused_under_every_suite() {
    for (suite, algorithm) in OTHERS {
        let good = secured_by(suite, algorithm).await;
        assert_eq!(refused(good.clone()).await, (CheckName::Policy, "verified"), "{suite}");
        let other_kind = &key(
            match algorithm {
                Algorithm::Ed25519 => Algorithm::P256,
                Algorithm::P256 => Algorithm::P384,
                Algorithm::P384 | Algorithm::Bls12381G2 => Algorithm::Ed25519,
            },
            1,
        );
        let sibling = match suite {
            Suite::EddsaJcs2022 => "eddsa-rdfc-2022",
            Suite::EcdsaRdfc2019 => "ecdsa-jcs-2019",
            _ => "ecdsa-rdfc-2019",
        };
        let cases: Vec<(&str, Value, CheckName, &str)> = vec![
            ("/credentialSubject/gradeLevel", json!("D-2"), CheckName::Proof, "badSignature"),
            ("/credentialSubject/worksFor/name", json!("WFP"), CheckName::Proof, "badSignature"),
            ("/validUntil", json!("2040-01-01T00:00:00Z"), CheckName::Proof, "badSignature"),
            ("/proof/cryptosuite", json!(sibling), CheckName::Proof, "badSignature"),
            ("/proof/created", json!("2026-01-01T00:00:00Z"), CheckName::Proof, "badSignature"),
            ("/proof/created", json!("yesterday"), CheckName::Proof, "proofDate"),
            ("/proof/created", json!(1), CheckName::Proof, "proofDate"),
            ("/proof/type", json!("EcdsaSecp256r1Signature2019"), CheckName::Proof, "proofType"),
            ("/proof/cryptosuite", json!("jcs"), CheckName::Proof, "cryptosuite"),
            ("/proof/proofPurpose", json!("authentication"), CheckName::Proof, "proofPurpose"),
            ("/proof/verificationMethod", json!(other_kind.verification_method), CheckName::Proof, "keyKind"),
            ("/proof/proofValue", json!("z1"), CheckName::Proof, "proofValue"),
            ("/issuer", json!(did(other_kind)), CheckName::IssuerKey, "notTheIssuersKey"),
        ];
        for (pointer, value, check, code) in cases {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            assert_eq!(refused(changed).await, (check, code), "{suite} {pointer} {value}");
        }
        for name in ["type", "cryptosuite", "proofPurpose", "verificationMethod", "proofValue", "created"] {
            let mut changed = good.clone();
            changed["proof"].as_object_mut().unwrap().remove(name);
            assert!(!verify(changed).await.is_verified(), "{suite} without {name}");
        }
        let mut signature =
            bs58::decode(&good["proof"]["proofValue"].as_str().unwrap()[1..]).into_vec().unwrap();
        for bit in [0, 255, 256, signature.len() * 8 - 1] {
            signature[bit / 8] ^= 1 << (bit % 8);
            let mut changed = good.clone();
            changed["proof"]["proofValue"] = json!(format!("z{}", bs58::encode(&signature).into_string()));
            assert_eq!(refused(changed).await, (CheckName::Proof, "badSignature"), "{suite} bit {bit}");
            signature[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

/// vc-di-eddsa 1.0, 3.3.2 and vc-di-ecdsa 1.0, 3.3.2: the contexts of the proof are the first of the document.
#[tokio::test]
async fn a_jcs_proof_secures_the_contexts_it_names() {
    for (suite, algorithm) in OTHERS.into_iter().filter(|(suite, _)| suite.is_jcs()) {
        let good = secured_by(suite, algorithm).await;
        assert_eq!(good["proof"]["@context"], good["@context"]);
        for contexts in [
            json!(["https://www.w3.org/ns/credentials/v2", "https://w3id.org/security/data-integrity/v2"]),
            json!([good["@context"][1], good["@context"][0]]),
            json!("https://www.w3.org/ns/credentials/v1"),
            json!([]),
        ] {
            let mut changed = good.clone();
            changed["proof"]["@context"] = contexts.clone();
            let expected = if contexts == json!([]) { "badSignature" } else { "proofContext" };
            assert_eq!(refused(changed).await, (CheckName::Proof, expected), "{suite} {contexts}");
        }
        let mut changed = good.clone();
        changed["proof"].as_object_mut().unwrap().remove("@context");
        assert_eq!(refused(changed).await, (CheckName::Proof, "badSignature"), "{suite} without contexts");

        // A context that somebody puts behind them is not secured, and gives no type another meaning.
        let mut longer = good.clone();
        longer["@context"].as_array_mut().unwrap().push(json!({"@vocab": "https://evil.example/#"}));
        let outcome = verify(longer).await;
        assert!(outcome.is_verified(), "{suite}: {:?}", outcome.faults);
        assert_eq!(outcome.types, verify(good.clone()).await.types, "{suite}");
        let mut undefined = good;
        undefined["@context"].as_array_mut().unwrap().push(json!({"@vocab": "https://evil.example/#"}));
        undefined["credentialSubject"]["undefinedTerm"] = json!("x");
        assert_eq!(refused(undefined).await, (CheckName::Proof, "badSignature"), "{suite}");
    }
}

#[tokio::test]
async fn numbers_that_a_jcs_signature_could_not_tell_apart_are_not_signed() {
    for suite in [Suite::EddsaJcs2022, Suite::EcdsaJcs2019] {
        let key = key(suite.algorithm(), 1);
        let mut document = unsecured();
        document["issuer"] = json!(did(&key));
        document["credentialSubject"]["gradeLevel"] = serde_json::from_str("9007199254740993").unwrap();
        let refused = secure(&document, suite, &key, &ProofOptions::assertion(now())).await.unwrap_err();
        let crate::data_integrity::SecureError::Document(faults) = refused else { panic!("{refused:?}") };
        assert_eq!(faults[0].code, "numberNotExact");
    }
}

#[tokio::test]
async fn proofs_for_something_else_are_refused() {
    let purpose = secured_with(&unsecured(), |options| options.purpose = Purpose::Authentication).await;
    assert_eq!(refused(purpose).await, (CheckName::Proof, "proofPurpose"));
    let expired = secured_with(&unsecured(), |options| options.expires = Some(now())).await;
    assert_eq!(refused(expired).await, (CheckName::Proof, "proofExpired"));
    let later = secured_with(&unsecured(), |o| o.expires = Some(now() + chrono::Duration::seconds(1))).await;
    assert!(verify(later).await.is_verified());

    // Any did:key can sign for anyone; only the issuer's may. Whose key a URL has, nothing says here.
    let mut stolen = unsecured();
    stolen["issuer"] = json!(did(&key(Algorithm::Ed25519, 9)));
    let stolen = secured_with(&stolen, |_| {}).await;
    assert_eq!(refused(stolen.clone()).await, (CheckName::IssuerKey, "notTheIssuersKey"));
    let expect = Expect::credential(now()).open_for_urls();
    let of_did = verify_credential(&Input::Json(stolen), &Resolvers::offline(), &expect).await;
    assert_eq!(of_did.faults[0].code, "notTheIssuersKey");
    let mut of_url = unsecured();
    of_url["issuer"] = json!("https://vc.example/issuers/5678");
    let of_url = secured_with(&of_url, |_| {}).await;
    assert_eq!(refused(of_url.clone()).await, (CheckName::IssuerKey, "notTheIssuersKey"));
    let of_url = verify_credential(&Input::Json(of_url), &Resolvers::offline(), &expect).await;
    assert_eq!(of_url.faults.len(), 1);
    assert!(of_url.faults[0].code == ISSUER_WITHOUT_DID && of_url.faults[0].unfinished);

    let mut bounds = unsecured();
    bounds["validUntil"] = json!("2027-01-15T08:00:00Z");
    assert_eq!(refused(secured_with(&bounds, |_| {}).await).await, (CheckName::Validity, "expired"));
    bounds["validUntil"] = json!("2027-01-15T08:00:01Z");
    assert!(verify(secured_with(&bounds, |_| {}).await).await.is_verified());
    // The clocks of two honest machines may be a minute apart, as for `nbf`.
    bounds["validUntil"] = json!("2027-01-16T08:00:00Z");
    bounds["validFrom"] = json!("2027-01-15T08:01:00Z");
    assert!(verify(secured_with(&bounds, |_| {}).await).await.is_verified());
    bounds["validFrom"] = json!("2027-01-15T08:01:01Z");
    assert_eq!(refused(secured_with(&bounds, |_| {}).await).await, (CheckName::Validity, "notYetValid"));
}

#[tokio::test]
async fn all_proofs_of_a_set_must_hold() {
    let set = secure(
        &secured().await,
        Suite::EddsaRdfc2022,
        &key(Algorithm::Ed25519, 1),
        &ProofOptions::assertion(now()),
    )
    .await
    .unwrap();
    assert_eq!(set["proof"].as_array().unwrap().len(), 2);
    assert!(verify(set.clone()).await.is_verified());
    let mut broken = set.clone();
    broken["proof"][1]["proofValue"] = json!("z1");
    assert_eq!(refused(broken).await, (CheckName::Proof, "proofValue"));
    let mut unknown = set.clone();
    unknown["proof"][1]["cryptosuite"] = json!("from-the-future");
    assert_eq!(refused(unknown).await, (CheckName::Proof, "cryptosuite"));
    let mut many = set;
    many["proof"] = json!(vec![many["proof"][0].clone(); limits::PROOFS + 1]);
    assert_eq!(refused(many).await, (CheckName::Proof, "tooManyProofs"));
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

fn presentation(credential: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential],
    })
}

fn holder() -> SigningKey {
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

async fn presentation_codes(value: Value, expect: &Expect) -> Vec<&'static str> {
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

async fn sd_jwt() -> String {
    let issuer = key(Algorithm::P256, 1);
    let claims = json!({
        "iss": did(&issuer), "vct": "https://schemas.passerelle.example/v1#StaffIdentity",
        "iat": 1_700_000_000, "exp": 1_900_000_000, "givenName": "Ana", "familyName": "Silva",
        "status": {"status_list": {"idx": 7, "uri": "https://example.org/status/2"}},
    });
    let new = NewSdJwt {
        claims: claims.as_object().unwrap().clone(),
        disclosable: ["givenName", "familyName"]
            .map(|name| vec![PathElement::Name(name.to_owned())])
            .to_vec(),
        holder_key: Some(*holder().signer.public_key()),
        decoys: 2,
    };
    sd::issue(&new, &issuer, &SeededEntropy::new(3)).await.unwrap()
}

#[tokio::test]
async fn an_sd_jwt_tells_what_it_is_and_is_bound() {
    let text = sd_jwt().await;
    let outcome = verify(json!(text)).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    assert_eq!(outcome.types, ["https://schemas.passerelle.example/v1#StaffIdentity"]);
    assert_eq!(outcome.claims, json!({"givenName": "Ana", "familyName": "Silva"}));
    assert_eq!(
        outcome.status,
        [crate::StatusRef::Token { index: 7, uri: "https://example.org/status/2".into() }]
    );

    let reveal = [vec![PathElement::Name("givenName".to_owned())]];
    let prepared = sd::present(&text, &reveal, "nonce", "verifier", now()).unwrap();
    let signature = holder().signer.sign(&prepared.to_sign).await.unwrap();
    let shown = prepared.finish(&signature);
    let expect = Expect::presentation(now(), "nonce", "verifier");
    let input = Input::Compact(shown.clone());
    let presented = verify_presentation(&input, &Resolvers::offline(), &expect).await;
    assert!(presented.is_verified(), "{:?}", presented.faults);
    assert_eq!(presented.credentials[0].claims, json!({"givenName": "Ana"}));
    assert_eq!(presented.credentials[0].digest, outcome.digest);
    assert_eq!(presentation_codes(json!(text), &expect).await, ["keyBindingMissing"]);
    let other = Expect::presentation(now(), "other", "verifier");
    assert_eq!(presentation_codes(json!(shown), &other).await, ["nonce"]);
}

#[tokio::test]
async fn changed_sd_jwts_are_refused() {
    let issuer = key(Algorithm::P256, 1);
    let code = async |header: Value, claims: Value, key: &SigningKey| {
        let mut all = json!({
            "iss": did(&issuer), "vct": "https://example.org/t", "exp": 1_900_000_000, "iat": 1,
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let all = all.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        let claims: Map<String, Value> = all.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut full = json!({"typ": "dc+sd-jwt", "kid": key.verification_method});
        for (name, value) in header.as_object().unwrap() {
            full[name] = value.clone();
        }
        let token = jwt::sign(full.as_object().unwrap().clone(), &claims, key.signer.as_ref()).await.unwrap();
        refused(json!(format!("{token}~"))).await.1
    };
    assert_eq!(code(json!({}), json!({}), &issuer).await, "verified");
    let other = key(Algorithm::P256, 5);
    assert_eq!(code(json!({}), json!({}), &other).await, "notTheIssuersKey");
    assert_eq!(code(json!({"kid": issuer.verification_method}), json!({}), &other).await, "badSignature");
    assert_eq!(code(json!({"typ": "JWT"}), json!({}), &issuer).await, "jwtType");
    assert_eq!(code(json!({"crit": ["x"]}), json!({}), &issuer).await, "jwtForm");
    assert_eq!(code(json!({"kid": 1}), json!({}), &issuer).await, "keyUnknown");
    assert_eq!(code(json!({}), json!({"exp": 1_800_000_000}), &issuer).await, "expired");
    assert_eq!(code(json!({}), json!({"nbf": 1_800_000_100}), &issuer).await, "notYetValid");
    assert_eq!(code(json!({}), json!({"vct": null}), &issuer).await, "vctMissing");
    assert_eq!(code(json!({}), json!({"cnf": {"jwk": {"kty": "RSA"}}}), &issuer).await, "holderKey");
    assert_eq!(code(json!({}), json!({"status": {"status_list": {"idx": -1}}}), &issuer).await, "statusForm");
    assert_eq!(code(json!({}), json!({"iss": null}), &issuer).await, "verified");
    let text = sd_jwt().await;
    let swapped = text.replacen(&text[text.len() - 6..text.len() - 2], "AAAA", 1);
    assert_ne!(refused(json!(swapped)).await.1, "verified");
}
