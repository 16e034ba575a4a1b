//! The same cases on SQLite, always, and on PostgreSQL when `TEST_DATABASE_URL` names a server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod oidc;
mod sandbox;
mod verifications;
mod webhook;

use clock::Timestamp;
use store_verifier::{Store, Verification};
use tempfile::TempDir;
use wire::verifications::State;

/// A new database on one engine.
struct Case {
    store: Store,
    url: String,
    schema: String,
    /// Goes with the case.
    _directory: Option<TempDir>,
}

/// `name` keeps what runs at the same time apart on PostgreSQL.
async fn engines(name: &str) -> Vec<Case> {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("verifier.db").display());
    let mut cases = vec![Case::open(url, "verifier".to_owned(), Some(directory)).await];
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let schema = format!("verifier_{name}_{}", std::process::id());
        cases.push(Case::open(url, schema, None).await);
    }
    cases
}

impl Case {
    async fn open(url: String, schema: String, directory: Option<TempDir>) -> Self {
        let store = Store::open(&url, &schema).await.unwrap();
        Self { store, url, schema, _directory: directory }
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_750_000_000 + seconds, 0).unwrap()
}

fn waiting(id: &str) -> Verification {
    Verification {
        id: id.into(),
        tenant: "wfp-desk".into(),
        policy: "staff-identity".into(),
        purpose: "to open the door".into(),
        state: State::Waiting,
        nonce: "nonce".into(),
        request_state: "state".into(),
        response_code: "code".into(),
        return_url: None,
        page_key_hash: Some(vec![7; 32]),
        created: at(0),
        expires: at(600),
        answered: None,
        response_digest: None,
        response_sealed: None,
        refusal: None,
        report: None,
        claims_sealed: None,
        claims_until: None,
    }
}
