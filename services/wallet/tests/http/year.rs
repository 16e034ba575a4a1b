//! The card of the yearly proof, and beginning it: the wallet's part between a person and the Fund.

use keys::PublicKey;
use serde_json::{Value, json};
use testkit::unb64;

use crate::enrolment::claimed;
use crate::world::{FUND, Person, World, problem};

/// What the Fund says of a year that is open.
pub fn open() -> Value {
    json!({
        "organisation": {"did": FUND, "name": "UNJSPF"}, "year": 2026, "proofYear": 2026, "stage": "open",
        "due": "2026-12-31", "paymentOnHold": false, "mayBegin": true, "usualDays": 3
    })
}

/// Somebody whom the Fund enrolled: the record in the wallet.
async fn enrolled(world: &World, person: &Person) -> String {
    let fund = format!("{}/t/unjspf", world.others.base);
    let body = json!({"fund": fund, "uid": "100482317", "code": "01AZH-ZZ045"});
    let begun = person.post("/v1/enrolments", body).await.expect(201).unwrap().json().unwrap();
    let mut approved = claimed();
    approved["state"] = json!("approved");
    world.others.knobs().enrolment = approved;
    let id = begun["id"].as_str().unwrap().to_owned();
    person.get(&format!("/v1/enrolments/{id}")).await.expect(200).unwrap();
    id
}

/// Signs and asks; the answer of the wallet.
async fn ask(person: &Person, id: &str, act: &str) -> Value {
    let step = prepared(person, id, act).await;
    let answer = person.post(&format!("/v1/enrolments/{id}/year"), person.signatures(&step)).await;
    answer.expect(200).unwrap().json().unwrap()
}

async fn prepared(person: &Person, id: &str, act: &str) -> Value {
    let body = json!({"deviceKey": person.key.thumbprint(), "act": act});
    let path = format!("/v1/enrolments/{id}/year/prepare");
    person.post(&path, body).await.expect(200).unwrap().json().unwrap()
}

