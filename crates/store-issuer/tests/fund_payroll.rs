//! What payroll is told, and first words of officers, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;

use engines::engines;
use issuance::Timestamp;
use store_issuer::ExistenceWord;
use store_issuer::fund::{EffectRow, PayrollFileRow};

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn effect(key: &str, kind: &str, at: Timestamp) -> EffectRow {
    EffectRow {
        key: key.into(),
        person: "p1".into(),
        year: 2026,
        rule: "r".into(),
        kind: kind.into(),
        content: "{}".into(),
        asked_at: at,
        done_at: None,
        done_by: None,
    }
}

fn file(id: &str) -> PayrollFileRow {
    PayrollFileRow {
        id: id.into(),
        made_by: "o".into(),
        made_at: now(),
        changes: 2,
        digest: "d".into(),
        sealed: vec![1],
        acknowledged_by: None,
        acknowledged_at: None,
    }
}

/// Found by use: of one moment, "resume" stood before the "stop" that it takes back.
#[tokio::test]
async fn changes_of_one_moment_are_in_the_order_in_which_they_were_asked_for() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for (key, kind) in [
            ("p1/stop-payment/2", "stop-payment"),
            ("p1/resume-payment/3", "resume-payment"),
            ("p1/moved/c", "moved"),
        ] {
            tx.ask_fund_effect("fund", &effect(key, kind, now())).await.unwrap();
        }
        let untold = tx.list_untold_fund_payments("fund", 9).await.unwrap();
        let kinds: Vec<&str> = untold.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["stop-payment", "resume-payment", "moved"]);
        let keys: Vec<String> = untold.into_iter().map(|it| it.key).collect();
        tx.insert_fund_payroll_file("fund", &file("f1"), &keys).await.unwrap();
        assert!(tx.acknowledge_fund_payroll_file("fund", "f1", ("o", now())).await.unwrap());
        let moved = tx.find_fund_effect("fund", "p1/moved/c").await.unwrap().unwrap();
        assert_eq!(moved.done_by.as_deref(), Some("payroll f1"), "no letter follows");
    }
}

#[tokio::test]
async fn each_change_is_in_one_file_and_one_file_is_open() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let later = now() + chrono::Duration::seconds(1);
        for (key, kind, at) in [
            ("k3", "stop-payment", later),
            ("k1", "hold-payment", now()),
            ("k2", "resume-payment", now()),
            ("k4", "resume-payment", now()),
            ("k5", "mail-paper", now()),
        ] {
            tx.ask_fund_effect("fund", &effect(key, kind, at)).await.unwrap();
        }
        tx.finish_fund_effect("fund", "k1", "withdrawn", now()).await.unwrap();
        tx.finish_fund_effect("fund", "k4", "withdrawn", now()).await.unwrap();
        let untold = tx.list_untold_fund_payments("fund", 9).await.unwrap();
        let keys: Vec<&str> = untold.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(
            keys,
            ["k1", "k2", "k3"],
            "in the order in which they were asked for; payroll may know of the hold"
        );
        assert_eq!(tx.count_untold_fund_payments("fund").await.unwrap(), 3);
        assert_eq!(tx.count_untold_fund_payments("other").await.unwrap(), 0);
        assert_eq!(tx.find_open_fund_payroll_file("fund").await.unwrap(), None);
        tx.insert_fund_payroll_file("fund", &file("f1"), &["k1".into(), "k3".into()]).await.unwrap();
        assert_eq!(tx.count_untold_fund_payments("fund").await.unwrap(), 1);
        tx.commit().await.unwrap();

        for again in [("f2", "k2"), ("f3", "k1")] {
            let mut tx = store.write("test").await.unwrap();
            let made = tx.insert_fund_payroll_file("fund", &file(again.0), &[again.1.into()]).await;
            assert!(made.unwrap_err().is_conflict(), "one is open");
        }
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.find_open_fund_payroll_file("fund").await.unwrap().unwrap().id, "f1");
        assert!(!tx.acknowledge_fund_payroll_file("other", "f1", ("o", now())).await.unwrap());
        assert!(tx.acknowledge_fund_payroll_file("fund", "f1", ("o", now())).await.unwrap());
        assert!(!tx.acknowledge_fund_payroll_file("fund", "f1", ("o", now())).await.unwrap(), "once");
        let done = tx.find_fund_effect("fund", "k3").await.unwrap().unwrap();
        assert_eq!(done.done_by.as_deref(), Some("payroll f1"));
        let known = tx.find_fund_payroll_file("fund", "f1").await.unwrap().unwrap();
        assert_eq!((known.acknowledged_by.as_deref(), known.acknowledged_at), (Some("o"), Some(now())));
        assert_eq!(tx.list_fund_payroll_files("fund", 9).await.unwrap(), [known]);

        for _ in 0..2 {
            tx.tell_fund_payroll("fund", ("l1", "p1"), now()).await.unwrap();
        }
        let told = [("l1".to_owned(), "p1".to_owned())];
        assert_eq!(tx.list_told_fund_payroll("fund", 9).await.unwrap(), told);
        tx.settle_fund_payroll("fund", ("l1", "p1")).await.unwrap();
        assert_eq!(tx.list_told_fund_payroll("fund", 9).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn picture_put_in_by_hand_waits_for_another_officer_and_a_word_for_a_second() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let subject = issuance::Subject {
            id: "s1".into(),
            number: "100482317".into(),
            name: "Margaret Ellison".into(),
            claims: serde_json::Map::new(),
            created_at: now(),
            updated_at: now(),
        };
        tx.put_subject("fund", &subject).await.unwrap();
        tx.put_portrait("fund", "s1", &[7], now()).await.unwrap();
        assert_eq!(tx.find_reference("fund", "s1").await.unwrap(), Some(vec![7]), "of an enrolment");
        tx.set_portrait_proposer("fund", "s1", Some("ann")).await.unwrap();
        assert_eq!(tx.find_reference("fund", "s1").await.unwrap(), None);
        assert_eq!(tx.find_portrait("fund", "s1").await.unwrap(), Some(vec![7]));
        assert_eq!(tx.find_portrait_proposer("fund", "s1").await.unwrap().as_deref(), Some("ann"));
        assert!(!tx.confirm_portrait("fund", "s1", "ann").await.unwrap());
        assert!(!tx.confirm_portrait("other", "s1", "ben").await.unwrap());
        assert!(tx.confirm_portrait("fund", "s1", "ben").await.unwrap());
        assert!(!tx.confirm_portrait("fund", "s1", "ben").await.unwrap(), "once");
        assert_eq!(tx.find_reference("fund", "s1").await.unwrap(), Some(vec![7]));
        assert_eq!(tx.find_portrait_proposer("fund", "s2").await.unwrap(), None);

        let word = |officer: &str| ExistenceWord {
            officer: officer.into(),
            channel: "call".into(),
            notes_sealed: vec![1],
            said_at: now(),
        };
        assert_eq!(tx.find_existence_word("fund", "r1").await.unwrap(), None);
        for officer in ["ann", "eve"] {
            tx.put_existence_word("fund", "r1", &word(officer)).await.unwrap();
        }
        assert_eq!(tx.find_existence_word("fund", "r1").await.unwrap(), Some(word("eve")));
        assert_eq!(tx.find_existence_word("other", "r1").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
