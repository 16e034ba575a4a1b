//! Uploaded lists.

use chrono::Duration;
use issuance::CredentialType;
use issuance::import::{
    BadRow, GoodRow, ListKind, Retiree, RowContent, RowCounts, RowFault, RowState, Upload, UploadRow,
    UploadState,
};

use super::{engines, now};

fn upload(id: &str) -> Upload {
    Upload {
        id: id.into(),
        kind: ListKind::Retirees,
        file_name: "list.csv".into(),
        size_bytes: 100,
        encoding: "UTF-8".into(),
        delimiter: "comma".into(),
        headings: vec!["uid".into(), "given_name".into()],
        unused: vec![],
        empty_lines: 1,
        digest: [7; 32],
        state: UploadState::Preview,
        types: vec![],
        created_by: "o".into(),
        created_at: now(),
        confirmed_at: None,
        finished_at: None,
    }
}

fn good(line: u64) -> UploadRow {
    let retiree = Retiree {
        uid: format!("10000000{line}"),
        given_name: "A".into(),
        family_name: "B".into(),
        country: None,
        language: Some("fr".into()),
        email: None,
    };
    let row = GoodRow { content: RowContent::Retiree(retiree), fields: vec!["x".into()] };
    UploadRow {
        line,
        number: format!("10000000{line}"),
        name: "A B".into(),
        state: RowState::Good(Box::new(row)),
    }
}

fn bad() -> BadRow {
    let fault = RowFault { line: 3, column: Some(1), heading: "uid".into(), reason: "empty".into() };
    BadRow { fields: vec![String::new(), "é, \"x\"".into()], faults: vec![fault] }
}

#[tokio::test]
async fn uploads_keep_every_row_and_count_where_it_stands() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_upload("unjspf", &upload("u1")).await.unwrap();
        let wrong =
            UploadRow { line: 3, number: String::new(), name: String::new(), state: RowState::Bad(bad()) };
        for row in [good(2), wrong.clone(), good(4)] {
            tx.insert_upload_row("unjspf", "u1", &row).await.unwrap();
        }
        assert_eq!(tx.find_upload("unjspf", "u1").await.unwrap(), Some(upload("u1")));
        assert_eq!(tx.find_upload("undp", "u1").await.unwrap(), None, "another organisation's");
        let same = tx.find_waiting_upload("unjspf", ListKind::Retirees, &[7; 32]).await.unwrap();
        assert_eq!(same.unwrap().id, "u1");
        assert_eq!(tx.list_upload_rows("unjspf", "u1", "good", 2, 9).await.unwrap(), [good(4)]);
        assert_eq!(tx.list_upload_rows("unjspf", "u1", "bad", 0, 9).await.unwrap(), [wrong]);

        assert!(tx.confirm_upload("unjspf", "u1", &[CredentialType::Employment], now()).await.unwrap());
        assert!(!tx.confirm_upload("unjspf", "u1", &[], now()).await.unwrap(), "once");
        assert!(!tx.discard_upload("unjspf", "u1", now()).await.unwrap(), "too late");
        assert_eq!(tx.running_uploads(9).await.unwrap(), [("unjspf".to_owned(), "u1".to_owned())]);
        tx.upload_row_done("unjspf", "u1", 2, "s1", None).await.unwrap();
        assert!(tx.upload_row_done("unjspf", "u1", 2, "s2", None).await.unwrap_err().is_retryable(), "once");
        tx.upload_row_failed("unjspf", "u1", 4, &bad()).await.unwrap();
        let counts = tx.count_upload_rows("unjspf", "u1").await.unwrap();
        assert_eq!(counts, RowCounts { good: 0, bad: 2, done: 1 });
        assert!(tx.finish_upload("unjspf", "u1", now()).await.unwrap());
        let listed = tx.list_uploads("unjspf", ListKind::Retirees, None, 9).await.unwrap();
        assert_eq!(
            (listed[0].state, &listed[0].types),
            (UploadState::Finished, &vec![CredentialType::Employment])
        );

        tx.insert_upload("unjspf", &upload("u2")).await.unwrap();
        tx.insert_upload_row("unjspf", "u2", &good(2)).await.unwrap();
        assert!(tx.discard_upload("unjspf", "u2", now()).await.unwrap());
        assert_eq!(tx.count_upload_rows("unjspf", "u2").await.unwrap(), RowCounts::default(), "erased");
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn what_nobody_came_back_for_is_erased() {
    let later = now() + Duration::days(1);
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let row =
            UploadRow { line: 3, number: String::new(), name: String::new(), state: RowState::Bad(bad()) };
        for (id, digest) in [("waiting", [1; 32]), ("ended", [2; 32]), ("running", [3; 32])] {
            tx.insert_upload("unjspf", &Upload { digest, ..upload(id) }).await.unwrap();
            tx.insert_upload_row("unjspf", id, &row).await.unwrap();
            tx.insert_upload_row("unjspf", id, &good(4)).await.unwrap();
        }
        for id in ["ended", "running"] {
            assert!(tx.confirm_upload("unjspf", id, &[], now()).await.unwrap());
        }
        tx.upload_row_done("unjspf", "ended", 4, "s1", None).await.unwrap();
        assert!(tx.finish_upload("unjspf", "ended", now()).await.unwrap());

        assert_eq!(tx.forget_uploads(now(), later).await.unwrap(), 0, "not yet");
        assert_eq!(tx.forget_uploads(later, later).await.unwrap(), 2);
        assert_eq!(tx.forget_uploads(later, later).await.unwrap(), 0, "all is gone");
        let counts = |done, good, bad| RowCounts { good, bad, done };
        for (id, left) in
            [("waiting", counts(0, 0, 0)), ("ended", counts(1, 0, 0)), ("running", counts(0, 1, 1))]
        {
            assert_eq!(tx.count_upload_rows("unjspf", id).await.unwrap(), left, "{id}");
        }
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_same_file_waits_once() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_upload("unjspf", &upload("u1")).await.unwrap();
        assert!(tx.insert_upload("unjspf", &upload("u2")).await.unwrap_err().is_conflict());
    }
}
