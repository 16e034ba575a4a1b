//! An append-only trail in which every entry names the hash of the one before.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{Actor, Timestamp};

/// One act. `target` is an identifier and `detail` a code; neither ever holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub sequence: u64,
    pub at: Timestamp,
    pub officer: String,
    pub action: String,
    pub target: String,
    pub detail: String,
    pub previous: [u8; 32],
    pub hash: [u8; 32],
}

/// What an entry says, before it is put at the end of the chain.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    pub action: &'static str,
    pub target: &'a str,
    pub detail: &'a str,
}

impl AuditEntry {
    /// The entry that follows one with the given number and hash; the first follows 0 and 32 zero bytes.
    #[must_use]
    pub fn following(last: u64, previous: [u8; 32], by: &Actor, act: Act<'_>, at: Timestamp) -> Self {
        let mut entry = Self {
            sequence: last + 1,
            at,
            officer: by.officer.clone(),
            action: act.action.to_owned(),
            target: act.target.to_owned(),
            detail: act.detail.to_owned(),
            previous,
            hash: [0; 32],
        };
        entry.hash = entry.computed_hash(&by.tenant);
        entry
    }

    /// The hash the entry must have; anything else means that the table was edited.
    #[must_use]
    pub fn computed_hash(&self, tenant: &str) -> [u8; 32] {
        // An array has one spelling in JSON, so the bytes are reproducible elsewhere.
        let said = json!([
            "passerelle audit 1",
            tenant,
            self.sequence,
            self.at.timestamp_millis(),
            self.officer,
            self.action,
            self.target,
            self.detail
        ]);
        let mut hash = Sha256::new();
        hash.update(self.previous);
        hash.update(said.to_string().as_bytes());
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_edited_entry_no_longer_fits() {
        let by = Actor { tenant: "undp".into(), officer: "o1".into() };
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let act = Act { action: "credential.suspend", target: "c1", detail: "inquiry" };
        let entry = AuditEntry::following(0, [0; 32], &by, act, at);
        assert_eq!(entry.computed_hash("undp"), entry.hash);
        assert_ne!(entry.computed_hash("wfp"), entry.hash);
        let edited = AuditEntry { detail: "other".into(), ..entry.clone() };
        assert_ne!(edited.computed_hash("undp"), edited.hash);
        let next = AuditEntry::following(1, entry.hash, &by, act, at);
        assert_ne!(next.hash, entry.hash);
    }
}
