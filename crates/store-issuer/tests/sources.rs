//! Service clients and users of SCIM, alike on every engine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod engines;

use engines::engines;
use issuance::import::UploadState;
use issuance::scim::User;
use issuance::{Reissue, Scope, Subject, Timestamp};
use serde_json::{Map, json};
use store_issuer::{ReissueCounts, ReissueOutcome, ReissueRun, ScimUser, ServiceClient};

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn scim_user(id: &str, name: &str) -> ScimUser {
    let members = json!({"userName": name, "externalId": "hr-1", "active": true});
    ScimUser {
        id: id.into(),
        user: User::stored(members.as_object().unwrap().clone()),
        subject_id: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

#[tokio::test]
async fn token_of_a_client_works_in_its_organisation_until_it_is_revoked() {
    let engines = engines().await;
    for store in &engines.stores {
        let client = ServiceClient {
            id: "c".into(),
            name: "HR".into(),
            scopes: vec![Scope::Scim],
            created_by: "o".into(),
            created_at: now(),
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = store.write("test").await.unwrap();
        tx.insert_service_client("undp", &client, "f").await.unwrap();
        tx.touch_service_client("undp", "c", now()).await.unwrap();
        let touched = ServiceClient { last_used_at: Some(now()), ..client };
        assert_eq!(tx.find_client_by_token("undp", "f").await.unwrap(), Some(touched.clone()));
        assert_eq!(tx.find_client_by_token("wfp", "f").await.unwrap(), None);
        assert_eq!(tx.list_service_clients("wfp").await.unwrap(), []);
        assert!(tx.revoke_service_client("undp", "c", now()).await.unwrap());
        assert!(!tx.revoke_service_client("undp", "c", now()).await.unwrap(), "once");
        assert_eq!(tx.find_client_by_token("undp", "f").await.unwrap(), None);
        let kept = ServiceClient { revoked_at: Some(now()), ..touched };
        assert_eq!(tx.find_service_client("undp", "c").await.unwrap(), Some(kept));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn user_name_is_one_persons_without_regard_to_letter_case() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_scim_user("undp", &scim_user("1", "Ann")).await.unwrap();
        tx.insert_scim_user("wfp", &scim_user("1", "Ann")).await.unwrap();
        tx.insert_scim_user("undp", &scim_user("2", "Ben")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        let twice = tx.insert_scim_user("undp", &scim_user("3", "aNN")).await.unwrap_err();
        assert!(twice.is_conflict());
        drop(tx);
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_scim_user_by_name("undp", "ANN").await.unwrap().unwrap().id, "1");
        assert_eq!(tx.list_scim_users_by_external_id("undp", "hr-1").await.unwrap().len(), 2);
        assert_eq!(tx.count_scim_users("undp").await.unwrap(), 2);
        let second = tx.list_scim_users("undp", 5, 1).await.unwrap();
        assert_eq!(second, [scim_user("2", "Ben")]);
        assert_eq!(tx.list_scim_users_without_record("undp", 1).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_version_is_written_over_once() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let first = scim_user("1", "Ann");
        tx.insert_scim_user("undp", &first).await.unwrap();
        let linked = ScimUser { subject_id: Some("s".into()), ..first.clone() };
        tx.replace_scim_user("undp", &linked).await.unwrap();
        let found = tx.find_scim_user("undp", "1").await.unwrap().unwrap();
        assert_eq!((found.version, found.subject_id.as_deref()), (2, Some("s")));
        assert_eq!(tx.find_scim_id_of("undp", "s").await.unwrap().as_deref(), Some("1"));
        assert_eq!(tx.find_scim_id_of("wfp", "s").await.unwrap(), None);
        assert!(tx.replace_scim_user("undp", &first).await.unwrap_err().is_retryable());
        assert!(tx.delete_scim_user("undp", &first).await.unwrap_err().is_retryable());
        tx.delete_scim_user("undp", &found).await.unwrap();
        assert_eq!(tx.find_scim_user("undp", "1").await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_person_keeps_the_identifier_when_the_number_changes() {
    let engines = engines().await;
    for store in &engines.stores {
        let subject = |id: &str, number: &str| Subject {
            id: id.into(),
            number: number.into(),
            name: "N".into(),
            claims: Map::new(),
            created_at: now(),
            updated_at: now(),
        };
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject("undp", &subject("a", "1")).await.unwrap();
        tx.put_subject("undp", &subject("b", "2")).await.unwrap();
        tx.replace_subject("undp", &subject("a", "3")).await.unwrap();
        assert_eq!(tx.find_subject_by_number("undp", "3").await.unwrap().unwrap().id, "a");
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        assert!(tx.replace_subject("undp", &subject("a", "2")).await.unwrap_err().is_conflict());
    }
}

#[tokio::test]
async fn a_run_chooses_whoever_has_nothing_and_settles_each_once() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for (id, number, station) in [("b", "2", "Lima"), ("a", "1", "Nairobi"), ("c", "3", "Nairobi")] {
            let claims = json!({"dutyStation": station});
            let subject = Subject {
                id: id.into(),
                number: number.into(),
                name: id.into(),
                claims: claims.as_object().unwrap().clone(),
                created_at: now(),
                updated_at: now(),
            };
            tx.put_subject("undp", &subject).await.unwrap();
            tx.put_subject("wfp", &subject).await.unwrap();
        }
        let run = ReissueRun {
            id: "r".into(),
            why: Reissue::First,
            station: Some("Nairobi".into()),
            ending_before: None,
            signed_by: None,
            state: UploadState::Preview,
            created_by: "o".into(),
            created_at: now(),
            finished_at: None,
        };
        assert_eq!(tx.insert_reissue_run("undp", &run).await.unwrap(), 2);
        let renewal = ReissueRun { id: "n".into(), why: Reissue::Renewal, ..run.clone() };
        assert_eq!(tx.insert_reissue_run("undp", &renewal).await.unwrap(), 0, "nobody holds anything");
        assert_eq!(tx.find_reissue_run("undp", "r").await.unwrap(), Some(run));
        assert_eq!(tx.find_reissue_run("wfp", "r").await.unwrap(), None);
        let rows = tx.list_reissue_rows("undp", "r", "waiting", 0, 9).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.line, row.number.as_str())).collect::<Vec<_>>(),
            [(1, "1"), (2, "3")]
        );
        let offered = ReissueOutcome::Offered { offer: "x".into() };
        tx.settle_reissue_row("undp", "r", 1, &offered).await.unwrap();
        let again = tx.settle_reissue_row("undp", "r", 1, &offered).await;
        assert!(again.unwrap_err().is_retryable());
        let skipped = ReissueOutcome::Skipped { reason: "why".into() };
        tx.settle_reissue_row("undp", "r", 2, &skipped).await.unwrap();
        let all = tx.list_reissue_rows("undp", "r", "", 0, 9).await.unwrap();
        assert_eq!(all.into_iter().map(|row| row.outcome).collect::<Vec<_>>(), [offered, skipped]);
        let counts = ReissueCounts { waiting: 0, offered: 1, skipped: 1 };
        assert_eq!(tx.count_reissue_rows("undp", "r").await.unwrap(), counts);
        let confirm = (UploadState::Preview, UploadState::Confirmed);
        assert!(tx.move_reissue_run("undp", "r", confirm, now()).await.unwrap());
        assert!(!tx.move_reissue_run("undp", "r", confirm, now()).await.unwrap());
        assert_eq!(tx.running_reissues(9).await.unwrap(), [("undp".to_owned(), "r".to_owned())]);
        let discard = (UploadState::Preview, UploadState::Discarded);
        assert!(tx.move_reissue_run("undp", "n", discard, now()).await.unwrap());
        assert_eq!(tx.list_reissue_runs("undp", 9).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_portrait_is_one_persons_of_one_organisation() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let subject = Subject {
            id: "s".into(),
            number: "1".into(),
            name: "N".into(),
            claims: Map::new(),
            created_at: now(),
            updated_at: now(),
        };
        for tenant in ["undp", "wfp"] {
            tx.put_subject(tenant, &subject).await.unwrap();
        }
        tx.put_portrait("undp", "s", b"first", now()).await.unwrap();
        tx.put_portrait("undp", "s", b"second", now()).await.unwrap();
        assert_eq!(tx.find_portrait("undp", "s").await.unwrap().as_deref(), Some(&b"second"[..]));
        assert_eq!(tx.find_portrait("wfp", "s").await.unwrap(), None);
        assert!(!tx.delete_portrait("wfp", "s").await.unwrap());
        assert!(tx.delete_portrait("undp", "s").await.unwrap());
        assert_eq!(tx.find_portrait("undp", "s").await.unwrap(), None);
        tx.commit().await.unwrap();

        let mut tx = store.write("test").await.unwrap();
        assert!(
            tx.put_portrait("undp", "nobody", b"x", now()).await.is_err(),
            "of a person on the list only"
        );
    }
}
