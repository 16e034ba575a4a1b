//! Requests and answers of SCIM: media type, versions, lists, and the one form of its errors.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use issuance::build::rfc3339;
use issuance::scim::{Fault, FaultKind, Filter, Projection};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store_issuer::ScimUser;
use web::JsonLimits;

use crate::app::{Issuer, ScimAsked, ScimError, Tenant};

const MEDIA_TYPE: &str = "application/scim+json";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Users of a page, where the client does not say.
const USUAL_COUNT: i64 = 100;

/// The organisation of the address and the bearer token (RFC 6750, 2.1). The use case decides what its absence means.
pub(super) struct Bearer {
    pub tenant: String,
    pub token: Option<String>,
}

/// A body that is parsed only after the caller was authorized.
pub(super) struct Body {
    bytes: Option<Bytes>,
    is_json: bool,
    max_depth: usize,
}

/// The query of a list, or the members of a search that stand for it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Asking {
    filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

/// Any refusal in the envelope of RFC 7644, 3.12.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    kind: Option<FaultKind>,
    detail: String,
}

impl FromRequest for Bearer {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.split_once(' ')).filter(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && (1..=512).contains(&token.trim().len())
        });
        let tenant = request.match_info().get("tenant").unwrap_or_default().to_owned();
        ready(Ok(Self { tenant, token: token.map(|(_, token)| token.trim().to_owned()) }))
    }
}

impl FromRequest for Body {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // RFC 7644, 3.1: application/json is taken as well.
        let is_json = kind == MEDIA_TYPE || kind == "application/json";
        let max_depth = request.app_data::<JsonLimits>().copied().unwrap_or_default().max_depth;
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move { Ok(Self { bytes: bytes.await.ok(), is_json, max_depth }) })
    }
}

impl Body {
    pub fn parse(self) -> Result<Value, Refusal> {
        let refused = |status, detail: &str| Refusal { status, kind: None, detail: detail.to_owned() };
        if !self.is_json {
            let wanted = "the body must be application/scim+json";
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, wanted));
        }
        let too_large = || refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or ended early");
        let bytes = self.bytes.ok_or_else(too_large)?;
        web::json::parse(&bytes, self.max_depth)
            .map_err(|fault| Fault::new(FaultKind::InvalidSyntax, fault.to_string()).into())
    }
}

impl Asking {
    fn asked(&self) -> Result<ScimAsked, Fault> {
        // RFC 7644, 3.4.2.4: what is below the first is the first, and a negative count is none.
        let start = u64::try_from(self.start_index.unwrap_or(1).max(1)).unwrap_or(1);
        let count = u32::try_from(self.count.unwrap_or(USUAL_COUNT).max(0)).unwrap_or(u32::MAX);
        let filter = self.filter.as_deref().map(Filter::parse).transpose()?;
        Ok(ScimAsked { filter, start, count })
    }

    pub fn projection(&self) -> Result<Projection, Fault> {
        let names = |list: &Option<String>| -> Vec<String> {
            let list = list.as_deref().unwrap_or_default().split(',').map(str::trim);
            list.filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        Projection::new(&names(&self.attributes), &names(&self.excluded_attributes))
    }
}

/// The body of a `.search` as a query.
pub(super) fn search_of(body: &Value) -> Result<Asking, Refusal> {
    let wrong = |detail: &str| Refusal::from(Fault::new(FaultKind::InvalidSyntax, detail));
    let names = |name: &str| -> Result<Option<String>, Refusal> {
        match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(list)) => {
                let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
                texts.map(|texts| Some(texts.join(","))).ok_or_else(|| wrong("attributes are texts"))
            }
            Some(_) => Err(wrong("attributes are a list")),
        }
    };
    let number = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| wrong("startIndex and count are integers")),
    };
    let is_search = body.get("schemas").and_then(Value::as_array).is_some_and(|schemas| {
        schemas.iter().filter_map(Value::as_str).any(|schema| schema.eq_ignore_ascii_case(SEARCH))
    });
    if !is_search {
        return Err(wrong("schemas must name the message SearchRequest"));
    }
    let filter = match body.get("filter") {
        None | Some(Value::Null) => None,
        Some(Value::String(filter)) => Some(filter.clone()),
        Some(_) => return Err(wrong("filter is a text")),
    };
    Ok(Asking {
        filter,
        start_index: number("startIndex")?,
        count: number("count")?,
        attributes: names("attributes")?,
        excluded_attributes: names("excludedAttributes")?,
    })
}

