//! Issuers that take no P-256 key, or no JWT as its proof: keys of Ed25519, and presentations (OID4VCI 1.0, appendix F.2).

use clock::{Clock as _, SeededEntropy};
use credential::{Expect, Input, PresentationOutcome, verify_presentation};
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};
use testkit::{b64, jwt_payload, unb64};

use crate::custody::{PIN, key_of, opened, sign};
use crate::world::{Person, WFP, World, problem};

const CODE: &str = "493051";

fn ed25519(label: u64) -> SoftwareKey {
    SoftwareKey::generate(Algorithm::Ed25519, &SeededEntropy::new(label))
}

fn jwks(own: &[SoftwareKey]) -> Vec<Value> {
    own.iter().map(|key| key.public_key().to_jwk()).collect()
}

fn with(names: &[&str]) -> Value {
    json!({ "proof_signing_alg_values_supported": names })
}

/// An issuer that takes these proofs and names holders so.
async fn taking(types: Value, methods: &[&str]) -> World {
    let world = World::new().await;
    {
        let mut knobs = world.others.knobs();
        knobs.proof_types = Some(("", types));
        knobs.binding_methods = json!(methods);
    }
    world
}

async fn eddsa_alone() -> World {
    taking(json!({ "jwt": with(&["EdDSA"]) }), &["jwk", "did:jwk"]).await
}

/// As a page signs: by the key that an item names, else by the device's.
fn signed(person: &Person, own: &[SoftwareKey], step: &Value) -> Value {
    let sign = |item: &Value| {
        let input = unb64(item["input"].as_str().unwrap()).unwrap();
        let named = item["key"].as_str();
        let key = own.iter().find(|key| named == Some(key.public_key().jwk_thumbprint().as_str()));
        let signature = key.map_or_else(|| person.key.sign(&input), |key| key.sign_now(&input).unwrap());
        json!({ "id": item["id"], "signature": b64(signature) })
    };
    json!({ "signatures": step["toSign"].as_array().unwrap().iter().map(sign).collect::<Vec<_>>() })
}

async fn accept(person: &Person, offer: &Value, own: &[SoftwareKey]) -> testkit::Answer {
    let body = json!({ "deviceKey": person.key.thumbprint(), "txCode": CODE, "copyKeys": jwks(own) });
    person.post(&format!("/v1/offers/{}/accept", offer["id"].as_str().unwrap()), body).await
}

/// Takes an offer, or a renewal, to its end.
async fn take(person: &Person, offer: &Value, own: &[SoftwareKey]) -> Value {
    let step = accept(person, offer, own).await.expect(200).unwrap().json().unwrap();
    let proofs = format!("/v1/offers/{}/proofs", offer["id"].as_str().unwrap());
    let done = person.post(&proofs, signed(person, own, &step)).await.expect(200).unwrap();
    done.json().unwrap()["offer"].clone()
}

async fn holder(world: &World, own: &[SoftwareKey]) -> Person {
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(take(&person, &offer, own).await["state"], "received");
    person
}

/// Asks for one credential of this format, as a verifier that says this of what it takes.
fn ask(world: &World, format: &str, takes: &Value) {
    let meta = match format {
        "dc+sd-jwt" => json!({ "vct_values": [crate::stub::STAFF] }),
        _ => json!({ "type_values": [[crate::stub::STAFF]] }),
    };
    let query = json!({ "credentials": [{ "id": "one", "format": format, "meta": meta }] });
    let mut knobs = world.others.knobs();
    knobs.request["dcql_query"] = query;
    knobs.request["client_metadata"] = json!({ "vp_formats_supported": takes });
}

async fn open(world: &World, person: &Person, number: &str) -> Value {
    let mut link = world.request();
    link["requestUri"] = format!("{}?{number}", link["requestUri"].as_str().unwrap()).into();
    person.post("/v1/presentations", link).await.expect(201).unwrap().json().unwrap()
}

/// Shows it, and what a verifier finds of it.
async fn show(
    world: &World,
    person: &Person,
    own: &[SoftwareKey],
    number: &str,
) -> (Value, PresentationOutcome) {
    let asked = open(world, person, number).await;
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap().json().unwrap();
    let done = person.post(&format!("{base}/submit"), signed(person, own, &step)).await.expect(200).unwrap();
    assert_eq!(done.json().unwrap()["presentation"]["state"], "sent");
    last_shown(world).await
}

