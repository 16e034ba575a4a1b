//! What a member decides alone, in words: its DIDs, its keys, its validators, what it handed on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use registry_types::{Hash, KeyRole};

use super::change;
use super::member_args::{Actor, digest};
use super::words::moment;

/// Create the member's DID, or the DID of a service it runs, with signing keys that are made here
///
/// The private keys stay sealed in --keys, where the issuer's configuration looks for them; ID.did signs. Repeating
/// it names the same DID. Afterwards the governors accredit it: `propose … accredit DID TYPE`.
#[derive(Debug, Args)]
#[command(after_help = CREATE_EXAMPLES)]
pub struct CreateDid {
    #[command(flatten)]
    pub by: Actor,
    /// A service's DID instead of the member's own, with one key in the file NAME.key-p256-1
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
}

const CREATE_EXAMPLES: &str = "Examples:
  passerelle registry create-did --node https://registry.wfp.example.org --genesis genesis.json --id wfp --keys wfp-keys
  passerelle registry create-did --node … --genesis … --id wfp --keys wfp-keys --service verifier";

/// Put a new signing key in the place of one in a DID document, or beside it
///
/// The new key is made first (sealed into --keys, or in the token), then published on the chain; the issuer signs
/// with it within seconds. What the old key signed before stays valid where an anchor proves the time. With --overlap
/// both are listed, so that nothing which the old key signed and no anchor holds yet falls between them; end it with
/// `retire-key` when the issuer's next anchor and status lists are on the chain.
#[derive(Debug, Args)]
#[command(after_help = ROTATE_EXAMPLES)]
pub struct RotateKey {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "DID")]
    pub did: String,
    /// The fragment of the key to replace, such as key-ed25519-1
    #[arg(value_name = "FRAGMENT")]
    pub key: String,
    /// What the key files begin with, when it is a service's DID [default: the member's id]
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Keep the old key in the document beside the new one, until `retire-key`
    #[arg(long, conflicts_with = "compromised")]
    pub overlap: bool,
    /// Also mark the old key as compromised: from now on nothing it signed counts without an earlier anchor
    ///
    /// A key that was retired before is only marked.
    #[arg(long)]
    pub compromised: bool,
}

const ROTATE_EXAMPLES: &str = "Planned:
  passerelle registry rotate-key … did:passerelle:4f… key-ed25519-1 --overlap
  passerelle registry retire-key … did:passerelle:4f… key-ed25519-1

Stolen:
  passerelle registry propose … emergency-stop document-key did:passerelle:4f… z6Mk…   (a third of the governors)
  passerelle registry rotate-key … did:passerelle:4f… key-ed25519-1 --compromised
  passerelle keys reissue-plan --config issuer.toml --tenant undp --key key-ed25519-1 --out plan.csv";

/// Take a signing key out of a DID document after `rotate-key --overlap`
///
/// What it signed while it was listed stays valid where an anchor proves the time. A key without a newer one of its
/// kind beside it stays: the issuer would have nothing to sign with.
#[derive(Debug, Args)]
pub struct RetireKey {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "DID")]
    pub did: String,
    /// The fragment of the old key, such as key-ed25519-1
    #[arg(value_name = "FRAGMENT")]
    pub key: String,
}

/// Put a signing key of a further kind into a DID document
///
/// The new key is made first (sealed into --keys; no token makes BLS12-381 keys), then published on the chain; the issuer signs
/// with it within seconds. Repeated, it changes nothing. `bls12381` is for credentials with `bbs-2023`, where an issuer's
/// configuration offers them. Put another in its place with `rotate-key`.
#[derive(Debug, Args)]
pub struct AddSigningKey {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "DID")]
    pub did: String,
    #[arg(value_enum)]
    pub kind: SigningKind,
    /// What the key files begin with, when it is a service's DID [default: the member's id]
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
}

/// Kinds of keys that a document may list beside those it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SigningKind {
    Bls12381,
}

/// Make a further key for the member and admit it on the chain
#[derive(Debug, Args)]
pub struct AddKey {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_enum)]
    pub role: Role,
    /// The name of the new key's file in --keys, such as undp.govern-2
    #[arg(value_name = "NAME")]
    pub name: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Role {
    /// Membership, accreditations, schemas; kept offline
    Govern,
    /// Creates and changes the member's DIDs
    Did,
    /// Anchors and status digests; one for each service
    Operate,
}

impl From<Role> for KeyRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Govern => Self::Govern,
            Role::Did => Self::Did,
            Role::Operate => Self::Operate,
        }
    }
}

/// End one of the member's keys at once; the last govern key stays
#[derive(Debug, Args)]
pub struct RevokeKey {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "KEY", value_parser = digest)]
    pub key: Hash,
}

/// End a validator of the member's at once, for instance when whoever hosts it is not trusted any more
#[derive(Debug, Args)]
pub struct RevokeValidator {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "KEY", value_parser = digest)]
    pub key: Hash,
}

/// Say who runs a validator of the member's, and when it was last audited
#[derive(Debug, Args)]
pub struct DescribeValidator {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_name = "KEY", value_parser = digest)]
    pub key: Hash,
    /// Who runs the machine
    #[arg(long, value_name = "NAME")]
    pub host: String,
    /// Who audited it, independently of owner and host; an organisation, not a person
    #[arg(long, value_name = "NAME", requires = "audited", requires = "report")]
    pub auditor: Option<String>,
    /// When the audit was finished, such as 2027-01-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "auditor")]
    pub audited: Option<u64>,
    /// Its report; the chain holds its SHA-256
    #[arg(long, value_name = "FILE", requires = "auditor")]
    pub report: Option<PathBuf>,
}

/// Accredit a further issuer below an accredited one of the member's, as far as that one's levels reach
#[derive(Debug, Args)]
pub struct Delegate {
    #[command(flatten)]
    pub by: Actor,
    /// The member's accredited issuer, by its DID
    #[arg(long, value_name = "DID")]
    pub parent: String,
    #[command(flatten)]
    pub grant: change::Grant,
}

/// Suspend, reinstate or withdraw what the member handed on
#[derive(Debug, Args)]
pub struct ChangeDelegation {
    #[command(flatten)]
    pub by: Actor,
    #[arg(value_enum)]
    pub to: Standing,
    #[command(flatten)]
    pub name: change::Accreditation,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Standing {
    Suspend,
    Reinstate,
    Withdraw,
}
