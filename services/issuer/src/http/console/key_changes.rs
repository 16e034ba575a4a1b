//! Changing a key: ordering it, giving it up, and offering new credentials to those who hold what it signed.

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use issuance::KeyChange;
use serde::Deserialize;
use web::Problem;
use web::page::see_other;

use super::session::{Administer, Issue, May};
use crate::app::{Issuer, KeyChangeError, KeysError, Obstacle, Outcome, RunError};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(change_key).service(give_up).service(reissue);
}

#[derive(Deserialize)]
struct Order {
    change: String,
    /// The key that the page showed under this fragment.
    multikey: String,
    /// The box beside the sentence that it is final.
    sure: Option<String>,
}

impl Order {
    /// The gravest change is never made by one stray click.
    fn confirmed(&self) -> Option<KeyChange> {
        KeyChange::parse(&self.change)
            .filter(|change| *change != KeyChange::MarkCompromised || self.sure.is_some())
    }
}

#[post("/keys/{fragment}/changes")]
async fn change_key(
    officer: May<Administer>,
    fragment: Path<String>,
    form: Form<Order>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let change = form.confirmed();
    let change =
        change.ok_or_else(|| Problem::bad_request("Say what is to be done, and that you are sure."))?;
    let key = (fragment.as_str(), form.multikey.as_str());
    let outcome = app.propose_key_change(&officer.actor(), &officer.tenant, change, key).await?;
    Ok(see_other(match outcome {
        Outcome::Done => "/console/keys?done=ordered",
        Outcome::Waits(_) => "/console/keys?done=proposed",
    }))
}

#[post("/keys/changes/{id}/give-up")]
async fn give_up(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.give_up_key_change(&officer.actor(), &id).await?;
    Ok(see_other("/console/keys?done=given-up"))
}

#[post("/keys/{fragment}/reissue")]
async fn reissue(
    officer: May<Issue>,
    fragment: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    match app.create_run_for_key(&officer.actor(), &officer.tenant, &fragment).await {
        Ok(run) => Ok(see_other(&format!("/console/reissues/{run}"))),
        Err(RunError::Nobody) => Ok(see_other("/console/keys?done=nobody")),
        Err(error) => Err(error.into()),
    }
}

impl From<KeyChangeError> for Problem {
    fn from(error: KeyChangeError) -> Self {
        let said = problem::sentence(&error.to_string());
        match error {
            KeyChangeError::Unknown | KeyChangeError::Obstacle(Obstacle::UnknownKey) => Self::not_found(),
            KeyChangeError::NoController | KeyChangeError::Open | KeyChangeError::Obstacle(_) => {
                Self::conflict(said)
            }
            KeyChangeError::Registry(_) | KeyChangeError::Keys(KeysError::Registry { .. }) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a key cannot be changed now");
                Self::unavailable("The chain does not answer.")
            }
            KeyChangeError::Store(error) => problem::store(&error),
            error @ (KeyChangeError::Keys(_)
            | KeyChangeError::Make(_)
            | KeyChangeError::Sign(_)
            | KeyChangeError::Stopped(_)
            | KeyChangeError::Unsettled
            | KeyChangeError::StillSigns) => Self::internal(&error),
        }
    }
}
