//! What handlers take out of a request, each failing in the envelope of its route group.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use web::{JsonLimits, OAuthError, Problem};
use wire::vci::TokenRequest;

use crate::app::{Issuer, Tenant};

/// The organisation in the path. An unknown one has no endpoints, so this is a 404 in every route group.
pub(super) struct Of(pub Arc<Tenant>);

/// The bearer token of RFC 6750, 2.1, if there is one. The use case decides what its absence means.
pub(super) struct Bearer(pub Option<String>);

/// The form of a token request.
pub(super) struct TokenForm(pub TokenRequest);

/// A body that is parsed only after the caller was authorized, so that a bad body never answers before a bad token.
pub(super) struct LateJson {
    bytes: Result<Bytes, OAuthError>,
    is_json: bool,
    max_depth: usize,
}

impl FromRequest for Of {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tenant = request.app_data::<Data<Issuer>>().zip(request.match_info().get("tenant"));
        let tenant = tenant.and_then(|(issuer, id)| issuer.tenant(id).cloned());
        ready(tenant.map(Self).ok_or_else(Problem::not_found))
    }
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.split_once(' ')).filter(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && (1..=512).contains(&token.trim().len())
        });
        ready(Ok(Self(token.map(|(_, token)| token.trim().to_owned()))))
    }
}

impl FromRequest for TokenForm {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, OAuthError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = has_type(request, "application/x-www-form-urlencoded");
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_form {
                return Err(invalid("the body must be application/x-www-form-urlencoded"));
            }
            let body = body.await.map_err(|_| too_large())?;
            parse_form(&body).map(Self)
        })
    }
}

impl FromRequest for LateJson {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = has_type(request, "application/json");
        let max_depth = request.app_data::<JsonLimits>().copied().unwrap_or_default().max_depth;
        let body = Bytes::from_request(request, payload);
        Box::pin(async move { Ok(Self { bytes: body.await.map_err(|_| too_large()), is_json, max_depth }) })
    }
}

impl LateJson {
    /// `error` is the code that the endpoint uses for malformed requests.
    pub fn parse<T: DeserializeOwned>(self, error: &'static str) -> Result<T, OAuthError> {
        if !self.is_json {
            return Err(OAuthError::bad_request(error, "the body must be application/json"));
        }
        let bytes = self.bytes?;
        web::json::parse(&bytes, self.max_depth)
            .map_err(|fault| OAuthError::bad_request(error, fault.to_string()))
    }
}

fn has_type(request: &HttpRequest, wanted: &str) -> bool {
    let header =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// RFC 6749, 3.2: parameters come at most once; those nobody knows are ignored.
fn parse_form(body: &[u8]) -> Result<TokenRequest, OAuthError> {
    let mut request = TokenRequest::default();
    for (name, value) in form_urlencoded::parse(body) {
        let slot = match name.as_ref() {
            "grant_type" => &mut request.grant_type,
            "pre-authorized_code" => &mut request.pre_authorized_code,
            "tx_code" => &mut request.tx_code,
            "authorization_details" => &mut request.authorization_details,
            _ => continue,
        };
        if slot.replace(value.into_owned()).is_some() {
            return Err(invalid("a parameter is repeated"));
        }
    }
    // RFC 6749, 3.2: a parameter without a value is treated as if it were omitted.
    for slot in [
        &mut request.grant_type,
        &mut request.pre_authorized_code,
        &mut request.tx_code,
        &mut request.authorization_details,
    ] {
        if slot.as_ref().is_some_and(String::is_empty) {
            *slot = None;
        }
    }
    Ok(request)
}

fn invalid(description: &str) -> OAuthError {
    OAuthError::bad_request("invalid_request", description)
}

fn too_large() -> OAuthError {
    OAuthError::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "the body is too large or ended early")
}
