//! Members leave a chain and carry its records to a new one: old receipts and proofs hold there.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::StartError;
use registry::carry::{CarriedError, Exported, export};
use registry::store::StoreError;
use registry_client::{Receipt, verify_map_proof};
use registry_types::{
    Anchor, AnchorKind, Canonical as _, Genesis, Operation, ProvenRecord, PublishStatus, state_key,
};

use std::path::Path;

use registry::setup::{self};

use crate::STAFF;
use crate::chain::{Chain, config};

const DOCUMENT: [u8; 32] = [5; 32];
const LIST: &str = "http://localhost:7101/t/undp/status/1";

/// An anchor of sixteen leaves, with the receipt of the fourth.
fn anchored(issuer: &str) -> (Operation, Receipt) {
    let leaves: Vec<_> = (0..16).map(|salt| merkle::leaf(&[salt; 32], &DOCUMENT)).collect();
    let tree = merkle::Tree::build(leaves).unwrap();
    let path: Vec<_> = tree.path(3).unwrap().iter().map(|hash| URL_SAFE_NO_PAD.encode(hash)).collect();
    let receipt = serde_json::json!({
        "version": 1, "issuer": issuer, "sequence": 0, "salt": URL_SAFE_NO_PAD.encode([3; 32]),
        "leafIndex": 3, "leafCount": 16, "path": path,
    });
    let anchor = Operation::Anchor(Anchor {
        issuer: issuer.to_owned(),
        sequence: 0,
        kind: AnchorKind::Credentials,
        root: tree.root(),
        leaf_count: 16,
    });
    (anchor, Receipt::from_json(receipt.to_string().as_bytes()).unwrap())
}

/// A chain of a new founder that carries another on.
async fn successor(old: &Exported) -> Chain {
    let mut chain = Chain::new().await;
    chain.genesis.continues = Some(old.predecessor());
    chain.write_genesis();
    chain
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

async fn refused(chain: &Chain) -> StartError {
    match registry::start(config(chain.folder.path())).await {
        Ok(_) => panic!("it starts"),
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_chain_carries_on_the_records_of_an_old_one() {
    // The old chain: a member with a DID, an accreditation, a status list and an anchored document.
    let old = Chain::new().await;
    let mut node = old.start().await;
    let registry = old.registry(&node);
    let (undp, did) = old.admit(&registry, "undp").await;
    let grant = setup::grant_accreditation(&did, STAFF, &[&did]);
    setup::send(&registry, &old.board.govern, grant).await.unwrap();
    let status = PublishStatus { issuer: did.clone(), list: LIST.to_owned(), digest: [8; 32], version: 3 };
    setup::send(&registry, &undp.operate, Operation::PublishStatus(status)).await.unwrap();
    let (anchor, receipt) = anchored(&did);
    setup::send(&registry, &undp.operate, anchor).await.unwrap();
    let path = format!("/v1/records/anchor/{did}/0?proof=true");
    let url = node.url.join(&path).unwrap();
    let reply = node.outbound.get(&url, "application/octet-stream", None).await.unwrap();
    let old_proof = ProvenRecord::from_bytes(&reply.body).unwrap();
    let data = old.folder.path().join("chain");
    let out = tempfile::tempdir().unwrap();
    assert!(matches!(
        export(&data, &old.genesis, out.path()),
        Err(CarriedError::Store(StoreError::InUse(_) | StoreError::NotClosed(_)))
    ));
    node.running.stop().await;
    let exported = export(&data, &old.genesis, out.path()).unwrap();
    let folder = out.path().join(exported.manifest.header.height.to_string());
    let scratch = tempfile::tempdir().unwrap();
    assert_eq!(exported.verify(scratch.path()).unwrap().chain_id(), old.genesis.chain_id());

    // Without the records, with those of another block or with one that was changed, the new chain does not begin.
    let new = successor(&exported).await;
    assert_ne!(new.genesis.chain_id(), Genesis { continues: None, ..new.genesis.clone() }.chain_id());
    let carried = new.folder.path().join("carried");
    let error = refused(&new).await;
    assert!(
        matches!(&error, StartError::Carried(error)
            if matches!(**error, CarriedError::Store(StoreError::NotCarried(_)))),
        "{error}"
    );
    copy(&folder, &carried);
    let chunk = std::fs::read(carried.join("0")).unwrap();
    let mut changed = chunk.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(carried.join("0"), changed).unwrap();
    let error = refused(&new).await;
    assert!(
        matches!(&error, StartError::Carried(error) if matches!(**error, CarriedError::Import(_))),
        "{error}"
    );
    std::fs::write(carried.join("0"), chunk).unwrap();

    // The new chain: everything that was recorded is there, proven by its own validators.
    let mut node = new.start().await;
    let registry = new.registry(&node);
    let anchor = registry.anchor(&did, 0).await.unwrap().value.unwrap();
    receipt.check(&DOCUMENT, &anchor).unwrap();
    assert_eq!(registry.status(&did, LIST).await.unwrap().value.unwrap().version, 3);
    let now = registry.accreditation(&did, STAFF).await.unwrap();
    let time = now.block_time.timestamp_millis().unsigned_abs();
    assert_eq!(now.value.unwrap().at(time).unwrap().speaks_for, std::slice::from_ref(&did));
    assert_eq!(node.get(&format!("/1.0/identifiers/{did}"), "").await.0, 200);

    // Members write on with the keys they had; who decides is founded anew.
    let next = Operation::Anchor(Anchor {
        issuer: did.clone(),
        sequence: 1,
        kind: AnchorKind::Credentials,
        root: [9; 32],
        leaf_count: 16,
    });
    setup::send(&registry, &undp.operate, next).await.unwrap();
    let grant = setup::grant_accreditation(&did, "https://schemas.passerelle.example/v1#Other", &[&did]);
    let unknown = setup::send(&registry, &old.board.govern, grant.clone()).await.unwrap_err();
    assert!(unknown.to_string().contains("the registry has no key"), "{unknown}");
    setup::send(&registry, &new.board.govern, grant).await.unwrap();

    // An old proof that led to the last header needs nothing but the new genesis.
    let predecessor = new.genesis.continues.clone().unwrap();
    assert_eq!(old_proof.header.hash(), predecessor.header_hash);
    let key = state_key::anchor(&did, 0);
    verify_map_proof(&predecessor.state_root, &key, old_proof.value.as_deref(), &old_proof.map_proof)
        .unwrap();

    // It starts again without the folder, and an auditor needs it again.
    node.running.stop().await;
    let mut node = new.start().await;
    node.running.stop().await;
    let (data, scratch) = (new.folder.path().join("chain"), tempfile::tempdir().unwrap());
    let audit = registry::audit::Audit {
        data: &data,
        genesis: &new.genesis,
        from: None,
        to: None,
        carried: Some(&carried),
        scratch: scratch.path(),
    };
    assert_eq!(audit.run().unwrap().difference, None);
}
