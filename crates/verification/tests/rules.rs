//! What a policy's own rules do to a credential that holds by itself: each changes one thing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod world;

use std::collections::BTreeMap;

use clock::Clock as _;
use serde_json::{Value, json};
use verification::{Occasion, Policies, Policy, Receipts, Request};
use wire::policies::PolicyDraft;
use wire::verifications::{Check, CheckName, CheckResult, Outcome, Report};
use wire::vp::VpToken;
use world::{Copy, Holder, Issuer, STAFF, World};

const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

async fn scene() -> (World, Issuer, Holder) {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let holder = world.holder();
    (world, undp, holder)
}

/// A policy with one change to a draft that accepts the scene's credential.
fn policy(change: impl FnOnce(&mut Value)) -> Policy {
    let mut draft = json!({
        "name": "gate", "title": "Main gate", "description": "Who may enter.",
        "purpose": "To let you in.", "purposeCode": "premises-access",
        "credentials": [{ "type": STAFF, "formats": ["dc+sd-jwt"], "claims": ["givenName", "worksFor"] }],
        "predicates": [{ "currentStaff": {} }],
        "claimsRetentionSeconds": 60
    });
    change(&mut draft);
    let draft: PolicyDraft = serde_json::from_value(draft).unwrap();
    Policy::of_draft(&draft, 1, Policies::embedded().unwrap().purposes()).unwrap()
}

async fn report(
    world: &World,
    holder: &Holder,
    copy: &Copy,
    policy: &Policy,
    anchored: bool,
    issuer: &Issuer,
) -> Report {
    let presentation = world.present(holder, copy, NONCE, AUDIENCE).await;
    let receipt = anchored.then(|| world.anchor(issuer, copy, 1));
    let token = VpToken(BTreeMap::from([("c0_dc_sd-jwt".to_owned(), vec![presentation])]));
    let receipts = Receipts::from([("c0_dc_sd-jwt".to_owned(), vec![receipt])]);
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let request = Request { nonce: NONCE, audience: AUDIENCE };
    world.verifier.answer(policy, request, &token, &receipts, occasion).await
}

fn check(report: &Report, name: CheckName) -> &Check {
    report.checks.iter().find(|check| check.name == name).unwrap()
}

#[track_caller]
fn assert_check(report: &Report, name: CheckName, result: CheckResult, code: &str) {
    let found = check(report, name);
    assert_eq!((found.result, found.code.as_str()), (result, code), "{report:#?}");
    let open = result == CheckResult::NotChecked;
    assert_eq!(report.outcome, if open { Outcome::Undetermined } else { Outcome::Invalid });
}

#[tokio::test]
async fn credential_within_every_rule_is_valid_and_its_predicate_has_a_finding() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let strict = policy(|draft| {
        draft["statusMaxAgeSeconds"] = json!(60);
        draft["chainMaxAgeSeconds"] = json!(5);
        draft["validity"] = json!({ "minRemainingSeconds": 86_400 });
        draft["issuers"] = json!([undp.did]);
    });
    let report = report(&world, &holder, &copy, &strict, false, &undp).await;
    assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
    let [predicate] = report.predicates.as_slice() else { panic!("one predicate") };
    assert_eq!((predicate.result, predicate.code.as_str()), (CheckResult::Pass, "currentStaff"));
    assert_eq!(predicate.evidence["type"], STAFF);
}

#[tokio::test]
async fn chain_known_for_too_long_leaves_every_check_that_rests_on_it_open() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let strict = policy(|draft| draft["chainMaxAgeSeconds"] = json!(30));
    for (lag, old) in [(30, false), (31, true)] {
        world.chain.change(|ledger| ledger.lag_seconds = lag);
        let report = report(&world, &holder, &copy, &strict, false, &undp).await;
        if !old {
            assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
            continue;
        }
        for name in [CheckName::IssuerKey, CheckName::Accreditation, CheckName::Schema, CheckName::Status] {
            assert_check(&report, name, CheckResult::NotChecked, "registryTooOld");
            assert_eq!(check(&report, name).evidence["headerAgeSeconds"], 31);
        }
        assert_eq!(report.predicates[0].code, "predicateUnanswered", "no claim of what stayed open counts");
    }
}

