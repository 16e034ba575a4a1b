//! Databases of their own on the throw-away PostgreSQL that `tests/run` starts.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};

/// A database that exists as long as this value.
pub struct Postgres {
    server: String,
    name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Postgres {
    /// The server that `TEST_DATABASE_URL` names, if any.
    #[must_use]
    pub fn server() -> Option<String> {
        std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
    }

    /// A fresh database on that server.
    pub fn create(server: &str) -> Result<Self> {
        let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        psql(server, &format!("CREATE DATABASE {name}"))?;
        Ok(Self { server: server.to_owned(), name })
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> Result<String> {
        let mut url = url::Url::parse(&self.server)?;
        url.set_path(&self.name);
        Ok(url.into())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A server that is gone took the database along.
        let _ = psql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn psql(server: &str, statement: &str) -> Result<()> {
    let done = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", server, "-c", statement])
        .output();
    let done = done.context("psql of the package postgresql-client is needed")?;
    if !done.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}
