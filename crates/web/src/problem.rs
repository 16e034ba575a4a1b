use std::borrow::Cow;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

/// RFC 9457, 3.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// A problem detail (RFC 9457): what went wrong, for programs (`type`) and for people (`title`, `detail`).
///
/// `type` is `/problems/{slug}` on the same host, where a page explains it, or a published URL when the slug is one.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    slug: &'static str,
    title: Cow<'static, str>,
    detail: Option<String>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, slug: &'static str, title: &'static str) -> Self {
        Self {
            status,
            slug,
            title: Cow::Borrowed(title),
            detail: None,
            members: Map::new(),
            headers: Vec::new(),
        }
    }

    /// One or two sentences that help the caller to fix this request.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// An extension member (RFC 9457, 3.2).
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// An extension member.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// A response header, such as `WWW-Authenticate` or `Retry-After`; one that is no valid value is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be understood").detail(detail)
    }

    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "You are not signed in")
    }

    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "You may not do this").detail(detail)
    }

    /// Also for what exists but is not the caller's: unknown and forbidden look the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here")
            .detail("The address is unknown, or what it named is gone.")
    }

    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This does not fit the present state").detail(detail)
    }

    /// For what the caller cannot fix. Logs the whole source chain, since it stops travelling here.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(error), "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
            .detail("It has been recorded. Trying again is safe.")
    }

    /// For a part we depend on that does not answer now.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "This is not possible at the moment")
            .detail(detail)
    }

    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The same problem with its title in another language (RFC 9457, 3.1.3).
    #[must_use]
    pub fn titled(mut self, title: String) -> Self {
        self.title = Cow::Owned(title);
        self
    }

    /// The name of the kind of problem.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        self.slug
    }

    #[must_use]
    pub fn detail_text(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The absolute or host-relative URL in `type`.
    #[must_use]
    pub fn type_url(&self) -> String {
        if self.slug.starts_with("https://") {
            self.slug.to_owned()
        } else {
            format!("/problems/{}", self.slug)
        }
    }

    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut all = self.members.clone();
        all.insert("type".into(), self.type_url().into());
        all.insert("title".into(), self.title.as_ref().into());
        all.insert("status".into(), self.status.as_u16().into());
        if let Some(detail) = &self.detail {
            all.insert("detail".into(), detail.as_str().into());
        }
        Value::Object(all)
    }
}

/// An error and its sources in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.slug, self.status.as_u16())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        response.insert_header((CACHE_CONTROL, "no-store"));
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        let mut response = response.body(self.to_json().to_string());
        // The edge finds it here when a browser asks for a page instead.
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// The shape of a problem in OpenAPI.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem, title = "Problem", description = "Problem detail (RFC 9457).")]
struct ProblemShape {
    /// A stable URL that names the kind of problem; a page explains it.
    #[schema(rename = "type", example = "/problems/not-found")]
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[schema(example = 404)]
    status: u16,
    detail: Option<String>,
}

impl utoipa::PartialSchema for Problem {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <ProblemShape as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for Problem {
    fn name() -> std::borrow::Cow<'static, str> {
        "Problem".into()
    }
}
