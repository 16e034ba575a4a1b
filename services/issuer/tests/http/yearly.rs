//! The yearly proof at the wish of the person: a wallet's word, what it learns, and what a stranger does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use keys::Signer as _;
use outbound::Reply;
use serde_json::{Value, json};
use testkit::b64;

use crate::console::Browser;
use crate::enrolment::{choose, claimed, open, retiree, status};
use crate::existence::{Phone, send};
use crate::fund::{self, AMINA, BORIS, approved_list, at, night, officer, person, proof, prove, silent};
use crate::support::{Holder, ORIGIN, World, json as body, problem};

const UID: &str = "100000001";

/// What a wallet signs, with members replaced; null removes one.
fn word(world: &World, holder: &Holder, act: &str, changes: &Value) -> Value {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let now = clock::Clock::now(&world.clock);
    let mut payload = json!({"aud": format!("{ORIGIN}/t/unjspf"), "act": act, "iat": now.timestamp(),
        "jti": format!("identifier of a word {number}")});
    payload.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let header =
        json!({"typ": "passerelle-existence+jwt", "alg": "ES256", "jwk": holder.0.public_key().to_jwk()});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&payload));
    let signature = holder.0.sign_now(signed.as_bytes()).unwrap();
    json!({ "word": format!("{signed}.{}", b64(signature)) })
}

async fn say(world: &World, holder: &Holder, act: &str, secret: Option<&str>) -> Reply {
    let path = if act == "begin" { "/t/unjspf/existence/begin" } else { "/t/unjspf/existence/year" };
    world.post(path, &word(world, holder, act, &json!({})), secret).await
}

async fn look(world: &World, holder: &Holder) -> Value {
    let said = say(world, holder, "look", None).await;
    assert_eq!(said.status, 200, "{}", String::from_utf8_lossy(&said.body));
    body(&said)
}

async fn begin(world: &World, holder: &Holder) -> Value {
    let said = say(world, holder, "begin", None).await;
    assert_eq!(said.status, 200, "{}", String::from_utf8_lossy(&said.body));
    body(&said)
}

/// Binds this key to somebody as enrolment does: the person's record.
async fn bind(world: &World, subject: &str, id: &str, holder: &Holder) {
    let mut tx = world.issuer.store().write("bind").await.unwrap();
    let key = store_issuer::BoundKey {
        device_key: holder.thumbprint(),
        how: "enrolment".to_owned(),
        by: "officer".into(),
        at: clock::Clock::now(&world.clock),
    };
    tx.bind_key("unjspf", subject, id, &key).await.unwrap();
    tx.commit().await.unwrap();
}

/// Amina is on the register and enrolled with this phone.
async fn enrolled(world: &World, phone: &Phone) -> String {
    let subject = retiree(world, UID, "Amina").await;
    bind(world, &subject, "bound-1", &phone.holder).await;
    subject
}

