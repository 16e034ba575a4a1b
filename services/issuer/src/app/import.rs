//! Uploading a list, looking at it, confirming it, and working it off in steps that survive a crash.

use chrono::Duration;
use issuance::audit::Act;
use issuance::build;
use issuance::import::{
    self, BadRow, File, GoodRow, Limits, ListKind, ListedRow, Listing, RowContent, RowCounts, RowFault,
    RowState, SheetError, Upload, UploadRow, UploadState, faults_csv,
};
use issuance::message::Language;
use issuance::webhook::{EventKind, Happened};
use issuance::{Actor, CredentialType, Subject};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;

use super::{Contact, Issuer, NewOffer, OfferError};

/// Rows that become offers in one transaction: few enough that others get their turn at SQLite's one writer.
const STEP: u32 = 40;
/// How long the worker sleeps when nothing tells it of work; a restart finds unfinished work at once.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(30);
/// How long it waits after a failure.
const TRY_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);
const LONGEST_FILE_NAME: usize = 120;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("no such upload")]
    Unknown,
    #[error("the upload is not waiting for a confirmation any more")]
    Closed,
    #[error("nothing is offered")]
    Nothing,
    #[error("the list is not being worked off")]
    NotRunning,
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A stored upload and how many of its rows stand where.
#[derive(Clone, Debug)]
pub struct UploadView {
    pub upload: Upload,
    pub counts: RowCounts,
}

