//! Receipts that prove when a copy of a credential was anchored on the registry chain.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The version of [`Receipt`] this software writes.
pub const RECEIPT_VERSION: u8 = 1;

/// What a holder keeps to prove the time of issue of one copy of a credential.
///
/// The leaf is a commitment `H(salt, digest of the copy)`; the path leads from it to the root that the chain holds under
/// `(issuer, sequence)`. Two receipts of one person may share a batch, so a receipt is shown only where a policy needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    pub version: u8,
    /// DID of the issuer whose anchor this is.
    pub issuer: String,
    /// Number of the batch in the issuer's own sequence.
    pub sequence: u64,
    /// 32 random bytes, base64url.
    pub salt: String,
    pub leaf_index: u64,
    pub leaf_count: u64,
    /// Sibling hashes from the leaf to the root, base64url.
    pub path: Vec<String>,
}

impl Receipt {
    /// A path through the largest batch takes under 2 kB.
    const MAX_BYTES: usize = 8 * 1024;

    /// A receipt from the file that a person was given; nothing where it is something else. What it proves, only the
    /// anchor's record says.
    #[must_use]
    pub fn from_file(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::MAX_BYTES {
            return None;
        }
        serde_json::from_slice(bytes).ok()
    }
}

/// The answer while the batch of a copy is not yet confirmed on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptPending {
    pub state: PendingState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PendingState {
    Pending,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn receipt_uses_camel_case_and_refuses_unknown_members() {
        let receipt = Receipt {
            version: RECEIPT_VERSION,
            issuer: "did:passerelle:abc".into(),
            sequence: 7,
            salt: "c2FsdA".into(),
            leaf_index: 3,
            leaf_count: 16,
            path: vec!["aGFzaA".into()],
        };
        let text = serde_json::to_string(&receipt).unwrap();
        assert!(text.contains("\"leafIndex\":3"), "{text}");
        assert_eq!(serde_json::from_str::<Receipt>(&text).unwrap(), receipt);
        let longer = text.replacen('{', "{\"extra\":1,", 1);
        assert!(serde_json::from_str::<Receipt>(&longer).is_err());
        assert_eq!(Receipt::from_file(text.as_bytes()), Some(receipt));
        let padded = text + &" ".repeat(Receipt::MAX_BYTES);
        assert_eq!(Receipt::from_file(padded.as_bytes()), None);
    }
}
