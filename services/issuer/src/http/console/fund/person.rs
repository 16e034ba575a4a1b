//! One person's page: each year where it stands, everything that happened, receipts, holds.

use std::collections::HashMap;

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::cycle::{CaseKind, HoldKind, PersonYear, StageName};
use entitlement::journal::Public;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::cases::CaseLine;
use super::dates::DatesCard;
use super::{Asked, badge, day, said, title};
use crate::app::{
    FundError, FundPersonPage, Issuer, JournalLine, NewHold, Receipt, channel_name, is_missing,
};
use crate::http::console::names;
use crate::http::console::session::{Audit, Issue, May, Officer, SeePeople};
use crate::http::console::view::{Badge, Place, When, shell};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(person_page).service(journal_file).service(place_hold).service(lift_hold);
}

#[derive(Template)]
#[template(path = "console/fund_person.html")]
struct PersonPage {
    shell: Shell,
    id: String,
    name: String,
    facts: Vec<(&'static str, String)>,
    years: Vec<YearCard>,
    receipts: Vec<ReceiptLine>,
    timeline: Vec<Moment>,
    open: Vec<(String, String)>,
    today: String,
    /// From which day on a proof counts for the years that are open.
    counts: String,
    issues: bool,
    audits: bool,
    cases: Vec<CaseLine>,
    dates: DatesCard,
    chain: String,
    /// A year is reinstated, and payroll has not said that it pays.
    unpaid: bool,
    done: Option<&'static str>,
}

struct YearCard {
    year: i32,
    badge: Badge,
    proof: Option<String>,
    waiting: usize,
    notice: Option<String>,
    holds: Vec<(String, String)>,
    cases: Vec<String>,
}

pub(super) struct ReceiptLine {
    pub id: String,
    pub reference: String,
    pub channel: String,
    pub badge: Badge,
    pub captured: When,
    pub received: When,
    pub years: String,
    pub until: String,
    pub waiting: bool,
}

struct Moment {
    class: &'static str,
    at: When,
    text: String,
    more: Vec<String>,
}

#[get("/fund/people/{person}")]
async fn person_page(
    officer: May<SeePeople>,
    person: Path<String>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let page = app.fund_person_page(tenant, &person).await?;
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    let cases = app.cases_of(tenant, &person).await?;
    let mut shown = PersonPage::new(&officer, page, &names, app.today(), asked.done.as_deref());
    let now = app.clock_now();
    shown.cases = cases.iter().map(|row| CaseLine::new(row, String::new(), now)).collect();
    shown.dates = DatesCard::load(&app, tenant, &person, &names).await?;
    html(&shown)
}

impl PersonPage {
    fn new(
        officer: &Officer,
        page: FundPersonPage,
        names: &HashMap<String, String>,
        today: chrono::NaiveDate,
        done: Option<&str>,
    ) -> Self {
        let words = Words { names, notes: &page.notes };
        let registered = &page.person.registered;
        let told = |text: Option<String>| text.unwrap_or_else(|| "not told".to_owned());
        let date = |day: Option<chrono::NaiveDate>| told(day.map(names::date));
        Self {
            shell: shell(officer, Place::Fund),
            name: format!("{} {}", registered.given_name, registered.family_name),
            facts: vec![
                ("Number", registered.uid.clone()),
                ("Pseudonymous number", page.person.id.clone()),
                ("Born", names::date(registered.birth_date)),
                ("Declared country", names::country(&registered.country)),
                ("Track", if registered.two_track { "two-track" } else { "one-track" }.to_owned()),
                ("Language", names::language(&registered.language)),
                ("Address", told(registered.address.as_deref().map(names::address))),
                ("In payment since", date(registered.in_payment_since)),
                ("Benefit until", registered.benefit_until.map_or("open".to_owned(), names::date)),
                ("Died", registered.died_on.map_or("no".to_owned(), |day| day.to_string())),
            ],
            years: page.years.iter().rev().map(|year| YearCard::new(year, &words)).collect(),
            receipts: page.receipts.iter().map(ReceiptLine::from).collect(),
            timeline: page.journal.iter().rev().map(|line| Moment::new(line, &words)).collect(),
            open: page
                .effects
                .iter()
                .filter(|effect| effect.done_at.is_none())
                .map(|effect| (names::effect(&effect.kind), effect.year.to_string()))
                .collect(),
            today: today.to_string(),
            counts: counts(&page.years),
            unpaid: page.years.iter().any(|year| year.stage.name() == StageName::Reinstated),
            issues: officer.roles.may(Permission::Issue),
            cases: Vec::new(),
            dates: DatesCard::default(),
            chain: match page.entries {
                (last, bound) if bound >= last => format!("All {last} entries are bound for the chain."),
                (last, 0) => format!("None of {last} entries is bound for the chain yet."),
                (last, bound) => format!("Entries up to {bound} of {last} are bound for the chain."),
            },
            audits: officer.roles.may(Permission::Audit),
            done: said(
                done,
                &[
                    ("proof", "The proof is written down. The receipt below says which years it closed."),
                    (
                        "no-year",
                        "The proof is written down, but it closes no year: it was made before the years began that are open, or none was open.",
                    ),
                    (
                        "again",
                        "This very proof had been received before. The receipt below is the first one.",
                    ),
                    ("paid", "Payroll pays again. The year is closed."),
                    ("hold", "The hold stands: nobody suspends this person meanwhile."),
                    ("lifted", "The hold is lifted."),
                    ("moved", "The date is moved for this person. The next night goes by it."),
                    ("usual", "This person has the usual dates again. The earlier version stays on record."),
                    ("decided", "The decision is written down."),
                ],
            ),
            id: page.person.id,
        }
    }
}

/// Names of officers and words of notes, which events name by number.
struct Words<'a> {
    names: &'a HashMap<String, String>,
    notes: &'a [(String, String)],
}

