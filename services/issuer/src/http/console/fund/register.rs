//! The pension system's file: handed in, looked at, confirmed.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use issuance::import::{File, REGISTER_LIMITS, RowFault};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::differences::{Differences, Part, differences_file};
use crate::app::{FundError, Issuer, RegisterPreview, RegisterSource};
use crate::http::console::imports::read_file_of;
use crate::http::console::session::{Issue, May, Officer, SeePeople};
use crate::http::console::view::{Badge, LINES, Place, When, counted, grouped, page_of, shell};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_imports)
        .service(upload)
        .service(faults_file)
        .service(differences_file)
        .service(import_page)
        .service(confirm)
        .service(discard);
}

#[derive(Template)]
#[template(path = "console/fund_register.html")]
struct RegisterPage {
    shell: Shell,
    imports: Vec<ImportLine>,
    older: Option<String>,
    first: bool,
    refusal: Option<String>,
    issues: bool,
    limit_rows: String,
}

struct ImportLine {
    id: String,
    name: String,
    at: When,
    badge: Badge,
}

fn state(state: &str) -> Badge {
    let (class, text) = match state {
        "preview" => ("waiting", "To confirm"),
        "confirmed" => ("info", "Working"),
        "finished" => ("success", "Done"),
        _ => ("plain", "Discarded"),
    };
    Badge { class, text }
}

async fn page(
    officer: &Officer,
    app: &Issuer,
    before: Option<&str>,
    refusal: Option<String>,
) -> Result<RegisterPage, Problem> {
    let imports = app.list_register_imports(&officer.tenant.id, before, LINES + 1).await?;
    let (imports, more) = page_of(imports);
    let older = imports.last().filter(|_| more);
    Ok(RegisterPage {
        older: older.map(|last| format!("/console/fund/register?before={}", last.id)),
        first: before.is_none(),
        shell: shell(officer, Place::Fund),
        imports: imports
            .into_iter()
            .map(|import| ImportLine {
                badge: state(&import.state),
                at: import.created_at.into(),
                name: import.file_name,
                id: import.id,
            })
            .collect(),
        refusal,
        issues: officer.roles.may(Permission::Issue),
        limit_rows: grouped(REGISTER_LIMITS.rows as u64),
    })
}

#[derive(Deserialize)]
struct Older {
    before: Option<String>,
}

#[get("/fund/register")]
async fn list_imports(
    officer: May<SeePeople>,
    older: Query<Older>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&page(&officer, &app, older.before.as_deref(), None).await?)
}

#[post("/fund/register")]
async fn upload(officer: May<Issue>, form: Multipart, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let refused = async |said: String| {
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&officer, &app, None, Some(said)).await?)
    };
    let file = match read_file_of(form, REGISTER_LIMITS.size_bytes).await {
        Ok(file) => file,
        Err(said) => return refused(said).await,
    };
    let read = File { bytes: &file.bytes, sheet: file.sheet.as_deref() };
    match app.upload_register(&officer.actor(), RegisterSource::Sheet { name: &file.name, file: read }).await
    {
        Ok(id) => Ok(see_other(&format!("/console/fund/register/{id}"))),
        Err(FundError::Sheet(error)) => refused(problem::sentence(&error.to_string())).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "console/fund_import.html")]
struct ImportPage {
    shell: Shell,
    id: String,
    name: String,
    at: When,
    badge: Badge,
    figures: [(&'static str, String); 8],
    done: u64,
    bad: String,
    preview: bool,
    working: bool,
    braked: bool,
    overtaken: bool,
    own: bool,
    issues: bool,
    faults: Vec<RowFault>,
    differences: Differences,
}

#[get("/fund/register/{id}")]
async fn import_page(
    officer: May<SeePeople>,
    id: Path<String>,
    part: Query<Part>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let RegisterPreview { import, counts, braked, overtaken, faults } =
        app.register_preview(&officer.tenant.id, &id).await?;
    let differences = Differences::load(&app, &officer.tenant.id, &id, &part).await?;
    html(&ImportPage {
        shell: shell(&officer, Place::Fund),
        at: import.created_at.into(),
        badge: state(&import.state),
        figures: [
            ("new", grouped(counts.new)),
            ("changed", grouped(counts.changed)),
            ("deaths and ends", grouped(counts.ends)),
            ("deaths taken back", grouped(counts.revives)),
            ("ends taken back", grouped(counts.reopens)),
            ("as before", grouped(counts.same)),
            ("to correct", grouped(counts.bad)),
            ("not in the file", grouped(import.absent)),
        ],
        done: counts.done,
        bad: counted(counts.bad, "row was", "rows were"),
        preview: import.state == "preview",
        working: import.state == "confirmed",
        braked,
        overtaken,
        own: import.created_by == officer.id,
        issues: officer.roles.may(Permission::Issue),
        faults,
        differences,
        name: import.file_name,
        id: import.id,
    })
}

#[post("/fund/register/{id}/confirm")]
async fn confirm(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.confirm_register(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/fund/register/{id}")))
}

#[post("/fund/register/{id}/discard")]
async fn discard(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.discard_register(&officer.actor(), &id).await?;
    Ok(see_other("/console/fund/register"))
}

#[get("/fund/register/{id}/rows-to-correct.csv")]
async fn faults_file(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let bytes = app.register_faults_file(&officer.tenant.id, &id).await?;
    Ok(attachment("text/csv; charset=utf-8", "rows-to-correct.csv", bytes))
}

pub(super) fn attachment(content_type: &str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes)
}
