//! What the Fund holds of a proof, and another look at a refusal, in the person's words.

use chrono::{NaiveDate, NaiveTime};
use clock::Timestamp;
use wire::existence::{AppealState, ExistenceForm, ExistenceReceipt, FormState};

use super::super::views::ExistenceView;
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

fn channel(name: &str) -> &'static str {
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
