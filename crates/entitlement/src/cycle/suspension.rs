//! The list for payroll: a dry run that anybody may look at, then two approvals of exactly what it says.

use chrono::NaiveDate;
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::calendar::Calendar;
use super::person::Person;
use super::person_year::{PersonYear, Stage};

/// Who would be suspended by a payroll, and who would be but for a hold-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SuspensionList {
    pub id: String,
    pub year: i32,
    pub payroll: NaiveDate,
    pub prepared_by: String,
    pub prepared_at: Timestamp,
    pub entries: Vec<Entry>,
    pub held_out: Vec<HeldOut>,
    approvals: Vec<(String, Timestamp)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub person: String,
    /// When the notice left.
    pub notice_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldOut {
    pub person: String,
    pub why: String,
}

/// Two officers' word for one person on one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    pub list: String,
    pub payroll: NaiveDate,
    pub by: [String; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    #[error("the list has changed since it was looked at")]
    Changed,
    #[error("whoever prepared the list does not approve it")]
    Preparer,
    #[error("this officer approved already")]
    Twice,
    #[error("the list has its two approvals")]
    Complete,
}

impl SuspensionList {
    /// Prepares a list and changes nothing: the dry run.
    pub fn dry_run<'a>(
        id: &str,
        payroll: NaiveDate,
        calendar: &Calendar,
        cycles: impl IntoIterator<Item = (&'a PersonYear, &'a Person)>,
        (prepared_by, prepared_at): (&str, Timestamp),
    ) -> Self {
        let day = prepared_at.date_naive();
        let (mut entries, mut held_out) = (Vec::new(), Vec::new());
        for (cycle, person) in cycles {
            match (&cycle.stage, cycle.notice_on) {
                (Stage::SuspensionProposed, Some(notice_on)) => {
                    entries.push(Entry { person: person.id.clone(), notice_on });
                }
                (Stage::Grace, _) => held_out.extend(
                    why_held(cycle, person, calendar, day)
                        .map(|why| HeldOut { person: person.id.clone(), why }),
                ),
                _ => {}
            }
        }
        Self {
            id: id.to_owned(),
            year: calendar.year(),
            payroll,
            prepared_by: prepared_by.to_owned(),
            prepared_at,
            entries,
            held_out,
            approvals: Vec::new(),
        }
    }

    /// What an approval is given for: SHA-256 of year, payroll and the persons in the list's order.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{}\n{}\n", self.year, self.payroll));
        for entry in &self.entries {
            // A number's length keeps two persons from reading as one.
            hash.update(format!("{}:{}\n", entry.person.len(), entry.person));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// One officer's approval of the list with this digest.
    pub fn approved(mut self, digest: &str, by: &str, at: Timestamp) -> Result<Self, ListFault> {
        if digest != self.digest() {
            return Err(ListFault::Changed);
        }
        if by == self.prepared_by {
            return Err(ListFault::Preparer);
        }
        if self.approvals.len() >= 2 {
            return Err(ListFault::Complete);
        }
        if self.approvals.iter().any(|(officer, _)| officer == by) {
            return Err(ListFault::Twice);
        }
        self.approvals.push((by.to_owned(), at));
        Ok(self)
    }

    /// The approval each person's cycle gets, once there are two.
    #[must_use]
    pub fn approval(&self) -> Option<Approval> {
        let [(one, _), (other, _)] = self.approvals.as_slice() else { return None };
        Some(Approval { list: self.id.clone(), payroll: self.payroll, by: [one.clone(), other.clone()] })
    }
}

fn why_held(cycle: &PersonYear, person: &Person, calendar: &Calendar, day: NaiveDate) -> Option<String> {
    if !cycle.waiting.is_empty() {
        return Some("a proof waits for a decision".to_owned());
    }
    if let Some(kind) = cycle.cases.values().next() {
        return Some(format!("an open case: {kind:?}"));
    }
    let hold = cycle.holds.values().find(|hold| hold.until.is_none_or(|until| day <= until));
    if let Some(hold) = hold {
        return Some(format!("{:?}: {}", hold.kind, hold.reason));
    }
    calendar.hold_out(person.country, day).map(|held| held.reason.clone())
}
