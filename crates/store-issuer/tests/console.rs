//! Officers, uploads and proof requests: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::Duration;
use entitlement::desk::{Helper, HelperKind, RecognisedBy, Statement};
use entitlement::{Challenge, Channel, Evidence, Request, State, Witnessed};
use issuance::import::{
    BadRow, GoodRow, ListKind, Retiree, RowContent, RowCounts, RowFault, RowState, Upload, UploadRow,
    UploadState,
};
use issuance::{
    Actor, Approval, ApprovalState, CredentialType, Decision, PROPOSAL_DAYS, Proposal, Role, Roles,
    SecondPersons, Subject, Timestamp,
};
use serde_json::Map;
use store_issuer::{AuditQuery, Ceremony, CeremonyKind, Officer, OfficerLink, Page, StationRow, Store};
use tempfile::TempDir;

struct Engines {
    stores: Vec<Store>,
    _directory: TempDir,
}

async fn engines() -> Engines {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("issuer.db");
    let mut stores = vec![Store::open(&format!("sqlite:{}", path.display()), "issuer").await.unwrap()];
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("issuer_console_{}_{number}", std::process::id());
        stores.push(Store::open(&url, &schema).await.unwrap());
    }
    Engines { stores, _directory: directory }
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn officer(id: &str, tenant: &str) -> Officer {
    Officer {
        id: id.into(),
        tenant: tenant.into(),
        name: format!("Officer {id}"),
        user_id: format!("user {id}"),
        roles: Roles::ALL,
        created_at: now(),
    }
}

#[tokio::test]
async fn links_and_ceremonies_work_once() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let until = now() + Duration::days(7);
        let roles = Roles::of(&[Role::Officer, Role::Auditor]);
        let link = OfficerLink { tenant: "undp".into(), roles, created_by: String::new() };
        tx.insert_officer_link(&link, "mark", now(), until).await.unwrap();
        assert_eq!(tx.find_officer_link("mark", now()).await.unwrap(), Some(link));
        assert_eq!(tx.find_officer_link("mark", until).await.unwrap(), None, "dead on its last second");
        assert!(!tx.consume_officer_link("wfp", "mark", now()).await.unwrap());
        assert!(tx.consume_officer_link("undp", "mark", now()).await.unwrap());
        assert!(!tx.consume_officer_link("undp", "mark", now()).await.unwrap());

        let kind = CeremonyKind::Registration { link: "mark".into(), officer: officer("o", "undp") };
        for (challenge, kind) in [("a", kind), ("b", CeremonyKind::SignIn)] {
            let expires_at = now() + Duration::minutes(10);
            let ceremony = Ceremony { challenge: challenge.into(), kind, state: "{}".into(), expires_at };
            tx.insert_ceremony(&ceremony).await.unwrap();
            let taken = tx.take_ceremony(challenge, now()).await.unwrap().unwrap();
            assert_eq!(
                matches!(taken.kind, CeremonyKind::SignIn),
                matches!(ceremony.kind, CeremonyKind::SignIn)
            );
            assert_eq!(tx.take_ceremony(challenge, now()).await.unwrap(), None);
            tx.insert_ceremony(&ceremony).await.unwrap();
            assert_eq!(tx.take_ceremony(challenge, expires_at).await.unwrap(), None, "too late");
        }
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn sessions_lead_to_their_officer_until_they_are_pruned() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_officer(&officer("o", "undp")).await.unwrap();
        tx.insert_passkey("o", &[1, 2], "{}", now()).await.unwrap();
        tx.replace_passkey(&[1, 2], "{\"n\":1}").await.unwrap();
        assert_eq!(
            tx.find_passkey(&[1, 2]).await.unwrap().unwrap(),
            (officer("o", "undp"), "{\"n\":1}".into())
        );
        assert_eq!(tx.find_passkey(&[9]).await.unwrap(), None);
        tx.insert_session("o", "s", now()).await.unwrap();
        let later = now() + Duration::minutes(5);
        tx.touch_session("s", later).await.unwrap();
        let session = tx.find_session("s").await.unwrap().unwrap();
        assert_eq!(
            (session.officer.id.as_str(), session.created_at, session.last_seen_at),
            ("o", now(), later)
        );
        tx.prune_sign_in(now(), later, later).await.unwrap();
        assert!(tx.find_session("s").await.unwrap().is_some());
        tx.prune_sign_in(now(), later + Duration::seconds(1), later).await.unwrap();
        assert_eq!(tx.find_session("s").await.unwrap(), None);
        assert_eq!(
            (tx.count_officers("undp").await.unwrap(), tx.count_officers("wfp").await.unwrap()),
            (1, 0)
        );
        tx.commit().await.unwrap();
    }
}

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

