//! What auditors of the Fund see, alike on every engine: bound heads, receipts, cases, figures, samples.

#![allow(clippy::unwrap_used)]

mod engines;
mod fund_rows;

use engines::engines;
use fund_rows::{now, person};
use issuance::Timestamp;
use issuance::anchoring::{Batch, LeafKind, WaitingLeaf};
use store_issuer::Store;
use store_issuer::fund::{CaseActRow, CaseRow, EffectRow, NewEntry, PictureMark, ProofRow, SampleDayRow};

fn entry(seq: u64, head: u8) -> NewEntry {
    NewEntry {
        seq: Some(seq),
        year: Some(2026),
        at: now(),
        public: "{\"kind\":\"event\",\"name\":\"proof-received\"}".into(),
        salt: [3; 32],
        sealed: vec![4],
        commitment: "aa".into(),
        head: [head; 32],
    }
}

fn proof(id: &str, state: &str, reference: &str) -> ProofRow {
    ProofRow {
        id: id.into(),
        person: "p1".into(),
        year: 2026,
        channel: "paper".into(),
        state: state.into(),
        captured_at: now(),
        received_at: now(),
        reference: reference.into(),
        years: "2026".into(),
        valid_until: None,
        sealed: vec![1],
        entered_by: "ann".into(),
        decided_by: Some("ben".into()),
        decided_at: Some(now()),
    }
}

