//! The Fund's letters, messages and scans, alike on every engine.

#![allow(clippy::unwrap_used)]

mod engines;
mod fund_rows;

use engines::engines;
use fund_rows::now;
use store_issuer::fund::{
    ArchiveRow, AskRunRow, EffectRow, FollowUpRow, FundMessageRow, LetterRow, LetterSettingsRow, MailingRow,
    PersonRow, PieceRow, ScanRow,
};
use store_issuer::{Store, Transaction};

async fn ask(tx: &mut Transaction, person: &str, country: &str, kind: &str) -> String {
    let row = PersonRow { country: country.into(), ..fund_rows::person(person) };
    tx.insert_fund_person("fund", &row).await.unwrap();
    ask_again(tx, person, kind).await
}

/// Something more for somebody who is there already.
async fn ask_again(tx: &mut Transaction, person: &str, kind: &str) -> String {
    let effect = EffectRow {
        key: format!("{person}/2026/{kind}"),
        person: person.into(),
        year: 2026,
        rule: "r".into(),
        kind: kind.into(),
        content: "{}".into(),
        asked_at: now(),
        done_at: None,
        done_by: None,
    };
    tx.ask_fund_effect("fund", &effect).await.unwrap();
    effect.key
}

fn mailing(id: &str) -> MailingRow {
    MailingRow {
        id: id.into(),
        state: "gathering".into(),
        kinds: "mail-paper".into(),
        at_kind: "mail-paper".into(),
        after_key: String::new(),
        letters: 0,
        left_out: 0,
        telephone: "1".into(),
        return_address: "a".into(),
        made_by: "o".into(),
        made_at: now(),
        ready_at: None,
        posted_on: None,
        posted_by: None,
        posted_at: None,
    }
}

fn letter(mailing: &str, asked: &store_issuer::fund::AskedRow, fault: Option<&str>) -> LetterRow {
    LetterRow {
        mailing: mailing.into(),
        effect: asked.effect.clone(),
        person: asked.person.id.clone(),
        year: asked.year,
        kind: asked.kind.clone(),
        language: "fr".into(),
        country: asked.person.country.clone(),
        place: None,
        number: fault.is_none().then(|| format!("N{}", asked.person.id)),
        fault: fault.map(str::to_owned),
        sealed: Some(vec![9]),
        withdrawn: false,
    }
}

