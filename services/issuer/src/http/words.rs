//! What people read at this service, in the six languages, by Fluent (`locales/*.ftl`). The console of officers is English.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter, Write as _};
use std::future::{Ready, ready};
use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use language::Language;
use serde_json::{Map, Value};
use unic_langid::LanguageIdentifier;
use url::form_urlencoded;
use web::Problem;

type Bundle = FluentBundle<FluentResource>;

/// Remembers what was picked while somebody is away at their organisation's sign-in.
pub(super) const COOKIE: &str = "passerelle_person_language";

/// Marks around what is filled in (Unicode, UAX 9: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE).
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';

static CATALOGUES: LazyLock<BTreeMap<Language, Bundle>> =
    LazyLock::new(|| Language::ALL.into_iter().map(|language| (language, bundle(language))).collect());

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

/// What cannot be read of a catalogue is left out; the tests see to it that nothing is.
fn bundle(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // A name may be in another script than the sentence.
    bundle.set_use_isolating(true);
    let resource = match FluentResource::try_new(catalogue(language).to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
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
        Sentence { language: self.0, id: id.to_owned(), args: FluentArgs::new() }
    }

    /// Whether there is a sentence of this name.
    pub fn knows(self, id: &str) -> bool {
        CATALOGUES.get(&self.0).is_some_and(|bundle| bundle.has_message(id))
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

/// A sentence; `Display` is its HTML, with each thing filled in inside `<bdi>`.
pub(super) struct Sentence {
    language: Language,
    id: String,
    args: FluentArgs<'static>,
}

impl Sentence {
    /// Fills something in. It can be anybody's text, so its own marks of direction are taken out.
    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value: String = value.as_ref().chars().filter(|it| *it != ISOLATE && *it != POP).collect();
        self.args.set(name, value);
        self
    }

    /// A number, by which the catalogue chooses singular, plural, or what else the language has.
    pub fn count(mut self, name: &'static str, value: u64) -> Self {
        self.args.set(name, value);
        self
    }

    /// As text without markup.
    pub fn plain(&self) -> String {
        self.marked().replace([ISOLATE, POP], "")
    }

    fn marked(&self) -> String {
        let formatted = CATALOGUES.get(&self.language).and_then(|bundle| {
            let message = bundle.get_message(&self.id)?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(message.value()?, Some(&self.args), &mut errors);
            errors.is_empty().then(|| text.into_owned())
        });
        formatted.unwrap_or_else(|| self.id.clone())
    }
}

impl Display for Sentence {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for character in self.marked().chars() {
            match character {
                ISOLATE => formatter.write_str("<bdi>")?,
                POP => formatter.write_str("</bdi>")?,
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#x27;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A sentence is its own HTML.
impl askama::filters::HtmlSafe for Sentence {}

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
