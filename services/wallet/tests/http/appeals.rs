//! What a person does after the Fund decided: another look at a refusal, the receipt and its letter.

use serde_json::{Value, json};

use crate::world::{Person, World, problem};

/// The question as the Fund has it, opened.
async fn opened(world: &World, person: &Person, state: &'static str) -> String {
    world.others.knobs().existence_state = state;
    let body = json!({ "requestUri": world.existence_uri() });
    let view: Value = person.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    view["id"].as_str().unwrap().to_owned()
}

async fn view(person: &Person, id: &str) -> Value {
    person.get(&format!("/v1/existence/{id}")).await.expect(200).unwrap().json().unwrap()
}

async fn page(person: &Person, id: &str) -> String {
    person.get(&format!("/existence/{id}")).await.expect(200).unwrap().text()
}

#[actix_web::test]
async fn refused_proof_is_appealed_against_once_and_the_page_says_until_when_somebody_answers() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = opened(&world, &person, "refused").await;
    assert!(page(&person, &id).await.contains(r#"id="send-appeal""#));
    let path = format!("/v1/existence/{id}/appeal");
    let long = json!({ "words": "x".repeat(2001) });
    assert_eq!(problem(person.post(&path, long).await, 400), "bad-request");
    let sent: Value =
        person.post(&path, json!({ "words": " It was me. " })).await.expect(200).unwrap().json().unwrap();
    assert_eq!((&sent["state"], &sent["appeal"]["state"]), (&json!("refused"), &json!("open")));
    assert_eq!(world.others.seen().existence_appeals, [json!({ "words": "It was me." })]);
    let shown = page(&person, &id).await;
    assert!(shown.contains("17 January 2026") && !shown.contains("send-appeal"), "{shown}");
    assert_eq!(problem(person.post(&path, json!({})).await, 409), "step-over");
    let activity = person.get("/v1/activity").await.json().unwrap().to_string();
    assert!(activity.contains("existenceAppealed") && !activity.contains("It was me"), "{activity}");

    world.others.knobs().appeal_state = "notUpheld";
    assert!(page(&person, &id).await.contains("the decision stands"));
    world.others.knobs().appeal_state = "upheld";
    let shown = page(&person, &id).await;
    assert!(shown.contains("your proof counts after all") && shown.contains("RCPT-2026"), "{shown}");
    assert!(!shown.contains("could not confirm"));
}

#[actix_web::test]
async fn appeal_that_did_not_arrive_is_sent_again_by_itself() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = opened(&world, &person, "refused").await;
    world.others.knobs().existence_status = 503;
    let path = format!("/v1/existence/{id}/appeal");
    let failed = person.post(&path, json!({ "words": "It was me." })).await;
    assert_eq!(problem(failed, 502), "other-side-unavailable");
    let waits = page(&person, &id).await;
    assert!(waits.contains("on its way to the Fund") && !waits.contains("send-appeal"), "{waits}");
    world.others.knobs().existence_status = 200;
    world.others.clock.advance(chrono::Duration::minutes(5));
    world.wallet.tend().await;
    let after = view(&person, &id).await;
    assert_eq!((&after["appeal"]["state"], &after["appealOnItsWay"]), (&json!("open"), &json!(false)));
    let seen = world.others.seen().existence_appeals.clone();
    assert!(seen.len() >= 2 && seen.iter().all(|sent| *sent == json!({ "words": "It was me." })), "{seen:?}");
    world.others.clock.advance(chrono::Duration::minutes(5));
    world.wallet.tend().await;
    assert_eq!(world.others.seen().existence_appeals.len(), seen.len(), "and not once more");
}

#[actix_web::test]
async fn appeal_that_the_fund_does_not_take_is_not_kept() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = opened(&world, &person, "refused").await;
    world.others.knobs().existence_status = 409;
    let path = format!("/v1/existence/{id}/appeal");
    assert_eq!(problem(person.post(&path, json!({})).await, 502), "other-side-unavailable");
    assert_eq!(view(&person, &id).await["appealOnItsWay"], false);
}

#[actix_web::test]
async fn receipt_is_whole_on_the_page_and_its_letter_is_fetched_from_the_fund() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let open = opened(&world, &person, "open").await;
    let letter = format!("/v1/existence/{open}/receipt.pdf");
    assert_eq!(problem(person.get(&letter).await, 404), "not-found");
    let person = world.person("ana").await;
    let id = opened(&world, &person, "confirmed").await;
    let receipt = view(&person, &id).await["receipt"].clone();
    assert_eq!((&receipt["reference"], &receipt["years"]), (&json!("RCPT-2026"), &json!([2025, 2026])));
    let shown = page(&person, &id).await;
    for said in ["RCPT-2026", "Your own device", "2025", "31 December 2027", "2 January 2027", "print-receipt"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let letter = format!("/v1/existence/{id}/receipt.pdf");
    let got = person.get(&letter).await.expect(200).unwrap();
    assert!(got.text().starts_with("%PDF-"));
    world.others.knobs().existence_letter = "<html>";
    assert_eq!(problem(person.get(&letter).await, 502), "answer-not-understood");
    let stranger = world.person("eva").await;
    assert_eq!(problem(stranger.get(&letter).await, 404), "not-found");
}
