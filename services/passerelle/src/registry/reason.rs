//! Why a change is proposed: a code for everybody, and a text that stays with the proposer.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use clock::{Entropy as _, SystemEntropy};
use registry_types::{Hash, Reason, ReasonCode};

use super::proof_file;
use crate::files;

#[derive(Debug, Args)]
pub struct Why {
    /// Why, as everybody can read it for ever
    #[arg(long = "reason", value_name = "CODE", value_enum, default_value = "routine")]
    pub code: Code,
    /// Why in words: the chain holds only a salted digest of FILE, the salt is written to FILE.salt
    ///
    /// Whoever is given both files can check them against the chain. Destroying FILE.salt and FILE erases the reason.
    #[arg(long = "reason-text", value_name = "FILE")]
    pub text: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Code {
    Routine,
    AtRequest,
    Security,
    KeyCompromise,
    Breach,
    Audit,
    EndOfMandate,
    Error,
    Arbitration,
}

impl Why {
    pub fn reason(&self) -> anyhow::Result<Reason> {
        let digest = self.text.as_deref().map(salted).transpose()?.unwrap_or_default();
        Ok(Reason { code: self.code.into(), digest })
    }
}

impl From<Code> for ReasonCode {
    fn from(code: Code) -> Self {
        match code {
            Code::Routine => Self::Routine,
            Code::AtRequest => Self::AtRequest,
            Code::Security => Self::Security,
            Code::KeyCompromise => Self::KeyCompromise,
            Code::Breach => Self::Breach,
            Code::Audit => Self::Audit,
            Code::EndOfMandate => Self::EndOfMandate,
            Code::Error => Self::Error,
            Code::Arbitration => Self::Arbitration,
        }
    }
}

/// The digest of a text with the salt beside it, which is made when it is not there yet.
pub fn salted(text: &Path) -> anyhow::Result<Hash> {
    let content = proof_file::read(text)?;
    let words = std::str::from_utf8(&content).with_context(|| format!("{} is no text", text.display()))?;
    ensure!(!words.trim().is_empty(), "{} is empty", text.display());
    let mut path = text.as_os_str().to_owned();
    path.push(".salt");
    let path = PathBuf::from(path);
    let mut salt = [0; 32];
    if path.exists() {
        let known = proof_file::read(&path)?;
        hex::decode_to_slice(known.trim_ascii(), &mut salt)
            .with_context(|| format!("{} is no salt", path.display()))?;
    } else {
        SystemEntropy.fill(&mut salt);
        files::replace(&path, hex::encode(salt).as_bytes())?;
    }
    // The code does not enter the digest.
    Ok(Reason::with_text(ReasonCode::Routine, &salt, words).digest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_with_its_salt_gives_the_same_digest_and_another_salt_another() {
        let folder = tempfile::tempdir().unwrap();
        let (text, salt) = (folder.path().join("why"), folder.path().join("why.salt"));
        std::fs::write(&text, "An audit found seven badges without a holder.").unwrap();
        let first = salted(&text).unwrap();
        assert_eq!(salted(&text).unwrap(), first);
        std::fs::remove_file(&salt).unwrap();
        assert_ne!(salted(&text).unwrap(), first);
        std::fs::write(&salt, "not hexadecimal").unwrap();
        assert!(salted(&text).unwrap_err().to_string().contains("is no salt"));
        std::fs::write(&text, " \n").unwrap();
        assert!(salted(&text).unwrap_err().to_string().contains("is empty"));
    }
}
