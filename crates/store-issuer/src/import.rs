//! Uploaded lists and their rows.

use issuance::import::{BadRow, GoodRow, ListKind, RowCounts, RowState, Upload, UploadRow, UploadState};
use issuance::{CredentialType, Timestamp};
use sql::{Migration, Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 200, name: "imports", sql: include_str!("migrations/0200_imports.sql") }];

const INSERT: &str =
    "INSERT INTO imports (tenant, id, kind, file_name, size_bytes, encoding, delimiter, headings,
        unused, empty_lines, digest, state, types, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const FIND: &str = "SELECT * FROM imports WHERE tenant = $1 AND id = $2";
const FIND_WAITING: &str =
    "SELECT * FROM imports WHERE tenant = $1 AND kind = $2 AND digest = $3 AND state = 'preview'";
const LIST: &str =
    "SELECT * FROM imports WHERE tenant = $1 AND kind = $2 AND state <> 'discarded' AND id < $3
    ORDER BY id DESC LIMIT $4";
const RUNNING: &str = "SELECT tenant, id FROM imports WHERE state = 'confirmed' ORDER BY id LIMIT $1";
const CONFIRM: &str = "UPDATE imports SET state = 'confirmed', types = $1, confirmed_at = $2
    WHERE tenant = $3 AND id = $4 AND state = 'preview'";
const FINISH: &str = "UPDATE imports SET state = 'finished', finished_at = $1 WHERE tenant = $2 AND id = $3 AND state = 'confirmed'";
const MOVE: &str = "UPDATE imports SET state = $1 WHERE tenant = $2 AND id = $3 AND state = $4";
const LIST_ALL_ROWS: &str = "SELECT * FROM import_rows WHERE tenant = $1 AND import_id = $2 AND line > $3
    ORDER BY line LIMIT $4";
const DISCARD: &str = "UPDATE imports SET state = 'discarded', finished_at = $1
    WHERE tenant = $2 AND id = $3 AND state = 'preview'";
const DELETE_ROWS: &str = "DELETE FROM import_rows WHERE tenant = $1 AND import_id = $2";
const LEFT_WAITING: &str =
    "SELECT tenant, id FROM imports WHERE state = 'preview' AND created_at < $1 ORDER BY id LIMIT $2";
const LEFT_BAD: &str = "SELECT tenant, id FROM imports WHERE state = 'finished' AND finished_at < $1
        AND EXISTS (SELECT 1 FROM import_rows AS it
            WHERE it.tenant = imports.tenant AND it.import_id = imports.id AND it.state = 'bad')
    ORDER BY id LIMIT $2";
const DELETE_BAD: &str = "DELETE FROM import_rows WHERE tenant = $1 AND import_id = $2 AND state = 'bad'";
/// So that one run never holds up other writers for long.
const FORGET_AT_ONCE: u32 = 20;
const INSERT_ROW: &str = "INSERT INTO import_rows (tenant, import_id, line, state, number, name, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_ROWS: &str =
    "SELECT * FROM import_rows WHERE tenant = $1 AND import_id = $2 AND state = $3 AND line > $4
    ORDER BY line LIMIT $5";
const COUNT_ROWS: &str =
    "SELECT state, COUNT(*) AS many FROM import_rows WHERE tenant = $1 AND import_id = $2 GROUP BY state";
const DONE: &str = "UPDATE import_rows SET state = 'done', content = '', subject_id = $1, offer_id = $2
    WHERE tenant = $3 AND import_id = $4 AND line = $5 AND state = 'good'";
const FAILED: &str = "UPDATE import_rows SET state = 'bad', content = $1
    WHERE tenant = $2 AND import_id = $3 AND line = $4 AND state = 'good'";

