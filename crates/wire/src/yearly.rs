//! What a beneficiary's wallet asks the Fund without being asked first: how this year stands, and to begin its proof.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::existence::{ExistenceReceipt, Organisation};
use crate::residence::ResidenceNote;

/// `typ` of the signed word of a device key (RFC 7515, 4.1.9).
///
/// Header: `alg` ES256, `jwk` the device key. Claims: `aud` the Fund's issuer identifier, `iat`, `jti`, `act` as [`YearAct`],
/// and `enrolment` where the wallet knows it.
pub const DEVICE_WORD_TYP: &str = "passerelle-existence+jwt";

/// For what a device key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum YearAct {
    /// To see how the year stands.
    Look,
    /// To begin the proof.
    Begin,
}

impl YearAct {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Begin => "begin",
        }
    }
}

/// The word of a device key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceWord {
    /// A compact JWS, as [`DEVICE_WORD_TYP`] says.
    pub word: String,
}

/// How the yearly proof of one person stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearStanding {
    pub organisation: Organisation,
    /// The earliest year that still asks for a proof; this year where none does.
    pub year: i32,
    /// The year for which a proof that is made now counts. It closes `year` as well.
    pub proof_year: i32,
    pub stage: YearStage,
    /// The last day in time, for this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// The first payroll without payment, while the proof is late and payment goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_from: Option<NaiveDate>,
    pub payment_on_hold: bool,
    /// Payment was on hold and begins again with the next payroll.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub payment_resumes: bool,
    /// The dates of this year are not made yet, so nobody knows when it asks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dates_missing: bool,
    /// When the next window opens; of a window that is shut, when this one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_opens: Option<NaiveDate>,
    /// Whether a proof can be begun.
    pub may_begin: bool,
    /// The question of this year, where there is one that is not over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_uri: Option<String>,
    /// What the Fund holds of the latest accepted proof, whatever its channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ExistenceReceipt>,
    /// Within so many days an officer usually decides about a proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_days: Option<u16>,
    /// The years for which a proof that is made now counts, in their order; of a year that asks for none, nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closes: Vec<i32>,
    /// The Fund looks at where the person lives, or did so lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<ResidenceNote>,
}

/// Where the year stands, in the person's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum YearStage {
    /// The window opens later.
    NotYet,
    Open,
    /// The due date is past, and payment goes on.
    Late,
    /// Payment is held until there is a proof.
    OnHold,
    /// A proof is there, and somebody has to decide.
    WithFund,
    Done,
    /// This year asks nothing of the person.
    NotConcerned,
    /// The Fund has noted that the benefit is over.
    Ended,
}

// A word is a right for some minutes.
impl std::fmt::Debug for DeviceWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceWord(..)")
    }
}
