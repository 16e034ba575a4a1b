//! What handlers take out of a request, each failing in the envelope of its route group.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use web::{JsonLimits, OAuthError, Problem};
use wire::vci::{PushedAuthorizationRequest, TokenRequest};

use crate::app::{Issuer, Presented, Tenant};

/// The organisation in the path. An unknown one has no endpoints, so this is a 404 in every route group.
pub(super) struct Of(pub Arc<Tenant>);

/// The access token of RFC 6750, 2.1 or RFC 9449, 7.1, if there is one, the DPoP proofs and the client attestations. The use case decides what
/// their absence means.
pub(super) struct Rights(pub Presented);

/// The form of a token request.
pub(super) struct TokenForm(pub TokenRequest);

/// The form of a pushed authorization request.
pub(super) struct PushedForm(pub PushedAuthorizationRequest);

/// A body that is parsed only after the caller was authorized, so that a bad body never answers before a bad token.
pub(super) struct LateJson {
    bytes: Result<Bytes, OAuthError>,
    is_json: bool,
    is_jwt: bool,
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

impl FromRequest for Rights {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.split_once(' ')).filter(|(scheme, token)| {
            ["bearer", "dpop"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
                && (1..=512).contains(&token.trim().len())
        });
        // A header that is no text is kept as one that cannot be a proof.
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        ready(Ok(Self(Presented {
            token: token.map(|(_, token)| token.trim().to_owned()),
            is_dpop: token.is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("dpop")),
            proofs: request.headers().get_all("dpop").take(2).map(text).collect(),
            attestations: request.headers().get_all("oauth-client-attestation").take(2).map(text).collect(),
            possessions: request
                .headers()
                .get_all("oauth-client-attestation-pop")
                .take(2)
                .map(text)
                .collect(),
        })))
    }
}

impl FromRequest for TokenForm {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, OAuthError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = form_body(request, payload);
        Box::pin(async move { token_request(&body.await?).map(Self) })
    }
}

impl FromRequest for PushedForm {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, OAuthError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = form_body(request, payload);
        Box::pin(async move { pushed_request(&body.await?).map(Self) })
    }
}

fn form_body(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, OAuthError>> + use<> {
    let is_form = has_type(request, "application/x-www-form-urlencoded");
    let body = Bytes::from_request(request, payload);
    async move {
        if !is_form {
            return Err(invalid("the body must be application/x-www-form-urlencoded"));
        }
        body.await.map_err(|_| too_large())
    }
}

impl FromRequest for LateJson {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = has_type(request, "application/json");
        let is_jwt = has_type(request, "application/jwt");
        let max_depth = request.app_data::<JsonLimits>().copied().unwrap_or_default().max_depth;
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            Ok(Self { bytes: body.await.map_err(|_| too_large()), is_json, is_jwt, max_depth })
        })
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

    /// The same for a body that may be encrypted (OID4VCI 1.0, 10), and whether it was.
    pub fn open<T: DeserializeOwned>(self, app: &Issuer, of: &Tenant) -> Result<(T, bool), OAuthError> {
        let error = "invalid_credential_request";
        if !self.is_jwt {
            return Ok((self.parse(error)?, false));
        }
        let bytes = self.bytes?;
        let message = std::str::from_utf8(&bytes).unwrap_or_default();
        let opened = app.open_request(of, message.trim_ascii())?;
        let request = web::json::parse(&opened, self.max_depth)
            .map_err(|fault| OAuthError::bad_request(error, fault.to_string()))?;
        Ok((request, true))
    }
}

fn has_type(request: &HttpRequest, wanted: &str) -> bool {
    let header =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

fn token_request(body: &[u8]) -> Result<TokenRequest, OAuthError> {
    let mut request = TokenRequest::default();
    fill(
        body,
        &mut [
            ("grant_type", &mut request.grant_type),
            ("pre-authorized_code", &mut request.pre_authorized_code),
            ("tx_code", &mut request.tx_code),
            ("code", &mut request.code),
            ("redirect_uri", &mut request.redirect_uri),
            ("code_verifier", &mut request.code_verifier),
            ("refresh_token", &mut request.refresh_token),
            ("client_id", &mut request.client_id),
            ("authorization_details", &mut request.authorization_details),
        ],
    )?;
    Ok(request)
}

fn pushed_request(body: &[u8]) -> Result<PushedAuthorizationRequest, OAuthError> {
    let mut request = PushedAuthorizationRequest::default();
    fill(
        body,
        &mut [
            ("response_type", &mut request.response_type),
            ("client_id", &mut request.client_id),
            ("redirect_uri", &mut request.redirect_uri),
            ("scope", &mut request.scope),
            ("authorization_details", &mut request.authorization_details),
            ("state", &mut request.state),
            ("code_challenge", &mut request.code_challenge),
            ("code_challenge_method", &mut request.code_challenge_method),
            ("issuer_state", &mut request.issuer_state),
            ("dpop_jkt", &mut request.dpop_jkt),
            ("ui_locales", &mut request.ui_locales),
            ("request_uri", &mut request.request_uri),
            ("request", &mut request.request),
        ],
    )?;
    Ok(request)
}

/// RFC 6749, 3.1 and 3.2: parameters come at most once, those nobody knows are ignored, and one without a value is
/// treated as if it were omitted.
fn fill(body: &[u8], slots: &mut [(&str, &mut Option<String>)]) -> Result<(), OAuthError> {
    for (name, value) in form_urlencoded::parse(body) {
        let Some((_, slot)) = slots.iter_mut().find(|(known, _)| *known == name.as_ref()) else { continue };
        if slot.replace(value.into_owned()).is_some() {
            return Err(invalid("a parameter is repeated"));
        }
    }
    for (_, slot) in slots {
        if slot.as_ref().is_some_and(String::is_empty) {
            **slot = None;
        }
    }
    Ok(())
}

fn invalid(description: &str) -> OAuthError {
    OAuthError::bad_request("invalid_request", description)
}

fn too_large() -> OAuthError {
    OAuthError::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "the body is too large or ended early")
}
