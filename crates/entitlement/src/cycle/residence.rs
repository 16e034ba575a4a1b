//! Where a two-track beneficiary lives. Nothing here ever touches the proof of life.

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::country::CountryCode;
use super::person::Track;

/// What remains of a location: no coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ResidenceCheck {
    /// One-track: nobody asked.
    NotNeeded,
    Matches,
    /// The proof stands; a residence case looks into it.
    Differs {
        seen: CountryCode,
    },
    /// Two-track without a location: the life is proven, the residence needs another way (a call, a kiosk, paper).
    NotGiven,
}

/// Compares what the device saw, if it said anything, with the declared country.
#[must_use]
pub fn judge(track: Track, declared: CountryCode, seen: Option<CountryCode>) -> ResidenceCheck {
    match (track, seen) {
        (Track::One, _) => ResidenceCheck::NotNeeded,
        (Track::Two, None) => ResidenceCheck::NotGiven,
        (Track::Two, Some(seen)) if seen == declared => ResidenceCheck::Matches,
        (Track::Two, Some(seen)) => ResidenceCheck::Differs { seen },
    }
}

/// The question that a difference raises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResidenceCase {
    pub id: String,
    pub person: String,
    pub declared: CountryCode,
    pub seen: CountryCode,
    pub opened_at: Timestamp,
    pub state: ResidenceState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResidenceState {
    Open,
    /// The person has said why.
    Explained {
        statement_digest: String,
        at: Timestamp,
    },
    Settled {
        finding: Finding,
        reason: String,
        by: String,
        at: Timestamp,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Finding {
    /// A visit, a border town, a wrong map: nothing changes.
    StillResident,
    /// The declared country must be changed, and the pension with it.
    Moved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseFault {
    #[error("the case is settled")]
    Settled,
    #[error("a finding needs a reason and a signer, each of at most {} characters", super::LONGEST_REASON)]
    NoReason,
    #[error("a move is found only after the person was heard, or 45 days after the question")]
    NotHeard,
}

impl ResidenceCase {
    pub fn explained(mut self, statement_digest: String, at: Timestamp) -> Result<Self, CaseFault> {
        if let ResidenceState::Settled { .. } = self.state {
            return Err(CaseFault::Settled);
        }
        self.state = ResidenceState::Explained { statement_digest, at };
        Ok(self)
    }

    /// An officer's finding. Nobody's pension changes unheard.
    pub fn settled(
        mut self,
        finding: Finding,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<Self, CaseFault> {
        let heard = match self.state {
            ResidenceState::Settled { .. } => return Err(CaseFault::Settled),
            ResidenceState::Explained { .. } => true,
            ResidenceState::Open => at.signed_duration_since(self.opened_at) >= chrono::Duration::days(45),
        };
        let said = |text: &str| !text.trim().is_empty() && text.chars().count() <= super::LONGEST_REASON;
        if !said(reason) || !said(by) {
            return Err(CaseFault::NoReason);
        }
        if finding == Finding::Moved && !heard {
            return Err(CaseFault::NotHeard);
        }
        self.state = ResidenceState::Settled { finding, reason: reason.to_owned(), by: by.to_owned(), at };
        Ok(self)
    }
}
