//! What a verifier must refuse, each as one change to an accepted input, in both formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod world;

use std::collections::BTreeMap;

use clock::Clock as _;
use serde_json::{Value, json};
use verification::{
    ChainError, HandedOver, Language, Occasion, Policies, Policy, Receipts, Request, Subject, Words,
};
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
async fn unaccredited_issuer_fails() {
    let (world, _, holder) = scene().await;
    let stranger = world.organisation("wfp").await;
    for copy in world.issue(&stranger, &holder, &world.staff(&stranger)).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Accreditation, "notAccredited");
    }
}

#[tokio::test]
async fn issuer_accredited_for_another_organisations_staff_fails() {
    let (world, undp, holder) = scene().await;
    let wfp = world.organisation("wfp").await;
    let mut staff = world.staff(&undp);
    staff.works_for = wfp.did.clone();
    for copy in world.issue(&undp, &holder, &staff).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Accreditation, "otherOrganisation");
    }
}

#[tokio::test]
async fn withdrawn_accreditation_fails_unless_a_receipt_is_older() {
    let (world, undp, holder) = scene().await;
    for (sequence, copy) in (1..).zip(world.issue(&undp, &holder, &world.staff(&undp)).await) {
        let receipt = world.anchor(&undp, &copy, sequence);
        world.advance(60);
        world.withdraw(&undp, STAFF);
        world.advance(60);
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Accreditation, "accreditationWithdrawn");
        assert_valid(&report_on(&world, &holder, &copy, "staff-identity-anchored", Some(receipt)).await);
        let late = world.anchor(&undp, &copy, sequence + 100);
        let report = report_on(&world, &holder, &copy, "staff-identity-anchored", Some(late)).await;
        assert_fails(&report, CheckName::Accreditation, "notAccreditedAtIssue");
        world.accredit(&undp, STAFF, &[&undp.did]);
        world.advance(60);
    }
}

#[tokio::test]
async fn credential_back_dated_by_a_rotated_out_key_fails() {
    let (world, mut undp, holder) = scene().await;
    let mut staff = world.staff(&undp);
    let thief = undp.clone();
    world.advance(86_400);
    world.rotate(&mut undp, false);
    world.publish(&undp, &[], &[]).await;
    world.advance(86_400);
    staff.valid_from = Some(world.clock.now() - chrono::Duration::days(2));
    for (sequence, copy) in (1..).zip(world.issue(&thief, &holder, &staff).await) {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::IssuerKey, "keyRetired");
        assert!(
            report.sentence.contains("nothing proves that the credential is older"),
            "{}",
            report.sentence
        );
        // Even an anchor does not help when it comes after the rotation.
        let receipt = world.anchor(&undp, &copy, sequence);
        let report = report_on(&world, &holder, &copy, "staff-identity-anchored", Some(receipt)).await;
        assert_fails(&report, CheckName::IssuerKey, "keyRetiredBeforeIssue");
    }
}

#[tokio::test]
async fn credential_anchored_before_the_rotation_stays_valid() {
    let (world, mut undp, holder) = scene().await;
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipts = [world.anchor(&undp, &copies[0], 1), world.anchor(&undp, &copies[1], 2)];
    world.advance(86_400);
    world.rotate(&mut undp, false);
    world.publish(&undp, &[], &[]).await;
    for (copy, receipt) in copies.iter().zip(receipts) {
        assert_valid(&report_on(&world, &holder, copy, "staff-identity-anchored", Some(receipt)).await);
    }
}

#[tokio::test]
async fn fragment_given_to_a_new_key_neither_breaks_nor_revives_what_the_old_one_signed() {
    let (world, mut undp, holder) = scene().await;
    let thief = undp.clone();
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipts = [world.anchor(&undp, &copies[0], 1), world.anchor(&undp, &copies[1], 2)];
    world.advance(86_400);
    world.rotate_in_place(&mut undp);
    world.publish(&undp, &[], &[]).await;
    for (copy, receipt) in copies.iter().zip(receipts) {
        assert_valid(&report_on(&world, &holder, copy, "staff-identity-anchored", Some(receipt)).await);
        let report = report_on(&world, &holder, copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::IssuerKey, "keyRetired");
    }
    for (sequence, copy) in (3..).zip(world.issue(&thief, &holder, &world.staff(&undp)).await) {
        let late = world.anchor(&undp, &copy, sequence);
        let report = report_on(&world, &holder, &copy, "staff-identity-anchored", Some(late)).await;
        assert_fails(&report, CheckName::IssuerKey, "keyRetiredBeforeIssue");
    }
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        assert_valid(&report_on(&world, &holder, &copy, "staff-identity", None).await);
    }
}

