//! The authorization code flow in the store: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

#![allow(clippy::unwrap_used)]

mod engines;

use chrono::Duration;
use engines::engines;
use issuance::authorization::{AuthorizationRequest, Grant, Wanted};
use issuance::{Configuration, CredentialType, Timestamp};
use store_issuer::{AccessToken, Decided, PersonCeremony};

const TENANT: &str = "undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

#[tokio::test]
async fn a_passkey_is_listed_with_its_use_and_taken_from_its_person_only() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let later = now() + Duration::minutes(5);
        tx.insert_person_passkey(TENANT, "s-1", b"two", "{}", later).await.unwrap();
        tx.insert_person_passkey(TENANT, "s-1", b"one", "{}", now()).await.unwrap();
        tx.use_person_passkey(TENANT, b"one", later).await.unwrap();
        assert!(tx.use_person_passkey("wfp", b"one", later).await.is_err());
        let listed = tx.list_person_passkeys(TENANT, "s-1").await.unwrap();
        let told: Vec<_> = listed.iter().map(|it| (it.credential_id.as_slice(), it.last_used_at)).collect();
        assert_eq!(told, [(&b"one"[..], Some(later)), (&b"two"[..], None)], "oldest first");
        for (tenant, person) in [("wfp", "s-1"), (TENANT, "s-2")] {
            assert!(tx.list_person_passkeys(tenant, person).await.unwrap().is_empty());
            assert!(!tx.delete_person_passkey(tenant, person, b"one").await.unwrap());
        }
        assert!(tx.delete_person_passkey(TENANT, "s-1", b"one").await.unwrap());
        assert_eq!(tx.list_person_passkeys(TENANT, "s-1").await.unwrap().len(), 1);
        tx.commit().await.unwrap();
    }
}

fn request(wanted: Wanted) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: "wallet".into(),
        redirect_uri: "https://wallet.example/cb".into(),
        state: Some("state".into()),
        code_challenge: "challenge".into(),
        wanted,
        offer_id: None,
        dpop_jkt: Some("key".into()),
        language: Some(issuance::message::Language::Arabic),
    }
}

fn grant() -> Grant {
    Grant {
        client_id: "wallet".into(),
        redirect_uri: "https://wallet.example/cb".into(),
        code_challenge: "challenge".into(),
        wanted: Wanted::Offered,
        offer_id: "o".into(),
        dpop_jkt: None,
    }
}

