use serde_json::{Value, json};
use testkit::{HolderKey, b64, jwt_payload, unb64};
use wire::vp::RequestObject;

use crate::verifiers::unsigned;
use crate::world::{Person, World, problem};

const CODE: Option<&str> = Some("493051");

pub fn keys(labels: &[&str]) -> Vec<HolderKey> {
    labels.iter().map(|label| HolderKey::from_label(label)).collect()
}

/// Signatures by the key that each item names, else by the device's.
pub fn signatures(person: &Person, copies: &[HolderKey], step: &Value) -> Value {
    let sign = |item: &Value| {
        let named = item["key"].as_str();
        let key = copies.iter().find(|key| Some(key.thumbprint().as_str()) == named).unwrap_or(&person.key);
        let input = unb64(item["input"].as_str().unwrap()).unwrap();
        json!({ "id": item["id"], "signature": b64(key.sign(&input)) })
    };
    json!({ "signatures": step["toSign"].as_array().unwrap().iter().map(sign).collect::<Vec<_>>() })
}

fn acceptance(person: &Person, copies: &[HolderKey]) -> Value {
    let jwks: Vec<Value> = copies.iter().map(HolderKey::jwk).collect();
    json!({ "deviceKey": person.key.thumbprint(), "txCode": CODE, "copyKeys": jwks })
}

/// A person who took the offer of the world with two further keys.
pub async fn holder(world: &World) -> (Person, Vec<HolderKey>) {
    world.others.knobs().batch_size = Some(3);
    let (person, copies) = (world.person("anna").await, keys(&["copy 1", "copy 2"]));
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(offer["furtherKeys"], 2);
    let base = format!("/v1/offers/{}", offer["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/accept"), acceptance(&person, &copies)).await;
    let step = step.expect(200).unwrap().json().unwrap();
    assert_eq!(step["toSign"].as_array().unwrap().len(), 6, "three keys for each of two credentials");
    let done = person.post(&format!("{base}/proofs"), signatures(&person, &copies, &step)).await;
    assert_eq!(done.expect(200).unwrap().json().unwrap()["offer"]["state"], "received");
    (person, copies)
}

/// Shows the name to a verifier; returns the thumbprint of the key in the credential it got.
async fn show(world: &World, person: &Person, copies: &[HolderKey], request: &str) -> String {
    let mut link = world.request();
    link["requestUri"] = format!("{}?{request}", link["requestUri"].as_str().unwrap()).into();
    let asked = person.post("/v1/presentations", link).await.expect(201).unwrap().json().unwrap();
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap().json().unwrap();
    let done = person.post(&format!("{base}/submit"), signatures(person, copies, &step)).await;
    assert_eq!(done.expect(200).unwrap().json().unwrap()["presentation"]["state"], "sent");
    let token: Value =
        serde_json::from_str(&world.others.seen().responses.last().unwrap()["vp_token"]).unwrap();
    let shown = token["sd"][0].as_str().unwrap();
    let key = jwt_payload(shown.split('~').next().unwrap()).unwrap()["cnf"]["jwk"].clone();
    keys::PublicKey::from_jwk(&key).unwrap().jwk_thumbprint()
}

/// The key of the copy that is prepared for a verifier; none where it is the device's own.
pub async fn prepared_for(world: &World, person: &Person, verifier: &str) -> Option<String> {
    let (request, uri) = unsigned(world);
    let to = format!("{uri}-{verifier}");
    let request =
        RequestObject { client_id: format!("redirect_uri:{to}"), response_uri: Some(to), ..request };
    let query = wire::vp::by_value::to_query(&request).unwrap();
    let asked =
        person.post("/v1/presentations", json!({ "query": query })).await.ok().unwrap().json().unwrap();
    let prepare = format!("/v1/presentations/{}/prepare", asked["id"].as_str().unwrap());
    let step = person.post(&prepare, json!({})).await.expect(200).unwrap().json().unwrap();
    step["toSign"][0]["key"].as_str().map(str::to_owned)
}

#[actix_web::test]
async fn each_credential_is_shown_once_in_the_list_and_has_its_copies() {
    let world = World::new().await;
    let (person, _) = holder(&world).await;
    let list = person.credentials().await;
    assert_eq!(list.len(), 2);
    for one in &list {
        assert_eq!(one["holderKey"], person.key.thumbprint());
        let whole = person.get(&format!("/v1/credentials/{}", one["id"].as_str().unwrap())).await;
        assert_eq!(whole.json().unwrap()["copies"], json!({ "all": 2, "unseen": 2 }));
    }
}

#[actix_web::test]
async fn verifier_sees_the_same_copy_again_and_never_the_devices_key_while_there_are_copies() {
    let world = World::new().await;
    let (person, copies) = holder(&world).await;
    let first = show(&world, &person, &copies, "a").await;
    assert_eq!(show(&world, &person, &copies, "b").await, first);
    assert_ne!(first, person.key.thumbprint());
    assert!(copies.iter().any(|key| key.thumbprint() == first));
}

#[actix_web::test]
async fn two_verifiers_see_two_keys_until_the_copies_run_out() {
    let world = World::new().await;
    let (person, copies) = holder(&world).await;
    let first = prepared_for(&world, &person, "first").await;
    let second = prepared_for(&world, &person, "second").await;
    assert!(first.is_some() && second.is_some() && first != second);
    assert_eq!(prepared_for(&world, &person, "first").await, first);
    assert_eq!(prepared_for(&world, &person, "third").await, None, "the device's key comes last");
    assert_eq!(copies.len(), 2);
}