async fn with_people(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    for id in ["p1", "p2"] {
        tx.insert_fund_person("fund", &person(id)).await.unwrap();
    }
    tx.append_fund_journal("fund", "p1", (0, 0), &[entry(1, 1), entry(2, 2)]).await.unwrap();
    tx.begin_fund_year("fund", 2026, now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn heads_that_moved_are_bound_once_and_wait_for_the_chain() {
    let engines = engines().await;
    for store in &engines.stores {
        with_people(store).await;
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.count_moved_fund_heads("fund").await.unwrap(), 1);
        let all = tx.list_fund_journal_heads("fund", "", 9).await.unwrap();
        assert!(all.iter().is_sorted_by(|one, next| one.person < next.person));
        let entries: Vec<(&str, u64)> = all.iter().map(|it| (it.person.as_str(), it.entry)).collect();
        assert_eq!(entries, [("p1", 2), ("p2", 0)]);
        assert_eq!(tx.list_fund_journal_heads("fund", "p1", 9).await.unwrap().len(), 1);
        let moved = tx.list_moved_fund_heads("fund", 9).await.unwrap();
        let leaves = [WaitingLeaf { id: "p1".into(), salt: [8; 32], digest: [2; 32] }];
        let batch = Batch::build(LeafKind::Audit, &leaves, &clock::SeededEntropy::new(1)).unwrap();
        let root = WaitingLeaf { id: "set".into(), salt: [9; 32], digest: batch.root };
        tx.bind_fund_heads("fund", (&root, &moved, &leaves), &batch, now()).await.unwrap();
        assert_eq!(tx.count_moved_fund_heads("fund").await.unwrap(), 0);
        assert_eq!(tx.list_waiting_leaves("fund", LeafKind::Audit, 9).await.unwrap().len(), 1);
        let known = tx.list_fund_heads("fund", "p1", 9).await.unwrap();
        assert_eq!((known.len(), known.first().map(|it| it.entry)), (1, Some(2)));
        assert_eq!(tx.find_fund_head_leaves("fund", "set").await.unwrap(), Some(batch.leaves));
        let sets = tx.list_fund_head_sets("fund", 9).await.unwrap();
        assert_eq!(sets.first().map(|set| (set.heads, set.root)), Some((1, batch.root)));
        tx.append_fund_journal("fund", "p1", (2, 2), &[entry(3, 3)]).await.unwrap();
        assert_eq!(tx.count_moved_fund_heads("fund").await.unwrap(), 1);
        // Bound at an entry that is not the last any more: the whole set is stale.
        let other = WaitingLeaf { id: "other".into(), ..root };
        let again = Batch::build(LeafKind::Audit, &leaves, &clock::SeededEntropy::new(2)).unwrap();
        let stale = tx.bind_fund_heads("fund", (&other, &moved, &leaves), &again, now());
        assert!(stale.await.is_err());
    }
}

#[tokio::test]
async fn totals_proofs_and_effects_are_counted() {
    let engines = engines().await;
    for store in &engines.stores {
        with_people(store).await;
        let mut tx = store.write("test").await.unwrap();
        let totals = tx.fund_totals("fund", 2026).await.unwrap();
        assert_eq!((totals.people, totals.without_year), (2, 0));
        assert_eq!((totals.last_entries, totals.entries, totals.last_events, totals.events), (2, 2, 2, 2));
        assert_eq!(tx.fund_totals("fund", 2027).await.unwrap().without_year, 2);
        assert_eq!(tx.count_fund_events("fund", "proof-received").await.unwrap(), 2);
        assert_eq!(tx.list_fund_year("fund", 2026, "p1", 9).await.unwrap().len(), 1);
        assert_eq!(tx.list_fund_year_nights("fund", 2026, ("p1", 1), 9).await.unwrap().len(), 1);
        tx.insert_fund_proof("fund", &proof("e1", "accepted", "A")).await.unwrap();
        tx.insert_fund_proof("fund", &proof("e2", "refused", "B")).await.unwrap();
        assert_eq!(tx.list_accepted_fund_proofs("fund", "", 9).await.unwrap(), [("e1".into(), "p1".into())]);
        tx.accept_refused_fund_proof("fund", "e2", "eve", now()).await.unwrap();
        assert!(tx.accept_refused_fund_proof("fund", "e2", "eve", now()).await.is_err());
        assert_eq!(tx.count_fund_proofs("fund").await.unwrap(), [("accepted".into(), 2)]);
        assert_eq!(tx.list_approved_fund_lists("fund", 2026).await.unwrap(), Vec::<String>::new());
        let week = now().timestamp_millis() / 604_800_000;
        assert_eq!(tx.count_fund_proofs_by_week("fund", 2026).await.unwrap(), [(week, 2)]);
        for (key, by) in [("a", Some("withdrawn")), ("b", Some("mail")), ("c", None)] {
            let effect = EffectRow {
                key: key.into(),
                person: "p1".into(),
                year: 2026,
                rule: "r".into(),
                kind: "remind".into(),
                content: "{}".into(),
                asked_at: now(),
                done_at: None,
                done_by: None,
            };
            tx.ask_fund_effect("fund", &effect).await.unwrap();
            if let Some(by) = by {
                tx.finish_fund_effect("fund", key, by, now()).await.unwrap();
            }
        }
        let counted = tx.count_fund_effects("fund", 2026).await.unwrap();
        let numbers = counted.first().map(|it| (it.asked, it.done, it.withdrawn));
        assert_eq!(numbers, Some((3, 1, 1)));
        assert_eq!(tx.count_fund_follow_up("fund", 2026).await.unwrap(), []);
        assert!(tx.list_fund_follow_up("fund", (2026, "ITA"), "", 9).await.unwrap().is_empty());
        let kinds = tx.count_proof_kinds("fund", 2026).await.unwrap();
        assert_eq!(
            kinds.first().map(|it| (it.country.as_str(), it.birth_year, it.many)),
            Some(("ITA", 1950, 2))
        );
    }
}

fn case(id: &str, name: &str) -> CaseRow {
    CaseRow {
        id: id.into(),
        person: "p1".into(),
        name: name.into(),
        kind: "appeal".into(),
        state: "open".into(),
        opened_at: now(),
        opened_by: "ann".into(),
        due_at: now(),
        outcome: None,
        on_day: None,
        survivor: None,
        proposed_by: None,
        closed_at: None,
        closed_by: None,
        revision: 0,
    }
}

#[tokio::test]
async fn cases_stand_once_by_name_and_change_from_what_was_read() {
    let engines = engines().await;
    for store in &engines.stores {
        with_people(store).await;
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_fund_case("fund", &case("c1", "appeal/e1")).await.unwrap());
        assert!(!tx.insert_fund_case("fund", &case("c2", "appeal/e1")).await.unwrap());
        assert!(tx.insert_fund_case("fund", &case("c3", "appeal/e2")).await.unwrap());
        let epoch = Timestamp::UNIX_EPOCH;
        let open = tx.list_open_fund_cases("fund", "", (epoch, ""), 9).await.unwrap();
        assert_eq!(open.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["c1", "c3"]);
        assert_eq!(tx.list_open_fund_cases("fund", "appeal", (now(), "c1"), 9).await.unwrap().len(), 1);
        assert_eq!(tx.list_open_fund_cases("fund", "death", (epoch, ""), 9).await.unwrap(), []);
        let late = tx.count_fund_cases("fund", now() + chrono::Duration::days(1)).await.unwrap();
        assert_eq!(late.first().map(|it| (it.open, it.late)), Some((2, 2)));
        let closed = CaseRow {
            state: "closed".into(),
            outcome: Some("upheld".into()),
            on_day: Some("2026-03-01".parse().unwrap()),
            closed_at: Some(now()),
            closed_by: Some("ben".into()),
            revision: 1,
            ..case("c1", "appeal/e1")
        };
        tx.replace_fund_case("fund", 0, &closed).await.unwrap();
        assert!(tx.replace_fund_case("fund", 0, &closed).await.unwrap_err().is_retryable());
        assert_eq!(tx.find_fund_case("fund", "c1").await.unwrap(), Some(closed.clone()));
        assert_eq!(tx.list_closed_fund_cases("fund", "", "~", 9).await.unwrap(), [closed]);
        assert_eq!(tx.count_fund_outcomes("fund", "appeal", "upheld").await.unwrap(), 1);
        assert_eq!(tx.list_fund_cases_of("fund", "p1").await.unwrap().len(), 2);
        for what in ["opened", "upheld"] {
            let act = CaseActRow { at: now(), by: "ann".into(), what: what.into(), note: String::new() };
            tx.insert_fund_case_act("fund", "c1", &act).await.unwrap();
        }
        let acts = tx.list_fund_case_acts("fund", "c1").await.unwrap();
        assert_eq!(acts.iter().map(|it| it.what.as_str()).collect::<Vec<_>>(), ["opened", "upheld"]);
        let times = tx.list_appeal_times("fund", (epoch, now() + chrono::Duration::days(1))).await.unwrap();
        assert_eq!(times.len(), 2);
    }
}

