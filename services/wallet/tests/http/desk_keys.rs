//! A card or security key of the person's own, in the place of the PIN at a desk.

use serde_json::{Value, json};
use testkit::{Answer, Authenticator};

use crate::custody::{PIN, activity, claim, enter, key_of, opened, receive, sign};
use crate::world::{Person, World, problem};

/// A key that roams: what the browser says of one that is plugged in.
fn roaming(mut made: Value) -> Value {
    made["authenticatorAttachment"] = json!("cross-platform");
    made["response"]["transports"] = json!(["usb", "nfc"]);
    made
}

async fn add(desk: &Person, card: &mut Authenticator) -> Answer {
    let options = desk.post("/v1/desk/keys/options", json!({})).await.expect(200).unwrap().json().unwrap();
    let selection = &options["publicKey"]["authenticatorSelection"];
    assert_eq!(selection["authenticatorAttachment"], "cross-platform");
    assert_eq!(selection["userVerification"], "required");
    desk.post("/v1/desk/keys", roaming(card.register(&options).unwrap())).await
}

/// The answer of the card to a challenge for one act.
async fn answer(desk: &Person, card: &mut Authenticator, of: &str, id: Option<&str>) -> Value {
    let asked = match id {
        Some(id) => json!({ "of": of, "id": id }),
        None => json!({ "of": of }),
    };
    let options = desk.post("/v1/desk/key/options", asked).await.expect(200).unwrap().json().unwrap();
    card.log_in(&options).unwrap()
}

async fn come(officer: &Person, card: &mut Authenticator, number: &str) -> Answer {
    let asked = json!({ "wallet": number });
    let options = officer.post("/v1/officers/desk/key/options", asked).await.expect(200).unwrap();
    let answered = card.log_in(&options.json().unwrap()).unwrap();
    officer.post("/v1/officers/desk/key", answered).await
}

fn proof(assertion: Value) -> Value {
    json!({ "assertion": assertion })
}

#[actix_web::test]
async fn card_opens_the_visit_and_signs_where_the_pin_would_even_when_that_is_locked() {
    let world = World::new().await;
    let (mut desk, number) = opened(&world).await;
    let mut card = Authenticator::new(&world.url, "card");
    let added = add(&desk, &mut card).await.expect(201).unwrap().json().unwrap();
    let listed = desk.get("/v1/desk/keys").await.expect(200).unwrap().json().unwrap();
    assert_eq!(listed["keys"][0]["id"], added["id"]);
    receive(&world, &desk).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();

    // The PIN locks itself; no try is counted for the card.
    for _ in 0..20 {
        if desk.post("/v1/officers/desk", json!({ "wallet": number, "pin": "314159" })).await.status == 429 {
            world.others.clock.advance(chrono::Duration::hours(25));
            desk.sign_in().await;
        }
    }
    assert_eq!(problem(enter(&desk, &number, PIN).await, 403), "pin-locked");
    come(&desk, &mut card, &number).await.expect(200).unwrap();
    assert_eq!(desk.credentials().await.len(), 2);
    let now = world.others.now().timestamp();
    world.others.knobs().request["iat"] = json!(now);
    world.others.knobs().request["exp"] = json!(now + 600);
    let asked = desk.post("/v1/presentations", world.request()).await.expect(201).unwrap().json().unwrap();
    let id = asked["id"].as_str().unwrap();
    let base = format!("/v1/presentations/{id}");
    desk.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap();
    assert_eq!(problem(sign(&desk, "presentations", id, PIN).await, 403), "pin-locked");
    let assertion = answer(&desk, &mut card, "presentations", Some(id)).await;
    let work = json!({ "of": "presentations", "id": id, "assertion": assertion });
    let signed = desk.post("/v1/desk/signatures", work.clone()).await.expect(200).unwrap().json().unwrap();
    assert_eq!(problem(desk.post("/v1/desk/signatures", work).await, 422), "ceremony-over", "it serves once");
    let done = desk.post(&format!("{base}/submit"), signed).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["presentation"]["state"], "sent");
    assert!(!world.others.seen().responses[0].contains_key("amr"), "nothing less than a passkey is told");
    assert!(activity(&desk).await.iter().any(|entry| entry["kind"] == "deskKeyAdded"));
}

