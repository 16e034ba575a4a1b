//! Offers to many people: chosen, looked at, confirmed by two, worked off in steps that survive a crash.

use issuance::audit::Act;
use issuance::import::{self, UploadState};
use issuance::{Actor, CredentialType, OfferState, Reissue, Status, Subject};
use store_issuer::{ReissueCounts, ReissueOutcome, ReissueRow, ReissueRun, Transaction};

use super::{Invitation, Issuer, OfferError};

/// People who get their offers in one transaction: few enough that others get their turn at SQLite's one writer.
const STEP: u32 = 40;
/// Rows of one file; a larger run has several parts.
const FILE_ROWS: u32 = 250_000;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("there is no such run here")]
    Unknown,
    #[error("nobody is concerned")]
    Nobody,
    #[error("the run is not in a state in which that can be done")]
    State,
    #[error("after a lost phone one person is offered something, not many")]
    PhoneLost,
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A run and how many of its people stand where.
#[derive(Clone, Debug)]
pub struct RunView {
    pub run: ReissueRun,
    pub counts: ReissueCounts,
}

/// Whom a run is about.
#[derive(Clone, Debug)]
pub struct NewRun {
    pub why: Reissue,
    pub station: Option<String>,
    pub ending_before: Option<clock::Timestamp>,
}

impl Issuer {
    /// Chooses the people; nothing is offered yet.
    pub async fn create_run(&self, by: &Actor, new: &NewRun) -> Result<String, RunError> {
        if new.why == Reissue::PhoneLost {
            return Err(RunError::PhoneLost);
        }
        sql::retry(|| async {
            let now = self.now();
            let run = ReissueRun {
                id: self.new_id(),
                why: new.why,
                station: new.station.clone(),
                ending_before: new.ending_before,
                signed_by: None,
                state: UploadState::Preview,
                created_by: by.officer.clone(),
                created_at: now,
                finished_at: None,
            };
            let mut tx = self.store.write("create_run").await?;
            if tx.insert_reissue_run(&by.tenant, &run).await? == 0 {
                return Err(RunError::Nobody);
            }
            let act = Act { action: "reissue.create", target: &run.id, detail: new.why.as_str() };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(run.id)
        })
        .await
    }

    pub async fn find_run(&self, tenant: &str, id: &str) -> Result<RunView, RunError> {
        let mut tx = self.store.read().await?;
        let run = tx.find_reissue_run(tenant, id).await?.ok_or(RunError::Unknown)?;
        let counts = tx.count_reissue_rows(tenant, id).await?;
        Ok(RunView { run, counts })
    }

    pub async fn list_runs(&self, tenant: &str, limit: u32) -> Result<Vec<RunView>, RunError> {
        let mut tx = self.store.read().await?;
        let mut views = Vec::new();
        for run in tx.list_reissue_runs(tenant, limit).await? {
            let counts = tx.count_reissue_rows(tenant, &run.id).await?;
            views.push(RunView { run, counts });
        }
        Ok(views)
    }

    pub async fn list_run_rows(
        &self,
        tenant: &str,
        id: &str,
        state: &'static str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ReissueRow>, RunError> {
        Ok(self.store.read().await?.list_reissue_rows(tenant, id, state, after, limit).await?)
    }

