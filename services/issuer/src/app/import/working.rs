//! Working a confirmed list off in steps that survive a crash.

use issuance::audit::Act;
use issuance::import::{BadRow, GoodRow, RowFault, RowState, Upload, UploadRow, UploadState};
use issuance::webhook::{EventKind, Happened};
use issuance::{Actor, CredentialType, Subject, build};
use serde_json::Map;
use store_issuer::Transaction;

use super::reading::known_already;
use super::{ImportError, contact_of};
use crate::app::{Issuer, NewOffer, OfferError};

/// Rows that become offers in one transaction: few enough that others get their turn at SQLite's one writer.
const STEP: u32 = 40;
/// How long the worker sleeps when nothing tells it of work; a restart finds unfinished work at once.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(30);
/// How long it waits after a failure.
const TRY_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

impl Issuer {
    /// Works confirmed uploads and runs off until the task is dropped; begins with what a crash left.
    pub async fn run_imports(&self) {
        loop {
            let worked: Result<(), Box<dyn std::error::Error + Send + Sync>> = async {
                self.work_off_uploads().await?;
                self.work_off_registers().await?;
                Ok(self.work_off_runs().await?)
            }
            .await;
            let wait = match worked {
                Ok(()) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(
                        error = error.as_ref() as &dyn std::error::Error,
                        "working off an upload or a run failed; it will be tried again"
                    );
                    TRY_AGAIN
                }
            };
            let _ = tokio::time::timeout(wait, self.imports.notified()).await;
        }
    }

    /// Takes every confirmed upload to its end, in steps of one transaction each.
    pub async fn work_off_uploads(&self) -> Result<(), ImportError> {
        const AT_ONCE: u32 = 20;
        loop {
            let running = self.store.read().await?.running_uploads(AT_ONCE).await?;
            if running.is_empty() {
                return Ok(());
            }
            for (tenant, id) in running {
                while self.work_off_step(&tenant, &id).await? {}
            }
        }
    }

    /// One step; `false` when the upload is finished. Row, person and offer change together or not at all, so a crash
    /// between two steps neither loses nor doubles an offer.
    async fn work_off_step(&self, tenant: &str, id: &str) -> Result<bool, ImportError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("work_off_upload").await?;
            let upload = tx.find_upload(tenant, id).await?.ok_or(ImportError::Unknown)?;
            if upload.state != UploadState::Confirmed {
                return Ok(false);
            }
            let by = Actor { tenant: tenant.to_owned(), officer: upload.created_by.clone() };
            let rows = tx.list_upload_rows(tenant, id, "good", 0, STEP).await?;
            for row in &rows {
                self.work_off_row(&mut tx, &by, &upload, row).await?;
            }
            let more = rows.len() == STEP as usize;
            if !more && tx.finish_upload(tenant, id, now).await? {
                tx.audit(&by, Act { action: "import.finish", target: id, detail: "" }, now).await?;
            }
            tx.commit().await?;
            Ok(more)
        })
        .await
    }

    async fn work_off_row(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        upload: &Upload,
        row: &UploadRow,
    ) -> Result<(), ImportError> {
        let RowState::Good(good) = &row.state else { return Ok(()) };
        let tenant = by.tenant.as_str();
        let known = tx.find_subject_by_number(tenant, good.content.number()).await?;
        // The record of whom the register put on the list follows the register.
        let by_register = match &known {
            Some(known) => tx.find_fund_person_of_subject(tenant, &known.id).await?.is_some(),
            None => false,
        };
        if known.is_some() && !by_register {
            let bad = known_already(upload, row.line, good);
            return Ok(tx.upload_row_failed(tenant, &upload.id, row.line, &bad).await?);
        }
        let subject = self.subject_of(by, &good.content);
        if let Err(error) = self.check_claims(by, upload, &subject) {
            // An appointment may end between the upload and now; one such row must not hold up the others.
            let bad = bad_for(row.line, good, error.to_string());
            return Ok(tx.upload_row_failed(tenant, &upload.id, row.line, &bad).await?);
        }
        let subject_id = match known {
            Some(known) => {
                if let Some(changed) = crate::app::fund::completed(&known, &subject) {
                    tx.replace_subject(tenant, &changed).await?;
                }
                known.id
            }
            None => {
                let id = tx.put_subject(tenant, &subject).await?;
                self.announce(tx, tenant, &[Happened::to_person(EventKind::RecordCreated, &id)]).await?;
                id
            }
        };
        if let Some(contact) = contact_of(&good.content) {
            self.put_contact(tx, tenant, &subject_id, &contact).await?;
        }
        if upload.types.is_empty() {
            return Ok(tx.upload_row_done(tenant, &upload.id, row.line, &subject_id, None).await?);
        }
        let new = NewOffer {
            subject_id: subject_id.clone(),
            types: types_for(upload, &subject),
            extra_claims: Map::new(),
            transaction_code: true,
            bound_key: None,
            expires_at: None,
        };
        let offer = self.insert_offer(tx, by, &new).await?.offer_id;
        self.tell_offer(tx, tenant, &offer).await?;
        Ok(tx.upload_row_done(tenant, &upload.id, row.line, &subject_id, Some(&offer)).await?)
    }

    /// Whether the record makes each credential that will be offered.
    fn check_claims(&self, by: &Actor, upload: &Upload, subject: &Subject) -> Result<(), OfferError> {
        let tenant = self.tenant_of(by)?;
        let base = tenant.status_base();
        for kind in types_for(upload, subject) {
            build::chosen_claims(kind, tenant.as_build_issuer(&base), &subject.claims)?;
            build::valid_until(kind, &subject.claims, self.now(), self.settings.credential_validity)?;
        }
        Ok(())
    }
}

/// What a person is offered: an appointment only where the list tells one.
fn types_for(upload: &Upload, subject: &Subject) -> Vec<CredentialType> {
    let told = subject.claims.contains_key("contractType");
    upload.types.iter().copied().filter(|kind| told || *kind != CredentialType::Employment).collect()
}

fn bad_for(line: u64, good: &GoodRow, reason: String) -> BadRow {
    let fault = RowFault { line, column: None, heading: String::new(), reason };
    BadRow { fields: good.fields.clone(), faults: vec![fault] }
}
