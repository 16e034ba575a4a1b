//! The receipt as the person's own wallet shows it, and the letter that it fetches.

use chrono::NaiveDate;
use entitlement::{State, Witnessed};
use issuance::{Actor, fingerprint};
use store_issuer::Transaction;
use store_issuer::fund::ProofRow;
use wire::existence::ExistenceReceipt;

use super::super::existence::ExistenceError;
use super::receipts::ReceiptDocument;
use super::{FundError, Issuer};

impl Issuer {
    /// What the Fund holds of an accepted answer: as it was anchored, for whoever is on the register, and the same by the
    /// calendar for others.
    pub(in crate::app) async fn receipt_note(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &entitlement::Request,
    ) -> Result<Option<ExistenceReceipt>, ExistenceError> {
        let proof = self.proof_behind(tx, tenant, request).await?;
        if let Some(proof) = proof
            && let Some(receipt) = tx.find_fund_receipt(tenant, &proof.id).await?
        {
            let document: ReceiptDocument = self.open_for("receipt", tenant, &proof.id, &receipt.sealed)?;
            return Ok(Some(document.for_wallet(true)));
        }
        let State::Confirmed { at, evidence, .. } = &request.state else { return Ok(None) };
        let (valid_until, next_opens) = self.coverage_after(tx, tenant, request.year).await?;
        Ok(Some(ExistenceReceipt {
            reference: evidence.reference(),
            channel: match evidence.witnessed {
                Witnessed::Passkey { .. } => "own-device",
                Witnessed::Desk(_) => "kiosk",
            }
            .to_owned(),
            captured_at: evidence.captured_at,
            received_at: evidence.answered_at,
            accepted_at: *at,
            years: vec![request.year],
            valid_until: Some(valid_until),
            next_opens,
            letter: false,
        }))
    }

    /// The proof of the register that came of a question: of the phone's answer, or of a form that was sent instead.
    async fn proof_behind(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &entitlement::Request,
    ) -> Result<Option<ProofRow>, FundError> {
        let by_phone = match request.evidence() {
            Some(evidence) => self.proof_of_digest(tx, tenant, &evidence.digest).await?,
            None => None,
        };
        if by_phone.as_ref().is_some_and(|proof| proof.state == "accepted") {
            return Ok(by_phone);
        }
        match tx.find_sent_form(tenant, &request.id).await? {
            Some(scan) => Ok(self.proof_of_scan(tx, tenant, &scan).await?.or(by_phone)),
            None => Ok(by_phone),
        }
    }

    /// The last day and the first day of the window after a year that was proven.
    async fn coverage_after(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        year: i32,
    ) -> Result<(NaiveDate, NaiveDate), FundError> {
        let next = year.saturating_add(1);
        let usual = |month, day| NaiveDate::from_ymd_opt(next, month, day).unwrap_or(NaiveDate::MAX);
        let calendars = self.calendars_within(tx, tenant).await?;
        let known = calendars.iter().find(|known| known.calendar.year() == next);
        Ok(known.map_or((usual(12, 31), usual(1, 2)), |known| {
            let dates = known.calendar.dates();
            (dates.due, dates.opens)
        }))
    }

    /// The letter with the receipt of an accepted answer.
    pub async fn existence_receipt(&self, tenant: &str, token: &str) -> Result<Vec<u8>, ExistenceError> {
        let tenant = &self.fund(tenant)?.id;
        let mut tx = self.store.read().await?;
        let request = tx.find_existence_by_fingerprint(tenant, &fingerprint(token)).await?;
        let request = request.ok_or(ExistenceError::Unknown)?;
        let proof = self.proof_behind(&mut tx, tenant, &request).await?;
        let proof = proof.filter(|proof| proof.state == "accepted").ok_or(ExistenceError::Unknown)?;
        drop(tx);
        Ok(self.receipt_pdf(&Actor::person(tenant), &proof.id).await?)
    }
}
