//! What every engine must do alike: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU32, Ordering};

use issuance::anchoring::{Batch, LeafKind, WaitingLeaf};
use issuance::audit::Act;
use issuance::{
    Actor, Configuration, CredentialCopy, CredentialType, Delivery, Format, ListKind, Offer, OfferState,
    Reason, ReasonCode, ServiceEnd, Standing, Status, StatusIndex, StatusListId, StatusMove, Subject,
    Timestamp,
};
use serde_json::{Map, json};
use store_issuer::{AccessToken, AuditQuery, DocumentRow, Filter, ListVersion, Page, PersonState, Store};
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
        batch_position: 0,
    };
    let place = u32::try_from(id.len()).unwrap();
    let index = |kind| StatusIndex { list: StatusListId { kind, number: 1 }, index: place };
    let indexes = ListKind::of_format(format, true).iter().map(|kind| index(*kind)).collect();
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
            let page = Page { query: Some(query.into()), limit: 10, ..Page::default() };
            let found = tx.list_subjects(TENANT, &page).await.unwrap();
            let numbers: Vec<_> = found.iter().map(|row| row.subject.number.as_str()).collect();
            assert_eq!(numbers, [expected], "{query}");
            assert_eq!(tx.count_subjects(TENANT, Some(query), &Filter::default()).await.unwrap(), 1);
        }
        let page = Page { after: Some("2".into()), limit: 1, ..Page::default() };
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
        assert_eq!(
            tx.list_copies_of_offer(TENANT, "o", first.configuration).await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(tx.find_copy_by_receipt(TENANT, "receipt-a").await.unwrap().unwrap(), first);
        assert_eq!(
            tx.list_copies_by_notification(TENANT, "notification-a").await.unwrap(),
            std::slice::from_ref(&first)
        );
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
        let until = now() + chrono::Duration::days(7);
        let suspended = StatusMove {
            until: Some(until),
            approved_by: Some("second".into()),
            ..StatusMove::new(Status::Suspended, reason.clone())
        };
        tx.change_status(&officer(), &first, &suspended, now()).await.unwrap();
        let revoked = StatusMove::new(Status::Revoked, reason.clone());
        let stale = tx.change_status(&officer(), &first, &revoked, now()).await;
        assert!(stale.unwrap_err().is_retryable());
        let early = until - chrono::Duration::milliseconds(1);
        assert!(tx.list_copies_to_lift(TENANT, early, 10).await.unwrap().is_empty());
        assert!(tx.list_copies_to_lift("wfp", until, 10).await.unwrap().is_empty());
        assert_eq!(tx.list_copies_to_lift(TENANT, until, 10).await.unwrap().len(), 1);
        tx.commit().await.unwrap();

        let mut tx = store.read().await.unwrap();
        let lists = tx.list_status_lists(TENANT).await.unwrap();
        let revisions: Vec<_> = lists.iter().map(|row| (row.list.kind, row.revision)).collect();
        let of_ldp = [ListKind::Message, ListKind::Revocation, ListKind::Suspension].map(|kind| (kind, 2));
        assert_eq!(revisions, [of_ldp.as_slice(), &[(ListKind::Token, 1)]].concat());
        let entries = tx.list_status_entries(TENANT, &lists[1].list).await.unwrap();
        assert_eq!(entries, [(1, Standing { status: Status::Suspended, reason: ReasonCode::Inquiry })]);
        let changes = tx.list_status_changes(TENANT, "s-1").await.unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].status, changes[0].reason.clone()), (Status::Suspended, reason));
        assert_eq!((changes[0].until, changes[0].approved_by.as_deref()), (Some(until), Some("second")));
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