#[tokio::test]
async fn compromised_key_counts_only_with_an_earlier_receipt() {
    let (world, mut undp, holder) = scene().await;
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipts = [world.anchor(&undp, &copies[0], 1), world.anchor(&undp, &copies[1], 2)];
    world.advance(86_400);
    world.rotate(&mut undp, true);
    world.publish(&undp, &[], &[]).await;
    for (copy, receipt) in copies.iter().zip(receipts) {
        let report = report_on(&world, &holder, copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::IssuerKey, "keyCompromised");
        assert_valid(&report_on(&world, &holder, copy, "staff-identity-anchored", Some(receipt)).await);
    }
}

#[tokio::test]
async fn anchored_policy_demands_the_receipt_of_this_copy() {
    let (world, undp, holder) = scene().await;
    let [json, compact] = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipt = world.anchor(&undp, &json, 1);
    let report = report_on(&world, &holder, &json, "staff-identity-anchored", None).await;
    assert_fails(&report, CheckName::Policy, "timeOfIssueNotProven");
    let report = report_on(&world, &holder, &compact, "staff-identity-anchored", Some(receipt.clone())).await;
    assert_fails(&report, CheckName::Policy, "receiptMismatch");
    type Change = fn(&mut Receipt);
    let changes: [(Change, &str); 7] = [
        (|receipt| receipt.sequence = 9, "receiptUnknown"),
        (|receipt| receipt.leaf_index = 1, "receiptMismatch"),
        (|receipt| receipt.leaf_count = 8, "receiptMismatch"),
        (|receipt| receipt.salt = "A".repeat(43), "receiptMismatch"),
        (|receipt| receipt.salt = "A".into(), "receiptForm"),
        (|receipt| receipt.version = 2, "receiptForm"),
        (|receipt| receipt.issuer = "did:passerelle:other".into(), "receiptOfAnotherIssuer"),
    ];
    for (change, code) in changes {
        let mut changed = receipt.clone();
        change(&mut changed);
        let report = report_on(&world, &holder, &json, "staff-identity-anchored", Some(changed)).await;
        assert_fails(&report, CheckName::Policy, code);
    }
    assert_valid(&report_on(&world, &holder, &json, "staff-identity-anchored", Some(receipt)).await);
}

#[tokio::test]
async fn wrong_nonce_and_wrong_audience_fail() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        for (nonce, audience) in [
            ("another nonce, of an earlier request", AUDIENCE),
            (NONCE, "decentralized_identifier:did:passerelle:other"),
        ] {
            let presentation = world.present(&holder, &copy, nonce, audience).await;
            let report = answer(&world, copy.query_id(), presentation, "staff-identity", None).await;
            assert_eq!(check(&report, CheckName::HolderBinding).result, CheckResult::Fail, "{report:#?}");
            assert_eq!(report.outcome, Outcome::Invalid);
        }
    }
}

#[tokio::test]
async fn presentation_by_somebody_else_fails() {
    let (world, undp, holder) = scene().await;
    let thief = world.holder();
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let report = report_on(&world, &thief, &copy, "staff-identity", None).await;
        assert_eq!(check(&report, CheckName::HolderBinding).result, CheckResult::Fail, "{report:#?}");
        assert_eq!(report.outcome, Outcome::Invalid);
    }
}

#[tokio::test]
async fn bare_credential_instead_of_a_presentation_fails() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let bare = match &copy {
            Copy::Json(value) => value.clone(),
            Copy::Compact(text) => Value::String(text.clone()),
        };
        let report = answer(&world, copy.query_id(), bare, "staff-identity", None).await;
        assert_eq!(report.outcome, Outcome::Invalid, "{report:#?}");
    }
}

