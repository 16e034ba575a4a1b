//! Times without a network: what the phone may take along, and what is told afterwards, once.

use serde_json::{Value, json};
use testkit::Agent;

use crate::world::{WFP, World};

const ACT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn act() -> Value {
    json!({ "id": ACT, "to": "decentralized_identifier:did:passerelle:desk", "at": "2023-01-01T00:00:00Z", "claims": ["givenName"] })
}

#[actix_web::test]
async fn an_act_that_is_told_twice_stands_in_the_record_once() {
    let world = World::new().await;
    let person = world.person("anna").await;
    for _ in 0..3 {
        person.post("/v1/offline-acts", act()).await.expect(204).unwrap();
    }
    let activity = person.get("/v1/activity").await.json().unwrap();
    let shown: Vec<&Value> =
        activity["entries"].as_array().unwrap().iter().filter(|one| one["kind"] == "presented").collect();
    assert_eq!(shown.len(), 1, "{activity}");
    // The same name with another content changes nothing either.
    let mut other = act();
    other["to"] = json!("somebody else");
    person.post("/v1/offline-acts", other).await.expect(204).unwrap();
    assert!(!person.page("/activity").await.text().contains("somebody else"));
}

/// The phone knows names of members and what the desk's code said; the record speaks as it does of what was shown with a network.
#[actix_web::test]
async fn an_act_is_recorded_in_the_words_of_the_credential_and_the_registry() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let credentials = person.credentials().await;
    let sd_jwt = credentials.iter().find(|one| one["format"] == "dc+sd-jwt").unwrap();
    let mut told = act();
    told["credential"] = sd_jwt["id"].clone();
    told["to"] = json!(format!("decentralized_identifier:{WFP}"));
    person.post("/v1/offline-acts", told).await.expect(204).unwrap();
    let activity = person.get("/v1/activity").await.json().unwrap();
    let shown =
        activity["entries"].as_array().unwrap().iter().find(|one| one["kind"] == "presented").unwrap();
    assert!(shown["claims"].as_array().unwrap().contains(&json!("Given name")), "{shown}");
    assert!(!shown.to_string().contains("givenName") && !shown.to_string().contains("did:"), "{shown}");
    let page = person.page("/shared").await.text();
    assert!(page.contains(sd_jwt["name"].as_str().unwrap()), "{page}");
}

#[actix_web::test]
async fn what_is_no_act_is_refused() {
    let world = World::new().await;
    let person = world.person("anna").await;
    for (member, value) in [
        ("id", json!("1")),
        ("id", json!("01890a5d-ac96-474b-bcce-b302099a8057")),
        ("to", json!("")),
        ("to", json!("a\u{0}b")),
        ("to", json!("x".repeat(513))),
        ("at", json!("2999-01-01T00:00:00Z")),
        ("at", json!("soon")),
        ("claims", json!(vec!["x"; 65])),
        ("extra", json!(1)),
    ] {
        let mut changed = act();
        changed[member] = value;
        person.post("/v1/offline-acts", changed).await.expect(400).unwrap();
    }
}

#[actix_web::test]
async fn only_the_person_gets_a_copy_of_what_they_hold() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let id = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    let copy = person.get(&format!("/v1/credentials/{id}/copy")).await.expect(200).unwrap();
    assert!(copy.header("cache-control").unwrap().contains("no-store"));
    assert!(!copy.json().unwrap()["credential"].is_null());
    let other = world.person("ben").await;
    other.get(&format!("/v1/credentials/{id}/copy")).await.expect(404).unwrap();
}

#[actix_web::test]
async fn the_page_without_a_network_is_the_same_for_everybody_and_all_its_files_are_there() {
    let world = World::new().await;
    let stranger = Agent::new();
    let page = stranger
        .get_as(format!("{}/offline", world.url), "text/html")
        .await
        .unwrap()
        .expect(200)
        .unwrap()
        .text();
    let person = world.holder("anna").await;
    assert_eq!(person.page("/offline").await.text(), page, "nothing of a person is in it");
    let code = page.split("id=\"support-code\"").nth(1).and_then(|rest| rest.split_once('>')).unwrap().1;
    assert!(code.starts_with("</strong>"), "it would name the minute in which somebody kept the page");
    let worker =
        stranger.get(format!("{}/offline-worker.js", world.url)).await.unwrap().expect(200).unwrap().text();
    world.others.clock.advance(chrono::Duration::hours(5));
    let later = stranger.get(format!("{}/offline-worker.js", world.url)).await.unwrap().text();
    assert_eq!(later, worker, "another hour is no other version");
    let files = worker.lines().find_map(|line| line.strip_prefix("const FILES = ")).unwrap();
    let files: Vec<String> = serde_json::from_str(files.trim_end_matches(';')).unwrap();
    for file in &files {
        let text =
            stranger.get_as(format!("{}{file}", world.url), "*/*").await.unwrap().expect(200).unwrap().text();
        for line in text.lines().filter(|line| file.ends_with(".js") && line.starts_with("import ")) {
            let name = line.rsplit(['/', '\'', '"']).nth(1).unwrap();
            assert!(files.contains(&format!("/assets/{name}")), "{file} imports {name}");
        }
    }
}
