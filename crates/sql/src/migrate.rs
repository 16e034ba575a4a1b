use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::Error;

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

/// Both engines run the same steps; only the transaction's start and the type of a blob differ.
macro_rules! migrate {
    ($name:ident, $pool:ty, $begin:expr, $lock:expr, $blob:literal) => {
        pub(crate) async fn $name(pool: &$pool, migrations: &[Migration]) -> Result<(), Error> {
            check_order(migrations)?;
            let mut tx = pool.begin_with($begin).await.map_err(Error::database("begin migrating"))?;
            if let Some(lock) = $lock {
                tx.execute(lock).await.map_err(Error::database("lock for migrating"))?;
            }
            tx.execute(TABLE).await.map_err(Error::database("create the table of migrations"))?;
            let rows = tx.fetch_all(APPLIED).await.map_err(Error::database("read the applied migrations"))?;
            let mut applied = Vec::with_capacity(rows.len());
            for row in rows {
                let read = || -> Result<(i64, String, i64), sqlx::Error> {
                    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
                };
                applied.push(read().map_err(Error::database("read an applied migration"))?);
            }
            for migration in pending(migrations, &applied)? {
                let sql = migration.sql.replace("{{blob}}", $blob);
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut *tx)
                    .await
                    .map_err(Error::database("apply a migration"))?;
                sqlx::query(MARK)
                    .bind(migration.version)
                    .bind(migration.name)
                    .bind(fingerprint(migration.sql))
                    .execute(&mut *tx)
                    .await
                    .map_err(Error::database("mark a migration"))?;
                tracing::info!(version = migration.version, name = migration.name, "applied a migration");
            }
            tx.commit().await.map_err(Error::database("commit the migrations"))
        }
    };
}

migrate!(sqlite, sqlx::SqlitePool, "BEGIN IMMEDIATE", None::<&'static str>, "BLOB");
// Two processes may start at once on one server; the lock ends with the transaction.
migrate!(postgres, sqlx::PgPool, "BEGIN", Some("SELECT pg_advisory_xact_lock(7100710071007100)"), "BYTEA");

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

fn pending<'a>(
    migrations: &'a [Migration],
    applied: &[(i64, String, i64)],
) -> Result<Vec<&'a Migration>, Error> {
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
