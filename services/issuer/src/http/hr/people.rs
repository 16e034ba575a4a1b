//! People on the staff list: the life of their credentials, offers, status.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, delete, get, post};
use issuance::Scope;
use web::{Json, Problem};
use wire::hr::{MadeOffer, OfferOrder, OrderOutcome, PersonLife, StaffSearch, StatusOrder};

use super::machine;
use super::message::{asked_offer, asked_status, life, made, outcome};
use crate::app::Issuer;
use crate::http::extract::Of;
use crate::http::fund::Token;
use crate::http::fund::message::json;

/// The person with a staff number, which travels in the body alone
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation")),
    request_body = StaffSearch, responses((status = 200, body = PersonLife), (status = "4XX", body = Problem)))]
#[post("/people/search")]
pub(super) async fn find_staff(
    of: Of,
    token: Token,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<PersonLife>, Problem> {
    machine(&app, &of, &token, Scope::Credentials).await?;
    let asked: StaffSearch = json(payload).await?;
    let person = app.find_by_staff_number(&of.0.id, &asked.staff_number).await?;
    Ok(Json(life(app.subject_page(&of.0, &person).await?)))
}

/// What a person was offered, holds, held, and why it changed
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("person" = String, Path, description = "Given by this service")),
    responses((status = 200, body = PersonLife), (status = "4XX", body = Problem)))]
#[get("/people/{person}")]
pub(super) async fn find_person_life(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<PersonLife>, Problem> {
    machine(&app, &of, &token, Scope::Credentials).await?;
    Ok(Json(life(app.subject_page(&of.0, &path.1).await?)))
}

/// Suspends, reinstates, or proposes to revoke what a person holds
///
/// All copies change in one transaction, and the lists follow at the next cadence. The same order again changes nothing.
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("person" = String, Path, description = "Given by this service")), request_body = StatusOrder,
    responses((status = 200, body = OrderOutcome), (status = 202, body = OrderOutcome, description = "A second person approves"),
        (status = "4XX", body = Problem)))]
#[post("/people/{person}/status")]
pub(super) async fn change_person_status(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::Credentials).await?;
    let asked = asked_status(path.into_inner().1, json::<StatusOrder>(payload).await?)?;
    Ok(outcome(app.change_for_machine(&by, &asked).await?))
}

/// Offers credentials to a person
///
/// The answer has the link and the transaction code, which go to the person by different ways. The same order again, while
/// its offer waits, is answered with that offer.
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation")),
    request_body = OfferOrder, responses((status = 201, body = MadeOffer), (status = "4XX", body = Problem)))]
#[post("/offers")]
pub(super) async fn make_offer(
    of: Of,
    token: Token,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::Credentials).await?;
    let asked = asked_offer(json::<OfferOrder>(payload).await?)?;
    let offer = made(app.offer_for_machine(&by, &asked).await?);
    Ok(HttpResponse::build(StatusCode::CREATED).insert_header(("cache-control", "no-store")).json(offer))
}

/// Takes back an offer that nobody has taken; once more changes nothing
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("offer" = String, Path, description = "The offer")),
    responses((status = 204, description = "Withdrawn"), (status = "4XX", body = Problem)))]
#[delete("/offers/{offer}")]
pub(super) async fn withdraw_offer(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::Credentials).await?;
    app.withdraw_offer(&by, &path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}
