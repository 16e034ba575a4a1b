use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use url::Url;

use crate::log::Format;

/// A verifiable-credential identity service: registry node, issuer, wallet and verifier in one program.
///
/// The shortest way to see it all is `passerelle up`. It needs nothing but this binary: it makes keys, a chain with
/// one validator, demonstration organisations (UNDP, WFP and the pension fund), starts the four services and says
/// where to click. Stop it with Ctrl-C; the next `up` continues where it stopped.
#[derive(Debug, Parser)]
#[command(name = "passerelle", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// How to write the log: for people, or one JSON object a line. People by default on a terminal, else JSON.
    /// What to write follows RUST_LOG, for example `RUST_LOG=info` or `RUST_LOG=issuer=debug`.
    #[arg(long, global = true, value_enum)]
    pub log: Option<Format>,
}

const EXAMPLES: &str = "Examples:
  passerelle up                                   everything, on ports 7100 to 7105, data in ./data
  passerelle up --data /srv/trial --base-port 9000
  passerelle up --public-url https://id.example.org --certificate full.pem --private-key key.pem
  passerelle issuer --config data/config/issuer.toml
  passerelle admin rotate-key --org undp --key key-ed25519-1

With DATABASE_URL=postgres://… in the environment every service keeps its tables in PostgreSQL, in a schema of its
own, instead of SQLite files.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run all four services with embedded defaults
    ///
    /// The registry listens on N, the issuer on N+1, the wallet on N+2 and the verifier on N+3; a mail sink takes
    /// letters on N+4 and shows them on N+5, on this machine only. At the first start the
    /// demonstration organisations are put on the chain by signed transactions; at later starts nothing is
    /// repeated. What was chosen once (ports, public address) is remembered in DATA/settings.json.
    Up(Place),
    /// Prepare keys, genesis and configuration files without starting anything
    Setup(Place),
    Registry(Box<crate::registry::Registry>),
    /// Run the issuer
    Issuer(File),
    /// Run the wallet
    Wallet(File),
    /// Run the verifier
    Verifier(File),
    /// Prove when documents existed
    #[command(subcommand)]
    Anchor(Anchor),
    /// Tend the Fund's year: run its nightly job
    #[command(subcommand)]
    Fund(crate::fund::Fund),
    /// Check what the Fund shows an auditor
    #[command(subcommand)]
    Audit(crate::audit::Audit),
    /// Look into a PKCS#11 token; plan what a compromised key leaves to do
    #[command(subcommand)]
    Keys(Keys),
    /// Secure and verify credentials as JWT, SD-JWT or COSE with a key from a file
    #[command(subcommand)]
    Vc(crate::vc::Vc),
    /// Make, inspect and renew packs: what a verifier without a network must know
    #[command(subcommand)]
    Pack(crate::pack::PackCommand),
    Verify(crate::pack::Verify),
    Desk(crate::pack::Desk),
    Paper(crate::paper::Paper),
    /// Tend a data folder: officer links, key rotation, first transactions
    #[command(subcommand)]
    Admin(Admin),
}

/// Where `up` keeps things and what the world calls it.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The folder for databases, keys, chain and configuration; made when absent
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub data: PathBuf,
    /// The registry's port; the issuer, the wallet, the verifier and the mail sink take the five after it [default: 7100]
    #[arg(long, value_name = "N")]
    pub base_port: Option<u16>,
    /// The name under which phones reach this machine, such as https://id.example.org; ports are added to it
    ///
    /// Browsers allow passkeys only on `localhost` names and on pages with a certificate they trust.
    #[arg(long, value_name = "URL", requires = "certificate", conflicts_with = "tls_self_signed")]
    pub public_url: Option<Url>,
    /// PEM file with the certificate for that name and its chain
    #[arg(long, value_name = "FILE", requires = "private_key")]
    pub certificate: Option<PathBuf>,
    /// PEM file with its private key
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub private_key: Option<PathBuf>,
    /// Serve https://localhost with a certificate made here: for trying out TLS with machines, not with phones
    #[arg(long)]
    pub tls_self_signed: bool,
}

