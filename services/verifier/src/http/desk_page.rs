//! The desk page that verifies by itself, also without a network: its frame, its files, and the packs published for it.
//! What people show there stays in their browser; nothing of it comes here.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use web::page::{Shell, html};
use web::{Problem, assets};

use super::desk_files::{BESIDES, BUILD, KNOWLEDGE, MANIFEST, MODULES, QR_CODE, WORKER};
use crate::app::DeskPage;

#[derive(Template)]
#[template(path = "desk_page.html")]
struct Page {
    shell: Shell,
    languages: [verification::Language; 6],
}

/// Whose packs the page believes, and for which policies this service publishes them.
#[derive(Serialize, ToSchema)]
struct DeskTrust {
    signers: Vec<DeskSigner>,
    packs: Vec<DeskPack>,
}

#[derive(Serialize, ToSchema)]
struct DeskSigner {
    name: String,
    did: String,
    /// A Multikey.
    key: String,
}

#[derive(Serialize, ToSchema)]
struct DeskPack {
    policy: String,
    title: String,
}

impl DeskTrust {
    fn of(desk: &DeskPage) -> Self {
        let signer = desk.signer();
        let key = signer.key.to_multikey();
        let pack =
            |one: &crate::app::Published| DeskPack { policy: one.policy.clone(), title: one.title.clone() };
        Self {
            signers: vec![DeskSigner { name: signer.name.clone(), did: signer.did.clone(), key }],
            packs: desk.published().iter().map(pack).collect(),
        }
    }
}

/// To the page, whose worker minds the folder.
#[utoipa::path(tag = "desk", responses((status = 308, description = "The desk is at /desk/")))]
#[get("")]
pub async fn find_desk() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/desk/")).finish()
}

/// Checks what is scanned, uploaded or pasted, in the browser.
#[utoipa::path(tag = "desk", responses((status = 200, content_type = "text/html", body = String)))]
#[get("/")]
pub async fn show_desk_page() -> Result<HttpResponse, Problem> {
    html(&page())
}

fn page() -> Page {
    Page { shell: Shell::new("Desk").place("checks by itself"), languages: verification::Language::ALL }
}

/// The keys that the page came with.
#[utoipa::path(tag = "desk", responses((status = 200, body = DeskTrust)))]
#[get("/trust.json")]
pub async fn find_desk_trust(desk: Data<DeskPage>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-cache")).json(DeskTrust::of(&desk))
}

/// Contexts, schemas, kinds of credential, and the words of six languages.
#[utoipa::path(tag = "desk", responses((status = 200, content_type = "application/json", body = Object)))]
#[get("/knowledge.json")]
pub async fn find_desk_knowledge(request: HttpRequest) -> HttpResponse {
    assets::respond(&request, "application/json", KNOWLEDGE.as_slice())
}

/// By which browsers install the page.
#[utoipa::path(tag = "desk", responses((status = 200, content_type = "application/manifest+json", body = Object)))]
#[get("/manifest.webmanifest")]
pub async fn find_desk_manifest(request: HttpRequest) -> HttpResponse {
    assets::respond(&request, "application/manifest+json", MANIFEST)
}

/// The service worker: it minds `/desk/` alone and keeps the page's files, named by the digest of all of them.
#[utoipa::path(tag = "desk", responses((status = 200, content_type = "text/javascript", body = String)))]
#[get("/worker.js")]
pub async fn find_desk_worker(desk: Data<DeskPage>) -> Result<HttpResponse, Problem> {
    let mut hasher = Sha256::new();
    hasher.update(*BUILD);
    hasher.update(page().to_string());
    hasher.update(serde_json::to_vec(&DeskTrust::of(&desk)).map_err(|error| Problem::internal(&error))?);
    for name in BESIDES.iter().chain([&QR_CODE]).filter_map(|path| path.strip_prefix("/assets/")) {
        hasher.update(assets::shared(name).map_or(&[][..], |asset| asset.body));
    }
    let version: String = hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let modules = MODULES.iter().map(|asset| format!("/desk/{}", asset.name));
    let files: Vec<_> =
        BESIDES.map(str::to_owned).into_iter().chain([QR_CODE.to_owned()]).chain(modules).collect();
    let head = format!("const VERSION = '{version}';\nconst FILES = {};\n", serde_json::json!(files));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, assets::SCRIPT))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body([head.as_bytes(), WORKER].concat()))
}

/// Bytes of a pack, as the document says it.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes the bytes")]
pub struct PackFile(Vec<u8>);

/// The newest offline pack for a published policy (`crates/pack/README.md`, "The file").
#[utoipa::path(
    tag = "desk", params(("policy" = String, Path, description = "Name of a policy in trust.json.")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = PackFile),
        (status = 404, body = Problem, description = "No pack is published for it"),
        (status = 503, body = Problem, description = "The chain or an issuer did not answer; try again later"),
    )
)]
#[get("/packs/{policy}")]
pub async fn find_desk_pack(policy: Path<String>, desk: Data<DeskPage>) -> Result<HttpResponse, Problem> {
    let file = desk.pack(&policy).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(file))
}

/// A script of the page.
#[utoipa::path(
    tag = "desk", params(("file" = String, Path)),
    responses((status = 200, content_type = "text/javascript", body = String), (status = 404, body = Problem))
)]
#[get("/{file}")]
pub async fn find_desk_file(request: HttpRequest, file: Path<String>) -> Result<HttpResponse, Problem> {
    let found = MODULES.iter().find(|asset| asset.name == *file).ok_or_else(Problem::not_found)?;
    Ok(assets::respond(&request, found.content_type, found.body))
}
