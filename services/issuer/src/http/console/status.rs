//! Suspending, reinstating and revoking, each with a reason and a page that says what will happen.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{Days, NaiveDate, NaiveTime};
use clock::Timestamp;
use issuance::{CredentialType, Proposal, Reason, ReasonCode, StatusAct, StatusMove};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Place, shell};
use crate::app::{Issuer, Outcome};
use crate::http::problem;

const LONGEST_NOTE: usize = 500;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(status_page).service(change_status);
}

#[derive(Deserialize)]
struct Wanted {
    act: String,
}

#[derive(Template)]
#[template(path = "console/status.html")]
struct StatusPage {
    shell: Shell,
    id: String,
    name: String,
    number: String,
    back: String,
    act: StatusAct,
    reasons: Vec<ReasonCode>,
    /// Each kind once.
    affected: Vec<CredentialType>,
    earliest: String,
    needs_second: bool,
}

#[get("/people/{id}/status")]
async fn status_page(
    officer: May<SeePeople>,
    id: Path<String>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let act = act(&wanted.act)?;
    let page = app.subject_page(&officer.tenant, &id).await?;
    let place = if officer.tenant.has_staff() { Place::Staff } else { Place::Retirees };
    let affected = page.copies.iter().filter(|view| act.concerns(view.copy.status));
    let mut affected: Vec<_> = affected.map(|view| view.copy.configuration.credential_type).collect();
    affected.sort();
    affected.dedup();
    let second = app.revoking_needs_second(&officer.actor()).await;
    let second = second.map_err(|error| problem::store(&error))?;
    html(&StatusPage {
        shell: shell(&officer, place),
        back: person_address(&officer, &page.subject.id),
        id: page.subject.id,
        name: page.subject.name,
        number: page.subject.number,
        act,
        reasons: act.reasons().to_vec(),
        affected,
        earliest: app.clock_now().date_naive().to_string(),
        needs_second: second && act == StatusAct::Revoke,
    })
}

#[derive(Deserialize)]
struct Change {
    act: String,
    reason: String,
    #[serde(default)]
    note: String,
    /// The last day of a suspension, as a date field sends it; empty for one without an end.
    #[serde(default)]
    until: String,
    /// The one kind of credential it is about; all of them when empty.
    #[serde(default)]
    only: String,
}

/// All copies of the person, or those of one kind, change in one transaction: a verifier never meets one format suspended and the other not.
#[post("/people/{id}/status")]
async fn change_status(
    officer: May<Issue>,
    id: Path<String>,
    change: Form<Change>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let act = act(&change.act)?;
    let code =
        act.reason(&change.reason).ok_or_else(|| Problem::bad_request("Choose one of the reasons."))?;
    let only = (!change.only.is_empty()).then(|| change.only.parse::<CredentialType>()).transpose();
    let only = only.map_err(|_| Problem::bad_request("Choose one of the kinds, or all."))?;
    let note: String = change.note.trim().chars().take(LONGEST_NOTE).collect();
    let reason = Reason { code, note: Some(note).filter(|note| !note.is_empty()) };
    let done = match act {
        StatusAct::Suspend | StatusAct::Reinstate => {
            let until = last_day(&change.until)?;
            let change = StatusMove { until, ..StatusMove::new(act.status(), reason) };
            app.change_subject_status(&officer.actor(), &id, only, &change).await?;
            Outcome::Done
        }
        StatusAct::Revoke => {
            let (subject, reason, note) = (id.to_string(), code.as_str().to_owned(), reason.note);
            app.propose(&officer.actor(), &Proposal::Revoke { subject, reason, note, only }).await?
        }
    };
    let word = match done {
        Outcome::Done => act.done(),
        Outcome::Waits(_) => "proposed",
    };
    Ok(see_other(&format!("{}?done={word}", person_address(&officer, &id))))
}

/// The first moment after the named day, in UTC.
fn last_day(text: &str) -> Result<Option<Timestamp>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let day: Option<NaiveDate> = text.trim().parse().ok();
    let next = day.and_then(|day| day.checked_add_days(Days::new(1)));
    next.map(|day| Some(day.and_time(NaiveTime::MIN).and_utc()))
        .ok_or_else(|| Problem::bad_request("The last day is written as 2027-01-31."))
}

fn person_address(officer: &Officer, id: &str) -> String {
    let place = if officer.tenant.has_staff() { "staff" } else { "retirees" };
    format!("/console/{place}/{id}")
}

fn act(text: &str) -> Result<StatusAct, Problem> {
    StatusAct::parse(text).ok_or_else(|| Problem::bad_request("Choose what is to happen."))
}

/// What the page says of each act.
trait Told {
    fn done(self) -> &'static str;
    fn title(self) -> &'static str;
    fn consequence(self) -> &'static str;
    fn button(self) -> &'static str;
}

impl Told for StatusAct {
    fn done(self) -> &'static str {
        match self {
            Self::Suspend => "suspended",
            Self::Reinstate => "reinstated",
            Self::Revoke => "revoked",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend",
            Self::Reinstate => "Reinstate",
            Self::Revoke => "Revoke",
        }
    }

    fn consequence(self) -> &'static str {
        match self {
            Self::Suspend => {
                "Verifiers will see within seconds that the credentials are suspended. You can reinstate them later."
            }
            Self::Reinstate => "Verifiers will see within seconds that the credentials are valid again.",
            Self::Revoke => {
                "This is final. A revoked credential can never be made valid again; you can only offer a new one."
            }
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Suspend | Self::Reinstate => "",
            Self::Revoke => "danger",
        }
    }
}
