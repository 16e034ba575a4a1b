//! The wallet as an OAuth client: tokens bound to keys, attestations, encrypted requests and answers.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Duration;
use clock::SeededEntropy;
use credential::x509::CertificateFault;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};
use testkit::Authority;
use wallet::app::oauth::{Client, ClientAttester, ClientAttesterError};

use crate::world::{Person, World, problem};

const CODE: Option<&str> = Some("493051");

async fn binding() -> World {
    let world = World::new().await;
    world.others.oauth().binds_tokens = true;
    world
}

/// Ends of the paths of good proofs, in their order.
fn proven(world: &World) -> Vec<String> {
    world.others.oauth().proofs.iter().map(|(end, _)| end.clone()).collect()
}

fn keys_in_use(world: &World) -> HashSet<String> {
    world.others.oauth().bound.values().cloned().collect()
}

fn requests(world: &World, end: &str) -> usize {
    world.others.oauth().requests.iter().filter(|(path, _)| path == end).count()
}

async fn opened(world: &World, person: &Person) -> String {
    let offer = person.open_offer(&world.offer_uri()).await;
    offer["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn bound_token_is_shown_with_its_key_wherever_it_goes() {
    let world = binding().await;
    let person = world.holder("anna").await;
    world.wallet.tend().await;
    assert_eq!(proven(&world), ["token", "credential", "credential", "notification", "notification"]);
    assert_eq!(world.others.seen().notifications.len(), 2);
    assert_eq!(keys_in_use(&world).len(), 1);
    assert!(!keys_in_use(&world).contains(&person.key.thumbprint()), "never the holder's");
    // The nonce was asked for once, and the same request came again.
    let tokens: Vec<_> =
        world.others.oauth().requests.iter().filter(|(end, _)| end == "token").cloned().collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!((requests(&world, "credential"), requests(&world, "notification")), (2, 2), "remembered");
    assert_eq!(world.others.seen().token_requests, 1, "the code was spent once");
}

#[actix_web::test]
async fn each_reception_has_a_key_of_its_own() {
    let world = binding().await;
    world.holder("anna").await;
    world.holder("boris").await;
    assert_eq!(keys_in_use(&world).len(), 2);
}

#[actix_web::test]
async fn nonce_that_has_grown_old_is_asked_for_at_any_endpoint() {
    let world = binding().await;
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    let step = person.accept(&id, CODE).await.expect(200).unwrap().json().unwrap();
    world.others.oauth().forget_nonce();
    let done = person.prove(&id, &step).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["offer"]["state"], "received");
    assert_eq!(requests(&world, "credential"), 3);
    world.others.oauth().forget_nonce();
    world.wallet.tend().await;
    assert_eq!((requests(&world, "notification"), world.others.seen().notifications.len()), (3, 2));
}

#[actix_web::test]
async fn server_that_is_never_content_is_asked_twice_and_nothing_is_lost() {
    let world = binding().await;
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    world.others.oauth().never_content = true;
    let refused = person.accept(&id, CODE).await;
    assert_eq!(problem(refused, 502), "issuer-refused");
    assert_eq!((requests(&world, "token"), world.others.seen().token_requests), (2, 0));
    world.others.oauth().never_content = false;
    let step = person.accept(&id, CODE).await.expect(200).unwrap().json().unwrap();
    world.others.oauth().never_content = true;
    assert_eq!(problem(person.prove(&id, &step).await, 502), "other-side-unavailable");
    assert_eq!(requests(&world, "credential"), 2);
    world.others.oauth().never_content = false;
    let done = person.prove(&id, &step).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["offer"]["state"], "received", "with the token that it had");
    assert_eq!(world.others.seen().token_requests, 1);
}

#[actix_web::test]
async fn what_is_released_later_is_asked_for_with_the_same_key() {
    let world = binding().await;
    world.others.knobs().deferred = Some("ldp_vc");
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    assert_eq!(person.receive(&id, CODE).await["state"], "waiting");
    world.others.knobs().release = "released";
    world.others.clock.advance(Duration::seconds(60));
    world.wallet.tend().await;
    assert_eq!(person.credentials().await.len(), 2);
    assert!(proven(&world).contains(&"deferred_credential".to_owned()));
    assert_eq!(keys_in_use(&world).len(), 1);
}

