//! Enrolment by a Separation credential.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{Data, Payload};
use actix_web::{HttpResponse, post};
use web::{Json, Problem};
use wire::enrolment::{EnrolmentStatus, SeparationAnswer, SeparationStart, SeparationStarted};

use super::super::extract::Of;
use super::super::fund::Token;
use super::super::fund::message::json;
use crate::app::{EnrolmentError, Issuer, NotAccepted};

/// Begins an enrolment with a Separation credential in the place of number and code
///
/// The answer is a request of the Fund's verifier, which the wallet answers by OpenID4VP. The same secret gets the same request
/// while it can be answered. 404 where this Fund takes no such credentials.
#[utoipa::path(tag = "enrolment", params(("tenant" = String, Path, description = "The Fund")), request_body = SeparationStart,
    responses((status = 201, body = SeparationStarted), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolment/separation")]
pub(super) async fn begin_separation(
    of: Of,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    if !of.0.is_fund() {
        return Err(Problem::not_found());
    }
    let start: SeparationStart = json(payload).await?;
    Ok(HttpResponse::Created().json(app.begin_separation(&of.0.id, &start).await?))
}

/// The wallet has presented its credential: the enrolment is open from then on
///
/// With the response code that the verifier gave to the wallet that answered. The same again gets the same answer.
#[utoipa::path(tag = "enrolment", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = SeparationAnswer,
    responses((status = 200, body = EnrolmentStatus), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolment/separation/answer")]
pub(super) async fn answer_separation(
    of: Of,
    token: Token,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<EnrolmentStatus>, Problem> {
    app.may_present(&of.0, token.as_deref()).await?;
    let answer: SeparationAnswer = json(payload).await?;
    Ok(Json(app.enrol_by_separation(&of.0.id, token.as_deref(), &answer.response_code).await?))
}

/// Each with what to do next.
pub(super) fn problem(error: &EnrolmentError, said: String) -> Problem {
    let refused = |slug, title, next: &str| {
        Problem::new(StatusCode::FORBIDDEN, slug, title).detail(format!("{said} {next}"))
    };
    match error {
        EnrolmentError::NoVerifier => Problem::not_found(),
        EnrolmentError::Crowded => Problem::unavailable(said).header(RETRY_AFTER, "120"),
        EnrolmentError::Verifier(_) => {
            tracing::warn!(error = error as &dyn std::error::Error, "the verifier does not answer");
            Problem::unavailable("The credential cannot be checked at this moment. Nothing is lost: try again in a few minutes.")
                .header(RETRY_AFTER, "60")
        }
        EnrolmentError::NotAccepted(why) => match why {
            NotAccepted::Unanswered => {
                Problem::new(StatusCode::CONFLICT, "separation-unanswered", "Nothing was presented")
                    .detail(said)
            }
            NotAccepted::Unchecked => Problem::unavailable(
                "The credential cannot be checked at this moment. Show it again in a few minutes.",
            )
            .header(RETRY_AFTER, "60"),
            NotAccepted::Withdrawn => {
                refused("separation-withdrawn", "The credential was revoked or suspended", OTHER_WAYS)
            }
            NotAccepted::Dates => {
                refused("separation-expired", "The credential is not valid now", OTHER_WAYS)
            }
            NotAccepted::NotYours | NotAccepted::NotValid => {
                refused("separation-not-valid", "The credential cannot be accepted", OTHER_WAYS)
            }
        },
        EnrolmentError::Separation(_) => refused(
            "separation-not-matched",
            "The register has nobody with this number and birth date",
            "The Fund may not have your organisation\u{2019}s notice yet: try again when its letter has come. An invitation and the \
             paper form count the same.",
        ),
        EnrolmentError::CredentialUsed => {
            Problem::new(StatusCode::CONFLICT, "separation-used", "The credential enrolled somebody else")
                .detail(format!("{said} {OTHER_WAYS}"))
        }
        _ => Problem::internal(error),
    }
}

const OTHER_WAYS: &str =
    "The Fund enrols by invitation as well, and the paper form counts the same; it helps on the telephone.";
