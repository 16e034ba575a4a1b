//! Inviting many people to enrol: selected, confirmed, and worked off in the background.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, delete, get, post};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund_invitations::{InvitationOrder, InvitationRunView, InvitedApart, InvitedLanguage};

use super::message::{body, parse};
use super::{About, Allowed, Call};
use crate::app::{InvitationView, NewInvitations};

/// A list of 150,000 numbers.
const ORDER_BYTES: usize = 4 * 1024 * 1024;

/// Selects people to invite, to be looked at
///
/// Nobody is invited before the confirmation. The answer says how many are meant and what appointments they would need.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = InvitationOrder,
    responses((status = 201, body = InvitationRunView), (status = "4XX", body = Problem)))]
#[post("/invitations")]
pub(super) async fn select_invitations(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let order: InvitationOrder = parse(&body(payload, ORDER_BYTES).await?)?;
    let id = app.select_invitations(&by, &selection(order)).await?;
    let view = run_view(app.invitation_run(&by.tenant, &id).await?);
    Ok(HttpResponse::build(StatusCode::CREATED).json(view))
}

/// The last runs, newest first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<String>), (status = "4XX", body = Problem)))]
#[get("/invitations")]
pub(super) async fn list_invitation_runs(call: Call) -> Result<Json<Vec<String>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let runs = app.list_invitation_runs(&by.tenant).await?;
    Ok(Json(runs.into_iter().map(|run| run.id).collect()))
}

/// A run: whom it means, the appointments they would need, and how far it is
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The run")),
    responses((status = 200, body = InvitationRunView), (status = "4XX", body = Problem)))]
#[get("/invitations/{id}")]
pub(super) async fn find_invitation_run(about: About) -> Result<Json<InvitationRunView>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(Json(run_view(app.invitation_run(&by.tenant, &named).await?)))
}

/// From here on letters are asked for, in batches that go on after a crash; confirming again changes nothing
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The run")),
    responses((status = 200, body = InvitationRunView), (status = "4XX", body = Problem)))]
#[post("/invitations/{id}/confirmation")]
pub(super) async fn confirm_invitations(about: About) -> Result<Json<InvitationRunView>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    app.confirm_invitations(&by, &named).await?;
    Ok(Json(run_view(app.invitation_run(&by.tenant, &named).await?)))
}

/// Discards a selection, or stops a run where it is; letters that were asked for stay asked for
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The run")),
    responses((status = 204, description = "Stopped"), (status = "4XX", body = Problem)))]
#[delete("/invitations/{id}")]
pub(super) async fn stop_invitations(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    app.stop_invitations(&by, &named).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn selection(order: InvitationOrder) -> NewInvitations {
    NewInvitations {
        countries: order.countries,
        languages: order.languages,
        media: order.media,
        ages: order.ages.map(|ages| (ages.from, ages.to)),
        again: order.again,
        hours: order.hours,
        list: order.uids.map(|uids| uids.join("\n").into_bytes()),
    }
}

fn run_view(view: InvitationView) -> InvitationRunView {
    let (people, without_appointment) = (view.people(), view.without_appointment());
    let InvitationView { run, chosen, apart: [enrolled, under_way, letter_waits, invited], forecast, .. } =
        view;
    InvitationRunView {
        id: run.id,
        state: run.state,
        people,
        without_appointment,
        by_language: chosen
            .into_iter()
            .map(|it| InvitedLanguage {
                language: it.language,
                people: it.people,
                free: it.free,
                needing: it.needing,
            })
            .collect(),
        apart: InvitedApart { enrolled, under_way, letter_waits, invited },
        listed: run.listed.map(|(listed, _)| listed),
        unknown: run.listed.map(|(_, unknown)| unknown),
        asked: run.progress.asked,
        due: forecast.due,
        made_at: run.made_at,
        finished_at: run.finished_at,
    }
}
