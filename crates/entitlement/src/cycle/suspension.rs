//! The list for payroll: a dry run that anybody may look at, then two approvals of exactly what it says.

use chrono::{Days, NaiveDate};
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::calendar::{Calendar, Dates};
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
    /// The list that was approved.
    pub list: String,
    /// The year of the missing proof. A person may stand on the lists of two years.
    pub year: i32,
    /// The notice this person stood on the list with. A later notice asks for a later approval.
    pub notice_on: NaiveDate,
    /// The first payroll without payment.
    pub payroll: NaiveDate,
    /// Two officers, and neither prepared the list.
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
    #[error("the payroll of the list is over")]
    Past,
    #[error("an approval names the officer")]
    Unnamed,
}

impl SuspensionList {
    /// Prepares a list and changes nothing: the dry run. Records of other years, and of another person than the one beside
    /// them, are left out.
    pub fn dry_run<'a>(
        id: &str,
        payroll: NaiveDate,
        calendar: &Calendar,
        cycles: impl IntoIterator<Item = (&'a PersonYear, &'a Person)>,
        (prepared_by, prepared_at): (&str, Timestamp),
    ) -> Result<Self, ListFault> {
        let day = prepared_at.date_naive();
        if payroll < day {
            return Err(ListFault::Past);
        }
        if prepared_by.trim().is_empty() {
            return Err(ListFault::Unnamed);
        }
        let (mut entries, mut held_out) = (Vec::new(), Vec::new());
        for (cycle, person) in cycles {
            // Whom an undecided proof or a reported death stopped before the grace would be here without it.
            let stopped = cycle.is_paused()
                && matches!(
                    cycle.stage,
                    Stage::Open | Stage::Mailed | Stage::Reminded | Stage::Overdue | Stage::FollowUp
                )
                && day > calendar.dates_of(person).grace_until;
            let due = stopped || matches!(cycle.stage, Stage::SuspensionProposed | Stage::Grace);
            if !due || cycle.year != calendar.year() || cycle.person != person.id {
                continue;
            }
            // Also somebody proposed last night may have a reason since, or their country may.
            let why = why_held(cycle, person, calendar, day).or_else(|| match cycle.stage {
                Stage::SuspensionProposed => too_early(&calendar.dates_of(person), payroll, day),
                _ => None,
            });
            match (why, &cycle.stage, cycle.notice_on) {
                (Some(why), ..) => held_out.push(HeldOut { person: person.id.clone(), why }),
                (None, Stage::SuspensionProposed, Some(notice_on)) => {
                    entries.push(Entry { person: person.id.clone(), notice_on });
                }
                (None, ..) => {}
            }
        }
        Ok(Self {
            id: id.to_owned(),
            year: calendar.year(),
            payroll,
            prepared_by: prepared_by.to_owned(),
            prepared_at,
            entries,
            held_out,
            approvals: Vec::new(),
        })
    }

    /// Takes people off because of something that their cycle does not know, such as a notice that never left the house. Once
    /// somebody has approved the list, nothing changes any more.
    #[must_use]
    pub fn sparing(mut self, why: impl Fn(&Entry) -> Option<String>) -> Self {
        if !self.approvals.is_empty() {
            return self;
        }
        let (mut named, mut spared) = (Vec::new(), Vec::new());
        for entry in std::mem::take(&mut self.entries) {
            match why(&entry) {
                Some(why) => spared.push(HeldOut { person: entry.person, why }),
                None => named.push(entry),
            }
        }
        self.entries = named;
        self.held_out.extend(spared);
        self
    }

    /// What an approval is given for: SHA-256 over all that the list says, whom it spares and why included.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        // A text's length keeps two of them from reading as one.
        let mut add = |text: &str| hash.update(format!("{}:{text}\n", text.len()));
        add(&self.id);
        add(&self.prepared_by);
        add(&format!("{} {} {}", self.year, self.payroll, self.entries.len()));
        for entry in &self.entries {
            add(&entry.person);
            add(&entry.notice_on.to_string());
        }
        for held in &self.held_out {
            add(&held.person);
            add(&held.why);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// One officer's approval of the list with this digest.
    pub fn approved(mut self, digest: &str, by: &str, at: Timestamp) -> Result<Self, ListFault> {
        if digest != self.digest() {
            return Err(ListFault::Changed);
        }
        if by.trim().is_empty() {
            return Err(ListFault::Unnamed);
        }
        if by == self.prepared_by {
            return Err(ListFault::Preparer);
        }
        if self.payroll < at.date_naive() {
            return Err(ListFault::Past);
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

    /// Who approved, and when.
    #[must_use]
    pub fn approvals(&self) -> &[(String, Timestamp)] {
        &self.approvals
    }

    /// The approval the cycle of one entry gets, once there are two. A stored list is not believed to hold two different
    /// names only because it holds two.
    #[must_use]
    pub fn approval_of(&self, entry: &Entry) -> Option<Approval> {
        let [(one, _), (other, _)] = self.approvals.as_slice() else { return None };
        let independent = one != other && *one != self.prepared_by && *other != self.prepared_by;
        independent.then(|| Approval {
            list: self.id.clone(),
            year: self.year,
            notice_on: entry.notice_on,
            payroll: self.payroll,
            by: [one.clone(), other.clone()],
        })
    }
}

/// Whether a notice that the post took on a day has its full time before a payroll; otherwise why not, in words.
#[must_use]
pub fn notice_is_short(left_on: Option<NaiveDate>, notice_days: u16, payroll: NaiveDate) -> Option<String> {
    let Some(left) = left_on else { return Some("the notice has not left yet".to_owned()) };
    let whole = left.checked_add_days(Days::new(notice_days.into())).unwrap_or(NaiveDate::MAX);
    (whole > payroll).then(|| format!("the notice left on {left} and has its {notice_days} days on {whole}"))
}

/// Whether a form of the year has left, and the person has had its days before a payroll; otherwise why not, in words.
#[must_use]
pub fn form_is_short(left_on: Option<NaiveDate>, return_days: u16, payroll: NaiveDate) -> Option<String> {
    let Some(left) = left_on else { return Some("no form of the year has left yet".to_owned()) };
    let whole = left.checked_add_days(Days::new(return_days.into())).unwrap_or(NaiveDate::MAX);
    (whole > payroll).then(|| format!("the form left on {left} and is asked back by {whole}"))
}

/// Dates that moved after the person was proposed, for them or for their country: this list is not theirs.
fn too_early(own: &Dates, payroll: NaiveDate, day: NaiveDate) -> Option<String> {
    if day <= own.grace_until {
        return Some(format!("the dates of this person were moved: grace lasts until {}", own.grace_until));
    }
    let first = own.payroll;
    (payroll < first).then(|| {
        format!(
            "the dates of this person are other ones: the first payroll without payment is that of {first}"
        )
    })
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
