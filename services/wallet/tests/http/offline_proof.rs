//! The yearly proof without a network: what the phone takes along, and that it is sent once when it comes back.

use keys::PublicKey;
use serde_json::{Value, json};
use testkit::{b64, jcs, sha256, unb64};

use crate::world::{Person, World, problem};

const JPEG: [u8; 4] = [0xff, 0xd8, 0xff, 7];
const SALT: [u8; 16] = [9; 16];

/// Opens the request and takes along what is needed: its address and that.
async fn taken_along(world: &World, person: &Person) -> (String, Value) {
    person.post("/v1/device-keys", json!({ "publicKey": person.key.jwk() })).await.ok().unwrap();
    let body = json!({ "requestUri": world.existence_uri() });
    let opened = person.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    let base = format!("/v1/existence/{}", opened["id"].as_str().unwrap());
    let key = json!({ "deviceKey": person.key.thumbprint() });
    let along = person.post(&format!("{base}/offline"), key).await.expect(200).unwrap().json().unwrap();
    (base, along)
}

/// What the page makes without a network: one picture, and everything that is signed.
fn made(person: &mut Person, along: &Value) -> Value {
    let assertion = person.phone.log_in(along).unwrap();
    let passkey = &along["passkeys"][0];
    let digest = sha256([&SALT[..], &[0], &0u32.to_be_bytes(), &JPEG].concat());
    let mut signed = json!({
        "challenge": along["challenge"], "holderKey": along["holderKey"],
        "passkey": {"credentialId": passkey["credentialId"], "publicKeyCose": passkey["publicKeyCose"],
            "rpId": along["rpId"], "origin": along["origin"]},
        "assertion": {"authenticatorData": assertion["response"]["authenticatorData"],
            "clientDataJSON": assertion["response"]["clientDataJSON"], "signature": assertion["response"]["signature"]},
        "capturedAt": "2026-02-03T04:05:06Z", "parts": [b64(digest)],
    });
    let mut made = json!({ "deviceKey": person.key.thumbprint(), "capturedAt": "2026-02-03T04:05:06Z", "frames": 1,
        "assertion": assertion });
    if let Some(kind) = along.get("deviceKind") {
        signed["deviceKind"] = kind.clone();
        made["deviceKind"] = kind.clone();
    }
    made["signature"] = json!(b64(person.key.sign(&jcs(&signed))));
    made
}

fn frame() -> Value {
    json!({ "millis": 0, "jpeg": b64(JPEG), "salt": b64(SALT) })
}

#[actix_web::test]
async fn proof_made_without_a_network_is_sent_once_with_both_times() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (base, along) = taken_along(&world, &person).await;
    assert_eq!((&along["year"], &along["givenName"]), (&json!(2026), &json!("Rosa")));
    let proof = made(&mut person, &along);
    // Three days later the challenge of the page has lapsed long ago.
    world.others.clock.advance(chrono::Duration::days(3));
    person.sign_in().await;
    for _ in 0..2 {
        person.put(&format!("{base}/frames/0"), frame()).await.expect(200).unwrap();
    }
    let mut answers = Vec::new();
    for _ in 0..2 {
        let sent = person.post(&format!("{base}/offline-answer"), proof.clone()).await;
        answers.push(sent.expect(200).unwrap().json().unwrap());
    }
    assert_eq!(answers[0]["state"], "answered", "{}", answers[0]);
    assert_eq!((&answers[0], &answers[0]["madeAt"]), (&answers[1], &json!("2026-02-03T04:05:06Z")));
    assert!(answers[0]["receivedAt"].is_string());
    let sent = world.others.seen().existence_answers.clone();
    assert_eq!(sent.len(), 1, "sent once");
    let answer = &sent[0];
    assert_eq!(
        (&answer["challenge"], &answer["capturedAt"]),
        (&json!("YWhlYWQ"), &json!("2026-02-03T04:05:06Z"))
    );
    let mut unsigned = answer.clone();
    let signature = unsigned.as_object_mut().unwrap().remove("deviceSignature").unwrap();
    unsigned.as_object_mut().unwrap().remove("capture");
    let key = PublicKey::from_jwk(&answer["holderKey"]).unwrap();
    key.verify(&jcs(&unsigned), &unb64(signature.as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(answer["capture"]["frames"][0]["salt"], b64(SALT));
    let id = base.rsplit('/').next().unwrap();
    let page = person.page(&format!("/existence/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("data-testid=\"both-times\""), "{page}");
}

#[actix_web::test]
async fn proof_from_the_phone_is_kept_while_the_fund_is_busy() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (base, along) = taken_along(&world, &person).await;
    let proof = made(&mut person, &along);
    world.others.clock.advance(chrono::Duration::days(3));
    person.sign_in().await;
    person.put(&format!("{base}/frames/0"), frame()).await.expect(200).unwrap();
    world.others.knobs().existence_status = 503;
    let sent = person.post(&format!("{base}/offline-answer"), proof).await;
    assert_eq!(problem(sent, 502), "other-side-unavailable");
    world.others.knobs().existence_status = 200;
    world.others.clock.advance(chrono::Duration::minutes(16));
    world.wallet.tend().await;
    let now = person.get(&base).await.expect(200).unwrap().json().unwrap();
    assert_eq!(now["state"], "answered", "the challenge that was taken along lives for days: {now}");
}

