//! Bearer tokens, checked before any extractor reads a body.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use web::Problem;

use crate::app::{Agency, Desk};

/// Longest token that is looked up; ours have 43 characters.
const MAX_TOKEN: usize = 128;

/// Middleware of the routes for agencies.
pub async fn require_token(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let bearer = bearer(request.headers(), MAX_TOKEN).ok_or_else(missing)?.to_owned();
    let desk = request.app_data::<Data<Desk>>().cloned().ok_or_else(missing)?;
    let agency = desk.authenticate(&bearer).await.map_err(Problem::from)?;
    desk.spend(&agency, 1).map_err(Problem::from)?;
    request.extensions_mut().insert(agency);
    next.call(request).await
}

/// The agency that [`require_token`] found.
pub struct SignedIn(pub Agency);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Agency>().cloned().map(Self).ok_or_else(missing))
    }
}

fn missing() -> Problem {
    Problem::unauthorized()
        .detail("Send an access token of POST /oauth/token in the header Authorization: Bearer …")
        .header(WWW_AUTHENTICATE, "Bearer")
}

/// A bearer token of at most so many bytes.
pub(super) fn bearer(headers: &HeaderMap, longest: usize) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= longest;
    fits.then_some(token)
}
