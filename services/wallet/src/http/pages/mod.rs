//! The pages. They only show; every act goes through `/v1`, where it is documented and guarded.

mod access;
mod account;
mod assisted;
mod cards;
mod consent;
mod credential;
mod enrolment;
mod entry;
mod existence;
pub(super) mod frame;
mod home;
mod installing;
mod mandates;
mod offer;
mod officers;
mod organisations;
mod presentation;
mod problems;
mod receipt;
mod remains;
mod residence;
mod shared;
mod shown;
mod year;

use actix_web::web::ServiceConfig;
use clock::Timestamp;

pub use self::mandates::{acts, here_for};
pub use self::problems::Voice;
pub use self::year::YearButton;
use super::{desk, language as languages, resting};

pub fn configure(config: &mut ServiceConfig) -> &mut ServiceConfig {
    config
        .service(languages::pick)
        .service(desk::finish)
        .service(resting::open_own)
        .service(problems::read_code)
        .configure(installing::configure)
        .configure(home::configure)
        .configure(entry::configure)
        .configure(offer::configure)
        .configure(credential::configure)
        .configure(presentation::configure)
        .configure(existence::configure)
        .configure(account::configure)
        .configure(access::configure)
        .configure(assisted::configure)
        .configure(officers::configure)
        .configure(organisations::configure)
        .configure(mandates::configure)
        .configure(shared::configure)
        .configure(cards::configure)
        .configure(enrolment::configure)
}

/// For `<time datetime>`.
#[must_use]
pub fn iso(at: &Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The first letter of a name, for its mark.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars()
        .find(|character| character.is_alphanumeric())
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}
