//! Keys of kept wallets in a real PKCS#11 token (SoftHSM 2): made there, used there, destroyed there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use clock::SeededEntropy;
use credential::jwt;
use credential::x509::{CertificateChain, CertificateFault, TrustAnchors};
use holding::account::DeviceKey;
use holding::assisted::read_wallet_number;
use holding::custody::{Custody, DEVICE, Kept};
use holding::key_attestation::KeyStatement;
use keys::{Algorithm, PublicKey, Signer as _, SoftwareKey, Token, TokenConfig};
use serde_json::{Value, json};
use testkit::{Authority, SoftHsm, jcs, unb64};
use wallet::app::kept_keys::{AttesterCertificateFault, KeptKeys, KeptKeysError};

use crate::assisted::{newcomer, officers};
use crate::custody::{PIN, claim, enter, key_of, opened, receive, sign};
use crate::desk_queue;
use crate::stations::{at_station, opened_request, proof};
use crate::world::{Person, World, problem};

/// The tokens of the test of that name, in a process of its own; otherwise the test has been run there.
macro_rules! alone {
    ($test:literal) => {
        match SoftHsm::alone(concat!("kept_keys::", $test)).unwrap() {
            Some(hsm) => hsm,
            None => return,
        }
    };
}

fn config(hsm: &SoftHsm) -> TokenConfig {
    TokenConfig {
        module: SoftHsm::module().unwrap(),
        token: "wallet".to_owned(),
        pin_file: Some(hsm.token("wallet", "4711-geheim").unwrap()),
        sessions: 2,
    }
}

/// A wallet whose kept keys are in the token, and the token as an operator sees it.
async fn world(config: &TokenConfig, says: Option<&KeyStatement>) -> (World, Arc<Token>) {
    let kept = KeptKeys::open(Some(config), says, &SeededEntropy::new(3)).unwrap();
    let world = World::with(|wallet| wallet.kept_keys = kept).await;
    (world, Arc::new(Token::open(config).unwrap()))
}

fn kept(token: &Token) -> Vec<String> {
    token.list().unwrap().into_iter().filter(|label| label.starts_with("wallet.kept-")).collect()
}

async fn present(world: &World, desk: &Person) -> Value {
    let asked = desk.post("/v1/presentations", world.request()).await.expect(201).unwrap().json().unwrap();
    let (id, base) =
        (asked["id"].as_str().unwrap(), format!("/v1/presentations/{}", asked["id"].as_str().unwrap()));
    desk.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap();
    let signed = sign(desk, "presentations", id, PIN).await.expect(200).unwrap().json().unwrap();
    let done = desk.post(&format!("{base}/submit"), signed).await.expect(200).unwrap().json().unwrap();
    done["presentation"].clone()
}

#[actix_web::test]
async fn wallet_at_a_desk_receives_shows_and_proves_with_a_key_that_never_leaves_the_token() {
    let hsm = alone!("wallet_at_a_desk_receives_shows_and_proves_with_a_key_that_never_leaves_the_token");
    let config = config(&hsm);
    let (world, token) = world(&config, None).await;
    let (desk, _) = at_station(&world).await;
    let number = desk.get("/v1/account").await.json().unwrap()["number"].as_str().unwrap().to_owned();
    assert_eq!(receive(&world, &desk).await["state"], "received");
    assert_eq!(present(&world, &desk).await["state"], "sent");
    let id = opened_request(&world, &desk).await;
    let sent = desk.post(&format!("/v1/existence/{id}/desk"), proof(PIN)).await.expect(200).unwrap();
    assert_eq!(sent.json().unwrap()["state"], "answered");

    let answer = world.others.seen().existence_answers[0].clone();
    let holder = PublicKey::from_jwk(&answer["holderKey"]).unwrap();
    assert_eq!(holder.jwk_thumbprint(), key_of(&desk).await);
    let mut unsigned = answer.clone();
    let signature = unsigned.as_object_mut().unwrap().remove("deviceSignature").unwrap();
    holder.verify(&jcs(&unsigned), &unb64(signature.as_str().unwrap()).unwrap()).unwrap();

    let labels = kept(&token);
    assert_eq!(labels.len(), 1);
    // What is found is not extractable, or it is refused; and it is the holder's.
    assert_eq!(*token.find(&labels[0]).unwrap().unwrap().public_key(), holder);
    let account = account_of(&world, &number).await;
    let custody = world.wallet.store.read().await.unwrap().find_custody(&account).await.unwrap();
    let custody = custody.map(|custody| custody.kept);
    assert_eq!(custody, Some(Kept::Token(labels[0].clone())), "nothing of the key is in the database");
    keys::end_tokens();
}

