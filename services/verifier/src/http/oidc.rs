//! The OpenID Connect bridge for machines: what an application's library fetches. The pages are in `login`.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, CACHE_CONTROL, PRAGMA};
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use serde_json::Value;
use web::{OAuthError, Problem};
use wire::oidc::{ProviderMetadata, TokenRequest, TokenResponse};

use super::auth::bearer;
use super::oauth::basic;
use crate::app::Desk;
use crate::app::oidc::{ClientProof, MAX_ACCESS_TOKEN, Redemption};

/// What the provider is and where (OpenID Connect Discovery 1.0, 4). Append this path to the issuer.
#[utoipa::path(
    tag = "oidc", operation_id = "find_provider_metadata",
    responses((status = 200, body = ProviderMetadata), (status = 404, description = "No application is registered here.", body = Problem))
)]
#[get("/.well-known/openid-configuration")]
pub async fn find_provider_metadata(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    Ok(public(&on(&desk)?.oidc_metadata()))
}

/// The keys of ID tokens, a JWK Set (RFC 7517, 5).
#[utoipa::path(
    tag = "oidc", operation_id = "list_provider_keys",
    responses((status = 200, body = Object), (status = 404, body = Problem))
)]
#[get("/jwks")]
pub async fn list_provider_keys(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    Ok(public(&on(&desk)?.oidc_jwks()))
}

/// Exchanges a code for an ID token. A code is good once, for its client, its redirect URI and its code verifier.
#[utoipa::path(
    tag = "oidc", operation_id = "redeem_code",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenResponse), (status = 400, body = OAuthError), (status = 401, body = OAuthError)),
    security((), ("clientSecret" = []))
)]
#[post("/token")]
pub async fn redeem_code(
    request: HttpRequest,
    form: Form<TokenRequest>,
    desk: Data<Desk>,
) -> Result<HttpResponse, OAuthError> {
    let form = form.into_inner();
    let client = desk.authenticate_oidc_client(&proof(&request, &form)?)?;
    let tokens = desk.redeem(client, &redemption(form)?).await?;
    let body = TokenResponse {
        access_token: tokens.access_token,
        token_type: "Bearer".to_owned(),
        expires_in: tokens.expires_in,
        id_token: tokens.id_token,
        scope: tokens.scope,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        // A public client may run in a browser; nothing here rests on a cookie.
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(body))
}

/// The claims again, for libraries that ask for them here (OpenID Connect Core 1.0, 5.3).
#[utoipa::path(
    tag = "oidc", operation_id = "find_user_info",
    responses((status = 200, body = Object), (status = 401, body = OAuthError)),
    security(("bearer" = []))
)]
#[get("/userinfo")]
pub async fn find_user_info(request: HttpRequest, desk: Data<Desk>) -> Result<HttpResponse, OAuthError> {
    user_info(&request, &desk).await
}

/// The same, since a library may choose either method.
#[utoipa::path(
    tag = "oidc", operation_id = "find_user_info_by_post",
    responses((status = 200, body = Object), (status = 401, body = OAuthError)),
    security(("bearer" = []))
)]
#[post("/userinfo")]
pub async fn find_user_info_by_post(
    request: HttpRequest,
    desk: Data<Desk>,
) -> Result<HttpResponse, OAuthError> {
    user_info(&request, &desk).await
}

async fn user_info(request: &HttpRequest, desk: &Desk) -> Result<HttpResponse, OAuthError> {
    let token = bearer(request.headers(), MAX_ACCESS_TOKEN)
        .ok_or_else(|| OAuthError::invalid_token("the access token is missing"))?;
    let claims: Value = desk.userinfo(token).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(claims))
}

/// Without a registered application there is nothing here.
pub(super) fn on(desk: &Data<Desk>) -> Result<&Desk, Problem> {
    let desk = desk.get_ref();
    desk.oidc_is_on().then_some(desk).ok_or_else(Problem::not_found)
}

fn public(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, "max-age=300"))
        .json(body)
}

/// `client_secret_basic`, `client_secret_post` or `none`; RFC 6749, 2.3: never two at once.
fn proof(request: &HttpRequest, form: &TokenRequest) -> Result<ClientProof, OAuthError> {
    match (request.headers().get(AUTHORIZATION), &form.client_id, &form.client_secret) {
        (Some(_), _, Some(_)) => Err(invalid("two ways of authentication at once")),
        (Some(value), named, None) => {
            let found = value.to_str().ok().and_then(basic);
            let found = found.ok_or_else(|| OAuthError::invalid_client("the header is not HTTP Basic"))?;
            if named.as_ref().is_some_and(|named| *named != found.id) {
                return Err(invalid("two clients at once"));
            }
            Ok(ClientProof { id: found.id, secret: Some(found.secret) })
        }
        (None, Some(id), secret) => Ok(ClientProof { id: id.clone(), secret: secret.clone() }),
        (None, None, _) => Err(OAuthError::invalid_client("client authentication is missing")),
    }
}

fn redemption(form: TokenRequest) -> Result<Redemption, OAuthError> {
    match form.grant_type.as_deref() {
        Some("authorization_code") => {}
        Some(_) => {
            return Err(OAuthError::bad_request(
                "unsupported_grant_type",
                "the grant type is authorization_code",
            ));
        }
        None => return Err(invalid("grant_type is missing")),
    }
    let needed = |name: &str, value: Option<String>| {
        value.filter(|value| !value.is_empty()).ok_or_else(|| invalid(&format!("{name} is missing")))
    };
    Ok(Redemption {
        code: needed("code", form.code)?,
        redirect_uri: needed("redirect_uri", form.redirect_uri)?,
        code_verifier: needed("code_verifier", form.code_verifier)?,
    })
}

fn invalid(description: &str) -> OAuthError {
    OAuthError::bad_request("invalid_request", description)
}
