use serde_json::{Value, json};
use testkit::HolderKey;

use crate::world::{World, problem};

#[actix_web::test]
async fn offer_shows_the_proven_organisation_and_gives_both_formats() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(offer["issuer"]["name"], "United Nations Development Programme");
    assert_eq!(offer["issuer"]["proven"], true);
    assert_eq!(offer["txCode"]["length"], 6);
    let received =
        person.receive(offer["id"].as_str().unwrap(), Some("493 051".replace(' ', "").as_str())).await;
    assert_eq!(received["state"], "received");
    let credentials = person.credentials().await;
    let mut formats: Vec<&str> = credentials.iter().map(|one| one["format"].as_str().unwrap()).collect();
    formats.sort_unstable();
    assert_eq!(formats, ["dc+sd-jwt", "ldp_vc"]);
    assert!(
        credentials
            .iter()
            .all(|one| one["issuer"]["proven"] == true && one["holderKey"] == person.key.thumbprint())
    );
    world.wallet.tend().await;
    assert_eq!(world.others.seen().notifications.len(), 2);
    assert_eq!(world.others.seen().notifications[0]["event"], "credential_accepted");
}

#[actix_web::test]
async fn issuer_that_signs_nothing_is_shown_as_its_host() {
    let world = World::new().await;
    world.others.knobs().signed_metadata = false;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(offer["issuer"]["proven"], false);
    assert!(offer["issuer"]["name"].as_str().unwrap().starts_with("localhost:"));
    // What arrives is signed by a key the registry proves, and only then the name is known.
    person.receive(offer["id"].as_str().unwrap(), Some("493051")).await;
    assert!(person.credentials().await.iter().all(|one| one["issuer"]["proven"] == true));
}

#[actix_web::test]
async fn same_offer_again_is_the_same_offer_and_nothing_is_issued_twice() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let again = person.open_offer(&world.offer_uri()).await;
    assert_eq!(again["state"], "received");
    let requests = world.others.seen().token_requests;
    let received = person.receive(again["id"].as_str().unwrap(), None).await;
    assert_eq!(received["state"], "received");
    assert_eq!(world.others.seen().token_requests, requests);
    assert_eq!(person.credentials().await.len(), 2);
}

#[actix_web::test]
async fn wrong_code_is_refused_and_the_right_one_still_works() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    assert_eq!(problem(person.accept(id, None).await, 422), "transaction-code-missing");
    assert_eq!(problem(person.accept(id, Some("000000")).await, 422), "transaction-code-refused");
    assert_eq!(world.others.seen().wrong_codes, 1);
    assert_eq!(person.receive(id, Some("493051")).await["state"], "received");
}

#[actix_web::test]
async fn reload_before_the_proofs_goes_on_with_the_same_token() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let first = person.accept(id, Some("493051")).await.expect(200).unwrap().json().unwrap();
    let second = person.accept(id, None).await.expect(200).unwrap().json().unwrap();
    assert_eq!(first["toSign"], second["toSign"]);
    assert_eq!(world.others.seen().token_requests, 1);
    let done = person.prove(id, &second).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["offer"]["state"], "received");
}

#[actix_web::test]
async fn refused_nonce_is_signed_again_for_what_is_missing() {
    let world = World::new().await;
    world.others.knobs().nonce_refusals = 1;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let step = person.accept(id, Some("493051")).await.json().unwrap();
    let step: Value = person.prove(id, &step).await.expect(200).unwrap().json().unwrap();
    assert_eq!(step["toSign"].as_array().unwrap().len(), 1);
    let done = person.prove(id, &step).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["offer"]["state"], "received");
    assert_eq!(person.credentials().await.len(), 2);
}

#[actix_web::test]
async fn dead_token_leads_back_to_the_code_without_loss() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let step = person.accept(id, Some("493051")).await.json().unwrap();
    world.others.knobs().tokens_dead = true;
    assert_eq!(problem(person.prove(id, &step).await, 409), "accept-again");
    world.others.knobs().tokens_dead = false;
    assert_eq!(person.receive(id, Some("493051")).await["state"], "received");
}

#[actix_web::test]
async fn signature_by_another_key_never_reaches_the_issuer() {
    let world = World::new().await;
    let mut person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let step = person.accept(id, Some("493051")).await.json().unwrap();
    person.key = HolderKey::from_label("thief");
    assert_eq!(problem(person.prove(id, &step).await, 422), "signature-refused");
    assert!(world.others.seen().issued.is_empty());
}

#[actix_web::test]
async fn credential_that_is_not_sound_is_not_kept() {
    for (turn, fault) in [(0, "proof."), (1, "holderBinding.otherKey"), (2, "issuerKey.otherIssuer")] {
        let world = World::new().await;
        {
            let mut knobs = world.others.knobs();
            match turn {
                0 => knobs.tamper = true,
                1 => knobs.bind_to_other_key = true,
                _ => knobs.other_issuer = true,
            }
        }
        let person = world.person("anna").await;
        let offer = person.open_offer(&world.offer_uri()).await;
        let id = offer["id"].as_str().unwrap();
        let step = person.accept(id, Some("493051")).await.json().unwrap();
        let problem = person.prove(id, &step).await.expect(502).unwrap().json().unwrap();
        assert_eq!(problem["type"], "/problems/credential-refused");
        let faults = problem["faults"].to_string();
        assert!(faults.contains(fault), "{faults}");
        assert!(person.credentials().await.is_empty());
    }
}