/// The key in the credential that a verifier gets which wants no signature by it.
async fn shown_unbound_to(world: &World, person: &Person, verifier: &str) -> String {
    let (mut request, uri) = unsigned(world);
    for one in &mut request.dcql_query.as_mut().unwrap().credentials {
        one.require_cryptographic_holder_binding = false;
    }
    let to = format!("{uri}?{verifier}");
    let request =
        RequestObject { client_id: format!("redirect_uri:{to}"), response_uri: Some(to), ..request };
    let query = wire::vp::by_value::to_query(&request).unwrap();
    let asked =
        person.post("/v1/presentations", json!({ "query": query })).await.ok().unwrap().json().unwrap();
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap().json().unwrap();
    assert_eq!(step["toSign"], json!([]), "no key signs");
    person.post(&format!("{base}/submit"), json!({ "signatures": [] })).await.expect(200).unwrap();
    let token: Value =
        serde_json::from_str(&world.others.seen().responses.last().unwrap()["vp_token"]).unwrap();
    let shown = token["sd"][0].as_str().unwrap();
    let key = jwt_payload(shown.split('~').next().unwrap()).unwrap()["cnf"]["jwk"].clone();
    keys::PublicKey::from_jwk(&key).unwrap().jwk_thumbprint()
}

#[actix_web::test]
async fn verifier_that_wants_no_signature_sees_a_copy_of_its_own_too() {
    let world = World::new().await;
    let (person, copies) = holder(&world).await;
    let first = shown_unbound_to(&world, &person, "first").await;
    let second = shown_unbound_to(&world, &person, "second").await;
    assert_ne!(first, second);
    for shown in [first, second] {
        assert!(copies.iter().any(|key| key.thumbprint() == shown), "never the device's key");
    }
}

#[actix_web::test]
async fn copy_goes_with_its_device() {
    let world = World::new().await;
    let (person, _) = holder(&world).await;
    assert!(prepared_for(&world, &person, "first").await.is_some());
    let lost = format!("/v1/device-keys/{}", person.key.thumbprint());
    person.delete(&lost).await.expect(204).unwrap();
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    assert_eq!(asked["satisfiable"], false);
}

#[actix_web::test]
async fn keys_for_copies_are_different_public_p256_keys() {
    let world = World::new().await;
    world.others.knobs().batch_size = Some(3);
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let accept = format!("/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    for copies in [keys(&["one", "one"]), vec![HolderKey::from_label("anna")]] {
        assert_eq!(problem(person.post(&accept, acceptance(&person, &copies)).await, 400), "bad-request");
    }
    let mut private = acceptance(&person, &keys(&["one"]));
    private["copyKeys"][0]["d"] = json!("AAAA");
    assert_eq!(problem(person.post(&accept, private).await, 400), "bad-request");
}

#[actix_web::test]
async fn proof_by_another_key_than_the_one_of_the_copy_is_refused_here() {
    let world = World::new().await;
    world.others.knobs().batch_size = Some(3);
    let (person, copies) = (world.person("anna").await, keys(&["copy 1", "copy 2"]));
    let offer = person.open_offer(&world.offer_uri()).await;
    let base = format!("/v1/offers/{}", offer["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/accept"), acceptance(&person, &copies)).await.json().unwrap();
    let by_device_alone = person.signatures(&step);
    let answer = person.post(&format!("{base}/proofs"), by_device_alone).await;
    assert_eq!(problem(answer, 422), "signature-refused");
    assert!(world.others.seen().issued.is_empty());
}

#[actix_web::test]
async fn copy_that_says_something_else_than_the_first_is_not_kept() {
    let world = World::new().await;
    {
        let mut knobs = world.others.knobs();
        knobs.batch_size = Some(3);
        knobs.copies_differ = true;
    }
    let (person, copies) = (world.person("anna").await, keys(&["copy 1", "copy 2"]));
    let offer = person.open_offer(&world.offer_uri()).await;
    let base = format!("/v1/offers/{}", offer["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/accept"), acceptance(&person, &copies)).await.json().unwrap();
    let answer = person.post(&format!("{base}/proofs"), signatures(&person, &copies, &step)).await;
    let refused = answer.expect(502).unwrap().json().unwrap();
    assert_eq!(refused["faults"], json!(["form.copiesDiffer"]));
    assert!(person.credentials().await.is_empty());
}

#[actix_web::test]
async fn page_that_lost_its_keys_names_others_under_the_same_permission() {
    let world = World::new().await;
    world.others.knobs().batch_size = Some(3);
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let accept = format!("/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    let first = person.post(&accept, acceptance(&person, &keys(&["one"]))).await.json().unwrap();
    let again = person.post(&accept, acceptance(&person, &keys(&["one"]))).await.json().unwrap();
    assert_eq!(first["toSign"], again["toSign"]);
    let other = person.post(&accept, acceptance(&person, &keys(&["two"]))).await.json().unwrap();
    assert_ne!(first["toSign"], other["toSign"]);
    assert_eq!(world.others.seen().token_requests, 1);
}

#[actix_web::test]
async fn issuer_without_batches_is_asked_with_one_key() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(offer["furtherKeys"], 0);
    let accept = format!("/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    let step = person.post(&accept, acceptance(&person, &keys(&["one", "two"]))).await.json().unwrap();
    assert_eq!(step["toSign"].as_array().unwrap().len(), 2);
}
