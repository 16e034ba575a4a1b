//! Enrolment at the Fund: an invitation, the key of this device, an appointment, and the call.
//!
//! The wallet speaks to the Fund with a secret of its own for each enrolment; the secret never reaches the page. Nothing is
//! believed of an organisation that the registry does not prove.

mod separation;
pub mod station;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holding::party::Party;
use holding::request::plain_text;
use holding::signing::{self, SignatureFault, ToSign};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store_wallet::records::{Record, Table};
use wire::enrolment::{
    AppointmentChoice, EnrolmentClaim, EnrolmentKey, EnrolmentStatus, FreeTimes, SignalsHeard, SignalsSent,
    device_key_input,
};

use super::custody::CustodyError;
use super::existence::ExistenceError;
use super::fault::{Fault, RemoteFault};
use super::issuers::parse;
use super::signing::Signatures;
use super::year::{Year, YearRefusal};
use super::{Person, Wallet, open_record};

const TO_SIGN: &str = "0";
const LONGEST_UID: usize = 20;
const LONGEST_CODE: usize = 40;
/// Before the Fund has answered the first time.
const ASKING: &str = "asking";

/// Why an enrolment does not get on.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such enrolment")]
    Unknown,
    #[error("the Fund cannot be asked")]
    Fund(#[from] RemoteFault),
    #[error("the organisation is not proven by the registry")]
    NotProven,
    #[error("number or code is not of the form in the letter")]
    Form,
    /// Number and code do not fit an open invitation.
    #[error("the Fund did not accept number and code")]
    Code,
    #[error("the time was taken by somebody else")]
    TimeTaken,
    /// In the Fund's words.
    #[error("the Fund refused: {0}")]
    Refused(String),
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error("this device is no station of the Fund")]
    NoStation,
    #[error("the Fund does not take the word of this station")]
    StationRefused,
    #[error("the picture is no JPEG of at most 256 kB")]
    Picture,
    /// As the Fund's face engine sees it, in its words.
    #[error("the Fund cannot use the picture: {0}")]
    PictureRefused(String),
    /// In words for the operator.
    #[error("{0}")]
    Document(String),
    /// Why a Separation credential did not open an enrolment.
    #[error("the Fund did not accept the Separation credential")]
    Separation(SeparationRefusal),
    /// Why the Fund does not say how the year stands, or begins no proof.
    #[error("the Fund does not begin the yearly proof")]
    Year(YearRefusal),
    #[error("the question of the year cannot be opened")]
    Question(#[source] Box<ExistenceError>),
    #[error("this device key is not registered with the account, or is lost")]
    DeviceKey,
    #[error(transparent)]
    Signature(#[from] SignatureFault),
}

/// Why a Separation credential did not open an enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeparationRefusal {
    /// This Fund takes no such credentials.
    NotOffered,
    /// Nothing was presented, or not from here.
    Unanswered,
    /// Revoked or suspended.
    Withdrawn,
    /// Expired, or not valid yet.
    Expired,
    /// Not of an accredited organisation, changed, or bound to another wallet.
    NotValid,
    /// The register has nobody with this number and birth date.
    NotMatched,
    /// It enrolled somebody else.
    Used,
}

/// An enrolment as the wallet keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolment {
    /// The Fund's issuer address.
    pub fund_url: String,
    pub fund: Party,
    /// The bearer token of this enrolment.
    secret: String,
    /// What the Fund said last.
    pub status: Option<EnrolmentStatus>,
    /// How the yearly proof stands.
    #[serde(default)]
    pub year: Year,
}

impl Enrolment {
    /// By which the Fund and the person of an enrolment are told apart from others.
    pub(super) fn whose(&self) -> (String, String) {
        let name = self.status.as_ref().map(|status| status.given_name.clone());
        (self.fund_url.clone(), name.unwrap_or_default())
    }

    pub(super) fn authorization(&self) -> String {
        format!("Bearer {}", self.secret)
    }

    fn state(&self) -> &str {
        self.status.as_ref().map_or(ASKING, |status| &status.state)
    }
}

impl Wallet {
    /// Uses an invitation. The secret is kept before it is sent, so that a cut line costs no code.
    pub async fn begin_enrolment(
        &self,
        person: &Person,
        fund_url: &str,
        uid: &str,
        code: &str,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let (uid, code) = (uid.trim(), code.trim());
        if !(1..=LONGEST_UID).contains(&uid.len()) || !(1..=LONGEST_CODE).contains(&code.len()) {
            return Err(EnrolmentError::Form);
        }
        let fund_url = fund_url.trim_end_matches('/');
        let fund = self.proven_fund(fund_url).await?;
        let (record, mut enrolment) = self.asking(person, fund_url, fund, ASKING).await?;
        let claim =
            EnrolmentClaim { uid: uid.to_owned(), code: code.to_owned(), secret: enrolment.secret.clone() };
        let said = self.tell_fund(&enrolment, "", &serde_json::to_value(claim)?).await?;
        self.keep_status(person, record, &mut enrolment, said).await.map(|record| (record, enrolment))
    }

