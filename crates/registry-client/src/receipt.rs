//! Anchoring receipts: that a digest was under an organisation's anchor, whoever hands the receipt over.
//!
//! A receipt is JSON: `version` 1, `issuer` (the DID whose anchor it is), `sequence` (the anchor's number), `salt`,
//! `leafIndex`, `leafCount` and `path` (the sibling hashes from the leaf up); byte strings are base64url without padding.
//! It holds when `H(salt, digest)` leads along the path to the root of the record `anchor/{issuer}/{sequence}`, which a
//! reader takes from a proven answer. The time of that record is when the document is known to have existed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry_types::{AnchorRecord, Hash, is_did, state_key};
use serde::Deserialize;

const VERSION: u8 = 1;
/// A path through the largest batch takes under 2 kB.
const MAX_BYTES: usize = 8 * 1024;
/// 2^20 leaves.
const MAX_PATH: usize = 20;

/// Why a receipt proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error("this is not a receipt: it must be the JSON file as the organisation gave it")]
    Malformed,
    #[error("the receipt is of a version that this software does not know")]
    OtherVersion,
    #[error("the receipt does not fit the anchor that it names")]
    OtherBatch,
    #[error("the receipt does not lead from this document to the anchor")]
    Mismatch,
}

/// A receipt of sound form. Whether it holds, [`Receipt::check`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    issuer: String,
    sequence: u64,
    salt: Hash,
    index: u32,
    count: u32,
    path: Vec<Hash>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    version: u8,
    issuer: String,
    sequence: u64,
    salt: String,
    leaf_index: u32,
    leaf_count: u32,
    path: Vec<String>,
}

impl Receipt {
    pub fn from_json(text: &[u8]) -> Result<Self, ReceiptError> {
        if text.len() > MAX_BYTES {
            return Err(ReceiptError::Malformed);
        }
        let written: Written = serde_json::from_slice(text).map_err(|_| ReceiptError::Malformed)?;
        if written.version != VERSION {
            return Err(ReceiptError::OtherVersion);
        }
        if !is_did(&written.issuer) || written.path.len() > MAX_PATH {
            return Err(ReceiptError::Malformed);
        }
        let path: Option<Vec<Hash>> = written.path.iter().map(|text| hash(text)).collect();
        Ok(Self {
            issuer: written.issuer,
            sequence: written.sequence,
            salt: hash(&written.salt).ok_or(ReceiptError::Malformed)?,
            index: written.leaf_index,
            count: written.leaf_count,
            path: path.ok_or(ReceiptError::Malformed)?,
        })
    }

    /// Whose anchor it names.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The record that [`Receipt::check`] needs, proven.
    #[must_use]
    pub fn state_key(&self) -> String {
        state_key::anchor(&self.issuer, self.sequence)
    }

    /// Whether the document with this digest is under that anchor.
    pub fn check(&self, digest: &Hash, anchor: &AnchorRecord) -> Result<(), ReceiptError> {
        if self.count != anchor.leaf_count {
            return Err(ReceiptError::OtherBatch);
        }
        let leaf = merkle::leaf(&self.salt, digest);
        merkle::verify(&leaf, self.index, self.count, &self.path, &anchor.root)
            .map_err(|_| ReceiptError::Mismatch)
    }
}

fn hash(text: &str) -> Option<Hash> {
    // 43 characters carry 32 bytes; look before decoding.
    if text.len() != 43 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;
    use registry_types::AnchorKind;
    use serde_json::{Value, json};

    use super::*;

    const DID: &str = "did:passerelle:11111111111111111111111111111111";

    fn batch() -> (Value, Hash, AnchorRecord) {
        let digest = [5; 32];
        let leaves: Vec<Hash> = (0..16).map(|byte| merkle::leaf(&[byte; 32], &digest)).collect();
        let tree = merkle::Tree::build(leaves).unwrap();
        let path: Vec<String> =
            tree.path(3).unwrap().iter().map(|hash| URL_SAFE_NO_PAD.encode(hash)).collect();
        let written = json!({
            "version": 1, "issuer": DID, "sequence": 7, "salt": URL_SAFE_NO_PAD.encode([3; 32]),
            "leafIndex": 3, "leafCount": 16, "path": path,
        });
        let kind = AnchorKind::Documents;
        (written, digest, AnchorRecord { root: tree.root(), leaf_count: 16, kind, height: 2, time_ms: 9 })
    }

    fn parse(written: &Value) -> Result<Receipt, ReceiptError> {
        Receipt::from_json(written.to_string().as_bytes())
    }

    #[test]
    fn a_receipt_leads_from_its_document_to_its_anchor_only() {
        let (written, digest, anchor) = batch();
        let receipt = parse(&written).unwrap();
        assert_eq!(receipt.state_key(), format!("anchor/{DID}/7"));
        receipt.check(&digest, &anchor).unwrap();
        assert_eq!(receipt.check(&[6; 32], &anchor), Err(ReceiptError::Mismatch));
        let other = AnchorRecord { root: [0; 32], ..anchor.clone() };
        assert_eq!(receipt.check(&digest, &other), Err(ReceiptError::Mismatch));
        let smaller = AnchorRecord { leaf_count: 8, ..anchor };
        assert_eq!(receipt.check(&digest, &smaller), Err(ReceiptError::OtherBatch));
    }

    #[test]
    fn a_receipt_of_another_form_is_refused() {
        let changes = [
            ("version", json!(2), ReceiptError::OtherVersion),
            ("issuer", json!("did:web:example.org"), ReceiptError::Malformed),
            ("sequence", json!(-1), ReceiptError::Malformed),
            ("salt", json!("AAAA"), ReceiptError::Malformed),
            ("path", json!(vec!["A".repeat(43); 21]), ReceiptError::Malformed),
            ("extra", json!(1), ReceiptError::Malformed),
        ];
        for (member, value, error) in changes {
            let mut written = batch().0;
            written[member] = value;
            assert_eq!(parse(&written), Err(error), "{member}");
        }
        assert_eq!(Receipt::from_json(&[b' '; MAX_BYTES + 1]), Err(ReceiptError::Malformed));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            prop_assert!(Receipt::from_json(&bytes).is_err());
        }
    }
}
