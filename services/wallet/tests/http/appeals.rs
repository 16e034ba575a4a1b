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
async fn page_of_a_proof_says_how_it_went_the_time_before() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().existence_year = 2025;
    let before = opened(&world, &person, "confirmed").await;
    assert!(!page(&person, &before).await.contains("last-time"), "it was the first");
    {
        let mut knobs = world.others.knobs();
        (knobs.existence_year, knobs.existence_state) = (2026, "open");
    }
    let body = json!({ "requestUri": format!("{}-again", world.existence_uri()) });
    let now: Value = person.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    let shown = page(&person, now["id"].as_str().unwrap()).await;
    for said in ["Last time, for", "2025", "6 January 2026", "Your own device"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
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
    for said in
        ["RCPT-2026", "Your own device", "2025", "31 December 2027", "2 January 2027", "print-receipt"]
    {
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

async fn send_form(person: &Person, id: &str, query: &str, kind: &str, body: Vec<u8>) -> testkit::Answer {
    let url = format!("{}/v1/existence/{id}/form{query}", person.url);
    let headers = [("content-type", kind), ("accept", "application/json")];
    person.agent.send(testkit::Method::POST, url, &headers, body).await.unwrap()
}

#[actix_web::test]
async fn signed_form_is_handed_on_and_counts_like_any_other_proof() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = opened(&world, &person, "open").await;
    assert!(page(&person, &id).await.contains(r#"id="form-send""#));
    let jpeg = [&[0xff, 0xd8, 0xff][..], &[7; 1000]].concat();
    assert_eq!(problem(send_form(&person, &id, "", "text/plain", jpeg.clone()).await, 415), "form-not-taken");
    let large = vec![0xff; 8 * 1024 * 1024 + 1];
    assert_eq!(problem(send_form(&person, &id, "", "image/jpeg", large).await, 413), "form-not-taken");
    assert_eq!(world.others.seen().existence_forms.len(), 0, "none of it left");

    let blurred: Value = send_form(&person, &id, "", "image/png", b"blurred".to_vec())
        .await
        .expect(200)
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(blurred["form"]["state"], "unread");
    assert!(page(&person, &id).await.contains(r#"id="form-send""#), "it can be tried again");
    let as_it_is = send_form(&person, &id, "?as_it_is=true", "image/png", b"blurred".to_vec()).await;
    let as_it_is: Value = as_it_is.expect(200).unwrap().json().unwrap();
    assert_eq!((&as_it_is["state"], &as_it_is["form"]["state"]), (&json!("opened"), &json!("waiting")));
    let shown = page(&person, &id).await;
    assert!(
        shown.contains("form-waits") && shown.contains("FORM-2026") && !shown.contains("form-send"),
        "{shown}"
    );
    let seen = world.others.seen().existence_forms.clone();
    let expected = [("image/png", 7, ""), ("image/png", 7, "as_it_is=true")];
    assert_eq!(seen, expected.map(|(kind, many, query)| (kind.to_owned(), many, query.to_owned())));
    let activity = person.get("/v1/activity").await.json().unwrap().to_string();
    assert_eq!(activity.matches("existenceFormSent").count(), 1, "{activity}");

    world.others.knobs().existence_form = Some("refused");
    let shown = page(&person, &id).await;
    assert!(shown.contains("form-refused") && shown.contains("form-send"), "{shown}");
    world.others.knobs().existence_form = Some("accepted");
    let shown = page(&person, &id).await;
    for said in ["accepted your signed form", "The form, uploaded", "31 December 2027", "receipt.pdf"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("send-form"));
}

#[actix_web::test]
async fn form_that_the_fund_does_not_take_is_said_in_the_persons_language() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = opened(&world, &person, "open").await;
    world.others.knobs().existence_status = 409;
    let refused = send_form(&person, &id, "", "image/jpeg", vec![0xff, 0xd8, 0xff]).await;
    let said = refused.text();
    assert!(said.contains("no form of this person") && said.contains(r#""reason":"no-forms""#), "{said}");
    assert_eq!(problem(refused, 422), "form-not-taken");
    world.others.knobs().existence_status = 413;
    let large = send_form(&person, &id, "", "image/jpeg", vec![0xff, 0xd8, 0xff]).await;
    assert!(large.text().contains(r#""reason":"too-large""#));
    let shown = page(&person, &id).await;
    for (reason, words) in [
        ("too-large", "larger than 8 MB"),
        ("too-many", "the next one goes by post"),
        ("no-forms", "has no form of yours"),
        ("busy", "Nothing is lost"),
        ("other", "By post it counts the same"),
    ] {
        let told = shown.split(&format!("data-{reason}=\"")).nth(1).unwrap().split('"').next().unwrap();
        assert!(told.contains(words), "{reason}: {told}");
    }
    world.others.knobs().existence_status = 503;
    let busy = send_form(&person, &id, "", "image/jpeg", vec![0xff, 0xd8, 0xff]).await;
    assert_eq!(problem(busy, 502), "other-side-unavailable");
}

#[actix_web::test]
async fn person_reads_what_remains_of_the_pictures_and_why() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().existence_kept = Some(json!({ "why": "decision" }));
    let id = opened(&world, &person, "answered").await;
    assert!(page(&person, &id).await.contains("until an officer of the Fund has decided"));
    world.others.knobs().existence_state = "confirmed";
    let day = clock::Clock::now(&world.others.clock) + chrono::Duration::days(30);
    let objection = json!({ "why": "objection", "until": day.to_rfc3339() });
    world.others.knobs().existence_kept = Some(objection);
    assert!(page(&person, &id).await.contains("as long as you or the Fund can object"));
    let hold = json!({ "why": "legalHold", "until": (day + chrono::Duration::days(60)).to_rfc3339() });
    world.others.knobs().existence_kept = Some(hold);
    let shown = page(&person, &id).await;
    assert!(shown.contains("a legal matter needs them"), "{shown}");
    // What was to go by now is not said to be there.
    let over = (day - chrono::Duration::days(31)).to_rfc3339();
    world.others.knobs().existence_kept = Some(json!({ "why": "objection", "until": over }));
    let shown = page(&person, &id).await;
    assert!(shown.contains("Your pictures are erased.") && !shown.contains("as long as"), "{shown}");
}

#[actix_web::test]
async fn person_reads_that_the_place_is_missing_and_opens_the_question_for_it() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().existence_place = Some("2026-08-19T10:00:00Z");
    let id = opened(&world, &person, "answered").await;
    let shown = page(&person, &id).await;
    for words in ["still needs your place", "19 August 2026", "station or an office", r#"id="show-place""#] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    world.others.knobs().existence_state = "confirmed";
    assert!(page(&person, &id).await.contains("still needs your place"), "also when the proof is accepted");
    let path = format!("/v1/existence/{id}/place");
    world.others.knobs().existence_state = "open";
    let second: Value = person.post(&path, json!({})).await.expect(200).unwrap().json().unwrap();
    assert_ne!(second["id"], json!(id));
    assert_eq!(second["state"], "opened");
    let again: Value = person.post(&path, json!({})).await.expect(200).unwrap().json().unwrap();
    assert_eq!(again["id"], second["id"], "again it is the same");
    {
        let mut knobs = world.others.knobs();
        (knobs.existence_state, knobs.existence_place) = ("confirmed", None);
    }
    assert_eq!(problem(person.post(&path, json!({})).await, 410), "request-gone");
    assert!(!page(&person, &id).await.contains("still needs your place"));
    assert_eq!(problem(person.post(&path, json!({})).await, 410), "request-gone");
}
