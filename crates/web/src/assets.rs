//! Style sheet, scripts and pictures from inside the binary; browsers revalidate them by their digest.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};

/// One file under `/assets/`.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub body: &'static [u8],
}

/// A service's own files: put it into the app data and they are served under `/assets/` beside ours.
#[derive(Clone, Copy, Debug)]
pub struct Assets(pub &'static [Asset]);

pub const SCRIPT: &str = "text/javascript; charset=utf-8";
pub const STYLE: &str = "text/css; charset=utf-8";

pub(crate) const OURS: Assets = Assets(&[
    Asset { name: "passerelle.css", content_type: STYLE, body: include_bytes!("../assets/passerelle.css") },
    Asset { name: "passkey.js", content_type: SCRIPT, body: include_bytes!("../assets/passkey.js") },
    Asset { name: "words.js", content_type: SCRIPT, body: include_bytes!("../assets/words.js") },
    Asset { name: "progress.js", content_type: SCRIPT, body: include_bytes!("../assets/progress.js") },
    Asset { name: "docs.js", content_type: SCRIPT, body: include_bytes!("../assets/docs.js") },
    Asset { name: "docs.css", content_type: STYLE, body: include_bytes!("../assets/docs.css") },
    Asset { name: "mark.svg", content_type: "image/svg+xml", body: include_bytes!("../assets/mark.svg") },
    Asset { name: "call.js", content_type: SCRIPT, body: include_bytes!("../assets/call.js") },
    Asset { name: "jsqr.js", content_type: SCRIPT, body: include_bytes!("../assets/jsqr.js") },
    Asset { name: "qr-parts.js", content_type: SCRIPT, body: include_bytes!("../assets/qr-parts.js") },
    Asset { name: "qr-reader.js", content_type: SCRIPT, body: include_bytes!("../assets/qr-reader.js") },
    Asset { name: "qr-code.js", content_type: SCRIPT, body: include_bytes!("../assets/qr-code.js") },
]);

/// A file that every service serves.
#[must_use]
pub fn shared(name: &str) -> Option<&'static Asset> {
    OURS.find(name)
}

impl Assets {
    pub fn find(self, name: &str) -> Option<&'static Asset> {
        self.0.iter().find(|asset| asset.name == name)
    }
}

/// Answers with a file, or 304 when the browser has it already. Also for files outside of `/assets/`, such as a
/// service worker, whose scope is its folder.
#[must_use]
pub fn respond(request: &HttpRequest, content_type: &str, body: &'static [u8]) -> HttpResponse {
    let tag = format!("\"{:016x}\"", fingerprint(body));
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "no-cache"));
    if known {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, content_type)).body(body)
}

/// FNV-1a: it tells two builds apart, no more.
fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
