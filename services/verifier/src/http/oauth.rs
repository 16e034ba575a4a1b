//! The token endpoint (RFC 6749, 4.4).

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap};
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::ToSchema;
use web::OAuthError;

use crate::app::{ASSERTION_TYPE, Authentication, Credentials, Desk};

#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `client_credentials`
    #[serde(default)]
    grant_type: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    /// Only without HTTP Basic authentication.
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    #[serde(default)]
    client_assertion_type: Option<String>,
    /// A JWT signed with a key that is registered for the client (RFC 7523, 2.2), instead of a secret.
    #[serde(default)]
    client_assertion: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
}

#[utoipa::path(
    tag = "oauth", operation_id = "create_token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenResponse), (status = 400, body = OAuthError), (status = 401, body = OAuthError)),
    security((), ("clientSecret" = []))
)]
#[post("/token")]
pub async fn create_token(
    request: HttpRequest,
    form: Form<TokenRequest>,
    desk: Data<Desk>,
) -> Result<HttpResponse, OAuthError> {
    let form = form.into_inner();
    let scope = form.client_credentials_scope()?;
    let authentication = authentication(request.headers(), form)?;
    let grant = desk.grant_token(&authentication, scope.as_deref()).await?;
    let body = TokenResponse {
        access_token: grant.access_token,
        token_type: "Bearer",
        expires_in: grant.expires_in,
        scope: grant.scope,
    };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

impl TokenRequest {
    fn client_credentials_scope(&self) -> Result<Option<String>, OAuthError> {
        match self.grant_type.as_deref() {
            Some("client_credentials") => Ok(self.scope.clone()),
            Some(_) => {
                Err(OAuthError::bad_request("unsupported_grant_type", "the grant type is client_credentials"))
            }
            None => Err(OAuthError::bad_request("invalid_request", "grant_type is missing")),
        }
    }
}

/// HTTP Basic, form members or an assertion; RFC 6749, 2.3: never two of them.
fn authentication(headers: &HeaderMap, form: TokenRequest) -> Result<Authentication, OAuthError> {
    let invalid = |description: &str| OAuthError::bad_request("invalid_request", description);
    let TokenRequest { client_id, client_secret, client_assertion, client_assertion_type, .. } = form;
    match (headers.get(AUTHORIZATION), client_secret, client_assertion) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(invalid("two ways of authentication at once"))
        }
        (Some(value), None, None) => {
            value.to_str().ok().and_then(basic).map(Authentication::Secret).ok_or_else(unreadable)
        }
        (None, Some(secret), None) => {
            let id = client_id.ok_or_else(|| OAuthError::invalid_client("client_id is missing"))?;
            Ok(Authentication::Secret(Credentials { id, secret }))
        }
        (None, None, Some(token)) if client_assertion_type.as_deref() == Some(ASSERTION_TYPE) => {
            Ok(Authentication::Assertion { token, client_id })
        }
        (None, None, Some(_)) => Err(invalid("client_assertion_type is missing or not known")),
        (None, None, None) => Err(OAuthError::invalid_client("client authentication is missing")),
    }
}

pub(super) fn basic(value: &str) -> Option<Credentials> {
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Credentials { id: form_decoded(id)?, secret: form_decoded(secret)? })
}

/// RFC 6749, 2.3.1: both are form-encoded before they are put into the header.
fn form_decoded(text: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    let (name, rest) = (pairs.next()?, pairs.next());
    rest.is_none().then(|| name.0.into_owned())
}

fn unreadable() -> OAuthError {
    OAuthError::invalid_client("the Authorization header is not HTTP Basic")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn basic_header_is_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("desk%2Fone:a%2Bb"));
        let found = basic(&header).unwrap();
        assert_eq!((found.id.as_str(), found.secret.as_str()), ("desk/one", "a+b"));
        assert!(basic("Bearer abc").is_none());
        assert!(basic("Basic !").is_none());
    }
}
