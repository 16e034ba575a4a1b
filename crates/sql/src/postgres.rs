//! PostgreSQL over a pool of connections.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{
    PgArgumentBuffer, PgConnectOptions, PgPoolOptions, PgRow, PgTypeInfo, Postgres as Engine,
};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, PgPool, Row as _, Transaction,
    TypeInfo as _, ValueRef as _,
};

use crate::row::Columns;
use crate::{Error, Row, Value};

const CONNECTIONS: u32 = 10;
/// Shorter than a caller waits.
const BUSY: Duration = Duration::from_secs(10);

pub(crate) type PostgresTx = Transaction<'static, Engine>;

/// Connects to a schema, made when absent.
pub(crate) async fn open(url: &str, schema: &str) -> Result<PgPool, Error> {
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
    let create = format!("SELECT pg_advisory_lock(7100710071007101); CREATE SCHEMA IF NOT EXISTS {schema}");
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&mut first)
        .await
        .map_err(Error::database("create the PostgreSQL schema"))?;
    first.close().await.map_err(Error::database("close the first connection"))?;
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(BUSY)
        .connect_with(options.options([("search_path", schema)]))
        .await
        .map_err(Error::database("connect to PostgreSQL"))
}

/// A parameter without a type, so that PostgreSQL infers it from where it stands, as SQLite does.
struct UntypedNull;

impl sqlx::Type<Engine> for UntypedNull {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

impl sqlx::Encode<'_, Engine> for UntypedNull {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

/// A statement with its parameters.
pub(crate) fn query(
    sql: &'static str,
    args: Vec<Value>,
) -> sqlx::query::Query<'static, Engine, sqlx::postgres::PgArguments> {
    args.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Null => query.bind(UntypedNull),
        Value::Int(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Blob(bytes) => query.bind(bytes),
    })
}

pub(crate) fn read_rows(rows: &[PgRow]) -> Result<Vec<Row>, Error> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let columns: Columns = first.columns().iter().map(|column| column.name().to_owned()).collect();
    rows.iter().map(|row| read_row(row, &columns)).collect()
}

fn read_row(row: &PgRow, columns: &Columns) -> Result<Row, Error> {
    let mut values = Vec::with_capacity(columns.len());
    for (at, name) in columns.iter().enumerate() {
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
            _ => return Err(Error::ForeignType { column: name.clone(), found }),
        });
    }
    Ok(Row { columns: columns.clone(), values })
}
