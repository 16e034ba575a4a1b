//! Guardians and attorneys: the officers' side, the visit, and the person's own list.

use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::desk::at_desk;
use super::views::{
    Confirmed, DeskView, MandateView, MandatesView, NewMandate, OfficerMandateView, OfficerMandatesView,
    Refusal, RepresentativeVisit, WalletNumber,
};

/// Records that a guardian or an attorney may act for the person of this wallet; they type the PIN. A second officer has to confirm
/// it before it counts.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = NewMandate, responses(
    (status = 201, body = OfficerMandateView), (status = "4XX", body = Problem)))]
#[post("/officers/mandates")]
pub async fn record_mandate(
    app: App,
    person: SignedIn,
    body: Json<NewMandate>,
) -> Result<HttpResponse, Problem> {
    let NewMandate { wallet, terms, seen, pin } = body.into_inner();
    let kept = app.wallet.record_mandate(&person.0, &wallet, terms.into(), (&seen, &pin)).await?;
    Ok(HttpResponse::Created().json(OfficerMandateView::from(&kept)))
}

/// What waits for a second officer.
#[utoipa::path(tag = "officers", security(("session" = [])), responses(
    (status = 200, body = OfficerMandatesView), (status = "4XX", body = Problem)))]
#[get("/officers/mandates")]
pub async fn list_recorded_mandates(
    app: App,
    person: SignedIn,
) -> Result<Json<OfficerMandatesView>, Problem> {
    Ok(Json(app.wallet.recorded_mandates(&person.0).await?.as_slice().into()))
}

/// All mandates of one wallet, the latest first. The number goes in the body, so that no log has it.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = WalletNumber, responses(
    (status = 200, body = OfficerMandatesView), (status = "4XX", body = Problem)))]
#[post("/officers/mandates/search")]
pub async fn find_mandates(
    app: App,
    person: SignedIn,
    body: Json<WalletNumber>,
) -> Result<Json<OfficerMandatesView>, Problem> {
    Ok(Json(app.wallet.find_mandates(&person.0, &body.0.wallet).await?.as_slice().into()))
}

/// One mandate, with the document it rests on.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = OfficerMandateView), (status = "4XX", body = Problem)))]
#[get("/officers/mandates/{id}")]
pub async fn show_mandate(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<Json<OfficerMandateView>, Problem> {
    Ok(Json((&app.wallet.mandate_for_officer(&person.0, &id).await?).into()))
}

/// A second officer, who saw document and representative too, confirms.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("id" = String, Path)), request_body = Confirmed,
    responses((status = 200, body = OfficerMandateView), (status = "4XX", body = Problem)))]
#[post("/officers/mandates/{id}/confirmation")]
pub async fn confirm_mandate(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Confirmed>,
) -> Result<Json<OfficerMandateView>, Problem> {
    Ok(Json((&app.wallet.confirm_mandate(&person.0, &id, &body.0.seen).await?).into()))
}

/// Ends a mandate at once, or says no to one that waits; one officer is enough.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("id" = String, Path)), request_body = Refusal,
    responses((status = 200, body = OfficerMandateView), (status = "4XX", body = Problem)))]
#[post("/officers/mandates/{id}/end")]
pub async fn end_mandate_by_officer(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Refusal>,
) -> Result<Json<OfficerMandateView>, Problem> {
    Ok(Json((&app.wallet.end_mandate_by_officer(&person.0, &id, &body.0.why).await?).into()))
}

/// A guardian or an attorney comes to the desk: the number of the mandate, and the PIN that they type.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = RepresentativeVisit, responses(
    (status = 200, body = DeskView), (status = "4XX", body = Problem)))]
#[post("/officers/desk/representative")]
pub async fn enter_by_mandate(
    app: App,
    person: SignedIn,
    body: Json<RepresentativeVisit>,
) -> Result<HttpResponse, Problem> {
    let entered = app.wallet.enter_by_mandate(&person.0, &body.0.mandate, &body.0.pin).await?;
    Ok(at_desk(&app, HttpResponse::Ok(), entered))
}

/// Who may act for the person, and who might before.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 200, body = MandatesView), (status = "4XX", body = Problem)))]
#[get("/mandates")]
pub async fn list_mandates(app: App, person: SignedIn) -> Result<Json<MandatesView>, Problem> {
    let known = app.wallet.mandates(&person.0).await?;
    Ok(Json(MandatesView { mandates: known.iter().map(MandateView::from).collect() }))
}

/// Ends what somebody may do for the person, at once.
#[utoipa::path(tag = "account", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/mandates/{id}")]
pub async fn end_mandate(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    app.wallet.end_mandate(&person.0, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
