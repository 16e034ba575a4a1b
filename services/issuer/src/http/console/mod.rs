//! The officers' console: server-rendered pages that work without JavaScript, except for the passkey itself.
//!
//! Every page and form is behind [`session::require`]; only signing in and registering are not. Each form answers with a
//! redirect, so that reloading a page never repeats an act; or with a file, or with a link that is shown once.

mod activity;
mod answer;
mod approvals;
mod calendar;
mod cards;
mod chain;
mod clients;
mod contact;
mod dashboard;
mod documents;
mod enrolment;
mod erase;
mod fund;
mod fund_acts;
mod grant;
mod imports;
mod key_changes;
mod keys;
mod legal_holds;
mod messages;
mod names;
mod offers;
mod officers;
mod passkeys;
mod people;
mod picture_erasures;
mod pictures;
mod portrait;
mod queue;
mod reissues;
mod requests;
mod retirees;
mod service;
pub(crate) mod session;
mod sign_in;
mod status;
mod view;
mod webhook;
mod webhooks;

use actix_web::middleware::from_fn;
use actix_web::web::{FormConfig, PathConfig, QueryConfig, scope};
use actix_web::{HttpResponse, get};
use web::{Problem, ServiceConfig};

/// The agent's side of a video call.
pub(super) const CALL_SCRIPT: web::assets::Asset = web::assets::Asset {
    name: "enrolment-call.js",
    content_type: web::assets::SCRIPT,
    body: include_bytes!("../../../assets/enrolment-call.js"),
};

pub(super) const SCRIPT: web::assets::Asset = web::assets::Asset {
    name: "documents.js",
    content_type: web::assets::SCRIPT,
    body: include_bytes!("../../../assets/documents.js"),
};

/// Pictures that are compared: arrows and Escape where one is large.
pub(super) const PICTURES_SCRIPT: web::assets::Asset = web::assets::Asset {
    name: "pictures.js",
    content_type: web::assets::SCRIPT,
    body: include_bytes!("../../../assets/pictures.js"),
};

/// Forms here hold a few lines of text.
const FORM_BYTES: usize = 32 * 1024;
/// Officers hand in lists of digests, each with a name.
const OFFICER_FORM_BYTES: usize = 512 * 1024;

fn form(most: usize) -> FormConfig {
    FormConfig::default().limit(most).error_handler(|error, _| refused(&error))
}

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.map(|config| {
        config.service(home).service(
            scope("/console")
                .app_data(form(FORM_BYTES))
                .app_data(QueryConfig::default().error_handler(|error, _| refused(&error)))
                .app_data(PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
                .configure(sign_in::configure)
                .service(
                    scope("")
                        .wrap(from_fn(session::require))
                        .app_data(form(OFFICER_FORM_BYTES))
                        .configure(dashboard::configure)
                        .configure(documents::configure)
                        .configure(imports::configure)
                        .configure(reissues::configure)
                        .configure(people::configure)
                        .configure(contact::configure)
                        .configure(portrait::configure)
                        .configure(passkeys::configure)
                        .configure(legal_holds::configure)
                        .configure(picture_erasures::configure)
                        .configure(erase::configure)
                        .configure(messages::configure)
                        .configure(cards::configure)
                        .configure(keys::configure)
                        .configure(key_changes::configure)
                        .configure(chain::configure)
                        .configure(calendar::configure)
                        .configure(service::configure)
                        .configure(grant::configure)
                        .configure(offers::configure)
                        .configure(status::configure)
                        .configure(enrolment::configure)
                        .configure(retirees::configure)
                        .configure(fund::configure)
                        .configure(queue::configure)
                        .configure(requests::configure)
                        .configure(approvals::configure)
                        .configure(officers::configure)
                        .configure(clients::configure)
                        .configure(webhooks::configure)
                        .configure(webhook::configure)
                        .configure(activity::configure),
                ),
        )
    });
}

#[get("/")]
async fn home() -> HttpResponse {
    web::page::see_other("/console")
}

fn refused(error: &dyn std::fmt::Display) -> actix_web::Error {
    Problem::bad_request(error.to_string()).into()
}
