//! Recovery with the help of two officers, for somebody who has neither passkey nor code.
//!
//! The person makes a passkey on the new device and asks; it opens nothing yet. Two officers, each for themselves, see who
//! that is. Then time goes by in which whoever still has the wallet reads of it and can stop it. Only after that does the
//! new passkey count.

use chrono::Duration;
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long the person can stop what two officers agreed to.
pub const WAIT_HOURS: i64 = 72;
/// How long officers have to agree.
pub const ASK_DAYS: i64 = 14;
const APPROVALS: usize = 2;

/// A request to be let in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistedRecovery {
    /// The passkey that will count, as the WebAuthn library keeps it.
    pub credential_id: String,
    pub passkey: String,
    pub public_key: Option<Vec<u8>>,
    /// In the place of a passkey, where the device makes none; those members are empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<AssistedPin>,
    pub device: String,
    pub asked_at: Timestamp,
    pub approvals: Vec<Approval>,
    pub state: State,
}

/// A PIN that will count, with the key of the device that it goes with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistedPin {
    pub jwk: Value,
    /// RFC 7638.
    pub thumbprint: String,
    /// As [`crate::pin::PinAccess`] keeps it.
    pub sealed: Vec<u8>,
}

/// What one officer stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The officer's account.
    pub officer: String,
    pub name: String,
    /// How the officer knew the person, in the officer's words.
    pub seen: String,
    pub at: Timestamp,
}

/// How far a request has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum State {
    Asked,
    /// Both officers agreed.
    Waiting {
        until: Timestamp,
    },
    Done {
        at: Timestamp,
    },
    /// By an officer.
    Refused {
        by: String,
        /// In the officer's words; officers alone read it, since whoever asked may be a stranger.
        #[serde(default)]
        why: String,
    },
    /// By whoever still has the wallet.
    Stopped {
        at: Timestamp,
    },
}

/// Why a request cannot be taken further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssistedFault {
    #[error("the request is over")]
    Over,
    #[error("the same officer cannot agree twice")]
    SameOfficer,
    #[error("an officer does not decide on their own wallet")]
    OwnWallet,
    #[error("say how you know that it is this person, or why you say no")]
    Unsaid,
}

impl AssistedRecovery {
    /// The stable word for machines and for the database.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self.state {
            State::Asked => "asked",
            State::Waiting { .. } => "waiting",
            State::Done { .. } => "done",
            State::Refused { .. } => "refused",
            State::Stopped { .. } => "stopped",
        }
    }

    /// Still to be decided, or waited for.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        match self.state {
            State::Asked => now - self.asked_at < Duration::days(ASK_DAYS),
            State::Waiting { .. } => true,
            State::Done { .. } | State::Refused { .. } | State::Stopped { .. } => false,
        }
    }

    /// An officer agrees. With the second one the time to wait begins.
    pub fn approved(self, account: &str, by: Approval) -> Result<Self, AssistedFault> {
        if self.state != State::Asked || !self.is_open(by.at) {
            return Err(AssistedFault::Over);
        }
        if by.officer == account {
            return Err(AssistedFault::OwnWallet);
        }
        if by.seen.is_empty() {
            return Err(AssistedFault::Unsaid);
        }
        if self.approvals.iter().any(|one| one.officer == by.officer) {
            return Err(AssistedFault::SameOfficer);
        }
        let (mut approvals, at) = (self.approvals, by.at);
        approvals.push(by);
        let agreed = approvals.len() >= APPROVALS;
        let state =
            if agreed { State::Waiting { until: at + Duration::hours(WAIT_HOURS) } } else { State::Asked };
        Ok(Self { approvals, state, ..self })
    }

    /// An officer says no: once is enough, also while it is waited for.
    pub fn refused(self, by: &str, why: &str, now: Timestamp) -> Result<Self, AssistedFault> {
        if why.is_empty() {
            return Err(AssistedFault::Unsaid);
        }
        self.ended(State::Refused { by: by.to_owned(), why: why.to_owned() }, now)
    }

    /// Whoever has the wallet says no.
    pub fn stopped(self, now: Timestamp) -> Result<Self, AssistedFault> {
        self.ended(State::Stopped { at: now }, now)
    }

    /// Nobody decided in time.
    #[must_use]
    pub fn is_lapsed(&self, now: Timestamp) -> bool {
        self.state == State::Asked && !self.is_open(now)
    }

    /// When officers must have agreed.
    #[must_use]
    pub fn lapses_at(&self) -> Timestamp {
        self.asked_at + Duration::days(ASK_DAYS)
    }

    fn ended(self, state: State, now: Timestamp) -> Result<Self, AssistedFault> {
        if self.is_open(now) { Ok(Self { state, ..self }) } else { Err(AssistedFault::Over) }
    }

    /// The time to wait is over and nobody has stopped it.
    #[must_use]
    pub fn done(self, now: Timestamp) -> Option<Self> {
        match self.state {
            State::Waiting { until } if until <= now => Some(Self { state: State::Done { at: now }, ..self }),
            _ => None,
        }
    }
}

