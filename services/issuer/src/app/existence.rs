//! The Fund's proof requests: asking, answering, and an officer's decision, which offers the certificate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike as _, Duration};
use entitlement::assertion::Assertion;
use entitlement::bundle::BundleFault;
use entitlement::desk::Helper;
use entitlement::{
    Answer, AnswerFault, Channel, ConfirmFault, Expected, Passkey, Proof, Request, RequestFault, Standing,
    State, Witness, Witnessed,
};
use issuance::audit::Act;
use issuance::import::{Retiree, RowContent};
use issuance::webhook::{EventKind, Happened};
use issuance::{Actor, CredentialType, Subject, fingerprint};
use keys::PublicKey;
use presence::Verdict;
use serde_json::{Map, Value};
use store_issuer::{BeneficiaryRow, ExistenceRow, Page, StationRow, Transaction};
use url::form_urlencoded;
use wire::existence::{
    AheadChallenge, Beneficiary, ExistenceAnswer, ExistenceRequest, ExistenceState, Organisation,
};

use super::captures::{Judged, taken};
use super::faces::FacesFault;
use super::fund::PhoneAnswer;
use super::{FundError, Issuer, NewOffer, OfferError, Tenant};

/// How long a link can be answered: the time the Fund gives for a paper certificate, with some to spare.
const REQUEST_DAYS: i64 = 60;
const LONGEST_REMARK: usize = 2000;

