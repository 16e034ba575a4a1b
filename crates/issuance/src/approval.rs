//! Four eyes: what one person proposes and another decides.

use crate::{CredentialType, KeyChange, ReasonCode, Roles, ServiceEnd, Timestamp};

/// How long a proposal waits. After that it has to be made again, since the reasons for it may be gone.
pub const PROPOSAL_DAYS: i64 = 14;

/// When a second person is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FourEyes {
    /// For every guarded act; with a single person it waits until there is a second one.
    #[default]
    Always,
    /// As soon as somebody else could approve. For trying out alone, and for the first days of an office.
    WithColleagues,
}

/// How many people other than a proposer can approve, and how many could at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondPersons {
    pub now: u64,
    pub ever: u64,
}

/// An act that needs a second person. The words of a note are personal data and are stored beside it, never audited.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Proposal {
    /// Everybody on an uploaded list is offered credentials.
    OfferList { upload: String, employment: bool },
    /// Everybody of a prepared run is offered credentials.
    Reissue { run: String },
    /// All credentials of a person end, or those of one type.
    Revoke {
        subject: String,
        reason: String,
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<CredentialType>,
    },
    /// A person's service ends, and with it what hangs on it.
    EndService { subject: String, how: String, note: Option<String> },
    /// Somebody is given a guarded role.
    GiveRoles { officer: String, roles: String },
    /// A wallet showed its key for a credential whose issue a second person approves.
    Issue { deferral: String, subject: String, credential_type: String },
    /// A new key is listed beside one that signs.
    RotateKey { fragment: String, multikey: String },
    /// A key leaves the DID document after its overlap.
    RetireKey { fragment: String, multikey: String },
    /// A key is replaced, and what it signed counts no more without an earlier anchor.
    MarkKeyCompromised { fragment: String, multikey: String },
    /// Everything that leads to a person is erased. `subject` is a record of the directory, or a person of the Fund's register.
    ErasePerson { subject: String, reason: String },
}

/// A proposal and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: String,
    pub proposal: Proposal,
    pub requested_by: String,
    pub requested_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: ApprovalState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    Waiting,
    Approved {
        by: String,
        at: Timestamp,
    },
    Refused {
        by: String,
        at: Timestamp,
        remark: String,
    },
    /// Taken back by the person who proposed it.
    Withdrawn {
        at: Timestamp,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Refuse,
    Withdraw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    #[error("it was decided already")]
    Closed,
    #[error("nobody decided in time; it has to be proposed again")]
    Lapsed,
    #[error("somebody else has to decide what you proposed")]
    OwnProposal,
    #[error("only the person who proposed it can take it back")]
    NotYours,
    #[error("a refusal needs a reason")]
    NoReason,
}

impl FourEyes {
    /// Under [`FourEyes::Always`] a guarded role is given at once only as long as nobody else ever was an approver: there
    /// has to be a first one. An administrator who ends the access of the only other approver therefore gains nothing.
    #[must_use]
    pub const fn needs_second(self, proposal: &Proposal, others: SecondPersons) -> bool {
        match (self, proposal) {
            // Nobody can bring it back, so nobody does it alone.
            (_, Proposal::ErasePerson { .. }) => true,
            (Self::WithColleagues, _) => others.now > 0,
            (Self::Always, Proposal::GiveRoles { .. }) => others.ever > 0,
            (
                Self::Always,
                Proposal::OfferList { .. }
                | Proposal::Reissue { .. }
                | Proposal::Revoke { .. }
                | Proposal::EndService { .. }
                | Proposal::Issue { .. }
                | Proposal::RotateKey { .. }
                | Proposal::RetireKey { .. }
                | Proposal::MarkKeyCompromised { .. },
            ) => true,
        }
    }
}

impl Proposal {
    /// The proposal of a change of the key that has this fragment and is this key.
    #[must_use]
    pub fn of_key(change: KeyChange, fragment: &str, multikey: &str) -> Self {
        let (fragment, multikey) = (fragment.to_owned(), multikey.to_owned());
        match change {
            KeyChange::Rotate => Self::RotateKey { fragment, multikey },
            KeyChange::Retire => Self::RetireKey { fragment, multikey },
            KeyChange::MarkCompromised => Self::MarkKeyCompromised { fragment, multikey },
        }
    }

