//! What happens to a person between two nights.

use chrono::{Months, NaiveDate};
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::LONGEST_REASON;
use super::evidence::{Evidence, EvidenceFault, LONGEST_ID};
use super::residence::ResidenceCheck;
use super::suspension::Approval;

/// One thing that happened, in the order of its number; all person-years of a person see the same events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Grows by person. A number that was applied is never applied again.
    pub seq: u64,
    /// When it was written down.
    pub at: Timestamp,
    pub what: What,
}

/// Why something is not written down as an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    #[error(transparent)]
    Evidence(#[from] EvidenceFault),
    /// Names the member.
    #[error("{0} is empty or longer than {LONGEST_ID} bytes")]
    Name(&'static str),
    #[error("a reason has from one to {LONGEST_REASON} characters")]
    Reason,
    #[error("one person signed twice")]
    SamePerson,
    /// A death, the end of a benefit or a conversion is written down when it has happened.
    #[error("the day lies in the future: write it down on that day")]
    Future,
    #[error("a hold ends on a day from today to two years ahead")]
    HoldUntil,
}

impl What {
    /// The name of its kind: public, and the same for ever.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ProofReceived { .. } => "proof-received",
            Self::ProofAccepted { .. } => "proof-accepted",
            Self::ProofRefused { .. } => "proof-refused",
            Self::ResidenceChecked { .. } => "residence-checked",
            Self::CaseOpened { .. } => "case-opened",
            Self::CaseClosed { .. } => "case-closed",
            Self::HoldPlaced { .. } => "hold-placed",
            Self::HoldLifted { .. } => "hold-lifted",
            Self::SuspensionApproved { .. } => "suspension-approved",
            Self::AccountChanged => "account-changed",
            Self::AccountChecked { .. } => "account-checked",
            Self::AccountRefused { .. } => "account-refused",
            Self::PaymentResumed { .. } => "payment-resumed",
            Self::DeathConfirmed { .. } => "death-confirmed",
            Self::DeathWithdrawn { .. } => "death-withdrawn",
            Self::BenefitEnded { .. } => "benefit-ended",
            Self::EndWithdrawn { .. } => "end-withdrawn",
            Self::Converted { .. } => "converted",
            Self::CertificatesRevoked { .. } => "certificates-revoked",
            Self::MessageSent { .. } => "message-sent",
            Self::LetterPosted { .. } => "letter-posted",
        }
    }

    /// Whether it can change a person-year. What does not is written down for whoever reads the journal alone.
    #[must_use]
    pub const fn decides(&self) -> bool {
        !matches!(
            self,
            Self::CertificatesRevoked { .. } | Self::MessageSent { .. } | Self::LetterPosted { .. }
        )
    }
}

impl Event {
    /// What must hold before an event is written down. [`super::step()`] is never kept from a whole person by one bad line
    /// if everything that is stored has passed here.
    pub fn check(&self) -> Result<(), EventFault> {
        match &self.what {
            What::ProofReceived { evidence } => Ok(evidence.check()?),
            What::ProofAccepted { evidence, by } => {
                evidence.check()?;
                named("by", by)
            }
            What::ProofRefused { evidence, by, reason } => {
                evidence.check()?;
                named("by", by)?;
                said(reason)
            }
            What::ResidenceChecked { evidence, .. } => named("evidence", evidence),
            What::CaseOpened { case, .. } => named("case", case),
            What::CaseClosed { case, by } => named("case", case).and(named("by", by)),
            What::HoldPlaced { hold, reason, by, until, .. } => {
                named("hold", hold).and(named("by", by)).and(said(reason))?;
                let today = self.at.date_naive();
                let last = today.checked_add_months(Months::new(24)).unwrap_or(NaiveDate::MAX);
                match until.is_none_or(|until| (today..=last).contains(&until)) {
                    true => Ok(()),
                    false => Err(EventFault::HoldUntil),
                }
            }
            What::HoldLifted { hold, by } => named("hold", hold).and(named("by", by)),
            What::SuspensionApproved { approval } => {
                named("list", &approval.list)?;
                two(&approval.by)
            }
            What::AccountChecked { by } | What::AccountRefused { by } => two(by),
            What::DeathConfirmed { on, by } => {
                named("by", by)?;
                self.is_past(*on)
            }
            What::DeathWithdrawn { by } | What::EndWithdrawn { by } => named("by", by),
            What::BenefitEnded { on, .. } => self.is_past(*on),
            What::Converted { survivor, on } => {
                named("survivor", survivor)?;
                self.is_past(*on)
            }
            What::MessageSent { effect, message, code } => {
                named("effect", effect).and(named("message", message)).and(named("code", code))
            }
            What::LetterPosted { effect, mailing, sha256, on, .. } => {
                named("effect", effect).and(named("mailing", mailing)).and(named("sha256", sha256))?;
                self.is_past(*on)
            }
            What::AccountChanged | What::PaymentResumed { .. } | What::CertificatesRevoked { .. } => Ok(()),
        }
    }

