//! Agency clients that show a key: RFC 7523, 3, one clause after the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{Clock as _, SeededEntropy};
use keys::{Algorithm, Signer as _, SoftwareKey};
use outbound::Reply;
use serde_json::{Value, json};
use sha2::Digest as _;
use verifier::app::{ASSERTION_TYPE, KeyClient};

use crate::harness::{CLIENT, Service, json_of};

const DESK: &str = "unhcr-desk";

fn key(seed: u64) -> SoftwareKey {
    SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed))
}

/// The service with a client of two keys, one of each kind.
async fn service() -> Service {
    let ed25519 = SoftwareKey::generate(Algorithm::Ed25519, &SeededEntropy::new(2));
    let jwks = json!({ "keys": [key(1).public_key().to_jwk(), ed25519.public_key().to_jwk()] });
    let client = KeyClient::checked(DESK, "UNHCR desk", &jwks, Vec::new()).unwrap();
    Service::start_with(|settings| settings.key_clients.push(client)).await
}

/// An assertion that holds, with members of header and claims replaced; null removes one.
fn assertion(service: &Service, key: &SoftwareKey, header: Value, claims: Value) -> String {
    let now = service.clock.now().timestamp();
    let changed = |mut value: Value, changes: Value| {
        let members = value.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        members.retain(|_, member| !member.is_null());
        URL_SAFE_NO_PAD.encode(value.to_string())
    };
    let header = changed(json!({ "alg": key.public_key().algorithm().jose(), "typ": "JWT" }), header);
    let audience = format!("{}/oauth/token", service.origin);
    let usual = json!({ "iss": DESK, "sub": DESK, "aud": audience, "iat": now, "exp": now + 60, "jti": "j" });
    let signed = format!("{header}.{}", changed(usual, claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign_now(signed.as_bytes()).unwrap()))
}

