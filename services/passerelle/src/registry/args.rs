use std::path::PathBuf;

use clap::{Args, Subcommand};
use url::Url;

use super::member_args::{Init, Join, NodeKeys, Propose, Statement, Vote, Withdraw};
use super::own_args::{
    AddKey, AddSigningKey, ChangeDelegation, CreateDid, Delegate, DescribeValidator, RetireKey, RevokeKey,
    RevokeValidator, RotateKey,
};
use super::restart_args::Restart;
use crate::cli::File;

/// Found or join a network, run a node, vote, check what a node says
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Registry {
    /// The same as `registry start --config FILE`
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub action: Option<Action>,
}

const EXAMPLES: &str = "A network of several members, from nothing:
  1. each operator:  passerelle registry node-keys --data node
  2. each member:    passerelle registry statement --network NAME --id undp --name TEXT --governor --keys undp-keys \\
                       --validator KEY=HOST
  3. one of them:    passerelle registry init undp.json wfp.json
  4. each operator:  passerelle registry join --data node --genesis genesis.json --chain ID --peer …
  5. each operator:  passerelle registry start --config node/registry.toml

Examples:
  passerelle registry start --config /etc/passerelle/registry.toml
  passerelle registry checkpoint --node https://registry.example.org --genesis genesis.json --out checkpoint.json
  passerelle registry verify-proof record.json --checkpoint checkpoint.json";

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Run a node
    Start(File),
    NodeKeys(NodeKeys),
    Statement(Statement),
    Init(Init),
    Join(Join),
    Propose(Propose),
    Vote(Vote),
    Withdraw(Withdraw),
    Restart(Restart),
    CreateDid(CreateDid),
    RotateKey(RotateKey),
    RetireKey(RetireKey),
    AddSigningKey(AddSigningKey),
    AddKey(AddKey),
    RevokeKey(RevokeKey),
    RevokeValidator(RevokeValidator),
    DescribeValidator(DescribeValidator),
    Delegate(Delegate),
    ChangeDelegation(ChangeDelegation),
    /// Check a proof without any network, and say what it proves
    VerifyProof(VerifyProof),
    /// Get a checkpoint from a node, proven from what is known already
    Checkpoint(Checkpoint),
    Audit(Audit),
    Export(Export),
}

/// Check a proof without any network, and say what it proves
///
/// FILE is what a node answers to GET /v1/records/KIND/KEY?proof=true, as JSON or (Accept:
/// application/octet-stream) as bytes; or evidence of a fork that a reader has kept. What is believed is the
/// genesis or the checkpoint, nothing else.
///
/// Exit status: 0 when everything is proven, 1 when it is not, 2 when a file cannot be read.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub struct VerifyProof {
    pub file: PathBuf,
    #[command(flatten)]
    pub anchor: Anchor,
    /// The state key that a proof in bytes is about, such as org/undp; JSON names it itself
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Changes of the validators since then: GET /v1/validators/changes?after=N in bytes
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// Refuse proofs whose block is older; without it the age is only told
    #[arg(long, value_name = "N")]
    pub max_age_seconds: Option<u64>,
    /// The receipt of an anchored document; FILE then proves the issuer's anchor/DID/NUMBER
    #[arg(long, value_name = "FILE", requires = "digest")]
    pub receipt: Option<PathBuf>,
    /// SHA-256 of the anchored document, 64 hexadecimal digits
    #[arg(long, value_name = "HEX", requires = "receipt")]
    pub digest: Option<String>,
}

const VERIFY_EXAMPLES: &str = "Examples:
  curl 'https://registry.example.org/v1/records/org/undp?proof=true' > undp.json
  passerelle registry verify-proof undp.json --genesis genesis.json

  curl -H 'accept: application/octet-stream' https://registry.example.org/v1/validators/changes?after=0 > changes
  passerelle registry verify-proof undp.json --genesis genesis.json --changes changes

  passerelle registry verify-proof anchor.json --checkpoint checkpoint.json --receipt receipt.json --digest 9f86…0a08";

