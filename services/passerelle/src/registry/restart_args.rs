use std::path::PathBuf;

use clap::{Args, Subcommand};
use registry_types::Validator;
use url::Url;

use super::key_args::MemberKeyArgs;
use super::member_args::digest;

/// Go on with other validators when so many are lost that no block can be decided
///
/// More than two thirds of the governors sign it, off the chain. The chain keeps everything up to its last block; the
/// next one is decided by the validators that the restart names. Readers follow by themselves.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Restart {
    #[command(subcommand)]
    pub step: Step,
}

const EXAMPLES: &str = "In order:
  1. each operator that goes on:  passerelle registry node-keys --data fresh
     (a new validator key: the old one has voted already at the height that could not be decided)
  2. one governor:   passerelle registry restart plan --node http://… --node http://… --genesis genesis.json \\
                       --validator KEY=undp=UNDP --validator KEY=wfp=UNICC
  3. each governor:  passerelle registry restart sign restart.json --genesis genesis.json --id undp --keys undp-keys
  4. each operator:  passerelle registry restart take restart.json --config node/registry.toml
                     (with `directory` under [keys] set to the new keys) and start the node again";

#[derive(Debug, Subcommand)]
pub enum Step {
    Plan(Plan),
    Sign(Sign),
    Merge(Merge),
    Take(Take),
}

/// Write down after which block the chain goes on, and with whom
///
/// Asks every node that is left for its newest block, believes what the genesis proves, and takes the highest: no
/// decided block may be lost, so name all nodes that can be reached.
#[derive(Debug, Args)]
pub struct Plan {
    /// A node that is left; repeatable
    #[arg(long = "node", value_name = "URL", required = true)]
    pub nodes: Vec<Url>,
    /// The chain's genesis
    #[arg(long, value_name = "FILE")]
    pub genesis: PathBuf,
    /// A validator that decides from now on: its new key, the member that owns it, who runs the machine; repeatable
    #[arg(long = "validator", value_name = "KEY=OWNER=HOST", value_parser = validator, required = true)]
    pub validators: Vec<Validator>,
    /// Where to write it; an existing file is never replaced
    #[arg(long, value_name = "FILE", default_value = "restart.json")]
    pub out: PathBuf,
}

/// Say what a restart does, and sign it with a governor's key
#[derive(Debug, Args)]
pub struct Sign {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The chain's genesis
    #[arg(long, value_name = "FILE")]
    pub genesis: PathBuf,
    /// The member's id
    #[arg(long, value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub keys: MemberKeyArgs,
}

/// Put the signatures of several copies of a restart into one file
#[derive(Debug, Args)]
pub struct Merge {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Put a signed restart into a node's folder; the node checks it when it starts
#[derive(Debug, Args)]
pub struct Take {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The node's configuration
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

fn validator(text: &str) -> Result<Validator, String> {
    let mut parts = text.splitn(3, '=');
    let (Some(key), Some(owner), Some(host)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("KEY=OWNER=HOST is expected, such as 3f0c…91=undp=UNICC".to_owned());
    };
    Ok(Validator { public_key: digest(key)?, power: 1, owner: owner.to_owned(), host: host.to_owned() })
}
