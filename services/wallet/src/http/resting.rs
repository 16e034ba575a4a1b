//! The officer's own wallet while their device serves others.
//!
//! After a visit at a desk the history of the browser still leads to the addresses of the visit. They would show the officer's own
//! wallet now: its certificates, its ways in, the button that deletes it. So from the end of a visit on, pages of a wallet answer with
//! the desk on that device, until the officer opens their own wallet there or signs out. A new sign-in changes nothing: at a station
//! officers sign in many times a day, and the addresses stay.

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, post};
use web::Problem;
use web::page::see_other;

use super::{App, Site};

const COOKIE: &str = "passerelle_wallet_rests";
/// Where a visit begins and ends.
pub const DESK: &str = "/officers/desk";

/// Whether this device serves others, so that the page that is asked for is nobody's.
#[must_use]
pub fn is_closed(request: &HttpRequest) -> bool {
    let page = request.method() == Method::GET
        && !["/v1/", "/officers"].iter().any(|start| request.path().starts_with(start));
    page && rests(request)
}

/// Whether the officer's own wallet is closed on this device.
#[must_use]
pub fn rests(request: &HttpRequest) -> bool {
    request.cookie(COOKIE).is_some()
}

/// Kept as long as the sessions beside it.
#[must_use]
pub fn cookie(site: &Site) -> Cookie<'static> {
    site.cookie(COOKIE, "yes").finish()
}

#[must_use]
pub fn removal(site: &Site) -> Cookie<'static> {
    site.cookie_removal(COOKIE)
}

/// The officer goes to their own wallet.
#[post("/desk/own")]
pub async fn open_own(app: App) -> Result<HttpResponse, Problem> {
    let mut response = see_other("/");
    response.add_cookie(&removal(&app)).map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok(response)
}