#[tokio::test]
async fn tampered_credential_fails_and_nothing_is_fetched_for_it() {
    let (world, undp, holder) = scene().await;
    let [Copy::Json(mut json), Copy::Compact(text)] = world.issue(&undp, &holder, &world.staff(&undp)).await
    else {
        panic!("two formats");
    };
    json["credentialSubject"]["givenName"] = "Mallory".into();
    let disclosure = world::base64url(br#"["salt-salt-salt-salt-sa","givenName","Mallory"]"#);
    let mut parts: Vec<_> = text.split('~').map(str::to_owned).collect();
    parts[1] = disclosure;
    for copy in [Copy::Json(json), Copy::Compact(parts.join("~"))] {
        let fetched = *world.web.fetched.lock().unwrap();
        let input = copy.input();
        let report = hand_over(&world, Subject::Credential(input), "open").await;
        assert_eq!(report.outcome, Outcome::Invalid, "{report:#?}");
        assert_eq!(check(&report, CheckName::Status).code, "notReached");
        let told = verification::problems::problems(&report);
        assert!(!told.is_empty() && told.iter().all(|told| told.code.as_deref() != Some("notReached")));
        assert!(report.claims.is_none(), "claims of a forgery are not repeated");
        assert_eq!(*world.web.fetched.lock().unwrap(), fetched);
    }
}

#[tokio::test]
async fn credential_signed_by_a_key_that_is_not_the_issuers_fails() {
    let (world, undp, holder) = scene().await;
    let mallory = world.organisation("mallory").await;
    let forger = Issuer { ed25519: mallory.ed25519, p256: mallory.p256, ..undp.clone() };
    for copy in world.issue(&forger, &holder, &world.staff(&undp)).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_eq!(check(&report, CheckName::Proof).result, CheckResult::Fail, "{report:#?}");
        assert_eq!(report.outcome, Outcome::Invalid);
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
async fn suspended_reinstated_and_revoked_are_told_apart() {
    let (world, undp, holder) = scene().await;
    let staff = world.staff(&undp);
    for copy in world.issue(&undp, &holder, &staff).await {
        world.publish(&undp, &[], &[staff.index]).await;
        let suspended = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&suspended, CheckName::Status, "suspended");
        world.publish(&undp, &[], &[]).await;
        assert_valid(&report_on(&world, &holder, &copy, "staff-identity", None).await);
        world.publish(&undp, &[staff.index], &[staff.index]).await;
        let revoked = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&revoked, CheckName::Status, "revoked");
        assert_ne!(suspended.sentence, revoked.sentence);
        world.publish(&undp, &[], &[]).await;
    }
}

#[tokio::test]
async fn what_the_issuer_says_beside_a_revocation_is_told_and_decides_nothing() {
    let (world, undp, holder) = scene().await;
    let staff = world::Staff { message: Some("replaced by a newer one".into()), ..world.staff(&undp) };
    let copy = world.issue_json(&undp, &holder, &staff).await;
    let publish_message = async |set: &[usize]| {
        let bytes = world.bitstring(&undp, "message", set).await;
        world.register(&undp, &undp.list("message"), &bytes);
        world.show(&undp.list("message"), bytes);
    };
    publish_message(&[staff.index]).await;
    let valid = report_on(&world, &holder, &copy, "staff-identity", None).await;
    assert_valid(&valid);
    world.publish(&undp, &[staff.index], &[]).await;
    let said = |report: &Report| check(report, CheckName::Status).evidence.get("statusMessage").cloned();
    let revoked = report_on(&world, &holder, &copy, "staff-identity", None).await;
    assert_fails(&revoked, CheckName::Status, "revoked");
    assert_eq!(said(&revoked), Some("replaced by a newer one".into()));
    publish_message(&[]).await;
    let revoked = report_on(&world, &holder, &copy, "staff-identity", None).await;
    assert_fails(&revoked, CheckName::Status, "revoked");
    assert_eq!(said(&revoked), None, "a value without words has none");
}

#[tokio::test]
async fn stale_list_fails_and_one_that_catches_up_is_taken() {
    let (world, undp, holder) = scene().await;
    let staff = world.staff(&undp);
    for copy in world.issue(&undp, &holder, &staff).await {
        let lists = ["revocation", "token"].map(|name| undp.list(name));
        let old: Vec<_> = lists.iter().map(|url| world.web.pages.lock().unwrap()[url].clone()).collect();
        world.publish(&undp, &[staff.index], &[]).await;
        let new: Vec<_> = lists.iter().map(|url| world.web.pages.lock().unwrap()[url].clone()).collect();
        for (url, bytes) in lists.iter().zip(&old) {
            world.show(url, bytes.clone());
        }
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Status, "statusListMismatch");
        for (url, bytes) in lists.iter().zip(new) {
            world.web.later.lock().unwrap().insert(url.clone(), bytes);
        }
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Status, "revoked");
        world.publish(&undp, &[], &[]).await;
    }
}