    /// Pauses, resumes or discards. Repeating it changes nothing, and what is finished stays so.
    pub async fn move_run(&self, by: &Actor, id: &str, to: UploadState) -> Result<(), RunError> {
        let (from, action) = match to {
            UploadState::Paused => (UploadState::Confirmed, "reissue.pause"),
            UploadState::Confirmed => (UploadState::Paused, "reissue.resume"),
            UploadState::Discarded => (UploadState::Preview, "reissue.discard"),
            UploadState::Preview | UploadState::Finished => return Err(RunError::State),
        };
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("move_run").await?;
            let run = tx.find_reissue_run(&by.tenant, id).await?.ok_or(RunError::Unknown)?;
            if run.state == to || (run.state == UploadState::Finished && to != UploadState::Discarded) {
                return Ok(());
            }
            if !tx.move_reissue_run(&by.tenant, id, (from, to), now).await? {
                return Err(RunError::State);
            }
            tx.audit(by, Act { action, target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        self.imports.notify_one();
        Ok(())
    }

    /// From here on the people get their offers, whatever happens to this program. Confirming again changes nothing.
    pub(super) async fn confirm_run_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
    ) -> Result<(), RunError> {
        let now = self.now();
        let run = tx.find_reissue_run(&by.tenant, id).await?.ok_or(RunError::Unknown)?;
        match run.state {
            UploadState::Discarded => return Err(RunError::State),
            UploadState::Confirmed | UploadState::Paused | UploadState::Finished => return Ok(()),
            UploadState::Preview => {}
        }
        let moved = (UploadState::Preview, UploadState::Confirmed);
        if !tx.move_reissue_run(&by.tenant, id, moved, now).await? {
            return Err(RunError::State);
        }
        Ok(tx.audit(by, Act { action: "reissue.confirm", target: id, detail: "" }, now).await?)
    }

    /// Takes every confirmed run to its end, in steps of one transaction each.
    pub async fn work_off_runs(&self) -> Result<(), RunError> {
        const AT_ONCE: u32 = 20;
        loop {
            let running = self.store.read().await?.running_reissues(AT_ONCE).await?;
            if running.is_empty() {
                return Ok(());
            }
            for (tenant, id) in running {
                while self.work_off_run_step(&tenant, &id).await? {}
            }
        }
    }

    /// One step; `false` when the run is finished or held. Row and offer change together or not at all.
    pub async fn work_off_run_step(&self, tenant: &str, id: &str) -> Result<bool, RunError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("work_off_run").await?;
            let run = tx.find_reissue_run(tenant, id).await?.ok_or(RunError::Unknown)?;
            if run.state != UploadState::Confirmed {
                return Ok(false);
            }
            let by = Actor { tenant: tenant.to_owned(), officer: run.created_by.clone() };
            let rows = tx.list_reissue_rows(tenant, id, "waiting", 0, STEP).await?;
            for row in &rows {
                let outcome = self.offer_to(&mut tx, &by, &run, row).await?;
                tx.settle_reissue_row(tenant, id, row.line, &outcome).await?;
            }
            let more = rows.len() == STEP as usize;
            let end = (UploadState::Confirmed, UploadState::Finished);
            if !more && tx.move_reissue_run(tenant, id, end, now).await? {
                tx.audit(&by, Act { action: "reissue.finish", target: id, detail: "" }, now).await?;
            }
            tx.commit().await?;
            Ok(more)
        })
        .await
    }

    async fn offer_to(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        run: &ReissueRun,
        row: &ReissueRow,
    ) -> Result<ReissueOutcome, RunError> {
        let skipped = |reason: &str| Ok(ReissueOutcome::Skipped { reason: reason.to_owned() });
        let Some(subject) = tx.find_subject(&by.tenant, &row.subject_id).await? else {
            return skipped("the person is not on the list any more");
        };
        let types = self.types_of_run(tx, by, run.why, &subject).await?;
        if types.is_empty() && run.why == Reissue::SignedByLostKey {
            return skipped("an officer offers what they hold, since its claims come with it");
        }
        if types.is_empty() {
            return skipped("nothing is held any more");
        }
        if waits_already(tx, by, run.why, &subject.id, self.now()).await? {
            return skipped("an offer waits already");
        }
        match self.offer_because(tx, by, &subject.id, types, run.why).await {
            Ok(link) => Ok(ReissueOutcome::Offered { offer: link.offer_id }),
            Err(OfferError::Store(error)) => Err(error.into()),
            Err(refused) => skipped(&refused.to_string()),
        }
    }

    /// A first offer is of what the record makes; otherwise it is of what the person holds.
    async fn types_of_run(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        why: Reissue,
        subject: &Subject,
    ) -> Result<Vec<CredentialType>, RunError> {
        let issued = &self.tenant_of(by)?.types;
        let kinds = [CredentialType::StaffIdentity, CredentialType::Employment];
        let known = kinds.into_iter().filter(|kind| issued.contains(kind));
        if why == Reissue::First {
            let told = subject.claims.contains_key("contractType");
            return Ok(known.filter(|kind| told || *kind != CredentialType::Employment).collect());
        }
        let copies = tx.list_copies(&by.tenant, &subject.id).await?;
        let held = |kind: &CredentialType| {
            copies.iter().any(|it| it.status != Status::Revoked && it.configuration.credential_type == *kind)
        };
        Ok(known.filter(held).collect())
    }

    /// What became of everybody, one line each, without names.
    pub async fn run_result_file(&self, tenant: &str, id: &str) -> Result<Vec<u8>, RunError> {
        self.find_run(tenant, id).await?;
        let rows = self.list_run_rows(tenant, id, "", 0, FILE_ROWS).await?;
        let lines: Vec<[String; 5]> = rows.into_iter().map(result_line).collect();
        let headings = ["line", "number", "outcome", "reason", "offer"];
        Ok(import::csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str))))
    }

    /// The links of a run with their codes. Audited, since codes can be read here.
    pub async fn run_invitations(&self, by: &Actor, id: &str) -> Result<Vec<Invitation>, RunError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let mut tx = self.store.write("show_run_invitations").await?;
            tx.find_reissue_run(&by.tenant, id).await?.ok_or(RunError::Unknown)?;
            let mut invitations = Vec::new();
            for row in tx.list_reissue_rows(&by.tenant, id, "offered", 0, FILE_ROWS).await? {
                let ReissueOutcome::Offered { offer } = &row.outcome else { continue };
                let Some(offer) = tx.find_offer(&by.tenant, offer).await? else { continue };
                let link = self.link(tenant, &offer);
                invitations.push(Invitation {
                    number: row.number,
                    name: row.name,
                    link: link.wallet_link,
                    transaction_code: link.transaction_code,
                });
            }
            tx.audit(by, Act { action: "reissue.show-offers", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(invitations)
        })
        .await
    }
}

/// Whether the person has an open offer that does what the run would do.
async fn waits_already(
    tx: &mut Transaction,
    by: &Actor,
    why: Reissue,
    subject: &str,
    now: clock::Timestamp,
) -> Result<bool, store_issuer::Error> {
    for offer in tx.list_offers(&by.tenant, subject).await? {
        let waits = offer.state == OfferState::Open && offer.expires_at > now;
        if waits && (why == Reissue::First || tx.find_offer_replaces(&by.tenant, &offer.id).await?.is_some())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn result_line(row: ReissueRow) -> [String; 5] {
    let (outcome, reason, offer) = match row.outcome {
        ReissueOutcome::Waiting => ("waiting", String::new(), String::new()),
        ReissueOutcome::Offered { offer } => ("offered", String::new(), offer),
        ReissueOutcome::Skipped { reason } => ("skipped", reason, String::new()),
    };
    [row.line.to_string(), row.number, outcome.to_owned(), reason, offer]
}
