//! The signed-in officer: cookie, middleware, extractor.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ACCEPT;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, ResponseError as _};
use issuance::{Actor, Permission, Roles};
use url::form_urlencoded;
use web::Problem;

use crate::app::{Issuer, Tenant};
use crate::http::problem;

const COOKIE: &str = "passerelle_issuer";
const SESSION_HOURS: i64 = 8;

/// Who is signed in. Only [`require`] makes one, so a handler that takes it cannot be reached without a session.
#[derive(Clone)]
pub(crate) struct Officer {
    pub id: String,
    pub name: String,
    pub roles: Roles,
    pub tenant: Arc<Tenant>,
}

impl Officer {
    pub fn actor(&self) -> Actor {
        Actor { tenant: self.tenant.id.clone(), officer: self.id.clone() }
    }
}

impl FromRequest for Officer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(Problem::unauthorized))
    }
}

/// An officer whose roles permit what the page or form does. Taken as the first extractor, it answers before any other.
pub(crate) struct May<P> {
    officer: Officer,
    asked: PhantomData<P>,
}

/// A permission as a type, so that a handler's signature says what it needs.
pub(crate) trait Asked {
    const PERMISSION: Permission;
    /// What a person without it is told.
    const REFUSAL: &'static str;
}

macro_rules! asked {
    ($($name:ident: $refusal:literal,)*) => { $(
        pub(crate) enum $name {}
        impl Asked for $name {
            const PERMISSION: Permission = Permission::$name;
            const REFUSAL: &'static str = $refusal;
        }
    )* };
}

asked! {
    SeePeople: "Your roles do not let you see people's records.",
    SeeProposals: "Your roles do not let you see what waits for a second person.",
    Issue: "Only an officer does that. Your roles let you look at it.",
    Approve: "Only an approver decides about proposals.",
    Audit: "Only auditors and administrators read the audit trail.",
    Administer: "Only an administrator invites colleagues and gives roles.",
}

impl<P> Deref for May<P> {
    type Target = Officer;

    fn deref(&self) -> &Officer {
        &self.officer
    }
}

impl<P: Asked> FromRequest for May<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Officer>().cloned().ok_or_else(Problem::unauthorized);
        ready(known.and_then(|officer| match officer.roles.may(P::PERMISSION) {
            true => Ok(Self { officer, asked: PhantomData }),
            false => Err(Problem::forbidden(P::REFUSAL)),
        }))
    }
}

/// Middleware: lets requests with a living session through. A browser that wants a page is sent to sign in and comes
/// back to where it was; anything else gets 401.
pub(crate) async fn require(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<Data<Issuer>>().cloned();
    let token = request.cookie(COOKIE).map(|cookie| cookie.value().to_owned());
    let (Some(app), Some(token)) = (app, token) else { return Ok(turned_away(request)) };
    let session = match app.session(&token).await {
        Ok(session) => session,
        // As a response, so that the layers above put their headers on it.
        Err(error) => return Ok(request.into_response(problem::store(&error).error_response())),
    };
    let officer = session.and_then(|session| {
        let tenant = app.tenant(&session.officer.tenant)?.clone();
        let known = session.officer;
        Some(Officer { id: known.id, name: known.name, roles: known.roles, tenant })
    });
    let Some(officer) = officer else { return Ok(turned_away(request)) };
    request.extensions_mut().insert(officer);
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn turned_away(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/html") {
        return request.into_response(Problem::unauthorized().error_response());
    }
    // A form that was sent after the session had ended cannot be sent again for the person, so they start over.
    let wanted = match *request.method() {
        Method::GET => request.path().to_owned(),
        _ => "/console".to_owned(),
    };
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    request.into_response(web::page::see_other(&format!("/console/sign-in?next={next}")))
}

/// The cookie of a new session.
pub(super) fn cookie(token: String, https: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, token)
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .max_age(Duration::hours(SESSION_HOURS))
        .finish()
}

/// The token in the request's cookie.
pub(crate) fn token(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

pub(super) fn no_cookie(https: bool) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), https);
    cookie.make_removal();
    cookie
}
