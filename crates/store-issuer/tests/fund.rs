//! The Fund's tables, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;
mod fund_rows;

use engines::engines;
use fund_rows::now;
use store_issuer::fund::{
    CalendarRow, EffectRow, NewEntry, NightRow, PersonRow, ProofRow, RegisterImport, RegisterRow,
};

fn person(id: &str) -> PersonRow {
    PersonRow { benefit_until: Some("2026-03-01".parse().unwrap()), ..fund_rows::person(id) }
}

fn entry(seq: Option<u64>, head: u8) -> NewEntry {
    NewEntry {
        seq,
        year: None,
        at: now(),
        public: "{}".into(),
        salt: [3; 32],
        sealed: vec![4],
        commitment: "aa".into(),
        head: [head; 32],
    }
}

#[tokio::test]
async fn journal_is_appended_in_order_and_of_two_writers_one_tries_again() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_fund_person("fund", &person("p1")).await.unwrap();
        tx.insert_fund_person("other", &person("p1")).await.unwrap();
        tx.append_fund_journal("fund", "p1", (0, 0), &[entry(Some(1), 1), entry(None, 2)]).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        let stale = tx.append_fund_journal("fund", "p1", (0, 0), &[entry(Some(1), 9)]).await;
        assert!(stale.is_err());
        drop(tx);

        let mut tx = store.write("test").await.unwrap();
        let read = tx.find_fund_person("fund", "p1").await.unwrap().unwrap();
        assert_eq!((read.last_entry, read.last_seq, read.head), (2, 1, [2; 32]));
        assert_eq!(tx.list_fund_events("fund", "p1", 0, 9).await.unwrap().len(), 1);
        assert_eq!(tx.list_fund_journal("fund", "p1", 1, 9).await.unwrap().len(), 1);
        assert_eq!(tx.list_fund_journal("other", "p1", 0, 9).await.unwrap(), []);
        assert!(tx.find_fund_person_by_mark("other", "mark p1").await.unwrap().is_some());
        assert!(tx.find_fund_person_by_mark("third", "mark p1").await.unwrap().is_none());
        let day = "2026-03-02".parse().unwrap();
        assert_eq!(tx.list_ending_fund_people("fund", day, 9).await.unwrap().len(), 1);
        assert_eq!(tx.list_ending_fund_people("fund", "2026-03-01".parse().unwrap(), 9).await.unwrap(), []);
        let told = PersonRow { end_told: true, ..read };
        tx.replace_fund_person("fund", &told).await.unwrap();
        assert_eq!(tx.list_ending_fund_people("fund", day, 9).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn nights_find_whom_they_have_to_look_at_and_move_on_from_where_they_were() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for id in ["p1", "p2", "p3"] {
            tx.insert_fund_person("fund", &person(id)).await.unwrap();
        }
        assert_eq!(tx.begin_fund_year("fund", 2026, now()).await.unwrap(), 3);
        assert_eq!(tx.begin_fund_year("fund", 2026, now()).await.unwrap(), 0);
        let due = tx.list_due_fund_cycles("fund", 2026, "", 2).await.unwrap();
        assert_eq!(due.iter().map(|row| row.person.id.as_str()).collect::<Vec<_>>(), ["p1", "p2"]);
        assert_eq!(due.first().unwrap().cycle.sealed, None);
        let mut closed = due.first().unwrap().cycle.clone();
        closed.stage = "closed".into();
        closed.channel = Some("paper".into());
        closed.sealed = Some(vec![7]);
        tx.replace_fund_cycle("fund", 0, &closed).await.unwrap();
        assert_eq!(tx.list_due_fund_cycles("fund", 2026, "", 9).await.unwrap().len(), 2);
        tx.append_fund_journal("fund", "p1", (0, 0), &[entry(Some(1), 1)]).await.unwrap();
        assert_eq!(
            tx.list_due_fund_cycles("fund", 2026, "", 9).await.unwrap().len(),
            3,
            "something happened"
        );
        let counts = tx.count_fund_by_country("fund", 2026).await.unwrap();
        assert_eq!(counts.iter().map(|count| count.many).sum::<u64>(), 3);
        assert_eq!(tx.count_fund_by_birth_year("fund", 2026).await.unwrap().first().unwrap().group, "1950");
        assert_eq!(tx.count_fund_by_language("other", 2026).await.unwrap(), []);
        let channels = tx.count_fund_by_channel("fund", 2026).await.unwrap();
        assert!(channels.iter().any(|count| count.group == "paper" && count.many == 1));

        tx.insert_fund_night("fund", "n1", now(), "system", now()).await.unwrap();
        let before = tx.find_running_fund_night("fund").await.unwrap().unwrap();
        let after =
            NightRow { year: 2026, after_person: "p2".into(), people: 2, changed: 1, ..before.clone() };
        tx.move_fund_night("fund", &before, &after).await.unwrap();
        assert!(tx.move_fund_night("fund", &before, &after).await.unwrap_err().is_retryable());
        assert_eq!(tx.find_running_fund_night("fund").await.unwrap(), Some(after));
        tx.finish_fund_night("fund", "n1", now()).await.unwrap();
        assert_eq!(tx.find_running_fund_night("fund").await.unwrap(), None);
        assert_eq!(tx.last_fund_night("fund").await.unwrap(), Some(now()));
        assert_eq!(tx.last_fund_night("other").await.unwrap(), None);
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        tx.insert_fund_night("fund", "n2", now(), "system", now()).await.unwrap();
        let second = tx.insert_fund_night("fund", "n3", now(), "system", now()).await.unwrap_err();
        assert!(second.is_conflict(), "one at a time");
    }
}

