//! Appeals against refused answers to the Fund's question.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::{Error, Transaction};

/// An appeal where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealRow {
    /// The question whose answer was refused.
    pub request_id: String,
    /// The officer who refused.
    pub refused_by: String,
    /// What the person says, where no case keeps it.
    pub words_sealed: Option<Vec<u8>>,
    /// When it came.
    pub opened_at: Timestamp,
    /// Until when an officer decides.
    pub due_at: Timestamp,
    /// The case that decides it, for whoever is on the register.
    pub case_id: Option<String>,
    /// `upheld` or `not-upheld`.
    pub outcome: Option<String>,
    /// When it was decided.
    pub closed_at: Option<Timestamp>,
    /// By whom.
    pub closed_by: Option<String>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 870,
    name: "existence_appeals",
    sql: include_str!("migrations/0870_existence_appeals.sql"),
}];

const INSERT: &str =
    "INSERT INTO existence_appeals (tenant, request_id, refused_by, words_sealed, opened_at, due_at, case_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, request_id) DO NOTHING";
const FIND: &str = "SELECT * FROM existence_appeals WHERE tenant = $1 AND request_id = $2";
const OF_CASE: &str = "SELECT * FROM existence_appeals WHERE tenant = $1 AND case_id = $2";
/// Those with a case are on the list of cases.
const OPEN: &str =
    "SELECT * FROM existence_appeals WHERE tenant = $1 AND closed_at IS NULL AND case_id IS NULL
        AND (due_at > $2 OR (due_at = $2 AND request_id > $3))
    ORDER BY due_at, request_id LIMIT $4";
const CLOSE: &str = "UPDATE existence_appeals SET outcome = $3, closed_by = $4, closed_at = $5
    WHERE tenant = $1 AND request_id = $2 AND closed_at IS NULL";
const BY_DIGEST: &str =
    "SELECT id FROM existence_requests WHERE tenant = $1 AND digest = $2 ORDER BY id LIMIT 1";
/// Without a day they are erased by nobody.
const HOLD: &str = "UPDATE existence_captures SET erase_at = NULL
    WHERE tenant = $1 AND request_id = $2 AND digest = $3 AND frames_sealed IS NOT NULL";
const RELEASE: &str = "UPDATE existence_captures SET erase_at = $3
    WHERE tenant = $1 AND request_id = $2 AND erase_at IS NULL AND frames_sealed IS NOT NULL";

impl Transaction {
    /// Opens an appeal; false when there was one.
    pub async fn insert_appeal(&mut self, tenant: &str, appeal: &AppealRow) -> Result<bool, Error> {
        let values = args![
            tenant,
            &appeal.request_id,
            &appeal.refused_by,
            appeal.words_sealed.clone(),
            appeal.opened_at,
            appeal.due_at,
            appeal.case_id.as_deref()
        ];
        Ok(self.tx.execute(INSERT, values).await? == 1)
    }

    /// The appeal against the refusal of one answer.
    pub async fn find_appeal(&mut self, tenant: &str, request: &str) -> Result<Option<AppealRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, request]).await?.as_ref().map(appeal).transpose()
    }

    /// The appeal that a case decides.
    pub async fn find_appeal_of_case(
        &mut self,
        tenant: &str,
        case: &str,
    ) -> Result<Option<AppealRow>, Error> {
        self.tx.fetch_optional(OF_CASE, args![tenant, case]).await?.as_ref().map(appeal).transpose()
    }

    /// Appeals that no case decides, those that are due first, behind the one about the question `after`.
    pub async fn list_open_appeals(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<AppealRow>, Error> {
        let place = self.find_appeal(tenant, after).await?.map(|row| row.due_at);
        let (due, after) = place.map_or((Timestamp::UNIX_EPOCH, ""), |due| (due, after));
        self.tx.fetch_all(OPEN, args![tenant, due, after, limit]).await?.iter().map(appeal).collect()
    }

    /// Writes down what came of it; false when that was done before.
    pub async fn close_appeal(
        &mut self,
        tenant: &str,
        request: &str,
        (outcome, by): (&str, &str),
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CLOSE, args![tenant, request, outcome, by, at]).await? == 1)
    }

    /// The question that was answered with a bundle of this digest.
    pub async fn find_existence_by_digest(
        &mut self,
        tenant: &str,
        digest: &[u8],
    ) -> Result<Option<String>, Error> {
        let row = self.tx.fetch_optional(BY_DIGEST, args![tenant, digest]).await?;
        Ok(row.map(|row| row.text("id")).transpose()?)
    }

    /// Keeps the pictures of an answer until somebody says otherwise. Those of earlier tries go when they would.
    pub async fn hold_captures(&mut self, tenant: &str, request: &str, digest: &[u8]) -> Result<(), Error> {
        self.tx.execute(HOLD, args![tenant, request, digest]).await?;
        Ok(())
    }

    /// Lets the pictures go at a moment that were held.
    pub async fn release_captures(
        &mut self,
        tenant: &str,
        request: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(RELEASE, args![tenant, request, at]).await?;
        Ok(())
    }
}

fn appeal(row: &Row) -> Result<AppealRow, Error> {
    Ok(AppealRow {
        request_id: row.text("request_id")?,
        refused_by: row.text("refused_by")?,
        words_sealed: row.opt_blob("words_sealed")?,
        opened_at: row.time("opened_at")?,
        due_at: row.time("due_at")?,
        case_id: row.opt_text("case_id")?,
        outcome: row.opt_text("outcome")?,
        closed_at: row.opt_time("closed_at")?,
        closed_by: row.opt_text("closed_by")?,
    })
}
