//! Transport: routes, the wallet's JSON, and the pages.

pub mod account;
mod acting;
pub mod assets;
pub mod attester;
pub mod auth;
pub mod client_attester;
pub mod credentials;
pub mod desk;
pub mod desk_keys;
pub mod desk_queue;
pub mod enrolment;
pub mod existence;
pub mod known;
pub mod language;
pub mod mandates;
pub mod news;
pub mod offers;
pub mod officers;
pub mod offline;
pub mod pages;
pub mod pins;
pub mod presentations;
pub mod problem;
pub mod recovery;
mod request_cookie;
pub mod resting;
pub mod returning;
pub mod sharings;
pub mod stations;
pub mod step_up;
pub mod support;
pub mod vc_api;
pub mod views;
pub mod year;

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::cookie::{Cookie, CookieBuilder, SameSite};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use utoipa::OpenApi;

use self::auth::SessionCookie;
use crate::HelpConfig;
use crate::app::Wallet;

/// What the handlers share.
#[derive(Clone)]
pub struct Site {
    pub wallet: Arc<Wallet>,
    /// Cookies carry `Secure` when people come over TLS.
    pub https: bool,
    pub notice: Option<Arc<str>>,
    pub demonstration: bool,
    pub help: Arc<HelpConfig>,
}

impl Site {
    /// A cookie of this host alone, for all of its pages, out of scripts' reach; gone with the browser session unless it is given an
    /// age.
    pub fn cookie(&self, name: &'static str, value: impl Into<Cow<'static, str>>) -> CookieBuilder<'static> {
        let cookie = Cookie::build(name, value).path("/").http_only(true);
        cookie.secure(self.https).same_site(SameSite::Lax)
    }

    /// Takes it away again.
    pub fn cookie_removal(&self, name: &'static str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, "").finish();
        cookie.make_removal();
        cookie
    }
}

pub type App = Data<Site>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Passerelle wallet",
        description = "The JSON behind the wallet's pages: accounts with passkeys, receiving over OpenID4VCI 1.0, \
            presenting over OpenID4VP 1.0, the yearly proof of existence. A program with a software passkey and a \
            software P-256 key can use it as the pages do; services/wallet/README.md walks through it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "account", description = "Passkeys, sessions, device keys"),
        (name = "officers", description = "Help with recovery, by officers of this service"),
        (name = "receiving", description = "Credential offers (OpenID4VCI 1.0)"),
        (name = "credentials", description = "What the person holds"),
        (name = "presenting", description = "Presentation requests (OpenID4VP 1.0)"),
        (name = "enrolment", description = "Enrolment at the Fund: invitation, device key, appointment, call"),
        (name = "existence", description = "The yearly proof of existence"),
        (name = "vc-api", description = "For integrators and test suites, where the configuration opens it"),
    ),
    modifiers(&SessionCookie)
)]
struct Description;

