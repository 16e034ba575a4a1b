use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, SqlitePool};

use crate::tx::Inner as TxInner;
use crate::{Error, Migration, Tx, migrate};

const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 10;
/// Longer than any write should take, shorter than a caller waits.
const BUSY: Duration = Duration::from_secs(10);

/// An open database, migrated to what this program knows. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Database(Engine);

#[derive(Clone, Debug)]
enum Engine {
    /// SQLite has one writer, so one connection holds that place and callers queue for it fairly.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

impl Database {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…` (in `schema`, made when absent) and migrates it.
    pub async fn open(url: &str, schema: &str, migrations: &[Migration]) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path)), migrations).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url, schema, migrations).await
        } else {
            // The scheme alone: the rest may hold a password.
            Err(Error::Url(url.split(':').next().unwrap_or_default().to_owned()))
        }
    }

    async fn open_sqlite(path: &Path, migrations: &[Migration]) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged commit survives a power cut, not only a crash of the program.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            // What a person deletes must not linger in free pages.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false);
        // SQLite answers a switch to WAL with "locked" at once, without the busy timeout, when another start
        // is switching the same new file.
        let mut tries_left = 50;
        let writer = loop {
            match pool.clone().connect_with(options.clone()).await {
                Ok(writer) => break writer,
                Err(sqlx::Error::Database(error)) if tries_left > 0 && error.message().contains("locked") => {
                    tries_left -= 1;
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                Err(error) => return Err(Error::database("open the SQLite file")(error)),
            }
        };
        migrate::sqlite(&writer, migrations).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self(Engine::Sqlite { readers, writer }))
    }

    async fn open_postgres(url: &str, schema: &str, migrations: &[Migration]) -> Result<Self, Error> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if schema.is_empty() || !schema.chars().all(plain) {
            return Err(Error::SchemaName(schema.to_owned()));
        }
        let options = PgConnectOptions::from_str(url)
            .map_err(Error::database("read the PostgreSQL url"))?
            .application_name("passerelle")
            .disable_statement_logging();
        let mut first = options.connect().await.map_err(Error::database("connect to PostgreSQL"))?;
        // `IF NOT EXISTS` alone races with a second process; the lock ends with this connection.
        let create =
            format!("SELECT pg_advisory_lock(7100710071007101); CREATE SCHEMA IF NOT EXISTS {schema}");
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&mut first)
            .await
            .map_err(Error::database("create the PostgreSQL schema"))?;
        first.close().await.map_err(Error::database("close the first connection"))?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(BUSY)
            .connect_with(options.options([("search_path", schema)]))
            .await
            .map_err(Error::database("connect to PostgreSQL"))?;
        migrate::postgres(&pool, migrations).await?;
        Ok(Self(Engine::Postgres(pool)))
    }

    /// A consistent view for reading; dropping it ends it.
    pub async fn read(&self) -> Result<Tx, Error> {
        let doing = Error::database("begin reading");
        let inner = match &self.0 {
            Engine::Sqlite { readers, .. } => {
                TxInner::Sqlite(readers.begin_with("BEGIN").await.map_err(doing)?)
            }
            Engine::Postgres(pool) => TxInner::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(doing)?,
            ),
        };
        Ok(Tx::new(inner, None))
    }

    /// A transaction that may write, named for the metrics. It holds SQLite's only write lock from here on, so
    /// nothing slow belongs inside. Dropping it without [`Tx::commit`] undoes it.
    pub async fn write(&self, name: &'static str) -> Result<Tx, Error> {
        let doing = Error::database("begin writing");
        let inner = match &self.0 {
            Engine::Sqlite { writer, .. } => {
                TxInner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.map_err(doing)?)
            }
            Engine::Postgres(pool) => {
                TxInner::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await.map_err(doing)?)
            }
        };
        Ok(Tx::new(inner, Some(name)))
    }

    /// `sqlite` or `postgres`, for start-up messages.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match &self.0 {
            Engine::Sqlite { .. } => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}
