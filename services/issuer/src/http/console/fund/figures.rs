//! The year in figures, with charts, and the work lists of focal points.

use std::collections::BTreeMap;

use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::Duration;
use clock::Timestamp;
use entitlement::cycle::StageName;
use issuance::Permission;
use serde::Deserialize;
use store_issuer::fund::{ServiceTime, WaitingProofs};
use web::Problem;
use web::page::{Shell, html};

use super::chart::{Bars, Columns, Part, Row, bars, columns};
use super::follow_up::outcome_words;
use super::people::address;
use super::register::attachment;
use super::{badge, title};
use crate::app::{AGE_BANDS, FOLLOW_UP_OUTCOMES, Group, Issuer, Missing, PeoplePart, YearFigures, age_order};
use crate::http::console::names;
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Badge, LINES, Place, grouped, page_of, shell};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(figures_page).service(follow_up_file).service(follow_up_page);
}

const PARTS: [Part; 4] = [
    Part { class: "done", title: "Closed" },
    Part { class: "missing", title: "Missing" },
    Part { class: "risk", title: "At risk" },
    Part { class: "out", title: "Not in scope" },
];
const MOST_COUNTRIES: usize = 20;

#[derive(Debug, Default, Deserialize)]
struct Asked {
    year: Option<i32>,
    country: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "console/fund_figures.html")]
struct FiguresPage {
    shell: Shell,
    year: i32,
    years: Vec<i32>,
    total: String,
    charts: Vec<Bars>,
    weeks: Columns,
    effects: Vec<[String; 5]>,
    cases: Vec<(&'static str, u64, u64)>,
    follow_up: String,
    service: Vec<[String; 5]>,
    waiting: Vec<[String; 3]>,
}

/// The years that have begun, and the one that is asked for, or that has to be looked at.
pub(super) async fn years(
    app: &Issuer,
    tenant: &str,
    asked: Option<i32>,
) -> Result<(i32, Vec<i32>), Problem> {
    let this = chrono::Datelike::year(&app.today());
    let known = app.fund_calendars(tenant).await?;
    let years: Vec<i32> = known.iter().map(|it| it.calendar.year()).filter(|year| *year <= this).collect();
    let year = match asked.filter(|year| years.contains(year)) {
        Some(year) => year,
        None => app.fund_year_in_work(tenant, &years).await?.unwrap_or(this),
    };
    Ok((year, years))
}

#[get("/fund/figures")]
async fn figures_page(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let (year, years) = years(&app, tenant, asked.year).await?;
    let figures = app.fund_figures(tenant, year).await?;
    let cases = app.count_cases(tenant).await?;
    let kind = |name: &str| crate::app::CaseType::parse(name).map_or("", crate::app::CaseType::title);
    html(&FiguresPage {
        shell: shell(&officer, Place::Fund),
        year,
        years,
        total: grouped(figures.counts.total()),
        charts: charts(&figures),
        weeks: columns(
            "Proofs by week of receipt",
            &figures.weeks.iter().map(|(day, many)| (day.to_string(), *many)).collect::<Vec<_>>(),
        ),
        effects: figures
            .effects
            .iter()
            .map(|it| {
                let open = it.asked.saturating_sub(it.done + it.withdrawn);
                let numbers = [it.asked, it.done, it.withdrawn, open].map(grouped);
                let [asked, done, withdrawn, open] = numbers;
                [names::effect(&it.kind), asked, done, withdrawn, open]
            })
            .collect(),
        cases: cases.iter().map(|it| (kind(&it.kind), it.open, it.late)).collect(),
        follow_up: grouped(figures.follow_up.iter().map(|(_, many)| many).sum()),
        service: figures.service.iter().map(service).collect(),
        waiting: figures.waiting.iter().map(|it| waiting(it, app.now())).collect(),
    })
}

/// Channel, decided, automatically, half within, nine in ten within.
fn service(time: &ServiceTime) -> [String; 5] {
    [
        names::channel(&time.channel),
        grouped(time.decided),
        grouped(time.automatic),
        span(time.half),
        span(time.most),
    ]
}

fn waiting(proofs: &WaitingProofs, now: Timestamp) -> [String; 3] {
    [names::channel(&proofs.channel), grouped(proofs.many), span(now - proofs.since)]
}

/// In the largest unit of which it has two, rounded up.
fn span(time: Duration) -> String {
    let minutes = (time.num_seconds().max(0) + 59) / 60;
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", (minutes + 59) / 60),
        _ => format!("{} days", (minutes + 1_439) / 1_440),
    }
}

