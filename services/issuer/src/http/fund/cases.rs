//! Cases about people for machines: the pension system opens them and reads what came of them. Officers decide at the console.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, get, post};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund::{CaseOpening, CaseStanding};

use super::message::json;
use super::{About, Allowed, Call};
use crate::app::{CaseType, FundError};

const CASES: u32 = 500;

/// Cases that wait for a decision, those that are due first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<CaseStanding>), (status = "4XX", body = Problem)))]
#[get("/cases")]
pub(super) async fn list_cases(call: Call) -> Result<Json<Vec<CaseStanding>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let cases = app.list_open_cases(&by.tenant, None, None, CASES).await?;
    Ok(Json(cases.into_iter().map(|(row, _)| standing(row)).collect()))
}

/// Reports a death, a changed account, a doubt about the residence, or a survivor
///
/// While one of this kind is open about the person, it is answered with that one. Until it is decided nobody is suspended.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = CaseOpening, responses((status = 201, body = CaseStanding), (status = "4XX", body = Problem)))]
#[post("/cases")]
pub(super) async fn open_case(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let sent: CaseOpening = json(payload).await?;
    let kind = CaseType::parse(&sent.kind).ok_or(FundError::Form("there is no such kind of case"))?;
    let person = match (sent.person, sent.uid) {
        (Some(person), None) => person,
        (None, Some(uid)) => app.find_fund_person(&by.tenant, &uid).await?.ok_or_else(Problem::not_found)?,
        _ => return Err(FundError::Form("name the person by `person` or by `uid`").into()),
    };
    let id = app.open_case(&by, &person, kind, &sent.words).await?;
    let view = app.fund_case(&by.tenant, &id).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(standing(view.row)))
}

/// Where a case stands
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The case")),
    responses((status = 200, body = CaseStanding), (status = "4XX", body = Problem)))]
#[get("/cases/{id}")]
pub(super) async fn find_case(about: About) -> Result<Json<CaseStanding>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(Json(standing(app.fund_case(&by.tenant, &named).await?.row)))
}

fn standing(row: store_issuer::fund::CaseRow) -> CaseStanding {
    CaseStanding {
        id: row.id,
        person: row.person,
        kind: row.kind,
        state: row.state,
        opened_at: row.opened_at,
        due_at: row.due_at,
        outcome: row.outcome,
        on: row.on_day,
        survivor: row.survivor,
        closed_at: row.closed_at,
    }
}
