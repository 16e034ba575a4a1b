//! One address that the organisation wants to be told at: how it does, what it was sent, and what can be done with it.

use std::collections::BTreeMap;

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use issuance::webhook::EventKind;
use outbound::webhook::OVERLAP_HOURS;
use store_issuer::{DeliveryState, WebhookDelivery};
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Administer, May, Officer};
use super::view::{Badge, Done, Place, When, shell};
use super::webhooks::{badge, chosen};
use crate::app::{Issuer, WebhookError};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(webhook_page)
        .service(change_webhook)
        .service(rotate_webhook)
        .service(resume_webhook)
        .service(test_webhook)
        .service(send_again)
        .service(end_webhook);
}

#[derive(Template)]
#[template(path = "console/webhook.html")]
struct WebhookPage {
    shell: Shell,
    id: String,
    url: String,
    since: When,
    badge: Badge,
    failing: Option<When>,
    paused: Option<When>,
    /// Until when the secret before the last rotation signs as well.
    overlap: Option<When>,
    overlap_hours: i64,
    counts: Vec<(Badge, u64)>,
    kinds: Vec<(EventKind, bool)>,
    deliveries: Vec<DeliveryLine>,
    secret: Option<String>,
    done: Option<&'static str>,
}

struct DeliveryLine {
    id: String,
    event: &'static str,
    at: When,
    badge: Badge,
    tries: u32,
    answer: String,
    next: Option<When>,
}

#[get("/webhooks/{id}")]
async fn webhook_page(
    officer: May<Administer>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&WebhookPage { done: said(&done), ..page(&officer, &app, &id).await? })
}

#[post("/webhooks/{id}")]
async fn change_webhook(
    officer: May<Administer>,
    id: Path<String>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.change_webhook(&officer.actor(), &id, &chosen(&form)).await?;
    Ok(back(&id, "changed"))
}

/// The secret is shown in the answer itself and nowhere again.
#[post("/webhooks/{id}/rotate")]
async fn rotate_webhook(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let secret = app.rotate_webhook(&officer.actor(), &id).await?;
    html(&WebhookPage { secret: Some(secret.shown()), ..page(&officer, &app, &id).await? })
}

#[post("/webhooks/{id}/resume")]
async fn resume_webhook(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.resume_webhook(&officer.actor(), &id).await?;
    Ok(back(&id, "resumed"))
}

#[post("/webhooks/{id}/test")]
async fn test_webhook(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.test_webhook(&officer.actor(), &id).await?;
    Ok(back(&id, "test"))
}

#[post("/webhooks/{id}/deliveries/{event}/again")]
async fn send_again(
    officer: May<Administer>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (id, event) = path.into_inner();
    app.send_webhook_again(&officer.actor(), &id, &event).await?;
    Ok(back(&id, "again"))
}

#[post("/webhooks/{id}/end")]
async fn end_webhook(
    officer: May<Administer>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.end_webhook(&officer.actor(), &id).await?;
    Ok(see_other("/console/webhooks?done=ended"))
}

fn back(id: &str, done: &str) -> HttpResponse {
    see_other(&format!("/console/webhooks/{id}?done={done}"))
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("changed", "From now on it is told of these events."),
        ("resumed", "What it did not take is sent again, beginning now."),
        ("test", "A test event is on its way. Load this page again to see what came of it."),
        ("again", "It is on its way again, with the same identifier."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

async fn page(officer: &Officer, app: &Issuer, id: &str) -> Result<WebhookPage, WebhookError> {
    let view = app.view_webhook(&officer.tenant.id, id).await?;
    let (webhook, now) = (view.webhook, app.now());
    let overlap = webhook.earlier.as_ref().map(|(_, until)| *until).filter(|until| *until > now);
    Ok(WebhookPage {
        shell: shell(officer, Place::Webhooks),
        since: webhook.created_at.into(),
        badge: badge(&webhook),
        failing: webhook.health.failing_since.map(When::from),
        paused: webhook.health.paused_at.map(When::from),
        overlap: overlap.map(When::from),
        overlap_hours: OVERLAP_HOURS,
        counts: view.counts.into_iter().map(|(state, count)| (of_state(state), count)).collect(),
        kinds: EventKind::WANTED.into_iter().map(|kind| (kind, webhook.events.contains(&kind))).collect(),
        deliveries: view.deliveries.into_iter().map(|it| line(it, now)).collect(),
        secret: None,
        done: None,
        id: webhook.id,
        url: webhook.url,
    })
}

const fn of_state(state: DeliveryState) -> Badge {
    match state {
        DeliveryState::Waiting => Badge { class: "waiting", text: "Waits" },
        DeliveryState::Delivered => Badge { class: "success", text: "Taken" },
        DeliveryState::Failed => Badge { class: "error", text: "Given up" },
    }
}

fn line(delivery: WebhookDelivery, now: Timestamp) -> DeliveryLine {
    let waits = delivery.state == DeliveryState::Waiting;
    DeliveryLine {
        event: delivery.event.as_str(),
        at: delivery.created_at.into(),
        badge: of_state(delivery.state),
        tries: delivery.tries,
        answer: delivery.answer.as_deref().map_or_else(String::new, answered),
        next: Some(delivery.next_at).filter(|next| waits && *next > now).map(When::from),
        id: delivery.id,
    }
}

/// The code of an answer in words.
fn answered(code: &str) -> String {
    match code {
        "timeout" => "No answer within ten seconds".to_owned(),
        "unreachable" => "No connection".to_owned(),
        "refused" => "The address is outside of what this service may reach".to_owned(),
        "secret" => "The secret cannot be opened; make another one".to_owned(),
        _ => match code.strip_prefix("http-") {
            Some(status) => format!("Answered with {status}"),
            None => "The request could not be made".to_owned(),
        },
    }
}
