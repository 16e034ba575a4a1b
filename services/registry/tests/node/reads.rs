//! What is read, with proof, at which height, and what HTTP answers.

use std::time::Duration;

use clock::SystemEntropy;
use keys::{Algorithm, Signer, SoftwareKey};
use registry::setup::{self};
use registry_client::Checkpoint;
use registry_types::{
    Anchor, AnchorKind, Canonical, DidChange, DidRole, DocumentKey, Genesis, Operation, PublishStatus,
    Relationship, UpdateDid,
};
use serde_json::Value;
use url::Url;

use super::STAFF;
use super::chain::{Chain, Node, Organisation, code, config, outbound, resign, signed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_write_and_anyone_reads_with_proof_across_a_restart() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let (undp, undp_did) = chain.admit(&registry, "undp").await;

    let schema = setup::register_schema("https://schemas.passerelle.example/v1/x.json", [1; 32], "unsscb");
    setup::ensure(&registry, &chain.board.govern, schema.clone()).await.unwrap().unwrap();
    let grant = setup::grant_accreditation(&undp_did, STAFF, &[&undp_did]);
    setup::ensure(&registry, &chain.board.govern, grant.clone()).await.unwrap().unwrap();

    // The second start of a service asks for the same things.
    assert!(setup::ensure(&registry, &chain.board.govern, grant.clone()).await.unwrap().is_none());
    assert!(setup::ensure(&registry, &chain.board.govern, schema).await.unwrap().is_none());
    assert_eq!(code(setup::send(&registry, &chain.board.govern, grant).await), "accreditation_exists");

    let list = "http://localhost:7101/t/undp/status/1".to_owned();
    let publish = |digest: u8, version| {
        let (issuer, list) = (undp_did.clone(), list.clone());
        Operation::PublishStatus(PublishStatus { issuer, list, digest: [digest; 32], version })
    };
    setup::send(&registry, &undp.operate, publish(1, 1)).await.unwrap();
    assert_eq!(code(setup::send(&registry, &undp.operate, publish(2, 1)).await), "status_equivocation");
    setup::send(&registry, &undp.operate, publish(1, 1)).await.unwrap();
    setup::send(&registry, &undp.operate, publish(3, 2)).await.unwrap();
    assert_eq!(code(setup::send(&registry, &undp.operate, publish(1, 1)).await), "status_version_not_higher");
    assert_eq!(code(setup::send(&registry, &undp.did, publish(4, 3)).await), "wrong_role");

    let anchor = Operation::Anchor(Anchor {
        issuer: undp_did.clone(),
        sequence: 0,
        kind: AnchorKind::Credentials,
        root: [9; 32],
        leaf_count: 16,
    });
    let transaction = signed(&registry, &undp.operate, anchor).await;
    let committed = registry.submit(&transaction).await.unwrap();

    // Kill the node; a new one goes on with the same folder.
    node.running.stop().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);

    let anchored = registry.anchor(&undp_did, 0).await.unwrap();
    let record = anchored.value.unwrap();
    assert_eq!((record.root, record.height), ([9; 32], committed.height));
    assert!(registry.anchor(&undp_did, 1).await.unwrap().value.is_none());
    assert_eq!(registry.submit(&transaction).await.unwrap(), committed);
    assert_eq!(registry.status(&undp_did, &list).await.unwrap().value.unwrap().version, 2);
    let accreditation = registry.accreditation(&undp_did, STAFF).await.unwrap();
    let now = u64::try_from(accreditation.block_time.timestamp_millis()).unwrap();
    let accreditation = accreditation.value.unwrap();
    assert_eq!(accreditation.at(now).unwrap().speaks_for, std::slice::from_ref(&undp_did));

    // Rotation keeps the past.
    let next = SoftwareKey::generate(Algorithm::P256, &SystemEntropy);
    let change = DidChange::Replace {
        keys: vec![DocumentKey {
            fragment: "key-p256-2".to_owned(),
            multikey: next.public_key().to_multikey(),
            relationships: vec![Relationship::AssertionMethod],
        }],
        services: Vec::new(),
    };
    let update = UpdateDid { did: undp_did.clone(), known_versions: 1, change };
    setup::send(&registry, &undp.did, Operation::UpdateDid(update)).await.unwrap();
    let record = registry.did(&undp_did).await.unwrap().value.unwrap();
    assert_eq!(record.versions.len(), 2);
    assert_eq!(record.current().unwrap().keys[0].fragment, "key-p256-2");
    assert_eq!(record.versions[0].until_ms, Some(record.versions[1].from_ms));
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_answers_what_its_document_says() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let (undp, did) = chain.admit(&registry, "undp").await;

    let (status, head) = node.get("/v1/headers/latest", "").await;
    assert_eq!(status, 200);
    let height = head["header"]["height"].as_u64().unwrap();
    assert_eq!(node.get(&format!("/v1/headers/{height}"), "").await.1["hash"], head["hash"]);
    assert_eq!(node.get("/v1/headers/999999", "").await.0, 404);
    assert_eq!(node.get("/v1/headers/x", "").await.0, 404);
    assert_eq!(node.get(&format!("/v1/blocks/{height}"), "").await.0, 200);
    assert_eq!(node.get("/v1/validators/changes", "").await.1, Value::Array(Vec::new()));
    let (_, checkpoint) = node.get("/v1/checkpoint", "").await;
    let checkpoint = Checkpoint::from_json(&serde_json::to_vec(&checkpoint).unwrap()).unwrap();
    assert!(checkpoint.header().height >= height);
    assert_eq!(checkpoint.validators(), &chain.genesis.validator_set().unwrap());
    let (_, genesis) = node.get("/v1/genesis", "").await;
    assert_eq!(serde_json::from_value::<Genesis>(genesis).unwrap().chain_id(), chain.genesis.chain_id());

    assert_eq!(node.get("/v1/records/org/undp", "").await.1["value"]["name"], "Member");
    assert_eq!(node.get("/v1/records/org/nobody", "").await.0, 404);
    let (status, absent) = node.get("/v1/records/org/nobody?proof=true", "").await;
    assert_eq!((status, &absent["value"]), (200, &Value::Null));
    assert!(absent["proof"]["mapProof"].is_string());
    assert_eq!(node.get("/v1/records/nothing/x", "").await.0, 404);
    assert_eq!(node.get("/v1/records/params/-", "").await.1["value"]["rules"], 1);
    let (status, then) = node.get("/v1/records/org/undp?proof=true&height=1", "").await;
    assert_eq!((status, &then["value"]), (200, &Value::Null), "nobody had joined at the first height");
    assert!(then["proof"]["mapProof"].is_string());
    let (status, problem) = node.get("/v1/records/org/undp?height=999999", "").await;
    assert_eq!((status, problem["newest"].as_u64()), (404, Some(height)));
    assert!(problem["type"].as_str().unwrap().ends_with("height-not-decided"), "{problem}");
    let (status, problem) = node.get("/v1/records/org/undp?height=0", "").await;
    assert_eq!((status, problem["oldest"].as_u64()), (410, Some(1)));
    assert_eq!(node.get("/v1/snapshots/latest", "").await.0, 404);
    assert_eq!(node.get("/v1/snapshots/1/0", "").await.0, 404);
    assert_eq!(
        node.get("/v1/records/org", "").await.1["keys"],
        serde_json::json!(["org/undp", "org/unsscb"])
    );

    // DID resolution.
    let (status, result) = node.get(&format!("/1.0/identifiers/{did}"), "").await;
    assert_eq!((status, &result["didDocument"]["id"]), (200, &Value::String(did.clone())));
    let (_, document) = node.get(&format!("/1.0/identifiers/{did}"), "application/did+ld+json").await;
    assert_eq!(document["id"], did.as_str());
    let unknown = setup::create_did("undp", DidRole::Service, undp.did.public_key(), &[], &[]).unwrap().0;
    let errors = [
        (unknown.as_str(), 404, "notFound"),
        ("did:passerelle:abc", 400, "invalidDid"),
        ("did:key:z1", 400, "invalidDid"),
        ("nonsense", 400, "invalidDid"),
        ("did:example:123", 501, "methodNotSupported"),
    ];
    for (did, status, error) in errors {
        let (found, result) = node.get(&format!("/1.0/identifiers/{did}"), "").await;
        assert_eq!(
            (found, &result["didResolutionMetadata"]["error"]),
            (status, &Value::from(error)),
            "{did}"
        );
    }
    assert_eq!(node.get(&format!("/1.0/identifiers/{did}"), "image/png").await.0, 406);
    let key = undp.document.public_key().did_key();
    assert_eq!(node.get(&format!("/1.0/identifiers/{key}"), "").await.1["didDocument"]["id"], key.as_str());
    let first = format!("/1.0/identifiers/{did}?versionId=1");
    let (status, result) = node.get(&first, "").await;
    let (document, metadata) = (&result["didDocument"], &result["didDocumentMetadata"]);
    assert_eq!((status, &metadata["versionId"]), (200, &Value::from("1")));
    assert_eq!(metadata["nextUpdate"], Value::Null);
    let created = metadata["created"].as_str().unwrap();
    assert_eq!(
        &node.get(&format!("/1.0/identifiers/{did}?versionTime={created}"), "").await.1["didDocument"],
        document
    );
    for (query, status, error) in [
        ("versionId=2", 404, "notFound"),
        ("versionId=0", 400, "invalidOptions"),
        ("versionTime=2000-01-01T00:00:00Z", 404, "notFound"),
        ("versionTime=yesterday", 400, "invalidOptions"),
        ("versionId=1&versionTime=2000-01-01T00:00:00Z", 400, "invalidOptions"),
    ] {
        let (found, result) = node.get(&format!("/1.0/identifiers/{did}?{query}"), "").await;
        assert_eq!(
            (found, &result["didResolutionMetadata"]["error"]),
            (status, &Value::from(error)),
            "{query}"
        );
    }
    let end = UpdateDid { did: did.clone(), known_versions: 1, change: DidChange::Deactivate };
    setup::send(&registry, &undp.did, Operation::UpdateDid(end)).await.unwrap();
    let (status, result) = node.get(&format!("/1.0/identifiers/{did}"), "").await;
    assert_eq!((status, &result["didDocumentMetadata"]["deactivated"]), (410, &Value::Bool(true)));
    assert_eq!(
        result["didDocument"]["verificationMethod"],
        serde_json::json!([]),
        "a deactivated DID has no keys"
    );
    let (status, result) = node.get(&first, "").await;
    assert_eq!((status, &result["didDocument"]["id"]), (410, &Value::String(did.clone())));
    assert!(result["didDocument"]["verificationMethod"].is_array(), "what it was before stays readable");

    // Transactions.
    let wfp = Organisation::new();
    let admit = setup::admit_member(&registry, &wfp.joins("wfp", &wfp.keys())).await.unwrap();
    let good = signed(&registry, &chain.board.govern, admit).await;
    let (status, answer) = node.post(good.to_bytes(), "/v1/transactions?wait=true").await;
    assert_eq!((status, &answer["state"]), (200, &Value::from("committed")));
    assert_eq!(node.post(good.to_bytes(), "/v1/transactions").await, (200, answer.clone()));
    let id = answer["id"].as_str().unwrap();
    assert_eq!(node.get(&format!("/v1/transactions/{id}"), "").await, (200, answer.clone()));
    assert_eq!(node.get(&format!("/v1/transactions/{}", "0".repeat(64)), "").await.0, 404);
    let mut forged = good.clone();
    forged.transaction.sequence += 1;
    let mut elsewhere = good.clone();
    elsewhere.transaction.chain = [0; 32];
    let mut late = good.clone();
    late.transaction.expires_at_height = 0;
    let refusals = [
        (vec![1, 2, 3], 400, "malformed"),
        (forged.to_bytes(), 400, "bad_signature"),
        (elsewhere.to_bytes(), 400, "other_chain"),
        (resign(&chain.board.govern, late).to_bytes(), 409, "expired"),
    ];
    for (body, status, code) in refusals {
        let (found, problem) = node.post(body, "/v1/transactions?wait=true").await;
        assert_eq!((found, &problem["code"]), (status, &Value::from(code)));
    }
    assert_eq!(node.post(vec![0; 70_000], "/v1/transactions").await.0, 413);
    let url = node.url.join("/v1/transactions").unwrap();
    let reply = node.outbound.post_bytes(&url, "application/json", vec![0], &[]).await.unwrap();
    assert_eq!(reply.status, 415);

    // Pages.
    for path in ["/", "/members/undp", &format!("/blocks/{height}")] {
        let reply = node.outbound.get(&node.url.join(path).unwrap(), "text/html", None).await.unwrap();
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "text/html"), "{path}");
    }
    assert_eq!(node.get("/members/nobody", "").await.0, 404);
    assert_eq!(node.get("/readyz", "").await.0, 200);
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_height_is_proven_for_the_time_that_is_set() {
    let chain = Chain::new().await;
    let mut config = config(chain.folder.path());
    config.node.keep_proofs_seconds = 2;
    let mut refused = config.clone();
    refused.node.keep_proofs_seconds = 0;
    assert!(matches!(registry::start(refused).await, Err(registry::StartError::Config(_))));
    let running = registry::start(config).await.unwrap();
    let url: Url = format!("http://{}", running.addresses[0]).parse().unwrap();
    let mut node = Node { running, outbound: outbound(), url };
    let registry = chain.registry(&node);
    let register = async |number: u32| {
        let id = format!("https://schemas.passerelle.example/v1/{number}.json");
        let schema = setup::register_schema(&id, [1; 32], "unsscb");
        setup::send(&registry, &chain.board.govern, schema).await.unwrap().height
    };
    let first = register(0).await;
    let path = |height| format!("/v1/records/params/-?proof=true&height={height}");
    for number in 1..20 {
        register(number).await;
    }
    let (status, old) = node.get(&path(first), "").await;
    assert_eq!((status, &old["proof"]["header"]["height"]), (200, &Value::from(first)));
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    for number in 20..40 {
        register(number).await;
    }
    // Removed between blocks, soon after them.
    let mut answer = node.get(&path(first), "").await;
    for _ in 0..100 {
        if answer.0 == 410 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        answer = node.get(&path(first), "").await;
    }
    let (status, problem) = answer;
    assert_eq!(status, 410, "{problem}");
    assert!(problem["type"].as_str().unwrap().ends_with("height-gone"), "{problem}");
    let oldest = problem["oldest"].as_u64().unwrap();
    assert!(oldest > first);
    assert_eq!(node.get(&path(oldest), "").await.0, 200);
    assert_eq!(node.get(&format!("/v1/headers/{first}"), "").await.0, 200, "headers stay");
    node.running.stop().await;
}
