//! Cross-site requests cannot act for a signed-in person: browsers say where a request comes from.
//!
//! No tokens in forms: `Sec-Fetch-Site` (Fetch Metadata) decides, `Origin` where it is missing. Programs send
//! neither header, and no cookie worth stealing. [`serve`](crate::serve) applies [`is_cross_site`] to every unsafe
//! request that carries one of our cookies; [`guard`] is for page routes that must refuse without a cookie too,
//! such as the sign-in itself (login CSRF).

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;

use crate::Problem;

/// Middleware for page routes: `.wrap(actix_web::middleware::from_fn(web::csrf::guard))`.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let host = request.connection_info().host().to_owned();
    if !is_safe(request.method()) && is_cross_site(request.headers(), &host) {
        return Err(refusal().into());
    }
    next.call(request).await
}

pub(crate) fn refusal() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "cross-site", "Another site sent this request")
        .detail("Open the page itself and try again from there.")
}

pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Whether a browser says that a page of another origin caused the request.
///
/// `same-site` counts as another origin: ports share a site, so the services of one machine would trust each other.
#[must_use]
pub fn is_cross_site(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let from = origin.to_str().ok().and_then(|origin| url::Url::parse(origin).ok());
    from.and_then(|from| authority(&from)).is_none_or(|from| !from.eq_ignore_ascii_case(host))
}

fn authority(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn cross(name: &'static str, value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name.try_into().unwrap(), value.try_into().unwrap());
        is_cross_site(&headers, "localhost:7101")
    }

    #[test]
    fn own_pages_and_typed_addresses_pass() {
        assert!(!cross("sec-fetch-site", "same-origin") && !cross("sec-fetch-site", "none"));
        assert!(!cross("origin", "http://localhost:7101"));
        assert!(!is_cross_site(&HeaderMap::new(), "localhost:7101"));
    }

    #[test]
    fn other_origins_are_cross_site() {
        assert!(cross("sec-fetch-site", "cross-site") && cross("sec-fetch-site", "same-site"));
        assert!(cross("origin", "http://localhost:7103") && cross("origin", "null"));
        assert!(cross("origin", "https://evil.example"));
    }
}