async fn last_shown(world: &World) -> (Value, PresentationOutcome) {
    let token = world.others.seen().responses.last().unwrap()["vp_token"].clone();
    let shown: Value = serde_json::from_str::<Value>(&token).unwrap()["one"][0].clone();
    let nonce = world.others.knobs().request["nonce"].as_str().unwrap().to_owned();
    let audience = format!("decentralized_identifier:{WFP}");
    let expect = Expect::presentation(world.others.clock.now(), &nonce, &audience);
    let input = Input::from_value(shown.clone()).unwrap();
    let outcome = verify_presentation(&input, world.wallet.resolver.as_ref(), &expect).await;
    assert!(outcome.is_verified(), "{:?} {:?}", outcome.faults, outcome.credentials);
    (shown, outcome)
}

fn binding_header(shown: &Value) -> Value {
    let binding = shown.as_str().unwrap().rsplit('~').next().unwrap().to_owned();
    serde_json::from_slice(&unb64(binding.split('.').next().unwrap()).unwrap()).unwrap()
}

#[actix_web::test]
async fn issuer_that_takes_ed25519_alone_gets_such_keys_and_both_forms_are_shown_by_them() {
    let world = eddsa_alone().await;
    let own = [ed25519(1)];
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!((&offer["furtherKeys"], &offer["ed25519Keys"]), (&json!(0), &json!(1)));
    assert_eq!(take(&person, &offer, &own).await["state"], "received");
    let proofs = world.others.seen().key_proofs.clone();
    assert!(proofs.iter().all(|(kind, all)| kind == "jwt" && all.len() == 1), "{proofs:?}");
    for one in person.credentials().await {
        assert_eq!(one["holderKey"], person.key.thumbprint(), "the device that holds the key");
    }
    let thumbprint = own[0].public_key().jwk_thumbprint();
    let takes = json!({ "dc+sd-jwt": { "kb-jwt_alg_values": ["ES256", "Ed25519"] } });
    ask(&world, "dc+sd-jwt", &takes);
    let (shown, outcome) = show(&world, &person, &own, "sd").await;
    assert_eq!(binding_header(&shown)["alg"], "Ed25519", "under the name that the verifier has");
    assert_eq!(outcome.holder_key.unwrap().jwk_thumbprint(), thumbprint);
    ask(&world, "dc+sd-jwt", &json!({}));
    assert_eq!(binding_header(&show(&world, &person, &own, "sd2").await.0)["alg"], "EdDSA");
    ask(&world, "ldp_vc", &json!({}));
    let (shown, outcome) = show(&world, &person, &own, "ldp").await;
    assert_eq!(shown["proof"]["cryptosuite"], "eddsa-rdfc-2022");
    assert_eq!(outcome.holder_key.unwrap().jwk_thumbprint(), thumbprint);
}

#[actix_web::test]
async fn each_copy_has_an_ed25519_key_of_its_own() {
    let world = eddsa_alone().await;
    world.others.knobs().batch_size = Some(3);
    let own = [ed25519(1), ed25519(2), ed25519(3)];
    let person = holder(&world, &own).await;
    let list = person.credentials().await;
    assert_eq!(list.len(), 2, "copies stand behind the first");
    let whole = person.get(&format!("/v1/credentials/{}", list[0]["id"].as_str().unwrap())).await;
    assert_eq!(whole.json().unwrap()["copies"], json!({ "all": 2, "unseen": 2 }));
    ask(&world, "dc+sd-jwt", &json!({}));
    let (_, outcome) = show(&world, &person, &own, "a").await;
    let shown = outcome.holder_key.unwrap().jwk_thumbprint();
    assert!(own[1..].iter().any(|key| key.public_key().jwk_thumbprint() == shown));
}