/// One row of the file of links, for sending by post or mail.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub number: String,
    pub name: String,
    pub link: String,
    pub transaction_code: Option<String>,
}

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

    /// Good rows about people who are on the list already become bad ones, so that the preview says so.
    async fn mark_known(
        &self,
        tenant: &str,
        upload: &Upload,
        rows: &mut [UploadRow],
    ) -> Result<(), store_issuer::Error> {
        let mut tx = self.store.read().await?;
        for row in rows.iter_mut() {
            let RowState::Good(good) = &row.state else { continue };
            if tx.find_subject_by_number(tenant, good.content.number()).await?.is_some() {
                row.state = RowState::Bad(known_already(upload, row.line, good));
            }
        }
        Ok(())
    }

    pub async fn find_upload(&self, tenant: &str, id: &str) -> Result<UploadView, ImportError> {
        let mut tx = self.store.read().await?;
        let upload = tx.find_upload(tenant, id).await?.ok_or(ImportError::Unknown)?;
        let counts = tx.count_upload_rows(tenant, id).await?;
        Ok(UploadView { upload, counts })
    }

    pub async fn list_uploads(
        &self,
        tenant: &str,
        kind: ListKind,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<UploadView>, ImportError> {
        let mut tx = self.store.read().await?;
        let mut views = Vec::new();
        for upload in tx.list_uploads(tenant, kind, before, limit).await? {
            let counts = tx.count_upload_rows(tenant, &upload.id).await?;
            views.push(UploadView { upload, counts });
        }
        Ok(views)
    }

    pub async fn list_upload_rows(
        &self,
        tenant: &str,
        id: &str,
        state: &'static str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<UploadRow>, ImportError> {
        Ok(self.store.read().await?.list_upload_rows(tenant, id, state, after, limit).await?)
    }

    /// Confirms a list for which one person is enough: nothing is offered by it.
    pub async fn confirm_upload(&self, by: &Actor, id: &str) -> Result<(), ImportError> {
        sql::retry(|| async {
            let mut tx = self.store.write("confirm_upload").await?;
            self.confirm_within(&mut tx, by, id, false).await?;
            tx.commit().await?;
            Ok::<(), ImportError>(())
        })
        .await?;
        self.imports.notify_one();
        Ok(())
    }

    /// From here on the good rows are worked off, whatever happens to this program. Confirming again changes nothing.
    pub(super) async fn confirm_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
        with_employment: bool,
    ) -> Result<(), ImportError> {
        let now = self.now();
        let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
        check_open(&upload)?;
        if upload.state != UploadState::Preview {
            return Ok(());
        }
        let offered = match (upload.kind, with_employment) {
            (ListKind::Retirees, _) => vec![],
            (ListKind::Staff, false) => vec![CredentialType::StaffIdentity],
            (ListKind::Staff, true) => vec![CredentialType::StaffIdentity, CredentialType::Employment],
        };
        if !tx.confirm_upload(&by.tenant, id, &offered, now).await? {
            return Err(ImportError::Closed);
        }
        tx.audit(by, Act { action: "import.confirm", target: id, detail: "" }, now).await?;
        Ok(())
    }

    pub async fn discard_upload(&self, by: &Actor, id: &str) -> Result<(), ImportError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("discard_upload").await?;
            let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
            if upload.state == UploadState::Discarded {
                return Ok(());
            }
            if !tx.discard_upload(&by.tenant, id, now).await? {
                return Err(ImportError::Closed);
            }
            tx.audit(by, Act { action: "import.discard", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Holds a list after the step it is in, or lets it go on. Repeating it changes nothing.
    pub async fn pause_upload(&self, by: &Actor, id: &str, pause: bool) -> Result<(), ImportError> {
        let (from, to, action) = match pause {
            true => (UploadState::Confirmed, UploadState::Paused, "import.pause"),
            false => (UploadState::Paused, UploadState::Confirmed, "import.resume"),
        };
        sql::retry(|| async {
            let mut tx = self.store.write("pause_upload").await?;
            let upload = tx.find_upload(&by.tenant, id).await?.ok_or(ImportError::Unknown)?;
            // A list that was finished meanwhile is what the officer sees next.
            if upload.state == to || upload.state == UploadState::Finished {
                return Ok(());
            }
            if !tx.move_upload(&by.tenant, id, from, to).await? {
                return Err(ImportError::NotRunning);
            }
            tx.audit(by, Act { action, target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        self.imports.notify_one();
        Ok(())
    }

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

    /// Works confirmed uploads and runs off until the task is dropped; begins with what a crash left.
    pub async fn run_imports(&self) {
        loop {
            let worked: Result<(), Box<dyn std::error::Error + Send + Sync>> = async {
                self.work_off_uploads().await?;
                self.work_off_registers().await?;
                Ok(self.work_off_runs().await?)
            }
            .await;
            let wait = match worked {
                Ok(()) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(
                        error = error.as_ref() as &dyn std::error::Error,
                        "working off an upload or a run failed; it will be tried again"
                    );
                    TRY_AGAIN
                }
            };
            let _ = tokio::time::timeout(wait, self.imports.notified()).await;
        }
    }

    /// Takes every confirmed upload to its end, in steps of one transaction each.
    pub async fn work_off_uploads(&self) -> Result<(), ImportError> {
        const AT_ONCE: u32 = 20;
        loop {
            let running = self.store.read().await?.running_uploads(AT_ONCE).await?;
            if running.is_empty() {
                return Ok(());
            }
            for (tenant, id) in running {
                while self.work_off_step(&tenant, &id).await? {}
            }
        }
    }

    /// One step; `false` when the upload is finished. Row, person and offer change together or not at all, so a crash
    /// between two steps neither loses nor doubles an offer.
    async fn work_off_step(&self, tenant: &str, id: &str) -> Result<bool, ImportError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("work_off_upload").await?;
            let upload = tx.find_upload(tenant, id).await?.ok_or(ImportError::Unknown)?;
            if upload.state != UploadState::Confirmed {
                return Ok(false);
            }
            let by = Actor { tenant: tenant.to_owned(), officer: upload.created_by.clone() };
            let rows = tx.list_upload_rows(tenant, id, "good", 0, STEP).await?;
            for row in &rows {
                self.work_off_row(&mut tx, &by, &upload, row).await?;
            }
            let more = rows.len() == STEP as usize;
            if !more && tx.finish_upload(tenant, id, now).await? {
                tx.audit(&by, Act { action: "import.finish", target: id, detail: "" }, now).await?;
            }
            tx.commit().await?;
            Ok(more)
        })
        .await
    }

    async fn work_off_row(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        upload: &Upload,
        row: &UploadRow,
    ) -> Result<(), ImportError> {
        let RowState::Good(good) = &row.state else { return Ok(()) };
        let tenant = by.tenant.as_str();
        if tx.find_subject_by_number(tenant, good.content.number()).await?.is_some() {
            let bad = known_already(upload, row.line, good);
            return Ok(tx.upload_row_failed(tenant, &upload.id, row.line, &bad).await?);
        }
        let subject = self.subject_of(by, &good.content);
        if let Err(error) = self.check_claims(by, upload, &subject) {
            // An appointment may end between the upload and now; one such row must not hold up the others.
            let bad = bad_for(row.line, good, error.to_string());
            return Ok(tx.upload_row_failed(tenant, &upload.id, row.line, &bad).await?);
        }
        let subject_id = tx.put_subject(tenant, &subject).await?;
        self.announce(tx, tenant, &[Happened::to_person(EventKind::RecordCreated, &subject_id)]).await?;
        if let Some(contact) = contact_of(&good.content) {
            self.put_contact(tx, tenant, &subject_id, &contact).await?;
        }
        if upload.types.is_empty() {
            return Ok(tx.upload_row_done(tenant, &upload.id, row.line, &subject_id, None).await?);
        }
        let new = NewOffer {
            subject_id: subject_id.clone(),
            types: types_for(upload, &subject),
            extra_claims: Map::new(),
            transaction_code: true,
            bound_key: None,
            expires_at: None,
        };
        let offer = self.insert_offer(tx, by, &new).await?.offer_id;
        self.tell_offer(tx, tenant, &offer).await?;
        Ok(tx.upload_row_done(tenant, &upload.id, row.line, &subject_id, Some(&offer)).await?)
    }

    /// Whether the record makes each credential that will be offered.
    fn check_claims(&self, by: &Actor, upload: &Upload, subject: &Subject) -> Result<(), OfferError> {
        let tenant = self.tenant_of(by)?;
        let base = tenant.status_base();
        for kind in types_for(upload, subject) {
            build::chosen_claims(kind, tenant.as_build_issuer(&base), &subject.claims)?;
            build::valid_until(kind, &subject.claims, self.now(), self.settings.credential_validity)?;
        }
        Ok(())
    }

    /// The record of a person as a list describes them.
    pub(crate) fn subject_of(&self, by: &Actor, content: &RowContent) -> Subject {
        let name = self.tenant(&by.tenant).map_or("", |tenant| tenant.name.as_str());
        let mut claims = match content {
            RowContent::Staff(person) => {
                let mut claims = person.identity_claims("", name);
                claims.extend(person.employment_claims("", name).unwrap_or_default());
                claims
            }
            RowContent::Retiree(retiree) => {
                let mut claims = Map::new();
                claims.insert("identifier".into(), retiree.uid.as_str().into());
                claims.insert("givenName".into(), retiree.given_name.as_str().into());
                claims.insert("familyName".into(), retiree.family_name.as_str().into());
                let more = [("country", &retiree.country), ("language", &retiree.language)];
                for (claim, value) in more {
                    claims
                        .extend(value.as_ref().map(|value| (claim.to_owned(), Value::from(value.as_str()))));
                }
                claims
            }
        };
        // Whom the issuer speaks for comes from the organisation, never from a record.
        claims.remove("worksFor");
        let now = self.now();
        Subject {
            id: self.new_id(),
            number: content.number().to_owned(),
            name: content.name(),
            claims,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A list that was discarded stays so; one that is being worked off needs no second word.
pub(super) fn check_open(upload: &Upload) -> Result<(), ImportError> {
    match upload.state {
        UploadState::Preview | UploadState::Confirmed | UploadState::Paused | UploadState::Finished => Ok(()),
        UploadState::Discarded => Err(ImportError::Closed),
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

/// Where the list says that a person is reached.
pub(super) fn contact_of(content: &RowContent) -> Option<Contact> {
    let (email, language) = content.contact();
    let language = language.and_then(Language::parse);
    email.map(|email| Contact { email: email.to_owned(), language })
}

/// What a person is offered: an appointment only where the list tells one.
fn types_for(upload: &Upload, subject: &Subject) -> Vec<CredentialType> {
    let told = subject.claims.contains_key("contractType");
    upload.types.iter().copied().filter(|kind| told || *kind != CredentialType::Employment).collect()
}

fn bad_for(line: u64, good: &GoodRow, reason: String) -> BadRow {
    let fault = RowFault { line, column: None, heading: String::new(), reason };
    BadRow { fields: good.fields.clone(), faults: vec![fault] }
}

fn known_already(upload: &Upload, line: u64, good: &GoodRow) -> BadRow {
    let (column, heading) = import::number_column(upload.kind, &upload.headings);
    let number = good.content.number();
    let reason = match good.content {
        RowContent::Staff(_) => format!("staff number {number} is on the staff list already"),
        RowContent::Retiree(_) => format!("beneficiary {number} is on the list already"),
    };
    BadRow { fields: good.fields.clone(), faults: vec![RowFault { line, column, heading, reason }] }
}
