//! Answers that wait for a decision: how many of each kind, a list, and the next one for an officer who has a minute.

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use issuance::message::Language;
use serde::Deserialize;
use store_issuer::{WaitingAnswer, WaitingCounts};
use url::form_urlencoded;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, LINES, Place, When, counted, grouped, page_of, shell};
use super::{names, people::text};
use crate::app::{CLAIM_MINUTES, Issuer, QueuePart};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_answers).service(take_next).service(take).service(give_back);
}

/// The part of the queue that an officer works on. It goes along in addresses and says nothing of a person.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    lane: Option<String>,
    language: Option<String>,
    after: Option<String>,
    appeals: Option<String>,
    done: Option<String>,
}

impl Wanted {
    pub(super) fn part(&self) -> QueuePart {
        QueuePart::of(self.lane.as_deref(), self.language.as_deref())
    }
}

/// The address of a page with the part of the queue, and with what else it says.
pub(super) fn address(path: &str, part: &QueuePart, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(more);
    if let Some(lane) = part.lane {
        query.append_pair("lane", lane);
    }
    if let Some(language) = part.language {
        query.append_pair("language", language.code());
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[derive(Template)]
#[template(path = "console/answers.html")]
struct AnswersPage {
    shell: Shell,
    total: String,
    waits: bool,
    since: Option<When>,
    taken: String,
    lanes: Vec<LaneLink>,
    languages: Vec<(&'static str, String, bool)>,
    lane: &'static str,
    here: String,
    next_action: String,
    minutes: i64,
    issues: bool,
    narrowed: bool,
    rows: Vec<AnswerRow>,
    next: Option<String>,
    first: bool,
    appeals: Vec<AppealLine>,
    appeals_next: Option<String>,
    done: Option<&'static str>,
}

struct LaneLink {
    title: &'static str,
    many: String,
    href: String,
    here: bool,
}

struct AnswerRow {
    href: String,
    name: String,
    uid: String,
    year: i32,
    language: String,
    answered: When,
    badges: Vec<Badge>,
    claim: Option<ClaimLine>,
}

/// Who has an answer before them.
pub(super) struct ClaimLine {
    pub name: String,
    pub mine: bool,
    pub until: When,
}

/// An appeal of somebody who is on no register; the others are cases.
struct AppealLine {
    id: String,
    name: String,
    uid: String,
    opened: When,
    due: When,
    late: bool,
}

#[get("/requests")]
async fn list_answers(
    officer: May<SeePeople>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    const PATH: &str = "/console/requests";
    let tenant = officer.tenant.id.as_str();
    let part = wanted.part();
    let counts = app.count_queue(tenant).await?;
    let after = wanted.after.as_deref().unwrap_or_default();
    let (rows, more) = page_of(app.list_queue(tenant, (&part, after), LINES + 1).await?);
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    let next = rows.last().filter(|_| more).map(|last| address(PATH, &part, &[("after", &last.request)]));
    let (appeals, appeals_next) = appeals(&app, tenant, &wanted, &part).await?;
    html(&AnswersPage {
        shell: shell(&officer, Place::Answers),
        total: counted(counts.all, "answer", "answers"),
        waits: counts.all > 0,
        since: counts.since.map(When::from),
        taken: grouped(counts.taken),
        lanes: lanes(&counts, &part),
        languages: languages(&counts, &part),
        lane: part.lane.unwrap_or_default(),
        next_action: address("/console/requests/next", &part, &[]),
        minutes: CLAIM_MINUTES,
        issues: officer.roles.may(Permission::Issue),
        narrowed: part != QueuePart::default(),
        rows: rows.into_iter().map(|row| AnswerRow::new(row, &part, (&officer, &names))).collect(),
        next,
        first: after.is_empty(),
        here: address(PATH, &part, &[]),
        appeals,
        appeals_next,
        done: match wanted.done.as_deref() {
            Some("none") => Some("No other answer of this kind is free now."),
            Some("back") => Some("Your colleagues can take that answer again."),
            _ => None,
        },
    })
}

async fn appeals(
    app: &Issuer,
    tenant: &str,
    wanted: &Wanted,
    part: &QueuePart,
) -> Result<(Vec<AppealLine>, Option<String>), Problem> {
    let now = app.clock_now();
    let after = wanted.appeals.as_deref().unwrap_or_default();
    let (rows, more) = page_of(app.list_open_appeals(tenant, after, LINES + 1).await?);
    let next = rows.last().filter(|_| more).map(|last| {
        format!("{}#appeals-title", address("/console/requests", part, &[("appeals", &last.row.request_id)]))
    });
    let line = |open: crate::app::OpenAppeal| AppealLine {
        id: open.row.request_id,
        name: open.name,
        uid: open.uid,
        opened: open.row.opened_at.into(),
        due: open.row.due_at.into(),
        late: open.row.due_at < now,
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

fn lanes(counts: &WaitingCounts, part: &QueuePart) -> Vec<LaneLink> {
    [
        (None, "All", counts.all),
        (Some("passed"), "Every check passed", counts.passed),
        (Some("doubt"), "In doubt", counts.doubt),
        (Some("talk"), "Without pictures", counts.talk),
        (Some("station"), "From a station", counts.station),
        (Some("key"), "With another key", counts.key),
        (Some("residence"), "In another country", counts.residence),
    ]
    .into_iter()
    .map(|(lane, title, many)| LaneLink {
        title,
        many: grouped(many),
        href: address("/console/requests", &QueuePart { lane, ..part.clone() }, &[]),
        here: part.lane == lane,
    })
    .collect()
}

fn languages(counts: &WaitingCounts, part: &QueuePart) -> Vec<(&'static str, String, bool)> {
    let line = |(language, many): (Language, &u64)| {
        let title = format!("{} ({})", language.title(), grouped(*many));
        (language.code(), title, part.language == Some(language))
    };
    Language::ALL.into_iter().zip(&counts.languages).map(line).collect()
}

impl AnswerRow {
    fn new(
        row: WaitingAnswer,
        part: &QueuePart,
        (officer, names): (&Officer, &HashMap<String, String>),
    ) -> Self {
        Self {
            href: address(&format!("/console/requests/{}", row.request), part, &[]),
            language: names::language(&text(&row.claims, "language")),
            badges: badges(&row),
            claim: row.claim.map(|claim| ClaimLine {
                name: names.get(&claim.officer).cloned().unwrap_or_default(),
                mine: claim.officer == officer.id,
                until: claim.until.into(),
            }),
            name: row.name,
            uid: row.number,
            year: row.year,
            answered: row.answered_at.into(),
        }
    }
}

fn badges(row: &WaitingAnswer) -> Vec<Badge> {
    let lane = match row.lane.as_str() {
        "passed" => Badge { class: "success", text: "Checks passed" },
        "doubt" => Badge { class: "warning", text: "In doubt" },
        "station" => Badge { class: "info", text: "From a station" },
        _ => Badge { class: "plain", text: "Visit or call" },
    };
    [
        (true, lane),
        (row.new_key, Badge { class: "warning", text: "Another key" }),
        (row.elsewhere, Badge { class: "waiting", text: "Another country" }),
        (row.first_word.is_some(), Badge { class: "info", text: "Second word" }),
    ]
    .into_iter()
    .filter_map(|(shown, badge)| shown.then_some(badge))
    .collect()
}

/// The longest waiting answer that nobody has.
#[post("/requests/next")]
async fn take_next(
    officer: May<Issue>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let part = wanted.part();
    Ok(match app.take_next_answer(&officer.actor(), &part).await? {
        Some(id) => see_other(&address(&format!("/console/requests/{id}"), &part, &[])),
        None => see_other(&address("/console/requests", &part, &[("done", "none")])),
    })
}

#[post("/requests/{id}/take")]
async fn take(
    officer: May<Issue>,
    id: Path<String>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    use crate::app::ExistenceError;
    match app.take_answer(&officer.actor(), &id).await {
        // The page says who has it, or what was decided.
        Ok(_) | Err(ExistenceError::Taken { .. } | ExistenceError::Confirm(_)) => {
            Ok(see_other(&address(&format!("/console/requests/{id}"), &wanted.part(), &[])))
        }
        Err(error) => Err(error.into()),
    }
}

#[post("/requests/{id}/give-back")]
async fn give_back(
    officer: May<Issue>,
    id: Path<String>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.give_answer_back(&officer.actor(), &id).await?;
    Ok(see_other(&address("/console/requests", &wanted.part(), &[("done", "back")])))
}
