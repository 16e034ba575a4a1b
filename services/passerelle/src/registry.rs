//! `passerelle registry …`: a node, and everything a member or an auditor does with the chain from a shell.

mod args;
mod checkpoint;
mod govern;
mod init;
mod join;
mod key_folder;
mod member_args;
mod node_folder;
mod proof_file;
mod statement;
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
        (_, Some(Action::NodeKeys(args))) => join::keys(&args).map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Statement(args))) => statement::run(&args).await.map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Init(args))) => init::run(&args).map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Join(args))) => join::run(&args).await.map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Propose(args))) => govern::propose(&args).await.map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Vote(args))) => govern::vote(&args).await.map(|()| ExitCode::SUCCESS),
        (_, Some(Action::Start(file))) => one::registry(&file.config).await.map(|()| ExitCode::SUCCESS),
        (Some(config), None) => one::registry(&config).await.map(|()| ExitCode::SUCCESS),
        (None, None) => {
            anyhow::bail!("name a configuration with --config, or see `passerelle registry --help`")
        }
    }
}
