//! Uploading a list, looking at it, confirming it, following it, and taking the result away.

mod files;
mod page;
mod upload;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use files::{codes_file, faults_file, invitations_file, result_file};
use issuance::import::{File, Limits, ListKind, UploadState};
use issuance::{Permission, Proposal};
use page::import_page;
use serde::Deserialize;
use upload::read_file;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Place, When, grouped, shell};
use crate::app::{ImportError, Issuer, UploadView};
use crate::http::problem;

pub(super) use files::csv_file;
pub(super) use upload::{next_file, read_file_of};

const UPLOADS: u32 = 20;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_imports)
        .service(list_retiree_imports)
        .service(upload_staff)
        .service(upload_retirees)
        .service(import_page)
        .service(confirm)
        .service(discard)
        .service(pause)
        .service(resume)
        .service(result_file)
        .service(faults_file)
        .service(invitations_file)
        .service(codes_file);
}

#[derive(Template)]
#[template(path = "console/imports.html")]
struct ImportsPage {
    shell: Shell,
    staff: bool,
    issues: bool,
    action: &'static str,
    uploads: Vec<UploadLine>,
    refusal: Option<String>,
    discarded: bool,
    limit_megabytes: usize,
    limit_rows: String,
}

struct UploadLine {
    id: String,
    file_name: String,
    at: When,
    badge: Badge,
    good: String,
    bad: String,
}

#[get("/imports")]
async fn list_imports(
    officer: May<SeePeople>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let uploads = app.list_uploads(&officer.tenant.id, ListKind::Staff, None, UPLOADS).await?;
    html(&ImportsPage::new(&officer, ListKind::Staff, &uploads, &done, None))
}

#[get("/retirees/imports")]
async fn list_retiree_imports(
    officer: May<SeePeople>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let uploads = app.list_uploads(&officer.tenant.id, ListKind::Retirees, None, UPLOADS).await?;
    html(&ImportsPage::new(&officer, ListKind::Retirees, &uploads, &done, None))
}

impl ImportsPage {
    fn new(
        officer: &Officer,
        kind: ListKind,
        uploads: &[UploadView],
        done: &Done,
        refusal: Option<String>,
    ) -> Self {
        let limits = Limits::default();
        let (place, action) = match kind {
            ListKind::Staff => (Place::Imports, "/console/imports"),
            ListKind::Retirees => (Place::Retirees, "/console/retirees/imports"),
        };
        Self {
            shell: shell(officer, place),
            staff: kind == ListKind::Staff,
            issues: officer.roles.may(Permission::Issue),
            action,
            uploads: uploads.iter().map(UploadLine::from).collect(),
            refusal,
            discarded: done.says("discarded"),
            limit_megabytes: limits.size_bytes / (1024 * 1024),
            limit_rows: grouped(limits.rows as u64),
        }
    }
}

impl From<&UploadView> for UploadLine {
    fn from(view: &UploadView) -> Self {
        let counts = &view.counts;
        Self {
            id: view.upload.id.clone(),
            file_name: view.upload.file_name.clone(),
            at: view.upload.created_at.into(),
            badge: upload_badge(view.upload.state),
            good: grouped(counts.good + counts.done),
            bad: grouped(counts.bad),
        }
    }
}

pub(super) fn upload_badge(state: UploadState) -> Badge {
    let (class, text) = match state {
        UploadState::Preview => ("waiting", "To confirm"),
        UploadState::Confirmed => ("info", "Working"),
        UploadState::Paused => ("paused", "Paused"),
        UploadState::Finished => ("success", "Done"),
        UploadState::Discarded => ("plain", "Discarded"),
    };
    Badge { class, text }
}

#[post("/imports")]
async fn upload_staff(
    officer: May<Issue>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    upload(&officer, ListKind::Staff, form, app).await
}

#[post("/retirees/imports")]
async fn upload_retirees(
    officer: May<Issue>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    upload(&officer, ListKind::Retirees, form, app).await
}

async fn upload(
    officer: &Officer,
    kind: ListKind,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let file = match read_file(form).await {
        Ok(file) => file,
        Err(refusal) => return refused(officer, kind, &app, refusal).await,
    };
    let read = File { bytes: &file.bytes, sheet: file.sheet.as_deref() };
    match app.upload_list(&officer.actor(), kind, &file.name, read).await {
        Ok(id) => Ok(see_other(&format!("/console/imports/{id}"))),
        Err(ImportError::Sheet(error)) => {
            refused(officer, kind, &app, problem::sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page with the form again, and why the file was not taken.
async fn refused(
    officer: &Officer,
    kind: ListKind,
    app: &Issuer,
    refusal: String,
) -> Result<HttpResponse, Problem> {
    let uploads = app.list_uploads(&officer.tenant.id, kind, None, UPLOADS).await?;
    let page = ImportsPage::new(officer, kind, &uploads, &Done::default(), Some(refusal));
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[derive(Deserialize)]
struct Confirmation {
    employment: Option<String>,
}

#[post("/imports/{id}/confirm")]
async fn confirm(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Confirmation>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let view = app.find_upload(&officer.tenant.id, &id).await?;
    match view.upload.kind {
        ListKind::Retirees => app.confirm_upload(&officer.actor(), &id).await?,
        ListKind::Staff => {
            let employment = form.employment.is_some();
            let proposal = Proposal::OfferList { upload: id.to_string(), employment };
            app.propose(&officer.actor(), &proposal).await?;
        }
    }
    Ok(see_other(&format!("/console/imports/{id}")))
}

#[post("/imports/{id}/discard")]
async fn discard(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let view = app.find_upload(&officer.tenant.id, &id).await?;
    app.discard_upload(&officer.actor(), &id).await?;
    let list = match view.upload.kind {
        ListKind::Staff => "/console/imports",
        ListKind::Retirees => "/console/retirees/imports",
    };
    Ok(see_other(&format!("{list}?done=discarded")))
}

#[post("/imports/{id}/pause")]
async fn pause(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.pause_upload(&officer.actor(), &id, true).await?;
    Ok(see_other(&format!("/console/imports/{id}")))
}

#[post("/imports/{id}/resume")]
async fn resume(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.pause_upload(&officer.actor(), &id, false).await?;
    Ok(see_other(&format!("/console/imports/{id}")))
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let said = error.to_string();
        match error {
            ImportError::Sheet(_) | ImportError::Nothing => Self::bad_request(problem::sentence(&said)),
            ImportError::Unknown => Self::not_found(),
            ImportError::Closed | ImportError::NotRunning => Self::conflict(problem::sentence(&said)),
            ImportError::Offer(error) => error.into(),
            ImportError::Store(error) => problem::store(&error),
        }
    }
}
