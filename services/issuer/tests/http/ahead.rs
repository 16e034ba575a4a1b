//! Proofs that are made without a network, with a challenge that was fetched before, and sent later.

use chrono::{Duration, SecondsFormat};
use clock::{Clock as _, Timestamp};
use serde_json::{Value, json};

use crate::captures::{asked_with_picture, following, with};
use crate::console::Browser;
use crate::existence::{Phone, asked, officer, registered, send};
use crate::support::{World, json as body, problem};

/// What the phone takes along: the request with the challenge that lives for days.
async fn taken_along(world: &World, path: &str) -> Value {
    let request = body(&world.get(path).await);
    let reply = world.post(&format!("{path}/offline-challenge"), &json!({}), None).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let ahead = body(&reply);
    assert_ne!(ahead["challenge"], request["challenge"]);
    json!({ "id": request["id"], "challenge": ahead["challenge"], "capture": ahead["capture"],
        "expiresAt": ahead["expiresAt"] })
}

/// The answer as it was made at this time.
fn made(phone: &mut Phone, along: &Value, at: Timestamp) -> Value {
    let mut answer = phone.answer(along);
    answer["capturedAt"] = at.to_rfc3339_opts(SecondsFormat::Secs, true).into();
    phone.signed(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_times_are_kept_and_the_answer_is_taken_once() {
    let world = World::start().await;
    let person = registered(&world).await;
    let (id, path) = asked(&world).await;
    let along = taken_along(&world, &path).await;
    let life = along["expiresAt"].as_str().unwrap().parse::<Timestamp>().unwrap() - world.clock.now();
    assert_eq!(life, Duration::days(14));
    world.clock.advance(Duration::hours(1));
    let there = world.clock.now();
    let answer = made(&mut Phone::new(5), &along, there);
    world.clock.advance(Duration::days(3));
    let again = world.post(&format!("{path}/offline-challenge"), &json!({}), None).await;
    assert_eq!(body(&again)["challenge"], along["challenge"], "asking again spoils nothing");
    for _ in 0..2 {
        let answered = send(&world, &path, &answer).await;
        assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
        assert_eq!(body(&answered)["state"], "answered");
    }
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    let receipt = &page.receipts[0];
    assert_eq!((receipt.captured_at, receipt.received_at), (there, world.clock.now()));
    assert_eq!(page.receipts.len(), 1);
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("<dt>Made</dt>") && page.contains("<dt>Received</dt>"), "{page}");
    let over = world.post(&format!("{path}/offline-challenge"), &json!({}), None).await;
    assert_eq!(problem(&over), (409, "answered-before".into()));
    for by in [officer(), crate::fund::officer("second")] {
        world.issuer.confirm_existence(&by, &id, entitlement::Channel::Call, "").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lapsed_used_and_foreign_challenges_are_refused_and_another_is_given() {
    let world = World::start().await;
    let (_, path) = asked(&world).await;
    let along = taken_along(&world, &path).await;
    let mut phone = Phone::new(5);
    let late = made(&mut phone, &along, world.clock.now());
    let mut foreign = along.clone();
    foreign["challenge"] = json!("of-another-request");
    let foreign = made(&mut phone, &foreign, world.clock.now());
    assert_eq!(problem(&send(&world, &path, &foreign).await), (400, "challenge-expired".into()));
    world.clock.advance(Duration::days(14));
    assert_eq!(problem(&send(&world, &path, &late).await), (400, "challenge-expired".into()));
    let fresh = taken_along(&world, &path).await;
    assert_ne!(fresh["challenge"], along["challenge"]);
    let answer = made(&mut phone, &fresh, world.clock.now());
    assert_eq!(body(&send(&world, &path, &answer).await)["state"], "answered");
    let mut other = Phone::new(6);
    let second = made(&mut other, &fresh, world.clock.now());
    assert_eq!(problem(&send(&world, &path, &second).await), (409, "answered-before".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_that_is_wrong_by_years_costs_nobody_the_proof() {
    let world = World::start().await;
    let person = registered(&world).await;
    let (_, path) = asked(&world).await;
    let given = world.clock.now();
    let along = taken_along(&world, &path).await;
    world.clock.advance(Duration::days(1));
    let answer = made(&mut Phone::new(5), &along, given - Duration::days(4000));
    assert_eq!(body(&send(&world, &path, &answer).await)["state"], "answered");
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    assert_eq!(page.receipts[0].captured_at, given, "not before the challenge was there");
    assert_eq!(
        problem(
            &send(&world, &path, &{
                let mut answer = made(&mut Phone::new(5), &along, given);
                answer["capturedAt"] = json!("yesterday");
                Phone::new(5).signed(answer)
            })
            .await
        )
        .0,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_follow_the_movements_of_the_challenge_that_was_taken_along() {
    let world = World::start_seeing().await;
    let (_, id, path, request) = asked_with_picture(&world).await;
    let along = taken_along(&world, &path).await;
    let asked: Vec<_> = along["capture"]["movements"].as_array().unwrap().clone();
    assert_eq!(asked.len(), 3);
    let mut phone = Phone::new(5);
    let mut answer = with(&mut phone, &along, &following(&along), None);
    answer["capturedAt"] = world.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true).into();
    let answer = phone.signed(answer);
    world.clock.advance(Duration::days(2));
    let answered = body(&send(&world, &path, &answer).await);
    assert_eq!(answered["state"], "answered", "{answered}");
    assert_eq!(answered["outcome"], json!({"verdict": "personLooks", "reasons": ["officerConfirms"]}));
    let browser = Browser::officer(&world, "unjspf", "Two days later").await;
    assert!(browser.get(&format!("/console/requests/{id}")).await.text().contains("Every check passed."));
    assert_eq!(request["capture"]["triesLeft"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_came_to_nothing_use_the_challenge_up_and_another_is_given() {
    let world = World::start_seeing().await;
    let (_, _, path, _) = asked_with_picture(&world).await;
    let along = taken_along(&world, &path).await;
    let mut phone = Phone::new(5);
    let photograph: Vec<_> = (0..7).map(|_| testkit::faces::still(0)).collect();
    let answer = with(&mut phone, &along, &photograph, None);
    let tried = body(&send(&world, &path, &answer).await);
    assert_eq!((&tried["state"], &tried["outcome"]["verdict"]), (&json!("open"), &json!("tryAgain")));
    let again = with(&mut phone, &along, &following(&along), None);
    assert_eq!(problem(&send(&world, &path, &again).await), (400, "challenge-expired".into()));
    assert_ne!(taken_along(&world, &path).await["challenge"], along["challenge"]);
}
