//! Nights, people, proofs, lists, calendars, and what an auditor reads.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, get, post, put};
use entitlement::cycle::{Calendar, MOST_CALENDAR_BYTES};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund::{
    ListOrder, NightRun, PaymentResumption, PersonSearch, PersonStanding, ProofEntry, ProofReceipt,
    SuspensionListView, YearNumbers,
};

use super::message::{body, json, list_view, night_run, numbers, receipt, standing};
use super::register::file;
use super::{About, Allowed, Call};
use crate::app::{FundError, NewHelper, NewProof, NightView, channel_of};

const NIGHTS: u32 = 50;

/// Runs the nightly job now, or takes an unfinished run to its end
///
/// Every person-year makes one step. Run again it finds nothing to do; cut off it goes on where it was.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = NightRun), (status = "4XX", body = Problem)))]
#[post("/nights")]
pub(super) async fn run_night(call: Call) -> Result<Json<NightRun>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    // On a task of its own: a client that hangs up does not stop it between two batches.
    let run = tokio::spawn(async move { app.run_fund_night(&by).await });
    let view = run.await.map_err(|_| Problem::unavailable("the run was cut off; it goes on by itself"))??;
    Ok(Json(night_run(&view)))
}

/// The last runs, newest first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<NightRun>), (status = "4XX", body = Problem)))]
#[get("/nights")]
pub(super) async fn list_nights(call: Call) -> Result<Json<Vec<NightRun>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let rows = app.list_fund_nights(&by.tenant, NIGHTS).await?;
    let runs = rows.into_iter().map(|row| night_run(&NightView { row, faults: Vec::new() }));
    Ok(Json(runs.collect()))
}

/// The person with a nine-digit number, which travels in the body alone
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = PersonSearch, responses((status = 200, body = PersonStanding), (status = "4XX", body = Problem)))]
#[post("/people/search")]
pub(super) async fn find_fund_person(call: Call, payload: Payload) -> Result<Json<PersonStanding>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let asked: PersonSearch = json(payload).await?;
    let person = app.find_fund_person(&by.tenant, &asked.uid).await?.ok_or_else(Problem::not_found)?;
    let page = app.fund_person_page(&by.tenant, &person).await?;
    Ok(Json(standing(&page, app.today())))
}

/// Where a person stands in each year, by pseudonymous number
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("person" = String, Path, description = "The pseudonymous number")),
    responses((status = 200, body = PersonStanding), (status = "4XX", body = Problem)))]
#[get("/people/{person}")]
pub(super) async fn find_standing(about: About) -> Result<Json<PersonStanding>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let page = app.fund_person_page(&by.tenant, &named).await?;
    Ok(Json(standing(&page, app.today())))
}

/// A proof of life that was seen: a form, a letter, a visit, a call, a certificate of an authority
///
/// Each channel ends in the same receipt. The same proof again answers with the first receipt.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = ProofEntry, responses((status = 200, body = ProofReceipt), (status = "4XX", body = Problem)))]
#[post("/proofs")]
pub(super) async fn enter_proof(call: Call, payload: Payload) -> Result<Json<ProofReceipt>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let sent: ProofEntry = json(payload).await?;
    let channel = channel_of(&sent.channel).ok_or(FundError::Form("there is no such channel"))?;
    let person = match (sent.person, sent.uid) {
        (Some(person), None) => person,
        (None, Some(uid)) => app.find_fund_person(&by.tenant, &uid).await?.ok_or_else(Problem::not_found)?,
        _ => return Err(FundError::Form("name the person by `person` or by `uid`").into()),
    };
    let new = NewProof {
        person,
        channel,
        captured_at: sent.captured_at,
        received_at: sent.received_at,
        digests: sent.digests,
        helper: match &sent.helper {
            Some(helper) => NewHelper::of(&helper.role, &helper.name)?,
            None => None,
        },
        operator: None,
        remark: sent.remark,
        accept: sent.accept,
    };
    Ok(Json(receipt(&app.enter_proof(&by, &new).await?)))
}

