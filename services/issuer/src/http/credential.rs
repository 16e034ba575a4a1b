//! Credential endpoint, deferred credential endpoint and notification endpoint.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, post, web::Data};
use web::OAuthError;
use wire::vci::{CredentialRequest, CredentialResponse, DeferredCredentialRequest, NotificationRequest};

use super::extract::{LateJson, Of, Rights};
use crate::app::{Issuer, NotificationError, ReplyTo};

/// Issues a copy of a credential for each key that was proven
///
/// The same offer, configuration and keys always get the same copies. Where a second person has to approve, the answer is
/// a transaction that waits. Request and answer may be encrypted.
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    request_body(content((CredentialRequest = "application/json"), (String = "application/jwt"))), security(("bearer" = [])),
    responses((status = 200, content((CredentialResponse = "application/json"), (String = "application/jwt"))),
        (status = 202, body = CredentialResponse), (status = "4XX", body = OAuthError)))]
#[post("/credential")]
pub(super) async fn issue_credential(
    app: Data<Issuer>,
    of: Of,
    rights: Rights,
    body: LateJson,
) -> Result<HttpResponse, OAuthError> {
    let by = app.authorize(&of.0, &rights.0, "credential").await?;
    let (request, encrypted) = body.open::<CredentialRequest>(&app, &of.0)?;
    let to = app.reply_to(request.credential_response_encryption.as_ref(), encrypted)?;
    let answer = app.issue_credential(&of.0, &by, &request).await?;
    respond(&app, &answer, to.as_ref())
}

/// Fetches the copies a wallet was told to wait for
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    request_body(content((DeferredCredentialRequest = "application/json"), (String = "application/jwt"))), security(("bearer" = [])),
    responses((status = 200, content((CredentialResponse = "application/json"), (String = "application/jwt"))),
        (status = 202, body = CredentialResponse), (status = "4XX", body = OAuthError)))]
#[post("/deferred_credential")]
pub(super) async fn issue_deferred_credential(
    app: Data<Issuer>,
    of: Of,
    rights: Rights,
    body: LateJson,
) -> Result<HttpResponse, OAuthError> {
    let by = app.authorize(&of.0, &rights.0, "deferred_credential").await?;
    let (request, encrypted) = body.open::<DeferredCredentialRequest>(&app, &of.0)?;
    let to = app.reply_to(request.credential_response_encryption.as_ref(), encrypted)?;
    let answer = app.issue_deferred(&of.0, &by, &request).await?;
    respond(&app, &answer, to.as_ref())
}

/// OID4VCI 1.0, 8.3 and 9.2.
fn respond(
    app: &Issuer,
    answer: &CredentialResponse,
    to: Option<&ReplyTo>,
) -> Result<HttpResponse, OAuthError> {
    let mut response = match answer.transaction_id {
        Some(_) => HttpResponse::Accepted(),
        None => HttpResponse::Ok(),
    };
    response.insert_header((CACHE_CONTROL, "no-store"));
    let Some(to) = to else { return Ok(response.json(answer)) };
    let plain = serde_json::to_vec(answer).map_err(|error| OAuthError::internal(&error))?;
    Ok(response.content_type("application/jwt").body(app.seal_answer(to, &plain)?))
}

/// Tells what became of a credential in the wallet
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    request_body = NotificationRequest, security(("bearer" = [])),
    responses((status = 204, description = "Noted"), (status = "4XX", body = OAuthError)))]
#[post("/notification")]
pub(super) async fn notify(
    app: Data<Issuer>,
    of: Of,
    rights: Rights,
    body: LateJson,
) -> Result<HttpResponse, OAuthError> {
    let request = body.parse::<NotificationRequest>("invalid_notification_request");
    let request = request.map_err(|_| NotificationError::Request("the body"));
    app.notify(&of.0, &rights.0, request).await?;
    Ok(HttpResponse::NoContent().insert_header((CACHE_CONTROL, "no-store")).finish())
}
