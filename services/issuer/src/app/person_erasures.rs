//! Erasing a person: the salts are destroyed by which a commitment on the chain means something, and with them every row that
//! leads to the person. One officer proposes it with a reason, another approves. Rules of keeping and legal holds refuse it until
//! they end, when it is proposed and once more when it is carried out.

mod keeping;
mod log;

use issuance::audit::Act;
use issuance::{Actor, CredentialCopy, Proposal, Subject};
use store_issuer::Transaction;
use store_issuer::fund::PersonRow;

pub use keeping::EraseError;
pub(crate) use log::Log;

use super::fund::PayrollChange;
use super::{DecideError, Issuer, Outcome};

/// More words than that are a letter.
const LONGEST_REASON: usize = 500;

/// Whom an erasure is about.
#[derive(Clone, Debug)]
pub(super) struct Whom {
    /// The record of the directory.
    pub subject: Option<Subject>,
    /// The same person on the Fund's register.
    pub register: Option<PersonRow>,
}

/// What goes with a person, before anybody says so.
#[derive(Debug)]
pub struct ErasureView {
    pub name: String,
    pub number: String,
    /// Credentials that were issued, each format counted.
    pub copies: usize,
    pub offers: usize,
    /// Whether the directory has a record, so that there is a page of the person.
    pub in_directory: bool,
    /// Whether the Fund's register has the person.
    pub registered: bool,
    /// Why it cannot be erased yet.
    pub refusal: Option<EraseError>,
}

impl Issuer {
    /// Proposes that a person is erased. `id` is a record of the directory or a person of the Fund's register.
    pub async fn propose_erasure(&self, by: &Actor, id: &str, reason: &str) -> Result<Outcome, DecideError> {
        let reason: String = reason.trim().chars().take(LONGEST_REASON).collect();
        self.propose(by, &Proposal::ErasePerson { subject: id.to_owned(), reason }).await
    }

    /// What would go, and what stands against it.
    pub async fn preview_erasure(&self, tenant: &str, id: &str) -> Result<ErasureView, EraseError> {
        let mut tx = self.store.read().await?;
        let whom = self.whom(&mut tx, tenant, id).await?;
        let refusal = match self.may_erase_person(&mut tx, tenant, &whom).await {
            Ok(()) => None,
            Err(error @ (EraseError::Store(_) | EraseError::Fund(_))) => return Err(error),
            Err(refusal) => Some(refusal),
        };
        let (name, number) = self.name_of(tenant, &whom)?;
        let (mut copies, mut offers) = (0, 0);
        if let Some(subject) = &whom.subject {
            copies = tx.list_copies(tenant, &subject.id).await?.len();
            offers = tx.list_offers(tenant, &subject.id).await?.len();
        }
        // The page of a person is at the id of their record.
        let in_directory = whom.subject.as_ref().is_some_and(|subject| subject.id == id);
        let registered = whom.register.is_some();
        Ok(ErasureView { name, number, copies, offers, in_directory, registered, refusal })
    }

    /// Nobody is asked to approve what could not be done.
    pub(super) async fn check_erasure(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        (id, reason): (&str, &str),
    ) -> Result<(), EraseError> {
        if reason.trim().is_empty() {
            return Err(EraseError::Reason);
        }
        let whom = self.whom(tx, tenant, id).await?;
        self.may_erase_person(tx, tenant, &whom).await
    }

    /// Erases within the transaction of the approval, so that it is never approved without being done. The audit trail names the
    /// record by its id, which nothing leads to a person from here on.
    pub(super) async fn erase_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
    ) -> Result<(), EraseError> {
        let tenant = by.tenant.as_str();
        let whom = self.whom(tx, tenant, id).await?;
        self.may_erase_person(tx, tenant, &whom).await?;
        if let Some(person) = &whom.register {
            self.unname_in_payroll(tx, tenant, &person.id).await?;
            tx.erase_fund_person(tenant, &person.id, self.now()).await?;
        }
        if let Some(subject) = &whom.subject {
            tx.erase_subject(tenant, &subject.id).await?;
        }
        let ids = [whom.subject.map(|subject| subject.id), whom.register.map(|person| person.id)];
        for known in ids.iter().flatten() {
            tx.forget_words_of_proposals(tenant, known).await?;
        }
        Ok(tx.audit(by, Act { action: "person.erase", target: id, detail: "" }, self.now()).await?)
    }

    /// The person behind an id, in the directory and on the register.
    pub(super) async fn whom(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        id: &str,
    ) -> Result<Whom, EraseError> {
        let is_fund = self.tenant(tenant).is_some_and(|known| self.is_pension_fund(known));
        let subject = tx.find_subject(tenant, id).await?;
        let (subject, register) = match subject {
            Some(subject) if is_fund => {
                let mark = self.secrets.register_mark(tenant, "number", &subject.number);
                (Some(subject), tx.find_fund_person_by_mark(tenant, &mark).await?)
            }
            None if is_fund => match tx.find_fund_person(tenant, id).await? {
                None => (None, None),
                Some(row) => {
                    let number = self.open_fund_person(tenant, &row)?.registered.uid;
                    (tx.find_subject_by_number(tenant, &number).await?, Some(row))
                }
            },
            known => (known, None),
        };
        match subject.is_some() || register.is_some() {
            true => Ok(Whom { subject, register }),
            false => Err(EraseError::Unknown),
        }
    }

    /// Name and number, for officers.
    pub(super) fn name_of(&self, tenant: &str, whom: &Whom) -> Result<(String, String), EraseError> {
        if let Some(subject) = &whom.subject {
            return Ok((subject.name.clone(), subject.number.clone()));
        }
        let row = whom.register.as_ref().ok_or(EraseError::Unknown)?;
        let known = self.open_fund_person(tenant, row)?.registered;
        Ok((format!("{} {}", known.given_name, known.family_name).trim().to_owned(), known.uid))
    }

    /// Files that payroll has had keep what changed, by pseudonymous number, and lose the number by which payroll knew the person.
    async fn unname_in_payroll(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<(), EraseError> {
        for (id, sealed) in tx.list_fund_payroll_files_of(tenant, person).await? {
            let mut changes: Vec<PayrollChange> = self.open_for("payroll", tenant, &id, &sealed)?;
            for change in changes.iter_mut().filter(|change| change.person == person) {
                change.uid.clear();
            }
            let sealed = self.seal_for("payroll", tenant, &id, &changes);
            tx.reseal_fund_payroll_file(tenant, &id, &sealed).await?;
        }
        Ok(())
    }
}

/// One that a verifier would still accept, or that could be valid again.
fn still_counts(copy: &CredentialCopy, now: clock::Timestamp) -> bool {
    copy.status != issuance::Status::Revoked && now < copy.valid_until
}