    /// Who stands behind the link of an invitation, so that the person reads it before anything is typed.
    pub async fn who_enrols(&self, fund_url: &str) -> Result<Party, EnrolmentError> {
        self.proven_fund(fund_url.trim_end_matches('/')).await
    }

    /// Who the Fund is, by the registry.
    async fn proven_fund(&self, fund_url: &str) -> Result<Party, EnrolmentError> {
        let fund = self.described_issuer(fund_url).await?.0;
        match fund.organisation.is_some() && fund.did.is_some() {
            true => Ok(fund),
            false => Err(EnrolmentError::NotProven),
        }
    }

    /// The record that waits in this state for this Fund's answer, or a new one.
    async fn asking(
        &self,
        person: &Person,
        fund_url: &str,
        fund: Party,
        state: &str,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let known = self.store.read().await?.list_records(Table::Enrolments, &person.account).await?;
        for record in known.into_iter().filter(|record| record.state == state) {
            let (record, enrolment) = open_record::<Enrolment>(&person.data_key, Table::Enrolments, record)?;
            if enrolment.fund_url == fund_url {
                return Ok((record, enrolment));
            }
        }
        let mut secret = [0; 32];
        self.entropy.fill(&mut secret);
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let source = secret.clone();
        let enrolment =
            Enrolment { fund_url: fund_url.to_owned(), fund, secret, status: None, year: Year::default() };
        let record = self.new_record(person, Table::Enrolments, &source, state, &enrolment)?;
        let mut tx = self.store.write("begin_enrolment").await?;
        tx.insert_record(Table::Enrolments, &record).await?;
        tx.commit().await?;
        Ok((record, enrolment))
    }

    /// As it stands at the Fund.
    pub async fn enrolment(&self, person: &Person, id: &str) -> Result<(Record, Enrolment), EnrolmentError> {
        let (record, mut enrolment) = self.known_enrolment(person, id).await?;
        let url = parse(&format!("{}/enrolment", enrolment.fund_url))?;
        let reply = self.outbound.get(&url, "application/json", Some(&enrolment.secret)).await;
        let said = answered(&reply.map_err(RemoteFault::from)?)?;
        self.keep_status(person, record, &mut enrolment, said).await.map(|record| (record, enrolment))
    }

    /// As it is known here, without asking anybody.
    pub async fn known_enrolment(
        &self,
        person: &Person,
        id: &str,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let found = self.find::<Enrolment>(person, Table::Enrolments, id).await?;
        found.filter(|(_, enrolment)| enrolment.status.is_some()).ok_or(EnrolmentError::Unknown)
    }

    /// What the device key is to sign: it names the Fund and this enrolment.
    pub async fn prepare_enrolment_key(
        &self,
        person: &Person,
        id: &str,
        device_key: &str,
    ) -> Result<ToSign, EnrolmentError> {
        let (_, enrolment) = self.known_enrolment(person, id).await?;
        self.usable_key(&person.account, device_key).await?.ok_or(EnrolmentError::DeviceKey)?;
        key_to_sign(&enrolment)
    }

    /// Names the key of this device to the Fund.
    pub async fn name_enrolment_key(
        &self,
        person: &Person,
        id: &str,
        device_key: &str,
        signatures: &Signatures,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let (record, mut enrolment) = self.known_enrolment(person, id).await?;
        let key = self.usable_key(&person.account, device_key).await?.ok_or(EnrolmentError::DeviceKey)?;
        let asked = key_to_sign(&enrolment)?;
        let checked = signing::check(std::slice::from_ref(&asked), signatures, &key)?;
        let signature = checked.get(TO_SIGN).ok_or(SignatureFault::Missing)?;
        let named = EnrolmentKey { holder_key: key.to_jwk(), signature: URL_SAFE_NO_PAD.encode(signature) };
        let said = self.tell_fund(&enrolment, "/device-key", &serde_json::to_value(named)?).await?;
        self.keep_status(person, record, &mut enrolment, said).await.map(|record| (record, enrolment))
    }

    /// Books a time, moves to it, or cancels.
    pub async fn choose_appointment(
        &self,
        person: &Person,
        id: &str,
        choice: &AppointmentChoice,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let (record, mut enrolment) = self.known_enrolment(person, id).await?;
        let said = self.tell_fund(&enrolment, "/appointment", &serde_json::to_value(choice)?).await?;
        self.keep_status(person, record, &mut enrolment, said).await.map(|record| (record, enrolment))
    }

