use serde_json::{Value, json};
use testkit::{Agent, Authenticator, HolderKey};
use wallet::app::officers::first_officer_link;

use crate::world::{Person, World, problem};

/// Two officers: the first by the link of the program, the second by the first.
pub async fn officers(world: &World) -> (Person, Person) {
    let (one, two) = (world.person("officer one").await, world.person("officer two").await);
    let link = first_link(world).await.unwrap().unwrap();
    one.post("/v1/officers", json!({ "link": link, "name": "Awa Ndiaye" })).await.expect(204).unwrap();
    let invited = one.post("/v1/officers/invitations", json!({})).await.expect(201).unwrap().json().unwrap();
    let joining = json!({ "link": invited["link"], "name": "Li Wei" });
    two.post("/v1/officers", joining).await.expect(204).unwrap();
    (one, two)
}

pub async fn first_link(world: &World) -> Result<Option<String>, sql::Error> {
    let wallet = &world.wallet;
    first_officer_link(&wallet.store, wallet.entropy.as_ref(), wallet.now()).await
}

pub fn newcomer(world: &World, label: &str) -> Person {
    Person {
        agent: Agent::new(),
        phone: Authenticator::new(&world.url, label),
        key: HolderKey::from_label(label),
        url: world.url.clone(),
    }
}

pub async fn number_of(person: &Person) -> String {
    person.get("/v1/account").await.json().unwrap()["number"].as_str().unwrap().to_owned()
}

/// Asks on a new phone to be let into the wallet of this number.
async fn ask(person: &mut Person, number: &str) -> testkit::Answer {
    let options = person.post("/v1/assisted-recovery/options", json!({ "wallet": number })).await;
    let mut made = person.phone.register(&options.expect(200).unwrap().json().unwrap()).unwrap();
    // As the page sends it: what began the ceremony comes along.
    made["wallet"] = json!(number);
    person.post("/v1/assisted-recovery", made).await
}

pub async fn asked(person: &mut Person, number: &str) -> Value {
    ask(person, number).await.expect(201).unwrap().json().unwrap()
}

pub async fn approve(officer: &Person, request: &Value) -> testkit::Answer {
    let found = officer.post("/v1/officers/recoveries", json!({ "code": request["code"] })).await;
    let id = found.expect(200).unwrap().json().unwrap()["id"].as_str().unwrap().to_owned();
    let seen = json!({ "code": request["code"], "seen": "Passport, and known for years" });
    officer.post(&format!("/v1/officers/recoveries/{id}/approval"), seen).await
}

async fn state(person: &Person, request: &Value) -> Value {
    let path = format!("/v1/assisted-recovery/{}", request["id"].as_str().unwrap());
    person.get(&path).await.expect(200).unwrap().json().unwrap()
}

