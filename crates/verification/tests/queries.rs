//! What a DCQL query says of an answer: no proof of the holder, several credentials, authorities, arrays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod world;

use std::collections::BTreeMap;

use clock::Clock as _;
use keys::Signer as _;
use serde_json::{Value, json};
use verification::{Authorising, Occasion, Policies, Policy, Receipts, Request};
use wire::verifications::{CheckName, CheckResult, Outcome, Report};
use wire::vp::VpToken;
use wire::vp::dcql::authorities::REGISTRY_ISSUER;
use world::{Copy, Holder, Issuer, STAFF, World};

const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

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

    async fn copies(&self) -> [Copy; 2] {
        self.world.issue(&self.undp, &self.holder, &self.world.staff(&self.undp)).await
    }

    async fn answer(&self, policy: &Policy, presentations: Vec<Value>) -> Report {
        let token = VpToken(BTreeMap::from([("staff".to_owned(), presentations)]));
        let occasion = Occasion { report_id: "r", now: self.world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        self.world.verifier.answer(policy, request, &token, &Receipts::new(), occasion).await
    }
}

/// The demonstration's policy with one query of this form.
fn policy(copy: &Copy, members: Value) -> Policy {
    let mut query = match copy {
        Copy::Json(_) => json!({"format": "ldp_vc", "meta": {"type_values": [[STAFF]]}}),
        Copy::Compact(_) => json!({"format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]}}),
    };
    query["id"] = json!("staff");
    query.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let mut policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
    policy.query = Some(serde_json::from_value(json!({ "credentials": [query] })).unwrap());
    policy
}

fn bare(copy: &Copy) -> Value {
    match copy {
        Copy::Json(credential) => credential.clone(),
        Copy::Compact(text) => json!(text),
    }
}

fn check(report: &Report, name: CheckName) -> (CheckResult, &str) {
    let found = report.checks.iter().find(|check| check.name == name).unwrap();
    (found.result, found.code.as_str())
}

#[tokio::test]
async fn credential_by_itself_is_enough_only_where_the_query_says_so() {
    let scene = Scene::new().await;
    for copy in scene.copies().await {
        let mut free = policy(&copy, json!({"require_cryptographic_holder_binding": false}));
        free.required.remove(&CheckName::HolderBinding);
        let report = scene.answer(&free, vec![bare(&copy)]).await;
        assert_eq!(report.outcome, Outcome::Valid, "{:#?}", report.checks);
        assert_eq!(check(&report, CheckName::HolderBinding), (CheckResult::NotChecked, "notAskedFor"));
        let bound = policy(&copy, json!({}));
        assert_ne!(scene.answer(&bound, vec![bare(&copy)]).await.outcome, Outcome::Valid);
        let mut contradictory = free.clone();
        contradictory.required.insert(CheckName::HolderBinding);
        let report = scene.answer(&contradictory, vec![bare(&copy)]).await;
        assert_ne!(report.outcome, Outcome::Valid, "the policy wants what its query does not ask for");
    }
}

#[tokio::test]
async fn proof_that_was_not_asked_for_is_checked_all_the_same() {
    let scene = Scene::new().await;
    for copy in scene.copies().await {
        let mut free = policy(&copy, json!({"require_cryptographic_holder_binding": false}));
        free.required.remove(&CheckName::HolderBinding);
        for (nonce, result) in [(NONCE, CheckResult::Pass), ("another-nonce-0123456789", CheckResult::Fail)] {
            let shown = scene.world.present(&scene.holder, &copy, nonce, AUDIENCE).await;
            let report = scene.answer(&free, vec![shown]).await;
            assert_eq!(check(&report, CheckName::HolderBinding).0, result);
        }
    }
}

#[tokio::test]
async fn changed_credential_by_itself_is_not_accepted() {
    let scene = Scene::new().await;
    let [json, _] = scene.copies().await;
    let mut free = policy(&json, json!({"require_cryptographic_holder_binding": false}));
    free.required.remove(&CheckName::HolderBinding);
    let mut changed = bare(&json);
    changed["credentialSubject"]["givenName"] = json!("Mallory");
    assert_eq!(scene.answer(&free, vec![changed]).await.outcome, Outcome::Invalid);
}

#[tokio::test]
async fn several_come_only_where_several_are_asked_for() {
    let scene = Scene::new().await;
    let [_, copy] = scene.copies().await;
    let shown = scene.world.present(&scene.holder, &copy, NONCE, AUDIENCE).await;
    for (multiple, outcome) in [(true, Outcome::Valid), (false, Outcome::Invalid)] {
        let policy = policy(&copy, json!({ "multiple": multiple }));
        let report = scene.answer(&policy, vec![shown.clone(), shown.clone()]).await;
        assert_eq!(report.outcome, outcome);
    }
}

#[tokio::test]
async fn issuer_must_be_under_an_authority_that_was_named() {
    let scene = Scene::new().await;
    for copy in scene.copies().await {
        let shown = scene.world.present(&scene.holder, &copy, NONCE, AUDIENCE).await;
        let issuer = |did: &str| json!([{ "type": REGISTRY_ISSUER, "values": [did] }]);
        for (authorities, outcome) in [
            (issuer(&scene.undp.did), Outcome::Valid),
            (issuer("did:passerelle:somebody"), Outcome::Invalid),
            (json!([{ "type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"] }]), Outcome::Invalid),
        ] {
            let policy = policy(&copy, json!({ "trusted_authorities": authorities }));
            let report = scene.answer(&policy, vec![shown.clone()]).await;
            assert_eq!(report.outcome, outcome, "{:#?}", report.checks);
        }
    }
}

#[tokio::test]
async fn claim_that_a_path_leads_into_is_kept() {
    let scene = Scene::new().await;
    let [json, _] = scene.copies().await;
    let path = json!(["credentialSubject", "worksFor", "name"]);
    let policy = policy(&json, json!({ "claims": [{ "path": path }] }));
    let shown = scene.world.present(&scene.holder, &json, NONCE, AUDIENCE).await;
    let claims = scene.answer(&policy, vec![shown]).await.claims.unwrap();
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["worksFor"], "and nothing that was not asked for");
}

