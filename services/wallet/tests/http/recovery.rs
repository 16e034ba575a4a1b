use serde_json::{Value, json};
use testkit::{Agent, Answer, Authenticator, HolderKey};

use crate::world::{Person, World, problem};

async fn code_of(person: &Person) -> String {
    let made = person.post("/v1/recovery-code", json!({})).await.expect(201).unwrap().json().unwrap();
    made["code"].as_str().unwrap().to_owned()
}

/// Somebody with a new phone and a paper in the hand.
fn newcomer(world: &World, label: &str) -> Person {
    Person {
        agent: Agent::new(),
        phone: Authenticator::new(&world.url, label),
        key: HolderKey::from_label(label),
        url: world.url.clone(),
    }
}

/// The answer of a new phone to the options that a code brings.
async fn registration(person: &mut Person, code: &str) -> Value {
    let options = person.post("/v1/recovery/options", json!({ "code": code })).await;
    let mut answer = person.phone.register(&options.expect(200).unwrap().json().unwrap()).unwrap();
    answer["code"] = json!(code);
    answer
}

async fn recover(person: &mut Person, code: &str) -> Answer {
    let answer = registration(person, code).await;
    person.post("/v1/recovery", answer).await
}

#[actix_web::test]
async fn lost_phone_is_followed_by_a_new_one_with_the_printed_code() {
    let world = World::new().await;
    let anna = world.holder("anna").await;
    let code = code_of(&anna).await;
    let before = anna.get("/v1/account").await.json().unwrap();
    assert!(before["recoveryCodeMadeAt"].is_string());
    let mut again = newcomer(&world, "new phone");
    world.others.clock.advance(chrono::Duration::seconds(1));
    let typed = code.to_lowercase().replace('-', " ");
    let account = recover(&mut again, &typed).await.expect(200).unwrap().json().unwrap();
    assert_eq!(account["id"], before["id"]);
    assert_eq!(account["passkeys"].as_array().unwrap().len(), 2);
    assert!(account.get("recoveryCodeMadeAt").is_none());
    assert_eq!(again.credentials().await.len(), 2);
    assert_eq!(problem(anna.get("/v1/account").await, 401), "unauthorized", "sessions from before end");
    let entries = again.get("/v1/activity").await.json().unwrap();
    assert_eq!(entries["entries"][0]["kind"], "recovered");
    again.sign_in().await;
}

#[actix_web::test]
async fn code_serves_once_and_only_the_newest() {
    let world = World::new().await;
    let anna = world.person("anna").await;
    let (first, second) = (code_of(&anna).await, code_of(&anna).await);
    let mut thief = newcomer(&world, "thief");
    let options = thief.post("/v1/recovery/options", json!({ "code": first })).await;
    assert_eq!(problem(options, 422), "recovery-code-refused");
    recover(&mut thief, &second).await.expect(200).unwrap();
    let options = newcomer(&world, "late").post("/v1/recovery/options", json!({ "code": second })).await;
    assert_eq!(problem(options, 422), "recovery-code-refused");
}

#[actix_web::test]
async fn code_begun_twice_ends_once() {
    let world = World::new().await;
    let code = code_of(&world.person("anna").await).await;
    let (mut one, mut other) = (newcomer(&world, "one"), newcomer(&world, "other"));
    let (first, second) = (registration(&mut one, &code).await, registration(&mut other, &code).await);
    one.post("/v1/recovery", first).await.expect(200).unwrap();
    assert_eq!(problem(other.post("/v1/recovery", second).await, 422), "recovery-code-refused");
}

#[actix_web::test]
async fn passkey_of_one_wallet_does_not_end_the_recovery_of_another() {
    let world = World::new().await;
    let (anna, boris) = (world.person("anna").await, world.person("boris").await);
    let (of_anna, of_boris) = (code_of(&anna).await, code_of(&boris).await);
    let mut thief = newcomer(&world, "thief");
    let mut answer = registration(&mut thief, &of_boris).await;
    answer["code"] = json!(of_anna);
    assert_eq!(problem(thief.post("/v1/recovery", answer).await, 422), "ceremony-over");
}

#[actix_web::test]
async fn code_is_made_with_a_fresh_proof_and_is_not_in_the_database() {
    let world = World::new().await;
    let mut anna = world.person("anna").await;
    world.others.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(problem(anna.post("/v1/recovery-code", json!({})).await, 403), "sign-in-again");
    anna.step_up().await.expect(204).unwrap();
    let code = code_of(&anna).await;
    let bare = code.replace('-', "");
    let mut database = std::fs::read(&world.database).unwrap();
    database.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    for secret in [code.as_bytes(), bare.as_bytes()] {
        assert!(!database.windows(secret.len()).any(|window| window == secret));
    }
}

#[actix_web::test]
async fn code_that_others_may_have_seen_is_ended() {
    let world = World::new().await;
    let anna = world.person("anna").await;
    let code = code_of(&anna).await;
    anna.delete("/v1/recovery-code").await.expect(204).unwrap();
    assert_eq!(problem(anna.delete("/v1/recovery-code").await, 404), "not-found");
    let options = newcomer(&world, "late").post("/v1/recovery/options", json!({ "code": code })).await;
    assert_eq!(problem(options, 422), "recovery-code-refused");
}

#[actix_web::test]
async fn what_is_bound_to_the_lost_key_is_not_shown_by_the_new_phone() {
    let world = World::new().await;
    let anna = world.holder("anna").await;
    let code = code_of(&anna).await;
    let mut again = newcomer(&world, "new phone");
    recover(&mut again, &code).await.expect(200).unwrap();
    again.post("/v1/device-keys", json!({ "publicKey": again.key.jwk() })).await.expect(201).unwrap();
    let asked = again.post("/v1/presentations", world.request()).await.json().unwrap();
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = again.post(&format!("{base}/prepare"), json!({})).await.json().unwrap();
    let answer = again.post(&format!("{base}/submit"), again.signatures(&step)).await;
    assert_eq!(problem(answer, 422), "signature-refused");
    let lost = format!("/v1/device-keys/{}", anna.key.thumbprint());
    again.delete(&lost).await.expect(204).unwrap();
    let asked = again.get(&base).await.json().unwrap();
    assert_eq!(asked["satisfiable"], false);
}