#[derive(Debug, thiserror::Error)]
pub enum ExistenceError {
    #[error("no such request")]
    Unknown,
    #[error("no such beneficiary")]
    UnknownPerson,
    #[error("this organisation does not pay pensions")]
    NotTheFund,
    #[error("there is a proof for {year} already")]
    ProvenAlready { year: i32 },
    #[error("a beneficiary with this number is on the list already")]
    ListedAlready,
    #[error("a member of the answer is not {0}")]
    Form(&'static str),
    #[error("a legal hold needs a reason and a day within a year by which somebody looks again")]
    LegalHold,
    #[error("another officer than the one who placed the hold lifts it")]
    OwnHold,
    #[error("a remark has at most {LONGEST_REMARK} characters")]
    Remark,
    #[error(transparent)]
    Bundle(#[from] BundleFault),
    #[error("the Fund did not ask for pictures")]
    NoPicturesWanted,
    #[error("there are no pictures to confirm by; visit or call the person")]
    NoPictures,
    /// Another key than the one that was enrolled, and pictures that do not match.
    #[error(
        "this proof was made with a new key, and its pictures do not match the Fund's well enough; visit or call the person"
    )]
    NewKeyNeedsCall,
    #[error("no operator at a station of the Fund vouched for this answer")]
    NoOperator,
    /// Never registered, or closed.
    #[error("the Fund has no such station, or has closed it")]
    UnknownStation,
    /// The person did nothing wrong and may send the same again.
    #[error(transparent)]
    Faces(#[from] FacesFault),
    #[error("a second officer decides this: not the one who refused the answer")]
    FourEyes,
    /// Forms come with the letters of whoever is on the register.
    #[error("the Fund has no form of this person; use the phone, a visit or a call")]
    NoForms,
    #[error("so many forms were sent for this question that the next one goes by post, or call the Fund")]
    TooManyForms,
    #[error("many forms are read at this moment; send the same again in a minute")]
    FormsInHand,
    /// What the person says against a refusal is decided elsewhere.
    #[error("this appeal is decided in its case")]
    InCase,
    #[error(transparent)]
    Request(#[from] RequestFault),
    #[error(transparent)]
    Confirm(#[from] ConfirmFault),
    #[error(transparent)]
    Answer(#[from] AnswerFault),
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Fund(#[from] FundError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A link as it is handed out.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestLink {
    pub uri: String,
    pub wallet_link: String,
}

/// Everything an officer needs to decide.
#[derive(Clone, Debug)]
pub struct RequestPage {
    pub request: Request,
    pub subject: Subject,
    pub standing: Standing,
    /// The last year in which the same passkey was confirmed for this person.
    pub known_since: Option<i32>,
    /// A key is bound to the person, and the answer was made with another one.
    pub new_key: bool,
    /// Where the answer was given, when an operator vouched for it.
    pub station: Option<StationRow>,
}

/// One beneficiary and all questions to them, newest first.
#[derive(Clone, Debug)]
pub struct BeneficiaryPage {
    pub subject: Subject,
    pub requests: Vec<(Request, Standing)>,
    pub year: i32,
}

/// What waits at the Fund.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExistenceCounts {
    pub year: i32,
    pub open: u64,
    pub answered: u64,
    pub confirmed: u64,
}

impl Issuer {
    /// Puts one beneficiary on the Fund's list.
    pub async fn add_beneficiary(&self, by: &Actor, retiree: Retiree) -> Result<String, ExistenceError> {
        self.fund(&by.tenant)?;
        let content = RowContent::Retiree(retiree);
        let (subject, contact) = (self.subject_of(by, &content), super::import::contact_of(&content));
        sql::retry(|| async {
            let mut tx = self.store.write("add_beneficiary").await?;
            if tx.find_subject_by_number(&by.tenant, &subject.number).await?.is_some() {
                return Err(ExistenceError::ListedAlready);
            }
            let id = tx.put_subject(&by.tenant, &subject).await?;
            let told = Happened::to_person(EventKind::RecordCreated, &id);
            self.announce(&mut tx, &by.tenant, &[told]).await?;
            if let Some(contact) = &contact {
                self.put_contact(&mut tx, &by.tenant, &id, contact).await?;
            }
            tx.audit(by, Act { action: "beneficiary.add", target: &id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// Asks a beneficiary for this year's proof. While a question of this year is open, asking again gives the same one.
    pub async fn ask(&self, by: &Actor, subject_id: &str) -> Result<String, ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("ask_existence").await?;
            let subject =
                tx.find_subject(&tenant.id, subject_id).await?.ok_or(ExistenceError::UnknownPerson)?;
            let ended = tx.find_service_end(&tenant.id, &subject.id).await?;
            let entitlement = CredentialType::DigitalCertificateOfEntitlement;
            if ended.is_some_and(|ended| ended.how.ends(entitlement)) {
                return Err(OfferError::ServiceEnded.into());
            }
            let year = now.year();
            if tx.find_existence_of_year(&tenant.id, &subject.id, year).await?.is_some() {
                return Err(ExistenceError::ProvenAlready { year });
            }
            let before = tx.list_existence_of(&tenant.id, &subject.id).await?;
            let open =
                before.iter().find(|known| known.year == year && known.standing(now) == Standing::Open);
            if let Some(open) = open {
                return Ok(open.id.clone());
            }
            let request = Request {
                id: self.new_id(),
                beneficiary: subject.id,
                year,
                created_at: now,
                expires_at: now + Duration::days(REQUEST_DAYS),
                state: State::Open { challenge: None },
                ahead: None,
                revision: 0,
            };
            let token = self.new_token();
            let sealed = self.sealing.seal(
                &token_purpose(&tenant.id, &request.id),
                token.as_bytes(),
                self.entropy.as_ref(),
            );
            tx.insert_existence(&tenant.id, &request, &fingerprint(&token), &sealed, &by.officer).await?;
            tx.audit(by, Act { action: "existence.ask", target: &request.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(request.id)
        })
        .await
    }

    /// The link of an open question once more.
    pub async fn request_link(&self, by: &Actor, id: &str) -> Result<RequestLink, ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let sealed = self.store.read().await?.find_existence_token(&tenant.id, id).await?;
        let sealed = sealed.ok_or(ExistenceError::Unknown)?;
        let token = self.sealing.open(&token_purpose(&tenant.id, id), &sealed).ok();
        let token = token.and_then(|token| String::from_utf8(token.to_vec()).ok());
        let uri = format!("{}/existence/{}", tenant.issuer_url, token.ok_or(ExistenceError::Unknown)?);
        let encoded: String = form_urlencoded::byte_serialize(uri.as_bytes()).collect();
        let wallet = self.settings.wallet_url.as_str().trim_end_matches('/');
        Ok(RequestLink { wallet_link: format!("{wallet}/existence?request_uri={encoded}"), uri })
    }

    /// What the wallet sees behind the link; while the question is open, with a challenge that has time left.
    pub async fn view_existence(
        &self,
        tenant: &str,
        token: &str,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let mark = fingerprint(token);
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("view_existence").await?;
            let found = tx.find_existence_by_fingerprint(&tenant.id, &mark).await?;
            let before = found.ok_or(ExistenceError::Unknown)?;
            if before.standing(now) != Standing::Open {
                return self.existence_message(&mut tx, tenant, &before).await;
            }
            let (after, _) = before.clone().challenged(self.new_token(), now)?;
            let message = self.existence_message(&mut tx, tenant, &after).await?;
            if after != before {
                tx.replace_existence(&tenant.id, &before, &after).await?;
                tx.commit().await?;
            }
            Ok(message)
        })
        .await
    }

    /// A challenge for a proof that will be made without a network and sent later.
    pub async fn challenge_ahead(&self, tenant: &str, token: &str) -> Result<AheadChallenge, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let mark = fingerprint(token);
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("challenge_ahead").await?;
            let found = tx.find_existence_by_fingerprint(&tenant.id, &mark).await?;
            let before = found.ok_or(ExistenceError::Unknown)?;
            let life = self.settings.offline_proof_life;
            let (after, challenge) = before.clone().challenged_ahead(self.new_token(), life, now)?;
            let capture = self.wanted_capture(&mut tx, tenant, &after, &challenge).await?;
            if after != before {
                tx.replace_existence(&tenant.id, &before, &after).await?;
                tx.commit().await?;
            }
            Ok(AheadChallenge {
                challenge: challenge.value,
                issued_at: challenge.issued_at,
                expires_at: challenge.until,
                capture,
            })
        })
        .await
    }

    /// Takes the answer of a device. The same answer again is answered alike; another one is refused. Pictures that are not
    /// good enough leave the question open, with a new challenge and the reason.
    pub async fn answer_existence(
        &self,
        tenant: &str,
        token: &str,
        answer: &ExistenceAnswer,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let witness = self.witness(tenant, answer).await?;
        let parsed = parse(answer, witness)?;
        let mark = fingerprint(token);
        let found = self.store.read().await?.find_existence_by_fingerprint(&tenant.id, &mark).await?;
        let before = found.ok_or(ExistenceError::Unknown)?;
        let origin = self.settings.wallet_url.origin().ascii_serialization();
        let rp_id = self.settings.wallet_url.host_str().unwrap_or_default();
        let proof = parsed.verify(Expected { request_id: &before.id, rp_id, origin: &origin })?;
        let _in_hand = match (&self.faces, &answer.capture) {
            (Some(faces), Some(_)) => Some(faces.take(proof.digest())?),
            _ => None,
        };
        if self.was_tried(tenant, &before, &proof).await? {
            return self.view_existence(&tenant.id, token).await;
        }
        // What would be refused anyway costs no face engine.
        let answered = before.clone().answered(&proof, self.now())?;
        let judged = match taken(answer)? {
            Some(taken) if matches!(before.state, State::Open { .. }) => {
                let signed = (&proof.digest(), parsed.signed.as_slice(), parsed.device_signature.as_slice());
                let automatic = self.may_be_automatic(tenant, &answered).await?;
                let presented = (taken, answer.challenge.as_str(), automatic);
                Some(self.judge_capture(tenant, &before, presented, signed).await?)
            }
            _ => None,
        };
        sql::retry(|| self.keep_answer(tenant, &mark, &proof, judged.as_ref())).await
    }

    /// Whether this answer's pictures were judged already, and not good enough.
    async fn was_tried(
        &self,
        tenant: &Tenant,
        request: &Request,
        proof: &Proof,
    ) -> Result<bool, ExistenceError> {
        let known = self.store.read().await?.list_captures(&tenant.id, &request.id).await?;
        let open = matches!(request.state, State::Open { .. });
        Ok(open && known.iter().any(|known| known.digest == proof.digest()))
    }

    async fn keep_answer(
        &self,
        tenant: &Tenant,
        mark: &str,
        proof: &Proof,
        judged: Option<&Judged>,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let now = self.now();
        let mut tx = self.store.write("answer_existence").await?;
        let found = tx.find_existence_by_fingerprint(&tenant.id, mark).await?;
        let before = found.ok_or(ExistenceError::Unknown)?;
        let try_again = judged.is_some_and(|judged| judged.verdict == Verdict::TryAgain);
        let mut after = match try_again {
            true => before.clone().tried(proof, now)?.challenged(self.new_token(), now)?.0,
            false => before.clone().answered(proof, now)?,
        };
        if after != before {
            let other = tx.find_existence_of_year(&tenant.id, &before.beneficiary, after.year).await?;
            if other.is_some_and(|other| other.id != before.id) {
                return Err(ExistenceError::ProvenAlready { year: after.year });
            }
            // Guarded by the revision that was read: of two answers at once, one is told to try again and loses.
            tx.replace_existence(&tenant.id, &before, &after).await?;
            if let Some(judged) = judged {
                self.put_capture(&mut tx, tenant, judged).await?;
            }
            if !try_again {
                let act = Act { action: "existence.answer", target: &after.id, detail: "" };
                let by = Actor::system(&tenant.id);
                tx.audit(&by, act, now).await?;
                match self.accept_automatically(&mut tx, tenant, &after, judged).await? {
                    Some(accepted) => after = accepted,
                    None => self.tell_cycle(&mut tx, &by, &after, None).await?,
                }
            }
        }
        let message = self.existence_message(&mut tx, tenant, &after).await?;
        tx.commit().await?;
        Ok(message)
    }

    /// The officer has seen or called the person: the certificate is offered to the key that answered.
    pub async fn confirm_existence(
        &self,
        by: &Actor,
        id: &str,
        channel: Channel,
        notes: &str,
    ) -> Result<(), ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let notes = remark(notes)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("confirm_existence").await?;
            let before = tx.find_existence(&tenant.id, id).await?.ok_or(ExistenceError::Unknown)?;
            let evidence = match &before.state {
                State::Answered(evidence) => evidence,
                State::Open { .. } => return Err(ConfirmFault::NotAnswered.into()),
                State::Confirmed { .. } | State::Refused { .. } => return Err(ConfirmFault::Decided.into()),
            };
            let offer = self.certify_answer(&mut tx, by, &before, (evidence, channel)).await?;
            let after = before.clone().confirmed(channel, notes.clone(), &by.officer, offer, now)?;
            tx.replace_existence(&tenant.id, &before, &after).await?;
            tx.keep_captures_until(&tenant.id, id, self.appeal_ends(now)).await?;
            let act = Act { action: "existence.confirm", target: id, detail: channel.as_str() };
            tx.audit(by, act, now).await?;
            self.tell_cycle(&mut tx, by, &after, Some((true, ""))).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Checks that an officer may go by this channel, binds the key that answered, and offers the certificate to it.
    pub(super) async fn certify_answer(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &Request,
        (evidence, channel): (&entitlement::Evidence, Channel),
    ) -> Result<String, ExistenceError> {
        let by_passkey = matches!(evidence.witnessed, Witnessed::Passkey { .. });
        if channel == Channel::Kiosk && by_passkey {
            return Err(ExistenceError::NoOperator);
        }
        // Pictures of a station's camera count with its operator's word, which is another way.
        if channel == Channel::Device && !by_passkey {
            return Err(ExistenceError::NoPictures);
        }
        if channel == Channel::Device && tx.list_captures(&by.tenant, &request.id).await?.is_empty() {
            return Err(ExistenceError::NoPictures);
        }
        self.bind_by_proof(tx, by, (&request.id, &request.beneficiary), (evidence, channel)).await?;
        let mut claims = Map::new();
        claims.insert("entitlementYear".into(), request.year.into());
        claims.insert("confirmedBy".into(), channel.as_str().into());
        claims.insert("confirmedOn".into(), self.now().date_naive().to_string().into());
        let new = NewOffer {
            subject_id: request.beneficiary.clone(),
            types: vec![CredentialType::DigitalCertificateOfEntitlement],
            extra_claims: claims,
            transaction_code: false,
            bound_key: Some(evidence.holder_key.clone()),
            expires_at: None,
        };
        Ok(self.insert_offer(tx, by, &new).await?.offer_id)
    }

    /// Refuses an answer, or takes back a question nobody answered.
    pub async fn refuse_existence(&self, by: &Actor, id: &str, reason: &str) -> Result<(), ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let reason = remark(reason)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("refuse_existence").await?;
            let before = tx.find_existence(&tenant.id, id).await?.ok_or(ExistenceError::Unknown)?;
            let after = before.clone().refused(&reason, &by.officer, now)?;
            tx.replace_existence(&tenant.id, &before, &after).await?;
            tx.keep_captures_until(&tenant.id, id, self.appeal_ends(now)).await?;
            tx.audit(by, Act { action: "existence.refuse", target: id, detail: "" }, now).await?;
            self.tell_cycle(&mut tx, by, &after, Some((false, &reason))).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The cycle of whoever is on the register hears of the answer and of the officer's word.
    pub(super) async fn tell_cycle(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &Request,
        word: Option<(bool, &str)>,
    ) -> Result<(), ExistenceError> {
        let Some(evidence) = request.evidence() else { return Ok(()) };
        let subject = tx.find_subject(&by.tenant, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let (operator, seen) = match &evidence.witnessed {
            Witnessed::Desk(statement) => {
                let (operator, country) = self.operator_of(tx, &by.tenant, statement).await?;
                (Some(operator), country)
            }
            Witnessed::Passkey { .. } => (None, self.seen_country(tx, &by.tenant, request, &subject).await?),
        };
        let answer = PhoneAnswer {
            uid: &subject.number,
            digest: &evidence.digest,
            captured_at: evidence.captured_at,
            answered_at: evidence.answered_at,
            operator,
            seen,
            word,
        };
        Ok(self.proof_of_phone(tx, by, &answer).await?)
    }

    pub async fn request_page(&self, tenant: &str, id: &str) -> Result<RequestPage, ExistenceError> {
        self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        let request = tx.find_existence(tenant, id).await?.ok_or(ExistenceError::Unknown)?;
        let subject = tx.find_subject(tenant, &request.beneficiary).await?;
        let known_since = tx.known_passkey_year(tenant, &request).await?;
        let bound = tx.find_bound_key(tenant, &request.beneficiary).await?;
        // A station's answer is signed by the key that a wallet service keeps, which is bound to nobody's phone.
        let by_phone = request.evidence().filter(|it| matches!(it.witnessed, Witnessed::Passkey { .. }));
        let new_key = bound.zip(by_phone).is_some_and(|(bound, it)| bound.device_key != it.holder_key);
        let station = match request.evidence().map(|evidence| &evidence.witnessed) {
            Some(Witnessed::Desk(statement)) => tx.find_station(tenant, &statement.station).await?,
            Some(Witnessed::Passkey { .. }) | None => None,
        };
        Ok(RequestPage {
            new_key,
            station,
            standing: request.standing(self.now()),
            subject: subject.ok_or(ExistenceError::UnknownPerson)?,
            request,
            known_since,
        })
    }

    pub async fn beneficiary_page(&self, tenant: &str, id: &str) -> Result<BeneficiaryPage, ExistenceError> {
        self.fund(tenant)?;
        let now = self.now();
        let mut tx = self.store.read().await?;
        let subject = tx.find_subject(tenant, id).await?.ok_or(ExistenceError::UnknownPerson)?;
        let requests = tx.list_existence_of(tenant, id).await?;
        let requests = requests.into_iter().map(|request| {
            let standing = request.standing(now);
            (request, standing)
        });
        Ok(BeneficiaryPage { subject, requests: requests.collect(), year: now.year() })
    }

    pub async fn list_beneficiaries(
        &self,
        tenant: &str,
        page: &Page,
    ) -> Result<Vec<(BeneficiaryRow, Option<Standing>)>, ExistenceError> {
        self.fund(tenant)?;
        let now = self.now();
        let rows = self.store.read().await?.list_beneficiaries(tenant, page).await?;
        let standing = |row: BeneficiaryRow| {
            let standing = row.newest.as_ref().map(|newest| newest.standing(now));
            (row, standing)
        };
        Ok(rows.into_iter().map(standing).collect())
    }

    /// Answers that wait for a decision, those that wait longest first.
    pub async fn list_answers(
        &self,
        tenant: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ExistenceRow>, ExistenceError> {
        self.fund(tenant)?;
        Ok(self.store.read().await?.list_existence(tenant, "answered", after, limit).await?)
    }

    pub async fn existence_counts(&self, tenant: &str) -> Result<ExistenceCounts, store_issuer::Error> {
        let now = self.now();
        let year = now.year();
        let mut tx = self.store.read().await?;
        Ok(ExistenceCounts {
            year,
            open: tx.count_existence(tenant, "open", year, now).await?,
            answered: tx.count_existence(tenant, "answered", 0, now).await?,
            confirmed: tx.count_existence(tenant, "confirmed", year, now).await?,
        })
    }

    pub(super) async fn existence_message(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let subject = tx.find_subject(&tenant.id, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let credential_offer_uri = match &request.state {
            State::Confirmed { offer, .. } => {
                let offer = tx.find_offer(&tenant.id, offer).await?;
                offer.map(|offer| self.link(tenant, &offer).uri)
            }
            State::Open { .. } | State::Answered(_) | State::Refused { .. } => None,
        };
        let given_name = subject.claims.get("givenName").and_then(Value::as_str).unwrap_or_default();
        let standing = request.standing(self.now());
        let (challenge, expires_at) = match &request.state {
            State::Open { challenge: Some(challenge) } if standing == Standing::Open => {
                (challenge.value.clone(), challenge.until)
            }
            _ => (String::new(), request.expires_at),
        };
        let capture = match &request.state {
            State::Open { challenge: Some(challenge) } if standing == Standing::Open => {
                self.wanted_capture(tx, tenant, request, challenge).await?
            }
            _ => None,
        };
        Ok(ExistenceRequest {
            id: request.id.clone(),
            organisation: Organisation { did: tenant.did.clone(), name: tenant.name.clone() },
            beneficiary: Beneficiary { given_name: given_name.to_owned() },
            year: u16::try_from(request.year).unwrap_or_default(),
            challenge,
            expires_at,
            state: match standing {
                Standing::Open => ExistenceState::Open,
                Standing::Answered => ExistenceState::Answered,
                Standing::Confirmed => ExistenceState::Confirmed,
                Standing::Refused => ExistenceState::Refused,
                Standing::Expired => ExistenceState::Expired,
            },
            credential_offer_uri,
            reference: request.evidence().map(entitlement::Evidence::reference),
            capture,
            outcome: self.latest_outcome(tx, tenant, &request.id).await?,
            receipt: self.receipt_note(tx, &tenant.id, request).await?,
            appeal: self.appeal_note(tx, &tenant.id, request).await?,
            form: self.form_note(tx, &tenant.id, &request.id).await?,
            kept: self.kept_note(tx, tenant, request).await?,
        })
    }

    /// Who says that the person was there: their passkey, or an operator at a station that the Fund knows.
    async fn witness(&self, tenant: &Tenant, answer: &ExistenceAnswer) -> Result<Witness, ExistenceError> {
        match (&answer.passkey, &answer.assertion, &answer.desk) {
            (Some(passkey), Some(assertion), None) => Ok(Witness::Passkey {
                passkey: Passkey {
                    credential_id: bytes(&passkey.credential_id, "base64url: credentialId")?,
                    public_key: PublicKey::from_cose(&bytes(
                        &passkey.public_key_cose,
                        "base64url: publicKeyCose",
                    )?)
                    .map_err(|_| ExistenceError::Form("a public key: publicKeyCose"))?,
                    rp_id: passkey.rp_id.clone(),
                    origin: passkey.origin.clone(),
                },
                assertion: Assertion {
                    authenticator_data: bytes(&assertion.authenticator_data, "base64url: authenticatorData")?,
                    client_data_json: bytes(&assertion.client_data_json, "base64url: clientDataJSON")?,
                    signature: bytes(&assertion.signature, "base64url: signature")?,
                },
            }),
            (None, None, Some(desk)) => {
                let recognised_by = desk.recognised_by.parse();
                let recognised_by = recognised_by
                    .map_err(|()| ExistenceError::Form("document or acquaintance: recognisedBy"))?;
                let signature = bytes(&desk.signature, "base64url: desk.signature")?;
                let helper = desk.helper.as_ref().map(|helper| {
                    let kind = helper.kind.parse();
                    let kind =
                        kind.map_err(|()| ExistenceError::Form("guardian or attorney: helper.kind"))?;
                    Ok::<_, ExistenceError>(Helper { name: helper.name.trim().to_owned(), kind })
                });
                let said =
                    (desk.station.as_str(), desk.operator.as_str(), recognised_by, helper.transpose()?);
                let vouched = self.vouched(&tenant.id, said, signature).await?;
                Ok(Witness::Desk(vouched.ok_or(ExistenceError::UnknownStation)?))
            }
            _ => Err(ExistenceError::Form("alone: either passkey and assertion, or desk")),
        }
    }

    /// Only an organisation that issues certificates of entitlement has beneficiaries.
    pub(super) fn fund(&self, tenant: &str) -> Result<&Tenant, ExistenceError> {
        let tenant = self.tenants.get(tenant).ok_or(ExistenceError::Unknown)?;
        match tenant.types.contains(&CredentialType::DigitalCertificateOfEntitlement) {
            true => Ok(tenant),
            false => Err(ExistenceError::NotTheFund),
        }
    }
}

impl std::fmt::Debug for RequestLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestLink")
    }
}

fn token_purpose(tenant: &str, request: &str) -> Vec<u8> {
    format!("existence request of {tenant}/{request}").into_bytes()
}

pub(super) fn remark(text: &str) -> Result<String, ExistenceError> {
    let text = text.trim();
    match text.chars().count() <= LONGEST_REMARK {
        true => Ok(text.to_owned()),
        false => Err(ExistenceError::Remark),
    }
}

fn bytes(text: &str, member: &'static str) -> Result<Vec<u8>, ExistenceError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ExistenceError::Form(member))
}

/// From the message to keys and bytes.
fn parse(answer: &ExistenceAnswer, witness: Witness) -> Result<Answer, ExistenceError> {
    let mut signed = serde_json::to_value(answer).map_err(|_| ExistenceError::Form("JSON"))?;
    if let Some(members) = signed.as_object_mut() {
        members.remove("deviceSignature");
        members.remove("capture");
    }
    let captured_at = answer.captured_at.as_deref().map(|text| {
        let at = chrono::DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
        at.map_err(|_| ExistenceError::Form("a time of RFC 3339: capturedAt"))
    });
    Ok(Answer {
        challenge: answer.challenge.clone(),
        holder_key: PublicKey::from_jwk(&answer.holder_key)
            .map_err(|_| ExistenceError::Form("a public key: holderKey"))?,
        witness,
        captured_at: captured_at.transpose()?,
        parts: answer.parts.clone(),
        device_signature: bytes(&answer.device_signature, "base64url: deviceSignature")?,
        // RFC 8785: both sides sign the same bytes whatever their JSON library writes.
        signed: serde_json_canonicalizer::to_vec(&signed).map_err(|_| ExistenceError::Form("JSON"))?,
    })
}
