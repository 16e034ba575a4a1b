//! `passerelle pack` and `passerelle verify`: make a pack where there is a network, check with it where there is none.

mod desk;
mod report;
mod trust;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use clock::{Clock as _, SystemClock, SystemEntropy};
use credential::{ControllerPolicy, Input};
use verification::{HandedOver, Occasion, Subject};
use wire::anchors::Receipt;

pub use desk::{Desk, desk};
pub use trust::Trusted;

use crate::config::read;
use crate::{files, say};

/// The longest a pack may be used: a month.
const MAX_AGE_SECONDS: u64 = 31 * 86_400;
/// A credential or presentation as it may be handed over.
const MAX_INPUT_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Ask the chain and the issuers, and write what a verifier without a network needs into one signed file
    Build(Build),
    /// Say what a pack holds and until when it may be used
    Show(Show),
    /// Write what has changed from one pack to a newer one
    Diff(Diff),
    /// Make the newer pack from the older one and a difference
    Apply(Apply),
}

#[derive(Debug, Args)]
pub struct Build {
    /// The verifier's configuration file: whose node is asked, and whose key signs
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The policy to check under, such as staff-identity
    #[arg(long, value_name = "NAME")]
    policy: String,
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Past this age of the chain's newest block nothing is decided with the pack
    #[arg(long, value_name = "N", default_value_t = 86_400, value_parser = clap::value_parser!(u64).range(60..=MAX_AGE_SECONDS))]
    maximum_age_seconds: u64,
}

#[derive(Debug, Args)]
pub struct Show {
    pack: PathBuf,
    #[command(flatten)]
    trusted: Trusted,
}

#[derive(Debug, Args)]
pub struct Diff {
    older: PathBuf,
    newer: PathBuf,
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Apply {
    older: PathBuf,
    difference: PathBuf,
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Check a credential or presentation without a network, with what a pack knows
///
/// The report is the online verifier's, with the age of what the pack knew in the evidence. Past the age that the pack
/// states nothing is checked.
///
/// Exit status: 0 when it is valid, 1 when it is not, 3 when it cannot be decided, 2 when a file cannot be used.
#[derive(Debug, Args)]
pub struct Verify {
    #[arg(long, value_name = "FILE")]
    pack: PathBuf,
    /// The credential or presentation: JSON, an SD-JWT or a JWT, a picture of its QR code (again for each further code) or a PDF certificate
    #[arg(long, value_name = "FILE", required = true)]
    input: Vec<PathBuf>,
    /// The anchoring receipt of the copy, for policies that demand a proven time of issue
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// The nonce that the person's wallet was given
    #[arg(long, value_name = "TEXT", requires = "audience")]
    nonce: Option<String>,
    /// Whom the wallet was told that it answers
    #[arg(long, value_name = "TEXT", requires = "nonce")]
    audience: Option<String>,
    #[command(flatten)]
    trusted: Trusted,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(command: PackCommand) -> anyhow::Result<()> {
    match command {
        PackCommand::Build(args) => build(&args).await,
        PackCommand::Show(args) => show(&args).await,
        PackCommand::Diff(args) => diff(&args),
        PackCommand::Apply(args) => apply(&args),
    }
}

async fn build(args: &Build) -> anyhow::Result<()> {
    let packs = verifier::packs(&read(&args.config)?)?;
    let seconds = i64::try_from(args.maximum_age_seconds).context("the maximum age is too large")?;
    let made = packs.make(&args.policy, chrono::Duration::seconds(seconds)).await?;
    files::replace(&args.output, &made.file)?;
    say::line(format!("{} ({} bytes)", args.output.display(), made.file.len()));
    report::manifest(made.pack.manifest());
    Ok(())
}

async fn show(args: &Show) -> anyhow::Result<()> {
    let pack = open(&args.pack, &args.trusted).await?;
    pack.prove().context("not every record is proven")?;
    report::manifest(pack.manifest());
    Ok(())
}

fn diff(args: &Diff) -> anyhow::Result<()> {
    let bytes = ::pack::difference(&contents(&args.older)?, &contents(&args.newer)?)?;
    files::replace(&args.output, &bytes)?;
    say::line(format!("{} ({} bytes)", args.output.display(), bytes.len()));
    Ok(())
}

fn apply(args: &Apply) -> anyhow::Result<()> {
    let bytes = ::pack::apply(&contents(&args.older)?, &contents(&args.difference)?)?;
    files::replace(&args.output, &bytes)?;
    say::line(format!("{} ({} bytes)", args.output.display(), bytes.len()));
    Ok(())
}

pub async fn verify(args: Verify) -> ExitCode {
    match try_verify(&args).await {
        Ok(code) => code,
        Err(error) => {
            say::failure(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

async fn try_verify(args: &Verify) -> anyhow::Result<ExitCode> {
    let pack = open(&args.pack, &args.trusted).await?;
    let input = input(&args.input)?;
    let receipt = args.receipt.as_deref().map(receipt).transpose()?;
    let given = HandedOver {
        subject: Subject::from(input),
        receipt: receipt.as_ref(),
        challenge: args.nonce.as_deref(),
        domain: args.audience.as_deref(),
        controller: ControllerPolicy::Strict,
    };
    let report_id = clock::new_id(&SystemClock, &SystemEntropy);
    let report = pack.verify(given, Occasion { report_id: &report_id, now: SystemClock.now() }).await?;
    if args.json {
        say::line(serde_json::to_string_pretty(&report)?);
    } else {
        report::report(&report, pack.manifest().age(SystemClock.now()));
    }
    Ok(report::exit_code(report.outcome))
}

pub async fn open(path: &Path, trusted: &Trusted) -> anyhow::Result<::pack::Pack> {
    let file = contents(path)?;
    let pack = ::pack::Pack::open(&file, &trusted.trust()?, trusted.period(), Arc::new(SystemClock)).await;
    pack.with_context(|| format!("{} is not used", path.display()))
}

fn input(paths: &[PathBuf]) -> anyhow::Result<Input> {
    let files = paths.iter().map(|path| contents(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let text = ::paper::text_of(files.iter().map(Vec::as_slice)).context("the input cannot be read")?;
    Input::parse(&text).context("the input is nothing that can be checked")
}

fn receipt(path: &Path) -> anyhow::Result<Receipt> {
    Receipt::from_file(&contents(path)?).with_context(|| format!("{} is no receipt", path.display()))
}

fn contents(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    let length = path.metadata().with_context(cannot)?.len();
    ensure!(length <= MAX_INPUT_BYTES, "{} is longer than {MAX_INPUT_BYTES} bytes", path.display());
    std::fs::read(path).with_context(cannot)
}
