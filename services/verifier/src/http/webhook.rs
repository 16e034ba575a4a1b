//! Where an agency's system is told of its verifications (Standard Webhooks 1.0). One address for each client.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, post, put};
use web::{Json, Problem};
use wire::webhooks::{SetWebhook, WebhookSet, WebhookView};

use super::auth::SignedIn;
use crate::app::Desk;

/// Sets the address, and answers with a new secret that is shown once
///
/// Events are `verification.verified`, `verification.refused`, `verification.expired` and `webhook.test`: identifiers and
/// codes, never a claim. What is not taken is tried again for three days. The secret before signs beside the new one for a day.
#[utoipa::path(
    tag = "verifications", operation_id = "put_webhook", request_body = SetWebhook,
    responses(
        (status = 200, body = WebhookSet), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[put("/webhook")]
pub async fn put_webhook(
    by: SignedIn,
    wanted: Json<SetWebhook>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let set = desk.set_webhook(&by.0, &wanted.0).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(set))
}

/// The address and how it does.
#[utoipa::path(
    tag = "verifications", operation_id = "find_webhook",
    responses(
        (status = 200, body = WebhookView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/webhook")]
pub async fn find_webhook(by: SignedIn, desk: Data<Desk>) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(desk.view_webhook(&by.0).await?))
}

/// Ends it, with everything that waits for it.
#[utoipa::path(
    tag = "verifications", operation_id = "delete_webhook",
    responses(
        (status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[delete("/webhook")]
pub async fn delete_webhook(by: SignedIn, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    desk.end_webhook(&by.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends one event that means nothing, for whoever connects the receiver.
#[utoipa::path(
    tag = "verifications", operation_id = "test_webhook",
    responses(
        (status = 202), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[post("/webhook/test")]
pub async fn test_webhook(by: SignedIn, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    desk.test_webhook(&by.0).await?;
    Ok(HttpResponse::Accepted().finish())
}
