//! Stations: where operators vouch for people without a phone.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, delete, get, post};
use issuance::Scope;
use store_issuer::StationRow;
use web::{Json, Problem};
use wire::fund::{StationRegistration, StationView};

use super::message::json;
use super::{About, Allowed, Call};
use crate::app::NewStation;

/// The stations, open ones first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<StationView>), (status = "4XX", body = Problem)))]
#[get("/stations")]
pub(super) async fn list_stations(call: Call) -> Result<Json<Vec<StationView>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    Ok(Json(app.stations(&by.tenant).await?.into_iter().map(view).collect()))
}

/// Registers a station with its key and its place, for good
///
/// The same again changes nothing. A closed station is not opened again: open a new one at the station.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = StationRegistration,
    responses((status = 201, body = StationView), (status = "4XX", body = Problem)))]
#[post("/stations")]
pub(super) async fn register_station(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let StationRegistration { key, name, country } = json(payload).await?;
    let station = app.register_station(&by, &NewStation { key, name, country }).await?;
    let known = app.stations(&by.tenant).await?.into_iter().find(|row| row.thumbprint == station);
    let known = known.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(view(known)))
}

/// Closes a station: its word counts no more
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("station" = String, Path, description = "RFC 7638 thumbprint of its key")),
    responses((status = 204, description = "Closed, now or before"), (status = "4XX", body = Problem)))]
#[delete("/stations/{station}")]
pub(super) async fn close_station(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    app.close_station(&by, &named).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn view(row: StationRow) -> StationView {
    StationView {
        thumbprint: row.thumbprint,
        key: format!("did:key:{}", row.public_key),
        name: row.name,
        country: row.country,
        registered_at: row.registered_at,
        closed_at: row.closed.map(|(_, at)| at),
    }
}