impl Words<'_> {
    fn spoken(&self, detail: &str) -> String {
        let mut text = detail.to_owned();
        for (id, words) in self.notes {
            text = text.replace(&format!("note {id}"), &format!("“{words}”"));
        }
        for (id, name) in self.names {
            text = text.replace(id, name);
        }
        text
    }
}

impl YearCard {
    fn new(record: &PersonYear, words: &Words<'_>) -> Self {
        Self {
            year: record.year,
            badge: badge(record.stage.name()),
            proof: record.proof.as_ref().map(|proof| {
                let channel = names::channel(channel_name(proof.channel));
                format!("{channel}, made {}", names::date(proof.captured_at.date_naive()))
            }),
            waiting: record.waiting.len(),
            notice: record.notice_on.map(names::date),
            holds: record
                .holds
                .iter()
                .map(|(id, hold)| {
                    let until =
                        hold.until.map_or(String::new(), |day| format!(", until {}", names::date(day)));
                    (id.clone(), words.spoken(&format!("{}: {}{until}", held(hold.kind), hold.reason)))
                })
                .collect(),
            cases: record.cases.values().map(|kind| case(*kind).to_owned()).collect(),
        }
    }
}

impl From<&Receipt> for ReceiptLine {
    fn from(receipt: &Receipt) -> Self {
        let years: Vec<String> = receipt.years.iter().map(ToString::to_string).collect();
        let (class, text) = match receipt.state.as_str() {
            "accepted" => ("success", "Accepted"),
            "refused" => ("error", "Refused"),
            _ => ("waiting", "Waits"),
        };
        Self {
            id: receipt.id.clone(),
            reference: receipt.reference.clone(),
            channel: names::channel(&receipt.channel),
            badge: Badge { class, text },
            captured: receipt.captured_at.into(),
            received: receipt.received_at.into(),
            years: years.join(", "),
            until: receipt.valid_until.map_or(String::new(), names::date),
            waiting: receipt.state == "waiting",
        }
    }
}

impl Moment {
    fn new(line: &JournalLine, words: &Words<'_>) -> Self {
        match &line.public {
            Public::Event { name, .. } => Self {
                class: "info",
                at: line.at.into(),
                text: sentence(name),
                more: line.detail.iter().map(|detail| words.spoken(detail)).collect(),
            },
            Public::Night { year, transitions, asked, .. } => {
                let moves = transitions
                    .iter()
                    .map(|it| format!("{} → {} ({})", title(it.from), title(it.to), rule(&it.rule)));
                let asks = asked.iter().map(|it| format!("asked for by the rule “{}”", rule(&it.rule)));
                Self {
                    class: if transitions.is_empty() { "plain" } else { "success" },
                    at: line.at.into(),
                    text: format!("Year {year}"),
                    more: moves.chain(asks).collect(),
                }
            }
        }
    }
}

/// Said before somebody types a day.
fn counts(years: &[PersonYear]) -> String {
    let open: Vec<String> = years
        .iter()
        .filter(|year| is_missing(year))
        .map(|year| format!("for {0} when made on or after 1 January {0}", year.year))
        .collect();
    match open.is_empty() {
        true => "No year of this person is open now.".to_owned(),
        false => format!("It counts {}.", open.join(", ")),
    }
}

const fn held(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::Hospital => "In hospital",
        HoldKind::Unreachable => "Cannot be reached",
        HoldKind::Other => "Another reason",
    }
}

const fn case(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Residence => "Residence",
        CaseKind::DeathReported => "A death was reported",
        CaseKind::ProofAfterDeath => "A proof with a day after the death",
        CaseKind::Account => "Another account",
        CaseKind::Appeal => "Appeal",
    }
}

/// `proof-received` as `Proof received`.
fn sentence(name: &str) -> String {
    let mut letters = name.replace('-', " ");
    if let Some(first) = letters.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    letters
}

fn rule(rule: &entitlement::cycle::Rule) -> String {
    serde_json::to_value(rule)
        .ok()
        .and_then(|it| it.as_str().map(|name| name.replace('-', " ")))
        .unwrap_or_default()
}

/// The auditor's file: `passerelle audit verify` checks it without this service.
#[get("/fund/people/{person}/journal.json")]
async fn journal_file(
    officer: May<Audit>,
    person: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let export = app.export_journal(&officer.actor(), &person).await?;
    let bytes = serde_json::to_vec_pretty(&export).map_err(|error| Problem::internal(&error))?;
    let name = format!("journal-{}.json", export.person);
    Ok(super::register::attachment("application/json", &name, bytes))
}

#[derive(Deserialize)]
struct HoldForm {
    kind: String,
    reason: String,
    #[serde(default)]
    until: String,
}

#[post("/fund/people/{person}/holds")]
async fn place_hold(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<HoldForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kind = match form.kind.as_str() {
        "hospital" => HoldKind::Hospital,
        "unreachable" => HoldKind::Unreachable,
        "other" => HoldKind::Other,
        _ => return Err(FundError::Form("choose why").into()),
    };
    let until = match form.until.trim().is_empty() {
        true => None,
        false => Some(day(&form.until)?),
    };
    let hold = NewHold { person: person.clone(), kind, reason: form.reason.clone(), until };
    app.place_hold(&officer.actor(), &hold).await?;
    Ok(see_other(&format!("/console/fund/people/{person}?done=hold")))
}

#[post("/fund/people/{person}/holds/{hold}/lift")]
async fn lift_hold(
    officer: May<Issue>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.lift_hold(&officer.actor(), &path.0, &path.1).await?;
    Ok(see_other(&format!("/console/fund/people/{}?done=lifted", path.0)))
}
