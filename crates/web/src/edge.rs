use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, COOKIE, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, ResponseError as _, web};
use clock::{SystemClock, SystemEntropy};
use tracing::Instrument as _;

use crate::page::{ErrorPage, Shell, html_of, html_with};
use crate::voice::Voice;
use crate::{Problem, csrf, headers};

/// Names one request in logs, in the header `X-Request-Id` and on error pages.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// What the edge must know of the service it stands in front of.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub service: &'static str,
    pub hsts: bool,
    pub shell: Arc<Shell>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OUR_COOKIES: &str = "passerelle_";

/// The outermost layer: request id, cross-site refusal, error pages, security headers, one log line, metrics.
pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let Some(edge) = request.app_data::<web::Data<Edge>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let wants_page = wants_page(request.headers());
    let method = request.method().clone();
    let span = tracing::info_span!("request", service = edge.service, request.id = %id);

    let response = if is_forged(&request) {
        request.into_response(csrf::refusal().error_response())
    } else {
        next.call(request).instrument(span.clone()).await?.map_into_boxed_body()
    };
    let response = spoken(response);
    let mut response = if wants_page { as_page(response, &edge, &id) } else { response };

    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    headers::apply(response.headers_mut(), edge.hsts);
    span.in_scope(|| record(&edge, &method, &response, begun));
    Ok(response)
}

/// Accepts the caller's id when it is harmless to log, else makes one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    given.filter(harmless).map_or_else(|| clock::new_id(&SystemClock, &SystemEntropy), str::to_owned)
}

/// An unsafe request with our cookie that a page of another origin caused.
fn is_forged(request: &ServiceRequest) -> bool {
    let ours = |value: &HeaderValue| value.to_str().is_ok_and(|cookies| cookies.contains(OUR_COOKIES));
    !csrf::is_safe(request.method())
        && request.headers().get_all(COOKIE).any(ours)
        && csrf::is_cross_site(request.headers(), request.connection_info().host())
}

/// Browsers navigate with `text/html` first; programs and `fetch` do not name it.
fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// A problem in the words of the service's voice.
fn spoken(response: ServiceResponse) -> ServiceResponse {
    let problem = response.response().extensions().get::<Problem>().cloned();
    let voice = response.request().app_data::<Voice>().cloned();
    let (Some(problem), Some(voice)) = (problem, voice) else { return response };
    let problem = voice.0.problem(response.request(), problem);
    let (request, old) = response.into_parts();
    let mut new = ServiceResponse::new(request, problem.error_response());
    for (name, value) in old.headers() {
        if !new.headers().contains_key(name) {
            new.headers_mut().append(name.clone(), value.clone());
        }
    }
    new
}

fn as_page(response: ServiceResponse, edge: &Edge, request_id: &str) -> ServiceResponse {
    let problem = response.response().extensions().get::<Problem>().cloned();
    let Some(problem) = problem else { return response };
    let page = match response.request().app_data::<Voice>() {
        Some(voice) => voice
            .0
            .error_page(response.request(), &problem, request_id)
            .map_err(|error| Problem::internal(&error))
            .map(|text| html_of(problem.status(), text)),
        None => html_with(
            problem.status(),
            &ErrorPage {
                shell: (*edge.shell).clone(),
                status: problem.status().as_u16(),
                title: problem.title(),
                detail: problem.detail_text(),
                request_id,
                problem_url: problem.type_url(),
            },
        ),
    };
    match page {
        Ok(page) => {
            let (request, old) = response.into_parts();
            let mut page = ServiceResponse::new(request, page);
            for (name, value) in old.headers() {
                if !page.headers().contains_key(name) {
                    page.headers_mut().append(name.clone(), value.clone());
                }
            }
            page
        }
        Err(_) => response,
    }
}

/// The route's pattern stands for the path, which may hold tokens; query strings are never logged.
fn record(edge: &Edge, method: &Method, response: &ServiceResponse, begun: Instant) {
    let route = response.request().match_pattern().unwrap_or_else(|| "-".to_owned());
    let status = response.status().as_u16();
    let elapsed = begun.elapsed();
    let labels = [
        ("service", edge.service.to_owned()),
        ("method", known_method(method).to_owned()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    ::metrics::counter!("http_requests_total", &labels).increment(1);
    ::metrics::histogram!("http_request_seconds", "service" => edge.service, "route" => route.clone())
        .record(elapsed);
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let quiet = matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics");
    if quiet {
        tracing::debug!(http.method = %method, http.route = route, http.status = status, milliseconds, "answered");
    } else {
        tracing::info!(http.method = %method, http.route = route, http.status = status, milliseconds, "answered");
    }
}

/// Callers may invent methods; a label may not grow without bound.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
