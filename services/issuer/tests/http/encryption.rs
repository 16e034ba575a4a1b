//! Requests and answers encrypted on top of TLS.

use clock::SeededEntropy;
use credential::jwe::{DecryptionKey, Encryption, Recipient};
use outbound::Reply;
use serde_json::{Value, json};

use crate::support::{Holder, LDP, World, json, refusal, refused};

/// Sends what the issuer's metadata says to encrypt to.
async fn post(world: &World, token: &str, body: &Value, encryption: Encryption) -> Reply {
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let recipient =
        Recipient::from_jwk(&metadata["credential_request_encryption"]["jwks"]["keys"][0]).unwrap();
    let body = recipient.encrypt(body.to_string().as_bytes(), encryption, &SeededEntropy::new(9)).unwrap();
    raw(world, token, body).await
}

async fn raw(world: &World, token: &str, body: String) -> Reply {
    let bearer = format!("Bearer {token}");
    let url = world.url("/t/undp/credential");
    let headers = [("authorization", bearer.as_str())];
    world.client.post_bytes(&url, "application/jwt", body.into_bytes(), &headers).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn request_and_answer_travel_encrypted() {
    let world = World::start().await;
    let (token, holder) = (world.token(&world.offer().await).await, Holder::new(1));
    let ours = DecryptionKey::from_seed(&[5; 32]);
    let plain = json(&world.request(&token, LDP, &holder).await);
    for encryption in Encryption::ALL {
        let proofs = json!({"jwt": [holder.proof(&world.nonce().await)]});
        let wanted = json!({"jwk": ours.public_jwk(), "enc": encryption.as_str()});
        let body = json!({"credential_configuration_id": LDP, "proofs": proofs, "credential_response_encryption": wanted});
        let reply = post(&world, &token, &body, encryption).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/jwt"));
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        let answer: Value = serde_json::from_slice(&ours.decrypt(&text).unwrap()).unwrap();
        assert_eq!(answer, plain);
    }
    // A request may be encrypted and its answer not.
    let proofs = json!({"jwt": [holder.proof(&world.nonce().await)]});
    let body = json!({"credential_configuration_id": LDP, "proofs": proofs});
    assert_eq!(json(&post(&world, &token, &body, Encryption::A256Gcm).await), plain);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_parameter_is_an_error_and_spends_nothing() {
    let world = World::start().await;
    let (token, holder) = (world.token(&world.offer().await).await, Holder::new(1));
    let jwk = DecryptionKey::from_seed(&[5; 32]).public_jwk();
    let no_algorithm = json!({"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"]});
    let proofs = json!({"jwt": [holder.proof(&world.nonce().await)]});
    let with = |wanted: Value| json!({"credential_configuration_id": LDP, "proofs": proofs, "credential_response_encryption": wanted});
    for wanted in [
        json!({}),
        json!({"jwk": jwk}),
        json!({"enc": "A128GCM"}),
        json!({"jwk": jwk, "enc": "A128CBC-HS256"}),
        json!({"jwk": jwk, "enc": "A128GCM", "zip": "DEF"}),
        json!({"jwk": no_algorithm, "enc": "A128GCM"}),
        json!({"jwk": 7, "enc": "A128GCM"}),
    ] {
        let reply = post(&world, &token, &with(wanted.clone()), Encryption::A128Gcm).await;
        assert_eq!(refusal(&reply), refused("invalid_encryption_parameters"), "{wanted}");
    }
    let good = with(json!({"jwk": jwk, "enc": "A128GCM"}));
    let reply = world.post("/t/undp/credential", &good, Some(&token)).await;
    assert_eq!(refusal(&reply), refused("invalid_encryption_parameters"), "the request was not encrypted");
    for wrong in ["", "a.b.c.d.e", "not a JWE"] {
        let reply = raw(&world, &token, wrong.to_owned()).await;
        assert_eq!(refusal(&reply), refused("invalid_encryption_parameters"), "{wrong}");
    }
    let reply = post(&world, &token, &json!("nonsense"), Encryption::A128Gcm).await;
    assert_eq!(refusal(&reply), refused("invalid_credential_request"));
    // The key of another organisation.
    let theirs = json(&world.get("/.well-known/openid-credential-issuer/t/wfp").await);
    let theirs = Recipient::from_jwk(&theirs["credential_request_encryption"]["jwks"]["keys"][0]).unwrap();
    let body =
        theirs.encrypt(good.to_string().as_bytes(), Encryption::A128Gcm, &SeededEntropy::new(9)).unwrap();
    assert_eq!(refusal(&raw(&world, &token, body).await), refused("invalid_encryption_parameters"));
    assert_eq!(post(&world, &token, &good, Encryption::A128Gcm).await.status, 200, "the nonce is still good");
}
