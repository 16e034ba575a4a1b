//! What every engine must do alike: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU32, Ordering};

use issuance::anchoring::{Batch, LeafKind, WaitingLeaf};
use issuance::audit::Act;
use issuance::{
    Actor, Configuration, CredentialCopy, CredentialType, Delivery, Format, ListKind, Offer, OfferState,
    Reason, ReasonCode, Status, StatusIndex, StatusListId, Subject, Timestamp,
};
use serde_json::{Map, json};
use store_issuer::{AccessToken, DocumentRow, ListVersion, Page, Store};
use tempfile::TempDir;

struct Engines {
    stores: Vec<Store>,
    _directory: TempDir,
}

async fn engines() -> Engines {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("issuer.db");
    let mut stores = vec![Store::open(&format!("sqlite:{}", path.display()), "issuer").await.unwrap()];
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("issuer_{}_{number}", std::process::id());
        stores.push(Store::open(&url, &schema).await.unwrap());
    }
    Engines { stores, _directory: directory }
}

const TENANT: &str = "undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn subject(number: &str, name: &str) -> Subject {
    let mut claims = Map::new();
    claims.insert("givenName".into(), name.into());
    Subject {
        id: format!("s-{number}"),
        number: number.into(),
        name: name.into(),
        claims,
        created_at: now(),
        updated_at: now(),
    }
}

fn offer(id: &str) -> Offer {
    Offer {
        id: id.into(),
        subject_id: "s-1".into(),
        token: format!("token-{id}"),
        configurations: Configuration::of_types(&[CredentialType::StaffIdentity]),
        state: OfferState::Open,
        extra_claims: Map::from_iter([("year".to_owned(), json!(2027))]),
        code_hash: Some(vec![1, 2, 3]),
        code_sealed: None,
        tries_left: 2,
        bound_key: None,
        holder_key: None,
        created_by: "officer".into(),
        created_at: now(),
        expires_at: now() + chrono::Duration::days(30),
    }
}

fn copy(id: &str, offer: &str, format: Format) -> (CredentialCopy, Vec<StatusIndex>, WaitingLeaf) {
    let copy = CredentialCopy {
        id: id.into(),
        offer_id: offer.into(),
        subject_id: "s-1".into(),
        configuration: Configuration::new(CredentialType::StaffIdentity, format),
        document: "{}".into(),
        holder_key: "key".into(),
        receipt_token: format!("receipt-{id}"),
        notification_id: format!("notification-{id}"),
        status: Status::Valid,
        delivery: Delivery::Issued,
        issued_at: now(),
        valid_until: now() + chrono::Duration::days(365),
    };
    let place = u32::try_from(id.len()).unwrap();
    let index = |kind| StatusIndex { list: StatusListId { kind, number: 1 }, index: place };
    let indexes = ListKind::of_format(format).iter().map(|kind| index(*kind)).collect();
    (copy, indexes, WaitingLeaf { id: id.into(), salt: [3; 32], digest: [4; 32] })
}

fn officer() -> Actor {
    Actor { tenant: TENANT.into(), officer: "officer".into() }
}

#[tokio::test]
async fn subjects_are_unique_by_number_and_stay_with_their_tenant() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let first = tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        let renamed = Subject { id: "other".into(), ..subject("1", "Amina Okafor") };
        assert_eq!(tx.put_subject(TENANT, &renamed).await.unwrap(), first, "the record keeps its identifier");
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_subject(TENANT, &first).await.unwrap().unwrap().name, "Amina Okafor");
        assert_eq!(tx.find_subject("wfp", &first).await.unwrap(), None);
        assert_eq!(tx.find_subject_by_number(TENANT, "1").await.unwrap().unwrap().id, first);
    }
}

#[tokio::test]
async fn search_folds_every_script_and_takes_wildcards_as_letters() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for (number, name) in [("1", "Éloïse"), ("2", "МАРИЯ"), ("3", "50% _ok_!"), ("4", "张伟")] {
            tx.put_subject(TENANT, &subject(number, name)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        for (query, expected) in
            [("éLO", "1"), ("мария", "2"), ("%", "3"), ("_", "3"), ("!", "3"), ("张", "4"), ("4", "4")]
        {
            let page = Page { query: Some(query.into()), after: None, limit: 10 };
            let found = tx.list_subjects(TENANT, &page).await.unwrap();
            let numbers: Vec<_> = found.iter().map(|row| row.subject.number.as_str()).collect();
            assert_eq!(numbers, [expected], "{query}");
            assert_eq!(tx.count_subjects(TENANT, Some(query)).await.unwrap(), 1);
        }
        let page = Page { query: None, after: Some("2".into()), limit: 1 };
        assert_eq!(tx.list_subjects(TENANT, &page).await.unwrap()[0].subject.number, "3");
    }
}

