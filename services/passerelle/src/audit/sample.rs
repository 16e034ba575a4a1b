//! A sample of journals that the Fund could not choose.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use entitlement::journal::{Export, Frame};

use crate::say;

use super::files::read;

/// Missing journals that are named; the rest is a number.
const NAMED: usize = 20;

pub(super) fn read_frame(path: &Path) -> anyhow::Result<Frame> {
    let shown = path.display();
    let frame: Frame =
        serde_json::from_slice(&read(path)?).with_context(|| format!("{shown} is no list of journals"))?;
    if let Some(fault) = frame.fault() {
        anyhow::bail!("{shown}: {fault}");
    }
    Ok(frame)
}

/// Prints whom the seed draws, one a line and nothing else, so that a script can go on with it.
pub(super) fn draw(path: &Path, seed: &str, count: usize) -> anyhow::Result<ExitCode> {
    let frame = read_frame(path)?;
    ensure!(!seed.trim().is_empty(), "a seed is words that nobody knew when the list was made");
    ensure!(count > 0, "draw at least one");
    for person in frame.draw(seed, count) {
        say::line(person);
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a journal is the one that stood in the frame, and went on at most.
pub(super) fn is_of(frame: &Frame, export: &Export) -> bool {
    let fault = frame.differs(export);
    match &fault {
        None => say::line("  ok      it is the journal of the frame"),
        Some(fault) => say::line(format!("  FAILED  {fault}")),
    }
    fault.is_none()
}

/// Whether every journal that the seed draws was among the files.
pub(super) fn is_whole(frame: &Frame, (seed, count): (&str, usize), seen: &BTreeSet<String>) -> bool {
    let drawn = frame.draw(seed, count);
    let missing: Vec<&str> = drawn.iter().copied().filter(|person| !seen.contains(*person)).collect();
    say::heading(&format!("sample of {} from {} journals", drawn.len(), frame.people.len()));
    for person in missing.iter().take(NAMED) {
        say::line(format!("  FAILED  the journal of {person} is drawn and missing"));
    }
    if missing.len() > NAMED {
        say::line(format!("  FAILED  and {} more", missing.len() - NAMED));
    }
    let others = seen.iter().filter(|person| !drawn.contains(person.as_str())).count();
    if others > 0 {
        say::line(format!("  {others} files are of people who were not drawn"));
    }
    if missing.is_empty() {
        say::line("  ok      every journal that the seed draws is here");
    }
    missing.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fmt::Write as _;

    use super::*;

    /// Twice the Fund: a frame is larger than any proof of the chain.
    #[test]
    fn frame_of_everybody_is_read_and_drawn_from() {
        let mut text =
            r#"{"organisation":"did:passerelle:x","madeAt":"2027-01-01T00:00:00Z","people":["#.to_owned();
        let head = "ab".repeat(32);
        for number in 0..150_000 {
            let comma = if number == 0 { "" } else { "," };
            write!(text, r#"{comma}{{"person":"{number:09}","entries":9,"head":"{head}"}}"#).unwrap();
        }
        text.push_str("]}");
        assert!(text.len() > 15_000_000);
        let path = std::env::temp_dir().join(format!("frame-{}.json", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let frame = read_frame(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!((frame.people.len(), frame.draw("numbers of a lottery", 60).len()), (150_000, 60));
    }
}