    /// One day more, since the person's day may be ahead of UTC.
    fn is_past(&self, on: NaiveDate) -> Result<(), EventFault> {
        let tomorrow = self.at.date_naive().succ_opt().unwrap_or(NaiveDate::MAX);
        match on <= tomorrow {
            true => Ok(()),
            false => Err(EventFault::Future),
        }
    }
}

fn named(member: &'static str, text: &str) -> Result<(), EventFault> {
    match !text.trim().is_empty() && text.len() <= LONGEST_ID {
        true => Ok(()),
        false => Err(EventFault::Name(member)),
    }
}

fn said(reason: &str) -> Result<(), EventFault> {
    match !reason.trim().is_empty() && reason.chars().count() <= LONGEST_REASON {
        true => Ok(()),
        false => Err(EventFault::Reason),
    }
}

fn two(by: &[String; 2]) -> Result<(), EventFault> {
    let [one, other] = by;
    named("by", one).and(named("by", other))?;
    match one == other {
        true => Err(EventFault::SamePerson),
        false => Ok(()),
    }
}

/// What can happen. Whatever is open or held is named by an id, so that it can be closed or lifted again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum What {
    /// A proof is here and waits for a decision.
    ProofReceived {
        evidence: Evidence,
    },
    ProofAccepted {
        evidence: Evidence,
        by: String,
    },
    ProofRefused {
        evidence: Evidence,
        by: String,
        reason: String,
    },
    /// The location of a proof was compared with the declared country.
    ResidenceChecked {
        evidence: String,
        check: ResidenceCheck,
    },
    CaseOpened {
        case: String,
        kind: CaseKind,
    },
    CaseClosed {
        case: String,
        by: String,
    },
    HoldPlaced {
        hold: String,
        kind: HoldKind,
        reason: String,
        by: String,
        until: Option<NaiveDate>,
    },
    HoldLifted {
        hold: String,
        by: String,
    },
    SuspensionApproved {
        approval: Approval,
    },
    AccountChanged,
    AccountChecked {
        by: [String; 2],
    },
    /// The account that was new is not the person's.
    AccountRefused {
        by: [String; 2],
    },
    /// Payroll pays again.
    PaymentResumed {
        on: NaiveDate,
    },
    DeathConfirmed {
        on: NaiveDate,
        by: String,
    },
    /// The report of death was wrong.
    DeathWithdrawn {
        by: String,
    },
    BenefitEnded {
        on: NaiveDate,
        why: BenefitEnd,
    },
    /// The end of the benefit, or that it went on to a survivor, was an error.
    EndWithdrawn {
        by: String,
    },
    /// What the end of a life or benefit asked for is done: so many digital certificates are not valid any more.
    CertificatesRevoked {
        copies: u32,
    },
    /// The mail server took a message that a night asked for: the proof of sending, without an address or a word of it.
    MessageSent {
        /// The key of what asked for it.
        effect: String,
        /// The Message-ID (RFC 5322, 3.6.4), a hash of the key.
        message: String,
        /// The code of the server's answer (RFC 5321, 4.2).
        code: String,
    },
    /// The post took a letter that a night asked for.
    LetterPosted {
        /// The key of what asked for it.
        effect: String,
        mailing: String,
        /// The printed part of the mailing, from 1, and SHA-256 of its file in hex.
        part: u64,
        sha256: String,
        /// The day on which the post took it.
        on: NaiveDate,
    },
    /// The benefit goes on to a survivor, who has a person-year of their own.
    Converted {
        survivor: String,
        on: NaiveDate,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CaseKind {
    Residence,
    /// Somebody says the person has died. Until it is settled no letter leaves.
    DeathReported,
    /// A proof bears a date after the death.
    ProofAfterDeath,
    /// Payment resumes to another account than before.
    Account,
    Appeal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HoldKind {
    Hospital,
    /// No post, no office, no network.
    Unreachable,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BenefitEnd {
    Remarriage,
    /// A child's benefit ends with age.
    Age,
    Other,
}
