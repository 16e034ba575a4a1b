//! One set of cases on SQLite always, and on PostgreSQL when `TEST_DATABASE_URL` names one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use clock::Timestamp;
use holding::account::{DeviceKey, Passkey, Session};
use holding::assurance::Assurance;
use holding::custody::{Custody, Kept};
use holding::pin::PinAccess;
use holding::station::Station;
use store_wallet::accounts::Account;
use store_wallet::credentials::Credential;
use store_wallet::desk_keys::DeskKey;
use store_wallet::desk_queue::Prepared;
use store_wallet::mandates::MandateRow;
use store_wallet::officers::Assisted;
use store_wallet::records::{Entry, Record, Table};
use store_wallet::sessions::Ceremony;
use store_wallet::{Store, Tx};

struct Case {
    store: Store,
    _directory: tempfile::TempDir,
}

/// Every engine there is, each with an empty schema of its own.
async fn engines(name: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("wallet.db").display());
    cases.push(Case { store: Store::open(&url, "wallet").await.unwrap(), _directory: directory });
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let schema = format!("wallet_{name}_{}", std::process::id());
        let store = Store::open(&url, &schema).await.unwrap();
        cases.push(Case { store, _directory: tempfile::tempdir().unwrap() });
    }
    cases
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

async fn account(tx: &mut Tx, id: &str) {
    tx.insert_account(&Account { id: id.into(), data_key: vec![1, 2, 3], created_at: at(0) }).await.unwrap();
}

fn record(account: &str, id: &str, source: &str) -> Record {
    Record {
        account: account.into(),
        id: id.into(),
        source_hash: source.into(),
        state: "opened".into(),
        sealed: vec![9, 9],
        revision: 0,
        created_at: at(0),
        updated_at: at(0),
        resend_due_at: None,
    }
}

fn pin(account: &str, thumbprint: &str) -> PinAccess {
    PinAccess {
        account: account.into(),
        thumbprint: thumbprint.into(),
        sealed: vec![3; 49],
        tries: 0,
        next_try_at: None,
        created_at: at(0),
    }
}

fn session(account: &str, token_hash: &str) -> Session {
    Session {
        id: format!("id-{token_hash}"),
        token_hash: token_hash.into(),
        account: account.into(),
        device: "Chrome on Android".into(),
        created_at: at(0),
        seen_at: at(0),
        assurance: Assurance::Pin,
        verified_at: at(0),
        officer: None,
        mandate: None,
    }
}

fn credential(account: &str, id: &str, slot: i64) -> Credential {
    Credential {
        account: account.into(),
        id: id.into(),
        offer: "o1".into(),
        slot,
        sealed: vec![7; 64],
        annex: vec![1],
        revision: 0,
        created_at: at(0),
        receipt_due_at: Some(at(5)),
        receipt_tries: 0,
        notify_due_at: None,
        notify_tries: 0,
        copy_of: None,
        shown_to: None,
    }
}

