//! The yearly proof at the wish of the person: what a wallet asks with its device key.

use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::{Data, Payload};
use web::{Json, Problem, ServiceConfig};
use wire::yearly::{DeviceWord, YearStanding};

use super::extract::Of;
use super::fund::Token;
use super::fund::message::json;
use crate::app::{Issuer, Spoken, YearRefusal};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(look_at_year).service(begin_year);
}

/// How the year of the holder of a device key stands
///
/// The key is the one that enrolment bound; `word` says for what it signs, and counts once. With a new key the secret of the wallet's
/// enrolment says whose it is. Nothing that is sent or answered names anybody.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path, description = "The Fund")),
    request_body = DeviceWord, responses((status = 200, body = YearStanding), (status = "4XX", body = Problem)))]
#[post("/existence/year")]
async fn look_at_year(
    of: Of,
    token: Token,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<YearStanding>, Problem> {
    let said: DeviceWord = word(&of, payload).await?;
    let spoken = Spoken { word: &said.word, secret: token.as_deref() };
    Ok(Json(app.look_at_year(&of.0.id, spoken).await?))
}

/// Begins this year's proof at the wish of the person
///
/// It is the question that an officer would ask, and `requestUri` leads to it. While one is open or answered, asking again gives the
/// same one.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path, description = "The Fund")),
    request_body = DeviceWord, responses((status = 200, body = YearStanding), (status = "4XX", body = Problem)))]
#[post("/existence/begin")]
async fn begin_year(
    of: Of,
    token: Token,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<YearStanding>, Problem> {
    let said: DeviceWord = word(&of, payload).await?;
    let spoken = Spoken { word: &said.word, secret: token.as_deref() };
    Ok(Json(app.begin_year(&of.0.id, spoken).await?))
}

/// Other organisations than the Fund have no such thing.
async fn word(of: &Of, payload: Payload) -> Result<DeviceWord, Problem> {
    match of.0.is_fund() {
        true => json(payload).await,
        false => Err(Problem::not_found()),
    }
}

pub(super) fn refusal(why: YearRefusal) -> Problem {
    let (status, slug, title, detail) = match why {
        YearRefusal::Word(fault) => {
            let title = "The word of the device is not taken";
            (StatusCode::FORBIDDEN, "year-word-refused", title, fault.to_string())
        }
        YearRefusal::KeyUnknown => (
            StatusCode::FORBIDDEN,
            "year-key-unknown",
            "The Fund does not know this device",
            "Begin on the device with which you enrolled, or enrol this one: the Fund sends an invitation. The paper form counts the same.".into(),
        ),
        YearRefusal::KeyReplaced => (
            StatusCode::FORBIDDEN,
            "year-key-replaced",
            "Another device took the place of this one",
            "Begin on the newer device. If it was not you who enrolled it, call the Fund now.".into(),
        ),
        YearRefusal::NotOpen(opens) => (
            StatusCode::CONFLICT,
            "year-not-open",
            "The window is not open yet",
            format!("Proofs are taken from {opens} on. Nothing is missing until then."),
        ),
        YearRefusal::NotConcerned => (
            StatusCode::CONFLICT,
            "year-not-concerned",
            "The Fund asks for no proof of this year",
            "This year asks nothing of you, or you are not on the Fund's register yet. If you think that it should, call the Fund.".into(),
        ),
        YearRefusal::WithFund => (
            StatusCode::CONFLICT,
            "year-with-fund",
            "A proof is with the Fund",
            "An officer decides about it. Nothing more is needed; if it cannot be accepted, you can begin again.".into(),
        ),
        YearRefusal::Ended => (
            StatusCode::CONFLICT,
            "year-ended",
            "The Fund has noted that the benefit is over",
            "If this is wrong, call the Fund: it is put right, and payment goes on.".into(),
        ),
    };
    Problem::new(status, slug, title).detail(detail)
}