#[actix_web::test]
async fn two_officers_and_three_days_open_the_wallet_on_a_new_phone() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.holder("anna").await;
    let mut again = newcomer(&world, "new phone");
    let request = asked(&mut again, &number_of(&anna).await.to_lowercase()).await;
    approve(&one, &request).await.expect(200).unwrap();
    assert_eq!(state(&again, &request).await["state"], "asked");
    world.others.clock.advance(chrono::Duration::seconds(1));
    let agreed = approve(&two, &request).await.expect(200).unwrap().json().unwrap();
    assert_eq!((&agreed["state"], &agreed["agreed"]), (&json!("waiting"), &json!(["Awa Ndiaye", "Li Wei"])));
    let entries = anna.get("/v1/activity").await.json().unwrap();
    let sentence = entries["entries"][0]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("Li Wei agreed"), "{sentence}");
    world.others.clock.advance(chrono::Duration::hours(71));
    world.wallet.tend().await;
    let options = again.post("/v1/sign-in/options", json!({})).await.json().unwrap();
    let early = again.phone.log_in(&options).unwrap();
    assert_eq!(problem(again.post("/v1/sign-in", early).await, 422), "passkey-refused");
    world.others.clock.advance(chrono::Duration::hours(1));
    world.wallet.tend().await;
    again.sign_in().await;
    assert_eq!(again.credentials().await.len(), 2);
    assert_eq!(state(&again, &request).await["state"], "done");
    let account = again.get("/v1/account").await.json().unwrap();
    assert_eq!(account["passkeys"].as_array().unwrap().len(), 2);
    assert_eq!(account["sessions"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn person_who_still_has_the_wallet_stops_it_while_it_waits() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let mut anna = world.person("anna").await;
    let mut thief = newcomer(&world, "thief");
    let request = asked(&mut thief, &number_of(&anna).await).await;
    approve(&one, &request).await.expect(200).unwrap();
    approve(&two, &request).await.expect(200).unwrap();
    world.others.clock.advance(chrono::Duration::hours(70));
    anna.sign_in().await;
    anna.delete("/v1/assisted-recovery").await.expect(204).unwrap();
    assert_eq!(problem(anna.delete("/v1/assisted-recovery").await, 409), "step-over");
    world.others.clock.advance(chrono::Duration::hours(70));
    world.wallet.tend().await;
    assert_eq!(state(&thief, &request).await["state"], "stopped");
    let options = thief.post("/v1/sign-in/options", json!({})).await.json().unwrap();
    let assertion = thief.phone.log_in(&options).unwrap();
    assert_eq!(problem(thief.post("/v1/sign-in", assertion).await, 422), "passkey-refused");
}

#[actix_web::test]
async fn one_officer_is_not_two_and_none_decides_on_their_own_wallet() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.person("anna").await;
    let request = asked(&mut newcomer(&world, "new"), &number_of(&anna).await).await;
    approve(&one, &request).await.expect(200).unwrap();
    assert_eq!(problem(approve(&one, &request).await, 422), "help-refused");
    let own = asked(&mut newcomer(&world, "other"), &number_of(&two).await).await;
    assert_eq!(problem(approve(&two, &own).await, 422), "help-refused");
    let id = request["id"].as_str().unwrap();
    let approval = format!("/v1/officers/recoveries/{id}/approval");
    let silent = two.post(&approval, json!({ "code": request["code"], "seen": " " })).await;
    assert_eq!(problem(silent, 422), "help-refused");
    for code in [&own["code"], &json!(""), &json!("0000-0000-0000-0000-0000")] {
        let unread = two.post(&approval, json!({ "code": code, "seen": "Passport" })).await;
        assert_eq!(problem(unread, 404), "not-found", "{code}");
    }
}

#[actix_web::test]
async fn one_refusal_ends_a_request_and_another_may_follow() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.person("anna").await;
    let number = number_of(&anna).await;
    let request = asked(&mut newcomer(&world, "new"), &number).await;
    assert_eq!(problem(ask(&mut newcomer(&world, "other"), &number).await, 409), "conflict");
    let refusal = format!("/v1/officers/recoveries/{}/refusal", request["id"].as_str().unwrap());
    assert_eq!(problem(one.post(&refusal, json!({ "why": "" })).await, 422), "help-refused");
    one.post(&refusal, json!({ "why": "Not her voice" })).await.expect(200).unwrap();
    assert_eq!(problem(approve(&two, &request).await, 409), "step-over");
    asked(&mut newcomer(&world, "other"), &number).await;
}

#[actix_web::test]
async fn who_is_no_officer_finds_nothing_and_who_is_one_proves_it_afresh() {
    let world = World::new().await;
    let (mut one, _) = officers(&world).await;
    let anna = world.person("anna").await;
    let request = asked(&mut newcomer(&world, "new"), &number_of(&anna).await).await;
    let id = request["id"].as_str().unwrap();
    for (path, body) in [
        ("/v1/officers/recoveries".to_owned(), json!({ "code": request["code"] })),
        (format!("/v1/officers/recoveries/{id}/approval"), json!({ "code": request["code"], "seen": "me" })),
        (format!("/v1/officers/recoveries/{id}/refusal"), json!({ "why": "no" })),
        ("/v1/officers/invitations".to_owned(), json!({})),
    ] {
        assert_eq!(problem(anna.post(&path, body).await, 404), "not-found", "{path}");
    }
    world.others.clock.advance(chrono::Duration::minutes(11));
    let code = json!({ "code": request["code"] });
    assert_eq!(problem(one.post("/v1/officers/recoveries", code.clone()).await, 403), "sign-in-again");
    one.step_up().await.expect(204).unwrap();
    one.post("/v1/officers/recoveries", code).await.expect(200).unwrap();
}

#[actix_web::test]
async fn link_makes_one_officer_and_the_program_gives_none_once_there_is_one() {
    let world = World::new().await;
    let (anna, boris) = (world.person("anna").await, world.person("boris").await);
    let link = first_link(&world).await.unwrap().unwrap();
    let body = json!({ "link": link, "name": "Awa Ndiaye" });
    anna.post("/v1/officers", body.clone()).await.expect(204).unwrap();
    assert_eq!(problem(boris.post("/v1/officers", body).await, 404), "not-found");
    assert!(first_link(&world).await.unwrap().is_none());
    let mut database = std::fs::read(&world.database).unwrap();
    database.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    assert!(!database.windows(10).any(|window| window == b"Awa Ndiaye" || window == &link.as_bytes()[..10]));
}

