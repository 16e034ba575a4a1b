//! Receipts without a network: what the pack's anchors prove, and what they leave open.

use pack::{Content, Pack, seal};
use registry_types::{AnchorKind, AnchorRecord, Canonical as _, state_key};
use wire::anchors::Receipt;
use wire::verifications::{CheckName, Outcome, Report};

use crate::node::{Node, build, by_key, gather, open, policy};
use crate::reports::{DESK, NONCE, code, occasion, presented, results};
use crate::world::{Copy, Holder, Issuer, STAFF, World};

const POLICY: &str = "staff-identity-anchored";

struct Scene {
    world: World,
    node: Node,
    undp: Issuer,
    /// With the keys that have been replaced.
    before: Issuer,
    holder: Holder,
    copies: [Copy; 2],
    receipts: [Receipt; 2],
}

/// UNDP with two anchored copies for one person, in batches 1 and 2, and with keys that have been replaced since.
async fn scene() -> Scene {
    let world = World::new();
    let mut undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let holder = world.holder();
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipts = [world.anchor(&undp, &copies[0], 1), world.anchor(&undp, &copies[1], 2)];
    let before = undp.clone();
    world.advance(3_600);
    world.rotate(&mut undp, false);
    world.publish(&undp, &[], &[]).await;
    let mut node = Node::new();
    node.commit(&world);
    Scene { world, node, undp, before, holder, copies, receipts }
}

impl Scene {
    async fn pack(&self) -> Pack {
        let file = build(&self.world, &self.node, &self.undp, &policy(POLICY)).await;
        open(&self.world, &file, &by_key(&self.undp.p256)).await.unwrap()
    }

    async fn check(&self, pack: &Pack, copy: &Copy, receipt: Option<&Receipt>) -> Report {
        let presentation = self.world.present(&self.holder, copy, NONCE, DESK).await;
        let given = verification::HandedOver { receipt, ..presented(&presentation) };
        pack.verify(given, occasion(&self.world)).await.unwrap()
    }
}

#[tokio::test]
async fn an_anchored_copy_is_valid_offline_although_its_key_was_replaced() {
    let scene = scene().await;
    let pack = scene.pack().await;
    pack.prove().unwrap();
    for (copy, receipt) in scene.copies.iter().zip(&scene.receipts) {
        let offline = scene.check(&pack, copy, Some(receipt)).await;
        assert_eq!(offline.outcome, Outcome::Valid, "{offline:#?}");
        assert_eq!(code(&offline, CheckName::IssuerKey), "keyHeldAtIssue");
        let presentation = scene.world.present(&scene.holder, copy, NONCE, DESK).await;
        let given = verification::HandedOver { receipt: Some(receipt), ..presented(&presentation) };
        let online = scene.world.verifier.handed_over(&policy(POLICY), given, occasion(&scene.world)).await;
        assert_eq!(results(&offline), results(&online));

        let without = scene.check(&pack, copy, None).await;
        assert_eq!(without.outcome, Outcome::Invalid);
    }
}

#[tokio::test]
async fn a_receipt_of_another_anchor_proves_nothing() {
    let scene = scene().await;
    let pack = scene.pack().await;
    let [first, second] = &scene.receipts;
    let moved = Receipt { sequence: 2, ..first.clone() };
    let strangers = Receipt { issuer: "did:passerelle:stranger".to_owned(), ..first.clone() };
    for (receipt, says) in
        [(second, "receiptMismatch"), (&moved, "receiptMismatch"), (&strangers, "receiptOfAnotherIssuer")]
    {
        let report = scene.check(&pack, &scene.copies[0], Some(receipt)).await;
        assert_eq!((report.outcome, code(&report, CheckName::Policy)), (Outcome::Invalid, says));
    }
}

