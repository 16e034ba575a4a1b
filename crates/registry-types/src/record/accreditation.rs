use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

/// That an issuer may issue a type, with every interval there ever was.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accreditation {
    pub issuer: String,
    pub type_iri: String,
    /// In order, without overlap. Kept for ever.
    pub intervals: Vec<AccreditationInterval>,
    /// Times in which it was suspended, in order, without overlap. Kept for ever.
    pub suspensions: Vec<Suspension>,
}

/// A suspension leaves the interval running: when it ends, the accreditation holds again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspension {
    pub from_ms: u64,
    pub until_ms: Option<u64>,
    /// By the governors' vote; otherwise by the issuer that granted it, which cannot end one of theirs.
    pub by_governors: bool,
}

impl Accreditation {
    /// The interval that held at a block time; nothing while it was suspended. Whether its parents held is
    /// for [`crate::accredited`] to say.
    #[must_use]
    pub fn at(&self, time_ms: u64) -> Option<&AccreditationInterval> {
        self.interval_at(time_ms).filter(|_| !self.is_suspended_at(time_ms))
    }

    #[must_use]
    pub fn is_suspended_at(&self, time_ms: u64) -> bool {
        self.suspensions.iter().any(|suspension| {
            suspension.from_ms <= time_ms && suspension.until_ms.is_none_or(|until| time_ms < until)
        })
    }

    /// The interval that was running at a block time, suspended or not.
    #[must_use]
    pub fn interval_at(&self, time_ms: u64) -> Option<&AccreditationInterval> {
        self.intervals.iter().find(|interval| {
            interval.from_ms <= time_ms && interval.until_ms.is_none_or(|until| time_ms < until)
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccreditationInterval {
    pub from_ms: u64,
    pub until_ms: Option<u64>,
    /// DIDs of the organisations whose people the issuer may speak of.
    pub speaks_for: Vec<String>,
    /// Organisation id of the governor that proposed it, or of the organisation that delegated it.
    pub granted_by: String,
    /// The DID of the issuer whose accreditation for the same type this one hangs on; absent when the
    /// governors granted it.
    pub parent: Option<String>,
    /// How many further levels may hang on this one.
    pub delegation: u8,
}
