//! Enrolments, appointments and calls, alike on every engine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod engines;

use chrono::Duration;
use engines::engines;
use entitlement::enrolment::{Enrolment, Refusal};
use issuance::{Subject, Timestamp};
use serde_json::Map;
use store_issuer::{
    BoundKey, EnrolmentNote, EnrolmentRow, KeyHolder, SeparationRow, SeparationUse, SlotRow, StationWordRow,
    Store, Transaction,
};

const FUND: &str = "unjspf";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn subject(number: &str) -> Subject {
    Subject {
        id: format!("s-{number}"),
        number: number.into(),
        name: "Amina".into(),
        claims: Map::new(),
        created_at: now(),
        updated_at: now(),
    }
}

fn enrolment(id: &str, subject: &str) -> EnrolmentRow {
    EnrolmentRow {
        id: id.into(),
        subject_id: subject.into(),
        enrolment: Enrolment::invited(now()),
        code_mark: "mark".into(),
        invited_by: "agent".into(),
        invited_at: now(),
        secret_mark: None,
        claimed_at: None,
        holder_key: None,
        place_kept_at: None,
        document: None,
        picture: None,
        proposed_at: None,
        decided_at: None,
        revision: 0,
    }
}

fn slot(id: &str, minutes_from_now: i64) -> SlotRow {
    SlotRow {
        id: id.into(),
        agent: "agent".into(),
        starts_at: now() + Duration::minutes(minutes_from_now),
        minutes: 20,
        language: "fr".into(),
        way: "video".into(),
        opened_at: now(),
    }
}

/// Two people who are invited, and two times.
async fn prepared(store: &Store) -> Transaction {
    let mut tx = store.write("test").await.unwrap();
    for number in ["1", "2"] {
        tx.put_subject(FUND, &subject(number)).await.unwrap();
        tx.insert_enrolment(FUND, &enrolment(&format!("e-{number}"), &format!("s-{number}"))).await.unwrap();
    }
    assert!(tx.insert_slot(FUND, &slot("t-1", 60)).await.unwrap());
    assert!(tx.insert_slot(FUND, &slot("t-2", 80)).await.unwrap());
    tx
}

#[tokio::test]
async fn an_enrolment_comes_back_as_it_was_and_one_is_open_at_a_time() {
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        let mut row = enrolment("e-1", "s-1");
        assert_eq!(tx.find_enrolment(FUND, "e-1").await.unwrap(), Some(row.clone()));
        assert_eq!(tx.find_enrolment("undp", "e-1").await.unwrap(), None);
        row.enrolment = row.enrolment.claimed(now()).unwrap().keyed("key").unwrap();
        (row.secret_mark, row.holder_key) = (Some("secret".into()), Some("{}".into()));
        (row.document, row.picture) = (Some(b"document".to_vec()), Some(b"picture".to_vec()));
        row.place_kept_at = Some(now());
        tx.replace_enrolment(FUND, &row).await.unwrap();
        assert!(tx.replace_enrolment(FUND, &row).await.unwrap_err().is_retryable(), "it changed in between");
        row.revision = 1;
        assert_eq!(tx.find_enrolment_by_secret(FUND, "secret").await.unwrap(), Some(row.clone()));
        assert_eq!(tx.find_enrolment_by_secret("undp", "secret").await.unwrap(), None);
        assert_eq!(tx.list_kept_places(FUND, (Timestamp::UNIX_EPOCH, ""), 9).await.unwrap(), [row.clone()]);
        assert_eq!(tx.count_kept_places(FUND).await.unwrap(), 1);
        assert_eq!(tx.list_kept_places(FUND, (now(), &row.id), 9).await.unwrap(), [], "nobody after");
        row.enrolment = row.enrolment.refused("agent", Refusal::Line).unwrap();
        tx.replace_enrolment(FUND, &row).await.unwrap();
        tx.insert_enrolment(FUND, &enrolment("e-3", "s-1")).await.unwrap();
        let known = tx.list_enrolments_of(FUND, "s-1").await.unwrap();
        assert_eq!(known.len(), 2);
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_enrolment(FUND, &enrolment("e-4", "s-1")).await.unwrap_err().is_conflict());
    }
}

