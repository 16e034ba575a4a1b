//! The Fund's proof requests as a wallet sees them.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpResponse, get, post};
use entitlement::{AnswerFault, ConfirmFault, RequestFault};
use serde::Deserialize;
use utoipa_actix_web::scope;
use web::{Json, JsonLimits, Problem, ServiceConfig};
use wire::existence::{AheadChallenge, AppealWords, ExistenceAnswer, ExistenceRequest, PlaceQuestion};

use super::fund::file;
use super::fund::message::body;
use super::problem;
use crate::app::{ExistenceError, FacesFault, Issuer, MOST_UPLOAD_BYTES};

/// Ten pictures in base64url and what is signed.
const ANSWER_LIMITS: JsonLimits = JsonLimits { max_bytes: 1536 * 1024, max_depth: 8 };
/// About as long as a full queue takes with the default bounds.
const BUSY_SECONDS: &str = "30";

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    // The longer path first: the first that fits decides.
    config
        .service(scope("/existence/{token}/answer").app_data(ANSWER_LIMITS).service(answer_existence_request))
        .service(fetch_challenge_ahead)
        .service(appeal_existence)
        .service(ask_for_place_again)
        .service(find_existence_receipt)
        .service(send_existence_form)
        .service(get_existence_request);
}

/// What the Fund asks, and the challenge to answer.
///
/// The token in the address is the beneficiary's; reading it again gives the same challenge while that has time left.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path)), responses(
    (status = 200, body = ExistenceRequest), (status = "4XX", body = Problem)))]
#[get("/existence/{token}")]
async fn get_existence_request(
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<ExistenceRequest>, Problem> {
    let (tenant, token) = path.into_inner();
    Ok(Json(app.view_existence(&tenant, &token).await?))
}

/// A challenge for a proof that will be made without a network
///
/// It lives for days and serves once, beside the challenge of the request. Asked again, it is the same one while half of its
/// life is left. The answer goes where every answer goes and says when it was made.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path)), responses(
    (status = 200, body = AheadChallenge), (status = "4XX", body = Problem)))]
#[post("/existence/{token}/offline-challenge")]
async fn fetch_challenge_ahead(
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<AheadChallenge>, Problem> {
    let (tenant, token) = path.into_inner();
    Ok(Json(app.challenge_ahead(&tenant, &token).await?))
}

/// Asks for another look at a refused answer
///
/// It becomes a case for an officer, and another one than who refused. Sent again it changes nothing. Pictures are kept until it
/// is decided.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path)), request_body = AppealWords,
    responses((status = 200, body = ExistenceRequest), (status = "4XX", body = Problem)))]
#[post("/existence/{token}/appeal")]
async fn appeal_existence(
    path: Path<(String, String)>,
    words: Json<AppealWords>,
    app: Data<Issuer>,
) -> Result<Json<ExistenceRequest>, Problem> {
    let (tenant, token) = path.into_inner();
    Ok(Json(app.appeal_existence(&tenant, &token, &words.0.words).await?))
}

/// Gives the link of a question whose answer shows the place that a proof lacks
///
/// Only where `place` of the request says that it is missing; asked again it is the same link. The answer, from the phone of the proof
/// with pictures that match, or from a station, brings the place alone: the proof stays as it is.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path)),
    responses((status = 200, body = PlaceQuestion), (status = "4XX", body = Problem)))]
#[post("/existence/{token}/place")]
async fn ask_for_place_again(
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<PlaceQuestion>, Problem> {
    let (tenant, token) = path.into_inner();
    Ok(Json(app.ask_for_place_again(&tenant, &token).await?))
}

/// Takes a signed paper form in the place of a proof by phone
///
/// JPEG, PNG, or a PDF whose pages are JPEG pictures, at most 8 MiB. A form that is read is a proof that waits for an officer's word, as
/// one that came by post. One that cannot be read is not kept, and `form.reason` says why; with `as_it_is` an officer reads it. The same
/// picture or form again changes nothing.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path),
    ("as_it_is" = Option<bool>, Query, description = "Keep it also where nothing can be read or no signature is seen")),
    request_body(content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))),
    responses((status = 200, body = ExistenceRequest), (status = "4XX", body = Problem), (status = 503, body = Problem)))]
#[post("/existence/{token}/form")]
async fn send_existence_form(
    path: Path<(String, String)>,
    how: Query<SentForm>,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<ExistenceRequest>, Problem> {
    let (tenant, token) = path.into_inner();
    app.may_send_form(&tenant, &token).await?;
    let bytes = body(payload, MOST_UPLOAD_BYTES).await?;
    // What was read is kept also when the wallet has stopped waiting, so that the same again finds it.
    let work = async move { app.send_form(&tenant, &token, bytes, how.as_it_is).await };
    Ok(Json(tokio::spawn(work).await.map_err(|error| Problem::internal(&error))??))
}

#[derive(Deserialize)]
struct SentForm {
    #[serde(default)]
    as_it_is: bool,
}

/// The receipt as a letter in the person's language: PDF/A-3 with the receipt signed by the Fund inside
///
/// There is one for whoever is on the Fund's register, once the proof is accepted.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path)), responses(
    (status = 200, body = String, content_type = "application/pdf"), (status = "4XX", body = Problem)))]
