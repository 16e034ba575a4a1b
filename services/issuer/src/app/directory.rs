//! What officers look at: persons, their credentials, how publishing and anchoring stand, the audit trail.

use clock::Timestamp;
use issuance::audit::AuditEntry;
use issuance::{CredentialCopy, Offer, StatusListId, Subject};
use store_issuer::{AuditQuery, EndedService, Filter, Page, StatusChange, SubjectRow};

use super::{Issuer, Tenant};

/// More lines than a page shows.
const MAX_LIMIT: u32 = 200;
/// Entries of the audit trail in one file, and in one step of checking it.
const MAX_AUDIT: u32 = 10_000;

/// Whether anybody edited the audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    Unbroken {
        entries: u64,
    },
    /// The next entry is missing or does not fit.
    BrokenAfter {
        entry: u64,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("there is no such person here")]
    Unknown,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Everything about one person.
#[derive(Clone, Debug)]
pub struct SubjectPage {
    pub subject: Subject,
    /// Newest first.
    pub offers: Vec<Offer>,
    pub copies: Vec<CopyView>,
    pub changes: Vec<StatusChange>,
    pub ended: Option<EndedService>,
}

#[derive(Clone, Debug)]
pub struct CopyView {
    pub copy: CredentialCopy,
    /// Whether the lists that are served show its present status.
    pub published: bool,
    /// Block time of its anchor.
    pub anchored_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct AnchoringStatus {
    pub waiting_leaves: u64,
    /// Newest first: number, leaves with padding, block time once confirmed.
    pub batches: Vec<(u64, usize, Option<Timestamp>)>,
    pub lists: Vec<ListState>,
}

#[derive(Clone, Debug)]
pub struct ListState {
    pub list: StatusListId,
    /// Version and height of what is served.
    pub served: Option<(u64, u64)>,
    pub published_at: Option<Timestamp>,
    /// Whether changes wait for the next publication.
    pub pending: bool,
}

impl Issuer {
    /// The record of one person.
    pub async fn find_person(
        &self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<Subject>, store_issuer::Error> {
        self.store.read().await?.find_subject(tenant, subject_id).await
    }

    pub async fn list_subjects(
        &self,
        tenant: &Tenant,
        page: &Page,
    ) -> Result<Vec<SubjectRow>, DirectoryError> {
        let page = Page { limit: page.limit.min(MAX_LIMIT), ..page.clone() };
        Ok(self.store.read().await?.list_subjects(&tenant.id, &page).await?)
    }

    pub async fn count_subjects(
        &self,
        tenant: &Tenant,
        query: Option<&str>,
        filter: &Filter,
    ) -> Result<u64, DirectoryError> {
        Ok(self.store.read().await?.count_subjects(&tenant.id, query, filter).await?)
    }

    pub async fn subject_page(&self, tenant: &Tenant, id: &str) -> Result<SubjectPage, DirectoryError> {
        let mut tx = self.store.read().await?;
        let subject = tx.find_subject(&tenant.id, id).await?.ok_or(DirectoryError::Unknown)?;
        let offers = tx.list_offers(&tenant.id, id).await?;
        let mut copies = Vec::new();
        for copy in tx.list_copies(&tenant.id, id).await? {
            let published = tx.is_status_published(&tenant.id, &copy.id).await?;
            let leaf = tx.find_leaf(&tenant.id, &copy.id).await?;
            let anchored_at = match leaf.and_then(|leaf| leaf.batch) {
                Some((batch, _)) => {
                    tx.find_batch(&tenant.id, batch).await?.and_then(|batch| batch.block_time)
                }
                None => None,
            };
            copies.push(CopyView { copy, published, anchored_at });
        }
        let changes = tx.list_status_changes(&tenant.id, id).await?;
        let ended = tx.find_service_end(&tenant.id, id).await?;
        Ok(SubjectPage { subject, offers, copies, changes, ended })
    }

    pub async fn anchoring_status(&self, tenant: &Tenant) -> Result<AnchoringStatus, DirectoryError> {
        let mut tx = self.store.read().await?;
        let waiting_leaves = tx.count_waiting_leaves(&tenant.id).await?;
        let batches = tx.list_recent_batches(&tenant.id, 20).await?;
        let batches =
            batches.into_iter().map(|batch| (batch.sequence, batch.leaves.len(), batch.block_time)).collect();
        let mut lists = Vec::new();
        for row in tx.list_status_lists(&tenant.id).await? {
            let served = tx.served_list_version(&tenant.id, &row.list).await?;
            lists.push(ListState {
                pending: served.as_ref().is_none_or(|version| version.revision < row.revision),
                published_at: served.as_ref().and_then(|version| version.confirmed_at),
                served: served.map(|version| (version.version, version.height.unwrap_or_default())),
                list: row.list,
            });
        }
        Ok(AnchoringStatus { waiting_leaves, batches, lists })
    }

    /// Newest first.
    pub async fn list_audit(
        &self,
        tenant: &Tenant,
        query: &AuditQuery,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, DirectoryError> {
        Ok(self.store.read().await?.list_audit(&tenant.id, query, limit.min(MAX_AUDIT)).await?)
    }

    /// Walks the whole trail: every entry has the hash it must have and names the one before.
    pub async fn check_audit(&self, tenant: &Tenant) -> Result<AuditVerdict, DirectoryError> {
        let mut tx = self.store.read().await?;
        let (mut last, mut hash) = (0, [0; 32]);
        loop {
            let entries = tx.list_audit_after(&tenant.id, last, MAX_AUDIT).await?;
            if entries.is_empty() {
                return Ok(AuditVerdict::Unbroken { entries: last });
            }
            for entry in entries {
                let fits = entry.sequence == last + 1
                    && entry.previous == hash
                    && entry.computed_hash(&tenant.id) == entry.hash;
                if !fits {
                    return Ok(AuditVerdict::BrokenAfter { entry: last });
                }
                (last, hash) = (entry.sequence, entry.hash);
            }
        }
    }
}
