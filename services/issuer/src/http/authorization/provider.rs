//! The person's way to the organisation's OpenID provider and back. A click on the page begins it, which has said what for:
//! a link alone would let any site collect the consent of whoever is signed in there.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde_json::json;
use web::page::see_other;
use web::{Json, Problem};

use super::Start;
use crate::app::{Issuer, OidcError, PersonProviderError, ProviderRefusal, Return, Tenant};
use crate::http::extract::Of;
use crate::http::problem;
use crate::http::words::{self, Spoken};

/// By which a browser is known when it comes back from a provider.
const BROWSER: &str = "passerelle_person_oidc";

/// Where the script sends the browser: what is sent cross-site by a form would follow redirections that the content security
/// policy forbids.
#[post("/provider/start")]
pub(super) async fn leave_for_provider(
    app: Data<Issuer>,
    of: Of,
    start: Json<Start>,
    spoken: Spoken,
) -> Result<HttpResponse, Problem> {
    let departure = app.start_person_oidc(&of.0, &start.0.request_uri).await?;
    let cookie = Cookie::build(BROWSER, departure.browser)
        .path(path(&of.0))
        .http_only(true)
        .secure(app.settings().https)
        // It has to come along with the provider's redirection.
        .same_site(SameSite::Lax)
        .max_age(Duration::minutes(10))
        .finish();
    // Nothing of the page's address comes back from the provider.
    let language = Cookie::build(words::COOKIE, spoken.words.language().code())
        .path(path(&of.0))
        .http_only(true)
        .secure(app.settings().https)
        .same_site(SameSite::Lax)
        .max_age(Duration::minutes(10))
        .finish();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .cookie(cookie)
        .cookie(language)
        .json(json!({ "provider": departure.to })))
}

#[get("/callback")]
pub(super) async fn come_back(
    request: HttpRequest,
    app: Data<Issuer>,
    of: Of,
    back: Query<Return>,
) -> Result<HttpResponse, Problem> {
    let browser = request.cookie(BROWSER);
    let next = app.finish_person_oidc(&of.0, &back, browser.as_ref().map(Cookie::value)).await?;
    let mut response = see_other(&next);
    // A cookie that is well-formed by construction.
    let _ = response.add_removal_cookie(&Cookie::build(BROWSER, "").path(path(&of.0)).finish());
    Ok(response)
}

/// The name of the sentence for a person who came back without being signed in.
pub(super) fn said(refused: Option<&str>) -> Option<&'static str> {
    let refusal = ProviderRefusal::ALL.into_iter().find(|it| refused == Some(it.as_str()))?;
    Some(match refusal {
        ProviderRefusal::Declined => "provider-declined",
        ProviderRefusal::Old => "provider-old",
        ProviderRefusal::Weak => "provider-weak",
        ProviderRefusal::Unknown => "provider-unknown",
    })
}

fn path(tenant: &Tenant) -> String {
    format!("/t/{}/authorize", tenant.id)
}

/// By which the page finds the sentence in the person's language.
fn reason(error: &OidcError) -> &'static str {
    match error {
        OidcError::NoProvider => "not-found",
        OidcError::Request => "provider-again",
        OidcError::Unreachable(_) | OidcError::Answer(..) => "provider-unreachable",
        _ => "provider-refused",
    }
}

impl From<PersonProviderError> for Problem {
    fn from(error: PersonProviderError) -> Self {
        match error {
            PersonProviderError::Provider(error) => {
                let reason = reason(&error);
                Self::from(error).with("reason", reason)
            }
            PersonProviderError::Authorize(error) => error.into(),
            PersonProviderError::Store(error) => problem::store(&error),
        }
    }
}
