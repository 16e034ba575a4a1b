//! The files of the desk page that verifies by itself, and the digest that names them together.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};
use verification::{Language, browser};
use web::assets::{Asset, SCRIPT};

macro_rules! module {
    ($name:literal) => {
        Asset {
            name: $name,
            content_type: SCRIPT,
            body: include_bytes!(concat!("../../static/desk/", $name)),
        }
    };
}

/// Served under `/desk/`.
pub const MODULES: &[Asset] = &[
    module!("borsh.js"),
    module!("bytes.js"),
    module!("codes.js"),
    module!("credential.js"),
    module!("data-integrity.js"),
    module!("did.js"),
    module!("fault.js"),
    module!("finding.js"),
    module!("input.js"),
    module!("issue-time.js"),
    module!("issuer.js"),
    module!("jcs.js"),
    module!("json.js"),
    module!("jws.js"),
    module!("keys.js"),
    module!("knowledge.js"),
    module!("kept-pack.js"),
    module!("pack.js"),
    module!("page.js"),
    module!("policy-form.js"),
    module!("policy.js"),
    module!("predicates.js"),
    module!("records.js"),
    module!("report.js"),
    module!("result.js"),
    module!("schema-form.js"),
    module!("schema.js"),
    module!("sd-jwt.js"),
    module!("status.js"),
    module!("terms.js"),
    module!("time.js"),
    module!("vcdm.js"),
    module!("words.js"),
];

/// Files of this page and of all pages that the worker keeps besides.
pub const BESIDES: [&str; 11] = [
    "/desk/",
    "/desk/trust.json",
    "/desk/knowledge.json",
    "/desk/manifest.webmanifest",
    "/assets/passerelle.css",
    "/assets/desk.css",
    "/assets/mark.svg",
    "/assets/progress.js",
    "/assets/jsqr.js",
    "/assets/qr-reader.js",
    "/assets/qr-parts.js",
];

/// Loaded by the page's modules, of all pages.
pub const QR_CODE: &str = "/assets/qr-code.js";

pub const WORKER: &[u8] = include_bytes!("../../static/desk/worker.js");
pub const MANIFEST: &[u8] = include_bytes!("../../static/desk/manifest.webmanifest");

/// What the page knows of credentials, and its words: those of the reports and its own.
pub static KNOWLEDGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut knowledge = browser::knowledge();
    for language in Language::ALL {
        let own = browser::messages(own_words(language));
        let words = knowledge.pointer_mut(&format!("/words/{}", language.code()));
        if let (Some(words), Some(own)) = (words.and_then(serde_json::Value::as_object_mut), own.as_object())
        {
            words.extend(own.clone());
        }
    }
    knowledge.to_string().into_bytes()
});

/// SHA-256 over everything that is the same for every visitor of this build.
pub static BUILD: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for asset in MODULES {
        hasher.update(asset.body);
    }
    for body in [KNOWLEDGE.as_slice(), WORKER, MANIFEST] {
        hasher.update(body);
    }
    hasher.finalize().into()
});

const fn own_words(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("../../locales/desk.ar.ftl"),
        Language::Chinese => include_str!("../../locales/desk.zh.ftl"),
        Language::English => include_str!("../../locales/desk.en.ftl"),
        Language::French => include_str!("../../locales/desk.fr.ftl"),
        Language::Russian => include_str!("../../locales/desk.ru.ftl"),
        Language::Spanish => include_str!("../../locales/desk.es.ftl"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_module_in_the_folder_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/static/desk");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let scripts: BTreeSet<_> = names
            .map(|name| name.into_string().unwrap())
            .filter(|name| name.ends_with(".js") && name != "worker.js")
            .collect();
        assert_eq!(scripts, MODULES.iter().map(|asset| asset.name.to_owned()).collect());
    }

    #[test]
    fn the_page_says_the_same_in_every_language() {
        let ids = |language| -> BTreeSet<String> {
            let messages = browser::messages(own_words(language));
            messages.as_object().unwrap().keys().cloned().collect()
        };
        let english = ids(Language::English);
        assert!(english.len() > 40);
        for language in Language::ALL {
            assert_eq!(ids(language), english, "{language:?}");
        }
        let page = include_str!("../../templates/desk_page.html");
        let scripts =
            [include_str!("../../static/desk/page.js"), include_str!("../../static/desk/result.js")];
        for text in scripts.into_iter().chain([page]) {
            let said = text.split(['\'', '"', '`']).filter(|word| {
                word.starts_with("desk-")
                    && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                    && !is_an_element(page, word)
            });
            for id in said {
                assert!(english.contains(id), "there is no message {id}");
            }
        }
    }

    /// The same words name elements and classes of the page.
    fn is_an_element(page: &str, word: &str) -> bool {
        page.contains(&format!("id=\"{word}\""))
            || page.contains(&format!("class=\"{word}"))
            || word == "desk-verdict"
            || word == "desk-code"
    }
}
