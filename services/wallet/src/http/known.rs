//! What this browser remembers of how a wallet was opened in it, so that whoever comes back is not shown the making of a new one
//! first. It opens nothing and names nobody.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;

use super::Site;

const COOKIE: &str = "passerelle_wallet_known";
/// Once a year is how often some people come.
const KEPT_DAYS: i64 = 400;

/// How a wallet was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Passkey,
    Pin,
}

impl Known {
    /// The word for the cookie and for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Pin => "pin",
        }
    }

    /// What the browser says.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        [Self::Passkey, Self::Pin].into_iter().find(|known| known.as_str() == cookie.value())
    }

    /// By which of the two the operation that is asked lets people in: those of the PIN have it in their address.
    pub fn by(request: &HttpRequest) -> Self {
        if request.path().split('/').any(|part| part == "pin") { Self::Pin } else { Self::Passkey }
    }
}

pub fn cookie(site: &Site, known: Known) -> Cookie<'static> {
    site.cookie(COOKIE, known.as_str()).max_age(Duration::days(KEPT_DAYS)).finish()
}

/// With the wallet itself goes that there was one.
pub fn removal(site: &Site) -> Cookie<'static> {
    site.cookie_removal(COOKIE)
}
