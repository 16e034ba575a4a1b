/// The ways a statement, a transaction or a migration fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database url {0:?} is neither sqlite: nor postgres:")]
    Url(String),
    #[error("schema name {0:?} may hold lower-case letters, digits and _ only")]
    SchemaName(String),
    #[error("cannot {doing}")]
    Database {
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("no column {0} in the result")]
    NoColumn(&'static str),
    #[error("column {column} holds {found}, not {wanted}")]
    Column { column: &'static str, found: &'static str, wanted: &'static str },
    #[error("column {column} has the type {found}, which both engines do not share")]
    ForeignType { column: String, found: String },
    #[error("the row changed since it was read")]
    Stale,
    #[error("a read transaction cannot write")]
    ReadOnly,
    #[error("migration {version} ({name}) was changed after it had been applied")]
    MigrationEdited { version: i64, name: String },
    #[error(
        "the database has migration {found}, this program knows none above {known} or not that one: run the newer program"
    )]
    Newer { found: i64, known: i64 },
    #[error("migrations must be numbered upwards from 1; {0} is out of order")]
    MigrationOrder(i64),
}

impl Error {
    pub(crate) const fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { doing, source }
    }

    /// Running the whole use case again may succeed: it lost a race or found the engine busy.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Stale => true,
            Self::Database { source, .. } => retryable(source),
            _ => false,
        }
    }

    /// A unique or primary key was there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Database { source: sqlx::Error::Database(error), .. } if error.is_unique_violation())
    }
}

pub(crate) fn retryable(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    // PostgreSQL: serialization_failure and deadlock_detected. SQLite: BUSY, LOCKED, BUSY_SNAPSHOT.
    matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "6" | "261" | "517"))
}
