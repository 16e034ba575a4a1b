//! What the page is asked to sign with the device key, and what it answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::encoding::{base64url, from_base64url};

/// Bytes that wait for a signature: by the device key with ES256, or by the key that is named, as its kind has it (ES256, or EdDSA).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToSign {
    pub id: String,
    #[serde(with = "bytes_as_base64url")]
    pub input: Vec<u8>,
    /// The thumbprint of the key, where it is not the device's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Why the signatures that came back cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignatureFault {
    #[error("a signature that was asked for is missing")]
    Missing,
    #[error("a signature is not 64 bytes in base64url")]
    Malformed,
    #[error("a signature is not by the device key over the bytes that were given")]
    Wrong,
}

/// Checks every signature before anything is sent, so that a mistake of the page is not the issuer's
/// to discover, and returns them by identifier.
pub fn check(
    asked: &[ToSign],
    given: &BTreeMap<String, String>,
    key: &keys::PublicKey,
) -> Result<BTreeMap<String, Vec<u8>>, SignatureFault> {
    check_each(asked, given, |_| Some(key))
}

/// Like [`check`], where each item has a key of its own; an item without one is missing.
pub fn check_each<'k>(
    asked: &[ToSign],
    given: &BTreeMap<String, String>,
    key_of: impl Fn(&ToSign) -> Option<&'k keys::PublicKey>,
) -> Result<BTreeMap<String, Vec<u8>>, SignatureFault> {
    let mut checked = BTreeMap::new();
    for item in asked {
        let key = key_of(item).ok_or(SignatureFault::Missing)?;
        let text = given.get(&item.id).ok_or(SignatureFault::Missing)?;
        let signature =
            from_base64url(text).filter(|bytes| bytes.len() == 64).ok_or(SignatureFault::Malformed)?;
        key.verify(&item.input, &signature).map_err(|_| SignatureFault::Wrong)?;
        checked.insert(item.id.clone(), signature);
    }
    Ok(checked)
}

/// A compact JWS from its signing input and the signature.
#[must_use]
pub fn compact_jws(signing_input: &[u8], signature: &[u8]) -> String {
    format!("{}.{}", String::from_utf8_lossy(signing_input), base64url(signature))
}

mod bytes_as_base64url {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::base64url(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::from_base64url(&text).ok_or_else(|| D::Error::custom("not base64url"))
    }
}
