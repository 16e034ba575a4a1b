//! The Fund's year at the console: who is where, one person's year, the register, lists for payroll.

mod audit;
mod cases;
mod chart;
mod dates;
mod differences;
mod fairness;
mod figures;
mod follow_up;
mod invitations;
mod letters;
mod lists;
mod mailing;
mod mailings;
mod new_year;
mod payroll;
mod people;
mod person;
mod proofs;
mod receipts;
mod register;
mod scanned_form;
mod scans;
mod stations;

use std::collections::BTreeMap;

use actix_web::web::{Data, Form, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::cycle::{CountryCode, StageName};
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::names;
use super::session::{Issue, May, SeePeople};
use super::view::{Badge, Place, When, grouped, shell};
use crate::app::{AGE_BANDS, CalendarChange, FundError, Group, Issuer, PeoplePart, YearCounts, age_order};
use crate::http::problem;

const NIGHTS: u32 = 5;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(fund_page).service(run_night).service(hold_out_country);
    people::configure(config);
    proofs::configure(config);
    person::configure(config);
    register::configure(config);
    lists::configure(config);
    mailings::configure(config);
    scans::configure(config);
    audit::configure(config);
    receipts::configure(config);
    cases::configure(config);
    figures::configure(config);
    fairness::configure(config);
    stations::configure(config);
    dates::configure(config);
    payroll::configure(config);
    new_year::configure(config);
    letters::configure(config);
    mailing::configure(config);
    follow_up::configure(config);
    invitations::configure(config);
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    year: Option<i32>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/fund.html")]
struct FundPage {
    shell: Shell,
    year: i32,
    years: Vec<i32>,
    total: String,
    anybody: bool,
    stages: Vec<StageLine>,
    groups: Vec<GroupTable>,
    effects: Vec<(String, String)>,
    nights: Vec<NightLine>,
    hold_outs: Vec<(String, String, String)>,
    dates: dates::YearDates,
    /// A year that has no calendar and needs one.
    without_calendar: Option<i32>,
    issues: bool,
    audits: bool,
    done: Option<&'static str>,
}

struct StageLine {
    name: &'static str,
    title: &'static str,
    many: String,
    value: u64,
    total: u64,
}

/// People of one kind: all, missing, at risk, proven.
struct GroupTable {
    title: &'static str,
    heading: &'static str,
    rows: Vec<GroupRow>,
    more: usize,
    /// Where all of them are.
    all: String,
}

struct GroupRow {
    title: String,
    /// The people behind the figure.
    href: String,
    numbers: Vec<String>,
}

struct NightLine {
    at: When,
    looked_at: String,
    changed: String,
    faults: u64,
    finished: bool,
}

#[get("/fund")]
async fn fund_page(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let calendars = app.fund_calendars(tenant).await?;
    let mut years: Vec<i32> = calendars.iter().map(|known| known.calendar.year()).collect();
    let this = chrono::Datelike::year(&app.today());
    if years.is_empty() {
        years.push(this);
    }
    let begun: Vec<i32> = years.iter().copied().filter(|year| *year <= this).collect();
    let year = match asked.year.filter(|year| years.contains(year)) {
        Some(year) => year,
        None => app.fund_year_in_work(tenant, &begun).await?.unwrap_or(this),
    };
    let counts = app.fund_counts(tenant, year).await?;
    let nights = app.list_fund_nights(tenant, NIGHTS).await?;
    let shown = calendars.iter().find(|known| known.calendar.year() == year);
    let hold_outs = shown.map(|known| {
        let line = |held: &entitlement::cycle::HoldOut| {
            let country = names::country(held.country.as_str());
            let days = format!("{} to {}", names::date(held.from), names::date(held.until));
            (country, days, held.reason.clone())
        };
        known.calendar.hold_outs().iter().map(line).collect()
    });
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    let dates = shown.map(|known| dates::YearDates::new(&known.calendar, app.today(), &names));
    html(&FundPage {
        dates: dates.unwrap_or_default(),
        without_calendar: app.year_without_calendar(tenant).await?,
        shell: shell(&officer, Place::Fund),
        year,
        years: years.into_iter().filter(|year| *year <= this).collect(),
        total: grouped(counts.total()),
        anybody: counts.total() > 0,
        stages: stages(&counts),
        groups: groups(&counts),
        effects: counts
            .open_effects
            .iter()
            .map(|(kind, many)| (names::effect(kind), grouped(*many)))
            .collect(),
        nights: nights
            .into_iter()
            .map(|night| NightLine {
                at: night.at.into(),
                looked_at: grouped(night.people),
                changed: grouped(night.changed),
                faults: night.faults,
                finished: night.finished_at.is_some(),
            })
            .collect(),
        hold_outs: hold_outs.unwrap_or_default(),
        issues: officer.roles.may(Permission::Issue),
        audits: officer.roles.may(Permission::Audit),
        done: said(
            asked.done.as_deref(),
            &[
                ("new-year", "The calendar is made. Nights go by it from now on."),
                ("night", "The night was run. Nothing is done twice by running it again."),
                ("moved", "The date is moved for that country. The next night goes by it."),
                ("usual", "That country has the usual dates again. The earlier version stays on record."),
                ("held-out", "Nobody of that country is suspended in that time."),
            ],
        ),
    })
}

/// Runs the night on a task of its own, so that closing the page does not stop it.
#[post("/fund/nights")]
async fn run_night(officer: May<Issue>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let by = officer.actor();
    let run = tokio::spawn(async move { app.run_fund_night(&by).await });
    run.await.map_err(|_| Problem::unavailable("the run was cut off; it goes on by itself"))??;
    Ok(see_other("/console/fund?done=night"))
}

#[derive(Deserialize)]
struct HoldOutForm {
    year: i32,
    country: String,
    from: String,
    until: String,
    reason: String,
}

#[post("/fund/hold-outs")]
async fn hold_out_country(
    officer: May<Issue>,
    form: Form<HoldOutForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let country: CountryCode = form
        .country
        .trim()
        .to_uppercase()
        .parse()
        .map_err(|_| FundError::Form("a country is three letters, such as SDN"))?;
    let change = CalendarChange::HoldOut {
        country,
        from: day(&form.from)?,
        until: day(&form.until)?,
        reason: form.reason.trim().to_owned(),
    };
    app.change_fund_calendar(&officer.actor(), form.year, &change).await?;
    Ok(see_other(&format!("/console/fund?year={}&done=held-out", form.year)))
}

pub(super) fn day(text: &str) -> Result<chrono::NaiveDate, FundError> {
    text.trim().parse().map_err(|_| FundError::Form("a day is written year-month-day, such as 2026-12-31"))
}

/// The sentence for a word of ours.
pub(super) fn said(word: Option<&str>, known: &[(&str, &'static str)]) -> Option<&'static str> {
    known.iter().find(|(known, _)| Some(*known) == word).map(|(_, sentence)| *sentence)
}

pub(super) const fn title(stage: StageName) -> &'static str {
    match stage {
        StageName::NotInScope => "Not in scope",
        StageName::Open => "Open",
        StageName::Mailed => "Form mailed",
        StageName::Reminded => "Mailed again",
        StageName::Overdue => "Overdue",
        StageName::FollowUp => "Follow-up",
        StageName::Grace => "Grace",
        StageName::SuspensionProposed => "Suspension proposed",
        StageName::Suspended => "Suspended",
        StageName::Reinstated => "Reinstated",
        StageName::Closed => "Closed",
    }
}

pub(super) const fn badge(stage: StageName) -> Badge {
    let class = match stage {
        StageName::NotInScope => "plain",
        StageName::Open | StageName::Mailed | StageName::Reminded => "info",
        StageName::Overdue | StageName::FollowUp => "waiting",
        StageName::Grace | StageName::SuspensionProposed => "warning",
        StageName::Suspended => "error",
        StageName::Reinstated | StageName::Closed => "success",
    };
    Badge { class, text: title(stage) }
}

fn stages(counts: &YearCounts) -> Vec<StageLine> {
    let total = counts.total();
    let line = |(stage, many): &(StageName, u64)| StageLine {
        name: stage.as_str(),
        title: title(*stage),
        many: grouped(*many),
        value: *many,
        total,
    };
    counts.stages.iter().map(line).collect()
}

fn groups(counts: &YearCounts) -> Vec<GroupTable> {
    let year = Some(counts.year);
    let of = |part: PeoplePart| people::address(&part, &[]);
    let channel = |(name, many): (&String, &u64)| GroupRow {
        title: names::channel(name),
        href: of(PeoplePart::of(year, [None, Some(name), None, None, None])),
        numbers: vec![grouped(*many)],
    };
    let all = format!("/console/fund/figures?year={}", counts.year);
    let country =
        |name: &str| (names::country(name), PeoplePart::of(year, [None, None, Some(name), None, None]));
    let language =
        |name: &str| (names::language(name), PeoplePart::of(year, [None, None, None, Some(name), None]));
    let age = |name: &str| {
        let band = AGE_BANDS.into_iter().find(|band| band.title == name);
        (name.to_owned(), PeoplePart { year, age: band, ..PeoplePart::default() })
    };
    vec![
        table(("By country", "Country"), &counts.countries, country, format!("{all}#countries")),
        table(("By age", "Age"), &counts.ages, age, format!("{all}#ages")),
        table(("By language", "Language"), &counts.languages, language, format!("{all}#languages")),
        GroupTable {
            title: "Proofs by channel",
            heading: "Channel",
            rows: counts.channels.iter().map(channel).collect(),
            more: 0,
            all: format!("{all}#channels"),
        },
    ]
}

/// Those with most people first; ages from the youngest on.
fn table(
    (title, heading): (&'static str, &'static str),
    groups: &BTreeMap<String, Group>,
    part: impl Fn(&str) -> (String, PeoplePart),
    all: String,
) -> GroupTable {
    const SHOWN: usize = 12;
    let mut sorted: Vec<(&String, &Group)> = groups.iter().collect();
    match heading {
        "Age" => sorted.sort_by_key(|(name, _)| age_order(name)),
        _ => sorted.sort_by_key(|(name, group)| (std::cmp::Reverse(group.total()), (*name).clone())),
    }
    let row = |(name, group): &(&String, &Group)| {
        let sum = |stages: &[StageName]| stages.iter().map(|stage| group.in_stage(*stage)).sum::<u64>();
        let missing = sum(&[
            StageName::Open,
            StageName::Mailed,
            StageName::Reminded,
            StageName::Overdue,
            StageName::FollowUp,
        ]);
        let at_risk = sum(&[StageName::Grace, StageName::SuspensionProposed, StageName::Suspended]);
        let done = sum(&[StageName::Closed, StageName::Reinstated]);
        let (title, part) = part(name);
        GroupRow {
            title,
            href: people::address(&part, &[]),
            numbers: [group.total(), missing, at_risk, done].map(grouped).to_vec(),
        }
    };
    let more = sorted.len().saturating_sub(SHOWN);
    GroupTable { title, heading, rows: sorted.iter().take(SHOWN).map(row).collect(), more, all }
}
