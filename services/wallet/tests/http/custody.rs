//! Wallets that the service keeps for people without a phone: an officer's desk, the person's PIN, and the way out to a phone.

use serde_json::{Value, json};
use testkit::{Agent, Answer, HolderKey};

use crate::assisted::{newcomer, officers};
use crate::world::{Person, World, problem};

pub const PIN: &str = "271828";

/// An officer at whose desk somebody has just had a wallet opened, and its number.
pub async fn opened(world: &World) -> (Person, String) {
    let (officer, _) = officers(world).await;
    let made = officer.post("/v1/officers/wallets", json!({ "pin": PIN })).await;
    let number = made.expect(201).unwrap().json().unwrap()["number"].as_str().unwrap().to_owned();
    (officer, number)
}

pub async fn enter(officer: &Person, number: &str, pin: &str) -> Answer {
    officer.post("/v1/officers/desk", json!({ "wallet": number, "pin": pin })).await
}

pub async fn key_of(desk: &Person) -> String {
    let account = desk.get("/v1/account").await.expect(200).unwrap().json().unwrap();
    account["deviceKeys"][0]["thumbprint"].as_str().unwrap().to_owned()
}

/// Receives the offer of the world at the desk, with the kept key.
pub async fn receive(world: &World, desk: &Person) -> Value {
    let offer = desk.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let accept = json!({ "deviceKey": key_of(desk).await, "txCode": "493051" });
    let base = format!("/v1/offers/{id}");
    desk.post(&format!("{base}/accept"), accept).await.expect(200).unwrap();
    let signed = sign(desk, "offers", id, PIN).await.expect(200).unwrap().json().unwrap();
    let done = desk.post(&format!("{base}/proofs"), signed).await.expect(200).unwrap();
    done.json().unwrap()["offer"].clone()
}

pub async fn sign(desk: &Person, of: &str, id: &str, pin: &str) -> Answer {
    desk.post("/v1/desk/signatures", json!({ "of": of, "id": id, "pin": pin })).await
}

