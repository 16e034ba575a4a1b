//! Status lists, the places in them, and their published versions.

use issuance::{ListKind, ReasonCode, Standing, Status, StatusIndex, StatusListId, Timestamp};
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A list and how often its entries changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    pub list: StatusListId,
    pub is_open: bool,
    pub revision: u64,
}

/// One built version of a list. Without `confirmed_at` it is still on its way to the chain and is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListVersion {
    pub list: StatusListId,
    pub version: u64,
    pub revision: u64,
    /// The bytes as they are served.
    pub document: Vec<u8>,
    pub digest: [u8; 32],
    pub built_at: Timestamp,
    pub valid_until: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub height: Option<u64>,
}

const LISTS: &str = "SELECT * FROM status_lists WHERE tenant = $1 ORDER BY kind, number";
const INSERT_LIST: &str = "INSERT INTO status_lists (tenant, list, kind, number, is_open, revision)
    VALUES ($1, $2, $3, $4, 1, 1) ON CONFLICT DO NOTHING";
const CLOSE_LIST: &str = "UPDATE status_lists SET is_open = 0 WHERE tenant = $1 AND list = $2";
const OPEN_LIST: &str = "SELECT list FROM status_lists WHERE tenant = $1 AND kind = $2 AND is_open = 1
    ORDER BY number LIMIT 1";
const COUNT_ENTRIES: &str = "SELECT COUNT(*) AS many FROM status_entries WHERE tenant = $1 AND list = $2";
const PLACE: &str = "SELECT copy_id FROM status_entries WHERE tenant = $1 AND list = $2 AND place = $3";
const ENTRIES: &str = "SELECT e.place, c.status, (SELECT h.reason FROM status_changes h
        WHERE h.tenant = c.tenant AND h.copy_id = c.id ORDER BY h.sequence DESC LIMIT 1) AS reason
    FROM status_entries e JOIN copies c ON c.tenant = e.tenant AND c.id = e.copy_id
    WHERE e.tenant = $1 AND e.list = $2 AND c.status <> 'valid'
    UNION ALL SELECT place, left_status AS status, left_reason AS reason FROM status_entries
    WHERE tenant = $1 AND list = $2 AND left_status IS NOT NULL AND left_status <> 'valid'";
const NEWEST: &str =
    "SELECT * FROM list_versions WHERE tenant = $1 AND list = $2 ORDER BY version DESC LIMIT 1";
const SERVED: &str =
    "SELECT * FROM list_versions WHERE tenant = $1 AND list = $2 AND confirmed_at IS NOT NULL
    ORDER BY version DESC LIMIT 1";
const AS_OF: &str = "SELECT * FROM list_versions
    WHERE tenant = $1 AND list = $2 AND confirmed_at <= $3 ORDER BY version DESC LIMIT 1";
const FORGET_VERSIONS: &str = "DELETE FROM list_versions
    WHERE tenant = $1 AND confirmed_at IS NOT NULL AND valid_until < $2 AND version < (SELECT MAX(v.version)
        FROM list_versions v WHERE v.tenant = list_versions.tenant AND v.list = list_versions.list
            AND v.confirmed_at IS NOT NULL)";
