use serde_json::json;

use crate::support::{LDP, ORIGIN, SD_JWT, World, json, problem};

#[tokio::test(flavor = "multi_thread")]
async fn issuer_metadata_is_at_both_addresses_and_complete() {
    let world = World::start().await;
    let reply = world.get("/.well-known/openid-credential-issuer/t/undp").await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
    let metadata = json(&reply);
    assert_eq!(json(&world.get("/t/undp/.well-known/openid-credential-issuer").await), metadata);
    assert_eq!(metadata["credential_issuer"], format!("{ORIGIN}/t/undp"));
    for (name, path) in [
        ("credential_endpoint", "credential"),
        ("nonce_endpoint", "nonce"),
        ("deferred_credential_endpoint", "deferred_credential"),
        ("notification_endpoint", "notification"),
    ] {
        assert_eq!(metadata[name], format!("{ORIGIN}/t/undp/{path}"));
    }
    let names: Vec<_> = metadata["display"].as_array().unwrap().iter().map(|it| &it["locale"]).collect();
    assert_eq!(names, ["en", "fr"], "as they are configured, English first");
    assert_eq!(metadata["display"][1]["name"], "UNDP (fr)");
    let configurations = metadata["credential_configurations_supported"].as_object().unwrap();
    assert_eq!(configurations.len(), 12, "six types in two formats");
    assert_eq!(metadata["batch_credential_issuance"]["batch_size"], 10);
    let encryption = &metadata["credential_request_encryption"];
    assert_eq!(
        (&encryption["encryption_required"], &encryption["jwks"]["keys"][0]["alg"]),
        (&json!(false), &json!("ECDH-ES"))
    );
    assert_eq!(
        metadata["credential_response_encryption"]["enc_values_supported"],
        json!(["A128GCM", "A256GCM"])
    );
    let ldp = &configurations[LDP];
    assert_eq!(ldp["format"], "ldp_vc");
    assert_eq!(ldp["credential_signing_alg_values_supported"], json!(["eddsa-rdfc-2022"]));
    assert_eq!(ldp["credential_definition"]["type"], json!(["VerifiableCredential", "StaffIdentity"]));
    assert_eq!(ldp["cryptographic_binding_methods_supported"], json!(["jwk", "did:key", "did:jwk"]));
    let algorithms = &ldp["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"];
    assert_eq!(*algorithms, json!(["ES256", "EdDSA", "Ed25519"]));
    let attestation = &ldp["proof_types_supported"]["attestation"]["proof_signing_alg_values_supported"];
    assert_eq!(*attestation, json!(["ES256", "EdDSA", "Ed25519"]));
    assert_eq!(
        ldp["proof_types_supported"]["di_vp"]["proof_signing_alg_values_supported"],
        json!(["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "eddsa-jcs-2022", "ecdsa-jcs-2019"])
    );
    assert_eq!(ldp["credential_metadata"]["claims"][0]["path"], json!(["credentialSubject", "givenName"]));
    assert_eq!(ldp["credential_metadata"]["display"].as_array().unwrap().len(), 6, "six languages");
    let sd_jwt = &configurations[SD_JWT];
    assert_eq!(sd_jwt["vct"], "https://schemas.passerelle.example/v1#StaffIdentity");
    assert_eq!(sd_jwt["credential_metadata"]["claims"][0]["path"], json!(["givenName"]));
    assert_eq!(
        problem(&world.get("/.well-known/openid-credential-issuer/t/x").await),
        (404, "not-found".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_is_signed_where_that_is_preferred() {
    let world = World::start().await;
    let url = world.url("/.well-known/openid-credential-issuer/t/undp");
    for (accept, media_type) in [
        ("application/jwt, application/json;q=0.5", "application/jwt"),
        ("application/jwt", "application/jwt"),
        ("application/json, application/jwt", "application/jwt"),
        ("application/json, application/jwt;q=0.9", "application/json"),
        ("application/jwt;q=0", "application/json"),
        ("application/jwt;q=nonsense", "application/json"),
        ("*/*", "application/json"),
    ] {
        let reply = world.client.get(&url, accept, None).await.unwrap();
        assert_eq!((reply.status, reply.content_type.as_str()), (200, media_type), "{accept}");
        assert_eq!(reply.header("vary"), Some("accept"));
    }
    let reply = world.client.get(&url, "application/jwt", None).await.unwrap();
    let token = String::from_utf8(reply.body.to_vec()).unwrap();
    let keys = world.tenant("undp");
    let key = world.ledger.with(|state| state.keys[&keys.did][1].multikey.clone());
    let key = keys::PublicKey::from_multikey(&key).unwrap();
    let now = crate::support::start_time();
    let verified =
        credential::jwt::verify_with_key(&token, "openidvci-issuer-metadata+jwt", &key, now).unwrap();
    assert_eq!(verified.claims["sub"], format!("{ORIGIN}/t/undp"));
    assert_eq!(verified.claims["credential_issuer"], format!("{ORIGIN}/t/undp"));
    assert!(verified.claims["credential_configurations_supported"][LDP].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn authorization_server_metadata_names_the_grant() {
    let world = World::start().await;
    let metadata = json(&world.get("/.well-known/oauth-authorization-server/t/wfp").await);
    assert_eq!(metadata["issuer"], format!("{ORIGIN}/t/wfp"));
    assert_eq!(metadata["token_endpoint"], format!("{ORIGIN}/t/wfp/token"));
    assert_eq!(metadata["pre-authorized_grant_anonymous_access_supported"], true);
    let grants = json!(["authorization_code", crate::support::GRANT, "refresh_token"]);
    assert_eq!(metadata["grant_types_supported"], grants);
    assert_eq!(metadata["authorization_endpoint"], format!("{ORIGIN}/t/wfp/authorize"));
    assert_eq!(metadata["pushed_authorization_request_endpoint"], format!("{ORIGIN}/t/wfp/par"));
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    let methods = json!(["none", "attest_jwt_client_auth"]);
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata["client_attestation_signing_alg_values_supported"], json!(["ES256", "EdDSA"]));
    assert_eq!(metadata["scopes_supported"], json!([LDP, SD_JWT]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logo_is_served_under_its_digest_and_cannot_act() {
    let world = World::start().await;
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let of_issuer = metadata["display"][0]["logo"].clone();
    for (name, configuration) in metadata["credential_configurations_supported"].as_object().unwrap() {
        for display in configuration["credential_metadata"]["display"].as_array().unwrap() {
            assert_eq!(display["logo"], of_issuer, "{name}");
        }
    }
    assert_eq!(of_issuer["alt_text"], "UNDP");
    let uri = of_issuer["uri"].as_str().unwrap();
    let reply = world.get(uri).await;
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&reply.body));
    assert!(reply.status == 200 && uri.ends_with(&digest), "{uri}");
    assert_eq!(
        (reply.content_type.as_str(), reply.header("x-content-type-options")),
        ("image/svg+xml", Some("nosniff"))
    );
    assert!(reply.header("content-security-policy").unwrap().contains("default-src 'none'"));
    for other in [uri.replace("/t/undp/", "/t/wfp/"), uri.replace(&digest, &"0".repeat(64))] {
        assert_eq!(problem(&world.get(&other).await), (404, "not-found".into()), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_served_as_published() {
    let world = World::start().await;
    for published in issuance::schemas::published() {
        let reply = world.get(&format!("/schemas/{}/{}", published.version, published.file)).await;
        assert_eq!((reply.status, reply.body.as_ref()), (200, published.bytes), "{}", published.file);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
    for missing in ["/schemas/v1/other.json", "/schemas/v2/employment.vct.json"] {
        assert_eq!(problem(&world.get(missing).await), (404, "not-found".into()));
    }
}

#[test]
fn every_route_is_documented() {
    let document = serde_json::to_value(issuer::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/.well-known/openid-credential-issuer/t/{tenant}",
        "/.well-known/oauth-authorization-server/t/{tenant}",
        "/t/{tenant}/.well-known/openid-credential-issuer",
        "/t/{tenant}/jwks",
        "/t/{tenant}/offers/{token}",
        "/t/{tenant}/par",
        "/t/{tenant}/token",
        "/t/{tenant}/nonce",
        "/t/{tenant}/credential",
        "/t/{tenant}/notification",
        "/t/{tenant}/receipts/{token}",
        "/t/{tenant}/status/{list}",
        "/vc-api/ids",
        "/vc-api/{instance}/credentials/issue",
        "/schemas/v1/{file}",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
}
