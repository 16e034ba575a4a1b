use sqlx::{AssertSqlSafe, Executor as _, PgPool};

use crate::postgres::{query, read_rows};
use crate::sqlite::Sqlite;
use crate::{Error, Row, Value};

/// One step forward of a schema. It is never edited once it has been merged; a later step changes what it made.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT PRIMARY KEY, name TEXT NOT NULL, fingerprint BIGINT NOT NULL)";
const APPLIED: &str = "SELECT version, name, fingerprint FROM schema_migrations ORDER BY version";
const MARK: &str = "INSERT INTO schema_migrations (version, name, fingerprint) VALUES ($1, $2, $3)";

/// What was applied: version, name, fingerprint.
type Applied = (i64, String, i64);

pub(crate) async fn sqlite(database: &Sqlite, migrations: &[Migration]) -> Result<(), Error> {
    check_order(migrations)?;
    let tx = database.write().await?;
    tx.execute(TABLE, &[]).map_err(Error::database("create the table of migrations"))?;
    let rows = tx.fetch(APPLIED, &[], usize::MAX)?;
    let applied: Result<Vec<_>, Error> = rows.iter().map(read_applied).collect();
    for migration in pending(migrations, &applied?)? {
        let sql = migration.sql.replace("{{blob}}", "BLOB");
        tx.execute_batch(&sql).map_err(Error::database("apply a migration"))?;
        tx.execute(MARK, &mark(migration)).map_err(Error::database("mark a migration"))?;
        tracing::info!(version = migration.version, name = migration.name, "applied a migration");
    }
    tx.commit().await.map_err(Error::database("commit the migrations"))
}

pub(crate) async fn postgres(pool: &PgPool, migrations: &[Migration]) -> Result<(), Error> {
    check_order(migrations)?;
    let mut tx = pool.begin_with("BEGIN").await.map_err(Error::database("begin migrating"))?;
    // Two processes may start at once on one server; the lock ends with the transaction.
    let lock = "SELECT pg_advisory_xact_lock(7100710071007100)";
    tx.execute(lock).await.map_err(Error::database("lock for migrating"))?;
    tx.execute(TABLE).await.map_err(Error::database("create the table of migrations"))?;
    let rows = tx.fetch_all(APPLIED).await.map_err(Error::database("read the applied migrations"))?;
    let applied: Result<Vec<_>, Error> = read_rows(&rows)?.iter().map(read_applied).collect();
    for migration in pending(migrations, &applied?)? {
        let sql = migration.sql.replace("{{blob}}", "BYTEA");
        let applying = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await;
        applying.map_err(Error::database("apply a migration"))?;
        let marking = query(MARK, mark(migration).to_vec()).execute(&mut *tx).await;
        marking.map_err(Error::database("mark a migration"))?;
        tracing::info!(version = migration.version, name = migration.name, "applied a migration");
    }
    tx.commit().await.map_err(Error::database("commit the migrations"))
}

fn read_applied(row: &Row) -> Result<Applied, Error> {
    Ok((row.int("version")?, row.text("name")?, row.int("fingerprint")?))
}

fn mark(migration: &Migration) -> [Value; 3] {
    [migration.version.into(), migration.name.into(), fingerprint(migration.sql).into()]
}

/// Gaps are allowed: a store may join the lists of several authors, each with its own hundred.
fn check_order(migrations: &[Migration]) -> Result<(), Error> {
    let mut last = 0;
    for migration in migrations {
        if migration.version <= last {
            return Err(Error::MigrationOrder(migration.version));
        }
        last = migration.version;
    }
    Ok(())
}

fn pending<'a>(migrations: &'a [Migration], applied: &[Applied]) -> Result<Vec<&'a Migration>, Error> {
    for (version, name, mark) in applied {
        let known = migrations.iter().find(|migration| migration.version == *version);
        let Some(known) = known else {
            let last = migrations.last().map_or(0, |migration| migration.version);
            return Err(Error::Newer { found: *version, known: last });
        };
        if known.name != name || fingerprint(known.sql) != *mark {
            return Err(Error::MigrationEdited { version: *version, name: name.clone() });
        }
    }
    let missing = |migration: &&Migration| applied.iter().all(|(version, ..)| *version != migration.version);
    Ok(migrations.iter().filter(missing).collect())
}

/// FNV-1a: it has to notice an edit, not to resist an attacker, and must never change with the compiler.
fn fingerprint(sql: &str) -> i64 {
    let hash = sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::from_be_bytes(hash.to_be_bytes())
}
