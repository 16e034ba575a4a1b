//! The verifier's database: agency clients and their tokens, verifications, idempotency keys,
//! sign-ins of applications, webhooks, clients of
//! the sandbox.
//!
//! It holds secrets as hashes and personal data sealed, and it decides nothing: a use case opens a transaction,
//! calls these methods and commits. Read [`Store`], [`Tx`] and [`Verification`] first.

mod assertion;
mod client;
mod oidc;
mod policy;
mod receipt;
mod sandbox;
mod verification;
mod wallet_request;
mod webhook;

pub use client::{Client, Token};
pub use oidc::OidcLogin;
pub use policy::AgencyPolicy;
pub use verification::{Idempotent, Verification};
pub use wallet_request::WalletRequest;
pub use webhook::{Delivery, DeliveryState, Listened, Webhook};

use sql::{Database, Migration};

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "first", sql: include_str!("../migrations/0001_first.sql") },
    Migration {
        version: 100,
        name: "agency_policy",
        sql: include_str!("../migrations/0100_agency_policy.sql"),
    },
    Migration {
        version: 101,
        name: "verification_policy",
        sql: include_str!("../migrations/0101_verification_policy.sql"),
    },
    Migration { version: 102, name: "receipt", sql: include_str!("../migrations/0102_receipt.sql") },
    oidc::MIGRATION,
    webhook::MIGRATION,
    sandbox::MIGRATION,
    Migration {
        version: 400,
        name: "wallet_request",
        sql: include_str!("../migrations/0400_wallet_request.sql"),
    },
    assertion::MIGRATION,
];

/// The ways the database fails the verifier.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed")]
    Sql(#[from] sql::Error),
    #[error("table {table} holds an impossible {column}")]
    Impossible { table: &'static str, column: &'static str },
}

impl StoreError {
    /// A primary key was there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Sql(error) if error.is_conflict())
    }
}

/// The open database. Clones share it.
#[derive(Clone)]
pub struct Store(Database);

/// One transaction; it rolls back unless it is committed.
pub struct Tx(sql::Tx);

impl Store {
    /// Opens the database and brings it to the newest form. `schema` names the PostgreSQL schema.
    pub async fn open(url: &str, schema: &str) -> Result<Self, StoreError> {
        Ok(Self(Database::open(url, schema, MIGRATIONS).await?))
    }

    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(Tx(self.0.read().await?))
    }

    /// Takes the write lock at once; the name appears in the metrics.
    pub async fn write(&self, name: &'static str) -> Result<Tx, StoreError> {
        Ok(Tx(self.0.write(name).await?))
    }

    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl Tx {
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
