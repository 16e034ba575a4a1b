/// The ways the store fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database failed")]
    Sql(#[from] sql::Error),
    #[error("{table}.{column} holds an impossible value")]
    Impossible { table: &'static str, column: &'static str },
}

impl Error {
    /// Running the whole use case again may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Sql(error) if error.is_retryable())
    }

    /// A unique key was there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Sql(error) if error.is_conflict())
    }

    /// The row changed since it was read; retryable.
    #[must_use]
    pub const fn stale() -> Self {
        Self::Sql(sql::Error::Stale)
    }
}
