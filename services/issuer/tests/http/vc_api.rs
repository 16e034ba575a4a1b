use serde_json::{Value, json};

use crate::support::{World, json, problem};

const PATH: &str = "/vc-api/eddsa/credentials/issue";

fn credential() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": "did:example:subject"}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_instance_fills_in_its_issuer() {
    let world = World::start().await;
    let ids = json(&world.get("/vc-api/ids").await);
    let instance = &ids["instances"]["eddsa"];
    assert_eq!(
        (instance["accreditation"].as_str(), instance["policy"].as_str()),
        (Some("optional"), Some("open"))
    );
    assert_eq!(ids["instances"].get("closed"), None);
    let reply = world.post(PATH, &json!({"credential": credential(), "options": {"unknown": 1}}), None).await;
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    let issued = json(&reply)["verifiableCredential"].clone();
    assert_eq!(issued["issuer"], instance["issuer"]);
    let method = issued["proof"]["verificationMethod"].as_str().unwrap();
    assert!(method.starts_with(instance["issuer"].as_str().unwrap()));
    for named in [instance["issuer"].clone(), json!({"id": instance["issuer"], "name": "x"})] {
        let mut credential = credential();
        credential["issuer"] = named;
        assert_eq!(world.post(PATH, &json!({"credential": credential}), None).await.status, 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_credentials_are_refused_with_every_fault() {
    let world = World::start().await;
    let mut bad = credential();
    bad["type"] = json!("Other");
    bad["validFrom"] = json!("yesterday");
    let reply = world.post(PATH, &json!({"credential": bad}), None).await;
    assert_eq!(problem(&reply), (400, "MALFORMED_VALUE_ERROR".into()));
    assert!(json(&reply)["errors"].as_array().unwrap().len() >= 2);

    let mut foreign = credential();
    foreign["issuer"] = json!("did:example:other");
    let reply = world.post(PATH, &json!({"credential": foreign}), None).await;
    assert_eq!(problem(&reply), (400, "issuer-mismatch".into()));
    for credential in [json!("text"), json!([]), json!(null)] {
        assert_eq!(
            world.post(PATH, &json!({"credential": credential}), None).await.status,
            400,
            "{credential}"
        );
    }
    let mut unknown = credential();
    unknown["@context"] = json!(["https://www.w3.org/ns/credentials/v2", "https://unknown.example/v1"]);
    assert_eq!(world.post(PATH, &json!({"credential": unknown}), None).await.status, 400, "unknown context");
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_and_unknown_instances_are_not_there() {
    let world = World::start().await;
    for name in ["closed", "other"] {
        let path = format!("/vc-api/{name}/credentials/issue");
        let reply = world.post(&path, &json!({"credential": credential()}), None).await;
        assert_eq!(problem(&reply), (404, "not-found".into()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_are_bounded() {
    let world = World::start().await;
    let url = world.url(PATH);
    let deep = format!(r#"{{"credential":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    let reply = world.client.post_bytes(&url, "application/json", deep.into_bytes(), &[]).await.unwrap();
    assert_eq!(problem(&reply), (400, "json-too-deep".into()));
    let huge = format!(r#"{{"credential":"{}"}}"#, "a".repeat(10_000_000));
    // The service may hang up before ten megabytes were sent; when it answers, this is the answer.
    if let Ok(reply) = world.client.post_bytes(&url, "application/json", huge.into_bytes(), &[]).await {
        assert_eq!(problem(&reply), (413, "too-large".into()));
    }
    let reply = world.client.post_bytes(&url, "text/plain", b"{}".to_vec(), &[]).await.unwrap();
    assert_eq!(problem(&reply), (415, "unsupported-media-type".into()));
}
