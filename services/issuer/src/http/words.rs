//! What people read at this service, in the six languages, by Fluent (`locales/*.ftl`). The console of officers is English.

use std::future::{Ready, ready};
use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest};
use language::{Catalogue, Language, Sentence};
use serde_json::{Map, Value};
use url::form_urlencoded;
use web::Problem;

/// Remembers what was picked while somebody is away at their organisation's sign-in.
pub(super) const COOKIE: &str = "passerelle_person_language";

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::read(|language| [catalogue(language)], |_| true));

const fn catalogue(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("../../locales/ar.ftl"),
        Language::Chinese => include_str!("../../locales/zh.ftl"),
        Language::English => include_str!("../../locales/en.ftl"),
        Language::French => include_str!("../../locales/fr.ftl"),
        Language::Russian => include_str!("../../locales/ru.ftl"),
        Language::Spanish => include_str!("../../locales/es.ftl"),
    }
}

/// The words of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(pub Language);

impl Words {
    /// Which language it is.
    pub fn language(self) -> Language {
        self.0
    }

    /// The sentence of this name; the name itself where there is none.
    pub fn say(self, id: &str) -> Sentence {
        CATALOGUE.say(self.0, id)
    }

    /// Whether there is a sentence of this name.
    pub fn knows(self, id: &str) -> bool {
        CATALOGUE.knows(self.0, id)
    }

    /// The sentences that the page's scripts say, as JSON that can stand in a page.
    pub fn of_scripts(self) -> String {
        let said = |id: &&str| ((*id).to_owned(), Value::from(self.say(id).plain()));
        let all: Map<String, Value> = SCRIPTS.iter().map(said).collect();
        // Nothing in it can end the element.
        Value::Object(all).to_string().replace('<', "\\u003c")
    }
}

/// What `passkey.js` says.
const SCRIPTS: [&str; 9] = [
    "script-did-not-work",
    "script-unreachable",
    "script-failed",
    "script-cancelled",
    "script-registered",
    "script-unsuitable",
    "script-insecure",
    "script-passkey",
    "script-no-passkeys",
];

/// The language of a request, and whether somebody asked for it here: by a link of the page (`lang`), before they went to their
/// organisation's sign-in (a cookie), or by the wallet (`ui_locales`, OpenID Connect Core 1.0, 3.1.2.1). Else it is what the browser
/// asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoken {
    /// The words.
    pub words: Words,
    /// More than what the browser asks for.
    pub asked: bool,
}

impl Spoken {
    /// Of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let query = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let picked = query("lang").and_then(|code| Language::parse(&code));
        let kept = || request.cookie(COOKIE).and_then(|cookie| Language::parse(cookie.value()));
        let wanted = || query("ui_locales").and_then(|list| preferred(&list));
        if let Some(language) = picked.or_else(kept).or_else(wanted) {
            return Self { words: Words(language), asked: true };
        }
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self { words: Words(Language::chosen(None, header)), asked: false }
    }

    /// The same, or what the wallet asked for when it pushed its request, unless somebody asked for another one since.
    pub fn or_pushed(self, pushed: Option<Language>) -> Words {
        match pushed.filter(|_| !self.asked) {
            Some(language) => Words(language),
            None => self.words,
        }
    }
}

/// The first of a list of tags, separated by spaces, that is one of the six.
fn preferred(list: &str) -> Option<Language> {
    list.split(' ').find_map(Language::of_tag)
}

impl FromRequest for Spoken {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use fluent_bundle::FluentResource;

    use super::*;

    fn names(language: Language) -> BTreeSet<String> {
        let lines = catalogue(language).lines();
        let name = |line: &str| line.split_once(" = ").map(|(name, _)| name.to_owned());
        lines.filter(|line| !line.starts_with(['#', ' '])).filter_map(name).collect()
    }

    #[test]
    fn every_language_says_everything_without_a_fault() {
        let all = names(Language::English);
        for language in Language::ALL {
            assert!(FluentResource::try_new(catalogue(language).to_owned()).is_ok(), "{language:?}");
            assert_eq!(names(language), all, "{language:?}");
            for id in &all {
                let fill = ["wallet", "organisation", "provider", "hours", "number"];
                let sentence = fill.iter().fold(Words(language).say(id), |said, name| said.with(name, "X"));
                let said = sentence.count("tries", 3).plain();
                assert_ne!(said, *id, "{language:?}");
                assert!(!said.contains('{'), "{language:?} {id}: {said}");
            }
        }
    }

    #[test]
    fn scripts_find_each_of_their_sentences() {
        let source = web::assets::shared("passkey.js").unwrap();
        let source = std::str::from_utf8(source.body).unwrap();
        let said: BTreeSet<_> =
            source.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(said, SCRIPTS.into_iter().collect());
    }

    #[test]
    fn what_is_filled_in_stays_text() {
        let said = Words(Language::Arabic).say("sign-decline").with("wallet", "<b>\u{2069}x").to_string();
        assert!(said.contains("<bdi>&lt;b&gt;x</bdi>"), "{said}");
    }

    #[test]
    fn the_first_known_tag_counts() {
        assert_eq!(preferred("de fr-CH ar"), Some(Language::French));
        assert_eq!(preferred("de"), None);
    }
}
