//! The wallet's tables on SQLite and PostgreSQL: accounts, sessions, and sealed records by account.
//!
//! It deliberately opens nothing that is sealed: content comes and goes as bytes, and what must be found by
//! the database (identifiers, states, due times, hashes) stands beside it. The use case owns the
//! transaction. Read [`Store`], [`Tx`] and [`records::Record`] first.

pub mod accounts;
pub mod credentials;
pub mod custody;
pub mod desk_keys;
pub mod desk_queue;
pub mod mandates;
pub mod officers;
pub mod pins;
pub mod records;
pub mod recovery;
pub mod sessions;
pub mod stations;
pub mod token_keys;

use sql::{Database, Migration};

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "first", sql: include_str!("../migrations/001_first.sql") },
    Migration { version: 2, name: "deferred", sql: include_str!("../migrations/002_deferred.sql") },
    Migration { version: 10, name: "languages", sql: include_str!("../migrations/010_languages.sql") },
    Migration { version: 20, name: "ways_in", sql: include_str!("../migrations/020_ways_in.sql") },
    Migration { version: 21, name: "copies", sql: include_str!("../migrations/021_copies.sql") },
    Migration { version: 22, name: "recovery", sql: include_str!("../migrations/022_recovery.sql") },
    Migration { version: 23, name: "officers", sql: include_str!("../migrations/023_officers.sql") },
    Migration { version: 30, name: "sharings", sql: include_str!("../migrations/030_sharings.sql") },
    Migration { version: 31, name: "custody", sql: include_str!("../migrations/031_custody.sql") },
    Migration { version: 40, name: "stations", sql: include_str!("../migrations/040_stations.sql") },
    Migration { version: 50, name: "enrolments", sql: include_str!("../migrations/050_enrolments.sql") },
    Migration { version: 70, name: "mandates", sql: include_str!("../migrations/070_mandates.sql") },
    Migration { version: 71, name: "desk_keys", sql: include_str!("../migrations/071_desk_keys.sql") },
    Migration { version: 72, name: "desk_queue", sql: include_str!("../migrations/072_desk_queue.sql") },
    Migration { version: 73, name: "token_keys", sql: include_str!("../migrations/073_token_keys.sql") },
];

/// The wallet's database.
#[derive(Clone, Debug)]
pub struct Store(Database);

/// One transaction; dropped without [`Tx::commit`] it rolls back.
pub struct Tx(sql::Tx);

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(url: &str, schema: &str) -> Result<Self, sql::Error> {
        Ok(Self(Database::open(url, schema, MIGRATIONS).await?))
    }

    pub async fn read(&self) -> Result<Tx, sql::Error> {
        Ok(Tx(self.0.read().await?))
    }

    /// What was deleted is in none of the database's files afterwards; false where it has to be asked for again.
    pub async fn empty_log(&self) -> Result<bool, sql::Error> {
        self.0.empty_log().await
    }

    pub async fn write(&self, name: &'static str) -> Result<Tx, sql::Error> {
        Ok(Tx(self.0.write(name).await?))
    }
}

impl Tx {
    pub async fn commit(self) -> Result<(), sql::Error> {
        self.0.commit().await
    }
}
