//! `passerelle audit verify`: journals of the Fund checked without the Fund.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use entitlement::journal::{Export, verify};

use crate::say;

/// A journal of twenty thousand entries stays far below.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Check what the Fund shows an auditor
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check journals of the Fund without a network: links, commitments, and every night once more under the rules
    ///
    /// A journal is the file that the console and `GET /v1/fund/{tenant}/journals/{person}` give. Exit code 0: everything holds;
    /// 1: something does not, and the first place is named. To see that a journal is the one of that time, compare the last
    /// link that is printed with one noted earlier: later entries follow it, and none before it can have changed.
    Verify {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<std::path::PathBuf>,
    },
}

pub fn run(command: &Audit) -> anyhow::Result<ExitCode> {
    let Audit::Verify { files } = command;
    let mut holds = true;
    for file in files {
        holds &= check(file)?;
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn check(path: &Path) -> anyhow::Result<bool> {
    let shown = path.display();
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {shown}"))?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text).with_context(|| format!("cannot read {shown}"))?;
    ensure!(text.len() as u64 <= MOST_BYTES, "{shown} is larger than a journal can be");
    let export: Export = serde_json::from_str(&text).with_context(|| format!("{shown} is no journal"))?;
    let report = verify(&export);
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
    Ok(report.holds())
}
