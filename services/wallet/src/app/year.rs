//! The yearly proof from the wallet's side: how the year stands at the Fund, and beginning the proof without being asked first.
//!
//! The device key signs each question, so the Fund answers to whoever it enrolled. What it said last is kept with the enrolment: the
//! home page shows it also where no line is.

use chrono::Duration;
use clock::Timestamp;
use holding::mandate::Act;
use holding::signing::{self, SignatureFault, ToSign};
use holding::year_word::{Word, signing_input};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store_wallet::records::{Record, Table};
use wire::yearly::{DeviceWord, YearAct, YearStanding};

use super::custody::CustodyError;
use super::enrolment::{Enrolment, EnrolmentError};
use super::fault::RemoteFault;
use super::issuers::parse;
use super::signing::Signatures;
use super::{Person, Wallet, open_record};

/// What the Fund said is asked for anew after this.
const FRESH_MINUTES: i64 = 10;
pub(super) const APPROVED: &str = "approved";

/// What is known of the year, with the enrolment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Year {
    /// What the Fund said last, and when.
    pub said: Option<(YearStanding, Timestamp)>,
    /// The record of this year's question in this wallet.
    pub existence: Option<String>,
    /// What waits for the signature of the device key.
    asked: Option<AskedYear>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct AskedYear {
    act: YearAct,
    device_key: String,
    to_sign: ToSign,
}

/// Why the Fund does not say how the year stands, or begins no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearRefusal {
    /// The signed word was not taken.
    Word,
    KeyUnknown,
    KeyReplaced,
    NotOpen,
    NotConcerned,
    WithFund,
    Proven,
    Ended,
}

/// One enrolment with what is known of its year.
pub struct KnownYear {
    pub record: Record,
    pub enrolment: Enrolment,
    /// This year's question in this wallet, as far as it has come.
    pub question: Option<Record>,
    /// When something was learned last of any proof here.
    pub moved_at: Option<Timestamp>,
}

impl KnownYear {
    /// Whether the Fund should be asked before this is relied on.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let Some((_, at)) = &self.enrolment.year.said else { return true };
        // What the person did since moves the year, and so does what became of it.
        let moved = self.moved_at.is_some_and(|moved| moved > *at);
        moved || *at + Duration::minutes(FRESH_MINUTES) <= now
    }

    /// The question was answered here, whatever the Fund knew when it was asked last.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        let states = ["sending", "answered", "confirmed"];
        self.question.as_ref().is_some_and(|question| states.contains(&question.state.as_str()))
    }
}

/// What the Fund said now.
pub struct YearNews {
    pub enrolment: Enrolment,
    /// Something that the home page shows is another than before.
    pub changed: bool,
}

impl Year {
    /// What waits for the kept key at a desk.
    pub(super) fn to_sign(&self) -> Vec<ToSign> {
        self.asked.iter().map(|asked| asked.to_sign.clone()).collect()
    }
}

impl Wallet {
    /// The enrolments with which proofs are made, the newest of each Fund and person, without asking anybody.
    pub async fn years(&self, person: &Person) -> Result<Vec<KnownYear>, EnrolmentError> {
        let records = self.store.read().await?.list_records(Table::Enrolments, &person.account).await?;
        let mut known: Vec<KnownYear> = Vec::new();
        for record in records.into_iter().filter(|record| record.state == APPROVED) {
            let (record, enrolment) = open_record::<Enrolment>(&person.data_key, Table::Enrolments, record)?;
            known.push(KnownYear { record, enrolment, question: None, moved_at: None });
        }
        // An enrolment that was repeated stands twice; a family may have one each.
        known.sort_by_key(|year| std::cmp::Reverse(year.record.created_at));
        let mut seen = std::collections::BTreeSet::new();
        known.retain(|it| seen.insert(it.enrolment.whose()));
        let mut tx = self.store.read().await?;
        let proofs = tx.list_records(Table::Existences, &person.account).await?;
        let moved_at = proofs.iter().map(|record| record.updated_at).max();
        for year in &mut known {
            year.moved_at = moved_at;
            if let Some(id) = &year.enrolment.year.existence {
                year.question = tx.find_record(Table::Existences, &person.account, id).await?;
            }
        }
        Ok(known)
    }

    /// What the device key is to sign: for this Fund, this act, once.
    pub async fn prepare_year(
        &self,
        person: &Person,
        id: &str,
        act: YearAct,
        device_key: &str,
    ) -> Result<ToSign, EnrolmentError> {
        person.may_act(Act::Prove).map_err(CustodyError::from)?;
        let (record, mut enrolment) = self.approved_enrolment(person, id).await?;
        let key = self.usable_key(&person.account, device_key).await?.ok_or(EnrolmentError::DeviceKey)?;
        let status = enrolment.status.as_ref().ok_or(EnrolmentError::Unknown)?;
        let mut jti = [0; 16];
        self.entropy.fill(&mut jti);
        let word = Word { key: &key, fund: &enrolment.fund_url, enrolment: &status.id, act, jti };
        let input = signing_input(&word, self.now());
        let to_sign = ToSign { id: super::existence::TO_SIGN.to_owned(), input, key: None };
        enrolment.year.asked =
            Some(AskedYear { act, device_key: device_key.to_owned(), to_sign: to_sign.clone() });
        let moved = self.moved(&person.data_key, Table::Enrolments, &record, APPROVED, &enrolment)?;
        self.replace("prepare_year", Table::Enrolments, moved).await?;
        Ok(to_sign)
    }