#[tokio::test]
async fn receipts_marks_and_days_of_the_draw_are_written_once() {
    let engines = engines().await;
    for store in &engines.stores {
        with_people(store).await;
        let mut tx = store.write("test").await.unwrap();
        let leaf = WaitingLeaf { id: "e1".into(), salt: [1; 32], digest: [2; 32] };
        tx.insert_fund_receipt("fund", &leaf, &[5], now()).await.unwrap();
        tx.note_fund_receipt_offer("fund", "e1", "o1").await.unwrap();
        assert!(tx.note_fund_receipt_offer("fund", "e1", "o2").await.is_err());
        let receipt = tx.find_fund_receipt("fund", "e1").await.unwrap().unwrap();
        assert_eq!((receipt.sealed, receipt.offer), (vec![5], Some("o1".into())));
        tx.insert_fund_proof("fund", &proof("e9", "waiting", "R-9")).await.unwrap();
        let leaf = WaitingLeaf { id: "e9".into(), ..leaf };
        tx.insert_fund_receipt("fund", &leaf, &[5], now()).await.unwrap();
        tx.note_fund_receipt_offer("fund", "e9", "o9").await.unwrap();
        assert_eq!(tx.forget_fund_receipt_offers("fund", "p2").await.unwrap(), 0);
        assert_eq!(tx.forget_fund_receipt_offers("fund", "p1").await.unwrap(), 1);
        assert_eq!(tx.find_fund_receipt("fund", "e9").await.unwrap().unwrap().offer, None);
        let mark = PictureMark {
            request: "r".into(),
            digest: [1; 32],
            year: 2026,
            country: "ITA".into(),
            birth_year: 1950,
            verdict: "tryAgain".into(),
            judged_at: now(),
            device: "android".into(),
        };
        tx.insert_picture_mark("fund", &mark).await.unwrap();
        tx.insert_picture_mark("fund", &mark).await.unwrap();
        let marks = tx.count_picture_marks("fund", 2026).await.unwrap();
        assert_eq!(marks.first().map(|it| (it.many, it.device.as_str())), Some((1, "android")));
        assert!(tx.count_picture_decisions("fund", 2026).await.unwrap().is_empty(), "nobody looked");
        let row = SampleDayRow {
            day: now().date_naive(),
            id: "day".into(),
            seed_sealed: vec![1],
            commitment: [4; 32],
            per_mille: 20,
            made_at: now(),
            drawn_at: None,
            proofs: 0,
            chosen: 0,
        };
        assert!(tx.insert_sample_day("fund", &row, [7; 32]).await.unwrap());
        assert!(!tx.insert_sample_day("fund", &row, [7; 32]).await.unwrap());
        assert_eq!(tx.find_sample_day("fund", row.day).await.unwrap(), Some(row.clone()));
        let next = row.day.succ_opt().unwrap();
        assert_eq!(tx.list_undrawn_sample_days("fund", next).await.unwrap().len(), 1);
        tx.insert_fund_proof("fund", &proof("e1", "accepted", "A")).await.unwrap();
        let time = (now(), now() + chrono::Duration::days(1));
        assert_eq!(tx.list_fund_proofs_decided("fund", time, "", 9).await.unwrap().len(), 1);
        tx.note_sample_drawn("fund", row.day, (1, 0), now()).await.unwrap();
        assert!(tx.note_sample_drawn("fund", row.day, (1, 0), now()).await.is_err());
        assert_eq!(tx.list_sample_days("fund", 9).await.unwrap().first().map(|it| it.proofs), Some(1));
    }
}