async fn account_of(world: &World, number: &str) -> String {
    let beginning = read_wallet_number(number).unwrap();
    let mut tx = world.wallet.store.read().await.unwrap();
    tx.find_account_by_beginning(&beginning).await.unwrap().unwrap()
}

#[actix_web::test]
async fn key_ends_in_the_token_with_its_custody_whichever_way_that_ends() {
    let hsm = alone!("key_ends_in_the_token_with_its_custody_whichever_way_that_ends");
    let config = config(&hsm);
    let (world, token) = world(&config, None).await;
    let (mut officer, number) = opened(&world).await;
    receive(&world, &officer).await;
    let phone = claim(&world, &officer).await;
    assert_eq!(kept(&token).len(), 1, "until the background work has come by");
    world.wallet.tend().await;
    assert_eq!(kept(&token), [""; 0]);
    assert_eq!(phone.credentials().await.len(), 2);
    officer.sign_in().await;
    assert_eq!(problem(enter(&officer, &number, PIN).await, 404), "not-found");
    // The person has everything deleted at the desk.
    officer.post("/v1/officers/wallets", json!({ "pin": PIN })).await.expect(201).unwrap();
    assert_eq!(kept(&token).len(), 1);
    officer.delete("/v1/account").await.expect(204).unwrap();
    world.wallet.tend().await;
    assert_eq!(kept(&token), [""; 0]);
    assert_eq!(world.wallet.report_unknown_keys().await.unwrap(), 0);
    keys::end_tokens();
}

#[actix_web::test]
async fn key_that_was_made_for_a_wallet_that_never_came_is_destroyed_and_a_strangers_is_left() {
    let hsm = alone!("key_that_was_made_for_a_wallet_that_never_came_is_destroyed_and_a_strangers_is_left");
    let config = config(&hsm);
    let (world, token) = world(&config, None).await;
    let (desk, _) = opened(&world).await;
    // As after a crash between the making of the key and the storing of the wallet.
    let due = world.others.now() + chrono::Duration::minutes(10);
    let mut tx = world.wallet.store.write("test").await.unwrap();
    tx.insert_token_key("wallet.kept-crashed", due).await.unwrap();
    tx.commit().await.unwrap();
    token.create("wallet.kept-crashed", Algorithm::P256, &SeededEntropy::new(1)).unwrap();
    token.create("wallet.kept-of-another-service", Algorithm::P256, &SeededEntropy::new(2)).unwrap();
    world.wallet.tend().await;
    assert_eq!(kept(&token).len(), 3, "the wallet may still come");
    world.others.clock.advance(chrono::Duration::minutes(10));
    world.wallet.tend().await;
    let labels = kept(&token);
    assert_eq!(labels.len(), 2, "{labels:?}");
    assert!(!labels.contains(&"wallet.kept-crashed".to_owned()));
    assert_eq!(world.wallet.report_unknown_keys().await.unwrap(), 1, "told, and left to the operator");
    world.wallet.tend().await;
    assert_eq!(receive(&world, &desk).await["state"], "received", "the used one stays");
    keys::end_tokens();
}

