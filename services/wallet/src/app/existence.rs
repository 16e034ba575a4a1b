//! The yearly proof of existence: passkey, device key, the Fund's confirmation, and the certificate.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use entitlement::bundle::SALT_BYTES;
use holding::activity::Activity;
use holding::device::told_kind;
use holding::existence::{self, Existence, Progress, StepFault};
use holding::mandate::{Kind, Representative};
use holding::party::Party;
use holding::reception::Source;
use holding::request::plain_text;
use holding::signing::{self, SignatureFault, ToSign};
use holding::vault::DataKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store_wallet::records::{Record, Table};
use wire::existence::{
    AnswerPasskey, Assertion, CapturedPlace, ExistenceAnswer, ExistenceRequest, ExistenceState,
};

use super::accounts::decode;
use super::custody::CustodyError;
use super::fault::{Fault, RemoteFault};
use super::issuers::parse;
use super::signing::Signatures;
use super::{Person, Wallet};

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
    /// In the Fund's words.
    #[error("the Fund did not take the form: {0}")]
    FormRefused(String),
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
            Progress::Confirmed { .. } if existence.receipt.is_none() || existence.keeps_pictures() => {
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

    /// A challenge lives for minutes and a request for weeks: the Fund is asked for a new challenge.
    async fn renewed(
        &self,
        person: &Person,
        record: Record,
        before: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let fresh = self.fetch_existence(&before.request_uri).await?;
        // What the phone took along, and what it has sent of it so far, lives longer than the challenge of the page.
        let frames = if before.ahead.is_some() { before.frames } else { BTreeMap::new() };
        let fresh = Existence { ahead: before.ahead, frames, appealing: before.appealing, ..fresh };
        let moved = self.moved(&person.data_key, Table::Existences, &record, fresh.state(), &fresh)?;
        let record = self.replace("renew_existence", Table::Existences, moved).await?;
        Ok((record, fresh))
    }

    /// The options for `navigator.credentials.get`, with a challenge that names request and device key.
    pub async fn prepare_existence(
        &self,
        person: &Person,
        id: &str,
        device_key: &str,
        pictures: Pictures,
    ) -> Result<Value, ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        existence.may_answer(self.now())?;
        let capture = match pictures {
            Pictures { frames: 0, .. } => None,
            Pictures { frames, place } => {
                let place = place.map(|place| self.salted(place));
                Some(existence.bundle(frames, place)?)
            }
        };
        self.usable_key(&person.account, device_key).await?.ok_or(ExistenceError::DeviceKey)?;
        let passkeys = self.store.read().await?.list_passkeys(&person.account).await;
        let allowed: Vec<Value> = passkeys?
            .iter()
            .filter(|passkey| passkey.public_key.is_some())
            .map(|passkey| json!({ "type": "public-key", "id": passkey.credential_id }))
            .collect();
        if allowed.is_empty() {
            return Err(ExistenceError::NoPasskey);
        }
        let challenge = existence.webauthn_challenge(device_key)?;
        let (parts, capture) = capture.map_or((Vec::new(), None), |(parts, capture)| (parts, Some(capture)));
        existence.progress = Progress::Asserting { holder_thumbprint: device_key.to_owned(), parts, capture };
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("prepare_existence", Table::Existences, moved).await?;
        Ok(json!({ "publicKey": {
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "rpId": self.passkeys.rp_id(),
            "allowCredentials": allowed,
            "userVerification": "required",
            "timeout": 300_000,
        } }))
    }

    /// Takes the passkey's answer and gives the page the bundle to sign with the device key.
    pub async fn assert_existence(
        &self,
        person: &Person,
        id: &str,
        response: &Value,
    ) -> Result<ToSign, ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        existence.may_answer(self.now())?;
        let (thumbprint, parts, capture) = match existence.progress.clone() {
            Progress::Asserting { holder_thumbprint, parts, capture } => (holder_thumbprint, parts, capture),
            Progress::Signing { holder_thumbprint, answer } => {
                (holder_thumbprint, answer.parts, answer.capture)
            }
            _ => return Err(StepFault::NotPrepared.into()),
        };
        let key = self.usable_key(&person.account, &thumbprint).await?.ok_or(ExistenceError::DeviceKey)?;
        let challenge = existence.challenge.clone();
        let answer = self.by_passkey(person, &existence, (&challenge, &key), response).await?;
        let asked = existence.capture.as_ref().filter(|_| capture.is_some());
        let device_kind = asked.and_then(|asked| told_kind(asked, &person.session.device));
        let answer = ExistenceAnswer { parts, capture, device_kind, ..answer };
        let input = existence::device_signing_input(&answer)?;
        existence.progress = Progress::Signing { holder_thumbprint: thumbprint, answer };
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("assert_existence", Table::Existences, moved).await?;
        Ok(ToSign { id: TO_SIGN.to_owned(), input, key: None })
    }

    /// The answer to one of the request's challenges as far as the passkey vouches for it: without parts and the signature of
    /// the device.
    pub(super) async fn by_passkey(
        &self,
        person: &Person,
        existence: &Existence,
        (challenge, key): (&str, &keys::PublicKey),
        response: &Value,
    ) -> Result<ExistenceAnswer, ExistenceError> {
        let expected = existence.webauthn_challenge_of(challenge, &key.jwk_thumbprint())?;
        let assertion = self.read_assertion(response, &expected)?;
        let credential_id = response.get("id").and_then(Value::as_str).ok_or(ExistenceError::Assertion)?;
        let mut tx = self.store.read().await?;
        let passkey = tx.find_passkey(credential_id).await?;
        drop(tx);
        let passkey = passkey.filter(|passkey| passkey.account == person.account);
        let public_key = passkey.and_then(|passkey| passkey.public_key).ok_or(ExistenceError::Assertion)?;
        Ok(ExistenceAnswer {
            challenge: challenge.to_owned(),
            holder_key: key.to_jwk(),
            passkey: Some(AnswerPasskey {
                credential_id: credential_id.to_owned(),
                public_key_cose: URL_SAFE_NO_PAD.encode(public_key),
                rp_id: self.passkeys.rp_id().to_owned(),
                origin: self.origin.clone(),
            }),
            assertion: Some(assertion),
            desk: None,
            captured_at: None,
            parts: Vec::new(),
            device_kind: None,
            device_signature: String::new(),
            capture: None,
        })
    }

    /// Completes the answer, stores it, sends it. One that is stored already is sent again as it is.
    pub async fn answer_existence(
        &self,
        person: &Person,
        id: &str,
        signatures: &Signatures,
    ) -> Result<(Record, Existence), ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        let (thumbprint, mut answer) = match existence.progress.clone() {
            Progress::Signing { holder_thumbprint, answer } => (holder_thumbprint, answer),
            Progress::Sending { .. } => {
                return self.send_existence(&person.data_key, record, existence).await;
            }
            Progress::Opened | Progress::Asserting { .. } => return Err(StepFault::NotPrepared.into()),
            Progress::Answered { .. }
            | Progress::Confirmed { .. }
            | Progress::Refused
            | Progress::Expired => {
                return Ok((record, existence));
            }
        };
        existence.may_answer(self.now())?;
        let key = self.usable_key(&person.account, &thumbprint).await?.ok_or(ExistenceError::DeviceKey)?;
        let input = existence::device_signing_input(&answer)?;
        let asked = ToSign { id: TO_SIGN.to_owned(), input, key: None };
        let checked = signing::check(std::slice::from_ref(&asked), signatures, &key)?;
        let signature = checked.get(TO_SIGN).ok_or(SignatureFault::Missing)?;
        answer.device_signature = URL_SAFE_NO_PAD.encode(signature);
        existence.progress = Progress::Sending { answer };
        existence.frames.clear();
        let mut moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(5));
        let record = self.replace("keep_existence", Table::Existences, moved).await?;
        self.send_existence(&person.data_key, record, existence).await
    }

    /// Sends a stored answer; the same answer again is answered the same.
    pub(super) async fn send_existence(
        &self,
        key: &DataKey,
        record: Record,
        existence: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let Progress::Sending { answer } = &existence.progress else { return Ok((record, existence)) };
        let url = parse(&format!("{}/answer", existence.request_uri.trim_end_matches('/')))?;
        let body = serde_json::to_value(answer)?;
        let now = self.now();
        let in_time = existence.answer_until(&answer.challenge) > now;
        let again_at = existence.resend_at(&answer.challenge, now);
        let officer = answer.desk.as_ref().map(|desk| desk.operator.clone());
        let helper = answer.desk.as_ref().and_then(|desk| desk.helper.as_ref());
        let representative = helper.map(|helper| Representative {
            name: helper.name.clone(),
            kind: if helper.kind == Kind::Guardian.as_str() { Kind::Guardian } else { Kind::Attorney },
        });
        let outcome = match self.outbound.post_json(&url, &body, &[("accept", "application/json")]).await {
            Ok(reply) if reply.is_success() => {
                let said: Option<ExistenceRequest> = reply.json().ok();
                if let Some(said) = said.filter(|said| said.state == ExistenceState::Open) {
                    return self.try_again(key, &record, existence, said).await;
                }
                let made_at = answer.captured_at.as_deref().and_then(|at| at.parse().ok());
                Ok(Progress::Answered { at: now, reference: Some(reference(answer)?), made_at })
            }
            Ok(reply) if matches!(reply.status, 408 | 429) || reply.status >= 500 => {
                Err(Some(RemoteFault::Status { status: reply.status, code: None }))
            }
            Ok(reply) => {
                let problem: Value = reply.json().unwrap_or_default();
                let detail = problem.get("detail").or_else(|| problem.get("title")).and_then(Value::as_str);
                tracing::info!(status = reply.status, "the Fund did not accept an answer");
                let reason = plain_text(detail.unwrap_or("The answer was not accepted."), 200);
                // It can be tried again from the beginning while the request lives.
                let back = Existence { progress: Progress::Opened, ..existence.clone() };
                let moved = self.moved(key, Table::Existences, &record, back.state(), &back)?;
                self.replace("existence_refused", Table::Existences, moved).await?;
                return Err(ExistenceError::AnswerRefused(reason));
            }
            Err(error) => Err(Some(error.into())),
        };
        let (next, entry, fault) = match outcome {
            Ok(progress) => {
                let activity = Activity::ExistenceAnswered {
                    to: existence.fund.name().to_owned(),
                    year: existence.year,
                };
                (
                    Existence { progress, ..existence },
                    Some(self.entry_at(key, (officer.as_deref(), representative.as_ref()), &activity)?),
                    None,
                )
            }
            Err(fault) if in_time => (existence, None, fault),
            Err(_) => (Existence { progress: Progress::Expired, ..existence }, None, None),
        };
        let mut moved = self.moved(key, Table::Existences, &record, next.state(), &next)?;
        if matches!(next.progress, Progress::Sending { .. }) {
            moved.resend_due_at = Some(again_at);
        }
        let mut tx = self.store.write("send_existence").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        if let Some(entry) = entry {
            tx.insert_entry(&record.account, &entry).await?;
        }
        tx.commit().await?;
        match fault {
            Some(fault) => Err(fault.into()),
            None => Ok((Record { revision: moved.revision + 1, ..moved }, next)),
        }
    }

    /// The pictures were not good enough: there is a new challenge with other movements, and the reason.
    async fn try_again(
        &self,
        key: &DataKey,
        record: &Record,
        existence: Existence,
        said: ExistenceRequest,
    ) -> Result<(Record, Existence), ExistenceError> {
        let used = match &existence.progress {
            Progress::Sending { answer } => answer.challenge.clone(),
            _ => String::new(),
        };
        let next = Existence {
            ahead: existence.ahead.clone().filter(|ahead| ahead.challenge != used),
            challenge: said.challenge,
            expires_at: said.expires_at,
            capture: said.capture,
            outcome: said.outcome,
            frames: BTreeMap::new(),
            progress: Progress::Opened,
            ..existence
        };
        let moved = self.moved(key, Table::Existences, record, next.state(), &next)?;
        let record = self.replace("try_existence_again", Table::Existences, moved).await?;
        Ok((record, next))
    }

    /// Takes one picture from the page. The same again changes nothing, so a cut line is no loss. One that was taken without a
    /// network comes with the salt under which the phone signed it.
    pub async fn keep_frame(
        &self,
        person: &Person,
        id: &str,
        (place, millis): (u8, u32),
        (jpeg, salt): (&str, Option<&str>),
    ) -> Result<Existence, ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        let jpeg = URL_SAFE_NO_PAD.decode(jpeg).map_err(|_| StepFault::Picture)?;
        match salt {
            None => {
                existence.may_answer(self.now())?;
                let mut salt = [0; SALT_BYTES];
                self.entropy.fill(&mut salt);
                existence.keep_frame(place, millis, &jpeg, salt)?;
            }
            Some(salt) => {
                existence.may_answer_ahead(self.now())?;
                let salt = URL_SAFE_NO_PAD.decode(salt).ok().and_then(|salt| salt.try_into().ok());
                existence.keep_frame_ahead(place, millis, &jpeg, salt.ok_or(StepFault::Picture)?)?;
            }
        }
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("keep_frame", Table::Existences, moved).await?;
        Ok(existence)
    }

    fn salted(&self, place: Place) -> CapturedPlace {
        let mut salt = [0; SALT_BYTES];
        self.entropy.fill(&mut salt);
        CapturedPlace {
            salt: URL_SAFE_NO_PAD.encode(salt),
            latitude_tenths: place.latitude_tenths,
            longitude_tenths: place.longitude_tenths,
            accuracy_metres: place.accuracy_metres,
        }
    }

    /// What the Fund says now. Once it has confirmed, the certificate's offer is opened here, so that the page
    /// goes on with the same device key.
    async fn ask_fund(
        &self,
        person: &Person,
        record: Record,
        existence: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let news = self.fetch_request_state(&existence.request_uri).await?;
        let progress = match news.state {
            // Nothing new: asked each time the page is looked at, it is written once.
            ExistenceState::Open
            | ExistenceState::Answered
            | ExistenceState::Refused
            | ExistenceState::Expired
                if says_the_same(&news, &existence) =>
            {
                return Ok((record, existence));
            }
            ExistenceState::Confirmed
                if matches!(existence.progress, Progress::Confirmed { offer_id: Some(_), .. })
                    && says_the_same(&news, &existence) =>
            {
                return Ok((record, existence));
            }
            ExistenceState::Open | ExistenceState::Answered => existence.progress.clone(),
            ExistenceState::Refused => Progress::Refused,
            ExistenceState::Expired => Progress::Expired,
            ExistenceState::Confirmed => {
                let known = match &existence.progress {
                    Progress::Confirmed { offer_id, .. } => offer_id.clone(),
                    _ => None,
                };
                let offer_id = match &news.credential_offer_uri {
                    _ if known.is_some() => known,
                    None => None,
                    Some(uri) => {
                        let opened = self.open_bound_offer(person, Source::Reference(uri.clone())).await;
                        let opened = opened.inspect_err(
                            |error| tracing::info!(%error, "the certificate's offer is not open yet"),
                        );
                        opened.ok().map(|(offer, _)| offer.record.id)
                    }
                };
                Progress::Confirmed {
                    reference: news.reference,
                    offer_uri: news.credential_offer_uri,
                    offer_id,
                }
            }
        };
        let first = !matches!(existence.progress, Progress::Confirmed { .. });
        let next = Existence {
            progress,
            receipt: news.receipt,
            appeal: news.appeal,
            form: news.form,
            kept: news.kept,
            ..existence
        };
        let moved = self.moved(&person.data_key, Table::Existences, &record, next.state(), &next)?;
        let mut tx = self.store.write("existence_news").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        if let (Progress::Confirmed { reference, .. }, true) = (&next.progress, first) {
            let activity = Activity::ExistenceConfirmed {
                by: next.fund.name().to_owned(),
                year: next.year,
                reference: reference.clone(),
            };
            let entry = self.entry_by(person, &activity)?;
            tx.insert_entry(&person.account, &entry).await?;
        }
        tx.commit().await?;
        Ok((Record { revision: moved.revision + 1, ..moved }, next))
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

    async fn fetch_request_state(&self, request_uri: &str) -> Result<ExistenceRequest, ExistenceError> {
        let url = parse(request_uri)?;
        let reply = self.outbound.get(&url, "application/json", None).await.map_err(RemoteFault::from)?;
        match reply.status {
            200 => Ok(reply.json().map_err(|_| RemoteFault::Form("existence request"))?),
            404 | 410 => Err(ExistenceError::Gone),
            status => Err(RemoteFault::Status { status, code: None }.into()),
        }
    }

    /// A request is shown only when the registry proves the organisation that asks: its signed metadata
    /// must cover the very address of the request. Anyone could copy the Fund's name into a JSON document.
    async fn fetch_existence(&self, request_uri: &str) -> Result<Existence, ExistenceError> {
        let request = self.fetch_request_state(request_uri).await?;
        let (issuer, _) = request_uri.rsplit_once("/existence/").ok_or(ExistenceError::NotProven)?;
        let Party { did, host, organisation, .. } = self.issuer(issuer).await?.party;
        if organisation.is_none() || did.as_deref() != Some(request.organisation.did.as_str()) {
            return Err(ExistenceError::NotProven);
        }
        let progress = match request.state {
            ExistenceState::Open => Progress::Opened,
            ExistenceState::Answered | ExistenceState::Confirmed => {
                Progress::Answered { at: self.now(), reference: None, made_at: None }
            }
            ExistenceState::Refused => Progress::Refused,
            ExistenceState::Expired => Progress::Expired,
        };
        Ok(Existence {
            request_uri: request_uri.to_owned(),
            request_id: request.id,
            challenge: request.challenge,
            fund: Party { did, organisation, ..Party::unverified(&host) },
            given_name: plain_text(&request.beneficiary.given_name, 80),
            year: i64::from(request.year),
            expires_at: request.expires_at,
            progress,
            capture: request.capture,
            outcome: request.outcome,
            frames: BTreeMap::new(),
            ahead: None,
            receipt: request.receipt,
            appeal: request.appeal,
            appealing: None,
            form: request.form,
            kept: request.kept,
        })
    }

    /// The raw parts of an assertion over exactly this challenge, made here, with the person verified. The
    /// Fund checks the signature; what it would refuse for other reasons is caught while the person is present.
    fn read_assertion(&self, response: &Value, challenge: &[u8; 32]) -> Result<Assertion, ExistenceError> {
        let part = |name: &str| {
            let text = response.get("response").and_then(|parts| parts.get(name)).and_then(Value::as_str);
            text.and_then(decode).ok_or(ExistenceError::Assertion)
        };
        let (authenticator_data, client_data, signature) =
            (part("authenticatorData")?, part("clientDataJSON")?, part("signature")?);
        let data: Value = web::json::parse(&client_data, 8).map_err(|_| ExistenceError::Assertion)?;
        let says = |name: &str, expected: &str| data.get(name).and_then(Value::as_str) == Some(expected);
        let flags = authenticator_data.get(32).copied().unwrap_or(0);
        let right = says("type", "webauthn.get")
            && says("challenge", &URL_SAFE_NO_PAD.encode(challenge))
            && says("origin", &self.origin)
            && flags & FLAGS_PRESENT_AND_VERIFIED == FLAGS_PRESENT_AND_VERIFIED;
        if !right {
            return Err(ExistenceError::Assertion);
        }
        Ok(Assertion {
            authenticator_data: URL_SAFE_NO_PAD.encode(authenticator_data),
            client_data_json: URL_SAFE_NO_PAD.encode(client_data),
            signature: URL_SAFE_NO_PAD.encode(signature),
        })
    }
}

/// Whether the Fund says what is known here already.
fn says_the_same(news: &ExistenceRequest, known: &Existence) -> bool {
    let moved = match news.state {
        ExistenceState::Refused => !matches!(known.progress, Progress::Refused),
        ExistenceState::Expired => !matches!(known.progress, Progress::Expired),
        ExistenceState::Open | ExistenceState::Answered | ExistenceState::Confirmed => false,
    };
    !moved
        && (&news.appeal, &news.receipt, &news.form) == (&known.appeal, &known.receipt, &known.form)
        && news.kept == known.kept
}

/// The code an officer compares with the person's phone. It is worked out from the answer this wallet made and never
/// read from the Fund's reply: whoever holds the link could answer first, and the person would read out theirs.
fn reference(answer: &ExistenceAnswer) -> Result<String, serde_json::Error> {
    let digest = Sha256::digest(existence::device_signing_input(answer)?);
    Ok(entitlement::reference(&digest.into()))
}
