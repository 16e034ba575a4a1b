use clock::Clock as _;
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

/// Each instance issues with its own suite and a key of the kind that the suite needs, and what it issues verifies.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_an_instance_for_every_suite() {
    let world = World::start().await;
    let ids = json(&world.get("/vc-api/ids").await);
    let now = world.clock.now();
    for (name, suite, multikey) in [
        ("eddsa", "eddsa-rdfc-2022", "did:key:z6Mk"),
        ("eddsa-jcs", "eddsa-jcs-2022", "did:key:z6Mk"),
        ("ecdsa-p256", "ecdsa-rdfc-2019", "did:key:zDn"),
        ("ecdsa-jcs-p256", "ecdsa-jcs-2019", "did:key:zDn"),
        ("ecdsa-p384", "ecdsa-rdfc-2019", "did:key:z82"),
        ("ecdsa-jcs-p384", "ecdsa-jcs-2019", "did:key:z82"),
    ] {
        let instance = &ids["instances"][name];
        assert_eq!(instance["cryptosuite"], suite);
        let issuer = instance["issuer"].as_str().unwrap();
        assert!(issuer.starts_with(multikey), "{name}: {issuer}");
        let endpoint = instance["issueEndpoint"].as_str().unwrap();
        assert!(endpoint.ends_with(&format!("/vc-api/{name}/credentials/issue")), "{endpoint}");
        let path = format!("/vc-api/{name}/credentials/issue");
        let reply = world.post(&path, &json!({"credential": credential()}), None).await;
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        let issued = json(&reply)["verifiableCredential"].clone();
        assert_eq!(issued["proof"]["cryptosuite"], suite);
        assert_eq!(issued["issuer"], issuer);

        let verify = async |credential: Value| {
            let input = credential::Input::from_value(credential).unwrap();
            let expect = credential::Expect::credential(now);
            let outcome = credential::verify_credential(&input, &did::Resolvers::offline(), &expect).await;
            outcome.faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>()
        };
        assert_eq!(verify(issued.clone()).await, [""; 0], "{name}");
        let mut changed = issued;
        changed["credentialSubject"]["id"] = json!("did:example:another");
        assert_eq!(verify(changed).await, ["badSignature"], "{name}");
    }
}

/// The base proof is for the holder; what the holder derives from it verifies, and shows what is mandatory.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_issues_for_selective_disclosure() {
    use credential::data_integrity::derive;
    let world = World::start().await;
    let path = "/vc-api/sd-p256/credentials/issue";
    let now = world.clock.now();
    let verify = async |credential: Value| {
        let input = credential::Input::from_value(credential).unwrap();
        let expect = credential::Expect::credential(now);
        let outcome = credential::verify_credential(&input, &did::Resolvers::offline(), &expect).await;
        outcome.faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    let mut whole = credential();
    whole["@context"].as_array_mut().unwrap().push(json!("https://www.w3.org/ns/credentials/examples/v2"));
    whole["validUntil"] = json!("2099-01-01T00:00:00Z");
    whole["credentialSubject"] = json!({"alumniOf": "Example University", "degree": "BSc"});
    let reply = world.post(path, &json!({"credential": whole}), None).await;
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    let base = json(&reply)["verifiableCredential"].clone();
    assert_eq!(base["proof"]["cryptosuite"], "ecdsa-sd-2023");
    assert_eq!(verify(base.clone()).await, ["baseProof"]);

    let shown = derive(&base, &["/credentialSubject/degree".to_owned()]).await.unwrap();
    assert_eq!(shown["credentialSubject"], json!({"degree": "BSc"}));
    assert_eq!((&shown["issuer"], &shown["validUntil"]), (&base["issuer"], &whole["validUntil"]));
    assert_eq!(verify(shown.clone()).await, [""; 0]);
    let mut longer = shown;
    longer["validUntil"] = json!("2199-01-01T00:00:00Z");
    assert_eq!(verify(longer).await, ["badSignature"]);

    let options = json!({"mandatoryPointers": ["/issuer", "/credentialSubject/alumniOf"]});
    let reply = world.post(path, &json!({"credential": whole, "options": options}), None).await;
    let chosen = json(&reply)["verifiableCredential"].clone();
    let least = derive(&chosen, &[]).await.unwrap();
    assert_eq!(least["credentialSubject"], json!({"alumniOf": "Example University"}));
    assert_eq!(least.get("validUntil"), None);
    assert_eq!(verify(least).await, [""; 0]);
    for pointers in [json!(["/none"]), json!(["issuer"]), json!(vec!["/issuer"; 101])] {
        let options = json!({"mandatoryPointers": pointers});
        let reply = world.post(path, &json!({"credential": whole, "options": options}), None).await;
        assert_eq!(reply.status, 400, "{pointers}");
    }
}