    /// The change, the fragment and the key, where it is about one.
    #[must_use]
    pub fn key_change(&self) -> Option<(KeyChange, &str, &str)> {
        match self {
            Self::RotateKey { fragment, multikey } => Some((KeyChange::Rotate, fragment, multikey)),
            Self::RetireKey { fragment, multikey } => Some((KeyChange::Retire, fragment, multikey)),
            Self::MarkKeyCompromised { fragment, multikey } => {
                Some((KeyChange::MarkCompromised, fragment, multikey))
            }
            Self::OfferList { .. }
            | Self::Reissue { .. }
            | Self::Revoke { .. }
            | Self::EndService { .. }
            | Self::GiveRoles { .. }
            | Self::Issue { .. }
            | Self::ErasePerson { .. } => None,
        }
    }

    /// Whether it is about people's records, so that only whoever sees these sees it.
    #[must_use]
    pub fn concerns_people(&self) -> bool {
        self.key_change().is_none() && !matches!(self, Self::GiveRoles { .. })
    }

    /// `offer-list`: the first word of the stored form, also the detail of the audit entry.
    #[must_use]
    pub const fn act(&self) -> &'static str {
        match self {
            Self::OfferList { .. } => "offer-list",
            Self::Reissue { .. } => "reissue",
            Self::Revoke { .. } => "revoke",
            Self::EndService { .. } => "end-service",
            Self::GiveRoles { .. } => "give-roles",
            Self::Issue { .. } => "issue",
            Self::RotateKey { .. } => KeyChange::Rotate.as_str(),
            Self::RetireKey { .. } => KeyChange::Retire.as_str(),
            Self::MarkKeyCompromised { .. } => KeyChange::MarkCompromised.as_str(),
            Self::ErasePerson { .. } => "erase-person",
        }
    }

    /// What it is about; one proposal of an act waits for one target at a time.
    #[must_use]
    pub fn target(&self) -> &str {
        match self {
            Self::OfferList { upload, .. } => upload,
            Self::Reissue { run } => run,
            Self::Revoke { subject, .. }
            | Self::EndService { subject, .. }
            | Self::ErasePerson { subject, .. } => subject,
            Self::GiveRoles { officer, .. } => officer,
            Self::Issue { deferral, .. } => deferral,
            Self::RotateKey { fragment, .. }
            | Self::RetireKey { fragment, .. }
            | Self::MarkKeyCompromised { fragment, .. } => fragment,
        }
    }

    /// Whether every word in it is one that this version knows.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match self {
            Self::OfferList { .. }
            | Self::Reissue { .. }
            | Self::RotateKey { .. }
            | Self::RetireKey { .. }
            | Self::MarkKeyCompromised { .. }
            | Self::ErasePerson { .. } => true,
            Self::Revoke { reason, .. } => ReasonCode::parse(reason).is_some(),
            Self::EndService { how, .. } => ServiceEnd::parse(how).is_some(),
            Self::GiveRoles { roles, .. } => Roles::parse(roles).is_some(),
            Self::Issue { credential_type, .. } => credential_type.parse::<CredentialType>().is_ok(),
        }
    }
}

impl Approval {
    #[must_use]
    pub fn proposed(id: String, proposal: Proposal, by: &str, now: Timestamp) -> Self {
        Self {
            id,
            proposal,
            requested_by: by.to_owned(),
            requested_at: now,
            expires_at: now + chrono::Duration::days(PROPOSAL_DAYS),
            state: ApprovalState::Waiting,
        }
    }

