//! Journeys through the real services: processes over HTTP, nothing mocked.
//!
//! Each test starts its own services with free ports and a temporary folder. On failure the ends of
//! their logs are printed.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test says what it did and may end by a panic"
)]

mod browser;
mod crash;
mod faults;
mod formats;
mod governance;
mod interop;
mod journey;
mod kept_keys;
mod printed_card;
mod renewal;
mod restart;
mod second_person;
mod separation;
mod surface;
mod wrong_input;

use anyhow::Result;
use testkit::{Mode, Postgres, Stack, StackOptions};

/// Services in one process on SQLite files, as `up` starts them.
async fn up() -> Result<Stack> {
    Stack::start(StackOptions::default()).await
}

/// The same on a PostgreSQL database of its own; nothing where no server was given.
async fn up_on_postgres(mode: Mode) -> Result<Option<(Stack, Postgres)>> {
    let Some(server) = Postgres::server() else {
        println!("skipped: TEST_DATABASE_URL names no PostgreSQL server");
        return Ok(None);
    };
    let database = Postgres::create(&server)?;
    let options = StackOptions { mode, database_url: Some(database.url()?), data: None };
    Ok(Some((Stack::start(options).await?, database)))
}
