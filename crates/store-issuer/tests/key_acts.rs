//! Changes of signing keys, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;

use engines::engines;
use issuance::import::UploadState;
use issuance::{KeyAct, KeyActState, KeyChange, Reissue, StatusListId, Timestamp};
use store_issuer::ReissueRun;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn act(id: &str, change: KeyChange) -> KeyAct {
    KeyAct {
        id: id.into(),
        change,
        fragment: "key-p256-1".into(),
        multikey: "zD".into(),
        fresh: None,
        ordered_by: "ann".into(),
        ordered_at: now(),
        state: KeyActState::Open,
    }
}

#[tokio::test]
async fn a_change_is_open_until_it_ends_once_and_its_new_key_is_named_once() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let (rotate, mark) = (act("1", KeyChange::Rotate), act("2", KeyChange::MarkCompromised));
        tx.insert_key_act("undp", &rotate).await.unwrap();
        tx.insert_key_act("undp", &mark).await.unwrap();
        tx.insert_key_act("wfp", &rotate).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        let twice = tx.insert_key_act("undp", &act("3", KeyChange::Rotate)).await.unwrap_err();
        assert!(twice.is_conflict(), "one of a kind for a key is open at a time");
        drop(tx);

        let mut tx = store.write("test").await.unwrap();
        tx.name_fresh_key("undp", "1", "key-p256-2").await.unwrap();
        assert!(tx.name_fresh_key("undp", "1", "key-p256-3").await.unwrap_err().is_retryable());
        let named = KeyAct { fresh: Some("key-p256-2".into()), ..rotate };
        assert_eq!(tx.list_open_key_acts("undp").await.unwrap(), [named.clone(), mark.clone()]);
        assert_eq!(tx.find_key_act("unjspf", "1").await.unwrap(), None);
        assert!(!tx.end_key_act("undp", "1", KeyActState::Open).await.unwrap());
        let done = KeyActState::Done { at: now() };
        assert!(tx.end_key_act("undp", "1", done).await.unwrap());
        assert!(!tx.end_key_act("undp", "1", KeyActState::GivenUp { at: now() }).await.unwrap());
        let named = KeyAct { state: done, ..named };
        assert_eq!(tx.list_recent_key_acts("undp", 9).await.unwrap(), [mark, named]);
        tx.insert_key_act("undp", &act("3", KeyChange::Rotate)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn every_list_of_the_organisation_counts_as_changed() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let list = StatusListId::parse("revocation-1").unwrap();
        for tenant in ["undp", "wfp"] {
            tx.insert_status_list(tenant, &list).await.unwrap();
        }
        tx.touch_status_lists("undp").await.unwrap();
        let mut revisions = Vec::new();
        for tenant in ["undp", "wfp"] {
            revisions.extend(tx.list_status_lists(tenant).await.unwrap().iter().map(|row| row.revision));
        }
        assert_eq!(revisions, [2, 1]);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_run_remembers_the_key_and_keeps_the_order_of_its_people() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let run = ReissueRun {
            id: "r".into(),
            why: Reissue::SignedByLostKey,
            station: None,
            ending_before: None,
            signed_by: Some("key-p256-1".into()),
            state: UploadState::Preview,
            created_by: "ann".into(),
            created_at: now(),
            finished_at: None,
        };
        tx.insert_reissue_run_of("undp", &run, &["s-2", "s-1"]).await.unwrap();
        assert_eq!(tx.find_reissue_run("undp", "r").await.unwrap(), Some(run));
        let rows = tx.list_reissue_rows("undp", "r", "waiting", 0, 9).await.unwrap();
        let people: Vec<_> = rows.iter().map(|row| row.subject_id.as_str()).collect();
        assert_eq!(people, ["s-2", "s-1"]);
        tx.commit().await.unwrap();
    }
}
