//! The officers' side: signing in, the code that a person reads, the decision, and who becomes an officer.

use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use clock::Timestamp;
use holding::assisted::State;
use web::Problem;
use web::page::{html, html_with};

use super::frame::Frame;
use crate::app::Person;
use crate::app::assisted::Help;
use crate::app::officers::{Desk, Officer};
use crate::http::auth::{find_person, station};
use crate::http::known::Known;
use crate::http::views::{HelpView, StationView};
use crate::http::{App, resting};
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(officers).service(visits).service(join).service(show_request).service(stations);
}

/// Who may not go on yet, and by which step they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    SignIn,
    ProveAfresh,
    /// Signed in by a passkey that is no officer's.
    OtherPasskey,
    /// Somebody is at the desk.
    Visit,
}

#[derive(Template)]
#[template(path = "officer-gate.html")]
struct GatePage {
    shell: Frame,
    words: Words,
    gate: Gate,
    /// The officer's own wallet is closed on this device since a visit, and nobody is at the desk.
    rests: bool,
}

#[derive(Template)]
#[template(path = "officers.html")]
struct DeskPage {
    shell: Frame,
    words: Words,
    open: Vec<Asked>,
}

#[derive(Template)]
#[template(path = "officer-desk.html")]
struct VisitsPage {
    shell: Frame,
    words: Words,
    /// The officer's own wallet is closed on this device since a visit.
    rests: bool,
}

#[derive(Template)]
#[template(path = "officer-stations.html")]
struct StationsPage {
    shell: Frame,
    words: Words,
    /// What this device is.
    here: Option<StationView>,
    others: Vec<StationView>,
}

#[derive(Template)]
#[template(path = "officer-request.html")]
struct RequestPage {
    shell: Frame,
    words: Words,
    asked: Asked,
    /// This officer agreed already.
    agreed: bool,
}

#[derive(Template)]
#[template(path = "officer-join.html")]
struct JoinPage {
    shell: Frame,
    words: Words,
    account: Option<String>,
    /// A wallet was opened in this browser before: its sign-in stands first.
    known: bool,
}

/// A request as officers see it.
struct Asked {
    id: String,
    help: HelpView,
    /// The name of the sentence for its state.
    state: &'static str,
    lapses_at: Timestamp,
    /// Something is left to decide.
    open: bool,
    /// Who said no, and why.
    refused: Option<(String, String)>,
}

impl Asked {
    fn new(help: &Help, now: Timestamp) -> Self {
        let recovery = &help.recovery;
        let state = match recovery.state {
            State::Asked if recovery.is_lapsed(now) => "officer-state-lapsed",
            State::Asked => "officer-state-asked",
            State::Waiting { .. } => "officer-state-waiting",
            State::Done { .. } => "officer-state-done",
            State::Refused { .. } => "officer-state-refused",
            State::Stopped { .. } => "officer-state-stopped",
        };
        let refused = match &recovery.state {
            State::Refused { by, why } => Some((by.clone(), why.clone())),
            _ => None,
        };
        let id = help.row.id.clone();
        let (lapses_at, open) = (recovery.lapses_at(), recovery.is_open(now));
        Self { id, help: help.into(), state, lapses_at, open, refused }
    }
}

#[get("/officers")]
async fn officers(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let (person, officer) = match enter(&request, &app).await? {
        Ok(entered) => entered,
        Err(gate) => return closed(&request, &app, words, gate),
    };
    let now = app.wallet.now();
    let open = app.wallet.open_help_requests(&person).await?;
    html(&DeskPage {
        shell: Frame::officer(&request, &app, &officer.name),
        words,
        open: open.iter().map(|help| Asked::new(help, now)).collect(),
    })
}

/// Where people without a phone begin and end a visit.
#[get("/officers/desk")]
async fn visits(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let (_, officer) = match enter(&request, &app).await? {
        Ok(entered) => entered,
        Err(gate) => return closed(&request, &app, words, gate),
    };
    let rests = resting::rests(&request);
    html(&VisitsPage { shell: Frame::officer(&request, &app, &officer.name), words, rests })
}

/// Devices at a fixed place; this one can become one.
#[get("/officers/stations")]
async fn stations(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let (person, officer) = match enter(&request, &app).await? {
        Ok(entered) => entered,
        Err(gate) => return closed(&request, &app, words, gate),
    };
    let here = station(&request, &app).await?.map(|station| station.thumbprint);
    let known = app.wallet.stations(&person).await?;
    let (mine, others): (Vec<_>, Vec<_>) = known
        .iter()
        .map(StationView::from)
        .partition(|station| here.as_deref() == Some(station.thumbprint.as_str()));
    html(&StationsPage {
        shell: Frame::officer(&request, &app, &officer.name),
        words,
        here: mine.into_iter().next(),
        others,
    })
}

#[get("/officers/requests/{id}")]
async fn show_request(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (person, officer) = match enter(&request, &app).await? {
        Ok(entered) => entered,
        Err(gate) => return closed(&request, &app, words, gate),
    };
    let help = app.wallet.help_for_officer(&person, &id).await?;
    html(&RequestPage {
        shell: Frame::officer(&request, &app, &officer.name),
        words,
        agreed: help.recovery.approvals.iter().any(|one| one.officer == officer.account),
        asked: Asked::new(&help, app.wallet.now()),
    })
}

/// The link itself stands in the fragment, which browsers keep to themselves.
#[get("/officers/join")]
async fn join(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let account = find_person(&request).await?.map(|person| person.account);
    let known = Known::of(&request).is_some();
    html(&JoinPage { shell: Frame::outside(&request, &app), words, account, known })
}

/// The officer who is signed in and proven, or what is missing.
pub(super) async fn enter(
    request: &HttpRequest,
    app: &App,
) -> Result<Result<(Person, Officer), Gate>, Problem> {
    let Some(person) = find_person(request).await? else { return Ok(Err(Gate::SignIn)) };
    // During a visit the page is the visitor's.
    if person.desk.is_some() {
        return Ok(Err(Gate::Visit));
    }
    Ok(match app.wallet.desk(&person).await? {
        Desk::Open(officer) => Ok((person, officer)),
        Desk::Locked(_) => Err(Gate::ProveAfresh),
        Desk::Closed => Err(Gate::OtherPasskey),
    })
}

pub(super) fn closed(
    request: &HttpRequest,
    app: &App,
    words: Words,
    gate: Gate,
) -> Result<HttpResponse, Problem> {
    let status = match gate {
        Gate::SignIn => StatusCode::UNAUTHORIZED,
        Gate::ProveAfresh | Gate::OtherPasskey | Gate::Visit => StatusCode::FORBIDDEN,
    };
    let rests = resting::rests(request) && gate != Gate::Visit;
    html_with(status, &GatePage { shell: Frame::outside(request, app), words, gate, rests })
}
