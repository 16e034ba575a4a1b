//! The yearly proof at the wish of the person, as JSON.

use actix_web::post;
use actix_web::web::Path;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::views::{SignaturesBody, SigningStep, YearQuestion, YearView, to_sign};

/// What the device key is to sign to ask the Fund how the year stands, or to begin its proof.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)),
    request_body = YearQuestion, responses(
    (status = 200, body = SigningStep), (status = "4XX", body = Problem)))]
#[post("/enrolments/{id}/year/prepare")]
pub async fn prepare_year(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<YearQuestion>,
) -> Result<Json<SigningStep>, Problem> {
    let YearQuestion { device_key, act } = body.into_inner();
    let item = app.wallet.prepare_year(&person.0, &id, act, &device_key).await?;
    Ok(Json(SigningStep { to_sign: to_sign(vec![item], "existence") }))
}

/// Asks the Fund with what was signed. `existence` is the record of this year's question, where there is one.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)),
    request_body = SignaturesBody, responses(
    (status = 200, body = YearView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments/{id}/year")]
pub async fn ask_year(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<SignaturesBody>,
) -> Result<Json<YearView>, Problem> {
    let news = app.wallet.ask_year(&person.0, &id, &body.0.by_id()).await?;
    Ok(Json(YearView::new(&id, &news)?))
}
