//! Anchoring: commitments of what was issued reach the chain in batches, and receipts prove it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use issuance::anchoring::{Batch, LARGEST_BATCH, LeafKind};
use issuance::webhook::{EventKind, Happened};
use registry_client::RegistryError;
use registry_types::{Anchor, AnchorKind, Operation};
use store_issuer::BatchRow;
use wire::anchors::{RECEIPT_VERSION, Receipt};

use super::{Anchored, Issuer, Tenant};

/// Why anchoring did not get on; the next run goes on where this one stopped.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    #[error("the registry did not take the root")]
    Registry(#[from] RegistryError),
    #[error("the registry took the root, but does not show it")]
    Unconfirmed,
    #[error("the registry took the public documents, but does not show them")]
    Unpublished,
    #[error("batch {0} has an impossible size")]
    Size(u64),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What a holder gets at `receipt_uri`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    Pending,
    Anchored(Receipt),
}

#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    #[error("no such receipt")]
    Unknown,
    #[error("the stored batch has no path to the leaf")]
    Damaged,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// One run of anchoring: batches that were cut off are finished first, then everything that waits is batched.
    pub async fn anchor(&self, tenant: &Tenant) -> Result<(), AnchorError> {
        let _turn = tenant.anchoring.lock().await;
        self.bind_heads(tenant).await?;
        loop {
            let unfinished = self.store.read().await?.list_unconfirmed_batches(&tenant.id).await?;
            for batch in &unfinished {
                self.settle_batch(tenant, batch).await?;
            }
            if !unfinished.is_empty() {
                continue;
            }
            let mut built = false;
            for kind in LeafKind::ALL {
                built |= self.build_batch(tenant, kind).await?;
            }
            if !built {
                return self.publish_documents(tenant).await;
            }
        }
    }

    /// Gives the waiting leaves their places, in one transaction with the batch itself: from then on the same bytes are
    /// sent until the chain has them, and no leaf can come into a second batch.
    async fn build_batch(&self, tenant: &Tenant, kind: LeafKind) -> Result<bool, AnchorError> {
        let limit = u32::try_from(LARGEST_BATCH).unwrap_or(u32::MAX);
        let waiting = self.store.read().await?.list_waiting_leaves(&tenant.id, kind, limit).await?;
        let Some(batch) = Batch::build(kind, &waiting, self.entropy.as_ref()) else { return Ok(false) };
        sql::retry(|| async {
            let mut tx = self.store.write("build_batch").await?;
            tx.insert_batch(&tenant.id, &batch, self.now()).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Brings a stored batch to the chain and confirms it by proof, whatever happened to it before.
    async fn settle_batch(&self, tenant: &Tenant, batch: &BatchRow) -> Result<(), AnchorError> {
        let mut sequence = batch.sequence;
        loop {
            match self.ledger.anchor(&tenant.did, sequence).await? {
                Some(there) if there.root == batch.root => {
                    return self.confirm(tenant, batch, (sequence, there)).await;
                }
                // After a restored backup the chain knows batches that this database has forgotten. Ours was not one of
                // them, or its root would be there; it takes the next free place.
                Some(_) => sequence += 1,
                None => break,
            }
        }
        if sequence != batch.sequence {
            tracing::warn!(
                tenant.id = tenant.id,
                batch.id = batch.id,
                from = batch.sequence,
                to = sequence,
                "the chain holds a foreign root in this place: moving the batch"
            );
            let mut tx = self.store.write("renumber_batch").await?;
            tx.renumber_batch(&tenant.id, batch.id, batch.sequence, sequence).await?;
            tx.commit().await?;
        }
        let leaf_count = u32::try_from(batch.leaves.len()).map_err(|_| AnchorError::Size(batch.id))?;
        let operation = Operation::Anchor(Anchor {
            issuer: tenant.did.clone(),
            sequence,
            kind: match batch.kind {
                LeafKind::Credentials => AnchorKind::Credentials,
                LeafKind::Documents => AnchorKind::Documents,
                LeafKind::Audit => AnchorKind::Audit,
            },
            root: batch.root,
            leaf_count,
        });
        self.write_to_chain(tenant, operation).await?;
        let there = self.ledger.anchor(&tenant.did, sequence).await?;
        let there = there.filter(|there| there.root == batch.root).ok_or(AnchorError::Unconfirmed)?;
        self.confirm(tenant, batch, (sequence, there)).await
    }

    async fn confirm(
        &self,
        tenant: &Tenant,
        batch: &BatchRow,
        (sequence, there): (u64, Anchored),
    ) -> Result<(), AnchorError> {
        let mut tx = self.store.write("confirm_batch").await?;
        tx.confirm_batch(&tenant.id, batch.id, self.now(), (there.height, there.block_time)).await?;
        let once = batch.id.to_string();
        let told =
            Happened { batch: Some(sequence), once: Some(&once), ..Happened::of(EventKind::BatchAnchored) };
        self.announce(&mut tx, &tenant.id, &[told]).await?;
        tx.commit().await?;
        metrics::counter!("issuer_batches_anchored_total").increment(1);
        Ok(())
    }

    /// The receipt of one copy, for whoever knows its address.
    pub async fn find_receipt(&self, tenant: &Tenant, token: &str) -> Result<ReceiptState, ReceiptError> {
        let mut tx = self.store.read().await?;
        let copy = tx.find_copy_by_receipt(&tenant.id, token).await?.ok_or(ReceiptError::Unknown)?;
        receipt_of(&mut tx, (&tenant.id, &tenant.did), &copy.id).await
    }
}

/// The receipt of a leaf: of a credential's copy or of a document.
pub(crate) async fn receipt_of(
    tx: &mut store_issuer::Transaction,
    (tenant, did): (&str, &str),
    leaf: &str,
) -> Result<ReceiptState, ReceiptError> {
    let leaf = tx.find_leaf(tenant, leaf).await?.ok_or(ReceiptError::Unknown)?;
    let Some((batch, place)) = leaf.batch else { return Ok(ReceiptState::Pending) };
    let batch = tx.find_batch(tenant, batch).await?.ok_or(ReceiptError::Damaged)?;
    if batch.confirmed_at.is_none() {
        return Ok(ReceiptState::Pending);
    }
    let tree = merkle::Tree::build(batch.leaves).map_err(|_| ReceiptError::Damaged)?;
    let path = tree.path(place).ok_or(ReceiptError::Damaged)?;
    Ok(ReceiptState::Anchored(Receipt {
        version: RECEIPT_VERSION,
        issuer: did.to_owned(),
        sequence: batch.sequence,
        salt: URL_SAFE_NO_PAD.encode(leaf.salt),
        leaf_index: place.into(),
        leaf_count: tree.leaf_count().into(),
        path: path.iter().map(|hash| URL_SAFE_NO_PAD.encode(hash)).collect(),
    }))
}