    #[must_use]
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.state == ApprovalState::Waiting && now < self.expires_at
    }

    /// The rule of four eyes: nobody decides their own proposal, and nothing is decided twice.
    pub fn decided(
        self,
        decision: Decision,
        by: &str,
        remark: &str,
        at: Timestamp,
    ) -> Result<Self, ApprovalError> {
        if self.state != ApprovalState::Waiting {
            return Err(ApprovalError::Closed);
        }
        if at >= self.expires_at {
            return Err(ApprovalError::Lapsed);
        }
        let own = self.requested_by == by;
        let (by, remark) = (by.to_owned(), remark.trim().to_owned());
        let state = match decision {
            Decision::Approve | Decision::Refuse if own => return Err(ApprovalError::OwnProposal),
            Decision::Withdraw if !own => return Err(ApprovalError::NotYours),
            Decision::Refuse if remark.is_empty() => return Err(ApprovalError::NoReason),
            Decision::Approve => ApprovalState::Approved { by, at },
            Decision::Refuse => ApprovalState::Refused { by, at, remark },
            Decision::Withdraw => ApprovalState::Withdrawn { at },
        };
        Ok(Self { state, ..self })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn start() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn approval() -> Approval {
        let proposal = Proposal::Revoke {
            subject: "s".into(),
            reason: "separated".into(),
            note: Some("n".into()),
            only: None,
        };
        Approval::proposed("a".into(), proposal, "ann", start())
    }

    #[test]
    fn nobody_approves_their_own_proposal() {
        let own = approval().decided(Decision::Approve, "ann", "", start());
        assert_eq!(own, Err(ApprovalError::OwnProposal));
        assert_eq!(
            approval().decided(Decision::Refuse, "ann", "no", start()),
            Err(ApprovalError::OwnProposal)
        );
        let by_ben = approval().decided(Decision::Approve, "ben", "", start()).unwrap();
        assert_eq!(by_ben.state, ApprovalState::Approved { by: "ben".into(), at: start() });
    }

    #[test]
    fn only_the_proposer_takes_back() {
        assert_eq!(approval().decided(Decision::Withdraw, "ben", "", start()), Err(ApprovalError::NotYours));
        assert!(approval().decided(Decision::Withdraw, "ann", "", start()).is_ok());
    }

    #[test]
    fn refusal_says_why_and_nothing_is_decided_twice_or_late() {
        assert_eq!(approval().decided(Decision::Refuse, "ben", "  ", start()), Err(ApprovalError::NoReason));
        let refused = approval().decided(Decision::Refuse, "ben", "wrong person", start()).unwrap();
        assert_eq!(refused.decided(Decision::Approve, "eve", "", start()), Err(ApprovalError::Closed));
        let late = start() + chrono::Duration::days(PROPOSAL_DAYS);
        assert_eq!(approval().decided(Decision::Approve, "ben", "", late), Err(ApprovalError::Lapsed));
    }

    #[test]
    fn a_second_person_is_needed_unless_there_can_be_none() {
        let revoke = approval().proposal;
        let roles = Proposal::GiveRoles { officer: "o".into(), roles: "approver".into() };
        let others = |now, ever| SecondPersons { now, ever };
        assert!(FourEyes::Always.needs_second(&revoke, others(0, 0)), "waits for a colleague to come");
        assert!(!FourEyes::Always.needs_second(&roles, others(0, 0)), "somebody has to be the second");
        assert!(FourEyes::Always.needs_second(&roles, others(1, 1)));
        assert!(FourEyes::Always.needs_second(&roles, others(0, 1)), "the second one was sent away");
        for proposal in [&revoke, &roles] {
            assert!(!FourEyes::WithColleagues.needs_second(proposal, others(0, 1)));
            assert!(FourEyes::WithColleagues.needs_second(proposal, others(1, 1)));
        }
    }

    #[test]
    fn nobody_erases_a_person_alone_not_even_where_everybody_works_alone() {
        let erase = Proposal::ErasePerson { subject: "s".into(), reason: "asked for it".into() };
        for rule in [FourEyes::Always, FourEyes::WithColleagues] {
            assert!(rule.needs_second(&erase, SecondPersons::default()));
        }
        assert_eq!((erase.act(), erase.target(), erase.concerns_people()), ("erase-person", "s", true));
        assert_eq!(serde_json::to_value(&erase).unwrap()["act"], erase.act());
    }

    #[test]
    fn a_change_of_a_key_is_stored_under_its_act_and_says_which_key_it_means() {
        for change in KeyChange::ALL {
            let proposal = Proposal::of_key(change, "key-p256-1", "z6");
            let stored = serde_json::to_value(&proposal).unwrap();
            assert_eq!(stored["act"], proposal.act());
            assert_eq!(proposal.key_change(), Some((change, "key-p256-1", "z6")));
            assert_eq!(KeyChange::parse(proposal.act()), Some(change));
            assert!(!proposal.concerns_people());
            assert!(FourEyes::Always.needs_second(&proposal, SecondPersons::default()));
        }
    }

    #[test]
    fn stored_form_names_the_act() {
        let stored = serde_json::to_value(approval().proposal).unwrap();
        assert_eq!(
            stored,
            serde_json::json!({"act": "revoke", "subject": "s", "reason": "separated", "note": "n"})
        );
    }
}
