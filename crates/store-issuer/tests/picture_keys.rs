//! Keys of people for their pictures, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;

use engines::engines;
use issuance::Timestamp;
use store_issuer::{PictureErasureRow, PictureKind};

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

#[tokio::test]
async fn an_owner_has_one_key_at_a_time_and_a_destroyed_one_is_gone() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_picture_key("unjspf", ("k1", "subject/a"), b"sealed", now()).await.unwrap();
        let found = tx.find_picture_key_of("unjspf", "subject/a").await.unwrap().unwrap();
        assert_eq!(found, ("k1".into(), b"sealed".to_vec()));
        assert_eq!(tx.find_picture_key("unjspf", "k1").await.unwrap().unwrap().0, "subject/a");
        assert_eq!(tx.find_picture_key("undp", "k1").await.unwrap(), None, "of another organisation");
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        let second = tx.insert_picture_key("unjspf", ("k2", "subject/a"), b"other", now()).await;
        assert!(second.unwrap_err().is_conflict());
        drop(tx);
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.end_picture_key("unjspf", "subject/a", now()).await.unwrap());
        assert!(!tx.end_picture_key("unjspf", "subject/a", now()).await.unwrap());
        assert_eq!(tx.find_picture_key("unjspf", "k1").await.unwrap(), None);
        assert_eq!(tx.find_picture_key_of("unjspf", "subject/a").await.unwrap(), None);
        tx.insert_picture_key("unjspf", ("k2", "subject/a"), b"other", now()).await.unwrap();
        assert_eq!(tx.find_picture_key_of("unjspf", "subject/a").await.unwrap().unwrap().0, "k2");

        assert!(!tx.are_pictures_resealed("unjspf").await.unwrap());
        tx.note_pictures_resealed("unjspf", now()).await.unwrap();
        tx.note_pictures_resealed("unjspf", now()).await.unwrap();
        assert!(tx.are_pictures_resealed("unjspf").await.unwrap());
        for kind in [PictureKind::Portrait, PictureKind::Frames, PictureKind::Enrolment, PictureKind::Scan] {
            assert!(tx.list_with_pictures("unjspf", kind, "", 9).await.unwrap().is_empty());
        }
        assert_eq!(tx.count_pictures_of_subject("unjspf", "a").await.unwrap(), 0);
        assert_eq!(tx.count_pictures_of_register("unjspf", "p").await.unwrap(), 0);
        assert_eq!(tx.count_undecided_pictures("unjspf", "a").await.unwrap(), 0);
        assert_eq!(tx.erase_pictures_of_subject("unjspf", "a").await.unwrap(), 0);
    }
}

#[tokio::test]
async fn one_wish_to_erase_waits_at_a_time_and_is_decided_once() {
    for store in engines().await.stores {
        let wish = |id: &str| PictureErasureRow {
            id: id.into(),
            subject_id: "a".into(),
            reason_sealed: b"why".to_vec(),
            asked_by: "ann".into(),
            asked_at: now(),
            outcome: None,
            decided_by: None,
            decided_at: None,
        };
        let mut tx = store.write("test").await.unwrap();
        tx.insert_picture_erasure("unjspf", &wish("e1")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_picture_erasure("unjspf", &wish("e2")).await.unwrap_err().is_conflict());
        drop(tx);
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.find_picture_erasure("unjspf", "e1").await.unwrap(), Some(wish("e1")));
        assert_eq!(tx.find_picture_erasure("undp", "e1").await.unwrap(), None);
        tx.decide_picture_erasure("unjspf", ("e1", "kept"), "ben", now()).await.unwrap();
        assert!(tx.decide_picture_erasure("unjspf", ("e1", "erased"), "eve", now()).await.is_err());
        tx.insert_picture_erasure("unjspf", &wish("e2")).await.unwrap();
        let listed = tx.list_picture_erasures("unjspf", "a").await.unwrap();
        assert_eq!(listed.iter().map(|it| it.outcome.as_deref()).collect::<Vec<_>>(), [None, Some("kept")]);
    }
}
