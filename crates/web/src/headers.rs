//! Response headers that make a browser hold back; a handler that sets one of them itself keeps its own.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// Nothing from elsewhere, nothing inline, framed by nobody.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Links may hold tokens, so no page tells the next one where it came from.
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()"),
];

/// RFC 6797: a year, only when browsers reach us over TLS.
const HSTS: &str = "max-age=31536000";

pub(crate) fn apply(headers: &mut HeaderMap, hsts: bool) {
    for (name, value) in ALWAYS {
        insert_absent(headers, name, value);
    }
    if hsts {
        insert_absent(headers, "strict-transport-security", HSTS);
    }
}

fn insert_absent(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
