#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::Entry;

use super::catalogue::texts;
use super::modules::quoted_after;
use super::*;

fn messages(language: Language) -> Vec<String> {
    let mut all = Vec::new();
    for text in texts(language) {
        let resource = FluentResource::try_new((*text).to_owned()).unwrap();
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                all.push(message.id.name.to_owned());
            }
        }
    }
    all
}

fn files(folder: &str, ending: &str) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.insert(path.clone(), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// Everything that can ask for a sentence.
fn sources() -> String {
    let mut all = modules::source("passkey.js").to_owned();
    for (folder, ending) in [("src", ".rs"), ("templates", ".html"), ("static", ".js")] {
        let files = files(folder, ending).into_iter().filter(|(path, _)| !path.ends_with("words/tests.rs"));
        all.extend(files.map(|(_, text)| text));
    }
    // Descriptions hold examples.
    all.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |all, line| all + line + "\n")
}

#[test]
fn catalogues_are_read_without_errors_and_say_the_same_messages_once() {
    for language in Language::ALL {
        for text in texts(language) {
            let read = FluentResource::try_new((*text).to_owned());
            assert!(read.is_ok(), "{language:?}: {:?}", read.err().map(|(_, errors)| errors));
        }
        let said = messages(language);
        let once: BTreeSet<_> = said.iter().cloned().collect();
        assert_eq!(said.len(), once.len(), "{language:?} says a message twice");
        assert_eq!(once, messages(Language::English).into_iter().collect(), "{language:?}");
    }
}

#[test]
fn every_message_takes_the_same_arguments_in_every_language() {
    for id in messages(Language::English) {
        let english = CATALOGUE.variables(Language::English, &id);
        for words in Language::ALL.map(Words) {
            assert_eq!(CATALOGUE.variables(words.0, &id), english, "{:?} {id}", words.0);
            let filled = english.iter().fold(words.say(&id), |said, name| said.with_open(name));
            assert_ne!(filled.plain(), id, "{:?} cannot say {id}", words.0);
        }
    }
}

#[test]
fn every_message_is_asked_for_and_every_one_asked_for_exists() {
    let sources = sources();
    let known: BTreeSet<_> = messages(Language::English).into_iter().collect();
    let asked: BTreeSet<_> = quoted_after(&sources, "say(\"").into_iter().collect();
    let unknown: Vec<_> = asked.difference(&known).collect();
    assert!(unknown.is_empty(), "asked for and not there: {unknown:?}");
    // A problem's sentences are found by its slug.
    let by_slug = |id: &str| {
        let slug = id.strip_prefix("problem-").map(|rest| rest.strip_suffix("-what").unwrap_or(rest));
        let pages = crate::http::problem::PAGES;
        let general =
            ["other", "unauthorized", "not-found", "cross-site", "conflict", "internal", "unavailable"];
        slug.is_some_and(|slug| pages.find(slug).is_some() || general.contains(&slug))
    };
    // Days and times are written by the crate that reads the catalogues.
    let of_dates = |id: &str| ["day", "moment"].contains(&id);
    let named = |id: &str| sources.contains(&format!("\"{id}\"")) || by_slug(id) || of_dates(id);
    let unused: Vec<_> = known.iter().filter(|id| !named(id)).collect();
    assert!(unused.is_empty(), "never asked for: {unused:?}");
}

#[test]
fn every_problem_of_this_service_has_its_words_in_every_language() {
    for page in crate::http::problem::PAGES.0 {
        for words in Language::ALL.map(Words) {
            let id = format!("problem-{}", page.slug);
            let known = words.knows(&id) && words.knows(&format!("{id}-what"));
            assert!(known, "{:?}: {id}", words.0);
        }
    }
}

#[test]
fn templates_say_nothing_themselves() {
    for (path, text) in files("templates", ".html") {
        // The blocks of classes stand inside of an attribute of the base template.
        let text =
            text.replace("_class %} wallet{%", "_class %}{%").replace("_class %} entry{%", "_class %}{%");
        let text = without(&without(&without(&text, "{%", "%}"), "{{", "}}"), "{#", "#}");
        let said: Vec<_> =
            spoken(&text).into_iter().filter(|part| part.contains(char::is_alphabetic)).collect();
        assert!(said.is_empty(), "{}: {said:?}", path.display());
    }
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once(close).map_or("", |(_, rest)| rest))
}

/// What a reader sees or hears of a page: its text, and the attributes that are read out.
fn spoken(html: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in html.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        all.push(text.trim().to_owned());
        for name in ["aria-label", "alt", "title", "placeholder", "data-question", "data-copied", "content"] {
            all.extend(quoted_after(tag, &format!(" {name}=\"")));
        }
    }
    all.retain(|text| !text.is_empty());
    all
}

#[test]
fn scripts_say_nothing_themselves() {
    for (path, text) in files("static", ".js") {
        let said: Vec<_> = literals(&text).into_iter().filter(|text| is_prose(text)).collect();
        assert!(said.is_empty(), "{}: {said:?}", path.display());
    }
}

