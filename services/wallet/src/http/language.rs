//! The language a person reads: picked on any page, else the one their browser asks for.
//!
//! The pick is a cookie, so that it counts before anybody signs in, and is kept with the account, so that it comes along
//! to another device: signing in there without a cookie brings it back.

use std::future::{Ready, ready};

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post};
use language::Language;
use serde::Deserialize;
use web::Problem;
use web::page::see_other;

use super::auth::find_person;
use super::{App, Site};
use crate::words::Words;

pub const COOKIE: &str = "passerelle_wallet_language";

/// Once a year is how often some people come.
const KEPT_DAYS: i64 = 400;

impl FromRequest for Words {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Words {
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self(picked(request).unwrap_or_else(|| Language::chosen(None, header)))
    }
}

/// The language this device was told to speak.
pub fn picked(request: &HttpRequest) -> Option<Language> {
    request.cookie(COOKIE).and_then(|cookie| Language::parse(cookie.value()))
}

pub fn cookie(site: &Site, language: Language) -> Cookie<'static> {
    site.cookie(COOKIE, language.code()).max_age(Duration::days(KEPT_DAYS)).finish()
}

#[derive(Deserialize)]
struct Pick {
    language: String,
    /// The page to come back to.
    back: String,
}

/// The language picker of every page.
#[post("/language")]
pub async fn pick(
    request: HttpRequest,
    app: App,
    form: actix_web::web::Form<Pick>,
) -> Result<HttpResponse, Problem> {
    let language = Language::parse(&form.language);
    let language = language.ok_or_else(|| Problem::bad_request("language: one of ar, zh, en, fr, ru, es"))?;
    // Who acts for somebody reads their own language and leaves the person's.
    if let Some(person) = find_person(&request).await?.filter(|person| person.acting().is_none()) {
        app.wallet.speak(&person.account, language).await?;
    }
    let mut response = see_other(own_path(&form.back));
    response.add_cookie(&cookie(&app, language)).map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok(response)
}

/// Only a page of this wallet: `//host` and `/\host` lead elsewhere in a browser.
fn own_path(back: &str) -> &str {
    let elsewhere = |rest: &str| rest.starts_with(['/', '\\']) || rest.contains(char::is_control);
    match back.strip_prefix('/') {
        Some(rest) if !elsewhere(rest) => back,
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn picker_leads_back_to_a_page_of_this_wallet_only() {
        for own in ["/", "/account", "/offer?credential_offer_uri=https%3A%2F%2Fexample.org"] {
            assert_eq!(own_path(own), own);
        }
        for other in ["https://example.org", "//example.org", "/\\example.org", "", "account", "/a\r\nx: y"] {
            assert_eq!(own_path(other), "/", "{other:?}");
        }
    }
}
