//! Credentials of which the holder shows parts (`ecdsa-sd-2023`), under a policy that asks for some claims.

use std::collections::BTreeMap;

use clock::Clock as _;
use credential::data_integrity::{ProofOptions, SigningKey, derive, secure_base};
use serde_json::{Value, json};
use verification::{Occasion, Policies, Policy, Receipts, Request};
use wire::anchors::Receipt;
use wire::verifications::{CheckName, CheckResult, Outcome, Report};
use wire::vp::VpToken;

use crate::world::{Copy, Holder, Issuer, STAFF, World};

const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

fn policy(anchored: bool) -> Policy {
    let mut policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
    let query = json!({"credentials": [{
        "id": "staff", "format": "ldp_vc", "meta": {"type_values": [[STAFF]]},
        "claims": [{"path": ["credentialSubject", "givenName"]}],
    }]});
    policy.query = Some(serde_json::from_value(query).unwrap());
    policy.anchored = anchored;
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

    /// A credential with a base proof, under which these are mandatory.
    async fn issue(&self, mandatory: &[&str]) -> Value {
        let staff = self.world.staff(&self.undp);
        let Copy::Json(mut document) = self.world.issue_json(&self.undp, &self.holder, &staff).await else {
            panic!("not JSON");
        };
        document.as_object_mut().unwrap().remove("proof");
        let key =
            SigningKey { verification_method: self.undp.method("p256"), signer: self.undp.p256.clone() };
        let options = ProofOptions { created: None, ..ProofOptions::assertion(self.world.clock.now()) };
        let mandatory: Vec<String> = mandatory.iter().map(|one| (*one).to_owned()).collect();
        secure_base(&document, &key, &options, &mandatory, &self.world.entropy).await.unwrap()
    }

    async fn answer(&self, shown: Value, receipt: Option<Receipt>, anchored: bool) -> Report {
        let presentation = self.world.present(&self.holder, &Copy::Json(shown), NONCE, AUDIENCE).await;
        let token = VpToken(BTreeMap::from([("staff".to_owned(), vec![presentation])]));
        let receipts = Receipts::from([("staff".to_owned(), vec![receipt])]);
        let occasion = Occasion { report_id: "r", now: self.world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        self.world.verifier.answer(&policy(anchored), request, &token, &receipts, occasion).await
    }
}

const AROUND: [&str; 6] = [
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/credentialStatus",
    "/credentialSchema",
    "/credentialSubject/worksFor",
];

async fn shown(base: &Value, pointers: &[&str]) -> Value {
    let pointers: Vec<String> = pointers.iter().map(|one| (*one).to_owned()).collect();
    derive(base, &pointers).await.unwrap()
}

fn failed(report: &Report) -> Vec<(CheckName, &str)> {
    let failed = report.checks.iter().filter(|check| check.result == CheckResult::Fail);
    failed.map(|check| (check.name, check.code.as_str())).collect()
}

#[tokio::test]
async fn a_part_is_enough_where_it_holds_what_was_asked() {
    let scene = Scene::new().await;
    let base = scene.issue(&AROUND).await;
    let report = scene.answer(shown(&base, &["/credentialSubject/givenName"]).await, None, false).await;
    assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
    assert_eq!(report.claims, Some(json!({"givenName": "Amina"})));
    let schema = report.checks.iter().find(|check| check.name == CheckName::Schema).unwrap();
    assert_eq!(schema.code, "schemaHolds", "what is not shown is not missing");
    let other = scene.answer(shown(&base, &["/credentialSubject/familyName"]).await, None, false).await;
    assert_eq!(failed(&other)[0].0, CheckName::Policy, "{other:#?}");
}

#[tokio::test]
async fn a_base_proof_and_a_changed_part_are_refused() {
    let scene = Scene::new().await;
    let base = scene.issue(&AROUND).await;
    assert_eq!(failed(&scene.answer(base.clone(), None, false).await), [(CheckName::Proof, "baseProof")]);
    let mut changed = shown(&base, &["/credentialSubject/givenName"]).await;
    changed["credentialSubject"]["givenName"] = "Aminata".into();
    assert_eq!(failed(&scene.answer(changed, None, false).await), [(CheckName::Proof, "badSignature")]);
}

#[tokio::test]
async fn an_issuer_that_lets_its_organisation_be_left_out_is_not_accredited_for_it() {
    let scene = Scene::new().await;
    let base = scene.issue(&AROUND[..5]).await;
    let part = shown(&base, &["/credentialSubject/givenName"]).await;
    let report = scene.answer(part, None, false).await;
    assert!(failed(&report).iter().any(|(check, _)| *check == CheckName::Accreditation), "{report:#?}");
}

/// What was anchored is the credential with its base proof; its receipt vouches for every part of it and for nothing else.
#[tokio::test]
async fn a_receipt_of_the_whole_vouches_for_each_part() {
    let scene = Scene::new().await;
    let base = scene.issue(&AROUND).await;
    let another = scene.issue(&AROUND).await;
    let receipt = scene.world.anchor(&scene.undp, &Copy::Json(base.clone()), 1);
    for pointers in [&["/credentialSubject/givenName"][..], &["/credentialSubject"]] {
        let part = shown(&base, pointers).await;
        let report = scene.answer(part, Some(receipt.clone()), true).await;
        assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
    }
    let part = shown(&another, &["/credentialSubject/givenName"]).await;
    let report = scene.answer(part.clone(), Some(receipt), true).await;
    assert_ne!(report.outcome, Outcome::Valid, "{report:#?}");
    assert_ne!(scene.answer(part, None, true).await.outcome, Outcome::Valid);
}
