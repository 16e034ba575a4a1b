//! The report from a pack is the online verifier's, with the age of what the pack knew.

use clock::Clock as _;
use credential::{ControllerPolicy, Input};
use serde_json::Value;
use verification::{HandedOver, Occasion, Subject};
use wire::verifications::{CheckName, CheckResult, Outcome, Report};

use crate::node::{Node, build, by_key, open, policy};
use crate::world::{Copy, Holder, Issuer, STAFF, World};

pub const NONCE: &str = "n-0S6_WzA2Mj";
pub const DESK: &str = "https://desk.example";

/// UNDP, accredited for its own staff, WFP, which makes the packs, and a person.
async fn scene() -> (World, Issuer, Issuer, Holder) {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let wfp = world.organisation("wfp").await;
    let holder = world.holder();
    (world, undp, wfp, holder)
}

pub fn presented(presentation: &Value) -> HandedOver<'static> {
    HandedOver {
        subject: Subject::Presentation(Input::from_value(presentation.clone()).unwrap()),
        receipt: None,
        challenge: Some(NONCE),
        domain: Some(DESK),
        controller: ControllerPolicy::Strict,
    }
}

pub fn occasion(world: &World) -> Occasion<'static> {
    Occasion { report_id: "r", now: world.clock.now() }
}

pub fn results(report: &Report) -> Vec<(CheckName, CheckResult, &str)> {
    report.checks.iter().map(|check| (check.name, check.result, check.code.as_str())).collect()
}

pub fn code(report: &Report, name: CheckName) -> &str {
    let check = report.checks.iter().find(|check| check.name == name).unwrap();
    &check.code
}

#[tokio::test]
async fn a_pack_gives_the_online_report_with_its_age() {
    let (world, undp, wfp, holder) = scene().await;
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let mut node = Node::new();
    node.commit(&world);
    let policy = policy("staff-identity");
    let file = build(&world, &node, &wfp, &policy).await;
    world.advance(3_600);
    for trust in [by_key(&wfp.p256), pack::Trust::Genesis(Box::new(node.genesis()))] {
        let pack = open(&world, &file, &trust).await.unwrap();
        for copy in &copies {
            let presentation = world.present(&holder, copy, NONCE, DESK).await;
            let offline = pack.verify(presented(&presentation), occasion(&world)).await.unwrap();
            let online =
                world.verifier.handed_over(&policy, presented(&presentation), occasion(&world)).await;
            assert_eq!(offline.outcome, Outcome::Valid, "{offline:#?}");
            assert_eq!(results(&offline), results(&online));
            assert_eq!(offline.claims, online.claims);
            for name in [CheckName::IssuerKey, CheckName::Accreditation, CheckName::Schema, CheckName::Status]
            {
                let check = offline.checks.iter().find(|check| check.name == name).unwrap();
                assert_eq!(check.evidence["headerAgeSeconds"], 3_600, "{name:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_wrong_when_the_pack_was_made_is_wrong_offline() {
    let (world, undp, wfp, holder) = scene().await;
    let staff = world.staff(&undp);
    let copies = world.issue(&undp, &holder, &staff).await;
    world.publish(&undp, &[staff.index], &[]).await;
    let mut node = Node::new();
    node.commit(&world);
    let pack_file = build(&world, &node, &wfp, &policy("staff-identity")).await;
    let pack = open(&world, &pack_file, &by_key(&wfp.p256)).await.unwrap();
    for copy in &copies {
        let presentation = world.present(&holder, copy, NONCE, DESK).await;
        let report = pack.verify(presented(&presentation), occasion(&world)).await.unwrap();
        assert_eq!(report.outcome, Outcome::Invalid);
        assert_eq!(code(&report, CheckName::Status), "revoked");
        let other = world.present(&holder, copy, "another nonce", DESK).await;
        let report = pack.verify(presented(&other), occasion(&world)).await.unwrap();
        assert_eq!(report.outcome, Outcome::Invalid, "a copy of another answer");
    }
}

#[tokio::test]
async fn what_the_pack_does_not_hold_is_not_decided() {
    let (world, undp, wfp, holder) = scene().await;
    let mut node = Node::new();
    node.commit(&world);
    let file = build(&world, &node, &wfp, &policy("staff-identity")).await;
    let pack = open(&world, &file, &by_key(&wfp.p256)).await.unwrap();
    // Accredited after the pack was made.
    let fao = world.organisation("fao").await;
    world.accredit(&fao, STAFF, &[&fao.did]);
    for copy in world.issue(&fao, &holder, &world.staff(&fao)).await {
        let presentation = world.present(&holder, &copy, NONCE, DESK).await;
        let report = pack.verify(presented(&presentation), occasion(&world)).await.unwrap();
        assert_eq!(report.outcome, Outcome::Undetermined, "{report:#?}");
    }
    // The list of an issuer that the pack knows, under an address that it does not.
    let mut copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let receipt = world.anchor(&undp, &copy, 3);
    if let Copy::Compact(text) = &mut copy {
        let given = HandedOver {
            subject: Subject::Credential(Input::Compact(text.clone())),
            receipt: Some(&receipt),
            challenge: None,
            domain: None,
            controller: ControllerPolicy::Strict,
        };
        let report = pack.verify(given, occasion(&world)).await.unwrap();
        assert_ne!(report.outcome, Outcome::Valid, "an anchor that the pack does not hold proves no time");
    }
}

#[tokio::test]
async fn a_list_that_nobody_handed_out_leaves_its_credentials_undecided() {
    let (world, undp, wfp, holder) = scene().await;
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    world.web.pages.lock().unwrap().clear();
    let mut node = Node::new();
    node.commit(&world);
    let file = build(&world, &node, &wfp, &policy("staff-identity")).await;
    let pack = open(&world, &file, &by_key(&wfp.p256)).await.unwrap();
    assert!(pack.manifest().missing.contains(&undp.list("token")));
    for copy in &copies {
        let presentation = world.present(&holder, copy, NONCE, DESK).await;
        let report = pack.verify(presented(&presentation), occasion(&world)).await.unwrap();
        assert_eq!(report.outcome, Outcome::Undetermined);
        assert_eq!(code(&report, CheckName::Status), "statusListUnreachable");
    }
}

#[tokio::test]
async fn an_issuer_that_shows_another_list_gives_no_pack() {
    let (world, _, wfp, _) = scene().await;
    let shown = world.bitstring(&wfp, "revocation", &[7]).await;
    world.accredit(&wfp, STAFF, &[&wfp.did]);
    world.show(&wfp.list("revocation"), shown);
    let mut node = Node::new();
    node.commit(&world);
    let policy = policy("staff-identity");
    let wanted = pack::Wanted {
        policy: &policy,
        signer: &wfp.did,
        maximum_age: chrono::Duration::days(1),
        now: world.clock.now(),
    };
    let collected = pack::collect(&node, world.web.as_ref(), &wanted).await;
    assert!(matches!(collected, Err(pack::CollectError::OtherList { .. })));
}