fn part(word: &str, at: usize) -> Value {
    serde_json::from_slice(&unb64(word.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

#[actix_web::test]
async fn a_person_sees_the_year_on_the_first_page_and_begins_there() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    assert!(!person.page("/").await.text().contains("year-card"), "who is not enrolled has no such card");
    let id = enrolled(&world, &person).await;
    let page = person.page("/").await.text();
    assert!(page.contains("data-testid=\"year-card\"") && page.contains("data-stale"), "{page}");
    assert!(page.contains(&format!("data-begin-year=\"{id}\"")), "it can be begun before the Fund was asked");

    let looked = ask(&person, &id, "look").await;
    assert_eq!((&looked["changed"], &looked["standing"]["stage"]), (&json!(true), &json!("open")));
    assert_eq!(looked.get("existence"), None);
    let page = person.page("/").await.text();
    assert!(page.contains("31 December 2026") && !page.contains("data-stale"), "{page}");
    let again = ask(&person, &id, "look").await;
    assert_eq!(again["changed"], false);

    let begun = ask(&person, &id, "begin").await;
    let existence = begun["existence"].as_str().unwrap().to_owned();
    let proof = person.page(&format!("/existence/{existence}")).await.expect(200).unwrap().text();
    assert!(proof.contains("data-state=\"opened\""), "{proof}");
    let home = person.page("/").await.text();
    assert_eq!(home.matches(&format!("/existence/{existence}")).count(), 1, "on the card alone: {home}");

    world.others.clock.advance(chrono::Duration::seconds(1));
    assert!(!person.page("/").await.text().contains("data-stale"), "nothing happened since");
    let words = world.others.seen().year_words.clone();
    let acts: Vec<_> = words.iter().map(|(act, ..)| act.as_str()).collect();
    assert_eq!(acts, ["year", "year", "begin"]);
    let secret = world.others.seen().enrolment_steps[0].2["secret"].as_str().unwrap().to_owned();
    let mut identifiers = std::collections::BTreeSet::new();
    for (act, bearer, body) in &words {
        let word = body["word"].as_str().unwrap();
        let (header, claims) = (part(word, 0), part(word, 1));
        let key = PublicKey::from_jwk(&header["jwk"]).unwrap();
        assert_eq!(key.jwk_thumbprint(), person.key.thumbprint());
        let (signed, signature) = word.rsplit_once('.').unwrap();
        key.verify(signed.as_bytes(), &unb64(signature).unwrap()).unwrap();
        assert_eq!(header["typ"], "passerelle-existence+jwt");
        assert_eq!(claims["aud"], format!("{}/t/unjspf", world.others.base));
        assert_eq!((claims["act"] == "begin", &claims["enrolment"]), (act == "begin", &json!("enrolment-1")));
        assert_eq!(*bearer, secret, "a new phone is known by it");
        assert!(identifiers.insert(claims["jti"].as_str().unwrap().to_owned()));
    }
}

#[actix_web::test]
async fn every_stage_has_words_and_a_next_step() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    let receipt = json!({
        "reference": "RCPT-2026", "channel": "paper", "capturedAt": "2026-01-05T09:00:00Z",
        "receivedAt": "2026-01-05T09:01:00Z", "acceptedAt": "2026-01-06T10:00:00Z", "years": [2026],
        "validUntil": "2027-12-31", "nextOpens": "2099-01-02", "letter": false});
    let cases = [
        (
            json!({"stage": "late", "year": 2025, "heldFrom": "2026-06-01"}),
            vec!["Late", "1 June 2026", "2025", "data-begin-year"],
        ),
        (
            json!({"stage": "onHold", "year": 2025, "paymentOnHold": true}),
            vec!["Payment on hold", "next payroll", "data-begin-year"],
        ),
        (json!({"stage": "withFund", "mayBegin": false}), vec!["With the Fund", "3</bdi> days"]),
        (
            json!({"stage": "withFund", "mayBegin": false, "usualDays": null, "paymentOnHold": true}),
            vec!["on hold until the Fund has decided", "looks at it"],
        ),
        (
            json!({"stage": "done", "mayBegin": false, "nextOpens": "2099-01-02", "receipt": receipt}),
            vec!["Done", "The form, by post", "RCPT-2026", "31 December 2027", "2 January 2099"],
        ),
        (
            json!({"stage": "done", "mayBegin": false, "nextOpens": "2020-01-02"}),
            vec!["The window is open", "data-begin-year"],
        ),
        (
            json!({"stage": "notYet", "mayBegin": false, "nextOpens": "2099-01-02"}),
            vec!["Not open yet", "2 January 2099"],
        ),
        (json!({"stage": "notConcerned", "mayBegin": false}), vec!["Nothing to do"]),
        (
            json!({"stage": "notConcerned", "mayBegin": false, "datesMissing": true, "paymentResumes": true,
                "nextOpens": "2099-01-02"}),
            vec!["Not open yet", "dates of this year are not made yet", "Payment begins again"],
        ),
        (json!({"stage": "ended", "mayBegin": false}), vec!["Noted as ended", "Call the Fund"]),
    ];
    let past = ("stops from 1 June 2020", json!({"stage": "late", "year": 2019, "heldFrom": "2020-06-01"}));
    for (change, says) in cases.into_iter().chain([(past.1, vec!["Late", "2019"])]) {
        let mut now = open();
        now.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        now.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        world.others.knobs().year = now;
        ask(&person, &id, "look").await;
        let page = person.page("/").await.text();
        for words in says {
            assert!(page.contains(words), "{change}: {words}: {page}");
        }
        assert!(!page.contains(past.0), "whoever was spared: {page}");
        assert!(!page.contains("no proof of you") || change.get("datesMissing").is_none(), "{page}");
    }
}

#[actix_web::test]
async fn page_of_a_late_proof_says_which_year_it_closes_as_well() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    let question = opened(&world, &person).await;
    assert!(!person.page(&question).await.text().contains("data-testid=\"both\""));
    let mut late = open();
    late["stage"] = json!("late");
    late["year"] = json!(2024);
    late["closes"] = json!([2024, 2025, 2026]);
    world.others.knobs().year = late;
    ask(&person, &id, "look").await;
    let both = "counts for <bdi>2024, 2025</bdi> and for <bdi>2026</bdi>";
    assert!(person.page("/").await.text().contains(both), "on the card");
    world.others.knobs().existence_closes = vec![2024, 2025, 2026];
    world.others.clock.advance(chrono::Duration::minutes(11));
    let page = person.page(&question).await.text();
    assert!(page.contains(both), "{page}");
}