#[tokio::test]
async fn roles_change_once_and_the_last_one_ends_sessions() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        for id in ["ann", "ben"] {
            tx.insert_officer(&officer(id, "undp")).await.unwrap();
            tx.insert_session(id, &format!("session {id}"), now()).await.unwrap();
        }
        let others = tx.count_others_with("undp", "ann", Role::Administrator).await.unwrap();
        assert_eq!((others, tx.count_others_with("wfp", "ann", Role::Administrator).await.unwrap()), (1, 0));
        let both = SecondPersons { now: 1, ever: 1 };
        assert_eq!(tx.count_second_persons("undp", "ann").await.unwrap(), both);
        assert_eq!(tx.count_second_persons("wfp", "ann").await.unwrap(), SecondPersons::default());
        let link = OfficerLink { tenant: "undp".into(), roles: Roles::ALL, created_by: "ben".into() };
        let until = now() + Duration::days(7);
        tx.insert_officer_link(&link, "mark of ben", now(), until).await.unwrap();
        let ben = tx.find_officer("undp", "ben").await.unwrap().unwrap();
        assert_eq!(tx.find_officer("wfp", "ben").await.unwrap(), None);
        tx.replace_roles(&ben, Roles::of(&[Role::Auditor])).await.unwrap();
        assert!(tx.replace_roles(&ben, Roles::ALL).await.is_err(), "read before the change");
        assert_eq!(tx.count_others_with("undp", "ann", Role::Administrator).await.unwrap(), 0);
        let once = SecondPersons { now: 0, ever: 1 };
        assert_eq!(tx.count_second_persons("undp", "ann").await.unwrap(), once);
        assert_eq!(
            tx.find_officer_link("mark of ben", now()).await.unwrap(),
            None,
            "he may not invite any more"
        );
        let eve = Officer { roles: Roles::of(&[Role::Auditor]), ..officer("eve", "undp") };
        tx.insert_officer(&eve).await.unwrap();
        assert_eq!(tx.count_second_persons("undp", "ann").await.unwrap(), once, "never an approver");
        assert!(tx.find_session("session ben").await.unwrap().is_some());
        let ben = tx.find_officer("undp", "ben").await.unwrap().unwrap();
        tx.replace_roles(&ben, Roles::NONE).await.unwrap();
        assert!(tx.find_session("session ben").await.unwrap().is_none());
        assert!(tx.find_session("session ann").await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_proposal_waits_once_and_is_decided_once() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let proposal = Proposal::Revoke {
            subject: "s".into(),
            reason: "other".into(),
            note: Some("n".into()),
            only: None,
        };
        let first = Approval::proposed("a1".into(), proposal.clone(), "ann", now());
        tx.insert_approval("undp", &first).await.unwrap();
        assert_eq!(
            tx.find_waiting_approval("undp", "revoke", "s", now()).await.unwrap(),
            Some(first.clone())
        );
        assert_eq!(tx.find_approval("wfp", "a1").await.unwrap(), None);
        assert_eq!(tx.count_waiting_approvals("undp", "ann", now()).await.unwrap(), 0, "her own");
        assert_eq!(tx.count_waiting_approvals("undp", "ben", now()).await.unwrap(), 1);
        let refused = first.clone().decided(Decision::Refuse, "ben", "wrong person", now()).unwrap();
        tx.close_approval("undp", &refused).await.unwrap();
        let late = first.clone().decided(Decision::Approve, "eve", "", now()).unwrap();
        assert!(tx.close_approval("undp", &late).await.is_err(), "decided before");
        assert_eq!(tx.find_approval("undp", "a1").await.unwrap(), Some(refused.clone()));
        assert_eq!(tx.list_decided_approvals("undp", now(), 10).await.unwrap(), vec![refused.clone()]);

        let second = Approval::proposed("a2".into(), proposal.clone(), "ann", now());
        tx.insert_approval("undp", &second).await.unwrap();
        let lapsed = now() + Duration::days(PROPOSAL_DAYS);
        assert!(tx.list_waiting_approvals("undp", lapsed).await.unwrap().is_empty());
        let third = Approval::proposed("a3".into(), proposal, "ann", lapsed);
        tx.insert_approval("undp", &third).await.unwrap();
        assert_eq!(tx.list_waiting_approvals("undp", lapsed).await.unwrap(), vec![third]);
        let second_now = tx.find_approval("undp", "a2").await.unwrap().unwrap();
        assert_eq!(second_now.state, ApprovalState::Waiting);
        let decided = tx.list_decided_approvals("undp", lapsed, 10).await.unwrap();
        assert_eq!(decided, vec![second_now, refused], "one that lapsed is over too");
        tx.commit().await.unwrap();
        // A conflict ends a transaction on PostgreSQL, so it is tried last.
        let mut tx = store.write("test").await.unwrap();
        let twice = Approval::proposed("a4".into(), second.proposal, "ben", lapsed);
        assert!(tx.insert_approval("undp", &twice).await.unwrap_err().is_conflict());
    }
}

