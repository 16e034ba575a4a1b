//! Machines that act for the organisation: who they are, what they may do, and their token, which is shown once.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Scope;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::session::{Administer, May, Officer};
use super::view::{Done, Place, When, shell};
use crate::app::{Issuer, ServiceClientError, Tenant};
use crate::http::problem;

/// Incomplete records that the page names.
const SHOWN: u32 = 20;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_clients).service(create_client).service(revoke_client);
}

#[derive(Template)]
#[template(path = "console/clients.html")]
struct ClientsPage {
    shell: Shell,
    /// For SCIM, and for the REST of portals.
    addresses: Option<[String; 2]>,
    clients: Vec<ClientLine>,
    scopes: Vec<Scope>,
    token: Option<String>,
    refusal: Option<String>,
    revoked: bool,
    /// How many active users make no record yet; their names are for those who may see people.
    incomplete: Vec<Incomplete>,
    sees_people: bool,
}

struct ClientLine {
    id: String,
    name: String,
    may: String,
    since: When,
    used: Option<When>,
    revoked: Option<When>,
}

struct Incomplete {
    name: String,
    lacks: String,
}

#[get("/machines")]
async fn list_clients(
    officer: May<Administer>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&officer, &app).await?;
    page.revoked = done.says("revoked");
    html(&page)
}

/// The token is shown in the answer itself and nowhere again: the database holds its fingerprint only.
#[post("/machines")]
async fn create_client(
    officer: May<Administer>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let chosen: Vec<Scope> =
        scopes(&officer.tenant).into_iter().filter(|scope| form.contains_key(scope.as_str())).collect();
    let name = form.get("name").map_or("", String::as_str);
    match app.create_service_client(&officer.actor(), name, &chosen).await {
        Ok(token) => html(&ClientsPage { token: Some(token), ..page(&officer, &app).await? }),
        Err(ServiceClientError::Store(error)) => Err(problem::store(&error)),
        Err(refused) => {
            let refusal = Some(problem::sentence(&refused.to_string()));
            let page = ClientsPage { refusal, ..page(&officer, &app).await? };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

#[post("/machines/{id}/revoke")]
async fn revoke_client(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.revoke_service_client(&officer.actor(), &id).await?;
    Ok(see_other("/console/machines?done=revoked"))
}

fn scopes(tenant: &Tenant) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| scope.suits(tenant.has_staff(), tenant.is_fund())).collect()
}

async fn page(officer: &Officer, app: &Issuer) -> Result<ClientsPage, Problem> {
    let tenant = officer.tenant.id.as_str();
    let stored = |error: store_issuer::Error| problem::store(&error);
    let clients = app.list_service_clients(tenant).await.map_err(stored)?;
    let incomplete = app.incomplete_scim_users(tenant, SHOWN).await.map_err(stored)?;
    Ok(ClientsPage {
        shell: shell(officer, Place::Machines),
        addresses: officer
            .tenant
            .has_staff()
            .then(|| ["scim/v2", "v1/hr"].map(|path| format!("{}/{path}/{tenant}", app.settings().origin))),
        clients: clients
            .into_iter()
            .map(|client| ClientLine {
                id: client.id,
                name: client.name,
                may: client.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", "),
                since: client.created_at.into(),
                used: client.last_used_at.map(When::from),
                revoked: client.revoked_at.map(When::from),
            })
            .collect(),
        scopes: scopes(&officer.tenant),
        token: None,
        refusal: None,
        revoked: false,
        incomplete: incomplete
            .into_iter()
            .map(|(name, lacks)| Incomplete { name, lacks: lacks.join("; ") })
            .collect(),
        sees_people: officer.roles.may(issuance::Permission::SeePeople),
    })
}

impl From<ServiceClientError> for Problem {
    fn from(error: ServiceClientError) -> Self {
        match error {
            ServiceClientError::Unknown => Self::not_found(),
            ServiceClientError::Name | ServiceClientError::NoScope | ServiceClientError::TooMany => {
                Self::bad_request(problem::sentence(&error.to_string()))
            }
            ServiceClientError::Store(error) => problem::store(&error),
        }
    }
}