#[actix_web::test]
async fn token_that_is_away_loses_nothing_and_is_used_again_when_it_is_back() {
    let hsm = alone!("token_that_is_away_loses_nothing_and_is_used_again_when_it_is_back");
    let config = config(&hsm);
    let (world, token) = world(&config, None).await;
    let (desk, number) = opened(&world).await;
    let offer = desk.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let accept = json!({ "deviceKey": key_of(&desk).await, "txCode": "493051" });
    desk.post(&format!("/v1/offers/{id}/accept"), accept).await.expect(200).unwrap();
    let away = hsm.folder().join("away");
    std::fs::rename(hsm.tokens(), &away).unwrap();
    std::fs::create_dir(hsm.tokens()).unwrap();
    // SoftHSM may still have the key in memory for a while.
    let since = Instant::now();
    let refused = loop {
        assert!(since.elapsed() < Duration::from_secs(20), "the token is gone and signs on");
        let answer = sign(&desk, "offers", id, PIN).await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(problem(refused, 503), "kept-key-away");
    let offer = desk.get(&format!("/v1/offers/{id}")).await.expect(200).unwrap().json().unwrap();
    assert_eq!(offer["state"], "signing", "the offer stands where it was");
    // Nor is a wallet opened with a key from elsewhere, and no half of one is left.
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let refused = desk.post("/v1/officers/wallets", json!({ "pin": PIN })).await;
    assert_eq!(problem(refused, 503), "kept-key-away");
    world.others.clock.advance(chrono::Duration::minutes(11));
    world.wallet.tend().await;
    std::fs::remove_dir_all(hsm.tokens()).unwrap();
    std::fs::rename(&away, hsm.tokens()).unwrap();
    world.wallet.tend().await;
    assert_eq!(kept(&token).len(), 1, "what was announced and never made is forgotten");

    let mut desk = desk;
    desk.sign_in_here().await;
    enter(&desk, &number, PIN).await.expect(200).unwrap();
    let accept = json!({ "deviceKey": key_of(&desk).await, "txCode": "493051" });
    desk.post(&format!("/v1/offers/{id}/accept"), accept).await.expect(200).unwrap();
    let signed = sign(&desk, "offers", id, PIN).await.expect(200).unwrap().json().unwrap();
    let done = desk.post(&format!("/v1/offers/{id}/proofs"), signed).await.expect(200).unwrap();
    assert_eq!(done.json().unwrap()["offer"]["state"], "received");
    keys::end_tokens();
}

#[actix_web::test]
async fn proof_that_waited_at_a_station_waits_on_for_the_token_and_costs_no_try_of_the_pin() {
    let hsm = alone!("proof_that_waited_at_a_station_waits_on_for_the_token_and_costs_no_try_of_the_pin");
    let config = config(&hsm);
    let (world, _) = world(&config, None).await;
    let (desk, _, _, ready) = desk_queue::prepared(&world).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let sealed = desk_queue::seal(&ready, &desk_queue::proof(&ready, PIN, "2026-02-02T02:41:00Z"));
    let away = hsm.folder().join("away");
    std::fs::rename(hsm.tokens(), &away).unwrap();
    std::fs::create_dir(hsm.tokens()).unwrap();
    // A token that is away for a long time is asked again and again: more often than a PIN has tries.
    for _ in 0..10 {
        let refused = desk_queue::bring(&desk, &ready, &sealed).await;
        assert_eq!(problem(refused, 503), "kept-key-away");
    }
    std::fs::remove_dir_all(hsm.tokens()).unwrap();
    std::fs::rename(&away, hsm.tokens()).unwrap();
    let taken = desk_queue::bring(&desk, &ready, &sealed).await.expect(200).unwrap().json().unwrap();
    assert_eq!(taken["state"], "answered");
    assert_eq!(world.others.seen().existence_answers.len(), 1);
    keys::end_tokens();
}

fn says(storage: &str, authentication: &str) -> KeyStatement {
    KeyStatement { key_storage: vec![storage.into()], user_authentication: vec![authentication.into()] }
}

#[actix_web::test]
async fn key_in_the_token_is_attested_as_the_operator_says_and_a_browsers_never() {
    let hsm = alone!("key_in_the_token_is_attested_as_the_operator_says_and_a_browsers_never");
    let config = config(&hsm);
    let said = says("iso_18045_moderate", "iso_18045_basic");
    let (world, _) = world(&config, Some(&said)).await;
    let attester = newcomer(&world, "anybody").get("/v1/key-attester").await;
    let attester = attester.expect(200).unwrap().json().unwrap();
    assert_eq!(attester["keyStorage"], json!(["iso_18045_moderate"]));
    let believed = PublicKey::from_jwk(&attester["jwk"]).unwrap();

    let (desk, _) = opened(&world).await;
    receive(&world, &desk).await;
    assert_eq!(world.others.seen().key_attestations, [Value::Null, Value::Null], "nobody asked");
    let required = json!({ "key_storage": ["iso_18045_high", "iso_18045_moderate"] });
    world.others.knobs().key_attestations = Some(required);
    world.others.seen().key_attestations.clear();
    desk.delete("/v1/desk").await.expect(204).unwrap();
    desk.post("/v1/officers/wallets", json!({ "pin": PIN })).await.expect(201).unwrap();
    assert_eq!(receive(&world, &desk).await["state"], "received");
    let shown = world.others.seen().key_attestations.clone();
    assert_eq!(shown.len(), 2);
    let mut nonces = Vec::new();
    for attestation in &shown {
        let attestation = attestation.as_str().unwrap();
        let now = world.others.now();
        let claims = jwt::verify_with_key(attestation, "key-attestation+jwt", &believed, now).unwrap().claims;
        assert_eq!(claims["key_storage"], json!(["iso_18045_moderate"]));
        assert_eq!(claims["user_authentication"], json!(["iso_18045_basic"]));
        let attested = claims["attested_keys"].as_array().unwrap();
        assert_eq!(attested.len(), 1);
        let attested = PublicKey::from_jwk(&attested[0]).unwrap();
        assert_eq!(attested.jwk_thumbprint(), key_of(&desk).await);
        nonces.push(claims["nonce"].clone());
    }
    assert!(nonces[0].is_string() && nonces[0] != nonces[1], "each for the nonce of its proof");

    // A phone's key cannot be attested, nor is more said than is known.
    let anna = world.person("anna").await;
    let offer = json!({ "credentialOfferUri": world.offer_uri() });
    assert_eq!(problem(anna.post("/v1/offers", offer.clone()).await, 422), "offer-refused");
    world.others.knobs().key_attestations = Some(json!({ "key_storage": ["iso_18045_high"] }));
    desk.delete("/v1/desk").await.expect(204).unwrap();
    desk.post("/v1/officers/wallets", json!({ "pin": PIN })).await.expect(201).unwrap();
    assert_eq!(problem(desk.post("/v1/offers", offer).await, 422), "offer-refused");
    keys::end_tokens();
}

#[actix_web::test]
async fn attester_with_a_certificate_sends_its_chain_while_that_holds_and_its_key_afterwards() {
    let hsm = alone!("attester_with_a_certificate_sends_its_chain_while_that_holds_and_its_key_afterwards");
    let config = config(&hsm);
    let said = says("iso_18045_moderate", "iso_18045_basic");
    let open = || KeptKeys::open(Some(&config), Some(&said), &SeededEntropy::new(3)).unwrap();
    let (authority, stranger) = (Authority::new("Wallets").unwrap(), Authority::new("Wallets").unwrap());
    let key = *open().attester().unwrap().public_key();
    let other = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(8));
    let start = DateTime::parse_from_rfc3339("2026-02-02T02:40:00Z").unwrap().to_utc();
    let good = authority.certify(&key.to_jwk(), 2027).unwrap();
    let refused =
        |chain: &str, anchor: &str| open().certified(chain.as_bytes(), anchor.as_bytes(), start).err();
    for (chain, anchor, fault) in [
        (good.clone(), stranger.pem(), CertificateFault::Path.into()),
        (authority.certify(&key.to_jwk(), 2026).unwrap(), authority.pem(), CertificateFault::Dates.into()),
        (good.clone() + &authority.pem(), authority.pem(), CertificateFault::Anchor.into()),
        (String::new(), authority.pem(), CertificateFault::Pem.into()),
        (
            authority.certify(&other.public_key().to_jwk(), 2027).unwrap(),
            authority.pem(),
            AttesterCertificateFault::Key,
        ),
    ] {
        assert_eq!(refused(&chain, &anchor), Some(fault));
    }
    let (kept, ends_at) = open().certified(good.as_bytes(), authority.pem().as_bytes(), start).unwrap();
    assert_eq!(ends_at.to_rfc3339(), "2027-01-01T00:00:00+00:00");
    let world = World::with(|wallet| wallet.kept_keys = kept).await;
    world.others.knobs().key_attestations = Some(json!({}));
    let (desk, _) = opened(&world).await;
    assert_eq!(receive(&world, &desk).await["state"], "received");
    let shown = world.others.seen().key_attestations.clone();
    let anchors = TrustAnchors::from_pem(authority.pem().as_bytes()).unwrap();
    for attestation in &shown {
        let attestation = attestation.as_str().unwrap();
        let header = jwt::decode(attestation).unwrap().header;
        assert!(!header.contains_key("kid"), "one of the two");
        let chain = CertificateChain::from_header(&header["x5c"]).unwrap();
        anchors.verify_sent(&chain, world.others.now()).unwrap();
        jwt::verify_with_key(attestation, "key-attestation+jwt", chain.leaf_key(), world.others.now())
            .unwrap();
    }
    assert_eq!(shown.len(), 2);
    let said = newcomer(&world, "anybody").get("/v1/key-attester").await.expect(200).unwrap().json().unwrap();
    assert_eq!(said["x5c"].as_array().unwrap().len(), 1);
    assert_eq!(said["certifiedUntil"], "2027-01-01T00:00:00Z");

    // Its end is no secret, and no reason to send what nobody would believe.
    world.others.clock.advance(chrono::Duration::days(365));
    let said = newcomer(&world, "later").get("/v1/key-attester").await.expect(200).unwrap().json().unwrap();
    assert_eq!((said.get("x5c"), &said["certifiedUntil"]), (None, &json!("2027-01-01T00:00:00Z")));
    assert_eq!(said["jwk"], key.to_jwk());
    keys::end_tokens();
}

