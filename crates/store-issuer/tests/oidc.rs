//! Sign-ins at a provider and whom they lead to, alike on both engines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod engines;

use chrono::Duration;
use engines::engines;
use issuance::{Roles, Timestamp};
use store_issuer::{Officer, OidcRequest, PersonOidcRequest};

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn request(fingerprint: &str) -> OidcRequest {
    OidcRequest {
        fingerprint: fingerprint.into(),
        browser: "browser".into(),
        sealed: vec![1, 2],
        next: "/console".into(),
        link: Some("link".into()),
        expires_at: now() + Duration::minutes(10),
    }
}

#[tokio::test]
async fn a_request_is_used_once_in_its_time_by_its_organisation() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for fingerprint in ["one", "two", "three"] {
            tx.insert_oidc_request("undp", &request(fingerprint)).await.unwrap();
        }
        assert_eq!(tx.take_oidc_request("wfp", "one", now()).await.unwrap(), None);
        assert_eq!(tx.take_oidc_request("undp", "one", now()).await.unwrap(), Some(request("one")));
        assert_eq!(tx.take_oidc_request("undp", "one", now()).await.unwrap(), None, "twice");
        let late = now() + Duration::minutes(10);
        assert_eq!(tx.take_oidc_request("undp", "two", late).await.unwrap(), None, "too late");
        assert_eq!(tx.prune_oidc_requests(now()).await.unwrap(), 0);
        assert_eq!(tx.prune_oidc_requests(late).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_person_of_a_provider_is_one_officer_of_one_organisation() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for (id, tenant) in [("ann", "undp"), ("bea", "wfp")] {
            let officer = Officer {
                id: id.into(),
                tenant: tenant.into(),
                name: id.into(),
                user_id: id.into(),
                roles: Roles::ALL,
                created_at: now(),
            };
            tx.insert_officer(&officer).await.unwrap();
        }
        tx.bind_identity("undp", ("https://id", "u-1"), "ann", now()).await.unwrap();
        let found = tx.find_officer_by_identity("undp", "https://id", "u-1").await.unwrap();
        assert_eq!(found.unwrap().id, "ann");
        for (tenant, issuer, subject) in
            [("wfp", "https://id", "u-1"), ("undp", "https://other", "u-1"), ("undp", "https://id", "u-2")]
        {
            assert_eq!(tx.find_officer_by_identity(tenant, issuer, subject).await.unwrap(), None);
        }
        tx.commit().await.unwrap();
        let mut tx = store.write("test").await.unwrap();
        let twice = tx.bind_identity("undp", ("https://id", "u-1"), "ann", now()).await.unwrap_err();
        assert!(twice.is_conflict(), "{twice:?}");
    }
}

#[tokio::test]
async fn of_a_pushed_request_the_newest_sign_in_counts_and_once() {
    let engines = engines().await;
    let kept = |fingerprint: &str, request: &str| PersonOidcRequest {
        fingerprint: fingerprint.into(),
        browser: "browser".into(),
        sealed: vec![1, 2],
        request: request.into(),
        expires_at: now() + Duration::minutes(10),
    };
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for (fingerprint, request) in [("one", "a"), ("two", "a"), ("three", "b")] {
            tx.put_person_oidc_request("undp", &kept(fingerprint, request), now()).await.unwrap();
        }
        tx.put_person_oidc_request("wfp", &kept("four", "b"), now()).await.unwrap();
        assert_eq!(
            tx.take_person_oidc_request("undp", "one", now()).await.unwrap(),
            None,
            "begun again since"
        );
        assert_eq!(tx.take_person_oidc_request("wfp", "two", now()).await.unwrap(), None, "of another one");
        let found = tx.take_person_oidc_request("undp", "two", now()).await.unwrap();
        assert_eq!(found, Some(kept("two", "a")));
        assert_eq!(tx.take_person_oidc_request("undp", "two", now()).await.unwrap(), None, "twice");
        let late = now() + Duration::minutes(10);
        assert_eq!(tx.take_person_oidc_request("undp", "three", late).await.unwrap(), None, "too late");
        tx.commit().await.unwrap();
    }
}