/// Payroll pays somebody again after a reinstatement
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = PaymentResumption, responses((status = 204, description = "Written down"), (status = "4XX", body = Problem)))]
#[post("/payments")]
pub(super) async fn resume_payment(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let sent: PaymentResumption = json(payload).await?;
    app.payment_resumed(&by, &sent.person, sent.on).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Prepares a list for a payroll and changes nothing: the dry run
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = ListOrder, responses((status = 201, body = SuspensionListView), (status = "4XX", body = Problem)))]
#[post("/suspension-lists")]
pub(super) async fn prepare_suspension_list(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let order: ListOrder = json(payload).await?;
    let id = app.prepare_list(&by, order.year, order.payroll).await?;
    let view = list_view(app.fund_list(&by.tenant, &id).await?);
    Ok(HttpResponse::build(StatusCode::CREATED).json(view))
}

/// A list with whom it names, whom it spares, and why
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = SuspensionListView), (status = "4XX", body = Problem)))]
#[get("/suspension-lists/{id}")]
pub(super) async fn find_suspension_list(about: About) -> Result<Json<SuspensionListView>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(Json(list_view(app.fund_list(&by.tenant, &named).await?)))
}

/// Whose payment is held by an approved list, for payroll
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/suspension-lists/{id}/payroll.csv")]
pub(super) async fn find_payroll_csv(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(file("text/csv; charset=utf-8", "payroll.csv", app.payroll_file(&by, &named).await?.csv))
}

/// The same as JSON in a JWS (RFC 7515) signed with the Fund's key
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = String, content_type = "application/jose"), (status = "4XX", body = Problem)))]
#[get("/suspension-lists/{id}/payroll.jws")]
pub(super) async fn find_payroll_jws(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let jws = app.payroll_file(&by, &named).await?.jws;
    Ok(file("application/jose", "payroll.jws", jws.into_bytes()))
}

/// The calendar of each year as it is now
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<Object>), (status = "4XX", body = Problem)))]
#[get("/calendars")]
pub(super) async fn list_calendars(call: Call) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let known = app.fund_calendars(&by.tenant).await?;
    let calendars: Vec<&Calendar> = known.iter().map(|known| &known.calendar).collect();
    Ok(HttpResponse::Ok().json(calendars))
}

/// Replaces the calendar of a year; earlier versions stay for auditors
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("year" = i32, Path, description = "The year of the proofs")), request_body(content = Object),
    responses((status = 204, description = "In use"), (status = "4XX", body = Problem)))]
#[put("/calendars/{year}")]
pub(super) async fn put_calendar(about: About, payload: Payload) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let bytes = body(payload, MOST_CALENDAR_BYTES).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| FundError::Form("a calendar is JSON in UTF-8"))?;
    let calendar = Calendar::parse_json(text).map_err(FundError::from)?;
    if named != calendar.year().to_string() {
        return Err(FundError::Form("the calendar is of another year than the address").into());
    }
    app.put_fund_calendar(&by, &calendar).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One year in numbers that add up
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("year" = i32, Path, description = "The year of the proofs")),
    responses((status = 200, body = YearNumbers), (status = "4XX", body = Problem)))]
#[get("/counts/{year}")]
pub(super) async fn count_year(about: About) -> Result<Json<YearNumbers>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundAudit).await?;
    let year = named.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(numbers(app.fund_counts(&by.tenant, year).await?)))
}

/// A person's journal for an auditor
///
/// `passerelle audit verify` checks it without this service: every link, every commitment, and every night once more.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("person" = String, Path, description = "The pseudonymous number")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
#[get("/journals/{person}")]
pub(super) async fn export_journal(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundAudit).await?;
    Ok(HttpResponse::Ok().json(app.export_journal(&by, &named).await?))
}
