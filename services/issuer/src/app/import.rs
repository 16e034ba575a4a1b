//! Uploading a list, looking at it, confirming it, and working it off in steps that survive a crash.

mod files;
mod reading;
mod record;
mod working;

use issuance::audit::Act;
use issuance::import::{ListKind, RowCounts, SheetError, Upload, UploadRow, UploadState};
use issuance::{Actor, CredentialType};
use store_issuer::Transaction;

use super::{Issuer, OfferError};

pub use files::Invitation;
pub(super) use record::contact_of;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("no such upload")]
    Unknown,
    #[error("the upload is not waiting for a confirmation any more")]
    Closed,
    #[error("nothing is offered")]
    Nothing,
    #[error("the list is not being worked off")]
    NotRunning,
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A stored upload and how many of its rows stand where.
#[derive(Clone, Debug)]
pub struct UploadView {
    pub upload: Upload,
    pub counts: RowCounts,
}

impl Issuer {
    pub async fn find_upload(&self, tenant: &str, id: &str) -> Result<UploadView, ImportError> {
        let mut tx = self.store.read().await?;
        let upload = tx.find_upload(tenant, id).await?.ok_or(ImportError::Unknown)?;
        let counts = tx.count_upload_rows(tenant, id).await?;
        Ok(UploadView { upload, counts })
    }

    pub async fn list_uploads(
        &self,
        tenant: &str,
        kind: ListKind,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<UploadView>, ImportError> {
        let mut tx = self.store.read().await?;
        let mut views = Vec::new();
        for upload in tx.list_uploads(tenant, kind, before, limit).await? {
            let counts = tx.count_upload_rows(tenant, &upload.id).await?;
            views.push(UploadView { upload, counts });
        }
        Ok(views)
    }

    pub async fn list_upload_rows(
        &self,
        tenant: &str,
        id: &str,
        state: &'static str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<UploadRow>, ImportError> {
        Ok(self.store.read().await?.list_upload_rows(tenant, id, state, after, limit).await?)
    }

    /// Confirms a list for which one person is enough: nothing is offered by it.
    pub async fn confirm_upload(&self, by: &Actor, id: &str) -> Result<(), ImportError> {
        sql::retry(|| async {
            let mut tx = self.store.write("confirm_upload").await?;
            self.confirm_within(&mut tx, by, id, false).await?;
            tx.commit().await?;
            Ok::<(), ImportError>(())
        })
        .await?;
        self.imports.notify_one();
        Ok(())
    }

    /// From here on the good rows are worked off, whatever happens to this program. Confirming again changes nothing.
    pub(super) async fn confirm_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
        with_employment: bool,
    ) -> Result<(), ImportError> {
        let now = self.now();
        let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
        check_open(&upload)?;
        if upload.state != UploadState::Preview {
            return Ok(());
        }
        let offered = match (upload.kind, with_employment) {
            (ListKind::Retirees, _) => vec![],
            (ListKind::Staff, false) => vec![CredentialType::StaffIdentity],
            (ListKind::Staff, true) => vec![CredentialType::StaffIdentity, CredentialType::Employment],
        };
        if !tx.confirm_upload(&by.tenant, id, &offered, now).await? {
            return Err(ImportError::Closed);
        }
        tx.audit(by, Act { action: "import.confirm", target: id, detail: "" }, now).await?;
        Ok(())
    }

    pub async fn discard_upload(&self, by: &Actor, id: &str) -> Result<(), ImportError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("discard_upload").await?;
            let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
            if upload.state == UploadState::Discarded {
                return Ok(());
            }
            if !tx.discard_upload(&by.tenant, id, now).await? {
                return Err(ImportError::Closed);
            }
            tx.audit(by, Act { action: "import.discard", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Holds a list after the step it is in, or lets it go on. Repeating it changes nothing.
    pub async fn pause_upload(&self, by: &Actor, id: &str, pause: bool) -> Result<(), ImportError> {
        let (from, to, action) = match pause {
            true => (UploadState::Confirmed, UploadState::Paused, "import.pause"),
            false => (UploadState::Paused, UploadState::Confirmed, "import.resume"),
        };
        sql::retry(|| async {
            let mut tx = self.store.write("pause_upload").await?;
            let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
            // A list that was finished meanwhile is what the officer sees next.
            if upload.state == to || upload.state == UploadState::Finished {
                return Ok(());
            }
            if !tx.move_upload(&by.tenant, id, from, to).await? {
                return Err(ImportError::NotRunning);
            }
            tx.audit(by, Act { action, target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        self.imports.notify_one();
        Ok(())
    }
}

/// A list that was discarded stays so; one that is being worked off needs no second word.
pub(super) fn check_open(upload: &Upload) -> Result<(), ImportError> {
    match upload.state {
        UploadState::Preview | UploadState::Confirmed | UploadState::Paused | UploadState::Finished => Ok(()),
        UploadState::Discarded => Err(ImportError::Closed),
    }
}
