//! Pictures of proofs, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;

use chrono::Duration;
use engines::engines;
use issuance::Timestamp;
use store_issuer::StoredCapture;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn capture(number: u8, erase_at: Option<Timestamp>) -> StoredCapture {
    StoredCapture {
        request_id: "r1".into(),
        digest: [number; 32],
        judged_at: now() + Duration::seconds(i64::from(number)),
        verdict: "tryAgain".into(),
        decision: r#"{"reasons":["noFace"]}"#.into(),
        place: None,
        signed: b"signed".to_vec(),
        signature: b"signature".to_vec(),
        has_frames: true,
        erase_at,
    }
}

#[tokio::test]
async fn the_same_answer_is_kept_once_and_only_by_its_organisation() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let (first, second) = (capture(1, None), capture(2, Some(now())));
        assert!(tx.insert_capture("unjspf", &first, b"sealed").await.unwrap());
        assert!(!tx.insert_capture("unjspf", &first, b"other").await.unwrap());
        assert!(tx.insert_capture("unjspf", &second, b"sealed 2").await.unwrap());
        assert_eq!(tx.list_captures("unjspf", "r1").await.unwrap(), [second, first.clone()]);
        assert_eq!(tx.list_captures("undp", "r1").await.unwrap(), []);
        let frames = tx.find_capture_frames("unjspf", "r1", &first.digest).await.unwrap();
        assert_eq!(frames.as_deref(), Some(&b"sealed"[..]));
        assert_eq!(tx.find_capture_frames("undp", "r1", &first.digest).await.unwrap(), None);
    }
}

#[tokio::test]
async fn pictures_go_when_they_are_due_and_what_was_signed_stays() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let (tried, waiting) = (capture(1, Some(now() + Duration::hours(72))), capture(2, None));
        for kept in [&tried, &waiting] {
            tx.insert_capture("unjspf", kept, b"sealed").await.unwrap();
        }
        assert_eq!(tx.erase_captures(now() + Duration::hours(71)).await.unwrap(), 0);
        assert_eq!(tx.erase_captures(now() + Duration::hours(72)).await.unwrap(), 1);
        assert_eq!(tx.erase_captures(now() + Duration::hours(72)).await.unwrap(), 0);
        let left = tx.list_captures("unjspf", "r1").await.unwrap();
        assert_eq!(left.iter().map(|it| it.has_frames).collect::<Vec<_>>(), [true, false]);
        assert!(left.iter().all(|it| it.signed == b"signed"));
        assert_eq!(tx.find_capture_frames("unjspf", "r1", &tried.digest).await.unwrap(), None);

        tx.keep_captures_until("unjspf", "r1", now() + Duration::days(30)).await.unwrap();
        assert_eq!(tx.erase_captures(now() + Duration::days(29)).await.unwrap(), 0);
        assert_eq!(tx.erase_captures(now() + Duration::days(30)).await.unwrap(), 1);
    }
}
