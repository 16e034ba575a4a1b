//! The Fund's year: its register, nights, proofs, and lists for payroll.
//!
//! It is part of the issuer because the Fund is one of its organisations: the same officers, approvals, keys and outbox. The
//! rules are in `entitlement`; here they meet the database. What names a person is sealed before it leaves this module.

mod appeals;
mod archives;
mod audit;
mod calendars;
mod case_appeals;
mod case_decisions;
mod case_kind;
mod case_reversals;
mod case_views;
mod cases;
mod certificates;
mod countries;
mod counts;
mod directory;
mod events;
mod fairness;
mod figures;
mod fold;
mod follow_up;
mod form_numbers;
mod frames;
mod gathering;
mod heads;
mod helpers;
mod invitation_letters;
mod invitations;
mod journal;
mod letter_samples;
mod letter_settings;
mod listed;
mod lists;
mod mailing_parts;
mod mailings;
mod many_cores;
mod messages;
mod missing_places;
mod moved;
mod moved_dates;
mod new_years;
mod night;
mod payroll;
mod people;
mod phone_proofs;
mod printing;
mod proofs;
mod receipt_note;
mod receipt_words;
mod receipts;
mod reckoning;
mod records;
mod region;
mod register;
mod register_changes;
mod register_rows;
mod residence;
mod residence_notes;
mod samples;
mod scan_pictures;
mod scans;
mod sendings;
mod stations;
mod uploads;
mod words;
mod yearly;
mod zones;

use entitlement::cycle::{CalendarFault, EventFault, EvidenceFault, ListFault, StepFault};
use issuance::import::SheetError;
use issuance::{Actor, Scope};

pub use appeals::{AppealView, AppealWord, OpenAppeal};
pub(crate) use archives::Archive;
pub use calendars::{CalendarChange, YearCalendar};
pub use case_decisions::CaseDecision;
pub use case_kind::{CaseOutcome, CaseType};
pub use case_views::{CaseMoment, CaseView};
pub(crate) use countries::{by_name as countries_by_name, name_of as country_name};
pub use counts::{Group, YearCounts};
pub(crate) use directory::{Directories, channel_names};
pub use directory::{ListedFundPerson, PeoplePage, PeoplePart};
pub use events::NewHold;
pub use fairness::{AppealFigures, Fairness, GroupRates, GroupTable, SMALLEST_GROUP};
pub use figures::{Missing, YearFigures};
pub use follow_up::{FOLLOW_UP_OUTCOMES, FollowUpAnswer, NewFollowUp};
pub use gathering::NewMailing;
pub use heads::{HeadSet, HeadsView};
pub use helpers::NewHelper;
pub use invitation_letters::PaperInvitation;
pub use invitations::{ChosenPeople, InvitationView, NewInvitations};
pub use letter_samples::SAMPLES;
pub use letter_settings::LetterSettings;
pub use listed::ListedPerson;
pub use lists::{ListStanding, PayrollFile, SuspensionView};
pub use mailing_parts::PieceView;
pub(crate) use mailings::KINDS as LETTER_KINDS;
pub use mailings::{MailingView, letter_fault, letter_state};
pub use messages::{FundPost, SentMessage};
pub use moved_dates::{CALENDAR_DATES, CalendarDate, MovedDates, MovedFor};
pub use new_years::reminder_dates;
pub use night::NightView;
pub use payroll::{PayrollChange, PayrollChanges};
pub(crate) use people::age_order;
pub use people::{AGE_BANDS, AgeBand, FundPerson, FundPersonPage, JournalLine};
pub(crate) use phone_proofs::PhoneAnswer;
pub use proofs::{NewProof, Receipt};
pub(crate) use proofs::{channel_name, channel_of, is_missing};
pub use receipts::{ReceiptDocument, ReceiptView};
pub use reckoning::{Reckoning, ReckoningLine};
pub(super) use records::completed;
pub use register::{RegisterPreview, RegisterSource};
pub use register_changes::{CHANGE_KINDS, ChangedField, ChangedRow, ChangesPlace, RegisterChanges};
pub use scans::{ReadPage, ScanPage, scan_fault};
pub use stations::NewStation;
pub(crate) use uploads::MOST_UPLOAD_BYTES;
pub(super) use zones::{awake_in, usual_offset};

use super::{ExistenceError, Issuer, Tenant};

/// Why something about the Fund's year is not done.
#[derive(Debug, thiserror::Error)]
pub enum FundError {
    #[error("this organisation does not pay pensions")]
    NotTheFund,
    #[error("the token of a machine of this organisation is needed, with the right for this")]
    Unauthorized,
    #[error("there is no such thing on the Fund's register")]
    Unknown,
    #[error("erased on {on}: the pseudonymous chain has {entries} events, its last link is {head}")]
    Erased { on: chrono::NaiveDate, entries: u64, head: String },
    #[error("the file does not wait for a confirmation any more")]
    Closed,
    #[error(
        "{ends} of {people} people would end by this file, more than one in {one_in}: a person confirms it in the console"
    )]
    Brake { ends: u64, people: u64, one_in: u64 },
    #[error("{0}")]
    Form(&'static str),
    #[error("{0}")]
    Conflict(&'static str),
    #[error("this proof stands under another person")]
    OfAnother,
    #[error("this was decided already")]
    Decided,
    #[error("a second officer decides this: not the one who proposed it or refused it")]
    FourEyes,
    #[error("a colleague decides about this proof, not the officer who wrote it down")]
    OwnProof,
    #[error(
        "a colleague decides that the person lives, not who wrote the proof down or handed in the file with the death"
    )]
    OwnHand,
    #[error("there is no calendar of {0}; make one first")]
    NoCalendar(i32),
    #[error("what is stored about this cannot be opened")]
    Damaged,
    #[error(transparent)]
    Scan(#[from] paper::ReadError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Calendar(#[from] CalendarFault),
    #[error(transparent)]
    Event(#[from] EventFault),
    #[error(transparent)]
    Evidence(#[from] EvidenceFault),
    #[error(transparent)]
    List(#[from] ListFault),
    #[error(transparent)]
    Step(#[from] StepFault),
    #[error(transparent)]
    Offer(#[from] super::OfferError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// The organisation that pays pensions, or nothing of it.
    pub(super) fn pension_fund(&self, tenant: &str) -> Result<&Tenant, FundError> {
        self.fund(tenant).map_err(|error| match error {
            ExistenceError::Store(error) => FundError::Store(error),
            _ => FundError::NotTheFund,
        })
    }

    /// Whether an organisation pays pensions.
    pub(crate) fn is_pension_fund(&self, tenant: &Tenant) -> bool {
        self.pension_fund(&tenant.id).is_ok()
    }

    /// The machine behind a token, if it may do that; the token is looked at before anything else.
    pub async fn authorize_fund(
        &self,
        tenant: &Tenant,
        token: Option<&str>,
        scope: Scope,
    ) -> Result<Actor, FundError> {
        let by = self.service_client(tenant, token, scope).await?.ok_or(FundError::Unauthorized)?;
        self.pension_fund(&tenant.id)?;
        Ok(by)
    }
}
