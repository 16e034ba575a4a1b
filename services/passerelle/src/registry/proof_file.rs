//! Proofs as files: what a node answers, in JSON or in bytes, and evidence that a reader has kept.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry_client::Evidence;
use registry_types::{Canonical, Certificate, CommitSignature, Hash, Header, ProvenRecord, as_hex};
use serde::Deserialize;

/// No proof is longer.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

pub enum ProofFile {
    Record { key: String, answer: Box<ProvenRecord> },
    Evidence(Box<Evidence>),
}

pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let length = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    ensure!(length <= MAX_BYTES, "{} is longer than anything this command reads", path.display());
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

impl ProofFile {
    pub fn parse(bytes: &[u8], key: Option<&str>) -> anyhow::Result<Self> {
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
            let file: RecordFile = serde_json::from_slice(bytes)
                .context("not a record with its proof; did the address end in ?proof=true ?")?;
            ensure!(key.is_none_or(|key| key == file.key), "the file is about {}", file.key);
            return Ok(Self::Record { answer: Box::new(file.proof.answer()?), key: file.key });
        }
        if let Ok(evidence) = Evidence::from_bytes(bytes) {
            return Ok(Self::Evidence(Box::new(evidence)));
        }
        let Ok(answer) = ProvenRecord::from_bytes(bytes) else {
            bail!("neither a record with its proof nor evidence of a fork");
        };
        let key = key.context("a proof in bytes does not name its record: say which with --key")?.to_owned();
        Ok(Self::Record { key, answer: Box::new(answer) })
    }
}

#[derive(Deserialize)]
struct RecordFile {
    key: String,
    proof: Proof,
}

/// `header` and `value` in clear are for people; only the bytes are checked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    value_bytes: Option<String>,
    map_proof: String,
    header_bytes: String,
    certificate: CertificateFile,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateFile {
    height: u64,
    round: u32,
    #[serde(with = "as_hex")]
    header_hash: Hash,
    signatures: Vec<SignatureFile>,
}

#[derive(Deserialize)]
struct SignatureFile {
    #[serde(with = "as_hex")]
    validator: [u8; 20],
    #[serde(with = "as_hex")]
    signature: [u8; 64],
}

impl Proof {
    fn answer(self) -> anyhow::Result<ProvenRecord> {
        let CertificateFile { height, round, header_hash, signatures } = self.certificate;
        let signatures = signatures
            .into_iter()
            .map(|SignatureFile { validator, signature }| CommitSignature { validator, signature });
        Ok(ProvenRecord {
            value: self.value_bytes.map(|text| bytes("valueBytes", &text)).transpose()?,
            map_proof: bytes("mapProof", &self.map_proof)?,
            header: Header::from_bytes(&bytes("headerBytes", &self.header_bytes)?)
                .context("headerBytes are no header")?,
            certificate: Certificate { height, round, header_hash, signatures: signatures.collect() },
        })
    }
}

fn bytes(member: &str, text: &str) -> anyhow::Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).with_context(|| format!("{member} is not base64url"))
}