async fn begun(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    for (person, country) in [("p1", "SEN"), ("p2", "FRA"), ("p3", "FRA")] {
        ask(&mut tx, person, country, "mail-paper").await;
    }
    tx.insert_fund_mailing("fund", &mailing("m1")).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn form_takes_the_place_of_earlier_ones_that_are_in_no_mailing_and_people_are_counted_once() {
    let engines = engines().await;
    for store in &engines.stores {
        begun(store).await;
        let mut tx = store.write("test").await.unwrap();
        let asked = tx.list_asked_fund_letters("fund", "mail-paper", "", 9).await.unwrap();
        let (first, gathered) = (&asked[0], &asked[1]);
        tx.insert_fund_letter("fund", &letter("m1", gathered, None)).await.unwrap();
        let again = |person: &str, year: i32| EffectRow {
            key: format!("{person}/{year}/again"),
            person: person.to_owned(),
            year,
            rule: "first-mailing".into(),
            kind: "mail-paper".into(),
            content: "{}".into(),
            asked_at: now(),
            done_at: None,
            done_by: None,
        };
        // By another form of the year, by one of a later year, and by one of an earlier year, which is itself taken back.
        let year = first.year;
        let cases = [
            (again("p1", year), vec![first.effect.clone()]),
            (again("p1", year + 1), vec![format!("p1/{year}/again")]),
            (again("p1", year - 1), vec![format!("p1/{}/again", year - 1)]),
            (again("p2", year + 1), vec![]),
        ];
        for (newer, gone) in cases {
            assert!(tx.ask_fund_effect("fund", &newer).await.unwrap());
            let many = tx.supersede_fund_forms("fund", &newer.person, &newer.key, now()).await.unwrap();
            assert_eq!(many, gone.len() as u64, "{}", newer.key);
            for key in gone {
                let done = tx.find_fund_effect("fund", &key).await.unwrap().unwrap();
                assert_eq!(done.done_by.as_deref(), Some("superseded"), "{key}");
            }
        }
        assert_eq!(tx.supersede_older_fund_forms("fund", now()).await.unwrap(), 0);
        // Two that were asked for by nights of before are counted as one person, and one is taken back.
        tx.ask_fund_effect("fund", &again("p3", year + 1)).await.unwrap();
        let waiting = [("mail-paper".to_owned(), 3)];
        assert_eq!(tx.count_asked_fund_letters("fund").await.unwrap(), waiting);
        assert_eq!(tx.supersede_older_fund_forms("fund", now()).await.unwrap(), 1);
        assert_eq!(tx.count_asked_fund_letters("fund").await.unwrap(), waiting);
    }
}

#[tokio::test]
async fn mailing_has_each_effect_once_in_the_order_of_countries_and_without_what_is_taken_back() {
    let engines = engines().await;
    for store in &engines.stores {
        begun(store).await;
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_fund_mailing("fund", &mailing("m2")).await.unwrap_err().is_conflict());
        drop(tx);
        let mut tx = store.write("test").await.unwrap();
        let asked = tx.list_asked_fund_letters("fund", "mail-paper", "", 9).await.unwrap();
        assert_eq!(asked.len(), 3);
        let before = tx.find_gathering_fund_mailing("fund").await.unwrap().unwrap();
        let after = MailingRow { letters: 2, left_out: 1, after_key: "p3".into(), ..before.clone() };
        tx.move_fund_mailing("fund", &before, &after).await.unwrap();
        for (asked, fault) in asked.iter().zip([None, None, Some("no-address")]) {
            tx.insert_fund_letter("fund", &letter("m1", asked, fault)).await.unwrap();
        }
        tx.ready_fund_mailing("fund", "m1", now()).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        assert!(tx.move_fund_mailing("fund", &before, &after).await.is_err(), "somebody else did");
        drop(tx);
        let mut tx = store.write("test").await.unwrap();
        let letters = tx.list_fund_letters("fund", "m1", (0, 500)).await.unwrap();
        let places: Vec<_> = letters.iter().map(|it| (it.place.unwrap(), it.person.as_str())).collect();
        assert_eq!(places, [(1, "p2"), (2, "p1")], "France before Senegal");
        let left_out = tx.list_left_out_fund_people("fund", "m1", "", 9).await.unwrap();
        assert_eq!((left_out[0].fault.as_str(), left_out[0].letters), ("no-address", 1));
        assert_eq!(tx.count_left_out_fund_people("fund", "m1").await.unwrap(), 1);
        let counts = tx.count_fund_pieces("fund", "m1", 1).await.unwrap();
        let counts: Vec<_> = counts.iter().map(|it| (it.piece, it.country.as_str(), it.letters)).collect();
        assert_eq!(counts, [(1, "FRA", 1), (2, "SEN", 1)], "parts of one letter");
        let kinds = tx.count_fund_letter_kinds("fund", "m1").await.unwrap();
        assert_eq!(kinds, [("mail-paper".to_owned(), 2)]);
        assert_eq!(tx.count_asked_fund_letters("fund").await.unwrap(), [("mail-paper".to_owned(), 1)]);
        let piece = PieceRow {
            piece: 1,
            digest: "d".into(),
            letters: 2,
            fetched_by: "o".into(),
            fetched_at: now(),
            posted_on: None,
        };
        tx.put_fund_piece("fund", "m1", &piece).await.unwrap();
        tx.put_fund_piece("fund", "m1", &PieceRow { letters: 1, ..piece.clone() }).await.unwrap();
        assert_eq!(tx.list_fund_pieces("fund", "m1").await.unwrap(), [PieceRow { letters: 1, ..piece }]);

        tx.withdraw_fund_effects("fund", "p1", 2026, now()).await.unwrap();
        assert_eq!(tx.count_withdrawn_fund_letters("fund", "m1").await.unwrap(), 1);
        assert!(tx.find_fund_letter("fund", "Np1").await.unwrap().unwrap().withdrawn);
        let on = "2026-07-01".parse().unwrap();
        assert_eq!(tx.post_fund_pieces("fund", "m1", (1, 1, 500), (on, "o"), now()).await.unwrap(), 1);
        tx.post_fund_mailing("fund", "m1", (on, "o"), now()).await.unwrap();
        let printed =
            PieceRow { digest: "again".into(), ..tx.list_fund_pieces("fund", "m1").await.unwrap().remove(0) };
        assert_eq!(printed.posted_on, Some(on));
        tx.put_fund_piece("fund", "m1", &printed).await.unwrap();
        assert_eq!(
            tx.list_fund_pieces("fund", "m1").await.unwrap()[0].digest,
            "d",
            "what left stays what it was"
        );
        let first = tx.first_posted_fund_forms("fund", 2026, ("p1", "p3"), 500).await.unwrap();
        assert_eq!(first, [("p2".to_owned(), on)], "without what was taken back");
        let effect = tx.find_fund_effect("fund", "p2/2026/mail-paper").await.unwrap().unwrap();
        assert_eq!(effect.done_by.as_deref(), Some("mailing m1"));
        assert_eq!(tx.find_fund_mailing("fund", "m1").await.unwrap().unwrap().posted_on, Some(on));
        let unnoted = tx.list_unnoted_fund_mailings("fund").await.unwrap();
        assert_eq!(unnoted.iter().map(|(it, at)| (it.id.as_str(), *at)).collect::<Vec<_>>(), [("m1", 0)]);
        assert!(tx.move_noted_fund_letters("fund", "m1", 0, 2).await.unwrap());
        assert!(!tx.move_noted_fund_letters("fund", "m1", 0, 2).await.unwrap(), "somebody else did");
        assert!(tx.list_unnoted_fund_mailings("fund").await.unwrap().is_empty());
        assert_eq!(tx.count_fund_sendings("fund").await.unwrap(), (0, 1), "without what was taken back");
        assert_eq!(
            tx.list_posted_fund_letters("fund", (2026, "send-notice"), ("", 9), 500).await.unwrap(),
            [],
            "no notice was asked for"
        );
        let notice = ask_again(&mut tx, "p2", "send-notice").await;
        tx.finish_fund_effect("fund", &notice, "mailing m1", now()).await.unwrap();
        assert_eq!(
            tx.list_posted_fund_letters("fund", (2026, "send-notice"), ("", 9), 500).await.unwrap(),
            [(notice.clone(), on)]
        );
        assert_eq!(
            tx.list_posted_fund_letters("fund", (2026, "send-notice"), (&notice, 9), 500).await.unwrap(),
            []
        );
        assert_eq!(
            tx.list_posted_fund_letters("fund", (2025, "send-notice"), ("", 9), 500).await.unwrap(),
            []
        );
        let withdrawn = ask_again(&mut tx, "p3", "send-notice").await;
        tx.finish_fund_effect("fund", &withdrawn, "withdrawn", now()).await.unwrap();
        assert_eq!(
            tx.list_posted_fund_letters("fund", (2026, "send-notice"), ("", 9), 500).await.unwrap().len(),
            1
        );
        assert_eq!(tx.erase_fund_letters(now()).await.unwrap(), 0);
        assert_eq!(tx.erase_fund_letters(now() + chrono::Duration::days(1)).await.unwrap(), 3);
        assert_eq!(tx.find_fund_mailing("other", "m1").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn cancelled_mailing_gives_its_effects_back_and_keeps_its_numbers() {
    let engines = engines().await;
    for store in &engines.stores {
        begun(store).await;
        let mut tx = store.write("test").await.unwrap();
        for asked in tx.list_asked_fund_letters("fund", "mail-paper", "", 9).await.unwrap() {
            tx.insert_fund_letter("fund", &letter("m1", &asked, None)).await.unwrap();
        }
        assert_eq!(tx.count_asked_fund_letters("fund").await.unwrap(), []);
        tx.cancel_fund_mailing("fund", "m1").await.unwrap();
        assert_eq!(tx.count_asked_fund_letters("fund").await.unwrap(), [("mail-paper".to_owned(), 3)]);
        let letter = tx.find_fund_letter("fund", "Np1").await.unwrap().unwrap();
        assert_eq!((letter.person.as_str(), letter.sealed), ("p1", None));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn message_is_taken_once_and_not_after_its_effect_is_taken_back() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let key = ask(&mut tx, "p1", "SEN", "remind").await;
        assert_eq!(tx.list_new_fund_messages("fund", "remind", 9).await.unwrap().len(), 1);
        let row = FundMessageRow {
            effect: key.clone(),
            person: "p1".into(),
            year: 2026,
            kind: "remind".into(),
            state: "waiting".into(),
            tries: 0,
            next_try_at: now(),
            fault: None,
            message_id: None,
            reply_code: None,
            reply_sealed: None,
            created_at: now(),
            finished_at: None,
        };
        tx.insert_fund_message("fund", &row).await.unwrap();
        tx.insert_fund_message("fund", &row).await.unwrap();
        assert!(tx.list_new_fund_messages("fund", "remind", 9).await.unwrap().is_empty());
        assert_eq!(tx.list_due_fund_messages("fund", now(), 9).await.unwrap(), std::slice::from_ref(&row));
        let later = now() + chrono::Duration::minutes(5);
        assert!(tx.claim_fund_message("fund", &row, later).await.unwrap());
        assert!(!tx.claim_fund_message("fund", &row, later).await.unwrap(), "somebody has it");
        assert!(tx.list_due_fund_messages("fund", now(), 9).await.unwrap().is_empty());
        assert!(!tx.withdraw_fund_message("fund", &key, now()).await.unwrap(), "it is still wanted");
        tx.put_off_fund_message("fund", &key, now(), Some("timeout")).await.unwrap();
        tx.withdraw_fund_effects("fund", "p1", 2026, now()).await.unwrap();
        let tried = FundMessageRow { tries: 1, ..row.clone() };
        assert!(!tx.claim_fund_message("fund", &tried, later).await.unwrap(), "it is taken back");
        assert!(tx.withdraw_fund_message("fund", &key, now()).await.unwrap());
        assert_eq!(tx.count_fund_messages("fund").await.unwrap(), [("withdrawn".to_owned(), 1)]);

        let key = ask(&mut tx, "p2", "SEN", "send-receipt").await;
        let second =
            FundMessageRow { effect: key.clone(), person: "p2".into(), kind: "send-receipt".into(), ..row };
        tx.insert_fund_message("fund", &second).await.unwrap();
        tx.sent_fund_message("fund", &key, ("<id@x>", "250", &[7]), now()).await.unwrap();
        let sent = tx.list_fund_messages_of("fund", "p2").await.unwrap().remove(0);
        assert_eq!(
            (sent.state.as_str(), sent.reply_code.as_deref(), sent.reply_sealed),
            ("sent", Some("250"), Some(vec![7]))
        );
        assert_eq!(tx.list_unnoted_fund_messages("fund", 9).await.unwrap().len(), 1);
        tx.note_fund_message("fund", &key).await.unwrap();
        assert!(tx.list_unnoted_fund_messages("fund", 9).await.unwrap().is_empty());
        assert_eq!(tx.count_fund_sendings("fund").await.unwrap(), (1, 0));
        assert!(tx.note_fund_message("fund", &key).await.is_err(), "once");
        assert!(tx.sent_fund_message("fund", &key, ("<id@x>", "250", &[7]), now()).await.is_err(), "once");
        let third = ask(&mut tx, "p3", "SEN", "remind").await;
        tx.insert_fund_message(
            "fund",
            &FundMessageRow { effect: third.clone(), person: "p3".into(), state: "post".into(), ..second },
        )
        .await
        .unwrap();
        assert_eq!(
            tx.count_asked_fund_letters("fund").await.unwrap(),
            [("remind".to_owned(), 1)],
            "by letter"
        );
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn page_is_kept_once_and_its_picture_until_the_decision() {
    let engines = engines().await;
    for store in &engines.stores {
        let scan = ScanRow {
            id: "s1".into(),
            state: "unread".into(),
            digest: "d1".into(),
            number: None,
            person: None,
            proof: None,
            fault: Some("no-code".into()),
            is_signed: Some(true),
            media_type: Some("image/png".into()),
            picture: Some(vec![5]),
            uploaded_by: "o".into(),
            uploaded_at: now(),
            decided_by: None,
            decided_at: None,
        };
        let mut tx = store.write("test").await.unwrap();
        tx.insert_fund_scan("fund", &scan).await.unwrap();
        assert_eq!(tx.find_fund_scan("fund", "s1").await.unwrap(), Some(scan.clone()));
        assert_eq!(tx.find_fund_scan("other", "s1").await.unwrap(), None);
        let bare = ScanRow { picture: None, ..scan.clone() };
        assert_eq!(tx.list_fund_scans("fund", "unread", "", 9).await.unwrap(), [bare]);
        tx.name_fund_scan("fund", "s1", ("N", "p", "e")).await.unwrap();
        assert!(tx.name_fund_scan("fund", "s1", ("N", "p", "e")).await.is_err(), "somebody did");
        assert_eq!(tx.count_refused_fund_scans("fund", "N").await.unwrap(), 0);
        tx.decide_fund_scan("fund", ("s1", "waiting", "refused"), "o", now()).await.unwrap();
        let decided = tx.find_fund_scan_by_digest("fund", "d1").await.unwrap().unwrap();
        assert_eq!((decided.picture, decided.state.as_str()), (None, "refused"));
        assert_eq!(tx.count_refused_fund_scans("fund", "N").await.unwrap(), 1);
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        let twice = tx.insert_fund_scan("fund", &ScanRow { id: "s2".into(), ..scan }).await;
        assert!(twice.unwrap_err().is_conflict());
    }
}

#[tokio::test]
async fn parts_leave_one_by_one_and_what_did_not_is_free_again() {
    let engines = engines().await;
    for store in &engines.stores {
        begun(store).await;
        let mut tx = store.write("test").await.unwrap();
        for asked in tx.list_asked_fund_letters("fund", "mail-paper", "", 9).await.unwrap() {
            tx.insert_fund_letter("fund", &letter("m1", &asked, None)).await.unwrap();
        }
        tx.ready_fund_mailing("fund", "m1", now()).await.unwrap();
        for piece in 1..=3 {
            let (digest, fetched_by) = ("d".to_owned(), "o".to_owned());
            let row = PieceRow { piece, digest, letters: 1, fetched_by, fetched_at: now(), posted_on: None };
            tx.put_fund_piece("fund", "m1", &row).await.unwrap();
        }
        let on = "2026-07-01".parse().unwrap();
        assert_eq!(tx.post_fund_pieces("fund", "m1", (1, 2, 1), (on, "o"), now()).await.unwrap(), 2);
        assert_eq!(tx.post_fund_pieces("fund", "m1", (1, 2, 1), (on, "o"), now()).await.unwrap(), 0);
        let posted = tx.list_posted_fund_letters("fund", (2026, "mail-paper"), ("", 9), 1).await.unwrap();
        assert_eq!(
            posted.iter().map(|(_, day)| *day).collect::<Vec<_>>(),
            [on, on],
            "of the part, not of the mailing"
        );
        assert_eq!(tx.free_unposted_fund_letters("fund", "m1", 1).await.unwrap(), 1);
        assert_eq!(tx.count_asked_fund_letters("fund").await.unwrap(), [("mail-paper".to_owned(), 1)]);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn archives_settings_answers_and_runs_are_kept() {
    let engines = engines().await;
    for store in &engines.stores {
        begun(store).await;
        let mut tx = store.write("test").await.unwrap();
        let archive = ArchiveRow {
            id: "a1".into(),
            from: 1,
            to: 3,
            at: 0,
            fetched_by: "o".into(),
            begun_at: now(),
            moved_at: now(),
            finished_at: None,
        };
        tx.insert_fund_archive("fund", "m1", &archive).await.unwrap();
        tx.move_fund_archive("fund", ("m1", "a1"), 2, now()).await.unwrap();
        assert_eq!(
            tx.list_fund_archives("fund", "m1", 9).await.unwrap(),
            [ArchiveRow { at: 2, ..archive.clone() }]
        );
        tx.finish_fund_archive("fund", ("m1", "a1"), now()).await.unwrap();
        tx.move_fund_archive("fund", ("m1", "a1"), 1, now()).await.unwrap();
        let ended = ArchiveRow { at: 3, finished_at: Some(now()), ..archive };
        assert_eq!(
            tx.list_fund_archives("fund", "m1", 9).await.unwrap(),
            [ended],
            "it does not move behind its end"
        );

        assert_eq!(tx.find_letter_settings("fund").await.unwrap(), None);
        let settings = LetterSettingsRow {
            telephone: "+1".into(),
            return_address: "a".into(),
            changed_by: "o".into(),
            changed_at: now(),
        };
        tx.put_letter_settings("fund", &settings).await.unwrap();
        let other = LetterSettingsRow { telephone: "+2".into(), ..settings };
        tx.put_letter_settings("fund", &other).await.unwrap();
        assert_eq!(tx.find_letter_settings("fund").await.unwrap(), Some(other));
        assert_eq!(tx.find_letter_settings("other").await.unwrap(), None);

        let answer = |id: &str, outcome: &str| FollowUpRow {
            id: id.into(),
            person: "p1".into(),
            year: 2026,
            outcome: outcome.into(),
            sealed: vec![1],
            case: None,
            entered_by: "o".into(),
            entered_at: now(),
        };
        for row in [answer("1", "not-found"), answer("2", "alive")] {
            tx.insert_follow_up_answer("fund", &row).await.unwrap();
        }
        let newest = tx.list_follow_up_answers("fund", ("p1", 2026), 1).await.unwrap();
        assert_eq!(newest, [answer("2", "alive")]);
        let counts = tx.count_follow_up_answers("fund", 2026).await.unwrap();
        assert_eq!(counts, [("alive".to_owned(), 1), ("not-found".to_owned(), 1)]);
        ask_again(&mut tx, "p1", "list-for-follow-up").await;
        assert_eq!(
            tx.hand_out_follow_up("fund", (2026, "FRA"), "list", now()).await.unwrap(),
            0,
            "p1 is in Senegal"
        );
        assert_eq!(tx.hand_out_follow_up("fund", (2026, "SEN"), "list", now()).await.unwrap(), 1);

        let run = AskRunRow {
            id: "r1".into(),
            year: 2026,
            after: String::new(),
            asked: 0,
            passed: 0,
            made_by: "o".into(),
            made_at: now(),
            finished_at: None,
        };
        tx.insert_ask_run("fund", &run).await.unwrap();
        let moved = AskRunRow { after: "s1".into(), asked: 1, finished_at: Some(now()), ..run.clone() };
        tx.move_ask_run("fund", &run, &moved).await.unwrap();
        assert!(tx.move_ask_run("fund", &run, &moved).await.is_err(), "somebody else did");
        assert_eq!(tx.find_open_ask_run("fund").await.unwrap(), None);
        assert_eq!(tx.list_ask_runs("fund", 9).await.unwrap(), [moved]);
        tx.commit().await.unwrap();
    }
}