    /// Sends what was signed. The question that the Fund asks is opened here, so that the page can go there.
    pub async fn ask_year(
        &self,
        person: &Person,
        id: &str,
        signatures: &Signatures,
    ) -> Result<YearNews, EnrolmentError> {
        let (record, enrolment) = self.approved_enrolment(person, id).await?;
        let asked = enrolment.year.asked.clone().ok_or(SignatureFault::Missing)?;
        let key = self.usable_key(&person.account, &asked.device_key).await?;
        let key = key.ok_or(EnrolmentError::DeviceKey)?;
        let checked = signing::check(std::slice::from_ref(&asked.to_sign), signatures, &key)?;
        let signature = checked.get(&asked.to_sign.id).ok_or(SignatureFault::Missing)?;
        let word = signing::compact_jws(&asked.to_sign.input, signature);
        let said = self.tell_word(&enrolment, asked.act, word).await?;
        if enrolment.fund.did.as_deref() != Some(said.organisation.did.as_str()) {
            return Err(EnrolmentError::NotProven);
        }
        let existence = match &said.request_uri {
            Some(uri) => self.question(person, &enrolment, uri, asked.act).await?,
            None => None,
        };
        self.keep_year(person, record, enrolment, (said, existence)).await
    }

    /// Opens the question behind a link of this Fund. Whoever only looked does without where that fails.
    async fn question(
        &self,
        person: &Person,
        enrolment: &Enrolment,
        uri: &str,
        act: YearAct,
    ) -> Result<Option<String>, EnrolmentError> {
        // The key spoke to this Fund; a link to somewhere else is none of its answers.
        if !uri.starts_with(&format!("{}/existence/", enrolment.fund_url)) {
            return Err(EnrolmentError::NotProven);
        }
        match self.open_existence(person, uri).await {
            Ok((record, ..)) => Ok(Some(record.id)),
            Err(error) if act == YearAct::Look => {
                tracing::info!(%error, "the question of the year is not opened yet");
                Ok(enrolment.year.existence.clone())
            }
            Err(error) => Err(EnrolmentError::Question(Box::new(error))),
        }
    }

    async fn keep_year(
        &self,
        person: &Person,
        record: Record,
        mut enrolment: Enrolment,
        (said, existence): (YearStanding, Option<String>),
    ) -> Result<YearNews, EnrolmentError> {
        let before = enrolment.year.said.as_ref().map(|(said, _)| said);
        let changed = before != Some(&said) || enrolment.year.existence != existence;
        enrolment.year = Year { said: Some((said, self.now())), existence, asked: None };
        let moved = self.moved(&person.data_key, Table::Enrolments, &record, APPROVED, &enrolment)?;
        self.replace("keep_year", Table::Enrolments, moved).await?;
        Ok(YearNews { enrolment, changed })
    }

    async fn tell_word(
        &self,
        enrolment: &Enrolment,
        act: YearAct,
        word: String,
    ) -> Result<YearStanding, EnrolmentError> {
        let path = match act {
            YearAct::Look => "year",
            YearAct::Begin => "begin",
        };
        let url = parse(&format!("{}/existence/{path}", enrolment.fund_url))?;
        // With a new phone the key says nothing yet, and the secret of the enrolment does.
        let authorization = enrolment.authorization();
        let headers = [("accept", "application/json"), ("authorization", authorization.as_str())];
        let body = serde_json::to_value(DeviceWord { word })?;
        let reply = self.outbound.post_json(&url, &body, &headers).await.map_err(RemoteFault::from)?;
        if reply.is_success() {
            return Ok(reply.json().map_err(|_| RemoteFault::Form("year"))?);
        }
        let problem: Value = reply.json().unwrap_or_default();
        let kind = problem.get("type").and_then(Value::as_str).unwrap_or_default();
        match refusal(kind.rsplit('/').next().unwrap_or_default()) {
            Some(why) => Err(EnrolmentError::Year(why)),
            None => Err(RemoteFault::Status { status: reply.status, code: None }.into()),
        }
    }

    async fn approved_enrolment(
        &self,
        person: &Person,
        id: &str,
    ) -> Result<(Record, Enrolment), EnrolmentError> {
        let (record, enrolment) = self.known_enrolment(person, id).await?;
        match record.state == APPROVED {
            true => Ok((record, enrolment)),
            false => Err(EnrolmentError::Unknown),
        }
    }
}

/// By the slug of the Fund's problem.
fn refusal(slug: &str) -> Option<YearRefusal> {
    Some(match slug {
        "year-word-refused" => YearRefusal::Word,
        "year-key-unknown" => YearRefusal::KeyUnknown,
        "year-key-replaced" => YearRefusal::KeyReplaced,
        "year-not-open" => YearRefusal::NotOpen,
        "year-not-concerned" => YearRefusal::NotConcerned,
        "year-with-fund" => YearRefusal::WithFund,
        "proven-already" => YearRefusal::Proven,
        "year-ended" => YearRefusal::Ended,
        _ => return None,
    })
}
