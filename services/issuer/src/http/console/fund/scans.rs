//! Forms that came back: handed in, looked at, decided.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::{day, said};
use crate::app::{FundError, Issuer, NewHelper, ScanPage, scan_fault};
use crate::http::console::imports::next_file;
use crate::http::console::names;
use crate::http::console::session::{Issue, May, Officer, SeePeople};
use crate::http::console::view::{Badge, LINES, Place, When, counted, page_of, shell};
use crate::http::problem;

/// Files of one upload; the post room scans a batch into several.
const MOST_FILES: usize = 20;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_scans)
        .service(upload)
        .service(scan_page)
        .service(show_picture)
        .service(show_page)
        .service(decide)
        .service(name_form)
        .service(dismiss);
}

#[derive(Template)]
#[template(path = "console/fund_scans.html")]
struct ScansPage {
    shell: Shell,
    waiting: Vec<ScanLine>,
    unread: Vec<ScanLine>,
    waiting_next: Option<String>,
    unread_next: Option<String>,
    first: bool,
    refusals: Vec<String>,
    issues: bool,
    pages: usize,
    files: usize,
    done: Option<&'static str>,
}

#[derive(Debug, Default, Deserialize)]
struct Part {
    done: Option<String>,
    waiting: Option<String>,
    unread: Option<String>,
}

struct ScanLine {
    id: String,
    person: String,
    signed: Option<bool>,
    fault: &'static str,
    at: When,
}

