//! Data Integrity proofs under every cryptosuite.

use did::Resolvers;
use keys::Algorithm;
use serde_json::json;

use super::{did, key, now, refused, secured, secured_with, unsecured, verify};
use crate::data_integrity::{ProofOptions, Purpose, Suite, secure};
use crate::limits;
use crate::outcome::{CheckName, ISSUER_WITHOUT_DID};
use crate::verify::*;

pub(super) const OTHERS: [(Suite, Algorithm); 5] = [
    (Suite::EddsaJcs2022, Algorithm::Ed25519),
    (Suite::EcdsaRdfc2019, Algorithm::P256),
    (Suite::EcdsaJcs2019, Algorithm::P256),
    (Suite::EcdsaRdfc2019, Algorithm::P384),
    (Suite::EcdsaJcs2019, Algorithm::P384),
];

pub(super) async fn secured_by(suite: Suite, algorithm: Algorithm) -> Value {
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
