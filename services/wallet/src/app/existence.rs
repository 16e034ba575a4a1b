//! The yearly proof of existence: passkey, device key, the Fund's confirmation, and the certificate.

mod answering;
mod asking;
mod pictures;
mod place;
mod sending;

use chrono::Duration;
use holding::existence::{Existence, Progress, StepFault};
use holding::signing::SignatureFault;
use store_wallet::records::{Record, Table};

use super::custody::CustodyError;
use super::fault::{Fault, RemoteFault};
use super::{ALONE_SECONDS, Person, Wallet};

/// WebAuthn 6.1: user present and user verified.
const FLAGS_PRESENT_AND_VERIFIED: u8 = 0b101;
pub(super) const TO_SIGN: &str = "0";
/// As many as the Fund takes.
pub const LONGEST_APPEAL: usize = 2000;

/// Why a proof cannot be begun or sent.
#[derive(Debug, thiserror::Error)]
pub enum ExistenceError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such request")]
    Unknown,
    #[error("the Fund cannot be asked")]
    Fund(#[from] RemoteFault),
    #[error("the request is over")]
    Gone,
    #[error("the organisation that asks is not proven by the registry")]
    NotProven,
    #[error(transparent)]
    Step(#[from] StepFault),
    #[error("this device key is not registered with the account, or is lost")]
    DeviceKey,
    #[error("the account has no passkey of the kind that can answer")]
    NoPasskey,
    #[error("the passkey did not answer this request with user verification")]
    Assertion,
    #[error(transparent)]
    Signature(#[from] SignatureFault),
    #[error("the time of the proof is not one of RFC 3339")]
    Time,
    /// The officer's device is no station, or this is no visit.
    #[error("this device is no station of the Fund")]
    NoStation,
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error("the Fund did not accept the answer: {0}")]
    AnswerRefused(String),
    /// What the person says is too long for the Fund.
    #[error("what you say to the Fund has at most {LONGEST_APPEAL} characters")]
    Words,
    #[error("the Fund has no letter with this receipt")]
    NoLetter,
    #[error("a picture of a form is a JPEG, a PNG or a PDF")]
    FormType,
    /// Why, as a word of the Fund's, and in its words.
    #[error("the Fund did not take the form: {said}")]
    FormRefused { reason: &'static str, said: String },
}

impl ExistenceError {
    /// Another request wrote the same record first.
    fn is_overtaken(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.is_overtaken())
    }
}

/// What comes with an answer beside the passkey: the first so many of the kept pictures, and the place.
#[derive(Clone, Copy, Default)]
pub struct Pictures {
    pub frames: u8,
    pub place: Option<Place>,
}

/// Where the device is, rounded there.
#[derive(Clone, Copy)]
pub struct Place {
    pub latitude_tenths: i16,
    pub longitude_tenths: i16,
    pub accuracy_metres: u32,
}

impl Wallet {
    /// Opens a request. The same link leads to the same request; `true` beside it when it is new.
    pub async fn open_existence(
        &self,
        person: &Person,
        request_uri: &str,
    ) -> Result<(Record, Existence, bool), ExistenceError> {
        let found = self.find_by_source::<Existence>(person, Table::Existences, request_uri).await?;
        if let Some((record, existence)) = found {
            let over = existence.may_answer(self.now()) == Err(StepFault::Expired);
            if !over {
                return Ok((record, existence, false));
            }
            let (record, fresh) = self.renewed(person, record, existence).await?;
            return Ok((record, fresh, false));
        }
        let existence = self.fetch_existence(request_uri).await?;
        let record =
            self.new_record(person, Table::Existences, request_uri, existence.state(), &existence)?;
        let mut tx = self.store.write("open_existence").await?;
        let new = tx.insert_record(Table::Existences, &record).await?;
        tx.commit().await?;
        if new {
            return Ok((record, existence, true));
        }
        let found = self.find_by_source(person, Table::Existences, request_uri).await?;
        let (record, existence) = found.ok_or(ExistenceError::Unknown)?;
        Ok((record, existence, false))
    }

    /// As it stands; asks the Fund when an answer is on its way.
    pub async fn existence(&self, person: &Person, id: &str) -> Result<(Record, Existence), ExistenceError> {
        let (record, existence) = self.existence_record(person, id).await?;
        if existence.may_answer(self.now()) == Err(StepFault::Expired) && existence.state() == "opened" {
            return self.renewed(person, record, existence).await;
        }
        match existence.progress {
            Progress::Sending { .. } => self.send_existence(&person.data_key, record, existence).await,
            Progress::Refused if existence.appealing.is_some() => {
                self.send_appeal(&person.data_key, record, existence).await
            }
            // Whoever was refused may have been heard meanwhile.
            Progress::Answered { .. } | Progress::Confirmed { offer_id: None, .. } | Progress::Refused => {
                self.ask_fund(person, record, existence).await
            }
            // Whoever looks again reads what remains of the pictures now.
            Progress::Confirmed { .. } if existence.asks_again(self.now()) => {
                self.ask_fund(person, record, existence).await
            }
            // A form was sent in the place of the phone's answer.
            Progress::Opened | Progress::Expired if existence.form.is_some() => {
                self.ask_fund(person, record, existence).await
            }
            Progress::Opened
            | Progress::Asserting { .. }
            | Progress::Signing { .. }
            | Progress::Confirmed { .. }
            | Progress::Expired => Ok((record, existence)),
        }
    }

    /// As it stands here, without asking anybody.
    pub async fn known_existence(
        &self,
        person: &Person,
        id: &str,
    ) -> Result<(Record, Existence), ExistenceError> {
        self.existence_record(person, id).await
    }

    pub(super) async fn existence_record(
        &self,
        person: &Person,
        id: &str,
    ) -> Result<(Record, Existence), ExistenceError> {
        self.find(person, Table::Existences, id).await?.ok_or(ExistenceError::Unknown)
    }

    /// Stores what is to be sent now and, should that not arrive, again soon: a crash between the two loses nothing.
    pub(super) async fn keep_to_send(
        &self,
        name: &'static str,
        person: &Person,
        record: &Record,
        existence: &Existence,
    ) -> Result<Record, Fault> {
        let mut moved =
            self.moved(&person.data_key, Table::Existences, record, existence.state(), existence)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(ALONE_SECONDS));
        self.replace(name, Table::Existences, moved).await
    }
}