#[tokio::test]
async fn service_times_are_by_nearest_rank_and_what_waits_is_counted_apart() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for (at, minutes) in [60, 10, 20, 30, 40].into_iter().enumerate() {
            let decided = Some(now() + chrono::Duration::minutes(minutes));
            let by = if at == 1 { "automatic" } else { "ben" };
            let row = ProofRow {
                decided_at: decided,
                decided_by: Some(by.into()),
                ..proof(&format!("e{at}"), "accepted", &format!("R{at}"))
            };
            tx.insert_fund_proof("fund", &row).await.unwrap();
        }
        let waits = ProofRow { decided_at: None, decided_by: None, ..proof("e8", "waiting", "R8") };
        tx.insert_fund_proof("fund", &waits).await.unwrap();
        let times = tx.fund_service_times("fund", 2026).await.unwrap().remove(0);
        assert_eq!((times.channel.as_str(), times.decided, times.automatic), ("paper", 5, 1));
        assert_eq!((times.half.num_minutes(), times.most.num_minutes()), (30, 60));
        assert_eq!(tx.fund_service_times("fund", 2025).await.unwrap(), []);
        let waiting = tx.fund_waiting_proofs("fund").await.unwrap().remove(0);
        assert_eq!((waiting.many, waiting.since), (1, now()));
        assert_eq!(tx.fund_waiting_proofs("other").await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}
