//! The request for help that this device made, kept by a cookie of its page so that it can be left and come back to.
//!
//! It holds the secret identifier and the code to read out. The service keeps a hash of the code alone, so this is the one
//! place that can show it again.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use holding::assisted::ASK_DAYS;

use super::Site;

const COOKIE: &str = "passerelle_wallet_request";
const PATH: &str = "/recover";
/// Longer than officers and the waiting time can take, so that its end is read too.
const KEPT_DAYS: i64 = 2 * ASK_DAYS;

/// What the cookie holds.
pub struct AskedHere {
    pub id: String,
    pub code: String,
}

impl AskedHere {
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        let (id, code) = cookie.value().split_once('.')?;
        Some(Self { id: id.to_owned(), code: code.to_owned() })
    }
}

pub fn keep(site: &Site, id: &str, code: &str) -> Cookie<'static> {
    let cookie = site.cookie(COOKIE, format!("{id}.{code}")).path(PATH);
    cookie.max_age(Duration::days(KEPT_DAYS)).finish()
}

pub fn removal(site: &Site) -> Cookie<'static> {
    let mut cookie = site.cookie_removal(COOKIE);
    cookie.set_path(PATH);
    cookie
}
