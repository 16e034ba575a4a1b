//! Enrolment from the invitation to the bound key: a wallet's part and two officers' parts are played.

use chrono::Duration;
use issuance::import::Retiree;
use issuance::{Role, Roles};
use keys::Signer as _;
use outbound::Reply;
use serde_json::{Value, json};
use testkit::{b64, faces};
use wire::enrolment::device_key_input;

use crate::console::{Browser, between};
use crate::existence::{Phone, officer, send};
use crate::support::{Holder, ORIGIN, World, json as body, problem};

const UID: &str = "100482317";

/// What a wallet keeps of an enrolment.
pub struct Claimed {
    pub secret: String,
    code: String,
    pub id: String,
}

impl Claimed {
    pub fn new(secret: String, id: String) -> Self {
        Self { secret, code: String::new(), id }
    }
}

fn now(world: &World) -> clock::Timestamp {
    clock::Clock::now(&world.clock)
}

pub async fn retiree(world: &World, uid: &str, name: &str) -> String {
    let retiree = Retiree {
        uid: uid.into(),
        given_name: name.into(),
        family_name: "Ellison".into(),
        country: Some("GBR".into()),
        language: Some("fr".into()),
        email: None,
    };
    world.issuer.add_beneficiary(&officer(), retiree).await.unwrap()
}

pub async fn claim(world: &World, uid: &str, code: &str, secret: &str) -> Reply {
    let sent = json!({"uid": uid, "code": code, "secret": secret});
    world.post("/t/unjspf/enrolment", &sent, None).await
}

/// Somebody with a code, and a wallet that used it and named its key.
pub async fn claimed(world: &World, uid: &str, seed: u8) -> Claimed {
    let person = retiree(world, uid, "Margaret").await;
    let code = world.issuer.invite_to_enrol(&officer(), &person).await.unwrap().code;
    let secret = b64([seed; 32]);
    let status = body(&claim(world, uid, &code, &secret).await);
    let id = status["id"].as_str().unwrap().to_owned();
    let claimed = Claimed { secret, code, id };
    assert_eq!(name_key(world, &claimed, &Holder::new(seed.into())).await.status, 200);
    claimed
}

pub async fn name_key(world: &World, claimed: &Claimed, holder: &Holder) -> Reply {
    let signed = holder.0.sign_now(&device_key_input("did:passerelle:unjspf", &claimed.id)).unwrap();
    let key = json!({"holderKey": holder.0.public_key().to_jwk(), "signature": b64(signed)});
    world.post("/t/unjspf/enrolment/device-key", &key, Some(&claimed.secret)).await
}