#[tokio::test]
async fn a_request_is_decided_once_and_taken_out_once() {
    let engines = engines().await;
    let later = now() + Duration::seconds(600);
    let staff = Configuration::of_types(&[CredentialType::StaffIdentity]);
    for store in &engines.stores {
        for (at, wanted) in [Wanted::Offered, Wanted::Scope(staff.clone()), Wanted::Details(staff.clone())]
            .into_iter()
            .enumerate()
        {
            let (id, ticket, made) = (format!("r{at}"), format!("t{at}"), request(wanted));
            let mut tx = store.write("test").await.unwrap();
            tx.insert_authorization_request(TENANT, &id, &made, later).await.unwrap();
            let found = tx.find_authorization_request(TENANT, &id, now()).await.unwrap();
            assert_eq!(found.as_ref(), Some(&made));
            assert_eq!(tx.find_authorization_request(TENANT, &id, later).await.unwrap(), None, "expired");
            assert_eq!(tx.find_authorization_request("wfp", &id, now()).await.unwrap(), None);
            assert!(!tx.decide_authorization("wfp", &id, &ticket, Some("o"), now()).await.unwrap());
            assert!(!tx.decide_authorization(TENANT, &id, &ticket, Some("o"), later).await.unwrap());
            assert!(tx.decide_authorization(TENANT, &id, &ticket, Some("o"), now()).await.unwrap());
            assert!(!tx.decide_authorization(TENANT, &id, "other", None, now()).await.unwrap());
            assert_eq!(tx.find_authorization_request(TENANT, &id, now()).await.unwrap(), None, "decided");
            assert_eq!(tx.take_decided_authorization("wfp", &ticket, now()).await.unwrap(), None);
            let decided = Decided { request: made, granted_offer: Some("o".into()) };
            assert_eq!(tx.take_decided_authorization(TENANT, &ticket, now()).await.unwrap(), Some(decided));
            assert_eq!(tx.take_decided_authorization(TENANT, &ticket, now()).await.unwrap(), None);
            tx.commit().await.unwrap();
        }
        let mut tx = store.write("test").await.unwrap();
        tx.insert_authorization_request(TENANT, "r", &request(Wanted::Offered), later).await.unwrap();
        assert_eq!(tx.count_authorization_requests(TENANT, now()).await.unwrap(), 1);
        assert_eq!(tx.count_authorization_requests("wfp", now()).await.unwrap(), 0);
        assert_eq!(tx.delete_expired_authorizations(later, now()).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_code_is_spent_once_and_gives_its_token_back() {
    let engines = engines().await;
    let later = now() + Duration::seconds(60);
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_authorization_code(TENANT, "c", &grant(), later).await.unwrap();
        assert_eq!(tx.find_authorization_code(TENANT, "c", now()).await.unwrap(), Some(grant()));
        assert_eq!(tx.find_authorization_code(TENANT, "c", later).await.unwrap(), None, "expired");
        assert_eq!(tx.find_authorization_code("wfp", "c", now()).await.unwrap(), None);
        assert!(!tx.spend_authorization_code(TENANT, "c", "t", later).await.unwrap());
        assert!(tx.spend_authorization_code(TENANT, "c", "t", now()).await.unwrap());
        assert!(!tx.spend_authorization_code(TENANT, "c", "u", now()).await.unwrap());
        let token = AccessToken {
            offer_id: "o".into(),
            identified: None,
            scope: None,
            dpop_jkt: None,
            expires_at: later,
        };
        tx.insert_access_token(TENANT, "t", &token).await.unwrap();
        assert!(!tx.revoke_token_of_code("wfp", "c").await.unwrap());
        assert!(tx.revoke_token_of_code(TENANT, "c").await.unwrap());
        assert_eq!(tx.find_access_token(TENANT, "t").await.unwrap(), None);
        assert!(!tx.revoke_token_of_code(TENANT, "c").await.unwrap());
        assert_eq!(tx.delete_expired_authorizations(later, now()).await.unwrap(), 0, "kept for its token");
        assert_eq!(tx.delete_expired_authorizations(later, later).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_ceremony_is_answered_once_by_its_own_request_and_passkeys_stay_with_their_tenant() {
    let engines = engines().await;
    let later = now() + Duration::seconds(600);
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let ceremony = PersonCeremony {
            challenge: "c".into(),
            request: "r".into(),
            offer_id: Some("o".into()),
            state: "{}".into(),
            expires_at: later,
        };
        tx.insert_person_ceremony(TENANT, &ceremony).await.unwrap();
        assert_eq!(tx.take_person_ceremony(TENANT, "c", "other", now()).await.unwrap(), None);
        assert_eq!(tx.take_person_ceremony("wfp", "c", "r", now()).await.unwrap(), None);
        assert_eq!(tx.take_person_ceremony(TENANT, "c", "r", now()).await.unwrap(), Some(ceremony.clone()));
        assert_eq!(tx.take_person_ceremony(TENANT, "c", "r", now()).await.unwrap(), None);
        tx.insert_person_ceremony(TENANT, &ceremony).await.unwrap();
        assert_eq!(tx.take_person_ceremony(TENANT, "c", "r", later).await.unwrap(), None, "too late");

        tx.insert_person_passkey(TENANT, "s", &[1, 2], "{}", now()).await.unwrap();
        tx.replace_person_passkey(TENANT, &[1, 2], "{1}").await.unwrap();
        let found = tx.find_person_passkey(TENANT, &[1, 2]).await.unwrap();
        assert_eq!(found, Some(("s".into(), "{1}".into())));
        assert_eq!(tx.find_person_passkey("wfp", &[1, 2]).await.unwrap(), None);
        assert_eq!(tx.count_person_passkeys(TENANT, "s").await.unwrap(), 1);
        assert_eq!(tx.count_person_passkeys("wfp", "s").await.unwrap(), 0);
        assert_eq!(tx.delete_person_passkeys("wfp", "s").await.unwrap(), 0);
        assert_eq!(tx.delete_person_passkeys(TENANT, "s").await.unwrap(), 1);
        assert_eq!(tx.find_person_passkey(TENANT, &[1, 2]).await.unwrap(), None);
        assert_eq!(tx.count_self_served(TENANT, "s", "person", now()).await.unwrap(), 0);
    }
}
