//! Requests for a proof of existence, their answers and stations.

use chrono::Duration;
use entitlement::desk::{Helper, HelperKind, RecognisedBy, Statement};
use entitlement::{Challenge, Channel, Evidence, Request, State, Witnessed};
use issuance::Subject;
use serde_json::Map;
use store_issuer::{Page, StationRow};

use super::{engines, now};

fn request(id: &str) -> Request {
    Request {
        id: id.into(),
        beneficiary: "s1".into(),
        year: 2027,
        created_at: now(),
        expires_at: now() + Duration::days(60),
        state: State::Open { challenge: None },
        ahead: None,
        revision: 0,
    }
}

fn evidence() -> Evidence {
    Evidence {
        holder_key: "thumb".into(),
        witnessed: Witnessed::Passkey { id: vec![9; 16], synced: true },
        digest: [5; 32],
        captured_at: now(),
        answered_at: now(),
    }
}

fn person() -> Subject {
    Subject {
        id: "s1".into(),
        number: "100482317".into(),
        name: "Margaret Ellison".into(),
        claims: Map::new(),
        created_at: now(),
        updated_at: now(),
    }
}

#[tokio::test]
async fn each_state_of_a_request_is_read_as_it_was_written() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject("unjspf", &person()).await.unwrap();
        tx.insert_existence("unjspf", &request("r1"), "mark", &[1, 2], "o").await.unwrap();
        assert_eq!(tx.find_existence_token("unjspf", "r1").await.unwrap(), Some(vec![1, 2]));
        let challenge = Some(Challenge::short("c".into(), now()));
        let (by, at) = ("o".to_owned(), now());
        let states = [
            State::Open { challenge },
            State::Answered(evidence()),
            State::Answered(Evidence {
                witnessed: Witnessed::Desk(Statement {
                    station: "t1".into(),
                    operator: "Awa Diop".into(),
                    recognised_by: RecognisedBy::Acquaintance,
                    helper: Some(Helper { name: "Omar Diop".into(), kind: HelperKind::Guardian }),
                }),
                captured_at: now() - Duration::hours(30),
                ..evidence()
            }),
            State::Confirmed {
                evidence: evidence(),
                channel: Channel::Visit,
                notes: "seen".into(),
                by: by.clone(),
                at,
                offer: "f".into(),
            },
            State::Refused { evidence: Some(evidence()), reason: "no".into(), by: by.clone(), at },
            State::Refused { evidence: None, reason: "withdrawn".into(), by, at },
        ];
        for (digest, verdict) in [(1, "tryAgain"), (2, "personLooks")] {
            let mark = store_issuer::fund::PictureMark {
                request: "r1".into(),
                digest: [digest; 32],
                year: 2026,
                country: "ITA".into(),
                birth_year: 1950,
                verdict: verdict.into(),
                device: "ios".into(),
                judged_at: now(),
            };
            tx.insert_picture_mark("unjspf", &mark).await.unwrap();
        }
        let mut before = request("r1");
        for state in states {
            let ending = match &state {
                State::Confirmed { .. } => "accepted",
                State::Refused { .. } => "refused",
                State::Open { .. } | State::Answered(_) => "waiting",
            };
            let until = now() + Duration::days(14);
            let ahead = matches!(state, State::Open { .. }).then(|| Challenge {
                value: "a".into(),
                issued_at: now(),
                until,
            });
            let after = Request { state, ahead, revision: before.revision + 1, ..before.clone() };
            tx.replace_existence("unjspf", &before, &after).await.unwrap();
            let found = tx.find_existence_by_fingerprint("unjspf", "mark").await.unwrap();
            assert_eq!(found.as_ref(), Some(&after));
            let stale = tx.replace_existence("unjspf", &before, &after).await.unwrap_err();
            assert!(stale.is_retryable(), "changed since it was read");
            let decided = tx.count_picture_decisions("unjspf", 2026).await.unwrap();
            let decided: Vec<_> =
                decided.iter().map(|it| (it.device.as_str(), it.end.as_str(), it.many)).collect();
            assert_eq!(decided, [("ios", ending, 1)], "the last pictures, once");
            before = after;
        }
        assert_eq!(tx.find_existence("undp", "r1").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn station_is_registered_once_and_closed_for_good() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let station = |thumbprint: &str, country: &str| StationRow {
            thumbprint: thumbprint.into(),
            public_key: "zDn".into(),
            name: "Office".into(),
            country: country.into(),
            registered_by: "o".into(),
            registered_at: now(),
            closed: None,
        };
        for (thumbprint, country) in [("t1", "AFG"), ("t2", "SEN")] {
            tx.insert_station("unjspf", &station(thumbprint, country)).await.unwrap();
        }
        assert!(tx.close_station("unjspf", "t1", "p", now()).await.unwrap());
        assert!(!tx.close_station("unjspf", "t1", "q", now()).await.unwrap(), "it was closed already");
        assert!(!tx.close_station("undp", "t2", "q", now()).await.unwrap());
        let closed = StationRow { closed: Some(("p".into(), now())), ..station("t1", "AFG") };
        assert_eq!(tx.find_station("unjspf", "t1").await.unwrap().as_ref(), Some(&closed));
        assert_eq!(tx.list_stations("unjspf", 9).await.unwrap(), [station("t2", "SEN"), closed]);
        assert_eq!(tx.list_stations("undp", 9).await.unwrap(), []);
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.insert_station("unjspf", &station("t2", "GBR")).await.unwrap_err().is_conflict());
    }
}