fn path_of(said: &Value) -> String {
    said["requestUri"].as_str().unwrap().strip_prefix(ORIGIN).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_begins_answers_and_reads_that_the_year_is_done() {
    let world = fund::fund(&[AMINA, BORIS]).await;
    let mut phone = Phone::new(5);
    let subject = enrolled(&world, &phone).await;
    night(&world, "2026-03-02").await;
    let open = look(&world, &phone.holder).await;
    assert_eq!(
        (&open["stage"], &open["year"], &open["due"]),
        (&json!("open"), &json!(2026), &json!("2026-12-31"))
    );
    assert_eq!((&open["mayBegin"], &open["paymentOnHold"]), (&json!(true), &json!(false)));
    assert_eq!((&open["requestUri"], &open["usualDays"]), (&Value::Null, &json!(5)), "as the Fund says");

    let begun = begin(&world, &phone.holder).await;
    let path = path_of(&begun);
    assert_eq!(begin(&world, &phone.holder).await["requestUri"], begun["requestUri"], "the same question");
    let asked = world.issuer.ask(&officer("ann"), &subject).await.unwrap();
    let link = world.issuer.request_link(&officer("ann"), &asked).await.unwrap();
    assert_eq!(json!(link.uri), begun["requestUri"], "also when an officer asks");
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let acts = browser.get("/console/activity").await.text();
    assert!(acts.contains("asked for a proof of life") && acts.contains("The person"), "{acts}");

    let request = body(&world.get(&path).await);
    assert_eq!((&request["state"], &request["year"]), (&json!("open"), &json!(2026)));
    assert_eq!(send(&world, &path, &phone.answer(&request)).await.status, 200);
    let waits = look(&world, &phone.holder).await;
    assert_eq!((&waits["stage"], &waits["mayBegin"]), (&json!("withFund"), &json!(false)));
    assert_eq!(waits["requestUri"], begun["requestUri"], "the way back to it");
    assert_eq!(begin(&world, &phone.holder).await["requestUri"], begun["requestUri"]);
    let form = format!("/console/requests/{asked}/confirm");
    let confirmed = browser.post(&form, &[("channel", "call"), ("compared", "yes")]).await;
    assert_eq!(confirmed.status, 303);
    let done = look(&world, &phone.holder).await;
    assert_eq!((&done["stage"], &done["nextOpens"]), (&json!("done"), &json!("2027-01-02")));
    assert_eq!(done["receipt"]["channel"], "own-device");
    assert_eq!(problem(&say(&world, &phone.holder, "begin", None).await), (409, "proven-already".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_and_a_spent_or_wrong_word_learn_nothing() {
    let world = fund::fund(&[AMINA]).await;
    let phone = Phone::new(5);
    enrolled(&world, &phone).await;
    night(&world, "2026-03-02").await;
    let stranger = Holder::new(99);
    for act in ["look", "begin"] {
        assert_eq!(problem(&say(&world, &stranger, act, None).await), (403, "year-key-unknown".into()));
        let guessed = say(&world, &stranger, act, Some(&b64([1; 32]))).await;
        assert_eq!(problem(&guessed), (403, "year-key-unknown".into()));
    }
    let refused = (403, "year-word-refused".to_owned());
    let year = "/t/unjspf/existence/year";
    let old = clock::Clock::now(&world.clock).timestamp() - 600;
    for changes in [
        json!({"aud": format!("{ORIGIN}/t/undp")}),
        json!({"act": "begin"}),
        json!({"iat": old}),
        json!({"jti": "x"}),
    ] {
        let sent = world.post(year, &word(&world, &phone.holder, "look", &changes), None).await;
        assert_eq!(problem(&sent), refused, "{changes}");
    }
    let said = word(&world, &phone.holder, "look", &json!({}));
    assert_eq!(world.post(year, &said, None).await.status, 200);
    assert_eq!(problem(&world.post(year, &said, None).await), refused, "once");
    let forged = json!({"word": said["word"].as_str().unwrap().replace('.', ".e")});
    assert_eq!(problem(&world.post(year, &forged, None).await), refused);
    assert_eq!(
        problem(&world.post(year, &json!({"word": "x", "uid": UID}), None).await),
        (400, "bad-request".into())
    );
    assert_eq!(world.post("/t/undp/existence/year", &said, None).await.status, 404, "no Fund");
    // Another enrolment than the key's own is none of its business.
    let elsewhere = claimed(&world, "100482317", 9).await;
    let named = word(&world, &phone.holder, "look", &json!({"enrolment": elsewhere.id}));
    assert_eq!(problem(&world.post(year, &named, None).await), (403, "year-key-unknown".into()));
    assert_eq!(
        problem(&say(&world, &Holder::new(9), "look", Some(&elsewhere.secret)).await).0,
        403,
        "not bound yet"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_begin_reads_why_and_what_to_do() {
    let late = "100000003,Carla,Nobenefit,1960-05-05,ITA,it,one,2026-08-01,,";
    let world = fund::fund(&[AMINA, BORIS, late]).await;
    let phone = Phone::new(5);
    enrolled(&world, &phone).await;
    world.clock.set(at("2026-01-01", 12));
    assert_eq!(look(&world, &phone.holder).await["nextOpens"], "2026-01-02");
    assert_eq!(problem(&say(&world, &phone.holder, "begin", None).await), (409, "year-not-open".into()));
    world.clock.set(at("2026-01-02", 1));
    assert_eq!(look(&world, &phone.holder).await["stage"], "open", "before the first night");
    night(&world, "2026-07-01").await;

    let (outside, off) = (Holder::new(21), Holder::new(22));
    let carla = retiree(&world, "100000003", "Carla").await;
    bind(&world, &carla, "bound-2", &outside).await;
    let told = look(&world, &outside).await;
    assert_eq!((&told["stage"], told.get("datesMissing")), (&json!("notConcerned"), None));
    assert_eq!(problem(&say(&world, &outside, "begin", None).await), (409, "year-not-concerned".into()));
    let nobody = retiree(&world, "100000009", "Nobody").await;
    bind(&world, &nobody, "bound-3", &off).await;
    assert_eq!(problem(&say(&world, &off, "begin", None).await), (409, "year-not-concerned".into()));

    // A form is with the Fund: the same way in effect.
    let amina = person(&world, UID).await;
    let form = issuer::app::NewProof { accept: false, ..proof(&amina, 7, "2026-06-30") };
    world.issuer.enter_proof(&officer("ann"), &form).await.unwrap();
    assert_eq!(look(&world, &phone.holder).await["stage"], "withFund");
    assert_eq!(problem(&say(&world, &phone.holder, "begin", None).await), (409, "year-with-fund".into()));
    let newer = Holder::new(23);
    let subject =
        world.issuer.store().read().await.unwrap().find_subject_by_number("unjspf", UID).await.unwrap();
    bind(&world, &subject.unwrap().id, "bound-4", &newer).await;
    assert_eq!(problem(&say(&world, &phone.holder, "look", None).await), (403, "year-key-replaced".into()));
    assert_eq!(look(&world, &newer).await["stage"], "withFund");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_late_or_on_hold_reads_it_and_a_form_by_post_is_received_as_well() {
    let (world, amina) = silent().await;
    let phone = Phone::new(5);
    enrolled(&world, &phone).await;
    let late = look(&world, &phone.holder).await;
    assert_eq!(
        (&late["stage"], &late["year"], &late["proofYear"]),
        (&json!("late"), &json!(2026), &json!(2027))
    );
    assert_eq!((&late["heldFrom"], &late["mayBegin"]), (&json!("2027-06-01"), &json!(true)));
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    let held = look(&world, &phone.holder).await;
    assert_eq!(
        (&held["stage"], &held["paymentOnHold"], &held["mayBegin"]),
        (&json!("onHold"), &json!(true), &json!(true))
    );
    let begun = begin(&world, &phone.holder).await;
    assert_eq!(body(&world.get(&path_of(&begun)).await)["year"], 2027, "a proof of now, which closes both");
    world.clock.set(at("2027-06-02", 12));
    prove(&world, &amina, 8, "2027-06-02").await;
    let paid = look(&world, &phone.holder).await;
    assert_eq!((&paid["stage"], &paid["paymentOnHold"]), (&json!("done"), &json!(false)));
    assert_eq!(
        (&paid["receipt"]["channel"], &paid["receipt"]["years"]),
        (&json!("paper"), &json!([2026, 2027]))
    );
    assert_eq!((&paid["paymentResumes"], paid.get("datesMissing")), (&json!(true), None));

    // Nobody made the dates of that year: it asks nothing yet, which is not the same as asking nothing.
    world.clock.set(at("2029-07-01", 12));
    let later = look(&world, &phone.holder).await;
    assert_eq!((&later["stage"], &later["datesMissing"]), (&json!("notConcerned"), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_begins_by_the_secret_of_its_enrolment_and_an_old_enrolment_says_nothing() {
    let world = fund::fund(&[AMINA]).await;
    night(&world, "2026-03-02").await;
    let claimed = claimed(&world, UID, 5).await;
    let enrolment = claimed.id.clone();
    approve(&world, &enrolment).await;
    assert_eq!(look(&world, &Holder::new(5)).await["stage"], "open", "the key that was enrolled");
    let new = Holder::new(6);
    assert_eq!(problem(&say(&world, &new, "look", None).await), (403, "year-key-unknown".into()));
    let said = say(&world, &new, "begin", Some(&claimed.secret)).await;
    assert_eq!(said.status, 200, "{}", String::from_utf8_lossy(&said.body));
    world.clock.advance(Duration::minutes(1));
    let mut tx = world.issuer.store().read().await.unwrap();
    let subject = tx.find_enrolment("unjspf", &enrolment).await.unwrap().unwrap().subject_id;
    drop(tx);
    // The Fund invites anew and the other wallet is enrolled: the first one's secret is of the past.
    let code = world.issuer.invite_to_enrol(&crate::existence::officer(), &subject).await.unwrap().code;
    let secret = b64([8; 32]);
    let id =
        body(&crate::enrolment::claim(&world, UID, &code, &secret).await)["id"].as_str().unwrap().to_owned();
    let newer = crate::enrolment::Claimed::new(secret, id);
    crate::enrolment::name_key(&world, &newer, &Holder::new(8)).await;
    approve(&world, &newer.id).await;
    let refused = say(&world, &new, "look", Some(&claimed.secret)).await;
    assert_eq!(problem(&refused), (403, "year-key-unknown".into()));
    assert_eq!(problem(&say(&world, &Holder::new(5), "look", None).await), (403, "year-key-replaced".into()));
}

/// As two officers do it, without their pages.
async fn approve(world: &World, enrolment: &str) {
    let mut tx = world.issuer.store().write("approve").await.unwrap();
    let mut row = tx.find_enrolment("unjspf", enrolment).await.unwrap().unwrap();
    row.enrolment.stage = entitlement::enrolment::Stage::Approved;
    let device_key = row.enrolment.device_key.clone().unwrap();
    tx.replace_enrolment("unjspf", &row).await.unwrap();
    let at = clock::Clock::now(&world.clock);
    let key = store_issuer::BoundKey { device_key, how: "enrolment".into(), by: "officer".into(), at };
    tx.bind_key("unjspf", &row.subject_id, &format!("bound-{enrolment}"), &key).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_enrolled_books_a_talk_in_the_place_of_the_proof_as_long_as_a_year_asks() {
    let world = fund::fund(&[AMINA]).await;
    night(&world, "2026-03-02").await;
    let person = claimed(&world, UID, 5).await;
    approve(&world, &person.id).await;
    assert_eq!(status(&world, &person).await["slots"], json!([]));
    assert_eq!(world.post("/t/unjspf/enrolment/place", &json!({}), Some(&person.secret)).await.status, 200);
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let agenda = agent.get("/console/enrolment").await.text();
    assert!(
        agenda.contains("data-testid=\"kept-places\"") && agenda.contains("Amina"),
        "the place is kept, under the name of the register"
    );
    open(&world, &agent, 1, "video").await;
    let slot = status(&world, &person).await["slots"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(choose(&world, &person, Some(&slot)).await.status, 200);
    let booked = status(&world, &person).await;
    assert_eq!((&booked["appointment"]["slot"]["id"], &booked["placeKept"]), (&json!(slot), &json!(false)));
    assert!(agent.get("/console/enrolment").await.text().contains("data-testid=\"agenda\""));

    // The answer without pictures is confirmed after the call, and nobody waits for a talk any more.
    let mut phone = Phone::new(5);
    let begun = begin(&world, &phone.holder).await;
    let path = path_of(&begun);
    let request = body(&world.get(&path).await);
    assert_eq!(request["usualDays"], 5);
    assert_eq!(send(&world, &path, &phone.answer(&request)).await.status, 200);
    let id = request["id"].as_str().unwrap();
    let confirmed = agent
        .post(&format!("/console/requests/{id}/confirm"), &[("channel", "call"), ("compared", "yes")])
        .await;
    assert_eq!(confirmed.status, 303);
    let done = status(&world, &person).await;
    assert_eq!((&done["appointment"], &done["missed"]), (&Value::Null, &json!(false)));
    open(&world, &agent, 1, "visit").await;
    assert_eq!(status(&world, &person).await["slots"], json!([]), "no year asks");
    let refused = world.post("/t/unjspf/enrolment/place", &json!({}), Some(&person.secret)).await;
    assert_eq!(refused.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_is_enrolled_is_asked_once_and_the_wallet_finds_the_question() {
    let world = fund::fund(&[AMINA, BORIS]).await;
    let phone = Phone::new(5);
    enrolled(&world, &phone).await;
    retiree(&world, "100000002", "Boris").await;
    night(&world, "2026-03-02").await;
    let run = world.issuer.ask_everybody(&officer("ann")).await.unwrap();
    assert_eq!(world.issuer.ask_everybody(&officer("ben")).await.unwrap(), run, "the run that goes on");
    let tenant = world.tenant("unjspf");
    while world.issuer.ask_some(tenant).await.unwrap() {}
    let look = look(&world, &phone.holder).await;
    assert!(look["requestUri"].is_string(), "{look}");
    let runs = world.issuer.list_ask_runs("unjspf").await.unwrap();
    assert_eq!((runs[0].asked, runs[0].passed), (1, 0), "Boris is not enrolled");
    assert!(runs[0].finished_at.is_some());

    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    assert_eq!(flo.post("/console/fund/questions", &[]).await.status, 303);
    while world.issuer.ask_some(tenant).await.unwrap() {}
    let runs = world.issuer.list_ask_runs("unjspf").await.unwrap();
    assert_eq!((runs.len(), runs[0].asked, runs[0].passed), (2, 0, 1), "nobody is asked twice");
    assert_eq!(begin(&world, &phone.holder).await["requestUri"], look["requestUri"]);
    let page = flo.get("/console/fund/questions").await.text();
    assert!(page.contains("Needed no question") && page.contains("data-testid=\"ask-everybody\""), "{page}");
}
