//! Pictures of proofs, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;

use chrono::Duration;
use engines::engines;
use issuance::Timestamp;
use store_issuer::{AppealRow, StoredCapture};

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

#[tokio::test]
async fn appeal_is_one_and_keeps_the_pictures_until_it_is_decided() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let (tried, decided) =
            (capture(1, Some(now() + Duration::hours(72))), capture(2, Some(now() + Duration::days(30))));
        for kept in [&tried, &decided] {
            tx.insert_capture("unjspf", kept, b"sealed").await.unwrap();
        }
        let appeal = AppealRow {
            request_id: "r1".into(),
            refused_by: "ann".into(),
            words_sealed: Some(b"words".to_vec()),
            opened_at: now(),
            due_at: now() + Duration::days(10),
            case_id: None,
            outcome: None,
            closed_at: None,
            closed_by: None,
        };
        let in_case = AppealRow {
            request_id: "r2".into(),
            case_id: Some("c1".into()),
            words_sealed: None,
            ..appeal.clone()
        };
        assert!(tx.insert_appeal("unjspf", &appeal).await.unwrap());
        assert!(
            !tx.insert_appeal("unjspf", &AppealRow { refused_by: "ben".into(), ..appeal.clone() })
                .await
                .unwrap()
        );
        assert!(tx.insert_appeal("unjspf", &in_case).await.unwrap());
        assert_eq!(tx.find_appeal("unjspf", "r1").await.unwrap(), Some(appeal.clone()));
        assert_eq!(tx.find_appeal("undp", "r1").await.unwrap(), None);
        assert_eq!(tx.find_appeal_of_case("unjspf", "c1").await.unwrap(), Some(in_case));
        assert_eq!(tx.list_open_appeals("unjspf", 9).await.unwrap(), [appeal]);

        tx.hold_captures("unjspf", "r1", &decided.digest).await.unwrap();
        assert_eq!(tx.erase_captures(now() + Duration::days(400)).await.unwrap(), 1, "the earlier try");
        let end = now() + Duration::days(401);
        assert!(tx.close_appeal("unjspf", "r1", ("not-upheld", "eve"), end).await.unwrap());
        assert!(!tx.close_appeal("unjspf", "r1", ("upheld", "ben"), end).await.unwrap(), "decided once");
        tx.release_captures("unjspf", "r1", end).await.unwrap();
        assert_eq!(tx.erase_captures(end).await.unwrap(), 1);
        assert_eq!(tx.list_open_appeals("unjspf", 9).await.unwrap(), []);
        let closed = tx.find_appeal("unjspf", "r1").await.unwrap().unwrap();
        assert_eq!(
            (closed.outcome.as_deref(), closed.closed_by.as_deref()),
            (Some("not-upheld"), Some("eve"))
        );
    }
}
