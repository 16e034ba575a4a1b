//! The yearly proof at the wish of the person: their wallet asks how the year stands, and begins.
//!
//! Who asks is known by the device key that enrolment bound, and by nothing else. Somebody whose phone is new has another key: the
//! secret of their enrolment says who they are, as at every step of it, and what they begin is answered with a key that an officer
//! has to bind (domain.md, section 3). A stranger's key learns nothing of anybody.

use chrono::{Datelike as _, NaiveDate};
use entitlement::cycle::{Asked, Person, PersonYear, Stage as CycleStage, Wish};
use entitlement::enrolment::Stage;
use entitlement::{Request, Standing};
use issuance::device_word::{DeviceWord, DeviceWordFault, WordFor};
use issuance::{Actor, Subject, fingerprint};
use store_issuer::Transaction;
use store_issuer::fund::PersonRow;
use wire::existence::Organisation;
use wire::yearly::{DEVICE_WORD_TYP, YearAct, YearStage, YearStanding};

use super::{ExistenceError, FundError, Issuer, Tenant};

/// Why a wallet learns nothing of a year, or cannot begin its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum YearRefusal {
    #[error(transparent)]
    Word(#[from] DeviceWordFault),
    #[error("the Fund does not know this key")]
    KeyUnknown,
    #[error("another key took the place of this one")]
    KeyReplaced,
    #[error("the window opens on {0}")]
    NotOpen(NaiveDate),
    #[error("the Fund asks for no proof of this year")]
    NotConcerned,
    #[error("a proof is with the Fund, which decides about it")]
    WithFund,
    #[error("the benefit is over, as far as the Fund knows")]
    Ended,
}

/// What a wallet sends, and the secret of its enrolment where it has one.
#[derive(Clone, Copy)]
pub struct Spoken<'a> {
    pub word: &'a str,
    pub secret: Option<&'a str>,
}

