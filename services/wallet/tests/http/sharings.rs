//! What was shared with whom, and what becomes of the verifiers' receipts.

use serde_json::{Value, json};
use testkit::Agent;

use crate::presenting::{consent, open};
use crate::world::{Person, World, problem};

/// Somebody who showed what the world's verifier asks for.
async fn sharer(world: &World) -> Person {
    let uri = format!("{}/oid4vp/receipts/v1", world.others.base);
    world.others.knobs().receipt_uri = Some(uri);
    let person = world.holder("anna").await;
    let asked = open(world, &person).await;
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    person
}

async fn sharings(person: &Person) -> Vec<Value> {
    let list = person.get("/v1/sharings").await.expect(200).unwrap().json().unwrap();
    list["sharings"].as_array().unwrap().clone()
}

async fn page(person: &Person, path: &str) -> String {
    person.page(path).await.expect(200).unwrap().text()
}

#[actix_web::test]
async fn each_act_says_to_whom_for_what_how_long_and_which_claims() {
    let world = World::new().await;
    world.others.knobs().request["claims_retention_seconds"] = json!(30 * 86_400);
    let person = sharer(&world).await;
    let all = sharings(&person).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["to"]["name"], "World Food Programme");
    assert_eq!(all[0]["to"]["proven"], true);
    assert_eq!(all[0]["purpose"], "Entry to the Rome office");
    assert_eq!(all[0]["keepsSeconds"], 30 * 86_400);
    assert_eq!(all[0]["credentials"][0]["issuer"], "United Nations Development Programme");
    let claims = all[0]["credentials"][0]["claims"].to_string();
    assert!(claims.contains("name") && !claims.to_lowercase().contains("birth"), "{claims}");
    let shown = page(&person, "/shared").await;
    for part in ["World Food Programme", "Entry to the Rome office", "30 days", "Name proven by the registry"]
    {
        assert!(shown.contains(part), "{part}");
    }
    let looked = page(&person, "/looked").await;
    assert!(looked.contains("World Food Programme") && looked.contains("Once"));
    assert!(page(&person, "/activity").await.contains("href=\"/shared\""));
}

#[actix_web::test]
async fn consent_says_how_long_they_keep_it() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let link = |at: usize| {
        let mut link = world.request();
        link["requestUri"] = json!(format!("{}?{at}", link["requestUri"].as_str().unwrap()));
        link
    };
    let said =
        [(None, "They do not say"), (Some(0), "do not keep it"), (Some(7_200), "They say: <bdi>2 hours")];
    for (at, (seconds, words)) in said.into_iter().enumerate() {
        world.others.knobs().request["claims_retention_seconds"] = json!(seconds);
        let asked = person.post("/v1/presentations", link(at)).await.expect(201).unwrap().json().unwrap();
        let consent = page(&person, &format!("/presentations/{}", asked["id"].as_str().unwrap())).await;
        assert!(consent.contains(words), "{words}");
    }
}

#[actix_web::test]
async fn receipt_is_fetched_in_time_checked_and_kept() {
    let world = World::new().await;
    let person = sharer(&world).await;
    world.wallet.tend().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "waiting");
    assert!(page(&person, "/shared").await.contains("has not come yet"));
    world.others.knobs().verifier_receipt = "good";
    world.wallet.tend().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "waiting", "not sooner than it is due");
    world.others.clock.advance(chrono::Duration::seconds(4));
    world.wallet.tend().await;
    let one = sharings(&person).await.remove(0);
    let receipt = &one["receipt"];
    assert_eq!((&receipt["state"], &receipt["outcome"]), (&json!("signed"), &json!("valid")));
    assert_eq!(receipt["checks"], json!([{ "name": "proof", "result": "pass" }]));
    let path = format!("/v1/sharings/{}/receipt", one["id"].as_str().unwrap());
    let jwt = person.get(&path).await.expect(200).unwrap();
    assert_eq!(jwt.header("content-type"), Some("application/jwt"));
    assert_eq!(testkit::jwt_payload(&jwt.text()).unwrap()["iss"], "did:passerelle:wfp");
    let shown = page(&person, "/shared").await;
    assert!(shown.contains("and accepted") && shown.contains("/oid4vp/receipts/v1"));
    let file = person.get("/v1/export").await.expect(200).unwrap().json().unwrap();
    assert_eq!(file["sharings"][0]["receiptJwt"], jwt.text());
    let stranger = world.person("bela").await;
    assert_eq!(problem(stranger.get(&path).await, 404), "not-found");
    assert!(sharings(&stranger).await.is_empty());
    assert_eq!(problem(Agent::new().get(format!("{}{path}", world.url)).await.unwrap(), 401), "unauthorized");
}

