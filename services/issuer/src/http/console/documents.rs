//! Documents of any kind: the organisation hands in digests, and takes away receipts.

use actix_web::http::header::{CONTENT_DISPOSITION, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Done, LINES, Place, When, page_of, shell};
use crate::app::{DocumentError, Documented, Issuer, NewDocument, ReceiptState};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_documents).service(add_documents).service(download_receipt);
}

#[derive(Deserialize)]
struct Part {
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "console/documents.html")]
struct DocumentsPage {
    shell: Shell,
    added: bool,
    refusal: Option<&'static str>,
    handed: String,
    lines: Vec<Line>,
    next: Option<String>,
    issues: bool,
}

struct Line {
    id: String,
    label: String,
    digest: String,
    at: When,
    anchored: bool,
    public: bool,
    published: bool,
}

#[derive(Deserialize)]
struct Handed {
    /// As `sha256sum` writes it: a digest and, after blanks, a name on each line.
    digests: String,
    public: Option<String>,
}

#[get("/documents")]
async fn list_documents(
    officer: May<SeePeople>,
    part: Query<Part>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    page(&officer, &app, part.before.as_deref(), done.says("added"), None, String::new()).await
}

#[post("/documents")]
async fn add_documents(
    officer: May<Issue>,
    handed: Form<Handed>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let Handed { digests, public } = handed.into_inner();
    match parse(&digests, public.is_some()) {
        Ok(documents) => match app.add_documents(&officer.actor(), &officer.tenant, &documents).await {
            Ok(_) => Ok(see_other("/console/documents?done=added")),
            Err(DocumentError::TooMany) => {
                let refusal = "At most 1,000 documents are taken at once: hand them in as several lists.";
                page(&officer, &app, None, false, Some(refusal), digests).await
            }
            Err(DocumentError::Label) => {
                let refusal = "A name has at most 200 characters: shorten the longer ones.";
                page(&officer, &app, None, false, Some(refusal), digests).await
            }
            Err(error) => Err(error.into()),
        },
        Err(refusal) => page(&officer, &app, None, false, Some(refusal), digests).await,
    }
}

/// The receipt as a file to keep beside the document.
#[get("/documents/{id}/receipt")]
async fn download_receipt(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (row, state) = app.find_document(&officer.tenant, &id).await?;
    let ReceiptState::Anchored(receipt) = state else { return Err(Problem::not_found()) };
    let name = match row.label.as_str() {
        "" => format!("{}.receipt.json", hex::encode(row.digest.get(..8).unwrap_or_default())),
        label => format!("{label}.receipt.json"),
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name)],
    };
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, disposition)).json(receipt))
}

async fn page(
    officer: &Officer,
    app: &Issuer,
    before: Option<&str>,
    added: bool,
    refusal: Option<&'static str>,
    handed: String,
) -> Result<HttpResponse, Problem> {
    let listed = app.list_documents(&officer.tenant, before, LINES + 1).await?;
    let (listed, more) = page_of(listed);
    html(&DocumentsPage {
        issues: officer.roles.may(Permission::Issue),
        shell: shell(officer, Place::Documents),
        added,
        refusal,
        handed,
        next: listed.last().filter(|_| more).map(|(row, _)| row.id.clone()),
        lines: listed.into_iter().map(line).collect(),
    })
}

fn line((row, receipt): Documented) -> Line {
    Line {
        label: if row.label.is_empty() { "Without a name".to_owned() } else { row.label },
        digest: hex::encode(row.digest),
        at: row.added_at.into(),
        anchored: matches!(receipt, ReceiptState::Anchored(_)),
        public: row.public,
        published: row.published_at.is_some(),
        id: row.id,
    }
}

/// One document a line.
fn parse(text: &str, public: bool) -> Result<Vec<NewDocument>, &'static str> {
    let mut documents = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (digest, label) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let digest = hex::decode(digest).ok().and_then(|bytes| bytes.try_into().ok());
        let Some(digest) = digest else {
            return Err(
                "Each line begins with a SHA-256 digest of 64 hexadecimal digits, as sha256sum writes it.",
            );
        };
        // sha256sum marks binary files with a star.
        let label = label.trim().trim_start_matches('*').to_owned();
        documents.push(NewDocument { digest, label, public });
    }
    match documents.is_empty() {
        true => Err("There is no digest."),
        false => Ok(documents),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn what_sha256sum_writes_is_taken_as_it_is() {
        let digest = "07".repeat(32);
        let text = format!("{digest}  plan for 2027.pdf\r\n\n{digest} *b.bin\n{digest}\n");
        let documents = parse(&text, true).unwrap();
        let labels: Vec<_> = documents.iter().map(|document| document.label.as_str()).collect();
        assert_eq!(labels, ["plan for 2027.pdf", "b.bin", ""]);
        assert!(documents.iter().all(|document| document.digest == [7; 32] && document.public));
        assert!(parse(&format!("{digest}00 x"), false).is_err());
        assert!(parse(" \n", false).is_err());
    }
}
