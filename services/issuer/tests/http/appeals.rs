//! Appeals from the person's own wallet, and the receipt that it shows.

use chrono::Duration;
use issuance::Actor;
use issuer::app::{AppealWord, CaseDecision, ExistenceError};
use serde_json::{Value, json};

use crate::captures::{asked_with_picture, following, with};
use crate::console::Browser;
use crate::existence::{Phone, asked, fetch, officer, registered, send};
use crate::support::{World, json as body, problem};

fn named(name: &str) -> Actor {
    Actor { tenant: "unjspf".into(), officer: name.into() }
}

/// A question whose answer was refused: its id and path, and the phone that answered.
async fn refused(world: &World) -> (String, String, Phone) {
    let (id, path) = asked(world).await;
    let request = body(&world.get(&path).await);
    let mut phone = Phone::new(5);
    assert_eq!(send(world, &path, &phone.answer(&request)).await.status, 200);
    world.issuer.refuse_existence(&officer(), &id, "another voice").await.unwrap();
    (id, path, phone)
}

async fn appeal(world: &World, path: &str, words: &str) -> Value {
    let reply = world.post(&format!("{path}/appeal"), &json!({ "words": words }), None).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    body(&reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn appeal_of_somebody_on_no_register_is_decided_at_the_answer_by_another_officer() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (id, path, phone) = refused(&world).await;
    assert_eq!(body(&world.get(&path).await)["appeal"], json!({"state": "possible"}));
    let opened = appeal(&world, &path, "My voice was hoarse.").await;
    assert_eq!((&opened["state"], &opened["appeal"]["state"]), (&json!("refused"), &json!("open")));
    world.clock.advance(Duration::minutes(1));
    assert_eq!(appeal(&world, &path, "Again").await, opened, "sent twice is one appeal");

    assert!(browser.get("/console/requests").await.text().contains("data-testid=\"appeals\""));
    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("My voice was hoarse.") && page.contains("uphold-call"), "{page}");
    let upheld = AppealWord::Upheld(entitlement::Channel::Call);
    let same = world.issuer.decide_appeal(&officer(), &id, &upheld, "I was right").await;
    assert!(matches!(same, Err(ExistenceError::FourEyes)));
    let form = format!("/console/requests/{id}/appeal");
    assert_eq!(browser.post(&form, &[("outcome", "call"), ("reason", " ")]).await.status, 422);
    assert_eq!(browser.post(&form, &[("outcome", "maybe"), ("reason", "r")]).await.status, 422);
    let decided =
        browser.post(&form, &[("outcome", "call"), ("reason", "called her, the line was bad")]).await;
    assert_eq!(Browser::path_of(&decided), format!("/console/requests/{id}?done=appeal"));
    let twice = world.issuer.decide_appeal(&named("ben"), &id, &AppealWord::NotUpheld, "no").await;
    assert!(twice.is_err());

    let after = body(&world.get(&path).await);
    assert_eq!((&after["state"], &after["appeal"]["state"]), (&json!("confirmed"), &json!("upheld")));
    let receipt = &after["receipt"];
    assert_eq!(receipt["reference"], after["reference"]);
    assert_eq!(receipt["years"], json!([2027]));
    assert_eq!((&receipt["validUntil"], &receipt["nextOpens"]), (&json!("2028-12-31"), &json!("2028-01-02")));
    assert_eq!((&receipt["channel"], &receipt["letter"]), (&json!("own-device"), &json!(false)));
    assert_eq!(problem(&world.get(&format!("{path}/receipt")).await), (404, "not-found".into()));
    let offer = after["credentialOfferUri"].as_str().unwrap();
    assert_eq!(fetch(&world, offer, &phone.holder).await.status, 200, "the certificate is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn appeal_of_somebody_on_the_register_is_a_case_and_ends_in_receipt_letter_and_certificate() {
    let world = World::start().await;
    let person = registered(&world).await;
    world.issuer.run_fund_night(&officer()).await.unwrap();
    let (id, path, phone) = refused(&world).await;
    assert_eq!(problem(&world.get(&format!("{path}/receipt")).await).0, 404, "nothing is accepted yet");
    appeal(&world, &path, "It was me.").await;
    let cases = world.issuer.cases_of("unjspf", &person).await.unwrap();
    assert_eq!((cases.len(), cases[0].kind.as_str(), cases[0].opened_by.as_str()), (1, "appeal", "person"));
    let view = world.issuer.fund_case("unjspf", &cases[0].id).await.unwrap();
    assert_eq!(view.history[0].words, "It was me.");
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    assert!(page.years[0].is_held(world.issuer.clock_now().date_naive()), "nobody is suspended meanwhile");
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let shown = browser.get(&format!("/console/fund/cases/{}", cases[0].id)).await.text();
    assert!(
        shown.contains(&format!("/console/requests/{id}")) && shown.contains("from their wallet"),
        "{shown}"
    );
    let here = world.issuer.decide_appeal(&named("ben"), &id, &AppealWord::NotUpheld, "no").await;
    assert!(matches!(here, Err(ExistenceError::InCase)), "one place decides");
    assert!(browser.get(&format!("/console/requests/{id}")).await.text().contains("appeal-case"));

    let word =
        CaseDecision { outcome: "upheld".into(), reason: "the same person".into(), ..Default::default() };
    assert!(
        world.issuer.decide_case(&officer(), &cases[0].id, &word).await.is_err(),
        "not by whoever refused"
    );
    world.issuer.decide_case(&named("ben"), &cases[0].id, &word).await.unwrap();
    let after = body(&world.get(&path).await);
    assert_eq!(after["appeal"]["state"], "upheld");
    let receipt = &after["receipt"];
    assert_eq!((&receipt["letter"], &receipt["channel"]), (&json!(true), &json!("own-device")));
    assert_eq!(receipt["years"], json!([2026, 2027]));
    let letter = world.get(&format!("{path}/receipt")).await;
    assert_eq!(letter.status, 200);
    assert!(letter.body.starts_with(b"%PDF"));
    assert_eq!(
        after["state"], "refused",
        "without pictures an officer offers the certificate from the receipt"
    );
    assert_eq!(appeal(&world, &path, "Again").await["appeal"], after["appeal"], "decided once");
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    let proof = page.receipts[0].id.clone();
    let offer = world.issuer.offer_certificate(&named("ben"), &proof).await.unwrap();
    assert!(!offer.is_empty());
    let reckoning = world.issuer.reckon_fund(&named("eve"), 2026).await.unwrap();
    assert!(reckoning.balances(), "{:#?}", reckoning.lines);
    drop(phone);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_stay_until_the_appeal_is_decided_and_bring_the_certificate_when_it_is_upheld() {
    for upheld in [true, false] {
        let world = World::start_seeing().await;
        registered(&world).await;
        world.issuer.run_fund_night(&officer()).await.unwrap();
        let (_, id, path, request) = asked_with_picture(&world).await;
        let mut phone = Phone::new(5);
        let answer = with(&mut phone, &request, &following(&request), None);
        let answered = send(&world, &path, &answer).await;
        assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
        world.issuer.refuse_existence(&officer(), &id, "a doubt").await.unwrap();
        world.clock.advance(Duration::days(29));
        appeal(&world, &path, "").await;
        world.clock.advance(Duration::days(9));
        world.issuer.delete_expired().await.unwrap();
        let browser = Browser::officer(&world, "unjspf", "Later").await;
        let page = format!("/console/requests/{id}");
        assert!(browser.get(&page).await.text().contains("data:image/jpeg"), "longer than the 30 days");

        let case = world.issuer.list_open_cases("unjspf", None, None, 9).await.unwrap()[0].0.id.clone();
        let outcome = if upheld { "upheld" } else { "not-upheld" };
        let word =
            CaseDecision { outcome: outcome.into(), reason: "looked again".into(), ..Default::default() };
        world.issuer.decide_case(&named("ben"), &case, &word).await.unwrap();
        world.issuer.delete_expired().await.unwrap();
        assert!(browser.get(&page).await.text().contains("The pictures are erased."));
        let after = body(&world.get(&path).await);
        assert_eq!(after["appeal"]["state"], if upheld { "upheld" } else { "notUpheld" });
        assert_eq!(after["state"], if upheld { "confirmed" } else { "refused" });
        assert_eq!(after.get("receipt").is_some(), upheld);
        assert_eq!(after.get("credentialOfferUri").is_some(), upheld, "the certificate waits for the wallet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_appeal_is_the_same_one_and_shows_in_the_wallet() {
    let world = World::start().await;
    let person = registered(&world).await;
    let (_, path, _) = refused(&world).await;
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    let case = world.issuer.appeal(&named("clerk"), &page.receipts[0].id, "she called").await.unwrap();
    assert_eq!(body(&world.get(&path).await)["appeal"]["state"], "open");
    appeal(&world, &path, "It was me.").await;
    let cases = world.issuer.cases_of("unjspf", &person).await.unwrap();
    assert_eq!(cases.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [case.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_appealed_against_that_was_not_refused() {
    let world = World::start().await;
    let (id, path) = asked(&world).await;
    let words = json!({ "words": "why" });
    let send_words = |words: Value, path: String| {
        let world = &world;
        async move { problem(&world.post(&format!("{path}/appeal"), &words, None).await) }
    };
    assert_eq!(send_words(words.clone(), path.clone()).await, (409, "conflict".into()), "it is open");
    assert_eq!(body(&world.get(&path).await).get("appeal"), None);
    world.issuer.refuse_existence(&officer(), &id, "asked by mistake").await.unwrap();
    assert_eq!(
        send_words(words, path.clone()).await,
        (409, "conflict".into()),
        "it was taken back unanswered"
    );
    let long = json!({ "words": "x".repeat(2001) });
    assert_eq!(send_words(long, path.clone()).await, (400, "bad-request".into()));
    assert_eq!(send_words(json!({ "why": 1 }), path).await, (400, "json-shape".into()));
}