#[actix_web::test]
async fn renewal_goes_on_with_the_key_that_its_token_is_bound_to() {
    let world = binding().await;
    world.others.knobs().refresh = true;
    world.others.knobs().ends_in_days = Some(20);
    let person = world.holder("anna").await;
    let ends = person.credentials().await.into_iter().find(|one| one["validUntil"].is_string()).unwrap();
    let renewal = format!("/v1/credentials/{}/renewal", ends["id"].as_str().unwrap());
    let renew = || async {
        let offer = person.post(&renewal, json!({})).await.expect(201).unwrap().json().unwrap();
        person.receive(offer["id"].as_str().unwrap(), None).await
    };
    // The server speaks no more of keys; the token is bound all the same.
    world.others.oauth().hides_binding = true;
    assert_eq!(renew().await["state"], "received");
    assert_eq!(world.others.seen().token_requests, 2);
    assert_eq!(keys_in_use(&world).len(), 1);
}

#[actix_web::test]
async fn type_of_a_token_is_one_that_was_asked_for() {
    let world = World::new().await;
    world.others.oauth().grants_bound = true;
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    assert_eq!(problem(person.accept(&id, CODE).await, 502), "answer-not-understood", "bound to whose key?");
    // A server that binds nothing although it could: RFC 9449, 5.
    let world = binding().await;
    world.others.oauth().grants_bearer = true;
    let person = world.holder("anna").await;
    assert_eq!(person.credentials().await.len(), 2);
    assert_eq!(proven(&world), ["token"]);
}

#[actix_web::test]
async fn reception_without_a_key_goes_on_without_one() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    world.others.oauth().binds_tokens = true;
    assert_eq!(person.receive(&id, CODE).await["state"], "received");
    assert_eq!(proven(&world), [""; 0]);
}

fn attester() -> ClientAttester {
    ClientAttester::new(Arc::new(SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(4))))
}

/// A wallet that is attested, and an issuer that gives tokens to nobody else.
async fn attested(challenges: Option<&'static str>) -> World {
    let attester = attester();
    let key = *attester.public_key();
    let world = World::with(|wallet| {
        wallet.client = Client::new("https://wallet.example".into(), wallet.origin.clone(), Some(attester));
    })
    .await;
    {
        let mut oauth = world.others.oauth();
        (oauth.attester, oauth.challenges) = (Some(key), challenges);
    }
    world
}

#[actix_web::test]
async fn wallet_shows_whose_it_is_under_the_name_that_all_have() {
    let world = attested(None).await;
    world.others.oauth().binds_tokens = true;
    world.holder("anna").await;
    world.holder("boris").await;
    let seen = world.others.oauth().attested.clone();
    assert!(seen.iter().all(|(client, _)| client == "https://wallet.example"));
    let keys: HashSet<String> = seen.into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys, keys_in_use(&world), "the key of the token, another for each");
    assert_eq!(keys.len(), 2);
    let (_, form) = world.others.oauth().requests[0].clone();
    assert!(String::from_utf8(form.to_vec()).unwrap().contains("client_id=https%3A%2F%2Fwallet.example"));
    let said = world.person("anybody").await.get("/v1/client-attester").await.expect(200).unwrap().json();
    let said = said.unwrap();
    assert_eq!(said["clientId"], "https://wallet.example");
    assert_eq!(said["jwk"], attester().public_key().to_jwk());
    assert!(said.get("x5c").is_none());
}

#[actix_web::test]
async fn challenge_is_fetched_where_there_is_an_endpoint_and_heard_where_there_is_none() {
    let world = attested(Some("endpoint")).await;
    world.holder("anna").await;
    assert_eq!((requests(&world, "challenge"), requests(&world, "token")), (1, 1));
    let world = attested(Some("header")).await;
    world.others.oauth().binds_tokens = true;
    world.holder("anna").await;
    assert_eq!(
        (requests(&world, "challenge"), requests(&world, "token")),
        (0, 4),
        "challenge, nonce, challenge, token"
    );
    assert_eq!(world.others.seen().token_requests, 1);
}