pub async fn activity(person: &Person) -> Vec<Value> {
    let list = person.get("/v1/activity").await.expect(200).unwrap().json().unwrap();
    list["entries"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn officer_opens_a_wallet_and_the_person_receives_and_shows_with_a_pin() {
    let world = World::new().await;
    let (desk, number) = opened(&world).await;
    let account = desk.get("/v1/account").await.expect(200).unwrap().json().unwrap();
    assert_eq!((&account["number"], &account["passkeys"]), (&json!(number), &json!([])));
    assert_eq!(receive(&world, &desk).await["state"], "received");
    let asked = desk.post("/v1/presentations", world.request()).await.expect(201).unwrap().json().unwrap();
    let id = asked["id"].as_str().unwrap();
    let base = format!("/v1/presentations/{id}");
    desk.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap();
    let signed = sign(&desk, "presentations", id, PIN).await.expect(200).unwrap().json().unwrap();
    let done = desk.post(&format!("{base}/submit"), signed).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["presentation"]["state"], "sent");
    assert_eq!(world.others.seen().responses[0]["amr"], r#"["pin","swk"]"#);
    for entry in activity(&desk).await {
        assert_eq!(entry["officer"], "Awa Ndiaye", "{entry}");
    }
    let page = desk.page("/activity").await.expect(200).unwrap().text();
    assert!(page.contains("At the desk of <bdi>Awa Ndiaye</bdi>") && page.contains("id=\"desk\""));
    assert!(desk.page("/looked").await.text().contains("Awa Ndiaye"));
}

#[actix_web::test]
async fn nothing_is_signed_without_the_persons_pin_and_tries_are_counted() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    let offer = desk.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    assert_eq!(problem(sign(&desk, "offers", id, PIN).await, 409), "step-over", "nothing was accepted");
    let accept = json!({ "deviceKey": key_of(&desk).await, "txCode": "493051" });
    desk.post(&format!("/v1/offers/{id}/accept"), accept).await.expect(200).unwrap();
    for left in [7, 6, 5] {
        let refused = sign(&desk, "offers", id, "314159").await.expect(422).unwrap().json().unwrap();
        assert_eq!(refused["triesLeft"], left);
    }
    assert_eq!(problem(sign(&desk, "offers", id, PIN).await, 429), "pin-wait");
    assert_eq!(problem(sign(&desk, "presentations", id, PIN).await, 404), "not-found");
    world.others.clock.advance(chrono::Duration::minutes(2));
    sign(&desk, "offers", id, PIN).await.expect(200).unwrap();
    assert!(world.others.seen().issued.is_empty());
}

#[actix_web::test]
async fn visit_ends_and_the_person_comes_back_with_number_and_pin() {
    let world = World::new().await;
    let (mut desk, number) = opened(&world).await;
    receive(&world, &desk).await;
    let gate = desk.page("/officers").await.expect(403).unwrap().text();
    assert!(gate.contains("action=\"/desk/finish\""), "the officer's page waits for the visit's end");
    let ended = desk.delete("/v1/desk").await.expect(204).unwrap();
    assert_eq!(ended.header("clear-site-data"), Some("\"cache\""));
    let page = desk.page("/officers/desk").await.expect(200).unwrap().text();
    assert!(page.contains("id=\"desk-visit\"") && !page.contains("id=\"desk\""));
    assert!(desk.credentials().await.is_empty(), "the officer's own wallet again");
    assert_eq!(problem(desk.delete("/v1/desk").await, 404), "not-found");
    assert_eq!(problem(enter(&desk, &number, "314159").await, 422), "pin-refused");
    assert_eq!(problem(enter(&desk, "0000-0000-0000", PIN).await, 404), "not-found");
    world.others.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(problem(enter(&desk, &number, PIN).await, 403), "sign-in-again");
    desk.step_up().await.expect(204).unwrap();
    enter(&desk, &number, PIN).await.expect(200).unwrap();
    assert_eq!(desk.credentials().await.len(), 2);
    assert!(activity(&desk).await.iter().any(|entry| entry["kind"] == "deskVisited"));
}

#[actix_web::test]
async fn visit_is_over_with_its_time_and_with_the_officers_session() {
    let world = World::new().await;
    let (mut desk, _) = opened(&world).await;
    world.others.clock.advance(chrono::Duration::minutes(31));
    assert_eq!(problem(desk.get("/v1/account").await, 401), "unauthorized");
    // The officer signs in anew and is at nobody's desk.
    desk.sign_in().await;
    assert_eq!(desk.get("/v1/account").await.json().unwrap()["passkeys"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn visit_of_one_officer_is_of_no_use_beside_another_ones_session() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let made = one.post("/v1/officers/wallets", json!({ "pin": PIN })).await.expect(201).unwrap();
    let cookie = made.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("passerelle_wallet_desk="));
    for agent in [&Agent::new(), &two.agent] {
        let url = format!("{}/v1/account", world.url);
        let answer = agent.send(testkit::Method::GET, url, &[("cookie", &cookie)], Vec::new()).await.unwrap();
        assert_ne!(answer.status, 200, "{}", answer.text());
    }
    // Nor as a session of its own.
    let alone = cookie.replace("passerelle_wallet_desk", "passerelle_wallet");
    let url = format!("{}/v1/account", world.url);
    let answer =
        Agent::new().send(testkit::Method::GET, url, &[("cookie", &alone)], Vec::new()).await.unwrap();
    assert_eq!(problem(answer, 401), "unauthorized");
}

#[actix_web::test]
async fn only_officers_open_and_enter_and_only_wallets_that_are_kept_here() {
    let world = World::new().await;
    let (officer, _) = officers(&world).await;
    let anna = world.person("anna").await;
    let number = anna.get("/v1/account").await.json().unwrap()["number"].as_str().unwrap().to_owned();
    assert_eq!(problem(anna.post("/v1/officers/wallets", json!({ "pin": PIN })).await, 404), "not-found");
    assert_eq!(problem(enter(&anna, &number, PIN).await, 404), "not-found");
    assert_eq!(problem(enter(&officer, &number, PIN).await, 404), "not-found");
    let weak = officer.post("/v1/officers/wallets", json!({ "pin": "123456" })).await;
    assert_eq!(problem(weak, 422), "pin-unsuitable");
    assert_eq!(problem(anna.post("/v1/desk/proof", json!({ "pin": PIN })).await, 404), "not-found");
    let work = json!({ "of": "offers", "id": "x", "pin": PIN });
    assert_eq!(problem(anna.post("/v1/desk/signatures", work).await, 404), "not-found");
}

#[actix_web::test]
async fn nothing_of_the_person_stays_on_the_officers_device() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    assert_eq!(problem(desk.post("/v1/registration/options", json!({})).await, 403), "at-desk");
    let key = HolderKey::from_label("tablet").jwk();
    assert_eq!(problem(desk.post("/v1/device-keys", json!({ "publicKey": key })).await, 403), "at-desk");
    assert_eq!(problem(desk.get("/v1/export").await, 403), "at-desk");
    let link = json!({ "link": "x", "name": "Rosa" });
    assert_eq!(problem(desk.post("/v1/officers", link).await, 403), "at-desk");
    let page = desk.page("/account").await.expect(200).unwrap().text();
    assert!(!page.contains("id=\"add-passkey\"") && !page.contains("id=\"export\""));
}

#[actix_web::test]
async fn what_cannot_be_undone_wants_the_pin_again() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    receive(&world, &desk).await;
    let id = desk.credentials().await[0]["id"].as_str().unwrap().to_owned();
    // The person may have gone: a minute is enough to be asked again.
    world.others.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(problem(desk.post("/v1/recovery-code", json!({})).await, 403), "sign-in-again");
    assert_eq!(problem(desk.delete(&format!("/v1/credentials/{id}")).await, 403), "sign-in-again");
    let prove = |pin: &'static str| desk.post("/v1/desk/proof", json!({ "pin": pin }));
    assert_eq!(problem(prove("314159").await, 422), "pin-refused");
    prove(PIN).await.expect(204).unwrap();
    desk.post("/v1/recovery-code", json!({})).await.expect(201).unwrap();
    desk.delete(&format!("/v1/credentials/{id}")).await.expect(204).unwrap();
}

