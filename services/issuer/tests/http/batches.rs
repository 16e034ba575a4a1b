//! Several keys in one request: each gets a copy that nothing but its claims connects with the others.

use std::collections::BTreeSet;

use keys::Signer as _;
use serde_json::{Value, json};

use crate::support::{Holder, LDP, SD_JWT, World, json, new_offer, refusal, refused, start_time};

const PATH: &str = "/t/undp/credential";

async fn ask(world: &World, token: &str, configuration: &str, keys: &[&Holder]) -> outbound::Reply {
    let nonce = world.nonce().await;
    let proofs: Vec<String> = keys.iter().map(|key| key.proof(&nonce)).collect();
    let body = json!({"credential_configuration_id": configuration, "proofs": {"jwt": proofs}});
    world.post(PATH, &body, Some(token)).await
}

fn subjects(answer: &Value) -> Vec<String> {
    let copies = answer["credentials"].as_array().unwrap().iter();
    copies.map(|it| it["credential"]["credentialSubject"]["id"].as_str().unwrap().to_owned()).collect()
}

fn places(answer: &Value) -> BTreeSet<String> {
    let entries = answer["credentials"].as_array().unwrap().iter();
    let entries = entries.flat_map(|it| it["credential"]["credentialStatus"].as_array().unwrap());
    entries.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_gets_its_own_copy() {
    let world = World::start().await;
    let keys: Vec<Holder> = (1..=10).map(Holder::new).collect();
    let keys: Vec<&Holder> = keys.iter().collect();
    let token = world.token(&world.offer().await).await;
    let reply = ask(&world, &token, LDP, &keys).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let answer = json(&reply);
    let dids: Vec<String> = keys.iter().map(|key| key.0.public_key().did_jwk()).collect();
    assert_eq!(subjects(&answer), dids, "in the order of the proofs");
    assert_eq!(places(&answer).len(), 20, "two places of its own for each");
    let receipts: BTreeSet<_> = answer["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["receipt_uri"].as_str().unwrap())
        .collect();
    assert_eq!(receipts.len(), 10);
    let day = start_time().format("%Y-%m-%dT00:00:00Z").to_string();
    for copy in answer["credentials"].as_array().unwrap() {
        let credential = &copy["credential"];
        assert_eq!([&credential["validFrom"], &credential["proof"]["created"]], [&json!(day), &json!(day)]);
    }
    // The other format may have other keys behind the first one.
    let reply = ask(&world, &token, SD_JWT, &keys[..2]).await;
    assert_eq!(json(&reply)["credentials"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeating_gives_the_stored_copies_and_no_new_key_anything() {
    let world = World::start().await;
    let (one, two, three) = (Holder::new(1), Holder::new(2), Holder::new(3));
    let token = world.token(&world.offer().await).await;
    let first = json(&ask(&world, &token, LDP, &[&one, &two]).await);
    assert_eq!(json(&ask(&world, &token, LDP, &[&one, &two]).await), first);
    let swapped = json(&ask(&world, &token, LDP, &[&two, &one]).await);
    assert_eq!(swapped["credentials"][0], first["credentials"][1]);
    let single = json(&ask(&world, &token, LDP, &[&two]).await);
    assert_eq!(single["credentials"], json!([first["credentials"][1]]));
    for keys in [[&one, &three], [&three, &one]] {
        let reply = ask(&world, &token, LDP, &keys).await;
        assert_eq!(refusal(&reply), refused("credential_request_denied"));
    }
    let reply = ask(&world, &token, SD_JWT, &[&two, &one]).await;
    assert_eq!(refusal(&reply), refused("credential_request_denied"), "the first key holds the offer");
    let event = json!({"notification_id": first["notification_id"], "event": "credential_accepted"});
    assert_eq!(world.post("/t/undp/notification", &event, Some(&token)).await.status, 204);
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    let accepted = page.copies.iter().map(|it| it.copy.delivery);
    assert_eq!(accepted.collect::<Vec<_>>(), [issuance::Delivery::Accepted; 2], "one event for the batch");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_keys_the_same_key_and_a_named_key_have_their_errors() {
    let world = World::start().await;
    let keys: Vec<Holder> = (1..=11).map(Holder::new).collect();
    let keys: Vec<&Holder> = keys.iter().collect();
    let token = world.token(&world.offer().await).await;
    let reply = ask(&world, &token, LDP, &keys).await;
    assert_eq!(refusal(&reply), refused("invalid_credential_request"));
    let reply = ask(&world, &token, LDP, &[keys[0], keys[1], keys[0]]).await;
    assert_eq!(refusal(&reply), refused("invalid_proof"));

    let person = world.person("10024").await;
    let bound = issuer::app::NewOffer { bound_key: Some(keys[0].thumbprint()), ..new_offer(person) };
    let link = world.issuer.create_offer(&World::officer(), &bound).await.unwrap();
    let token = world.token(&link).await;
    let reply = ask(&world, &token, LDP, &keys[..2]).await;
    assert_eq!(refusal(&reply), refused("credential_request_denied"), "the offer is for one key");
    assert_eq!(ask(&world, &token, LDP, &keys[..1]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_person_ends_every_copy_of_the_batch() {
    let world = World::start().await;
    let (one, two) = (Holder::new(1), Holder::new(2));
    let token = world.token(&world.offer().await).await;
    ask(&world, &token, LDP, &[&one, &two]).await;
    let reason = issuance::Reason { code: issuance::ReasonCode::Separated, note: None };
    let change = issuance::StatusMove::new(issuance::Status::Revoked, reason);
    world.issuer.change_subject_status(&World::officer(), "s-10023", None, &change).await.unwrap();
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    assert!(
        page.copies.len() == 2 && page.copies.iter().all(|it| it.copy.status == issuance::Status::Revoked)
    );
}