/// The strings of a script, without those that choose elements.
fn literals(script: &str) -> Vec<String> {
    let mut code = String::new();
    for line in script.lines() {
        code.push_str(line.split("// ").next().unwrap_or_default());
        code.push('\n');
    }
    let mut found = Vec::new();
    for quote in ['"', '`'] {
        for (at, literal) in code.split(quote).enumerate().filter(|(at, _)| at % 2 == 1) {
            let before = code.split(quote).nth(at - 1).unwrap_or_default();
            if !before.ends_with("querySelector(") && !before.ends_with("querySelectorAll(") {
                found.push(without(literal, "${", "}"));
            }
        }
    }
    found
}

/// Two words, or one with a capital letter that is no constant and not how `WebCrypto` spells an algorithm.
fn is_prose(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let two = letters.windows(3).any(|at| at[0].is_alphabetic() && at[1] == ' ' && at[2].is_alphabetic());
    let name = letters.len() > 1 && letters[0].is_uppercase() && letters[1].is_lowercase();
    two || (name && text != "Ed25519")
}

#[test]
fn what_is_filled_in_is_set_apart_and_cannot_become_markup() {
    let said = Words(Language::English).say("list-last").with("before", "<b>\u{202e}A").with("next", "حسن");
    assert_eq!(said.to_string(), "<bdi>&lt;b&gt;A</bdi> and <bdi>حسن</bdi>");
    assert_eq!(said.plain(), "<b>A and حسن");
}

#[test]
fn days_times_and_lists_are_written_as_each_language_does() {
    let at = Timestamp::from_timestamp(1_795_392_135, 0).unwrap();
    let in_ = |language| Words(language).moment(&at);
    assert_eq!(in_(Language::English), "23 November 2026, 00:02 UTC");
    assert_eq!(in_(Language::French), "23 novembre 2026 à 00:02 UTC");
    assert_eq!(in_(Language::Chinese), "2026年11月23日 00:02（协调世界时）");
    assert_eq!(in_(Language::Spanish), "23 de noviembre de 2026, 00:02 UTC");
    assert!(in_(Language::Russian).starts_with("23 ноября 2026 года"));
    assert!(in_(Language::Arabic).starts_with("23 تشرين الثاني/نوفمبر 2026"));
    let list = |language, names: &[&str]| Words(language).list(names);
    assert_eq!(list(Language::English, &[]), "");
    assert_eq!(list(Language::English, &["A"]), "A");
    assert_eq!(list(Language::English, &["A", "B", "C"]), "A, B and C");
    assert_eq!(list(Language::Arabic, &["أ", "ب"]), "أ وب");
}

#[test]
fn length_of_time_is_said_in_a_unit_that_people_count_in_and_never_too_short() {
    let said = |language, seconds| Words(language).span(seconds);
    assert_eq!(said(Language::English, 1), "1 minute");
    assert_eq!(said(Language::English, 3_601), "61 minutes");
    assert_eq!(said(Language::English, 7_200), "2 hours");
    assert_eq!(said(Language::English, 30 * 86_400), "30 days");
    assert_eq!(said(Language::Russian, 3 * 86_400), "3 дня");
    assert_eq!(said(Language::Russian, 5 * 86_400), "5 дней");
    assert_eq!(said(Language::Arabic, 2 * 86_400), "يومان");
    assert_eq!(said(Language::Chinese, 3 * 3_600), "3 小时");
}

#[test]
fn page_carries_what_its_scripts_say_and_nothing_else() {
    let tags = Words(Language::French).module("wallet-entry.js").to_string();
    assert!(tags.contains("\"script-cancelled\":\"L’opération"), "{tags}");
    assert!(
        tags.contains("<link rel=\"modulepreload\" href=\"/assets/words.js\">"),
        "imports of imports: {tags}"
    );
    assert!(!tags.contains("entry-title"), "{tags}");
}

#[test]
fn a_moment_in_a_sentence_is_shown_in_the_readers_zone_and_read_without_a_script() {
    let at: Timestamp = "2026-02-02T02:40:00Z".parse().unwrap();
    let said = Words(Language::English).say("helped-notice-until").at("date", &at);
    let time = "<time data-local datetime=\"2026-02-02T02:40:00Z\">2 February 2026, 02:40 UTC</time>";
    assert!(said.to_string().contains(&format!("<bdi>{time}</bdi>")), "{said}");
    assert_eq!(said.plain(), "If nobody stops it, it opens there after 2 February 2026, 02:40 UTC.");
    let foreign =
        Words(Language::English).say("helped-notice-until").with("date", "\u{e000}x\u{e001}y\u{e002}");
    assert!(!foreign.to_string().contains("<time"));
}

#[test]
fn scripts_write_the_months_of_the_catalogue_where_browsers_write_others() {
    let months = Words(Language::Arabic).months().unwrap();
    assert_eq!(months.split('|').count(), 12);
    assert!(months.starts_with("كانون الثاني/يناير|شباط/فبراير|"), "{months}");
    assert_eq!(Words(Language::English).months(), None);
}

#[test]
fn minutes_are_counted_as_the_language_counts() {
    let said = |language, minutes| Words(language).say("enrol-minutes").count("minutes", minutes).plain();
    assert_eq!(said(Language::Arabic, 5), "5 دقائق");
    assert_eq!(said(Language::Arabic, 20), "20 دقيقة");
    assert_eq!(said(Language::Russian, 21), "21 минута");
    assert_eq!(said(Language::Russian, 20), "20 минут");
}