impl Transaction {
    pub async fn insert_upload(&mut self, tenant: &str, upload: &Upload) -> Result<(), Error> {
        let values = args![
            tenant,
            &upload.id,
            upload.kind.as_str(),
            &upload.file_name,
            int(upload.size_bytes),
            &upload.encoding,
            &upload.delimiter,
            texts(&upload.headings),
            texts(&upload.unused),
            int(upload.empty_lines),
            &upload.digest,
            upload.state.as_str(),
            types(&upload.types),
            &upload.created_by,
            upload.created_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn insert_upload_row(
        &mut self,
        tenant: &str,
        upload: &str,
        row: &UploadRow,
    ) -> Result<(), Error> {
        let content = match &row.state {
            RowState::Good(content) => serde_json::to_string(content),
            RowState::Bad(bad) => serde_json::to_string(bad),
            RowState::Done { .. } => Ok(String::new()),
        };
        let content = content.map_err(|_| Error::Impossible { table: "import_rows", column: "content" })?;
        let state = row.state.as_str();
        let values = args![tenant, upload, int(row.line), state, &row.number, &row.name, content];
        Ok(self.tx.execute_one(INSERT_ROW, values).await?)
    }

    pub async fn find_upload(&mut self, tenant: &str, id: &str) -> Result<Option<Upload>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(upload).transpose()
    }

    /// The same file, if it already waits for its confirmation.
    pub async fn find_waiting_upload(
        &mut self,
        tenant: &str,
        kind: ListKind,
        digest: &[u8; 32],
    ) -> Result<Option<Upload>, Error> {
        let row = self.tx.fetch_optional(FIND_WAITING, args![tenant, kind.as_str(), digest]).await?;
        row.as_ref().map(upload).transpose()
    }

    /// Newest first, those older than `before`.
    pub async fn list_uploads(
        &mut self,
        tenant: &str,
        kind: ListKind,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Upload>, Error> {
        // Identifiers are lower-case ULIDs, and "~" sorts after all of them.
        let before = before.unwrap_or("~");
        self.tx
            .fetch_all(LIST, args![tenant, kind.as_str(), before, limit])
            .await?
            .iter()
            .map(upload)
            .collect()
    }

    /// Uploads of every organisation that were confirmed and are not finished, as (tenant, id).
    pub async fn running_uploads(&mut self, limit: u32) -> Result<Vec<(String, String)>, Error> {
        let rows = self.tx.fetch_all(RUNNING, args![limit]).await?;
        rows.iter().map(|row| Ok((row.text("tenant")?, row.text("id")?))).collect()
    }

    /// `false` when the upload is not waiting for a confirmation any more.
    pub async fn confirm_upload(
        &mut self,
        tenant: &str,
        id: &str,
        offered: &[CredentialType],
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CONFIRM, args![types(offered), now, tenant, id]).await? == 1)
    }

    pub async fn finish_upload(&mut self, tenant: &str, id: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(self.tx.execute(FINISH, args![now, tenant, id]).await? == 1)
    }

