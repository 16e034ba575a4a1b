//! What ends soon or has shown every copy: reminded of, and given anew where the issuer allows it.

use serde_json::{Value, json};

use crate::copies::{holder, keys, prepared_for, signatures};
use crate::world::{Person, World, problem};

/// Somebody whose copies were all shown.
async fn without_copies(world: &World) -> Person {
    let (person, _) = holder(world).await;
    for verifier in ["first", "second"] {
        assert!(prepared_for(world, &person, verifier).await.is_some());
    }
    person
}

async fn refreshing() -> World {
    let world = World::new().await;
    world.others.knobs().refresh = true;
    world
}

/// The credential that the wallet's requests are answered with.
async fn selective(person: &Person) -> Value {
    let all = person.credentials().await;
    all.iter().find(|one| one["format"] == "dc+sd-jwt").unwrap().clone()
}

async fn begin(person: &Person) -> testkit::Answer {
    let id = selective(person).await["id"].as_str().unwrap().to_owned();
    person.post(&format!("/v1/credentials/{id}/renewal"), json!({})).await
}

/// Takes a renewal to its end with these fresh keys.
async fn renew(person: &Person, offer: &Value, labels: &[&str]) -> Value {
    let fresh = keys(labels);
    let jwks: Vec<Value> = fresh.iter().map(testkit::HolderKey::jwk).collect();
    let base = format!("/v1/offers/{}", offer["id"].as_str().unwrap());
    let body = json!({ "deviceKey": person.key.thumbprint(), "copyKeys": jwks });
    let step = person.post(&format!("{base}/accept"), body).await.expect(200).unwrap().json().unwrap();
    let done = person.post(&format!("{base}/proofs"), signatures(person, &fresh, &step)).await;
    done.expect(200).unwrap().json().unwrap()["offer"].clone()
}

async fn home(person: &Person) -> String {
    person.page("/").await.expect(200).unwrap().text()
}

#[actix_web::test]
async fn used_up_copies_come_anew_and_take_the_place_of_the_old_ones() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    let before = selective(&person).await;
    assert!(home(&person).await.contains(&format!("data-renew=\"{}\"", before["id"].as_str().unwrap())));
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    assert_eq!(offer["furtherKeys"], 2);
    assert!(offer.get("txCode").is_none());
    let done = renew(&person, &offer, &["copy 3", "copy 4"]).await;
    assert_eq!(done["state"], "received");
    assert_eq!(person.credentials().await.len(), 2, "none twice");
    let after = selective(&person).await;
    assert_ne!(after["id"], before["id"]);
    let whole =
        person.get(&format!("/v1/credentials/{}", after["id"].as_str().unwrap())).await.json().unwrap();
    assert_eq!(whole["copies"], json!({ "all": 2, "unseen": 2 }));
    assert!(prepared_for(&world, &person, "third").await.is_some());
    let old = person.get(&format!("/v1/credentials/{}", before["id"].as_str().unwrap())).await;
    assert_eq!(problem(old, 404), "not-found");
    let entries = person.get("/v1/activity").await.json().unwrap();
    let renewed: Vec<&Value> =
        entries["entries"].as_array().unwrap().iter().filter(|one| one["kind"] == "renewed").collect();
    assert_eq!(renewed.len(), 1);
    assert!(renewed[0]["sentence"].as_str().unwrap().contains("same as before"));
    assert!(!home(&person).await.contains("data-renew"));
    assert_eq!(problem(begin(&person).await, 409), "conflict", "nothing is due");
}

#[actix_web::test]
async fn each_renewal_has_a_token_of_its_own() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    renew(&person, &offer, &["copy 3", "copy 4"]).await;
    for verifier in ["third", "fourth"] {
        assert!(prepared_for(&world, &person, verifier).await.is_some());
    }
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    assert_eq!(renew(&person, &offer, &["copy 5", "copy 6"]).await["state"], "received");
}

#[actix_web::test]
async fn renewal_that_was_left_is_gone_on_with_and_ends_once() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    let accept = format!("/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    let body = json!({ "deviceKey": person.key.thumbprint(), "copyKeys": [] });
    person.post(&accept, body).await.expect(200).unwrap();
    assert!(!home(&person).await.contains("An offer waits for you"), "it stands beside what it renews");
    let again = begin(&person).await.expect(200).unwrap().json().unwrap();
    assert_eq!(again["id"], offer["id"]);
    assert_eq!(renew(&person, &again, &["copy 3", "copy 4"]).await["state"], "received");
    assert_eq!(world.others.seen().token_requests, 2, "one for the offer, one for its renewal");
    assert_eq!(person.credentials().await.len(), 2);
}