#[actix_web::test]
async fn the_kind_of_device_goes_along_as_it_was_signed() {
    let world = World::new().await;
    world.others.knobs().device_kinds = true;
    let mut person = world.person("rosa").await;
    let android = "Mozilla/5.0 (Linux; Android 7.0) AppleWebKit/537.36 Chrome/70.0 Mobile Safari/537.36";
    person.sign_in_as(android).await;
    let (base, along) = taken_along(&world, &person).await;
    assert_eq!(along["deviceKind"], "android");
    let path = format!("{base}/offline-answer");
    person.put(&format!("{base}/frames/0"), frame()).await.expect(200).unwrap();
    let mut lying = made(&mut person, &along);
    lying["deviceKind"] = json!("ios");
    assert_eq!(problem(person.post(&path, lying).await, 422), "signature-refused");
    let proof = made(&mut person, &along);
    person.post(&path, proof).await.expect(200).unwrap();
    assert_eq!(world.others.seen().existence_answers[0]["deviceKind"], "android");
}

#[actix_web::test]
async fn what_the_phone_did_not_sign_or_take_along_is_refused() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (base, along) = taken_along(&world, &person).await;
    let proof = made(&mut person, &along);
    let path = format!("{base}/offline-answer");
    let missing = person.post(&path, proof.clone()).await;
    assert_eq!(problem(missing, 409), "step-over", "the picture is missing");
    person.put(&format!("{base}/frames/0"), frame()).await.expect(200).unwrap();
    let changed = |member: &str, value: Value| {
        let mut proof = proof.clone();
        proof[member] = value;
        proof
    };
    for (member, value, status, slug) in [
        ("capturedAt", json!("2026-02-03T04:05:07Z"), 422, "signature-refused"),
        ("capturedAt", json!("yesterday"), 400, "bad-request"),
        ("signature", json!(b64([1; 64])), 422, "signature-refused"),
        ("frames", json!(0), 422, "signature-refused"),
        ("deviceKey", json!("x"), 409, "device-key-unknown"),
    ] {
        assert_eq!(problem(person.post(&path, changed(member, value)).await, status), slug, "{member}");
    }
    person.phone.user_verified = false;
    let unverified = person.phone.log_in(&along).unwrap();
    assert_eq!(problem(person.post(&path, changed("assertion", unverified)).await, 422), "passkey-refused");
    assert!(world.others.seen().existence_answers.is_empty());
    person.post(&path, proof).await.expect(200).unwrap();
}

#[actix_web::test]
async fn lapsed_challenge_is_told_and_a_new_one_is_fetched() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (base, along) = taken_along(&world, &person).await;
    let proof = made(&mut person, &along);
    world.others.clock.advance(chrono::Duration::days(14));
    person.sign_in().await;
    assert_eq!(problem(person.put(&format!("{base}/frames/0"), frame()).await, 409), "step-over");
    assert_eq!(problem(person.post(&format!("{base}/offline-answer"), proof).await, 409), "step-over");
    let (_, fresh) = taken_along(&world, &person).await;
    assert!(fresh["expiresAt"].as_str() > along["expiresAt"].as_str());
    world.others.knobs().existence_state = "answered";
    let key = json!({ "deviceKey": person.key.thumbprint() });
    assert_eq!(problem(person.post(&format!("{base}/offline"), key).await, 409), "step-over");
}

#[actix_web::test]
async fn nobody_takes_along_what_is_anothers() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let (base, _) = taken_along(&world, &person).await;
    let other = world.person("anna").await;
    let key = json!({ "deviceKey": other.key.thumbprint() });
    assert_eq!(problem(other.post(&format!("{base}/offline"), key).await, 404), "not-found");
}

#[actix_web::test]
async fn proof_that_comes_late_is_sent_again_when_the_fund_was_in_trouble() {
    let world = World::new().await;
    let mut person = world.person("rosa").await;
    let (base, along) = taken_along(&world, &person).await;
    let proof = made(&mut person, &along);
    world.others.clock.advance(chrono::Duration::days(3));
    person.sign_in().await;
    person.put(&format!("{base}/frames/0"), frame()).await.expect(200).unwrap();
    world.others.knobs().existence_status = 503;
    let path = format!("{base}/offline-answer");
    assert_eq!(problem(person.post(&path, proof.clone()).await, 502), "other-side-unavailable");
    world.others.knobs().existence_status = 200;
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    let sent = person.post(&path, proof).await.expect(200).unwrap().json().unwrap();
    assert_eq!(sent["state"], "answered");
    assert_eq!(world.others.seen().existence_answers.len(), 2);
}
