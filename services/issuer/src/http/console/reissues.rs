//! Offers to many people: choosing them, confirming, following, holding, and taking the result away.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::NaiveDate;
use issuance::import::UploadState;
use issuance::{Permission, Proposal, Reissue};
use serde::Deserialize;
use store_issuer::ReissueOutcome;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::imports::{csv_file, upload_badge};
use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Place, When, counted, day, grouped, shell};
use crate::app::{Issuer, NewRun, RunError, RunView};
use crate::http::problem;

const RUNS: u32 = 20;
/// Skipped people that the page names; the file has all.
const SHOWN: u32 = 25;
const CHOICES: [Reissue; 3] = [Reissue::First, Reissue::Renewal, Reissue::DataChanged];

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_runs)
        .service(create_run)
        .service(run_page)
        .service(confirm_run)
        .service(pause_run)
        .service(resume_run)
        .service(discard_run)
        .service(run_result)
        .service(run_links)
        .service(run_codes);
}

#[derive(Template)]
#[template(path = "console/reissues.html")]
struct RunsPage {
    shell: Shell,
    issues: bool,
    runs: Vec<RunLine>,
    choices: [Choice; 3],
    refusal: Option<String>,
    discarded: bool,
}

struct Choice {
    why: &'static str,
    title: &'static str,
    consequence: &'static str,
}

struct RunLine {
    id: String,
    title: String,
    at: When,
    badge: Badge,
    people: String,
}

fn title_of(why: Reissue) -> &'static str {
    match why {
        Reissue::First => "First offer to everybody who has nothing",
        Reissue::Renewal => "Contracts extended",
        Reissue::DataChanged => "Data changed",
        Reissue::PhoneLost => "New phone or lost key",
        Reissue::SignedByLostKey => "Signing key compromised",
    }
}

#[get("/reissues")]
async fn list_runs(
    officer: May<SeePeople>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let page = runs(&officer, &app).await?;
    html(&RunsPage { discarded: done.says("discarded"), ..page })
}

async fn runs(officer: &Officer, app: &Issuer) -> Result<RunsPage, Problem> {
    let runs = app.list_runs(&officer.tenant.id, RUNS).await?;
    Ok(RunsPage {
        shell: shell(officer, Place::Imports),
        issues: officer.roles.may(Permission::Issue),
        runs: runs.iter().map(run_line).collect(),
        choices: CHOICES.map(|why| Choice {
            why: why.as_str(),
            title: title_of(why),
            consequence: why.consequence(),
        }),
        refusal: None,
        discarded: false,
    })
}

fn run_line(view: &RunView) -> RunLine {
    let counts = &view.counts;
    RunLine {
        id: view.run.id.clone(),
        title: title_of(view.run.why).to_owned(),
        at: view.run.created_at.into(),
        badge: upload_badge(view.run.state),
        people: grouped(counts.waiting + counts.offered + counts.skipped),
    }
}

#[derive(Deserialize)]
struct Wanted {
    why: String,
    #[serde(default)]
    station: String,
    /// A day, as a browser sends it.
    #[serde(default)]
    ending: String,
}

