//! Guardians and attorneys: recorded and confirmed by two officers, at a desk with a PIN of their own, and never unseen.

use serde_json::{Value, json};
use testkit::Answer;

use crate::assisted::{newcomer, number_of, officers};
use crate::custody::{PIN, activity, claim, enter, key_of, sign};
use crate::world::{Person, World, problem};

/// The PIN of the representative.
const THEIRS: &str = "602214";

/// Two officers, and the number of a wallet that the first one opened for somebody.
async fn kept(world: &World) -> (Person, Person, String) {
    let (one, two) = officers(world).await;
    let made = one.post("/v1/officers/wallets", json!({ "pin": PIN })).await.expect(201).unwrap();
    let number = made.json().unwrap()["number"].as_str().unwrap().to_owned();
    one.delete("/v1/desk").await.expect(204).unwrap();
    (one, two, number)
}

/// What the first officer records; the world's clock stands at 2 February 2026.
fn new(number: &str, acts: Value) -> Value {
    json!({
        "wallet": number, "seen": "Passport and court order compared", "pin": THEIRS,
        "terms": { "name": "Omar Diop", "kind": "guardian", "acts": acts, "reference": "TGI 12/2026",
            "authority": "Court of Dakar", "startsOn": "2026-02-02", "endsOn": "2026-12-31" },
    })
}

async fn record(officer: &Person, body: Value) -> Value {
    officer.post("/v1/officers/mandates", body).await.expect(201).unwrap().json().unwrap()
}

async fn decide(officer: &Person, mandate: &Value, how: &str, body: Value) -> Answer {
    let id = mandate["id"].as_str().unwrap();
    officer.post(&format!("/v1/officers/mandates/{id}/{how}"), body).await
}

async fn come(officer: &Person, mandate: &Value, pin: &str) -> Answer {
    let body = json!({ "mandate": mandate["number"], "pin": pin });
    officer.post("/v1/officers/desk/representative", body).await
}

/// A mandate in force, for these acts.
async fn confirmed(one: &Person, two: &Person, number: &str, acts: Value) -> Value {
    let mandate = record(one, new(number, acts)).await;
    decide(two, &mandate, "confirmation", json!({ "seen": "Seen both" })).await.expect(200).unwrap();
    mandate
}

async fn offer(world: &World, desk: &Person) -> String {
    let offer = desk.open_offer(&world.offer_uri()).await;
    offer["id"].as_str().unwrap().to_owned()
}

/// Receives the offer of the world, with the kept key; the person's own key list is not a representative's to see.
async fn receive(world: &World, desk: &Person, key: &str, pin: &str) -> Answer {
    let base = format!("/v1/offers/{}", offer(world, desk).await);
    let accept = json!({ "deviceKey": key, "txCode": "493051" });
    desk.post(&format!("{base}/accept"), accept).await.expect(200).unwrap();
    let signed = sign(desk, "offers", base.rsplit('/').next().unwrap(), pin).await;
    desk.post(&format!("{base}/proofs"), signed.expect(200).unwrap().json().unwrap()).await
}