async fn page(
    officer: &Officer,
    app: &Issuer,
    part: &Part,
    (refusals, done): (Vec<String>, Option<&'static str>),
) -> Result<ScansPage, Problem> {
    let tenant = officer.tenant.id.as_str();
    let (waiting, waiting_next) = lines(app, tenant, ("waiting", part.waiting.as_deref())).await?;
    let (unread, unread_next) = lines(app, tenant, ("unread", part.unread.as_deref())).await?;
    Ok(ScansPage {
        shell: shell(officer, Place::Fund),
        waiting,
        unread,
        waiting_next,
        unread_next,
        first: part.waiting.is_none() && part.unread.is_none(),
        refusals,
        issues: officer.roles.may(Permission::Issue),
        pages: paper::MAX_FORM_PAGES,
        files: MOST_FILES,
        done,
    })
}

/// Those in one state, oldest first, and where the next ones are.
async fn lines(
    app: &Issuer,
    tenant: &str,
    (state, after): (&str, Option<&str>),
) -> Result<(Vec<ScanLine>, Option<String>), Problem> {
    let rows = app.list_scans(tenant, state, after.unwrap_or_default(), LINES + 1).await?;
    let (rows, more) = page_of(rows);
    let next = rows.last().filter(|_| more).map(|last| format!("/console/fund/scans?{state}={}", last.id));
    let line = |row: store_issuer::fund::ScanRow| ScanLine {
        person: row.person.unwrap_or_default(),
        signed: row.is_signed,
        fault: scan_fault(row.fault.as_deref().unwrap_or_default()),
        at: row.uploaded_at.into(),
        id: row.id,
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

#[get("/fund/scans")]
async fn list_scans(
    officer: May<SeePeople>,
    asked: Query<Part>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let done = said(
        asked.done.as_deref(),
        &[
            ("read", "The pages are read. Those below wait for you."),
            ("again", "Every page of this scan was here before. Nothing changed."),
            ("accepted", "Confirmed. The person gets a receipt."),
            ("refused", "Refused. The person is offered another way, and the place is kept."),
            ("dismissed", "The page is off the list, and its picture erased."),
        ],
    );
    html(&page(&officer, &app, &asked, (Vec::new(), done)).await?)
}

/// One file or several; each answers for itself, and those that were read are kept whatever becomes of the others.
#[post("/fund/scans")]
async fn upload(
    officer: May<Issue>,
    mut form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (mut refusals, mut read, mut again) = (Vec::new(), 0, 0);
    loop {
        let (name, bytes) = match next_file(&mut form, paper::MAX_FORM_FILE_BYTES).await {
            Ok(Some(file)) => file,
            Ok(None) => break,
            Err(said) => {
                refusals.push(said);
                break;
            }
        };
        if read + again + refusals.len() == MOST_FILES {
            refusals.push(format!("{name} and those after it: hand in at most {MOST_FILES} files at once."));
            break;
        }
        match app.read_scan(&officer.actor(), bytes).await {
            Ok(pages) if pages.iter().all(|page| page.again) => again += 1,
            Ok(_) => read += 1,
            Err(FundError::Scan(error)) => {
                refusals.push(format!("{name}: {}", problem::sentence(&error.to_string())));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let done = match (read, again) {
        (0, 0) => None,
        (0, _) => Some("again"),
        _ => Some("read"),
    };
    match (done, refusals.is_empty()) {
        (Some(done), true) => Ok(see_other(&format!("/console/fund/scans?done={done}"))),
        (done, empty) => {
            if empty {
                refusals.push("Choose a file first.".to_owned());
            }
            let said = done.map(|_| "The other files are read. Their pages stand below.");
            let page = page(&officer, &app, &Part::default(), (refusals, said)).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

#[derive(Template)]
#[template(path = "console/fund_scan.html")]
struct FormPage {
    shell: Shell,
    id: String,
    badge: Badge,
    state: String,
    signed: Option<bool>,
    fault: &'static str,
    has_picture: bool,
    at: When,
    digest: String,
    person: String,
    facts: Vec<(&'static str, String)>,
    today: String,
    issues: bool,
}

fn badge(state: &str) -> Badge {
    let (class, text) = match state {
        "waiting" => ("waiting", "To look at"),
        "unread" => ("warning", "Not read"),
        "accepted" => ("success", "Confirmed"),
        "refused" => ("error", "Refused"),
        "again" => ("plain", "Was here before"),
        _ => ("plain", "Dismissed"),
    };
    Badge { class, text }
}

#[get("/fund/scans/{id}")]
async fn scan_page(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let ScanPage { scan, person, letter } = app.scan_page(&officer.tenant.id, &id).await?;
    let mut facts = Vec::new();
    if let Some(person) = &person {
        let it = &person.registered;
        let age = chrono::Datelike::year(&app.today()) - chrono::Datelike::year(&it.birth_date);
        facts.push(("Name", format!("{} {}", it.given_name, it.family_name)));
        facts.push((
            "Born",
            format!(
                "{}, about {} old",
                names::date(it.birth_date),
                counted(age.unsigned_abs().into(), "year", "years")
            ),
        ));
        facts.push(("Address", it.address.as_deref().map(names::address).unwrap_or_default()));
        facts.push(("Country", names::country(&it.country)));
        if let Some(died) = it.died_on {
            facts.push(("Died, as the register says", names::date(died)));
        }
    }
    if let Some(letter) = &letter {
        facts.push(("Year of the form", letter.year.to_string()));
    }
    html(&FormPage {
        shell: shell(&officer, Place::Fund),
        badge: badge(&scan.state),
        signed: scan.is_signed,
        fault: scan_fault(scan.fault.as_deref().unwrap_or_default()),
        has_picture: scan.media_type.is_some(),
        at: scan.uploaded_at.into(),
        digest: scan.digest.chars().take(16).collect(),
        person: scan.person.unwrap_or_default(),
        facts,
        today: app.today().to_string(),
        issues: officer.roles.may(Permission::Issue),
        state: scan.state,
        id: scan.id,
    })
}

#[get("/fund/scans/{id}/picture")]
async fn show_picture(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (media_type, bytes) = app.scan_picture(&officer.tenant.id, &id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes))
}

/// The whole page, with what somebody wrote beside the place of the signature.
#[get("/fund/scans/{id}/page")]
async fn show_page(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (media_type, bytes) = app.scan_whole_page(&officer.tenant.id, &id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes))
}

#[derive(Deserialize)]
struct Decision {
    accept: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    helper_role: String,
    #[serde(default)]
    helper_name: String,
}

#[post("/fund/scans/{id}/decision")]
async fn decide(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Decision>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (done, word) = match form.accept.as_str() {
        "yes" => ("accepted", Ok(day(&form.on)?)),
        _ => ("refused", Err(form.reason.as_str())),
    };
    let helper = NewHelper::of(&form.helper_role, &form.helper_name)?;
    app.decide_scan_of(&officer.actor(), &id, word, (helper.as_ref(), &form.note)).await?;
    Ok(see_other(&format!("/console/fund/scans?done={done}")))
}

#[derive(Deserialize)]
struct Number {
    number: String,
}

#[post("/fund/scans/{id}/number")]
async fn name_form(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Number>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.name_scan(&officer.actor(), &id, &form.number).await?;
    Ok(see_other(&format!("/console/fund/scans/{id}")))
}

#[post("/fund/scans/{id}/dismissal")]
async fn dismiss(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.dismiss_scan(&officer.actor(), &id).await?;
    Ok(see_other("/console/fund/scans?done=dismissed"))
}