/// What is believed before anything is proven.
#[derive(Debug, Args)]
pub struct Anchor {
    /// The chain's genesis, from the members
    #[arg(long, value_name = "FILE", required_unless_present = "checkpoint", conflicts_with = "checkpoint")]
    pub genesis: Option<PathBuf>,
    /// A checkpoint of a member's
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// The hash that the checkpoint's header must have, from another member: printed, or by telephone
    #[arg(long, value_name = "HEX", requires = "checkpoint")]
    pub pin: Option<String>,
    /// How long the validators named there are believed
    #[arg(long, value_name = "N", default_value_t = 180)]
    pub trust_days: u32,
}

/// Replay a node's blocks from its data, and say whether every state root and certificate holds
///
/// Only blocks and certificates are taken from the data; the state is made again from the genesis, or from a snapshot
/// in the data folder where older blocks are gone, which is held against its own certificate first. When the range
/// ends at the newest block, the node's own records are hashed again as well. The data is only read; stop the node
/// first, or give a copy. The replayed state needs as much room as the node's, in --scratch.
///
/// Exit status: 0 when everything holds, 1 when something differs (the first height is named), 2 when it cannot be
/// said.
#[derive(Debug, Args)]
#[command(after_help = AUDIT_EXAMPLES)]
pub struct Audit {
    /// The node's folder, or a copy of it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The first height [default: the first that can be replayed]
    #[arg(long, value_name = "H")]
    pub from: Option<u64>,
    /// The last height [default: the node's newest]
    #[arg(long, value_name = "H")]
    pub to: Option<u64>,
    /// The chain's genesis, from the members [default: genesis.json in the node's folder]
    #[arg(long, value_name = "FILE")]
    pub genesis: Option<PathBuf>,
    /// The exported records that the genesis carries on [default: `carried` beside the genesis, if it is there]
    #[arg(long, value_name = "DIR")]
    pub carried: Option<PathBuf>,
    /// Where the replayed state is put and removed again [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<PathBuf>,
}

/// Write a node's newest state with its certificate, for a new chain that carries the records on
///
/// The node must be stopped. The folder DIR/HEIGHT holds every record, the header that commits to them, its
/// certificate, the genesis and the changes of the validators since. `init --from-export` makes a genesis of it.
#[derive(Debug, Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub struct Export {
    /// The node's folder
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The chain's genesis [default: genesis.json in the node's folder]
    #[arg(long, value_name = "FILE")]
    pub genesis: Option<PathBuf>,
    /// Where to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

const EXPORT_EXAMPLES: &str = "Examples:
  passerelle registry export --data node --out export
  passerelle registry init --from-export export/123456 undp.json wfp.json --out new/genesis.json
  cp -r export/123456 new/carried       # beside the genesis, for every node of the new chain";

const AUDIT_EXAMPLES: &str = "Examples:
  cp -r /var/lib/passerelle/registry/chain copy      # while the node is stopped
  passerelle registry audit --data copy --genesis genesis.json
  passerelle registry audit --data copy --genesis genesis.json --from 120000 --to 130000";

/// Get a checkpoint from a node, proven from what is known already
///
/// The checkpoint is the node's newest header with the validators that decide what follows. Others can start from
/// it who have no genesis or whose trust has expired; give them its hash by a second way.
#[derive(Debug, Args)]
#[command(after_help = CHECKPOINT_EXAMPLES)]
pub struct Checkpoint {
    /// The node to ask
    #[arg(long, value_name = "URL")]
    pub node: Url,
    #[command(flatten)]
    pub anchor: Anchor,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

const CHECKPOINT_EXAMPLES: &str = "Examples:
  passerelle registry checkpoint --node http://localhost:7100 --genesis data/genesis.json --out checkpoint.json
  passerelle registry checkpoint --node https://registry.example.org --checkpoint old.json --out new.json";