#[actix_web::test]
async fn what_says_something_else_after_its_renewal_is_pointed_out() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    world.others.knobs().renames = true;
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    renew(&person, &offer, &[]).await;
    let entries = person.get("/v1/activity").await.json().unwrap().to_string();
    assert!(entries.contains("has changed"), "{entries}");
    assert!(person.page("/activity").await.text().contains("Something in it has changed"));
}

#[actix_web::test]
async fn issuer_that_gives_no_token_is_asked_by_the_person() {
    let world = World::new().await;
    let person = without_copies(&world).await;
    let page = home(&person).await;
    assert!(page.contains("Every copy was shown") && page.contains("to offer it to you again"));
    assert!(!page.contains("data-renew"));
    assert_eq!(problem(begin(&person).await, 409), "renewal-over");
}

#[actix_web::test]
async fn token_that_the_issuer_ended_is_forgotten_and_nothing_is_lost() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    world.others.seen().refresh_tokens.clear();
    let body = json!({ "deviceKey": person.key.thumbprint() });
    let accept = format!("/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    assert_eq!(problem(person.post(&accept, body.clone()).await, 409), "renewal-over");
    assert_eq!(problem(person.post(&accept, body).await, 404), "not-found");
    assert_eq!(problem(begin(&person).await, 409), "renewal-over");
    let page = home(&person).await;
    assert!(!page.contains("data-renew") && page.contains("to offer it to you again"));
    assert_eq!(person.credentials().await.len(), 2);
}

#[actix_web::test]
async fn another_issuer_at_the_same_address_renews_nothing() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    world.others.knobs().signed_metadata = false;
    assert_eq!(problem(begin(&person).await, 422), "offer-refused");
    assert_eq!(world.others.seen().token_requests, 1);
    assert!(!home(&person).await.contains("data-due"), "not tried by itself again today");
    assert!(home(&person).await.contains("data-renew"));
    assert_eq!(person.credentials().await.len(), 2);
}

#[actix_web::test]
async fn only_its_person_renews_a_credential() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    let id = selective(&person).await["id"].as_str().unwrap().to_owned();
    let other = world.person("bela").await;
    let answer = other.post(&format!("/v1/credentials/{id}/renewal"), json!({})).await;
    assert_eq!(problem(answer, 404), "not-found");
}

#[actix_web::test]
async fn end_is_told_of_a_month_before_and_after() {
    let world = World::new().await;
    world.others.knobs().ends_in_days = Some(400);
    let mut person = world.holder("anna").await;
    assert!(!home(&person).await.contains("id=\"reminders\""));
    world.others.clock.advance(chrono::Duration::days(370));
    person.sign_in().await;
    let page = home(&person).await;
    assert!(page.contains("id=\"reminders\"") && page.contains("Valid until"), "{page}");
    world.others.clock.advance(chrono::Duration::days(31));
    person.sign_in().await;
    assert!(home(&person).await.contains("It was valid until"));
}

#[actix_web::test]
async fn what_ends_soon_is_renewed_by_itself_once_a_day_at_most() {
    let world = refreshing().await;
    world.others.knobs().ends_in_days = Some(20);
    let person = world.holder("anna").await;
    let page = home(&person).await;
    assert!(page.contains("data-due"), "{page}");
    let id =
        person.credentials().await.iter().find(|one| one["validUntil"].is_string()).unwrap()["id"].clone();
    let renewal = format!("/v1/credentials/{}/renewal", id.as_str().unwrap());
    let offer = person.post(&renewal, json!({})).await.expect(201).unwrap().json().unwrap();
    assert_eq!(renew(&person, &offer, &[]).await["state"], "received");
    // This issuer gives nothing that lasts longer: the page does not go round in circles.
    let page = home(&person).await;
    assert!(page.contains("data-renew") && !page.contains("data-due"));
    world.others.clock.advance(chrono::Duration::hours(25));
    let mut person = person;
    person.sign_in().await;
    assert!(home(&person).await.contains("data-due"));
}

#[actix_web::test]
async fn what_the_issuer_does_not_give_anew_stays_and_is_asked_for_by_the_person() {
    let world = refreshing().await;
    let person = without_copies(&world).await;
    let before = selective(&person).await;
    world.others.knobs().deferred = Some("dc_sd-jwt");
    let offer = begin(&person).await.expect(201).unwrap().json().unwrap();
    assert_eq!(renew(&person, &offer, &["copy 3", "copy 4"]).await["state"], "waiting");
    assert_eq!(
        person.credentials().await.len(),
        3,
        "the one that came stands beside the old ones until all is clear"
    );
    world.others.knobs().release = "credential_request_denied";
    world.others.clock.advance(chrono::Duration::minutes(2));
    world.wallet.tend().await;
    let after = person.credentials().await;
    assert_eq!(after.len(), 2);
    assert_eq!(selective(&person).await["id"], before["id"]);
    assert_eq!(problem(begin(&person).await, 409), "renewal-over");
}