    /// All free times, earliest first, a page; `after` is what the page before said of the next.
    pub async fn free_times(
        &self,
        person: &Person,
        id: &str,
        after: &str,
    ) -> Result<FreeTimes, EnrolmentError> {
        let (_, enrolment) = self.known_enrolment(person, id).await?;
        let mut url = parse(&format!("{}/enrolment/times", enrolment.fund_url))?;
        if !after.is_empty() {
            url.query_pairs_mut().append_pair("after", after);
        }
        let reply = self.outbound.get(&url, "application/json", Some(&enrolment.secret)).await;
        answered(&reply.map_err(RemoteFault::from)?)
    }

    /// Keeps the place where no time is free.
    pub async fn keep_place(&self, person: &Person, id: &str) -> Result<(Record, Enrolment), EnrolmentError> {
        let (record, mut enrolment) = self.known_enrolment(person, id).await?;
        let said = self.tell_fund(&enrolment, "/place", &json!({})).await?;
        self.keep_status(person, record, &mut enrolment, said).await.map(|record| (record, enrolment))
    }

    /// Passes on what the browsers of a call tell each other.
    pub async fn signal(
        &self,
        person: &Person,
        id: &str,
        sent: &SignalsSent,
    ) -> Result<SignalsHeard, EnrolmentError> {
        let (_, enrolment) = self.known_enrolment(person, id).await?;
        self.tell_fund(&enrolment, "/signals", &serde_json::to_value(sent)?).await
    }

    async fn tell_fund<T: serde::de::DeserializeOwned>(
        &self,
        enrolment: &Enrolment,
        path: &str,
        body: &Value,
    ) -> Result<T, EnrolmentError> {
        let url = parse(&format!("{}/enrolment{path}", enrolment.fund_url))?;
        let authorization = enrolment.authorization();
        let mut headers = vec![("accept", "application/json")];
        // The first word carries the secret in its body.
        if !["", separation::BEGIN].contains(&path) {
            headers.push(("authorization", authorization.as_str()));
        }
        let reply = self.outbound.post_json(&url, body, &headers).await.map_err(RemoteFault::from)?;
        answered(&reply)
    }

    /// Only a change is written: pages ask now and then.
    async fn keep_status(
        &self,
        person: &Person,
        record: Record,
        enrolment: &mut Enrolment,
        said: EnrolmentStatus,
    ) -> Result<Record, EnrolmentError> {
        if enrolment.fund.did.as_deref() != Some(said.organisation.did.as_str()) {
            return Err(EnrolmentError::NotProven);
        }
        if enrolment.status.as_ref() == Some(&said) {
            return Ok(record);
        }
        enrolment.status = Some(said);
        let state = enrolment.state().to_owned();
        let moved = self.moved(&person.data_key, Table::Enrolments, &record, &state, enrolment)?;
        Ok(self.replace("keep_enrolment", Table::Enrolments, moved).await?)
    }
}

fn key_to_sign(enrolment: &Enrolment) -> Result<ToSign, EnrolmentError> {
    let status = enrolment.status.as_ref().ok_or(EnrolmentError::Unknown)?;
    let input = device_key_input(&status.organisation.did, &status.id);
    Ok(ToSign { id: TO_SIGN.to_owned(), input, key: None })
}

fn answered<T: serde::de::DeserializeOwned>(reply: &outbound::Reply) -> Result<T, EnrolmentError> {
    if reply.is_success() {
        return Ok(reply.json().map_err(|_| RemoteFault::Form("enrolment"))?);
    }
    let problem: Value = reply.json().unwrap_or_default();
    let text = |member: &str| problem.get(member).and_then(Value::as_str);
    let slug = text("type").and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
    match (reply.status, slug) {
        (403, "invitation-refused") => Err(EnrolmentError::Code),
        (400, "picture-refused") => {
            let said = text("detail").unwrap_or_default();
            Err(EnrolmentError::PictureRefused(plain_text(said, 200)))
        }
        (403, "station-refused") => Err(EnrolmentError::StationRefused),
        (409, "time-taken") => Err(EnrolmentError::TimeTaken),
        (401, _) => Err(EnrolmentError::Unknown),
        (403 | 409, slug) if separation::refusal(slug).is_some() => {
            Err(EnrolmentError::Separation(separation::refusal(slug).unwrap_or(SeparationRefusal::NotValid)))
        }
        (400 | 409, _) => {
            let said = text("detail").or_else(|| text("title")).unwrap_or_default();
            Err(EnrolmentError::Refused(plain_text(said, 200)))
        }
        (status, _) => Err(RemoteFault::Status { status, code: None }.into()),
    }
}
