//! What the register says about a person, as far as the cycle needs it.

use chrono::{FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::country::CountryCode;

/// A beneficiary without a name: the cycle decides by these facts alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The pseudonymous number under which an auditor sees the person.
    pub id: String,
    pub born: NaiveDate,
    /// The declared country of residence.
    pub country: CountryCode,
    pub track: Track,
    /// Since when the benefit is in payment; nothing while it is not.
    pub in_payment_since: Option<NaiveDate>,
    /// Since when payment is on hold after a suspension.
    pub on_hold_since: Option<NaiveDate>,
    pub medium: Medium,
    /// The person's local time, for quiet hours.
    pub utc_offset_minutes: i32,
}

/// Whether the pension depends on the country of residence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Track {
    One,
    /// It does: the person must be in the declared country when the proof is made.
    Two,
}

/// How reminders reach the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Medium {
    App,
    Mail,
    Text,
    Post,
}

impl Person {
    #[must_use]
    pub fn is_over_80(&self, day: NaiveDate) -> bool {
        day.years_since(self.born).is_some_and(|years| years >= 80)
    }

    /// Takes part in a year: in payment before the cut-off, and not on hold on that day.
    #[must_use]
    pub fn is_paid_before(&self, cut_off: NaiveDate) -> bool {
        self.in_payment_since.is_some_and(|since| since < cut_off)
            && self.on_hold_since.is_none_or(|since| since >= cut_off)
    }

    /// An impossible offset counts as UTC: a message at an odd hour beats none.
    #[must_use]
    pub fn utc_offset(&self) -> FixedOffset {
        let utc = chrono::Offset::fix(&chrono::Utc);
        self.utc_offset_minutes.checked_mul(60).and_then(FixedOffset::east_opt).unwrap_or(utc)
    }
}
