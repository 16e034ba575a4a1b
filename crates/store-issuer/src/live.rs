//! Copies that may still be shown, page by page, with what proves their time.

use issuance::{CredentialCopy, Timestamp};
use sql::args;

use crate::copies::copy;
use crate::{Error, Transaction};

/// A copy that is neither revoked nor past its end.
#[derive(Clone, Debug)]
pub struct LiveCopy {
    pub copy: CredentialCopy,
    /// The number of the person in the organisation's own records.
    pub subject_number: String,
    /// The time of the block that holds its anchor, once that is confirmed.
    pub anchored_at: Option<Timestamp>,
}

const LIVE: &str = "SELECT c.*, s.number AS subject_number, b.block_time AS anchored_at FROM copies c
    JOIN subjects s ON s.tenant = c.tenant AND s.id = c.subject_id
    LEFT JOIN leaves l ON l.tenant = c.tenant AND l.id = c.id
    LEFT JOIN batches b ON b.tenant = l.tenant AND b.id = l.batch AND b.confirmed_at IS NOT NULL
    WHERE c.tenant = $1 AND c.id > $2 AND c.status <> 'revoked' AND c.valid_until > $3 AND c.issued_at >= $4
    ORDER BY c.id LIMIT 500";

impl Transaction {
    /// The next copies by id after `after` (empty: from the first) that are live at `now` and were issued at `since`
    /// or later. An empty page is the end.
    pub async fn list_live_copies(
        &mut self,
        tenant: &str,
        after: &str,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Vec<LiveCopy>, Error> {
        let rows = self.tx.fetch_all(LIVE, args![tenant, after, now, since]).await?;
        let live = rows.iter().map(|row| {
            Ok(LiveCopy {
                copy: copy(row)?,
                subject_number: row.text("subject_number")?,
                anchored_at: row.opt_time("anchored_at")?,
            })
        });
        live.collect()
    }
}
