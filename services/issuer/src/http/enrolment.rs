//! Enrolment as a beneficiary's wallet uses it. The wallet's own secret is the bearer token.

mod separation;
mod station;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, Query};
use actix_web::{FromRequest, HttpRequest, get, post};
use entitlement::enrolment::EnrolmentFault;
use web::{Json, Problem, ServiceConfig};
use wire::enrolment::{
    AppointmentChoice, EnrolmentClaim, EnrolmentKey, EnrolmentStatus, FreeTimes, SignalsHeard, SignalsSent,
};

use super::extract::Of;
use super::fund::Token;
use super::fund::message::{body, json, parse};
use super::problem;
use crate::app::{EnrolmentError, FacesFault, Issuer, Tenant};

/// Thirty-two messages of 16 KiB, escaped.
pub(super) const SIGNAL_BYTES: usize = 768 * 1024;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    // The longer paths first: the first that fits decides.
    config
        .service(station::enrol_at_station)
        .service(separation::answer_separation)
        .service(separation::begin_separation)
        .service(exchange_signals)
        .service(name_enrolment_key)
        .service(choose_appointment)
        .service(keep_place)
        .service(claim_enrolment)
        .service(show_enrolment)
        .service(list_enrolment_times);
}

/// Uses an invitation: number and code, and a secret that the wallet made
///
/// The same again, with the same secret, gets the same answer. A wrong code and an unknown number look alike; after ten wrong
/// codes an invitation is dead.
#[utoipa::path(tag = "enrolment", params(("tenant" = String, Path, description = "The Fund")), request_body = EnrolmentClaim,
    responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem)))]
#[post("/enrolment")]
async fn claim_enrolment(
    of: Of,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<EnrolmentStatus>, Problem> {
    if !of.0.is_fund() {
        return Err(Problem::not_found());
    }
    let claim: EnrolmentClaim = json(payload).await?;
    Ok(Json(app.claim_enrolment(&of.0.id, &claim).await?))
}

/// A wallet that speaks about its own enrolment, and at which Fund.
struct Wallet {
    fund: Arc<Tenant>,
    secret: Option<String>,
    app: Data<Issuer>,
}

impl Wallet {
    /// Whether its secret is one, looked at before anything that was sent.
    async fn may_speak(self) -> Result<Self, Problem> {
        self.app.may_speak(&self.fund, self.secret.as_deref()).await?;
        Ok(self)
    }
}

impl FromRequest for Wallet {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let parts = <(Of, Token, Data<Issuer>)>::from_request(request, payload);
        Box::pin(async move {
            let (of, token, app) = parts.await?;
            Ok(Self { fund: of.0, secret: token.as_deref().map(str::to_owned), app })
        })
    }
}

/// How the enrolment stands, and the times that can be booked
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem)))]
#[get("/enrolment")]
async fn show_enrolment(wallet: Wallet) -> Result<Json<EnrolmentStatus>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    Ok(Json(app.view_enrolment(&fund.id, secret.as_deref()).await?))
}

/// Behind which time a page begins.
#[derive(serde::Deserialize)]
struct AfterTime {
    after: Option<String>,
}

/// All times that the person can have, earliest first
///
/// Pages of at most 50: `next` of one is `after` of the following one. While the person has nothing to choose, there are none.
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("after" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = FreeTimes), (status = "4XX", body = Problem)))]
#[get("/enrolment/times")]
async fn list_enrolment_times(wallet: Wallet, asked: Query<AfterTime>) -> Result<Json<FreeTimes>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    Ok(Json(app.free_times(&fund.id, secret.as_deref(), asked.after.as_deref()).await?))
}

/// Names the key of the device in the person's hand; it is bound when two officers have agreed
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = EnrolmentKey, responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem)))]
#[post("/enrolment/device-key")]
async fn name_enrolment_key(wallet: Wallet, payload: Payload) -> Result<Json<EnrolmentStatus>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    let key: EnrolmentKey = json(payload).await?;
    Ok(Json(app.name_device_key(&fund.id, secret.as_deref(), &key).await?))
}