#[tokio::test]
async fn live_copies_come_once_with_the_time_of_their_anchor() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        for (id, number) in [("a", 1), ("bb", 2), ("ccc", 3)] {
            tx.insert_offer(TENANT, &offer(id)).await.unwrap();
            let (mut issued, indexes, leaf) = copy(id, id, Format::LdpVc);
            issued.issued_at = now() + chrono::Duration::seconds(number);
            tx.insert_copy(TENANT, &issued, &indexes, &leaf).await.unwrap();
        }
        let (revoked, ..) = copy("bb", "bb", Format::LdpVc);
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
async fn the_end_of_a_service_is_remembered_corrected_and_taken_back() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        assert_eq!(tx.find_service_end(TENANT, "s-1").await.unwrap(), None);
        tx.put_service_end(&officer(), "s-1", ServiceEnd::Separated, Some("second"), now()).await.unwrap();
        tx.put_service_end(&officer(), "s-1", ServiceEnd::Deceased, None, now()).await.unwrap();
        let ended = tx.find_service_end(TENANT, "s-1").await.unwrap().unwrap();
        assert_eq!((ended.how, ended.at, ended.approved_by), (ServiceEnd::Deceased, now(), None));
        assert_eq!(tx.find_service_end("wfp", "s-1").await.unwrap(), None);
        assert!(!tx.delete_service_end("wfp", "s-1").await.unwrap());
        assert!(tx.delete_service_end(TENANT, "s-1").await.unwrap());
        assert!(!tx.delete_service_end(TENANT, "s-1").await.unwrap());

        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert_eq!(tx.find_offer_replaces(TENANT, "o").await.unwrap(), None);
        tx.set_offer_replaces(TENANT, "o", ReasonCode::KeyLost).await.unwrap();
        assert_eq!(tx.find_offer_replaces(TENANT, "o").await.unwrap(), Some(ReasonCode::KeyLost));
        assert_eq!(tx.find_offer_replaces("wfp", "o").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_place_of_the_vc_api_is_given_once_and_its_list_knows_what_changed() {
    for store in &engines().await.stores {
        let list = StatusListId { kind: ListKind::Revocation, number: 1 };
        let place = |index| StatusIndex { list: list.clone(), index };
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.newest_api_list("eddsa", ListKind::Revocation).await.unwrap(), None);
        tx.insert_api_list("eddsa", &list).await.unwrap();
        for (index, credential, taken) in
            [(5, Some(&[1; 32]), true), (5, Some(&[2; 32]), false), (6, None, true)]
        {
            assert_eq!(tx.take_api_place("eddsa", &place(index), credential).await.unwrap(), taken);
        }
        let found = async |tx: &mut store_issuer::Transaction| {
            let row = tx.find_api_list("eddsa", &list).await.unwrap().unwrap();
            (row.used, row.revision, tx.list_api_entries_set("eddsa", &list).await.unwrap())
        };
        assert_eq!(found(&mut tx).await, (2, 1, vec![]));
        let places = tx.list_api_places("eddsa", &[1; 32], ListKind::Revocation).await.unwrap();
        assert_eq!(places, [place(5)]);
        assert!(tx.list_api_places("eddsa", &[1; 32], ListKind::Suspension).await.unwrap().is_empty());
        assert!(tx.list_api_places("other", &[1; 32], ListKind::Revocation).await.unwrap().is_empty());
        for (index, is_set, there, after) in [
            (5, true, true, (2, 2, vec![5])),
            (5, true, true, (2, 2, vec![5])),
            (7, true, false, (2, 2, vec![5])),
        ] {
            assert_eq!(tx.set_api_entry("eddsa", &place(index), is_set).await.unwrap(), there);
            assert_eq!(found(&mut tx).await, after);
        }
        assert!(!tx.set_api_entry("other", &place(5), false).await.unwrap());
        assert!(tx.set_api_entry("eddsa", &place(5), false).await.unwrap());
        assert_eq!(found(&mut tx).await, (2, 3, vec![]));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_accepted_offer_ends_and_is_not_accepted_again() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert!(tx.accept_offer(TENANT, "o", "key").await.unwrap());
        assert!(!tx.withdraw_offer(TENANT, "o").await.unwrap(), "an officer does not take back what is held");
        assert!(!tx.end_offer("wfp", "o").await.unwrap());
        assert!(tx.end_offer(TENANT, "o").await.unwrap());
        assert!(!tx.end_offer(TENANT, "o").await.unwrap(), "once");
        assert!(!tx.accept_offer(TENANT, "o", "key").await.unwrap());
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap().state, OfferState::Withdrawn);
    }
}