#[tokio::test]
async fn offers_are_read_as_they_were_written() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap(), offer("o"));
        assert_eq!(tx.find_offer_by_token(TENANT, "token-o").await.unwrap().unwrap(), offer("o"));
        assert_eq!(tx.find_offer_by_token("wfp", "token-o").await.unwrap(), None);
        assert_eq!(tx.list_offers(TENANT, "s-1").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_last_wrong_code_locks_and_renewing_unlocks() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert_eq!(tx.count_wrong_code(TENANT, "o").await.unwrap(), Some(1));
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap().state, OfferState::Open);
        assert_eq!(tx.count_wrong_code(TENANT, "o").await.unwrap(), Some(0));
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap().state, OfferState::Locked);
        assert_eq!(tx.count_wrong_code(TENANT, "o").await.unwrap(), None);
        assert!(tx.renew_offer(TENANT, &offer("o")).await.unwrap());
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap(), offer("o"));
        assert!(tx.withdraw_offer(TENANT, "o").await.unwrap());
        assert!(!tx.withdraw_offer(TENANT, "o").await.unwrap());
        assert!(!tx.renew_offer(TENANT, &offer("o")).await.unwrap());
    }
}

#[tokio::test]
async fn an_offer_belongs_to_the_first_key() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert!(tx.accept_offer(TENANT, "o", "a").await.unwrap());
        assert!(tx.accept_offer(TENANT, "o", "a").await.unwrap());
        assert!(!tx.accept_offer(TENANT, "o", "b").await.unwrap());
        let accepted = tx.find_offer(TENANT, "o").await.unwrap().unwrap();
        assert_eq!((accepted.state, accepted.holder_key.as_deref()), (OfferState::Accepted, Some("a")));
        tx.insert_offer(TENANT, &Offer { bound_key: Some("b".into()), ..offer("p") }).await.unwrap();
        assert!(!tx.accept_offer(TENANT, "p", "a").await.unwrap());
        assert!(tx.accept_offer(TENANT, "p", "b").await.unwrap());
    }
}

#[tokio::test]
async fn one_time_things_work_once() {
    for store in engines().await.stores {
        let later = now() + chrono::Duration::seconds(300);
        let mut tx = store.write("test").await.unwrap();
        tx.insert_code(TENANT, "c", "o", later).await.unwrap();
        assert_eq!(tx.count_codes(TENANT, "o", now()).await.unwrap(), 1);
        assert_eq!(tx.find_code(TENANT, "c", later).await.unwrap(), None, "expired at that moment");
        assert!(!tx.consume_code("wfp", "c", now()).await.unwrap());
        assert!(tx.consume_code(TENANT, "c", now()).await.unwrap());
        assert!(!tx.consume_code(TENANT, "c", now()).await.unwrap());
        assert!(tx.spend_nonce(TENANT, "n", later).await.unwrap());
        assert!(!tx.spend_nonce(TENANT, "n", later).await.unwrap());
        assert!(tx.spend_nonce("wfp", "n", later).await.unwrap());
        let token = AccessToken {
            offer_id: "o".into(),
            identified: Some(Configuration::of_types(&[CredentialType::Employment])),
            scope: Some(Configuration::of_types(&[CredentialType::StaffIdentity])),
            dpop_jkt: Some("key".into()),
            expires_at: later,
        };
        tx.insert_access_token(TENANT, "t", &token).await.unwrap();
        assert_eq!(tx.find_access_token(TENANT, "t").await.unwrap(), Some(token));
        assert_eq!(tx.delete_expired(later, now()).await.unwrap(), 2, "both nonces");
        assert_eq!(tx.delete_expired(later, later).await.unwrap(), 1, "the token");
    }
}

#[tokio::test]
async fn a_second_copy_and_a_taken_place_are_conflicts() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let (first, indexes, leaf) = copy("a", "o", Format::LdpVc);
        tx.insert_copy(TENANT, &first, &indexes, &leaf).await.unwrap();
        tx.commit().await.unwrap();
        for (id, offer) in [("bb", "o"), ("c", "p")] {
            let mut tx = store.write("test").await.unwrap();
            let (second, indexes, leaf) = copy(id, offer, Format::LdpVc);
            assert!(
                tx.insert_copy(TENANT, &second, &indexes, &leaf).await.unwrap_err().is_conflict(),
                "{id}"
            );
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_copy(TENANT, "a").await.unwrap().unwrap(), first);
        assert_eq!(tx.find_copy_of_offer(TENANT, "o", first.configuration).await.unwrap().unwrap(), first);
        assert_eq!(tx.find_copy_by_receipt(TENANT, "receipt-a").await.unwrap().unwrap(), first);
        assert_eq!(tx.find_copy_by_notification(TENANT, "notification-a").await.unwrap().unwrap(), first);
        assert_eq!(tx.find_copy("wfp", "a").await.unwrap(), None);
        assert!(tx.is_place_taken(TENANT, &indexes[0]).await.unwrap());
        assert!(!tx.is_place_taken("wfp", &indexes[0]).await.unwrap());
    }
}

