//! SQLite in this process: one connection that writes, a few that read.
//!
//! A statement runs on the thread that asks for it: it takes microseconds, and handing it to another thread and back
//! takes more. What may wait for the disk or for another process goes to a thread that may wait: opening, a lock that
//! is taken, and the commit of writes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Statement, ToSql};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::SqliteError;
use crate::row::Columns;
use crate::sqlite_writer::{Writer, WriterLease};
use crate::{Error, Row, Value};

/// Longer than any write should take, shorter than a caller waits.
pub(crate) const BUSY: Duration = Duration::from_secs(10);
const READERS: usize = 8;
/// More than any store has.
const STATEMENTS: usize = 512;

#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    readers: Arc<Readers>,
    writer: Writer,
}

#[derive(Debug)]
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Sqlite {
    /// Opens the file, made when absent. SQLite answers a switch to WAL with "locked" at once, without the busy
    /// timeout, when another start is switching the same new file.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let mut tries_left = 50;
        let writer = loop {
            match off_thread(path.to_owned(), |path| open_writer(&path)).await {
                Ok(writer) => break writer,
                Err(error) if tries_left > 0 && error.to_string().contains("locked") => {
                    tries_left -= 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => return Err(Error::database("open the SQLite file")(error)),
            }
        };
        let permits = Arc::new(Semaphore::new(READERS));
        let readers = Readers { path: path.to_owned(), idle: Mutex::default(), permits };
        Ok(Self { readers: Arc::new(readers), writer: Writer::new(path.to_owned(), writer) })
    }

    pub async fn read(&self) -> Result<SqliteTx, Error> {
        let doing = "begin reading";
        let permit = tokio::time::timeout(BUSY, Arc::clone(&self.readers.permits).acquire_owned()).await;
        let permit = permit.ok().and_then(Result::ok).ok_or_else(|| unavailable(doing))?;
        let idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => off_thread(self.readers.path.clone(), |path| open_reader(&path))
                .await
                .map_err(Error::database(doing))?,
        };
        connection.execute_batch("BEGIN").map_err(Error::database(doing))?;
        let readers = Arc::clone(&self.readers);
        Ok(SqliteTx::Reader(ReaderLease { connection: Some(connection), readers, _permit: permit }))
    }

    pub async fn write(&self) -> Result<SqliteTx, Error> {
        Ok(SqliteTx::Writer(self.writer.begin().await?))
    }

    pub async fn empty_log(&self) -> Result<bool, Error> {
        self.writer.empty_log().await.map_err(Error::database("empty the log of the database"))
    }

    /// Waits for running transactions and closes every connection.
    pub async fn close(&self) {
        let all = u32::try_from(READERS).unwrap_or(u32::MAX);
        let ended = self.readers.permits.acquire_many(all).await;
        self.readers.permits.close();
        drop(ended);
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.writer.close().await;
    }
}

/// One open transaction. Dropped before it is committed, it rolls back.
#[derive(Debug)]
pub(crate) enum SqliteTx {
    Reader(ReaderLease),
    Writer(WriterLease),
}

