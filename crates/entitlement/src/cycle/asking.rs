//! What the years ask of one person now, in the person's own terms: what a wallet shows, and whether a proof can be begun.
//!
//! A proof that is made now counts for the year of today and closes whatever earlier year still waits for one
//! ([`super::Evidence::closes`]). So the year that is spoken of is the earliest that still asks, and somebody who takes no part in
//! this year because payment was held for the last one may prove all the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::calendar::{Calendar, Dates};
use super::person::Person;
use super::person_year::{Exemption, PersonYear, Stage};

/// Where a person stands with the yearly proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The earliest year that still asks; the year of today where none does.
    pub year: i32,
    pub wish: Wish,
    /// The last day in time of that year, for this person.
    pub due: Option<NaiveDate>,
    /// The first payroll without payment, while the proof is late and payment goes on.
    pub held_from: Option<NaiveDate>,
    pub on_hold: bool,
    /// When the next window opens; for a window that is shut, when this one does.
    pub next_opens: Option<NaiveDate>,
    /// A proof that is made now would be the first for that year.
    pub may_begin: bool,
    /// The years for which a proof that is made now counts, where one is asked for: each that still asks, and the year of today.
    pub closes: Vec<i32>,
}

/// What is wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The window opens later.
    NotYet,
    Open,
    /// The due date is past, and payment goes on.
    Late,
    /// Payment is held until there is a proof.
    OnHold,
    /// A proof is there and somebody has to decide: about it, or about an account that changed.
    WithFund,
    Done,
    /// This year asks nothing of the person.
    NotConcerned,
    /// The life or the benefit is over, as far as is known.
    Ended,
}

/// Where a person stands on this day. `years` are theirs, in any order; a year that no night has stepped yet may be missing.
#[must_use]
pub fn asked(years: &[PersonYear], calendars: &[Calendar], person: &Person, today: NaiveDate) -> Asked {
    let mut begun: Vec<&PersonYear> = years.iter().filter(|it| it.year <= today.year()).collect();
    begun.sort_by_key(|it| it.year);
    let asking = Asking { calendars, person, today };
    let on_hold = begun.iter().any(|it| matches!(it.stage, Stage::Suspended { .. }));
    let open = begun.iter().find(|it| asks(it)).copied();
    let checked = begun.iter().any(|it| is_checked(it));
    match (begun.last(), open) {
        (Some(last), _) if last.is_ended() => asking.quiet(Wish::Ended, on_hold, None),
        (_, Some(open)) => {
            let still = begun.iter().filter(|it| asks(it)).map(|it| it.year);
            let closes: BTreeSet<i32> = still.chain([today.year()]).collect();
            Asked { closes: closes.into_iter().collect(), ..asking.of_open(open, on_hold) }
        }
        (_, None) if checked => asking.quiet(Wish::WithFund, on_hold, None),
        (last, None) => asking.of_rest(last.copied().filter(|it| it.year == today.year()), on_hold),
    }
}

/// In scope, and nothing is on record that answers it.
fn asks(record: &PersonYear) -> bool {
    let outside = matches!(record.stage, Stage::NotInScope { .. });
    !outside && !record.is_answered() && record.proof.is_none()
}

/// Payment is held although there is a proof: an account is looked into.
fn is_checked(record: &PersonYear) -> bool {
    matches!(record.stage, Stage::Suspended { .. }) && record.proof.is_some()
}

struct Asking<'a> {
    calendars: &'a [Calendar],
    person: &'a Person,
    today: NaiveDate,
}

impl Asking<'_> {
    fn of_open(&self, record: &PersonYear, on_hold: bool) -> Asked {
        let dates = self.dates(record.year);
        let due = dates.as_ref().map_or_else(|| last_day(record.year), |dates| dates.due);
        let is_waiting = !record.waiting.is_empty();
        let wish = match record.stage {
            _ if is_waiting => Wish::WithFund,
            Stage::Suspended { .. } => Wish::OnHold,
            _ if self.today > due => Wish::Late,
            _ => Wish::Open,
        };
        // Whoever was spared by a payroll that is past is not told of it.
        let ahead = |payroll: &NaiveDate| wish == Wish::Late && !on_hold && *payroll > self.today;
        let held_from = dates.map(|dates| dates.payroll).filter(ahead);
        Asked {
            year: record.year,
            wish,
            due: Some(due),
            held_from,
            on_hold,
            next_opens: None,
            may_begin: !is_waiting,
            closes: vec![record.year],
        }
    }

    /// Nothing is missing. `record` is that of this year.
    fn of_rest(&self, record: Option<&PersonYear>, on_hold: bool) -> Asked {
        let year = self.today.year();
        let why = match record.map(|it| &it.stage) {
            Some(Stage::NotInScope { why }) => *why,
            None => Exemption::NotOpenYet,
            Some(_) => return self.quiet(Wish::Done, on_hold, Some(self.opens(year + 1))),
        };
        let opens = self.opens(year);
        if self.today < opens {
            return self.quiet(Wish::NotYet, on_hold, Some(opens));
        }
        // The window is open and the night that says so has not run, or has not seen the person.
        let cut_off = self.dates(year).map(|dates| dates.scope_cut_off);
        let enters = cut_off.is_some_and(|cut_off| self.person.is_paid_before(cut_off));
        match why == Exemption::NotOpenYet && enters {
            true => self.of_open(&PersonYear::new(&self.person.id, year), on_hold),
            false => self.quiet(Wish::NotConcerned, on_hold, Some(self.opens(year + 1))),
        }
    }

    fn quiet(&self, wish: Wish, on_hold: bool, next_opens: Option<NaiveDate>) -> Asked {
        let year = self.today.year();
        Asked {
            year,
            wish,
            due: None,
            held_from: None,
            on_hold,
            next_opens,
            may_begin: false,
            closes: Vec::new(),
        }
    }

    fn dates(&self, year: i32) -> Option<Cow<'_, Dates>> {
        let calendar = self.calendars.iter().find(|it| it.year() == year)?;
        Some(calendar.dates_of(self.person))
    }

    /// Where nobody made a calendar of a year, its window opens as every year.
    fn opens(&self, year: i32) -> NaiveDate {
        let usual = NaiveDate::from_ymd_opt(year, 1, 2).unwrap_or(NaiveDate::MAX);
        self.dates(year).map_or(usual, |dates| dates.opens)
    }
}

fn last_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX)
}
