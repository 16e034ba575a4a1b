//! Credential endpoint and notification endpoint.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, post, web::Data};
use web::OAuthError;
use wire::vci::{CredentialRequest, CredentialResponse, NotificationRequest};

use super::extract::{LateJson, Of, Rights};
use crate::app::{Issuer, NotificationError};

/// Issues a credential bound to the key of the proof
///
/// The same offer, configuration and key always get the same credential.
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    request_body = CredentialRequest, security(("bearer" = [])),
    responses((status = 200, body = CredentialResponse), (status = "4XX", body = OAuthError)))]
#[post("/credential")]
pub(super) async fn issue_credential(
    app: Data<Issuer>,
    of: Of,
    rights: Rights,
    body: LateJson,
) -> Result<HttpResponse, OAuthError> {
    let by = app.authorize(&of.0, &rights.0, "credential").await?;
    let request: CredentialRequest = body.parse("invalid_credential_request")?;
    let answer = app.issue_credential(&of.0, &by, &request).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer))
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