#[actix_web::test]
async fn offer_of_both_kinds_binds_each_credential_to_its_own() {
    let world = World::new().await;
    {
        let mut knobs = world.others.knobs();
        knobs.batch_size = Some(2);
        knobs.proof_types = Some(("ldp_vc", json!({ "jwt": with(&["Ed25519"]) })));
    }
    let further = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(4));
    let own = [ed25519(1), further, ed25519(2)];
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!((&offer["furtherKeys"], &offer["ed25519Keys"]), (&json!(1), &json!(2)));
    let step = accept(&person, &offer, &own).await.expect(200).unwrap().json().unwrap();
    let again = accept(&person, &offer, &own).await.expect(200).unwrap().json().unwrap();
    assert_eq!(step["toSign"], again["toSign"], "nothing is begun anew");
    assert_eq!(take(&person, &offer, &own).await["state"], "received");
    for (format, kind) in [("dc+sd-jwt", Algorithm::P256), ("ldp_vc", Algorithm::Ed25519)] {
        ask(&world, format, &json!({}));
        let (_, outcome) = show(&world, &person, &own, format).await;
        assert_eq!(outcome.holder_key.unwrap().algorithm(), kind, "{format}");
    }
}

#[actix_web::test]
async fn browser_without_ed25519_is_told_so_before_the_code_is_used() {
    let world = eddsa_alone().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    assert_eq!(problem(accept(&person, &offer, &[]).await, 422), "key-kind-missing");
    let p256 = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(9));
    assert_eq!(problem(accept(&person, &offer, &[p256]).await, 422), "key-kind-missing");
    assert_eq!(world.others.seen().token_requests, 0);
    assert_eq!(take(&person, &offer, &[ed25519(1)]).await["state"], "received", "the code is still good");
}

#[actix_web::test]
async fn signature_by_the_device_does_not_stand_for_the_named_key() {
    let world = eddsa_alone().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let step = accept(&person, &offer, &[ed25519(1)]).await.expect(200).unwrap().json().unwrap();
    let proofs = format!("/v1/offers/{}/proofs", offer["id"].as_str().unwrap());
    assert_eq!(problem(person.post(&proofs, person.signatures(&step)).await, 422), "signature-refused");
    let other = signed(&person, &[ed25519(2)], &step);
    assert_eq!(problem(person.post(&proofs, other).await, 422), "signature-refused");
    assert!(world.others.seen().issued.is_empty());
}

#[actix_web::test]
async fn what_is_bound_to_ed25519_is_not_shown_to_whom_takes_es256_alone() {
    let world = eddsa_alone().await;
    let person = holder(&world, &[ed25519(1)]).await;
    for (format, takes) in [
        ("dc+sd-jwt", json!({ "dc+sd-jwt": { "kb-jwt_alg_values": ["ES256"] } })),
        ("ldp_vc", json!({ "ldp_vc": { "cryptosuite_values": ["ecdsa-rdfc-2019"] } })),
    ] {
        ask(&world, format, &takes);
        assert_eq!(open(&world, &person, format).await["satisfiable"], false, "{format}");
    }
    let usual = World::new().await;
    let person = usual.holder("anna").await;
    ask(
        &usual,
        "ldp_vc",
        &json!({ "ldp_vc": { "cryptosuite_values": ["eddsa-rdfc-2022", "ecdsa-jcs-2019"] } }),
    );
    let (shown, _) = show(&usual, &person, &[], "jcs").await;
    assert_eq!(shown["proof"]["cryptosuite"], "ecdsa-jcs-2019", "one that the verifier has");
}

#[actix_web::test]
async fn lost_device_takes_its_ed25519_keys_with_it_and_a_new_one_renews() {
    let world = eddsa_alone().await;
    world.others.knobs().refresh = true;
    let mut person = holder(&world, &[ed25519(1)]).await;
    ask(&world, "dc+sd-jwt", &json!({}));
    assert_eq!(open(&world, &person, "before").await["satisfiable"], true);
    person.delete(&format!("/v1/device-keys/{}", person.key.thumbprint())).await.expect(204).unwrap();
    assert_eq!(open(&world, &person, "after").await["satisfiable"], false);
    person.key = testkit::HolderKey::from_label("another phone");
    person.post("/v1/device-keys", json!({ "publicKey": person.key.jwk() })).await.expect(201).unwrap();
    let list = person.credentials().await;
    let renewal = format!("/v1/credentials/{}/renewal", list[0]["id"].as_str().unwrap());
    let offer = person.post(&renewal, json!({})).await.expect(201).unwrap().json().unwrap();
    assert_eq!(offer["ed25519Keys"], 1);
    let own = [ed25519(5)];
    assert_eq!(take(&person, &offer, &own).await["state"], "received");
    assert_eq!(person.credentials().await.len(), 2, "none twice");
    let (_, outcome) = show(&world, &person, &own, "anew").await;
    assert_eq!(outcome.holder_key.unwrap(), *own[0].public_key());
}

