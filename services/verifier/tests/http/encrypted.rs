//! `direct_post.jwt`: the answer comes encrypted to the key of one request, or not at all.

use credential::jwe::{DecryptionKey, Encryption, Recipient};
use serde_json::{Value, json};

use crate::harness::{Asked, Service, json_of};
use crate::world::{Copy, Holder};

async fn ask(service: &Service) -> Asked {
    service.ask_as(&json!({ "policy": "staff-identity", "profile": "did-encrypted" })).await
}

/// The answer as it is before it is encrypted.
async fn answer(service: &Service, asked: &Asked, holder: &Holder, copy: &Copy) -> Value {
    let (nonce, audience) = (asked.text("nonce"), asked.text("client_id"));
    let presentation = service.world.present(holder, copy, nonce, audience).await;
    json!({ "vp_token": { copy.query_id(): [presentation] }, "state": asked.text("state") })
}

fn key(asked: &Asked) -> &Value {
    &asked.request["client_metadata"]["jwks"]["keys"][0]
}

fn encrypted(service: &Service, to: &Value, plain: &Value, encryption: Encryption) -> String {
    let recipient = Recipient::from_jwk(to).unwrap();
    recipient.encrypt(plain.to_string().as_bytes(), encryption, service.desk.entropy.as_ref()).unwrap()
}

async fn send(service: &Service, asked: &Asked, form: &[(&str, &str)]) -> (u16, Value) {
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), form, &[]).await;
    (reply.status, json_of(&reply))
}

