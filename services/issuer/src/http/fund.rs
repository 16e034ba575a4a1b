//! The Fund's year for machines. Who asks is looked at before anything that was sent.

mod cycle;
mod message;
mod register;
mod stations;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use issuance::{Actor, Scope};
use utoipa_actix_web::scope;
use web::{Problem, ServiceConfig};

use super::extract::Of;
use crate::app::Issuer;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/fund/{tenant}")
            .service(register::upload_register)
            .service(register::find_register_import)
            .service(register::list_register_faults)
            .service(register::confirm_register_import)
            .service(cycle::run_night)
            .service(cycle::list_nights)
            .service(cycle::find_fund_person)
            .service(cycle::find_standing)
            .service(cycle::enter_proof)
            .service(cycle::resume_payment)
            .service(cycle::prepare_suspension_list)
            .service(cycle::find_suspension_list)
            .service(cycle::find_payroll_csv)
            .service(cycle::find_payroll_jws)
            .service(cycle::list_calendars)
            .service(cycle::put_calendar)
            .service(cycle::count_year)
            .service(cycle::export_journal)
            .service(stations::list_stations)
            .service(stations::register_station)
            .service(stations::close_station),
    );
}

/// The bearer token (RFC 6750, 2.1); the use case decides what its absence means.
pub(super) struct Token(Option<String>);

impl FromRequest for Token {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.split_once(' ')).filter(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && (1..=512).contains(&token.trim().len())
        });
        ready(Ok(Self(token.map(|(_, token)| token.trim().to_owned()))))
    }
}

async fn machine(app: &Issuer, of: &Of, token: &Token, scope: Scope) -> Result<Actor, Problem> {
    Ok(app.authorize_fund(&of.0, token.0.as_deref(), scope).await?)
}
