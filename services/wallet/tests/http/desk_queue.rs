//! The yearly proof at a station whose line is gone: prepared, sealed, brought once.

use chrono::Duration;
use credential::jwe::{Encryption, Recipient};
use serde_json::{Value, json};
use testkit::{Answer, b64, unb64};

use crate::assisted::newcomer;
use crate::custody::{PIN, activity, enter, opened};
use crate::world::{Person, World, problem};

const JPEG: [u8; 4] = [0xff, 0xd8, 0xff, 7];

/// A visit at a station with the yearly proof open, what the station has to take it with, and the address of the proof.
pub async fn prepared(world: &World) -> (Person, String, String, Value) {
    let (desk, number) = opened(world).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let station = json!({ "name": "Dakar office", "country": "SEN" });
    desk.post("/v1/officers/stations", station).await.expect(201).unwrap();
    enter(&desk, &number, PIN).await.expect(200).unwrap();
    let body = json!({ "requestUri": world.existence_uri() });
    let request = desk.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    let base = format!("/v1/existence/{}", request["id"].as_str().unwrap());
    let ready = desk.post(&format!("{base}/desk/prepared"), json!({})).await;
    let ready = ready.expect(201).unwrap().json().unwrap();
    (desk, number, base, ready)
}

pub fn proof(ready: &Value, pin: &str, at: &str) -> Value {
    json!({ "id": ready["id"], "pin": pin, "recognisedBy": "document", "capturedAt": at,
        "frames": [{ "millis": 0, "jpeg": b64(JPEG) }] })
}

/// As the station seals it.
pub fn seal(ready: &Value, content: &Value) -> String {
    let to = Recipient::from_jwk(&ready["key"]).unwrap();
    let entropy = clock::SeededEntropy::new(11);
    to.encrypt(content.to_string().as_bytes(), Encryption::A256Gcm, &entropy).unwrap()
}

pub async fn bring(officer: &Person, ready: &Value, sealed: &str) -> Answer {
    let path = format!("/v1/officers/queue/{}", ready["id"].as_str().unwrap());
    officer.post(&path, json!({ "sealed": sealed })).await
}

#[actix_web::test]
async fn proof_of_a_station_without_a_line_is_sent_once_with_the_time_it_was_made() {
    let world = World::new().await;
    let (mut desk, number, base, ready) = prepared(&world).await;
    let again = desk.post(&format!("{base}/desk/prepared"), json!({})).await.expect(201).unwrap();
    assert_eq!(again.json().unwrap(), ready, "the page may be opened again");
    assert!(ready["key"].get("d").is_none() && ready.get("challenge").is_none());
    let sealed = seal(&ready, &proof(&ready, PIN, "2026-02-02T03:00:00Z"));
    assert!(!sealed.contains(&b64(PIN)));
    let busy = bring(&desk, &ready, &sealed).await;
    assert_eq!(problem(busy, 403), "at-desk", "not while somebody is at the desk");
    // The line comes back a day later, and the officer signs in anew.
    let ended = desk.post("/desk/finish", json!({})).await;
    assert_eq!(ended.status, 303);
    world.others.clock.advance(Duration::hours(24));
    desk.sign_in_here().await;
    world.others.knobs().existence_status = 503;
    assert_eq!(problem(bring(&desk, &ready, &sealed).await, 502), "other-side-unavailable");
    world.others.knobs().existence_status = 200;
    // What has been waited for so long is sent again within the hour.
    world.others.clock.advance(Duration::minutes(61));
    world.wallet.tend().await;
    desk.sign_in_here().await;
    for _ in 0..2 {
        let taken = bring(&desk, &ready, &sealed).await.expect(200).unwrap().json().unwrap();
        assert_eq!(taken["state"], "answered");
    }
    {
        let seen = world.others.seen();
        let answers = &seen.existence_answers;
        assert!(answers.iter().all(|answer| answer == &answers[0]), "always the same bytes");
        assert_eq!(answers[0]["challenge"], "YWhlYWQ", "the one that lives for days");
        assert_eq!(answers[0]["capturedAt"], "2026-02-02T03:00:00Z");
        assert_eq!(answers[0]["desk"]["operator"], "Awa Ndiaye");
        let frame = answers[0]["capture"]["frames"][0]["jpeg"].as_str().unwrap();
        assert_eq!(unb64(frame).unwrap(), JPEG);
    }
    enter(&desk, &number, PIN).await.expect(200).unwrap();
    let noted = activity(&desk).await;
    let answered = noted.iter().filter(|entry| entry["kind"] == "existenceAnswered");
    let officers: Vec<_> = answered.map(|entry| entry["officer"].clone()).collect();
    assert_eq!(officers, [json!("Awa Ndiaye")]);
}

