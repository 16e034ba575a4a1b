//! How a phone installs the wallet.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use language::Language;
use serde::Deserialize;
use serde_json::{Map, Value};
use web::Problem;

use crate::http::assets;
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(manifest);
}

#[derive(Deserialize)]
struct Installed {
    language: Option<String>,
}

/// The name under which a phone installs the wallet, in the page's language: browsers fetch it without cookies.
#[get("/manifest.webmanifest")]
async fn manifest(words: Words, asked: Query<Installed>) -> Result<HttpResponse, Problem> {
    let words = asked.language.as_deref().and_then(Language::parse).map_or(words, Words);
    let mut manifest: Map<String, Value> =
        serde_json::from_str(assets::MANIFEST).map_err(|error| Problem::internal(&error))?;
    let said = [("name", "frame-foot"), ("short_name", "wallet"), ("description", "entry-lead")];
    manifest.extend(said.map(|(member, id)| (member.to_owned(), words.say(id).plain().into())));
    manifest.insert("lang".to_owned(), words.language().code().into());
    manifest.insert("dir".to_owned(), words.language().direction().into());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(Value::Object(manifest).to_string()))
}
