use std::sync::Arc;

use keys::PublicKey;
use serde_json::{Value, json};
use testkit::{jcs, sha256, unb64};

use crate::world::{Person, World, problem};

async fn open(world: &World, person: &Person) -> Value {
    let body = json!({ "requestUri": world.existence_uri() });
    person.post("/v1/existence", body).await.ok().unwrap().json().unwrap()
}

async fn sign(world: &World, person: &mut Person) -> (String, Value) {
    let opened = open(world, person).await;
    let id = opened["id"].as_str().unwrap().to_owned();
    let device = json!({ "deviceKey": person.key.thumbprint() });
    let options = person
        .post(&format!("/v1/existence/{id}/prepare"), device)
        .await
        .expect(200)
        .unwrap()
        .json()
        .unwrap();
    let assertion = person.phone.log_in(&options).unwrap();
    let step = person.post(&format!("/v1/existence/{id}/assertion"), assertion).await;
    (id, step.expect(200).unwrap().json().unwrap())
}

#[actix_web::test]
async fn passkey_and_device_key_vouch_for_one_answer() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    let answered = person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await;
    assert_eq!(answered.expect(200).unwrap().json().unwrap()["state"], "answered");
    let answer = world.others.seen().existence_answers[0].clone();
    let bundle = json!({"requestId": "ex-1", "challenge": "Y2hhbGxlbmdl", "holderKeyThumbprint": person.key.thumbprint()});
    let client_data: Value =
        serde_json::from_slice(&unb64(answer["assertion"]["clientDataJSON"].as_str().unwrap()).unwrap())
            .unwrap();
    assert_eq!(unb64(client_data["challenge"].as_str().unwrap()).unwrap(), sha256(jcs(&bundle)));
    let mut unsigned = answer.clone();
    let signature = unsigned.as_object_mut().unwrap().remove("deviceSignature").unwrap();
    let key = PublicKey::from_jwk(&answer["holderKey"]).unwrap();
    key.verify(&jcs(&unsigned), &unb64(signature.as_str().unwrap()).unwrap()).unwrap();
    let (_, cose) = person.phone.passkey().unwrap();
    assert_eq!(unb64(answer["passkey"]["publicKeyCose"].as_str().unwrap()).unwrap(), cose);
    assert_eq!(answer["passkey"]["rpId"], "wallet.localhost");
}

#[actix_web::test]
async fn waiting_page_shows_the_reference_of_its_own_answer() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    let answered = person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await;
    let answered = answered.expect(200).unwrap().json().unwrap();
    let mut signed = world.others.seen().existence_answers[0].clone();
    signed.as_object_mut().unwrap().remove("deviceSignature");
    let wanted = entitlement::reference(&sha256(jcs(&signed)));
    assert_eq!(answered["reference"], wanted.as_str());
    let page = person.get(&format!("/existence/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains(&format!(r#"data-testid="reference">{wanted}<"#)), "{page}");
}

#[actix_web::test]
async fn answer_of_another_wallet_has_no_reference_here() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().existence_state = "answered";
    let opened = open(&world, &person).await;
    assert_eq!((opened["state"].as_str(), opened.get("reference")), (Some("answered"), None));
    let id = opened["id"].as_str().unwrap();
    let page = person.get(&format!("/existence/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("another wallet") && !page.contains(r#"data-testid="reference""#), "{page}");
}

#[actix_web::test]
async fn confirmed_proof_brings_the_certificate_to_the_same_key() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await.expect(200).unwrap();
    world.others.knobs().existence_state = "confirmed";
    let confirmed = person.get(&format!("/v1/existence/{id}")).await.expect(200).unwrap().json().unwrap();
    assert_eq!(
        (confirmed["state"].as_str(), confirmed["reference"].as_str()),
        (Some("confirmed"), Some("DCE-2026-0001"))
    );
    let offer_id = confirmed["offerId"].as_str().unwrap();
    let offer = person.get(&format!("/v1/offers/{offer_id}")).await.expect(200).unwrap().json().unwrap();
    assert_eq!(offer["furtherKeys"], 0, "the certificate is for the key that answered, and for no other");
    let received = person.receive(offer_id, None).await;
    assert_eq!(received["state"], "received");
    assert_eq!(person.credentials().await[0]["name"], "Certificate of Entitlement");
    let activity = person.get("/v1/activity").await.json().unwrap().to_string();
    assert!(activity.contains("existenceConfirmed") && activity.contains("existenceAnswered"));
}

#[actix_web::test]
async fn certificate_is_bound_to_the_key_that_answered_or_not_taken() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await.expect(200).unwrap();
    {
        let mut knobs = world.others.knobs();
        knobs.existence_state = "confirmed";
        knobs.proof_types = Some(("", json!({ "jwt": { "proof_signing_alg_values_supported": ["EdDSA"] } })));
    }
    let confirmed = person.get(&format!("/v1/existence/{id}")).await.expect(200).unwrap().json().unwrap();
    assert_eq!((&confirmed["state"], confirmed.get("offerId")), (&json!("confirmed"), None));
}

