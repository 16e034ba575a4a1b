//! The passkeys of a person: a part of the person's page.

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use issuance::Permission;
use serde::Deserialize;
use store_issuer::PersonPasskey;
use web::Problem;
use web::page::see_other;

use super::session::{Issue, May, Officer};
use super::view::When;
use crate::app::Issuer;
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(remove_passkey);
}

/// What `console/passkeys.html` shows.
pub(super) struct PasskeyCard {
    pub passkeys: Vec<PasskeyLine>,
    /// Whether wallets can send people here to sign in at all.
    pub signs_in: bool,
    pub issues: bool,
}

pub(super) struct PasskeyLine {
    /// For the form only.
    pub id: String,
    pub made: When,
    pub used: Option<When>,
}

impl PasskeyCard {
    pub async fn load(officer: &Officer, app: &Issuer, id: &str) -> Result<Self, Problem> {
        let passkeys = app.passkeys_of(&officer.tenant, id).await;
        Ok(Self {
            passkeys: passkeys
                .map_err(|error| problem::store(&error))?
                .iter()
                .map(PasskeyLine::from)
                .collect(),
            signs_in: app.has_code_flow(),
            issues: officer.roles.may(Permission::Issue),
        })
    }
}

impl From<&PersonPasskey> for PasskeyLine {
    fn from(passkey: &PersonPasskey) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(&passkey.credential_id),
            made: passkey.created_at.into(),
            used: passkey.last_used_at.map(When::from),
        }
    }
}

#[derive(Deserialize)]
struct Taken {
    passkey: String,
}

#[post("/people/{id}/passkeys/remove")]
async fn remove_passkey(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Taken>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let passkey = URL_SAFE_NO_PAD.decode(&form.passkey).map_err(|_| Problem::not_found())?;
    app.remove_passkey(&officer.actor(), &id, &passkey).await?;
    let place = if officer.tenant.has_staff() { "staff" } else { "retirees" };
    Ok(see_other(&format!("/console/{place}/{}?done=passkey", *id)))
}