#[tokio::test]
async fn effects_and_digests_stand_once_and_calendars_for_ever() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let effect = EffectRow {
            key: "p1/2026/mailing-1".into(),
            person: "p1".into(),
            year: 2026,
            rule: "first-mailing".into(),
            kind: "mail-paper".into(),
            content: "{}".into(),
            asked_at: now(),
            done_at: None,
            done_by: None,
        };
        assert!(tx.ask_fund_effect("fund", &effect).await.unwrap());
        assert!(!tx.ask_fund_effect("fund", &effect).await.unwrap());
        assert_eq!(tx.count_open_fund_effects("fund").await.unwrap(), [("mail-paper".to_owned(), 1)]);
        assert_eq!(tx.list_open_fund_effects("other", "mail-paper", "", 9).await.unwrap(), []);
        assert!(tx.finish_fund_effect("fund", &effect.key, "printer", now()).await.unwrap());
        assert!(!tx.finish_fund_effect("fund", &effect.key, "printer", now()).await.unwrap());
        assert_eq!(tx.list_open_fund_effects("fund", "mail-paper", "", 9).await.unwrap(), []);
        assert_eq!(tx.list_fund_effects_of("fund", "p1").await.unwrap().len(), 1);
        for (key, kind) in [("a", "remind"), ("b", "send-receipt")] {
            let effect = EffectRow { key: key.into(), kind: kind.into(), ..effect.clone() };
            tx.ask_fund_effect("fund", &effect).await.unwrap();
        }
        assert_eq!(tx.withdraw_fund_effects("fund", "p1", 2025, now()).await.unwrap(), 0);
        assert_eq!(tx.withdraw_fund_effects("fund", "p1", 2026, now()).await.unwrap(), 1);
        assert_eq!(tx.count_open_fund_effects("fund").await.unwrap(), [("send-receipt".to_owned(), 1)]);
        let held = EffectRow { key: "c".into(), kind: "hold-payment".into(), ..effect.clone() };
        tx.ask_fund_effect("fund", &held).await.unwrap();
        assert_eq!(tx.withdraw_fund_effects("fund", "p1", 2026, now()).await.unwrap(), 0, "payment is held");
        for (year, many) in [(2025, 0), (2026, 1), (2026, 0)] {
            let of = ("p1", year);
            let gone = tx.withdraw_fund_effects_of_kind("fund", of, "hold-payment", now()).await.unwrap();
            assert_eq!(gone, many, "{year}");
        }

        tx.insert_fund_digest("fund", "ab", "p1", "e1").await.unwrap();
        tx.insert_fund_digest("fund", "ab", "p2", "e2").await.unwrap();
        let stands = Some(("p1".to_owned(), "e1".to_owned()));
        assert_eq!(tx.find_fund_digest("fund", "ab").await.unwrap(), stands);
        assert_eq!(tx.find_fund_digest("other", "ab").await.unwrap(), None);

        for revision in [1, 2] {
            let calendar = CalendarRow {
                year: 2026,
                revision,
                digest: format!("d{revision}"),
                content: "{}".into(),
                made_by: "chief".into(),
                made_at: now(),
            };
            tx.insert_fund_calendar("fund", &calendar).await.unwrap();
        }
        assert_eq!(tx.list_fund_calendars("fund").await.unwrap().first().unwrap().revision, 2);
        assert_eq!(tx.list_fund_calendar_versions("fund").await.unwrap().len(), 2);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_proof_is_decided_once() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let proof = ProofRow {
            id: "e1".into(),
            person: "p1".into(),
            year: 2026,
            channel: "paper".into(),
            state: "waiting".into(),
            captured_at: now(),
            received_at: now(),
            reference: "AAAA-AAAA".into(),
            years: String::new(),
            valid_until: None,
            sealed: vec![1],
            entered_by: "ann".into(),
            decided_by: None,
            decided_at: None,
        };
        tx.insert_fund_proof("fund", &proof).await.unwrap();
        assert_eq!(tx.list_waiting_fund_proofs("fund", "", 9).await.unwrap().len(), 1);
        let decided = ProofRow {
            state: "accepted".into(),
            years: "2026".into(),
            valid_until: Some("2027-12-31".parse().unwrap()),
            decided_by: Some("ben".into()),
            decided_at: Some(now()),
            ..proof
        };
        tx.decide_fund_proof("fund", &decided).await.unwrap();
        assert!(tx.decide_fund_proof("fund", &decided).await.unwrap_err().is_retryable());
        assert_eq!(tx.find_fund_proof("fund", "e1").await.unwrap(), Some(decided.clone()));
        assert_eq!(tx.list_fund_proofs("fund", "p1").await.unwrap(), [decided]);
        assert_eq!(tx.find_fund_proof("other", "e1").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_waits_is_one_and_its_rows_are_erased_when_done() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let import = RegisterImport {
            id: "i1".into(),
            digest: [5; 32],
            file_name: "people.csv".into(),
            headings: vec!["uid".into()],
            state: "preview".into(),
            absent: 0,
            created_by: "ann".into(),
            created_at: now(),
            confirmed_by: None,
            finished_at: None,
        };
        tx.insert_fund_import("fund", &import).await.unwrap();
        let row = |line, state: &str, difference: &str| RegisterRow {
            line,
            state: state.into(),
            difference: difference.into(),
            person: None,
            sealed: vec![9],
        };
        for row in [row(2, "good", "new"), row(3, "bad", ""), row(4, "good", "ends")] {
            tx.insert_fund_import_row("fund", "i1", &row).await.unwrap();
        }
        assert_eq!(tx.find_same_fund_import("fund", &[5; 32]).await.unwrap(), Some(import));
        assert_eq!(tx.find_same_fund_import("fund", &[6; 32]).await.unwrap(), None);
        assert_eq!(tx.find_same_fund_import("other", &[5; 32]).await.unwrap(), None);
        let counts = tx.count_fund_import_rows("fund", "i1").await.unwrap();
        assert_eq!((counts.new, counts.ends, counts.bad, counts.done), (1, 1, 1, 0));
        assert!(tx.confirm_fund_import("fund", "i1", "ben").await.unwrap());
        assert!(!tx.confirm_fund_import("fund", "i1", "ben").await.unwrap());
        assert!(!tx.discard_fund_import("fund", "i1", now()).await.unwrap());
        assert_eq!(tx.running_fund_imports(9).await.unwrap(), [("fund".to_owned(), "i1".to_owned())]);
        tx.fund_import_row_done("fund", "i1", 2, "p1").await.unwrap();
        let done = tx.list_fund_import_rows("fund", "i1", "done", 0, 9).await.unwrap();
        assert_eq!(done.first().unwrap().sealed, Vec::<u8>::new());
        tx.fund_import_row_failed("fund", "i1", 4, &[8]).await.unwrap();
        assert!(tx.finish_fund_import("fund", "i1", now()).await.unwrap());
        // The last file that was worked off is known again; with another after it, it would count as new.
        assert!(tx.find_same_fund_import("fund", &[5; 32]).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
}
