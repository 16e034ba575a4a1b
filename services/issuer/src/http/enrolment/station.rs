//! Enrolment at a station of the Fund.

use actix_web::post;
use actix_web::web::Payload;
use web::{Json, Problem};
use wire::enrolment::{EnrolmentStatus, StationWord};

use super::super::fund::message::{body, parse};
use super::Wallet;

/// A picture of 256 kB in base64url, and the rest.
const WORD_BYTES: usize = 400 * 1024;

/// The operator of a station saw the person: picture, document and word, in the place of an appointment
///
/// For a key that a wallet service keeps, after it was named. The Fund must have registered the station. The same again changes
/// nothing; an agent and a second officer decide as for everybody.
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = StationWord, responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem)))]
#[post("/enrolment/station")]
pub(super) async fn enrol_at_station(
    wallet: Wallet,
    payload: Payload,
) -> Result<Json<EnrolmentStatus>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    let word: StationWord = parse(&body(payload, WORD_BYTES).await?)?;
    Ok(Json(app.enrol_at_station(&fund.id, secret.as_deref(), &word).await?))
}
