//! What members and operators say on the command line to found a network, join it and change it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use registry_types::{Hash, OwnValidator};
use url::Url;

use super::change::Change;
use super::key_args::{MemberKeyArgs, TokenFile};
use super::reason::Why;

/// Make a node's keys before there is a genesis, and say what others need of them
///
/// Prints the validator's public key, which goes into its owner's statement, and the peer id, which goes into the
/// other nodes' peers. The private keys stay in DIR, or in the token. Repeating it prints the same.
#[derive(Debug, Args)]
pub struct NodeKeys {
    /// The node's folder; made when absent
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[command(flatten)]
    pub token: TokenFile,
}

/// Make a member's signed statement: its keys, seats, validators, and its acceptance of the charter
///
/// For a new network (--network) it goes to whoever runs `init`; for a running one (--chain) to a governor, who
/// proposes the admission. It holds public keys only. The private ones are made in --keys when they are not there
/// yet: ID.govern signs this and votes (keep it offline), ID.did controls the DIDs, ID.operate-issuer anchors.
#[derive(Debug, Args)]
#[command(after_help = STATEMENT_EXAMPLES)]
pub struct Statement {
    /// The member's id on the chain: lower-case letters, digits and hyphens
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// Its name, for people
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// The new network's name, the same for all members
    #[arg(long, value_name = "NAME", required_unless_present = "chain", conflicts_with = "chain")]
    pub network: Option<String>,
    /// The id of the running chain to be admitted to
    #[arg(long, value_name = "HEX", value_parser = digest, conflicts_with = "validators")]
    pub chain: Option<Hash>,
    /// Take a governor's seat: one vote on every proposal
    #[arg(long)]
    pub governor: bool,
    /// Take an issuer's seat: it may be accredited to issue credentials
    #[arg(long)]
    pub issuer: bool,
    /// A validator this member owns, by its public key (see node-keys) and who runs the machine; repeatable
    #[arg(long = "validator", value_name = "KEY=HOST", value_parser = validator)]
    pub validators: Vec<OwnValidator>,
    /// The version of the charter that it accepts
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub charter_version: u32,
    /// SHA-256 of the charter's text, as `sha256sum` prints it [default: a charter without text]
    #[arg(long, value_name = "HEX", value_parser = digest)]
    pub charter: Option<Hash>,
    #[command(flatten)]
    pub keys: MemberKeyArgs,
    /// Where to write the statement [default: ID.json]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const STATEMENT_EXAMPLES: &str = "Examples:
  passerelle registry statement --network \"UN trial\" --id undp --name \"UN Development Programme\" --governor \\
      --issuer --validator 3f0c…91=UNDP --keys undp-keys
  passerelle registry statement --chain 8a41…c7 --id unicc --name \"UN Computing Centre\" --keys unicc-keys";

/// Assemble a genesis from the founding members' statements, and print the chain's id
///
/// Checks every signature, and that all statements name the same network and charter. The chain's id is the hash of
/// the file: every member compares it by a second way (printed, or by telephone) before its node starts.
#[derive(Debug, Args)]
#[command(after_help = INIT_EXAMPLES)]
pub struct Init {
    /// The members' statements; the order does not matter
    #[arg(required = true, value_name = "STATEMENT")]
    pub statements: Vec<PathBuf>,
    /// The folder of another chain's exported records to carry on (see `export`); every record is verified first
    #[arg(long, value_name = "DIR")]
    pub from_export: Option<PathBuf>,
    /// Where to write the genesis; an existing file is never replaced
    #[arg(long, value_name = "FILE", default_value = "genesis.json")]
    pub out: PathBuf,
    /// The shortest time between a proposal and its effect, once there are several governors
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub notice_hours: u32,
    /// The longest time between two blocks of an idle chain
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub heartbeat_seconds: u32,
}

const INIT_EXAMPLES: &str = "Examples:
  passerelle registry init undp.json wfp.json unjspf.json unicc.json
  passerelle registry init undp.json --out trial/genesis.json --notice-hours 0
  passerelle registry init undp.json wfp.json --from-export export/123456";

/// Make a node's folder for a network: keys, link key, genesis and configuration
///
/// Nothing is started. The genesis comes from a file or a node; whichever it is, it must have the id that the members
/// gave by a second way. A node whose validator key is in no validator set follows the chain and serves proofs; it
/// begins to vote by itself when the members add its key.
#[derive(Debug, Args)]
#[command(after_help = JOIN_EXAMPLES)]
pub struct Join {
    /// The node's folder; made when absent, keys in it are kept
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[command(flatten)]
    pub token: TokenFile,
    /// The network's genesis
    #[arg(long, value_name = "FILE", required_unless_present = "node", conflicts_with = "node")]
    pub genesis: Option<PathBuf>,
    /// A node of the network to get the genesis from
    #[arg(long, value_name = "URL")]
    pub node: Option<Url>,
    /// The chain's id, from the members by a second way
    #[arg(long, value_name = "HEX", value_parser = digest)]
    pub chain: Hash,
    /// Where the other nodes reach this one
    #[arg(long, value_name = "ADDRESS", default_value = "/ip4/0.0.0.0/tcp/7200")]
    pub listen: String,
    /// Another node, with its peer id: /ip4/192.0.2.2/tcp/7200/p2p/12D3KooW…; repeatable
    #[arg(long = "peer", value_name = "ADDRESS")]
    pub peers: Vec<String>,
    /// The HTTP side of another node, to hand transactions on to; repeatable
    #[arg(long = "neighbour", value_name = "URL")]
    pub neighbours: Vec<Url>,
    /// Where this node serves reads, pages and transactions; repeatable
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:7100")]
    pub http: Vec<SocketAddr>,
    /// The address under which others reach that [default: http://localhost:PORT]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<Url>,
}

const JOIN_EXAMPLES: &str = "Examples:
  passerelle registry join --data node --genesis genesis.json --chain 8a41…c7 \\
      --peer /ip4/192.0.2.2/tcp/7200/p2p/12D3KooW… --neighbour https://registry.wfp.example.org
  passerelle registry join --data node --node https://registry.wfp.example.org --chain 8a41…c7";

/// Put a change to the governors' vote, signed with a governor's key
///
/// While there is one governor it takes effect at once; otherwise it passes with more than two thirds of them, not
/// before its notice has passed, and for validators not before the height that is stated.
#[derive(Debug, Args)]
#[command(after_help = PROPOSE_EXAMPLES)]
pub struct Propose {
    #[command(flatten)]
    pub by: Actor,
    #[command(flatten)]
    pub reason: Why,
    /// Hours between the proposal and its effect, the chain's shortest notice or more [default: the shortest]
    #[arg(long, value_name = "N")]
    pub notice_hours: Option<u32>,
    /// Hours after the notice until the proposal expires when it has not passed
    #[arg(long, value_name = "N", default_value_t = 24 * 14)]
    pub voting_hours: u32,
    #[command(subcommand)]
    pub change: Change,
}

const PROPOSE_EXAMPLES: &str = "Examples:
  passerelle registry propose --node http://localhost:7100 --genesis genesis.json --id undp --keys undp-keys \\
      admit unicc.json
  passerelle registry propose --node … --genesis … --id undp --keys … \\
      add-validator 3f0c…91 --owner unicc --host UNICC --at-height 5000
  passerelle registry propose --node … --genesis … --id undp --keys … --reason audit \\
      suspend-accreditation did:passerelle:… https://schemas.passerelle.example/v1#StaffIdentity";

/// Who acts, and through which node.
#[derive(Debug, Args)]
pub struct Actor {
    /// The node to read from and send to
    #[arg(long, value_name = "URL")]
    pub node: Url,
    /// The chain's genesis
    #[arg(long, value_name = "FILE")]
    pub genesis: PathBuf,
    /// The member's id
    #[arg(long, value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub keys: MemberKeyArgs,
}

/// Vote on a proposal, signed with a governor's key
#[derive(Debug, Args)]
pub struct Vote {
    #[command(flatten)]
    pub by: Actor,
    /// The proposal's id, as `propose` printed it and the explorer shows it
    #[arg(value_name = "PROPOSAL", value_parser = digest)]
    pub proposal: Hash,
    /// Vote against it
    #[arg(long)]
    pub against: bool,
}

/// Take a proposal back that is still open, as the member that made it
#[derive(Debug, Args)]
pub struct Withdraw {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "PROPOSAL", value_parser = digest)]
    pub proposal: Hash,
}

/// 64 hexadecimal digits; spaces and hyphens that help reading aloud are left out.
pub fn digest(text: &str) -> Result<Hash, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let mut bytes = [0u8; 32];
    hex::decode_to_slice(&digits, &mut bytes).map_err(|_| "64 hexadecimal digits are expected".to_owned())?;
    Ok(bytes)
}

fn validator(text: &str) -> Result<OwnValidator, String> {
    let (key, host) = text.split_once('=').ok_or("KEY=HOST is expected, such as 3f0c…91=UNICC")?;
    Ok(OwnValidator { public_key: digest(key)?, host: host.to_owned() })
}