#[actix_web::test]
async fn answer_serves_for_the_act_it_was_asked_for_and_for_no_other() {
    let world = World::new().await;
    let (desk, number) = opened(&world).await;
    let mut card = Authenticator::new(&world.url, "card");
    add(&desk, &mut card).await.expect(201).unwrap();
    let offer = desk.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let accept = json!({ "deviceKey": key_of(&desk).await, "txCode": "493051" });
    desk.post(&format!("/v1/offers/{id}/accept"), accept).await.expect(200).unwrap();
    for (of, named) in [("proof", None), ("presentations", Some(id)), ("offers", Some("another"))] {
        let assertion = answer(&desk, &mut card, of, named).await;
        let work = json!({ "of": "offers", "id": id, "assertion": assertion });
        assert_eq!(problem(desk.post("/v1/desk/signatures", work).await, 422), "ceremony-over", "{of}");
    }
    let both = json!({ "of": "offers", "id": id, "pin": PIN, "assertion": {} });
    assert_eq!(problem(desk.post("/v1/desk/signatures", both).await, 400), "bad-request");
    assert_eq!(
        problem(desk.post("/v1/desk/signatures", json!({ "of": "offers", "id": id })).await, 400),
        "bad-request"
    );
    assert_eq!(
        problem(desk.post("/v1/desk/key/options", json!({ "of": "offers" })).await, 400),
        "bad-request"
    );
    // Nobody verified the person to the card.
    let mut unverified = card.clone();
    unverified.user_verified = false;
    let assertion = answer(&desk, &mut unverified, "offers", Some(id)).await;
    let work = json!({ "of": "offers", "id": id, "assertion": assertion });
    assert_eq!(problem(desk.post("/v1/desk/signatures", work).await, 422), "passkey-refused");
    // Of another officer's desk.
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let asked = json!({ "wallet": number });
    let options =
        desk.post("/v1/officers/desk/key/options", asked).await.expect(200).unwrap().json().unwrap();
    let invited = desk.post("/v1/officers/invitations", json!({})).await.json().unwrap();
    let other = world.person("officer three").await;
    let joining = json!({ "link": invited["link"], "name": "Mei Lin" });
    other.post("/v1/officers", joining).await.expect(204).unwrap();
    let answered = card.log_in(&options).unwrap();
    assert_eq!(problem(other.post("/v1/officers/desk/key", answered).await, 422), "ceremony-over");
}

#[actix_web::test]
async fn built_in_authenticators_stay_out_and_ways_in_need_the_card_once_there_is_one() {
    let world = World::new().await;
    let (mut desk, number) = opened(&world).await;
    let mut card = Authenticator::new(&world.url, "card");
    let options = desk.post("/v1/desk/keys/options", json!({})).await.expect(200).unwrap().json().unwrap();
    let built_in = card.register(&options).unwrap();
    assert_eq!(problem(desk.post("/v1/desk/keys", built_in).await, 403), "at-desk");
    let none = desk.post("/v1/desk/key/options", json!({ "of": "proof" })).await;
    assert_eq!(problem(none, 409), "no-desk-key");
    add(&desk, &mut card).await.expect(201).unwrap();
    let page = desk.page("/ways-in").await.expect(200).unwrap().text();
    assert!(page.contains("data-desk-key") && page.contains("data-has-key"), "{page}");
    // A PIN that somebody learnt makes no card of theirs, nor a code, and takes no card out.
    desk.post("/v1/desk/proof", json!({ "pin": PIN })).await.expect(204).unwrap();
    assert_eq!(problem(desk.post("/v1/desk/keys/options", json!({})).await, 403), "passkey-needed");
    assert_eq!(problem(desk.post("/v1/recovery-code", json!({})).await, 403), "passkey-needed");
    let assertion = answer(&desk, &mut card, "proof", None).await;
    desk.post("/v1/desk/proof", proof(assertion)).await.expect(204).unwrap();
    let code =
        desk.post("/v1/recovery-code", json!({})).await.expect(201).unwrap().json().unwrap()["code"].clone();
    let listed = desk.get("/v1/desk/keys").await.expect(200).unwrap().json().unwrap();
    let id = listed["keys"][0]["id"].as_str().unwrap();
    desk.delete(&format!("/v1/desk/keys/{id}")).await.expect(204).unwrap();
    assert_eq!(problem(desk.delete(&format!("/v1/desk/keys/{id}")).await, 404), "not-found");
    add(&desk, &mut card).await.expect(201).unwrap();
    // Lost with everything: the code on paper sets another PIN, and the lost card is out.
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let reset = json!({ "code": code, "pin": "602214" });
    desk.post("/v1/officers/desk/pin", reset).await.expect(200).unwrap();
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let asked = desk.post("/v1/officers/desk/key/options", json!({ "wallet": number })).await;
    assert_eq!(problem(asked, 409), "no-desk-key");
    // Nobody else's: a phone of one's own has passkeys.
    desk.sign_in().await;
    assert_eq!(problem(desk.post("/v1/desk/keys/options", json!({})).await, 404), "not-found");
}

#[actix_web::test]
async fn card_gives_the_yearly_proof_and_goes_with_the_custody() {
    let world = World::new().await;
    let (desk, number) = opened(&world).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let station = json!({ "name": "Dakar office", "country": "SEN" });
    desk.post("/v1/officers/stations", station).await.expect(201).unwrap();
    enter(&desk, &number, PIN).await.expect(200).unwrap();
    let mut card = Authenticator::new(&world.url, "card");
    add(&desk, &mut card).await.expect(201).unwrap();
    let body = json!({ "requestUri": world.existence_uri() });
    let opened = desk.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    let id = opened["id"].as_str().unwrap();
    let assertion = answer(&desk, &mut card, "existence", Some(id)).await;
    let proof = json!({ "assertion": assertion, "recognisedBy": "document" });
    let sent = desk.post(&format!("/v1/existence/{id}/desk"), proof).await.expect(200).unwrap();
    assert_eq!(sent.json().unwrap()["state"], "answered");
    claim(&world, &desk).await;
    let mut officer = desk;
    officer.sign_in().await;
    let asked = officer.post("/v1/officers/desk/key/options", json!({ "wallet": number })).await;
    assert_eq!(problem(asked, 409), "no-desk-key");
}
