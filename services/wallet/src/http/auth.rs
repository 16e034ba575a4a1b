//! The session cookie, and who stands behind it.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::USER_AGENT;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, ResponseError as _};
use holding::account::device_name;
use holding::station::Station;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use web::Problem;

use super::{App, Site, acting, resting};
use crate::app::Person;
use crate::app::sessions::NewSession;

pub const COOKIE: &str = "passerelle_wallet";
/// Of a visit at an officer's desk, beside the officer's own.
pub const DESK_COOKIE: &str = "passerelle_wallet_desk";

/// Of a device that stands at a fixed place. It opens nothing: an officer has to be signed in beside it.
pub const STATION_COOKIE: &str = "passerelle_wallet_station";
const STATION_DAYS: i64 = 400;

/// Runs before any extractor of the scope, so that a bad body of a stranger is never looked at.
pub async fn require_person(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let Some(person) = find_person(request.request()).await? else {
        // As an answer, not as an error: an error would pass by the edge, which says it in the reader's language.
        let refusal = Problem::unauthorized().error_response();
        return Ok(request.into_response(refusal).map_into_right_body());
    };
    request.extensions_mut().insert(person);
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

/// Who is signed in, if anybody. During a visit at a desk that is the visitor, as long as the officer is signed in beside them; a
/// visit that is over leads nowhere, so that nobody comes upon the officer's own wallet; nor do pages after it (see [`resting`]).
pub async fn find_person(request: &HttpRequest) -> Result<Option<Person>, Problem> {
    let Some(app) = request.app_data::<App>().cloned() else { return Ok(None) };
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(None) };
    let internal = |error| Problem::internal(&error);
    let person = app.wallet.person(cookie.value()).await.map_err(internal)?;
    let Some(person) = person.filter(|person| person.desk.is_none()) else { return Ok(None) };
    let Some(cookie) = request.cookie(DESK_COOKIE) else {
        return Ok(Some(person).filter(|_| !resting::is_closed(request)));
    };
    let visitor = app.wallet.person(cookie.value()).await.map_err(internal)?;
    let visitor =
        visitor.filter(|visitor| visitor.desk.as_ref().is_some_and(|desk| desk.officer == person.account));
    let Some(mut visitor) = visitor else { return Ok(None) };
    if let Some(desk) = &mut visitor.desk {
        desk.station = station(request, &app).await?;
        if let Some(acting) = &desk.acting {
            // Here, since everything that is somebody's comes by here.
            acting::check(acting, request.method(), request.path())?;
        }
    }
    Ok(Some(visitor))
}

/// The station that the device is.
pub async fn station(request: &HttpRequest, app: &App) -> Result<Option<Station>, Problem> {
    let Some(cookie) = request.cookie(STATION_COOKIE) else { return Ok(None) };
    app.wallet.station_of(cookie.value()).await.map_err(|error| Problem::internal(&error))
}

/// The person whom [`require_person`] let through.
pub struct SignedIn(pub Person);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let person = request.extensions().get::<Person>().cloned();
        ready(person.map(Self).ok_or_else(Problem::unauthorized))
    }
}

/// The device, in the words of [`device_name`].
pub struct Device(pub String);

impl FromRequest for Device {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        ready(Ok(Self(device_name(agent.unwrap_or_default()))))
    }
}

/// Host-only, out of scripts' reach, gone with the browser session; the server ends it sooner.
pub fn session_cookie(site: &Site, session: &NewSession) -> Cookie<'static> {
    site.cookie(COOKIE, session.token.clone()).finish()
}

pub fn removal_cookie(site: &Site) -> Cookie<'static> {
    site.cookie_removal(COOKIE)
}

pub fn desk_cookie(site: &Site, session: &NewSession) -> Cookie<'static> {
    site.cookie(DESK_COOKIE, session.token.clone()).finish()
}

pub fn desk_removal(site: &Site) -> Cookie<'static> {
    site.cookie_removal(DESK_COOKIE)
}

/// Stays for a year and a bit: the place of a device does not change from day to day.
pub fn station_cookie(site: &Site, token: &str) -> Cookie<'static> {
    site.cookie(STATION_COOKIE, token.to_owned()).max_age(Duration::days(STATION_DAYS)).finish()
}

/// Names the cookie in the OpenAPI document.
pub struct SessionCookie;

impl utoipa::Modify for SessionCookie {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
        components.add_security_scheme("session", cookie);
    }
}