#[tokio::test]
async fn people_are_found_by_state_and_duty_station() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for (number, station) in [("1", "Nairobi"), ("2", "New_York"), ("3", "NewXYork"), ("4", "Nairobi")] {
            let mut person = subject(number, "Amina");
            person.claims.insert("dutyStation".into(), station.into());
            tx.put_subject(TENANT, &person).await.unwrap();
        }
        let (first, indexes, leaf) = copy("a", "o", Format::LdpVc);
        tx.insert_copy(TENANT, &first, &indexes, &leaf).await.unwrap();
        tx.insert_offer(TENANT, &Offer { subject_id: "s-2".into(), ..offer("o2") }).await.unwrap();
        tx.put_service_end(&officer(), "s-3", ServiceEnd::Separated, None, now()).await.unwrap();
        let mut found = async |state: Option<PersonState>, station: Option<&str>| -> String {
            let filter = Filter { state, station: station.map(str::to_owned) };
            let page = Page { limit: 10, filter: filter.clone(), ..Page::default() };
            let rows = tx.list_subjects(TENANT, &page).await.unwrap();
            assert_eq!(tx.count_subjects(TENANT, None, &filter).await.unwrap(), rows.len() as u64);
            rows.iter().map(|row| row.subject.number.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found(None, Some("Nairobi")).await, "1 4");
        assert_eq!(found(None, Some("New_York")).await, "2", "no wildcard");
        assert_eq!(found(None, Some("Nai")).await, "", "the whole name");
        assert_eq!(found(None, Some("nairobi")).await, "", "as it is written");
        let expected = [
            (PersonState::Valid, "1"),
            (PersonState::Offered, "2"),
            (PersonState::Ended, "3"),
            (PersonState::Nothing, "3 4"),
            (PersonState::Suspended, ""),
            (PersonState::Revoked, ""),
        ];
        for (state, numbers) in expected {
            assert_eq!(found(Some(state), None).await, numbers, "{state:?}");
        }
        assert_eq!(found(Some(PersonState::Nothing), Some("Nairobi")).await, "4");
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn endings_and_unclaimed_offers_are_counted_and_listed_alike() {
    for store in engines().await.stores {
        let day = chrono::Duration::days;
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        for format in [Format::LdpVc, Format::SdJwt] {
            let id = if format == Format::LdpVc { "a" } else { "bb" };
            let (made, indexes, leaf) = copy(id, "o", format);
            tx.insert_copy(TENANT, &made, &indexes, &leaf).await.unwrap();
        }
        let end = now() + day(365);
        assert_eq!(tx.count_ending(TENANT, end, end + day(1)).await.unwrap(), 1, "one person, two formats");
        assert_eq!(tx.count_ending(TENANT, end - day(1), end).await.unwrap(), 0, "the end is exclusive");
        assert_eq!(tx.count_ending("wfp", end, end + day(1)).await.unwrap(), 0);
        let rows = tx.list_ending(TENANT, (end, end + day(1)), None, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].types, rows[0].ends), (1, 1, end));
        assert!(tx.list_ending(TENANT, (end, end + day(1)), Some("1"), 10).await.unwrap().is_empty());

        tx.insert_offer(TENANT, &offer("o1")).await.unwrap();
        let later = now() + day(8);
        let quiet = later - day(7);
        assert_eq!(tx.count_unclaimed(TENANT, later, quiet).await.unwrap(), 1);
        assert_eq!(tx.list_unclaimed("wfp", later, quiet, None, 10).await.unwrap(), []);
        assert!(tx.mark_reminded(TENANT, "o1", later).await.unwrap());
        assert!(!tx.mark_reminded("wfp", "o1", later).await.unwrap());
        assert_eq!(tx.count_unclaimed(TENANT, later, quiet).await.unwrap(), 0, "left alone for a week");
        let again = later + day(7);
        let rows = tx.list_unclaimed(TENANT, again, later, None, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].reminded_at), (1, Some(later)));
        assert_eq!(tx.count_unclaimed(TENANT, now() + day(30), later).await.unwrap(), 0, "lapsed");
        tx.commit().await.unwrap();
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
