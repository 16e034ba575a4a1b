//! Accounts, and the ways into them: passkeys, PINs, sessions, recovery codes.

use holding::account::{Passkey, Session};
use holding::assurance::Assurance;
use holding::pin::PinAccess;
use store_wallet::records::{Entry, Table};
use store_wallet::sessions::Ceremony;

use super::{account, at, credential, engines, pin, record, session};

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