/// The thumbprint of the kept key, as the page at the desk names it.
async fn kept_key(desk: &Person) -> String {
    let page = desk.page("/").await.expect(200).unwrap().text();
    let (_, rest) = page.split_once("data-kept-key=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[actix_web::test]
async fn guardian_receives_and_shows_and_everybody_learns_who_it_was() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive", "present"])).await;
    assert_eq!(mandate["standing"], "waiting");
    come(&two, &mandate, THEIRS).await.expect(200).unwrap();
    let page = two.page("/").await.expect(200).unwrap().text();
    assert!(page.contains("<bdi>Omar Diop</bdi> is here for the person, as guardian"), "{page}");
    assert!(!page.contains("href=\"/activity\"") && !page.contains("data-end-mandate"), "{page}");

    let key = kept_key(&two).await;
    receive(&world, &two, &key, THEIRS).await.expect(200).unwrap();
    let asked = two.post("/v1/presentations", world.request()).await.expect(201).unwrap().json().unwrap();
    let id = asked["id"].as_str().unwrap();
    let base = format!("/v1/presentations/{id}");
    two.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap();
    assert_eq!(problem(sign(&two, "presentations", id, PIN).await, 422), "pin-refused", "not the person's");
    let signed = sign(&two, "presentations", id, THEIRS).await.expect(200).unwrap().json().unwrap();
    two.post(&format!("{base}/submit"), signed).await.expect(200).unwrap();
    {
        let seen = world.others.seen();
        let response = &seen.responses[0];
        assert_eq!(
            (response["representative"].as_str(), response["amr"].as_str()),
            ("guardian", r#"["pin","swk"]"#)
        );
        assert!(!format!("{response:?}").contains("Omar"), "the name stays in the person's own record");
    }
    two.delete("/v1/desk").await.expect(204).unwrap();

    // The person comes and reads of all of it.
    enter(&one, &number, PIN).await.expect(200).unwrap();
    let noted = activity(&one).await;
    for kind in ["received", "presented"] {
        let entry = noted.iter().find(|entry| entry["kind"] == kind).unwrap();
        assert_eq!(entry["representative"], json!({ "name": "Omar Diop", "kind": "guardian" }));
        assert_eq!(entry["officer"], "Li Wei");
    }
    for kind in ["mandateRecorded", "mandateConfirmed", "representativeVisited"] {
        assert!(noted.iter().any(|entry| entry["kind"] == kind), "{kind}");
    }
    let shared = one.get("/v1/sharings").await.expect(200).unwrap().json().unwrap();
    assert_eq!(shared["sharings"][0]["representative"]["name"], "Omar Diop");
    for (path, said) in [("/activity", "your guardian"), ("/shared", "Decided by"), ("/looked", "Omar Diop")]
    {
        let page = one.page(path).await.expect(200).unwrap().text();
        assert!(page.contains(said), "{path}: {page}");
    }
    let home = one.page("/").await.expect(200).unwrap().text();
    assert!(home.contains("Somebody may act for you") && home.contains("data-end-mandate"), "{home}");
}

#[actix_web::test]
async fn what_the_other_side_takes_from_the_person_alone_waits_for_the_person() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive", "present"])).await;
    come(&two, &mandate, THEIRS).await.expect(200).unwrap();
    let key = kept_key(&two).await;
    world.others.knobs().representative = Some("refuse");
    let id = offer(&world, &two).await;
    let page = two.page(&format!("/offers/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("data-testid=\"in-person\"") && !page.contains("id=\"accept\""), "{page}");
    let accept = json!({ "deviceKey": key, "txCode": "493051" });
    let refused = two.post(&format!("/v1/offers/{id}/accept"), accept.clone()).await;
    assert_eq!(problem(refused, 403), "in-person");
    two.delete("/v1/desk").await.expect(204).unwrap();

    // Nothing is used up: the person takes it with the same code.
    enter(&one, &number, PIN).await.expect(200).unwrap();
    one.post(&format!("/v1/offers/{id}/accept"), accept).await.expect(200).unwrap();
    let signed = sign(&one, "offers", &id, PIN).await.expect(200).unwrap().json().unwrap();
    one.post(&format!("/v1/offers/{id}/proofs"), signed).await.expect(200).unwrap();
    one.delete("/v1/desk").await.expect(204).unwrap();

    let mut two = two;
    two.sign_in().await;
    come(&two, &mandate, THEIRS).await.expect(200).unwrap();
    for (rule, refuses) in [("refuse", true), ("anotherWay", false)] {
        world.others.knobs().request["representative"] = json!(rule);
        let mut link = world.request();
        link["requestUri"] = json!(format!("{}/oid4vp/requests/{rule}", world.others.base));
        let asked = two.post("/v1/presentations", link).await.json().unwrap();
        let id = asked["id"].as_str().unwrap();
        let page = two.page(&format!("/presentations/{id}")).await.expect(200).unwrap().text();
        assert_eq!(page.contains("data-testid=\"in-person\""), refuses, "{rule}: {page}");
        let prepared = two.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await;
        if refuses {
            assert_eq!(problem(prepared, 403), "in-person");
            assert!(world.others.seen().responses.is_empty(), "nothing was sent");
        } else {
            prepared.expect(200).unwrap();
        }
    }
}

#[actix_web::test]
async fn what_the_mandate_does_not_hold_is_refused() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive"])).await;
    come(&one, &mandate, THEIRS).await.expect(200).unwrap();
    for answer in [
        one.post("/v1/presentations", world.request()).await,
        one.post("/v1/existence", json!({ "requestUri": world.existence_uri() })).await,
        one.get("/v1/account").await,
        one.get("/v1/activity").await,
        one.get("/v1/mandates").await,
        one.post("/v1/recovery-code", json!({})).await,
        one.post("/v1/desk/keys/options", json!({})).await,
        one.post("/v1/registration/options", json!({})).await,
        one.delete("/v1/account").await,
        one.delete("/v1/sessions").await,
    ] {
        assert_eq!(problem(answer, 403), "outside-mandate");
    }
    for path in ["/account", "/activity", "/ways-in", "/shared"] {
        let page = one.page(path).await.expect(403).unwrap().text();
        assert!(page.contains("A representative may not do this"), "{path}: {page}");
    }
    one.page("/officers/mandates").await.expect(403).unwrap();
    one.delete("/v1/desk").await.expect(204).unwrap();
    one.page("/officers/mandates").await.expect(200).unwrap();
}

