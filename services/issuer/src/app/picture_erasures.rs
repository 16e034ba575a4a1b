//! A person's pictures go for good: they are erased and the key is destroyed under which they were sealed.
//!
//! One officer writes down who wants it and why, another carries it out or keeps the pictures: nobody loses evidence alone. What a
//! legal hold keeps, and by what somebody has to decide yet, stays. From then on nothing opens any more, also no copy of the rows.

use issuance::Actor;
use issuance::audit::Act;
use store_issuer::{PictureErasureRow, Transaction};

use super::existence::{ExistenceError, remark};
use super::picture_keys::Whose;
use super::{Issuer, Tenant};

/// A wish with its words.
#[derive(Clone, Debug)]
pub struct PictureErasure {
    /// Where it stands.
    pub row: PictureErasureRow,
    /// Why.
    pub reason: String,
}

impl Issuer {
    /// Writes down that a person's pictures are to go. Its id.
    pub async fn ask_to_erase_pictures(
        &self,
        by: &Actor,
        subject_id: &str,
        reason: &str,
    ) -> Result<String, ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let reason = remark(reason)?;
        if reason.is_empty() {
            return Err(ExistenceError::ErasureReason);
        }
        sql::retry(|| async {
            let (id, now) = (self.new_id(), self.now());
            let mut tx = self.store.write("ask_to_erase_pictures").await?;
            self.may_erase(&mut tx, tenant, subject_id).await?;
            let row = PictureErasureRow {
                subject_id: subject_id.to_owned(),
                reason_sealed: self.seal_words(&purpose(&tenant.id, &id), &reason),
                asked_by: by.officer.clone(),
                asked_at: now,
                outcome: None,
                decided_by: None,
                decided_at: None,
                id: id.clone(),
            };
            match tx.insert_picture_erasure(&tenant.id, &row).await {
                Err(error) if error.is_conflict() => return Err(ExistenceError::ErasureWaits),
                other => other?,
            }
            tx.audit(by, Act { action: "pictures.erase-ask", target: subject_id, detail: &id }, now).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// A colleague erases the pictures, or keeps them. Whoever asked may only take it back. The same again changes nothing.
    pub async fn decide_picture_erasure(
        &self,
        by: &Actor,
        (subject_id, id): (&str, &str),
        erase: bool,
    ) -> Result<(), ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let (outcome, action) = match erase {
            true => ("erased", "pictures.erase"),
            false => ("kept", "pictures.keep"),
        };
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("decide_picture_erasure").await?;
            let found = tx.find_picture_erasure(&tenant.id, id).await?;
            let row = found.filter(|row| row.subject_id == subject_id).ok_or(ExistenceError::Unknown)?;
            match row.outcome.as_deref() {
                Some(before) if before == outcome => return Ok(()),
                Some(_) => return Err(ExistenceError::ErasureDecided),
                None if erase && row.asked_by == by.officer => return Err(ExistenceError::OwnErasure),
                None => {}
            }
            if erase {
                self.erase_pictures(&mut tx, tenant, subject_id).await?;
            }
            tx.decide_picture_erasure(&tenant.id, (id, outcome), &by.officer, now).await?;
            tx.audit(by, Act { action, target: subject_id, detail: id }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Of one person, the latest first.
    pub async fn picture_erasures(
        &self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<PictureErasure>, ExistenceError> {
        self.fund(tenant)?;
        let rows = self.store.read().await?.list_picture_erasures(tenant, subject_id).await?;
        let open = |row: PictureErasureRow| {
            let reason = self.open_words(&purpose(tenant, &row.id), &row.reason_sealed);
            PictureErasure { row, reason }
        };
        Ok(rows.into_iter().map(open).collect())
    }

    async fn erase_pictures(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject_id: &str,
    ) -> Result<(), ExistenceError> {
        let register = self.may_erase(tx, tenant, subject_id).await?;
        tx.erase_pictures_of_subject(&tenant.id, subject_id).await?;
        self.end_picture_key(tx, &tenant.id, Whose::Subject(subject_id)).await?;
        if let Some(person) = register {
            self.end_picture_key(tx, &tenant.id, Whose::Register(&person)).await?;
        }
        Ok(())
    }

    /// Nothing that is held, and nothing by which somebody has to decide. Answers with the person's number on the register.
    async fn may_erase(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject_id: &str,
    ) -> Result<Option<String>, ExistenceError> {
        let subject = tx.find_subject(&tenant.id, subject_id).await?.ok_or(ExistenceError::UnknownPerson)?;
        let holds = tx.list_legal_holds(&tenant.id, subject_id).await?;
        if holds.iter().any(|hold| hold.lifted_at.is_none()) {
            return Err(ExistenceError::PicturesHeld);
        }
        let mark = self.secrets.register_mark(&tenant.id, "number", &subject.number);
        let register = tx.find_fund_person_by_mark(&tenant.id, &mark).await?.map(|person| person.id);
        let mut undecided = tx.count_undecided_pictures(&tenant.id, subject_id).await?;
        if let Some(person) = &register {
            // A page is erased with its decision.
            undecided += tx.count_pictures_of_register(&tenant.id, person).await?;
        }
        if undecided > 0 {
            return Err(ExistenceError::PicturesUndecided);
        }
        Ok(register)
    }
}

fn purpose(tenant: &str, id: &str) -> Vec<u8> {
    format!("picture erasure {tenant}/{id}").into_bytes()
}