fn charts(figures: &YearFigures) -> Vec<Bars> {
    let counts = &figures.counts;
    let year = Some(counts.year);
    let people = |named: [Option<&str>; 5]| Some(address(&PeoplePart::of(year, named), &[]));
    let stages = counts.stages.iter().map(|(stage, many)| Row {
        label: title(*stage).to_owned(),
        parts: parts_of(*stage, *many),
        href: people([Some(stage.as_str()), None, None, None, None]),
    });
    let proofs = [Part { class: "done", title: "Proofs" }];
    let channels = counts.channels.iter().map(|(name, many)| Row {
        label: names::channel(name),
        parts: vec![*many],
        href: people([None, Some(name), None, None, None]),
    });
    let country = |name: &str| (names::country(name), people([None, None, Some(name), None, None]));
    let language = |name: &str| (names::language(name), people([None, None, None, Some(name), None]));
    let age = |name: &str| {
        let band = AGE_BANDS.into_iter().find(|band| band.title == name);
        (name.to_owned(), people([None, None, None, None, band.map(|band| band.code)]))
    };
    vec![
        bars("stages", ("Who is where in the cycle", "Stage"), &PARTS, stages.collect(), 20),
        bars(
            "countries",
            ("By declared country", "Country"),
            &PARTS,
            by_size(&counts.countries, country),
            MOST_COUNTRIES,
        ),
        bars("ages", ("By age", "Age"), &PARTS, by_age(&counts.ages, age), 20),
        bars("languages", ("By language", "Language"), &PARTS, by_size(&counts.languages, language), 20),
        bars("channels", ("Proofs by channel", "Channel"), &proofs, channels.collect(), 20),
    ]
}

fn parts_of(stage: StageName, many: u64) -> Vec<u64> {
    let at = match stage {
        StageName::Closed | StageName::Reinstated => 0,
        StageName::Open
        | StageName::Mailed
        | StageName::Reminded
        | StageName::Overdue
        | StageName::FollowUp => 1,
        StageName::Grace | StageName::SuspensionProposed | StageName::Suspended => 2,
        StageName::NotInScope => 3,
    };
    (0..4).map(|place| if place == at { many } else { 0 }).collect()
}

fn parts(group: &Group) -> Vec<u64> {
    StageName::ALL.into_iter().fold(vec![0; 4], |sum, stage| {
        sum.iter().zip(parts_of(stage, group.in_stage(stage))).map(|(sum, many)| sum + many).collect()
    })
}

/// A name in words, and where its people are.
type Named = (String, Option<String>);

fn by_age(groups: &BTreeMap<String, Group>, named: impl Fn(&str) -> Named) -> Vec<Row> {
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|(name, _)| age_order(name));
    sorted.into_iter().map(|(name, group)| row(named(name), group)).collect()
}

fn by_size(groups: &BTreeMap<String, Group>, named: impl Fn(&str) -> Named) -> Vec<Row> {
    let mut rows: Vec<Row> = groups.iter().map(|(name, group)| row(named(name), group)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.parts.iter().sum::<u64>()));
    rows
}

fn row((label, href): Named, group: &Group) -> Row {
    Row { label, href, parts: parts(group) }
}

