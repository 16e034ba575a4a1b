//! For wallets: the request object by reference, and `direct_post` (OID4VP 1.0, 5 and 8.2).

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpResponse, get, post};
use web::{OAuthError, OAuthJson};
use wire::vp::{DirectPost, DirectPostAnswer, REQUEST_OBJECT_MEDIA_TYPE, RequestUriPost};

use crate::app::Desk;

#[utoipa::path(
    tag = "oid4vp", operation_id = "find_request",
    params(("id" = String, Path, description = "Of the verification.")),
    responses(
        (status = 200, description = "The signed request object.", content_type = "application/oauth-authz-req+jwt", body = String),
        (status = 404, body = OAuthError), (status = 410, body = OAuthError)
    )
)]
#[get("/requests/{id}")]
pub async fn find_request(id: Path<String>, desk: Data<Desk>) -> Result<HttpResponse, OAuthError> {
    Ok(request_object(desk.request_object(&id, None).await?))
}

#[utoipa::path(
    tag = "oid4vp", operation_id = "find_request_with_nonce",
    params(("id" = String, Path, description = "Of the verification.")),
    request_body(content = RequestUriPost, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The signed request object with the wallet's nonce.", content_type = "application/oauth-authz-req+jwt", body = String),
        (status = 400, body = OAuthError), (status = 404, body = OAuthError), (status = 410, body = OAuthError)
    )
)]
#[post("/requests/{id}")]
pub async fn find_request_with_nonce(
    id: Path<String>,
    form: Form<RequestUriPost>,
    desk: Data<Desk>,
) -> Result<HttpResponse, OAuthError> {
    Ok(request_object(desk.request_object(&id, form.wallet_nonce.as_deref()).await?))
}

#[utoipa::path(
    tag = "oid4vp", operation_id = "create_response",
    params(("id" = String, Path, description = "Of the verification.")),
    request_body(content = DirectPost, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = DirectPostAnswer), (status = 400, body = OAuthError), (status = 413, body = OAuthError))
)]
#[post("/responses/{id}")]
pub async fn create_response(
    id: Path<String>,
    form: Form<DirectPost>,
    desk: Data<Desk>,
) -> Result<OAuthJson<DirectPostAnswer>, OAuthError> {
    let desk = desk.into_inner();
    Ok(OAuthJson(desk.respond(&id, form.into_inner()).await?))
}

fn request_object(jwt: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, REQUEST_OBJECT_MEDIA_TYPE))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(jwt)
}