/// The person takes the wallet to a phone with the code that was made at the desk.
pub async fn claim(world: &World, desk: &Person) -> Person {
    let code = desk.post("/v1/recovery-code", json!({})).await.expect(201).unwrap().json().unwrap();
    let mut phone = newcomer(world, "own phone");
    let options = phone.post("/v1/recovery/options", json!({ "code": code["code"] })).await;
    let mut made = phone.phone.register(&options.expect(200).unwrap().json().unwrap()).unwrap();
    made["code"] = code["code"].clone();
    phone.post("/v1/recovery", made).await.expect(200).unwrap();
    phone
}

#[actix_web::test]
async fn wallet_goes_to_a_phone_and_custody_ends() {
    let world = World::new().await;
    let (desk, number) = opened(&world).await;
    receive(&world, &desk).await;
    let phone = claim(&world, &desk).await;
    assert_eq!(problem(desk.get("/v1/credentials").await, 401), "unauthorized", "the visit is over");
    desk.page("/officers").await.expect(401).unwrap();
    let account = phone.get("/v1/account").await.json().unwrap();
    assert_eq!((&account["number"], &account["pins"]), (&json!(number), &json!([])));
    assert_eq!(account["deviceKeys"][0]["lost"], true, "the kept key is gone");
    assert!(activity(&phone).await.iter().any(|entry| entry["kind"] == "custodyEnded"));
    assert_eq!(phone.credentials().await.len(), 2);
    let ways = phone.page("/ways-in").await.text();
    assert!(ways.contains("United Nations Development Programme"), "whom to ask for what was bound to it");
    let mut officer = desk;
    officer.sign_in().await;
    assert_eq!(problem(enter(&officer, &number, PIN).await, 404), "not-found");
    let mut database = std::fs::read(&world.database).unwrap();
    database.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    assert!(!database.windows(10).any(|window| window == b"Awa Ndiaye"));
}

#[actix_web::test]
async fn what_was_bound_to_the_kept_key_is_renewed_for_the_phone_where_the_issuer_allows_it() {
    let world = World::new().await;
    world.others.knobs().refresh = true;
    let (desk, _) = opened(&world).await;
    receive(&world, &desk).await;
    let phone = claim(&world, &desk).await;
    phone.post("/v1/device-keys", json!({ "publicKey": phone.key.jwk() })).await.expect(201).unwrap();
    let page = phone.page("/").await.expect(200).unwrap().text();
    assert!(page.contains("data-holder-key=\"\"") && page.contains("data-due"), "{page}");
    let id = phone.credentials().await[0]["id"].as_str().unwrap().to_owned();
    let offer = phone.post(&format!("/v1/credentials/{id}/renewal"), json!({})).await;
    let offer = offer.expect(201).unwrap().json().unwrap();
    phone.receive(offer["id"].as_str().unwrap(), None).await;
    for credential in phone.credentials().await {
        assert_eq!(credential["holderKey"], phone.key.thumbprint());
    }
    let asked = phone.post("/v1/presentations", world.request()).await.json().unwrap();
    assert_eq!(asked["satisfiable"], true);
}

