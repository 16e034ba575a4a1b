//! Officers: links, ceremonies, sessions, roles, proposals, and what they did.

use chrono::Duration;
use issuance::{
    Actor, Approval, ApprovalState, Decision, PROPOSAL_DAYS, Proposal, Role, Roles, SecondPersons, Subject,
};
use serde_json::Map;
use store_issuer::{AuditQuery, Ceremony, CeremonyKind, Officer, OfficerLink};

use super::{engines, now, officer};

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
