//! Enrolment of a beneficiary: invitation, device key, appointment, an agent's proposal and a second officer's decision.
//!
//! The rules are in `entitlement::enrolment`. An invitation is never a way to sign in: it lets a wallet, which its owner has
//! opened with a passkey, speak for one enrolment, and nothing is bound before two officers agree.

mod appointments;
mod binding;
mod calls;
mod desk;
mod languages;
mod paging;
mod picture;
mod reminders;
mod separation;
mod station;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entitlement::enrolment::{
    CODE_LETTERS, DocumentFault, Enrolment, EnrolmentFault, Stage, code, typed_code,
};
use issuance::audit::Act;
use issuance::{Actor, Subject, fingerprint};
use keys::PublicKey;
use store_issuer::{EnrolmentRow, Transaction};
use url::form_urlencoded;
use wire::enrolment::{EnrolmentClaim, EnrolmentKey, EnrolmentStatus, device_key_input};

pub use appointments::{AgendaLine, NewSlots, SupplyView};
pub(super) use calls::SIGNALS_KEPT_HOURS;
pub use desk::{Decision, DeskNote, DeskPage};
pub use paging::After;
pub(super) use picture::picture_purpose;
pub use separation::SeparationSeen;
pub(super) use separation::UNANSWERED_KEPT_HOURS;
pub use station::SeenAtStation;

use super::portraits::PictureFault;
use super::{
    ExistenceError, FacesFault, FundError, Issuer, NotAccepted, PortraitError, SeparationFault, Tenant,
    VerifierFault,
};

const SECRET_BYTES: usize = 32;

