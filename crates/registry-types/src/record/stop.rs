use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

/// An emergency stop. A stop that was never confirmed or lifted ends at `until_ms` by itself.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stop {
    /// The verification method that is stopped; the whole record when absent.
    pub multikey: Option<String>,
    pub from_ms: u64,
    /// Open when the governors have confirmed it.
    pub until_ms: Option<u64>,
    pub confirmed_ms: Option<u64>,
}

impl Stop {
    #[must_use]
    pub fn holds_at(&self, time_ms: u64) -> bool {
        self.from_ms <= time_ms && self.until_ms.is_none_or(|until| time_ms < until)
    }
}