#[tokio::test]
async fn status_list_published_too_long_ago_leaves_the_status_open() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let strict = policy(|draft| draft["statusMaxAgeSeconds"] = json!(3600));
    world.advance(3600);
    assert_eq!(report(&world, &holder, &copy, &strict, false, &undp).await.outcome, Outcome::Valid);
    world.advance(1);
    let old = report(&world, &holder, &copy, &strict, false, &undp).await;
    assert_check(&old, CheckName::Status, CheckResult::NotChecked, "statusTooOld");
    world.publish(&undp, &[], &[]).await;
    assert_eq!(report(&world, &holder, &copy, &strict, false, &undp).await.outcome, Outcome::Valid);
}

#[tokio::test]
async fn revoked_credential_stays_revoked_however_old_the_list_is() {
    let (world, undp, holder) = scene().await;
    let staff = world.staff(&undp);
    let copy = world.issue_compact(&undp, &holder, &staff).await;
    world.publish(&undp, &[staff.index], &[]).await;
    world.advance(7200);
    let strict = policy(|draft| draft["statusMaxAgeSeconds"] = json!(3600));
    let report = report(&world, &holder, &copy, &strict, false, &undp).await;
    assert_check(&report, CheckName::Status, CheckResult::Fail, "revoked");
}

#[tokio::test]
async fn credential_that_ends_too_soon_fails() {
    let (world, undp, holder) = scene().await;
    let mut staff = world.staff(&undp);
    staff.valid_until = Some(world.clock.now() + chrono::Duration::seconds(86_399));
    let copy = world.issue_compact(&undp, &holder, &staff).await;
    let strict = policy(|draft| draft["validity"] = json!({ "minRemainingSeconds": 86_400 }));
    let report = report(&world, &holder, &copy, &strict, false, &undp).await;
    assert_check(&report, CheckName::Validity, CheckResult::Fail, "endsTooSoon");
}

#[tokio::test]
async fn credential_issued_too_long_ago_fails_by_its_receipt() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let strict = policy(|draft| {
        draft["anchored"] = json!(true);
        draft["validity"] = json!({ "maxSinceIssueSeconds": 3600 });
    });
    let receipt = world.anchor(&undp, &copy, 1);
    world.advance(3601);
    let presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
    let token = VpToken(BTreeMap::from([("c0_dc_sd-jwt".to_owned(), vec![presentation])]));
    let receipts = Receipts::from([("c0_dc_sd-jwt".to_owned(), vec![Some(receipt)])]);
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let request = Request { nonce: NONCE, audience: AUDIENCE };
    let old = world.verifier.answer(&strict, request, &token, &receipts, occasion).await;
    assert_check(&old, CheckName::Validity, CheckResult::Fail, "issuedTooLongAgo");
    let fresh = report(&world, &holder, &copy, &strict, true, &undp).await;
    assert_eq!(fresh.outcome, Outcome::Valid, "{fresh:#?}");
}

#[tokio::test]
async fn issuer_that_is_not_listed_fails_though_accredited() {
    let (world, undp, holder) = scene().await;
    let wfp = world.organisation("wfp").await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let strict = policy(|draft| draft["issuers"] = json!([wfp.did]));
    let report = report(&world, &holder, &copy, &strict, false, &undp).await;
    assert_check(&report, CheckName::Policy, CheckResult::Fail, "issuerNotListed");
}

#[tokio::test]
async fn issuer_that_shows_another_list_is_reported_with_both_digests_and_the_list() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let shown = world.token_list(&undp, &[1], &[]).await;
    world.show(&undp.list("token"), shown.clone());
    let report = report(&world, &holder, &copy, &policy(|_| {}), false, &undp).await;
    assert_check(&report, CheckName::Status, CheckResult::Fail, "statusListMismatch");
    let evidence = &check(&report, CheckName::Status).evidence;
    assert_eq!(evidence["statusList"], json!(undp.list("token")));
    assert_eq!(evidence["shownList"], json!(world::base64url(&shown)));
    assert_ne!(evidence["listDigest"], evidence["shownDigest"]);
}
