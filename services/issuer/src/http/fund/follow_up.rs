//! What focal points answer, and asking everybody who is enrolled.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use issuance::Scope;
use store_issuer::fund::AskRunRow;
use web::{Json, Problem};
use wire::fund_follow_up::{AskRun, FollowUpAnswers, FollowUpEntered};

use super::message::json;
use super::{Call, Token, machine};
use crate::app::{Issuer, NewFollowUp};
use crate::http::extract::Of;

/// Writes down what a focal point found out about people
///
/// The same again changes nothing. An answer is no proof.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("year" = i32, Path, description = "The year of the proofs")), request_body = FollowUpAnswers,
    responses((status = 200, body = FollowUpEntered), (status = "4XX", body = Problem)))]
#[post("/follow-up/{year}/answers")]
pub(super) async fn enter_follow_up(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
    payload: Payload,
) -> Result<Json<FollowUpEntered>, Problem> {
    let by = machine(&app, &of, &token, Scope::FundCycle).await?;
    let year = path.1.parse().map_err(|_| Problem::not_found())?;
    let sent: FollowUpAnswers = json(payload).await?;
    let new = NewFollowUp { people: sent.people, year, outcome: sent.outcome, words: sent.words };
    Ok(Json(FollowUpEntered { entered: app.enter_follow_up(&by, &new).await? }))
}

/// Asks everybody who is enrolled and whose year is open for the proof
///
/// In the background; while it goes on, asking again is the same run. Whoever has an open question keeps it. A wallet needs no such
/// question: it begins by itself.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 202, body = AskRun), (status = "4XX", body = Problem)))]
#[post("/questions")]
pub(super) async fn ask_everybody(call: Call) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let run = app.ask_everybody(&by).await?;
    Ok(HttpResponse::build(StatusCode::ACCEPTED).json(view(run)))
}

/// The last times of asking everybody, newest first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<AskRun>), (status = "4XX", body = Problem)))]
#[get("/questions")]
pub(super) async fn list_ask_runs(call: Call) -> Result<Json<Vec<AskRun>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    Ok(Json(app.list_ask_runs(&by.tenant).await?.into_iter().map(view).collect()))
}

fn view(row: AskRunRow) -> AskRun {
    AskRun {
        id: row.id,
        year: row.year,
        asked: row.asked,
        passed: row.passed,
        made_at: row.made_at,
        finished_at: row.finished_at,
    }
}
