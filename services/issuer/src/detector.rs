//! The operator's detector of attacks as a program beside the service.
//!
//! A program and not a library: it is brought by whoever evaluated it, in whatever language, and it is stopped when it hangs. It
//! gets the pictures alone, decoded: no name, no number, no place, and nothing of the service's environment.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use presence::{AttackDetector, AttackFault, AttackScore, Evaluation, Picture, RiskSignature};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::config::DetectorConfig;

/// Of an answer.
const LONGEST_ANSWER: u64 = 4096;
/// A signed document is a few pages.
const LONGEST_DOCUMENT: u64 = 64 * 1024 * 1024;

/// Why automatic acceptance cannot be on, at start.
#[derive(Debug, thiserror::Error)]
pub enum DetectorFault {
    #[error("{} cannot be read", .path.display())]
    Document { path: PathBuf, source: io::Error },
    #[error("{} is not what was signed: its SHA-256 is {found}", .path.display())]
    OtherDocument { path: PathBuf, found: String },
    #[error("{} is no program", .0.display())]
    Program(PathBuf),
}

/// A program with what it was evaluated as, and the risk that was signed for it.
pub(crate) struct ProgramDetector {
    config: DetectorConfig,
    pub signature: RiskSignature,
}

/// What the program says, as one JSON object.
#[derive(Deserialize)]
struct Answer {
    detector: String,
    version: String,
    score: AttackScore,
}

impl ProgramDetector {
    /// Reads the signed document once: what was signed must be what lies there.
    pub fn open(config: &DetectorConfig) -> Result<Self, DetectorFault> {
        let path = config.risk.document.clone();
        let read = || {
            let length = std::fs::metadata(&path)?.len();
            match length <= LONGEST_DOCUMENT {
                true => std::fs::read(&path),
                false => Err(io::Error::other("it has more than 64 MiB")),
            }
        };
        let bytes = read().map_err(|source| DetectorFault::Document { path: path.clone(), source })?;
        let found = hex::encode(Sha256::digest(&bytes));
        if found != config.risk.document_sha256 {
            return Err(DetectorFault::OtherDocument { path, found });
        }
        if !config.program.is_file() {
            return Err(DetectorFault::Program(config.program.clone()));
        }
        Ok(Self { signature: config.signature(), config: config.clone() })
    }

    async fn ask(&self, pictures: Vec<u8>) -> Result<Answer, String> {
        let run = async {
            let mut child = Command::new(&self.config.program)
                .args(&self.config.arguments)
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()?;
            let (mut stdin, stdout) = (child.stdin.take(), child.stdout.take());
            let write = async {
                if let Some(stdin) = stdin.as_mut() {
                    // A program that has seen enough may close its end; what counts is what it says.
                    stdin.write_all(&pictures).await.ok();
                }
                drop(stdin);
            };
            let read = async {
                let mut text = Vec::new();
                if let Some(stdout) = stdout {
                    stdout.take(LONGEST_ANSWER).read_to_end(&mut text).await?;
                }
                Ok::<_, io::Error>(text)
            };
            let ((), text) = tokio::join!(write, read);
            let status = child.wait().await?;
            match status.success() {
                true => text,
                false => Err(io::Error::other(format!("it ended with {status}"))),
            }
        };
        let text = tokio::time::timeout(self.config.timeout(), run).await;
        let text = text.map_err(|_| "it took too long".to_owned())?.map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map_err(|error| format!("its answer cannot be read: {error}"))
    }
}

impl AttackDetector for ProgramDetector {
    fn evaluation(&self) -> &Evaluation {
        &self.config.evaluation
    }

    /// On a thread of the pool, where waiting is allowed.
    fn score(&self, frames: &[Picture]) -> Result<AttackScore, AttackFault> {
        let wrong = |error: String| {
            tracing::error!(error, "the attack detector gave no answer; an officer looks");
            AttackFault
        };
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| wrong(error.to_string()))?;
        let answer = runtime.block_on(self.ask(pixmaps(frames))).map_err(wrong)?;
        // Another version than the one that was evaluated was not evaluated.
        let evaluated = &self.config.evaluation;
        match (answer.detector == evaluated.detector, answer.version == evaluated.version) {
            (true, true) => Ok(answer.score),
            _ => Err(wrong("it is another detector or version than the evaluated one".to_owned())),
        }
    }
}

