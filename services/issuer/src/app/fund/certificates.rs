//! Certificates of entitlement of people whose life or benefit is over: revoked as the cycle asks, and written down.
//!
//! What asks stays open until it is carried out. Everything about one person is one transaction: cut off anywhere, it is found
//! open and done again, and done twice it changes nothing. The status lists follow at their cadence.

use entitlement::cycle::{Closure, Stage, What};
use issuance::audit::Act;
use issuance::import::Registered;
use issuance::{Actor, CredentialType, Offer, OfferState, Reason, ReasonCode, Status, StatusMove};
use store_issuer::Transaction;
use store_issuer::fund::EffectRow;

use super::super::ChangeError;
use super::journal::Pen;
use super::records::Told;
use super::{FundError, Issuer, Tenant};

const KIND: &str = "revoke-certificates";
const BATCH: u32 = 100;
const CERTIFICATE: CredentialType = CredentialType::DigitalCertificateOfEntitlement;

impl Issuer {
    /// Carries out what asks for it. A person whose record cannot be opened is logged and holds nobody up. How many were done.
    pub async fn revoke_entitlements(&self, tenant: &Tenant) -> Result<usize, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(0);
        }
        let (mut done, mut after) = (0, String::new());
        loop {
            let open =
                self.store.read().await?.list_open_fund_effects(&tenant.id, KIND, &after, BATCH).await?;
            let Some(last) = open.last() else { return Ok(done) };
            after.clone_from(&last.key);
            for effect in &open {
                match self.revoke_asked(&tenant.id, effect).await {
                    Ok(()) => done += 1,
                    Err(FundError::Store(error)) => return Err(error.into()),
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(effect.key = effect.key, error, "certificates cannot be revoked");
                    }
                }
            }
        }
    }

    async fn revoke_asked(&self, tenant: &str, asked: &EffectRow) -> Result<(), FundError> {
        sql::retry(|| async {
            let (by, now) = (Actor::system(tenant), self.now());
            let mut tx = self.store.write("revoke_entitlements").await?;
            let found = tx.find_fund_effect(tenant, &asked.key).await?;
            if found.is_none_or(|found| found.done_at.is_some()) {
                return Ok(());
            }
            let Some(why) = self.why_ended(&mut tx, tenant, asked).await? else {
                // The report of the death was wrong, and nobody had carried this out yet.
                tx.finish_fund_effect(tenant, &asked.key, "withdrawn", now).await?;
                return Ok(tx.commit().await?);
            };
            let copies = self.revoke_within(&mut tx, &by, &asked.person, why).await?;
            tx.finish_fund_effect(tenant, &asked.key, &format!("revoked {copies}"), now).await?;
            let act = Act { action: "fund.certificates.revoke", target: &asked.person, detail: KIND };
            tx.audit(&by, act, now).await?;
            if copies > 0 {
                let person = tx.find_fund_person(tenant, &asked.person).await?.ok_or(FundError::Damaged)?;
                let mut pen = Pen::new(self, tenant, &person);
                pen.event(What::CertificatesRevoked { copies }, now)?;
                pen.put(&mut tx).await?;
                self.step_person(&mut tx, &by, &asked.person).await?;
            }
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Why the certificates end, if the year that asked is over still.
    async fn why_ended(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        asked: &EffectRow,
    ) -> Result<Option<Reason>, FundError> {
        let cycles = tx.list_fund_cycles(tenant, &asked.person).await?;
        let Some(cycle) = cycles.iter().find(|cycle| cycle.year == asked.year) else { return Ok(None) };
        let record = self.open_cycle(tenant, cycle)?;
        Ok(match record.stage {
            // A benefit goes on to somebody else because its owner has died: nobody writes to them either.
            Stage::Closed { how: Closure::Deceased { .. } | Closure::Converted { .. } } => {
                Some(ReasonCode::Deceased.into())
            }
            Stage::Closed { how: Closure::BenefitEnded { .. } } => {
                Some(Reason { code: ReasonCode::Other, note: Some("The benefit is over.".to_owned()) })
            }
            _ => None,
        })
    }

    /// Copies in wallets are revoked and offers of further ones end. Somebody without a record for a wallet has none.
    async fn revoke_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
        why: Reason,
    ) -> Result<u32, FundError> {
        let tenant = by.tenant.as_str();
        let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Damaged)?;
        let registered: Registered = self.open_for("person", tenant, &row.id, &row.sealed)?;
        let Some(subject) = tx.find_subject_by_number(tenant, &registered.uid).await? else { return Ok(0) };
        if why.code == ReasonCode::Deceased {
            let mut told = Told::new();
            self.end_record(tx, by, &subject.id, &mut told).await?;
            self.tell_records(tx, tenant, &told).await?;
        }
        let word = why.code.as_str();
        let change = StatusMove::new(Status::Revoked, why);
        let copies = match self.change_within(tx, by, &subject.id, Some(CERTIFICATE), &change).await {
            Ok(copies) => copies,
            Err(ChangeError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(FundError::Damaged),
        };
        let ends = |offer: &Offer| {
            offer.state != OfferState::Withdrawn
                && offer.configurations.iter().all(|it| it.credential_type == CERTIFICATE)
        };
        let mut offers = tx.list_offers(tenant, &subject.id).await?;
        offers.retain(ends);
        self.end_offers(tx, by, &offers, word).await?;
        // Should all of this be an error, an officer can offer the certificate anew.
        tx.forget_fund_receipt_offers(tenant, person).await?;
        Ok(u32::try_from(copies).unwrap_or(u32::MAX))
    }
}