#[actix_web::test]
async fn a_question_about_the_residence_is_told_with_what_it_means_and_how_it_ended() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    let question = opened(&world, &person).await;
    let cases = [
        (
            json!({"state": "open", "dueAt": "2026-02-04T09:00:00Z", "telephone": "+1 212 963 6931"}),
            vec![
                "looks at where you live",
                "4 February 2026",
                "stops no payment",
                "residence-telephone\">+1\u{a0}212\u{a0}963\u{a0}6931<",
            ],
        ),
        (json!({"state": "open"}), vec!["looks at where you live", "number that you know"]),
        (
            json!({"state": "stays", "closedAt": "2026-01-06T09:00:00Z"}),
            vec!["looked at where you live", "6 January 2026", "You need do nothing"],
        ),
        (
            json!({"state": "moved", "closedAt": "2026-01-06T09:00:00Z"}),
            vec!["pension system is told", "the amount may depend on the country"],
        ),
        (
            json!({"state": "notShown", "closedAt": "2026-01-06T09:00:00Z"}),
            vec!["not shown in time", "You can still show it"],
        ),
    ];
    for (note, says) in cases {
        let mut now = open();
        now["residence"] = note.clone();
        world.others.knobs().year = now;
        world.others.knobs().existence_residence = Some(note.clone());
        ask(&person, &id, "look").await;
        world.others.clock.advance(chrono::Duration::minutes(11));
        for path in ["/", question.as_str()] {
            let page = person.page(path).await.text();
            for words in &says {
                assert!(page.contains(words), "{path}, {note}: {words}: {page}");
            }
        }
    }
}

#[actix_web::test]
async fn a_time_that_somebody_else_took_is_said_beside_the_times_anew() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    let page = person.page(&format!("/enrolments/{id}?taken")).await.expect(200).unwrap().text();
    assert!(page.contains("data-testid=\"time-taken\"") && page.contains("data-testid=\"slot\""), "{page}");
    assert!(!person.page(&format!("/enrolments/{id}")).await.text().contains("time-taken\""));
}

