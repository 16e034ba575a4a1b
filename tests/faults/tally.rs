//! Rounds that were run, kept beside the tests: one line for each fault. A run adds to it only when `FAULTS_TALLY` names
//! the file; `FAULTS_COMMIT` says then what was tested.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::check::History;

pub struct Run<'a> {
    pub fault: &'a str,
    pub seed: u64,
    pub rounds: u64,
    pub acknowledged: usize,
}

impl Run<'_> {
    /// Adds the run to the fault's line. What was seen before a finding counts too.
    pub fn add(&self, history: &History, finding: Option<&anyhow::Error>) -> Result<()> {
        let Some(path) = std::env::var_os("FAULTS_TALLY") else { return Ok(()) };
        let commit = std::env::var("FAULTS_COMMIT").context("FAULTS_COMMIT is not set")?;
        let path = Path::new(&path);
        let mut file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path)?;
        file.lock()?;
        let mut lines = read(&mut file).with_context(|| format!("{} is not a tally", path.display()))?;
        let at = match lines.iter().position(|line| line.get("fault") == Some(&json!(self.fault))) {
            Some(at) => at,
            None => {
                lines.push(json!({ "fault": self.fault, "findings": [] }));
                lines.len() - 1
            }
        };
        self.count(&mut lines[at], history, finding, &commit);
        write(&mut file, &lines)
    }

    fn count(&self, line: &mut Value, history: &History, finding: Option<&anyhow::Error>, commit: &str) {
        let counts = [
            ("rounds", self.rounds),
            ("blocks", history.height()),
            ("acknowledged", self.acknowledged as u64),
            ("forks", history.faults.forks),
            ("lost", history.faults.lost),
            ("doubled", history.faults.doubled),
        ];
        for (name, count) in counts {
            line[name] = json!(line.get(name).and_then(Value::as_u64).unwrap_or(0) + count);
        }
        line["commit"] = json!(commit);
        if let (Some(finding), Some(findings)) = (finding, line["findings"].as_array_mut()) {
            let cause = finding.root_cause().to_string();
            let said = format!("{finding}: {}", cause.lines().next().unwrap_or_default());
            let said = said.replace(&*std::env::temp_dir().to_string_lossy(), "…");
            findings.push(json!({ "commit": commit, "seed": self.seed, "said": said }));
        }
    }
}

fn read(file: &mut File) -> Result<Vec<Value>> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(if text.is_empty() { Vec::new() } else { serde_json::from_str(&text)? })
}

/// One fault a line, so that a run is one line of a diff.
fn write(file: &mut File, lines: &[Value]) -> Result<()> {
    let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
    file.rewind()?;
    file.set_len(0)?;
    Ok(file.write_all(format!("[\n{}\n]\n", lines.join(",\n")).as_bytes())?)
}