#[derive(Debug)]
pub(crate) struct ReaderLease {
    /// Nothing only while this is dropped.
    connection: Option<Connection>,
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for ReaderLease {
    fn drop(&mut self) {
        // A connection that cannot end its view would show an old one to whoever comes next.
        if let Some(connection) = self.connection.take()
            && connection.execute_batch("ROLLBACK").is_ok()
            && !self.readers.permits.is_closed()
        {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

impl SqliteTx {
    pub fn execute(&self, sql: &str, args: &[Value]) -> Result<u64, SqliteError> {
        let connection = self.connection()?;
        // A full disk, say, ends the transaction; what comes after it would count by itself.
        if connection.is_autocommit() {
            return Err(SqliteError::without_code("the transaction was ended by an earlier error"));
        }
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, args)?;
        let touched = statement.raw_execute()?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    /// Several statements without parameters.
    pub fn execute_batch(&self, sql: &str) -> Result<(), SqliteError> {
        Ok(self.connection()?.execute_batch(sql)?)
    }

    /// At most so many rows. What changes rows changes all of them before it returns the first
    /// (https://www.sqlite.org/lang_returning.html, 3).
    pub fn fetch(&self, sql: &str, args: &[Value], limit: usize) -> Result<Vec<Row>, Error> {
        let doing = "fetch rows";
        let connection = self.connection().map_err(Error::database(doing))?;
        let mut statement = connection.prepare_cached(sql).map_err(Error::database(doing))?;
        let columns: Columns = statement.column_names().map(str::to_owned).collect();
        bind(&mut statement, args).map_err(Error::database(doing))?;
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while rows.len() < limit
            && let Some(row) = found.next().map_err(Error::database(doing))?
        {
            rows.push(read_row(row, &columns)?);
        }
        Ok(rows)
    }

    pub async fn commit(self) -> Result<(), SqliteError> {
        match self {
            Self::Reader(_) => Ok(()),
            Self::Writer(lease) => lease.commit().await,
        }
    }

    fn connection(&self) -> Result<&Connection, SqliteError> {
        let connection = match self {
            Self::Reader(lease) => lease.connection.as_ref(),
            Self::Writer(lease) => lease.connection(),
        };
        connection.ok_or_else(|| SqliteError::without_code("the connection is closed"))
    }
}

/// `$3` is the third parameter wherever it stands, as in PostgreSQL; to SQLite it is a name, numbered by its first use.
fn bind(statement: &mut Statement<'_>, args: &[Value]) -> Result<(), SqliteError> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).and_then(|name| name.strip_prefix('$'));
        let number = name.and_then(|name| name.parse::<usize>().ok());
        let value = number.and_then(|number| args.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| SqliteError::without_code("a parameter has no value"))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read_row(row: &rusqlite::Row<'_>, columns: &Columns) -> Result<Row, Error> {
    let mut values = Vec::with_capacity(columns.len());
    for (at, name) in columns.iter().enumerate() {
        let value = match row.get_ref(at).map_err(Error::database("read a column"))? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Value::Text(text.to_owned()),
                Err(_) => return Err(foreign(name, "text that is not UTF-8")),
            },
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            ValueRef::Real(_) => return Err(foreign(name, "REAL")),
        };
        values.push(value);
    }
    Ok(Row { columns: columns.clone(), values })
}

fn foreign(column: &str, found: &str) -> Error {
    Error::ForeignType { column: column.to_owned(), found: found.to_owned() }
}

pub(crate) fn open_writer(path: &Path) -> Result<Connection, SqliteError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(
        // An acknowledged commit survives a power cut, not only a crash of the program; what a person deletes must not
        // linger in free pages.
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
    )?;
    keep_plans(&connection)?;
    // From here on whoever waits for another process does so on a thread that may wait.
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

fn open_reader(path: &Path) -> Result<Connection, SqliteError> {
    // Not read only, since a reader may be the one who recovers the log.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")?;
    keep_plans(&connection)?;
    Ok(connection)
}

/// A statement keeps its plan whatever is bound to it. Otherwise SQLite prepares one anew at each use when the table has an
/// index with a condition, which cost a twentieth of issuing.
fn keep_plans(connection: &Connection) -> Result<(), SqliteError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Runs what may wait on a thread that may wait.
pub(crate) async fn off_thread<I: Send + 'static, T: Send + 'static>(
    input: I,
    work: impl FnOnce(I) -> Result<T, SqliteError> + Send + 'static,
) -> Result<T, SqliteError> {
    let done = tokio::task::spawn_blocking(move || work(input)).await;
    done.unwrap_or_else(|_| Err(SqliteError::without_code("the program ends")))
}

fn unavailable(doing: &'static str) -> Error {
    Error::database(doing)(SqliteError::busy("no connection became free"))
}
