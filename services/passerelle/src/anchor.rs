//! `passerelle anchor`: digests of files into the organisation's outbox, receipts back beside the files.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use issuer::{NewDocument, ReceiptState, anchor_documents};
use sha2::{Digest as _, Sha256};

use crate::cli::{Anchor, AnchorAdd};
use crate::config::read;
use crate::{files, say};

const LOOK_AGAIN: Duration = Duration::from_secs(1);
const READ_BYTES: usize = 1024 * 1024;

pub async fn run(command: Anchor) -> anyhow::Result<()> {
    match command {
        Anchor::Add(add) => anchor(&add).await,
    }
}

async fn anchor(add: &AnchorAdd) -> anyhow::Result<()> {
    let config: issuer::Config = read(&add.config)?;
    let documents = add.files.iter().map(|file| document(file, add.public));
    let documents = documents.collect::<anyhow::Result<Vec<_>>>()?;
    let begun = Instant::now();
    let patience = Duration::from_secs(add.wait_seconds);
    loop {
        let listed = anchor_documents(&config, &add.tenant, &documents).await?;
        let waiting = listed.iter().filter(|(_, receipt)| *receipt == ReceiptState::Pending).count();
        if waiting == 0 || begun.elapsed() >= patience {
            for (file, (_, receipt)) in add.files.iter().zip(&listed) {
                keep(file, receipt)?;
            }
            return Ok(());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Writes the receipt beside the file it is for.
fn keep(file: &Path, receipt: &ReceiptState) -> anyhow::Result<()> {
    let shown = file.display();
    match receipt {
        ReceiptState::Anchored(receipt) => {
            let mut path = file.as_os_str().to_owned();
            path.push(".receipt.json");
            let path = PathBuf::from(path);
            files::replace(&path, &serde_json::to_vec_pretty(receipt)?)?;
            say::line(format!("{shown}: anchored, receipt in {}", path.display()));
        }
        ReceiptState::Pending => say::line(format!(
            "{shown}: taken; the issuer anchors it when it runs. Repeat the command to get the receipt."
        )),
    }
    Ok(())
}

fn document(file: &Path, public: bool) -> anyhow::Result<NewDocument> {
    let digest = digest(file).with_context(|| format!("cannot read {}", file.display()))?;
    let label = file.file_name().unwrap_or_default().to_string_lossy().chars().take(200).collect();
    Ok(NewDocument { digest, label, public })
}

/// A piece at a time: a document may be larger than the memory.
fn digest(file: &Path) -> std::io::Result<[u8; 32]> {
    let mut reader = std::fs::File::open(file)?;
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; READ_BYTES]);
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(piece.get(..count).unwrap_or_default());
    }
}
