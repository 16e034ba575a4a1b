//! One set of cases on SQLite always, and on PostgreSQL when `TEST_DATABASE_URL` names one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod accounts;
mod help;
mod keys;
mod records;

use clock::Timestamp;
use holding::account::Session;
use holding::assurance::Assurance;
use holding::pin::PinAccess;
use store_wallet::accounts::Account;
use store_wallet::credentials::Credential;
use store_wallet::records::Record;
use store_wallet::{Store, Tx};

struct Case {
    store: Store,
    _directory: tempfile::TempDir,
}

/// Every engine there is, each with an empty schema of its own.
async fn engines(name: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("wallet.db").display());
    cases.push(Case { store: Store::open(&url, "wallet").await.unwrap(), _directory: directory });
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let schema = format!("wallet_{name}_{}", std::process::id());
        let store = Store::open(&url, &schema).await.unwrap();
        cases.push(Case { store, _directory: tempfile::tempdir().unwrap() });
    }
    cases
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

async fn account(tx: &mut Tx, id: &str) {
    tx.insert_account(&Account { id: id.into(), data_key: vec![1, 2, 3], created_at: at(0) }).await.unwrap();
}

fn record(account: &str, id: &str, source: &str) -> Record {
    Record {
        account: account.into(),
        id: id.into(),
        source_hash: source.into(),
        state: "opened".into(),
        sealed: vec![9, 9],
        revision: 0,
        created_at: at(0),
        updated_at: at(0),
        resend_due_at: None,
    }
}

fn pin(account: &str, thumbprint: &str) -> PinAccess {
    PinAccess {
        account: account.into(),
        thumbprint: thumbprint.into(),
        sealed: vec![3; 49],
        tries: 0,
        next_try_at: None,
        created_at: at(0),
    }
}

fn session(account: &str, token_hash: &str) -> Session {
    Session {
        id: format!("id-{token_hash}"),
        token_hash: token_hash.into(),
        account: account.into(),
        device: "Chrome on Android".into(),
        created_at: at(0),
        seen_at: at(0),
        assurance: Assurance::Pin,
        verified_at: at(0),
        officer: None,
        mandate: None,
    }
}

fn credential(account: &str, id: &str, slot: i64) -> Credential {
    Credential {
        account: account.into(),
        id: id.into(),
        offer: "o1".into(),
        slot,
        sealed: vec![7; 64],
        annex: vec![1],
        revision: 0,
        created_at: at(0),
        receipt_due_at: Some(at(5)),
        receipt_tries: 0,
        notify_due_at: None,
        notify_tries: 0,
        copy_of: None,
        shown_to: None,
    }
}