/// An SD-JWT VC whose key binding says this beside what it always says.
async fn authorised(scene: &Scene, copy: &Copy, further: &Value) -> Value {
    use credential::sd_jwt::{KeyBinding, PathElement, present_saying};
    let Copy::Compact(text) = copy else { panic!("not an SD-JWT") };
    let reveal = [vec![PathElement::Name("givenName".to_owned())]];
    let issued_at = scene.world.clock.now();
    let further = further.as_object().unwrap().clone();
    let binding = KeyBinding { nonce: NONCE, audience: AUDIENCE, issued_at, further };
    let prepared = present_saying(text, &reveal, binding).unwrap();
    let signature = scene.holder.key.sign(&prepared.to_sign).await.unwrap();
    json!(prepared.finish(&signature))
}

#[tokio::test]
async fn transaction_is_authorised_by_its_hash_in_the_key_binding() {
    use wire::vp::transaction::ApprovalText;
    let scene = Scene::new().await;
    let [_, copy] = scene.copies().await;
    let policy = policy(&copy, json!({}));
    let encoded = |title: &str| {
        let text = ApprovalText { title: title.to_owned(), text: "Yes.".to_owned(), reference: None };
        text.encode(vec!["staff".to_owned()])
    };
    let (first, second) = (encoded("One"), encoded("Two"));
    let hash = |text: &str| world::base64url(&world::sha256(text.as_bytes()));
    let hashes = |texts: &[&String]| json!(texts.iter().map(|text| hash(text)).collect::<Vec<_>>());
    let both = hashes(&[&first, &second]);
    for (further, code) in [
        (json!({"transaction_data_hashes": both, "transaction_data_hashes_alg": "sha-256"}), "policyHolds"),
        (json!({"transaction_data_hashes": both}), "policyHolds"),
        (json!({"transaction_data_hashes": hashes(&[&first])}), "notApproved"),
        (json!({}), "notApproved"),
        (json!({"transaction_data_hashes": hashes(&[&encoded("Three")])}), "otherTransaction"),
        (
            json!({"transaction_data_hashes": both, "transaction_data_hashes_alg": "sha-512"}),
            "otherTransaction",
        ),
        (json!({"transaction_data_hashes": "x"}), "otherTransaction"),
    ] {
        let shown = authorised(&scene, &copy, &further).await;
        let token = VpToken(BTreeMap::from([("staff".to_owned(), vec![shown])]));
        let occasion = Occasion { report_id: "r", now: scene.world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        let sent = [first.clone(), second.clone()];
        let request = Authorising {
            request,
            transactions: &sent,
            opened_by: &wire::amr::Methods::default(),
            representative: None,
        };
        let verifier = &scene.world.verifier;
        let report = verifier.answer_authorising(&policy, request, &token, &Receipts::new(), occasion).await;
        assert_eq!(check(&report, CheckName::Policy).1, code, "{further}");
        assert_eq!(report.outcome == Outcome::Valid, code == "policyHolds");
    }
    let unasked = authorised(&scene, &copy, &json!({"transaction_data_hashes": both})).await;
    assert_eq!(
        scene.answer(&policy, vec![unasked]).await.outcome,
        Outcome::Invalid,
        "nothing was to be approved"
    );
}