#[post("/reissues")]
async fn create_run(
    officer: May<Issue>,
    form: Form<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let refused = async |reason: String| {
        let page = RunsPage { refusal: Some(reason), ..runs(&officer, &app).await? };
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let Some(why) = Reissue::parse(&form.why) else { return refused("Choose why.".to_owned()).await };
    let ending_before = match form.ending.trim() {
        "" => None,
        text => match text.parse::<NaiveDate>().ok().and_then(|day| day.succ_opt()) {
            Some(day) => Some(day.and_time(chrono::NaiveTime::MIN).and_utc()),
            None => return refused("The day cannot be read.".to_owned()).await,
        },
    };
    let station = Some(form.station.trim().to_owned()).filter(|station| !station.is_empty());
    match app.create_run(&officer.actor(), &NewRun { why, station, ending_before }).await {
        Ok(id) => Ok(see_other(&format!("/console/reissues/{id}"))),
        Err(error @ (RunError::Nobody | RunError::PhoneLost)) => {
            refused(problem::sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "console/reissue.html")]
struct RunPage {
    shell: Shell,
    id: String,
    issues: bool,
    waits: bool,
    title: &'static str,
    consequence: &'static str,
    at: When,
    whom: String,
    state: Badge,
    preview: bool,
    working: bool,
    paused: bool,
    finished: bool,
    discarded: bool,
    people: String,
    total: u64,
    ready: u64,
    offered: String,
    skipped: u64,
    skipped_rows: Vec<(String, String, String)>,
}

#[get("/reissues/{id}")]
async fn run_page(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let RunView { run, counts } = app.find_run(tenant, &id).await?;
    let skipped = app.list_run_rows(tenant, &id, "skipped", 0, SHOWN).await?;
    let waits = app.find_waiting_proposal(tenant, "reissue", &id).await;
    let total = counts.waiting + counts.offered + counts.skipped;
    let mut whom = run
        .station
        .as_ref()
        .map_or("All duty stations".to_owned(), |station| format!("Duty station {station}"));
    if let Some(before) = run.ending_before {
        whom.push_str(&format!(", ending by {}", day(before - chrono::Duration::days(1))));
    }
    if let Some(key) = &run.signed_by {
        whom = format!("Everybody who holds what {key} signed");
    }
    html(&RunPage {
        shell: shell(&officer, Place::Imports),
        issues: officer.roles.may(Permission::Issue),
        waits: waits.map_err(|error| problem::store(&error))?.is_some(),
        title: title_of(run.why),
        consequence: run.why.consequence(),
        at: run.created_at.into(),
        whom,
        state: upload_badge(run.state),
        preview: run.state == UploadState::Preview,
        working: run.state == UploadState::Confirmed,
        paused: run.state == UploadState::Paused,
        finished: run.state == UploadState::Finished,
        discarded: run.state == UploadState::Discarded,
        people: counted(total, "person", "people"),
        total,
        ready: counts.offered + counts.skipped,
        offered: counted(counts.offered, "person", "people"),
        skipped: counts.skipped,
        skipped_rows: skipped
            .into_iter()
            .map(|row| match row.outcome {
                ReissueOutcome::Skipped { reason } => (row.name, row.number, reason),
                ReissueOutcome::Waiting | ReissueOutcome::Offered { .. } => {
                    (row.name, row.number, String::new())
                }
            })
            .collect(),
        id: run.id,
    })
}

#[post("/reissues/{id}/confirm")]
async fn confirm_run(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.propose(&officer.actor(), &Proposal::Reissue { run: id.to_string() }).await?;
    Ok(see_other(&format!("/console/reissues/{id}")))
}

#[post("/reissues/{id}/pause")]
async fn pause_run(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.move_run(&officer.actor(), &id, UploadState::Paused).await?;
    Ok(see_other(&format!("/console/reissues/{id}")))
}

#[post("/reissues/{id}/resume")]
async fn resume_run(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.move_run(&officer.actor(), &id, UploadState::Confirmed).await?;
    Ok(see_other(&format!("/console/reissues/{id}")))
}

#[post("/reissues/{id}/discard")]
async fn discard_run(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.move_run(&officer.actor(), &id, UploadState::Discarded).await?;
    Ok(see_other("/console/reissues?done=discarded"))
}

#[get("/reissues/{id}/result.csv")]
async fn run_result(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    Ok(csv_file("result.csv", app.run_result_file(&officer.tenant.id, &id).await?))
}

/// Links without codes: the two go to the person by different ways, so they are two files.
#[get("/reissues/{id}/links.csv")]
async fn run_links(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitations = app.run_invitations(&officer.actor(), &id).await?;
    let rows = invitations.iter().map(|it| [&it.number, &it.name, &it.link].map(String::as_str));
    Ok(csv_file("links.csv", issuance::import::csv(&["number", "name", "link"], rows)))
}

#[get("/reissues/{id}/codes.csv")]
async fn run_codes(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitations = app.run_invitations(&officer.actor(), &id).await?;
    let rows = invitations
        .iter()
        .map(|it| [it.number.as_str(), it.name.as_str(), it.transaction_code.as_deref().unwrap_or_default()]);
    Ok(csv_file("codes.csv", issuance::import::csv(&["number", "name", "transaction_code"], rows)))
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let said = problem::sentence(&error.to_string());
        match error {
            RunError::Unknown => Self::not_found(),
            RunError::Nobody | RunError::PhoneLost => Self::bad_request(said),
            RunError::State => Self::conflict(said),
            RunError::Offer(error) => error.into(),
            RunError::Store(error) => problem::store(&error),
        }
    }
}