#[tokio::test]
async fn list_published_while_a_verification_runs_is_believed() {
    let (world, undp, holder) = scene().await;
    let began = world.clock.now();
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
        world.clock.set(began + chrono::Duration::seconds(3));
        world.publish(&undp, &[], &[]).await;
        world.clock.set(began);
        let report = answer(&world, copy.query_id(), presentation, "staff-identity", None).await;
        assert_eq!(check(&report, CheckName::Status).code, "notRevoked", "{report:#?}");
    }
}

#[tokio::test]
async fn list_of_another_issuer_fails() {
    let (world, undp, holder) = scene().await;
    let wfp = world.organisation("wfp").await;
    let staff = world.staff(&undp);
    for copy in world.issue(&undp, &holder, &staff).await {
        for name in ["revocation", "suspension", "token"] {
            let url = undp.list(name);
            let theirs = world.web.pages.lock().unwrap()[&wfp.list(name)].clone();
            world.register(&undp, &url, &theirs);
            world.show(&url, theirs);
        }
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Status, "statusListUntrusted");
    }
}

#[tokio::test]
async fn unregistered_list_fails_and_unreachable_list_leaves_it_open() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        world.publish(&undp, &[], &[1]).await;
        world.web.pages.lock().unwrap().clear();
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_eq!(check(&report, CheckName::Status).code, "statusListUnreachable", "{report:#?}");
        assert_eq!(report.outcome, Outcome::Undetermined);
        assert!(report.sentence.starts_with("Not decided. "), "{}", report.sentence);
        world.publish(&undp, &[], &[]).await;
        world.chain.change(|ledger| ledger.statuses.clear());
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Status, "statusListUnregistered");
        world.publish(&undp, &[], &[]).await;
    }
}

#[tokio::test]
async fn credential_that_cannot_be_revoked_is_not_accepted() {
    let (world, undp, holder) = scene().await;
    let mut staff = world.staff(&undp);
    staff.status = false;
    for copy in world.issue(&undp, &holder, &staff).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Status, "noStatus");
    }
}

#[tokio::test]
async fn index_outside_the_list_fails() {
    let (world, undp, holder) = scene().await;
    let mut staff = world.staff(&undp);
    staff.index = world::LIST_LENGTH;
    for copy in world.issue(&undp, &holder, &staff).await {
        let report = report_on(&world, &holder, &copy, "staff-identity", None).await;
        assert_fails(&report, CheckName::Status, "statusIndex");
    }
}

#[tokio::test]
async fn chain_that_cannot_be_reached_leaves_it_open() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        for fault in [ChainError::Unreachable, ChainError::Stale, ChainError::Unproven] {
            let presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
            world.chain.change(|ledger| ledger.fault = Some(fault));
            let report = answer(&world, copy.query_id(), presentation, "staff-identity", None).await;
            world.chain.change(|ledger| ledger.fault = None);
            assert_eq!(report.outcome, Outcome::Undetermined, "{report:#?}");
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

#[tokio::test]
async fn answer_must_be_what_was_asked_for() {
    let (world, undp, holder) = scene().await;
    let [json, compact] = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let good = world.present(&holder, &json, NONCE, AUDIENCE).await;
    let other = world.present(&holder, &compact, NONCE, AUDIENCE).await;
    let report = answer(&world, "staff_sd_jwt", good.clone(), "staff-identity", None).await;
    assert_fails(&report, CheckName::Policy, "otherFormat");
    let report = answer(&world, "unasked", good.clone(), "staff-identity", None).await;
    assert_fails(&report, CheckName::Policy, "notAskedFor");
    let token = VpToken(BTreeMap::from([("staff_ldp_vc".to_owned(), vec![good.clone(), good])]));
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let request = Request { nonce: NONCE, audience: AUDIENCE };
    let report =
        world.verifier.answer(&policy("staff-identity"), request, &token, &Receipts::new(), occasion).await;
    assert_fails(&report, CheckName::Policy, "tooManyPresentations");
    let report = answer(&world, "entitlement_sd_jwt", other, "entitlement", None).await;
    assert_fails(&report, CheckName::Policy, "otherType");
}

#[tokio::test]
async fn hidden_claim_that_was_asked_for_fails() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let Copy::Compact(text) = &copy else { panic!("an SD-JWT") };
    let prepared = credential::sd_jwt::present(text, &[], NONCE, AUDIENCE, world.clock.now()).unwrap();
    let signature = holder.key.sign_now(&prepared.to_sign).unwrap();
    let report =
        answer(&world, "staff_sd_jwt", Value::String(prepared.finish(&signature)), "staff-identity", None)
            .await;
    assert_fails(&report, CheckName::Policy, "claimsMissing");
}

