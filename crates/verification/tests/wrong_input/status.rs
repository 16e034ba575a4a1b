//! Status lists, and what cannot be reached.

use clock::Clock as _;
use verification::ChainError;
use wire::verifications::{CheckName, Outcome, Report};

use super::{AUDIENCE, NONCE, answer, assert_fails, assert_valid, check, report_on, scene};

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
    let staff = crate::world::Staff { message: Some("replaced by a newer one".into()), ..world.staff(&undp) };
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
    staff.index = crate::world::LIST_LENGTH;
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