#[actix_web::test]
async fn wrong_pin_counts_once_and_says_what_to_do() {
    let world = World::new().await;
    let (desk, number, _, ready) = prepared(&world).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let sealed = seal(&ready, &proof(&ready, "314159", "2026-02-02T02:41:00Z"));
    let refused = bring(&desk, &ready, &sealed).await.expect(422).unwrap().json().unwrap();
    assert_eq!(refused["triesLeft"], 7);
    assert_eq!(problem(bring(&desk, &ready, &sealed).await, 410), "queue-over", "no second try is counted");
    let refused = enter(&desk, &number, "314159").await.expect(422).unwrap().json().unwrap();
    assert_eq!(refused["triesLeft"], 6);
    assert!(world.others.seen().existence_answers.is_empty());
}

#[actix_web::test]
async fn only_what_was_prepared_in_time_by_this_officer_at_this_station_is_taken() {
    let world = World::new().await;
    let (mut desk, _, _, ready) = prepared(&world).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let good = proof(&ready, PIN, "2026-02-02T02:41:00Z");
    let refused = |content: Value| {
        let sealed = seal(&ready, &content);
        let (desk, ready) = (&desk, &ready);
        async move { problem(bring(desk, ready, &sealed).await, 422) }
    };
    for at in ["2026-02-01T02:41:00Z", "2026-02-02T09:00:00Z"] {
        assert_eq!(refused(proof(&ready, PIN, at)).await, "queue-refused", "{at}");
    }
    let mut other = good.clone();
    other["id"] = json!("another");
    assert_eq!(refused(other).await, "queue-refused");
    let mut more = good.clone();
    more["frames"] = json!([{ "millis": 0, "jpeg": "!" }]);
    assert_eq!(refused(more).await, "queue-refused");
    let mut odd = good.clone();
    odd["recognisedBy"] = json!("somehow");
    assert_eq!(refused(odd).await, "queue-refused");
    let sealed = seal(&ready, &good);
    assert_eq!(problem(bring(&desk, &ready, &format!("{sealed}x")).await, 422), "queue-refused");
    assert_eq!(problem(bring(&desk, &ready, &"x".repeat(1_390_000)).await, 422), "queue-refused");
    assert_eq!(problem(bring(&desk, &json!({ "id": "unknown" }), &sealed).await, 410), "queue-over");
    // A colleague, a stranger, and the officer at another device.
    let invited = desk.post("/v1/officers/invitations", json!({})).await.json().unwrap();
    let colleague = world.person("officer three").await;
    assert_eq!(problem(bring(&colleague, &ready, &sealed).await, 404), "not-found");
    let joining = json!({ "link": invited["link"], "name": "Mei Lin" });
    colleague.post("/v1/officers", joining).await.expect(204).unwrap();
    assert_eq!(problem(bring(&colleague, &ready, &sealed).await, 403), "queue-elsewhere");
    let mut elsewhere = Person {
        agent: newcomer(&world, "another device").agent,
        phone: desk.phone.clone(),
        key: desk.key.clone(),
        url: desk.url.clone(),
    };
    elsewhere.sign_in().await;
    desk.phone = elsewhere.phone.clone();
    assert_eq!(problem(bring(&elsewhere, &ready, &sealed).await, 403), "queue-elsewhere");
    // After three days nothing opens it.
    world.others.clock.advance(Duration::hours(73));
    desk.sign_in_here().await;
    assert_eq!(problem(bring(&desk, &ready, &sealed).await, 410), "queue-over");
    assert!(world.others.seen().existence_answers.is_empty());
}

#[actix_web::test]
async fn nothing_is_prepared_without_a_station_and_what_waits_is_not_cleared() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    let body = json!({ "requestUri": world.existence_uri() });
    let request = desk.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    let path = format!("/v1/existence/{}/desk/prepared", request["id"].as_str().unwrap());
    assert_eq!(problem(desk.post(&path, json!({})).await, 409), "no-station");
    let other = World::new().await;
    let (desk, number, ..) = prepared(&other).await;
    let page = desk.page("/").await.expect(200).unwrap().text();
    assert!(page.contains("/assets/desk-finish.js") && page.contains("name=\"waiting\""), "{page}");
    for (form, cleared) in [("waiting=yes", "\"cache\""), ("waiting=no", "\"cache\", \"storage\"")] {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let url = format!("{}/desk/finish", other.url);
        let ended =
            desk.agent.send(testkit::Method::POST, url, &headers, form.as_bytes().to_vec()).await.unwrap();
        assert_eq!(ended.header("clear-site-data"), Some(cleared), "{form}");
        enter(&desk, &number, PIN).await.expect(200).unwrap();
    }
}