#[derive(Template)]
#[template(path = "console/fund_follow_up.html")]
struct FollowUpPage {
    shell: Shell,
    year: i32,
    country: String,
    country_name: String,
    countries: Vec<(String, String, bool)>,
    rows: Vec<FollowUpLine>,
    next: Option<String>,
    answers: Vec<(&'static str, String)>,
    outcomes: [(&'static str, &'static str); 4],
    exports: bool,
}

struct FollowUpLine {
    id: String,
    name: String,
    country: String,
    language: String,
    age: i32,
    badge: Badge,
    /// What a focal point said last, and when.
    answer: Option<(&'static str, String)>,
}

#[get("/fund/follow-up")]
async fn follow_up_page(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let (year, _) = years(&app, tenant, asked.year).await?;
    let figures = app.fund_figures(tenant, year).await?;
    let wanted = asked.country.as_deref().unwrap_or_default();
    let country = figures.follow_up.iter().find(|(name, _)| name == wanted).map_or("", |(name, _)| name);
    let after = asked.after.as_deref().unwrap_or_default();
    let found = app.list_follow_up(tenant, (year, country), after, LINES + 1).await?;
    let (rows, more) = page_of(found);
    let next = rows.last().filter(|_| more).map(|last| {
        format!("/console/fund/follow-up?year={year}&country={country}&after={}", last.person.id)
    });
    html(&FollowUpPage {
        shell: shell(&officer, Place::Fund),
        year,
        country: country.to_owned(),
        country_name: names::country(country),
        countries: countries(&figures.follow_up, country),
        rows: answered(&app, tenant, year, rows).await?,
        next,
        answers: app
            .count_follow_up_answers(tenant, year)
            .await?
            .into_iter()
            .map(|(outcome, many)| (outcome_words(&outcome), grouped(many)))
            .collect(),
        outcomes: FOLLOW_UP_OUTCOMES,
        exports: officer.roles.may(Permission::Issue),
    })
}

/// Each with what a focal point said last.
async fn answered(
    app: &Issuer,
    tenant: &str,
    year: i32,
    people: Vec<Missing>,
) -> Result<Vec<FollowUpLine>, Problem> {
    let mut lines = Vec::with_capacity(people.len());
    for missing in people {
        let mut line = FollowUpLine::from(missing);
        let said = app.follow_up_answers(tenant, (&line.id, year)).await?;
        line.answer = said
            .first()
            .map(|it| (outcome_words(&it.row.outcome), it.row.entered_at.date_naive().to_string()));
        lines.push(line);
    }
    Ok(lines)
}

/// Letters, name with how many are missing, and whether it is the one that is shown; by their names.
fn countries(missing: &[(String, u64)], shown: &str) -> Vec<(String, String, bool)> {
    let mut named: Vec<_> = missing
        .iter()
        .map(|(code, many)| {
            (code.clone(), format!("{} ({})", names::country(code), grouped(*many)), code == shown)
        })
        .collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    named
}

impl From<Missing> for FollowUpLine {
    fn from(missing: Missing) -> Self {
        let registered = missing.person.registered;
        let stage = StageName::ALL.into_iter().find(|stage| stage.as_str() == missing.stage);
        Self {
            id: missing.person.id,
            name: format!("{} {}", registered.given_name, registered.family_name),
            country: names::country(&registered.country),
            language: names::language(&registered.language),
            age: missing.age,
            badge: badge(stage.unwrap_or(StageName::FollowUp)),
            answer: None,
        }
    }
}

#[get("/fund/follow-up.csv")]
async fn follow_up_file(
    officer: May<Issue>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (year, _) = years(&app, &officer.tenant.id, asked.year).await?;
    let country = asked.country.as_deref().unwrap_or_default();
    let bytes = app.follow_up_file(&officer.actor(), year, country).await?;
    Ok(attachment("text/csv; charset=utf-8", &format!("follow-up-{year}-{country}.csv"), bytes))
}