#[test]
fn certificate_without_an_attester_is_told_at_the_start() {
    let authority = Authority::new("Wallets").unwrap();
    let now = DateTime::parse_from_rfc3339("2026-02-02T02:40:00Z").unwrap().to_utc();
    let pem = authority.pem();
    let refused = KeptKeys::Sealed.certified(pem.as_bytes(), pem.as_bytes(), now).err().unwrap();
    assert_eq!(refused, AttesterCertificateFault::Nobody);
}

#[actix_web::test]
async fn sealed_key_is_never_attested_even_beside_a_token() {
    let hsm = alone!("sealed_key_is_never_attested_even_beside_a_token");
    let config = config(&hsm);
    let said = says("iso_18045_moderate", "iso_18045_basic");
    let (world, _) = world(&config, Some(&said)).await;
    let (desk, number) = opened(&world).await;
    // One that was opened before the operator named a token.
    let account = account_of(&world, &number).await;
    let (entropy, now) = (SeededEntropy::new(9), world.others.now());
    let (custody, public) = Custody::sealed(&account, "awa", &world.wallet.sealing_key, &entropy, now);
    let mut tx = world.wallet.store.write("test").await.unwrap();
    tx.end_custody(&account).await.unwrap();
    let (jwk, thumbprint, device) = (public.to_jwk(), custody.thumbprint.clone(), DEVICE.to_owned());
    let key = DeviceKey { account, thumbprint, jwk, device, label: None, created_at: now, lost_at: None };
    tx.insert_device_key(&key).await.unwrap();
    tx.insert_custody(&custody).await.unwrap();
    tx.commit().await.unwrap();
    world.others.knobs().key_attestations = Some(json!({}));
    let offer = json!({ "credentialOfferUri": world.offer_uri() });
    assert_eq!(problem(desk.post("/v1/offers", offer.clone()).await, 422), "offer-refused");
    world.others.knobs().key_attestations = None;
    desk.post("/v1/offers", offer).await.expect(201).unwrap();
    keys::end_tokens();
}