/// Registers everything. Open routes come first; the rest of `/v1` stands behind the session.
pub fn configure(config: &mut web::ServiceConfig<'_>) {
    config
        .service(account::registration_options)
        .service(account::register)
        .service(account::sign_in_options)
        .service(account::sign_in)
        .service(pins::pin_registration_options)
        .service(pins::register_pin)
        .service(pins::pin_sign_in_options)
        .service(pins::pin_sign_in)
        .service(recovery::recovery_options)
        .service(recovery::recover)
        .service(returning::recovery_pin_options)
        .service(returning::recover_by_pin)
        .service(returning::assisted_pin_options)
        .service(returning::ask_for_help_by_pin)
        .service(officers::assisted_options)
        .service(officers::ask_for_help)
        .service(officers::show_help)
        .service(officers::withdraw_help)
        .service(vc_api::derive_credential)
        .service(attester::show_key_attester)
        .service(client_attester::show_client_attester)
        .service(
            utoipa_actix_web::scope("/v1")
                .wrap(from_fn(auth::require_person))
                .service(account::show_account)
                .service(account::export_account)
                .service(account::delete_account)
                .service(account::delete_passkey)
                .service(account::delete_session)
                .service(account::delete_sessions)
                .service(account::create_device_key)
                .service(account::delete_device_key)
                .service(account::list_activity)
                .service(step_up::step_up_options)
                .service(step_up::step_up)
                .service(step_up::name_passkey)
                .service(step_up::name_device)
                .service(pins::pin_step_up_options)
                .service(pins::pin_step_up)
                .service(pins::change_pin)
                .service(pins::delete_pin)
                .service(recovery::make_recovery_code)
                .service(recovery::delete_recovery_code)
                .service(officers::stop_help)
                .service(officers::become_officer)
                .service(officers::invite_officer)
                .service(officers::find_help)
                .service(officers::approve_help)
                .service(officers::refuse_help)
                .service(desk::open_custody)
                .service(desk::enter_custody)
                .service(desk::reset_at_desk)
                .service(desk::prove_at_desk)
                .service(desk::sign_at_desk)
                .service(desk::leave_desk)
                .service(desk_keys::desk_key_options)
                .service(desk_keys::add_desk_key)
                .service(desk_keys::list_desk_keys)
                .service(desk_keys::remove_desk_key)
                .service(desk_keys::desk_key_use_options)
                .service(desk_keys::visit_by_key_options)
                .service(desk_keys::visit_by_key)
                .service(desk_queue::prepare_queued)
                .service(
                    utoipa_actix_web::scope("/officers/queue/{id}")
                        .app_data(desk_queue::SEALED_LIMITS)
                        .service(desk_queue::bring_queued),
                )
                .service(mandates::record_mandate)
                .service(mandates::list_recorded_mandates)
                .service(mandates::find_mandates)
                .service(mandates::show_mandate)
                .service(mandates::confirm_mandate)
                .service(mandates::end_mandate_by_officer)
                .service(mandates::enter_by_mandate)
                .service(mandates::list_mandates)
                .service(mandates::end_mandate)
                .service(offers::open_offer)
                .service(offers::show_offer)
                .service(offers::accept_offer)
                .service(offers::prove_offer)
                .service(offers::decline_offer)
                .service(offers::begin_authorization)
                .service(offers::take_authorization)
                .service(credentials::list_credentials)
                .service(credentials::show_credential)
                .service(credentials::check_status)
                .service(credentials::check_statuses)
                .service(credentials::show_logo)
                .service(credentials::delete_credential)
                .service(credentials::renew_credential)
                .service(credentials::print_card)
                .service(offline::copy_credential)
                .service(offline::note_offline_act)
                .service(presentations::open_presentation)
                .service(presentations::show_presentation)
                .service(presentations::prepare_presentation)
                .service(presentations::submit_presentation)
                .service(presentations::refuse_presentation)
                .service(sharings::list_sharings)
                .service(sharings::show_receipt)
                .service(
                    utoipa_actix_web::scope("/enrolments/{id}/signals")
                        .app_data(enrolment::SIGNAL_LIMITS)
                        .service(enrolment::exchange_signals),
                )
                .service(
                    utoipa_actix_web::scope("/enrolments/{id}/station")
                        .app_data(enrolment::STATION_LIMITS)
                        .service(enrolment::enrol_at_station),
                )
                .service(enrolment::answer_separation)
                .service(enrolment::begin_separation)
                .service(enrolment::begin_enrolment)
                .service(enrolment::show_enrolment)
                .service(enrolment::prepare_enrolment_key)
                .service(enrolment::name_enrolment_key)
                .service(enrolment::choose_appointment)
                .service(enrolment::keep_place)
                .service(year::prepare_year)
                .service(year::ask_year)
                .service(news::learn_news)
                .service(existence::open_existence)
                .service(existence::show_existence)
                .service(existence::keep_frame)
                .service(existence::prepare_existence)
                .service(existence::assert_existence)
                .service(existence::answer_existence)
                .service(existence::take_existence_along)
                .service(existence::bring_existence_back)
                .service(existence::appeal_existence)
                .service(existence::show_existence_place)
                .service(existence::find_existence_letter)
                .service(existence::send_existence_form)
                .service(stations::open_station)
                .service(stations::list_stations)
                .service(stations::close_station)
                .service(stations::prove_existence_at_desk),
        )
        .map(pages::configure)
        .map(offline::configure);
}

#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    web::document(Description::openapi(), configure)
}