#[actix_web::test]
async fn refusals_are_told_kindly_and_nothing_known_is_lost() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    ask(&person, &id, "look").await;
    let path = format!("/v1/enrolments/{id}/year");
    let cases = [
        (403, "year-word-refused", "year-word-refused", 409),
        (403, "year-key-unknown", "year-key-unknown", 409),
        (403, "year-key-replaced", "year-key-replaced", 409),
        (409, "year-not-open", "year-not-open", 409),
        (409, "year-not-concerned", "year-not-concerned", 409),
        (409, "year-with-fund", "year-with-fund", 409),
        (409, "proven-already", "year-proven", 409),
        (409, "year-ended", "year-ended", 409),
        (503, "busy", "other-side-unavailable", 502),
    ];
    for (status, slug, told, as_what) in cases {
        world.others.knobs().year_refusal = Some((status, slug));
        let step = prepared(&person, &id, "begin").await;
        let refused = person.post(&path, person.signatures(&step)).await;
        assert_eq!(problem(refused, as_what), told);
    }
    assert!(person.page("/").await.text().contains("31 December 2026"), "what was known stays");
    world.others.knobs().year_refusal = None;

    world.others.knobs().year["organisation"]["did"] = json!("did:passerelle:other");
    let step = prepared(&person, &id, "look").await;
    person.post(&path, person.signatures(&step)).await.expect(422).unwrap();
    world.others.knobs().year = open();
    world.others.knobs().year["requestUri"] = json!(format!("{}/t/other/existence/x", world.others.base));
    let step = prepared(&person, &id, "look").await;
    person.post(&path, person.signatures(&step)).await.expect(422).unwrap();

    let other = world.person("eve").await;
    let body = json!({"deviceKey": other.key.thumbprint(), "act": "look"});
    other.post(&format!("{path}/prepare"), body.clone()).await.expect(404).unwrap();
    assert_eq!(problem(person.post(&format!("{path}/prepare"), body).await, 409), "device-key-unknown");
    person.post(&path, other.signatures(&step)).await.expect(422).unwrap();
}

#[actix_web::test]
async fn a_question_that_is_over_leads_to_the_next_one() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    let body = json!({ "requestUri": world.existence_uri() });
    let opened = person.post("/v1/existence", body).await.expect(201).unwrap().json().unwrap();
    let page = format!("/existence/{}", opened["id"].as_str().unwrap());
    let first = person.page(&page).await.text();
    assert!(!first.contains("data-testid=\"begin-again\""));
    world.others.clock.advance(chrono::Duration::minutes(12));
    world.others.knobs().existence_state = "expired";
    let over = person.page(&page).await.expect(200).unwrap().text();
    assert!(
        over.contains(&format!("data-begin-year=\"{id}\"")) && over.contains("data-testid=\"begin-again\""),
        "{over}"
    );
    assert!(!over.contains("Ask the Fund for a new link"));
    let stranger = world.person("eve").await;
    let body = json!({ "requestUri": world.existence_uri() });
    let theirs = stranger.post("/v1/existence", body).await.expect(201).unwrap().json().unwrap();
    let theirs = stranger.page(&format!("/existence/{}", theirs["id"].as_str().unwrap())).await.text();
    assert!(theirs.contains("Ask the Fund for a new link"), "who is not enrolled");
}

#[actix_web::test]
async fn a_talk_in_the_place_of_the_proof_is_booked_on_the_page_of_the_enrolment() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    let page = person.page(&format!("/enrolments/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("id=\"talk\"") && page.matches("data-testid=\"slot\"").count() == 2, "{page}");
    world.others.knobs().enrolment["slots"] = json!([]);
    let page = person.page(&format!("/enrolments/{id}")).await.text();
    assert!(!page.contains("id=\"talk\""), "no year asks");
}

/// The question of an officer, opened by its link.
async fn opened(world: &World, person: &Person) -> String {
    let body = json!({ "requestUri": world.existence_uri() });
    let opened: Value = person.post("/v1/existence", body).await.expect(201).unwrap().json().unwrap();
    format!("/existence/{}", opened["id"].as_str().unwrap())
}

#[actix_web::test]
async fn a_question_stays_on_the_first_page_until_its_own_day_and_not_only_while_its_challenge_lives() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().answer_by = Some("2099-03-13T08:33:00Z");
    let question = opened(&world, &person).await;
    assert!(person.page("/").await.text().contains(&question));
    world.others.clock.advance(chrono::Duration::minutes(27));
    assert!(person.page("/").await.text().contains(&question), "a challenge that is over ends no question");
    let page = person.page(&question).await.text();
    assert!(page.contains("data-testid=\"answer-by\"") && page.contains("13 March 2099"), "{page}");
    assert!(page.contains("data-state=\"opened\""), "{page}");

    let other = world.person("eve").await;
    world.others.knobs().answer_by = None;
    let question = opened(&world, &other).await;
    let page = other.page(&question).await.text();
    assert!(!page.contains("Possible until"), "an older Fund says no day, and ten minutes are none: {page}");
    world.others.clock.advance(chrono::Duration::minutes(27));
    assert!(other.page("/").await.text().contains(&question));

    let third = world.person("ada").await;
    world.others.knobs().answer_by = Some("2020-01-01T00:00:00Z");
    let question = opened(&world, &third).await;
    assert!(!third.page("/").await.text().contains(&question), "it is over");
}

