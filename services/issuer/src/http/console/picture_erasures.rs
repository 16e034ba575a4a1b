//! Erasing a person's pictures for good: a part of the person's page.

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::see_other;

use super::session::{Issue, May, Officer};
use super::view::When;
use crate::app::{Issuer, PictureErasure};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(ask_to_erase_pictures).service(decide_picture_erasure);
}

/// What `console/picture_erasures.html` shows.
#[derive(Default)]
pub(super) struct PictureErasureCard {
    pub erasures: Vec<PictureErasureLine>,
    pub issues: bool,
    /// One waits, so that nobody asks again.
    pub waits: bool,
}

pub(super) struct PictureErasureLine {
    pub id: String,
    pub reason: String,
    pub asked_by: String,
    pub asked: When,
    /// What became of it, by whom and when.
    pub decided: Option<(&'static str, String, When)>,
    /// A colleague of the one who asked decides.
    pub own: bool,
}

impl PictureErasureCard {
    pub async fn load(officer: &Officer, app: &Issuer, id: &str) -> Result<Self, Problem> {
        let tenant = &officer.tenant.id;
        let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
        let name = |officer: &str| names.get(officer).cloned().unwrap_or_else(|| officer.to_owned());
        let line = |PictureErasure { row, reason }: PictureErasure| PictureErasureLine {
            reason,
            asked_by: name(&row.asked_by),
            asked: row.asked_at.into(),
            decided: row.outcome.as_deref().zip(row.decided_by.as_deref()).zip(row.decided_at).map(
                |((outcome, by), at)| {
                    let what = if outcome == "erased" { "Erased" } else { "Kept" };
                    (what, name(by), When::from(at))
                },
            ),
            own: row.asked_by == officer.actor().officer,
            id: row.id,
        };
        let erasures: Vec<_> = app.picture_erasures(tenant, id).await?.into_iter().map(line).collect();
        let waits = erasures.iter().any(|line| line.decided.is_none());
        Ok(Self { erasures, waits, issues: officer.roles.may(Permission::Issue) })
    }
}

#[derive(Deserialize)]
struct Wish {
    reason: String,
}

#[derive(Deserialize)]
struct Word {
    decision: String,
}

#[post("/retirees/{id}/picture-erasures")]
async fn ask_to_erase_pictures(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Wish>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.ask_to_erase_pictures(&officer.actor(), &id, &form.reason).await?;
    Ok(see_other(&format!("/console/retirees/{}?done=erasure-asked", *id)))
}

#[post("/retirees/{id}/picture-erasures/{erasure}")]
async fn decide_picture_erasure(
    officer: May<Issue>,
    path: Path<(String, String)>,
    form: Form<Word>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let erase = match form.decision.as_str() {
        "erase" => true,
        "keep" => false,
        _ => return Err(Problem::bad_request("choose to erase or to keep")),
    };
    app.decide_picture_erasure(&officer.actor(), (&path.0, &path.1), erase).await?;
    let done = if erase { "erased" } else { "pictures-kept" };
    Ok(see_other(&format!("/console/retirees/{}?done={done}", path.0)))
}