#[tokio::test]
async fn many_times_of_one_agent_hide_neither_languages_nor_days() {
    let hour = |hours: i64| now() + Duration::hours(hours);
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        let timed = |id: String, agent: &str, at, language: &str| SlotRow {
            agent: agent.to_owned(),
            starts_at: at,
            language: language.to_owned(),
            ..slot(&id, 0)
        };
        for number in 0..100_i64 {
            let early = timed(format!("en-{number}"), "en", hour(200) + Duration::minutes(number), "en");
            assert!(tx.insert_slot(FUND, &early).await.unwrap());
        }
        for day in 0..5_i64 {
            let late = timed(format!("ar-{day}"), "ar", hour(400 + 24 * day), "ar");
            assert!(tx.insert_slot(FUND, &late).await.unwrap());
        }
        let window = (hour(100), hour(1_000));
        for (language, own) in [("ar", 5), ("en", 2)] {
            let wish = (language, 240);
            let offered = tx.list_free_slots_for(FUND, window, now(), wish, 60).await.unwrap();
            assert!(offered.iter().take(own).all(|it| it.language == language), "{language}: {offered:?}");
            assert!(
                offered.iter().any(|it| it.language == "ar") && offered.iter().any(|it| it.language == "en")
            );
            assert!(
                offered.iter().filter(|it| it.language == "en").count() <= 6,
                "a few of each three hours"
            );
        }
    }
}

#[tokio::test]
async fn a_time_has_one_person_and_a_person_one_time() {
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        assert!(!tx.insert_slot(FUND, &slot("again", 60)).await.unwrap(), "the same time of the same agent");
        let between = slot("between", 70);
        assert!(tx.overlaps(FUND, &between, between.starts_at + Duration::minutes(20)).await.unwrap());
        let after = slot("after", 100);
        assert!(!tx.overlaps(FUND, &after, after.starts_at + Duration::minutes(20)).await.unwrap());
        assert_eq!(tx.count_needing_appointment(FUND, now()).await.unwrap(), 2);
        assert!(tx.book(FUND, ("a-1", "t-1", "e-1"), now()).await.unwrap());
        assert!(!tx.book(FUND, ("a-2", "t-1", "e-2"), now()).await.unwrap(), "taken");
        assert!(!tx.book(FUND, ("a-3", "t-2", "e-1"), now()).await.unwrap(), "has one");
        assert_eq!(tx.count_needing_appointment(FUND, now()).await.unwrap(), 1);
        assert!(!tx.close_slot(FUND, "t-1", now()).await.unwrap(), "somebody has it");
        let window = (now(), now() + Duration::days(1));
        let free = tx.list_free_slots(FUND, window, now(), ("", 9)).await.unwrap();
        assert_eq!(free, [slot("t-2", 80)]);
        assert_eq!(tx.count_free_slots(FUND, window).await.unwrap(), 1);
        let language = slot("t-1", 60).language;
        let one = std::collections::BTreeMap::from([(language.clone(), 1)]);
        assert_eq!(tx.count_free_by_language(FUND, window).await.unwrap(), one);
        assert_eq!(tx.count_booked_by_language(FUND, now()).await.unwrap(), one);
        let unsaid = std::collections::BTreeMap::from([(String::new(), 1)]);
        assert_eq!(tx.count_needing_by_language(FUND, now()).await.unwrap(), unsaid);
        tx.set_enrolment_language(FUND, "e-2", Some(&language)).await.unwrap();
        assert_eq!(tx.count_needing_by_language(FUND, now()).await.unwrap(), one);
        let before = now() - Duration::hours(1);
        assert!(
            tx.list_free_slots(FUND, window, before, ("", 9)).await.unwrap().is_empty(),
            "opened later than that"
        );
        assert!(tx.change_appointment(FUND, "a-1", ("booked", "cancelled"), now()).await.unwrap());
        assert!(!tx.change_appointment(FUND, "a-1", ("booked", "cancelled"), now()).await.unwrap());
        assert!(tx.book(FUND, ("a-4", "t-1", "e-2"), now()).await.unwrap(), "free again");
        let agenda = tx.list_appointments(FUND, window, 9).await.unwrap();
        assert_eq!(agenda.len(), 1);
        assert_eq!((agenda[0].enrolment_id.as_str(), agenda[0].slot.id.as_str()), ("e-2", "t-1"));
        assert_eq!(tx.count_appointments_of(FUND, "e-1").await.unwrap(), 1);
        assert_eq!(tx.count_booked_since(FUND, now()).await.unwrap(), 1);
        assert!(tx.close_slot(FUND, "t-2", now()).await.unwrap());
        assert_eq!(tx.find_slot(FUND, "t-2").await.unwrap(), None);
    }
}

