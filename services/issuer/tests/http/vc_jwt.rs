//! Credentials of people as JWT, where the operator offers them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use issuance::{Format, FourEyes};
use keys::Signer as _;
use serde_json::{Value, json};

use crate::support::{Holder, LDP, UNDP, World, json, refusal};

const VC_JWT: &str = "StaffIdentity_vc_jwt";

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_gives_a_jwt_beside_the_other_formats() {
    let world = World::start_offering(FourEyes::WithColleagues, Format::ALL.to_vec()).await;
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let described = &metadata["credential_configurations_supported"][VC_JWT];
    assert_eq!(described["format"], "vc+jwt");
    assert_eq!(described["credential_signing_alg_values_supported"], json!(["ES256"]));
    let types = &described["credential_definition"]["type"];
    assert_eq!(types, &json!(["VerifiableCredential", "StaffIdentity"]));
    assert_eq!(described["credential_metadata"]["claims"][0]["path"][0], "credentialSubject");

    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let reply = world.request(&token, VC_JWT, &holder).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let issued = json(&reply)["credentials"][0]["credential"].as_str().unwrap().to_owned();
    let (header, payload) = (part(&issued, 0), part(&issued, 1));
    assert_eq!(header["typ"], "vc+jwt");
    assert_eq!((header["cty"].as_str(), header["alg"].as_str()), (Some("vc"), Some("ES256")));
    assert_eq!(header["kid"], format!("{UNDP}#key-p256-1"));
    assert_eq!((&payload["iss"], &payload["issuer"]["id"]), (&json!(UNDP), &json!(UNDP)));
    assert_eq!(payload["cnf"]["jwk"], holder.0.public_key().to_jwk());
    assert_eq!(payload["credentialSubject"]["id"], holder.0.public_key().did_jwk());
    assert_eq!(payload["credentialStatus"].as_array().unwrap().len(), 2);
    assert!(payload["exp"].is_number() && payload.get("vc").is_none());
    // Its places are its own, and a repetition gives the same.
    let ldp = json(&world.request(&token, LDP, &holder).await)["credentials"][0]["credential"].clone();
    assert_ne!(ldp["credentialStatus"], payload["credentialStatus"]);
    let again = world.credential(&link, VC_JWT, &holder).await;
    assert_eq!(again["credentials"][0]["credential"], json!(issued));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_given_where_it_is_not_offered() {
    let world = World::start().await;
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    assert_eq!(metadata["credential_configurations_supported"].get(VC_JWT), None);
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let reply = world.request(&token, VC_JWT, &holder).await;
    assert_eq!(refusal(&reply), (403, "insufficient_scope".to_owned()));
}