async fn key_is_kept(service: &Service, asked: &Asked) -> bool {
    let found = service.desk.store.read().await.unwrap().find_wallet_request(&asked.id).await.unwrap();
    found.unwrap().key_sealed.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_brings_a_key_of_its_own() {
    let service = Service::start().await;
    let (first, second) = (ask(&service).await, ask(&service).await);
    assert_eq!(first.text("response_mode"), "direct_post.jwt");
    let metadata = &first.request["client_metadata"];
    assert_eq!(metadata["encrypted_response_enc_values_supported"], json!(["A128GCM", "A256GCM"]));
    assert_eq!(metadata["jwks"]["keys"].as_array().unwrap().len(), 1);
    let jwk = key(&first);
    assert_eq!(
        (jwk["alg"].as_str(), jwk["use"].as_str(), jwk["crv"].as_str()),
        (Some("ECDH-ES"), Some("enc"), Some("P-256"))
    );
    assert!(jwk["kid"].is_string() && jwk.get("d").is_none());
    assert_ne!(jwk["x"], key(&second)["x"]);
    let again = service.get(&format!("/oid4vp/requests/{}", first.id), None).await;
    let again = crate::harness::claims_of(std::str::from_utf8(&again.body).unwrap());
    assert_eq!(again["client_metadata"]["jwks"], metadata["jwks"], "fetching changes nothing");
    let plain = service.ask("staff-identity").await;
    assert!(plain.request["client_metadata"].get("jwks").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_answer_is_verified_and_its_key_forgotten() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copies = service.world.issue(&undp, &holder, &service.world.staff(&undp)).await;
    for (copy, encryption) in copies.into_iter().zip(Encryption::ALL) {
        let asked = ask(&service).await;
        assert!(key_is_kept(&service, &asked).await);
        let plain = answer(&service, &asked, &holder, &copy).await;
        let message = encrypted(&service, key(&asked), &plain, encryption);
        let taken = send(&service, &asked, &[("response", &message)]).await;
        assert!(taken.0 == 200 && taken.1["receipt_uri"].is_string(), "{taken:?}");
        let view = service.view(&asked).await;
        assert_eq!(view["report"]["outcome"], "valid", "{:#}", view["report"]);
        assert!(!key_is_kept(&service, &asked).await);
        assert_eq!(send(&service, &asked, &[("response", &message)]).await, taken, "the same again");
        let other = encrypted(&service, key(&asked), &plain, encryption);
        let (status, error) = send(&service, &asked, &[("response", &other)]).await;
        assert_eq!((status, error["error"].as_str()), (400, Some("invalid_request")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn key_of_a_request_that_nobody_answers_is_forgotten_in_time() {
    let service = Service::start().await;
    let asked = ask(&service).await;
    service.clock.advance(chrono::Duration::seconds(600));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let chores = tokio::spawn(verifier::app::run_chores(service.desk.clone(), stopped));
    for _ in 0..500 {
        if !key_is_kept(&service, &asked).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    stop.send(true).unwrap();
    chores.await.unwrap();
    assert!(!key_is_kept(&service, &asked).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_not_encrypted_to_this_request_does_not_use_it_up() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let (asked, other) = (ask(&service).await, ask(&service).await);
    let plain = answer(&service, &asked, &holder, &copy).await;
    let good = encrypted(&service, key(&asked), &plain, Encryption::A128Gcm);
    let to = |jwk: &Value, plain: &Value| encrypted(&service, jwk, plain, Encryption::A128Gcm);
    let with = |member: &str, value: Value| {
        let mut changed = plain.clone();
        changed[member] = value;
        to(key(&asked), &changed)
    };
    let stranger = DecryptionKey::generate(service.desk.entropy.as_ref()).public_jwk();
    let mut unnamed = stranger.clone();
    unnamed["kid"] = key(&asked)["kid"].clone();
    let last = if good.ends_with('A') { "B" } else { "A" };
    let (token, state) = (plain["vp_token"].to_string(), asked.text("state").to_owned());
    let form = |message: String| vec![("response", message)];
    for (what, form) in [
        ("in the clear", vec![("vp_token", token), ("state", state.clone())]),
        ("to another request's key", form(to(key(&other), &plain))),
        ("to a stranger's key", form(to(&stranger, &plain))),
        ("to a stranger's key under our kid", form(to(&unnamed, &plain))),
        ("changed on the way", form(format!("{}{last}", &good[..good.len() - 1]))),
        ("no JWE", form("a.b.c".to_owned())),
        ("another state", form(with("state", json!("another")))),
        ("no state", form(with("state", Value::Null))),
        ("vp_token as text", form(with("vp_token", json!(plain["vp_token"].to_string())))),
        ("no vp_token", form(with("vp_token", Value::Null))),
        ("an error beside it", form(with("error", json!("access_denied")))),
        ("something in the clear beside it", vec![("response", good.clone()), ("error", "x".to_owned())]),
    ] {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (status, error) = send(&service, &asked, &form).await;
        assert_eq!((status, error["error"].as_str()), (400, Some("invalid_request")), "{what}: {error}");
    }
    assert_eq!(send(&service, &asked, &[("response", &good)]).await.0, 200);
    assert_eq!(service.view(&asked).await["report"]["outcome"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_is_not_encrypted_where_nobody_asked_for_it() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let asked = service.ask("staff-identity").await;
    let plain = answer(&service, &asked, &holder, &copy).await;
    let stranger = DecryptionKey::generate(service.desk.entropy.as_ref()).public_jwk();
    let message = encrypted(&service, &stranger, &plain, Encryption::A256Gcm);
    let (status, error) = send(&service, &asked, &[("response", &message)]).await;
    assert_eq!((status, error["error"].as_str()), (400, Some("invalid_request")));
    assert_eq!(service.view(&asked).await["state"], "waiting");
}

/// 8.3.1: a wallet that cannot encrypt may send its error in the clear.
#[tokio::test(flavor = "multi_thread")]
async fn refusal_comes_encrypted_or_in_the_clear() {
    let service = Service::start().await;
    let (sealed, open) = (ask(&service).await, ask(&service).await);
    let plain = json!({ "error": "access_denied", "state": sealed.text("state") });
    let message = encrypted(&service, key(&sealed), &plain, Encryption::A256Gcm);
    assert_eq!(send(&service, &sealed, &[("response", &message)]).await.0, 200);
    assert_eq!(service.view(&sealed).await["refusal"], "access_denied");
    let state = open.text("state").to_owned();
    let form = [("error", "vp_formats_not_supported"), ("state", state.as_str())];
    assert_eq!(send(&service, &open, &form).await.0, 200);
    assert_eq!(service.view(&open).await["refusal"], "vp_formats_not_supported");
}
