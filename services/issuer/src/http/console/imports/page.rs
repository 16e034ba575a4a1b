//! The page of one list: what would be offered, what is wrong, what was done.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::Permission;
use issuance::import::{ListKind, RowContent, RowFault, RowState, UploadRow, UploadState};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html};

use super::upload_badge;
use crate::app::{Issuer, UploadView};
use crate::http::console::session::{May, Officer, SeePeople};
use crate::http::console::view::{Badge, Place, When, counted, grouped, shell};
use crate::http::problem;

/// How many rows of each kind the page of an upload shows at a time.
const ROWS: u32 = 25;

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
pub(super) async fn import_page(
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
    pub(super) fn new(
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
