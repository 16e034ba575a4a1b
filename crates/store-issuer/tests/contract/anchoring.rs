//! Leaves, batches, documents and the audit trail.

use issuance::anchoring::{Batch, LeafKind, WaitingLeaf};
use issuance::audit::Act;
use issuance::{Format, ReasonCode, Status, StatusMove};
use store_issuer::{AuditQuery, DocumentRow};

use super::{TENANT, copy, engines, now, offer, officer, subject};

#[tokio::test]
async fn a_leaf_comes_into_one_batch() {
    for store in engines().await.stores {
        let leaf = |id: &str| WaitingLeaf { id: id.into(), salt: [1; 32], digest: [2; 32] };
        let mut tx = store.write("test").await.unwrap();
        for id in ["a", "b"] {
            tx.insert_leaf(TENANT, LeafKind::Credentials, &leaf(id), now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        let waiting = tx.list_waiting_leaves(TENANT, LeafKind::Credentials, 10).await.unwrap();
        assert_eq!(waiting, [leaf("a"), leaf("b")]);
        let batch = Batch::build(LeafKind::Credentials, &waiting, &clock::SeededEntropy::new(1)).unwrap();
        assert_eq!(tx.insert_batch(TENANT, &batch, now()).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_batch(TENANT, &batch, now()).await.unwrap_err().is_retryable());
        drop(tx);
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.count_waiting_leaves(TENANT).await.unwrap(), 0);
        let unconfirmed = tx.list_unconfirmed_batches(TENANT).await.unwrap();
        assert_eq!((unconfirmed.len(), unconfirmed[0].root), (1, batch.root));
        assert_eq!(unconfirmed[0].leaves, batch.leaves);
        tx.renumber_batch(TENANT, 1, 1, 5).await.unwrap();
        tx.confirm_batch(TENANT, 1, now(), (12, now())).await.unwrap();
        assert!(
            tx.renumber_batch(TENANT, 1, 5, 6).await.unwrap_err().is_retryable(),
            "a confirmed batch stays"
        );
        assert!(tx.list_unconfirmed_batches(TENANT).await.unwrap().is_empty());
        let stored = tx.find_batch(TENANT, 1).await.unwrap().unwrap();
        assert_eq!((stored.sequence, stored.height, stored.block_time), (5, Some(12), Some(now())));
        let place = tx.find_leaf(TENANT, "a").await.unwrap().unwrap();
        assert_eq!(place.batch.map(|(batch, _)| batch), Some(1));
        tx.insert_leaf(TENANT, LeafKind::Credentials, &leaf("c"), now()).await.unwrap();
        let next = Batch::build(LeafKind::Credentials, &[leaf("c")], &clock::SeededEntropy::new(2)).unwrap();
        assert_eq!(tx.insert_batch(TENANT, &next, now()).await.unwrap(), 2);
        assert_eq!(tx.find_batch(TENANT, 2).await.unwrap().unwrap().sequence, 6, "after the highest known");
    }
}

#[tokio::test]
async fn the_audit_trail_is_a_chain_for_each_tenant() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for target in ["a", "b", "c"] {
            let act = Act { action: "credential.suspend", target, detail: "inquiry" };
            tx.audit(&officer(), act, now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        let entries = tx.list_audit(TENANT, &AuditQuery::default(), 10).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [3, 2, 1]);
        for pair in entries.windows(2) {
            assert_eq!(pair[0].previous, pair[1].hash);
            assert_eq!(pair[0].computed_hash(TENANT), pair[0].hash);
        }
        assert_eq!(
            tx.list_audit(TENANT, &AuditQuery { before: Some(2), ..AuditQuery::default() }, 10)
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(tx.list_audit("wfp", &AuditQuery::default(), 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_document_is_kept_once_and_waits_in_batches_of_its_own() {
    for store in engines().await.stores {
        let document = |id: &str, byte: u8, public| DocumentRow {
            id: id.into(),
            digest: [byte; 32],
            label: "Plan".into(),
            public,
            added_by: "o".into(),
            added_at: now(),
            published_at: None,
        };
        let mut tx = store.write("test").await.unwrap();
        tx.insert_document(TENANT, &document("a", 1, false), [9; 32]).await.unwrap();
        tx.insert_document(TENANT, &document("b", 2, true), [8; 32]).await.unwrap();
        tx.insert_document("wfp", &document("a", 1, false), [7; 32]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        assert!(
            tx.insert_document(TENANT, &document("c", 1, false), [6; 32]).await.unwrap_err().is_conflict()
        );
        drop(tx);

        let mut tx = store.write("test").await.unwrap();
        let ids = |rows: Vec<DocumentRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert!(tx.list_waiting_leaves(TENANT, LeafKind::Credentials, 10).await.unwrap().is_empty());
        assert_eq!(tx.list_waiting_leaves(TENANT, LeafKind::Documents, 10).await.unwrap().len(), 2);
        assert_eq!(ids(tx.list_documents(TENANT, None, 10).await.unwrap()), ["b", "a"]);
        assert_eq!(ids(tx.list_documents(TENANT, Some("b"), 10).await.unwrap()), ["a"]);
        assert_eq!(ids(tx.list_unpublished_documents(TENANT, 10).await.unwrap()), ["b"]);
        tx.publish_document(TENANT, "a").await.unwrap();
        tx.confirm_document(TENANT, "b", now()).await.unwrap();
        assert_eq!(ids(tx.list_unpublished_documents(TENANT, 10).await.unwrap()), ["a"]);
        let stored = tx.find_document_by_digest(TENANT, &[2; 32]).await.unwrap().unwrap();
        assert_eq!(stored.published_at, Some(now()));
        assert_eq!(tx.find_document(TENANT, "a").await.unwrap().unwrap(), document("a", 1, true));
        assert!(tx.find_document("unicef", "a").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn live_copies_come_once_with_the_time_of_their_anchor() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        for (id, number) in [("a", 1), ("bb", 2), ("ccc", 3)] {
            tx.insert_offer(TENANT, &offer(id)).await.unwrap();
            let (mut issued, indexes, leaf) = copy(id, id, Format::LDP_VC);
            issued.issued_at = now() + chrono::Duration::seconds(number);
            tx.insert_copy(TENANT, &issued, &indexes, &leaf).await.unwrap();
        }
        let (revoked, ..) = copy("bb", "bb", Format::LDP_VC);
        let change = StatusMove::new(Status::Revoked, ReasonCode::IssuedInError.into());
        tx.change_status(&officer(), &revoked, &change, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        let mut list = async |after: &str, at, since| {
            let page = tx.list_live_copies(TENANT, after, at, since).await.unwrap();
            assert!(page.iter().all(|live| live.anchored_at.is_none() && live.subject_number == "1"));
            page.into_iter().map(|live| live.copy.id).collect::<Vec<_>>()
        };
        assert_eq!(list("", now(), now()).await, ["a", "ccc"]);
        assert_eq!(list("a", now(), now()).await, ["ccc"]);
        assert_eq!(list("", now(), now() + chrono::Duration::seconds(2)).await, ["ccc"]);
        assert!(list("", now() + chrono::Duration::days(366), now()).await.is_empty());
        assert!(tx.list_live_copies("wfp", "", now(), now()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_leaf_that_waits_longest_is_found() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.oldest_waiting_leaf(TENANT).await.unwrap(), None);
        for (id, minutes) in [("l1", 5), ("l2", 1)] {
            let leaf = WaitingLeaf { id: id.into(), salt: [0; 32], digest: [0; 32] };
            let at = now() - chrono::Duration::minutes(minutes);
            tx.insert_leaf(TENANT, LeafKind::Documents, &leaf, at).await.unwrap();
        }
        let oldest = tx.oldest_waiting_leaf(TENANT).await.unwrap();
        assert_eq!(oldest, Some(now() - chrono::Duration::minutes(5)));
        assert_eq!(tx.oldest_waiting_leaf("wfp").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
