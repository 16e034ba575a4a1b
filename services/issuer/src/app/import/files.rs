//! What is taken away from a list: its result, the rows to correct, links and codes.

use issuance::Actor;
use issuance::audit::Act;
use issuance::import::{self, Limits, RowFault, RowState, UploadRow, faults_csv};

use super::ImportError;
use crate::app::Issuer;

/// One row of the file of links, for sending by post or mail.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub number: String,
    pub name: String,
    pub link: String,
    pub transaction_code: Option<String>,
}

impl Issuer {
    /// What became of every row: one line each, with its reason where it was left out.
    pub async fn result_file(&self, tenant: &str, id: &str) -> Result<Vec<u8>, ImportError> {
        let mut tx = self.store.read().await?;
        let upload = tx.find_upload(tenant, id).await?.ok_or(ImportError::Unknown)?;
        let limit = u32::try_from(Limits::default().rows).unwrap_or(u32::MAX);
        let rows = tx.list_all_upload_rows(tenant, id, 0, limit).await?;
        let (number, _) = import::number_column(upload.kind, &upload.headings);
        let lines: Vec<[String; 5]> = rows.iter().map(|row| result_line(row, number)).collect();
        let headings = ["line", "number", "outcome", "reason", "offer"];
        Ok(import::csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str))))
    }

    /// The rows that were not accepted, as a file to correct and upload again.
    pub async fn faults_file(&self, tenant: &str, id: &str) -> Result<Vec<u8>, ImportError> {
        let mut tx = self.store.read().await?;
        let upload = tx.find_upload(tenant, id).await?.ok_or(ImportError::Unknown)?;
        let limit = u32::try_from(Limits::default().rows).unwrap_or(u32::MAX);
        let rows = tx.list_upload_rows(tenant, id, "bad", 0, limit).await?;
        let bad = rows.iter().filter_map(|row| match &row.state {
            RowState::Bad(bad) => Some((row.line, bad)),
            RowState::Good(_) | RowState::Done { .. } => None,
        });
        Ok(faults_csv(&upload.headings, bad))
    }

    /// The links of an upload that was worked off, with their codes. Audited, since codes can be read here.
    pub async fn invitations(&self, by: &Actor, id: &str) -> Result<Vec<Invitation>, ImportError> {
        let tenant = self.tenant_of(by)?;
        let limit = u32::try_from(Limits::default().rows).unwrap_or(u32::MAX);
        sql::retry(|| async {
            let mut tx = self.store.write("show_invitations").await?;
            let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
            let mut invitations = Vec::new();
            for row in tx.list_upload_rows(&by.tenant, &upload.id, "done", 0, limit).await? {
                let RowState::Done { offer: Some(offer), .. } = &row.state else { continue };
                let Some(offer) = tx.find_offer(&by.tenant, offer).await? else { continue };
                let link = self.link(tenant, &offer);
                invitations.push(Invitation {
                    number: row.number,
                    name: row.name,
                    link: link.wallet_link,
                    transaction_code: link.transaction_code,
                });
            }
            tx.audit(by, Act { action: "import.show-offers", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(invitations)
        })
        .await
    }
}

/// Line, number, outcome, reason and offer. `column` is where the file has the number, counted from 1.
fn result_line(row: &UploadRow, column: Option<usize>) -> [String; 5] {
    let none = String::new;
    let (number, outcome, reason, offer) = match &row.state {
        RowState::Good(_) => (row.number.clone(), "waiting", none(), none()),
        RowState::Done { offer: Some(offer), .. } => (row.number.clone(), "offered", none(), offer.clone()),
        RowState::Done { offer: None, .. } => (row.number.clone(), "listed", none(), none()),
        RowState::Bad(bad) => {
            let written = column.and_then(|column| bad.fields.get(column - 1)).cloned().unwrap_or_default();
            let said = |fault: &RowFault| match fault.heading.is_empty() {
                true => fault.reason.clone(),
                false => format!("{}: {}", fault.heading, fault.reason),
            };
            let reasons: Vec<String> = bad.faults.iter().map(said).collect();
            (written, "left out", reasons.join("; "), none())
        }
    };
    [row.line.to_string(), number, outcome.to_owned(), reason, offer]
}
