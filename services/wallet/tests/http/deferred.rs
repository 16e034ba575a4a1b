//! Credentials that an organisation releases later.

use chrono::Duration;
use serde_json::Value;

use crate::world::{Person, World};

/// Somebody who has accepted an offer of which this end of the configurations waits, and its identifier.
async fn waiting(world: &World, end: &'static str) -> (Person, String) {
    world.others.knobs().deferred = Some(end);
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap().to_owned();
    let offer = person.receive(&id, Some("493051")).await;
    assert_eq!(offer["state"], "waiting", "{offer}");
    (person, id)
}

async fn offer(person: &Person, id: &str) -> Value {
    person.get(&format!("/v1/offers/{id}")).await.expect(200).unwrap().json().unwrap()
}

/// The background work after as many seconds.
async fn after(world: &World, seconds: i64) {
    world.others.clock.advance(Duration::seconds(seconds));
    world.wallet.tend().await;
}

#[actix_web::test]
async fn what_is_released_later_comes_without_the_person() {
    let world = World::new().await;
    let (person, id) = waiting(&world, "ldp_vc").await;
    assert_eq!(person.credentials().await.len(), 1, "the other one is here");
    let page = person.page(&format!("/offers/{id}")).await.text();
    assert!(page.contains("Waiting for the organisation") && !page.contains("id=\"accept-form\""));
    assert!(person.page("/").await.text().contains("A certificate waits for the organisation"));
    after(&world, 59).await;
    assert_eq!(world.others.seen().deferred_requests, 0, "the issuer said 60 seconds");
    after(&world, 1).await;
    assert_eq!(world.others.seen().deferred_requests, 1);
    assert_eq!(person.credentials().await.len(), 1);
    // Accepting again proves nothing twice.
    let tokens = world.others.seen().token_requests;
    assert_eq!(person.receive(&id, None).await["state"], "waiting");
    assert_eq!(world.others.seen().token_requests, tokens);

    world.others.knobs().release = "slow_down";
    after(&world, 60).await;
    assert_eq!(offer(&person, &id).await["state"], "waiting", "an issuer may have a bad moment");
    world.others.knobs().release = "released";
    after(&world, 300).await;
    assert_eq!(offer(&person, &id).await["state"], "received");
    assert_eq!(person.credentials().await.len(), 2);
    world.wallet.tend().await;
    assert_eq!(world.others.seen().notifications.len(), 2, "and the issuer is told of both");
    after(&world, 3600).await;
    assert_eq!(world.others.seen().deferred_requests, 3, "nothing is asked for any more");
}

#[actix_web::test]
async fn what_the_organisation_refuses_is_said_and_the_rest_stays() {
    let world = World::new().await;
    let (person, id) = waiting(&world, "ldp_vc").await;
    world.others.knobs().release = "credential_request_denied";
    after(&world, 60).await;
    let offer = offer(&person, &id).await;
    assert_eq!(offer["state"], "received");
    let refused: Vec<&Value> =
        offer["credentials"].as_array().unwrap().iter().filter(|one| one["release"] == "refused").collect();
    assert_eq!((refused.len(), person.credentials().await.len()), (1, 1));
}

#[actix_web::test]
async fn an_offer_of_which_nothing_is_released_can_be_removed() {
    let world = World::new().await;
    // Both formats.
    let (person, id) = waiting(&world, "").await;
    world.others.knobs().release = "credential_request_denied";
    after(&world, 60).await;
    assert_eq!(offer(&person, &id).await["state"], "refused");
    assert_eq!(person.receive(&id, None).await["state"], "refused");
    assert!(person.page(&format!("/offers/{id}")).await.text().contains("did not approve it"));
    assert_eq!(person.delete(&format!("/v1/offers/{id}")).await.status, 204);
    assert!(!person.page("/").await.text().contains("was not given to you"));
}

#[actix_web::test]
async fn a_token_or_transaction_that_is_over_leads_back_to_the_person() {
    for over in ["invalid_token", "invalid_transaction_id"] {
        let world = World::new().await;
        let (person, id) = waiting(&world, "ldp_vc").await;
        world.others.knobs().release = over;
        after(&world, 60).await;
        assert_eq!(offer(&person, &id).await["state"], "opened", "{over}");
        assert_eq!(person.credentials().await.len(), 1, "what came stays");
        world.others.knobs().release = "released";
        assert_eq!(person.receive(&id, Some("493051")).await["state"], "received");
        assert_eq!(person.credentials().await.len(), 2);
    }
}

#[actix_web::test]
async fn a_released_credential_that_does_not_verify_is_not_kept() {
    let world = World::new().await;
    world.others.knobs().tamper = true;
    let (person, id) = waiting(&world, "").await;
    world.others.knobs().release = "released";
    after(&world, 60).await;
    assert_eq!(offer(&person, &id).await["state"], "refused");
    assert!(person.credentials().await.is_empty());
}
