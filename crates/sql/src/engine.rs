use std::fmt;

/// What SQLite or PostgreSQL said.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    #[error(transparent)]
    Postgres(#[from] sqlx::Error),
}

/// An error of SQLite, which all transactions that were committed together can be told.
#[derive(Clone, Debug)]
pub struct SqliteError {
    /// The extended result code, 0 for what never reached SQLite.
    pub(crate) code: i32,
    message: String,
}

const SQLITE_CONSTRAINT_PRIMARYKEY: i32 = 1555;
const SQLITE_CONSTRAINT_UNIQUE: i32 = 2067;
const SQLITE_BUSY: i32 = 5;
/// BUSY, LOCKED, BUSY_RECOVERY, BUSY_SNAPSHOT.
const SQLITE_RETRYABLE: [i32; 4] = [SQLITE_BUSY, 6, 261, 517];
/// serialization_failure and deadlock_detected.
const POSTGRES_RETRYABLE: [&str; 2] = ["40001", "40P01"];

impl EngineError {
    /// The same may succeed when it is done again.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Sqlite(error) => SQLITE_RETRYABLE.contains(&error.code),
            Self::Postgres(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| POSTGRES_RETRYABLE.contains(&code.as_ref()))
            }
            Self::Postgres(_) => false,
        }
    }

    pub(crate) fn is_conflict(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE].contains(&error.code)
            }
            Self::Postgres(error) => {
                matches!(error, sqlx::Error::Database(error) if error.is_unique_violation())
            }
        }
    }
}

impl SqliteError {
    pub(crate) fn without_code(message: impl fmt::Display) -> Self {
        Self { code: 0, message: message.to_string() }
    }

    /// What another try may find free.
    pub(crate) fn busy(message: &str) -> Self {
        Self { code: SQLITE_BUSY, message: message.to_owned() }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.code & 0xff == SQLITE_BUSY
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.into())
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map_or(0, |told| told.extended_code);
        Self { code, message: error.to_string() }
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SqliteError {}
