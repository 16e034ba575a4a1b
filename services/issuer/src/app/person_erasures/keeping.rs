//! What has to be kept, and until when: nobody is erased before.

use chrono::{Datelike as _, NaiveDate};
use issuance::Subject;
use store_issuer::Transaction;
use store_issuer::fund::PersonRow;

use super::{Whom, still_counts};
use crate::app::{FundError, Issuer};

/// Why somebody is not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error("there is no such person here")]
    Unknown,
    #[error("say who asked for it and why; a colleague reads it")]
    Reason,
    #[error("a legal hold stands and is looked at again by {0}; it has to be lifted first")]
    Held(NaiveDate),
    #[error("the credential “{title}” is valid until {until}; revoke it or wait until it has ended")]
    Valid { title: &'static str, until: NaiveDate },
    #[error("the HR system says that the person works here; it has to end the service first")]
    AtWork,
    #[error("an officer has to decide about pictures or an enrolment of this person first")]
    Undecided,
    #[error("the Fund pays this person: the register keeps whoever has a benefit")]
    Paid,
    #[error("the year {year} is kept for audit until {until}; the person can be erased from the day after")]
    KeptForAudit { year: i32, until: NaiveDate },
    #[error(transparent)]
    Fund(#[from] FundError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    pub(super) async fn may_erase_person(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        whom: &Whom,
    ) -> Result<(), EraseError> {
        if let Some(subject) = &whom.subject {
            self.nothing_holds(tx, tenant, subject).await?;
        }
        match &whom.register {
            Some(person) => self.kept_for_audit(tx, tenant, person).await,
            None => Ok(()),
        }
    }

    /// Holds, what is valid, and what somebody has to decide by.
    async fn nothing_holds(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject: &Subject,
    ) -> Result<(), EraseError> {
        let holds = tx.list_legal_holds(tenant, &subject.id).await?;
        let standing = holds.iter().filter(|hold| hold.lifted_at.is_none()).map(|hold| hold.review_on).max();
        if let Some(review_on) = standing {
            return Err(EraseError::Held(review_on));
        }
        let now = self.now();
        let copies = tx.list_copies(tenant, &subject.id).await?;
        let last = copies.iter().filter(|copy| still_counts(copy, now)).max_by_key(|copy| copy.valid_until);
        if let Some(copy) = last {
            let title = copy.configuration.credential_type.title();
            return Err(EraseError::Valid { title, until: copy.valid_until.date_naive() });
        }
        if let Some(id) = tx.find_scim_id_of(tenant, &subject.id).await?
            && tx.find_scim_user(tenant, &id).await?.is_some_and(|known| known.user.is_active())
        {
            return Err(EraseError::AtWork);
        }
        match tx.count_undecided_pictures(tenant, &subject.id).await? {
            0 => Ok(()),
            _ => Err(EraseError::Undecided),
        }
    }

    /// A year of the Fund is audited for `issuing.audit_years` after it.
    async fn kept_for_audit(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &PersonRow,
    ) -> Result<(), EraseError> {
        let today = self.today();
        let ended = person.died_on.or(person.benefit_until).is_some_and(|day| day < today);
        if !ended {
            return Err(EraseError::Paid);
        }
        if tx.count_pictures_of_register(tenant, &person.id).await? > 0 {
            return Err(EraseError::Undecided);
        }
        // Somebody without a year was known to the Fund in the year in which the register last said something.
        let years = tx.list_fund_cycles(tenant, &person.id).await?;
        let last = years.iter().map(|year| year.year).max().unwrap_or_else(|| person.updated_at.year());
        let until = last_day_kept(last, self.settings.audit_years);
        match today > until {
            true => Ok(()),
            false => Err(EraseError::KeptForAudit { year: last, until }),
        }
    }
}

/// The end of the last of the years.
fn last_day_kept(year: i32, audit_years: u16) -> NaiveDate {
    let last = year.saturating_add(i32::from(audit_years));
    NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or(NaiveDate::MAX)
}
