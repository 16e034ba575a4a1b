//! One small door to SQLite and PostgreSQL: the same SQL text, the same types, the same contract.
//!
//! It deliberately knows no table: stores own their SQL and migrations. It offers no query builder, and SQL must
//! be `&'static str`, so that nothing from outside can become part of a statement. `DECISION.md` beside this
//! crate says why one text serves both engines. Read [`Database`], [`Tx`] and [`retry`] first.
//!
//! The common subset: parameters are `$1`, `$2`…; every integer is `BIGINT`, every time `BIGINT` milliseconds,
//! every flag a `BIGINT` of 0 or 1, every text `TEXT`; `{{blob}}` in a migration becomes `BLOB` or `BYTEA`;
//! `INSERT … ON CONFLICT … DO …`, `RETURNING`, `CASE`, `COALESCE`, `LIMIT $n` behave alike; a sum needs
//! `CAST(SUM(x) AS BIGINT)`.

mod config;
mod engine;
mod error;
mod migrate;
mod open;
mod postgres;
mod retry;
mod row;
mod sqlite;
mod sqlite_writer;
mod tx;
mod value;

pub use config::StoreConfig;
pub use engine::{EngineError, SqliteError};
pub use error::Error;
pub use migrate::Migration;
pub use open::Database;
pub use retry::{retry, walks_to_retryable};
pub use row::Row;
pub use tx::Tx;
pub use value::Value;

/// An instant in UTC, stored with millisecond precision.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Builds the parameters of one statement: `args![id, name, now]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::Value::from($value)),*] };
}