/// Books a time, moves to it, or cancels with `null`
///
/// The same again changes nothing. A time that somebody took at the same moment gets 409 and nothing is changed.
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = AppointmentChoice, responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem)))]
#[post("/enrolment/appointment")]
async fn choose_appointment(wallet: Wallet, payload: Payload) -> Result<Json<EnrolmentStatus>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    let choice: AppointmentChoice = json(payload).await?;
    Ok(Json(app.choose_appointment(&fund.id, secret.as_deref(), &choice).await?))
}

/// Keeps the person's place where no time was free: times that are opened come to those who wait first
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem)))]
#[post("/enrolment/place")]
async fn keep_place(wallet: Wallet) -> Result<Json<EnrolmentStatus>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    Ok(Json(app.keep_place(&fund.id, secret.as_deref()).await?))
}

/// Tells the agent's browser something and hears what it said, during the appointment
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = SignalsSent, responses((status = 200, body = SignalsHeard), (status = "4XX", body = Problem)))]
#[post("/enrolment/signals")]
async fn exchange_signals(wallet: Wallet, payload: Payload) -> Result<Json<SignalsHeard>, Problem> {
    let Wallet { fund, secret, app } = wallet.may_speak().await?;
    let sent: SignalsSent = parse(&body(payload, SIGNAL_BYTES).await?)?;
    Ok(Json(app.signal_as_person(&fund.id, secret.as_deref(), &sent).await?))
}

impl From<EnrolmentError> for Problem {
    fn from(error: EnrolmentError) -> Self {
        let said = problem::sentence(&error.to_string());
        match error {
            EnrolmentError::Unknown | EnrolmentError::NotTheFund => Self::not_found(),
            EnrolmentError::Unauthorized => Self::unauthorized(),
            EnrolmentError::Step(EnrolmentFault::Code) => {
                let title = "Number and code do not fit";
                Self::new(StatusCode::FORBIDDEN, "invitation-refused", title).detail(
                    "Compare both with the letter. A code works once, for 45 days, and not after ten wrong tries. The Fund \
                     sends another one.",
                )
            }
            EnrolmentError::Step(
                EnrolmentFault::Over
                | EnrolmentFault::NotClaimed
                | EnrolmentFault::NoDeviceKey
                | EnrolmentFault::NoPicture
                | EnrolmentFault::NoDocument
                | EnrolmentFault::NotProposed
                | EnrolmentFault::SamePerson
                | EnrolmentFault::Proposed
                | EnrolmentFault::UnderWay,
            )
            | EnrolmentError::Begun
            | EnrolmentError::Overlap
            | EnrolmentError::TooManyChanges
            | EnrolmentError::TooManySignals
            | EnrolmentError::CallClosed => Self::conflict(said),
            EnrolmentError::SlotTaken => {
                Self::new(StatusCode::CONFLICT, "time-taken", "This time is taken").detail(said)
            }
            EnrolmentError::Picture(_) | EnrolmentError::Face(_) => {
                Self::new(StatusCode::BAD_REQUEST, "picture-refused", "The picture cannot be used")
                    .detail(said)
            }
            EnrolmentError::Document(_) | EnrolmentError::Form(_) => Self::bad_request(said),
            EnrolmentError::Faces(FacesFault::Busy(_) | FacesFault::InHand) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many proofs at once")
                    .detail("Many pictures are looked at at this moment. Try again in a minute.")
            }
            EnrolmentError::Faces(FacesFault::Models)
            | EnrolmentError::Damaged
            | EnrolmentError::Stopped(_) => Self::internal(&error),
            EnrolmentError::NoStation | EnrolmentError::NotVouched => {
                Self::new(StatusCode::FORBIDDEN, "station-refused", "The word of the station is not taken")
                    .detail(said)
            }
            EnrolmentError::NoVerifier
            | EnrolmentError::Crowded
            | EnrolmentError::Verifier(_)
            | EnrolmentError::NotAccepted(_)
            | EnrolmentError::Separation(_)
            | EnrolmentError::CredentialUsed => separation::problem(&error, said),
            EnrolmentError::Store(error) => problem::store(&error),
        }
    }
}
