//! What one check found: result, stable code, sentence, evidence.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use clock::Timestamp;
use serde_json::Value;
use wire::verifications::{Check, CheckName, CheckResult};

use crate::ports::{ChainError, Header};

/// The code of a check that was not made because another one failed before it.
pub(crate) const NOT_REACHED: &str = "notReached";

/// The result of one check before it is known which policy reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub result: CheckResult,
    pub code: &'static str,
    pub sentence: String,
    pub evidence: BTreeMap<String, Value>,
}

impl Finding {
    pub fn pass(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(CheckResult::Pass, code, sentence)
    }

    pub fn fail(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(CheckResult::Fail, code, sentence)
    }

    pub fn not_checked(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(CheckResult::NotChecked, code, sentence)
    }

    /// The chain gave no answer to rely on, so the check could not be made.
    #[must_use]
    pub fn without_chain(error: ChainError) -> Self {
        match error {
            ChainError::Unreachable => Self::not_checked(
                "registryUnreachable",
                "This could not be checked because the registry cannot be reached at the moment.",
            ),
            ChainError::Stale => Self::not_checked(
                "registryStale",
                "This could not be checked because the newest state of the registry is too old to rely on.",
            ),
            ChainError::Unproven => Self::not_checked(
                "registryUnproven",
                "This could not be checked because the registry node did not prove its answer.",
            ),
            ChainError::NotInPack => Self::not_checked(
                "notInPack",
                "This could not be checked because the offline pack says nothing about it.",
            ),
        }
    }

    fn new(result: CheckResult, code: &'static str, sentence: impl Into<String>) -> Self {
        Self { result, code, sentence: sentence.into(), evidence: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn with_time(self, name: &str, time: Timestamp) -> Self {
        self.with(name, rfc3339(time))
    }

    /// Names the proven header that the finding rests on, and how old it was.
    #[must_use]
    pub fn resting_on(self, header: Header, now: Timestamp) -> Self {
        // A block time a little ahead of our clock is no negative age.
        let age = (now - header.time).num_seconds().max(0);
        self.with("headerHeight", header.height)
            .with("headerHash", hex(&header.hash))
            .with_time("headerTime", header.time)
            .with("headerAgeSeconds", age)
    }

    #[must_use]
    pub fn passed(&self) -> bool {
        self.result == CheckResult::Pass
    }

    #[must_use]
    pub fn into_check(self, name: CheckName, required: bool) -> Check {
        let Self { result, code, sentence, evidence } = self;
        Check { name, result, required, code: code.to_owned(), sentence, evidence }
    }
}

/// The instant of a block time.
#[must_use]
pub fn instant(milliseconds: u64) -> Timestamp {
    i64::try_from(milliseconds).ok().and_then(Timestamp::from_timestamp_millis).unwrap_or(Timestamp::MAX_UTC)
}

#[must_use]
pub fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap_or(0)
}

/// A time as a person reads it.
#[must_use]
pub fn plainly(time: Timestamp) -> String {
    time.format("%-d %B %Y, %H:%M UTC").to_string()
}

#[must_use]
pub fn rfc3339(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