#[actix_web::test]
async fn nobody_attests_unless_the_operator_says_so() {
    let world = World::new().await;
    let person = world.person("anna").await;
    assert_eq!(problem(person.get("/v1/client-attester").await, 404), "not-found");
    world.others.oauth().attester = Some(*attester().public_key());
    let id = opened(&world, &person).await;
    assert_eq!(problem(person.accept(&id, CODE).await, 502), "issuer-refused");
}

#[test]
fn certificate_of_the_attester_is_of_its_key_and_holds() {
    let now = chrono::DateTime::parse_from_rfc3339("2026-02-02T02:40:00Z").unwrap().to_utc();
    let authority = Authority::new("Wallets").unwrap();
    let (anchor, jwk) = (authority.pem(), attester().public_key().to_jwk());
    let refused = |chain: &str| attester().certified(chain.as_bytes(), anchor.as_bytes(), now).err();
    let certificate = authority.certify(&jwk, 2027).unwrap();
    let chained = attester().certified(certificate.as_bytes(), anchor.as_bytes(), now).unwrap();
    assert_eq!(chained.certificates(now).unwrap().as_array().unwrap().len(), 1);
    assert!(chained.certificates(now + Duration::days(400)).is_none(), "over");
    let other = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(5)).public_key().to_jwk();
    assert_eq!(refused(&authority.certify(&other, 2027).unwrap()), Some(ClientAttesterError::OtherKey));
    assert_eq!(refused(&authority.certify(&jwk, 2026).unwrap()), Some(CertificateFault::Dates.into()));
    assert_eq!(refused(""), Some(CertificateFault::Pem.into()));
}

async fn encrypting(required: bool) -> World {
    let world = World::new().await;
    world.others.oauth().encryption = Some(required);
    world
}

#[actix_web::test]
async fn credentials_are_asked_for_and_answered_encrypted_where_the_issuer_can() {
    for required in [false, true] {
        let world = encrypting(required).await;
        world.others.oauth().binds_tokens = required;
        world.others.knobs().deferred = Some("ldp_vc");
        let person = world.person("anna").await;
        let id = opened(&world, &person).await;
        assert_eq!(person.receive(&id, CODE).await["state"], "waiting");
        world.others.knobs().release = "released";
        world.others.clock.advance(Duration::seconds(60));
        world.wallet.tend().await;
        assert_eq!(person.credentials().await.len(), 2);
        let encrypted = world.others.oauth().encrypted.clone();
        assert_eq!(encrypted.iter().filter(|end| *end == "deferred_credential").count(), 1, "{encrypted:?}");
        assert!(encrypted.iter().filter(|end| *end == "credential").count() >= 2);
        let in_the_clear =
            world.others.oauth().requests.iter().any(|(end, body)| {
                end.ends_with("credential") && serde_json::from_slice::<Value>(body).is_ok()
            });
        assert!(!in_the_clear);
    }
}

#[actix_web::test]
async fn answer_in_the_clear_is_not_taken_where_another_was_asked_for() {
    let world = encrypting(false).await;
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    let step = person.accept(&id, CODE).await.expect(200).unwrap().json().unwrap();
    world.others.oauth().answers_in_the_clear = true;
    assert_eq!(problem(person.prove(&id, &step).await, 502), "answer-not-understood");
    assert!(person.credentials().await.is_empty());
}

#[actix_web::test]
async fn issuer_that_has_changed_its_key_is_asked_with_the_new_one() {
    let world = encrypting(true).await;
    let person = world.person("anna").await;
    let id = opened(&world, &person).await;
    world.others.oauth().encryption_seed = 9;
    assert_eq!(person.receive(&id, CODE).await["state"], "received");
    assert_eq!(person.credentials().await.len(), 2);
}
