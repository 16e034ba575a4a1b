use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, PRAGMA, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

/// The error of an OAuth, OID4VCI or OID4VP endpoint (RFC 6749, 5.2), with the codes of those specifications.
#[derive(Clone, Debug)]
pub struct OAuthError {
    pub error: &'static str,
    pub description: String,
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl OAuthError {
    #[must_use]
    pub fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { error, description: description.into(), status, headers: Vec::new() }
    }

    /// 400, the usual status of this envelope.
    #[must_use]
    pub fn bad_request(error: &'static str, description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    /// 401 for a client that did not authenticate (RFC 6749, 5.2).
    #[must_use]
    pub fn invalid_client(description: impl Into<String>) -> Self {
        let basic = HeaderValue::from_static("Basic realm=\"passerelle\"");
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description);
        error.headers.push((WWW_AUTHENTICATE, basic));
        error
    }

    /// 401 for a missing, unknown or expired bearer token (RFC 6750, 3).
    #[must_use]
    pub fn invalid_token(description: impl Into<String>) -> Self {
        let bearer = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "invalid_token", description);
        error.headers.push((WWW_AUTHENTICATE, bearer));
        error
    }

    /// 500 without particulars. Logs the whole source chain, since it stops travelling here.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = crate::problem::chain(error), "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "something went wrong on our side")
    }
}

impl std::fmt::Display for OAuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.error, self.status.as_u16())
    }
}

impl std::error::Error for OAuthError {}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.json(json!({ "error": self.error, "error_description": ascii(&self.description) }))
    }
}

/// RFC 6749, 5.2: `error_description` holds printable ASCII without `"` and `\`.
fn ascii(text: &str) -> String {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    text.chars().map(|c| if allowed(c) { c } else { '\'' }).take(300).collect()
}

#[derive(utoipa::ToSchema)]
#[schema(as = OAuthError, title = "OAuthError", description = "OAuth 2.0 error (RFC 6749, 5.2).")]
#[expect(dead_code, reason = "it only describes the JSON of `OAuthError`")]
struct OAuthShape {
    #[schema(example = "invalid_request")]
    error: String,
    error_description: Option<String>,
}

impl utoipa::PartialSchema for OAuthError {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <OAuthShape as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for OAuthError {
    fn name() -> std::borrow::Cow<'static, str> {
        "OAuthError".into()
    }
}
