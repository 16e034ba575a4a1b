//! Cases: a list with service times, and the page of one with its history and decisions.

use std::collections::HashMap;

use actix_multipart::Multipart;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use issuance::Permission;
use serde::Deserialize;
use store_issuer::fund::CaseRow;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::day;
use super::scanned_form::ScannedForm;
use crate::app::{CaseDecision, CaseOutcome, CaseType, FundError, Issuer};
use crate::http::console::names;
use crate::http::console::session::{Approve, Issue, May, SeePeople};
use crate::http::console::view::{Badge, LINES, Place, When, counted, page_of, shell};
use crate::http::problem;

/// Such as a certificate of death.
const MOST_SCANS: usize = 8;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_cases)
        .service(case_page)
        .service(open_case)
        .service(appeal)
        .service(decide)
        .service(answer)
        .service(reverse);
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    kind: Option<String>,
    state: Option<String>,
    after: Option<String>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/fund_cases.html")]
struct CasesPage {
    shell: Shell,
    kinds: Vec<KindLine>,
    /// The kind that is shown; empty for all.
    kind: &'static str,
    title: &'static str,
    closed: bool,
    rows: Vec<CaseLine>,
    next: Option<String>,
}

struct KindLine {
    name: &'static str,
    title: &'static str,
    open: u64,
    late: u64,
}

pub(super) struct CaseLine {
    pub id: String,
    pub name: String,
    pub title: &'static str,
    pub badge: Badge,
    pub opened: When,
    pub age: String,
    pub due: String,
    pub late: bool,
}

impl CaseLine {
    pub(super) fn new(row: &CaseRow, name: String, now: Timestamp) -> Self {
        let until = row.closed_at.unwrap_or(now);
        let age = (until - row.opened_at).num_days().unsigned_abs();
        let late = (until - row.due_at).num_days();
        Self {
            id: row.id.clone(),
            name,
            title: CaseType::parse(&row.kind).map_or("", CaseType::title),
            badge: badge(row, now),
            opened: row.opened_at.into(),
            age: counted(age, "day", "days"),
            due: match (row.closed_at.is_some(), late) {
                (_, 1..) => format!("{} late", counted(late.unsigned_abs(), "day", "days")),
                (true, _) => "in time".to_owned(),
                (false, _) => format!("by {}", row.due_at.date_naive()),
            },
            late: until > row.due_at,
        }
    }
}

fn badge(row: &CaseRow, now: Timestamp) -> Badge {
    let (class, text) = match row.state.as_str() {
        "closed" => ("success", "Closed"),
        "proposed" => ("info", "Waits for a colleague"),
        _ if row.due_at < now => ("error", "Late"),
        _ => ("waiting", "Open"),
    };
    Badge { class, text }
}

#[get("/fund/cases")]
async fn list_cases(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let kind = asked.kind.as_deref().and_then(CaseType::parse);
    let closed = asked.state.as_deref() == Some("closed");
    let after = asked.after.as_deref();
    let found = match closed {
        true => app.list_closed_cases(tenant, kind, after, LINES + 1).await?,
        false => app.list_open_cases(tenant, kind, after.and_then(place), LINES + 1).await?,
    };
    let (rows, more) = page_of(found);
    let next = rows.last().filter(|_| more).map(|(last, _)| {
        let state = if closed { "&state=closed" } else { "" };
        let place = match closed {
            true => last.id.clone(),
            false => format!("{}.{}", last.due_at.timestamp_millis(), last.id),
        };
        format!("/console/fund/cases?kind={}{state}&after={place}", kind.map_or("", CaseType::as_str))
    });
    let counts = app.count_cases(tenant).await?;
    let count = |kind: CaseType| counts.iter().find(|it| it.kind == kind.as_str());
    let now = app.clock_now();
    html(&CasesPage {
        shell: shell(&officer, Place::Fund),
        kinds: CaseType::ALL
            .into_iter()
            .map(|kind| KindLine {
                name: kind.as_str(),
                title: kind.title(),
                open: count(kind).map_or(0, |it| it.open),
                late: count(kind).map_or(0, |it| it.late),
            })
            .collect(),
        kind: kind.map_or("", CaseType::as_str),
        title: kind.map_or("All kinds", CaseType::title),
        closed,
        rows: rows.into_iter().map(|(row, name)| CaseLine::new(&row, name, now)).collect(),
        next,
    })
}

/// `milliseconds.id`, as the link to the next part has it.
fn place(text: &str) -> Option<(Timestamp, &str)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_timestamp_millis(at.parse().ok()?)?, id))
}

