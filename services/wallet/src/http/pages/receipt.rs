//! What the Fund holds of a proof, and another look at a refusal, in the person's words.

use chrono::{NaiveDate, NaiveTime};
use clock::Timestamp;
use holding::existence::Existence;
use holding::vault::Purpose;
use store_wallet::records::Table;
use wire::existence::{AppealState, ExistenceForm, ExistenceReceipt, FormState};

use super::super::views::ExistenceView;
use crate::app::fault::Fault;
use crate::app::{Person, Wallet};
use crate::words::Words;

/// The receipt as it is read and printed.
pub struct Receipt {
    pub reference: String,
    /// The name of the sentence that says how the proof came.
    pub channel: &'static str,
    pub made: Timestamp,
    pub received: Timestamp,
    pub accepted: Timestamp,
    /// Not quantities: written without separators.
    pub years: String,
    pub until: Option<String>,
    pub next: String,
    pub letter: bool,
}

/// How it went the time before.
pub struct LastTime {
    pub year: String,
    /// The name of the sentence that says how the proof came.
    pub channel: &'static str,
    pub accepted: Timestamp,
}

/// The latest earlier proof that the same organisation accepted.
pub async fn last_time(
    wallet: &Wallet,
    person: &Person,
    view: &ExistenceView,
) -> Result<Option<LastTime>, Fault> {
    let mut last: Option<(i64, ExistenceReceipt)> = None;
    let mut tx = wallet.store.read().await?;
    for record in tx.list_records(Table::Existences, &person.account).await? {
        let earlier: Existence = person.data_key.unseal(Purpose::Existence, &record.id, &record.sealed)?;
        let before = earlier.year < view.year && last.as_ref().is_none_or(|(year, _)| *year < earlier.year);
        if let Some(receipt) =
            earlier.receipt.filter(|_| before && earlier.fund.name() == view.organisation.name)
        {
            last = Some((earlier.year, receipt));
        }
    }
    Ok(last.map(|(year, receipt)| LastTime {
        year: year.to_string(),
        channel: channel(&receipt.channel),
        accepted: receipt.accepted_at,
    }))
}

/// Where another look stands, for the page.
pub struct Appeal {
    pub possible: bool,
    pub on_its_way: bool,
    /// Sent, and to be answered by.
    pub open: Option<(Timestamp, Timestamp)>,
    pub upheld: bool,
    pub not_upheld: bool,
}

/// A paper form that was sent.
pub struct PaperForm {
    pub sent: Timestamp,
    pub reference: Option<String>,
    pub waits: bool,
    pub refused: bool,
}

impl PaperForm {
    pub fn new(form: &ExistenceForm) -> Self {
        let is = |state| form.state == state;
        Self {
            sent: form.sent_at,
            reference: form.reference.clone(),
            waits: is(FormState::Waiting),
            refused: is(FormState::Refused),
        }
    }
}

impl Receipt {
    pub fn new(words: Words, receipt: &ExistenceReceipt) -> Self {
        let day = |day: NaiveDate| words.day(&day.and_time(NaiveTime::MIN).and_utc());
        let years: Vec<String> = receipt.years.iter().map(ToString::to_string).collect();
        Self {
            reference: receipt.reference.clone(),
            channel: channel(&receipt.channel),
            made: receipt.captured_at,
            received: receipt.received_at,
            accepted: receipt.accepted_at,
            years: words.list(&years),
            until: receipt.valid_until.map(day),
            next: day(receipt.next_opens),
            letter: receipt.letter,
        }
    }
}

impl Appeal {
    pub fn new(view: &ExistenceView) -> Option<Self> {
        let appeal = view.appeal.as_ref()?;
        let is = |state| appeal.state == state;
        Some(Self {
            possible: is(AppealState::Possible) && !view.appeal_on_its_way,
            on_its_way: view.appeal_on_its_way,
            open: appeal.opened_at.zip(appeal.due_at).filter(|_| is(AppealState::Open)),
            upheld: is(AppealState::Upheld),
            not_upheld: is(AppealState::NotUpheld),
        })
    }
}

pub(super) fn channel(name: &str) -> &'static str {
    match name {
        "kiosk" => "receipt-by-kiosk",
        "paper" => "receipt-by-paper",
        "upload" => "receipt-by-upload",
        "letter" => "receipt-by-letter",
        "visit" => "receipt-by-visit",
        "video-call" => "receipt-by-call",
        "authority" => "receipt-by-authority",
        _ => "receipt-by-device",
    }
}
