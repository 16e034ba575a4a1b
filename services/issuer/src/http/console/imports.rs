//! Uploading a list, looking at it, confirming it, following it, and taking the result away.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use futures_util::TryStreamExt as _;
use issuance::import::{File, Limits, ListKind, RowContent, RowFault, RowState, UploadRow, UploadState};
use issuance::{Permission, Proposal};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Place, When, counted, grouped, shell};
use crate::app::{ImportError, Invitation, Issuer, UploadView};
use crate::http::problem;

/// How many rows of each kind the page of an upload shows at a time.
const ROWS: u32 = 25;
const UPLOADS: u32 = 20;
/// How much of a file that is too large is read before the connection is given up.
const DRAINED_BYTES: usize = 80 * 1024 * 1024;

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

pub(super) struct UploadedFile {
    pub name: String,
    pub bytes: Vec<u8>,
    pub sheet: Option<String>,
}

/// The field `file`, read no further than the limit, and the field `sheet`.
async fn read_file(form: Multipart) -> Result<UploadedFile, String> {
    read_file_of(form, Limits::default().size_bytes).await
}

/// The same with a limit of its own.
pub(super) async fn read_file_of(mut form: Multipart, limit: usize) -> Result<UploadedFile, String> {
    let broken = |_| "The upload was interrupted. Please try again.".to_owned();
    let too_large = || format!("The file is larger than {} MB.", limit / (1024 * 1024));
    let (mut found, mut sheet) = (None, None);
    let mut received = 0;
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let wanted = field.name() == Some("file");
        let names_sheet = field.name() == Some("sheet");
        let name = field.content_disposition().and_then(|it| it.get_filename().map(str::to_owned));
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            received += chunk.len();
            if received > DRAINED_BYTES {
                return Err(too_large());
            }
            // Read on without keeping it: a browser that is cut off shows a broken connection, not our reason.
            if received <= limit {
                bytes.extend_from_slice(&chunk);
            }
        }
        if wanted && name.as_ref().is_some_and(|name| !name.is_empty()) {
            found = Some(UploadedFile { name: name.unwrap_or_default(), bytes, sheet: None });
        } else if names_sheet {
            sheet = String::from_utf8(bytes).ok().filter(|name| !name.trim().is_empty());
        }
    }
    if received > limit {
        return Err(too_large());
    }
    let file = found.ok_or_else(|| "Choose a file first.".to_owned())?;
    Ok(UploadedFile { sheet, ..file })
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    good: u64,
    #[serde(default)]
    bad: u64,
}

#[derive(Template)]
#[template(path = "console/import.html")]
struct ImportPage {
    shell: Shell,
    id: String,
    staff: bool,
    issues: bool,
    waiting: bool,
    list: &'static str,
    file_name: String,
    at: When,
    encoding: String,
    delimiter: String,
    size: String,
    unused: String,
    empty_lines: u64,
    state: Badge,
    preview: bool,
    working: bool,
    paused: bool,
    finished: bool,
    discarded: bool,
    good: u64,
    good_words: String,
    bad: u64,
    bad_words: String,
    done: u64,
    done_words: String,
    total: u64,
    has_appointments: bool,
    good_rows: Vec<GoodLine>,
    next_good: Option<u64>,
    bad_rows: Vec<BadLine>,
    next_bad: Option<u64>,
    done_rows: Vec<DoneLine>,
    next_done: Option<u64>,
}

struct GoodLine {
    line: u64,
    number: String,
    name: String,
    original: Option<String>,
    about: String,
}

struct BadLine {
    line: u64,
    said: String,
    faults: Vec<RowFault>,
}

struct DoneLine {
    number: String,
    name: String,
    href: String,
}

#[get("/imports/{id}")]
async fn import_page(
    officer: May<SeePeople>,
    id: Path<String>,
    part: Query<Part>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let view = app.find_upload(tenant, &id).await?;
    let good = app.list_upload_rows(tenant, &id, "good", part.good, ROWS + 1).await?;
    let bad = app.list_upload_rows(tenant, &id, "bad", part.bad, ROWS + 1).await?;
    let done = app.list_upload_rows(tenant, &id, "done", part.good, ROWS + 1).await?;
    let waiting = app.find_waiting_proposal(tenant, "offer-list", &id).await;
    let waiting = waiting.map_err(|error| problem::store(&error))?.is_some();
    html(&ImportPage::new(&officer, &view, good, bad, done, waiting))
}