#[actix_web::test]
async fn number_alone_helps_a_kept_wallet_too_and_ends_its_custody() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let made = one.post("/v1/officers/wallets", json!({ "pin": PIN })).await.expect(201).unwrap();
    let number = made.json().unwrap()["number"].as_str().unwrap().to_owned();
    one.delete("/v1/desk").await.expect(204).unwrap();
    let mut phone = newcomer(&world, "own phone");
    let request = crate::assisted::asked(&mut phone, &number).await;
    for officer in [&one, &two] {
        crate::assisted::approve(officer, &request).await.expect(200).unwrap();
    }
    world.others.clock.advance(chrono::Duration::hours(73));
    world.wallet.tend().await;
    phone.sign_in().await;
    assert!(activity(&phone).await.iter().any(|entry| entry["kind"] == "custodyEnded"));
    assert_eq!(phone.get("/v1/account").await.json().unwrap()["deviceKeys"][0]["lost"], true);
}

#[actix_web::test]
async fn forgotten_pin_is_set_anew_with_the_code_on_paper() {
    let world = World::new().await;
    let (desk, number) = opened(&world).await;
    receive(&world, &desk).await;
    let code = desk.post("/v1/recovery-code", json!({})).await.json().unwrap()["code"].clone();
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let reset = |code: &Value, pin: &str| {
        let body = json!({ "code": code, "pin": pin });
        let desk = &desk;
        async move { desk.post("/v1/officers/desk/pin", body).await }
    };
    let wrong = json!("0000-0000-0000-0000-0000");
    assert_eq!(problem(reset(&wrong, "602214").await, 422), "recovery-code-refused");
    assert_eq!(problem(reset(&code, "123456").await, 422), "pin-unsuitable", "and the code is still good");
    let made = reset(&code, "602214").await.expect(200).unwrap().json().unwrap();
    assert_eq!(made["number"], json!(number));
    assert_eq!(desk.credentials().await.len(), 2);
    assert!(activity(&desk).await.iter().any(|entry| entry["kind"] == "pinReset"));
    desk.delete("/v1/desk").await.expect(204).unwrap();
    assert_eq!(problem(reset(&code, "602214").await, 422), "recovery-code-refused", "it serves once");
    assert_eq!(problem(enter(&desk, &number, PIN).await, 422), "pin-refused");
    enter(&desk, &number, "602214").await.expect(200).unwrap();
}

#[actix_web::test]
async fn code_of_a_wallet_that_is_not_kept_here_sets_no_pin() {
    let world = World::new().await;
    let (officer, _) = officers(&world).await;
    let anna = world.person("anna").await;
    let code = anna.post("/v1/recovery-code", json!({})).await.json().unwrap()["code"].clone();
    let body = json!({ "code": code, "pin": "602214" });
    assert_eq!(
        problem(officer.post("/v1/officers/desk/pin", body.clone()).await, 422),
        "recovery-code-refused"
    );
    assert_eq!(problem(anna.post("/v1/officers/desk/pin", body).await, 404), "not-found");
    anna.post("/v1/recovery/options", json!({ "code": code })).await.expect(200).unwrap();
}

#[actix_web::test]
async fn signing_out_everywhere_and_leaving_for_good_keep_the_officer_signed_in() {
    let world = World::new().await;
    let (desk, number) = opened(&world).await;
    desk.delete("/v1/sessions").await.expect(204).unwrap();
    desk.page("/officers/desk").await.expect(200).unwrap();
    enter(&desk, &number, PIN).await.expect(200).unwrap();
    desk.delete("/v1/account").await.expect(204).unwrap();
    desk.page("/officers/desk").await.expect(200).unwrap();
    assert_eq!(problem(enter(&desk, &number, PIN).await, 404), "not-found");
}
