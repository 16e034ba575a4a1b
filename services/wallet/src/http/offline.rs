//! Times without a network: the page that shows what is kept on the phone, its worker, and what is told afterwards.

use std::fmt::Write as _;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use web::assets::{Asset, SCRIPT, STYLE};
use web::page::html;
use web::{Json, Problem};

use super::App;
use super::assets::ASSETS;
use super::auth::SignedIn;
use super::pages::frame::Frame;
use super::views::CredentialCopy;
use crate::app::offline::OfflineAct;
use crate::words::Words;

macro_rules! file {
    ($name:literal, $kind:expr) => {
        Asset { name: $name, content_type: $kind, body: include_bytes!(concat!("../../static/", $name)) }
    };
}

/// The modules of these pages, served under `/assets/` beside the wallet's others.
pub const STYLE_SHEET: Asset = file!("offline.css", STYLE);
pub const KEEP: Asset = file!("offline-keep.js", SCRIPT);
pub const KEPT: Asset = file!("offline-kept.js", SCRIPT);
pub const CODE: Asset = file!("offline-code.js", SCRIPT);
pub const LINE: Asset = file!("offline-line.js", SCRIPT);
pub const PAGE: Asset = file!("offline-page.js", SCRIPT);
pub const AHEAD: Asset = file!("offline-ahead.js", SCRIPT);
pub const PROOF: Asset = file!("offline-proof.js", SCRIPT);
pub const PROVE: Asset = file!("offline-prove.js", SCRIPT);
pub const SEND: Asset = file!("offline-send.js", SCRIPT);
pub const SEQUENCE: Asset = file!("offline-sequence.js", SCRIPT);
pub const SEEN: Asset = file!("offline-seen.js", SCRIPT);
pub const SHOWING: Asset = file!("offline-showing.js", SCRIPT);
pub const SIGNING: Asset = file!("offline-signing.js", SCRIPT);

const WORKER: &str = include_str!("../../static/offline-worker.js");

/// What the page needs of `/assets/`, of the wallet and of all services.
const NEEDED: [&str; 32] = [
    "offline.css",
    "offline-code.js",
    "offline-kept.js",
    "offline-line.js",
    "offline-page.js",
    "offline-proof.js",
    "offline-prove.js",
    "offline-seen.js",
    "offline-send.js",
    "offline-sequence.js",
    "offline-showing.js",
    "offline-signing.js",
    "wallet.css",
    "wallet-capture.js",
    "wallet-key.js",
    "wallet-look.js",
    "wallet-status.js",
    "wallet-ask-pin.js",
    "wallet-presence.js",
    "wallet-pin-wait.js",
    "wallet-region.js",
    "wallet-whole.js",
    "passerelle.css",
    "passkey.js",
    "progress.js",
    "mark.svg",
    "jsqr.js",
    "qr-code.js",
    "qr-parts.js",
    "qr-reader.js",
    "storage.js",
    "words.js",
];

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    shell: Frame,
    words: Words,
}

/// Pages; the operations of `/v1` are registered beside the others.
pub fn configure(config: &mut ServiceConfig) -> &mut ServiceConfig {
    config.service(show_offline).service(worker)
}

/// The same for everybody who reads that language, since the worker keeps it: nothing of a person is in it.
#[get("/offline")]
async fn show_offline(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    html(&page(&request, &app, words))
}

fn page(request: &HttpRequest, app: &App, words: Words) -> OfflinePage {
    let mut shell = Frame::outside(request, app);
    "/offline".clone_into(&mut shell.here);
    // It would name the minute in which the page was kept, perhaps for another person, and make each minute another version.
    shell.support_code.clear();
    OfflinePage { shell, words }
}

/// Another language is another version, so that the page is kept anew in it.
#[get("/offline-worker.js")]
async fn worker(request: HttpRequest, app: App, words: Words) -> HttpResponse {
    let mut hasher = Sha256::new();
    hasher.update(WORKER);
    hasher.update(page(&request, &app, words).to_string());
    for name in NEEDED {
        hasher.update(
            ASSETS.find(name).or_else(|| web::assets::shared(name)).map_or(&[][..], |asset| asset.body),
        );
    }
    let version = hasher.finalize().iter().take(12).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let assets = NEEDED.iter().map(|name| format!("/assets/{name}"));
    let files: Vec<_> = std::iter::once("/offline".to_owned()).chain(assets).collect();
    let head = format!("const VERSION = '{version}';\nconst FILES = {};\n", Value::from(files));
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, SCRIPT))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(head + WORKER)
}

/// The copy that the person keeps on their phone.
#[utoipa::path(tag = "credentials", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = CredentialCopy), (status = "4XX", body = Problem)))]
#[get("/credentials/{id}/copy")]
pub async fn copy_credential(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    let copy = app.wallet.offline_copy(&person.0, &id).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(CredentialCopy::new(copy)))
}

/// Something that the person showed while their phone had no network.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOfflineAct {
    /// A UUID of version 7 that the phone made: the same one again changes nothing.
    #[schema(pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    id: String,
    /// Whom the desk's code named; nobody proved that it was them. At most 512 characters.
    to: String,
    at: DateTime<Utc>,
    /// Names of the claims that were shown, at most 64.
    claims: Vec<String>,
    /// The credential of which the phone had a copy, so that the record says what it was.
    #[serde(default)]
    credential: Option<String>,
}

/// Notes it among the person's activities, once.
#[utoipa::path(tag = "presenting", security(("session" = [])), request_body = NewOfflineAct, responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[post("/offline-acts")]
pub async fn note_offline_act(
    app: App,
    person: SignedIn,
    body: Json<NewOfflineAct>,
) -> Result<HttpResponse, Problem> {
    let NewOfflineAct { id, to, at, claims, credential } = body.0;
    let act = OfflineAct { id, to, at, claims, credential };
    app.wallet.note_offline_act(&person.0, act).await?;
    Ok(HttpResponse::NoContent().finish())
}