    /// Holds an upload that is worked off, or lets it go on; `false` when it is in another state.
    pub async fn move_upload(
        &mut self,
        tenant: &str,
        id: &str,
        from: UploadState,
        to: UploadState,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(MOVE, args![to.as_str(), tenant, id, from.as_str()]).await? == 1)
    }

    /// Rows in every state, in the order of their lines.
    pub async fn list_all_upload_rows(
        &mut self,
        tenant: &str,
        upload: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<UploadRow>, Error> {
        let rows = self.tx.fetch_all(LIST_ALL_ROWS, args![tenant, upload, int(after), limit]).await?;
        rows.iter().map(upload_row).collect()
    }

    /// Throws a waiting upload away, with what its rows say about people.
    pub async fn discard_upload(&mut self, tenant: &str, id: &str, now: Timestamp) -> Result<bool, Error> {
        let discarded = self.tx.execute(DISCARD, args![now, tenant, id]).await? == 1;
        if discarded {
            self.tx.execute(DELETE_ROWS, args![tenant, id]).await?;
        }
        Ok(discarded)
    }

    /// Deletes what nobody came back for: uploads that waited since before `before`, and rows that could not be
    /// used of uploads that ended before it. Answers how many uploads that were; there may be more.
    pub async fn forget_uploads(&mut self, before: Timestamp, now: Timestamp) -> Result<u64, Error> {
        let mut forgotten = 0;
        for row in &self.tx.fetch_all(LEFT_WAITING, args![before, FORGET_AT_ONCE]).await? {
            self.discard_upload(&row.text("tenant")?, &row.text("id")?, now).await?;
            forgotten += 1;
        }
        for row in &self.tx.fetch_all(LEFT_BAD, args![before, FORGET_AT_ONCE]).await? {
            self.tx.execute(DELETE_BAD, args![row.text("tenant")?, row.text("id")?]).await?;
            forgotten += 1;
        }
        Ok(forgotten)
    }

    /// Rows in one state (`good`, `bad`, `done`), in the order of their lines.
    pub async fn list_upload_rows(
        &mut self,
        tenant: &str,
        upload: &str,
        state: &'static str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<UploadRow>, Error> {
        let rows = self.tx.fetch_all(LIST_ROWS, args![tenant, upload, state, int(after), limit]).await?;
        rows.iter().map(upload_row).collect()
    }

    pub async fn count_upload_rows(&mut self, tenant: &str, upload: &str) -> Result<RowCounts, Error> {
        let mut counts = RowCounts::default();
        for row in &self.tx.fetch_all(COUNT_ROWS, args![tenant, upload]).await? {
            let columns = Columns { table: "import_rows", row };
            let many = columns.number("many")?;
            match row.text("state")?.as_str() {
                "good" => counts.good = many,
                "bad" => counts.bad = many,
                "done" => counts.done = many,
                _ => return Err(columns.impossible("state")),
            }
        }
        Ok(counts)
    }

    /// Marks a good row as done; stale when another worker did so first.
    pub async fn upload_row_done(
        &mut self,
        tenant: &str,
        upload: &str,
        line: u64,
        subject: &str,
        offer: Option<&str>,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(DONE, args![subject, offer, tenant, upload, int(line)]).await?)
    }

    /// A row that was good alone but does not go with what is stored by now.
    pub async fn upload_row_failed(
        &mut self,
        tenant: &str,
        upload: &str,
        line: u64,
        bad: &BadRow,
    ) -> Result<(), Error> {
        let content = serde_json::to_string(bad)
            .map_err(|_| Error::Impossible { table: "import_rows", column: "content" })?;
        Ok(self.tx.execute_one(FAILED, args![content, tenant, upload, int(line)]).await?)
    }
}

fn upload(row: &Row) -> Result<Upload, Error> {
    let columns = Columns { table: "imports", row };
    let offered = row.text("types")?;
    let offered: Result<Vec<CredentialType>, Error> = offered
        .split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| name.parse().map_err(|_| columns.impossible("types")))
        .collect();
    Ok(Upload {
        id: row.text("id")?,
        kind: columns.parsed("kind", ListKind::parse)?,
        file_name: row.text("file_name")?,
        size_bytes: columns.number("size_bytes")?,
        encoding: row.text("encoding")?,
        delimiter: row.text("delimiter")?,
        headings: columns.parsed("headings", |text| serde_json::from_str(text).ok())?,
        unused: columns.parsed("unused", |text| serde_json::from_str(text).ok())?,
        empty_lines: columns.number("empty_lines")?,
        digest: columns.hash("digest")?,
        state: columns.parsed("state", UploadState::parse)?,
        types: offered?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        confirmed_at: row.opt_time("confirmed_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

fn upload_row(row: &Row) -> Result<UploadRow, Error> {
    let columns = Columns { table: "import_rows", row };
    let state = match row.text("state")?.as_str() {
        "good" => {
            RowState::Good(columns.parsed("content", |text| serde_json::from_str::<Box<GoodRow>>(text).ok())?)
        }
        "bad" => RowState::Bad(columns.parsed("content", |text| serde_json::from_str(text).ok())?),
        "done" => RowState::Done {
            subject: row.opt_text("subject_id")?.ok_or_else(|| columns.impossible("subject_id"))?,
            offer: row.opt_text("offer_id")?,
        },
        _ => return Err(columns.impossible("state")),
    };
    Ok(UploadRow {
        line: columns.number("line")?,
        number: row.text("number")?,
        name: row.text("name")?,
        state,
    })
}

fn texts(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

fn types(list: &[CredentialType]) -> String {
    list.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" ")
}