#[actix_web::test]
async fn device_that_asked_takes_its_request_back_and_another_may_follow() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.person("anna").await;
    let number = number_of(&anna).await;
    let mut again = newcomer(&world, "new");
    let request = asked(&mut again, &number).await;
    approve(&one, &request).await.expect(200).unwrap();
    let path = format!("/v1/assisted-recovery/{}", request["id"].as_str().unwrap());
    again.delete(&path).await.expect(204).unwrap();
    let entries = anna.get("/v1/activity").await.json().unwrap();
    let kinds: Vec<&Value> = entries["entries"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert!(
        kinds.contains(&&json!("recoveryWithdrawn")),
        "whoever has the wallet did not stop it: {kinds:?}"
    );
    assert!(!kinds.contains(&&json!("recoveryEnded")), "{kinds:?}");
    assert_eq!(state(&again, &request).await["state"], "stopped");
    assert_eq!(problem(approve(&two, &request).await, 409), "step-over");
    again.delete(&path).await.expect(204).unwrap();
    asked(&mut newcomer(&world, "other"), &number).await;
    assert_eq!(problem(again.delete("/v1/assisted-recovery/AAAA").await, 404), "not-found");
}

#[actix_web::test]
async fn two_who_ask_at_the_same_moment_are_not_both_taken() {
    let world = World::new().await;
    let number = number_of(&world.person("anna").await).await;
    let mut answers = Vec::new();
    for label in ["one", "other", "third", "fourth"] {
        let mut person = newcomer(&world, label);
        let options = person.post("/v1/assisted-recovery/options", json!({ "wallet": number })).await;
        let made = person.phone.register(&options.expect(200).unwrap().json().unwrap()).unwrap();
        answers.push((person.agent, made));
    }
    let url = format!("{}/v1/assisted-recovery", world.url);
    let ask = |at: usize| answers[at].0.post_json(&url, &answers[at].1);
    let (one, other, third, fourth) = tokio::join!(ask(0), ask(1), ask(2), ask(3));
    let statuses: Vec<u16> = [one, other, third, fourth].map(|answer| answer.unwrap().status).into();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
}

#[actix_web::test]
async fn officer_is_told_that_they_are_one_and_the_link_is_still_good() {
    let world = World::new().await;
    let (one, _) = officers(&world).await;
    let invited = one.post("/v1/officers/invitations", json!({})).await.json().unwrap();
    let again = one.post("/v1/officers", json!({ "link": invited["link"], "name": "Awa" })).await;
    let refused = again.expect(409).unwrap().json().unwrap();
    assert!(refused["detail"].as_str().unwrap().contains("officer"), "{refused}");
    let anna = world.person("anna").await;
    anna.post("/v1/officers", json!({ "link": invited["link"], "name": "Anna" })).await.expect(204).unwrap();
}

#[actix_web::test]
async fn full_list_of_passkeys_keeps_out_a_further_one_and_nobody_who_is_let_in_again() {
    let world = World::new().await;
    let anna = world.person("anna").await;
    let code = anna.post("/v1/recovery-code", json!({})).await.json().unwrap()["code"].clone();
    for at in 1..20 {
        let mut device = Authenticator::new(&world.url, &format!("device {at}"));
        let options = anna.post("/v1/registration/options", json!({})).await.json().unwrap();
        anna.post("/v1/registration", device.register(&options).unwrap()).await.expect(201).unwrap();
    }
    assert_eq!(problem(anna.post("/v1/registration/options", json!({})).await, 409), "too-many");
    asked(&mut newcomer(&world, "helped"), &number_of(&anna).await).await;
    let mut again = newcomer(&world, "new phone");
    let options = again.post("/v1/recovery/options", json!({ "code": code })).await;
    let mut made = again.phone.register(&options.expect(200).unwrap().json().unwrap()).unwrap();
    made["code"] = code;
    again.post("/v1/recovery", made).await.expect(200).unwrap();
}

#[actix_web::test]
async fn number_of_no_wallet_is_not_found() {
    let world = World::new().await;
    for number in ["0000-0000-0000", "", "3F2A", "%-%-%"] {
        let answer =
            newcomer(&world, "new").post("/v1/assisted-recovery/options", json!({ "wallet": number })).await;
        assert_eq!(problem(answer, 404), "not-found", "{number}");
    }
    let unknown = newcomer(&world, "new").get("/v1/assisted-recovery/AAAA").await;
    assert_eq!(problem(unknown, 404), "not-found");
}
