//! The Fund's register, its cycle and what belongs to it. Everything that names a person arrives here sealed.

mod calendars;
mod cycles;
mod effects;
mod imports;
mod journal;
mod lists;
mod nights;
mod people;
mod proofs;

use sql::Migration;

pub use calendars::CalendarRow;
pub use cycles::{CycleRow, DueRow, GroupCount};
pub use effects::EffectRow;
pub use imports::{RegisterCounts, RegisterImport, RegisterRow, StandingPerson};
pub use journal::{JournalRow, NewEntry};
pub use lists::ListRow;
pub use nights::{NightFault, NightRow};
pub use people::PersonRow;
pub use proofs::{NoteRow, ProofRow};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 800, name: "fund_register", sql: include_str!("migrations/0800_fund_register.sql") },
    Migration { version: 801, name: "fund_cycle", sql: include_str!("migrations/0801_fund_cycle.sql") },
    Migration { version: 802, name: "fund_proofs", sql: include_str!("migrations/0802_fund_proofs.sql") },
];