/// The number under which officers find a wallet: the beginning of its random identifier. It is no secret and opens nothing.
#[must_use]
pub fn wallet_number(account: &str) -> String {
    let digits: Vec<char> = account.chars().filter(char::is_ascii_hexdigit).take(12).collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-").to_uppercase()
}

/// The beginning of the identifier behind a number as people type it.
#[must_use]
pub fn read_wallet_number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    let noise = text.chars().all(|one| one.is_ascii_hexdigit() || one.is_whitespace() || one == '-');
    let (first, second) = digits.split_at_checked(8)?;
    (noise && second.len() == 4).then(|| format!("{first}-{second}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asked() -> AssistedRecovery {
        AssistedRecovery {
            credential_id: "c".into(),
            passkey: "{}".into(),
            public_key: None,
            pin: None,
            device: "Chrome on Android".into(),
            asked_at: chrono::DateTime::UNIX_EPOCH,
            approvals: vec![],
            state: State::Asked,
        }
    }

    fn by(officer: &str, hours: i64) -> Approval {
        Approval {
            officer: officer.into(),
            name: officer.to_uppercase(),
            seen: "passport".into(),
            at: chrono::DateTime::UNIX_EPOCH + Duration::hours(hours),
        }
    }

    #[test]
    fn two_officers_and_three_days_let_the_new_passkey_in() {
        let one = asked().approved("anna", by("o1", 1)).unwrap();
        assert_eq!(one.state, State::Asked);
        let both = one.approved("anna", by("o2", 2)).unwrap();
        let due = chrono::DateTime::UNIX_EPOCH + Duration::hours(2 + WAIT_HOURS);
        assert_eq!(both.state, State::Waiting { until: due });
        assert!(both.clone().done(due - Duration::seconds(1)).is_none());
        assert_eq!(both.done(due).unwrap().state(), "done");
    }

    #[test]
    fn officer_counts_once_and_not_for_their_own_wallet_and_says_why() {
        let one = asked().approved("anna", by("o1", 1)).unwrap();
        assert_eq!(one.clone().approved("anna", by("o1", 2)), Err(AssistedFault::SameOfficer));
        assert_eq!(one.clone().approved("o2", by("o2", 2)), Err(AssistedFault::OwnWallet));
        let silent = Approval { seen: String::new(), ..by("o2", 2) };
        assert_eq!(one.clone().approved("anna", silent), Err(AssistedFault::Unsaid));
        assert_eq!(one.approved("anna", by("o2", ASK_DAYS * 24)), Err(AssistedFault::Over));
    }

    #[test]
    fn one_no_is_enough_until_it_is_done() {
        let both = asked().approved("anna", by("o1", 1)).unwrap().approved("anna", by("o2", 2)).unwrap();
        let now = chrono::DateTime::UNIX_EPOCH + Duration::hours(3);
        let stopped = both.clone().stopped(now).unwrap();
        assert!(stopped.clone().done(now + Duration::days(30)).is_none());
        assert_eq!(stopped.stopped(now), Err(AssistedFault::Over));
        assert_eq!(both.clone().refused("o3", "", now), Err(AssistedFault::Unsaid));
        assert_eq!(both.clone().refused("o3", "not her voice", now).unwrap().state(), "refused");
        let done = both.done(now + Duration::days(30)).unwrap();
        assert_eq!(done.refused("o3", "late", now), Err(AssistedFault::Over));
    }

    #[test]
    fn wallet_is_found_by_the_beginning_of_its_identifier() {
        let account = "3f2a91bc-07d4-4c11-8a22-000000000000";
        assert_eq!(wallet_number(account), "3F2A-91BC-07D4");
        assert_eq!(read_wallet_number(" 3f2a 91bc-07d4 ").as_deref(), Some("3f2a91bc-07d4"));
        for bad in ["", "3F2A-91BC", "3F2A-91BC-07D4-11", "3F2A-91BC-07DX", "%"] {
            assert_eq!(read_wallet_number(bad), None, "{bad}");
        }
    }
}
