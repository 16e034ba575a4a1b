//! `passerelle audit verify`: journals of the Fund checked without the Fund.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand};
use entitlement::journal::{Bound, Export, Report, verify};
use registry_client::{LightClient, Receipt};
use registry_types::{AnchorKind, AnchorRecord, Canonical as _, ProvenRecord, SetChange};

use crate::registry::args::Anchor;
use crate::registry::proof_file::{ProofFile, read};
use crate::registry::verify_proof::{ANY_AGE, client, now_ms};
use crate::registry::words::time;
use crate::say;

use self::believed::Unproven;

mod believed;
mod files;
mod sample;

/// Clocks of a service and of validators differ by less.
const MOST_AHEAD_MINUTES: i64 = 5;

/// Check what the Fund shows an auditor
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check journals of the Fund without a network: links, commitments, every night once more under the rules, and anchors
    ///
    /// A journal is the file that the console and `GET /v1/fund/{tenant}/journals/{person}` give. With --genesis or --checkpoint,
    /// its anchors are held against the chain: at which time the journal was as it is shown, entry by entry. Exit code 0:
    /// everything that was checked holds; 1: something does not, and the first place is named. What could not be checked, and
    /// what is not on the chain yet, is said. A genesis or checkpoint of more than --trust-days is not believed any more: the
    /// anchors are then not checked, and it is said how to get a newer checkpoint (with --anchored the command fails).
    Verify(Verify),
    /// Say whom a seed draws from all journals of the Fund, for a sample that the Fund could not choose
    ///
    /// A frame is what the console (Audit) and `GET /v1/fund/{tenant}/journals` give. Take it first, then choose the seed: words
    /// that nobody knew before, such as the numbers of a lottery of that evening. Prints one pseudonymous number a line. With
    /// their journals, `audit verify --frame FRAME --seed WORDS --count N` says that none is missing and none was written anew.
    Draw {
        #[arg(value_name = "FRAME")]
        frame: PathBuf,
        #[arg(long, value_name = "WORDS")]
        seed: String,
        /// People; each with all their years
        #[arg(long, value_name = "N")]
        count: usize,
    },
    /// Compute the draw of a day for attended checks again, from the seed that was committed to before the day
    ///
    /// A file is what the console and `GET /v1/fund/{tenant}/samples/{day}` give. That the commitment was on the chain before the
    /// day, `passerelle registry verify-proof` says for its receipt and digest. That no proof was left out, the journals say.
    Sample {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct Verify {
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The chain's genesis, from the members: what is believed about anchors
    #[arg(long, value_name = "FILE", conflicts_with = "checkpoint")]
    genesis: Option<PathBuf>,
    /// A checkpoint of a member's, instead
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The hash that the checkpoint's header must have, from another member
    #[arg(long, value_name = "HEX", requires = "checkpoint")]
    pin: Option<String>,
    /// How long the validators named there are believed
    #[arg(long, value_name = "N", default_value_t = 180)]
    trust_days: u32,
    /// Changes of the validators since then: GET /v1/validators/changes?after=N in bytes
    #[arg(long, value_name = "FILE")]
    changes: Option<PathBuf>,
    /// Proofs of anchors from a node of your own choice, GET /v1/records/anchor/DID/NUMBER?proof=true, for anchors whose
    /// proof is not in the journal; may be given several times
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
    /// Fail as well when the last entry is not proven to be on the chain
    #[arg(long)]
    anchored: bool,
    /// All journals of the moment before the sample was drawn: each file must hold what stands there
    #[arg(long, value_name = "FRAME")]
    frame: Option<PathBuf>,
    /// Fail when a journal is missing that this seed draws from the frame
    #[arg(long, value_name = "WORDS", requires_all = ["frame", "count"])]
    seed: Option<String>,
    /// How many were drawn
    #[arg(long, value_name = "N", requires = "seed")]
    count: Option<usize>,
}

/// What the chain's side is checked with.
struct Chain {
    client: LightClient,
    changes: Vec<SetChange>,
    /// By state key.
    proofs: Vec<(String, ProvenRecord)>,
    now_ms: u64,
    /// That what is believed is too old was said: once, not for every journal.
    said_old: bool,
}

pub fn run(command: &Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Verify(args) => run_verify(args),
        Audit::Sample { files } => samples(files),
        Audit::Draw { frame, seed, count } => sample::draw(frame, seed, *count),
    }
}

