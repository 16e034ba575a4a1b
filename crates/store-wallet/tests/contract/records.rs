//! What an account holds: offers, presentations, credentials.

use store_wallet::credentials::Credential;
use store_wallet::records::{Record, Table};

use super::{account, at, credential, engines, record};

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
