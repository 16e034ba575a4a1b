//! Certificates for whoever signs in at the issuer (OID4VCI 1.0, 5): offered, or wished for.

use serde_json::{Value, json};

use crate::sign_in_stub::{SIGN_IN, SignIn, signed_in};
use crate::world::{Person, World, problem};

async fn world(sign_in: SignIn) -> World {
    let world = World::new().await;
    world.others.knobs().sign_in = Some(sign_in);
    world
}

async fn address(person: &Person, offer: &Value) -> String {
    let id = offer["id"].as_str().unwrap();
    let begun = person.post(&format!("/v1/offers/{id}/authorization"), json!({})).await;
    begun.expect(200).unwrap().json().unwrap()["url"].as_str().unwrap().to_owned()
}

async fn come_back(person: &Person, answer: &Value) -> testkit::Answer {
    person.post("/v1/authorizations", answer.clone()).await
}

fn wish(world: &World, attempt: &str) -> Value {
    json!({"wish": {
        "credentialIssuer": format!("{}/t/undp", world.others.base),
        "credentialConfigurationIds": ["StaffIdentity_dc_sd-jwt"],
        "attempt": attempt,
    }})
}

#[actix_web::test]
async fn offer_without_a_code_is_received_after_a_sign_in() {
    for pushed in [true, false] {
        let world = world(SignIn { pushed, ..SIGN_IN }).await;
        let person = world.person("amal").await;
        let offer = person.open_offer(&world.offer_uri()).await;
        assert_eq!(offer["signIn"], "needed");
        let id = offer["id"].as_str().unwrap();
        let accept = json!({ "deviceKey": person.key.thumbprint() });
        let early = person.post(&format!("/v1/offers/{id}/accept"), accept).await;
        assert_eq!(problem(early, 409), "sign-in-first");

        let address = address(&person, &offer).await;
        assert_eq!(address.contains("issuer_state"), !pushed, "what is pushed is not in the address");
        assert_eq!(address.contains("ui_locales=en"), !pushed, "nor the language of the page there");
        let back = signed_in(&world.others, &address);
        let offer = come_back(&person, &back).await.expect(200).unwrap().json().unwrap();
        assert_eq!(offer["signIn"], "done");
        person.receive(id, None).await;
        assert_eq!(person.credentials().await.len(), 2);
        assert_eq!(world.others.seen().token_requests, 1);
    }
}

#[actix_web::test]
async fn answer_brought_again_is_the_same_offer_and_a_stranger_answer_is_none() {
    let world = world(SIGN_IN).await;
    let person = world.person("amal").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let earlier = signed_in(&world.others, &address(&person, &offer).await);
    let back = signed_in(&world.others, &address(&person, &offer).await);
    assert_eq!(problem(come_back(&person, &earlier).await, 410), "sign-in-over");
    let mut mixed = back.clone();
    mixed["iss"] = json!("https://evil.example");
    assert_eq!(problem(come_back(&person, &mixed).await, 502), "sign-in-strange");
    let other = world.person("bertil").await;
    assert_eq!(problem(come_back(&other, &back).await, 410), "sign-in-over");
    for nonsense in
        [json!({"state": ""}), json!({"state": "x.y", "code": "c"}), json!({"state": "a".repeat(9000)})]
    {
        assert_eq!(problem(come_back(&person, &nonsense).await, 410), "sign-in-over");
    }
    assert_eq!(world.others.seen().token_requests, 0, "no secret went anywhere");
    for _ in 0..2 {
        assert_eq!(come_back(&person, &back).await.expect(200).unwrap().json().unwrap()["signIn"], "done");
    }
    assert_eq!(world.others.seen().token_requests, 1);
}

#[actix_web::test]
async fn no_is_told_and_the_way_is_open_again() {
    let world = world(SIGN_IN).await;
    let person = world.person("amal").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let mut no = signed_in(&world.others, &address(&person, &offer).await);
    no.as_object_mut().unwrap().remove("code");
    no["error"] = json!("access_denied");
    assert_eq!(problem(come_back(&person, &no).await, 403), "sign-in-denied");
    let back = signed_in(&world.others, &address(&person, &offer).await);
    come_back(&person, &back).await.expect(200).unwrap();
    person.receive(offer["id"].as_str().unwrap(), None).await;
    assert_eq!(person.credentials().await.len(), 2);
}

#[actix_web::test]
async fn code_that_could_not_be_redeemed_is_brought_again_and_a_refused_one_is_over() {
    let world = world(SIGN_IN).await;
    let person = world.person("amal").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let back = signed_in(&world.others, &address(&person, &offer).await);
    let knob = |status| world.others.knobs().sign_in = Some(SignIn { token_status: status, ..SIGN_IN });
    knob(503);
    come_back(&person, &back).await.expect(502).unwrap();
    knob(200);
    assert_eq!(come_back(&person, &back).await.expect(200).unwrap().json().unwrap()["signIn"], "done");

    let back = signed_in(&world.others, &address(&person, &offer).await);
    knob(400);
    assert_eq!(problem(come_back(&person, &back).await, 409), "sign-in-first");
    knob(200);
    assert_eq!(problem(come_back(&person, &back).await, 410), "sign-in-over");
}