#[tokio::test]
async fn a_change_of_status_marks_its_lists_and_only_from_what_was_read() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for kind in ListKind::ALL {
            tx.insert_status_list(TENANT, &StatusListId { kind, number: 1 }).await.unwrap();
        }
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        let (first, indexes, leaf) = copy("a", "o", Format::LdpVc);
        tx.insert_copy(TENANT, &first, &indexes, &leaf).await.unwrap();
        let reason = Reason { code: ReasonCode::Inquiry, note: Some("words".into()) };
        tx.change_status(&officer(), &first, Status::Suspended, &reason, now()).await.unwrap();
        let stale = tx.change_status(&officer(), &first, Status::Revoked, &reason, now()).await;
        assert!(stale.unwrap_err().is_retryable());
        tx.commit().await.unwrap();

        let mut tx = store.read().await.unwrap();
        let lists = tx.list_status_lists(TENANT).await.unwrap();
        let revisions: Vec<_> = lists.iter().map(|row| (row.list.kind, row.revision)).collect();
        assert_eq!(revisions, [(ListKind::Revocation, 2), (ListKind::Suspension, 2), (ListKind::Token, 1)]);
        let entries = tx.list_status_entries(TENANT, &lists[0].list).await.unwrap();
        assert_eq!(entries, [(1, Status::Suspended)]);
        let changes = tx.list_status_changes(TENANT, "s-1").await.unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].status, changes[0].reason.clone()), (Status::Suspended, reason));
        let row = &tx.list_subjects(TENANT, &Page { limit: 1, ..Page::default() }).await.unwrap()[0];
        assert_eq!((row.valid, row.suspended, row.revoked), (0, 1, 0));
    }
}

#[tokio::test]
async fn a_list_version_is_served_once_confirmed() {
    for store in engines().await.stores {
        let list = StatusListId { kind: ListKind::Token, number: 1 };
        let version = ListVersion {
            list: list.clone(),
            version: 1,
            revision: 1,
            document: b"token".to_vec(),
            digest: [9; 32],
            built_at: now(),
            valid_until: now() + chrono::Duration::days(1),
            confirmed_at: None,
            height: None,
        };
        let mut tx = store.write("test").await.unwrap();
        tx.insert_status_list(TENANT, &list).await.unwrap();
        assert_eq!(tx.open_status_list(TENANT, ListKind::Token).await.unwrap(), Some(list.clone()));
        assert_eq!(tx.open_status_list(TENANT, ListKind::Revocation).await.unwrap(), None);
        tx.insert_list_version(TENANT, &version).await.unwrap();
        assert_eq!(tx.newest_list_version(TENANT, &list).await.unwrap(), Some(version.clone()));
        assert_eq!(tx.served_list_version(TENANT, &list).await.unwrap(), None);
        let (copy, indexes, leaf) = copy("a", "o", Format::SdJwt);
        tx.insert_copy(TENANT, &copy, &indexes, &leaf).await.unwrap();
        assert!(!tx.is_status_published(TENANT, "a").await.unwrap());
        tx.confirm_list_version(TENANT, &list, 1, now(), 77).await.unwrap();
        let confirmed = ListVersion { confirmed_at: Some(now()), height: Some(77), ..version };
        assert_eq!(tx.served_list_version(TENANT, &list).await.unwrap(), Some(confirmed));
        assert!(tx.is_status_published(TENANT, "a").await.unwrap());
        tx.delete_list_version(TENANT, &list, 1).await.unwrap();
        assert!(tx.served_list_version(TENANT, &list).await.unwrap().is_some(), "a confirmed version stays");
        tx.close_status_list(TENANT, &list).await.unwrap();
        assert_eq!(tx.open_status_list(TENANT, ListKind::Token).await.unwrap(), None);
        assert_eq!(tx.count_status_entries(TENANT, &list).await.unwrap(), 1);
    }
}

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
        let entries = tx.list_audit(TENANT, None, 10).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [3, 2, 1]);
        for pair in entries.windows(2) {
            assert_eq!(pair[0].previous, pair[1].hash);
            assert_eq!(pair[0].computed_hash(TENANT), pair[0].hash);
        }
        assert_eq!(tx.list_audit(TENANT, Some(2), 10).await.unwrap().len(), 1);
        assert!(tx.list_audit("wfp", None, 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_first_stored_secret_stays() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.find_secret("pepper").await.unwrap(), None);
        tx.insert_secret("pepper", b"one").await.unwrap();
        tx.insert_secret("pepper", b"two").await.unwrap();
        assert_eq!(tx.find_secret("pepper").await.unwrap(), Some(b"one".to_vec()));
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
