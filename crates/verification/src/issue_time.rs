//! The time of issue, as an anchoring receipt proves it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use wire::anchors::{RECEIPT_VERSION, Receipt};

use crate::ports::{Chain, ChainError, Header};

/// Longest path: a batch of 2^32 leaves.
const MAX_PATH: usize = 32;

/// What a receipt, or its absence, says about when a credential was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueTime {
    /// The chain held a commitment to this very copy at that block time.
    Proven {
        at_ms: u64,
        sequence: u64,
        anchor_height: u64,
        header: Header,
    },
    NoReceipt,
    /// The receipt does not fit the credential or the chain.
    Contradicted(&'static str),
    Unavailable(ChainError),
}

impl IssueTime {
    #[must_use]
    pub fn at_ms(&self) -> Option<u64> {
        match self {
            Self::Proven { at_ms, .. } => Some(*at_ms),
            Self::NoReceipt | Self::Contradicted(_) | Self::Unavailable(_) => None,
        }
    }
}

/// Checks a receipt for the copy with this digest against the chain's anchor record.
pub async fn prove(
    chain: &dyn Chain,
    issuer: &str,
    digest: &[u8; 32],
    receipt: Option<&Receipt>,
) -> IssueTime {
    let Some(receipt) = receipt else { return IssueTime::NoReceipt };
    if receipt.version != RECEIPT_VERSION || receipt.path.len() > MAX_PATH {
        return IssueTime::Contradicted("receiptForm");
    }
    // A receipt of somebody else's batch proves nothing about this issuer's act.
    if receipt.issuer != issuer {
        return IssueTime::Contradicted("receiptOfAnotherIssuer");
    }
    let path: Option<Vec<[u8; 32]>> = receipt.path.iter().map(|node| hash(node)).collect();
    let (Some(salt), Some(path)) = (hash(&receipt.salt), path) else {
        return IssueTime::Contradicted("receiptForm");
    };
    let proven = match chain.anchor(issuer, receipt.sequence).await {
        Ok(proven) => proven,
        Err(error) => return IssueTime::Unavailable(error),
    };
    let header = Header::of(&proven);
    let Some(record) = proven.value else { return IssueTime::Contradicted("receiptUnknown") };
    let index = u32::try_from(receipt.leaf_index);
    let (Ok(index), true) = (index, receipt.leaf_count == u64::from(record.leaf_count)) else {
        return IssueTime::Contradicted("receiptMismatch");
    };
    let leaf = merkle::leaf(&salt, digest);
    if merkle::verify(&leaf, index, record.leaf_count, &path, &record.root).is_err() {
        return IssueTime::Contradicted("receiptMismatch");
    }
    IssueTime::Proven {
        at_ms: record.time_ms,
        sequence: receipt.sequence,
        anchor_height: record.height,
        header,
    }
}

fn hash(text: &str) -> Option<[u8; 32]> {
    // 43 characters carry 32 bytes; look before decoding.
    if text.len() != 43 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
