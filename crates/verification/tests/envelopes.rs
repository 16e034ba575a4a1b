//! Credentials in the envelopes of JOSE and COSE, and parts of such with proofs, under a policy that asks for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "envelopes/parts.rs"]
mod parts;
mod world;

use std::collections::BTreeMap;

use clock::Clock as _;
use credential::Input;
use credential::data_integrity::SigningKey;
use credential::enveloped::{
    Binding, Content, Envelope, EnvelopeOptions, secure_credential, secure_presentation, wrap,
};
use serde_json::{Value, json};
use verification::{Occasion, Policies, Policy, Receipts, Request};
use wire::verifications::{CheckName, CheckResult, Outcome, Report};
use wire::vp::VpToken;
use world::{Copy, Holder, Issuer, STAFF, World};

const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

/// The demonstration's policy, asking for one format only.
fn policy(format: &str) -> Policy {
    let mut policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
    let query = json!({"credentials": [{
        "id": "staff", "format": format, "meta": {"type_values": [[STAFF]]},
        "claims": [
            {"path": ["credentialSubject", "givenName"]}, {"path": ["credentialSubject", "familyName"]},
        ],
    }]});
    policy.query = Some(serde_json::from_value(query).unwrap());
    policy
}

struct Scene {
    world: World,
    undp: Issuer,
    holder: Holder,
}

impl Scene {
    async fn new() -> Self {
        let (world, undp, holder) = World::accredited().await;
        Self { world, undp, holder }
    }

    async fn issue(&self, envelope: Envelope) -> Input {
        let staff = self.world.staff(&self.undp);
        let Copy::Json(mut document) = self.world.issue_json(&self.undp, &self.holder, &staff).await else {
            panic!("not JSON");
        };
        document.as_object_mut().unwrap().remove("proof");
        let key =
            SigningKey { verification_method: self.undp.method("p256"), signer: self.undp.p256.clone() };
        let options = EnvelopeOptions::at(self.world.clock.now());
        secure_credential(&document, envelope, &key, &options, &self.world.entropy).await.unwrap()
    }

    async fn present(&self, envelope: Envelope, by: &Holder, nonce: &str) -> Value {
        let credential = wrap(&self.issue(envelope).await, Content::Credential).unwrap();
        let document = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": by.did(),
            "verifiableCredential": [credential],
        });
        let key = SigningKey { verification_method: format!("{}#0", by.did()), signer: by.key.clone() };
        let (nonce, audience) = (nonce.to_owned(), AUDIENCE.to_owned());
        let binding = Binding { nonce, audience, made_at: self.world.clock.now() };
        let entropy = &self.world.entropy;
        let made = secure_presentation(&document, envelope, &key, Some(&binding), entropy).await.unwrap();
        match made {
            Input::Jwt(text) | Input::Compact(text) => Value::String(text),
            // What is not text goes into a vp_token as JSON.
            other => wrap(&other, Content::Presentation).unwrap(),
        }
    }

    async fn answer(&self, format: &str, presentation: Value) -> Report {
        let token = VpToken(BTreeMap::from([("staff".to_owned(), vec![presentation])]));
        let occasion = Occasion { report_id: "r", now: self.world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        self.world.verifier.answer(&policy(format), request, &token, &Receipts::new(), occasion).await
    }
}

const FORMS: [(Envelope, &str); 3] =
    [(Envelope::Jwt, "vc+jwt"), (Envelope::SdJwt, "vc+sd-jwt"), (Envelope::Cose, "vc+cose")];

fn failed(report: &Report) -> Vec<(CheckName, &str)> {
    let failed = report.checks.iter().filter(|check| check.result == CheckResult::Fail);
    failed.map(|check| (check.name, check.code.as_str())).collect()
}

#[tokio::test]
async fn a_good_answer_is_valid_in_each_envelope_and_only_asked_claims_are_kept() {
    let scene = Scene::new().await;
    for (envelope, format) in FORMS {
        let report = scene.answer(format, scene.present(envelope, &scene.holder, NONCE).await).await;
        assert_eq!(report.outcome, Outcome::Valid, "{format}: {report:#?}");
        assert_eq!(report.claims, Some(json!({"givenName": "Amina", "familyName": "Diallo"})));
    }
}

#[tokio::test]
async fn another_format_than_was_asked_for_is_no_answer() {
    let scene = Scene::new().await;
    let presentation = scene.present(Envelope::Jwt, &scene.holder, NONCE).await;
    for other in ["vc+cose", "vc+sd-jwt", "ldp_vc"] {
        assert_eq!(scene.answer(other, presentation.clone()).await.outcome, Outcome::Invalid, "{other}");
    }
}