impl Issuer {
    /// How the year stands for whoever holds the key.
    pub async fn look_at_year(
        &self,
        tenant: &str,
        spoken: Spoken<'_>,
    ) -> Result<YearStanding, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let subject = self.speaks(tenant, spoken, YearAct::Look).await?;
        self.year_of(tenant, &subject).await
    }

    /// Asks this year's question at the wish of the person. While one is open or answered, asking again gives the same one.
    pub async fn begin_year(&self, tenant: &str, spoken: Spoken<'_>) -> Result<YearStanding, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let subject = self.speaks(tenant, spoken, YearAct::Begin).await?;
        let standing = self.year_of(tenant, &subject).await?;
        // Whoever answered and lost the page finds it again.
        if standing.request_uri.is_some() && standing.stage != YearStage::Done {
            return Ok(standing);
        }
        if !standing.may_begin {
            return Err(refusal(&standing));
        }
        self.ask(&Actor::person(&tenant.id), &subject.id).await?;
        self.year_of(tenant, &subject).await
    }

    /// Whose key signed the word. It is spent here, whatever becomes of the request, so that nobody can send the same again.
    async fn speaks(
        &self,
        tenant: &Tenant,
        spoken: Spoken<'_>,
        act: YearAct,
    ) -> Result<Subject, ExistenceError> {
        let wanted = WordFor { typ: DEVICE_WORD_TYP, audience: &tenant.issuer_url, act: act.as_str() };
        let found = match DeviceWord::verify(spoken.word, wanted, self.now()) {
            Ok(word) => self.holder_of(tenant, &word, spoken.secret).await,
            Err(fault) => Err(YearRefusal::from(fault).into()),
        };
        if let Err(ExistenceError::Year(YearRefusal::Word(_) | YearRefusal::KeyUnknown)) = found {
            self.note_refusal(tenant, "device key").await;
        }
        found
    }

    async fn holder_of(
        &self,
        tenant: &Tenant,
        word: &DeviceWord,
        secret: Option<&str>,
    ) -> Result<Subject, ExistenceError> {
        let mut tx = self.store.read().await?;
        let holder = self.find_holder(&mut tx, tenant, word, secret).await?;
        drop(tx);
        // Only now is something written: a stranger's words leave no trace.
        let fresh = sql::retry(|| async {
            let mut tx = self.store.write("spend_device_word").await?;
            let fresh = tx.spend_nonce(&tenant.id, &word.fingerprint, word.remembered_until).await?;
            tx.commit().await?;
            Ok::<bool, store_issuer::Error>(fresh)
        })
        .await?;
        match fresh {
            true => Ok(holder),
            false => Err(YearRefusal::from(DeviceWordFault::Used).into()),
        }
    }

    async fn find_holder(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        word: &DeviceWord,
        secret: Option<&str>,
    ) -> Result<Subject, ExistenceError> {
        let meant = match &word.enrolment {
            Some(id) => tx.find_enrolment(&tenant.id, id).await?.map(|it| it.subject_id),
            None => None,
        };
        let holders = tx.list_key_holders(&tenant.id, &word.jkt).await?;
        let mut fitting = holders.iter().filter(|it| meant.as_ref().is_none_or(|id| *id == it.subject_id));
        let first = fitting.next();
        let found = match first {
            Some(holder) if !holder.is_over => Some(holder.subject_id.clone()),
            _ => self.newly_keyed(tx, tenant, secret).await?,
        };
        let refused = if first.is_some() { YearRefusal::KeyReplaced } else { YearRefusal::KeyUnknown };
        let subject = match found {
            Some(id) => tx.find_subject(&tenant.id, &id).await?,
            None => None,
        };
        subject.ok_or_else(|| refused.into())
    }

    /// Somebody who is enrolled and comes with a new phone: the secret is that of the enrolment by which their key is bound.
    async fn newly_keyed(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        secret: Option<&str>,
    ) -> Result<Option<String>, ExistenceError> {
        let Some(secret) = secret else { return Ok(None) };
        let found = tx.find_enrolment_by_secret(&tenant.id, &fingerprint(secret)).await?;
        let Some(own) = found.filter(|it| it.enrolment.stage == Stage::Approved) else { return Ok(None) };
        // An enrolment that another one took the place of says nothing any more.
        let all = tx.list_enrolments_of(&tenant.id, &own.subject_id).await?;
        let newest = all.iter().find(|it| it.enrolment.stage == Stage::Approved);
        let is_bound = tx.find_bound_key(&tenant.id, &own.subject_id).await?.is_some();
        Ok((is_bound && newest.is_some_and(|it| it.id == own.id)).then_some(own.subject_id))
    }

    async fn year_of(&self, tenant: &Tenant, subject: &Subject) -> Result<YearStanding, ExistenceError> {
        let mut tx = self.store.read().await?;
        let today = self.today();
        let known = self.person_of_subject(&mut tx, tenant, subject).await?;
        let (asked, receipt) = match &known {
            Some(row) => {
                let asked = self.asked_of(&mut tx, tenant, row).await?;
                (asked, self.latest_receipt(&mut tx, &tenant.id, &row.id).await?)
            }
            None => (nobody(today), None),
        };
        let question = self.question_of(&mut tx, tenant, subject, &asked).await?;
        let usual_days = self.usual_days(&mut tx, &tenant.id).await?;
        let (payment_resumes, dates_missing, residence) = match &known {
            Some(row) => {
                let (resumes, missing) = self.beside(&mut tx, tenant, row, asked.wish).await?;
                (resumes, missing, self.residence_note(&mut tx, &tenant.id, &row.id).await?)
            }
            None => (false, false, None),
        };
        drop(tx);
        let request_uri = match question {
            Some(question) => Some(self.request_link(&Actor::person(&tenant.id), &question.id).await?.uri),
            None => None,
        };
        Ok(YearStanding {
            organisation: Organisation { did: tenant.did.clone(), name: tenant.name.clone() },
            year: asked.year,
            proof_year: today.year(),
            stage: stage(asked.wish),
            due: asked.due,
            held_from: asked.held_from,
            payment_on_hold: asked.on_hold,
            payment_resumes,
            dates_missing,
            next_opens: asked.next_opens,
            may_begin: asked.may_begin,
            request_uri,
            receipt,
            usual_days,
            closes: asked.closes,
            residence,
        })
    }

    /// Whether payment was on hold and begins again, and whether nothing is asked only because this year has no calendar yet.
    async fn beside(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        row: &PersonRow,
        wish: Wish,
    ) -> Result<(bool, bool), FundError> {
        let (_, years) = self.cycles_of(tx, &tenant.id, row).await?;
        let resumes = years.iter().any(|it| matches!(it.stage, CycleStage::Reinstated { .. }));
        let this = self.today().year();
        let is_stepped = years.iter().any(|it| it.year == this);
        let calendars = self.calendars_or_usual(tx, &tenant.id).await?;
        let has_dates = calendars.iter().any(|it| it.year() == this);
        Ok((resumes, wish == Wish::NotConcerned && !is_stepped && !has_dates))
    }

    /// Whether a year still asks this beneficiary for a proof, or has one that waits for a decision.
    pub(in crate::app) async fn is_asked_for_proof(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject_id: &str,
    ) -> Result<bool, FundError> {
        let Some(subject) = tx.find_subject(&tenant.id, subject_id).await? else { return Ok(false) };
        let Some(row) = self.person_of_subject(tx, tenant, &subject).await? else { return Ok(false) };
        let wish = self.asked_of(tx, tenant, &row).await?.wish;
        Ok(matches!(wish, Wish::Open | Wish::Late | Wish::OnHold | Wish::WithFund))
    }

    pub(super) async fn person_of_subject(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject: &Subject,
    ) -> Result<Option<PersonRow>, store_issuer::Error> {
        let mark = self.secrets.register_mark(&tenant.id, "number", &subject.number);
        tx.find_fund_person_by_mark(&tenant.id, &mark).await
    }

    pub(super) async fn asked_of(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        row: &PersonRow,
    ) -> Result<Asked, FundError> {
        let (person, years): (Person, Vec<PersonYear>) = self.cycles_of(tx, &tenant.id, row).await?;
        let calendars = self.calendars_or_usual(tx, &tenant.id).await?;
        Ok(entitlement::cycle::asked(&years, &calendars, &person, self.today()))
    }

    /// The question of this year that the person can still do something with: answer it, or read what became of it.
    async fn question_of(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject: &Subject,
        asked: &Asked,
    ) -> Result<Option<Request>, ExistenceError> {
        let (now, year) = (self.now(), self.today().year());
        let known = tx.list_existence_of(&tenant.id, &subject.id).await?;
        let of_year =
            |wanted: Standing| known.iter().find(|it| it.year == year && it.standing(now) == wanted).cloned();
        Ok(match asked.wish {
            Wish::NotYet | Wish::NotConcerned | Wish::Ended => None,
            Wish::Done => of_year(Standing::Confirmed),
            Wish::Open | Wish::Late | Wish::OnHold => of_year(Standing::Open),
            // An answer of December may wait in January.
            Wish::WithFund => {
                let waits = known.iter().find(|it| it.standing(now) == Standing::Answered).cloned();
                waits.or_else(|| of_year(Standing::Open))
            }
        })
    }
}

