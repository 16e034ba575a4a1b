//! For agencies' systems.

use actix_web::http::header::HeaderMap;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use web::{Json, Problem};
use wire::verifications::{
    PolicyList, Report, StartVerification, StartedVerification, VerificationView, VerifyRequest,
};

use super::auth::SignedIn;
use super::handed_over::{FileBytes, HandedOver};
use super::language::Spoken;
use crate::app::{Desk, Start, Starter};

#[utoipa::path(tag = "verifications", operation_id = "list_policies", responses((status = 200, body = PolicyList)))]
#[get("/v1/policies")]
pub async fn list_policies(desk: Data<Desk>) -> Json<PolicyList> {
    Json(PolicyList { policies: desk.policy_views() })
}

/// Starts a verification under a policy. Show the link or the QR code to the person, then read the state.
#[utoipa::path(
    tag = "verifications", operation_id = "create_verification", request_body = StartVerification,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the same verification again.")),
    responses(
        (status = 201, body = StartedVerification), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[post("/verifications")]
pub async fn create_verification(
    by: SignedIn,
    request: HttpRequest,
    start: Json<StartVerification>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let idempotency_key = idempotency_key(request.headers())?;
    let by = Starter::Agency { agency: by.0, idempotency_key };
    let started = desk.start(Start { by, what: start.into_inner() }).await?;
    let place = format!("/v1/verifications/{}", started.id);
    Ok(HttpResponse::Created().insert_header(("location", place)).json(started))
}

#[derive(Deserialize)]
pub struct ViewQuery {
    response_code: Option<String>,
    #[serde(default)]
    wait: u64,
}

/// Where the verification stands, and the report once there is one.
#[utoipa::path(
    tag = "verifications", operation_id = "find_verification",
    params(
        ("id" = String, Path),
        ("response_code" = Option<String>, Query, description = "What the person's browser brought back; the answer says whether it is the right one, and holds the report only then where the person returns to the agency's page."),
        ("lang" = Option<String>, Query, description = "Language of the sentences: ar, en, es, fr, ru or zh; before Accept-Language."),
        ("wait" = Option<u64>, Query, minimum = 0, maximum = 60, description = "Seconds to wait for a final state; the answer comes at once when it is there.")
    ),
    responses(
        (status = 200, body = VerificationView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/verifications/{id}")]
pub async fn find_verification(
    by: SignedIn,
    id: Path<String>,
    query: Query<ViewQuery>,
    spoken: Spoken,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let desk = desk.into_inner();
    desk.wait_until_settled(&by.0, &id, query.wait).await?;
    Ok(spoken.json(&desk.view_in(spoken.0, &by.0, &id, query.response_code.as_deref()).await?))
}

/// Checks a credential or a presentation that you already have
///
/// As JSON, as a picture with its QR codes (all codes of a sequence in one picture), or as a PDF certificate; with a file the parameters say what the
/// JSON members would. The report is the same. Nothing of it is stored, so a request may be sent again.
#[utoipa::path(
    tag = "verifications", operation_id = "verify",
    request_body(content((VerifyRequest = "application/json"), (FileBytes = "image/png"), (FileBytes = "image/jpeg"), (FileBytes = "application/pdf"))),
    params(
        ("lang" = Option<String>, Query, description = "Language of the sentences: ar, en, es, fr, ru or zh; before Accept-Language."),
        ("policy" = Option<String>, Query, description = "With a file, which must have it: the policy to check under."),
        ("challenge" = Option<String>, Query, description = "With a file: the nonce that a presentation must answer."),
        ("domain" = Option<String>, Query, description = "With a file: the audience that a presentation must name.")
    ),
    responses(
        (status = 200, body = Report), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem, description = "The file holds nothing that can be checked, or more than one document"),
        (status = 429, body = Problem), (status = 503, body = Problem, description = "Too many files are being read")
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[post("/verify")]
pub async fn verify(
    by: SignedIn,
    given: HandedOver,
    spoken: Spoken,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    Ok(spoken.json(&desk.hand_over_in(spoken.0, &by.0, given.0).await?))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let read = |value: &actix_web::http::header::HeaderValue| value.to_str().map(str::to_owned);
    headers
        .get("idempotency-key")
        .map(read)
        .transpose()
        .map_err(|_| Problem::bad_request("The header Idempotency-Key must be printable ASCII."))
}