#[derive(Debug, Args)]
pub struct File {
    /// The configuration file; `up` writes complete ones to DATA/config/ to copy from
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Anchor {
    /// Put the digests of files into the organisation's next batch and fetch their receipts
    ///
    /// The files are read here and stay here. The digests are written to the issuer's database; the running issuer brings
    /// them to the chain, also after a crash. A receipt is written beside each file as FILE.receipt.json. Repeating the
    /// command anchors nothing twice.
    Add(AnchorAdd),
}

#[derive(Debug, Args)]
pub struct AnchorAdd {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The issuer's configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The organisation, such as undp
    #[arg(long, value_name = "ORG")]
    pub tenant: String,
    /// Also put the digests themselves on the chain, for ever: everybody can then check the files without a receipt
    #[arg(long)]
    pub public: bool,
    /// How long to wait for the receipts
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub wait_seconds: u64,
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Log in to a token and list its private keys, each after a first signature that proves its public half
    Token {
        /// A TOML file with `module`, `token` and `pin_file`, as in [keys.pkcs11]
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    ReissuePlan(ReissuePlan),
    CertificateRequest(CertificateRequest),
}

/// Ask an X.509 authority for a certificate of an organisation's P-256 key (PKCS#10)
///
/// The key signs the request where it is. The subject is the organisation, with its DID as the alternative name. The service may
/// run; it sends the certificate along once [[tenants.certificates]] names it. Without --tenant the file is a verifier's: the key
/// is the one that signs its requests, the host of its public_url is an alternative name too, and a [[verifier.request_profiles]]
/// names the certificate. With --key-attester it is a wallet's: the key that attests keys in its token, which is made there where it
/// is not yet, and [keys.attestation.certificate] names the certificate.
#[derive(Debug, Args)]
pub struct CertificateRequest {
    /// The issuer's configuration file, a verifier's, or a wallet's
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The organisation at an issuer, such as undp
    #[arg(long, value_name = "ORG", requires = "key")]
    pub tenant: Option<String>,
    /// The fragment of the organisation's key, such as key-p256-1
    #[arg(long, value_name = "FRAGMENT", requires = "tenant")]
    pub key: Option<String>,
    /// The provider of the wallet, as the certificate is to name it
    #[arg(long, value_name = "NAME", conflicts_with = "tenant")]
    pub key_attester: Option<String>,
    /// Write the request in PEM
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Which live credentials a key signed: what is to be issued again after it was compromised
///
/// Reads the issuer's database and changes nothing; the service may run. In order: `propose … emergency-stop
/// document-key` when a third of the governors can act sooner than the member, `rotate-key --compromised`, this plan,
/// new offers to the people in it, and `revoked` for the old copies. What has no anchor from before the mark stops
/// verifying at once; those people come first.
#[derive(Debug, Args)]
#[command(after_help = PLAN_EXAMPLES)]
pub struct ReissuePlan {
    /// The issuer's configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The organisation, such as undp
    #[arg(long, value_name = "ORG")]
    pub tenant: String,
    /// The fragment of the key, such as key-ed25519-1
    #[arg(long, value_name = "FRAGMENT")]
    pub key: String,
    /// Only what was issued since then, when the time of the theft is certain, such as 2027-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<chrono::DateTime<chrono::Utc>>,
    /// Write the credentials as CSV, oldest first
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const PLAN_EXAMPLES: &str = "Example:
  passerelle keys reissue-plan --config issuer.toml --tenant undp --key key-ed25519-1 --since 2027-01-01T00:00:00Z \\
      --out plan.csv";

#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Print a fresh one-time link by which the first officer of an organisation registers a passkey
    ///
    /// Earlier links of that organisation end. There is no link once it has officers: they invite others themselves. With
    /// --approver there is one for a second person, and the audit trail says that this program made it.
    OfficerLink {
        #[arg(long, value_name = "DIR", default_value = "./data")]
        data: PathBuf,
        /// An issuer's configuration that `up` did not write
        #[arg(long, value_name = "FILE", conflicts_with = "data")]
        config: Option<PathBuf>,
        /// The organisation's id in the configuration, such as undp
        #[arg(long, value_name = "ORG")]
        tenant: String,
        /// Invite an approver although there are officers, for an organisation whose only one has left
        #[arg(long)]
        approver: bool,
    },
    /// Print a fresh one-time link by which the first officer of the wallet service begins
    ///
    /// Whoever opens it and signs in to the wallet with a passkey is an officer from then on, and helps people who lost every
    /// way in. There is none once there is an officer: they invite others themselves.
    WalletOfficerLink {
        #[arg(long, value_name = "DIR", default_value = "./data")]
        data: PathBuf,
        /// A wallet's configuration that `up` did not write
        #[arg(long, value_name = "FILE", conflicts_with = "data")]
        config: Option<PathBuf>,
    },
    /// Put a new key in the place of one in an organisation's DID document
    ///
    /// The new key is sealed into a file first, then published on the chain; the issuer signs with it within
    /// seconds. What the old key signed before stays valid where an anchor proves the time. The registry must run.
    RotateKey {
        #[arg(long, value_name = "DIR", default_value = "./data")]
        data: PathBuf,
        #[arg(long, value_name = "ORG")]
        org: String,
        /// The fragment of the key to replace, such as key-ed25519-1
        #[arg(long, value_name = "FRAGMENT")]
        key: String,
        /// Keep the old key in the document beside the new one, until `retire-key`
        #[arg(long, conflicts_with = "compromised")]
        overlap: bool,
        /// Also mark the old key as compromised: from now on nothing it signed counts without an earlier anchor
        #[arg(long)]
        compromised: bool,
    },
    /// Take a key out of an organisation's DID document after `rotate-key --overlap`
    RetireKey {
        #[arg(long, value_name = "DIR", default_value = "./data")]
        data: PathBuf,
        #[arg(long, value_name = "ORG")]
        org: String,
        /// The fragment of the old key, such as key-ed25519-1
        #[arg(long, value_name = "FRAGMENT")]
        key: String,
    },
    /// Put a signing key of a further kind into an organisation's DID document; harmless to repeat
    ///
    /// The issuer signs with it within seconds where its configuration offers something that needs it: `bls12381` is for
    /// credentials with `bbs-2023`. The registry must run.
    AddSigningKey {
        #[arg(long, value_name = "DIR", default_value = "./data")]
        data: PathBuf,
        #[arg(long, value_name = "ORG")]
        org: String,
        #[arg(value_enum)]
        kind: crate::registry::SigningKind,
    },
    /// Send the first transactions to a registry that was started alone; harmless to repeat
    Bootstrap {
        #[arg(long, value_name = "DIR", default_value = "./data")]
        data: PathBuf,
    },
}
