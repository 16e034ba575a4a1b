use serde_json::json;
use testkit::{Agent, Authenticator, HolderKey};

use crate::world::{World, problem};

#[actix_web::test]
async fn passkey_makes_an_account_and_signs_in_again() {
    let world = World::new().await;
    let mut person = world.person("anna").await;
    let before = person.get("/v1/account").await.expect(200).unwrap().json().unwrap();
    person.sign_in().await;
    let after = person.get("/v1/account").await.expect(200).unwrap().json().unwrap();
    assert_eq!(before["id"], after["id"]);
    assert_eq!(after["passkeys"].as_array().unwrap().len(), 1);
    assert_eq!(after["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(after["deviceKeys"][0]["thumbprint"], person.key.thumbprint());
}

#[actix_web::test]
async fn stranger_is_refused_before_the_body_is_read() {
    let world = World::new().await;
    let agent = Agent::new();
    for path in ["/v1/offers", "/v1/presentations", "/v1/existence", "/v1/enrolments", "/v1/device-keys"] {
        let answer = agent.post_json(format!("{}{path}", world.url), &json!("nonsense")).await.unwrap();
        assert_eq!(problem(answer, 401), "unauthorized");
    }
    let answer = agent.get(format!("{}/v1/credentials", world.url)).await.unwrap();
    assert_eq!(problem(answer, 401), "unauthorized");
}

#[actix_web::test]
async fn registration_answer_serves_once_and_not_after_five_minutes() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let mut phone = Authenticator::new(&world.url, "second phone");
    let agent = Agent::new();
    let url = |path: &str| format!("{}{path}", world.url);
    let start = || async {
        agent.post_json(url("/v1/registration/options"), &json!({})).await.unwrap().json().unwrap()
    };
    let made = phone.register(&start().await).unwrap();
    agent.post_json(url("/v1/registration"), &made).await.unwrap().expect(201).unwrap();
    let again = Agent::new().post_json(url("/v1/registration"), &made).await.unwrap();
    assert_eq!(problem(again, 422), "ceremony-over");
    let late = phone.register(&start().await).unwrap();
    world.others.clock.advance(chrono::Duration::minutes(6));
    assert_eq!(problem(person.post("/v1/registration", late).await, 422), "ceremony-over");
}

#[actix_web::test]
async fn sign_in_without_user_verification_is_refused() {
    let world = World::new().await;
    let mut person = world.person("anna").await;
    person.phone.user_verified = false;
    let options = person.post("/v1/sign-in/options", json!({})).await.json().unwrap();
    let assertion = person.phone.log_in(&options).unwrap();
    assert_eq!(problem(person.post("/v1/sign-in", assertion).await, 422), "passkey-refused");
}

#[actix_web::test]
async fn session_ends_when_idle_and_everywhere_when_asked() {
    let world = World::new().await;
    let mut person = world.person("anna").await;
    world.others.clock.advance(chrono::Duration::minutes(31));
    assert_eq!(problem(person.get("/v1/account").await, 401), "unauthorized");
    person.sign_in().await;
    person.delete("/v1/sessions").await.expect(204).unwrap();
    assert_eq!(problem(person.get("/v1/account").await, 401), "unauthorized");
}

#[actix_web::test]
async fn second_passkey_is_added_and_the_last_one_stays() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let mut tablet = Authenticator::new(&world.url, "tablet");
    let options = person.post("/v1/registration/options", json!({})).await.json().unwrap();
    assert_eq!(options["publicKey"]["excludeCredentials"].as_array().unwrap().len(), 1);
    person.post("/v1/registration", tablet.register(&options).unwrap()).await.expect(201).unwrap();
    let account = person.get("/v1/account").await.json().unwrap();
    let ids: Vec<String> = account["passkeys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 2);
    person.delete(&format!("/v1/passkeys/{}", ids[0])).await.expect(204).unwrap();
    assert_eq!(problem(person.delete(&format!("/v1/passkeys/{}", ids[1])).await, 409), "last-passkey");
}

#[actix_web::test]
async fn registration_begun_while_signed_in_cannot_make_another_account() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let options = person.post("/v1/registration/options", json!({})).await.json().unwrap();
    let made = Authenticator::new(&world.url, "thief").register(&options).unwrap();
    let thief = Agent::new();
    let answer = thief.post_json(format!("{}/v1/registration", world.url), &made).await.unwrap();
    assert_eq!(problem(answer, 422), "ceremony-over");
}

#[actix_web::test]
async fn device_key_must_be_public_p256_and_a_lost_one_does_not_return() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let mut private = HolderKey::from_label("x").jwk();
    private["d"] = json!("AAAA");
    assert_eq!(
        problem(person.post("/v1/device-keys", json!({ "publicKey": private })).await, 400),
        "bad-request"
    );
    let known = json!({ "publicKey": person.key.jwk() });
    person.post("/v1/device-keys", known.clone()).await.expect(200).unwrap();
    person.delete(&format!("/v1/device-keys/{}", person.key.thumbprint())).await.expect(204).unwrap();
    assert_eq!(problem(person.post("/v1/device-keys", known).await, 409), "conflict");
}

#[actix_web::test]
async fn deleting_the_account_needs_a_fresh_sign_in_and_leaves_nothing() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    world.others.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(problem(person.delete("/v1/account").await, 403), "sign-in-again");
    person.sign_in().await;
    person.delete("/v1/account").await.expect(204).unwrap();
    assert_eq!(problem(person.get("/v1/account").await, 401), "unauthorized");
    let options = person.post("/v1/sign-in/options", json!({})).await.json().unwrap();
    let assertion = person.phone.log_in(&options).unwrap();
    assert_eq!(problem(person.post("/v1/sign-in", assertion).await, 422), "passkey-refused");
}

#[actix_web::test]
async fn stolen_database_shows_no_claim_and_no_secret() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    drop(person);
    let mut bytes = std::fs::read(&world.database).unwrap();
    let wal = world.database.with_extension("db-wal");
    bytes.extend(std::fs::read(wal).unwrap_or_default());
    for secret in [
        "Amina",
        "Diallo",
        "10034521",
        "1988-05-04",
        "did:passerelle",
        "StaffIdentity",
        "offers/o1",
        "access_token",
    ] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[actix_web::test]
async fn person_takes_everything_along_and_nobody_else_does() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let answer = person.get("/v1/export").await.expect(200).unwrap();
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"wallet.json\""));
    let file = answer.json().unwrap();
    let credentials = file["credentials"].as_array().unwrap();
    assert_eq!(credentials.len(), 2);
    for credential in credentials {
        assert!(!credential["claims"].as_array().unwrap().is_empty());
        assert!(!credential["credential"].is_null(), "as it was issued");
    }
    let kinds: Vec<_> = file["activity"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert!(kinds.contains(&&json!("received")) && kinds.contains(&&json!("deviceKeyAdded")), "{kinds:?}");
    assert_eq!(file["account"]["deviceKeys"].as_array().unwrap().len(), 1);
    let stranger = world.person("bela").await;
    let file = stranger.get("/v1/export").await.json().unwrap();
    assert_eq!(file["credentials"], json!([]));
    assert_eq!(
        problem(testkit::Agent::new().get(format!("{}/v1/export", world.url)).await.unwrap(), 401),
        "unauthorized"
    );
}

#[actix_web::test]
async fn session_that_was_left_open_gives_the_file_only_after_a_fresh_proof() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    world.others.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(problem(person.get("/v1/export").await, 403), "sign-in-again");
    person.step_up().await.expect(204).unwrap();
    person.get("/v1/export").await.expect(200).unwrap();
}
