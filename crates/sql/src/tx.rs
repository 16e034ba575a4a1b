use std::sync::Arc;
use std::time::Instant;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Column as _, Row as _, Transaction, TypeInfo as _, ValueRef as _};

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
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A parameter without a type, so that PostgreSQL infers it from where it stands, as SQLite does.
struct UntypedNull;

impl sqlx::Type<Postgres> for UntypedNull {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

impl sqlx::Encode<'_, Postgres> for UntypedNull {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

macro_rules! query {
    ($db:ty, $null:expr, $sql:expr, $args:expr) => {{
        let mut query = sqlx::query::<$db>($sql);
        for value in $args {
            query = match value {
                Value::Null => query.bind($null),
                Value::Int(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Blob(bytes) => query.bind(bytes),
            };
        }
        query
    }};
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
        let doing = Error::database("execute a statement");
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = query!(Sqlite, None::<i64>, sql, args);
                query.execute(&mut **tx).await.map(|done| done.rows_affected()).map_err(doing)
            }
            Inner::Postgres(tx) => {
                let query = query!(Postgres, UntypedNull, sql, args);
                query.execute(&mut **tx).await.map(|done| done.rows_affected()).map_err(doing)
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

    pub async fn fetch_optional(
        &mut self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Option<Row>, Error> {
        let doing = Error::database("fetch a row");
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = query!(Sqlite, None::<i64>, sql, args);
                let row = query.fetch_optional(&mut **tx).await.map_err(doing)?;
                row.map(|row| from_sqlite(&row, &mut None)).transpose()
            }
            Inner::Postgres(tx) => {
                let query = query!(Postgres, UntypedNull, sql, args);
                let row = query.fetch_optional(&mut **tx).await.map_err(doing)?;
                row.map(|row| from_postgres(&row, &mut None)).transpose()
            }
        }
    }

    /// Every row at once: the statement itself must bound how many there are.
    pub async fn fetch_all(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, Error> {
        let doing = Error::database("fetch rows");
        let mut columns = None;
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = query!(Sqlite, None::<i64>, sql, args);
                let rows = query.fetch_all(&mut **tx).await.map_err(doing)?;
                rows.iter().map(|row| from_sqlite(row, &mut columns)).collect()
            }
            Inner::Postgres(tx) => {
                let query = query!(Postgres, UntypedNull, sql, args);
                let rows = query.fetch_all(&mut **tx).await.map_err(doing)?;
                rows.iter().map(|row| from_postgres(row, &mut columns)).collect()
            }
        }
    }

    /// Makes everything lasting. On PostgreSQL this may still lose a race: see [`Error::is_retryable`].
    pub async fn commit(self) -> Result<(), Error> {
        let doing = Error::database("commit");
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await.map_err(doing)?,
            Inner::Postgres(tx) => tx.commit().await.map_err(doing)?,
        }
        if let Some(name) = self.name {
            metrics::histogram!("sql_transaction_seconds", "name" => name).record(self.begun.elapsed());
        }
        Ok(())
    }
}

type Columns = Option<Arc<[String]>>;

fn from_sqlite(row: &SqliteRow, columns: &mut Columns) -> Result<Row, Error> {
    let names = columns
        .get_or_insert_with(|| row.columns().iter().map(|column| column.name().to_owned()).collect())
        .clone();
    let mut values = Vec::with_capacity(names.len());
    for at in 0..names.len() {
        let doing = || Error::database("read a column");
        let raw = row.try_get_raw(at).map_err(doing())?;
        let found = raw.type_info().name().to_owned();
        values.push(match (raw.is_null(), found.as_str()) {
            (true, _) => Value::Null,
            (_, "INTEGER" | "BOOLEAN") => Value::Int(row.try_get(at).map_err(doing())?),
            (_, "TEXT") => Value::Text(row.try_get(at).map_err(doing())?),
            (_, "BLOB") => Value::Blob(row.try_get(at).map_err(doing())?),
            _ => return Err(foreign(&names, at, found)),
        });
    }
    Ok(Row { columns: names, values })
}

fn from_postgres(row: &PgRow, columns: &mut Columns) -> Result<Row, Error> {
    let names = columns
        .get_or_insert_with(|| row.columns().iter().map(|column| column.name().to_owned()).collect())
        .clone();
    let mut values = Vec::with_capacity(names.len());
    for at in 0..names.len() {
        let doing = || Error::database("read a column");
        let raw = row.try_get_raw(at).map_err(doing())?;
        let found = raw.type_info().name().to_owned();
        values.push(match (raw.is_null(), found.as_str()) {
            (true, _) => Value::Null,
            (_, "INT8") => Value::Int(row.try_get(at).map_err(doing())?),
            (_, "INT4") => Value::Int(row.try_get::<i32, _>(at).map_err(doing())?.into()),
            (_, "BOOL") => Value::Int(row.try_get::<bool, _>(at).map_err(doing())?.into()),
            (_, "TEXT" | "VARCHAR" | "NAME") => Value::Text(row.try_get(at).map_err(doing())?),
            (_, "BYTEA") => Value::Blob(row.try_get(at).map_err(doing())?),
            _ => return Err(foreign(&names, at, found)),
        });
    }
    Ok(Row { columns: names, values })
}

fn foreign(names: &[String], at: usize, found: String) -> Error {
    Error::ForeignType { column: names.get(at).cloned().unwrap_or_default(), found }
}
