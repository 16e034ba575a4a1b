//! What a verifier must refuse, each as one change to an accepted input, in both formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod issuers;
mod open;
mod presentations;
mod status;
#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;

use clock::Clock as _;
use serde_json::{Value, json};
use verification::{Language, Occasion, Policies, Policy, Receipts, Request, Words};
use wire::anchors::Receipt;
use wire::verifications::{Check, CheckName, CheckResult, Outcome, Report};
use wire::vp::VpToken;
use world::{Copy, Holder, Issuer, STAFF, World};

const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

fn policy(name: &str) -> Policy {
    Policies::embedded().unwrap().find(name).unwrap().clone()
}

/// UNDP, accredited for its own staff, and a person of its staff.
async fn scene() -> (World, Issuer, Holder) {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    world.advance(3600);
    let holder = world.holder();
    (world, undp, holder)
}

/// Presents a copy properly and asks for the report.
async fn report_on(
    world: &World,
    holder: &Holder,
    copy: &Copy,
    name: &str,
    receipt: Option<Receipt>,
) -> Report {
    let presentation = world.present(holder, copy, NONCE, AUDIENCE).await;
    answer(world, copy.query_id(), presentation, name, receipt).await
}

async fn answer(
    world: &World,
    query: &str,
    presentation: Value,
    name: &str,
    receipt: Option<Receipt>,
) -> Report {
    let token = VpToken(BTreeMap::from([(query.to_owned(), vec![presentation])]));
    let receipts = Receipts::from([(query.to_owned(), vec![receipt])]);
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let request = Request { nonce: NONCE, audience: AUDIENCE };
    let policy = policy(name);
    let report = world.verifier.answer(&policy, request, &token, &receipts, occasion).await;
    assert_spoken(&report, &policy);
    report
}

/// The catalogue's English is what the rules say, and every other language says something else.
#[track_caller]
fn assert_spoken(report: &Report, policy: &Policy) {
    for language in Language::ALL {
        let mut spoken = report.clone();
        Words(language).speak(&mut spoken, &policy.title);
        if language == Language::English {
            assert_eq!(&spoken, report);
            continue;
        }
        assert_ne!(spoken.sentence, report.sentence, "{language:?}");
        for (other, english) in spoken.checks.iter().zip(&report.checks) {
            assert_ne!(other.sentence, english.sentence, "{language:?} {}", english.code);
            assert_eq!((&other.code, &other.evidence), (&english.code, &english.evidence));
        }
    }
}

fn check(report: &Report, name: CheckName) -> &Check {
    report.checks.iter().find(|check| check.name == name).unwrap()
}

#[track_caller]
fn assert_fails(report: &Report, name: CheckName, code: &str) {
    let found = check(report, name);
    assert_eq!((found.result, found.code.as_str()), (CheckResult::Fail, code), "{report:#?}");
    assert_eq!(report.outcome, Outcome::Invalid);
    assert!(report.sentence.starts_with("Not valid. "), "{}", report.sentence);
}

#[track_caller]
fn assert_valid(report: &Report) {
    assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
}

#[tokio::test]
async fn good_credential_is_valid_in_both_formats_and_only_asked_claims_are_kept() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_valid(&report);
        assert_eq!(report.checks.len(), 9);
        assert!(report.checks.iter().all(|check| check.result == CheckResult::Pass));
        let claims = report.claims.unwrap();
        assert_eq!(claims["givenName"], "Amina");
        assert!(claims.get("identifier").is_none() && claims.get("gradeLevel").is_none(), "{claims}");
        let accreditation =
            report.checks.iter().find(|check| check.name == CheckName::Accreditation).unwrap();
        assert_eq!(accreditation.evidence["headerHeight"], 42);
        assert_eq!(accreditation.evidence["speaksFor"], json!(undp.did));
        assert_eq!(report.credential.unwrap().issuer_name.as_deref(), Some("Organisation undp"));
    }
}

#[tokio::test]
async fn dates_are_kept() {
    let (world, undp, holder) = scene().await;
    let mut early = world.staff(&undp);
    early.valid_from = Some(world.clock.now() + chrono::Duration::days(1));
    let mut late = world.staff(&undp);
    late.valid_from = Some(world.clock.now() - chrono::Duration::days(2));
    late.valid_until = Some(world.clock.now() - chrono::Duration::days(1));
    for staff in [early, late] {
        for copy in world.issue(&undp, &holder, &staff).await {
            let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
            assert_eq!(check(&report, CheckName::Validity).result, CheckResult::Fail, "{report:#?}");
            assert_eq!(report.outcome, Outcome::Invalid);
        }
    }
}

#[tokio::test]
async fn content_that_breaks_the_schema_fails() {
    let (world, undp, holder) = scene().await;
    let mut staff = world.staff(&undp);
    staff.extra.insert("gradeLevel".into(), json!("Emperor"));
    staff.extra.insert("jobTitle".into(), json!(""));
    for copy in world.issue(&undp, &holder, &staff).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Schema, "schemaViolated");
        let evidence = &check(&report, CheckName::Schema).evidence;
        assert!(!serde_json::to_string(evidence).unwrap().contains("Emperor"), "no claim in evidence");
    }
}

#[tokio::test]
async fn unknown_schema_fails() {
    let (world, undp, holder) = scene().await;
    world.chain.change(|ledger| ledger.schemas.clear());
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Schema, "schemaUnknown");
    }
}