async fn ask(service: &Service, assertion: &str, more: &[(&str, &str)]) -> Reply {
    let mut form = vec![("grant_type", "client_credentials"), ("client_assertion", assertion)];
    form.extend(more);
    if !more.iter().any(|(name, _)| *name == "client_assertion_type") {
        form.push(("client_assertion_type", ASSERTION_TYPE));
    }
    service.post_form("/oauth/token", &form, &[]).await
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, json_of(reply)["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_shows_its_key_gets_a_token_that_works() {
    let service = service().await;
    let ed25519 = SoftwareKey::generate(Algorithm::Ed25519, &SeededEntropy::new(2));
    let origin = service.origin.clone();
    for (number, (key, header, claims)) in [
        (key(1), json!({}), json!({})),
        (ed25519, json!({ "typ": null }), json!({ "aud": origin })),
        (key(1), json!({ "typ": "client-authentication+jwt" }), json!({ "aud": [origin], "iat": null })),
    ]
    .into_iter()
    .enumerate()
    {
        let mut claims = claims;
        claims["jti"] = json!(format!("j{number}"));
        let reply = ask(&service, &assertion(&service, &key, header, claims), &[("client_id", DESK)]).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        let token = json_of(&reply)["access_token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let body = json!({ "policy": "staff-identity" });
        let started = service.post("/v1/verifications", &body, &[("authorization", &bearer)]).await;
        assert_eq!(started.status, 201, "{:?}", started.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_good_once_and_its_name_again_after_its_end() {
    let service = service().await;
    let first = assertion(&service, &key(1), json!({}), json!({}));
    assert_eq!(ask(&service, &first, &[]).await.status, 200);
    let again = ask(&service, &first, &[]).await;
    assert_eq!(refusal(&again), (401, "invalid_client".into()));
    // The name is used up, whatever else it says.
    let longer = json!({ "exp": service.clock.now().timestamp() + 90 });
    assert_eq!(ask(&service, &assertion(&service, &key(1), json!({}), longer), &[]).await.status, 401);
    let other = assertion(&service, &key(1), json!({}), json!({ "jti": "k" }));
    assert_eq!(ask(&service, &other, &[]).await.status, 200);
    // A wrong scope does not use it up.
    let third = assertion(&service, &key(1), json!({}), json!({ "jti": "l" }));
    assert_eq!(refusal(&ask(&service, &third, &[("scope", "admin")]).await), (400, "invalid_scope".into()));
    assert_eq!(ask(&service, &third, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_clause_that_is_not_kept_is_an_invalid_client() {
    let service = service().await;
    let now = service.clock.now().timestamp();
    let endpoint = format!("{}/oauth/token", service.origin);
    let claims: &[(&str, Value)] = &[
        ("no issuer", json!({ "iss": null })),
        ("another issuer", json!({ "iss": CLIENT })),
        ("no subject", json!({ "sub": null })),
        ("a client without keys", json!({ "iss": CLIENT, "sub": CLIENT })),
        ("nobody", json!({ "iss": "nobody", "sub": "nobody" })),
        ("no audience", json!({ "aud": null })),
        ("another service", json!({ "aud": "https://other.example/oauth/token" })),
        ("another endpoint", json!({ "aud": format!("{endpoint}/") })),
        ("an audience besides", json!({ "aud": [endpoint, "https://other.example"] })),
        ("no end", json!({ "exp": null })),
        ("an end that is a text", json!({ "exp": "tomorrow" })),
        ("past", json!({ "exp": now })),
        ("far too long", json!({ "exp": now + 3_600 })),
        ("not yet valid", json!({ "nbf": now + 120 })),
        ("made in the future", json!({ "iat": now + 120 })),
        ("no name", json!({ "jti": null })),
        ("an empty name", json!({ "jti": "" })),
        ("a name without end", json!({ "jti": "j".repeat(257) })),
    ];
    for (what, change) in claims {
        let reply = ask(&service, &assertion(&service, &key(1), json!({}), change.clone()), &[]).await;
        assert_eq!(refusal(&reply), (401, "invalid_client".into()), "{what}");
        assert!(reply.header("www-authenticate").is_some(), "{what}");
    }
    for (what, change) in [
        ("no algorithm", json!({ "alg": "none" })),
        ("a shared secret", json!({ "alg": "HS256" })),
        ("another algorithm", json!({ "alg": "EdDSA" })),
        ("RSA", json!({ "alg": "RS256" })),
        ("a critical extension", json!({ "crit": ["exp"], "exp": 1 })),
        ("another kind of token", json!({ "typ": "openid4vci-proof+jwt" })),
        ("a kind that is no text", json!({ "typ": 7 })),
    ] {
        let reply = ask(&service, &assertion(&service, &key(1), change, json!({})), &[]).await;
        assert_eq!(refusal(&reply), (401, "invalid_client".into()), "{what}");
    }
    let stranger = assertion(&service, &key(9), json!({}), json!({}));
    assert_eq!(ask(&service, &stranger, &[]).await.status, 401, "the key of a stranger");
    for text in ["", "a.b", "a.b.c", &"a".repeat(9_000)] {
        assert_eq!(ask(&service, text, &[]).await.status, 401, "{text:.10}");
    }
    // Nothing of this used up the name.
    assert_eq!(ask(&service, &assertion(&service, &key(1), json!({}), json!({})), &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_authenticates_in_one_way_and_says_which() {
    let service = service().await;
    let good = assertion(&service, &key(1), json!({}), json!({}));
    for more in [
        &[("client_secret", "x")][..],
        &[("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")],
    ] {
        assert_eq!(refusal(&ask(&service, &good, more).await), (400, "invalid_request".into()), "{more:?}");
    }
    let form = [("grant_type", "client_credentials"), ("client_assertion", good.as_str())];
    let basic = [("authorization", "Basic YTpi")];
    assert_eq!(service.post_form("/oauth/token", &form, &basic).await.status, 400);
    assert_eq!(
        refusal(&ask(&service, &good, &[("client_id", CLIENT)]).await),
        (401, "invalid_client".into())
    );
    // A client with keys has no secret, whatever an earlier configuration gave it.
    let mut tx = service.desk.store.write("test").await.unwrap();
    tx.replace_secret(DESK, &sha2::Sha256::digest(b"secret")).await.unwrap();
    tx.commit().await.unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", DESK), ("client_secret", "secret")];
    assert_eq!(service.post_form("/oauth/token", &form, &[]).await.status, 401);
}