/// As above with BBS: what the holder derives twice has nothing in common but what is shown.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_issues_for_unlinkable_disclosure() {
    use credential::data_integrity::derive;
    let world = World::start().await;
    let ids = json(&world.get("/vc-api/ids").await);
    let instance = &ids["instances"]["bbs"];
    assert_eq!(instance["cryptosuite"], "bbs-2023");
    assert!(instance["issuer"].as_str().unwrap().starts_with("did:key:zUC7"), "{instance}");
    let now = world.clock.now();
    let verify = async |credential: Value| {
        let input = credential::Input::from_value(credential).unwrap();
        let expect = credential::Expect::credential(now);
        let outcome = credential::verify_credential(&input, &did::Resolvers::offline(), &expect).await;
        outcome.faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    let mut whole = credential();
    whole["@context"].as_array_mut().unwrap().push(json!("https://www.w3.org/ns/credentials/examples/v2"));
    whole["credentialSubject"] = json!({"alumniOf": "Example University", "degree": "BSc"});
    let body = json!({"credential": whole, "options": {"mandatoryPointers": ["/issuer"]}});
    let reply = world.post("/vc-api/bbs/credentials/issue", &body, None).await;
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    let base = json(&reply)["verifiableCredential"].clone();
    assert_eq!(base["proof"].get("created"), None);
    assert_eq!(verify(base.clone()).await, ["baseProof"]);
    let pointers = ["/credentialSubject/degree".to_owned()];
    let shown = derive(&base, &pointers).await.unwrap();
    assert_eq!(shown["credentialSubject"], json!({"degree": "BSc"}));
    assert_eq!(verify(shown.clone()).await, [""; 0]);
    let again = derive(&base, &pointers).await.unwrap();
    assert_eq!(verify(again.clone()).await, [""; 0]);
    assert_ne!(shown["proof"]["proofValue"], again["proof"]["proofValue"]);
    let mut changed = shown;
    changed["credentialSubject"]["degree"] = json!("MSc");
    assert_eq!(verify(changed).await, ["badSignature"]);
    let answer = world.post("/vc-api/bbs/credentials/status", &json!({}), None).await;
    assert!([400, 404].contains(&answer.status));
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

/// The bit of a credential in the list that its entry names.
async fn bit(world: &World, issued: &Value, purpose: &str) -> u8 {
    let entries = issued["credentialStatus"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["statusPurpose"] == purpose).unwrap();
    let url = url::Url::parse(entry["statusListCredential"].as_str().unwrap()).unwrap();
    let list = json(&world.get(url.path()).await);
    assert_eq!((&list["issuer"], &list["id"]), (&issued["issuer"], &json!(url.as_str())));
    assert_eq!(list["credentialSubject"]["statusPurpose"], purpose);
    let now = world.clock.now();
    let input = credential::Input::from_value(list.clone()).unwrap();
    let expect = credential::Expect::credential(now);
    let outcome = credential::verify_credential(&input, &did::Resolvers::offline(), &expect).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
    let values = status_list::StatusList::decode_bitstring(encoded, 1).unwrap();
    values.value(entry["statusListIndex"].as_str().unwrap().parse().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_gives_a_status_and_changes_it() {
    let world = World::start().await;
    for instance in ["eddsa-status", "sd-status"] {
        let id = format!("urn:example:{instance}");
        let mut named = credential();
        named["id"] = json!(id);
        let path = format!("/vc-api/{instance}/credentials/issue");
        let reply = world.post(&path, &json!({"credential": named}), None).await;
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        let issued = json(&reply)["verifiableCredential"].clone();
        let other = world.post(&path, &json!({"credential": credential()}), None).await;
        let other = json(&other)["verifiableCredential"].clone();
        assert_eq!(
            (bit(&world, &issued, "revocation").await, bit(&world, &issued, "suspension").await),
            (0, 0)
        );

        let path = format!("/vc-api/{instance}/credentials/status");
        let change = async |body: Value| world.post(&path, &body, None).await.status;
        let by_id = |purpose: &str, status: bool| {
            json!({"credentialId": id, "status": status,
                "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": purpose}})
        };
        for status in [true, true, false, false] {
            assert_eq!(change(by_id("suspension", status)).await, 200);
            assert_eq!(bit(&world, &issued, "suspension").await, u8::from(status));
        }
        assert_eq!(
            change(json!({"credentialStatus": other["credentialStatus"][0], "status": true})).await,
            200
        );
        assert_eq!(bit(&world, &other, "revocation").await, 1);
        assert_eq!(
            (bit(&world, &issued, "revocation").await, bit(&world, &issued, "suspension").await),
            (0, 0)
        );

        let mut foreign = other["credentialStatus"][0].clone();
        foreign["statusListCredential"] = json!("https://elsewhere.example/status/revocation-1");
        let mut beyond = other["credentialStatus"][0].clone();
        beyond["statusListIndex"] = json!("131072");
        for entry in [foreign, beyond] {
            assert_eq!(change(json!({"credentialStatus": entry, "status": true})).await, 404);
        }
        let unknown = json!({"credentialId": "urn:x", "status": true, "credentialStatus": {"statusPurpose": "revocation"}});
        assert_eq!(change(unknown).await, 404);
        assert_eq!(
            change(json!({"credentialStatus": {"statusPurpose": "revocation"}, "status": true})).await,
            404
        );
        assert_eq!(change(by_id("message", true)).await, 400);
    }
    // A status that the caller brought stays; an instance without lists has none.
    let mut brought = credential();
    brought["credentialStatus"] = json!({"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": "https://elsewhere.example/status/1"});
    let reply =
        world.post("/vc-api/eddsa-status/credentials/issue", &json!({"credential": brought}), None).await;
    assert_eq!(json(&reply)["verifiableCredential"]["credentialStatus"], brought["credentialStatus"]);
    let body =
        json!({"credentialId": "urn:x", "status": true, "credentialStatus": {"statusPurpose": "revocation"}});
    assert_eq!(world.post("/vc-api/eddsa/credentials/status", &body, None).await.status, 404);
    for path in [
        "/vc-api/eddsa/status/revocation-1",
        "/vc-api/eddsa-status/status/revocation-2",
        "/vc-api/none/status/x",
    ] {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
}
