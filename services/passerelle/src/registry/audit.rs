use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use registry::audit::{Audit, Report};
use registry_types::Genesis;

use super::args;
use super::proof_file::read;
use crate::say;

pub fn run(args: &args::Audit) -> ExitCode {
    match audit(args) {
        Ok(report) => {
            say::line(summary(&report));
            ExitCode::from(u8::from(report.difference.is_some()))
        }
        Err(error) => {
            say::failure(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn audit(args: &args::Audit) -> anyhow::Result<Report> {
    let data = data(&args.data)?;
    let (path, genesis) = genesis(args.genesis.as_deref(), &data)?;
    let scratch = scratch(args.scratch.as_deref())?;
    let beside = path.with_file_name("carried");
    let carried = args.carried.as_deref().or(Some(&*beside).filter(|folder| folder.exists()));
    let audit = Audit {
        data: &data,
        genesis: &genesis,
        from: args.from,
        to: args.to,
        carried,
        scratch: scratch.path(),
    };
    Ok(audit.run()?)
}

/// The genesis that was named, or the one in the node's folder.
pub fn genesis(given: Option<&Path>, data: &Path) -> anyhow::Result<(PathBuf, Genesis)> {
    let path = genesis_path(given, data)?;
    let genesis: Genesis = serde_json::from_slice(&read(&path)?)
        .with_context(|| format!("{} is not a genesis", path.display()))?;
    genesis.check().with_context(|| format!("{} is not sound", path.display()))?;
    Ok((path, genesis))
}

/// The folder with the chain, given as itself or as the node's folder that `join` made.
pub fn data(given: &Path) -> anyhow::Result<PathBuf> {
    let inside = given.join("chain");
    let found = [given, &inside].into_iter().find(|folder| folder.join(registry::STORE).exists());
    match found {
        Some(folder) => Ok(folder.to_owned()),
        None => bail!("{} holds no {}: it is not a node's folder", given.display(), registry::STORE),
    }
}

fn genesis_path(given: Option<&Path>, data: &Path) -> anyhow::Result<PathBuf> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    let beside = [Some(data), data.parent()].into_iter().flatten().map(|folder| folder.join("genesis.json"));
    beside
        .into_iter()
        .find(|path| path.exists())
        .context("there is no genesis.json in the node's folder: name the members' with --genesis")
}

pub fn scratch(folder: Option<&Path>) -> anyhow::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("passerelle-audit-");
    let made = match folder {
        Some(folder) => builder.tempdir_in(folder),
        None => builder.tempdir(),
    };
    made.context("cannot make a folder for the replayed state")
}

fn summary(report: &Report) -> String {
    let Report { began, from, to, transactions, root, records, difference } = report;
    let mut lines = vec![match began {
        0 => "Replayed from the genesis.".to_owned(),
        height => format!(
            "Replayed from the snapshot of block {height}, which its validators signed and whose records make its root."
        ),
    }];
    let (first, count) = (began + 1, to - began);
    if count > 0 {
        lines.push(format!(
            "Blocks {first} to {to} hold: {count} blocks with {transactions} transactions, each block signed by a \
             quorum, each state root as computed here."
        ));
    }
    if let Some(records) = records {
        lines.push(format!("The node's {records} records were hashed again and make the last root."));
    }
    match difference {
        Some(difference) => {
            lines.push(format!("DIFFERS at block {}: {}.", difference.height, difference.reason));
            if difference.height < *from {
                lines.push(format!("That is before block {from}, from which on you asked."));
            }
        }
        None => lines.push(format!("The state root after block {to} is {}.", hex::encode(root))),
    }
    lines.join("\n")
}
