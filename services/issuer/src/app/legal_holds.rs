//! Legal holds on the pictures of a person's proofs.
//!
//! A court, an auditor or an inquiry may need what else would be erased. An officer says why and by when somebody looks again;
//! another officer lifts it, so that nobody keeps or loses evidence alone. The person reads that their pictures are held.

use chrono::{Months, NaiveDate};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::LegalHoldRow;

use super::Issuer;
use super::existence::{ExistenceError, remark};

/// Somebody looks again within a year.
const LONGEST_MONTHS: u32 = 12;

/// A hold with its words.
#[derive(Clone, Debug)]
pub struct LegalHold {
    /// Where it stands.
    pub row: LegalHoldRow,
    /// Why.
    pub reason: String,
}

impl Issuer {
    /// Keeps a person's pictures until another officer lifts it. Its id.
    pub async fn place_legal_hold(
        &self,
        by: &Actor,
        subject_id: &str,
        reason: &str,
        review_on: NaiveDate,
    ) -> Result<String, ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        let reason = remark(reason)?;
        let today = self.today();
        let last = today.checked_add_months(Months::new(LONGEST_MONTHS)).unwrap_or(NaiveDate::MAX);
        if reason.is_empty() || review_on <= today || review_on > last {
            return Err(ExistenceError::LegalHold);
        }
        sql::retry(|| async {
            let (id, now) = (self.new_id(), self.now());
            let mut tx = self.store.write("place_legal_hold").await?;
            tx.find_subject(&tenant.id, subject_id).await?.ok_or(ExistenceError::UnknownPerson)?;
            let row = LegalHoldRow {
                subject_id: subject_id.to_owned(),
                reason_sealed: self.seal_words(&purpose(&tenant.id, &id), &reason),
                review_on,
                placed_by: by.officer.clone(),
                placed_at: now,
                lifted_by: None,
                lifted_at: None,
                id: id.clone(),
            };
            tx.insert_legal_hold(&tenant.id, &row).await?;
            tx.audit(by, Act { action: "hold.place", target: subject_id, detail: &id }, now).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// Ends a hold: what is due is erased within the hour. Never by who placed it. Lifted already, it stays so.
    pub async fn lift_legal_hold(
        &self,
        by: &Actor,
        subject_id: &str,
        id: &str,
    ) -> Result<(), ExistenceError> {
        let tenant = self.fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("lift_legal_hold").await?;
            let found = tx.find_legal_hold(&tenant.id, id).await?;
            let row = found.filter(|row| row.subject_id == subject_id).ok_or(ExistenceError::Unknown)?;
            if row.lifted_at.is_some() {
                return Ok(());
            }
            if row.placed_by == by.officer {
                return Err(ExistenceError::OwnHold);
            }
            tx.lift_legal_hold(&tenant.id, id, &by.officer, now).await?;
            tx.audit(by, Act { action: "hold.lift", target: subject_id, detail: id }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Of one person, the latest first.
    pub async fn legal_holds(
        &self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<LegalHold>, ExistenceError> {
        self.fund(tenant)?;
        let rows = self.store.read().await?.list_legal_holds(tenant, subject_id).await?;
        let open = |row: LegalHoldRow| {
            let reason = self.open_words(&purpose(tenant, &row.id), &row.reason_sealed);
            LegalHold { row, reason }
        };
        Ok(rows.into_iter().map(open).collect())
    }
}

impl Issuer {
    /// Words of officers, sealed under the service's key.
    pub(super) fn seal_words(&self, purpose: &[u8], words: &str) -> Vec<u8> {
        self.sealing.seal(purpose, words.as_bytes(), self.entropy.as_ref())
    }

    /// Empty when they do not open.
    pub(super) fn open_words(&self, purpose: &[u8], sealed: &[u8]) -> String {
        let opened = self.sealing.open(purpose, sealed).ok();
        opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()).unwrap_or_default()
    }
}

fn purpose(tenant: &str, id: &str) -> Vec<u8> {
    format!("legal hold {tenant}/{id}").into_bytes()
}
