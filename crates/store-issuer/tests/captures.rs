//! Pictures of proofs, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;

use chrono::Duration;
use engines::engines;
use entitlement::{Request, State};
use issuance::Timestamp;
use store_issuer::{AppealRow, LegalHoldRow, StoredCapture};

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
        assert_eq!(tx.list_open_appeals("unjspf", "", 9).await.unwrap(), [appeal]);
        assert_eq!(tx.list_open_appeals("unjspf", "r1", 9).await.unwrap(), [], "behind it there is none");

        tx.hold_captures("unjspf", "r1", &decided.digest).await.unwrap();
        assert_eq!(tx.erase_captures(now() + Duration::days(400)).await.unwrap(), 1, "the earlier try");
        let end = now() + Duration::days(401);
        assert!(tx.close_appeal("unjspf", "r1", ("not-upheld", "eve"), end).await.unwrap());
        assert!(!tx.close_appeal("unjspf", "r1", ("upheld", "ben"), end).await.unwrap(), "decided once");
        tx.release_captures("unjspf", "r1", end).await.unwrap();
        assert_eq!(tx.erase_captures(end).await.unwrap(), 1);
        assert_eq!(tx.list_open_appeals("unjspf", "", 9).await.unwrap(), []);
        let closed = tx.find_appeal("unjspf", "r1").await.unwrap().unwrap();
        assert_eq!(
            (closed.outcome.as_deref(), closed.closed_by.as_deref()),
            (Some("not-upheld"), Some("eve"))
        );
    }
}

#[tokio::test]
async fn nothing_of_a_person_is_erased_while_a_legal_hold_stands() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let request = Request {
            id: "r1".into(),
            beneficiary: "s1".into(),
            year: 2027,
            created_at: now(),
            expires_at: now() + Duration::days(30),
            state: State::Open { challenge: None },
            ahead: None,
            revision: 0,
        };
        tx.insert_existence("unjspf", &request, "mark", &[1], "ann").await.unwrap();
        let due = capture(1, Some(now()));
        tx.insert_capture("unjspf", &due, b"sealed").await.unwrap();
        let hold = LegalHoldRow {
            id: "h1".into(),
            subject_id: "s1".into(),
            reason_sealed: vec![9],
            review_on: "2027-06-01".parse().unwrap(),
            placed_by: "ann".into(),
            placed_at: now(),
            lifted_by: None,
            lifted_at: None,
        };
        tx.insert_legal_hold("unjspf", &hold).await.unwrap();
        let later = now() + Duration::days(400);
        assert_eq!(tx.erase_captures(later).await.unwrap(), 0);
        tx.prolong_captures("unjspf", &due.digest, now() - Duration::days(1)).await.unwrap();
        assert_eq!(tx.list_legal_holds("unjspf", "s1").await.unwrap(), std::slice::from_ref(&hold));
        assert_eq!(tx.find_legal_hold("undp", "h1").await.unwrap(), None);
        assert_eq!(tx.list_legal_holds("unjspf", "s2").await.unwrap(), []);
        tx.lift_legal_hold("unjspf", "h1", "ben", later).await.unwrap();
        assert!(tx.lift_legal_hold("unjspf", "h1", "eve", later).await.unwrap_err().is_retryable());
        let lifted = tx.find_legal_hold("unjspf", "h1").await.unwrap().unwrap();
        assert_eq!((lifted.lifted_by.as_deref(), lifted.lifted_at), (Some("ben"), Some(later)));
        assert_eq!(tx.erase_captures(later).await.unwrap(), 1);
    }
}