async fn hand_over(world: &World, subject: Subject, name: &str) -> Report {
    let given = HandedOver {
        subject,
        receipt: None,
        challenge: None,
        domain: None,
        controller: credential::ControllerPolicy::Strict,
    };
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let policy = policy(name);
    let report = world.verifier.handed_over(&policy, given, occasion).await;
    assert_spoken(&report, &policy);
    report
}

#[tokio::test]
async fn credential_handed_over_by_itself_is_open_where_a_holder_is_required() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let report = hand_over(&world, Subject::Credential(copy.input()), "staff-identity").await;
        assert_eq!(report.outcome, Outcome::Undetermined, "{report:#?}");
        assert_eq!(check(&report, CheckName::HolderBinding).code, "noPresentation");
        assert_valid(&hand_over(&world, Subject::Credential(copy.input()), "open").await);
    }
}

#[tokio::test]
async fn open_policy_says_that_accreditation_was_optional() {
    let (world, _, holder) = scene().await;
    let stranger = world.organisation("wfp").await;
    for copy in world.issue(&stranger, &holder, &world.staff(&stranger)).await {
        let report = hand_over(&world, Subject::Credential(copy.input()), "open").await;
        assert_valid(&report);
        let accreditation = check(&report, CheckName::Accreditation);
        assert_eq!(accreditation.code, "accreditationOptional");
        assert_eq!(accreditation.evidence["registrySays"], "notAccredited");
        assert!(report.sentence.contains("optional"), "{}", report.sentence);
    }
}

#[tokio::test]
async fn presentation_without_a_challenge_could_be_a_replay() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
        let input = credential::Input::from_value(presentation).unwrap();
        let report = hand_over(&world, Subject::Presentation(input), "staff-identity").await;
        assert_eq!(check(&report, CheckName::HolderBinding).code, "replayable", "{report:#?}");
        assert_eq!(report.outcome, Outcome::Undetermined);
    }
}

#[tokio::test]
async fn signature_is_never_called_good_when_the_key_is_unknown() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        world.chain.change(|ledger| {
            ledger.dids.clear();
        });
        let fetched = *world.web.fetched.lock().unwrap();
        let report = hand_over(&world, Subject::Credential(copy.input()), "open").await;
        assert_eq!(check(&report, CheckName::Proof).code, "noKey", "{report:#?}");
        assert_eq!(check(&report, CheckName::IssuerKey).result, CheckResult::Fail);
        assert_eq!(report.outcome, Outcome::Invalid);
        assert!(report.claims.is_none());
        assert_eq!(*world.web.fetched.lock().unwrap(), fetched, "nothing is fetched for a stranger");
    }
}

#[tokio::test]
async fn open_policy_does_not_say_that_a_stranger_is_the_holder() {
    let (world, undp, holder) = scene().await;
    let stranger = world.holder();
    let copy = world.issue_json(&undp, &holder, &world.staff(&undp)).await;
    for (presenter, code) in [(&holder, "holderBound"), (&stranger, "presenterOnly")] {
        let presentation = world.present(presenter, &copy, NONCE, AUDIENCE).await;
        let given = HandedOver {
            subject: Subject::Presentation(credential::Input::from_value(presentation).unwrap()),
            receipt: None,
            challenge: Some(NONCE),
            domain: Some(AUDIENCE),
            controller: credential::ControllerPolicy::Strict,
        };
        let occasion = Occasion { report_id: "r", now: world.clock.now() };
        let report = world.verifier.handed_over(&policy("open"), given, occasion).await;
        assert_eq!(check(&report, CheckName::HolderBinding).code, code, "{report:#?}");
    }
}

#[tokio::test]
async fn malformed_presentation_around_a_good_credential_fails() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_json(&undp, &holder, &world.staff(&undp)).await;
    let mut presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
    presentation["holder"] = json!(7);
    let report = answer(&world, copy.query_id(), presentation, "staff-identity", None).await;
    assert_eq!(check(&report, CheckName::Form).result, CheckResult::Fail, "{report:#?}");
    assert_eq!(report.outcome, Outcome::Invalid);
}
