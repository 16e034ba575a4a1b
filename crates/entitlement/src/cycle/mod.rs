//! The Fund's yearly cycle: one state machine per person and year, stepped by a nightly job.
//!
//! [`step()`] is a pure function of a person-year, the person, the events since the last night and the calendar. It can be
//! re-run, interrupted and replayed: events carry a number and count once, a date acts once, and each effect has a key
//! by which an outbox recognises it. The crate's README maps every rule of the cycle to its function and test.
//! Words of its own: a *person-year* is one person's cycle of one year; *evidence* is the record of one proof of life,
//! whatever the channel; a *hold-out* is a reason why nobody may be suspended now.
//! Read [`PersonYear`], [`step()`] and [`Calendar`] first.

mod asking;
mod calendar;
mod channel;
mod country;
mod counts;
mod due;
mod edition;
mod effect;
mod ending;
mod event;
mod evidence;
mod happen;
mod person;
mod person_year;
mod quiet;
mod residence;
mod rule;
mod step;
mod suspension;

pub use asking::{Asked, Wish, asked};
pub use calendar::{
    Calendar, CalendarFault, Dates, HoldOut, LONGEST_REASON, MOST_CALENDAR_BYTES, MOST_OVERRIDES, Moves,
    Override, Reminder,
};
pub use channel::{Channel, Helper, HelperRole, next_channel};
pub use country::{CountryCode, CountryCodeFault};
pub use counts::{Counts, Flows};
pub use edition::Edition;
pub use effect::{Effect, EffectKind};
pub use event::{BenefitEnd, CaseKind, Event, EventFault, HoldKind, What};
pub use evidence::{Admission, Evidence, EvidenceFault, LONGEST_ID, MOST_DIGESTS, ProofBook};
pub use person::{Medium, Person, Track};
pub use person_year::{Closure, Counted, Exemption, Hold, PersonYear, Stage, StageName};
pub use quiet::QuietHours;
pub use residence::{CaseFault, Finding, ResidenceCase, ResidenceCheck, ResidenceState, judge};
pub use rule::Rule;
pub use step::{Night, Step, StepFault, Transition, step};
pub use suspension::{Approval, Entry, HeldOut, ListFault, SuspensionList, form_is_short, notice_is_short};

#[cfg(test)]
mod tests;
