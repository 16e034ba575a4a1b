//! The last links of journals on their way to the chain.

use issuance::Timestamp;
use issuance::anchoring::{Batch, LeafKind, WaitingLeaf};
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A journal that went on since it was last bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedHead {
    /// The pseudonymous number.
    pub person: String,
    /// The number of the last entry.
    pub entry: u64,
    /// The link after it.
    pub head: [u8; 32],
}

/// Links that were bound under one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadSetRow {
    /// A ULID; the leaf on its way to the chain has the same.
    pub id: String,
    /// When they were bound.
    pub made_at: Timestamp,
    /// How many journals, without padding.
    pub heads: u64,
    /// The root over them.
    pub root: [u8; 32],
}

/// One bound link of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    /// The link after this entry.
    pub entry: u64,
    /// The set it is in.
    pub set: String,
    /// Its place among the leaves.
    pub place: u32,
    /// Opens the commitment.
    pub salt: [u8; 32],
}

const MOVED: &str = "SELECT id, last_entry, head FROM fund_people
    WHERE tenant = $1 AND last_entry > bound_entry ORDER BY id LIMIT $2";
const ALL: &str = "SELECT id, last_entry, head FROM fund_people
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const COUNT_MOVED: &str =
    "SELECT COUNT(*) AS many FROM fund_people WHERE tenant = $1 AND last_entry > bound_entry";
const INSERT_SET: &str = "INSERT INTO fund_head_sets (tenant, id, made_at, heads, root, leaves)
    VALUES ($1, $2, $3, $4, $5, $6)";
const INSERT_HEAD: &str = "INSERT INTO fund_heads (tenant, person, entry, set_id, place, salt)
    VALUES ($1, $2, $3, $4, $5, $6)";
/// Guarded by the entry that was read: a journal that went on meanwhile makes the whole set stale.
const BIND: &str =
    "UPDATE fund_people SET bound_entry = $3 WHERE tenant = $1 AND id = $2 AND last_entry = $3";
const RECENT: &str = "SELECT id, made_at, heads, root FROM fund_head_sets
    WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const LEAVES: &str = "SELECT leaves FROM fund_head_sets WHERE tenant = $1 AND id = $2";
const OF_PERSON: &str = "SELECT entry, set_id, place, salt FROM fund_heads
    WHERE tenant = $1 AND person = $2 ORDER BY entry DESC LIMIT $3";

impl Transaction {
    /// Journals that went on since they were last bound, in the order of pseudonymous numbers.
    pub async fn list_moved_fund_heads(&mut self, tenant: &str, limit: u32) -> Result<Vec<MovedHead>, Error> {
        self.tx.fetch_all(MOVED, args![tenant, limit]).await?.iter().map(moved).collect()
    }

    /// The last links of all journals, by number after `after`.
    pub async fn list_fund_journal_heads(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<MovedHead>, Error> {
        self.tx.fetch_all(ALL, args![tenant, after, limit]).await?.iter().map(moved).collect()
    }

    /// How many journals went on since they were last bound.
    pub async fn count_moved_fund_heads(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_MOVED, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "fund_people", row: &row }.number("many")
    }

    /// Binds links under one root, and puts the root among the leaves that wait for the chain. `heads` and `leaves` are in the
    /// same order; `batch` says which place each has.
    pub async fn bind_fund_heads(
        &mut self,
        tenant: &str,
        (root, heads, leaves): (&WaitingLeaf, &[MovedHead], &[WaitingLeaf]),
        batch: &Batch,
        at: Timestamp,
    ) -> Result<(), Error> {
        let many = int(heads.len() as u64);
        let values = args![tenant, &root.id, at, many, batch.root, batch.leaves.concat()];
        self.tx.execute_one(INSERT_SET, values).await?;
        let places: std::collections::HashMap<&str, u32> =
            batch.places.iter().map(|(person, place)| (person.as_str(), *place)).collect();
        for (head, leaf) in heads.iter().zip(leaves) {
            let place = *places.get(head.person.as_str()).ok_or_else(Error::stale)?;
            let values = args![tenant, &head.person, int(head.entry), &root.id, place, leaf.salt];
            self.tx.execute_one(INSERT_HEAD, values).await?;
            self.tx.execute_one(BIND, args![tenant, &head.person, int(head.entry)]).await?;
        }
        self.insert_leaf(tenant, LeafKind::Audit, root, at).await
    }

    /// The last sets, newest first.
    pub async fn list_fund_head_sets(&mut self, tenant: &str, limit: u32) -> Result<Vec<HeadSetRow>, Error> {
        let rows = self.tx.fetch_all(RECENT, args![tenant, limit]).await?;
        let set = |row: &Row| {
            let columns = Columns { table: "fund_head_sets", row };
            Ok(HeadSetRow {
                id: row.text("id")?,
                made_at: row.time("made_at")?,
                heads: columns.number("heads")?,
                root: columns.hash("root")?,
            })
        };
        rows.iter().map(set).collect()
    }

    /// The leaves of a set, padding included.
    pub async fn find_fund_head_leaves(
        &mut self,
        tenant: &str,
        set: &str,
    ) -> Result<Option<Vec<[u8; 32]>>, Error> {
        let Some(row) = self.tx.fetch_optional(LEAVES, args![tenant, set]).await? else { return Ok(None) };
        let bytes = row.blob("leaves")?;
        let (leaves, rest) = bytes.as_chunks::<32>();
        match rest.is_empty() {
            true => Ok(Some(leaves.to_vec())),
            false => Err(Error::Impossible { table: "fund_head_sets", column: "leaves" }),
        }
    }

    /// The bound links of a person, newest first.
    pub async fn list_fund_heads(
        &mut self,
        tenant: &str,
        person: &str,
        limit: u32,
    ) -> Result<Vec<HeadRow>, Error> {
        let rows = self.tx.fetch_all(OF_PERSON, args![tenant, person, limit]).await?;
        let head = |row: &Row| {
            let columns = Columns { table: "fund_heads", row };
            Ok(HeadRow {
                entry: columns.number("entry")?,
                set: row.text("set_id")?,
                place: columns.number("place")?,
                salt: columns.hash("salt")?,
            })
        };
        rows.iter().map(head).collect()
    }
}

fn moved(row: &Row) -> Result<MovedHead, Error> {
    let columns = Columns { table: "fund_people", row };
    let (person, entry) = (row.text("id")?, columns.number("last_entry")?);
    Ok(MovedHead { person, entry, head: columns.hash("head")? })
}