pub async fn status(world: &World, claimed: &Claimed) -> Value {
    // The wallet's own GET, with its secret as the bearer token.
    let headers = [("authorization", format!("Bearer {}", claimed.secret))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = testkit::Agent::new()
        .send("GET".parse().unwrap(), world.url("/t/unjspf/enrolment"), &headers, Vec::new())
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json().unwrap()
}

pub async fn choose(world: &World, claimed: &Claimed, slot: Option<&str>) -> Reply {
    world.post("/t/unjspf/enrolment/appointment", &json!({ "slot": slot }), Some(&claimed.secret)).await
}

/// Opens so many times of twenty minutes in an hour, at the console.
pub async fn open(world: &World, browser: &Browser, count: u32, way: &str) {
    let starts = (now(world) + Duration::hours(1)).format("%Y-%m-%dT%H:%M").to_string();
    let count = count.to_string();
    let fields = [
        ("starts", starts.as_str()),
        ("zone", "0"),
        ("minutes", "20"),
        ("count", &count),
        ("language", "fr"),
        ("way", way),
    ];
    let opened = browser.post("/console/enrolment/slots", &fields).await;
    assert_eq!(Browser::path_of(&opened), "/console/enrolment?done=opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_enrolled_with_two_officers_and_one_good_face() {
    let world = World::start_seeing().await;
    let mut agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let person = retiree(&world, UID, "Margaret").await;
    let invited = agent.post(&format!("/console/retirees/{person}/enrolment"), &[]).await;
    assert_eq!(invited.status, 200);
    let page = invited.text();
    let code = between(&page, "data-testid=\"code\">", "<").to_owned();
    let link = between(&page, "data-testid=\"enrol-link\">", "<");
    assert!(
        link.starts_with("http://wallet.test/enrol?fund=") && !link.contains(&code) && !link.contains(UID)
    );

    let secret = b64([7; 32]);
    let status_of = claim(&world, UID, &code.to_lowercase().replace('-', " "), &secret).await;
    let first = body(&status_of);
    assert_eq!((&first["state"], &first["givenName"]), (&json!("claimed"), &json!("Margaret")));
    let claimed = Claimed { id: first["id"].as_str().unwrap().to_owned(), secret, code };
    let phone = Phone::new(5);
    assert_eq!(name_key(&world, &claimed, &phone.holder).await.status, 200);
    open(&world, &agent, 2, "video").await;
    let slot = status(&world, &claimed).await["slots"][0]["id"].as_str().unwrap().to_owned();
    let booked = body(&choose(&world, &claimed, Some(&slot)).await);
    assert_eq!(
        (&booked["appointment"]["slot"]["id"], &booked["appointment"]["callOpen"]),
        (&json!(slot), &json!(false))
    );
    let agenda = agent.get("/console/enrolment").await.text();
    assert!(agenda.contains("Margaret Ellison") && agenda.contains("data-zone"));

    world.clock.advance(Duration::minutes(61));
    agent.sign_in().await;
    assert_eq!(status(&world, &claimed).await["appointment"]["callOpen"], true);
    let desk = format!("/console/enrolment/{}", claimed.id);
    let propose = format!("{desk}/propose");
    let early = agent.post(&propose, &[("words", "sure")]).await;
    assert!(early.status == 422 && early.text().contains("No identity document was recorded yet"));
    let document = [("kind", "passport"), ("number", "AK 12345"), ("state", "gbr")];
    let expired = [&document[..], &[("expires", "2020-01-01")]].concat();
    let refused = agent.post(&format!("{desk}/document"), &expired).await;
    assert!(refused.status == 422 && refused.text().contains("The document has expired"));
    let good = [&document[..], &[("expires", "2035-01-01")]].concat();
    assert_eq!(
        Browser::path_of(&agent.post(&format!("{desk}/document"), &good).await),
        format!("{desk}?done=document")
    );
    let early = agent.post(&propose, &[("words", "sure")]).await;
    assert!(early.status == 422 && early.text().contains("There is no reference picture yet"));
    let picture = format!("{desk}/picture");
    let cloth = agent.upload(&picture, "x.jpg", &faces::empty()).await;
    assert!(
        cloth.status == 422 && cloth.text().contains("There is no face in the picture"),
        "{}",
        cloth.text()
    );
    let taken = agent.upload(&picture, "face.jpg", &faces::closer(&faces::turn(92))).await;
    assert_eq!(Browser::path_of(&taken), format!("{desk}?done=picture"));
    assert!(
        world.issuer.portrait_of(world.tenant("unjspf"), &person).await.unwrap().is_none(),
        "not before two agree"
    );
    assert_eq!(
        agent.post(&format!("{desk}/notes"), &[("words", "her son helped with the camera")]).await.status,
        303
    );
    let unsure = agent.post(&propose, &[("words", " ")]).await;
    assert!(unsure.status == 422 && unsure.text().contains("Say why in a few words"));
    assert_eq!(
        Browser::path_of(&agent.post(&propose, &[("words", "same face as in the passport")]).await),
        format!("{desk}?done=proposed")
    );
    assert_eq!(status(&world, &claimed).await["state"], "proposed");

    let decision = format!("{desk}/decision");
    let own = agent.post(&decision, &[("decision", "approve"), ("words", "me again")]).await;
    assert!(own.status == 422 && own.text().contains("ask a colleague"), "{}", own.text());
    let clerk = Browser::officer_as(&world, "unjspf", "Clerk", Roles::of(&[Role::Officer])).await;
    assert_eq!(clerk.post(&decision, &[("decision", "approve"), ("words", "ok")]).await.status, 403);
    let second = Browser::officer_as(&world, "unjspf", "Ben Second", Roles::of(&[Role::Approver])).await;
    let page = second.get(&desk).await.text();
    for seen in ["data:image/jpeg;base64,", "AK12345", "her son helped", "same face as in the passport"] {
        assert!(page.contains(seen), "{seen}");
    }
    let approved = second.post(&decision, &[("decision", "approve"), ("words", "I agree")]).await;
    assert_eq!(Browser::path_of(&approved), "/console/enrolment?done=decided");
    assert_eq!(status(&world, &claimed).await["state"], "approved");
    assert!(world.issuer.portrait_of(world.tenant("unjspf"), &person).await.unwrap().is_some());
    let bound = world.issuer.bound_key("unjspf", &person).await.unwrap().unwrap();
    assert_eq!((bound.device_key, bound.how.as_str()), (phone.holder.thumbprint(), "enrolment"));
    assert_eq!(
        second.post(&decision, &[("decision", "refuse"), ("why", "face"), ("words", "late")]).await.status,
        422
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_dies_of_guesses_and_time() {
    let world = World::start().await;
    let person = retiree(&world, UID, "Margaret").await;
    let code = world.issuer.invite_to_enrol(&officer(), &person).await.unwrap().code;
    let (mine, other) = (b64([1; 32]), b64([2; 32]));
    let refused = (403, "invitation-refused".to_owned());
    assert_eq!(problem(&claim(&world, "999999999", &code, &mine).await), refused, "an unknown number");
    assert_eq!(problem(&claim(&world, UID, "00000-00000", &mine).await), refused, "a wrong code");
    assert_eq!(problem(&claim(&world, UID, "", &mine).await), refused);
    assert_eq!(claim(&world, UID, &code, "short").await.status, 400);
    assert_eq!(claim(&world, UID, &code, &mine).await.status, 200);
    assert_eq!(claim(&world, UID, &code, &mine).await.status, 200, "the answer was lost on its way");
    assert_eq!(problem(&claim(&world, UID, &code, &other).await), refused, "single use");

    let code = world.issuer.invite_to_enrol(&officer(), &person).await.unwrap().code;
    for _ in 0..10 {
        assert_eq!(problem(&claim(&world, UID, "11111-11111", &other).await), refused);
    }
    assert_eq!(problem(&claim(&world, UID, &code, &other).await), refused, "ten guesses");
    let code = world.issuer.invite_to_enrol(&officer(), &person).await.unwrap().code;
    world.clock.advance(Duration::days(45));
    assert_eq!(problem(&claim(&world, UID, &code, &other).await), refused, "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_key_has_to_prove_itself_for_this_enrolment() {
    let world = World::start().await;
    let one = claimed(&world, UID, 1).await;
    let two = claimed(&world, "100482318", 2).await;
    let holder = Holder::new(3);
    let mixed = Claimed { secret: one.secret.clone(), code: one.code.clone(), id: two.id };
    assert_eq!(name_key(&world, &mixed, &holder).await.status, 400, "signed for another enrolment");
    let forged = Claimed { secret: b64([9; 32]), code: one.code.clone(), id: one.id.clone() };
    assert_eq!(name_key(&world, &forged, &holder).await.status, 401, "nobody's secret");
    assert_eq!(
        name_key(&world, &one, &holder).await.status,
        200,
        "another phone, before anything is proposed"
    );
    assert_eq!(status(&world, &one).await["deviceKey"], holder.thumbprint());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_given_once_and_moves_and_goes_back() {
    let world = World::start().await;
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    open(&world, &agent, 2, "video").await;
    open(&world, &agent, 2, "video").await;
    let (one, two) = (claimed(&world, UID, 1).await, claimed(&world, "100482318", 2).await);
    let slots = status(&world, &one).await["slots"].clone();
    assert_eq!(slots.as_array().unwrap().len(), 2, "opened twice is opened once");
    let (first, last) = (slots[0]["id"].as_str().unwrap(), slots[1]["id"].as_str().unwrap());
    let (a, b) = tokio::join!(choose(&world, &one, Some(first)), choose(&world, &two, Some(first)));
    let mut both = [a.status, b.status];
    both.sort_unstable();
    assert_eq!(both, [200, 409], "one of two gets it");
    let (has, lost) = if a.status == 200 { (&one, &two) } else { (&two, &one) };
    assert_eq!(choose(&world, has, Some(first)).await.status, 200, "the same again changes nothing");
    assert_eq!(problem(&choose(&world, lost, Some("nothing")).await), (409, "time-taken".into()));
    assert_eq!(body(&choose(&world, has, Some(last)).await)["appointment"]["slot"]["id"], last, "moved");
    assert_eq!(choose(&world, lost, Some(first)).await.status, 200, "what was left is free again");
    assert_eq!(problem(&choose(&world, lost, Some(last)).await), (409, "time-taken".into()));
    assert_eq!(
        status(&world, lost).await["appointment"]["slot"]["id"],
        first,
        "a refused move loses nothing"
    );
    let cancelled = body(&choose(&world, lost, None).await);
    assert!(cancelled.get("appointment").is_none() && cancelled["slots"].as_array().unwrap().len() == 1);
    world.clock.advance(Duration::minutes(90));
    assert_eq!(choose(&world, has, None).await.status, 409, "it has begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_in_one_place_at_a_time() {
    let world = World::start().await;
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    open(&world, &agent, 2, "video").await;
    let starts = (now(&world) + Duration::minutes(70)).format("%Y-%m-%dT%H:%M").to_string();
    let fields = [
        ("starts", starts.as_str()),
        ("zone", "0"),
        ("minutes", "20"),
        ("count", "1"),
        ("language", "fr"),
        ("way", "visit"),
    ];
    let overlapping = agent.post("/console/enrolment/slots", &fields).await;
    assert!(overlapping.status == 422 && overlapping.text().contains("overlaps"), "{}", overlapping.text());
    let past = [
        ("starts", "2020-01-01T09:00"),
        ("zone", "0"),
        ("minutes", "20"),
        ("count", "1"),
        ("language", "fr"),
        ("way", "visit"),
    ];
    assert_eq!(agent.post("/console/enrolment/slots", &past).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_no_time_keeps_a_place_and_chooses_first() {
    let world = World::start().await;
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (waits, comes) = (claimed(&world, UID, 1).await, claimed(&world, "100482318", 2).await);
    let before = status(&world, &waits).await;
    assert_eq!((&before["noneBeforeDue"], &before["placeKept"]), (&json!(true), &json!(false)));
    assert!(
        agent.get("/console/enrolment").await.text().contains("No appointment is left before the due date")
    );
    let kept = world.post("/t/unjspf/enrolment/place", &json!({}), Some(&waits.secret)).await;
    assert_eq!(body(&kept)["placeKept"], true);
    open(&world, &agent, 1, "visit").await;
    let page = agent.get("/console/enrolment").await.text();
    assert!(
        page.contains("There are fewer appointments than people who need one")
            && page.contains("kept-places")
    );
    let languages = page.split("supply-by-language").nth(1).unwrap();
    assert!(languages.contains("French") && languages.contains("Too few"), "one for two people: {languages}");
    let slots = status(&world, &waits).await["slots"].clone();
    assert_eq!(status(&world, &comes).await["slots"], json!([]), "for a day it is for those who wait");
    let slot = slots[0]["id"].as_str().unwrap();
    assert_eq!(problem(&choose(&world, &comes, Some(slot)).await), (409, "time-taken".into()));
    assert_eq!(body(&choose(&world, &waits, Some(slot)).await)["placeKept"], false);
}

/// The few that fit best are shown at once; whoever can have none of them pages through all.
#[tokio::test(flavor = "multi_thread")]
async fn free_times_are_paged_for_the_person_and_for_officers() {
    let world = World::start().await;
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let person = claimed(&world, UID, 1).await;
    open(&world, &agent, 60, "visit").await;
    let few = status(&world, &person).await;
    assert!(few["slots"].as_array().unwrap().len() < 60 && few["moreTimes"] == true, "{few}");
    let times = async |after: &str, secret: &str| {
        let bearer = format!("Bearer {secret}");
        let url = world.url(&format!("/t/unjspf/enrolment/times{after}"));
        let headers = [("authorization", bearer.as_str())];
        testkit::Agent::new().send("GET".parse().unwrap(), url, &headers, Vec::new()).await.unwrap()
    };
    let first: Value = times("", &person.secret).await.json().unwrap();
    let next = first["next"].as_str().unwrap();
    let second: Value = times(&format!("?after={next}"), &person.secret).await.json().unwrap();
    assert_eq!(second.get("next"), None);
    let pages = [&first, &second].map(|page| page["slots"].as_array().unwrap().clone());
    assert_eq!(pages.each_ref().map(Vec::len), [50, 10]);
    let all = pages.concat();
    assert!(all.is_sorted_by_key(|slot| slot["startsAt"].as_str().map(str::to_owned)));
    let ids: std::collections::BTreeSet<_> = all.iter().map(|slot| slot["id"].as_str()).collect();
    assert_eq!(ids.len(), 60, "each once");
    assert_eq!(times("?after=yesterday", &person.secret).await.status, 400);
    assert_eq!(times("", "a-stranger").await.status, 401);
    let last = all.last().unwrap()["id"].as_str();
    assert_eq!(choose(&world, &person, last).await.status, 200, "whatever was listed can be had");

    let page = agent.get("/console/enrolment").await.text();
    assert_eq!(page.matches("/close\"").count(), 50, "{page}");
    let later = between(&page, "<a class=\"button secondary\" href=\"/console/enrolment?free=", "\"");
    let later = later.replace("&#35;", "#").split('#').next().unwrap().to_owned();
    let page = agent.get(&format!("/console/enrolment?free={later}")).await.text();
    assert_eq!(page.matches("/close\"").count(), 9, "one is taken: {page}");
    assert!(page.contains("To the start") && !page.contains("free-next"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_not_come_books_again() {
    let world = World::start().await;
    let mut agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let person = claimed(&world, UID, 1).await;
    open(&world, &agent, 2, "visit").await;
    let slots = status(&world, &person).await["slots"].clone();
    let booked = body(&choose(&world, &person, slots[0]["id"].as_str()).await);
    let appointment = booked["appointment"]["id"].as_str().unwrap().to_owned();
    let missed = format!("/console/enrolment/appointments/{appointment}/missed");
    assert_eq!(agent.post(&missed, &[]).await.status, 400, "it has not begun");
    world.clock.advance(Duration::minutes(65));
    agent.sign_in().await;
    assert_eq!(agent.post(&missed, &[]).await.status, 303);
    let after = status(&world, &person).await;
    assert!(after["missed"] == true && after.get("appointment").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_that_nobody_wrote_about_is_no_dead_end() {
    let world = World::start().await;
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let person = claimed(&world, UID, 1).await;
    open(&world, &agent, 12, "visit").await;
    let slots = status(&world, &person).await["slots"].clone();
    choose(&world, &person, slots[0]["id"].as_str()).await;
    world.clock.advance(Duration::minutes(60 + 20 + 59));
    assert!(status(&world, &person).await.get("appointment").is_some());
    world.clock.advance(Duration::minutes(1));
    let after = status(&world, &person).await;
    assert!(after["missed"] == true && after.get("appointment").is_none(), "{after}");
    let last = after["slots"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
    assert_eq!(body(&choose(&world, &person, Some(last)).await)["appointment"]["slot"]["id"], last);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_of_one_appointment_hear_each_other_and_nobody_else_does() {
    let world = World::start().await;
    let mut agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (person, other) = (claimed(&world, UID, 1).await, claimed(&world, "100482318", 2).await);
    open(&world, &agent, 2, "video").await;
    let slots = status(&world, &person).await["slots"].clone();
    let booked = body(&choose(&world, &person, slots[0]["id"].as_str()).await);
    choose(&world, &other, slots[1]["id"].as_str()).await;
    let id = booked["appointment"]["id"].as_str().unwrap();
    let (begin, signals) = (
        format!("/console/enrolment/appointments/{id}/call"),
        format!("/console/enrolment/appointments/{id}/signals"),
    );
    let said = json!({"send": ["hello"], "after": 0});
    let path = "/t/unjspf/enrolment/signals";
    assert_eq!(world.post(path, &said, Some(&person.secret)).await.status, 409, "too early");
    world.clock.advance(Duration::minutes(71));
    agent.sign_in().await;
    assert_eq!(agent.json(&begin, &json!({})).await.status, 200);
    assert_eq!(agent.json(&signals, &json!({"send": ["ready", "set"], "after": 0})).await.status, 200);
    let heard = body(&world.post(path, &said, Some(&person.secret)).await);
    let bodies: Vec<_> = heard["signals"].as_array().unwrap().iter().map(|it| it["body"].clone()).collect();
    assert_eq!((bodies, &heard["iceServers"]), (vec![json!("ready"), json!("set")], &json!([])));
    let after = heard["signals"][1]["number"].clone();
    let again = world.post(path, &json!({"send": [], "after": after}), Some(&person.secret)).await;
    assert_eq!(body(&again)["signals"], json!([]));
    let back = agent.json(&signals, &json!({"after": 0})).await.json().unwrap();
    assert_eq!(back["signals"][0]["body"], "hello");
    let elsewhere = body(&world.post(path, &json!({"after": 0}), Some(&other.secret)).await);
    assert_eq!(elsewhere["signals"], json!([]), "another appointment");
    let large = json!({"send": ["x".repeat(16 * 1024 + 1)], "after": 0});
    assert_eq!(world.post(path, &large, Some(&person.secret)).await.status, 400);
    let many = json!({"send": vec!["x"; 33], "after": 0});
    assert_eq!(world.post(path, &many, Some(&person.secret)).await.status, 400);

    agent.json(&begin, &json!({})).await;
    let fresh = body(&world.post(path, &json!({"after": 0}), Some(&person.secret)).await);
    assert_eq!(fresh["signals"], json!([]), "a call that begins anew forgets the one before");
    agent.json(&signals, &json!({"send": ["ready again"], "after": 0})).await;
    let later = body(&world.post(path, &json!({"after": after}), Some(&person.secret)).await);
    assert_eq!(later["signals"][0]["body"], "ready again", "numbers grow on");
    world.clock.advance(Duration::hours(3));
    assert_eq!(world.post(path, &said, Some(&person.secret)).await.status, 409, "over");
    world.issuer.delete_expired().await.unwrap();
    let mut tx = world.issuer.store().read().await.unwrap();
    assert!(tx.list_signals("unjspf", id, ("agent", 0)).await.unwrap().is_empty(), "erased");
}

/// A question to somebody who was enrolled with the first phone: its id, its path, the request.
pub async fn asked_after_enrolment(world: &World, phone: &Phone) -> (String, String, Value) {
    let person = retiree(world, UID, "Margaret").await;
    let mut tx = world.issuer.store().write("bind").await.unwrap();
    let (device_key, how) = (phone.holder.thumbprint(), "enrolment".to_owned());
    let key = store_issuer::BoundKey { device_key, how, by: "officer".into(), at: now(world) };
    tx.bind_key("unjspf", &person, "bound-1", &key).await.unwrap();
    tx.commit().await.unwrap();
    let id = world.issuer.ask(&officer(), &person).await.unwrap();
    let link = world.issuer.request_link(&officer(), &id).await.unwrap();
    let path = link.uri.strip_prefix(ORIGIN).unwrap().to_owned();
    let request = body(&world.get(&path).await);
    (id, path, request)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_by_another_key_binds_it_after_a_call() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (old, mut new) = (Phone::new(5), Phone::new(6));
    let (id, path, request) = asked_after_enrolment(&world, &old).await;
    assert_eq!(send(&world, &path, &new.answer(&request)).await.status, 200);
    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("data-testid=\"new-key\""), "the officer sees that the key is another one");
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let form = format!("/console/requests/{id}/confirm");
    Browser::path_of(&browser.post(&form, &[("channel", "call"), ("compared", "yes")]).await);
    let bound = world.issuer.bound_key("unjspf", &person).await.unwrap().unwrap();
    assert_eq!((bound.device_key, bound.how.as_str()), (new.holder.thumbprint(), "call"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_by_the_bound_key_changes_nothing() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let mut phone = Phone::new(5);
    let (id, path, request) = asked_after_enrolment(&world, &phone).await;
    assert_eq!(send(&world, &path, &phone.answer(&request)).await.status, 200);
    assert!(
        !browser.get(&format!("/console/requests/{id}")).await.text().contains("data-testid=\"new-key\"")
    );
    let form = format!("/console/requests/{id}/confirm");
    Browser::path_of(&browser.post(&form, &[("channel", "visit"), ("compared", "yes")]).await);
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    assert_eq!(world.issuer.bound_key("unjspf", &person).await.unwrap().unwrap().how, "enrolment");
}
