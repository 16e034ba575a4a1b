use std::path::Path;

use sqlx::PgPool;

use crate::sqlite::Sqlite;
use crate::tx::Inner as TxInner;
use crate::{Error, Migration, Tx, migrate, postgres};

/// An open database, migrated to what this program knows. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Database(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(PgPool),
}

impl Database {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…` (in `schema`, made when absent) and migrates it.
    pub async fn open(url: &str, schema: &str, migrations: &[Migration]) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let database = Sqlite::open(Path::new(path.strip_prefix("//").unwrap_or(path))).await?;
            migrate::sqlite(&database, migrations).await?;
            Ok(Self(Engine::Sqlite(database)))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = postgres::open(url, schema).await?;
            migrate::postgres(&pool, migrations).await?;
            Ok(Self(Engine::Postgres(pool)))
        } else {
            // The scheme alone: the rest may hold a password.
            Err(Error::Url(url.split(':').next().unwrap_or_default().to_owned()))
        }
    }

    /// A consistent view for reading; dropping it ends it.
    pub async fn read(&self) -> Result<Tx, Error> {
        let inner = match &self.0 {
            Engine::Sqlite(database) => TxInner::Sqlite(database.read().await?),
            Engine::Postgres(pool) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
                TxInner::Postgres(begun.map_err(Error::database("begin reading"))?)
            }
        };
        Ok(Tx::new(inner, None))
    }

    /// A transaction that may write, named for the metrics. It holds SQLite's only write lock from here on, so
    /// nothing slow belongs inside. Dropping it without [`Tx::commit`] undoes it.
    pub async fn write(&self, name: &'static str) -> Result<Tx, Error> {
        let inner = match &self.0 {
            Engine::Sqlite(database) => TxInner::Sqlite(database.write().await?),
            Engine::Postgres(pool) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await;
                TxInner::Postgres(begun.map_err(Error::database("begin writing"))?)
            }
        };
        Ok(Tx::new(inner, Some(name)))
    }

    /// After something was deleted that must be in no file any more: empties SQLite's log, which keeps it until it is written over.
    /// False while somebody reads what was there before; then it is asked for again. PostgreSQL has nothing of the kind: there, dead
    /// rows go with its vacuum, and its own log with the archive's retention.
    pub async fn empty_log(&self) -> Result<bool, Error> {
        match &self.0 {
            Engine::Sqlite(database) => database.empty_log().await,
            Engine::Postgres(_) => Ok(true),
        }
    }

    /// `sqlite` or `postgres`, for start-up messages.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match &self.0 {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite(database) => database.close().await,
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}
