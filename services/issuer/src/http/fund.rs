//! The Fund's year for machines. Who asks is looked at before anything that was sent.

mod audit;
mod cases;
mod cycle;
mod erasure;
mod fairness;
mod figures;
mod follow_up;
mod invitations;
mod letters;
mod mailings;
pub(super) mod message;
mod payroll;
pub(in crate::http) mod receipts;
mod register;
mod scans;
mod stations;

pub(super) use letters::{Parts as MailingParts, archive as mailing_archive};
pub(super) use mailings::addresses as mailing_addresses;
pub(super) use register::file;

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{Data, Path};
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
            .service(erasure::propose_register_erasure)
            .service(mailings::make_mailing)
            .service(mailings::list_mailings)
            .service(mailings::find_mailing)
            .service(mailings::find_mailing_part)
            .service(mailings::list_mailing_addresses)
            .service(mailings::list_withdrawn_letters)
            .service(mailings::post_mailing)
            .service(mailings::cancel_mailing)
            .service(mailings::find_person_post)
            .service(scans::read_scan)
            .service(scans::list_scans)
            .service(audit::reckon_year)
            .service(audit::list_journal_anchors)
            .service(audit::list_journals)
            .service(receipts::find_proof_receipt)
            .service(receipts::find_receipt_pdf)
            .service(cases::list_cases)
            .service(cases::open_case)
            .service(cases::find_case)
            .service(figures::find_follow_up)
            .service(fairness::find_fairness)
            .service(fairness::find_sample)
            .service(stations::list_stations)
            .service(stations::register_station)
            .service(stations::close_station)
            .service(payroll::make_payroll_changes)
            .service(payroll::list_payroll_changes)
            .service(payroll::find_payroll_changes_csv)
            .service(payroll::find_payroll_changes_jws)
            .service(payroll::acknowledge_payroll_changes)
            .service(letters::find_letter_settings)
            .service(letters::put_letter_settings)
            .service(letters::find_letter_sample)
            .service(letters::find_mailing_archive)
            .service(letters::list_left_out)
            .service(follow_up::enter_follow_up)
            .service(follow_up::ask_everybody)
            .service(follow_up::list_ask_runs)
            .service(invitations::select_invitations)
            .service(invitations::list_invitation_runs)
            .service(invitations::find_invitation_run)
            .service(invitations::confirm_invitations)
            .service(invitations::stop_invitations),
    );
}

/// The bearer token (RFC 6750, 2.1); the use case decides what its absence means.
pub(super) struct Token(Option<String>);

impl Token {
    /// What was sent.
    pub(super) fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

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

/// A request of a machine, at the Fund that the address names.
struct Call {
    of: Of,
    token: Token,
    app: Data<Issuer>,
}

impl Call {
    /// Who asks, once it is known that the machine may.
    async fn allowed(self, scope: Scope) -> Result<(Actor, Data<Issuer>), Problem> {
        let by = machine(&self.app, &self.of, &self.token, scope).await?;
        Ok((by, self.app))
    }
}

impl FromRequest for Call {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(Of, Token, Data<Issuer>)>::from_request(request, payload);
        Box::pin(async move {
            let (of, token, app) = parts.await?;
            Ok(Self { of, token, app })
        })
    }
}

/// A request about one thing, which the address names.
struct About {
    call: Call,
    path: Path<(String, String)>,
}

/// The same once it is known that the machine may ask.
struct Allowed {
    by: Actor,
    named: String,
    app: Data<Issuer>,
}

impl About {
    async fn allowed(self, scope: Scope) -> Result<Allowed, Problem> {
        let (by, app) = self.call.allowed(scope).await?;
        Ok(Allowed { by, named: self.path.into_inner().1, app })
    }
}

impl FromRequest for About {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(Call, Path<(String, String)>)>::from_request(request, payload);
        Box::pin(async move {
            let (call, path) = parts.await?;
            Ok(Self { call, path })
        })
    }
}

async fn machine(app: &Issuer, of: &Of, token: &Token, scope: Scope) -> Result<Actor, Problem> {
    Ok(app.authorize_fund(&of.0, token.0.as_deref(), scope).await?)
}