#[actix_web::test]
async fn one_officer_alone_makes_nobody_a_representative() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = record(&one, new(&number, json!(["receive"]))).await;
    assert_eq!(problem(come(&one, &mandate, THEIRS).await, 409), "mandate-over");
    let seen = json!({ "seen": "Seen both" });
    assert_eq!(problem(decide(&one, &mandate, "confirmation", seen.clone()).await, 422), "mandate-refused");
    assert_eq!(
        problem(decide(&two, &mandate, "confirmation", json!({ "seen": " " })).await, 422),
        "mandate-refused"
    );
    let stranger = world.person("rosa").await;
    assert_eq!(problem(decide(&stranger, &mandate, "confirmation", seen.clone()).await, 404), "not-found");
    assert_eq!(problem(stranger.get("/v1/officers/mandates").await, 404), "not-found");
    let waiting = two.get("/v1/officers/mandates").await.expect(200).unwrap().json().unwrap();
    assert_eq!(waiting["mandates"][0]["id"], mandate["id"]);
    let page = two.page("/officers/mandates").await.expect(200).unwrap().text();
    assert!(page.contains("Omar Diop"), "{page}");
    let path = format!("/officers/mandates/{}", mandate["id"].as_str().unwrap());
    let page = two.page(&path).await.expect(200).unwrap().text();
    assert!(page.contains("Court of Dakar") && page.contains("id=\"mandate-confirm\""), "{page}");
    assert!(!one.page(&path).await.text().contains("id=\"mandate-confirm\""));
    world.others.clock.advance(chrono::Duration::minutes(9));
    decide(&two, &mandate, "confirmation", seen.clone()).await.expect(200).unwrap();
    assert_eq!(problem(decide(&two, &mandate, "confirmation", seen).await, 409), "mandate-over", "once");
    let waiting = two.get("/v1/officers/mandates").await.expect(200).unwrap().json().unwrap();
    assert_eq!(waiting["mandates"], json!([]));
}

