//! Erasing a person: what goes, what stays, what stands against it, and the word that proposes it.

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Issue, May, SeePeople};
use super::view::{Place, counted, shell};
use crate::app::Issuer;
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(erase_page).service(propose_erasure);
}

#[derive(Template)]
#[template(path = "console/erase.html")]
struct ErasePage {
    shell: Shell,
    /// Where whoever looks at it came from.
    back: String,
    id: String,
    name: String,
    number: String,
    credentials: String,
    offers: String,
    registered: bool,
    /// Why not yet.
    refusal: Option<String>,
    issues: bool,
    waiting: bool,
}

#[get("/people/{id}/erase")]
async fn erase_page(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = &officer.tenant;
    let view = app.preview_erasure(&tenant.id, &id).await?;
    let waiting = app.find_waiting_proposal(&tenant.id, "erase-person", &id).await;
    let (place, folder) =
        if tenant.has_staff() { (Place::Staff, "staff") } else { (Place::Retirees, "retirees") };
    html(&ErasePage {
        shell: shell(&officer, place),
        back: if view.in_directory {
            format!("/console/{folder}/{}", *id)
        } else {
            format!("/console/fund/people/{}", *id)
        },
        name: view.name,
        number: view.number,
        credentials: counted(view.copies as u64, "credential", "credentials"),
        offers: counted(view.offers as u64, "offer", "offers"),
        registered: view.registered,
        refusal: view.refusal.map(|refusal| problem::sentence(&refusal.to_string())),
        issues: officer.roles.may(Permission::Issue),
        waiting: waiting.map_err(|error| problem::store(&error))?.is_some(),
        id: id.into_inner(),
    })
}

#[derive(Deserialize)]
struct Wish {
    reason: String,
    /// The box beside the sentence that nobody can bring it back.
    sure: Option<String>,
}

#[post("/people/{id}/erase")]
async fn propose_erasure(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Wish>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    if form.sure.is_none() {
        return Err(Problem::bad_request("Say that you are sure: nobody can bring it back."));
    }
    app.propose_erasure(&officer.actor(), &id, &form.reason).await?;
    Ok(see_other("/console/approvals?done=proposed"))
}
