use std::time::Instant;

use crate::postgres::{self, PostgresTx};
use crate::sqlite::SqliteTx;
use crate::{Error, Row, Value};

/// One open transaction. Dropped before [`Tx::commit`], it rolls back.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    name: Option<&'static str>,
    begun: Instant,
}

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite(SqliteTx),
    Postgres(PostgresTx),
}

impl Tx {
    pub(crate) fn new(inner: Inner, name: Option<&'static str>) -> Self {
        Self { inner, name, begun: Instant::now() }
    }

    /// Runs a statement and says how many rows it touched.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, Error> {
        if self.name.is_none() {
            return Err(Error::ReadOnly);
        }
        let doing = "execute a statement";
        match &mut self.inner {
            Inner::Sqlite(tx) => tx.execute(sql, &args).map_err(Error::database(doing)),
            Inner::Postgres(tx) => {
                let done = postgres::query(sql, args).execute(&mut **tx).await;
                done.map(|done| done.rows_affected()).map_err(Error::database(doing))
            }
        }
    }

    /// Like [`Tx::execute`] for a guarded statement that must touch exactly one row: otherwise [`Error::Stale`].
    pub async fn execute_one(&mut self, sql: &'static str, args: Vec<Value>) -> Result<(), Error> {
        match self.execute(sql, args).await? {
            1 => Ok(()),
            _ => Err(Error::Stale),
        }
    }

    /// The first row, if there is one. A statement that also changes rows changes all of them.
    pub async fn fetch_optional(
        &mut self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Option<Row>, Error> {
        let rows = match &mut self.inner {
            Inner::Sqlite(tx) => tx.fetch(sql, &args, 1)?,
            Inner::Postgres(tx) => {
                let row = postgres::query(sql, args).fetch_optional(&mut **tx).await;
                postgres::read_rows(row.map_err(Error::database("fetch a row"))?.as_slice())?
            }
        };
        Ok(rows.into_iter().next())
    }

    /// Every row at once: the statement itself must bound how many there are.
    pub async fn fetch_all(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, Error> {
        match &mut self.inner {
            Inner::Sqlite(tx) => tx.fetch(sql, &args, usize::MAX),
            Inner::Postgres(tx) => {
                let rows = postgres::query(sql, args).fetch_all(&mut **tx).await;
                postgres::read_rows(&rows.map_err(Error::database("fetch rows"))?)
            }
        }
    }

    /// Makes everything lasting. On PostgreSQL this may still lose a race: see [`Error::is_retryable`].
    pub async fn commit(self) -> Result<(), Error> {
        let doing = "commit";
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await.map_err(Error::database(doing))?,
            Inner::Postgres(tx) => tx.commit().await.map_err(Error::database(doing))?,
        }
        if let Some(name) = self.name {
            metrics::histogram!("sql_transaction_seconds", "name" => name).record(self.begun.elapsed());
        }
        Ok(())
    }
}
