//! Help by others: officers, stations, mandates.

use holding::account::Session;
use holding::station::Station;
use store_wallet::mandates::MandateRow;
use store_wallet::officers::Assisted;

use super::{account, at, engines, pin, session};

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
