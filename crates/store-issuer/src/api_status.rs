//! The status of what open instances of the VC API issue: places in lists, and nothing of the credentials.

use issuance::{ListKind, StatusIndex, StatusListId};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 500, name: "api_status", sql: include_str!("migrations/0500_api_status.sql") }];

/// A list of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiList {
    pub list: StatusListId,
    /// How many places are taken.
    pub used: u64,
    /// How often an entry changed.
    pub revision: u64,
}

const NEWEST: &str = "SELECT * FROM api_lists WHERE instance = $1 AND kind = $2 ORDER BY number DESC LIMIT 1";
const FIND: &str = "SELECT * FROM api_lists WHERE instance = $1 AND list = $2";
const INSERT_LIST: &str = "INSERT INTO api_lists (instance, list, kind, number, used, revision)
    VALUES ($1, $2, $3, $4, 0, 1)";
const TAKE: &str = "INSERT INTO api_entries (instance, list, place, credential, is_set)
    VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING";
const USED: &str = "UPDATE api_lists SET used = used + 1 WHERE instance = $1 AND list = $2";
const OF_CREDENTIAL: &str = "SELECT e.list, e.place FROM api_entries e
    JOIN api_lists l ON l.instance = e.instance AND l.list = e.list
    WHERE e.instance = $1 AND e.credential = $2 AND l.kind = $3 ORDER BY e.list, e.place LIMIT $4";
const SET: &str = "UPDATE api_entries SET is_set = $4
    WHERE instance = $1 AND list = $2 AND place = $3 AND is_set <> $4";
const IS_TAKEN: &str = "SELECT place FROM api_entries WHERE instance = $1 AND list = $2 AND place = $3";
const REVISED: &str = "UPDATE api_lists SET revision = revision + 1 WHERE instance = $1 AND list = $2";
const ENTRIES_SET: &str =
    "SELECT place FROM api_entries WHERE instance = $1 AND list = $2 AND is_set = 1 ORDER BY place";

/// Copies of a credential under one identifier whose status is changed at once.
const COPIES: i64 = 100;

impl Transaction {
    /// The list of a kind that was opened last.
    pub async fn newest_api_list(
        &mut self,
        instance: &str,
        kind: ListKind,
    ) -> Result<Option<ApiList>, Error> {
        let row = self.tx.fetch_optional(NEWEST, args![instance, kind.as_str()]).await?;
        row.as_ref().map(api_list).transpose()
    }

    pub async fn find_api_list(
        &mut self,
        instance: &str,
        list: &StatusListId,
    ) -> Result<Option<ApiList>, Error> {
        let row = self.tx.fetch_optional(FIND, args![instance, list.to_string()]).await?;
        row.as_ref().map(api_list).transpose()
    }

    pub async fn insert_api_list(&mut self, instance: &str, list: &StatusListId) -> Result<(), Error> {
        let values = args![instance, list.to_string(), list.kind.as_str(), list.number];
        Ok(self.tx.execute_one(INSERT_LIST, values).await?)
    }

    /// Answers whether the place was free and is taken now.
    pub async fn take_api_place(
        &mut self,
        instance: &str,
        at: &StatusIndex,
        credential: Option<&[u8; 32]>,
    ) -> Result<bool, Error> {
        let list = at.list.to_string();
        let taken = self.tx.execute(TAKE, args![instance, &list, at.index, credential]).await? == 1;
        if taken {
            self.tx.execute_one(USED, args![instance, &list]).await?;
        }
        Ok(taken)
    }

    /// The places of what was issued under an identifier, in lists of one kind.
    pub async fn list_api_places(
        &mut self,
        instance: &str,
        credential: &[u8; 32],
        kind: ListKind,
    ) -> Result<Vec<StatusIndex>, Error> {
        let rows =
            self.tx.fetch_all(OF_CREDENTIAL, args![instance, credential, kind.as_str(), COPIES]).await?;
        let place = |row: &Row| {
            let columns = Columns { table: "api_entries", row };
            Ok(StatusIndex {
                list: columns.parsed("list", StatusListId::parse)?,
                index: columns.number("place")?,
            })
        };
        rows.iter().map(place).collect()
    }

    /// Answers whether there is such an entry. Repeating it changes nothing.
    pub async fn set_api_entry(
        &mut self,
        instance: &str,
        at: &StatusIndex,
        is_set: bool,
    ) -> Result<bool, Error> {
        let list = at.list.to_string();
        if self.tx.fetch_optional(IS_TAKEN, args![instance, &list, at.index]).await?.is_none() {
            return Ok(false);
        }
        if self.tx.execute(SET, args![instance, &list, at.index, i64::from(is_set)]).await? == 1 {
            self.tx.execute_one(REVISED, args![instance, &list]).await?;
        }
        Ok(true)
    }

    /// The places that are set, ascending.
    pub async fn list_api_entries_set(
        &mut self,
        instance: &str,
        list: &StatusListId,
    ) -> Result<Vec<u32>, Error> {
        let rows = self.tx.fetch_all(ENTRIES_SET, args![instance, list.to_string()]).await?;
        rows.iter().map(|row| Columns { table: "api_entries", row }.number("place")).collect()
    }
}

fn api_list(row: &Row) -> Result<ApiList, Error> {
    let columns = Columns { table: "api_lists", row };
    Ok(ApiList {
        list: columns.parsed("list", StatusListId::parse)?,
        used: columns.number("used")?,
        revision: columns.number("revision")?,
    })
}
