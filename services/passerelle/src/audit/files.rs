//! Files of the Fund: journals, and all of them at one moment, which are larger than any proof.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// A journal of twenty thousand entries and a frame of a million people stay below.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {shown}"))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {shown}"))?;
    ensure!(bytes.len() as u64 <= MOST_BYTES, "{shown} is larger than anything the Fund gives an auditor");
    Ok(bytes)
}
