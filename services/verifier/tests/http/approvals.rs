//! Approvals: what an agency wants a person's key to sign over, beside the credential.

use credential::sd_jwt::{KeyBinding, PathElement, present_saying};
use keys::Signer as _;
use serde_json::{Value, json};

use crate::harness::{Asked, Service, json_of};
use crate::world::{Copy, Holder};

fn body() -> Value {
    json!({ "policy": "staff-identity",
        "approvals": [{ "title": "Travel claim", "text": "120 dollars.", "reference": "TC-7" }] })
}

async fn answered(service: &Service, asked: &Asked, holder: &Holder, copy: &Copy, further: Value) -> Value {
    let Copy::Compact(text) = copy else { panic!("not an SD-JWT") };
    let names = ["givenName", "familyName", "worksFor", "jobTitle", "dutyStation"];
    let reveal: Vec<_> = names.iter().map(|name| vec![PathElement::Name((*name).to_owned())]).collect();
    let binding = KeyBinding {
        nonce: asked.text("nonce"),
        audience: asked.text("client_id"),
        issued_at: service.desk.clock.now(),
        further: further.as_object().unwrap().clone(),
    };
    let prepared = present_saying(text, &reveal, binding).unwrap();
    let signature = holder.key.sign(&prepared.to_sign).await.unwrap();
    let token = json!({ copy.query_id(): [prepared.finish(&signature)] }).to_string();
    let form = [("vp_token", token.as_str()), ("state", asked.text("state"))];
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    assert_eq!(reply.status, 200);
    service.view(asked).await["report"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn approval_is_asked_for_and_its_signature_checked() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    for (approves, outcome) in [(true, "valid"), (false, "invalid")] {
        let asked = service.ask_as(&body()).await;
        let encoded = asked.request["transaction_data"][0].as_str().unwrap();
        let plain: Value = serde_json::from_slice(&testkit::unb64(encoded).unwrap()).unwrap();
        assert_eq!(
            (plain["title"].as_str(), plain["reference"].as_str()),
            (Some("Travel claim"), Some("TC-7"))
        );
        assert_eq!(plain["credential_ids"], json!([copy.query_id()]), "only what can carry it");
        let hash = testkit::b64(testkit::sha256(encoded));
        let further = if approves { json!({ "transaction_data_hashes": [hash] }) } else { json!({}) };
        let report = answered(&service, &asked, &holder, &copy, further).await;
        assert_eq!(report["outcome"], outcome, "{report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn approval_that_cannot_be_shown_or_carried_is_not_asked_for() {
    let service = Service::start().await;
    let bearer = format!("Bearer {}", service.token().await);
    let good = json!({ "title": "Travel claim", "text": "120 dollars." });
    let with = |member: &str, value: Value| {
        let mut changed = good.clone();
        changed[member] = value;
        json!([changed])
    };
    for approvals in [
        json!([]),
        json!(vec![good.clone(); 5]),
        with("title", json!("")),
        with("text", json!("x".repeat(1001))),
        with("text", json!("021\u{202e} dollars")),
        with("amount", json!(1)),
    ] {
        let body = json!({ "policy": "staff-identity", "approvals": approvals });
        let reply = service.post("/v1/verifications", &body, &[("authorization", &bearer)]).await;
        assert_eq!(reply.status, 400, "{:?}", json_of(&reply));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idempotency_key_belongs_to_the_approvals_too() {
    let service = Service::start().await;
    let bearer = format!("Bearer {}", service.token().await);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "claim-7")];
    let first = json_of(&service.post("/v1/verifications", &body(), &headers).await);
    let again = json_of(&service.post("/v1/verifications", &body(), &headers).await);
    assert_eq!(first["id"], again["id"]);
    let mut other = body();
    other["approvals"][0]["text"] = json!("1,200 dollars.");
    assert_eq!(service.post("/v1/verifications", &other, &headers).await.status, 422);
}
