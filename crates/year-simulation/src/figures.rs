//! What is counted, night by night.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entitlement::cycle::{Channel, Counts, Rule};

/// The stages of the first year's cycles after one night, and the desk's day.
#[derive(Clone, Debug)]
pub struct Day {
    pub on: NaiveDate,
    pub first_year: Counts,
    pub calls: usize,
    pub waiting_for_officer: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub days: Vec<Day>,
    pub rules: BTreeMap<Rule, u64>,
    pub channels: BTreeMap<Channel, u64>,
    pub nights_repeated: u64,
    pub steps: u64,
    pub proofs_received: u64,
    pub proofs_accepted: u64,
    pub proofs_refused: u64,
    pub same_proof_again: u64,
    pub proof_of_another: u64,
    pub faces_failed: u64,
    /// Who came onto the register after the year had begun, and of these who had a form of their own after everybody's.
    pub latecomers: u64,
    pub latecomers_asked_late: u64,
    pub letters: u64,
    pub letters_lost: u64,
    pub reminders: u64,
    pub notices: u64,
    pub turned_away: u64,
    pub doubts_after_death: u64,
    pub deaths_taken_back: u64,
    pub residence_cases: u64,
    pub counted_for_two_years: u64,
    /// Suspended although alive, and of these paid again before the end.
    pub alive_suspended: u64,
    pub alive_paid_again: u64,
}