#[actix_web::test]
async fn request_of_an_organisation_that_is_not_proven_is_stopped() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().signed_metadata = false;
    let body = json!({ "requestUri": world.existence_uri() });
    assert_eq!(problem(person.post("/v1/existence", body).await, 422), "request-refused");
}

#[actix_web::test]
async fn assertion_over_another_challenge_or_without_verification_is_refused() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let opened = open(&world, &person).await;
    let id = opened["id"].as_str().unwrap();
    let path = format!("/v1/existence/{id}/assertion");
    let device = json!({ "deviceKey": person.key.thumbprint() });
    let options = person.post(&format!("/v1/existence/{id}/prepare"), device).await.json().unwrap();
    let mut other = options.clone();
    other["publicKey"]["challenge"] = json!("AAAA");
    let assertion = person.phone.log_in(&other).unwrap();
    assert_eq!(problem(person.post(&path, assertion).await, 422), "passkey-refused");
    person.phone.user_verified = false;
    let assertion = person.phone.log_in(&options).unwrap();
    assert_eq!(problem(person.post(&path, assertion).await, 422), "passkey-refused");
}

#[actix_web::test]
async fn answer_that_the_fund_refuses_can_be_begun_again() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    world.others.knobs().existence_status = 409;
    let answer = person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await;
    assert_eq!(problem(answer, 502), "answer-refused");
    world.others.knobs().existence_status = 200;
    let (id, step) = sign(&world, &mut person).await;
    let answered = person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await;
    assert_eq!(answered.expect(200).unwrap().json().unwrap()["state"], "answered");
}

#[actix_web::test]
async fn answer_that_did_not_arrive_is_sent_again_unchanged() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    world.others.knobs().existence_status = 503;
    let answer = person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await;
    assert_eq!(problem(answer, 502), "other-side-unavailable");
    world.others.knobs().existence_status = 200;
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    let state = person.get(&format!("/v1/existence/{id}")).await.json().unwrap();
    assert_eq!(state["state"], "answered");
    let seen = world.others.seen();
    assert_eq!(seen.existence_answers.len(), 2);
    assert_eq!(seen.existence_answers[0], seen.existence_answers[1]);
}

#[actix_web::test]
async fn a_fund_that_takes_its_time_is_no_fault_of_the_person() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (id, step) = sign(&world, &mut person).await;
    let gate = Arc::new(tokio::sync::Notify::new());
    world.others.knobs().answer_waits = Some(Arc::clone(&gate));
    let path = format!("/v1/existence/{id}/answer");
    let meanwhile = async {
        world.others.seen_soon(|seen| seen.existence_answers.len() == 1).await;
        world.others.clock.advance(chrono::Duration::seconds(14));
        world.wallet.tend().await;
        assert_eq!(world.others.seen().existence_answers.len(), 1, "it is still on its way");
        world.others.clock.advance(chrono::Duration::minutes(1));
        world.wallet.tend().await;
        assert_eq!(world.others.seen().existence_answers.len(), 2, "sent again, and put off");
        gate.notify_one();
    };
    let (answered, ()) = tokio::join!(person.post(&path, person.signatures(&step)), meanwhile);
    assert_eq!(answered.expect(200).unwrap().json().unwrap()["state"], "answered");
    let activity = person.get("/v1/activity").await.json().unwrap();
    assert_eq!(activity.to_string().matches("\"existenceAnswered\"").count(), 1);
}

#[actix_web::test]
async fn a_request_that_was_opened_long_ago_is_answered_before_its_challenge_lapses() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    open(&world, &person).await;
    world.others.clock.advance(chrono::Duration::days(2));
    person.sign_in().await;
    let (id, step) = sign(&world, &mut person).await;
    world.others.knobs().existence_status = 503;
    let answer = person.post(&format!("/v1/existence/{id}/answer"), person.signatures(&step)).await;
    assert_eq!(problem(answer, 502), "other-side-unavailable");
    world.others.knobs().existence_status = 200;
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    assert_eq!(
        world.others.seen().existence_answers.len(),
        2,
        "not an hour later, when the challenge is over"
    );
}
