//! Proofs that came without the place that a pension depends on: they stand, and the place is asked for until it comes.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::Duration;
use issuer::app::{CaseDecision, CaseType, LetterSettings};
use mail_sink::{Letter, Sink, listen};
use serde_json::{Value, json};

use crate::captures::{asked_with_picture, following, with};
use crate::console::Browser;
use crate::existence::{Phone, asked, send};
use crate::fund::{self, at, officer};
use crate::support::{ORIGIN, World, json as body, problem};

const TWO_TRACK: &str = "100482317,Margaret,Ellison,1945-03-03,GBR,en,two,2008-01-01,,";
const ONE_TRACK: &str = "100482317,Margaret,Ellison,1945-03-03,GBR,en,one,2008-01-01,,";

async fn cases(world: &World) -> Vec<(String, String)> {
    let person = fund::person(world, "100482317").await;
    let rows = world.issuer.cases_of("unjspf", &person).await.unwrap();
    let mut cases: Vec<_> =
        rows.into_iter().map(|row| (row.kind, row.outcome.unwrap_or(row.state))).collect();
    cases.sort();
    cases
}

fn pair(kind: &str, state: &str) -> (String, String) {
    (kind.to_owned(), state.to_owned())
}

/// The question for the place alone: its path, and what the wallet sees.
async fn asked_again(world: &World, path: &str) -> (String, Value) {
    let link = body(&world.post(&format!("{path}/place"), &json!({}), None).await);
    let second = link["requestUri"].as_str().unwrap().strip_prefix(ORIGIN).unwrap().to_owned();
    let request = body(&world.get(&second).await);
    (second, request)
}

