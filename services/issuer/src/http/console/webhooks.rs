//! Addresses that the organisation wants to be told at: the list, and a new one with its secret, which is shown once.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::webhook::EventKind;
use store_issuer::Webhook;
use web::Problem;
use web::page::{Shell, html, html_with};

use super::session::{Administer, May, Officer};
use super::view::{Badge, Done, Place, When, shell};
use crate::app::{Issuer, MOST_WEBHOOKS, WebhookError};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_webhooks).service(create_webhook);
}

#[derive(Template)]
#[template(path = "console/webhooks.html")]
struct WebhooksPage {
    shell: Shell,
    webhooks: Vec<WebhookLine>,
    full: bool,
    kinds: [EventKind; EventKind::WANTED.len()],
    /// The address of a new one, and its secret.
    made: Option<(String, String)>,
    refusal: Option<String>,
    ended: bool,
}

struct WebhookLine {
    id: String,
    url: String,
    events: usize,
    since: When,
    badge: Badge,
}

#[get("/webhooks")]
async fn list_webhooks(
    officer: May<Administer>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&WebhooksPage { ended: done.says("ended"), ..page(&officer, &app).await? })
}

/// The secret is shown in the answer itself and nowhere again: the database holds it sealed.
#[post("/webhooks")]
async fn create_webhook(
    officer: May<Administer>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let url = form.get("url").map_or("", String::as_str);
    match app.create_webhook(&officer.actor(), url, &chosen(&form)).await {
        Ok((id, secret)) => {
            let made = Some((format!("/console/webhooks/{id}"), secret.shown()));
            html(&WebhooksPage { made, ..page(&officer, &app).await? })
        }
        Err(WebhookError::Store(error)) => Err(problem::store(&error)),
        Err(refused) => {
            let refusal = Some(problem::sentence(&refused.to_string()));
            let page = WebhooksPage { refusal, ..page(&officer, &app).await? };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The kinds that are ticked.
pub(super) fn chosen(form: &BTreeMap<String, String>) -> Vec<EventKind> {
    EventKind::WANTED.into_iter().filter(|kind| form.contains_key(kind.as_str())).collect()
}

pub(super) const fn badge(webhook: &Webhook) -> Badge {
    match (webhook.health.paused_at, webhook.health.failing_since) {
        (Some(_), _) => Badge { class: "error", text: "Paused" },
        (None, Some(_)) => Badge { class: "warning", text: "Takes nothing" },
        (None, None) => Badge { class: "success", text: "In use" },
    }
}

async fn page(officer: &Officer, app: &Issuer) -> Result<WebhooksPage, Problem> {
    let webhooks = app.list_webhooks(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
    Ok(WebhooksPage {
        shell: shell(officer, Place::Webhooks),
        full: webhooks.len() >= MOST_WEBHOOKS,
        webhooks: webhooks
            .into_iter()
            .map(|webhook| WebhookLine {
                badge: badge(&webhook),
                events: webhook.events.len(),
                since: webhook.created_at.into(),
                id: webhook.id,
                url: webhook.url,
            })
            .collect(),
        kinds: EventKind::WANTED,
        made: None,
        refusal: None,
        ended: false,
    })
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Unknown => Self::not_found(),
            WebhookError::Address | WebhookError::NoEvent | WebhookError::TooMany => {
                Self::bad_request(problem::sentence(&error.to_string()))
            }
            WebhookError::Store(error) => problem::store(&error),
        }
    }
}
