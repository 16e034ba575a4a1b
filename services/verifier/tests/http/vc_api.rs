use serde_json::{Value, json};

use crate::harness::{Service, json_of};
use crate::world::Copy;

#[tokio::test(flavor = "multi_thread")]
async fn sample_verifies_without_asking_the_chain() {
    let service = Service::start().await;
    let sample = json_of(&service.get("/vc-api/sample", None).await);
    let asked = service.world.chain.ledger.lock().unwrap().asked;
    let reply = service.post("/vc-api/credentials/verify", &sample, &[]).await;
    let result = json_of(&reply);
    assert_eq!((reply.status, result["verified"].as_bool()), (200, Some(true)), "{result:#}");
    assert_eq!(
        (result["policy"].as_str(), result["accreditation"].as_str()),
        (Some("open"), Some("optional"))
    );
    assert_eq!(result["problemDetails"], json!([]));
    assert_eq!(service.world.chain.ledger.lock().unwrap().asked, asked, "the fast path stays off the chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_credentials_are_400_with_published_problem_types() {
    let service = Service::start().await;
    let sample = json_of(&service.get("/vc-api/sample", None).await);
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 6] = [
        (
            |vc| vc["credentialSubject"]["name"] = "Another".into(),
            "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR",
        ),
        (|vc| vc["type"] = json!(["Something"]), "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"),
        (|vc| vc["validFrom"] = "yesterday".into(), "https://www.w3.org/TR/vc-data-model#"),
        (|vc| vc["proof"]["proofPurpose"] = "authentication".into(), "https://w"),
        (|vc| vc["proof"]["cryptosuite"] = "unknown-2017".into(), "https://w"),
        (
            |vc| {
                vc.as_object_mut().unwrap().remove("proof");
            },
            "https://w",
        ),
    ];
    for (change, kind) in changes {
        let mut body = sample.clone();
        change(&mut body["verifiableCredential"]);
        let reply = service.post("/vc-api/credentials/verify", &body, &[]).await;
        let result = json_of(&reply);
        assert_eq!((reply.status, result["verified"].as_bool()), (400, Some(false)), "{result:#}");
        let found = result["problemDetails"][0]["type"].as_str().unwrap();
        assert!(found.starts_with(kind), "{found}");
    }
    for body in [json!({ "verifiableCredential": "text" }), json!({ "verifiableCredential": 1 }), json!({})] {
        assert_eq!(service.post("/vc-api/credentials/verify", &body, &[]).await.status, 400, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_every_suite_are_verified() {
    use clock::Clock as _;
    use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
    use keys::Signer as _;
    let service = Service::start().await;
    let sample = json_of(&service.get("/vc-api/sample", None).await);
    let kinds = |suite: Suite| keys::Algorithm::ALL.into_iter().filter(move |kind| suite.takes(*kind));
    let plain = Suite::ALL.into_iter().filter(|suite| !suite.is_selective());
    for (suite, kind) in plain.flat_map(|suite| kinds(suite).map(move |kind| (suite, kind))) {
        let signer = keys::SoftwareKey::generate(kind, &clock::SeededEntropy::new(7));
        let (issuer, multikey) = (signer.public_key().did_key(), signer.public_key().to_multikey());
        let key = SigningKey {
            verification_method: format!("{issuer}#{multikey}"),
            signer: std::sync::Arc::new(signer),
        };
        let mut unsecured = sample["verifiableCredential"].clone();
        unsecured.as_object_mut().unwrap().remove("proof");
        unsecured["issuer"] = json!(issuer);
        let options = ProofOptions::assertion(service.world.clock.now());
        let secured = secure(&unsecured, suite, &key, &options).await.unwrap();
        assert_eq!(secured["proof"]["cryptosuite"], suite.as_str());
        let verify = async |credential: &Value| {
            let body = json!({ "verifiableCredential": credential });
            let reply = service.post("/vc-api/credentials/verify", &body, &[]).await;
            (reply.status, json_of(&reply))
        };
        let (status, result) = verify(&secured).await;
        assert_eq!((status, result["verified"].as_bool()), (200, Some(true)), "{suite}: {result:#}");
        let mut changed = secured.clone();
        changed["credentialSubject"]["name"] = json!("Another");
        assert_eq!(verify(&changed).await.0, 400, "{suite}");
        let mut other = secured;
        other["proof"]["cryptosuite"] = json!("ecdsa-2019");
        assert_eq!(verify(&other).await.0, 400, "{suite}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn derived_proofs_are_verified_and_base_proofs_are_not() {
    use clock::Clock as _;
    use credential::data_integrity::{ProofOptions, SigningKey, Suite, derive, secure_base};
    use keys::Signer as _;
    let service = Service::start().await;
    let sample = json_of(&service.get("/vc-api/sample", None).await);
    for suite in Suite::ALL.into_iter().filter(|suite| suite.is_selective()) {
        let signer = keys::SoftwareKey::from_secret(suite.algorithm(), &[7; 32]).unwrap();
        let (issuer, multikey) = (signer.public_key().did_key(), signer.public_key().to_multikey());
        let key = SigningKey {
            verification_method: format!("{issuer}#{multikey}"),
            signer: std::sync::Arc::new(signer),
        };
        let mut unsecured = sample["verifiableCredential"].clone();
        unsecured.as_object_mut().unwrap().remove("proof");
        unsecured["issuer"] = json!(issuer);
        let options = ProofOptions::assertion(service.world.clock.now());
        let mandatory = ["/issuer".to_owned(), "/validFrom".to_owned()];
        let entropy = clock::SeededEntropy::new(9);
        let base = secure_base(&unsecured, &key, &options, &mandatory, &entropy).await.unwrap();
        assert_eq!(base["proof"]["cryptosuite"], suite.as_str());
        let shown = derive(&base, &["/credentialSubject/name".to_owned()]).await.unwrap();
        let verify = async |credential: &Value| {
            let body = json!({ "verifiableCredential": credential });
            let reply = service.post("/vc-api/credentials/verify", &body, &[]).await;
            (reply.status, json_of(&reply))
        };
        let (status, result) = verify(&shown).await;
        assert_eq!((status, result["verified"].as_bool()), (200, Some(true)), "{result:#}");
        assert_eq!(verify(&base).await.0, 400);
        let mut changed = shown;
        changed["credentialSubject"]["name"] = json!("Another");
        let (status, result) = verify(&changed).await;
        assert_eq!((status, result["verified"].as_bool()), (400, Some(false)), "{result:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn presentation_must_answer_the_challenge() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_json(&undp, &holder, &service.world.staff(&undp)).await;
    let presentation = service.world.present(&holder, &copy, "challenge-1", "desk.example").await;
    let verify = async |challenge: &str, domain: &str| {
        let body = json!({ "verifiablePresentation": presentation, "options": { "challenge": challenge, "domain": domain, "checks": ["proof"] } });
        let reply = service.post("/vc-api/presentations/verify", &body, &[]).await;
        (reply.status, json_of(&reply))
    };
    let (status, result) = verify("challenge-1", "desk.example").await;
    assert_eq!(status, 200, "{result:#}");
    for (challenge, domain) in [("challenge-2", "desk.example"), ("challenge-1", "other.example")] {
        assert_eq!(verify(challenge, domain).await.0, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn presentation_without_credentials_says_who_made_it() {
    let service = Service::start().await;
    let holder = service.world.holder();
    let key = credential::data_integrity::SigningKey {
        verification_method: format!("{}#0", holder.did()),
        signer: holder.key.clone(),
    };
    let options = credential::data_integrity::ProofOptions {
        created: None,
        purpose: credential::data_integrity::Purpose::Authentication,
        challenge: Some("c".into()),
        domain: None,
        expires: None,
    };
    let bare = json!({ "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"], "holder": holder.did() });
    let suite = credential::data_integrity::Suite::EcdsaRdfc2019;
    let presentation = credential::data_integrity::secure(&bare, suite, &key, &options).await.unwrap();
    let body = json!({ "verifiablePresentation": presentation, "options": { "challenge": "c" } });
    let reply = service.post("/vc-api/presentations/verify", &body, &[]).await;
    assert_eq!(reply.status, 200, "{:#}", json_of(&reply));
    let body = json!({ "verifiablePresentation": presentation, "options": { "challenge": "d" } });
    assert_eq!(service.post("/vc-api/presentations/verify", &body, &[]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_status_list_is_not_verified() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let Copy::Json(credential) = service.world.issue_json(&undp, &holder, &service.world.staff(&undp)).await
    else {
        panic!("JSON");
    };
    service.world.web.pages.lock().unwrap().clear();
    let reply =
        service.post("/vc-api/credentials/verify", &json!({ "verifiableCredential": credential }), &[]).await;
    let result = json_of(&reply);
    assert_eq!(reply.status, 400);
    let kinds: Vec<_> = result["problemDetails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    assert!(kinds.iter().any(|kind| kind.ends_with("STATUS_RETRIEVAL_ERROR")), "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_instance_shows_nothing() {
    let service = Service::start_with(|settings| settings.vc_api.open = false).await;
    let body = json!({ "verifiableCredential": {} });
    assert_eq!(service.post("/vc-api/credentials/verify", &body, &[]).await.status, 404);
    let body = json!({ "verifiablePresentation": {} });
    assert_eq!(service.post("/vc-api/presentations/verify", &body, &[]).await.status, 404);
    assert_eq!(service.get("/vc-api/sample", None).await.status, 404);
}

/// Credentials and presentations in envelopes, as JSON objects or, for text, as they are.
#[tokio::test(flavor = "multi_thread")]
async fn envelopes_of_jose_and_cose_are_verified() {
    use clock::{Clock as _, SeededEntropy};
    use credential::data_integrity::SigningKey;
    use credential::enveloped::{
        Binding, Content, Envelope, EnvelopeOptions, secure_credential, secure_presentation, wrap,
    };
    use keys::Signer as _;
    let service = Service::start().await;
    let sample = json_of(&service.get("/vc-api/sample", None).await);
    let signer = keys::SoftwareKey::from_secret(keys::Algorithm::P256, &[7; 32]).unwrap();
    let (issuer, multikey) = (signer.public_key().did_key(), signer.public_key().to_multikey());
    let key = SigningKey {
        verification_method: format!("{issuer}#{multikey}"),
        signer: std::sync::Arc::new(signer),
    };
    let mut document = sample["verifiableCredential"].clone();
    document.as_object_mut().unwrap().remove("proof");
    document["issuer"] = json!(issuer);
    document["credentialSubject"]["id"] = json!(issuer);
    let (now, entropy) = (service.world.clock.now(), SeededEntropy::new(9));
    let ask = async |path: &str, body: Value| {
        let reply = service.post(path, &body, &[]).await;
        let result = json_of(&reply);
        assert_eq!(reply.status == 200, result["verified"] == json!(true), "{result:#}");
        (reply.status, result)
    };
    for envelope in Envelope::ALL {
        let options = EnvelopeOptions::at(now);
        let secured = secure_credential(&document, envelope, &key, &options, &entropy).await.unwrap();
        let enveloped = wrap(&secured, Content::Credential).unwrap();
        let path = "/vc-api/credentials/verify";
        let (status, result) = ask(path, json!({ "verifiableCredential": enveloped })).await;
        assert_eq!(status, 200, "{envelope:?}: {result:#}");
        let mut broken = enveloped.clone();
        let id = broken["id"].as_str().unwrap().replacen(',', ",x", 1);
        broken["id"] = json!(id);
        assert_eq!(ask(path, json!({ "verifiableCredential": broken })).await.0, 400, "{envelope:?}");
        broken["id"] = json!("urn:uuid:0");
        let (status, result) = ask(path, json!({ "verifiableCredential": broken })).await;
        assert_eq!((status, result["problemDetails"][0]["code"].as_str()), (400, Some("unreadable")));

        let presentation = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": issuer,
            "verifiableCredential": [enveloped],
        });
        let (nonce, audience) = ("n-1".to_owned(), "verifier.example".to_owned());
        let binding = Binding { nonce, audience, made_at: now };
        let presented =
            secure_presentation(&presentation, envelope, &key, Some(&binding), &entropy).await.unwrap();
        let presented = wrap(&presented, Content::Presentation).unwrap();
        let path = "/vc-api/presentations/verify";
        let body = |challenge: &str| {
            let options = json!({ "challenge": challenge, "domain": "verifier.example" });
            json!({ "verifiablePresentation": presented, "options": options })
        };
        let (status, result) = ask(path, body("n-1")).await;
        assert_eq!(status, 200, "{envelope:?}: {result:#}");
        let (status, result) = ask(path, body("n-2")).await;
        let kind = result["problemDetails"][0]["type"].as_str().unwrap();
        assert_eq!((status, kind), (400, "https://w3id.org/security#INVALID_CHALLENGE_ERROR"));
        let as_credential = json!({ "verifiableCredential": presented });
        assert_eq!(ask("/vc-api/credentials/verify", as_credential).await.0, 400);
    }
}

/// Whose key it is nobody knows where the issuer is a URL. It is refused, unless the operator said otherwise: then the
/// proof decides, and a warning says so. A DID's keys are known.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_without_a_did_leaves_its_key_open() {
    use clock::Clock as _;
    use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
    use keys::Signer as _;
    let strict = Service::start().await;
    let service = Service::start_with(|settings| settings.vc_api.issuers_without_did = true).await;
    let signer = keys::SoftwareKey::generate(keys::Algorithm::Ed25519, &clock::SeededEntropy::new(7));
    let (did, multikey) = (signer.public_key().did_key(), signer.public_key().to_multikey());
    let key =
        SigningKey { verification_method: format!("{did}#{multikey}"), signer: std::sync::Arc::new(signer) };
    let by = async |issuer: &str| {
        let mut credential =
            json_of(&service.get("/vc-api/sample", None).await)["verifiableCredential"].clone();
        credential.as_object_mut().unwrap().remove("proof");
        credential["issuer"] = json!(issuer);
        let options = ProofOptions::assertion(service.world.clock.now());
        json!({ "verifiableCredential": secure(&credential, Suite::EddsaRdfc2022, &key, &options).await.unwrap() })
    };
    let verify = async |body: &Value| {
        let reply = service.post("/vc-api/credentials/verify", body, &[]).await;
        (reply.status, json_of(&reply))
    };
    let mut of_url = by("https://vc.example/issuers/5678").await;
    let refused = strict.post("/vc-api/credentials/verify", &of_url, &[]).await;
    assert_eq!((refused.status, json_of(&refused)["verified"].as_bool()), (400, Some(false)));
    let codes = json_of(&refused)["checks"].to_string();
    assert!(codes.contains("notTheIssuersKey"), "{codes}");
    let (status, result) = verify(&of_url).await;
    assert_eq!((status, result["verified"].as_bool()), (200, Some(true)), "{result:#}");
    let warnings = result["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|it| it["code"] == "issuerWithoutDid"), "{warnings:?}");
    of_url["verifiableCredential"]["credentialSubject"]["name"] = json!("Another");
    assert_eq!(verify(&of_url).await.0, 400);
    let of_another = by("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").await;
    assert_eq!(verify(&of_another).await.0, 400, "another DID's");
}
