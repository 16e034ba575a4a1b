//! The queue of answers, alike on every engine: kinds, order, and one officer for each.

#![allow(clippy::unwrap_used)]

mod engines;

use chrono::Duration;
use engines::engines;
use entitlement::{Evidence, Request, State, Witnessed};
use issuance::{Subject, Timestamp};
use serde_json::json;
use store_issuer::{BoundKey, Claim, Lane, Store, StoredCapture, Transaction};

const PASSED: [&str; 3] = [r#"{"reasons":["officerConfirms"]"#, "none", "none"];

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

/// An answer, later by its number, of somebody who speaks this language; its pictures with what was found.
async fn answer(tx: &mut Transaction, number: u8, language: &str, found: Option<(&str, Option<&str>)>) {
    let subject = Subject {
        id: format!("s{number}"),
        number: format!("10000000{number}"),
        name: format!("Person {number}"),
        claims: json!({"givenName": "Person", "language": language}).as_object().unwrap().clone(),
        created_at: now(),
        updated_at: now(),
    };
    tx.put_subject("unjspf", &subject).await.unwrap();
    let at = now() + Duration::minutes(i64::from(number));
    let digest = [number; 32];
    let open = Request {
        // In another order than the answers came.
        id: format!("r{}", 9 - number),
        beneficiary: subject.id,
        year: 2026,
        created_at: now(),
        expires_at: now() + Duration::days(60),
        state: State::Open { challenge: None },
        ahead: None,
        revision: 0,
    };
    tx.insert_existence("unjspf", &open, &open.id, b"token", "officer").await.unwrap();
    let evidence = Evidence {
        holder_key: format!("key{number}"),
        witnessed: Witnessed::Passkey { id: vec![number], synced: false },
        digest,
        captured_at: at,
        answered_at: at,
    };
    let answered = Request { state: State::Answered(evidence), revision: 1, ..open.clone() };
    tx.replace_existence("unjspf", &open, &answered).await.unwrap();
    if let Some((decision, place)) = found {
        let capture = StoredCapture {
            request_id: open.id,
            digest,
            judged_at: at,
            verdict: "personLooks".into(),
            decision: decision.into(),
            place: place.map(str::to_owned),
            signed: Vec::new(),
            signature: Vec::new(),
            has_frames: true,
            erase_at: None,
        };
        tx.insert_capture("unjspf", &capture, b"sealed").await.unwrap();
    }
}

/// Four answers: passed and elsewhere, in doubt with another key, two without pictures.
async fn filled(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    let elsewhere = r#"{"is":"compared","finding":{"elsewhere":{"country":"FRA"}},"accuracy":"fine"}"#;
    answer(&mut tx, 1, "fr", Some((r#"{"reasons":["officerConfirms"],"models":[]}"#, Some(elsewhere)))).await;
    answer(&mut tx, 2, "fr", Some((r#"{"reasons":["officerConfirms","uncertain"],"models":[]}"#, None)))
        .await;
    answer(&mut tx, 3, "en", None).await;
    answer(&mut tx, 4, "ar", None).await;
    let key = BoundKey { device_key: "key1".into(), how: "enrolment".into(), by: "o".into(), at: now() };
    tx.bind_key("unjspf", "s1", "b1", &key).await.unwrap();
    tx.bind_key("unjspf", "s2", "b2", &key).await.unwrap();
    tx.commit().await.unwrap();
}

fn lane(name: &'static str, language: &'static str) -> Lane<'static> {
    Lane { name, language, passed: PASSED }
}

#[tokio::test]
async fn queue_is_in_order_of_the_wait_and_narrows_by_kind_and_language() {
    for store in engines().await.stores {
        filled(&store).await;
        let mut tx = store.read().await.unwrap();
        let mut numbers = async |name, language, after: &str, limit| {
            let rows = tx.list_waiting_answers("unjspf", (&lane(name, language), after), limit, now()).await;
            rows.unwrap().into_iter().map(|row| row.request).collect::<Vec<_>>()
        };
        assert_eq!(numbers("", "", "", 9).await, ["r8", "r7", "r6", "r5"], "the longest wait first");
        assert_eq!(numbers("", "", "", 2).await, ["r8", "r7"]);
        assert_eq!(numbers("", "", "r7", 9).await, ["r6", "r5"]);
        for (name, language, wanted) in [
            ("passed", "", &["r8"][..]),
            ("doubt", "", &["r7"]),
            ("talk", "", &["r6", "r5"]),
            ("station", "", &[]),
            ("key", "", &["r7"]),
            ("residence", "", &["r8"]),
            ("", "fr", &["r8", "r7"]),
            ("talk", "ar", &["r5"]),
        ] {
            assert_eq!(numbers(name, language, "", 9).await, wanted, "{name} {language}");
        }
        let counts = tx.count_waiting_answers("unjspf", (&lane("", ""), &["fr", "zh"]), now()).await.unwrap();
        assert_eq!(
            (
                counts.all,
                counts.passed,
                counts.doubt,
                counts.talk,
                counts.station,
                counts.key,
                counts.residence
            ),
            (4, 1, 1, 2, 0, 1, 1)
        );
        assert_eq!((counts.languages, counts.taken), (vec![2, 0], 0));
        assert_eq!(counts.since, Some(now() + Duration::minutes(1)));
        let none = tx.count_waiting_answers("undp", (&lane("", ""), &[]), now()).await.unwrap();
        assert_eq!((none.all, none.since), (0, None));
    }
}

#[tokio::test]
async fn an_answer_is_with_one_officer_until_the_time_is_over_or_it_is_given_back() {
    for store in engines().await.stores {
        filled(&store).await;
        let mut tx = store.write("test").await.unwrap();
        let ann = Claim { officer: "ann".into(), until: now() + Duration::minutes(15) };
        let ben = Claim { officer: "ben".into(), until: now() + Duration::minutes(20) };
        assert!(tx.take_answer("unjspf", "r8", &ann, now()).await.unwrap());
        assert!(tx.take_answer("unjspf", "r8", &ann, now()).await.unwrap(), "the same officer again");
        assert!(!tx.take_answer("unjspf", "r8", &ben, now()).await.unwrap());
        assert!(!tx.take_answer("undp", "r8", &ben, now()).await.unwrap(), "of another organisation");
        assert!(!tx.take_answer("unjspf", "nobody", &ben, now()).await.unwrap());
        assert_eq!(tx.find_claim("unjspf", "r8", now()).await.unwrap(), Some(ann.clone()));
        let free = async |tx: &mut Transaction, officer: &str, at| {
            tx.find_free_answer("unjspf", &lane("", ""), officer, at).await.unwrap()
        };
        assert_eq!(free(&mut tx, "ben", now()).await.as_deref(), Some("r7"));
        assert_eq!(free(&mut tx, "ann", now()).await.as_deref(), Some("r8"), "her own comes first");

        let lapsed = now() + Duration::minutes(15);
        assert_eq!(tx.find_claim("unjspf", "r8", lapsed).await.unwrap(), None);
        assert_eq!(free(&mut tx, "ben", lapsed).await.as_deref(), Some("r8"));
        assert!(tx.take_answer("unjspf", "r8", &ben, lapsed).await.unwrap());
        tx.give_answer_back("unjspf", "r8", "ann").await.unwrap();
        assert_eq!(tx.find_claim("unjspf", "r8", lapsed).await.unwrap(), Some(ben.clone()), "not hers");
        tx.give_answer_back("unjspf", "r8", "ben").await.unwrap();
        assert_eq!(tx.find_claim("unjspf", "r8", lapsed).await.unwrap(), None);
        assert!(tx.take_answer("unjspf", "r8", &ann, now()).await.unwrap());
        tx.end_claim("unjspf", "r8", now()).await.unwrap();
        assert_eq!(tx.find_claim("unjspf", "r8", now()).await.unwrap(), None);

        let word = store_issuer::ExistenceWord {
            officer: "ben".into(),
            channel: "call".into(),
            notes_sealed: Vec::new(),
            said_at: now(),
        };
        tx.put_existence_word("unjspf", "r8", &word).await.unwrap();
        assert_eq!(
            free(&mut tx, "ben", now()).await.as_deref(),
            Some("r7"),
            "his word waits for a colleague's"
        );
        assert_eq!(free(&mut tx, "ann", now()).await.as_deref(), Some("r8"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_officers_at_the_same_moment_one_has_the_answer() {
    for store in engines().await.stores {
        filled(&store).await;
        let tries = (0..8).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                sql::retry(|| async {
                    let claim =
                        Claim { officer: format!("officer {number}"), until: now() + Duration::minutes(15) };
                    let mut tx = store.write("test").await?;
                    let taken = tx.take_answer("unjspf", "r8", &claim, now()).await?;
                    tx.commit().await?;
                    Ok::<_, store_issuer::Error>(taken)
                })
                .await
                .unwrap()
            })
        });
        let mut had = 0;
        for one in tries.collect::<Vec<_>>() {
            had += u32::from(one.await.unwrap());
        }
        assert_eq!(had, 1);
    }
}