#[test]
fn what_cannot_hold_is_told_at_the_start() {
    let (said, entropy) = (says("iso_18045_high", "iso_18045_basic"), SeededEntropy::new(1));
    let refused = KeptKeys::open(None, Some(&said), &entropy).map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeptKeysError::NoToken), "{refused}");
    let nowhere = TokenConfig {
        module: "/nowhere/libpkcs11.so".into(),
        token: "wallet".into(),
        pin_file: None,
        sessions: 1,
    };
    let wrong = says("very safe", "iso_18045_basic");
    let refused = KeptKeys::open(Some(&nowhere), Some(&wrong), &entropy).map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("very safe"), "{refused}");
    let refused = KeptKeys::open(Some(&nowhere), None, &entropy).map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeptKeysError::Token(_)), "{refused}");
}

#[actix_web::test]
async fn wallet_without_its_token_does_not_start_and_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("wallet.db").display());
    let store = store_wallet::Store::open(&url, "wallet").await.unwrap();
    let mut tx = store.write("test").await.unwrap();
    tx.insert_token_key("wallet.kept-1", chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert!(tx.use_token_key("wallet.kept-1").await.unwrap());
    tx.commit().await.unwrap();
    let config = serde_json::from_value(json!({
        "http": { "listen": ["127.0.0.1:0"], "public_url": "http://wallet.localhost:1" },
        "store": { "database_url": url },
        "registry": { "url": "http://localhost:1", "genesis": "/nowhere" },
        "keys": { "sealing_key": directory.path().join("sealing.key") },
    }));
    let refused = wallet::wiring::wallet(&config.unwrap()).await.map(|_| ()).unwrap_err();
    let why = std::error::Error::source(&refused).unwrap().to_string();
    assert!(why.contains("[keys.pkcs11]"), "{why}");
}

#[actix_web::test]
async fn attester_is_nobody_where_nothing_is_attested() {
    let world = World::new().await;
    let (officer, _) = officers(&world).await;
    assert_eq!(problem(officer.get("/v1/key-attester").await, 404), "not-found");
}