#[tokio::test]
async fn the_audit_trail_is_searched_by_person_officer_area_and_time() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        let subject = Subject {
            id: "s-1".into(),
            number: "10023".into(),
            name: "Amina Okafor".into(),
            claims: Map::new(),
            created_at: now(),
            updated_at: now(),
        };
        tx.put_subject("undp", &subject).await.unwrap();
        let by = |officer: &str| Actor { tenant: "undp".into(), officer: officer.into() };
        let act = |action, target| issuance::audit::Act { action, target, detail: "" };
        tx.audit(&by("ann"), act("credential.suspend", "s-1"), now()).await.unwrap();
        tx.audit(&by("ben"), act("offer.create", "o-9"), now() + Duration::days(1)).await.unwrap();
        let mut found = async |query: AuditQuery| -> Vec<u64> {
            let entries = tx.list_audit("undp", &query, 10).await.unwrap();
            entries.iter().map(|entry| entry.sequence).collect()
        };
        assert_eq!(found(AuditQuery::default()).await, [2, 1]);
        assert_eq!(found(AuditQuery { officer: Some("ben".into()), ..AuditQuery::default() }).await, [2]);
        assert_eq!(found(AuditQuery { area: Some("credential".into()), ..AuditQuery::default() }).await, [1]);
        assert_eq!(found(AuditQuery { number: Some("10023".into()), ..AuditQuery::default() }).await, [1]);
        assert_eq!(found(AuditQuery { number: Some("1002".into()), ..AuditQuery::default() }).await, [0; 0]);
        let day = now() + Duration::days(1);
        assert_eq!(found(AuditQuery { from: Some(day), ..AuditQuery::default() }).await, [2], "inclusive");
        assert_eq!(found(AuditQuery { until: Some(day), ..AuditQuery::default() }).await, [1], "exclusive");
        assert_eq!(tx.list_audit_after("undp", 1, 10).await.unwrap().len(), 1);
        assert!(tx.list_audit_after("wfp", 0, 10).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }
}
