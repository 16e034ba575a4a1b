//! The one binary: `up` runs all four services with embedded defaults, the other commands run or tend one of them.
//!
//! It only wires: it decides where things are and which organisations the demonstration has, and holds no rule of
//! any service. Read [`plan::Plan`], [`up`] and [`found`] first.

mod admin;
mod anchor;
mod audit;
mod certificate_request;
mod cli;
mod config;
mod files;
mod found;
mod fund;
mod log;
mod one;
mod organisations;
mod pack;
mod paper;
mod plan;
mod private_keys;
mod registry;
mod say;
mod trial_authority;
mod up;
mod vc;
mod welcome;

use anyhow::Context as _;
use clap::Parser as _;

use crate::cli::{Cli, Command};

/// Canonicalising credentials is a third allocation; this allocator makes it 40% faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    match try_main() {
        Ok(code) => code,
        Err(error) => {
            // The whole chain in one line; a backtrace would tell a person nothing.
            say::failure(&format!("{error:#}"));
            std::process::ExitCode::FAILURE
        }
    }
}

fn try_main() -> anyhow::Result<std::process::ExitCode> {
    // Before any key is read.
    keys::refuse_core_dumps().context("the system does not let core dumps be refused")?;
    // Two rustls providers are in the tree, so the choice must be made before anything uses TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    log::start(cli.log, matches!(cli.command, Command::Up(_)));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(worker_threads()).enable_all().build()?;
    let code = runtime.block_on(run(cli.command));
    // A thread of HTTP may end later than this one.
    keys::end_tokens();
    code
}

async fn run(command: Command) -> anyhow::Result<std::process::ExitCode> {
    match command {
        Command::Registry(command) => return registry::run(*command).await,
        Command::Vc(command) => return vc::run(command).await,
        Command::Audit(command) => return audit::run(&command),
        Command::Verify(args) => return Ok(pack::verify(args).await),
        Command::Paper(args) => paper::run(&args).await?,
        Command::Desk(args) => pack::desk(&args).await?,
        Command::Pack(command) => pack::run(command).await?,
        Command::Up(place) => up::up(&place).await?,
        Command::Setup(place) => up::setup(&place).await?,
        Command::Issuer(file) => one::issuer(&file.config).await?,
        Command::Wallet(file) => one::wallet(&file.config).await?,
        Command::Verifier(file) => one::verifier(&file.config).await?,
        Command::Fund(command) => fund::run(command).await?,
        Command::Anchor(command) => anchor::run(command).await?,
        Command::Keys(command) => private_keys::run(command).await?,
        Command::Admin(command) => admin::run(command).await?,
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// HTTP has threads of its own; these serve databases, the chain and background work.
fn worker_threads() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4))
}
