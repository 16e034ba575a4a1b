//! What can be put to the governors' vote, in words.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use registry_types::Hash;

use super::member_args::digest;
use super::words::moment;

#[derive(Debug, Subcommand)]
pub enum Change {
    /// Admit a member by its statement
    Admit {
        #[arg(value_name = "STATEMENT")]
        statement: PathBuf,
    },
    /// Suspend a member: its keys sign nothing until it is reinstated
    SuspendMember(Id),
    /// Reinstate a suspended member
    ReinstateMember(Id),
    /// Remove a member for good, with its seats, keys and validators
    RemoveMember(Id),
    /// Give a member that has lost its govern keys new ones; all its old keys end
    RecoverMember {
        #[arg(value_name = "ID")]
        id: String,
        /// The new govern keys
        #[arg(required = true, value_name = "KEY", value_parser = digest)]
        keys: Vec<Hash>,
    },
    /// Say anew which seats a member has; a seat that is not named ends
    SetSeats {
        #[arg(value_name = "ID")]
        id: String,
        #[arg(long)]
        governor: bool,
        #[arg(long)]
        validator: bool,
        #[arg(long)]
        issuer: bool,
    },
    /// Let a node decide with the others from the height after N on
    AddValidator {
        #[arg(value_name = "KEY", value_parser = digest)]
        key: Hash,
        /// The member that owns it
        #[arg(long, value_name = "ID")]
        owner: String,
        /// Who runs the machine
        #[arg(long, value_name = "NAME")]
        host: String,
        #[arg(long, value_name = "N", default_value_t = 0)]
        at_height: u64,
    },
    /// End a validator's part; its node follows on without a vote
    RemoveValidator {
        #[arg(value_name = "KEY", value_parser = digest)]
        key: Hash,
        #[arg(long, value_name = "N", default_value_t = 0)]
        at_height: u64,
    },
    /// Put another key in the place of a validator's
    RotateValidator {
        #[arg(value_name = "KEY", value_parser = digest)]
        from: Hash,
        #[arg(value_name = "NEW-KEY", value_parser = digest)]
        to: Hash,
        #[arg(long, value_name = "N", default_value_t = 0)]
        at_height: u64,
    },
    /// Accredit an issuer for a credential type
    Accredit(Grant),
    /// Suspend an accreditation until it is reinstated
    SuspendAccreditation(Accreditation),
    /// Reinstate a suspended accreditation
    ReinstateAccreditation(Accreditation),
    /// End an accreditation
    WithdrawAccreditation(Accreditation),
    /// Register the digest of a JSON-LD context or a JSON Schema under its URL, for good
    RegisterSchema {
        #[arg(value_name = "URL")]
        id: String,
        /// The file as it is served there, byte for byte
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The member that answers for it
        #[arg(long, value_name = "ID")]
        owner: String,
    },
    /// Change parameters and quotas, by their names on the explorer's page of parameters
    SetParams {
        /// Such as heartbeatMs=30000 or quotas.windowTransactions=100000
        #[arg(required = true, value_name = "NAME=VALUE")]
        values: Vec<String>,
    },
    /// Let blocks follow new rules from a height on; nodes that do not know them halt before it
    ScheduleUpgrade {
        /// The released program that knows the rules; its SHA-256 goes onto the chain
        #[arg(value_name = "PROGRAM")]
        binary: PathBuf,
        #[arg(long, value_name = "N")]
        rules: u32,
        #[arg(long, value_name = "N")]
        at_height: u64,
    },
    /// Adopt the next version of the charter
    AdoptCharter {
        /// Its text; the chain holds its SHA-256
        #[arg(value_name = "FILE")]
        text: PathBuf,
    },
    /// Open a dispute between members
    OpenDispute {
        #[arg(long = "party", required = true, value_name = "ID")]
        parties: Vec<String>,
        #[command(flatten)]
        stage: Stage,
        /// What it is about: the chain holds a salted digest, the salt is written to FILE.salt
        #[arg(long, value_name = "FILE")]
        matter: PathBuf,
    },
    /// Take a dispute to its next stage
    AdvanceDispute {
        /// The proposal that opened it
        #[arg(value_name = "DISPUTE", value_parser = digest)]
        dispute: Hash,
        #[arg(value_enum)]
        to: NextStage,
        #[command(flatten)]
        stage: Stage,
    },
    /// Record a dispute's outcome
    CloseDispute {
        #[arg(value_name = "DISPUTE", value_parser = digest)]
        dispute: Hash,
        /// The outcome: the chain holds a salted digest, the salt is written to FILE.salt
        #[arg(long, value_name = "FILE")]
        outcome: PathBuf,
    },
    /// Stop an issuer or a key at once: fewer votes, no notice, and it lapses unless it is confirmed
    #[command(subcommand)]
    EmergencyStop(Target),
    /// Let an emergency stop hold until it is lifted
    #[command(subcommand)]
    ConfirmStop(Target),
    /// Lift a stop
    #[command(subcommand)]
    LiftStop(Target),
}

#[derive(Debug, Args)]
pub struct Id {
    #[arg(value_name = "ID")]
    pub id: String,
}

/// An issuer's right to issue one type.
#[derive(Debug, Args)]
pub struct Grant {
    #[command(flatten)]
    pub name: Accreditation,
    /// The DID of an organisation whose people it may speak of; repeatable [default: the issuer itself]
    #[arg(long = "for", value_name = "DID")]
    pub speaks_for: Vec<String>,
    /// When it begins, such as 2027-01-01T00:00:00Z [default: at once]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<u64>,
    /// When it ends by itself [default: never]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<u64>,
    /// How many further levels it may accredit below itself
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub delegation: u8,
}

#[derive(Debug, Args)]
pub struct Accreditation {
    /// The issuer's DID
    #[arg(value_name = "ISSUER")]
    pub issuer: String,
    /// The credential type's IRI
    #[arg(value_name = "TYPE")]
    pub type_iri: String,
}

#[derive(Debug, Args)]
pub struct Stage {
    #[arg(long, value_name = "NAME")]
    pub arbiter: String,
    /// By when this stage ends
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub deadline: u64,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum NextStage {
    Mediation,
    Arbitration,
}

#[derive(Debug, Subcommand)]
pub enum Target {
    /// Everything the issuer signs, anchors or accredits
    Issuer {
        #[arg(value_name = "DID")]
        did: String,
    },
    /// One key of an issuer's document
    DocumentKey {
        #[arg(value_name = "DID")]
        did: String,
        #[arg(value_name = "MULTIKEY")]
        multikey: String,
    },
    /// One key that signs transactions
    RegistryKey {
        #[arg(value_name = "KEY", value_parser = digest)]
        key: Hash,
    },
}