fn samples(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut holds = true;
    for path in files {
        let shown = path.display();
        let text = files::read(path)?;
        let day: entitlement::sample::SampleDay =
            serde_json::from_slice(&text).with_context(|| format!("{shown} is no day of a draw"))?;
        say::heading(&format!("{} of {}", day.day, day.organisation));
        match entitlement::sample::verify(&day) {
            None => say::line(format!(
                "  ok      {} of {} proofs are drawn by the seed, at {} of 1000",
                day.drawn.len(),
                day.proofs.len(),
                day.per_mille
            )),
            Some(fault) => {
                holds = false;
                say::line(format!("  FAILED  {fault}"));
            }
        }
        let anchored =
            if day.receipt.is_some() { "has a receipt of its anchor" } else { "is not on the chain yet" };
        say::line(format!("  commitment {} of {} {anchored}", day.commitment, day.committed_at.to_rfc3339()));
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn run_verify(args: &Verify) -> anyhow::Result<ExitCode> {
    let mut chain = match believed(args)? {
        Ok(chain) => chain,
        Err(why) => {
            say::line(format!("NOT PROVEN: {why}"));
            return Ok(ExitCode::from(1));
        }
    };
    let frame = args.frame.as_deref().map(sample::read_frame).transpose()?;
    let mut holds = true;
    let mut seen = BTreeSet::new();
    for file in &args.files {
        let export = read_journal(file)?;
        holds &= check(&export, chain.as_mut(), args.anchored);
        if let Some(frame) = &frame {
            holds &= sample::is_of(frame, &export);
        }
        seen.insert(export.person);
    }
    if let (Some(frame), Some(seed), Some(count)) = (&frame, &args.seed, args.count) {
        holds &= sample::is_whole(frame, (seed, count), &seen);
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Nothing where no chain is believed; the reason where a checkpoint is not to be.
fn believed(args: &Verify) -> anyhow::Result<Result<Option<Chain>, String>> {
    if args.genesis.is_none() && args.checkpoint.is_none() {
        ensure!(
            !args.anchored && args.anchor.is_empty() && args.changes.is_none(),
            "say what you believe about the chain: --genesis or --checkpoint"
        );
        return Ok(Ok(None));
    }
    let now_ms = now_ms()?;
    let anchor = Anchor {
        genesis: args.genesis.clone(),
        checkpoint: args.checkpoint.clone(),
        pin: args.pin.clone(),
        trust_days: args.trust_days,
    };
    let light = match client(&anchor, ANY_AGE, now_ms)? {
        Ok(light) => light,
        Err(refused) => return Ok(Err(refused.0)),
    };
    let changes = args.changes.as_deref().map(read).transpose()?;
    let changes = changes.map(|bytes| Vec::<SetChange>::from_bytes(&bytes)).transpose();
    let changes = changes.context("the changes of the validators cannot be read")?.unwrap_or_default();
    let mut proofs = Vec::new();
    for path in &args.anchor {
        let shown = path.display();
        let ProofFile::Record { key, answer } = ProofFile::parse(&read(path)?, None)? else {
            anyhow::bail!("{shown} is no proof of a record");
        };
        proofs.push((key, *answer));
    }
    Ok(Ok(Some(Chain { client: light, changes, proofs, now_ms, said_old: false })))
}

fn read_journal(path: &Path) -> anyhow::Result<Export> {
    let shown = path.display();
    serde_json::from_slice(&files::read(path)?).with_context(|| format!("{shown} is no journal"))
}

fn check(export: &Export, chain: Option<&mut Chain>, anchored: bool) -> bool {
    let report = verify(export);
    say::heading(&format!("{} of {}", export.person, export.organisation));
    for check in &report.checks {
        match &check.fault {
            None => say::line(format!("  ok      {}", check.what)),
            Some(fault) => say::line(format!("  FAILED  {}: {fault}", check.what)),
        }
    }
    for (year, stage) in &report.years {
        say::line(format!("  {year}    {}", stage.as_str()));
    }
    say::line(format!(
        "  {} entries, {} nights played again, last link {}",
        export.entries.len(),
        report.nights,
        export.head
    ));
    let on_chain = anchors(export, &report, chain);
    let last = export.entries.len() as u64;
    report.holds() && on_chain.all && (!anchored || on_chain.proven == Some(last))
}

/// What came of a journal's anchors.
struct OnChain {
    /// Whether every anchor that was held against the chain holds.
    all: bool,
    /// The last entry that is proven to be on the chain.
    proven: Option<u64>,
}

fn anchors(export: &Export, report: &Report, chain: Option<&mut Chain>) -> OnChain {
    let received = report.bound.iter().filter(|it| it.receipt.is_some()).map(|it| it.entry).max();
    let mut made = OnChain { all: true, proven: None };
    match chain {
        Some(chain) => {
            let mut times = Vec::new();
            for bound in report.bound.iter().filter(|it| it.receipt.is_some()) {
                match chain.check(bound) {
                    Ok(Proven { sequence, height, time_ms }) => {
                        times.push((bound.entry, time_ms));
                        let (entry, at) = (bound.entry, time(time_ms));
                        say::line(format!(
                            "  ok      entries up to {entry} are under anchor {sequence} since {at}, block {height}"
                        ));
                    }
                    // Nothing speaks against the journal: what the reader brought does not reach so far.
                    Err(Unproven::Old { age_ms, period_ms }) => {
                        let words = believed::old(age_ms, period_ms, chain.said_old);
                        words.into_iter().for_each(say::line);
                        chain.said_old = true;
                        break;
                    }
                    Err(Unproven::Wrong(why)) => {
                        made.all = false;
                        say::line(format!("  FAILED  entries up to {}: {why}", bound.entry));
                    }
                }
            }
            made.proven = times.iter().map(|(entry, _)| *entry).max();
            made.all &= tell_delay(export, &times);
        }
        None if received.is_some() => say::line(
            "  not checked: the receipts of anchors. Give --genesis or --checkpoint to hold them against the chain.",
        ),
        None => {}
    }
    let last = export.entries.len() as u64;
    let since = last.saturating_sub(received.unwrap_or_default());
    if since > 0 {
        say::line(format!("  {since} of {last} entries are not on the chain yet"));
    }
    made
}

/// Minutes as people say them: whole days and hours from two of them on.
fn span(minutes: i64) -> String {
    match minutes {
        0..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

/// An entry that was dated back shows as a long way to the chain; one that is dated after its anchor cannot be.
fn tell_delay(export: &Export, times: &[(u64, u64)]) -> bool {
    let mut longest: Option<(u64, i64)> = None;
    for entry in export.entries.iter().map(|it| &it.entry) {
        let first = times.iter().filter(|(upto, _)| *upto >= entry.n).map(|(_, at)| *at).min();
        let Some(anchored) = first.and_then(|at| i64::try_from(at).ok()) else { continue };
        let minutes = (anchored - entry.at.timestamp_millis()) / 60_000;
        if minutes < -MOST_AHEAD_MINUTES {
            say::line(format!("  FAILED  entry {} is dated after its anchor", entry.n));
            return false;
        }
        if longest.is_none_or(|(_, most)| minutes > most) {
            longest = Some((entry.n, minutes));
        }
    }
    if let Some((entry, minutes)) = longest {
        say::line(format!(
            "  the longest way to the chain: {}, entry {entry}. An entry that was dated back would show here.",
            span(minutes.max(0))
        ));
    }
    true
}

/// An anchor as the chain holds it.
struct Proven {
    sequence: u64,
    height: u64,
    time_ms: u64,
}

impl Chain {
    fn check(&mut self, bound: &Bound) -> Result<Proven, Unproven> {
        let receipt = bound.receipt.as_ref().ok_or("there is no receipt")?;
        let text = serde_json::to_vec(receipt).map_err(|error| error.to_string())?;
        let receipt = Receipt::from_json(&text).map_err(|error| error.to_string())?;
        let key = receipt.state_key();
        let record = self.record(&key, bound.proof.as_deref())?;
        receipt.check(&bound.root, &record).map_err(|error| error.to_string())?;
        match record.kind {
            AnchorKind::Audit => {
                let (height, time_ms) = (record.height, record.time_ms);
                Ok(Proven { sequence: receipt.sequence(), height, time_ms })
            }
            _ => Err(format!("{key} is an anchor of another kind").into()),
        }
    }

    /// The record from a proof: one that was given, or the one in the file.
    fn record(&mut self, key: &str, proof: Option<&str>) -> Result<AnchorRecord, Unproven> {
        let given = self.proofs.iter().find(|(known, _)| known == key).map(|(_, answer)| answer.clone());
        let answer = match (given, proof) {
            (Some(answer), _) => answer,
            (None, Some(text)) => {
                let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "its proof is not base64url")?;
                ProvenRecord::from_bytes(&bytes)
                    .map_err(|error| format!("its proof cannot be read: {error}"))?
            }
            (None, None) => {
                return Err(format!(
                    "the file has no proof of {key}: get it from a node, and give it with --anchor"
                )
                .into());
            }
        };
        for change in &self.changes {
            if change.header.height < answer.header.height && self.client.is_news(change) {
                self.client.follow(change, self.now_ms)?;
            }
        }
        self.client.check(key, &answer, 0, self.now_ms)?;
        let value = answer.value.as_deref().ok_or_else(|| format!("the chain has no {key}"))?;
        AnchorRecord::from_bytes(value).map_err(|error| format!("{key} cannot be read: {error}").into())
    }
}
