//! What nights asked for.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectRow {
    /// Done once, however often it is asked for.
    pub key: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year of the person-year that asked.
    pub year: i32,
    /// The rule that asked.
    pub rule: String,
    /// `mail-paper`, `remind` and so on.
    pub kind: String,
    /// JSON.
    pub content: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// By whom or what.
    pub done_by: Option<String>,
}

const INSERT: &str =
    "INSERT INTO fund_effects (tenant, key, person, year, rule, kind, content, asked_at, place)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT COUNT(*) FROM fund_effects k
        WHERE k.tenant = $1 AND k.person = $3 AND k.asked_at = $8)) ON CONFLICT (tenant, key) DO NOTHING";
const OPEN: &str =
    "SELECT * FROM fund_effects WHERE tenant = $1 AND kind = $2 AND key > $3 AND done_at IS NULL
    ORDER BY key LIMIT $4";
const FIND: &str = "SELECT * FROM fund_effects WHERE tenant = $1 AND key = $2";
const OF_PERSON: &str =
    "SELECT * FROM fund_effects WHERE tenant = $1 AND person = $2 ORDER BY asked_at, place, key LIMIT 500";
const DONE: &str =
    "UPDATE fund_effects SET done_at = $3, done_by = $4 WHERE tenant = $1 AND key = $2 AND done_at IS NULL";
/// What an answered year has no use for any more.
const WITHDRAW: &str = "UPDATE fund_effects SET done_at = $4, done_by = 'withdrawn'
    WHERE tenant = $1 AND person = $2 AND year = $3 AND done_at IS NULL
        AND kind IN ('mail-paper', 'remind', 'list-for-follow-up', 'send-notice', 'propose-suspension',
            'offer-another-channel')";
/// One kind of what was asked for, of a year in which it is not so any more.
const WITHDRAW_KIND: &str = "UPDATE fund_effects SET done_at = $5, done_by = 'withdrawn'
    WHERE tenant = $1 AND person = $2 AND year = $3 AND kind = $4 AND done_at IS NULL";
/// Forms that another one takes the place of, which is in no mailing either: nobody gets two in one. What is signed now counts for
/// every year that still asks, so the form of the latest year stays. What is in a mailing stays.
const SUPERSEDE: &str = "UPDATE fund_effects SET done_at = $4, done_by = 'superseded'
    WHERE tenant = $1 AND person = $2 AND kind = 'mail-paper' AND done_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM fund_letters l WHERE l.tenant = fund_effects.tenant
            AND l.effect = fund_effects.key AND l.fault IS NULL)
        AND EXISTS (SELECT 1 FROM fund_effects n WHERE n.tenant = $1 AND n.person = $2 AND n.kind = 'mail-paper'
            AND n.done_at IS NULL AND n.key <> fund_effects.key
            AND (n.year > fund_effects.year OR (n.year = fund_effects.year AND n.key = $3))
            AND NOT EXISTS (SELECT 1 FROM fund_letters l WHERE l.tenant = n.tenant AND l.effect = n.key
                AND l.fault IS NULL))";
/// The same for everybody of whom forms of several years wait.
const SUPERSEDE_OLDER: &str = "UPDATE fund_effects SET done_at = $2, done_by = 'superseded'
    WHERE tenant = $1 AND kind = 'mail-paper' AND done_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM fund_letters l WHERE l.tenant = fund_effects.tenant
            AND l.effect = fund_effects.key AND l.fault IS NULL)
        AND EXISTS (SELECT 1 FROM fund_effects n WHERE n.tenant = $1 AND n.person = fund_effects.person
            AND n.kind = 'mail-paper' AND n.done_at IS NULL AND n.year > fund_effects.year
            AND NOT EXISTS (SELECT 1 FROM fund_letters l WHERE l.tenant = n.tenant AND l.effect = n.key
                AND l.fault IS NULL))";
const COUNT: &str = "SELECT kind, COUNT(*) AS many FROM fund_effects WHERE tenant = $1 AND done_at IS NULL
    GROUP BY kind ORDER BY kind LIMIT 100";

impl Transaction {
    /// Asks for something, unless it was asked for under this key before.
    pub async fn ask_fund_effect(&mut self, tenant: &str, effect: &EffectRow) -> Result<bool, Error> {
        let values = args![
            tenant,
            &effect.key,
            &effect.person,
            effect.year,
            &effect.rule,
            &effect.kind,
            &effect.content,
            effect.asked_at
        ];
        Ok(self.tx.execute(INSERT, values).await? == 1)
    }

    /// What of one kind is still to be done, in the order of the keys after `after`.
    pub async fn list_open_fund_effects(
        &mut self,
        tenant: &str,
        kind: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<EffectRow>, Error> {
        self.tx.fetch_all(OPEN, args![tenant, kind, after, limit]).await?.iter().map(effect).collect()
    }

    /// One thing that was asked for.
    pub async fn find_fund_effect(&mut self, tenant: &str, key: &str) -> Result<Option<EffectRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, key]).await?.as_ref().map(effect).transpose()
    }

    /// What was ever asked for about a person, oldest first.
    pub async fn list_fund_effects_of(
        &mut self,
        tenant: &str,
        person: &str,
    ) -> Result<Vec<EffectRow>, Error> {
        self.tx.fetch_all(OF_PERSON, args![tenant, person]).await?.iter().map(effect).collect()
    }

    /// Marks it as done; false when it was before.
    pub async fn finish_fund_effect(
        &mut self,
        tenant: &str,
        key: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(DONE, args![tenant, key, at, by]).await? == 1)
    }

    /// Takes back letters, reminders and notices of a year that nobody has carried out yet.
    pub async fn withdraw_fund_effects(
        &mut self,
        tenant: &str,
        person: &str,
        year: i32,
        at: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(WITHDRAW, args![tenant, person, year, at]).await?)
    }

    /// Takes back what of one kind a year asked for and nobody has carried out yet.
    pub async fn withdraw_fund_effects_of_kind(
        &mut self,
        tenant: &str,
        (person, year): (&str, i32),
        kind: &str,
        at: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(WITHDRAW_KIND, args![tenant, person, year, kind, at]).await?)
    }

    /// Takes back the forms of a person that the one of this key takes the place of, or that one itself where a later year has a form;
    /// all in no mailing.
    pub async fn supersede_fund_forms(
        &mut self,
        tenant: &str,
        person: &str,
        by_key: &str,
        at: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(SUPERSEDE, args![tenant, person, by_key, at]).await?)
    }

    /// Takes back the forms of earlier years, of everybody who waits for one of a later year, all in no mailing.
    pub async fn supersede_older_fund_forms(&mut self, tenant: &str, at: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(SUPERSEDE_OLDER, args![tenant, at]).await?)
    }

    /// How much of each kind is still to be done.
    pub async fn count_open_fund_effects(&mut self, tenant: &str) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(COUNT, args![tenant]).await?;
        let count =
            |row: &Row| Ok((row.text("kind")?, Columns { table: "fund_effects", row }.number("many")?));
        rows.iter().map(count).collect()
    }
}

pub(super) fn effect(row: &Row) -> Result<EffectRow, Error> {
    let columns = Columns { table: "fund_effects", row };
    Ok(EffectRow {
        key: row.text("key")?,
        person: row.text("person")?,
        year: columns.number("year")?,
        rule: row.text("rule")?,
        kind: row.text("kind")?,
        content: row.text("content")?,
        asked_at: row.time("asked_at")?,
        done_at: row.opt_time("done_at")?,
        done_by: row.opt_text("done_by")?,
    })
}
