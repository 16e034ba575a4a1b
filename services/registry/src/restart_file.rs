//! A restart as a file: made by one governor, signed by the others one after the other, put into each node's folder.

use std::path::{Path, PathBuf};

use registry_types::{Canonical as _, GovernorSignature, RestartCertificate, RestartPlan};
use serde::{Deserialize, Serialize};

/// Longer files are refused unread: 256 validators and governors with long names take about 400 kB.
const MAX_BYTES: u64 = 1024 * 1024;
const VERSION: u8 = 1;

#[derive(Debug, thiserror::Error)]
pub enum RestartFileError {
    #[error("cannot use the restart in {path}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{0} is not what a restart looks like: get it again from the member that made it")]
    Form(PathBuf),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    version: u8,
    /// Canonical bytes in hexadecimal: what is signed.
    plan: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signature {
    organisation: String,
    public_key: String,
    signature: String,
}

/// A restart with as many signatures as it has so far. Whether they hold is another question.
pub fn read(path: &Path) -> Result<RestartCertificate, RestartFileError> {
    let failed = |source| RestartFileError::File { path: path.to_owned(), source };
    let form = || RestartFileError::Form(path.to_owned());
    if std::fs::metadata(path).map_err(failed)?.len() > MAX_BYTES {
        return Err(form());
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    parse(&bytes).ok_or_else(form)
}

fn parse(bytes: &[u8]) -> Option<RestartCertificate> {
    let file: File = serde_json::from_slice(bytes).ok()?;
    if file.version != VERSION {
        return None;
    }
    let plan = RestartPlan::from_bytes(&hex::decode(&file.plan).ok()?).ok()?;
    let signatures = file.signatures.into_iter().map(|one| {
        Some(GovernorSignature {
            organisation: one.organisation,
            public_key: hex::decode(&one.public_key).ok()?.try_into().ok()?,
            signature: hex::decode(&one.signature).ok()?.try_into().ok()?,
        })
    });
    Some(RestartCertificate { plan, signatures: signatures.collect::<Option<_>>()? })
}

#[must_use]
#[expect(clippy::expect_used, reason = "numbers, text and lists of them always have a JSON form")]
pub fn to_json(restart: &RestartCertificate) -> Vec<u8> {
    let signatures = restart.signatures.iter().map(|one| Signature {
        organisation: one.organisation.clone(),
        public_key: hex::encode(one.public_key),
        signature: hex::encode(one.signature),
    });
    let plan = hex::encode(restart.plan.to_bytes());
    let file = File { version: VERSION, plan, signatures: signatures.collect() };
    serde_json::to_vec_pretty(&file).expect("a plain structure is written to memory")
}
