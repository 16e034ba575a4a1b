//! What people browse, by name and by age. Entries follow from the records alone, so a node that takes over another's
//! state makes the same ones.

use registry_types::{AnchorRecord, Canonical, DocumentRecord, Proposal};

use super::tables::is_listed;

/// Every anchor, newest first: `newest-anchor/{backwards height}/{issuer}/{sequence}`.
pub const NEWEST_ANCHORS: &str = "newest-anchor/";
/// One issuer's anchors, newest first: `anchor-of/{issuer}/{backwards sequence}/{sequence}`.
pub const ANCHORS_OF: &str = "anchor-of/";
/// Anchors by root: `anchor-root/{root}/{issuer}/{sequence}`.
pub const ANCHOR_ROOTS: &str = "anchor-root/";
/// Public documents, newest first: `newest-document/{backwards height}/{digest}`.
pub const NEWEST_DOCUMENTS: &str = "newest-document/";
/// Proposals, newest first: `newest-proposal/{backwards number}/{id}`.
pub const NEWEST_PROPOSALS: &str = "newest-proposal/";

/// The entries that a record adds to what is listed.
pub fn entries(key: &str, value: &[u8]) -> Vec<String> {
    if let Some(id) = key.strip_prefix("proposal/")
        && let Ok(Proposal { number, .. }) = Proposal::from_bytes(value)
    {
        return vec![key.to_owned(), format!("{NEWEST_PROPOSALS}{}/{id}", backwards(number))];
    }
    if is_listed(key) {
        return vec![key.to_owned()];
    }
    let anchor = key.strip_prefix("anchor/").and_then(|rest| rest.rsplit_once('/'));
    if let Some((issuer, sequence)) = anchor
        && let Ok(record) = AnchorRecord::from_bytes(value)
    {
        let number = sequence.parse().unwrap_or(0);
        return vec![
            format!("{NEWEST_ANCHORS}{}/{issuer}/{sequence}", backwards(record.height)),
            format!("{ANCHORS_OF}{issuer}/{}/{sequence}", backwards(number)),
            format!("{ANCHOR_ROOTS}{}/{issuer}/{sequence}", hex::encode(record.root)),
        ];
    }
    if let Some(digest) = key.strip_prefix("document/")
        && let Ok(DocumentRecord { publications }) = DocumentRecord::from_bytes(value)
        && let Some(first) = publications.first()
    {
        return vec![format!("{NEWEST_DOCUMENTS}{}/{digest}", backwards(first.height))];
    }
    Vec::new()
}

/// Sorts as text from the highest number to the lowest.
fn backwards(number: u64) -> String {
    format!("{:016x}", u64::MAX - number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use registry_types::AnchorKind;

    use super::*;

    fn anchor(height: u64) -> Vec<u8> {
        let kind = AnchorKind::Documents;
        AnchorRecord { root: [7; 32], leaf_count: 16, kind, height, time_ms: 1 }.to_bytes()
    }

    #[test]
    fn newer_anchors_come_first_whatever_their_number_of_digits() {
        let newest = |sequence: u64, height| entries(&format!("anchor/did:x/{sequence}"), &anchor(height));
        let (ninth, tenth) = (newest(9, 99), newest(10, 100));
        assert!(tenth[0] < ninth[0], "by height");
        assert!(tenth[1] < ninth[1], "by sequence");
        assert!(tenth[2].starts_with(&format!("anchor-root/{}/did:x/", "07".repeat(32))));
    }

    #[test]
    fn a_key_of_no_listed_kind_is_not_listed() {
        assert!(entries("key/00", &[]).is_empty());
        assert_eq!(entries("org/undp", &[]), ["org/undp"]);
    }
}