#[derive(Template)]
#[template(path = "console/fund_case.html")]
struct CasePage {
    shell: Shell,
    line: CaseLine,
    person: String,
    country: String,
    history: Vec<Moment>,
    outcomes: Vec<CaseOutcome>,
    /// An officer may decide now.
    decides: bool,
    /// What is proposed, by whom, and whether this officer may answer.
    proposed: Option<(&'static str, String, bool)>,
    on: Option<String>,
    came: Option<&'static str>,
    reversible: bool,
    survivors: bool,
    documents: bool,
    days: bool,
    holds: bool,
    /// Of a missing place: where the person is asked again, if they are among the retirees.
    place: Option<Option<String>>,
    /// The answer from a wallet that an appeal is about.
    wallet_answer: Option<String>,
    today: String,
    done: Option<&'static str>,
}

struct Moment {
    at: When,
    by: String,
    what: String,
    words: String,
}

#[get("/fund/cases/{id}")]
async fn case_page(
    officer: May<SeePeople>,
    id: Path<String>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let view = app.fund_case(tenant, &id).await?;
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    let named = |by: &str| spoken(by, &names);
    let (row, kind) = (&view.row, view.kind);
    let outcome = row.outcome.as_deref().and_then(|name| kind.outcome(name));
    let own = row.proposed_by.as_deref() == Some(officer.id.as_str());
    let approves = officer.roles.may(Permission::Approve) && !own;
    let registered = &view.person.registered;
    let any = |what: fn(&CaseOutcome) -> bool| kind.outcomes().iter().any(what);
    html(&CasePage {
        shell: shell(&officer, Place::Fund),
        line: CaseLine::new(
            row,
            format!("{} {}", registered.given_name, registered.family_name),
            app.clock_now(),
        ),
        person: view.person.id.clone(),
        country: names::country(&registered.country),
        history: view
            .history
            .iter()
            .map(|it| Moment {
                at: it.at.into(),
                by: named(&it.by),
                what: it.what.replace('-', " "),
                words: it.words.clone(),
            })
            .collect(),
        outcomes: kind.outcomes().to_vec(),
        decides: row.state == "open" && officer.roles.may(Permission::Issue),
        proposed: match (row.state.as_str(), outcome) {
            ("proposed", Some(outcome)) => {
                Some((outcome.title, named(row.proposed_by.as_deref().unwrap_or_default()), approves))
            }
            _ => None,
        },
        on: row.on_day.map(|on| on.to_string()),
        came: match (row.state.as_str(), row.outcome.as_deref()) {
            ("closed", Some("reversed")) if kind == CaseType::Survivor => {
                Some("It was taken back: the benefit of the person goes on")
            }
            ("closed", Some("reversed")) => Some("The record of the death was taken back: the person lives"),
            ("closed", Some("place-came")) => Some("The place came: it is the declared country"),
            ("closed", Some("place-differs")) => {
                Some("The place came: it is another country, and the case about that has the question")
            }
            ("closed", Some("proof-refused")) => Some("The proof was refused, and the question with it"),
            ("closed", _) => outcome.map(|outcome| outcome.title),
            _ => None,
        },
        reversible: matches!(
            (kind, row.outcome.as_deref()),
            (CaseType::Death, Some("confirmed")) | (CaseType::Survivor, Some("converted"))
        ) && row.state == "closed"
            && officer.roles.may(Permission::Issue),
        survivors: kind == CaseType::Survivor,
        documents: any(|it| it.document) || kind == CaseType::Place,
        place: match (kind, row.state.as_str()) {
            (CaseType::Place, "open") => Some(app.retiree_of(tenant, &row.person).await?),
            _ => None,
        },
        days: any(|it| it.day),
        wallet_answer: app.answer_of_case(tenant, &id).await?,
        holds: matches!(kind, CaseType::Residence | CaseType::Death | CaseType::Appeal),
        today: app.today().to_string(),
        done: super::said(
            asked.done.as_deref(),
            &[
                ("opened", "The case is open."),
                ("decided", "The decision is written down."),
                ("answered", "Your word is written down."),
                ("reversed", "It is taken back, and payroll is told."),
            ],
        ),
    })
}

fn spoken(by: &str, names: &HashMap<String, String>) -> String {
    match names.get(by) {
        Some(name) => name.clone(),
        None if by == "system" => "the rules".to_owned(),
        None if by == "person" => "the person, from their wallet".to_owned(),
        None => by.to_owned(),
    }
}

#[derive(Deserialize)]
struct Opening {
    kind: String,
    words: String,
}

#[post("/fund/people/{person}/cases")]
async fn open_case(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<Opening>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kind = CaseType::parse(&form.kind).ok_or(FundError::Form("choose what is in question"))?;
    let id = app.open_case(&officer.actor(), &person, kind, &form.words).await?;
    Ok(see_other(&format!("/console/fund/cases/{id}?done=opened")))
}

#[derive(Deserialize)]
struct Words {
    words: String,
}

#[post("/fund/proofs/{proof}/appeal")]
async fn appeal(
    officer: May<Issue>,
    proof: Path<String>,
    form: Form<Words>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let id = app.appeal(&officer.actor(), &proof, &form.words).await?;
    Ok(see_other(&format!("/console/fund/cases/{id}?done=opened")))
}

#[post("/fund/cases/{id}/decide")]
async fn decide(
    officer: May<Issue>,
    id: Path<String>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let ScannedForm { fields, digests: documents } =
        ScannedForm::read(form, MOST_SCANS, "A decision has at most 8 scans.").await?;
    let field = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
    let decision = CaseDecision {
        outcome: field("outcome").to_owned(),
        reason: field("reason").to_owned(),
        on: if field("on").is_empty() { None } else { Some(day(field("on"))?) },
        survivor_uid: field("survivor").to_owned(),
        documents,
    };
    app.decide_case(&officer.actor(), &id, &decision).await?;
    Ok(see_other(&format!("/console/fund/cases/{id}?done=decided")))
}

#[derive(Deserialize)]
struct Answer {
    confirm: String,
    #[serde(default)]
    reason: String,
}

#[post("/fund/cases/{id}/answer")]
async fn answer(
    officer: May<Approve>,
    id: Path<String>,
    form: Form<Answer>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.answer_case(&officer.actor(), &id, form.confirm == "yes", &form.reason).await?;
    Ok(see_other(&format!("/console/fund/cases/{id}?done=answered")))
}

#[post("/fund/cases/{id}/reverse")]
async fn reverse(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Words>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    match app.fund_case(&officer.tenant.id, &id).await?.kind {
        CaseType::Survivor => app.reverse_conversion(&officer.actor(), &id, &form.words).await?,
        _ => app.reverse_death(&officer.actor(), &id, &form.words).await?,
    }
    Ok(see_other(&format!("/console/fund/cases/{id}?done=reversed")))
}
