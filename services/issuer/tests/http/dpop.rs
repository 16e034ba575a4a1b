//! DPoP (RFC 9449) at every endpoint that takes a code or a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use keys::Signer as _;
use outbound::Reply;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::authorization::{CALLBACK, Person, VERIFIER, form};
use crate::support::{GRANT, Holder, LDP, ORIGIN, World, json, refusal, refused};

const TOKEN: &str = "/t/undp/token";
const CREDENTIAL: &str = "/t/undp/credential";

/// A wallet instance with a key for its proofs.
struct Device {
    key: Holder,
    nonce: String,
}

impl Device {
    fn new(world: &World, seed: u64) -> Self {
        Self { key: Holder::new(seed), nonce: world.issuer.mint_dpop_nonce(world.tenant("undp")) }
    }

    /// A proof with members of the payload replaced; null removes one.
    fn proof(&self, path: &str, token: Option<&str>, changes: &Value) -> String {
        let ath = token.map(|token| URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        let mut payload = json!({"jti": changes.to_string(), "htm": "POST", "htu": format!("{ORIGIN}{path}"),
            "iat": crate::support::start_time().timestamp(), "nonce": self.nonce, "ath": ath});
        payload.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let public = self.key.0.public_key().to_jwk();
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": public});
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.key.0.sign_now(signed.as_bytes()).unwrap()))
    }
}

async fn post_form(world: &World, path: &str, form: &[(&str, &str)], proofs: &[&str]) -> Reply {
    let headers: Vec<_> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
    world.client.post_form(&world.url(path), form, &headers).await.unwrap()
}

async fn post(world: &World, path: &str, body: &Value, authorization: &str, proof: Option<&str>) -> Reply {
    let mut headers = vec![("authorization", authorization)];
    headers.extend(proof.map(|proof| ("dpop", proof)));
    world.client.post_json(&world.url(path), body, &headers).await.unwrap()
}

