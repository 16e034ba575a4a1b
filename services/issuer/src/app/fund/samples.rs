//! Attended checks of accepted proofs, drawn at random, as part of the night.

use chrono::{Days, NaiveDate, NaiveTime};
use entitlement::cycle::Evidence;
use entitlement::journal::{from_hex, hex};
use entitlement::sample::{SampleDay, commitment, is_drawn};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::SampleDayRow;

use super::super::ReceiptState;
use super::super::anchoring::receipt_of;
use super::case_kind::CaseType;
use super::heads::chain_receipt;
use super::{FundError, Issuer};

/// How many of a thousand accepted proofs are seen or called again. New days take it; days that were made keep theirs.
const PER_MILLE: u16 = 20;
const PAGE: u32 = 1000;
const MOST_PROOFS: usize = 200_000;

impl Issuer {
    /// Commits to the seeds of today and tomorrow, and draws the days that are over. Repeated it does nothing twice.
    pub(super) async fn draw_samples(&self, tenant: &str) -> Result<(), FundError> {
        let today = self.today();
        for day in [Some(today), today.checked_add_days(Days::new(1))].into_iter().flatten() {
            sql::retry(|| self.make_sample_day(tenant, day)).await?;
        }
        let undrawn = self.store.read().await?.list_undrawn_sample_days(tenant, today).await?;
        for row in undrawn {
            sql::retry(|| self.draw_day(tenant, &row)).await?;
        }
        Ok(())
    }

    async fn make_sample_day(&self, tenant: &str, day: NaiveDate) -> Result<(), FundError> {
        if self.store.read().await?.find_sample_day(tenant, day).await?.is_some() {
            return Ok(());
        }
        let (mut seed, mut salt) = ([0; 32], [0; 32]);
        self.entropy.fill(&mut seed);
        self.entropy.fill(&mut salt);
        let row = SampleDayRow {
            day,
            id: self.new_id(),
            seed_sealed: self.seal_for("sample", tenant, &day.to_string(), &seed),
            commitment: commitment(&seed, day),
            per_mille: PER_MILLE,
            made_at: self.now(),
            drawn_at: None,
            proofs: 0,
            chosen: 0,
        };
        let mut tx = self.store.write("make_sample_day").await?;
        tx.insert_sample_day(tenant, &row, salt).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn draw_day(&self, tenant: &str, row: &SampleDayRow) -> Result<(), FundError> {
        let mut tx = self.store.write("draw_sample").await?;
        let proofs = self.proofs_of_day(&mut tx, tenant, row.day).await?;
        let seed: [u8; 32] = self.open_for("sample", tenant, &row.day.to_string(), &row.seed_sealed)?;
        let by = Actor::system(tenant);
        let mut chosen = 0;
        for (proof, person) in proofs.iter().filter(|(proof, _)| is_drawn(&seed, proof, row.per_mille)) {
            let (id, name) = (self.new_id(), format!("sample/{proof}"));
            self.put_case(&mut tx, &by, (&id, person), (CaseType::Sample, &name), "").await?;
            self.keep_pictures_of(&mut tx, tenant, proof).await?;
            chosen += 1;
        }
        tx.note_sample_drawn(tenant, row.day, (proofs.len() as u64, chosen), self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whoever is seen or called again may have to be compared with the pictures of the proof.
    async fn keep_pictures_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        proof: &str,
    ) -> Result<(), FundError> {
        let row = tx.find_fund_proof(tenant, proof).await?.ok_or(FundError::Damaged)?;
        let (evidence, _): (Evidence, String) = self.open_for("proof", tenant, proof, &row.sealed)?;
        let until = self.appeal_ends(self.now());
        for digest in evidence.digests.iter().filter_map(|digest| from_hex(digest)) {
            tx.prolong_captures(tenant, &digest, until).await?;
        }
        Ok(())
    }

    async fn proofs_of_day(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        day: NaiveDate,
    ) -> Result<Vec<(String, String)>, FundError> {
        let from = day.and_time(NaiveTime::MIN).and_utc();
        let time = (from, from + chrono::Duration::days(1));
        let (mut proofs, mut after) = (Vec::new(), String::new());
        while proofs.len() < MOST_PROOFS {
            let page = tx.list_fund_proofs_decided(tenant, time, &after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            proofs.extend(page);
        }
        Ok(proofs)
    }

    /// The last days of the draw, newest first.
    pub async fn sample_days(&self, tenant: &str, limit: u32) -> Result<Vec<SampleDayRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_sample_days(tenant, limit).await?)
    }

    /// A day that was drawn, for an auditor. Its seed is shown from then on; reading it is written down.
    pub async fn export_sample(&self, by: &Actor, day: NaiveDate) -> Result<SampleDay, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let tenant = by.tenant.as_str();
        sql::retry(|| async {
            let mut tx = self.store.write("export_sample").await?;
            let row = tx.find_sample_day(tenant, day).await?.ok_or(FundError::Unknown)?;
            if row.drawn_at.is_none() {
                return Err(FundError::Form("the day is not drawn yet, so its seed is a secret"));
            }
            let seed: [u8; 32] = self.open_for("sample", tenant, &day.to_string(), &row.seed_sealed)?;
            let proofs = self.proofs_of_day(&mut tx, tenant, day).await?;
            let proofs: Vec<String> = proofs.into_iter().map(|(proof, _)| proof).collect();
            let receipt = receipt_of(&mut tx, (tenant, &fund.did), &row.id).await;
            let target = day.to_string();
            tx.audit(by, Act { action: "fund.sample.export", target: &target, detail: "" }, self.now())
                .await?;
            tx.commit().await?;
            Ok(SampleDay {
                organisation: fund.did.clone(),
                day,
                per_mille: row.per_mille,
                drawn: proofs.iter().filter(|it| is_drawn(&seed, it, row.per_mille)).cloned().collect(),
                proofs,
                seed: hex(&seed),
                commitment: hex(&row.commitment),
                committed_at: row.made_at,
                receipt: match receipt.map_err(|_| FundError::Damaged)? {
                    ReceiptState::Anchored(receipt) => Some(chain_receipt(receipt)),
                    ReceiptState::Pending => None,
                },
            })
        })
        .await
    }
}