pub(super) async fn list(app: &Issuer, tenant: &Tenant, asking: Asking) -> Result<HttpResponse, Refusal> {
    let (asked, projection) = (asking.asked()?, asking.projection()?);
    let page = app.list_scim_users(&tenant.id, &asked).await?;
    let resources: Vec<Value> =
        page.users.iter().map(|stored| resource(app, tenant, stored, Some(&projection))).collect();
    Ok(answer(StatusCode::OK, &list_of(page.total, asked.start, resources)))
}

pub(super) fn list_of(total: u64, start: u64, resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

pub(super) fn user_answer(
    app: &Issuer,
    tenant: &Tenant,
    stored: &ScimUser,
    status: StatusCode,
    projection: Option<&Projection>,
) -> HttpResponse {
    let mut response = answer(status, &resource(app, tenant, stored, projection));
    let headers = response.headers_mut();
    for (name, value) in [(ETAG, version(stored.version)), (LOCATION, location(app, tenant, &stored.id))] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

pub(super) fn answer(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body.to_string())
}

fn resource(app: &Issuer, tenant: &Tenant, stored: &ScimUser, projection: Option<&Projection>) -> Value {
    let faults = app.scim_record_faults(&stored.user);
    let mut resource = stored.user.resource(&stored.id, &faults);
    let meta = json!({
        "resourceType": "User",
        "created": rfc3339(stored.created_at),
        "lastModified": rfc3339(stored.updated_at),
        "version": version(stored.version),
        "location": location(app, tenant, &stored.id),
    });
    resource.insert("meta".into(), meta);
    match projection {
        Some(projection) => projection.of(resource).into(),
        None => resource.into(),
    }
}

pub(super) fn base(app: &Issuer, tenant: &str) -> String {
    format!("{}/scim/v2/{tenant}", app.settings().origin)
}

fn location(app: &Issuer, tenant: &Tenant, id: &str) -> String {
    format!("{}/Users/{id}", base(app, &tenant.id))
}

/// Weak, since the bytes of two answers with the same version may differ.
fn version(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// The versions of `If-Match`; none when the header is absent or `*`.
pub(super) fn expected(request: &HttpRequest) -> Option<Vec<u64>> {
    let header = request.headers().get(IF_MATCH)?.to_str().unwrap_or_default();
    if header.trim() == "*" { None } else { Some(versions(header)) }
}

/// Whether `If-None-Match` names this version.
pub(super) fn is_known(request: &HttpRequest, version: u64) -> bool {
    let header = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    header.is_some_and(|header| header.trim() == "*" || versions(header).contains(&version))
}

fn versions(header: &str) -> Vec<u64> {
    let tags = header.split(',').map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'));
    tags.filter_map(|tag| tag.parse().ok()).collect()
}

pub(super) fn wrong_query() -> Refusal {
    Fault::new(FaultKind::InvalidValue, "startIndex and count are integers").into()
}

impl Refusal {
    pub const fn new(status: StatusCode, detail: String) -> Self {
        Self { status, kind: None, detail }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let status = match fault.kind {
            FaultKind::Uniqueness => StatusCode::CONFLICT,
            FaultKind::InvalidFilter
            | FaultKind::InvalidPath
            | FaultKind::InvalidSyntax
            | FaultKind::InvalidValue
            | FaultKind::Mutability
            | FaultKind::NoTarget
            | FaultKind::TooMany => StatusCode::BAD_REQUEST,
        };
        Self { status, kind: Some(fault.kind), detail: fault.detail }
    }
}

impl From<ScimError> for Refusal {
    fn from(error: ScimError) -> Self {
        let said = error.to_string();
        match error {
            ScimError::Unauthorized => Self::new(StatusCode::UNAUTHORIZED, said),
            ScimError::Unknown => Self::new(StatusCode::NOT_FOUND, said),
            ScimError::Precondition => Self::new(StatusCode::PRECONDITION_FAILED, said),
            ScimError::Fault(fault) => fault.into(),
            ScimError::Decide(error) => failed(&error, sql::walks_to_retryable(&error)),
            ScimError::Store(error) => failed(&error, error.is_retryable()),
        }
    }
}

fn failed(error: &(dyn std::error::Error + 'static), may_succeed: bool) -> Refusal {
    if may_succeed {
        return Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the database is busy".to_owned());
    }
    tracing::error!(error, "a SCIM request failed");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here".to_owned())
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut body = Map::new();
        body.insert("schemas".to_owned(), json!([ERROR]));
        // RFC 7644, 3.12: the status as a text.
        body.insert("status".to_owned(), self.status.as_str().into());
        body.insert("detail".to_owned(), self.detail.as_str().into());
        body.extend(self.kind.map(|kind| ("scimType".to_owned(), Value::from(kind.as_str()))));
        let mut response = answer(self.status, &body.into());
        let header = match self.status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")),
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, "1")),
            _ => None,
        };
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, actix_web::http::header::HeaderValue::from_static(value));
        }
        response
    }
}
