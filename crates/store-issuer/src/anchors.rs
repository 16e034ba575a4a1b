//! Leaves and batches.

use issuance::Timestamp;
use issuance::anchoring::{Batch, LeafKind, WaitingLeaf};
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A stored batch. Without `confirmed_at` it is still on its way to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    pub kind: LeafKind,
    pub id: u64,
    pub sequence: u64,
    pub root: [u8; 32],
    pub leaves: Vec<[u8; 32]>,
    pub built_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub height: Option<u64>,
    pub block_time: Option<Timestamp>,
}

/// Where a leaf stands, if its batch was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafPlace {
    pub salt: [u8; 32],
    pub digest: [u8; 32],
    /// Identifier of the batch and position in it.
    pub batch: Option<(u64, u32)>,
}

const INSERT_LEAF: &str =
    "INSERT INTO leaves (tenant, id, kind, salt, digest, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const FIND_LEAF: &str = "SELECT * FROM leaves WHERE tenant = $1 AND id = $2";
const WAITING: &str = "SELECT id, salt, digest FROM leaves WHERE tenant = $1 AND kind = $2 AND batch IS NULL ORDER BY id LIMIT $3";
const COUNT_WAITING: &str = "SELECT COUNT(*) AS many FROM leaves WHERE tenant = $1 AND batch IS NULL";
const OLDEST: &str = "SELECT MIN(created_at) AS oldest FROM leaves WHERE tenant = $1 AND batch IS NULL";
const LAST: &str = "SELECT COALESCE(MAX(id), 0) AS id, COALESCE(MAX(sequence), 0) AS sequence
    FROM batches WHERE tenant = $1";
const INSERT_BATCH: &str = "INSERT INTO batches (tenant, id, kind, sequence, root, leaves, built_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const PLACE_LEAF: &str =
    "UPDATE leaves SET batch = $3, place = $4 WHERE tenant = $1 AND id = $2 AND batch IS NULL";
const UNCONFIRMED: &str =
    "SELECT * FROM batches WHERE tenant = $1 AND confirmed_at IS NULL ORDER BY id LIMIT 100";
const FIND_BATCH: &str = "SELECT * FROM batches WHERE tenant = $1 AND id = $2";
const RECENT: &str = "SELECT * FROM batches WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const CONFIRM: &str = "UPDATE batches SET confirmed_at = $3, height = $4, block_time = $5
    WHERE tenant = $1 AND id = $2 AND confirmed_at IS NULL";
const RENUMBER: &str = "UPDATE batches SET sequence = $4
    WHERE tenant = $1 AND id = $2 AND sequence = $3 AND confirmed_at IS NULL";

impl Transaction {
    pub async fn insert_leaf(
        &mut self,
        tenant: &str,
        kind: LeafKind,
        leaf: &WaitingLeaf,
        at: Timestamp,
    ) -> Result<(), Error> {
        let values = args![tenant, &leaf.id, kind.as_str(), &leaf.salt, &leaf.digest, at];
        Ok(self.tx.execute_one(INSERT_LEAF, values).await?)
    }

    pub async fn find_leaf(&mut self, tenant: &str, id: &str) -> Result<Option<LeafPlace>, Error> {
        let Some(row) = self.tx.fetch_optional(FIND_LEAF, args![tenant, id]).await? else { return Ok(None) };
        let columns = Columns { table: "leaves", row: &row };
        let batch = columns.opt_number("batch")?.zip(columns.opt_number("place")?);
        Ok(Some(LeafPlace { salt: columns.hash("salt")?, digest: columns.hash("digest")?, batch }))
    }

    pub async fn list_waiting_leaves(
        &mut self,
        tenant: &str,
        kind: LeafKind,
        limit: u32,
    ) -> Result<Vec<WaitingLeaf>, Error> {
        let rows = self.tx.fetch_all(WAITING, args![tenant, kind.as_str(), limit]).await?;
        let leaf = |row: &Row| {
            let columns = Columns { table: "leaves", row };
            Ok(WaitingLeaf {
                id: row.text("id")?,
                salt: columns.hash("salt")?,
                digest: columns.hash("digest")?,
            })
        };
        rows.iter().map(leaf).collect()
    }

