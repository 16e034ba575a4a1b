//! The Fund's register, its cycle and what belongs to it. Everything that names a person arrives here sealed.

pub(crate) mod asking;
mod calendars;
mod cases;
pub(crate) mod changes;
mod cycles;
pub(crate) mod directory;
mod effects;
mod fairness;
mod figures;
pub(crate) mod follow_up;
mod heads;
mod imports;
mod invitations;
mod journal;
mod lists;
pub(crate) mod mailing_parts;
mod mailings;
mod messages;
mod nights;
pub(crate) mod payroll;
mod people;
mod proofs;
mod receipts;
mod reckoning;
pub(crate) mod records;
mod samples;
mod scans;
pub(crate) mod sendings;
mod service_times;
mod uploads;

use sql::Migration;

pub use asking::AskRunRow;
pub use calendars::CalendarRow;
pub use cases::{CaseActRow, CaseCount, CaseRow};
pub use cycles::{CycleRow, DueRow, GroupCount};
pub use directory::{RegisterMark, YearPart, YearStanding};
pub use effects::EffectRow;
pub use fairness::{AppealTimes, KindCount, PictureMark};
pub use figures::EffectCount;
pub use follow_up::FollowUpRow;
pub use heads::{HeadRow, HeadSetRow, MovedHead};
pub use imports::{RegisterCounts, RegisterImport, RegisterRow, StandingPerson};
pub use invitations::{InvitationRun, InvitationSelection, RunProgress, Standing as InvitationStanding};
pub use journal::{JournalRow, NewEntry};
pub use lists::ListRow;
pub use mailing_parts::{ArchiveRow, LeftOutRow, LetterSettingsRow, PieceCount};
pub use mailings::{AskedRow, LetterRow, MailingRow, PieceRow};
pub use messages::FundMessageRow;
pub use nights::{NightFault, NightRow};
pub use payroll::PayrollFileRow;
pub use people::PersonRow;
pub use proofs::{NoteRow, ProofRow};
pub use receipts::ReceiptRow;
pub use reckoning::{LedgerTotals, PaymentTotals};
pub use samples::SampleDayRow;
pub use scans::ScanRow;
pub use service_times::{ServiceTime, WaitingProofs};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 800, name: "fund_register", sql: include_str!("migrations/0800_fund_register.sql") },
    Migration { version: 801, name: "fund_cycle", sql: include_str!("migrations/0801_fund_cycle.sql") },
    Migration { version: 802, name: "fund_proofs", sql: include_str!("migrations/0802_fund_proofs.sql") },
];

pub(crate) const MAIL_MIGRATIONS: &[Migration] = &[
    Migration { version: 830, name: "fund_mailings", sql: include_str!("migrations/0830_fund_mailings.sql") },
    Migration { version: 831, name: "fund_messages", sql: include_str!("migrations/0831_fund_messages.sql") },
    Migration { version: 832, name: "fund_scans", sql: include_str!("migrations/0832_fund_scans.sql") },
];

/// Letters about payments.
pub(crate) const PAYMENT_MIGRATIONS: &[Migration] = &[Migration {
    version: 871,
    name: "fund_payment_letters",
    sql: include_str!("migrations/0871_fund_payment_letters.sql"),
}];

/// Forms from wallets.
pub(crate) const UPLOAD_MIGRATIONS: &[Migration] = &[Migration {
    version: 872,
    name: "existence_forms",
    sql: include_str!("migrations/0872_existence_forms.sql"),
}];

/// What auditors see, after everything with a lower number.
pub(crate) const AUDIT_MIGRATIONS: &[Migration] = &[
    Migration { version: 860, name: "fund_heads", sql: include_str!("migrations/0860_fund_heads.sql") },
    Migration { version: 861, name: "fund_receipts", sql: include_str!("migrations/0861_fund_receipts.sql") },
    Migration { version: 862, name: "fund_cases", sql: include_str!("migrations/0862_fund_cases.sql") },
    Migration { version: 863, name: "fund_fairness", sql: include_str!("migrations/0863_fund_fairness.sql") },
];

/// On which kinds of devices pictures are taken.
pub(crate) const DEVICE_MIGRATIONS: &[Migration] = &[Migration {
    version: 880,
    name: "device_kinds",
    sql: include_str!("migrations/0880_device_kinds.sql"),
}];