/// One after another as PPM (P6 of Netpbm, of which a file may hold several): a header in text, then rows from the top.
fn pixmaps(frames: &[Picture]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for frame in frames {
        bytes.extend(format!("P6\n{} {}\n255\n", frame.width(), frame.height()).as_bytes());
        bytes.extend_from_slice(frame.rgb());
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::RiskConfig;

    struct Case {
        folder: tempfile::TempDir,
        config: DetectorConfig,
    }

    /// A detector that is a script.
    fn case(script: &str) -> Case {
        let folder = tempfile::tempdir().unwrap();
        let (program, document) = (folder.path().join("pad"), folder.path().join("risk.txt"));
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(&document, "We accept the risk.").unwrap();
        let word = |text: &str| text.to_owned();
        let config = DetectorConfig {
            program,
            arguments: Vec::new(),
            timeout_seconds: 5,
            evaluation: Evaluation {
                detector: word("pad"),
                version: word("2"),
                report: word("laboratory, report 17"),
                method: word("for tests"),
            },
            risk: RiskConfig {
                signer: word("chief risk officer"),
                version: word("2"),
                document,
                document_sha256: hex::encode(Sha256::digest("We accept the risk.")),
            },
        };
        Case { folder, config }
    }

    async fn score(script: &str) -> Result<AttackScore, AttackFault> {
        let case = case(script);
        let detector = ProgramDetector::open(&case.config).unwrap();
        let picture = Picture::from_rgb(64, 48, vec![7; 64 * 48 * 3]).unwrap();
        tokio::task::spawn_blocking(move || detector.score(&[picture.clone(), picture])).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn its_word_counts_when_it_says_who_it_is() {
        let says = |score: &str| {
            format!(r#"cat >/dev/null; echo '{{"detector":"pad","version":"2","score":"{score}"}}'"#)
        };
        assert_eq!(score(&says("genuine")).await, Ok(AttackScore::Genuine));
        assert_eq!(score(&says("unsure")).await, Ok(AttackScore::Unsure));
        assert_eq!(score(&says("attack")).await, Ok(AttackScore::Attack));
        assert_eq!(score(&says("genuine").replace(r#""2""#, r#""3""#)).await, Err(AttackFault));
        assert_eq!(score(&says("fine")).await, Err(AttackFault));
        assert_eq!(score(&format!("{}; exit 1", says("genuine"))).await, Err(AttackFault));
        assert_eq!(score("cat").await, Err(AttackFault), "more than an answer");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_gets_the_pictures_alone() {
        let counts = r#"size=$(wc -c); [ "$size" -eq 18458 ] && [ -z "$HOME$PASSERELLE_SECRET" ] \
            && echo '{"detector":"pad","version":"2","score":"genuine"}'"#;
        assert_eq!(
            score(counts).await,
            Ok(AttackScore::Genuine),
            "two pictures of 64 by 48 with their headers"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_hangs_is_stopped() {
        let mut case = case("exec sleep 60");
        case.config.timeout_seconds = 1;
        let detector = ProgramDetector::open(&case.config).unwrap();
        let begun = std::time::Instant::now();
        let picture = Picture::from_rgb(64, 48, vec![7; 64 * 48 * 3]).unwrap();
        let scored = tokio::task::spawn_blocking(move || detector.score(&[picture])).await.unwrap();
        assert_eq!(scored, Err(AttackFault));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn what_was_signed_must_lie_there() {
        let case = case("true");
        let document = case.folder.path().join("risk.txt");
        std::fs::write(&document, "We accept another risk.").unwrap();
        assert!(matches!(ProgramDetector::open(&case.config), Err(DetectorFault::OtherDocument { .. })));
        std::fs::remove_file(&document).unwrap();
        assert!(matches!(ProgramDetector::open(&case.config), Err(DetectorFault::Document { .. })));
        std::fs::write(&document, "We accept the risk.").unwrap();
        std::fs::remove_file(&case.config.program).unwrap();
        assert!(matches!(ProgramDetector::open(&case.config), Err(DetectorFault::Program(_))));
    }
}
