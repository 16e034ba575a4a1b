//! A form with scans: its fields as text, and of the scans only their digests, since the Fund has an archive for them.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use web::Problem;

/// A scan of a document of several pages.
const MOST_SCAN_BYTES: usize = 25 * 1024 * 1024;
const MOST_FIELD_BYTES: usize = 16 * 1024;
const MOST_FIELDS: usize = 16;

/// What was sent.
#[derive(Default)]
pub(super) struct ScannedForm {
    pub fields: BTreeMap<String, String>,
    /// SHA-256 of each file called `scan`, in lower-case hex, in the order in which they came.
    pub digests: Vec<String>,
}

impl ScannedForm {
    /// Reads a form with at most so many scans; `too_many` says so to the officer.
    pub async fn read(mut form: Multipart, most: usize, too_many: &'static str) -> Result<Self, Problem> {
        let broken = |_| Problem::bad_request("The upload was interrupted. Please try again.");
        let mut read = Self::default();
        while let Some(mut field) = form.try_next().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = name == "scan";
            let limit = if is_file { MOST_SCAN_BYTES } else { MOST_FIELD_BYTES };
            let (mut hash, mut bytes, mut size) = (Sha256::new(), Vec::new(), 0);
            while let Some(chunk) = field.try_next().await.map_err(broken)? {
                size += chunk.len();
                if size > limit {
                    return Err(Problem::bad_request("A scan has at most 25 MB, a field far less."));
                }
                match is_file {
                    true => hash.update(&chunk),
                    false => bytes.extend_from_slice(&chunk),
                }
            }
            if is_file && size > 0 {
                read.digests.push(entitlement::journal::hex(&hash.finalize()));
            } else if !is_file {
                read.fields.insert(name, String::from_utf8(bytes).unwrap_or_default());
            }
            if read.digests.len() > most || read.fields.len() > MOST_FIELDS {
                return Err(Problem::bad_request(too_many));
            }
        }
        Ok(read)
    }
}
