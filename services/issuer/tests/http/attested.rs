//! Types that are bound to attested keys only, and attesters who are known by their certificates (HAIP 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use issuance::CredentialType;
use issuance::attestation::AttestationRequirement;
use issuer::{AttesterConfig, ConfigError, KeyAttestations};
use keys::Signer as _;
use serde_json::{Value, json};
use testkit::{Authority, x5c_of};

use crate::authorization::form;
use crate::clients::signed;
use crate::holders::{ask, attestation};
use crate::support::{ATTESTER, Holder, LDP, ORIGIN, SD_JWT, World, json, refusal, refused, start_time};

fn required() -> KeyAttestations {
    let requirement = AttestationRequirement {
        key_storage: vec!["iso_18045_high".into(), "iso_18045_moderate".into()],
        user_authentication: vec!["iso_18045_high".into()],
    };
    KeyAttestations::from([(CredentialType::StaffIdentity, requirement)])
}

/// What an attestation says that is enough here.
fn enough() -> Value {
    json!({"key_storage": ["other", "iso_18045_moderate"], "user_authentication": ["iso_18045_high"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_requires_it_is_bound_to_attested_keys_only() {
    let world = World::start_attesting(required()).await;
    let token = world.token(&world.offer().await).await;
    let (one, two) = (Holder::new(1), Holder::new(2));
    let invalid = refused("invalid_proof");
    let reply = ask(&world, &token, SD_JWT, json!({"jwt": [one.proof(&world.nonce().await)]})).await;
    assert_eq!(refusal(&reply), invalid, "no attestation");
    let nonce = world.nonce().await;
    let with = |holder: &Holder, attestation: &str| {
        holder.proof_with(&nonce, &json!({"key_attestation": attestation}), &json!({}))
    };
    for changes in [
        json!({}),
        json!({"key_storage": ["iso_18045_high"]}),
        json!({"key_storage": ["iso_18045_basic"], "user_authentication": ["iso_18045_high"]}),
        json!({"key_storage": ["iso_18045_high"], "user_authentication": ["iso_18045_moderate"]}),
        json!({"key_storage": "iso_18045_high", "user_authentication": ["iso_18045_high"]}),
    ] {
        let weak = attestation(ATTESTER, &[&one], &nonce, &changes);
        for proofs in [json!({"jwt": [with(&one, &weak)]}), json!({"attestation": [weak]})] {
            assert_eq!(refusal(&ask(&world, &token, SD_JWT, proofs).await), invalid, "{changes}");
        }
    }
    let good = attestation(ATTESTER, &[&one], &nonce, &enough());
    let beside = json!({"jwt": [with(&one, &good), two.proof(&nonce)]});
    assert_eq!(
        refusal(&ask(&world, &token, SD_JWT, beside).await),
        invalid,
        "the second key is not attested"
    );
    let foreign = attestation(77, &[&one], &nonce, &enough());
    let reply = ask(&world, &token, SD_JWT, json!({"jwt": [with(&one, &foreign)]})).await;
    assert_eq!(refusal(&reply), invalid, "a stranger's attestation");

    // One attestation speaks for all keys of a batch.
    let both = attestation(ATTESTER, &[&one, &two], &nonce, &enough());
    let batch = json!({"jwt": [with(&one, &both), two.proof(&nonce)]});
    let reply = ask(&world, &token, SD_JWT, batch).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    assert_eq!(json(&reply)["credentials"].as_array().unwrap().len(), 2);
    let alone = attestation(ATTESTER, &[&one], &world.nonce().await, &enough());
    assert_eq!(ask(&world, &token, LDP, json!({"attestation": [alone]})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_says_what_is_required_and_of_which_types() {
    let world = World::start_attesting(required()).await;
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let types =
        |id: &str| metadata["credential_configurations_supported"][id]["proof_types_supported"].clone();
    let wanted = json!({"key_storage": ["iso_18045_high", "iso_18045_moderate"], "user_authentication": ["iso_18045_high"]});
    for kind in ["jwt", "attestation"] {
        assert_eq!(types(SD_JWT)[kind]["key_attestations_required"], wanted, "{kind}");
        assert_eq!(types("Employment_dc_sd-jwt")[kind].get("key_attestations_required"), None);
    }
    assert_eq!(types(SD_JWT).get("di_vp"), None, "a presentation carries no attestation");
    assert!(types("Employment_dc_sd-jwt")["di_vp"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn attesters_are_known_by_their_authority() {
    let (authority, stranger) =
        (Authority::new("Wallet providers").unwrap(), Authority::new("Wallet providers").unwrap());
    let world = World::start_certified(&authority).await;
    let token = world.token(&world.offer().await).await;
    let (provider, holder) = (Holder::new(960), Holder::new(1));
    let by = |provider: &Holder, x5c: Value, nonce: &str| {
        let at = start_time().timestamp();
        let keys = [holder.0.public_key().to_jwk()];
        let payload = json!({"iat": at, "exp": at + 60, "nonce": nonce, "attested_keys": keys});
        signed_with(provider, &json!({"typ": "key-attestation+jwt", "alg": "ES256", "x5c": x5c}), &payload)
    };
    let good = authority.x5c(&provider.0.public_key().to_jwk()).unwrap();
    for (attester, x5c, why) in [
        (&provider, Value::Null, "no certificate"),
        (&provider, stranger.x5c(&provider.0.public_key().to_jwk()).unwrap(), "of another authority"),
        (&Holder::new(961), good.clone(), "of another key"),
        (&provider, json!("x"), "no list"),
        (&provider, x5c_of(&authority.certify(&provider.0.public_key().to_jwk(), 2026).unwrap()), "over"),
        (&provider, json!([good[0], x5c_of(&authority.pem())[0]]), "with the anchor"),
        (&provider, json!([x5c_of(&authority.pem())[0], good[0]]), "the anchor's own"),
    ] {
        let wrong = by(attester, x5c, &world.nonce().await);
        let reply = ask(&world, &token, SD_JWT, json!({"attestation": [wrong]})).await;
        assert_eq!(refusal(&reply), refused("invalid_proof"), "{why}");
    }
    let right = by(&provider, good, &world.nonce().await);
    let reply = ask(&world, &token, SD_JWT, json!({"attestation": [right]})).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));

    // The key of a proof may come in a certificate too.
    let nonce = world.nonce().await;
    let proof = |x5c: Value| {
        let header = json!({"typ": "openid4vci-proof+jwt", "alg": "ES256", "x5c": x5c});
        let at = start_time().timestamp();
        signed_with(&holder, &header, &json!({"aud": format!("{ORIGIN}/t/undp"), "iat": at, "nonce": nonce}))
    };
    let wrong = proof(stranger.x5c(&holder.0.public_key().to_jwk()).unwrap());
    let reply = ask(&world, &token, SD_JWT, json!({"jwt": [wrong]})).await;
    assert_eq!(refusal(&reply), refused("invalid_proof"));
    let right = proof(authority.x5c(&holder.0.public_key().to_jwk()).unwrap());
    assert_eq!(ask(&world, &token, SD_JWT, json!({"jwt": [right]})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_attested_by_a_provider_with_a_certificate() {
    let authority = Authority::new("Wallet providers").unwrap();
    let stranger = Authority::new("Wallet providers").unwrap();
    let world = World::start_certified(&authority).await;
    let (provider, instance, at) = (Holder::new(960), Holder::new(961), start_time().timestamp());
    let push = async |x5c: Value, jti: &str| {
        let cnf = json!({"jwk": instance.0.public_key().to_jwk()});
        let header = json!({"typ": "oauth-client-attestation+jwt", "alg": "ES256", "x5c": x5c});
        let attestation = json!({"sub": "attested", "exp": at + 3600, "cnf": cnf});
        let attestation = signed_with(&provider, &header, &attestation);
        let possession = json!({"aud": format!("{ORIGIN}/t/undp"), "jti": jti, "iat": at});
        let possession = signed(&instance, "oauth-client-attestation-pop+jwt", &possession);
        let shown = [
            ("oauth-client-attestation", attestation.as_str()),
            ("oauth-client-attestation-pop", possession.as_str()),
        ];
        let pushed = form(&[("client_id", "attested")]);
        world.client.post_form(&world.url("/t/undp/par"), &pushed, &shown).await.unwrap()
    };
    let key = provider.0.public_key().to_jwk();
    for (at, x5c) in [stranger.x5c(&key).unwrap(), json!([]), Value::Null].into_iter().enumerate() {
        let reply = push(x5c, &format!("wrong-{at}")).await;
        assert_eq!(refusal(&reply), (401, "invalid_client".into()), "{at}");
    }
    assert_eq!(push(authority.x5c(&key).unwrap(), "right").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_meet_is_refused_at_the_start() {
    let config = World::start().await.config();
    let mut nobody = config.clone();
    nobody.tenants[0].key_attestations = required();
    assert!(nobody.check().is_ok());
    nobody.attesters.clear();
    nobody.clients.retain(|client| !client.attested);
    assert!(matches!(nobody.check(), Err(ConfigError::KeyAttestations(_))));
    let mut foreign = config.clone();
    foreign.tenants[2].key_attestations = required();
    assert!(matches!(foreign.check(), Err(ConfigError::KeyAttestations(_))), "a type it does not issue");
    let with = |attester: AttesterConfig| {
        let mut changed = config.clone();
        changed.attesters = vec![attester];
        changed.check()
    };
    let attester = |jwk: Option<Value>, certificates: Option<&str>| AttesterConfig {
        name: "A".into(),
        jwk,
        certificates: certificates.map(Into::into),
    };
    let key = Holder::new(1).0.public_key().to_jwk();
    assert!(with(attester(None, Some("/etc/ca.pem"))).is_ok());
    for wrong in
        [attester(None, None), attester(Some(key), Some("/etc/ca.pem")), attester(Some(json!({})), None)]
    {
        assert!(matches!(with(wrong), Err(ConfigError::Attester(_))));
    }
}

fn signed_with(key: &Holder, header: &Value, payload: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(header), encode(payload));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.0.sign_now(text.as_bytes()).unwrap()))
}
