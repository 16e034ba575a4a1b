//! The audit trail of the organisation.

use std::collections::HashMap;

use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::audit::AuditEntry;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html};

use super::session::Officer;
use super::view::{LINES, Place, When, page_of, shell};
use crate::app::Issuer;
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_activity);
}

#[derive(Deserialize)]
struct Part {
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "console/activity.html")]
struct ActivityPage {
    shell: Shell,
    entries: Vec<Entry>,
    next: Option<u64>,
    first: bool,
}

struct Entry {
    number: u64,
    at: When,
    who: String,
    what: &'static str,
    detail: String,
    target: String,
    hash: String,
}

#[get("/activity")]
async fn list_activity(
    officer: Officer,
    part: Query<Part>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let entries = app.list_audit(&officer.tenant, part.before, LINES + 1).await?;
    let (entries, more) = page_of(entries);
    let officers = app.list_officers(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
    let names: HashMap<String, String> = officers.into_iter().map(|known| (known.id, known.name)).collect();
    html(&ActivityPage {
        shell: shell(&officer, Place::Activity),
        next: entries.last().filter(|_| more).map(|last| last.sequence),
        entries: entries.iter().map(|entry| Entry::new(entry, &names)).collect(),
        first: part.before.is_none(),
    })
}

impl Entry {
    fn new(entry: &AuditEntry, names: &HashMap<String, String>) -> Self {
        let who = names.get(&entry.officer).cloned();
        Self {
            number: entry.sequence,
            at: entry.at.into(),
            who: who.unwrap_or_else(|| "Passerelle".to_owned()),
            what: words(&entry.action),
            detail: entry.detail.replace('-', " "),
            target: entry.target.clone(),
            hash: entry.hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// The action in words; an unknown one is an action a later version wrote.
fn words(action: &str) -> &'static str {
    match action {
        "officer.register" => "registered a passkey",
        "officer.sign-in" => "signed in",
        "officer.invite" => "made a one-time link for a colleague",
        "import.upload" => "uploaded a list",
        "import.confirm" => "confirmed an uploaded list",
        "import.discard" => "discarded an uploaded list",
        "import.finish" => "had a list worked off",
        "import.show-offers" => "took away the offers of a list",
        "offer.create" => "made an offer",
        "offer.show" => "looked at an offer’s link and code",
        "offer.renew" => "renewed a transaction code",
        "offer.withdraw" => "withdrew an offer",
        "credential.issue" => "issued a credential",
        "credential.suspend" => "suspended a credential",
        "credential.reinstate" => "reinstated a credential",
        "credential.revoke" => "revoked a credential",
        "documents.anchor" => "anchored documents",
        "beneficiary.add" => "added a beneficiary",
        "existence.ask" => "asked for a proof of life",
        "existence.answer" => "received an answer",
        "existence.confirm" => "confirmed a proof of life",
        "existence.refuse" => "refused a proof of life",
        _ => "did something this version has no words for",
    }
}
