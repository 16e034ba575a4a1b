//! SQLite's one writer, and how those who wait for it share a commit.
//!
//! Each transaction is a savepoint in the open transaction of the connection. Whoever is done stands in line again to
//! commit; those who already stood there come first, add theirs, and are all committed at once. Nobody is told that
//! something lasts before it does, and when the one commit fails all are told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::Error;
use crate::engine::SqliteError;
use crate::sqlite::{BUSY, off_thread, open_writer};

const BEGIN: &str = "BEGIN IMMEDIATE";
/// How long writers wait for those who still read, when the log is to be emptied.
const READERS_LEAVE: Duration = Duration::from_millis(200);

#[derive(Clone, Debug)]
pub(crate) struct Writer(Arc<Mutex<Desk>>);

#[derive(Debug)]
struct Desk {
    path: PathBuf,
    /// Nothing once it is closed, or when it could not be brought back to order.
    connection: Option<Connection>,
    closed: bool,
    /// Who waits for the commit of the open transaction.
    group: Vec<oneshot::Sender<Result<(), SqliteError>>>,
}

/// The writer for the time of one transaction, which is rolled back when this is dropped.
#[derive(Debug)]
pub(crate) struct WriterLease {
    writer: Writer,
    /// Nothing once it is committed or rolled back.
    desk: Option<OwnedMutexGuard<Desk>>,
}

impl Writer {
    pub fn new(path: PathBuf, connection: Connection) -> Self {
        let desk = Desk { path, connection: Some(connection), closed: false, group: Vec::new() };
        Self(Arc::new(Mutex::new(desk)))
    }

    pub async fn begin(&self) -> Result<WriterLease, Error> {
        let doing = || Error::database("begin writing");
        let line = Arc::clone(&self.0).lock_owned();
        let desk = tokio::time::timeout(BUSY, line).await;
        let desk = desk.map_err(|_| doing()(SqliteError::busy("other writes take too long")))?;
        let lease = if desk.group.is_empty() {
            self.begin_transaction(desk).await.map_err(doing())?
        } else {
            self.lease(desk)
        };
        lease.set_savepoint().map_err(doing())?;
        Ok(lease)
    }

    /// Takes SQLite's lock, which another process may hold.
    async fn begin_transaction(&self, desk: OwnedMutexGuard<Desk>) -> Result<WriterLease, SqliteError> {
        match desk.run(BEGIN) {
            Ok(()) => Ok(self.lease(desk)),
            Err(error) if error.is_busy() || (desk.connection.is_none() && !desk.closed) => {
                let writer = self.clone();
                // A lease already there, so that the lock is given back when the caller is gone by then.
                off_thread(desk, move |desk| Ok(writer.lease(begin_patiently(desk)?))).await
            }
            Err(error) => Err(error),
        }
    }

    fn lease(&self, desk: OwnedMutexGuard<Desk>) -> WriterLease {
        WriterLease { writer: self.clone(), desk: Some(desk) }
    }

    /// Brings what was committed into the file itself and empties the log beside it, which keeps what was deleted until it is written
    /// over. False while somebody reads what was there before.
    pub async fn empty_log(&self) -> Result<bool, SqliteError> {
        let desk = Arc::clone(&self.0).lock_owned().await;
        off_thread(desk, |mut desk| {
            desk.commit();
            desk.empty_log()
        })
        .await
    }

    pub async fn close(&self) {
        let mut desk = Arc::clone(&self.0).lock_owned().await;
        let closing = off_thread((), move |()| {
            desk.commit();
            (desk.connection, desk.closed) = (None, true);
            Ok(())
        });
        // What waited for the commit was told what came of it.
        let _ = closing.await;
    }
}

impl WriterLease {
    pub fn connection(&self) -> Option<&Connection> {
        self.desk.as_ref()?.connection.as_ref()
    }

    fn set_savepoint(&self) -> Result<(), SqliteError> {
        self.desk.as_ref().map_or(Ok(()), |desk| desk.run("SAVEPOINT one"))
    }

    pub async fn commit(mut self) -> Result<(), SqliteError> {
        let Some(mut desk) = self.desk.take() else { return Ok(()) };
        desk.run("RELEASE one").inspect_err(|_| desk.roll_back())?;
        let (tell, told) = oneshot::channel();
        desk.group.push(tell);
        if desk.group.len() == 1 {
            let writer = Arc::clone(&self.writer.0);
            // It happens although the caller may be gone.
            tokio::task::spawn_blocking(move || writer.blocking_lock_owned().commit());
        }
        drop(desk);
        told.await.unwrap_or_else(|_| Err(SqliteError::without_code("the program ends")))
    }
}

impl Drop for WriterLease {
    fn drop(&mut self) {
        if let Some(mut desk) = self.desk.take() {
            desk.roll_back();
        }
    }
}

impl Desk {
    fn run(&self, sql: &str) -> Result<(), SqliteError> {
        let connection = self.connection.as_ref();
        let connection = connection.ok_or_else(|| SqliteError::without_code("the database is closed"))?;
        Ok(connection.prepare_cached(sql)?.execute([]).map(drop)?)
    }

    fn empty_log(&self) -> Result<bool, SqliteError> {
        let connection = self.connection.as_ref();
        let connection = connection.ok_or_else(|| SqliteError::without_code("the database is closed"))?;
        connection.busy_timeout(READERS_LEAVE)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        connection.busy_timeout(Duration::ZERO)?;
        Ok(busy? == 0)
    }

    /// Undoes the last savepoint, and leaves those of the group.
    fn roll_back(&mut self) {
        let undone = if self.group.is_empty() {
            self.run("ROLLBACK")
        } else {
            self.run("ROLLBACK TO one").and_then(|()| self.run("RELEASE one"))
        };
        if let Err(error) = undone {
            self.give_up(&error);
        }
    }

    fn commit(&mut self) {
        if self.group.is_empty() {
            return;
        }
        let done = self.run("COMMIT");
        if let Err(error) = &done {
            self.give_up(error);
        }
        for tell in self.group.drain(..) {
            // Whoever asked may be gone.
            let _ = tell.send(done.clone());
        }
    }

    /// Nothing of the open transaction may count: a full disk, say, ends it in the middle.
    fn give_up(&mut self, error: &SqliteError) {
        if self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit()) {
            // What cannot be rolled back is rolled back by closing.
            if self.run("ROLLBACK").is_err() {
                self.connection = None;
            }
        }
        for tell in self.group.drain(..) {
            let _ = tell.send(Err(error.clone()));
        }
    }
}

fn begin_patiently(mut desk: OwnedMutexGuard<Desk>) -> Result<OwnedMutexGuard<Desk>, SqliteError> {
    let connection = match desk.connection.take() {
        Some(connection) => connection,
        None => open_writer(&desk.path)?,
    };
    let connection = desk.connection.insert(connection);
    connection.busy_timeout(BUSY)?;
    let begun = connection.execute_batch(BEGIN);
    connection.busy_timeout(Duration::ZERO)?;
    begun?;
    Ok(desk)
}
