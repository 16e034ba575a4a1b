//! Every operation of the OpenAPI document as nobody, as another organisation, and with too little scope. A new operation
//! fails here until somebody has said who may use it.

use std::collections::BTreeSet;

use keys::Signer as _;
use serde_json::{Value, json};

use crate::support::{Holder, LDP, SD_JWT, World, json as body_of};

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Anybody reads it, by the specification that names it.
    Public,
    /// Anybody sends to it; what is sent has to prove itself.
    Open,
    /// Whoever knows a secret part of the address, and only below the organisation that made it.
    Link,
    /// An access token of this organisation.
    Bearer,
    /// The token of a machine of this organisation, for this.
    Machine,
    /// The secret of a wallet for one enrolment at this organisation.
    Wallet,
    /// Where the configuration says that it is open.
    Instance,
}

const OPERATIONS: &[(&str, &str, Access)] = &[
    ("get", "/.well-known/oauth-authorization-server/t/{tenant}", Access::Public),
    ("get", "/.well-known/openid-credential-issuer/t/{tenant}", Access::Public),
    ("get", "/schemas/v1/{file}", Access::Public),
    ("get", "/schemas/v2/{file}", Access::Public),
    ("get", "/t/{tenant}/.well-known/oauth-authorization-server", Access::Public),
    ("get", "/t/{tenant}/.well-known/openid-credential-issuer", Access::Public),
    ("get", "/t/{tenant}/jwks", Access::Public),
    ("get", "/t/{tenant}/status/{list}", Access::Public),
    ("get", "/vc-api/ids", Access::Public),
    ("post", "/t/{tenant}/nonce", Access::Open),
    ("post", "/t/{tenant}/par", Access::Open),
    ("post", "/t/{tenant}/token", Access::Open),
    ("get", "/t/{tenant}/offers/{token}", Access::Link),
    ("get", "/t/{tenant}/logo/{digest}", Access::Link),
    ("get", "/t/{tenant}/receipts/{token}", Access::Link),
    ("post", "/t/{tenant}/enrolment", Access::Link),
    ("post", "/t/{tenant}/enrolment/separation", Access::Link),
    ("post", "/t/{tenant}/enrolment/station", Access::Wallet),
    ("post", "/t/{tenant}/enrolment/separation/answer", Access::Wallet),
    ("get", "/t/{tenant}/enrolment", Access::Wallet),
    ("get", "/t/{tenant}/enrolment/times", Access::Wallet),
    ("post", "/t/{tenant}/enrolment/device-key", Access::Wallet),
    ("post", "/t/{tenant}/enrolment/appointment", Access::Wallet),
    ("post", "/t/{tenant}/enrolment/place", Access::Wallet),
    ("post", "/t/{tenant}/enrolment/signals", Access::Wallet),
    ("post", "/t/{tenant}/existence/year", Access::Link),
    ("post", "/t/{tenant}/existence/begin", Access::Link),
    ("get", "/t/{tenant}/existence/{token}", Access::Link),
    ("post", "/t/{tenant}/existence/{token}/answer", Access::Link),
    ("post", "/t/{tenant}/existence/{token}/offline-challenge", Access::Link),
    ("post", "/t/{tenant}/existence/{token}/appeal", Access::Link),
    ("get", "/t/{tenant}/existence/{token}/receipt", Access::Link),
    ("post", "/t/{tenant}/existence/{token}/form", Access::Link),
    ("post", "/t/{tenant}/existence/{token}/place", Access::Link),
    ("post", "/t/{tenant}/credential", Access::Bearer),
    ("post", "/t/{tenant}/deferred_credential", Access::Bearer),
    ("post", "/t/{tenant}/notification", Access::Bearer),
    ("get", "/scim/v2/{tenant}/ResourceTypes", Access::Public),
    ("get", "/scim/v2/{tenant}/ResourceTypes/{name}", Access::Public),
    ("get", "/scim/v2/{tenant}/Schemas", Access::Public),
    ("get", "/scim/v2/{tenant}/Schemas/{urn}", Access::Public),
    ("get", "/scim/v2/{tenant}/ServiceProviderConfig", Access::Public),
    ("post", "/scim/v2/{tenant}/.search", Access::Machine),
    ("get", "/scim/v2/{tenant}/Users", Access::Machine),
    ("post", "/scim/v2/{tenant}/Users", Access::Machine),
    ("post", "/scim/v2/{tenant}/Users/.search", Access::Machine),
    ("delete", "/scim/v2/{tenant}/Users/{id}", Access::Machine),
    ("get", "/scim/v2/{tenant}/Users/{id}", Access::Machine),
    ("patch", "/scim/v2/{tenant}/Users/{id}", Access::Machine),
    ("put", "/scim/v2/{tenant}/Users/{id}", Access::Machine),
    ("post", "/v1/fund/{tenant}/register/imports", Access::Machine),
    ("get", "/v1/fund/{tenant}/register/imports/{id}", Access::Machine),
    ("get", "/v1/fund/{tenant}/register/imports/{id}/rows-to-correct.csv", Access::Machine),
    ("post", "/v1/fund/{tenant}/register/imports/{id}/confirmation", Access::Machine),
    ("get", "/v1/fund/{tenant}/nights", Access::Machine),
    ("post", "/v1/fund/{tenant}/nights", Access::Machine),
    ("post", "/v1/fund/{tenant}/people/search", Access::Machine),
    ("get", "/v1/fund/{tenant}/people/{person}", Access::Machine),
    ("post", "/v1/fund/{tenant}/proofs", Access::Machine),
    ("post", "/v1/fund/{tenant}/payments", Access::Machine),
    ("post", "/v1/fund/{tenant}/suspension-lists", Access::Machine),
    ("get", "/v1/fund/{tenant}/suspension-lists/{id}", Access::Machine),
    ("get", "/v1/fund/{tenant}/suspension-lists/{id}/payroll.csv", Access::Machine),
    ("get", "/v1/fund/{tenant}/suspension-lists/{id}/payroll.jws", Access::Machine),
    ("post", "/v1/fund/{tenant}/payroll-changes", Access::Machine),
    ("get", "/v1/fund/{tenant}/payroll-changes", Access::Machine),
    ("get", "/v1/fund/{tenant}/payroll-changes/{id}/changes.csv", Access::Machine),
    ("get", "/v1/fund/{tenant}/payroll-changes/{id}/changes.jws", Access::Machine),
    ("post", "/v1/fund/{tenant}/payroll-changes/{id}/acknowledgement", Access::Machine),
    ("get", "/v1/fund/{tenant}/calendars", Access::Machine),
    ("put", "/v1/fund/{tenant}/calendars/{year}", Access::Machine),
    ("get", "/v1/fund/{tenant}/counts/{year}", Access::Machine),
    ("get", "/v1/fund/{tenant}/journals/{person}", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings", Access::Machine),
    ("post", "/v1/fund/{tenant}/mailings", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings/{id}", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings/{id}/parts/{part}", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings/{id}/addresses.csv", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings/{id}/withdrawn.csv", Access::Machine),
    ("post", "/v1/fund/{tenant}/mailings/{id}/posting", Access::Machine),
    ("post", "/v1/fund/{tenant}/mailings/{id}/cancellation", Access::Machine),
    ("get", "/v1/fund/{tenant}/people/{person}/post", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings/{id}/parts.zip", Access::Machine),
    ("get", "/v1/fund/{tenant}/mailings/{id}/left-out.csv", Access::Machine),
    ("get", "/v1/fund/{tenant}/letter-settings", Access::Machine),
    ("put", "/v1/fund/{tenant}/letter-settings", Access::Machine),
    ("get", "/v1/fund/{tenant}/letter-samples/{part}", Access::Machine),
    ("post", "/v1/fund/{tenant}/follow-up/{year}/answers", Access::Machine),
    ("get", "/v1/fund/{tenant}/questions", Access::Machine),
    ("post", "/v1/fund/{tenant}/questions", Access::Machine),
    ("get", "/v1/fund/{tenant}/scans", Access::Machine),
    ("post", "/v1/fund/{tenant}/scans", Access::Machine),
    ("get", "/v1/fund/{tenant}/reckonings/{year}", Access::Machine),
    ("post", "/v1/fund/{tenant}/people/{person}/erasure", Access::Machine),
    ("get", "/v1/fund/{tenant}/journals", Access::Machine),
    ("get", "/v1/fund/{tenant}/journal-anchors", Access::Machine),
    ("get", "/v1/fund/{tenant}/receipts/{proof}", Access::Machine),
    ("get", "/v1/fund/{tenant}/receipts/{proof}/receipt.pdf", Access::Machine),
    ("get", "/v1/fund/{tenant}/cases", Access::Machine),
    ("get", "/v1/fund/{tenant}/fairness/{year}", Access::Machine),
    ("get", "/v1/fund/{tenant}/samples/{day}", Access::Machine),
    ("get", "/v1/fund/{tenant}/follow-up/{year}/{country}", Access::Machine),
    ("post", "/v1/fund/{tenant}/cases", Access::Machine),
    ("get", "/v1/fund/{tenant}/cases/{id}", Access::Machine),
    ("get", "/v1/fund/{tenant}/stations", Access::Machine),
    ("post", "/v1/fund/{tenant}/stations", Access::Machine),
    ("delete", "/v1/fund/{tenant}/stations/{station}", Access::Machine),
    ("get", "/v1/fund/{tenant}/invitations", Access::Machine),
    ("post", "/v1/fund/{tenant}/invitations", Access::Machine),
    ("get", "/v1/fund/{tenant}/invitations/{id}", Access::Machine),
    ("delete", "/v1/fund/{tenant}/invitations/{id}", Access::Machine),
    ("post", "/v1/fund/{tenant}/invitations/{id}/confirmation", Access::Machine),
    ("post", "/v1/hr/{tenant}/people/search", Access::Machine),
    ("get", "/v1/hr/{tenant}/people/{person}", Access::Machine),
    ("post", "/v1/hr/{tenant}/people/{person}/status", Access::Machine),
    ("post", "/v1/hr/{tenant}/people/{person}/erasure", Access::Machine),
    ("post", "/v1/hr/{tenant}/offers", Access::Machine),
    ("delete", "/v1/hr/{tenant}/offers/{offer}", Access::Machine),
    ("post", "/v1/hr/{tenant}/lists", Access::Machine),
    ("get", "/v1/hr/{tenant}/lists/{id}", Access::Machine),
    ("get", "/v1/hr/{tenant}/lists/{id}/rows-to-correct.csv", Access::Machine),
    ("post", "/v1/hr/{tenant}/lists/{id}/confirmation", Access::Machine),
    ("post", "/v1/hr/{tenant}/lists/{id}/pause", Access::Machine),
    ("post", "/v1/hr/{tenant}/lists/{id}/resumption", Access::Machine),
    ("get", "/v1/hr/{tenant}/lists/{id}/links", Access::Machine),
    ("get", "/vc-api/{instance}/status/{list}", Access::Instance),
    ("post", "/vc-api/{instance}/credentials/issue", Access::Instance),
    ("post", "/vc-api/{instance}/credentials/status", Access::Instance),
];

/// The path with its variables filled in.
fn path(template: &str, tenant: &str, secret: &str) -> String {
    let filled =
        template.replace("{tenant}", tenant).replace("{token}", secret).replace("{instance}", "closed");
    let filled = filled.replace("{list}", "revocation-1").replace("{file}", "staff-identity.schema.json");
    let filled = filled
        .replace("{digest}", secret)
        .replace("{person}", secret)
        .replace("{offer}", secret)
        .replace("{year}", "2026")
        .replace("{part}", "1");
    filled.replace("{id}", secret).replace("{name}", "User").replace("{urn}", issuance::scim::CORE)
}

/// Sends what the operation would read, so that a refusal is about who asks and not about how.
async fn send(world: &World, method: &str, path: &str, bearer: Option<&str>) -> u16 {
    let authorization = bearer.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(authorization.iter().map(|value| ("authorization", value.as_str())));
    let sent = if method == "get" { vec![] } else { body(path).to_string().into_bytes() };
    let method = method.to_ascii_uppercase().parse().unwrap();
    testkit::Agent::new().send(method, world.url(path), &headers, sent).await.unwrap().status
}

fn body(path: &str) -> Value {
    if path.ends_with("/credentials/status") {
        return json!({"credentialId": "urn:x", "status": true, "credentialStatus": {"statusPurpose": "revocation"}});
    }
    if path.starts_with("/vc-api/") {
        return json!({"credential": {
            "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"],
            "credentialSubject": {"id": "did:example:subject"}}});
    }
    if !path.ends_with("/answer") {
        return json!({});
    }
    json!({
        "challenge": "AQ",
        "holderKey": Holder::new(7).0.public_key().to_jwk(),
        "passkey": {"credentialId": "AQ", "publicKeyCose": "AQ", "rpId": "wallet.test", "origin": "http://wallet.test"},
        "assertion": {"authenticatorData": "AQ", "clientDataJSON": "AQ", "signature": "AQ"},
        "deviceSignature": "AQ"
    })
}

/// An access token for one offer of a person of UNDP, and the offer.
async fn token(world: &World) -> (String, String) {
    let link = world.offer().await;
    let secret = link.uri.rsplit('/').next().unwrap().to_owned();
    (world.token(&link).await, secret)
}

#[test]
fn every_operation_of_the_document_says_who_may_use_it() {
    let document = serde_json::to_value(issuer::openapi()).unwrap();
    let mut found = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            found.insert((method.clone(), path.clone()));
        }
    }
    let known: BTreeSet<_> =
        OPERATIONS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(found, known);
    for (method, path, access) in OPERATIONS {
        let secured = document["paths"][path][method]["security"] != Value::Null;
        assert_eq!(
            secured,
            matches!(access, Access::Bearer | Access::Machine | Access::Wallet),
            "the document says so too: {path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_what_is_not_public() {
    let world = World::start().await;
    for (method, template, access) in OPERATIONS {
        let path = path(template, "undp", "guessed");
        let status = send(&world, method, &path, None).await;
        let expected = match access {
            Access::Public => 200..=200,
            // The nonce endpoint gives everybody a nonce; a token request without a grant is malformed.
            Access::Open => 200..=400,
            Access::Link | Access::Instance => 404..=404,
            Access::Bearer | Access::Machine | Access::Wallet => 401..=401,
        };
        assert!(expected.contains(&status), "{method} {path}: {status}");
        let forged = send(&world, method, &path, Some("forged")).await;
        assert_eq!(forged, status, "a token nobody gave out changes nothing: {method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_gets_nothing_with_the_secrets_of_the_first() {
    // Refused tokens make an organisation slow, so a few operations at a time meet a service of their own.
    for operations in OPERATIONS.chunks(10) {
        another_organisation_gets_nothing(operations).await;
    }
}

async fn another_organisation_gets_nothing(operations: &[(&str, &str, Access)]) {
    let world = World::start().await;
    let (token, secret) = token(&world).await;
    let scopes = &issuance::Scope::ALL;
    let machine = world.issuer.create_service_client(&World::officer(), "HR", scopes).await.unwrap();
    for (method, template, access) in operations {
        let expected = match access {
            Access::Link => 404,
            Access::Bearer | Access::Machine | Access::Wallet => 401,
            Access::Public | Access::Open | Access::Instance => continue,
        };
        let path = path(template, "wfp", &secret);
        assert_eq!(send(&world, method, &path, Some(&token)).await, expected, "{method} {path}");
        if *access == Access::Machine {
            assert_eq!(send(&world, method, &path, Some(&machine)).await, 401, "{method} {path}");
            let wallet = path.replace("wfp", "undp");
            assert_eq!(
                send(&world, method, &wallet, Some(&token)).await,
                401,
                "of a wallet: {method} {wallet}"
            );
            assert_ne!(send(&world, method, &wallet, Some(&machine)).await, 401, "{method} {wallet}");
        }
        if *access == Access::Bearer {
            let own = path.replace("wfp", "undp");
            assert_eq!(send(&world, method, &own, Some(&machine)).await, 401, "of a machine: {method} {own}");
        }
    }
    let own = send(&world, "get", &path("/t/{tenant}/offers/{token}", "undp", &secret), None).await;
    assert_eq!(own, 200, "the link works where it belongs");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_organisation_has_no_operations() {
    let world = World::start().await;
    let tenants = OPERATIONS.iter().filter(|(_, template, _)| template.contains("{tenant}"));
    for (method, template, _) in tenants {
        let path = path(template, "nobody", "x");
        assert_eq!(send(&world, method, &path, Some("x")).await, 404, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_issues_what_its_offer_holds_and_nothing_else() {
    let world = World::start().await;
    let (token, _) = token(&world).await;
    let holder = Holder::new(7);
    let refused = world.request(&token, "Employment_ldp_vc", &holder).await;
    assert_eq!((refused.status, body_of(&refused)["error"].as_str().unwrap()), (403, "insufficient_scope"));
    for configuration in [LDP, SD_JWT] {
        assert_eq!(world.request(&token, configuration, &holder).await.status, 200, "{configuration}");
    }
    // What another person's credential is called is no secret of this token.
    let guess = json!({"notification_id": "guessed", "event": "credential_accepted"});
    let other = world.post("/t/undp/notification", &guess, Some(&token)).await;
    assert_eq!(body_of(&other)["error"].as_str().unwrap(), "invalid_notification_id");
}
