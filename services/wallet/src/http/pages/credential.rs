//! The page of one credential.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::html;

use super::entry::sign_in_first;
use super::frame::Frame;
use super::shown::{Card, explanation, verdict};
use crate::app::offline_copy::Showing;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::{ClaimView, CredentialView};
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(show_credential);
}

#[derive(Template)]
#[template(path = "credential.html")]
struct CredentialPage {
    shell: Frame,
    words: Words,
    account: String,
    view: CredentialView,
    claims: Vec<ClaimView>,
    card: Card,
    verdict: &'static str,
    /// The name of the sentence that explains the status.
    status_what: &'static str,
    whole: bool,
    /// Without a network it can be looked at alone.
    seen_only: bool,
    raw: String,
}

#[get("/credentials/{id}")]
async fn show_credential(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let kept = app.wallet.credential(&person, &id).await?;
    let now = app.wallet.now();
    let standing = kept.held.standing(&kept.annex, now);
    let mut view = CredentialView::whole(&kept, now);
    let raw = match &kept.held.credential {
        serde_json::Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    html(&CredentialPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        claims: view.claims.take().unwrap_or_default(),
        card: Card::new(&kept, now),
        verdict: verdict(standing),
        status_what: explanation(standing),
        whole: kept.held.is_whole(),
        seen_only: Showing::of(&kept.held).is_none(),
        raw,
        view,
    })
}
