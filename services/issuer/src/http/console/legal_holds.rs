//! Legal holds on a person's pictures: a part of the person's page.

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::see_other;

use super::session::{Issue, May, Officer};
use super::view::When;
use crate::app::{Issuer, LegalHold};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(place_legal_hold).service(lift_legal_hold);
}

/// What `console/legal_holds.html` shows.
#[derive(Default)]
pub(super) struct LegalHoldCard {
    pub holds: Vec<LegalHoldLine>,
    pub issues: bool,
}

pub(super) struct LegalHoldLine {
    pub id: String,
    pub reason: String,
    pub review_on: String,
    pub placed_by: String,
    pub placed: When,
    /// By whom and when, once it is over.
    pub lifted: Option<(String, When)>,
    /// Another officer than the one who placed it lifts it.
    pub own: bool,
}

impl LegalHoldCard {
    pub async fn load(officer: &Officer, app: &Issuer, id: &str) -> Result<Self, Problem> {
        let tenant = &officer.tenant.id;
        let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
        let name = |officer: &str| names.get(officer).cloned().unwrap_or_else(|| officer.to_owned());
        let line = |LegalHold { row, reason }: LegalHold| LegalHoldLine {
            reason,
            review_on: row.review_on.to_string(),
            placed_by: name(&row.placed_by),
            placed: row.placed_at.into(),
            lifted: row.lifted_by.as_deref().map(name).zip(row.lifted_at.map(When::from)),
            own: row.placed_by == officer.actor().officer,
            id: row.id,
        };
        let holds = app.legal_holds(tenant, id).await?.into_iter().map(line).collect();
        Ok(Self { holds, issues: officer.roles.may(Permission::Issue) })
    }
}

#[derive(Deserialize)]
struct NewLegalHold {
    reason: String,
    review_on: String,
}

#[post("/retirees/{id}/legal-holds")]
async fn place_legal_hold(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<NewLegalHold>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let day = form.review_on.parse::<NaiveDate>();
    let day = day.map_err(|_| Problem::bad_request("a day, such as 2027-01-31"))?;
    app.place_legal_hold(&officer.actor(), &id, &form.reason, day).await?;
    Ok(see_other(&format!("/console/retirees/{}?done=held", *id)))
}

#[post("/retirees/{id}/legal-holds/{legal}/lift")]
async fn lift_legal_hold(
    officer: May<Issue>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.lift_legal_hold(&officer.actor(), &path.0, &path.1).await?;
    Ok(see_other(&format!("/console/retirees/{}?done=lifted", path.0)))
}
