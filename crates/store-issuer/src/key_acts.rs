//! Approved changes of signing keys.

use issuance::{KeyAct, KeyActState, KeyChange, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 730, name: "key acts", sql: include_str!("migrations/0730_key_acts.sql") },
    Migration {
        version: 731,
        name: "reissue by key",
        sql: include_str!("migrations/0731_reissue_by_key.sql"),
    },
];

const INSERT: &str =
    "INSERT INTO key_acts (tenant, id, change, fragment, multikey, ordered_by, ordered_at, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')";
const FIND: &str = "SELECT * FROM key_acts WHERE tenant = $1 AND id = $2";
const OPEN: &str = "SELECT * FROM key_acts WHERE tenant = $1 AND state = 'open' ORDER BY id";
const RECENT: &str = "SELECT * FROM key_acts WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const NAME: &str = "UPDATE key_acts SET fresh = $3
    WHERE tenant = $1 AND id = $2 AND state = 'open' AND fresh IS NULL";
const END: &str = "UPDATE key_acts SET state = $3, ended_at = $4
    WHERE tenant = $1 AND id = $2 AND state = 'open'";
const TOUCH_LISTS: &str = "UPDATE status_lists SET revision = revision + 1 WHERE tenant = $1";

impl Transaction {
    /// A second open act of the same change for the same fragment is a conflict.
    pub async fn insert_key_act(&mut self, tenant: &str, act: &KeyAct) -> Result<(), Error> {
        let values = args![
            tenant,
            &act.id,
            act.change.as_str(),
            &act.fragment,
            &act.multikey,
            &act.ordered_by,
            act.ordered_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_key_act(&mut self, tenant: &str, id: &str) -> Result<Option<KeyAct>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(act).transpose()
    }

    /// In the order in which they were ordered.
    pub async fn list_open_key_acts(&mut self, tenant: &str) -> Result<Vec<KeyAct>, Error> {
        self.tx.fetch_all(OPEN, args![tenant]).await?.iter().map(act).collect()
    }

    /// Newest first.
    pub async fn list_recent_key_acts(&mut self, tenant: &str, limit: u32) -> Result<Vec<KeyAct>, Error> {
        self.tx.fetch_all(RECENT, args![tenant, limit]).await?.iter().map(act).collect()
    }

    /// Names the new key, once; stale when another run did so first.
    pub async fn name_fresh_key(&mut self, tenant: &str, id: &str, fragment: &str) -> Result<(), Error> {
        Ok(self.tx.execute_one(NAME, args![tenant, id, fragment]).await?)
    }

    /// `false` when it had ended before, or `state` is no end.
    pub async fn end_key_act(&mut self, tenant: &str, id: &str, state: KeyActState) -> Result<bool, Error> {
        let (KeyActState::Done { at } | KeyActState::GivenUp { at }) = state else { return Ok(false) };
        Ok(self.tx.execute(END, args![tenant, id, state.as_str(), at]).await? == 1)
    }

    /// Every list of the organisation counts as changed, so that the next run signs it anew.
    pub async fn touch_status_lists(&mut self, tenant: &str) -> Result<(), Error> {
        self.tx.execute(TOUCH_LISTS, args![tenant]).await?;
        Ok(())
    }
}

fn act(row: &Row) -> Result<KeyAct, Error> {
    let columns = Columns { table: "key_acts", row };
    let ended = || -> Result<Timestamp, Error> {
        row.opt_time("ended_at")?.ok_or_else(|| columns.impossible("ended_at"))
    };
    let state = match row.text("state")?.as_str() {
        "open" => KeyActState::Open,
        "done" => KeyActState::Done { at: ended()? },
        "given-up" => KeyActState::GivenUp { at: ended()? },
        _ => return Err(columns.impossible("state")),
    };
    Ok(KeyAct {
        id: row.text("id")?,
        change: columns.parsed("change", KeyChange::parse)?,
        fragment: row.text("fragment")?,
        multikey: row.text("multikey")?,
        fresh: row.opt_text("fresh")?,
        ordered_by: row.text("ordered_by")?,
        ordered_at: row.time("ordered_at")?,
        state,
    })
}
