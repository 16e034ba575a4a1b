//! Open instances that answer an envelope of JOSE or COSE.

use clock::Clock as _;
use credential::enveloped::{Content, wrap};
use credential::{Expect, Input, Outcome, sd_jwt, verify_credential};
use serde_json::{Value, json};

use crate::support::{World, json};

fn credential() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential"],
        "validUntil": "2099-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:subject", "alumniOf": "Example University", "degree": "BSc"}
    })
}

async fn issue(world: &World, instance: &str, body: &Value) -> (u16, Value) {
    let reply = world.post(&format!("/vc-api/{instance}/credentials/issue"), body, None).await;
    (reply.status, json(&reply)["verifiableCredential"].clone())
}

async fn verify(world: &World, input: &Input) -> Outcome {
    verify_credential(input, &did::Resolvers::offline(), &Expect::credential(world.clock.now())).await
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.faults.iter().map(|fault| fault.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answers_an_enveloped_credential_that_verifies() {
    let world = World::start().await;
    let ids = json(&world.get("/vc-api/ids").await);
    assert_eq!(ids["instances"]["eddsa"].get("envelope"), None);
    for (name, envelope, scheme) in [
        ("jose", "vc+jwt", "data:application/vc+jwt,"),
        ("sd-jose", "vc+sd-jwt", "data:application/vc+sd-jwt,"),
        ("cose", "vc+cose", "data:application/vc+cose;base64,"),
    ] {
        let instance = &ids["instances"][name];
        assert_eq!(instance["envelope"], envelope);
        let (status, issued) = issue(&world, name, &json!({"credential": credential()})).await;
        assert_eq!(status, 201, "{issued}");
        assert_eq!(issued["type"], "EnvelopedVerifiableCredential");
        assert_eq!(issued["@context"], json!(["https://www.w3.org/ns/credentials/v2"]));
        assert!(issued["id"].as_str().unwrap().starts_with(scheme), "{issued}");
        let input = Input::from_value(issued).unwrap();
        let outcome = verify(&world, &input).await;
        assert_eq!(codes(&outcome), [""; 0], "{name}");
        assert_eq!(outcome.issuer.as_deref(), instance["issuer"].as_str());
        assert_eq!(outcome.claims, credential()["credentialSubject"]);

        let mut unknown = credential();
        unknown["@context"].as_array_mut().unwrap().pop();
        assert_eq!(issue(&world, name, &json!({"credential": unknown})).await.0, 400, "an unknown term");
        let mut proven = credential();
        proven["proof"] = json!({"type": "DataIntegrityProof"});
        assert_eq!(
            issue(&world, name, &json!({"credential": proven})).await.0,
            400,
            "a proof that is not ours"
        );
        let mut other = credential();
        other["issuer"] = json!("did:example:other");
        assert_eq!(issue(&world, name, &json!({"credential": other})).await.0, 400, "another issuer");
    }
}

/// The holder may withhold the claims about the subject, but for what the caller says.
#[tokio::test(flavor = "multi_thread")]
async fn the_claims_of_an_sd_jwt_can_be_withheld() {
    let world = World::start().await;
    let issued = async |options: Value| {
        issue(&world, "sd-jose", &json!({"credential": credential(), "options": options})).await
    };
    let (_, enveloped) = issued(json!({})).await;
    let Input::Compact(text) = Input::from_value(enveloped).unwrap() else { panic!("not an SD-JWT") };
    let shown = Input::Compact(sd_jwt::select(&text, &[]).unwrap());
    let outcome = verify(&world, &shown).await;
    assert_eq!(codes(&outcome), [""; 0]);
    assert_eq!(outcome.claims, json!({"id": "did:example:subject"}));
    // The shorter form can be enveloped again.
    assert_eq!(Input::from_value(wrap(&shown, Content::Credential).unwrap()).unwrap(), shown);

    let (_, enveloped) = issued(json!({"mandatoryPointers": ["/credentialSubject/degree"]})).await;
    let Input::Compact(text) = Input::from_value(enveloped).unwrap() else { panic!("not an SD-JWT") };
    let outcome = verify(&world, &Input::Compact(sd_jwt::select(&text, &[]).unwrap())).await;
    assert_eq!(outcome.claims, json!({"id": "did:example:subject", "degree": "BSc"}));
    for pointers in [json!(["/none"]), json!(["issuer"]), json!(vec!["/issuer"; 101])] {
        assert_eq!(issued(json!({"mandatoryPointers": pointers})).await.0, 400, "{pointers}");
    }
}

/// An enveloped credential gets its status like any other, and the list is a credential with a proof.
#[tokio::test(flavor = "multi_thread")]
async fn an_enveloped_credential_has_a_status() {
    let world = World::start().await;
    let mut whole = credential();
    whole["id"] = json!("urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10");
    let (_, issued) = issue(&world, "jose", &json!({"credential": whole})).await;
    let outcome = verify(&world, &Input::from_value(issued).unwrap()).await;
    assert_eq!(codes(&outcome), [""; 0]);
    assert_eq!(outcome.status.len(), 2);
    let list = outcome.credential["credentialStatus"][0]["statusListCredential"].as_str().unwrap().to_owned();
    let change = json!({
        "credentialId": whole["id"], "credentialStatus": {"statusPurpose": "revocation"}, "status": true,
    });
    assert_eq!(world.post("/vc-api/jose/credentials/status", &change, None).await.status, 200);
    let reply = world
        .get(list.split_once("/vc-api").map(|(_, path)| format!("/vc-api{path}")).unwrap().as_str())
        .await;
    let outcome = verify(&world, &Input::from_value(json(&reply)).unwrap()).await;
    assert_eq!(codes(&outcome), [""; 0]);
}