#[actix_web::test]
async fn issuer_that_takes_presentations_alone_gets_them_by_the_devices_key() {
    for suite in ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"] {
        let world = taking(json!({ "di_vp": with(&["eddsa-rdfc-2022", suite]) }), &["did:jwk"]).await;
        world.others.knobs().batch_size = Some(2);
        let person = world.person("anna").await;
        let offer = person.open_offer(&world.offer_uri()).await;
        assert_eq!((&offer["furtherKeys"], &offer["ed25519Keys"]), (&json!(1), &json!(0)));
        assert_eq!(take(&person, &offer, &[]).await["state"], "received");
        let proofs = world.others.seen().key_proofs.clone();
        assert_eq!(proofs.len(), 2);
        for (kind, all) in proofs {
            assert_eq!((kind.as_str(), &all[0]["proof"]["cryptosuite"]), ("di_vp", &json!(suite)));
            assert_eq!(all[0]["holder"], person.key.did_jwk());
        }
    }
}

#[actix_web::test]
async fn presentation_by_ed25519_binds_to_a_did_key_under_which_it_is_shown_too() {
    let world = taking(json!({ "di_vp": with(&["eddsa-rdfc-2022"]) }), &["did:key"]).await;
    world.others.knobs().nonce_refusals = 1;
    let own = [ed25519(1)];
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let step = accept(&person, &offer, &own).await.expect(200).unwrap().json().unwrap();
    let proofs = format!("/v1/offers/{}/proofs", offer["id"].as_str().unwrap());
    let step = person.post(&proofs, signed(&person, &own, &step)).await.expect(200).unwrap().json().unwrap();
    assert_eq!(step["toSign"].as_array().unwrap().len(), 1, "the nonce of one was refused");
    let done = person.post(&proofs, signed(&person, &own, &step)).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["offer"]["state"], "received");
    ask(&world, "ldp_vc", &json!({}));
    let (shown, _) = show(&world, &person, &own, "ldp").await;
    let did = own[0].public_key().did_key();
    assert_eq!(
        (&shown["holder"], &shown["verifiableCredential"][0]["credentialSubject"]["id"]),
        (&json!(did), &json!(did))
    );
}

#[actix_web::test]
async fn desk_makes_the_ed25519_key_that_goes_with_a_sealed_one() {
    let world = eddsa_alone().await;
    let (desk, _) = opened(&world).await;
    let offer = desk.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let base = format!("/v1/offers/{id}");
    let body = json!({ "deviceKey": key_of(&desk).await, "txCode": CODE });
    desk.post(&format!("{base}/accept"), body).await.expect(200).unwrap();
    let by_pin = sign(&desk, "offers", id, PIN).await.expect(200).unwrap().json().unwrap();
    let done = desk.post(&format!("{base}/proofs"), by_pin).await.expect(200).unwrap().json().unwrap();
    assert_eq!(done["offer"]["state"], "received");
    ask(&world, "dc+sd-jwt", &json!({}));
    let asked = open(&world, &desk, "desk").await;
    let id = asked["id"].as_str().unwrap();
    let base = format!("/v1/presentations/{id}");
    desk.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap();
    let by_pin = sign(&desk, "presentations", id, PIN).await.expect(200).unwrap().json().unwrap();
    desk.post(&format!("{base}/submit"), by_pin).await.expect(200).unwrap();
    let (shown, _) = last_shown(&world).await;
    let key = jwt_payload(shown.as_str().unwrap().split('~').next().unwrap()).unwrap()["cnf"]["jwk"].clone();
    assert_eq!((&key["crv"], &binding_header(&shown)["alg"]), (&json!("Ed25519"), &json!("EdDSA")));
}
