//! Credentials whose issue a second person approves: the wallet shows its key, waits and comes back.

use chrono::Duration;
use std::collections::BTreeMap;

use issuance::assurance::ByRepresentative;
use issuance::{CredentialType, FourEyes, Role, Roles};
use issuer::ConfigError;
use outbound::Reply;
use serde_json::{Value, json};

use crate::console::{Browser, between};
use crate::support::{Holder, World, json, new_offer, refusal, refused};

const STAFF: &str = "StaffIdentity_dc_sd-jwt";
const EMPLOYMENT: &str = "Employment_dc_sd-jwt";
const CLEARED: &str = "Employment_ldp_vc";

/// An offer of the type that waits here, made by an officer who is no test double, and a token for it.
async fn token(world: &World) -> String {
    let person = world.person("10023").await;
    let types = vec![issuance::CredentialType::Employment];
    let offer = issuer::app::NewOffer { types, transaction_code: false, ..new_offer(person) };
    let link = world.issuer.create_offer(&World::officer(), &offer).await.unwrap();
    world.token(&link).await
}

async fn fetch(world: &World, token: &str, transaction: &Value) -> Reply {
    let body = json!({"transaction_id": transaction});
    world.post("/t/undp/deferred_credential", &body, Some(token)).await
}

async fn decide(world: &World, act: &str) {
    let ben = Browser::officer_as(world, "undp", "Ben", Roles::of(&[Role::Officer, Role::Approver])).await;
    let page = ben.get("/console/approvals").await.text();
    assert!(page.contains("Issue employment to Amina Okafor"), "{page}");
    let id = between(&page, "action=\"/console/approvals/", "/").to_owned();
    let path = format!("/console/approvals/{id}/{act}");
    assert_eq!(ben.post(&path, &[("remark", "not cleared")]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_waits_until_a_second_person_approved() {
    let world = World::start_approving(FourEyes::Always).await;
    let (token, holder) = (token(&world).await, Holder::new(1));
    let reply = world.request(&token, EMPLOYMENT, &holder).await;
    assert_eq!(reply.status, 202, "{}", String::from_utf8_lossy(&reply.body));
    let waits = json(&reply);
    assert!(waits.get("credentials").is_none() && waits["interval"].as_u64().unwrap() > 0, "{waits}");
    let transaction = &waits["transaction_id"];
    // Asking again, either way, is harmless.
    assert_eq!(json(&world.request(&token, EMPLOYMENT, &holder).await), waits);
    let reply = fetch(&world, &token, transaction).await;
    assert_eq!((reply.status, json(&reply)["transaction_id"].clone()), (202, transaction.clone()));
    let thief = world.request(&token, EMPLOYMENT, &Holder::new(2)).await;
    assert_eq!(refusal(&thief), refused("credential_request_denied"));

    decide(&world, "approve").await;
    world.clock.advance(Duration::days(13));
    let reply = fetch(&world, &token, transaction).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let answer = json(&reply);
    assert!(answer["credentials"][0]["credential"].is_string() && answer["notification_id"].is_string());
    let reply = fetch(&world, &token, transaction).await;
    assert_eq!(refusal(&reply), refused("invalid_transaction_id"), "it was fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credential_endpoint_answers_too_once_it_is_approved() {
    let world = World::start_approving(FourEyes::Always).await;
    let (token, holder) = (token(&world).await, Holder::new(1));
    assert_eq!(world.request(&token, CLEARED, &holder).await.status, 202);
    decide(&world, "approve").await;
    let reply = world.request(&token, CLEARED, &holder).await;
    assert_eq!(reply.status, 200, "a wallet that lost the transaction");
    let first = json(&reply);
    assert_eq!(json(&world.request(&token, CLEARED, &holder).await), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_stays_refused_and_what_lapses_can_be_asked_again() {
    let world = World::start_approving(FourEyes::Always).await;
    let (token, holder) = (token(&world).await, Holder::new(1));
    let refused_one = json(&world.request(&token, EMPLOYMENT, &holder).await)["transaction_id"].clone();
    decide(&world, "refuse").await;
    let denied = refused("credential_request_denied");
    assert_eq!(refusal(&fetch(&world, &token, &refused_one).await), denied);
    assert_eq!(refusal(&world.request(&token, EMPLOYMENT, &holder).await), denied);

    let lapsed = json(&world.request(&token, CLEARED, &holder).await)["transaction_id"].clone();
    world.clock.advance(Duration::days(issuance::PROPOSAL_DAYS));
    assert_eq!(refusal(&fetch(&world, &token, &lapsed).await), denied, "nobody decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_belongs_to_its_token_and_organisation() {
    let world = World::start_approving(FourEyes::Always).await;
    let (token_of_one, holder) = (token(&world).await, Holder::new(1));
    let waits = json(&world.request(&token_of_one, EMPLOYMENT, &holder).await);
    let transaction = waits["transaction_id"].as_str().unwrap();
    let other = world.token(&world.offer_for("10024").await).await;
    for wrong in [transaction, "unknown", "", &transaction.replace('.', "..")] {
        let reply = fetch(&world, &other, &json!(wrong)).await;
        assert_eq!(refusal(&reply), refused("invalid_transaction_id"), "{wrong}");
    }
    let path = "/t/undp/deferred_credential";
    for (body, error) in [
        (json!({}), "invalid_credential_request"),
        (json!({"transaction_id": 5}), "invalid_credential_request"),
        (json!([]), "invalid_credential_request"),
    ] {
        assert_eq!(refusal(&world.post(path, &body, Some(&token_of_one)).await), refused(error), "{body}");
    }
    let reply = world.post(path, &json!({"transaction_id": transaction}), None).await;
    assert_eq!(refusal(&reply), (401, "invalid_token".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_where_there_is_no_second_person() {
    let world = World::start_approving(FourEyes::WithColleagues).await;
    let (token, holder) = (token(&world).await, Holder::new(1));
    assert_eq!(world.request(&token, EMPLOYMENT, &holder).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_that_a_pin_opened_waits_for_a_second_person_and_a_passkey_does_not() {
    let world = World::start_wanting_passkeys(FourEyes::Always).await;
    let pin = json!({ "amr": ["pin", "swk"] });
    let (first, holder) = (token(&world).await, Holder::new(1));
    assert_eq!(world.request_saying(&first, EMPLOYMENT, &holder, &pin).await.status, 202);
    decide(&world, "approve").await;
    assert_eq!(world.request_saying(&first, EMPLOYMENT, &holder, &pin).await.status, 200);
    let (second, holder) = (token(&world).await, Holder::new(2));
    assert_eq!(world.request(&second, EMPLOYMENT, &holder).await.status, 200, "silence claims nothing");
    let third = token(&world).await;
    let odd = world.request_saying(&third, EMPLOYMENT, &Holder::new(3), &json!({ "amr": "pin" })).await;
    assert_eq!(refusal(&odd), refused("invalid_proof"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_that_a_pin_opened_is_refused_where_nobody_can_make_sure() {
    let world = World::start_wanting_passkeys(FourEyes::WithColleagues).await;
    let (pin, holder) = (json!({ "amr": ["pin", "swk"] }), Holder::new(1));
    let alone = token(&world).await;
    let denied = refused("credential_request_denied");
    assert_eq!(refusal(&world.request_saying(&alone, EMPLOYMENT, &holder, &pin).await), denied);
    let person = world.person("10023").await;
    let link = world.issuer.create_offer(&World::officer(), &new_offer(person)).await.unwrap();
    let staff = world.token(&link).await;
    let reply = world.request_saying(&staff, "StaffIdentity_dc_sd-jwt", &holder, &pin).await;
    assert_eq!(refusal(&reply), denied);
    assert!(json(&reply)["error_description"].as_str().unwrap().contains("opened with a PIN"));
    assert_eq!(
        world.request(&staff, "StaffIdentity_dc_sd-jwt", &holder).await.status,
        200,
        "with a passkey then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_acts_for_the_person_waits_for_a_second_person_or_is_refused_with_the_next_step() {
    let world = World::start_wanting_the_person(FourEyes::Always).await;
    let guardian = json!({ "representative": "guardian", "amr": ["pin", "swk"] });
    let (first, holder) = (token(&world).await, Holder::new(1));
    assert_eq!(world.request_saying(&first, EMPLOYMENT, &holder, &guardian).await.status, 202);
    decide(&world, "approve").await;
    assert_eq!(world.request_saying(&first, EMPLOYMENT, &holder, &guardian).await.status, 200);
    let second = token(&world).await;
    for odd in [json!(""), json!(1), json!(["guardian"]), json!("a guardian"), json!("x".repeat(17))] {
        let said = json!({ "representative": odd });
        let reply = world.request_saying(&second, EMPLOYMENT, &Holder::new(2), &said).await;
        assert_eq!(refusal(&reply), refused("invalid_proof"), "{said}");
    }
    assert_eq!(
        world.request(&second, EMPLOYMENT, &Holder::new(2)).await.status,
        200,
        "silence claims nothing"
    );

    let person = world.person("10023").await;
    let link = world.issuer.create_offer(&World::officer(), &new_offer(person)).await.unwrap();
    let staff = world.token(&link).await;
    let reply = world.request_saying(&staff, STAFF, &holder, &guardian).await;
    assert_eq!(refusal(&reply), refused("credential_request_denied"));
    let said = json(&reply)["error_description"].as_str().unwrap().to_owned();
    assert!(said.contains("the person receives it in person"), "{said}");
    assert_eq!(world.request(&staff, STAFF, &holder).await.status, 200, "nothing is used up by it");
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_says_what_nobody_gets_for_somebody_else() {
    let world = World::start_wanting_the_person(FourEyes::WithColleagues).await;
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let configurations = &metadata["credential_configurations_supported"];
    assert_eq!(configurations[STAFF]["representative"], "refuse");
    assert_eq!(configurations[EMPLOYMENT].get("representative"), None, "it waits, and comes");
    // Where nobody could look, it is refused as well.
    let guardian = json!({ "representative": "attorney" });
    let reply = world.request_saying(&token(&world).await, EMPLOYMENT, &Holder::new(1), &guardian).await;
    assert_eq!(refusal(&reply), refused("credential_request_denied"));
    let mut foreign = world.config();
    let types = BTreeMap::from([(CredentialType::StaffIdentity, ByRepresentative::Refuse)]);
    foreign.tenants[2].representative_types = types;
    assert!(matches!(foreign.check(), Err(ConfigError::RepresentativeTypes(_))), "a type it does not issue");
}
