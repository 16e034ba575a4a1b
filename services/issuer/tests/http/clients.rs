//! Wallets that authenticate with an attestation of their provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::Signer as _;
use outbound::Reply;
use serde_json::{Value, json};

use crate::authorization::{CALLBACK, Person, VERIFIER, form, parameter};
use crate::support::{ATTESTER, Holder, ORIGIN, World, json, refusal, refused, start_time};

pub fn signed(key: &Holder, typ: &str, payload: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&json!({"typ": typ, "alg": "ES256"})), encode(payload));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.0.sign_now(text.as_bytes()).unwrap()))
}

/// Attestation and proof of possession of one wallet instance.
fn attested(attester: u64, client: &str, jti: &str) -> (String, String) {
    let (provider, instance, at) = (Holder::new(attester), Holder::new(901), start_time().timestamp());
    let cnf = json!({"jwk": instance.0.public_key().to_jwk()});
    let attestation = json!({"sub": client, "exp": at + 3600, "cnf": cnf});
    let possession = json!({"aud": format!("{ORIGIN}/t/undp"), "jti": jti, "iat": at});
    (
        signed(&provider, "oauth-client-attestation+jwt", &attestation),
        signed(&instance, "oauth-client-attestation-pop+jwt", &possession),
    )
}

async fn post(world: &World, path: &str, form: &[(&str, &str)], shown: &[(&str, &str)]) -> Reply {
    world.client.post_form(&world.url(path), form, shown).await.unwrap()
}

fn headers((attestation, possession): &(String, String)) -> [(&str, &str); 2] {
    [
        ("oauth-client-attestation", attestation.as_str()),
        ("oauth-client-attestation-pop", possession.as_str()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attested_client_shows_its_attestation_at_both_endpoints() {
    let world = World::start().await;
    let invalid = || (401, "invalid_client".to_owned());
    let pushed = form(&[("client_id", "attested")]);
    let push = async |shown: &[(&str, &str)]| post(&world, "/t/undp/par", &pushed, shown).await;
    let good = attested(ATTESTER, "attested", "1");
    assert_eq!(refusal(&push(&[]).await), invalid(), "missing");
    assert_eq!(refusal(&push(&headers(&good)[..1]).await), invalid(), "no proof of possession");
    assert_eq!(refusal(&push(&headers(&good)[1..]).await), invalid(), "no attestation");
    for (wrong, why) in [
        (attested(77, "attested", "2"), "an untrusted attester"),
        (attested(ATTESTER, "wallet", "3"), "another client"),
        (attested(ATTESTER, "attested", ""), "no jti"),
        ((good.0.clone(), good.0.clone()), "no proof of possession"),
        (("x".to_owned(), "y".to_owned()), "no JWT"),
    ] {
        assert_eq!(refusal(&push(&headers(&wrong)).await), invalid(), "{why}");
    }
    let reply = push(&headers(&good)).await;
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    assert_eq!(refusal(&push(&headers(&good)).await), invalid(), "the proof of possession was used");

    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let request = json(&reply)["request_uri"].as_str().unwrap().to_owned();
    let finished = person.sign_in(&request).await;
    let code = parameter(&person.redirected(&finished).await, "code").unwrap();
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", "attested"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(refusal(&post(&world, "/t/undp/token", &redeem, &[]).await), invalid());
    let other = attested(ATTESTER, "wallet", "4");
    assert_eq!(refusal(&post(&world, "/t/undp/token", &redeem, &headers(&other)).await), invalid());
    // RFC 6749, 4.1.3: a client that authenticates need not name itself beside that.
    let nameless: Vec<_> = redeem.into_iter().filter(|(name, _)| *name != "client_id").collect();
    let reply = post(&world, "/t/undp/token", &nameless, &[]).await;
    assert_eq!(refusal(&reply), refused("invalid_request"));
    let fresh = attested(ATTESTER, "attested", "5");
    assert_eq!(post(&world, "/t/undp/token", &nameless, &headers(&fresh)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_attestation_is_no_better_than_none_for_a_client_that_needs_none() {
    let world = World::start().await;
    let wrong = attested(77, "wallet", "1");
    let reply = post(&world, "/t/undp/par", &form(&[]), &headers(&wrong)).await;
    assert_eq!(refusal(&reply), (401, "invalid_client".into()));
    let right = attested(ATTESTER, "wallet", "2");
    assert_eq!(post(&world, "/t/undp/par", &form(&[]), &headers(&right)).await.status, 201);
    let reply = post(&world, "/t/undp/par", &form(&[("scope", "x")]), &[]).await;
    assert_eq!(refusal(&reply), refused("invalid_scope"), "and none is needed");
}
