//! Lists for payroll: prepared by one, approved by two others.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::cycle::{CountryCode, StageName};
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::register::attachment;
use super::{Asked, day, said, title};
use crate::app::{Issuer, ListedPerson, SuspensionView};
use crate::http::console::session::{Approve, Issue, May, SeePeople};
use crate::http::console::view::{Badge, Place, When, counted, grouped, shell};
use crate::http::problem;

const LISTS: u32 = 24;
/// How many people a part of the page shows; the file has them all.
const SHOWN: usize = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_lists)
        .service(prepare)
        .service(payroll_csv)
        .service(dry_run_csv)
        .service(payroll_jws)
        .service(list_page)
        .service(approve)
        .service(withdraw);
}

#[derive(Template)]
#[template(path = "console/fund_lists.html")]
struct ListsPage {
    shell: Shell,
    lists: Vec<ListLine>,
    year: i32,
    payroll: String,
    /// How many are in grace, and until when.
    grace: Option<(String, String)>,
    issues: bool,
}

struct ListLine {
    id: String,
    year: i32,
    payroll: String,
    badge: Badge,
    entries: String,
    held_out: String,
    at: When,
}

fn state(state: &str) -> Badge {
    let (class, text) = match state {
        "prepared" => ("waiting", "To approve"),
        "approved" => ("success", "Approved"),
        _ => ("plain", "Withdrawn"),
    };
    Badge { class, text }
}

#[get("/fund/lists")]
async fn list_lists(officer: May<SeePeople>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let lists = app.list_fund_lists(tenant, LISTS).await?;
    let calendars = app.fund_calendars(tenant).await?;
    // Usually the list is for the year whose grace ends now.
    let today = app.today();
    let wanted = calendars.iter().rev().find(|known| known.calendar.dates().grace <= today);
    let wanted = wanted.or(calendars.first());
    let grace = match wanted {
        Some(known) => {
            let counts = app.fund_counts(tenant, known.calendar.year()).await?;
            let many =
                counts.stages.iter().find(|(stage, _)| *stage == StageName::Grace).map_or(0, |it| it.1);
            let until = known.calendar.dates().grace_until;
            (many > 0 && today <= until)
                .then(|| (counted(many, "person is", "people are"), until.to_string()))
        }
        None => None,
    };
    html(&ListsPage {
        grace,
        shell: shell(&officer, Place::Fund),
        lists: lists
            .into_iter()
            .map(|row| ListLine {
                badge: state(&row.state),
                year: row.year,
                payroll: row.payroll.to_string(),
                entries: grouped(row.entries),
                held_out: grouped(row.held_out),
                at: row.prepared_at.into(),
                id: row.id,
            })
            .collect(),
        year: wanted.map_or(chrono::Datelike::year(&today), |known| known.calendar.year()),
        payroll: wanted.map_or(today, |known| known.calendar.dates().payroll).max(today).to_string(),
        issues: officer.roles.may(Permission::Issue),
    })
}

#[derive(Deserialize)]
struct Order {
    year: i32,
    payroll: String,
}

#[post("/fund/lists")]
async fn prepare(officer: May<Issue>, form: Form<Order>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let id = app.prepare_list(&officer.actor(), form.year, day(&form.payroll)?).await?;
    Ok(see_other(&format!("/console/fund/lists/{id}")))
}

#[derive(Template)]
#[template(path = "console/fund_list.html")]
struct ListPage {
    shell: Shell,
    id: String,
    year: i32,
    payroll: String,
    badge: Badge,
    digest: String,
    by: String,
    at: When,
    entries_words: String,
    held_words: String,
    entries: Vec<ListedPerson>,
    held: Vec<ListedPerson>,
    /// Of which country alone they are shown, as three letters; empty for all.
    country: String,
    /// How many they are then, named and spared.
    of_country: Option<(String, String)>,
    /// Where the parts before and after begin.
    before: Option<usize>,
    after: Option<usize>,
    approvals: Vec<(String, When)>,
    waits: bool,
    approved: bool,
    may_approve: bool,
    issues: bool,
    standing: Option<StandingLine>,
    done: Option<&'static str>,
}

/// Where a part of the page begins.
#[derive(Deserialize)]
struct Part {
    from: Option<usize>,
    country: Option<String>,
}

