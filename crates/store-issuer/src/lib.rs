//! The issuer's tables on SQLite and PostgreSQL: SQL, migrations and row mapping, no decisions.
//!
//! Every method runs inside a [`Transaction`] that the use case opens and commits. Each statement names the tenant, so
//! nothing of one organisation is reachable from another. Read [`Store`], [`Transaction`] and `migrations/` first.

mod anchors;
mod audit;
mod authorization;
mod codes;
mod copies;
mod documents;
mod error;
mod existence;
mod import;
mod offers;
mod officers;
mod overview;
mod row;
mod secrets;
mod status;
mod subjects;

pub use anchors::{BatchRow, LeafPlace};
pub use authorization::{Decided, PersonCeremony};
pub use codes::AccessToken;
pub use copies::StatusChange;
pub use documents::DocumentRow;
pub use error::Error;
pub use existence::{BeneficiaryRow, ExistenceRow};
pub use officers::{Ceremony, CeremonyKind, Officer, Session};
pub use overview::{Overview, StuckOffer};
use sql::{Database, Migration, Tx};
pub use status::{ListRow, ListVersion};
pub use subjects::{Page, SubjectRow};

/// The issuer's database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
}

/// One open transaction; dropped before [`Transaction::commit`], it rolls back.
#[derive(Debug)]
pub struct Transaction {
    pub(crate) tx: Tx,
}

impl Store {
    /// Opens and migrates the database. `schema` names the PostgreSQL schema.
    pub async fn open(url: &str, schema: &str) -> Result<Self, Error> {
        Ok(Self { database: Database::open(url, schema, &migrations()).await? })
    }

    /// A consistent view for reading.
    pub async fn read(&self) -> Result<Transaction, Error> {
        Ok(Transaction { tx: self.database.read().await? })
    }

    /// Holds the write lock on SQLite from here on; `name` is for the metrics.
    pub async fn write(&self, name: &'static str) -> Result<Transaction, Error> {
        Ok(Transaction { tx: self.database.write(name).await? })
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        self.database.engine()
    }

    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl Transaction {
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }
}

/// Each part of the service numbers its own steps: issuing from 1, officers from 100, authorization
/// from 151, import from 200, existence from 300, documents from 400.
fn migrations() -> Vec<Migration> {
    let issuing = Migration { version: 1, name: "issuing", sql: include_str!("migrations/0001_issuing.sql") };
    [
        &[issuing],
        officers::MIGRATIONS,
        authorization::MIGRATIONS,
        import::MIGRATIONS,
        existence::MIGRATIONS,
        documents::MIGRATIONS,
    ]
    .concat()
}
