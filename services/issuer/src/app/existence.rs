//! The Fund's proof requests: asking, answering, and an officer's decision, which offers the certificate.

mod answers;
mod ask_all;
mod decisions;
mod places;
mod review;
mod second_words;
mod views;
mod yearly;

use chrono::{Datelike as _, Duration};
use entitlement::bundle::BundleFault;
use entitlement::{AnswerFault, ConfirmFault, Request, RequestFault, Standing, State};
use issuance::audit::Act;
use issuance::import::{Retiree, RowContent};
use issuance::webhook::{EventKind, Happened};
use issuance::{Actor, CredentialType, Subject, fingerprint};
use store_issuer::StationRow;
use url::form_urlencoded;
use wire::existence::{AheadChallenge, ExistenceRequest};

pub use review::{CLAIM_MINUTES, LANES, QueuePart};
pub use yearly::{Spoken, YearRefusal};

use super::faces::FacesFault;
use super::{FundError, Issuer, OfferError, Tenant};

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
    #[error("say in a few words who wants the pictures erased, and why")]
    ErasureReason,
    #[error("somebody asked for this already; a colleague erases the pictures or keeps them")]
    ErasureWaits,
    #[error("a colleague decided this already")]
    ErasureDecided,
    #[error("another officer than the one who asked for it erases the pictures")]
    OwnErasure,
    #[error("a legal hold keeps these pictures; another officer lifts it first")]
    PicturesHeld,
    #[error(
        "somebody has to decide by these pictures yet; decide the answer, the form, the enrolment or the appeal first"
    )]
    PicturesUndecided,
    #[error("a remark has at most {LONGEST_REMARK} characters")]
    Remark,
    #[error(transparent)]
    Year(#[from] YearRefusal),
    #[error(transparent)]
    Bundle(#[from] BundleFault),
    #[error("the Fund did not ask for pictures")]
    NoPicturesWanted,
    #[error("there are no pictures to confirm by; visit or call the person")]
    NoPictures,
    #[error(
        "nobody has enrolled this person, so pictures do not say who answered; visit or call the person, and a colleague confirms"
    )]
    NotEnrolled,
    /// Another key than the one that was enrolled, and pictures that do not match.
    #[error(
        "this proof was made with a new key, and its pictures do not match the Fund's well enough; visit or call the person"
    )]
    NewKeyNeedsCall,
    /// Said to somebody whose proof is here already.
    #[error(
        "this answer does not show the place: allow it, use the phone of the first proof, or go to a station of the Fund"
    )]
    NoPlace,
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
    /// Two officers do not decide the same one.
    #[error("a colleague has this answer before them until {}", until.format("%H:%M UTC"))]
    Taken { until: clock::Timestamp },
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
    /// A key is bound to the person.
    pub enrolled: bool,
    /// One officer's word that waits for a second: who, by which channel, when, and the notes.
    pub word: Option<FirstWord>,
    /// Where the answer was given, when an operator vouched for it.
    pub station: Option<StationRow>,
}

/// What one officer said about an answer; a second one confirms it.
#[derive(Clone, Debug)]
pub struct FirstWord {
    pub officer: String,
    pub channel: String,
    pub at: clock::Timestamp,
    pub notes: String,
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
    /// Puts one beneficiary on the Fund's list. Somebody whom the register put there has a record already: it is the answer, with
    /// the address that was given.
    pub async fn add_beneficiary(&self, by: &Actor, retiree: Retiree) -> Result<String, ExistenceError> {
        self.fund(&by.tenant)?;
        let content = RowContent::Retiree(retiree);
        let (subject, contact) = (self.subject_of(by, &content), super::import::contact_of(&content));
        sql::retry(|| async {
            let mut tx = self.store.write("add_beneficiary").await?;
            if let Some(known) = tx.find_subject_by_number(&by.tenant, &subject.number).await? {
                if tx.find_fund_person_of_subject(&by.tenant, &known.id).await?.is_none() {
                    return Err(ExistenceError::ListedAlready);
                }
                if let Some(changed) = super::fund::completed(&known, &subject) {
                    tx.replace_subject(&by.tenant, &changed).await?;
                }
                if let Some(contact) = &contact {
                    self.put_contact(&mut tx, &by.tenant, &known.id, contact).await?;
                }
                tx.commit().await?;
                return Ok(known.id);
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
            let proven = tx.find_existence_of_year(&tenant.id, &subject.id, year).await?.is_some();
            // Whose place is missing is asked again, for the place alone.
            if proven && self.place_missing_of(&mut tx, &tenant.id, &subject.id).await?.is_none() {
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
            if let Some(message) = self.answered_elsewhere(&mut tx, tenant, &before).await? {
                return Ok(message);
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