/// Who is on no register takes part in no year.
fn nobody(today: NaiveDate) -> Asked {
    Asked {
        year: today.year(),
        wish: Wish::NotConcerned,
        due: None,
        held_from: None,
        on_hold: false,
        next_opens: None,
        may_begin: false,
        closes: Vec::new(),
    }
}

fn refusal(standing: &YearStanding) -> ExistenceError {
    match (standing.stage, standing.next_opens) {
        (YearStage::Done, _) => ExistenceError::ProvenAlready { year: standing.year },
        (YearStage::NotYet, Some(opens)) => YearRefusal::NotOpen(opens).into(),
        (YearStage::WithFund, _) => YearRefusal::WithFund.into(),
        (YearStage::Ended, _) => YearRefusal::Ended.into(),
        _ => YearRefusal::NotConcerned.into(),
    }
}

fn stage(wish: Wish) -> YearStage {
    match wish {
        Wish::NotYet => YearStage::NotYet,
        Wish::Open => YearStage::Open,
        Wish::Late => YearStage::Late,
        Wish::OnHold => YearStage::OnHold,
        Wish::WithFund => YearStage::WithFund,
        Wish::Done => YearStage::Done,
        Wish::NotConcerned => YearStage::NotConcerned,
        Wish::Ended => YearStage::Ended,
    }
}
