use crate::engine::EngineError;

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
        source: EngineError,
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
    pub(crate) fn database<E: Into<EngineError>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Database { doing, source: source.into() }
    }

    /// Running the whole use case again may succeed: it lost a race or found the engine busy.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Stale => true,
            Self::Database { source, .. } => source.is_retryable(),
            _ => false,
        }
    }

    /// A unique or primary key was there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Database { source, .. } if source.is_conflict())
    }
}
