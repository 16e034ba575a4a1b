//! Keys: of devices, in a token, kept for a person, of a desk.

use holding::account::DeviceKey;
use holding::custody::{Custody, Kept};
use store_wallet::desk_keys::DeskKey;
use store_wallet::desk_queue::Prepared;

use super::{account, at, engines};

fn device_key() -> DeviceKey {
    DeviceKey {
        account: "a".into(),
        thumbprint: "t".into(),
        jwk: serde_json::json!({"kty": "EC"}),
        device: "d".into(),
        label: None,
        created_at: at(0),
        lost_at: None,
    }
}

#[tokio::test]
async fn device_key_is_registered_once_and_lost_once() {
    for case in engines("device_keys").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        let key = device_key();
        assert!(tx.insert_device_key(&key).await.unwrap());
        assert!(!tx.insert_device_key(&key).await.unwrap());
        assert!(tx.mark_device_key_lost("a", "t", at(1)).await.unwrap());
        assert!(!tx.mark_device_key_lost("a", "t", at(2)).await.unwrap());
        assert_eq!(tx.list_device_keys("a").await.unwrap()[0].lost_at, Some(at(1)));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn names_are_given_to_what_is_ones_own() {
    for case in engines("labels").await {
        let mut tx = case.store.write("test").await.unwrap();
        account(&mut tx, "a").await;
        let key = device_key();
        tx.insert_device_key(&key).await.unwrap();
        assert!(!tx.label_device_key("b", "t", &[1]).await.unwrap());
        assert!(tx.label_device_key("a", "t", &[7, 7]).await.unwrap());
        assert_eq!(tx.list_device_keys("a").await.unwrap()[0].label, Some(vec![7, 7]));
        assert!(!tx.label_passkey("a", "nobody's", &[1]).await.unwrap());
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
