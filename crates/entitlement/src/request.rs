//! The life of one proof request. Every step is guarded by where the request stands and by the time.

use chrono::{Datelike as _, Duration};
use clock::Timestamp;

use crate::answer::{Proof, Witnessed, reference};

/// How long a challenge can be answered: time to read, unlock the phone and answer, not to record and replay later.
pub const CHALLENGE_SECONDS: i64 = 600;
/// A challenge with less life than this is not handed out again: the person would run out of time.
const CHALLENGE_SPARE_SECONDS: i64 = 240;

/// One question to one beneficiary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: String,
    pub beneficiary: String,
    /// The calendar year the proof is to count for.
    pub year: i32,
    pub created_at: Timestamp,
    /// After this nobody can answer any more.
    pub expires_at: Timestamp,
    pub state: State,
    /// A challenge that a device fetched to be answered without a network; single use like the other.
    pub ahead: Option<Challenge>,
    /// Grows with every change, so that a change made meanwhile is noticed.
    pub revision: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Open {
        challenge: Option<Challenge>,
    },
    Answered(Evidence),
    Confirmed {
        evidence: Evidence,
        channel: Channel,
        notes: String,
        by: String,
        at: Timestamp,
        offer: String,
    },
    Refused {
        evidence: Option<Evidence>,
        reason: String,
        by: String,
        at: Timestamp,
    },
}

/// The server's challenge, waiting for its one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub value: String,
    pub issued_at: Timestamp,
    /// From then on it is of no use.
    pub until: Timestamp,
}

/// What is kept of an answer: keys and digests, no picture of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The JWK thumbprint of the key the certificate will be bound to.
    pub holder_key: String,
    pub witnessed: Witnessed,
    pub digest: [u8; 32],
    /// When the person was there: after the challenge was given and before the answer came.
    pub captured_at: Timestamp,
    pub answered_at: Timestamp,
}

/// How an officer convinced themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Visit,
    Call,
    /// By the pictures that the person's own device took.
    Device,
    /// By the word of an operator at a station of the Fund, with the pictures where there are some.
    Kiosk,
}

/// Where a request stands for somebody who looks at it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    Answered,
    Confirmed,
    Refused,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    #[error("the request has expired")]
    Expired,
    #[error("the request was answered before, with another answer")]
    AnsweredBefore,
    #[error("the request is closed")]
    Closed,
    #[error("the challenge is unknown, used or too old")]
    Challenge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmFault {
    #[error("the request has no answer to decide on")]
    NotAnswered,
    #[error("the request was decided before")]
    Decided,
    #[error("a refusal needs a reason")]
    NoReason,
    #[error("there is no refused answer to look at again")]
    NotRefused,
}

