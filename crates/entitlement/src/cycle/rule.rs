//! The names of the rules, as an auditor reads them beside each transition.

use serde::{Deserialize, Serialize};

/// Why something happened. Each is one line of the Fund's rules; the README says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    WindowOpened,
    NotPaidBeforeCutOff,
    /// The year was over before the Fund knew the person.
    FirstKnownAfterDue,
    PaymentOnHoldAtCutOff,
    FirstMailing,
    SecondMailing,
    ReminderDue,
    DueDatePassed,
    FollowUpBegan,
    GraceBegan,
    NoticeBeforeSuspension,
    GraceEnded,
    HeldOut,
    ProofWaits,
    SuspensionApprovedByTwo,
    ProofOfTheYear,
    ProofOfALaterYear,
    ProofOfAnEarlierYear,
    ProofRefused,
    ReinstatedToSameAccount,
    ReinstatedAfterAccountCheck,
    /// The account that was new is not the person's: payment goes to the one of before.
    ReinstatedToAccountOfBefore,
    AccountChangedWhileOnHold,
    PaymentResumed,
    ResidenceMismatch,
    DeathConfirmed,
    DeathWithdrawn,
    ProofAfterDeath,
    BenefitEnded,
    EndWithdrawn,
    ConvertedToSurvivor,
}