#[actix_web::test]
async fn receipt_that_says_no_is_shown_as_such() {
    let world = World::new().await;
    {
        let mut knobs = world.others.knobs();
        (knobs.verifier_receipt, knobs.receipt_outcome) = ("good", "invalid");
    }
    let person = sharer(&world).await;
    world.wallet.tend().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["outcome"], "invalid");
    assert!(page(&person, "/looked").await.contains("and not accepted"));
}

#[actix_web::test]
async fn receipt_of_somebody_else_or_about_something_else_does_not_count() {
    for kind in ["foreign", "about another", "nonsense"] {
        let world = World::new().await;
        world.others.knobs().verifier_receipt = kind;
        let person = sharer(&world).await;
        world.wallet.tend().await;
        let one = sharings(&person).await.remove(0);
        assert_eq!(one["receipt"]["state"], "unsound", "{kind}");
        let path = format!("/v1/sharings/{}/receipt", one["id"].as_str().unwrap());
        assert_eq!(problem(person.get(&path).await, 404), "not-found", "{kind}");
        assert!(page(&person, "/shared").await.contains("does not count"), "{kind}");
    }
}

#[actix_web::test]
async fn receipt_waits_for_the_registry_and_not_for_ever_for_the_verifier() {
    let world = World::new().await;
    world.others.knobs().verifier_receipt = "good";
    let person = sharer(&world).await;
    world.others.knobs().registry_down = true;
    world.wallet.tend().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "waiting");
    {
        let mut knobs = world.others.knobs();
        (knobs.registry_down, knobs.verifier_receipt) = (false, "absent");
    }
    for _ in 0..20 {
        world.others.clock.advance(chrono::Duration::hours(7));
        world.wallet.tend().await;
    }
    let mut person = person;
    person.sign_in().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "missing");
}

#[actix_web::test]
async fn verifier_that_gives_no_receipt_and_one_that_deleted_it_are_told_apart() {
    let world = World::new().await;
    world.others.knobs().verifier_receipt = "deleted";
    let person = sharer(&world).await;
    world.wallet.tend().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "missing");
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "none");
}

#[actix_web::test]
async fn who_was_told_no_and_what_was_shown_without_a_network_stand_there_too() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let refuse = format!("/v1/presentations/{}/refuse", asked["id"].as_str().unwrap());
    person.post(&refuse, json!({})).await.expect(200).unwrap();
    assert!(sharings(&person).await.is_empty(), "nothing was shared");
    assert!(page(&person, "/looked").await.contains("World Food Programme"));
    let act = json!({ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "to": "desk in Nairobi",
        "at": "2026-01-01T00:00:00Z", "claims": ["givenName"] });
    for _ in 0..2 {
        person.post("/v1/offline-acts", act.clone()).await.expect(204).unwrap();
    }
    assert_eq!(sharings(&person).await.len(), 1);
    let shown = page(&person, "/shared").await;
    assert!(shown.contains("desk in Nairobi") && shown.contains("Shown without a network"));
}

#[actix_web::test]
async fn same_verifier_is_counted_and_stands_once() {
    let world = World::new().await;
    let person = sharer(&world).await;
    let mut link = world.request();
    link["requestUri"] = json!(format!("{}?again", link["requestUri"].as_str().unwrap()));
    let asked = person.post("/v1/presentations", link).await.expect(201).unwrap().json().unwrap();
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    assert_eq!(sharings(&person).await.len(), 2);
    let looked = page(&person, "/looked").await;
    assert_eq!(looked.matches("<h2 id=\"shared-").count(), 1);
    assert!(looked.contains("<bdi>2</bdi> times") || looked.contains("2 times"), "{looked}");
}

#[actix_web::test]
async fn stolen_database_does_not_say_who_saw_what() {
    let world = World::new().await;
    world.others.knobs().verifier_receipt = "good";
    let person = sharer(&world).await;
    world.wallet.tend().await;
    assert_eq!(sharings(&person).await[0]["receipt"]["state"], "signed");
    let mut bytes = std::fs::read(&world.database).unwrap();
    bytes.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    for secret in ["World Food", "did:passerelle:wfp", "Rome office", "Given name", "receipts/v1"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}