#[actix_web::test]
async fn offer_that_is_over_and_issuer_in_trouble_are_told_apart() {
    let world = World::new().await;
    let person = world.person("anna").await;
    world.others.knobs().offer_status = 410;
    let body = json!({ "credentialOfferUri": world.offer_uri() });
    assert_eq!(problem(person.post("/v1/offers", body.clone()).await, 410), "offer-gone");
    world.others.knobs().offer_status = 503;
    assert_eq!(problem(person.post("/v1/offers", body.clone()).await, 502), "other-side-unavailable");
    world.others.knobs().offer_status = 200;
    world.others.knobs().registry_down = true;
    assert_eq!(problem(person.post("/v1/offers", body.clone()).await, 503), "registry-unavailable");
    world.others.knobs().registry_down = false;
    person.post("/v1/offers", body).await.expect(201).unwrap();
}

#[actix_web::test]
async fn link_that_is_no_offer_is_refused() {
    let world = World::new().await;
    let person = world.person("anna").await;
    for (body, status, slug) in [
        (json!({}), 400, "bad-request"),
        (json!({ "credentialOfferUri": "x", "credentialOffer": {} }), 400, "bad-request"),
        (json!({ "credentialOfferUri": "file:///etc/passwd" }), 422, "address-refused"),
        (json!({ "credentialOfferUri": "http://10.0.0.1/offer" }), 422, "address-refused"),
        (json!({ "credentialOfferUri": "http://169.254.169.254/latest" }), 422, "address-refused"),
        (json!({ "credentialOffer": { "credential_issuer": 7 } }), 422, "offer-refused"),
    ] {
        assert_eq!(problem(person.post("/v1/offers", body.clone()).await, status), slug, "{body}");
    }
}

#[actix_web::test]
async fn offer_by_value_works_with_its_own_code() {
    let world = World::new().await;
    let person = world.person("anna").await;
    world.others.seen().codes.insert("code-by-value".to_owned());
    let offer = json!({
        "credential_issuer": format!("{}/t/undp", world.others.base),
        "credential_configuration_ids": ["StaffIdentity_dc_sd-jwt"],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code":
            {"pre-authorized_code": "code-by-value", "tx_code": {}}}
    });
    let opened = person
        .post("/v1/offers", json!({ "credentialOffer": offer }))
        .await
        .expect(201)
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(person.receive(opened["id"].as_str().unwrap(), Some("493051")).await["state"], "received");
}

#[actix_web::test]
async fn another_person_sees_neither_offer_nor_credential() {
    let world = World::new().await;
    let anna = world.holder("anna").await;
    let boris = world.person("boris").await;
    let offer = anna.open_offer(&world.offer_uri()).await;
    let credential = anna.credentials().await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        problem(boris.get(&format!("/v1/offers/{}", offer["id"].as_str().unwrap())).await, 404),
        "not-found"
    );
    assert_eq!(problem(boris.get(&format!("/v1/credentials/{credential}")).await, 404), "not-found");
    assert_eq!(problem(boris.delete(&format!("/v1/credentials/{credential}")).await, 404), "not-found");
    assert_eq!(anna.credentials().await.len(), 2);
}

#[actix_web::test]
async fn receipt_is_kept_when_it_leads_to_the_anchor() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    world.wallet.tend().await;
    assert!(person.credentials().await.iter().all(|one| one["anchored"] == false));
    {
        let mut knobs = world.others.knobs();
        knobs.receipt_ready = true;
        knobs.receipt_forged = true;
    }
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    assert!(person.credentials().await.iter().all(|one| one["anchored"] == false));
    world.others.knobs().receipt_forged = false;
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    let credentials = person.credentials().await;
    assert!(credentials.iter().all(|one| one["anchored"] == true));
    let whole = person
        .get(&format!("/v1/credentials/{}", credentials[0]["id"].as_str().unwrap()))
        .await
        .json()
        .unwrap();
    assert_eq!(whole["receipt"]["leafCount"], 16);
}

#[actix_web::test]
async fn notification_is_repeated_until_it_is_heard() {
    let world = World::new().await;
    world.others.knobs().notification_status = 503;
    let _person = world.holder("anna").await;
    world.wallet.tend().await;
    assert_eq!(world.others.seen().notifications.len(), 2);
    world.others.knobs().notification_status = 204;
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    world.others.clock.advance(chrono::Duration::hours(1));
    world.wallet.tend().await;
    assert_eq!(world.others.seen().notifications.len(), 4);
}

#[actix_web::test]
async fn status_is_believed_only_with_the_digest_on_the_chain() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let ids: Vec<String> =
        person.credentials().await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    for (revoked, suspended, forged, wanted) in [
        (false, false, false, "valid"),
        (false, true, false, "suspended"),
        (true, false, false, "revoked"),
        (false, false, true, "unknown"),
    ] {
        {
            let mut knobs = world.others.knobs();
            knobs.revoked = revoked;
            knobs.suspended = suspended;
            knobs.chain_has_other_list = forged;
        }
        for id in &ids {
            let status = person
                .get(&format!("/v1/credentials/{id}/status"))
                .await
                .expect(200)
                .unwrap()
                .json()
                .unwrap();
            assert_eq!(status["state"], wanted);
        }
    }
}

#[actix_web::test]
async fn removed_credentials_can_be_had_again_by_the_same_link() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    for one in person.credentials().await {
        person.delete(&format!("/v1/credentials/{}", one["id"].as_str().unwrap())).await.expect(204).unwrap();
    }
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(offer["state"], "opened");
    person.receive(offer["id"].as_str().unwrap(), Some("493051")).await;
    assert_eq!(person.credentials().await.len(), 2);
}
