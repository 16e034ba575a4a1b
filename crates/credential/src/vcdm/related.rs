//! `relatedResource` (VC Data Model 2.0, 5.3): digests of other things that belong to the credential.
//! Nothing is fetched; resources that are embedded here are compared.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use serde_json::{Map, Value};

use super::{is_url, parts, place};
use crate::context;
use crate::outcome::{CheckName, Fault};

/// Digests of an earlier published text of the base context (before `@vocab` was removed and integers
/// made to survive RDF). Credentials in the wild, and the conformance suite, still name it.
const EARLIER_BASE: [&str; 2] = [
    "JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k",
    "NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg",
];

pub(super) fn check(object: &Map<String, Value>, faults: &mut Vec<Fault>) {
    let mut seen = HashSet::new();
    for (index, item) in parts::list(object.get("relatedResource")).iter().enumerate() {
        let at = place("relatedResource", object, index);
        if let Err((code, detail)) = check_one(item, &mut seen) {
            faults.push(Fault::new(CheckName::Form, code, detail).at(at));
        }
    }
}

fn check_one<'a>(item: &'a Value, seen: &mut HashSet<&'a str>) -> Result<(), (&'static str, &'static str)> {
    let object = item.as_object().ok_or(("relatedResource", "a related resource is an object"))?;
    let id = object
        .get("id")
        .and_then(Value::as_str)
        .filter(|id| is_url(id))
        .ok_or(("relatedResource", "a related resource has a URL as its id"))?;
    if !seen.insert(id) {
        return Err(("relatedResource", "a related resource is listed twice"));
    }
    let sri = parts::list(object.get("digestSRI"));
    let multibase = parts::list(object.get("digestMultibase"));
    if sri.is_empty() && multibase.is_empty() {
        return Err(("relatedResource", "a related resource has a digestSRI or a digestMultibase"));
    }
    let unreadable = ("relatedResource", "a digest of a related resource cannot be read");
    let mut digests = Vec::new();
    for value in sri {
        for text in value.as_str().ok_or(unreadable)?.split_ascii_whitespace() {
            digests.push(from_sri(text).ok_or(unreadable)?);
        }
    }
    for value in multibase {
        digests.push(value.as_str().and_then(from_multibase).ok_or(unreadable)?);
    }
    let Some(bytes) = context::embedded(id) else { return Ok(()) };
    let fits = digests.iter().all(|(algorithm, expected)| {
        digest(algorithm, bytes.as_bytes()).as_ref() == expected.as_slice()
            || (id == super::BASE_2 && EARLIER_BASE.iter().any(|known| is_known(known, expected)))
    });
    if fits { Ok(()) } else { Err(("relatedDigest", "a digest does not fit the resource it names")) }
}

fn is_known(known: &str, digest: &[u8]) -> bool {
    URL_SAFE_NO_PAD.encode(digest) == known
}

/// Subresource Integrity: `sha384-` and base64.
fn from_sri(text: &str) -> Option<(&'static Algorithm, Vec<u8>)> {
    let (name, encoded) = text.split_once('-')?;
    let algorithm = match name {
        "sha256" => &SHA256,
        "sha384" => &SHA384,
        "sha512" => &SHA512,
        _ => return None,
    };
    let bytes = STANDARD.decode(encoded).ok()?;
    (bytes.len() == algorithm.output_len()).then_some((algorithm, bytes))
}

/// Multibase of a multihash (Controlled Identifiers 1.0, 2.5), or of a bare SHA-256 as some write it.
fn from_multibase(text: &str) -> Option<(&'static Algorithm, Vec<u8>)> {
    if text.len() > 200 {
        return None;
    }
    let bytes = match text.split_at_checked(1)? {
        ("u", encoded) => URL_SAFE_NO_PAD.decode(encoded).ok()?,
        ("z", encoded) => bs58::decode(encoded).into_vec().ok()?,
        _ => return None,
    };
    match bytes.as_slice() {
        [0x12, 32, hash @ ..] if hash.len() == 32 => Some((&SHA256, hash.to_vec())),
        [0x20, 48, hash @ ..] if hash.len() == 48 => Some((&SHA384, hash.to_vec())),
        [0x13, 64, hash @ ..] if hash.len() == 64 => Some((&SHA512, hash.to_vec())),
        hash if hash.len() == 32 => Some((&SHA256, hash.to_vec())),
        _ => None,
    }
}
