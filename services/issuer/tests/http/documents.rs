use issuance::Actor;
use issuer::app::{NewDocument, ReceiptState};
use registry_types::{AnchorKind, AnchorRecord};

use crate::ledger::Fault;
use crate::support::{UNDP, World};

fn by() -> Actor {
    Actor { tenant: "undp".into(), officer: "o-1".into() }
}

fn document(byte: u8, public: bool) -> NewDocument {
    NewDocument { digest: [byte; 32], label: format!("file {byte}"), public }
}

async fn add(world: &World, documents: &[NewDocument]) -> Vec<ReceiptState> {
    let tenant = world.tenant("undp");
    let listed = world.issuer.add_documents(&by(), tenant, documents).await.unwrap();
    listed.into_iter().map(|(_, receipt)| receipt).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_gets_a_receipt_that_the_light_client_checks() {
    let world = World::start().await;
    assert_eq!(
        add(&world, &[document(1, false), document(2, false)]).await,
        [const { ReceiptState::Pending }; 2]
    );
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    let receipts = add(&world, &[document(1, false), document(2, false)]).await;
    let anchored = world.ledger.with(|state| state.anchors[&(UNDP.to_owned(), 1)]);
    let record = AnchorRecord {
        root: anchored.root,
        leaf_count: 16,
        kind: AnchorKind::Documents,
        height: anchored.height,
        time_ms: 0,
    };
    for (byte, receipt) in (1..).zip(receipts) {
        let ReceiptState::Anchored(mut receipt) = receipt else { panic!("{byte} waits") };
        // The played chain has DIDs that nobody created.
        receipt.issuer = "did:passerelle:11111111111111111111111111111111".to_owned();
        let text = serde_json::to_vec(&receipt).unwrap();
        let receipt = registry_client::Receipt::from_json(&text).unwrap();
        receipt.check(&[byte; 32], &record).unwrap();
        assert!(receipt.check(&[byte + 7; 32], &record).is_err());
    }
    assert_eq!(world.ledger.with(|state| state.anchors.len()), 1, "nothing is anchored twice");
    assert!(world.ledger.with(|state| state.published.is_empty()), "nobody declared them public");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_document_reaches_the_chain_across_a_cut() {
    for fault in [Fault::Lost, Fault::AnswerLost] {
        let world = World::start().await;
        add(&world, &[document(1, false)]).await;
        world.issuer.anchor(world.tenant("undp")).await.unwrap();
        // Declared public later, which needs no second anchor.
        add(&world, &[document(1, true)]).await;
        world.ledger.fail_next(fault);
        assert!(world.issuer.anchor(world.tenant("undp")).await.is_err(), "{fault:?}");
        let world = world.restart().await;
        world.issuer.anchor(world.tenant("undp")).await.unwrap();
        let published = world.ledger.with(|state| state.published.iter().cloned().collect::<Vec<_>>());
        assert_eq!(published, [(UNDP.to_owned(), [1; 32])], "{fault:?}");
        let listed = world.issuer.list_documents(world.tenant("undp"), None, 10).await.unwrap();
        assert!(listed[0].0.published_at.is_some() && listed.len() == 1);
        let writes = world.ledger.with(|state| state.writes);
        world.issuer.anchor(world.tenant("undp")).await.unwrap();
        assert_eq!(world.ledger.with(|state| state.writes), writes, "nothing is sent twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_one_organisation_is_nothing_to_another() {
    let world = World::start().await;
    add(&world, &[document(1, false)]).await;
    let listed = world.issuer.list_documents(world.tenant("undp"), None, 10).await.unwrap();
    assert!(world.issuer.find_document(world.tenant("wfp"), &listed[0].0.id).await.is_err());
    assert!(world.issuer.list_documents(world.tenant("wfp"), None, 10).await.unwrap().is_empty());
}