#[tokio::test]
async fn account_and_everything_of_it_is_deleted() {
    for case in engines("delete").await {
        let mut tx = case.store.write("test").await.unwrap();
        for id in ["a", "b"] {
            account(&mut tx, id).await;
            let passkey = Passkey {
                credential_id: format!("pk-{id}"),
                account: id.into(),
                passkey: "{}".into(),
                public_key: None,
                name: "n".into(),
                label: None,
                created_at: at(0),
                last_used_at: at(0),
            };
            tx.insert_passkey(&passkey).await.unwrap();
            tx.insert_pin(&pin(id, &format!("t-{id}"))).await.unwrap();
            tx.replace_recovery_code(id, &format!("f-{id}"), at(0)).await.unwrap();
            tx.insert_credential(&credential(id, "c1", 0)).await.unwrap();
            for table in [Table::Offers, Table::Presentations, Table::Existences] {
                assert!(tx.insert_record(table, &record(id, "r1", "s1")).await.unwrap());
            }
            tx.insert_entry(id, &Entry { id: "e1".into(), sealed: vec![1], at: at(0) }).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = case.store.write("test").await.unwrap();
        tx.delete_account("a").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = case.store.read().await.unwrap();
        assert!(tx.find_account("a").await.unwrap().is_none());
        assert!(tx.find_passkey("pk-a").await.unwrap().is_none());
        assert!(tx.find_pin("t-a").await.unwrap().is_none());
        assert!(tx.find_recovery_code("f-a").await.unwrap().is_none());
        assert!(tx.list_credentials("a").await.unwrap().is_empty());
        assert!(tx.list_entries("a").await.unwrap().is_empty());
        assert_eq!(tx.list_credentials("b").await.unwrap().len(), 1);
        assert_eq!(tx.list_records(Table::Existences, "b").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn ceremony_is_consumed_once_and_not_after_its_end() {
    for case in engines("ceremony").await {
        let mut tx = case.store.write("test").await.unwrap();
        for hash in ["h1", "h2"] {
            let ceremony = Ceremony {
                challenge_hash: hash.into(),
                kind: "sign-in".into(),
                account: String::new(),
                state: "{}".into(),
                expires_at: at(60),
            };
            tx.insert_ceremony(&ceremony).await.unwrap();
        }
        assert!(tx.consume_ceremony("h1", at(59)).await.unwrap().is_some());
        assert!(tx.consume_ceremony("h1", at(59)).await.unwrap().is_none());
        assert!(tx.consume_ceremony("h2", at(60)).await.unwrap().is_none());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn sessions_are_found_by_hash_touched_and_ended() {
    for case in engines("sessions").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        for id in ["s1", "s2"] {
            let session = Session {
                id: id.into(),
                officer: (id == "s2").then(|| "o".to_owned()),
                ..session("a", &format!("hash-{id}"))
            };
            tx.insert_session(&session).await.unwrap();
        }
        tx.touch_session("hash-s1", at(30)).await.unwrap();
        assert_eq!(tx.find_session("hash-s1").await.unwrap().unwrap().seen_at, at(30));
        assert!(tx.verify_session("hash-s1", Assurance::Passkey, at(40)).await.unwrap());
        assert!(!tx.verify_session("hash-s9", Assurance::Passkey, at(40)).await.unwrap());
        let verified = tx.find_session("hash-s1").await.unwrap().unwrap();
        assert_eq!((verified.assurance, verified.verified_at), (Assurance::Passkey, at(40)));
        let second = tx.find_session("hash-s2").await.unwrap().unwrap();
        assert_eq!((second.assurance, second.officer.as_deref()), (Assurance::Pin, Some("o")));
        assert_eq!(verified.officer, None);
        assert!(!tx.delete_session("other", "s1").await.unwrap());
        assert!(tx.delete_session("a", "s1").await.unwrap());
        assert!(tx.find_session("hash-s1").await.unwrap().is_none());
        assert_eq!(tx.delete_stale(at(100), at(50)).await.unwrap(), 1);
        assert!(tx.list_sessions("a").await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn device_key_is_registered_once_and_lost_once() {
    for case in engines("device_keys").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        let key = DeviceKey {
            account: "a".into(),
            thumbprint: "t".into(),
            jwk: serde_json::json!({"kty": "EC"}),
            device: "d".into(),
            label: None,
            created_at: at(0),
            lost_at: None,
        };
        assert!(tx.insert_device_key(&key).await.unwrap());
        assert!(!tx.insert_device_key(&key).await.unwrap());
        assert!(tx.mark_device_key_lost("a", "t", at(1)).await.unwrap());
        assert!(!tx.mark_device_key_lost("a", "t", at(2)).await.unwrap());
        assert_eq!(tx.list_device_keys("a").await.unwrap()[0].lost_at, Some(at(1)));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn same_link_leads_to_the_same_record_of_an_account() {
    for case in engines("same_link").await {
        for table in [Table::Offers, Table::Presentations, Table::Existences] {
            let mut tx = case.store.write("test").await.unwrap();
            let (first, second) = (format!("a-{table:?}"), format!("b-{table:?}"));
            account(&mut tx, &first).await;
            account(&mut tx, &second).await;
            assert!(tx.insert_record(table, &record(&first, "r1", "s")).await.unwrap());
            assert!(!tx.insert_record(table, &record(&first, "r2", "s")).await.unwrap());
            assert!(tx.insert_record(table, &record(&second, "r3", "s")).await.unwrap());
            assert_eq!(tx.find_record_by_source(table, &first, "s").await.unwrap().unwrap().id, "r1");
            assert!(tx.find_record(table, &second, "r1").await.unwrap().is_none());
            tx.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn record_moved_by_another_request_is_stale() {
    for case in engines("stale").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        tx.insert_record(Table::Presentations, &record("a", "r1", "s")).await.unwrap();
        let read = tx.find_record(Table::Presentations, "a", "r1").await.unwrap().unwrap();
        let moved = Record { state: "sending".into(), resend_due_at: Some(at(10)), ..read.clone() };
        tx.replace_record(Table::Presentations, &moved).await.unwrap();
        let error = tx.replace_record(Table::Presentations, &read).await.unwrap_err();
        assert!(error.is_retryable());
        assert_eq!(tx.list_due_records(Table::Presentations, at(9)).await.unwrap().len(), 0);
        let due = tx.list_due_records(Table::Presentations, at(10)).await.unwrap();
        assert_eq!((due.len(), due[0].revision, due[0].state.as_str()), (1, 1, "sending"));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn place_in_an_offer_is_filled_once() {
    for case in engines("slot").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        assert!(tx.insert_credential(&credential("a", "c1", 0)).await.unwrap());
        assert!(!tx.insert_credential(&credential("a", "c2", 0)).await.unwrap());
        assert!(tx.insert_credential(&credential("a", "c3", 1)).await.unwrap());
        let ids: Vec<_> =
            tx.list_credentials_of_offer("a", "o1").await.unwrap().into_iter().map(|c| c.id).collect();
        assert_eq!(ids, ["c1", "c3"]);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn receipt_is_due_until_it_is_kept() {
    for case in engines("receipt").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        tx.insert_credential(&credential("a", "c1", 0)).await.unwrap();
        assert!(tx.list_due_receipts(at(4)).await.unwrap().is_empty());
        let due = tx.list_due_receipts(at(5)).await.unwrap().remove(0);
        let kept = Credential { annex: vec![2], receipt_due_at: None, ..due.clone() };
        tx.replace_annex(&kept).await.unwrap();
        assert!(tx.replace_annex(&due).await.is_err());
        assert!(tx.list_due_receipts(at(1000)).await.unwrap().is_empty());
        assert_eq!(tx.find_credential("a", "c1").await.unwrap().unwrap().annex, vec![2]);
        assert!(tx.list_due_notifications(at(1000)).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn names_are_given_to_what_is_ones_own() {
    for case in engines("labels").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        let key = DeviceKey {
            account: "a".into(),
            thumbprint: "t".into(),
            jwk: serde_json::json!({"kty": "EC"}),
            device: "d".into(),
            label: None,
            created_at: at(0),
            lost_at: None,
        };
        tx.insert_device_key(&key).await.unwrap();
        assert!(!tx.label_device_key("b", "t", &[1]).await.unwrap());
        assert!(tx.label_device_key("a", "t", &[7, 7]).await.unwrap());
        assert_eq!(tx.list_device_keys("a").await.unwrap()[0].label, Some(vec![7, 7]));
        assert!(!tx.label_passkey("a", "nobody's", &[1]).await.unwrap());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn pin_opens_one_account_and_each_try_counts_once() {
    for case in engines("pins").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        account(&mut tx, "b").await;
        tx.insert_pin(&pin("a", "t")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = case.store.write("test").await.unwrap();
        assert!(tx.insert_pin(&pin("b", "t")).await.unwrap_err().is_conflict());
        drop(tx);
        let mut tx = case.store.write("test").await.unwrap();
        let read = tx.find_pin("t").await.unwrap().unwrap();
        let tried = PinAccess { tries: 1, next_try_at: Some(at(60)), ..read.clone() };
        tx.replace_pin_tries(&read, &tried).await.unwrap();
        assert!(tx.replace_pin_tries(&read, &tried).await.unwrap_err().is_retryable());
        let kept = tx.list_pins("a").await.unwrap().remove(0);
        assert_eq!((kept.tries, kept.next_try_at), (1, Some(at(60))));
        tx.replace_pin(&PinAccess { sealed: vec![4], ..read }).await.unwrap();
        assert_eq!(tx.find_pin("t").await.unwrap().unwrap().sealed, vec![4]);
        assert!(!tx.delete_pin("b", "t").await.unwrap());
        assert!(tx.delete_pin("a", "t").await.unwrap());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn copy_goes_to_one_verifier_and_away_with_its_credential() {
    for case in engines("copies").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        tx.insert_credential(&credential("a", "c1", 0)).await.unwrap();
        for (id, slot) in [("k1", 1000), ("k2", 2000)] {
            let copy = Credential { copy_of: Some("c1".into()), ..credential("a", id, slot) };
            assert!(tx.insert_credential(&copy).await.unwrap());
        }
        assert_eq!(tx.list_credentials("a").await.unwrap().len(), 1);
        assert_eq!(tx.list_credentials_of_offer("a", "o1").await.unwrap().len(), 1);
        assert!(!tx.show_copy("a", "c1", &[1]).await.unwrap(), "the first is no copy");
        assert!(tx.show_copy("a", "k1", &[1]).await.unwrap());
        assert!(!tx.show_copy("a", "k1", &[2]).await.unwrap());
        let shown: Vec<_> =
            tx.list_copies("a", "c1").await.unwrap().into_iter().map(|c| c.shown_to).collect();
        assert_eq!(shown, [Some(vec![1]), None]);
        assert_eq!(tx.count_copies("a").await.unwrap(), [("c1".to_owned(), 2, 1)]);
        assert_eq!(tx.count_copies("b").await.unwrap(), []);
        assert!(tx.delete_credential("a", "c1").await.unwrap());
        assert!(tx.find_credential("a", "k2").await.unwrap().is_none());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn account_has_one_recovery_code_that_is_taken_once() {
    for case in engines("recovery").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        account(&mut tx, "b").await;
        tx.replace_recovery_code("a", "f1", at(0)).await.unwrap();
        tx.replace_recovery_code("a", "f2", at(5)).await.unwrap();
        assert!(tx.find_recovery_code("f1").await.unwrap().is_none());
        assert_eq!(tx.find_recovery_code("f2").await.unwrap().as_deref(), Some("a"));
        assert_eq!(tx.find_recovery_made("a").await.unwrap(), Some(at(5)));
        assert!(!tx.consume_recovery_code("b", "f2").await.unwrap());
        assert!(tx.consume_recovery_code("a", "f2").await.unwrap());
        assert!(!tx.consume_recovery_code("a", "f2").await.unwrap());
        tx.insert_pin(&pin("a", "t1")).await.unwrap();
        tx.insert_pin(&pin("b", "t2")).await.unwrap();
        assert_eq!(tx.delete_pins("a").await.unwrap(), 1);
        assert!(tx.find_pin("t2").await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn officer_begins_with_a_link_that_serves_once_and_in_time() {
    for case in engines("officers").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        tx.insert_officer_link("l1", at(60)).await.unwrap();
        tx.insert_officer_link("l2", at(60)).await.unwrap();
        assert!(tx.consume_officer_link("l1", at(59)).await.unwrap());
        assert!(!tx.consume_officer_link("l1", at(59)).await.unwrap());
        assert!(!tx.consume_officer_link("l2", at(60)).await.unwrap());
        assert_eq!(tx.count_officers().await.unwrap(), 0);
        tx.insert_officer("a", &[5], at(0)).await.unwrap();
        assert_eq!(tx.find_officer("a").await.unwrap(), Some(vec![5]));
        assert_eq!(tx.count_officers().await.unwrap(), 1);
        tx.delete_account("a").await.unwrap();
        assert_eq!(tx.count_officers().await.unwrap(), 0);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn recovery_with_help_is_found_moved_and_due() {
    for case in engines("assisted").await {
        let mut tx = case.store.write("test").await.unwrap();
        for id in ["3f2a91bc-07d4-1", "3f2a91bc-07d5-1"] {
            account(&mut tx, id).await;
        }
        let first = "3f2a91bc-07d4-1";
        assert_eq!(tx.find_account_by_beginning("3f2a91bc-07d4").await.unwrap().as_deref(), Some(first));
        assert_eq!(tx.find_account_by_beginning("3f2a91bc").await.unwrap(), None, "two begin so");
        let help = Assisted {
            id: "r1".into(),
            code: "f1".into(),
            account: first.into(),
            state: "asked".into(),
            sealed: vec![1],
            revision: 0,
            created_at: at(0),
            due_at: None,
        };
        tx.insert_assisted(&help).await.unwrap();
        assert_eq!(tx.find_assisted_by_code("f1").await.unwrap(), Some(help.clone()));
        assert!(tx.list_due_assisted(at(1000)).await.unwrap().is_empty());
        assert_eq!(tx.list_open_assisted(at(-1)).await.unwrap(), std::slice::from_ref(&help));
        assert!(tx.list_open_assisted(at(0)).await.unwrap().is_empty(), "asked too long ago");
        assert!(tx.has_open_assisted(first, at(-1)).await.unwrap());
        assert!(!tx.has_open_assisted(first, at(0)).await.unwrap(), "asked too long ago");
        assert!(!tx.has_open_assisted("3f2a91bc-07d5-1", at(-1)).await.unwrap(), "another wallet's");
        let waiting = Assisted { state: "waiting".into(), due_at: Some(at(9)), ..help.clone() };
        tx.replace_assisted(&waiting).await.unwrap();
        assert!(tx.replace_assisted(&waiting).await.unwrap_err().is_retryable());
        assert!(tx.list_due_assisted(at(8)).await.unwrap().is_empty());
        assert_eq!(tx.list_due_assisted(at(9)).await.unwrap()[0].id, "r1");
        assert_eq!(tx.find_assisted_of(first).await.unwrap().unwrap().revision, 1);
        assert_eq!(tx.list_open_assisted(at(1000)).await.unwrap()[0].id, "r1");
        assert!(tx.has_open_assisted(first, at(1000)).await.unwrap(), "waited for");
        tx.replace_assisted(&Assisted { state: "stopped".into(), revision: 1, ..help.clone() })
            .await
            .unwrap();
        assert!(tx.list_open_assisted(at(-1)).await.unwrap().is_empty());
        assert!(!tx.has_open_assisted(first, at(-1)).await.unwrap());
        tx.delete_account(first).await.unwrap();
        assert!(tx.find_assisted("r1").await.unwrap().is_none());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn station_is_known_by_its_cookie_until_it_ends() {
    for case in engines("stations").await {
        let mut tx = case.store.write("test").await.unwrap();
        let station = |thumbprint: &str| Station {
            thumbprint: thumbprint.into(),
            name: "Dakar".into(),
            country: "SEN".into(),
            sealed: vec![1, 2],
            opened_by: "o".into(),
            opened_at: at(5),
        };
        tx.insert_station(&station("t1"), "cookie 1").await.unwrap();
        tx.insert_station(&station("t2"), "cookie 2").await.unwrap();
        assert_eq!(tx.find_station("cookie 1").await.unwrap(), Some(station("t1")));
        assert_eq!(tx.find_station("t1").await.unwrap(), None, "the cookie, not the key");
        assert_eq!(tx.list_stations(10).await.unwrap(), [station("t1"), station("t2")]);
        assert!(tx.end_station("t1").await.unwrap());
        assert!(!tx.end_station("t1").await.unwrap());
        assert_eq!(tx.find_station("cookie 1").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn key_in_a_token_is_known_from_before_it_is_made_until_it_is_destroyed() {
    for case in engines("token_keys").await {
        let mut tx = case.store.write("test").await.unwrap();
        for account_id in ["a", "b"] {
            account(&mut tx, account_id).await;
            let label = format!("kept-{account_id}");
            tx.insert_token_key(&label, at(100)).await.unwrap();
            assert!(!tx.has_token_keys().await.unwrap() || account_id == "b");
            assert!(tx.use_token_key(&label).await.unwrap());
            assert!(!tx.use_token_key(&label).await.unwrap(), "by one custody");
            let custody = Custody {
                account: account_id.into(),
                thumbprint: format!("t-{account_id}"),
                kept: Kept::Token(label),
                opened_by: "o".into(),
                opened_at: at(5),
            };
            tx.insert_custody(&custody).await.unwrap();
            assert_eq!(tx.find_custody(account_id).await.unwrap().unwrap().kept, custody.kept);
        }
        tx.insert_token_key("kept-lost", at(100)).await.unwrap();
        assert_eq!(tx.end_unused_token_keys(at(99)).await.unwrap(), 0);
        assert!(tx.list_ending_token_keys(10).await.unwrap().is_empty());
        assert_eq!(tx.end_unused_token_keys(at(100)).await.unwrap(), 1, "used ones stay");
        assert!(!tx.use_token_key("kept-lost").await.unwrap(), "too late");
        tx.end_custody("a").await.unwrap();
        tx.delete_account("b").await.unwrap();
        let ending = tx.list_ending_token_keys(10).await.unwrap();
        assert_eq!(ending, ["kept-a", "kept-b", "kept-lost"]);
        assert_eq!(tx.list_ending_token_keys(2).await.unwrap().len(), 2);
        assert!(!tx.has_token_keys().await.unwrap());
        for label in ending {
            assert!(tx.knows_token_key(&label).await.unwrap());
            tx.forget_token_key(&label).await.unwrap();
            assert!(!tx.knows_token_key(&label).await.unwrap());
        }
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn custody_is_of_one_account_and_ends_with_its_key() {
    for case in engines("custody").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        account(&mut tx, "b").await;
        let custody = |account: &str| Custody {
            account: account.into(),
            thumbprint: format!("t-{account}"),
            kept: Kept::Sealed(vec![1, 2]),
            opened_by: "o".into(),
            opened_at: at(5),
        };
        tx.insert_custody(&custody("a")).await.unwrap();
        tx.insert_custody(&custody("b")).await.unwrap();
        let found = tx.find_custody("a").await.unwrap().unwrap();
        assert_eq!((found.kept, found.opened_at), (Kept::Sealed(vec![1, 2]), at(5)));
        assert_eq!(tx.end_custody("a").await.unwrap().as_deref(), Some("t-a"));
        assert_eq!(tx.end_custody("a").await.unwrap(), None);
        assert!(tx.find_custody("a").await.unwrap().is_none());
        tx.delete_account("b").await.unwrap();
        assert!(tx.find_custody("b").await.unwrap().is_none());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn mandate_is_found_by_its_number_moved_once_and_its_access_goes_with_it() {
    for case in engines("mandates").await {
        let mut tx = case.store.write("mandates").await.unwrap();
        account(&mut tx, "a").await;
        let row = |id: &str, created: i64| MandateRow {
            id: id.into(),
            account: "a".into(),
            state: "recorded".into(),
            sealed: vec![4, 4],
            revision: 0,
            created_at: at(created),
        };
        tx.insert_mandate(&row("3f2a91bc-07d4-1", 1)).await.unwrap();
        tx.insert_mandate(&row("77aa91bc-07d4-2", 2)).await.unwrap();
        tx.insert_mandate_pin(&pin("a", "3f2a91bc-07d4-1")).await.unwrap();
        tx.insert_pin(&pin("a", "own")).await.unwrap();
        let found = tx.find_mandate_by_beginning("3f2a91bc-07d4").await.unwrap().unwrap();
        assert_eq!(found, row("3f2a91bc-07d4-1", 1));
        assert!(tx.find_mandate_by_beginning("3f2a91bc-07d5").await.unwrap().is_none());
        let listed: Vec<_> = tx.list_mandates("a").await.unwrap().into_iter().map(|one| one.id).collect();
        assert_eq!(listed, ["77aa91bc-07d4-2", "3f2a91bc-07d4-1"]);
        assert_eq!(tx.list_recorded_mandates(at(1)).await.unwrap().len(), 1);
        // The PIN of a representative is none of the person's.
        assert!(tx.find_pin("3f2a91bc-07d4-1").await.unwrap().is_none());
        assert_eq!(tx.list_pins("a").await.unwrap().len(), 1);
        assert!(tx.find_mandate_pin("3f2a91bc-07d4-1").await.unwrap().is_some());
        let session =
            Session { officer: Some("o".into()), mandate: Some(found.id.clone()), ..session("a", "h1") };
        tx.insert_session(&session).await.unwrap();
        let seen = tx.find_session("h1").await.unwrap().unwrap();
        assert_eq!(seen.mandate, Some(found.id.clone()));
        let ended = MandateRow { state: "ended".into(), ..found };
        tx.replace_mandate(&ended).await.unwrap();
        assert!(tx.replace_mandate(&ended).await.is_err(), "from the revision that was read");
        tx.delete_access_by_mandate(&ended.id).await.unwrap();
        assert!(tx.find_mandate_pin(&ended.id).await.unwrap().is_none());
        assert!(tx.find_session("h1").await.unwrap().is_none());
        assert_eq!(tx.list_pins("a").await.unwrap().len(), 1);
        tx.delete_account("a").await.unwrap();
        assert!(tx.find_mandate(&ended.id).await.unwrap().is_none());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn desk_key_is_of_one_account_and_keeps_its_counter() {
    for case in engines("desk_keys").await {
        let mut tx = case.store.write("desk_keys").await.unwrap();
        account(&mut tx, "a").await;
        let key = |id: &str| DeskKey {
            credential_id: id.into(),
            account: "a".into(),
            passkey: "{}".into(),
            created_at: at(0),
            last_used_at: at(0),
        };
        tx.insert_desk_key(&key("k1")).await.unwrap();
        tx.insert_desk_key(&key("k2")).await.unwrap();
        assert!(tx.replace_desk_key("k1", "{\"n\":1}", at(9)).await.unwrap());
        let listed = tx.list_desk_keys("a").await.unwrap();
        assert_eq!(
            (listed.len(), listed[0].passkey.as_str(), listed[0].last_used_at),
            (2, "{\"n\":1}", at(9))
        );
        assert!(!tx.delete_desk_key("b", "k1").await.unwrap(), "of somebody else");
        assert!(tx.delete_desk_key("a", "k1").await.unwrap());
        assert!(!tx.replace_desk_key("k1", "{}", at(9)).await.unwrap());
        assert_eq!(tx.delete_desk_keys("a").await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
    for case in engines("desk_keys_twice").await {
        let mut tx = case.store.write("desk_keys").await.unwrap();
        account(&mut tx, "a").await;
        account(&mut tx, "b").await;
        let key = |account: &str| DeskKey {
            credential_id: "k".into(),
            account: account.into(),
            passkey: "{}".into(),
            created_at: at(0),
            last_used_at: at(0),
        };
        tx.insert_desk_key(&key("a")).await.unwrap();
        assert!(tx.insert_desk_key(&key("b")).await.unwrap_err().is_conflict());
    }
}

#[tokio::test]
async fn prepared_proof_is_brought_once_and_its_key_is_emptied() {
    for case in engines("desk_queue").await {
        let mut tx = case.store.write("desk_queue").await.unwrap();
        account(&mut tx, "a").await;
        let prepared = Prepared {
            id: "q1".into(),
            account: "a".into(),
            existence: "e1".into(),
            station: "s1".into(),
            officer: "o".into(),
            sealed: vec![5, 5],
            created_at: at(0),
            expires_at: at(100),
            done_at: None,
        };
        tx.insert_prepared(&prepared).await.unwrap();
        assert_eq!(tx.find_prepared("q1").await.unwrap(), Some(prepared.clone()));
        assert_eq!(tx.list_prepared("s1", at(99)).await.unwrap(), [prepared]);
        assert!(tx.list_prepared("s1", at(100)).await.unwrap().is_empty());
        assert!(tx.list_prepared("s2", at(0)).await.unwrap().is_empty());
        assert!(tx.finish_prepared("q1", at(50)).await.unwrap());
        assert!(!tx.finish_prepared("q1", at(51)).await.unwrap(), "once");
        let done = tx.find_prepared("q1").await.unwrap().unwrap();
        assert_eq!((done.sealed.len(), done.done_at), (0, Some(at(50))));
        assert!(tx.list_prepared("s1", at(0)).await.unwrap().is_empty());
        assert_eq!(tx.delete_prepared(at(99)).await.unwrap(), 0);
        assert_eq!(tx.delete_prepared(at(100)).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}