#[actix_web::test]
async fn mandate_ends_by_its_person_by_an_officer_and_by_itself() {
    let world = World::new().await;
    let (mut one, mut two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive"])).await;
    come(&two, &mandate, THEIRS).await.expect(200).unwrap();
    enter(&one, &number, PIN).await.expect(200).unwrap();
    let path = format!("/v1/mandates/{}", mandate["id"].as_str().unwrap());
    one.delete(&path).await.expect(204).unwrap();
    assert_eq!(problem(two.get("/v1/credentials").await, 401), "unauthorized", "the visit is over at once");
    assert_eq!(problem(one.delete(&path).await, 409), "mandate-over");
    let listed = one.get("/v1/mandates").await.expect(200).unwrap().json().unwrap();
    assert_eq!(listed["mandates"][0]["standing"], "ended");
    one.delete("/v1/desk").await.expect(204).unwrap();
    two.sign_in().await;
    assert_eq!(problem(come(&two, &mandate, THEIRS).await, 409), "mandate-over");

    let mandate = confirmed(&one, &two, &number, json!(["receive"])).await;
    assert_eq!(problem(decide(&one, &mandate, "end", json!({ "why": "" })).await, 422), "mandate-refused");
    let ended = decide(&one, &mandate, "end", json!({ "why": "The court revoked it" })).await;
    let ended = ended.expect(200).unwrap().json().unwrap();
    assert_eq!((&ended["standing"], &ended["endedBy"]), (&json!("ended"), &json!("Awa Ndiaye")));
    let found = two.post("/v1/officers/mandates/search", json!({ "wallet": number })).await;
    let found = found.expect(200).unwrap().json().unwrap();
    assert_eq!(found["mandates"].as_array().unwrap().len(), 2);
    assert_eq!(found["mandates"][0]["why"], "The court revoked it");

    // From 2:40 in the morning to 22:40 of the same day, which is the last one.
    world.others.clock.advance(chrono::Duration::hours(20));
    one.sign_in().await;
    two.sign_in().await;
    let mut short = new(&number, json!(["receive"]));
    short["terms"]["endsOn"] = json!("2026-02-02");
    let mandate = record(&one, short).await;
    decide(&two, &mandate, "confirmation", json!({ "seen": "Seen both" })).await.expect(200).unwrap();
    come(&two, &mandate, THEIRS).await.expect(200).unwrap();
    for _ in 0..3 {
        world.others.clock.advance(chrono::Duration::minutes(25));
        two.get("/v1/credentials").await.expect(200).unwrap();
    }
    world.others.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(
        problem(two.get("/v1/credentials").await, 401),
        "unauthorized",
        "the day is over, and the visit"
    );
    one.sign_in().await;
    assert_eq!(problem(come(&one, &mandate, THEIRS).await, 409), "mandate-over");
    enter(&one, &number, PIN).await.expect(200).unwrap();
    let listed = one.get("/v1/mandates").await.expect(200).unwrap().json().unwrap();
    assert_eq!(listed["mandates"][0]["standing"], "over");
    assert!(!one.page("/").await.text().contains("data-end-mandate"));
}

#[actix_web::test]
async fn tries_of_a_representatives_pin_are_counted_apart_and_stand_in_the_persons_record() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive"])).await;
    let (mut one, mut left) = (one, 8);
    loop {
        let refused = come(&one, &mandate, "314159").await;
        match problem_of(&refused).as_str() {
            "pin-refused" => left -= 1,
            "pin-wait" => {
                world.others.clock.advance(chrono::Duration::hours(25));
                one.sign_in().await;
            }
            "pin-locked" => break,
            "mandate-over" => panic!("it ended before the tries did"),
            other => panic!("{other}"),
        }
        assert!(left > 0, "never locked");
    }
    assert_eq!(problem(come(&one, &mandate, THEIRS).await, 403), "pin-locked");
    enter(&one, &number, PIN).await.expect(200).unwrap();
    assert!(activity(&one).await.iter().any(|entry| entry["kind"] == "representativeLocked"));
    let account = one.get("/v1/account").await.expect(200).unwrap().json().unwrap();
    assert_eq!(account["pins"].as_array().unwrap().len(), 1, "theirs is no way in of the person's");
    let path = format!("/v1/pins/{}", mandate["id"].as_str().unwrap());
    assert_eq!(problem(one.put(&path, json!({ "pin": "135790" })).await, 404), "not-found");
}

