//! An issuer whose keys are all in a PKCS#11 token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use credential::{Expect, Input};
use did::Resolvers;
use keys::{PublicKey, TokenConfig};
use serde_json::{Value, json};
use testkit::SoftHsm;

use crate::support::{Holder, LDP, SD_JWT, UNDP, World, json, start_time};

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_issues_with_keys_that_never_leave_the_token() {
    let test = "token::a_tenant_issues_with_keys_that_never_leave_the_token";
    let Some(hsm) = SoftHsm::alone(test).unwrap() else { return };
    let world = World::start_with_token(token(&hsm)).await;
    let no_files = |world: &World| {
        let files = std::fs::read_dir(world.directory.path().join("keys")).unwrap();
        files.map(|file| file.unwrap().file_name()).collect::<Vec<_>>()
    };
    assert!(no_files(&world).is_empty(), "{:?}", no_files(&world));
    assert_credentials(&world, "10023").await;
    // Another run of the service finds the same keys, which the same document lists.
    let world = world.restart().await;
    assert_credentials(&world, "10024").await;
    assert!(no_files(&world).is_empty());
    // As the program does: threads of HTTP end later than the test.
    keys::end_tokens();
}

pub fn token(hsm: &SoftHsm) -> TokenConfig {
    TokenConfig {
        module: SoftHsm::module().unwrap(),
        token: "issuer".to_owned(),
        pin_file: Some(hsm.token("issuer", "4711-geheim").unwrap()),
        sessions: 2,
    }
}

/// Both formats for a person, and one of the VC API, whose proof a verifier checks as a whole.
async fn assert_credentials(world: &World, number: &str) {
    let (link, holder) = (world.offer_for(number).await, Holder::new(1));
    let sd_jwt = world.credential(&link, SD_JWT, &holder).await;
    let sd_jwt = sd_jwt["credentials"][0]["credential"].as_str().unwrap();
    let jwt = sd_jwt.split('~').next().unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let listed = json(&world.get("/t/undp/jwks").await);
    let p256 = listed["keys"].as_array().unwrap().iter().find(|key| key["crv"] == "P-256").unwrap();
    let key = PublicKey::from_jwk(&json!({
        "kty": "EC", "crv": "P-256", "x": p256["x"], "y": p256["y"]
    }));
    key.unwrap().verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();

    let ldp = world.credential(&link, LDP, &holder).await;
    let proof = &ldp["credentials"][0]["credential"]["proof"];
    assert_eq!(proof["verificationMethod"], format!("{UNDP}#key-ed25519-1"));

    let unsecured = json!({"credential": {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": "did:example:subject"}
    }});
    let reply = world.post("/vc-api/eddsa/credentials/issue", &unsecured, None).await;
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    let mut secured: Value = json(&reply)["verifiableCredential"].take();
    assert!(is_verified(&secured).await);
    secured["credentialSubject"]["id"] = json!("did:example:other");
    assert!(!is_verified(&secured).await);
}

async fn is_verified(secured: &Value) -> bool {
    let (input, expect) = (Input::Json(secured.clone()), Expect::credential(start_time()));
    credential::verify_credential(&input, &Resolvers::offline(), &expect).await.is_verified()
}
