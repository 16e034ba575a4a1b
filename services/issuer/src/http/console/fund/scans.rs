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

use super::{Asked, day, said};
use crate::app::{FundError, Issuer, NewHelper, ScanPage, scan_fault};
use crate::http::console::imports::read_file_of;
use crate::http::console::names;
use crate::http::console::session::{Issue, May, Officer, SeePeople};
use crate::http::console::view::{Badge, Place, When, counted, shell};
use crate::http::problem;

const SHOWN: u32 = 100;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_scans)
        .service(upload)
        .service(scan_page)
        .service(show_picture)
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
    refusal: Option<String>,
    issues: bool,
    pages: usize,
    done: Option<&'static str>,
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
    refusal: Option<String>,
    done: Option<&'static str>,
) -> Result<ScansPage, Problem> {
    let mut lines = Vec::new();
    for state in ["waiting", "unread"] {
        let rows = app.list_scans(&officer.tenant.id, state, "", SHOWN).await?;
        let line = rows.into_iter().map(|row| ScanLine {
            person: row.person.unwrap_or_default(),
            signed: row.is_signed,
            fault: scan_fault(row.fault.as_deref().unwrap_or_default()),
            at: row.uploaded_at.into(),
            id: row.id,
        });
        lines.push(line.collect::<Vec<_>>());
    }
    let unread = lines.pop().unwrap_or_default();
    Ok(ScansPage {
        shell: shell(officer, Place::Fund),
        waiting: lines.pop().unwrap_or_default(),
        unread,
        refusal,
        issues: officer.roles.may(Permission::Issue),
        pages: paper::MAX_FORM_PAGES,
        done,
    })
}

#[get("/fund/scans")]
async fn list_scans(
    officer: May<SeePeople>,
    asked: Query<Asked>,
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
    html(&page(&officer, &app, None, done).await?)
}

#[post("/fund/scans")]
async fn upload(officer: May<Issue>, form: Multipart, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let refused = async |said: String| {
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&officer, &app, Some(said), None).await?)
    };
    let file = match read_file_of(form, paper::MAX_FORM_FILE_BYTES).await {
        Ok(file) => file,
        Err(said) => return refused(said).await,
    };
    match app.read_scan(&officer.actor(), file.bytes).await {
        Ok(pages) => {
            let done = if pages.iter().all(|page| page.again) { "again" } else { "read" };
            Ok(see_other(&format!("/console/fund/scans?done={done}")))
        }
        Err(FundError::Scan(error)) => refused(problem::sentence(&error.to_string())).await,
        Err(error) => Err(error.into()),
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
            format!("{}, about {} old", names::date(it.birth_date), counted(age.unsigned_abs().into(), "year", "years")),
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

#[derive(Deserialize)]
struct Decision {
    accept: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    reason: String,
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
    app.decide_scan_of(&officer.actor(), &id, word, helper.as_ref()).await?;
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