const INSERT_VERSION: &str = "INSERT INTO list_versions
        (tenant, list, version, revision, document, digest, built_at, valid_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const CONFIRM_VERSION: &str = "UPDATE list_versions SET confirmed_at = $4, height = $5
    WHERE tenant = $1 AND list = $2 AND version = $3 AND confirmed_at IS NULL";
const DROP_VERSION: &str = "DELETE FROM list_versions
    WHERE tenant = $1 AND list = $2 AND version = $3 AND confirmed_at IS NULL";
const CONFIRMED_REVISIONS: &str = "SELECT l.list FROM status_lists l
    JOIN status_entries e ON e.tenant = l.tenant AND e.list = l.list
    WHERE e.tenant = $1 AND e.copy_id = $2 AND l.revision > COALESCE(
        (SELECT MAX(v.revision) FROM list_versions v WHERE v.tenant = l.tenant AND v.list = l.list
            AND v.confirmed_at IS NOT NULL), 0)";

impl Transaction {
    pub async fn list_status_lists(&mut self, tenant: &str) -> Result<Vec<ListRow>, Error> {
        let rows = self.tx.fetch_all(LISTS, args![tenant]).await?;
        rows.iter().map(list_row).collect()
    }

    pub async fn insert_status_list(&mut self, tenant: &str, list: &StatusListId) -> Result<(), Error> {
        let values = args![tenant, list.to_string(), list.kind.as_str(), list.number];
        self.tx.execute(INSERT_LIST, values).await?;
        Ok(())
    }

    /// From then on no copy gets a place in it; its entries go on counting.
    pub async fn close_status_list(&mut self, tenant: &str, list: &StatusListId) -> Result<(), Error> {
        Ok(self.tx.execute_one(CLOSE_LIST, args![tenant, list.to_string()]).await?)
    }

    /// The list in which new copies get their places.
    pub async fn open_status_list(
        &mut self,
        tenant: &str,
        kind: ListKind,
    ) -> Result<Option<StatusListId>, Error> {
        let row = self.tx.fetch_optional(OPEN_LIST, args![tenant, kind.as_str()]).await?;
        row.map(|row| Columns { table: "status_lists", row: &row }.parsed("list", StatusListId::parse))
            .transpose()
    }

    pub async fn count_status_entries(&mut self, tenant: &str, list: &StatusListId) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_ENTRIES, args![tenant, list.to_string()]).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "status_entries", row: &row }.number("many")
    }

    pub async fn is_place_taken(&mut self, tenant: &str, index: &StatusIndex) -> Result<bool, Error> {
        let row = self.tx.fetch_optional(PLACE, args![tenant, index.list.to_string(), index.index]).await?;
        Ok(row.is_some())
    }

    /// The places whose copies are not valid.
    pub async fn list_status_entries(
        &mut self,
        tenant: &str,
        list: &StatusListId,
    ) -> Result<Vec<(u32, Standing)>, Error> {
        let rows = self.tx.fetch_all(ENTRIES, args![tenant, list.to_string()]).await?;
        let entry = |row: &Row| {
            let columns = Columns { table: "status_entries", row };
            let reason = row.opt_text("reason")?;
            let reason = reason.and_then(|code| ReasonCode::parse(&code)).unwrap_or(ReasonCode::Other);
            let standing = Standing { status: columns.parsed("status", Status::parse)?, reason };
            Ok((columns.number("place")?, standing))
        };
        rows.iter().map(entry).collect()
    }

    pub async fn newest_list_version(
        &mut self,
        tenant: &str,
        list: &StatusListId,
    ) -> Result<Option<ListVersion>, Error> {
        let row = self.tx.fetch_optional(NEWEST, args![tenant, list.to_string()]).await?;
        row.as_ref().map(list_version).transpose()
    }

    /// The newest version whose digest is on the chain.
    pub async fn served_list_version(
        &mut self,
        tenant: &str,
        list: &StatusListId,
    ) -> Result<Option<ListVersion>, Error> {
        let row = self.tx.fetch_optional(SERVED, args![tenant, list.to_string()]).await?;
        row.as_ref().map(list_version).transpose()
    }

    /// The version that was served at a time, unless it was not valid any more.
    pub async fn list_version_as_of(
        &mut self,
        tenant: &str,
        list: &StatusListId,
        at: Timestamp,
    ) -> Result<Option<ListVersion>, Error> {
        let row = self.tx.fetch_optional(AS_OF, args![tenant, list.to_string(), at]).await?;
        let version = row.as_ref().map(list_version).transpose()?;
        Ok(version.filter(|version| version.valid_until > at))
    }

    /// Deletes versions whose validity ended before; the newest on the chain stays.
    pub async fn forget_list_versions(&mut self, tenant: &str, before: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(FORGET_VERSIONS, args![tenant, before]).await?)
    }

    pub async fn insert_list_version(&mut self, tenant: &str, version: &ListVersion) -> Result<(), Error> {
        let values = args![
            tenant,
            version.list.to_string(),
            int(version.version),
            int(version.revision),
            version.document.as_slice(),
            &version.digest,
            version.built_at,
            version.valid_until
        ];
        Ok(self.tx.execute_one(INSERT_VERSION, values).await?)
    }

    pub async fn confirm_list_version(
        &mut self,
        tenant: &str,
        list: &StatusListId,
        version: u64,
        at: Timestamp,
        height: u64,
    ) -> Result<(), Error> {
        let values = args![tenant, list.to_string(), int(version), at, int(height)];
        self.tx.execute(CONFIRM_VERSION, values).await?;
        Ok(())
    }

    /// Drops a version that can never be confirmed, because the chain holds a higher one.
    pub async fn delete_list_version(
        &mut self,
        tenant: &str,
        list: &StatusListId,
        version: u64,
    ) -> Result<(), Error> {
        self.tx.execute(DROP_VERSION, args![tenant, list.to_string(), int(version)]).await?;
        Ok(())
    }

    /// Whether every list of the copy is published in its present state.
    pub async fn is_status_published(&mut self, tenant: &str, copy_id: &str) -> Result<bool, Error> {
        Ok(self.tx.fetch_all(CONFIRMED_REVISIONS, args![tenant, copy_id]).await?.is_empty())
    }
}

fn list_row(row: &Row) -> Result<ListRow, Error> {
    let columns = Columns { table: "status_lists", row };
    Ok(ListRow {
        list: columns.parsed("list", StatusListId::parse)?,
        is_open: row.flag("is_open")?,
        revision: columns.number("revision")?,
    })
}

fn list_version(row: &Row) -> Result<ListVersion, Error> {
    let columns = Columns { table: "list_versions", row };
    Ok(ListVersion {
        list: columns.parsed("list", StatusListId::parse)?,
        version: columns.number("version")?,
        revision: columns.number("revision")?,
        document: row.blob("document")?,
        digest: columns.hash("digest")?,
        built_at: row.time("built_at")?,
        valid_until: row.time("valid_until")?,
        confirmed_at: row.opt_time("confirmed_at")?,
        height: columns.opt_number("height")?,
    })
}