    pub async fn count_waiting_leaves(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_WAITING, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "leaves", row: &row }.number("many")
    }

    /// When the leaf was written that waits longest.
    pub async fn oldest_waiting_leaf(&mut self, tenant: &str) -> Result<Option<Timestamp>, Error> {
        let row = self.tx.fetch_optional(OLDEST, args![tenant]).await?.ok_or_else(Error::stale)?;
        Ok(row.opt_time("oldest")?)
    }

    /// Stores a batch under the next number and gives each of its leaves a place. Every leaf must still be waiting:
    /// otherwise the whole transaction is stale, so that no leaf is ever in two batches.
    pub async fn insert_batch(&mut self, tenant: &str, batch: &Batch, at: Timestamp) -> Result<u64, Error> {
        let last = self.tx.fetch_optional(LAST, args![tenant]).await?.ok_or_else(Error::stale)?;
        let (id, sequence) = (last.int("id")? + 1, last.int("sequence")? + 1);
        let values = args![tenant, id, batch.kind.as_str(), sequence, &batch.root, batch.leaves.concat(), at];
        self.tx.execute_one(INSERT_BATCH, values).await?;
        for (leaf, place) in &batch.places {
            self.tx.execute_one(PLACE_LEAF, args![tenant, leaf, id, *place]).await?;
        }
        u64::try_from(id).map_err(|_| Error::Impossible { table: "batches", column: "id" })
    }

    /// Oldest first.
    pub async fn list_unconfirmed_batches(&mut self, tenant: &str) -> Result<Vec<BatchRow>, Error> {
        let rows = self.tx.fetch_all(UNCONFIRMED, args![tenant]).await?;
        rows.iter().map(batch).collect()
    }

    /// Newest first.
    pub async fn list_recent_batches(&mut self, tenant: &str, limit: u32) -> Result<Vec<BatchRow>, Error> {
        let rows = self.tx.fetch_all(RECENT, args![tenant, limit]).await?;
        rows.iter().map(batch).collect()
    }

    pub async fn find_batch(&mut self, tenant: &str, id: u64) -> Result<Option<BatchRow>, Error> {
        let row = self.tx.fetch_optional(FIND_BATCH, args![tenant, int(id)]).await?;
        row.as_ref().map(batch).transpose()
    }

    pub async fn confirm_batch(
        &mut self,
        tenant: &str,
        id: u64,
        at: Timestamp,
        (height, block_time): (u64, Timestamp),
    ) -> Result<(), Error> {
        self.tx.execute(CONFIRM, args![tenant, int(id), at, int(height), block_time]).await?;
        Ok(())
    }

    /// Moves an unconfirmed batch to another place in the sequence, when the chain holds a foreign root at its own.
    pub async fn renumber_batch(&mut self, tenant: &str, id: u64, from: u64, to: u64) -> Result<(), Error> {
        Ok(self.tx.execute_one(RENUMBER, args![tenant, int(id), int(from), int(to)]).await?)
    }
}

fn batch(row: &Row) -> Result<BatchRow, Error> {
    let columns = Columns { table: "batches", row };
    let bytes = row.blob("leaves")?;
    let (leaves, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(columns.impossible("leaves"));
    }
    Ok(BatchRow {
        kind: columns.parsed("kind", LeafKind::parse)?,
        id: columns.number("id")?,
        sequence: columns.number("sequence")?,
        root: columns.hash("root")?,
        leaves: leaves.to_vec(),
        built_at: row.time("built_at")?,
        confirmed_at: row.opt_time("confirmed_at")?,
        height: columns.opt_number("height")?,
        block_time: row.opt_time("block_time")?,
    })
}