impl Request {
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match &self.state {
            State::Open { .. } if now >= self.expires_at => Standing::Expired,
            State::Open { .. } => Standing::Open,
            State::Answered(_) => Standing::Answered,
            State::Confirmed { .. } => Standing::Confirmed,
            State::Refused { .. } => Standing::Refused,
        }
    }

    /// Gives the challenge to answer: the present one while it has time left, else a fresh one.
    ///
    /// Reading twice must not spoil what a device is about to answer, so a young challenge stays.
    pub fn challenged(mut self, fresh: String, now: Timestamp) -> Result<(Self, Challenge), RequestFault> {
        match self.standing(now) {
            Standing::Open => {}
            Standing::Expired => return Err(RequestFault::Expired),
            Standing::Answered | Standing::Confirmed | Standing::Refused => return Err(RequestFault::Closed),
        }
        if let State::Open { challenge: Some(challenge) } = &self.state
            && challenge.until - now >= Duration::seconds(CHALLENGE_SPARE_SECONDS)
        {
            let challenge = challenge.clone();
            return Ok((self, challenge));
        }
        let challenge = Challenge::short(fresh, now);
        self.state = State::Open { challenge: Some(challenge.clone()) };
        self.revision += 1;
        Ok((self, challenge))
    }

    /// Gives a challenge to be answered later, without a network: the one that was fetched before while half of its life is
    /// left, else a fresh one, after which the earlier is of no use.
    pub fn challenged_ahead(
        mut self,
        fresh: String,
        life: Duration,
        now: Timestamp,
    ) -> Result<(Self, Challenge), RequestFault> {
        match self.standing(now) {
            Standing::Open => {}
            Standing::Expired => return Err(RequestFault::Expired),
            Standing::Answered | Standing::Confirmed | Standing::Refused => return Err(RequestFault::Closed),
        }
        if let Some(known) = &self.ahead
            && known.until - now >= (known.until - known.issued_at) / 2
        {
            let known = known.clone();
            return Ok((self, known));
        }
        let challenge = Challenge { value: fresh, issued_at: now, until: (now + life).min(self.expires_at) };
        self.ahead = Some(challenge.clone());
        self.revision += 1;
        Ok((self, challenge))
    }

    /// The challenge of this value, while the question is open.
    #[must_use]
    pub fn challenge_of(&self, value: &str) -> Option<&Challenge> {
        let State::Open { challenge } = &self.state else { return None };
        [challenge.as_ref(), self.ahead.as_ref()].into_iter().flatten().find(|known| known.value == value)
    }

    /// Takes a verified answer. The same answer again leaves everything as it is; the challenge is used up by the first.
    pub fn answered(mut self, proof: &Proof, now: Timestamp) -> Result<Self, RequestFault> {
        match &self.state {
            State::Open { .. } => {}
            State::Answered(evidence)
            | State::Confirmed { evidence, .. }
            | State::Refused { evidence: Some(evidence), .. } => {
                return match evidence.digest == proof.digest() {
                    true => Ok(self),
                    false => Err(RequestFault::AnsweredBefore),
                };
            }
            State::Refused { evidence: None, .. } => return Err(RequestFault::Closed),
        }
        let given_at = self.may_take(proof, now)?;
        // A device's clock may be wrong by years. That the challenge was there, and the answer came, is certain.
        let captured_at = proof.captured_at().unwrap_or(now).clamp(given_at, now);
        self.state = State::Answered(Evidence {
            holder_key: proof.holder_key().jwk_thumbprint(),
            witnessed: proof.witnessed().clone(),
            digest: proof.digest(),
            captured_at,
            answered_at: now,
        });
        // A proof made on or after 1 January of a year counts for that year and closes the missed one before.
        self.year = self.year.max(captured_at.year());
        self.ahead = None;
        self.revision += 1;
        Ok(self)
    }

    /// An answer whose pictures were not good enough: it uses its challenge up, and the question stays open.
    pub fn tried(mut self, proof: &Proof, now: Timestamp) -> Result<Self, RequestFault> {
        if !matches!(self.state, State::Open { .. }) {
            return Err(RequestFault::AnsweredBefore);
        }
        self.may_take(proof, now)?;
        if self.ahead.as_ref().is_some_and(|ahead| ahead.value == proof.challenge()) {
            self.ahead = None;
        }
        self.state = State::Open { challenge: None };
        self.revision += 1;
        Ok(self)
    }

    /// When the challenge was given that this proof answers in time.
    fn may_take(&self, proof: &Proof, now: Timestamp) -> Result<Timestamp, RequestFault> {
        if now >= self.expires_at {
            return Err(RequestFault::Expired);
        }
        let known = self.challenge_of(proof.challenge()).filter(|known| now < known.until);
        // A clock that went back between two steps is no fault of the person's.
        known.map(|known| known.issued_at.min(now)).ok_or(RequestFault::Challenge)
    }

    /// An officer vouches for the answer after seeing or calling the person. The same decision again changes nothing.
    pub fn confirmed(
        mut self,
        channel: Channel,
        notes: String,
        by: &str,
        offer: String,
        now: Timestamp,
    ) -> Result<Self, ConfirmFault> {
        match self.state {
            State::Answered(evidence) => {
                self.state = State::Confirmed { evidence, channel, notes, by: by.to_owned(), at: now, offer };
                self.revision += 1;
                Ok(self)
            }
            State::Open { .. } => Err(ConfirmFault::NotAnswered),
            State::Confirmed { .. } | State::Refused { .. } => Err(ConfirmFault::Decided),
        }
    }

    /// An officer refuses the answer, or withdraws a question nobody answered.
    pub fn refused(mut self, reason: &str, by: &str, now: Timestamp) -> Result<Self, ConfirmFault> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(ConfirmFault::NoReason);
        }
        let evidence = match self.state {
            State::Open { .. } => None,
            State::Answered(evidence) => Some(evidence),
            State::Confirmed { .. } | State::Refused { .. } => return Err(ConfirmFault::Decided),
        };
        self.state = State::Refused { evidence, reason: reason.to_owned(), by: by.to_owned(), at: now };
        self.revision += 1;
        Ok(self)
    }

    /// Another officer found that the refusal was wrong: the answer counts as if it had been confirmed.
    pub fn upheld(
        mut self,
        channel: Channel,
        notes: String,
        by: &str,
        offer: String,
        now: Timestamp,
    ) -> Result<Self, ConfirmFault> {
        let State::Refused { evidence: Some(evidence), .. } = self.state else {
            return Err(ConfirmFault::NotRefused);
        };
        self.state = State::Confirmed { evidence, channel, notes, by: by.to_owned(), at: now, offer };
        self.revision += 1;
        Ok(self)
    }

    /// The answer, once there is one.
    #[must_use]
    pub fn evidence(&self) -> Option<&Evidence> {
        match &self.state {
            State::Open { .. } => None,
            State::Answered(evidence) | State::Confirmed { evidence, .. } => Some(evidence),
            State::Refused { evidence, .. } => evidence.as_ref(),
        }
    }
}

impl Challenge {
    /// One that is answered at once.
    #[must_use]
    pub fn short(value: String, issued_at: Timestamp) -> Self {
        Self { value, issued_at, until: issued_at + Duration::seconds(CHALLENGE_SECONDS) }
    }
}

impl Evidence {
    /// The code both sides can read aloud.
    #[must_use]
    pub fn reference(&self) -> String {
        reference(&self.digest)
    }
}

impl Channel {
    /// The value of the claim `confirmedBy`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Call => "call",
            Self::Device => "device",
            Self::Kiosk => "kiosk",
        }
    }
}

impl std::str::FromStr for Channel {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "visit" => Ok(Self::Visit),
            "call" => Ok(Self::Call),
            "device" => Ok(Self::Device),
            "kiosk" => Ok(Self::Kiosk),
            _ => Err(()),
        }
    }
}

impl Standing {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests;