#[tokio::test]
async fn a_root_that_the_chain_never_held_is_not_believed_whoever_signed_the_pack() {
    let scene = scene().await;
    // A copy that was made with the old key after it had been replaced, and a receipt to go with it.
    let staff = scene.world.staff(&scene.before);
    let copy = scene.world.issue_json(&scene.before, &scene.holder, &staff).await;
    let forged = scene.world.anchor(&scene.undp, &copy, 1);
    let root = scene.world.chain.ledger.lock().unwrap().anchors[&(scene.undp.did.clone(), 1)].root;
    let collected = gather(&scene.world, &scene.node, &scene.undp, &policy(POLICY)).await;
    let mut content: Content = collected.content;
    let key = state_key::anchor(&scene.undp.did, 1);
    let record = content.records.iter_mut().find(|record| record.key == key).unwrap();
    let true_record = AnchorRecord::from_bytes(record.value.as_ref().unwrap()).unwrap();
    record.value = Some(AnchorRecord { root, ..true_record }.to_bytes());
    let file = seal(collected.manifest, &content, scene.undp.p256.as_ref()).await.unwrap();
    let pack = open(&scene.world, &file, &by_key(&scene.undp.p256)).await.unwrap();
    assert!(pack.prove().is_err());
    for copy in scene.copies.iter().chain([&copy]) {
        let report = scene.check(&pack, copy, Some(&forged)).await;
        // One tree proves all records or none, so nothing of such a pack is decided.
        assert_eq!(report.outcome, Outcome::Undetermined, "{report:#?}");
    }
}

#[tokio::test]
async fn a_receipt_newer_than_the_pack_is_not_decided() {
    let scene = scene().await;
    let pack = scene.pack().await;
    let copy = scene.world.issue_json(&scene.undp, &scene.holder, &scene.world.staff(&scene.undp)).await;
    let receipt = scene.world.anchor(&scene.undp, &copy, 3);
    let report = scene.check(&pack, &copy, Some(&receipt)).await;
    assert_eq!(report.outcome, Outcome::Undetermined, "{report:#?}");
    assert_eq!(code(&report, CheckName::Policy), "notInPack");
}

#[tokio::test]
async fn only_policies_that_demand_the_time_of_issue_take_anchors() {
    let scene = scene().await;
    for (name, expected) in [(POLICY, 2), ("staff-identity", 0)] {
        let collected = gather(&scene.world, &scene.node, &scene.undp, &policy(name)).await;
        assert_eq!(anchors(&collected.content).len(), expected, "{name}");
    }
}

#[tokio::test]
async fn the_newest_anchors_are_taken_as_far_as_there_is_room() {
    const BATCHES: u64 = 24_000;
    let mut scene = scene().await;
    // Another issuer with few anchors takes its own share and leaves the rest.
    let wfp = scene.world.organisation("wfp").await;
    scene.world.accredit(&wfp, STAFF, &[&wfp.did]);
    scene.node.commit(&scene.world);
    let record = |sequence: u64| AnchorRecord {
        // As hard to compress as a digest is.
        root: crate::world::sha256(&sequence.to_be_bytes()),
        leaf_count: 16,
        kind: AnchorKind::Credentials,
        height: 60 * sequence,
        time_ms: 1_780_000_000_000 + 3_600_117 * sequence,
    };
    let of =
        |issuer: &Issuer, sequence| (state_key::anchor(&issuer.did, sequence), record(sequence).to_bytes());
    let many = (3..=BATCHES).map(|sequence| of(&scene.undp, sequence));
    scene.node.store(&many.chain([of(&wfp, 1)]).collect());

    let collected = gather(&scene.world, &scene.node, &scene.undp, &policy(POLICY)).await;
    let content = &collected.content;
    assert!(content.records.iter().any(|record| record.key == state_key::anchor(&wfp.did, 1)));
    let taken = anchors(content);
    let (oldest, number) = (taken[1], u64::try_from(taken.len() - 1).unwrap());
    assert_eq!((taken[0], taken.last()), (1, Some(&BATCHES)), "the first is WFP's");
    assert_eq!(number, BATCHES + 1 - oldest, "none is left out between the oldest and the newest");
    let plain = content.to_bytes().len();
    let file = seal(collected.manifest, content, scene.undp.p256.as_ref()).await.unwrap();
    eprintln!("{number} anchors: a pack of {} bytes, {plain} before compression", file.len());
    // The room is used, and a pack with anchors keeps to the size of packs.
    assert!((850_000..1_000_000).contains(&file.len()), "{}", file.len());
    open(&scene.world, &file, &by_key(&scene.undp.p256)).await.unwrap().prove().unwrap();
}

/// The numbers of the anchors in a pack, in order.
fn anchors(content: &Content) -> Vec<u64> {
    let keys = content.records.iter().filter(|record| record.key.starts_with("anchor/"));
    let mut numbers: Vec<u64> =
        keys.map(|record| record.key.rsplit('/').next().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}
