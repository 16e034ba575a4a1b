//! Rounds that were run, kept beside the tests. A run adds to it only when `FAULTS_TALLY` names the file.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::check::History;

pub fn add(fault: &str, seed: u64, rounds: u64, acknowledged: usize, history: &History) -> Result<()> {
    let Some(path) = std::env::var_os("FAULTS_TALLY").map(PathBuf::from) else { return Ok(()) };
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| "[]".to_owned());
    let mut entries: Vec<Value> =
        serde_json::from_str(&text).with_context(|| format!("{} is not a tally", path.display()))?;
    entries.push(json!({
        "fault": fault,
        "rounds": rounds,
        "forks": history.faults.forks,
        "lost": history.faults.lost,
        "doubled": history.faults.doubled,
        "blocks": history.height(),
        "acknowledged": acknowledged,
        "seed": seed,
        "date": output("date", &["-u", "+%Y-%m-%dT%H:%MZ"])?,
        "commit": output("git", &["describe", "--always", "--dirty", "--abbrev=12"])?,
    }));
    // One entry a line: a run is one line of a diff.
    let lines: Vec<_> = entries.iter().map(Value::to_string).collect();
    std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n")))?;
    Ok(())
}

fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("cannot run {program}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
