//! Where a service keeps its data; a section of its configuration.

use std::fmt::{self, Debug, Formatter};

use serde::{Deserialize, Serialize};

/// The section `[store]`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`; the environment variable `DATABASE_URL` takes precedence.
    pub database_url: String,
}

impl StoreConfig {
    /// What is opened: `DATABASE_URL` takes precedence, so that a password need not stand in a file.
    #[must_use]
    pub fn url(&self) -> String {
        let given = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
        given.unwrap_or_else(|| self.database_url.clone())
    }
}

/// The URL may hold a password.
impl Debug for StoreConfig {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let scheme = self.database_url.split(':').next().unwrap_or_default();
        formatter.debug_struct("StoreConfig").field("database_url", &format!("{scheme}:…")).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_not_written_anywhere() {
        let config = StoreConfig { database_url: "postgres://issuer:s3cret@db/issuer".to_owned() };
        assert_eq!(format!("{config:?}"), "StoreConfig { database_url: \"postgres:…\" }");
    }
}
