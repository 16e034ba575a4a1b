//! Key proofs beside the `jwt` one: key attestations and presentations.

use std::sync::Arc;

use clock::SeededEntropy;
use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use keys::{Algorithm, Signer as _, SoftwareKey};
use outbound::Reply;
use serde_json::{Value, json};

use crate::clients::signed;
use crate::support::{ATTESTER, Holder, LDP, ORIGIN, SD_JWT, World, json, refusal, refused, start_time};

const PATH: &str = "/t/undp/credential";

pub async fn ask(world: &World, token: &str, configuration: &str, proofs: Value) -> Reply {
    let body = json!({"credential_configuration_id": configuration, "proofs": proofs});
    world.post(PATH, &body, Some(token)).await
}

/// An attestation with members replaced; null removes one.
pub fn attestation(attester: u64, keys: &[&Holder], nonce: &str, changes: &Value) -> String {
    let at = start_time().timestamp();
    let keys: Vec<Value> = keys.iter().map(|key| key.0.public_key().to_jwk()).collect();
    let mut payload = json!({"iat": at, "exp": at + 3600, "nonce": nonce, "attested_keys": keys});
    payload.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    signed(&Holder::new(attester), "key-attestation+jwt", &payload)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attested_key_gets_a_credential_without_signing() {
    let world = World::start().await;
    let (link, holder, other) = (world.offer().await, Holder::new(1), Holder::new(2));
    let token = world.token(&link).await;
    let none = json!({});
    for (attester, changes) in [
        (77, none.clone()),
        (ATTESTER, json!({"nonce": null})),
        (ATTESTER, json!({"attested_keys": []})),
        (ATTESTER, json!({"exp": start_time().timestamp()})),
        (ATTESTER, json!({"iat": null})),
    ] {
        let wrong = attestation(attester, &[&holder], &world.nonce().await, &changes);
        let reply = ask(&world, &token, LDP, json!({"attestation": [wrong]})).await;
        assert_eq!(refusal(&reply), refused("invalid_proof"), "{changes}");
    }
    let foreign = attestation(ATTESTER, &[&holder], "made-up", &none);
    let reply = ask(&world, &token, LDP, json!({"attestation": [foreign]})).await;
    assert_eq!(refusal(&reply), refused("invalid_nonce"));
    let good = attestation(ATTESTER, &[&holder, &other], &world.nonce().await, &none);
    let both = json!({"attestation": [good], "jwt": [holder.proof(&world.nonce().await)]});
    let reply = ask(&world, &token, LDP, both).await;
    assert_eq!(refusal(&reply), refused("invalid_credential_request"), "two proof types");
    let two = json!({"attestation": [good, good]});
    assert_eq!(refusal(&ask(&world, &token, LDP, two).await), refused("invalid_credential_request"));

    let reply = ask(&world, &token, LDP, json!({"attestation": [good]})).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let answer = json(&reply);
    for (at, key) in [&holder, &other].into_iter().enumerate() {
        let subject = &answer["credentials"][at]["credential"]["credentialSubject"]["id"];
        assert_eq!(*subject, key.0.public_key().did_jwk(), "a copy for each of its keys");
    }
    let reply = ask(&world, &token, LDP, json!({"attestation": [good]})).await;
    assert_eq!(refusal(&reply), refused("invalid_nonce"), "used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_proof_may_bring_the_attestation_of_its_key() {
    let world = World::start().await;
    let (link, holder, other) = (world.offer().await, Holder::new(1), Holder::new(2));
    let token = world.token(&link).await;
    let with = |nonce: &str, attestation: &str| json!({"jwt": [holder.proof_with(nonce, &json!({"key_attestation": attestation}), &json!({}))]});
    let none = json!({});
    let nonce = world.nonce().await;
    for wrong in [
        attestation(77, &[&holder], &nonce, &none),
        attestation(ATTESTER, &[&other], &nonce, &none),
        attestation(ATTESTER, &[&holder], &nonce, &json!({"exp": null})),
        attestation(ATTESTER, &[&holder], &nonce, &json!({"nonce": null})),
        "nonsense".to_owned(),
    ] {
        let reply = ask(&world, &token, LDP, with(&nonce, &wrong)).await;
        assert_eq!(refusal(&reply), refused("invalid_proof"), "{wrong}");
    }
    let stale = attestation(ATTESTER, &[&holder], "made-up", &none);
    assert_eq!(refusal(&ask(&world, &token, LDP, with(&nonce, &stale)).await), refused("invalid_nonce"));
    let good = attestation(ATTESTER, &[&other, &holder], &nonce, &none);
    assert_eq!(ask(&world, &token, LDP, with(&nonce, &good)).await.status, 200);
    // Another nonce in the attestation is spent as well.
    let (one, two) = (world.nonce().await, world.nonce().await);
    let good = attestation(ATTESTER, &[&holder], &two, &none);
    assert_eq!(ask(&world, &token, SD_JWT, with(&one, &good)).await.status, 200);
    let reply = ask(&world, &token, SD_JWT, json!({"jwt": [holder.proof(&two)]})).await;
    assert_eq!(refusal(&reply), refused("invalid_nonce"));
}

async fn presentation(key: &Arc<SoftwareKey>, suite: Suite, nonce: &str, domain: &str) -> Value {
    let did = key.public_key().did_key();
    let verification_method = format!("{did}#{}", key.public_key().to_multikey());
    let unsecured = json!({"@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"], "holder": did});
    let signing = SigningKey { verification_method, signer: Arc::clone(key) as Arc<dyn keys::Signer> };
    secure(&unsecured, suite, &signing, &ProofOptions::presentation(start_time(), nonce, domain))
        .await
        .unwrap()
}

/// As our own wallet makes it (`services/wallet/src/app/offers/proving.rs`).
#[tokio::test(flavor = "multi_thread")]
async fn a_presentation_by_a_did_jwk_binds_to_that_name() {
    let (world, issuer) = (World::start().await, format!("{ORIGIN}/t/undp"));
    for (algorithm, suite) in
        [(Algorithm::P256, Suite::EcdsaJcs2019), (Algorithm::Ed25519, Suite::EddsaRdfc2022)]
    {
        let key = Arc::new(SoftwareKey::generate(algorithm, &SeededEntropy::new(6)));
        let did = key.public_key().did_jwk();
        let unsecured = json!({"@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"], "holder": did});
        let signing = SigningKey { verification_method: format!("{did}#0"), signer: key };
        let nonce = world.nonce().await;
        let options = ProofOptions::presentation(start_time(), &nonce, &issuer);
        let good = secure(&unsecured, suite, &signing, &options).await.unwrap();
        let token = world.token(&world.offer().await).await;
        let reply = ask(&world, &token, LDP, json!({"di_vp": [good]})).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        assert_eq!(json(&reply)["credentials"][0]["credential"]["credentialSubject"]["id"], did);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presentation_proves_a_key() {
    let world = World::start().await;
    let issuer = format!("{ORIGIN}/t/undp");
    for (algorithm, suite) in [
        (Algorithm::Ed25519, Suite::EddsaRdfc2022),
        (Algorithm::P256, Suite::EcdsaRdfc2019),
        (Algorithm::Ed25519, Suite::EddsaJcs2022),
        (Algorithm::P256, Suite::EcdsaJcs2019),
    ] {
        let key = Arc::new(SoftwareKey::generate(algorithm, &SeededEntropy::new(5)));
        let token = world.token(&world.offer().await).await;
        let good = presentation(&key, suite, &world.nonce().await, &issuer).await;
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut changed = good.clone();
            change(&mut changed);
            changed
        };
        for wrong in [
            presentation(&key, suite, &world.nonce().await, &format!("{ORIGIN}/t/wfp")).await,
            changed(&|it| it["holder"] = "did:key:z6MkvrFpBNCoYewiaeBLgjUDvLxUtnK5R6mqh5XPvLsrPsro".into()),
            changed(&|it| it["proof"]["proofPurpose"] = "assertionMethod".into()),
            changed(&|it| it["proof"]["cryptosuite"] = "eddsa-2022".into()),
            changed(&|it| it["proof"]["challenge"] = "another".into()),
            changed(&|it| it["verifiableCredential"] = json!([])),
            changed(&|it| drop(it.as_object_mut().unwrap().remove("proof"))),
            json!("text"),
        ] {
            let reply = ask(&world, &token, LDP, json!({"di_vp": [wrong]})).await;
            assert_eq!(refusal(&reply), refused("invalid_proof"), "{wrong}");
        }
        let p384 = Arc::new(SoftwareKey::generate(Algorithm::P384, &SeededEntropy::new(5)));
        let wrong = presentation(&p384, Suite::EcdsaRdfc2019, &world.nonce().await, &issuer).await;
        let reply = ask(&world, &token, LDP, json!({"di_vp": [wrong]})).await;
        assert_eq!(refusal(&reply), refused("invalid_proof"), "no verifier understands its key bindings");
        let foreign = presentation(&key, suite, "made-up", &issuer).await;
        let reply = ask(&world, &token, LDP, json!({"di_vp": [foreign]})).await;
        assert_eq!(refusal(&reply), refused("invalid_nonce"));
        let reply = ask(&world, &token, LDP, json!({"di_vp": [good]})).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        let subject = json(&reply)["credentials"][0]["credential"]["credentialSubject"]["id"].clone();
        assert_eq!(subject, key.public_key().did_key());
        assert_eq!(
            refusal(&ask(&world, &token, LDP, json!({"di_vp": [good]})).await),
            refused("invalid_nonce")
        );
    }
}