impl ImportPage {
    fn new(
        officer: &Officer,
        view: &UploadView,
        good: Vec<UploadRow>,
        bad: Vec<UploadRow>,
        done: Vec<UploadRow>,
        waiting: bool,
    ) -> Self {
        let UploadView { upload, counts } = view;
        let staff = upload.kind == ListKind::Staff;
        let people = if staff { "people" } else { "beneficiaries" };
        let person = if staff { "person" } else { "beneficiary" };
        let (good, next_good) = part_of(good);
        let (bad, next_bad) = part_of(bad);
        let (done, next_done) = part_of(done);
        Self {
            shell: shell(officer, if staff { Place::Imports } else { Place::Retirees }),
            id: upload.id.clone(),
            staff,
            issues: officer.roles.may(Permission::Issue),
            waiting,
            list: if staff { "/console/imports" } else { "/console/retirees/imports" },
            file_name: upload.file_name.clone(),
            at: upload.created_at.into(),
            encoding: upload.encoding.clone(),
            delimiter: upload.delimiter.clone(),
            size: kilobytes(upload.size_bytes),
            unused: upload.unused.join(", "),
            empty_lines: upload.empty_lines,
            state: upload_badge(upload.state),
            preview: upload.state == UploadState::Preview,
            working: upload.state == UploadState::Confirmed,
            paused: upload.state == UploadState::Paused,
            finished: upload.state == UploadState::Finished,
            discarded: upload.state == UploadState::Discarded,
            good: counts.good,
            good_words: counted(counts.good, person, people),
            bad: counts.bad,
            bad_words: counted(counts.bad, "row", "rows"),
            done: counts.done,
            done_words: counted(counts.done, person, people),
            total: counts.good + counts.bad + counts.done,
            has_appointments: good.iter().any(has_appointment),
            good_rows: good.iter().filter_map(good_line).collect(),
            next_good,
            bad_rows: bad.iter().filter_map(bad_line).collect(),
            next_bad,
            done_rows: done.iter().filter_map(|row| done_line(row, staff)).collect(),
            next_done,
        }
    }
}

/// The rows to show, and the line after which the next part begins.
fn part_of(mut rows: Vec<UploadRow>) -> (Vec<UploadRow>, Option<u64>) {
    let shown = ROWS as usize;
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().map(|row| row.line).filter(|_| more);
    (rows, last)
}

fn kilobytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        _ => format!("{} kB", grouped(bytes.div_ceil(1024))),
    }
}

fn has_appointment(row: &UploadRow) -> bool {
    matches!(&row.state, RowState::Good(good)
        if matches!(&good.content, RowContent::Staff(person) if person.employment.is_some()))
}

fn good_line(row: &UploadRow) -> Option<GoodLine> {
    let RowState::Good(good) = &row.state else { return None };
    let (original, about) = match &good.content {
        RowContent::Staff(person) => (
            person.original_name.clone(),
            format!("{} · {} · {}", person.job_title, person.grade, person.duty_station),
        ),
        RowContent::Retiree(retiree) => {
            let parts = [retiree.country.as_deref(), retiree.language.as_deref()];
            (None, parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
        }
    };
    Some(GoodLine { line: row.line, number: row.number.clone(), name: row.name.clone(), original, about })
}

fn bad_line(row: &UploadRow) -> Option<BadLine> {
    let RowState::Bad(bad) = &row.state else { return None };
    let cells: Vec<&str> =
        bad.fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty()).collect();
    let said: String = cells.join(" · ").chars().filter(|c| !c.is_control()).take(90).collect();
    Some(BadLine { line: row.line, said, faults: bad.faults.clone() })
}

fn done_line(row: &UploadRow, staff: bool) -> Option<DoneLine> {
    let RowState::Done { subject, .. } = &row.state else { return None };
    let place = if staff { "staff" } else { "retirees" };
    Some(DoneLine {
        number: row.number.clone(),
        name: row.name.clone(),
        href: format!("/console/{place}/{subject}"),
    })
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

/// Without names, so that it can be kept beside the HR system's own record of the run.
#[get("/imports/{id}/result.csv")]
async fn result_file(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    Ok(csv_file("result.csv", app.result_file(&officer.tenant.id, &id).await?))
}

#[get("/imports/{id}/rows-to-correct.csv")]
async fn faults_file(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    Ok(csv_file("rows-to-correct.csv", app.faults_file(&officer.tenant.id, &id).await?))
}

/// Links without codes: the two go to the person by different ways, so they are two files.
#[get("/imports/{id}/links.csv")]
async fn invitations_file(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitations = app.invitations(&officer.actor(), &id).await?;
    let rows = invitations.iter().map(|it: &Invitation| [&it.number, &it.name, &it.link].map(String::as_str));
    Ok(csv_file("links.csv", issuance::import::csv(&["number", "name", "link"], rows)))
}

#[get("/imports/{id}/codes.csv")]
async fn codes_file(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitations = app.invitations(&officer.actor(), &id).await?;
    let rows = invitations
        .iter()
        .map(|it| [it.number.as_str(), it.name.as_str(), it.transaction_code.as_deref().unwrap_or_default()]);
    Ok(csv_file("codes.csv", issuance::import::csv(&["number", "name", "transaction_code"], rows)))
}

pub(super) fn csv_file(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes)
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