#[get("/existence/{token}/receipt")]
async fn find_existence_receipt(
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (tenant, token) = path.into_inner();
    Ok(file("application/pdf", "receipt.pdf", app.existence_receipt(&tenant, &token).await?))
}

/// The device's answer: passkey assertion and device signature over the challenge. For a person whose key a wallet service
/// keeps, the word of an operator at a registered station stands in the place of the passkey.
///
/// The same answer again gets the same 200. Another answer to an answered request gets 409. Pictures that are not good
/// enough leave the request `open`: `outcome` says why, and there is a new challenge.
#[utoipa::path(tag = "existence", params(("tenant" = String, Path), ("token" = String, Path)),
    request_body = ExistenceAnswer, responses(
    (status = 200, body = ExistenceRequest), (status = "4XX", body = Problem), (status = 503, body = Problem)))]
#[post("")]
async fn answer_existence_request(
    path: Path<(String, String)>,
    answer: Json<ExistenceAnswer>,
    app: Data<Issuer>,
) -> Result<Json<ExistenceRequest>, Problem> {
    let (tenant, token) = path.into_inner();
    // Looking at pictures takes seconds. It goes on when the wallet has stopped waiting, so that the same again finds the verdict.
    let work = async move { app.answer_existence(&tenant, &token, &answer.0).await };
    Ok(Json(tokio::spawn(work).await.map_err(|error| Problem::internal(&error))??))
}

impl From<ExistenceError> for Problem {
    fn from(error: ExistenceError) -> Self {
        let said = error.to_string();
        match error {
            ExistenceError::Unknown | ExistenceError::UnknownPerson | ExistenceError::NotTheFund => {
                Self::not_found()
            }
            ExistenceError::Year(why) => super::yearly::refusal(why),
            ExistenceError::Form(_)
            | ExistenceError::Remark
            | ExistenceError::LegalHold
            | ExistenceError::ErasureReason
            | ExistenceError::Bundle(_)
            | ExistenceError::NoPicturesWanted => Self::bad_request(said),
            ExistenceError::NoPictures
            | ExistenceError::NewKeyNeedsCall
            | ExistenceError::NotEnrolled
            | ExistenceError::NoOperator
            | ExistenceError::NoPlace
            | ExistenceError::ErasureWaits
            | ExistenceError::ErasureDecided
            | ExistenceError::PicturesHeld
            | ExistenceError::PicturesUndecided
            | ExistenceError::Taken { .. }
            | ExistenceError::InCase => Self::conflict(said),
            // The wallet says it in the person's language, by the word.
            ExistenceError::NoForms => Self::conflict(said).with("reason", "no-forms"),
            ExistenceError::TooManyForms => Self::conflict(said).with("reason", "too-many"),
            ExistenceError::FormsInHand => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many proofs at once").detail(said)
            }
            ExistenceError::FourEyes | ExistenceError::OwnHold | ExistenceError::OwnErasure => {
                Self::new(StatusCode::CONFLICT, "four-eyes", "A second person decides").detail(said)
            }
            ExistenceError::UnknownStation => {
                let title = "The Fund does not know this station";
                Self::new(StatusCode::BAD_REQUEST, "station-unknown", title).detail(
                    "An administrator of the Fund registers each station with its key and its place. Ask for that.",
                )
            }
            ExistenceError::Faces(FacesFault::Busy(_) | FacesFault::InHand) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many proofs at once")
                    .detail("Many people send pictures at this moment. Send the same again in half a minute; nothing is lost.")
                    .header(RETRY_AFTER, BUSY_SECONDS)
            }
            ExistenceError::Faces(FacesFault::Models) => Self::internal(&error),
            ExistenceError::ListedAlready => Self::conflict(said),
            ExistenceError::ProvenAlready { .. } => {
                let title = "There is a proof for this year already";
                Self::new(StatusCode::CONFLICT, "proven-already", title).detail(said)
            }
            ExistenceError::Request(RequestFault::Expired) => {
                Self::new(StatusCode::GONE, "request-expired", "The request has expired").detail(said)
            }
            ExistenceError::Request(RequestFault::AnsweredBefore | RequestFault::Closed) => {
                Self::new(StatusCode::CONFLICT, "answered-before", "The request was answered before")
                    .detail(said)
            }
            ExistenceError::Request(RequestFault::Challenge) => {
                Self::new(StatusCode::BAD_REQUEST, "challenge-expired", "The challenge is too old")
                    .detail(said)
            }
            ExistenceError::Answer(
                AnswerFault::HolderKey
                | AnswerFault::Wallet
                | AnswerFault::Station
                | AnswerFault::DeviceSignature
                | AnswerFault::Assertion(_),
            ) => {
                let title = "The answer cannot be believed";
                Self::new(StatusCode::BAD_REQUEST, "answer-refused", title).detail(said)
            }
            ExistenceError::Confirm(
                ConfirmFault::NotAnswered | ConfirmFault::Decided | ConfirmFault::NotRefused,
            ) => Self::conflict(said),
            ExistenceError::Confirm(ConfirmFault::NoReason) => Self::bad_request(said),
            ExistenceError::Offer(error) => error.into(),
            ExistenceError::Fund(error) => error.into(),
            ExistenceError::Store(error) => problem::store(&error),
        }
    }
}