#[tokio::test]
async fn what_a_verifier_must_refuse_it_refuses_in_each_envelope() {
    let scene = Scene::new().await;
    for (envelope, format) in FORMS {
        let replayed = scene.present(envelope, &scene.holder, "another-nonce").await;
        let report = scene.answer(format, replayed).await;
        assert_eq!(failed(&report)[0], (CheckName::HolderBinding, "nonce"), "{format}");

        let thief = scene.world.holder();
        let stolen = scene.present(envelope, &thief, NONCE).await;
        let report = scene.answer(format, stolen).await;
        assert_eq!(failed(&report)[0], (CheckName::HolderBinding, "notTheHolder"), "{format}");
    }
    let index = scene.world.staff(&scene.undp).index;
    let presentation = scene.present(Envelope::Jwt, &scene.holder, NONCE).await;
    scene.world.publish(&scene.undp, &[index], &[]).await;
    scene.world.advance(3600);
    let presentation_now = scene.present(Envelope::Jwt, &scene.holder, NONCE).await;
    let report = scene.answer("vc+jwt", presentation_now).await;
    assert_eq!(failed(&report), [(CheckName::Status, "revoked")]);
    let late = scene.answer("vc+jwt", presentation).await;
    assert_eq!(late.outcome, Outcome::Invalid, "made an hour ago");
}

#[tokio::test]
async fn an_issuer_without_accreditation_fails_in_each_envelope() {
    let scene = Scene::new().await;
    scene.world.withdraw(&scene.undp, STAFF);
    scene.world.advance(10);
    for (envelope, format) in FORMS {
        let report = scene.answer(format, scene.present(envelope, &scene.holder, NONCE).await).await;
        assert_eq!(failed(&report), [(CheckName::Accreditation, "accreditationWithdrawn")], "{format}");
    }
}

/// A Token Status List as CWT says the same as one that is a JWT, and is believed as little when it is not the issuer's.
#[tokio::test]
async fn a_status_list_as_cwt_is_read() {
    use credential::status_list_cwt::{StatusListToken, sign};
    let scene = Scene::new().await;
    let (world, undp) = (&scene.world, &scene.undp);
    let staff = world.staff(undp);
    let url = undp.list("token");
    let key = SigningKey { verification_method: undp.method("p256"), signer: undp.p256.clone() };
    let list = async |set: u8, subject: &str, key: &SigningKey| {
        let mut statuses = status_list::StatusList::new(2, world::LIST_LENGTH).unwrap();
        statuses.set(staff.index, set).unwrap();
        let token = StatusListToken {
            issuer: None,
            subject: subject.to_owned(),
            issued_at: world.clock.now().timestamp(),
            expires: None,
            ttl_seconds: Some(300),
            bits: 2,
            list: unb64(&statuses.encode_token()),
        };
        sign(&token, key).await.unwrap()
    };
    let other = world.organisation("wfp").await;
    let others = SigningKey { verification_method: other.method("p256"), signer: other.p256.clone() };
    let cases = [
        (list(0, &url, &key).await, "notRevoked"),
        (list(1, &url, &key).await, "revoked"),
        (list(2, &url, &key).await, "suspended"),
        (list(3, &url, &key).await, "statusUnknown"),
        (list(0, "https://example.org/another", &key).await, "statusListUntrusted"),
        (list(0, &url, &others).await, "statusListUntrusted"),
        (vec![0xd2, 0x84], "statusListUntrusted"),
    ];
    let copy = world.issue_compact(undp, &scene.holder, &staff).await;
    for (bytes, code) in cases {
        world.register(undp, &url, &bytes);
        world.show(&url, bytes);
        let presentation = world.present(&scene.holder, &copy, NONCE, AUDIENCE).await;
        let token = VpToken(BTreeMap::from([("staff_sd_jwt".to_owned(), vec![presentation])]));
        let policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
        let occasion = Occasion { report_id: "r", now: world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        let report = world.verifier.answer(&policy, request, &token, &Receipts::new(), occasion).await;
        let status = report.checks.iter().find(|check| check.name == CheckName::Status).unwrap();
        assert_eq!(status.code, code);
        assert_eq!(report.outcome == Outcome::Valid, code == "notRevoked", "{report:#?}");
    }
}

fn unb64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}
