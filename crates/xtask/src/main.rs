//! Chores of the workspace that code can do: OpenAPI documents and dependency rules. `cargo run -p xtask -- --help`.
#![expect(clippy::print_stdout, reason = "a tool talks to the person in front of it")]

mod deps;
mod openapi;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Chores of the workspace")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write openapi/{registry,issuer,wallet,verifier}.json from the code
    Openapi {
        /// Write nothing; fail when a checked-in document differs from the code
        #[arg(long)]
        check: bool,
    },
    /// Fail when a crate depends on, or names, what the design keeps away from it
    CheckDeps,
}

fn main() -> anyhow::Result<()> {
    let root = root()?;
    match Cli::parse().task {
        Task::Openapi { check } => openapi::run(&root.join("openapi"), check),
        Task::CheckDeps => deps::run(&root),
    }
}

/// The workspace this tool was built from.
fn root() -> anyhow::Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).context("xtask is not two folders below the workspace")?;
    Ok(root.to_owned())
}
