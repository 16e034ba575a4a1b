//! Reading a list: every row is kept, good or bad.

use chrono::Duration;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::{
    self, BadRow, File, GoodRow, Limits, ListKind, ListedRow, Listing, RowContent, RowFault, RowState,
    Upload, UploadRow, UploadState,
};
use sha2::{Digest as _, Sha256};

use super::ImportError;
use crate::app::Issuer;

const LONGEST_FILE_NAME: usize = 120;

impl Issuer {
    /// Reads a list and keeps every row of it, good or bad, until an officer decides.
    pub async fn upload_list(
        &self,
        by: &Actor,
        kind: ListKind,
        file_name: &str,
        file: File<'_>,
    ) -> Result<String, ImportError> {
        // Another sheet of the same workbook is another list.
        let named = file.sheet.unwrap_or_default().trim();
        let digest: [u8; 32] = Sha256::new().chain_update(file.bytes).chain_update(named).finalize().into();
        let now = self.now();
        let (mut rows, about) = match kind {
            ListKind::Staff => {
                opened(import::staff(file, Limits::default(), now.date_naive())?, RowContent::Staff)
            }
            ListKind::Retirees => opened(import::retirees(file, Limits::default())?, RowContent::Retiree),
        };
        let upload = Upload {
            id: self.new_id(),
            kind,
            file_name: file_name.chars().filter(|c| !c.is_control()).take(LONGEST_FILE_NAME).collect(),
            size_bytes: file.bytes.len() as u64,
            digest,
            state: UploadState::Preview,
            types: Vec::new(),
            created_by: by.officer.clone(),
            created_at: now,
            ..about
        };
        self.mark_known(&by.tenant, &upload, &mut rows).await?;
        sql::retry(|| async {
            let mut tx = self.store.write("upload_list").await?;
            if let Some(same) = tx.find_waiting_upload(&by.tenant, kind, &digest).await? {
                return Ok(same.id);
            }
            tx.insert_upload(&by.tenant, &upload).await?;
            for row in &rows {
                tx.insert_upload_row(&by.tenant, &upload.id, row).await?;
            }
            tx.audit(by, Act { action: "import.upload", target: &upload.id, detail: kind.as_str() }, now)
                .await?;
            tx.commit().await?;
            Ok(upload.id.clone())
        })
        .await
    }

    /// Good rows about people who are on the list already become bad ones, so that the preview says so. Whom the register put
    /// there is no mistake of the list.
    async fn mark_known(
        &self,
        tenant: &str,
        upload: &Upload,
        rows: &mut [UploadRow],
    ) -> Result<(), store_issuer::Error> {
        let mut tx = self.store.read().await?;
        for row in rows.iter_mut() {
            let RowState::Good(good) = &row.state else { continue };
            if let Some(known) = tx.find_subject_by_number(tenant, good.content.number()).await?
                && tx.find_fund_person_of_subject(tenant, &known.id).await?.is_none()
            {
                row.state = RowState::Bad(known_already(upload, row.line, good));
            }
        }
        Ok(())
    }
}

/// The rows of a reading as they are stored, and what the upload says about the file.
fn opened<T: Clone>(listing: Listing<T>, content: impl Fn(T) -> RowContent) -> (Vec<UploadRow>, Upload) {
    let rows = listing.rows.iter().map(|row| upload_row(row, &content)).collect();
    let about = Upload {
        id: String::new(),
        kind: ListKind::Staff,
        file_name: String::new(),
        size_bytes: 0,
        encoding: listing.encoding.label().to_owned(),
        delimiter: listing.delimiter.label().to_owned(),
        headings: listing.headings,
        unused: listing.unused,
        empty_lines: listing.empty_lines,
        digest: [0; 32],
        state: UploadState::Preview,
        types: Vec::new(),
        created_by: String::new(),
        created_at: chrono::DateTime::UNIX_EPOCH + Duration::zero(),
        confirmed_at: None,
        finished_at: None,
    };
    (rows, about)
}

fn upload_row<T: Clone>(row: &ListedRow<T>, content: impl Fn(T) -> RowContent) -> UploadRow {
    match &row.outcome {
        Ok(good) => {
            let content = content(good.clone());
            let (number, name) = (content.number().to_owned(), content.name());
            UploadRow {
                line: row.line,
                number,
                name,
                state: RowState::Good(Box::new(GoodRow { content, fields: row.fields.clone() })),
            }
        }
        Err(bad) => UploadRow {
            line: row.line,
            number: String::new(),
            name: String::new(),
            state: RowState::Bad(bad.clone()),
        },
    }
}

pub(super) fn known_already(upload: &Upload, line: u64, good: &GoodRow) -> BadRow {
    let (column, heading) = import::number_column(upload.kind, &upload.headings);
    let number = good.content.number();
    let reason = match good.content {
        RowContent::Staff(_) => format!("staff number {number} is on the staff list already"),
        RowContent::Retiree(_) => format!("beneficiary {number} is on the list already"),
    };
    BadRow { fields: good.fields.clone(), faults: vec![RowFault { line, column, heading, reason }] }
}
