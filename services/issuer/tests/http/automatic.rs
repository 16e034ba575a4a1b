//! Proofs that are accepted with nobody looking: only with an evaluated detector and a signed risk, and only ordinary ones.

use std::os::unix::fs::PermissionsExt as _;

use chrono::Duration;
use issuer::{DetectorConfig, RiskConfig};
use serde_json::{Value, json};
use store_issuer::BoundKey;
use tempfile::TempDir;
use testkit::sha256;

use crate::captures::{asked_before_enrolment, following, with};
use crate::console::Browser;
use crate::existence::{Phone, send};
use crate::fund;
use crate::support::{World, json as body};

const LISTED: &str = "100482317,Margaret,Ellison,1945-03-03,GBR,en,one,2008-01-01,,";

/// An operator's detector that always says the same.
fn detector(folder: &TempDir, score: &str) -> DetectorConfig {
    let (program, document) = (folder.path().join("pad"), folder.path().join("risk.txt"));
    let script = format!(
        "#!/bin/sh\ncat > /dev/null\necho '{{\"detector\":\"pad\",\"version\":\"2\",\"score\":\"{score}\"}}'\n"
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(&document, "We accept the risk.").unwrap();
    let evaluation =
        json!({"detector": "pad", "version": "2", "report": "laboratory, report 17", "method": "for tests"});
    DetectorConfig {
        program,
        arguments: Vec::new(),
        timeout_seconds: 20,
        evaluation: serde_json::from_value(evaluation).unwrap(),
        risk: RiskConfig {
            signer: "chief risk officer".into(),
            version: "2".into(),
            document,
            document_sha256: hex::encode(sha256(b"We accept the risk.")),
        },
    }
}

/// Binds this phone's key to whom the question is about, as an enrolment does.
async fn bind(world: &World, id: &str, phone: &Phone) {
    let person = world.issuer.request_page("unjspf", id).await.unwrap().subject.id;
    let key = BoundKey {
        device_key: phone.holder.thumbprint(),
        how: "enrolment".into(),
        by: "ann".into(),
        at: clock::Clock::now(&world.clock),
    };
    let mut tx = world.issuer.store().write("bind").await.unwrap();
    tx.bind_key("unjspf", &person, "bound-1", &key).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_track_is_accepted_only_where_the_place_is_the_declared_country() {
    for (place, state) in [(None, "answered"), (Some((489, 23)), "answered"), (Some((515, -1)), "confirmed")]
    {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start_seeing_with(detector(&folder, "genuine")).await;
        fund::import(&world, &[&LISTED.replace(",one,", ",two,")]).await;
        let (_, id, path, request) = asked_before_enrolment(&world).await;
        let mut phone = Phone::new(5);
        bind(&world, &id, &phone).await;
        let answer = with(&mut phone, &request, &following(&request), place);
        assert_eq!(body(&send(&world, &path, &answer).await)["state"], state, "{place:?}");
    }
}

/// Seen by a detector that says this: the phone, the question's id and path, and what came of the answer.
async fn answered(world: &World, bound: bool) -> (Browser, String, String, Value) {
    fund::import(world, &[LISTED]).await;
    let (browser, id, path, request) = asked_before_enrolment(world).await;
    let mut phone = Phone::new(5);
    if bound {
        bind(world, &id, &phone).await;
    }
    let answer = with(&mut phone, &request, &following(&request), None);
    let first = body(&send(world, &path, &answer).await);
    assert_eq!(body(&send(world, &path, &answer).await)["state"], first["state"], "sent twice is one");
    (browser, id, path, first)
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_proof_is_accepted_at_once_and_says_by_what() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_seeing_with(detector(&folder, "genuine")).await;
    let (browser, id, _, first) = answered(&world, true).await;
    assert_eq!(first["state"], "confirmed", "{first}");
    assert!(first["credentialOfferUri"].is_string() && first["receipt"].is_object(), "{first}");
    let page_path = format!("/console/requests/{id}");
    let page = browser.get(&page_path).await.text();
    for part in ["pad 2 (laboratory, report 17, for tests)", "Risk signed by chief risk officer"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let person = fund::person(&world, "100482317").await;
    let export = world.issuer.export_journal(&fund::officer("eve"), &person).await.unwrap();
    let journal = serde_json::to_string(&export).unwrap();
    assert!(journal.contains("proof-accepted") && journal.contains("\"by\":\"automatic\""), "{journal}");
    // Nobody looked at the pictures: they go after 72 hours.
    world.clock.advance(Duration::hours(71));
    world.issuer.delete_expired().await.unwrap();
    let page = Browser::officer(&world, "unjspf", "Later").await.get(&page_path).await.text();
    assert!(page.contains("data:image/jpeg"));
    world.clock.advance(Duration::hours(2));
    world.issuer.delete_expired().await.unwrap();
    let page = Browser::officer(&world, "unjspf", "Later still").await.get(&page_path).await.text();
    assert!(page.contains("The pictures are erased."));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_detector_doubts_goes_to_an_officer() {
    for (score, reason) in
        [("attack", "attackSuspected"), ("unsure", "detectorUnsure"), ("?", "detectorFailed")]
    {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start_seeing_with(detector(&folder, score)).await;
        let (_, _, path, first) = answered(&world, true).await;
        assert_eq!(first["state"], "answered", "{first}");
        assert_eq!(first["outcome"], json!({"verdict": "personLooks", "reasons": [reason]}));
        assert_eq!(body(&world.get(&path).await)["state"], "answered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn key_that_is_not_bound_and_open_cases_go_to_an_officer() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_seeing_with(detector(&folder, "genuine")).await;
    let (_, _, _, first) = answered(&world, false).await;
    assert_eq!(first["outcome"], json!({"verdict": "personLooks", "reasons": ["officerConfirms"]}));

    let world = World::start_seeing_with(detector(&folder, "genuine")).await;
    fund::import(&world, &[LISTED]).await;
    let person = fund::person(&world, "100482317").await;
    let by = fund::officer("ann");
    world.issuer.open_case(&by, &person, issuer::app::CaseType::Death, "a nephew called").await.unwrap();
    let (_, id, path, request) = asked_before_enrolment(&world).await;
    let mut phone = Phone::new(5);
    bind(&world, &id, &phone).await;
    let answer = with(&mut phone, &request, &following(&request), None);
    let first = body(&send(&world, &path, &answer).await);
    assert_eq!(
        (&first["state"], &first["outcome"]["reasons"]),
        (&json!("answered"), &json!(["officerConfirms"]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_a_drawn_proof_are_kept_longer_and_never_shorter() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_seeing_with(detector(&folder, "genuine")).await;
    let (_, id, _, _) = answered(&world, true).await;
    let mut tx = world.issuer.store().write("test").await.unwrap();
    let row = tx.list_captures("unjspf", &id).await.unwrap().remove(0);
    let until = row.judged_at + Duration::days(30);
    for until in [until, row.judged_at] {
        tx.prolong_captures("unjspf", &row.digest, until).await.unwrap();
    }
    assert_eq!(tx.list_captures("unjspf", &id).await.unwrap()[0].erase_at, Some(until));
}
