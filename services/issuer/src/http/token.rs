//! Token endpoint and nonce endpoint.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, post, web::Data};
use web::OAuthError;
use wire::vci::{NonceResponse, TokenRequest, TokenResponse};

use super::extract::{Of, Rights, TokenForm};
use crate::app::Issuer;

/// Exchanges a code for an access token
///
/// A pre-authorized code comes with its transaction code, an authorization code with its verifier. A DPoP proof binds the
/// token to its key.
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenResponse), (status = "4XX", body = OAuthError)))]
#[post("/token")]
pub(super) async fn exchange_code(
    app: Data<Issuer>,
    of: Of,
    rights: Rights,
    form: TokenForm,
) -> Result<HttpResponse, OAuthError> {
    let answer = app.exchange_code(&of.0, &rights.0, &form.0).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer))
}

/// A fresh `c_nonce` for one key proof
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = NonceResponse), (status = "4XX", body = OAuthError)))]
#[post("/nonce")]
pub(super) async fn mint_nonce(app: Data<Issuer>, of: Of) -> HttpResponse {
    let answer = NonceResponse { c_nonce: app.mint_nonce(&of.0) };
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer)
}