/// A bound token of the pre-authorized flow.
async fn bound_token(world: &World, device: &Device) -> String {
    let link = world.offer().await;
    let (code, tx_code) = (world.code(&link).await, link.transaction_code.clone().unwrap());
    let form = [("grant_type", GRANT), ("pre-authorized_code", code.as_str()), ("tx_code", &tx_code)];
    let reply = post_form(world, TOKEN, &form, &[&device.proof(TOKEN, None, &json!({"jti": code}))]).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    assert!(reply.header("dpop-nonce").is_some());
    let answer = json(&reply);
    assert_eq!(answer["token_type"], "DPoP");
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn body(world: &World, holder: &Holder) -> Value {
    json!({"credential_configuration_id": LDP, "proofs": {"jwt": [holder.proof(&world.nonce().await)]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_proof_is_refused_at_the_token_endpoint_and_spoils_no_code() {
    let world = World::start().await;
    let device = Device::new(&world, 7);
    let link = world.offer().await;
    let (code, tx_code) = (world.code(&link).await, link.transaction_code.clone().unwrap());
    let form = [("grant_type", GRANT), ("pre-authorized_code", code.as_str()), ("tx_code", &tx_code)];
    let seconds = crate::support::start_time().timestamp();
    for (changes, error) in [
        (json!({"htu": format!("{ORIGIN}/t/wfp/token")}), "invalid_dpop_proof"),
        (json!({"htm": "GET"}), "invalid_dpop_proof"),
        (json!({"jti": null}), "invalid_dpop_proof"),
        (json!({"iat": seconds - 301}), "invalid_dpop_proof"),
        (json!({"nonce": null}), "use_dpop_nonce"),
        (json!({"nonce": "made-up"}), "use_dpop_nonce"),
        (json!({"nonce": world.nonce().await}), "use_dpop_nonce"),
        (json!({"nonce": world.issuer.mint_dpop_nonce(world.tenant("wfp"))}), "use_dpop_nonce"),
    ] {
        let reply = post_form(&world, TOKEN, &form, &[&device.proof(TOKEN, None, &changes)]).await;
        assert_eq!(refusal(&reply), refused(error), "{changes}");
        assert!(reply.header("dpop-nonce").is_some());
    }
    let (one, two) = (device.proof(TOKEN, None, &json!({})), device.proof(TOKEN, None, &json!({"x": 1})));
    let reply = post_form(&world, TOKEN, &form, &[&one, &two]).await;
    assert_eq!(refusal(&reply), refused("invalid_dpop_proof"), "two proofs");
    assert_eq!(refusal(&post_form(&world, TOKEN, &form, &["nonsense"]).await), refused("invalid_dpop_proof"));
    assert_eq!(post_form(&world, TOKEN, &form, &[&one]).await.status, 200);
    let (again, tx_code) = (world.code(&link).await, link.transaction_code.clone().unwrap());
    let form = [("grant_type", GRANT), ("pre-authorized_code", again.as_str()), ("tx_code", &tx_code)];
    let reply = post_form(&world, TOKEN, &form, &[&one]).await;
    assert_eq!(refusal(&reply), refused("invalid_dpop_proof"), "the proof was used");
    world.clock.advance(Duration::seconds(300));
    let late = device.proof(TOKEN, None, &json!({"iat": seconds + 300}));
    let reply = post_form(&world, TOKEN, &form, &[&late]).await;
    assert_eq!(refusal(&reply), refused("use_dpop_nonce"), "the nonce has expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_needs_its_scheme_its_key_and_a_fresh_proof() {
    let world = World::start().await;
    let (device, thief, holder) = (Device::new(&world, 7), Device::new(&world, 8), Holder::new(1));
    let token = bound_token(&world, &device).await;
    let dpop = format!("DPoP {token}");
    let good = device.proof(CREDENTIAL, Some(&token), &json!({}));
    let wanted = body(&world, &holder).await;
    let ask = async |authorization: &str, proof: Option<&str>| {
        post(&world, CREDENTIAL, &wanted, authorization, proof).await
    };
    let invalid_token = || (401, "invalid_token".to_owned());
    let invalid_proof = || (401, "invalid_dpop_proof".to_owned());
    assert_eq!(refusal(&ask(&format!("Bearer {token}"), None).await), invalid_token());
    assert_eq!(refusal(&ask(&format!("Bearer {token}"), Some(&good)).await), invalid_token());
    assert_eq!(refusal(&ask(&dpop, None).await), invalid_proof());
    let stolen = thief.proof(CREDENTIAL, Some(&token), &json!({}));
    assert_eq!(refusal(&ask(&dpop, Some(&stolen)).await), invalid_token(), "another key");
    for (changes, error) in [
        (json!({"ath": null}), "invalid_dpop_proof"),
        (json!({"ath": "x"}), "invalid_dpop_proof"),
        (json!({"htu": format!("{ORIGIN}{TOKEN}")}), "invalid_dpop_proof"),
        (json!({"nonce": null}), "use_dpop_nonce"),
    ] {
        let reply = ask(&dpop, Some(&device.proof(CREDENTIAL, Some(&token), &changes))).await;
        assert_eq!(refusal(&reply), (401, error.to_owned()), "{changes}");
        assert!(reply.header("www-authenticate").unwrap().starts_with(&format!("DPoP error=\"{error}\"")));
        assert!(reply.header("dpop-nonce").is_some());
    }
    let reply = ask(&dpop, Some(&good)).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let id = json(&reply)["notification_id"].clone();
    assert_eq!(refusal(&ask(&dpop, Some(&good)).await), invalid_proof(), "used");

    let path = "/t/undp/notification";
    let event = json!({"notification_id": id, "event": "credential_accepted"});
    assert_eq!(refusal(&post(&world, path, &event, &format!("Bearer {token}"), None).await), invalid_token());
    let proof = device.proof(path, Some(&token), &json!({"jti": "of the notification"}));
    assert_eq!(post(&world, path, &event, &dpop, Some(&proof)).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_token_is_no_dpop_token() {
    let world = World::start().await;
    let (device, holder) = (Device::new(&world, 7), Holder::new(1));
    let link = world.offer().await;
    let token = world.token(&link).await;
    let wanted = body(&world, &holder).await;
    let proof = device.proof(CREDENTIAL, Some(&token), &json!({}));
    let reply = post(&world, CREDENTIAL, &wanted, &format!("DPoP {token}"), Some(&proof)).await;
    assert_eq!(refusal(&reply), (401, "invalid_token".into()));
    assert_eq!(post(&world, CREDENTIAL, &wanted, &format!("Bearer {token}"), None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_bound_to_the_key_that_was_announced() {
    let world = World::start().await;
    let (device, other) = (Device::new(&world, 7), Device::new(&world, 8));
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let jkt = device.key.thumbprint();
    let par = "/t/undp/par";
    let push = async |changes: &[(&str, &str)], proofs: &[&str]| {
        post_form(&world, par, &form(changes), proofs).await
    };
    assert_eq!(refusal(&push(&[("dpop_jkt", "short")], &[]).await), refused("invalid_request"));
    let proof = other.proof(par, None, &json!({}));
    assert_eq!(refusal(&push(&[("dpop_jkt", &jkt)], &[&proof]).await), refused("invalid_dpop_proof"));
    assert_eq!(refusal(&push(&[], &["nonsense"]).await), refused("invalid_dpop_proof"));
    let proof = other.proof(par, None, &json!({"nonce": null}));
    assert_eq!(refusal(&push(&[], &[&proof]).await), refused("use_dpop_nonce"));

    let announced = push(&[], &[&device.proof(par, None, &json!({}))]).await;
    let request = json(&announced)["request_uri"].as_str().unwrap().to_owned();
    let named = push(&[("dpop_jkt", &jkt)], &[]).await;
    for request in [request, json(&named)["request_uri"].as_str().unwrap().to_owned()] {
        let finished = person.sign_in(&request).await;
        let to = person.redirected(&finished).await;
        let code = crate::authorization::parameter(&to, "code").unwrap();
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("client_id", "wallet"),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(
            refusal(&post_form(&world, TOKEN, &redeem, &[]).await),
            refused("invalid_grant"),
            "no proof"
        );
        let proof = other.proof(TOKEN, None, &json!({"jti": format!("other {code}")}));
        assert_eq!(refusal(&post_form(&world, TOKEN, &redeem, &[&proof]).await), refused("invalid_grant"));
        let proof = device.proof(TOKEN, None, &json!({"jti": code}));
        assert_eq!(json(&post_form(&world, TOKEN, &redeem, &[&proof]).await)["token_type"], "DPoP");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_be_held_to_bound_tokens() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let code = person.code(&world, &[("client_id", "bound")]).await;
    let reply = world.redeem(&code, &[("client_id", "bound")]).await;
    assert_eq!(refusal(&reply), refused("invalid_dpop_proof"));
}
