//! Who works here in which roles, and a one-time link for a colleague.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::{Permission, Role, Roles};
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::approvals::role_titles;
use super::session::{Administer, May, Officer};
use super::view::{Done, Place, When, shell};
use crate::app::{Issuer, Outcome, RolesError};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_officers).service(invite).service(officer_page).service(change_roles);
}

#[derive(Template)]
#[template(path = "console/officers.html")]
struct OfficersPage {
    shell: Shell,
    organisation: String,
    officers: Vec<OfficerLine>,
    administrator: bool,
    choices: Vec<Choice>,
    link: Option<String>,
    refusal: Option<String>,
    done: Option<&'static str>,
}

struct OfficerLine {
    id: String,
    name: String,
    roles: String,
    gone: bool,
    since: When,
    you: bool,
}

struct Choice {
    role: Role,
    chosen: bool,
}

#[get("/officers")]
async fn list_officers(
    officer: Officer,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&page(&officer, &app, said(&done)).await?)
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("changed", "The roles are changed. They count from the next click on."),
        ("proposed", "These roles are proposed. Until a second person has approved them, nothing changes."),
        ("withdrawn", "The proposal is taken back."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

/// The link is shown in the answer itself and nowhere again: the database holds its fingerprint only.
#[post("/officers/links")]
async fn invite(
    officer: May<Administer>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&officer, &app, None).await?;
    match app.invite_officer(&officer.actor(), chosen(&form)).await {
        Ok(link) => html(&OfficersPage { link: link.map(String::from), ..page }),
        Err(refused @ (RolesError::NoRole | RolesError::Guarded)) => {
            page.refusal = Some(problem::sentence(&refused.to_string()));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// Each role is a box of its own in the form.
fn chosen(form: &BTreeMap<String, String>) -> Roles {
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| form.contains_key(role.as_str())).collect();
    Roles::of(&roles)
}

async fn page(officer: &Officer, app: &Issuer, done: Option<&'static str>) -> Result<OfficersPage, Problem> {
    let officers = app.list_officers(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
    Ok(OfficersPage {
        shell: shell(officer, Place::Officers),
        organisation: officer.tenant.name.clone(),
        officers: officers
            .into_iter()
            .map(|known| OfficerLine {
                you: known.id == officer.id,
                id: known.id,
                name: known.name,
                roles: role_titles(known.roles),
                gone: known.roles.is_empty(),
                since: known.created_at.into(),
            })
            .collect(),
        administrator: officer.roles.may(Permission::Administer),
        choices: Role::ALL.map(|role| Choice { role, chosen: role == Role::Officer }).into(),
        link: None,
        refusal: None,
        done,
    })
}

#[derive(Template)]
#[template(path = "console/officer.html")]
struct OfficerPage {
    shell: Shell,
    id: String,
    name: String,
    choices: Vec<Choice>,
    gone: bool,
    waiting: bool,
}

#[get("/officers/{id}")]
async fn officer_page(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = &officer.tenant.id;
    let officers = app.list_officers(tenant).await.map_err(|error| problem::store(&error))?;
    let known = officers.into_iter().find(|known| known.id == *id).ok_or_else(Problem::not_found)?;
    let waiting = app.find_waiting_proposal(tenant, "give-roles", &id).await;
    html(&OfficerPage {
        shell: shell(&officer, Place::Officers),
        id: known.id,
        name: known.name,
        choices: Role::ALL.map(|role| Choice { role, chosen: known.roles.has(role) }).into(),
        gone: known.roles.is_empty(),
        waiting: waiting.map_err(|error| problem::store(&error))?.is_some(),
    })
}

#[post("/officers/{id}/roles")]
async fn change_roles(
    officer: May<Administer>,
    id: Path<String>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let outcome = app.set_roles(&officer.actor(), &id, chosen(&form)).await?;
    let done = match outcome {
        Outcome::Done => "changed",
        Outcome::Waits(_) => "proposed",
    };
    Ok(see_other(&format!("/console/officers?done={done}")))
}

impl From<RolesError> for Problem {
    fn from(error: RolesError) -> Self {
        let said = problem::sentence(&error.to_string());
        match error {
            RolesError::Unknown => Self::not_found(),
            RolesError::LastAdministrator => Self::conflict(said),
            RolesError::NoRole | RolesError::Guarded => Self::bad_request(said),
            RolesError::Store(error) => problem::store(&error),
        }
    }
}
