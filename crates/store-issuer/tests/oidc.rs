//! Sign-ins at a provider and whom they lead to, alike on both engines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::Duration;
use issuance::{Roles, Timestamp};
use store_issuer::{Officer, OidcRequest, PersonOidcRequest, Store};
use tempfile::TempDir;

async fn stores() -> (Vec<Store>, TempDir) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("issuer.db");
    let mut stores = vec![Store::open(&format!("sqlite:{}", path.display()), "issuer").await.unwrap()];
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("issuer_oidc_{}_{number}", std::process::id());
        stores.push(Store::open(&url, &schema).await.unwrap());
    }
    (stores, directory)
}

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
    let (stores, _directory) = stores().await;
    for store in stores {
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
    let (stores, _directory) = stores().await;
    for store in stores {
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
    let (stores, _directory) = stores().await;
    let kept = |fingerprint: &str, request: &str| PersonOidcRequest {
        fingerprint: fingerprint.into(),
        browser: "browser".into(),
        sealed: vec![1, 2],
        request: request.into(),
        expires_at: now() + Duration::minutes(10),
    };
    for store in stores {
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