#[tokio::test]
async fn a_person_has_one_answer_for_a_year() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject("unjspf", &person()).await.unwrap();
        for id in ["r1", "r2"] {
            tx.insert_existence("unjspf", &request(id), id, &[1], "o").await.unwrap();
        }
        let answered = |id| Request { state: State::Answered(evidence()), revision: 1, ..request(id) };
        tx.replace_existence("unjspf", &request("r1"), &answered("r1")).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        let twice = tx.replace_existence("unjspf", &request("r2"), &answered("r2")).await.unwrap_err();
        assert!(twice.is_conflict(), "{twice:?}");
        drop(tx);

        let mut tx = store.read().await.unwrap();
        let waiting = tx.list_existence("unjspf", "answered", None, 9).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].subject.name.as_str()), (1, "Margaret Ellison"));
        assert_eq!(tx.find_existence_of_year("unjspf", "s1", 2027).await.unwrap().unwrap().id, "r1");
        assert_eq!(tx.find_existence_of_year("unjspf", "s1", 2026).await.unwrap(), None);
        assert_eq!(tx.count_existence("unjspf", "open", 2027, now()).await.unwrap(), 1);
        let late = now() + Duration::days(60);
        assert_eq!(tx.count_existence("unjspf", "open", 2027, late).await.unwrap(), 0, "lapsed");
        assert_eq!(tx.known_passkey_year("unjspf", &answered("r1")).await.unwrap(), None);
        let page = Page { query: Some("ELLISON".into()), limit: 9, ..Page::default() };
        let listed = tx.list_beneficiaries("unjspf", &page).await.unwrap();
        assert_eq!(listed[0].newest.as_ref().unwrap().id, "r2", "the newest request");
        assert_eq!(tx.list_existence_of("unjspf", "s1").await.unwrap().len(), 2);
        let overview = tx.overview("unjspf", now()).await.unwrap();
        assert_eq!((overview.people, overview.open_offers, overview.waiting_uploads), (1, 0, 0));
        assert_eq!(tx.list_locked_offers("unjspf", None, 9).await.unwrap(), []);
        assert_eq!(tx.list_lapsed_offers("unjspf", now(), None, 9).await.unwrap(), []);
    }
}
