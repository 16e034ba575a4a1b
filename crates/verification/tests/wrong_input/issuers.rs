//! Who issued it, with which key, and whether it was allowed to.

use clock::Clock as _;
use wire::anchors::Receipt;
use wire::verifications::{CheckName, CheckResult, Outcome};

use super::world::{Issuer, STAFF};
use super::{assert_fails, assert_valid, check, report_on, scene};

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
