//! Publishing the status lists: built, their digest on the chain, the proof read back, and only then served.

use clock::Timestamp;
use credential::data_integrity::SecureError;
use issuance::{LIST_LENGTH, ListKind, StatusListId};
use registry_client::RegistryError;
use registry_types::{Operation, PublishStatus};
use sha2::{Digest as _, Sha256};
use store_issuer::{ListRow, ListVersion};

use super::list_url;
use crate::app::{Issuer, PublishedStatus, Tenant};

/// A list takes no more copies once half of its places are used, so that random draws stay short.
const FULL: u64 = LIST_LENGTH as u64 / 2;
/// How often the places are counted.
const COUNT_EVERY: std::time::Duration = std::time::Duration::from_secs(30);

/// What a tenant's publishing remembers between its runs.
#[derive(Debug, Default)]
pub(crate) struct Publishing {
    /// Whether every served list was compared with the chain since the start.
    compared: bool,
    counted: Option<std::time::Instant>,
}

/// Why a list could not be published; the next run tries again.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("there is no key to sign the list with")]
    NoKeys,
    #[error("the status list could not be built")]
    List(#[from] status_list::StatusListError),
    #[error("the status list credential could not be secured")]
    Secure(#[from] SecureError),
    #[error("the status list token could not be signed")]
    Sign(#[from] keys::SignError),
    #[error("the registry did not take the digest")]
    Registry(#[from] RegistryError),
    #[error("the registry took the digest, but does not show it")]
    Unconfirmed,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What became of a stored version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    Confirmed,
    /// The chain holds a higher version, so this one can never be published.
    Dropped,
}

impl Issuer {
    /// One run of publishing: every list that changed, or whose validity is half over, is built, its digest is written
    /// to the chain, the proof is read back, and only then it is served. A run that was cut off is finished first.
    pub async fn publish_status_lists(&self, tenant: &Tenant) -> Result<(), PublishError> {
        let mut publishing = tenant.publishing.lock().await;
        self.open_lists(tenant, &mut publishing).await?;
        let lists = self.store.read().await?.list_status_lists(&tenant.id).await?;
        for row in &lists {
            self.publish_list(tenant, row, !publishing.compared).await?;
        }
        publishing.compared = true;
        Ok(())
    }

    /// There is always one open list of each kind; a full one is closed first.
    async fn open_lists(&self, tenant: &Tenant, publishing: &mut Publishing) -> Result<(), PublishError> {
        let due = publishing.counted.is_none_or(|at| at.elapsed() >= COUNT_EVERY);
        if !due {
            return Ok(());
        }
        sql::retry(|| async {
            let mut tx = self.store.write("open_status_lists").await?;
            let wanted = |kind: &ListKind| *kind != ListKind::Message || tenant.status_messages;
            for kind in ListKind::ALL.into_iter().filter(wanted) {
                let lists = tx.list_status_lists(&tenant.id).await?;
                let of_kind = || lists.iter().filter(|row| row.list.kind == kind);
                let mut open = false;
                for row in of_kind().filter(|row| row.is_open) {
                    if tx.count_status_entries(&tenant.id, &row.list).await? >= FULL {
                        tx.close_status_list(&tenant.id, &row.list).await?;
                    } else {
                        open = true;
                    }
                }
                if !open {
                    let last = of_kind().map(|row| row.list.number).max().unwrap_or_default();
                    let list = StatusListId { kind, number: last + 1 };
                    tx.insert_status_list(&tenant.id, &list).await?;
                }
            }
            tx.commit().await
        })
        .await?;
        publishing.counted = Some(std::time::Instant::now());
        Ok(())
    }

    async fn publish_list(&self, tenant: &Tenant, row: &ListRow, compare: bool) -> Result<(), PublishError> {
        let mut newest = self.store.read().await?.newest_list_version(&tenant.id, &row.list).await?;
        let mut dropped = false;
        if let Some(version) = newest.as_ref().filter(|version| version.confirmed_at.is_none()) {
            tracing::info!(tenant.id = tenant.id, status.list = %row.list, version = version.version,
                "finishing a publication that was cut off");
            dropped = self.settle(tenant, version).await? == Settled::Dropped;
            newest = self.store.read().await?.newest_list_version(&tenant.id, &row.list).await?;
        }
        if let Some(version) = newest.as_ref().filter(|_| !dropped) {
            let current = version.revision == row.revision && !half_over(version, self.now());
            if current && (!compare || self.is_on_chain(tenant, version).await?) {
                return Ok(());
            }
            if current {
                tracing::warn!(tenant.id = tenant.id, status.list = %row.list,
                    "the chain holds another digest than the list that is served: publishing again");
            }
        }
        let version = self.build_list(tenant, row, newest.as_ref()).await?;
        self.settle(tenant, &version).await?;
        Ok(())
    }

    async fn is_on_chain(&self, tenant: &Tenant, version: &ListVersion) -> Result<bool, PublishError> {
        let on_chain = self.ledger.status(&tenant.did, &list_url(tenant, &version.list)).await?;
        Ok(on_chain.is_some_and(|it| it.version == version.version && it.digest == version.digest))
    }

    /// Builds and stores the next version. Its number follows what we know and what the chain knows: after a restored
    /// backup the chain is ahead.
    async fn build_list(
        &self,
        tenant: &Tenant,
        row: &ListRow,
        newest: Option<&ListVersion>,
    ) -> Result<ListVersion, PublishError> {
        let keys = tenant.keys().ok_or(PublishError::NoKeys)?;
        let on_chain = self.ledger.status(&tenant.did, &list_url(tenant, &row.list)).await?;
        let known = newest.map_or(0, |version| version.version);
        let number = known.max(on_chain.map_or(0, |it| it.version)) + 1;
        // The revision is read in the same view as the entries, so a change that comes later is seen as one.
        let mut tx = self.store.read().await?;
        let lists = tx.list_status_lists(&tenant.id).await?;
        let revision = lists.iter().find(|it| it.list == row.list).map_or(row.revision, |it| it.revision);
        let entries = tx.list_status_entries(&tenant.id, &row.list).await?;
        drop(tx);
        let now = self.now();
        let valid_until = now + self.settings.status_validity;
        let document = self.list_document(tenant, &keys, &row.list, &entries, (now, valid_until)).await?;
        let version = ListVersion {
            list: row.list.clone(),
            version: number,
            revision,
            digest: Sha256::digest(&document).into(),
            document,
            built_at: now,
            valid_until,
            confirmed_at: None,
            height: None,
        };
        let mut tx = self.store.write("build_status_list").await?;
        tx.insert_list_version(&tenant.id, &version).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Brings a stored version to the chain and confirms it by proof, whatever happened to it before.
    async fn settle(&self, tenant: &Tenant, version: &ListVersion) -> Result<Settled, PublishError> {
        let url = list_url(tenant, &version.list);
        let before = self.ledger.status(&tenant.did, &url).await?;
        let mine = |it: PublishedStatus| it.version == version.version && it.digest == version.digest;
        let confirmed = match before {
            Some(it) if mine(it) => it,
            Some(it) if it.version >= version.version => {
                // This version can never be published any more; the next one is built from the same entries.
                tracing::warn!(tenant.id = tenant.id, status.list = %version.list, version = version.version,
                    chain.version = it.version, "the chain is ahead of this database: dropping a version");
                let mut tx = self.store.write("drop_status_version").await?;
                tx.delete_list_version(&tenant.id, &version.list, version.version).await?;
                tx.commit().await?;
                return Ok(Settled::Dropped);
            }
            _ => {
                let operation = Operation::PublishStatus(PublishStatus {
                    issuer: tenant.did.clone(),
                    list: url.clone(),
                    digest: version.digest,
                    version: version.version,
                });
                self.write_to_chain(tenant, operation).await?;
                let after = self.ledger.status(&tenant.did, &url).await?;
                after.filter(|it| mine(*it)).ok_or(PublishError::Unconfirmed)?
            }
        };
        let mut tx = self.store.write("confirm_status_list").await?;
        tx.confirm_list_version(&tenant.id, &version.list, version.version, self.now(), confirmed.height)
            .await?;
        tx.commit().await?;
        metrics::counter!("issuer_status_lists_published_total").increment(1);
        Ok(Settled::Confirmed)
    }

    pub(crate) async fn write_to_chain(
        &self,
        tenant: &Tenant,
        operation: Operation,
    ) -> Result<(), RegistryError> {
        let _turn = tenant.writing.lock().await;
        self.ledger.write(tenant.operate.as_ref(), operation).await
    }
}

fn half_over(version: &ListVersion, now: Timestamp) -> bool {
    now >= version.built_at + (version.valid_until - version.built_at) / 2
}