#[tokio::test]
async fn messages_of_a_call_are_bounded_and_their_numbers_grow() {
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        tx.book(FUND, ("a-1", "t-1", "e-1"), now()).await.unwrap();
        for body in ["one", "two", "three"] {
            let kept = tx.insert_signal(FUND, "a-1", ("agent", body), now(), 2).await.unwrap();
            assert_eq!(kept, body != "three");
        }
        let heard = tx.list_signals(FUND, "a-1", ("agent", 0)).await.unwrap();
        assert_eq!(heard.iter().map(|it| it.body.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert!(tx.list_signals(FUND, "a-1", ("person", 0)).await.unwrap().is_empty());
        tx.begin_signals(FUND, "a-1", now()).await.unwrap();
        assert!(tx.list_signals(FUND, "a-1", ("agent", 0)).await.unwrap().is_empty());
        tx.insert_signal(FUND, "a-1", ("agent", "four"), now(), 9).await.unwrap();
        assert!(tx.list_signals(FUND, "a-1", ("agent", heard[1].number)).await.unwrap().len() == 1);
        assert_eq!(tx.erase_signals(now()).await.unwrap(), 0);
        assert_eq!(tx.erase_signals(now() + Duration::seconds(1)).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn one_key_is_bound_at_a_time_and_words_are_kept_in_order() {
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        for (id, device_key) in [("b-1", "old"), ("b-2", "new")] {
            let key =
                BoundKey { device_key: device_key.into(), how: "call".into(), by: "agent".into(), at: now() };
            tx.bind_key(FUND, "s-1", id, &key).await.unwrap();
            assert_eq!(tx.find_bound_key(FUND, "s-1").await.unwrap(), Some(key));
        }
        assert_eq!(tx.find_bound_key("undp", "s-1").await.unwrap(), None);
        let over = |is_over| vec![KeyHolder { subject_id: "s-1".into(), is_over }];
        assert_eq!(tx.list_key_holders(FUND, "new").await.unwrap(), over(false));
        assert_eq!(tx.list_key_holders(FUND, "old").await.unwrap(), over(true));
        assert_eq!(tx.list_key_holders("undp", "new").await.unwrap(), []);
        assert_eq!(tx.latest_fund_waits(FUND, "own-device").await.unwrap(), []);
        for id in ["n-1", "n-2"] {
            let note = EnrolmentNote {
                id: id.into(),
                kind: "note".into(),
                sealed: b"words".to_vec(),
                written_by: "agent".into(),
                written_at: now(),
            };
            tx.insert_enrolment_note(FUND, "e-1", &note).await.unwrap();
        }
        let notes = tx.list_enrolment_notes(FUND, "e-1").await.unwrap();
        assert_eq!(notes.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["n-1", "n-2"]);
    }
}

fn separation(id: &str, secret: &str) -> SeparationRow {
    SeparationRow {
        id: id.into(),
        secret_mark: secret.into(),
        verification: format!("v-{id}"),
        link: "openid4vp://?client_id=c".into(),
        begun_at: now(),
        expires_at: now() + Duration::minutes(10),
        used: None,
    }
}

#[tokio::test]
async fn a_presentation_is_used_once_and_an_ended_service_enrols_one_person() {
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        tx.insert_separation(FUND, &separation("p-1", "one")).await.unwrap();
        tx.insert_separation(FUND, &separation("p-2", "two")).await.unwrap();
        assert_eq!(tx.count_waiting_separations(FUND, now()).await.unwrap(), 2);
        let first = tx.find_separation(FUND, "one").await.unwrap().unwrap();
        assert_eq!(first, separation("p-1", "one"));
        let anew = SeparationRow { verification: "v-anew".into(), ..first.clone() };
        tx.renew_separation(FUND, &first, &anew).await.unwrap();
        let used = SeparationUse { enrolment: "e-1".into(), at: now(), sealed: vec![1] };
        assert!(tx.use_separation(FUND, &first, &used).await.is_err(), "it was asked anew meanwhile");
        tx.use_separation(FUND, &anew, &used).await.unwrap();
        assert!(tx.use_separation(FUND, &anew, &used).await.is_err(), "once");
        assert!(tx.renew_separation(FUND, &anew, &first).await.is_err(), "and it is not asked again");
        assert_eq!(tx.find_separation_of(FUND, "e-1").await.unwrap().unwrap().used, Some(used));
        assert_eq!(tx.find_separation_of(FUND, "e-2").await.unwrap(), None);

        let second = separation("p-2", "two");
        tx.end_separation(FUND, &second, now()).await.unwrap();
        tx.end_separation(FUND, &anew, now()).await.unwrap();
        assert_eq!(tx.count_waiting_separations(FUND, now()).await.unwrap(), 0);
        assert_eq!(tx.erase_separations(now() + Duration::seconds(1)).await.unwrap(), 1, "not what was used");

        assert_eq!(tx.take_service(FUND, "service", "s-1", now()).await.unwrap(), "s-1");
        assert_eq!(tx.take_service(FUND, "service", "s-1", now()).await.unwrap(), "s-1", "again");
        assert_eq!(tx.take_service(FUND, "service", "s-2", now()).await.unwrap(), "s-1", "nobody else");
    }
}

#[tokio::test]
async fn the_latest_word_of_a_station_counts_and_needs_no_appointment() {
    for store in engines().await.stores {
        let mut tx = prepared(&store).await;
        let word = |digest: &str| StationWordRow {
            station: "station".into(),
            device_key: "key".into(),
            captured_at: now(),
            received_at: now(),
            digest: digest.into(),
            sealed: vec![2],
        };
        let needing = tx.count_needing_appointment(FUND, now()).await.unwrap();
        tx.put_station_word(FUND, "e-1", &word("a")).await.unwrap();
        tx.put_station_word(FUND, "e-1", &word("b")).await.unwrap();
        assert_eq!(tx.find_station_word(FUND, "e-1").await.unwrap(), Some(word("b")));
        assert_eq!(tx.find_station_word("other", "e-1").await.unwrap(), None);
        assert_eq!(tx.count_needing_appointment(FUND, now()).await.unwrap(), needing - 1);
        assert!(tx.list_seen_at_stations(FUND, 10).await.unwrap().is_empty(), "nobody has claimed it");
        let mut row = tx.find_enrolment(FUND, "e-1").await.unwrap().unwrap();
        row.enrolment = row.enrolment.claimed(now()).unwrap();
        tx.replace_enrolment(FUND, &row).await.unwrap();
        assert_eq!(tx.list_seen_at_stations(FUND, 10).await.unwrap(), ["e-1"]);
        assert!(tx.delete_station_word(FUND, "e-1").await.unwrap());
        assert!(!tx.delete_station_word(FUND, "e-1").await.unwrap());
    }
}
