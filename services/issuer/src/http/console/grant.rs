//! Credentials beside identity and employment: an officer enters what the record does not hold and makes an offer.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::build::BuildError;
use issuance::{Claim, ClaimKind, CredentialType};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::session::{Issue, May, Officer};
use super::view::{Place, shell};
use crate::app::{Issuer, OfferError, Tenant};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(grant_page).service(grant);
}

/// The types of an organisation whose claims an officer enters.
pub(super) fn granted_types(tenant: &Tenant) -> impl Iterator<Item = CredentialType> {
    tenant.types.iter().copied().filter(|kind| kind.entered().next().is_some())
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Template)]
#[template(path = "console/grant.html")]
struct GrantPage {
    shell: Shell,
    id: String,
    name: String,
    number: String,
    kinds: Vec<Kind>,
    chosen: Option<Kind>,
    fields: Vec<Field>,
    fault: Option<String>,
    /// A second person approves once the wallet has come.
    approved: bool,
}

#[derive(Clone)]
struct Kind {
    name: &'static str,
    title: &'static str,
    about: &'static str,
}

struct Field {
    claim: &'static Claim,
    value: String,
    choices: Vec<(&'static str, String, bool)>,
    fault: Option<&'static str>,
}

#[get("/staff/{id}/grant")]
async fn grant_page(
    officer: May<Issue>,
    id: Path<String>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kind = wanted.kind.as_deref().map(|name| issued_type(&officer.tenant, name)).transpose()?;
    html(&page(&app, &officer, &id, kind, &BTreeMap::new()).await?)
}

#[post("/staff/{id}/grant")]
async fn grant(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kind = issued_type(&officer.tenant, form.get("type").map_or("", String::as_str))?;
    let entered = kind.entered().filter_map(|claim| {
        let text = form.get(claim.name)?.trim();
        (!text.is_empty()).then(|| (claim.name.to_owned(), text.into()))
    });
    let fault = match app.grant(&officer.actor(), &id, kind, entered.collect()).await {
        Ok(offer) => return Ok(see_other(&format!("/console/offers/{}?done=made", offer.offer_id))),
        Err(OfferError::Claims(fault)) => fault,
        Err(error) => return Err(error.into()),
    };
    let mut page = page(&app, &officer, &id, Some(kind), &form).await?;
    page.tell(fault);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn issued_type(tenant: &Tenant, name: &str) -> Result<CredentialType, Problem> {
    granted_types(tenant).find(|kind| kind.name() == name).ok_or_else(Problem::not_found)
}

async fn page(
    app: &Issuer,
    officer: &Officer,
    id: &str,
    kind: Option<CredentialType>,
    form: &BTreeMap<String, String>,
) -> Result<GrantPage, Problem> {
    let person = app.find_person(&officer.tenant.id, id).await.map_err(|error| problem::store(&error))?;
    let person = person.ok_or_else(Problem::not_found)?;
    Ok(GrantPage {
        shell: shell(officer, Place::Staff),
        id: person.id,
        name: person.name,
        number: person.number,
        kinds: granted_types(&officer.tenant).map(Kind::of).collect(),
        chosen: kind.map(Kind::of),
        fields: kind
            .into_iter()
            .flat_map(CredentialType::entered)
            .map(|claim| Field::of(claim, form))
            .collect(),
        fault: None,
        approved: kind.is_some_and(|kind| officer.tenant.approves(kind)),
    })
}

impl GrantPage {
    /// A fault of what was entered stands at its field, one of the record above the form.
    fn tell(&mut self, fault: BuildError) {
        let (name, text) = match fault {
            BuildError::Missing(name) => (name, "This is needed."),
            BuildError::Malformed(name) => (name, "This is not understood. A date is written 2027-01-31."),
            BuildError::Ended => ("expiresOn", "That day is over already."),
        };
        match self.fields.iter_mut().find(|field| field.claim.name == name) {
            Some(field) => field.fault = Some(text),
            None => self.fault = Some(format!("The record of this person: {fault}.")),
        }
    }
}

impl Kind {
    fn of(kind: CredentialType) -> Self {
        let about = match kind {
            CredentialType::TrainingCompletion => "A course that was completed, such as BSAFE.",
            CredentialType::SecurityClearance => "Up to which classification the person is cleared.",
            CredentialType::MedicalClearance => "What the person is cleared for. Nothing is said of health.",
            CredentialType::Separation => "That and how the service ended.",
            CredentialType::StaffIdentity
            | CredentialType::Employment
            | CredentialType::DigitalCertificateOfEntitlement => "",
        };
        Self { name: kind.name(), title: kind.title(), about }
    }
}

impl Field {
    fn of(claim: &'static Claim, form: &BTreeMap<String, String>) -> Self {
        let value = form.get(claim.name).cloned().unwrap_or_default();
        let choices = match claim.kind {
            ClaimKind::Choice(words) => {
                words.iter().map(|word| (*word, word.replace('-', " "), *word == value)).collect()
            }
            _ => Vec::new(),
        };
        Self { claim, value, choices, fault: None }
    }

    fn is_date(&self) -> bool {
        self.claim.kind == ClaimKind::Date
    }
}