fn problem_of(answer: &Answer) -> String {
    let problem = answer.json().unwrap();
    problem["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[actix_web::test]
async fn what_is_recorded_is_bounded_and_only_for_wallets_that_are_kept_here() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let anna = world.person("anna").await;
    let own = number_of(&anna).await;
    assert_eq!(
        problem(one.post("/v1/officers/mandates", new(&own, json!(["receive"]))).await, 404),
        "not-found"
    );
    let refused = |change: fn(&mut Value)| {
        let (one, mut body) = (&one, new(&number, json!(["receive"])));
        change(&mut body);
        async move { problem_of(&one.post("/v1/officers/mandates", body).await) }
    };
    assert_eq!(refused(|body| body["terms"]["acts"] = json!([])).await, "mandate-refused");
    assert_eq!(refused(|body| body["terms"]["acts"] = json!(["delete"])).await, "json-shape");
    assert_eq!(refused(|body| body["terms"]["endsOn"] = json!("2029-02-03")).await, "mandate-refused");
    assert_eq!(refused(|body| body["terms"]["endsOn"] = json!("soon")).await, "json-shape");
    assert_eq!(refused(|body| body["terms"]["startsOn"] = json!("2025-01-01")).await, "mandate-refused");
    assert_eq!(refused(|body| body["terms"]["name"] = json!("x".repeat(500))).await, "mandate-refused");
    assert_eq!(refused(|body| body["terms"]["reference"] = json!("")).await, "mandate-refused");
    assert_eq!(refused(|body| body["pin"] = json!("123456")).await, "pin-unsuitable");
    for _ in 0..5 {
        record(&one, new(&number, json!(["receive"]))).await;
    }
    assert_eq!(refused(|_| {}).await, "mandate-refused");
    let mut database = std::fs::read(&world.database).unwrap();
    database.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    for secret in ["Omar Diop", "TGI 12/2026", "Court of Dakar"] {
        assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
    drop(two);
}

#[actix_web::test]
async fn representative_helps_at_the_station_and_the_fund_reads_the_name() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive", "prove"])).await;
    let station = json!({ "name": "Dakar office", "country": "SEN" });
    one.post("/v1/officers/stations", station).await.expect(201).unwrap();
    come(&one, &mandate, THEIRS).await.expect(200).unwrap();
    let body = json!({ "requestUri": world.existence_uri() });
    let opened = one.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    let id = opened["id"].as_str().unwrap();
    let page = one.page(&format!("/existence/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("The person must be here too"), "{page}");
    let proof = json!({ "pin": THEIRS, "recognisedBy": "document" });
    let sent = one.post(&format!("/v1/existence/{id}/desk"), proof).await.expect(200).unwrap();
    assert_eq!(sent.json().unwrap()["state"], "answered");
    let answer = world.others.seen().existence_answers[0].clone();
    assert_eq!(answer["desk"]["helper"], json!({ "name": "Omar Diop", "kind": "guardian" }));
    assert_eq!(answer["desk"]["operator"], "Awa Ndiaye");
    one.delete("/v1/desk").await.expect(204).unwrap();
    enter(&one, &number, PIN).await.expect(200).unwrap();
    let noted = activity(&one).await;
    let entry = noted.iter().find(|entry| entry["kind"] == "existenceAnswered").unwrap();
    assert_eq!(entry["representative"]["name"], "Omar Diop");
}

#[actix_web::test]
async fn wallet_that_went_to_a_phone_has_no_representatives() {
    let world = World::new().await;
    let (one, two, number) = kept(&world).await;
    let mandate = confirmed(&one, &two, &number, json!(["receive"])).await;
    come(&two, &mandate, THEIRS).await.expect(200).unwrap();
    enter(&one, &number, PIN).await.expect(200).unwrap();
    assert!(!key_of(&one).await.is_empty());
    let phone = claim(&world, &one).await;
    let listed = phone.get("/v1/mandates").await.expect(200).unwrap().json().unwrap();
    assert_eq!(listed["mandates"][0]["standing"], "ended");
    assert!(activity(&phone).await.iter().any(|entry| entry["kind"] == "mandateEnded"));
    assert_eq!(problem(two.get("/v1/credentials").await, 401), "unauthorized");
    let mut two = newcomer_like(&world, two).await;
    two.sign_in().await;
    assert_eq!(problem(come(&two, &mandate, THEIRS).await, 409), "mandate-over");
}

/// The same officer in a fresh browser.
async fn newcomer_like(world: &World, officer: Person) -> Person {
    Person { agent: newcomer(world, "another browser").agent, ..officer }
}
