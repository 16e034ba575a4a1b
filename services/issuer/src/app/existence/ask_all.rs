//! Asking everybody who is enrolled for the yearly proof, in the background.
//!
//! A wallet begins by itself; with the question there it finds it at once, and can take a challenge along for a time without a
//! network. Each person is asked in a transaction of their own, and asking again gives the same question, so that a cut costs
//! nothing.

use chrono::Datelike as _;
use entitlement::Standing;
use entitlement::cycle::Wish;
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::fund::AskRunRow;

use super::{ExistenceError, Issuer, Tenant};

/// People between two writings of the place.
const BATCH: u32 = 100;
const RUNS: u32 = 10;

impl Issuer {
    /// Begins to ask everybody whose year is open and who is enrolled; the run that goes on where there is one.
    pub async fn ask_everybody(&self, by: &Actor) -> Result<AskRunRow, ExistenceError> {
        self.fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("ask_everybody").await?;
            if let Some(open) = tx.find_open_ask_run(&by.tenant).await? {
                return Ok(open);
            }
            let row = AskRunRow {
                id: self.new_id(),
                year: now.year(),
                after: String::new(),
                asked: 0,
                passed: 0,
                made_by: by.officer.clone(),
                made_at: now,
                finished_at: None,
            };
            match tx.insert_ask_run(&by.tenant, &row).await {
                Ok(()) => {}
                Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
                Err(error) => return Err(error.into()),
            }
            tx.audit(by, Act { action: "existence.ask-all", target: &row.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(row)
        })
        .await
    }

    /// Newest first.
    pub async fn list_ask_runs(&self, tenant: &str) -> Result<Vec<AskRunRow>, ExistenceError> {
        self.fund(tenant)?;
        Ok(self.store.read().await?.list_ask_runs(tenant, RUNS).await?)
    }

    /// One batch of the run that goes on. Whether there was one.
    pub async fn ask_some(&self, tenant: &Tenant) -> Result<bool, ExistenceError> {
        let mut tx = self.store.read().await?;
        let Some(before) = tx.find_open_ask_run(&tenant.id).await? else { return Ok(false) };
        let subjects = tx.list_enrolled_subjects(&tenant.id, &before.after, BATCH).await?;
        drop(tx);
        let by = Actor { tenant: tenant.id.clone(), officer: before.made_by.clone() };
        let mut after = before.clone();
        for subject in &subjects {
            let asked = self.ask_if_wanted(tenant, &by, subject).await?;
            after.asked += u64::from(asked);
            after.passed += u64::from(!asked);
            after.after.clone_from(subject);
        }
        if subjects.len() < BATCH as usize {
            after.finished_at = Some(self.now());
        }
        let mut tx = self.store.write("move_ask_run").await?;
        match tx.move_ask_run(&tenant.id, &before, &after).await {
            Ok(()) => tx.commit().await?,
            // Somebody else asked the same people.
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    /// Whether the person was asked by this: the year asks, nothing is answered, and no question of the year is open.
    async fn ask_if_wanted(
        &self,
        tenant: &Tenant,
        by: &Actor,
        subject_id: &str,
    ) -> Result<bool, ExistenceError> {
        let (now, year) = (self.now(), self.today().year());
        let mut tx = self.store.read().await?;
        let Some(subject) = tx.find_subject(&tenant.id, subject_id).await? else { return Ok(false) };
        let Some(row) = self.person_of_subject(&mut tx, tenant, &subject).await? else { return Ok(false) };
        let asked = self.asked_of(&mut tx, tenant, &row).await?;
        let open = matches!(asked.wish, Wish::Open | Wish::Late | Wish::OnHold) && asked.may_begin;
        let known = tx.list_existence_of(&tenant.id, subject_id).await?;
        let there = known.iter().any(|it| {
            it.year == year
                && matches!(it.standing(now), Standing::Open | Standing::Answered | Standing::Confirmed)
        });
        drop(tx);
        if !open || there {
            return Ok(false);
        }
        match self.ask(by, subject_id).await {
            Ok(_) => Ok(true),
            // Meanwhile the person proved it, or the benefit ended.
            Err(
                ExistenceError::ProvenAlready { .. }
                | ExistenceError::Offer(_)
                | ExistenceError::UnknownPerson,
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
