//! Cases about people for machines: the pension system opens them and reads what came of them. Officers decide at the console.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund::{CaseOpening, CaseStanding};

use super::message::json;
use super::{Token, machine};
use crate::app::{CaseType, FundError, Issuer};
use crate::http::extract::Of;

const CASES: u32 = 500;

/// Cases that wait for a decision, those that are due first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<CaseStanding>), (status = "4XX", body = Problem)))]
#[get("/cases")]
pub(super) async fn list_cases(
    of: Of,
    token: Token,
    app: Data<Issuer>,
) -> Result<Json<Vec<CaseStanding>>, Problem> {
    machine(&app, &of, &token, Scope::FundCycle).await?;
    let cases = app.list_open_cases(&of.0.id, None, None, CASES).await?;
    Ok(Json(cases.into_iter().map(|(row, _)| standing(row)).collect()))
}

/// Reports a death, a changed account, a doubt about the residence, or a survivor
///
/// While one of this kind is open about the person, it is answered with that one. Until it is decided nobody is suspended.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = CaseOpening, responses((status = 201, body = CaseStanding), (status = "4XX", body = Problem)))]
#[post("/cases")]
pub(super) async fn open_case(
    of: Of,
    token: Token,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::FundCycle).await?;
    let sent: CaseOpening = json(payload).await?;
    let kind = CaseType::parse(&sent.kind).ok_or(FundError::Form("there is no such kind of case"))?;
    let person = match (sent.person, sent.uid) {
        (Some(person), None) => person,
        (None, Some(uid)) => app.find_fund_person(&of.0.id, &uid).await?.ok_or_else(Problem::not_found)?,
        _ => return Err(FundError::Form("name the person by `person` or by `uid`").into()),
    };
    let id = app.open_case(&by, &person, kind, &sent.words).await?;
    let view = app.fund_case(&of.0.id, &id).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(standing(view.row)))
}

/// Where a case stands
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The case")),
    responses((status = 200, body = CaseStanding), (status = "4XX", body = Problem)))]
#[get("/cases/{id}")]
pub(super) async fn find_case(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<CaseStanding>, Problem> {
    machine(&app, &of, &token, Scope::FundCycle).await?;
    Ok(Json(standing(app.fund_case(&of.0.id, &path.1).await?.row)))
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