async fn news(person: &Person) -> Value {
    let answer: Value = person.post("/v1/news", json!({})).await.expect(200).unwrap().json().unwrap();
    answer["changed"].clone()
}

#[actix_web::test]
async fn first_page_learns_what_became_of_an_enrolment_and_of_a_form() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    assert!(!person.page("/").await.text().contains("data-news"), "nothing lies at the Fund");
    assert_eq!(news(&person).await, false);
    let fund = format!("{}/t/unjspf", world.others.base);
    let body = json!({"fund": fund, "uid": "100482317", "code": "01AZH-ZZ045"});
    person.post("/v1/enrolments", body).await.expect(201).unwrap();
    assert!(person.page("/").await.text().contains("data-news"));
    assert_eq!(news(&person).await, false, "nobody decided");
    let mut approved = claimed();
    approved["state"] = json!("approved");
    world.others.knobs().enrolment = approved;
    assert_eq!(news(&person).await, true);
    let home = person.page("/").await.text();
    assert!(home.contains("year-card") && !home.contains("/enrolments/"), "{home}");
    assert!(!home.contains("data-news"));

    let question = opened(&world, &person).await;
    world.others.knobs().existence_form = Some("waiting");
    world.others.clock.advance(chrono::Duration::minutes(12));
    assert_eq!(news(&person).await, true);
    let home = person.page("/").await.text();
    assert!(home.contains("Your yearly proof is with the Fund") && home.contains(&question), "{home}");
    world.others.knobs().existence_form = Some("accepted");
    world.others.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(news(&person).await, true);
    let home = person.page("/").await.text();
    assert!(!home.contains(&question), "it counts: {home}");
    assert_eq!(news(&person).await, false, "said once");
}

#[actix_web::test]
async fn first_page_learns_of_a_refusal_and_of_its_end_and_asks_how_the_year_stands_then() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = enrolled(&world, &person).await;
    world.others.knobs().answer_by = Some("2099-03-13T08:33:00Z");
    world.others.knobs().existence_state = "answered";
    let question = opened(&world, &person).await;
    world.others.clock.advance(chrono::Duration::seconds(5));
    ask(&person, &id, "look").await;
    assert!(!person.page("/").await.text().contains("data-stale"));
    world.others.clock.advance(chrono::Duration::seconds(5));
    world.others.knobs().existence_state = "refused";
    assert_eq!(news(&person).await, true);
    let home = person.page("/").await.text();
    assert!(home.contains("Your yearly proof was not accepted") && home.contains(&question), "{home}");
    assert!(home.contains("data-stale"), "the card is asked for anew: {home}");

    ask(&person, &id, "look").await;
    let appeal = format!("/v1{question}/appeal");
    person.post(&appeal, json!({ "words": "It was me." })).await.expect(200).unwrap();
    assert!(person.page("/").await.text().contains("data-news"), "somebody looks at it again");
    world.others.clock.advance(chrono::Duration::seconds(5));
    ask(&person, &id, "look").await;
    world.others.clock.advance(chrono::Duration::seconds(5));
    world.others.knobs().appeal_state = "upheld";
    assert_eq!(news(&person).await, true);
    let home = person.page("/").await.text();
    assert!(home.contains("data-stale") && !home.contains(&question), "{home}");
    assert!(!home.contains("data-news"));
}