#[actix_web::test]
async fn permission_that_was_not_used_in_time_leads_to_the_sign_in_again() {
    let world = world(SIGN_IN).await;
    let person = world.person("amal").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    come_back(&person, &signed_in(&world.others, &address(&person, &offer).await)).await.expect(200).unwrap();
    world.others.clock.advance(chrono::Duration::minutes(6));
    let accept = json!({ "deviceKey": person.key.thumbprint() });
    let late = person.post(&format!("/v1/offers/{id}/accept"), accept).await;
    assert_eq!(problem(late, 409), "sign-in-first");
    let shown = person.get(&format!("/v1/offers/{id}")).await.json().unwrap();
    assert_eq!(shown["signIn"], "needed");
}

#[actix_web::test]
async fn sign_in_is_another_way_beside_a_code() {
    let world = world(SignIn { alone: false, ..SIGN_IN }).await;
    let person = world.person("amal").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!((offer["signIn"].as_str(), offer["txCode"].is_object()), (Some("possible"), true));
    come_back(&person, &signed_in(&world.others, &address(&person, &offer).await)).await.expect(200).unwrap();
    person.receive(offer["id"].as_str().unwrap(), None).await;
    let by_code = world.person("bertil").await;
    let offer = by_code.open_offer(&world.offer_uri()).await;
    by_code.receive(offer["id"].as_str().unwrap(), Some("493051")).await;
    assert_eq!((person.credentials().await.len(), by_code.credentials().await.len()), (2, 2));
}

#[actix_web::test]
async fn wish_becomes_an_offer_once() {
    let world = world(SignIn { names_credentials: true, ..SIGN_IN }).await;
    let person = world.person("amal").await;
    let wish = wish(&world, "0123456789abcdef");
    let offer = person.post("/v1/offers", wish.clone()).await.expect(201).unwrap().json().unwrap();
    let again = person.post("/v1/offers", wish).await.expect(200).unwrap().json().unwrap();
    assert_eq!((&offer["id"], &offer["signIn"]), (&again["id"], &json!("needed")));
    let back = signed_in(&world.others, &address(&person, &offer).await);
    come_back(&person, &back).await.expect(200).unwrap();
    person.receive(offer["id"].as_str().unwrap(), None).await;
    assert_eq!(person.credentials().await.len(), 1, "by the name that the token gives it");
}

#[actix_web::test]
async fn wish_that_nobody_can_fulfil_is_refused() {
    let world = World::new().await;
    let person = world.person("amal").await;
    let refused = person.post("/v1/offers", wish(&world, "0123456789abcdef")).await;
    assert_eq!(problem(refused, 422), "offer-refused", "there is no way to sign in");
    world.others.knobs().sign_in = Some(SIGN_IN);
    for (pointer, wrong) in [
        ("/wish/attempt", json!("short")),
        ("/wish/attempt", json!("a b".repeat(8))),
        ("/wish/credentialConfigurationIds", json!([])),
        ("/wish/credentialConfigurationIds", json!(vec!["x"; 17])),
    ] {
        let mut body = wish(&world, "0123456789abcdef");
        *body.pointer_mut(pointer).unwrap() = wrong;
        person.post("/v1/offers", body).await.expect(400).unwrap();
    }
    let mut unknown = wish(&world, "0123456789abcdef");
    unknown["wish"]["credentialConfigurationIds"] = json!(["Crown_dc_sd-jwt"]);
    assert_eq!(problem(person.post("/v1/offers", unknown).await, 422), "offer-refused");
}

#[actix_web::test]
async fn pages_lead_to_the_organisation_and_back() {
    let world = world(SIGN_IN).await;
    let person = world.person("amal").await;
    assert!(person.page("/").await.text().contains("href=\"/organisations\""));
    let list = person.page("/organisations").await.expect(200).unwrap().text();
    assert!(list.contains("United Nations Development Programme") && list.contains("/organisations/0"));
    let one = person.page("/organisations/0").await.expect(200).unwrap().text();
    assert!(one.contains("data-ask=\"StaffIdentity_dc_sd-jwt StaffIdentity_ldp_vc\""), "{one}");
    person.page("/organisations/1").await.expect(404).unwrap();
    let offer = person.open_offer(&world.offer_uri()).await;
    let path = format!("/offers/{}", offer["id"].as_str().unwrap());
    let page = person.page(&path).await.text();
    assert!(page.contains("id=\"sign-in\"") && page.contains("Sign in at"));
    let back = signed_in(&world.others, &address(&person, &offer).await);
    person.page("/authorized?state=x&code=y").await.expect(200).unwrap();
    come_back(&person, &back).await.expect(200).unwrap();
    assert!(person.page(&path).await.text().contains("data-signed-in"));
    world.others.knobs().sign_in = None;
    assert!(person.page("/organisations/0").await.text().contains("Wait until they offer you something"));
}