/// Whom an approved list holds now.
struct StandingLine {
    at: When,
    held: String,
    ahead: bool,
    off: Vec<(String, &'static str)>,
}

#[get("/fund/lists/{id}")]
async fn list_page(
    officer: May<SeePeople>,
    id: Path<String>,
    asked: Query<Asked>,
    part: Query<Part>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let SuspensionView { row, list, notes } = app.fund_list(&officer.tenant.id, &id).await?;
    let names = app.officer_names(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
    let name = |id: &String| names.get(id).cloned().unwrap_or_else(|| "Passerelle".to_owned());
    let waits = row.state == "prepared";
    let standing = match row.state.as_str() {
        "approved" => Some(app.list_standing(&officer.tenant.id, &id).await?),
        _ => None,
    };
    let mine = list.prepared_by == officer.id || list.approvals().iter().any(|(by, _)| *by == officer.id);
    let country = match part.country.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) => Some(code.to_ascii_uppercase().parse::<CountryCode>().map_err(|_| {
            Problem::bad_request("a country is its three letters, such as SEN; leave the field empty for all")
        })?),
        None => None,
    };
    let list = match country {
        Some(country) => app.list_of_country(&officer.tenant.id, list, country).await?,
        None => list,
    };
    let from = part.from.unwrap_or_default();
    let most = list.entries.len().max(list.held_out.len());
    let named = list.entries.iter().skip(from).take(SHOWN);
    let named = named.map(|it| (it.person.clone(), it.notice_on.to_string()));
    let entries = app.listed_people(&officer.tenant.id, named).await?;
    let spared = list.held_out.iter().skip(from).take(SHOWN);
    let spared = spared.map(|it| (it.person.clone(), spoken(&it.why, &notes)));
    let held = app.listed_people(&officer.tenant.id, spared).await?;
    html(&ListPage {
        shell: shell(&officer, Place::Fund),
        year: row.year,
        payroll: row.payroll.to_string(),
        badge: state(&row.state),
        by: name(&row.prepared_by),
        at: row.prepared_at.into(),
        entries_words: counted(row.entries, "person", "people"),
        held_words: counted(row.held_out, "person", "people"),
        of_country: country.map(|_| {
            let many = |many: usize| counted(many as u64, "person", "people");
            (many(list.entries.len()), many(list.held_out.len()))
        }),
        country: country.map(|country| country.to_string()).unwrap_or_default(),
        entries,
        held,
        before: (from > 0).then(|| from.saturating_sub(SHOWN)),
        after: Some(from.saturating_add(SHOWN)).filter(|next| *next < most),
        approvals: list.approvals().iter().map(|(by, at)| (name(by), (*at).into())).collect(),
        waits,
        approved: row.state == "approved",
        may_approve: waits && !mine && officer.roles.may(Permission::Approve),
        issues: officer.roles.may(Permission::Issue),
        standing: standing.map(|it| StandingLine {
            at: it.as_of.into(),
            held: counted(it.held as u64, "person", "people"),
            ahead: it.ahead > 0,
            off: it.off.into_iter().take(SHOWN).map(|(person, stage)| (person, title(stage))).collect(),
        }),
        done: said(
            asked.done.as_deref(),
            &[
                ("approved", "Your approval is written down."),
                ("withdrawn", "The list is withdrawn. Nobody was suspended by it."),
            ],
        ),
        digest: row.digest,
        id: row.id,
    })
}

/// A reason with the words of the note it names.
fn spoken(why: &str, notes: &[(String, String)]) -> String {
    notes
        .iter()
        .fold(why.to_owned(), |why, (id, words)| why.replace(&format!("note {id}"), &format!("“{words}”")))
}

#[derive(Deserialize)]
struct Approval {
    digest: String,
}

/// The digest says what was looked at: a list that was prepared anew has another.
#[post("/fund/lists/{id}/approve")]
async fn approve(
    officer: May<Approve>,
    id: Path<String>,
    form: Form<Approval>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.approve_list(&officer.actor(), &id, &form.digest).await?;
    Ok(see_other(&format!("/console/fund/lists/{id}?done=approved")))
}

#[post("/fund/lists/{id}/withdraw")]
async fn withdraw(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.withdraw_list(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/fund/lists/{id}?done=withdrawn")))
}

/// Everybody whom the list names or spares, for whoever looks at them before it is approved.
#[get("/fund/lists/{id}/dry-run.csv")]
async fn dry_run_csv(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let bytes = app.list_file(&officer.actor(), &id).await?;
    Ok(attachment("text/csv; charset=utf-8", "dry-run.csv", bytes))
}

#[get("/fund/lists/{id}/payroll.csv")]
async fn payroll_csv(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let file = app.payroll_file(&officer.actor(), &id).await?;
    Ok(attachment("text/csv; charset=utf-8", "payroll.csv", file.csv))
}

#[get("/fund/lists/{id}/payroll.jws")]
async fn payroll_jws(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let file = app.payroll_file(&officer.actor(), &id).await?;
    Ok(attachment("application/jose", "payroll.jws", file.jws.into_bytes()))
}
