//! Enrolment: entering number and code, choosing a time, the call.

use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::NaiveDate;
use clock::Timestamp;
use language::Language;
use serde::Deserialize;
use url::form_urlencoded;
use web::Problem;
use web::page::html;
use wire::enrolment::Slot;

use super::entry::sign_in_first;
use super::frame::Frame;
use crate::app::enrolment::EnrolmentError;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::{EnrolmentView, PartyView};
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(enter_invitation).service(return_from_separation).service(show_enrolment);
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    fund: String,
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct InvitationPage {
    shell: Frame,
    words: Words,
    account: String,
    fund: String,
    /// Who that is, proven by the registry; nobody else is told a number or a code.
    party: Option<PartyView>,
    /// Whether the wallet holds a Separation credential.
    separated: bool,
}

#[derive(Deserialize)]
struct Return {
    #[serde(default)]
    response_code: String,
}

#[derive(Template)]
#[template(path = "enrol_return.html")]
struct ReturnPage {
    shell: Frame,
    words: Words,
    account: String,
    code: String,
    /// The page on which it can be begun again; empty where nothing was begun here.
    again: String,
}

#[derive(Template)]
#[template(path = "enrolment.html")]
struct EnrolmentPage {
    shell: Frame,
    words: Words,
    account: String,
    view: EnrolmentView,
    /// Those with a time before the due date first, in the person's language before others.
    slots: Vec<SlotLine>,
    appointment: Option<SlotLine>,
    due: String,
    /// What to do after a refusal.
    next: &'static str,
    /// Somebody else took the time that was chosen: these are the times anew.
    taken: bool,
    /// All times are listed, not the few that fit best.
    all_times: bool,
    /// Behind which the next page of them begins.
    later: Option<String>,
}

/// What the address of the page says.
#[derive(Deserialize)]
struct Asked {
    taken: Option<String>,
    /// All free times; from which on.
    times: Option<String>,
}

struct SlotLine {
    id: String,
    at: Timestamp,
    minutes: usize,
    language: &'static str,
    way: &'static str,
    late: bool,
}

#[get("/enrol")]
async fn enter_invitation(
    request: HttpRequest,
    app: App,
    words: Words,
    link: Query<Link>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else {
        let said = ["entry-enrol", "entry-to-enrol"];
        return super::entry::entry(&request, &app, actix_web::http::StatusCode::OK, said, false, false);
    };
    let fund = link.into_inner().fund;
    let party = if fund.is_empty() { None } else { app.wallet.who_enrols(&fund).await.ok() };
    html(&InvitationPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        separated: app.wallet.holds_separation(&person).await?,
        account: person.account,
        party: party.as_ref().map(PartyView::from),
        fund,
    })
}

/// Where the Fund's verifier sends the person back to. The page takes the code out of the address and asks the Fund.
#[get("/enrol/separation")]
async fn return_from_separation(
    request: HttpRequest,
    app: App,
    words: Words,
    back: Query<Return>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let fund = app.wallet.presenting_to(&person).await?;
    let encoded = |fund: String| form_urlencoded::byte_serialize(fund.as_bytes()).collect::<String>();
    html(&ReturnPage {
        again: fund.map_or_else(String::new, |fund| format!("/enrol?fund={}", encoded(fund))),
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        code: back.into_inner().response_code.chars().take(256).collect(),
    })
}

#[get("/enrolments/{id}")]
async fn show_enrolment(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let asked = asked.into_inner();
    let (record, enrolment) = match app.wallet.enrolment(&person, &id).await {
        // The page also shows what is known when the Fund cannot be asked just now.
        Err(EnrolmentError::Fund(_)) => app.wallet.known_enrolment(&person, &id).await?,
        other => other?,
    };
    let view = EnrolmentView::new(&record.id, &enrolment)?;
    let due = view.status.due;
    // Where the Fund cannot be asked just now, or the page is none of its own, the few are shown that are known.
    let times = match asked.times.as_deref().filter(|_| person.desk.is_none()) {
        Some(after) => app.wallet.free_times(&person, &id, &bounded(after)).await.ok(),
        None => None,
    };
    let slots = times.as_ref().map_or(&view.status.slots, |times| &times.slots);
    html(&EnrolmentPage {
        shell: Frame::inside(&request, &app, &person, ""),
        account: person.account,
        slots: slots.iter().map(|slot| SlotLine::new(slot, due)).collect(),
        all_times: times.is_some(),
        later: times.as_ref().and_then(|times| times.next.as_deref()).map(bounded),
        appointment: view.status.appointment.as_ref().map(|it| SlotLine::new(&it.slot, due)),
        due: words.day(&due.and_time(chrono::NaiveTime::MIN).and_utc()),
        next: next(view.status.refusal.as_deref()),
        taken: asked.taken.is_some(),
        words,
        view,
    })
}

impl SlotLine {
    fn new(slot: &Slot, due: NaiveDate) -> Self {
        Self {
            id: slot.id.clone(),
            at: slot.starts_at,
            minutes: usize::try_from(slot.minutes).unwrap_or_default(),
            language: Language::parse(&slot.language).map_or("", Language::own_name),
            way: if slot.way == "video" { "enrol-video" } else { "enrol-visit" },
            late: slot.starts_at.date_naive() > due,
        }
    }
}

/// What stands in an address of ours, from an address or from another service: it is short and has no signs of its own.
fn bounded(after: &str) -> String {
    after.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '-').take(80).collect()
}

fn next(refusal: Option<&str>) -> &'static str {
    match refusal {
        Some("document") => "enrol-refused-document",
        Some("face") => "enrol-refused-face",
        Some("answers") => "enrol-refused-answers",
        Some("line") => "enrol-refused-line",
        _ => "enrol-refused-other",
    }
}
