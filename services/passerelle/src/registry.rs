//! `passerelle registry …`: a node, and everything a member or an auditor does with the chain from a shell.

mod args;
mod checkpoint;
mod proof_file;
mod verify_proof;
mod words;

use std::process::ExitCode;

use args::Action;
pub use args::Registry;

use crate::one;

pub async fn run(command: Registry) -> anyhow::Result<ExitCode> {
    match (command.config, command.action) {
        (_, Some(Action::VerifyProof(args))) => Ok(verify_proof::run(&args)),
        (_, Some(Action::Checkpoint(args))) => checkpoint::run(&args).await.map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Start(file))) => one::registry(&file.config).await.map(|()| ExitCode::SUCCESS),
        (Some(config), None) => one::registry(&config).await.map(|()| ExitCode::SUCCESS),
        (None, None) => {
            anyhow::bail!("name a configuration with --config, or see `passerelle registry --help`")
        }
    }
}
