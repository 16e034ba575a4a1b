//! Stations: officers' devices at a fixed place.

use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use web::{Json, Problem};

use super::App;
use super::auth::{SignedIn, station_cookie};
use super::views::{DeskProof, ExistenceView, NewStation, StationView, StationsView, presence};

/// Makes this device a station at a fixed place. The Fund has to register its key before its word counts.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = NewStation, responses(
    (status = 201, body = StationView), (status = "4XX", body = Problem)))]
#[post("/officers/stations")]
pub async fn open_station(
    app: App,
    person: SignedIn,
    body: Json<NewStation>,
) -> Result<HttpResponse, Problem> {
    let NewStation { name, country } = body.0;
    let (registered, token) = app.wallet.open_station(&person.0, &name, &country).await?;
    let cookie = station_cookie(&app, &token);
    Ok(HttpResponse::Created().cookie(cookie).json(StationView::from(&registered)))
}

/// The stations of this service.
#[utoipa::path(tag = "officers", security(("session" = [])), responses(
    (status = 200, body = StationsView), (status = "4XX", body = Problem)))]
#[get("/officers/stations")]
pub async fn list_stations(app: App, person: SignedIn) -> Result<Json<StationsView>, Problem> {
    let known = app.wallet.stations(&person.0).await?;
    Ok(Json(StationsView { stations: known.iter().map(StationView::from).collect() }))
}

/// Ends a station; its key is destroyed. The Fund is told apart from this.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("station" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/officers/stations/{station}")]
pub async fn close_station(
    app: App,
    person: SignedIn,
    station: Path<String>,
) -> Result<HttpResponse, Problem> {
    app.wallet.close_station(&person.0, &station).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Completes and sends the proof of the person at the desk, who types the PIN or uses their card or key; the officer vouches for having recognised them.
/// Where an answer is stored already, sends that one again.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), request_body = DeskProof,
    responses((status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/desk")]
pub async fn prove_existence_at_desk(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<DeskProof>,
) -> Result<Json<ExistenceView>, Problem> {
    let DeskProof { pin, assertion, recognised_by, frames } = body.0;
    let shown = presence(pin.as_ref(), assertion.as_ref())?;
    let seen = (recognised_by.into(), frames);
    let (record, existence) = app.wallet.prove_existence_at_desk(&person.0, &id, shown, seen).await?;
    Ok(Json(ExistenceView::new(&record.id, &existence)))
}