/// Why something about an enrolment is not done.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    #[error("no such enrolment")]
    Unknown,
    #[error("this organisation does not pay pensions")]
    NotTheFund,
    #[error("the secret of the person's wallet is needed")]
    Unauthorized,
    #[error(transparent)]
    Step(#[from] EnrolmentFault),
    #[error(transparent)]
    Document(#[from] DocumentFault),
    #[error("the file is no picture of the kind that is needed: {0}")]
    Picture(#[from] PictureFault),
    #[error("{0}")]
    Face(&'static str),
    #[error(transparent)]
    Faces(#[from] FacesFault),
    #[error("{0}")]
    Form(&'static str),
    #[error("somebody else has this time now; choose another one")]
    SlotTaken,
    #[error("this time overlaps another one of the same agent")]
    Overlap,
    #[error("appointments were changed so often that only the Fund changes them now; call the Fund")]
    TooManyChanges,
    #[error("this appointment has begun or is over")]
    Begun,
    #[error("the call is open from ten minutes before the appointment until an hour after it")]
    CallClosed,
    #[error("too many messages for one call; leave it and join again")]
    TooManySignals,
    #[error("the Fund has no such station, or has closed it; an administrator of the Fund registers it")]
    NoStation,
    #[error("the station did not sign this, about this person; take the picture again")]
    NotVouched,
    #[error("nobody enrols by a credential here; an invitation of the Fund does")]
    NoVerifier,
    #[error("many people present a credential at this moment; try again in a few minutes")]
    Crowded,
    #[error(transparent)]
    Verifier(#[from] VerifierFault),
    #[error(transparent)]
    NotAccepted(#[from] NotAccepted),
    #[error(transparent)]
    Separation(#[from] SeparationFault),
    #[error("this service was used to enrol somebody else")]
    CredentialUsed,
    #[error("what is stored about this cannot be opened")]
    Damaged,
    #[error("decoding the picture was cut off")]
    Stopped(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// An invitation as it is shown once, to be printed or read out.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode {
    pub enrolment: String,
    /// With a dash in the middle.
    pub code: String,
    /// The wallet's page; it holds neither number nor code.
    pub link: String,
    pub expires_at: clock::Timestamp,
}

impl std::fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvitationCode")
    }
}

impl Issuer {
    /// Invites a beneficiary. An invitation before it that nobody has decided about dies with this one.
    pub async fn invite_to_enrol(
        &self,
        by: &Actor,
        subject_id: &str,
    ) -> Result<InvitationCode, EnrolmentError> {
        let tenant = self.enrolling(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("invite_to_enrol").await?;
            let subject = tx.find_subject(&tenant.id, subject_id).await?.ok_or(EnrolmentError::Unknown)?;
            if self.has_proposed(&mut tx, &tenant.id, subject_id).await? {
                return Err(EnrolmentFault::Proposed.into());
            }
            self.withdraw_enrolments(&mut tx, by, subject_id).await?;
            let text = self.new_invitation_code();
            let mark = self.code_mark(&tenant.id, &subject.id, &text);
            let enrolment = Enrolment::invited(now);
            let row = self.new_enrolment(&mut tx, tenant, &subject, (enrolment, mark, &by.officer)).await?;
            tx.audit(by, Act { action: "enrolment.invite", target: &row.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(InvitationCode {
                enrolment: row.id,
                code: text,
                link: self.enrolment_link(tenant),
                expires_at: row.enrolment.expires_at,
            })
        })
        .await
    }

    fn new_invitation_code(&self) -> String {
        let mut random = [0; CODE_LETTERS];
        self.entropy.fill(&mut random);
        code(random)
    }

    async fn has_proposed(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<bool, store_issuer::Error> {
        let known = tx.list_enrolments_of(tenant, subject_id).await?;
        Ok(known.iter().any(|it| it.enrolment.stage == Stage::Proposed))
    }

    /// Takes back what is open for somebody: invitation, appointment, and the letter with the code, unless the post has it.
    pub(in crate::app) async fn withdraw_enrolments(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
    ) -> Result<(), store_issuer::Error> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        for mut open in tx.list_enrolments_of(tenant, subject_id).await? {
            if open.enrolment.is_open() {
                open.enrolment = open.enrolment.ended(&by.officer);
                open.decided_at = Some(now);
                self.close_appointment(tx, tenant, &open.id).await?;
                tx.replace_enrolment(tenant, &open).await?;
            }
        }
        if let Some(person) = tx.find_fund_person_of_subject(tenant, subject_id).await? {
            tx.withdraw_invitation_letters(tenant, &person.id, now).await?;
        }
        Ok(())
    }

    /// The code of a letter: the invitation before it dies with this one. Nothing for somebody who is enrolled, has used a code, or
    /// waits for a second officer.
    pub(in crate::app) async fn invite_by_letter(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (subject_id, effect): (&str, &str),
        text: &str,
    ) -> Result<bool, EnrolmentError> {
        let tenant = self.enrolling(&by.tenant)?;
        let Some(subject) = tx.find_subject(&tenant.id, subject_id).await? else { return Ok(false) };
        let known = tx.list_enrolments_of(&tenant.id, subject_id).await?;
        let is_under_way = known.iter().any(|it| is_under_way(it.enrolment.stage));
        if is_under_way || tx.find_bound_key(&tenant.id, subject_id).await?.is_some() {
            return Ok(false);
        }
        for mut open in known.into_iter().filter(|it| it.enrolment.is_open()) {
            open.enrolment = open.enrolment.withdrawn(&by.officer)?;
            open.decided_at = Some(self.now());
            tx.replace_enrolment(&tenant.id, &open).await?;
        }
        let mark = self.code_mark(&tenant.id, &subject.id, text);
        let enrolment = Enrolment::invited_by_letter(self.now());
        let row = self.new_enrolment(tx, tenant, &subject, (enrolment, mark, &by.officer)).await?;
        tx.set_enrolment_letter(&tenant.id, &row.id, effect).await?;
        Ok(true)
    }

    /// A code as it stands on paper, and until when it counts if it is made now.
    pub(in crate::app) fn letter_code(&self) -> (String, clock::Timestamp) {
        (self.new_invitation_code(), Enrolment::invited_by_letter(self.now()).expires_at)
    }

    /// Where a person enters number and code: the wallet's page, which learns from it who the Fund is.
    #[must_use]
    pub fn enrolment_link(&self, tenant: &Tenant) -> String {
        let encoded: String = form_urlencoded::byte_serialize(tenant.issuer_url.as_bytes()).collect();
        format!("{}/enrol?fund={encoded}", self.settings.wallet_url.as_str().trim_end_matches('/'))
    }

    /// The same as it is printed. RFC 3986, 3.4: colons and slashes may stand in a query as they are, and a person reads them
    /// better so.
    #[must_use]
    pub fn enrolment_link_on_paper(&self, tenant: &Tenant) -> String {
        self.enrolment_link(tenant).replace("%3A", ":").replace("%2F", "/")
    }

    /// A wallet uses an invitation. Refusals are counted, slowed, and all look alike.
    pub async fn claim_enrolment(
        &self,
        tenant: &str,
        claim: &EnrolmentClaim,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let secret = URL_SAFE_NO_PAD.decode(&claim.secret).map_err(|_| BAD_SECRET)?;
        if secret.len() != SECRET_BYTES {
            return Err(BAD_SECRET);
        }
        let claimed = sql::retry(|| self.try_code(tenant, claim)).await;
        if let Err(EnrolmentError::Step(EnrolmentFault::Code)) = claimed {
            self.note_refusal(tenant, "invitation").await;
        }
        let row = claimed?;
        self.enrolment_status(tenant, &row).await
    }

    async fn try_code(
        &self,
        tenant: &Tenant,
        claim: &EnrolmentClaim,
    ) -> Result<EnrolmentRow, EnrolmentError> {
        let refused = || EnrolmentError::from(EnrolmentFault::Code);
        let now = self.now();
        let typed = typed_code(&claim.code).ok_or_else(refused)?;
        let uid: String = claim.uid.chars().filter(char::is_ascii_digit).take(20).collect();
        let mark = fingerprint(&claim.secret);
        let mut tx = self.store.write("claim_enrolment").await?;
        let subject = tx.find_subject_by_number(&tenant.id, &uid).await?.ok_or_else(refused)?;
        let known = tx.list_enrolments_of(&tenant.id, &subject.id).await?;
        let open = known.into_iter().find(|it| it.enrolment.is_open());
        let Some(mut row) = open else { return Err(refused()) };
        let right = row.code_mark == self.code_mark(&tenant.id, &subject.id, &typed);
        // A retry after an answer that was lost on its way.
        if right && row.secret_mark.as_deref() == Some(&mark) {
            return Ok(row);
        }
        if !row.enrolment.takes_codes(now) {
            return Err(refused());
        }
        if !right {
            row.enrolment = row.enrolment.mistyped();
            tx.replace_enrolment(&tenant.id, &row).await?;
            tx.commit().await?;
            return Err(refused());
        }
        row.enrolment = row.enrolment.claimed(now)?;
        (row.secret_mark, row.claimed_at) = (Some(mark), Some(now));
        tx.replace_enrolment(&tenant.id, &row).await?;
        let by = Actor::system(&tenant.id);
        // A letter that did not leave yet would bring a code that is used.
        if let Some(person) = tx.find_fund_person_of_subject(&tenant.id, &subject.id).await? {
            tx.withdraw_invitation_letters(&tenant.id, &person.id, now).await?;
        }
        tx.audit(&by, Act { action: "enrolment.claim", target: &row.id, detail: "" }, now).await?;
        tx.commit().await?;
        Ok(EnrolmentRow { revision: row.revision + 1, ..row })
    }

    /// How an enrolment stands, for whoever has its secret.
    pub async fn view_enrolment(
        &self,
        tenant: &str,
        secret: Option<&str>,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let mut tx = self.store.read().await?;
        let row = self.spoken_for(&mut tx, tenant, secret).await?;
        drop(tx);
        self.enrolment_status(tenant, &row).await
    }

    /// Names the device key. It proves that it is held, and names enrolment and organisation, so that it is good for no other.
    pub async fn name_device_key(
        &self,
        tenant: &str,
        secret: Option<&str>,
        named: &EnrolmentKey,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let key = PublicKey::from_jwk(&named.holder_key);
        let key = key.map_err(|_| EnrolmentError::Form("holderKey is no public key"))?;
        let PublicKey::P256(_) = key else { return Err(EnrolmentError::Form("holderKey is no P-256 key")) };
        let signature = URL_SAFE_NO_PAD.decode(&named.signature);
        let signature = signature.map_err(|_| EnrolmentError::Form("signature is not base64url"))?;
        let row = sql::retry(|| async {
            let mut tx = self.store.write("name_device_key").await?;
            let mut row = self.spoken_for(&mut tx, tenant, secret).await?;
            key.verify(&device_key_input(&tenant.did, &row.id), &signature)
                .map_err(|_| EnrolmentError::Form("the key did not sign this enrolment"))?;
            let before = row.clone();
            let another = row.enrolment.device_key.as_ref().is_some_and(|it| *it != key.jwk_thumbprint());
            row.enrolment = row.enrolment.keyed(&key.jwk_thumbprint())?;
            if another {
                self.forget_station_word(&mut tx, &tenant.id, &mut row).await?;
            }
            row.holder_key = Some(key.to_jwk().to_string());
            if row == before {
                return Ok(row);
            }
            tx.replace_enrolment(&tenant.id, &row).await?;
            let (by, now) = (Actor::system(&tenant.id), self.now());
            tx.audit(&by, Act { action: "enrolment.key", target: &row.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok::<_, EnrolmentError>(row)
        })
        .await?;
        self.enrolment_status(tenant, &row).await
    }

    /// Whether a secret is that of a wallet of this organisation, before anything that was sent is read.
    pub async fn may_speak(&self, tenant: &Tenant, secret: Option<&str>) -> Result<(), EnrolmentError> {
        let mut tx = self.store.read().await?;
        self.spoken_for(&mut tx, tenant, secret).await.map(|_| ())
    }

    /// The enrolment behind a secret. A wrong one looks like none.
    async fn spoken_for(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        secret: Option<&str>,
    ) -> Result<EnrolmentRow, EnrolmentError> {
        let secret = secret.ok_or(EnrolmentError::Unauthorized)?;
        let found = tx.find_enrolment_by_secret(&tenant.id, &fingerprint(secret)).await?;
        found.ok_or(EnrolmentError::Unauthorized)
    }

    /// A stolen database does not give the codes away: fifty bits alone could be tried.
    fn code_mark(&self, tenant: &str, subject: &str, code: &str) -> String {
        let code = code.replace('-', "");
        self.secrets.register_mark(tenant, "invitation", &format!("{subject}/{code}"))
    }

    fn enrolling(&self, tenant: &str) -> Result<&Tenant, EnrolmentError> {
        self.fund(tenant).map_err(|error| match error {
            ExistenceError::Store(error) => EnrolmentError::Store(error),
            _ => EnrolmentError::NotTheFund,
        })
    }

    /// An enrolment at its beginning; the mark is of the code that opens it.
    async fn new_enrolment(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject: &Subject,
        (enrolment, code_mark, invited_by): (Enrolment, String, &str),
    ) -> Result<EnrolmentRow, EnrolmentError> {
        let now = self.now();
        let row = EnrolmentRow {
            id: self.new_id(),
            subject_id: subject.id.clone(),
            enrolment,
            code_mark,
            invited_by: invited_by.to_owned(),
            invited_at: now,
            secret_mark: None,
            claimed_at: None,
            holder_key: None,
            place_kept_at: None,
            document: None,
            picture: None,
            proposed_at: None,
            decided_at: None,
            revision: 0,
        };
        tx.insert_enrolment(&tenant.id, &row).await?;
        tx.set_enrolment_language(&tenant.id, &row.id, languages::language_of(subject)).await?;
        Ok(row)
    }

    async fn enrolment_and_person(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        id: &str,
    ) -> Result<(EnrolmentRow, Subject), EnrolmentError> {
        let row = tx.find_enrolment(tenant, id).await?.ok_or(EnrolmentError::Unknown)?;
        let subject = tx.find_subject(tenant, &row.subject_id).await?.ok_or(EnrolmentError::Unknown)?;
        Ok((row, subject))
    }
}

const BAD_SECRET: EnrolmentError = EnrolmentError::Form("secret is not 32 bytes in base64url");

/// Whether the person still has something to do or to wait for.
const fn is_under_way(stage: Stage) -> bool {
    matches!(stage, Stage::Claimed | Stage::Proposed)
}

impl From<FundError> for EnrolmentError {
    fn from(error: FundError) -> Self {
        match error {
            FundError::Store(error) => Self::Store(error),
            _ => Self::Damaged,
        }
    }
}

impl From<PortraitError> for EnrolmentError {
    fn from(error: PortraitError) -> Self {
        match error {
            PortraitError::Unknown | PortraitError::NothingToConfirm => Self::Unknown,
            PortraitError::Picture(fault) => Self::Picture(fault),
            PortraitError::Stopped(error) => Self::Stopped(error),
            PortraitError::Store(error) => Self::Store(error),
        }
    }
}