#[tokio::test(flavor = "multi_thread")]
async fn person_without_a_place_hears_of_it_and_shows_it_with_the_same_phone() {
    let world = World::start_seeing().await;
    fund::import(&world, &[TWO_TRACK]).await;
    let (browser, id, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let answered = body(&send(&world, &path, &phone.answer(&request)).await);
    assert_eq!(answered["state"], "answered");
    let due = answered["place"]["dueAt"].as_str().unwrap().parse::<clock::Timestamp>().unwrap();
    assert_eq!(due, clock::Clock::now(&world.clock) + Duration::days(30));
    assert_eq!(cases(&world).await, [pair("place", "open")]);
    world.issuer.confirm_existence(&officer("ann"), &id, entitlement::Channel::Call, "").await.unwrap();
    let confirmed = body(&world.get(&path).await);
    assert_eq!((&confirmed["state"], confirmed["receipt"].is_object()), (&json!("confirmed"), true));
    assert!(confirmed["place"].is_object(), "the life is proven, the place is not");
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let page = browser.get(&format!("/console/retirees/{person}")).await.text();
    assert!(!page.contains("Nothing more is needed"));
    let open = world.issuer.list_open_cases("unjspf", Some(CaseType::Place), None, 9).await.unwrap();
    let case = browser.get(&format!("/console/fund/cases/{}", open[0].0.id)).await.text();
    assert!(case.contains("The proof of life stands.") && case.contains("Ask once more"), "{case}");
    assert!(page.contains("The place is missing.") && page.contains("Ask for the place"), "{page}");
    assert!(browser.get("/console/fund/cases?kind=place").await.text().contains("Margaret"));

    let (second, asks) = asked_again(&world, &path).await;
    assert_eq!((&asks["state"], &asks["capture"]["locationRequired"]), (&json!("open"), &json!(true)));
    assert_eq!(asked_again(&world, &path).await.0, second, "asked again it is the same");
    let stranger = with(&mut Phone::new(6), &asks, &following(&asks), Some((515, -1)));
    assert_eq!(send(&world, &second, &stranger).await.status, 409, "another phone says nothing of her place");
    let none = with(&mut phone, &asks, &following(&asks), None);
    assert_eq!(send(&world, &second, &none).await.status, 409, "again without a place");
    assert_eq!(cases(&world).await, [pair("place", "open")]);

    let shown = with(&mut phone, &asks, &following(&asks), Some((515, -1)));
    let taken = body(&send(&world, &second, &shown).await);
    assert_eq!((&taken["state"], taken.get("place")), (&json!("confirmed"), None), "{taken}");
    assert_eq!(cases(&world).await, [pair("place", "place-came")]);
    for link in [&path, &second] {
        let seen = body(&world.get(link).await);
        assert_eq!((&seen["state"], seen.get("place")), (&json!("confirmed"), None));
        assert_eq!(seen["receipt"]["reference"], confirmed["receipt"]["reference"], "one proof, one receipt");
    }
    let over = world.post(&format!("{path}/place"), &json!({}), None).await;
    assert_eq!(problem(&over), (409, "proven-already".into()));
    let register = fund::person(&world, "100482317").await;
    let export = world.issuer.export_journal(&officer("eve"), &register).await.unwrap();
    let journal = serde_json::to_string(&export).unwrap();
    assert!(journal.contains("notGiven") && journal.contains("matches"), "{journal}");
    assert!(entitlement::journal::verify(&export).holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_country_opens_the_case_about_it_and_a_refused_proof_asks_for_nothing() {
    let world = World::start_seeing().await;
    fund::import(&world, &[TWO_TRACK]).await;
    let (_, id, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let nowhere = with(&mut phone, &request, &following(&request), Some((0, 0)));
    let answered = body(&send(&world, &path, &nowhere).await);
    assert_eq!((&answered["state"], answered["place"].is_object()), (&json!("answered"), true), "0 N 0 E");
    let (second, asks) = asked_again(&world, &path).await;
    let paris = with(&mut phone, &asks, &following(&asks), Some((489, 23)));
    assert_eq!(body(&send(&world, &second, &paris).await)["state"], "answered", "an officer has not decided");
    assert_eq!(cases(&world).await, [pair("place", "place-differs"), pair("residence", "open")]);
    let note = body(&world.get(&path).await)["residence"].clone();
    let due = note["dueAt"].as_str().unwrap().parse::<clock::Timestamp>().unwrap();
    assert_eq!((&note["state"], due), (&json!("open"), clock::Clock::now(&world.clock) + Duration::days(30)));
    assert_eq!(note.get("telephone"), None, "nobody has said which number");
    world.issuer.confirm_existence(&officer("ann"), &id, entitlement::Channel::Call, "").await.unwrap();
    let letters =
        LetterSettings { telephone: "+1 212 963 6931".into(), return_address: "1 Plaza, New York".into() };
    world.issuer.put_letter_settings(&officer("eve"), &letters).await.unwrap();
    let confirmed = body(&world.get(&path).await);
    assert_eq!(confirmed["state"], "confirmed", "the proof of life stands");
    assert_eq!(confirmed["residence"]["telephone"], "+1 212 963 6931");
    assert!(!confirmed["residence"].to_string().contains("FR"), "no country is named");
    // Two officers find that she has moved, and the pension system reads where to.
    let person = fund::person(&world, "100482317").await;
    let open = world.issuer.cases_of("unjspf", &person).await.unwrap();
    let open = open.into_iter().find(|it| it.kind == "residence").unwrap();
    let moved =
        CaseDecision { outcome: "moved".into(), reason: "she says so".into(), ..CaseDecision::default() };
    world.issuer.decide_case(&officer("ann"), &open.id, &moved).await.unwrap();
    let still = body(&world.get(&path).await)["residence"]["state"].clone();
    assert_eq!(still, "open", "one officer's proposal decides nothing");
    world.issuer.answer_case(&officer("ben"), &open.id, true, "").await.unwrap();
    let ended = body(&world.get(&path).await)["residence"].clone();
    assert_eq!((&ended["state"], ended.get("dueAt")), (&json!("moved"), None));
    assert!(ended["closedAt"].is_string(), "{ended}");
    let file = world.issuer.make_payroll_changes(&officer("eve")).await.unwrap().unwrap();
    let said: Vec<_> = file.changes.iter().map(|it| (it.change.as_str(), it.country.as_deref())).collect();
    assert_eq!(said, [("moved", Some("FRA"))]);

    let world = World::start().await;
    fund::import(&world, &[TWO_TRACK]).await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    send(&world, &path, &Phone::new(5).answer(&request)).await;
    assert_eq!(cases(&world).await, [pair("place", "open")]);
    world.issuer.refuse_existence(&officer("ann"), &id, "it was somebody else").await.unwrap();
    assert_eq!(cases(&world).await, [pair("place", "proof-refused")]);
    assert_eq!(body(&world.get(&path).await).get("place"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn message_leaves_by_day_and_an_officer_ends_it_by_a_paper_and_one_track_hears_nothing() {
    let sink = Arc::new(Sink::default());
    let listening = listen(&sink, &[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
    let world = World::start_with_mail(listening.addresses[0]).await;
    world.clock.set(at("2026-07-20", 4));
    fund::import(&world, &[TWO_TRACK]).await;
    let (id, path) = asked(&world).await;
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    flo.post(&format!("/console/people/{person}/contact"), &[("email", "m@example.org")]).await;
    let request = body(&world.get(&path).await);
    send(&world, &path, &Phone::new(5).answer(&request)).await;
    let letters = async || -> Vec<Letter> {
        world.issuer.send_messages(world.tenant("unjspf")).await.unwrap();
        sink.letters().into_iter().filter(|letter| letter.subject.contains("needs your place")).collect()
    };
    assert_eq!(letters().await.len(), 0, "it is five in the morning there");
    world.clock.set(at("2026-07-20", 10));
    let told = letters().await;
    assert_eq!(told.len(), 1);
    for words in ["an authority says", "19 August 2026", "Your payment goes on"] {
        assert!(told[0].text.contains(words), "{words}: {}", told[0].text);
    }
    assert_eq!(letters().await.len(), 1, "once");

    let open = world.issuer.list_open_cases("unjspf", Some(CaseType::Place), None, 9).await.unwrap();
    let decision = CaseDecision {
        outcome: "shown".into(),
        reason: "the town hall writes where she lives".into(),
        documents: vec!["ab".repeat(32)],
        ..CaseDecision::default()
    };
    world.issuer.decide_case(&officer("ann"), &open[0].0.id, &decision).await.unwrap();
    assert_eq!(cases(&world).await, [pair("place", "shown")]);
    assert_eq!(body(&world.get(&path).await).get("place"), None);

    let world = World::start().await;
    fund::import(&world, &[ONE_TRACK]).await;
    let (_, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let answered = body(&send(&world, &path, &Phone::new(5).answer(&request)).await);
    assert_eq!((&answered["state"], answered.get("place")), (&json!("answered"), None));
    assert_eq!(cases(&world).await, []);
}
