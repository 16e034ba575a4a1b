//! The last links of journals on the chain: after a night, and after what came in by day.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Timestamp;
use entitlement::journal::{AnchoredLink, ChainReceipt, MOST_ANCHORED, hex};
use issuance::anchoring::{Batch, LARGEST_BATCH, LeafKind, WaitingLeaf};
use store_issuer::Transaction;
use store_issuer::fund::{HeadSetRow, MovedHead};

use super::super::anchoring::receipt_of;
use super::super::{AnchorError, ReceiptState, Tenant};
use super::{FundError, Issuer};

/// An export asks the chain for no more proofs than that: those of the newest anchors.
const MOST_PROOFS: usize = 50;

/// Links that were bound together, and where their root is.
#[derive(Clone, Debug)]
pub struct HeadSet {
    /// What was bound.
    pub row: HeadSetRow,
    /// The number of the anchor; nothing while the root is on its way.
    pub anchor: Option<u64>,
    /// Height and time of the block.
    pub block: Option<(u64, Timestamp)>,
}

/// How far the journals are on the chain.
#[derive(Clone, Debug)]
pub struct HeadsView {
    /// Journals that went on since they were last bound.
    pub moved: u64,
    /// Newest first.
    pub sets: Vec<HeadSet>,
}

impl Issuer {
    /// Binds the last links of all journals that moved under roots that wait for the chain. Not while a night runs, which would
    /// bind each journal twice; what is cut off is bound by the next run. Answers with how many journals it bound.
    pub(crate) async fn bind_heads(&self, tenant: &Tenant) -> Result<u64, AnchorError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(0);
        }
        let mut bound = 0;
        loop {
            let set = sql::retry(|| self.bind_set(&tenant.id)).await?;
            bound += set;
            if set < LARGEST_BATCH as u64 {
                return Ok(bound);
            }
        }
    }

    async fn bind_set(&self, tenant: &str) -> Result<u64, store_issuer::Error> {
        let limit = u32::try_from(LARGEST_BATCH).unwrap_or(u32::MAX);
        // Looking takes no write lock: most runs find nothing.
        if self.store.read().await?.list_moved_fund_heads(tenant, 1).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store.write("bind_fund_heads").await?;
        if tx.find_running_fund_night(tenant).await?.is_some() {
            return Ok(0);
        }
        let moved = tx.list_moved_fund_heads(tenant, limit).await?;
        let leaves: Vec<WaitingLeaf> = moved.iter().map(|head| self.head_leaf(head)).collect();
        let Some(batch) = Batch::build(LeafKind::Audit, &leaves, self.entropy.as_ref()) else {
            return Ok(0);
        };
        let mut root = WaitingLeaf { id: self.new_id(), salt: [0; 32], digest: batch.root };
        self.entropy.fill(&mut root.salt);
        tx.bind_fund_heads(tenant, (&root, &moved, &leaves), &batch, self.now()).await?;
        tx.commit().await?;
        Ok(moved.len() as u64)
    }

    fn head_leaf(&self, moved: &MovedHead) -> WaitingLeaf {
        let mut salt = [0; 32];
        self.entropy.fill(&mut salt);
        WaitingLeaf { id: moved.person.clone(), salt, digest: moved.head }
    }

    /// The bound links of a person, oldest first, with the receipts that there are.
    pub(super) async fn anchored_links(
        &self,
        tx: &mut Transaction,
        (tenant, did): (&str, &str),
        person: &str,
    ) -> Result<Vec<AnchoredLink>, FundError> {
        let limit = u32::try_from(MOST_ANCHORED).unwrap_or(u32::MAX);
        let mut links = Vec::new();
        for row in tx.list_fund_heads(tenant, person, limit).await? {
            let leaves = tx.find_fund_head_leaves(tenant, &row.set).await?.ok_or(FundError::Damaged)?;
            let tree = merkle::Tree::build(leaves).map_err(|_| FundError::Damaged)?;
            let path = tree.path(row.place).ok_or(FundError::Damaged)?;
            let receipt = match receipt_of(tx, (tenant, did), &row.set).await {
                Ok(ReceiptState::Anchored(receipt)) => Some(chain_receipt(receipt)),
                Ok(ReceiptState::Pending) => None,
                Err(_) => return Err(FundError::Damaged),
            };
            links.push(AnchoredLink {
                entry: row.entry,
                salt: hex(&row.salt),
                leaf_index: row.place,
                leaf_count: tree.leaf_count(),
                path: path.iter().map(|hash| hex(hash)).collect(),
                receipt,
                proof: None,
            });
        }
        links.reverse();
        Ok(links)
    }

    /// Puts the chain's proofs of the newest anchors into a file. A chain that does not answer is no reason to keep the file
    /// back: a reader can ask a node as well.
    pub(super) async fn prove_anchors(&self, did: &str, links: &mut [AnchoredLink]) {
        let mut known: Option<(u64, String)> = None;
        for link in links.iter_mut().rev().take(MOST_PROOFS) {
            let Some(sequence) = link.receipt.as_ref().map(|receipt| receipt.sequence) else { continue };
            if known.as_ref().is_none_or(|(at, _)| *at != sequence) {
                let proof = match self.ledger.anchor_proof(did, sequence).await {
                    Ok(proof) => proof,
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "a journal is exported without the chain's proofs");
                        return;
                    }
                };
                known = proof.map(|bytes| (sequence, URL_SAFE_NO_PAD.encode(bytes)));
            }
            link.proof = known.as_ref().map(|(_, proof)| proof.clone());
        }
    }

    /// How far the journals are on the chain, for auditors.
    pub async fn fund_heads(&self, tenant: &str, limit: u32) -> Result<HeadsView, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let mut sets = Vec::new();
        for row in tx.list_fund_head_sets(tenant, limit).await? {
            let leaf = tx.find_leaf(tenant, &row.id).await?;
            let batch = match leaf.and_then(|leaf| leaf.batch) {
                Some((batch, _)) => tx.find_batch(tenant, batch).await?,
                None => None,
            };
            let batch = batch.filter(|batch| batch.confirmed_at.is_some());
            sets.push(HeadSet {
                anchor: batch.as_ref().map(|batch| batch.sequence),
                block: batch.and_then(|batch| batch.height.zip(batch.block_time)),
                row,
            });
        }
        Ok(HeadsView { moved: tx.count_moved_fund_heads(tenant).await?, sets })
    }
}

pub(super) fn chain_receipt(receipt: wire::anchors::Receipt) -> ChainReceipt {
    let wire::anchors::Receipt { version, issuer, sequence, salt, leaf_index, leaf_count, path } = receipt;
    ChainReceipt { version, issuer, sequence, salt, leaf_index, leaf_count, path }
}
