//! `passerelle registry …`: a node, and everything a member or an auditor does with the chain from a shell.

pub mod args;
mod audit;
mod change;
mod checkpoint;
mod did;
mod export;
mod govern;
mod init;
mod join;
mod key_args;
mod key_folder;
mod kind;
mod member_args;
mod node_folder;
mod own;
mod own_args;
pub mod proof_file;
mod reason;
mod restart;
mod restart_args;
mod statement;
pub mod verify_proof;
pub mod words;

use std::process::ExitCode;

use args::Action;
pub use args::Registry;
pub use did::{Addition, Old, Rotation, retire_key};
pub use own_args::SigningKind;

use crate::cli::File;
use crate::one;

pub async fn run(command: Registry) -> anyhow::Result<ExitCode> {
    let action = match (command.config, command.action) {
        (_, Some(action)) => action,
        (Some(config), None) => Action::Start(File { config }),
        (None, None) => {
            anyhow::bail!("name a configuration with --config, or see `passerelle registry --help`")
        }
    };
    match action {
        Action::VerifyProof(args) => return Ok(verify_proof::run(&args)),
        Action::Export(args) => export::run(&args)?,
        Action::Audit(args) => return Ok(audit::run(&args)),
        Action::Checkpoint(args) => checkpoint::run(&args).await?,
        Action::NodeKeys(args) => join::keys(&args)?,
        Action::Statement(args) => statement::run(&args).await?,
        Action::Init(args) => init::run(&args)?,
        Action::Join(args) => join::run(&args).await?,
        Action::Start(file) => one::registry(&file.config).await?,
        Action::Propose(args) => govern::propose(&args).await?,
        Action::Vote(args) => govern::vote(&args).await?,
        Action::Withdraw(args) => govern::withdraw(&args).await?,
        Action::Restart(args) => restart::run(&args).await?,
        Action::CreateDid(args) => did::create(&args).await?,
        Action::RotateKey(args) => did::rotate(&args).await?,
        Action::RetireKey(args) => did::retire(&args).await?,
        Action::AddSigningKey(args) => did::add(&args).await?,
        Action::AddKey(args) => own::add_key(&args).await?,
        Action::RevokeKey(args) => own::revoke_key(&args).await?,
        Action::RevokeValidator(args) => own::revoke_validator(&args).await?,
        Action::DescribeValidator(args) => own::describe_validator(&args).await?,
        Action::Delegate(args) => own::delegate(&args).await?,
        Action::ChangeDelegation(args) => own::change_delegation(&args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
