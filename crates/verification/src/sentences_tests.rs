#![allow(clippy::unwrap_used, clippy::panic)]
use std::collections::BTreeSet;
use std::path::Path;

use fluent_bundle::FluentResource;

use super::*;

fn messages(language: Language) -> BTreeSet<String> {
    catalogue(language)
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once(" = ").map(|(id, _)| id.to_owned()))
        .collect()
}

/// The sources of this crate without their tests, and without those that find fault with policies: those are for
/// the agency's engineers, in the problem's English.
fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.ends_with("policy") {
            continue;
        } else if path.is_dir() {
            sources(&path, into);
        } else if !path.file_name().unwrap().to_string_lossy().contains("tests") {
            let text = std::fs::read_to_string(&path).unwrap();
            into.push_str(text.split("#[cfg(test)]").next().unwrap());
        }
    }
}

/// The first argument of every call whose name ends so, where it is a word in quotes.
fn first_arguments(source: &str, call: &str) -> BTreeSet<String> {
    source
        .split(call)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"').map(|(word, _)| word))
        .filter(|word| !word.is_empty() && word.chars().all(|character| character.is_ascii_alphanumeric()))
        .map(str::to_owned)
        .collect()
}

fn has_message(ids: &BTreeSet<String>, code: &str) -> bool {
    let named = |id: &str| {
        id == code
            || id
                .strip_suffix(code)
                .and_then(|name| name.strip_suffix('-'))
                .is_some_and(|name| CheckName::ALL.iter().any(|check| check.as_str() == name))
            || id.strip_prefix(code).and_then(|rest| rest.strip_prefix('-')).is_some()
    };
    ids.iter().any(|id| named(id))
}

#[test]
fn every_catalogue_is_read_without_errors_and_says_the_same_messages() {
    let english = messages(Language::English);
    for language in Language::ALL {
        let read = FluentResource::try_new(catalogue(language).to_owned());
        assert!(read.is_ok(), "{language:?}: {:?}", read.err().map(|(_, errors)| errors));
        assert_eq!(messages(language), english, "{language:?}");
    }
}

#[test]
fn every_code_of_a_finding_has_a_message() {
    let mut source = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    let ids = messages(Language::English);
    let mut codes = BTreeSet::new();
    for call in ["Finding::pass(", "Finding::fail(", "Finding::not_checked(", "Contradicted("] {
        codes.extend(first_arguments(&source, call));
    }
    // Pairs of code and sentence, as the tables of `status` and `delegation` have them.
    codes.extend(first_arguments(&source, "(").into_iter().filter(|word| {
        source.split(&format!("\"{word}\",")).skip(1).any(|rest| {
            rest.trim_start().strip_prefix('"').is_some_and(|text| text.starts_with(char::is_uppercase))
        })
    }));
    assert!(codes.len() > 90, "the codes were found: {codes:?}");
    let missing: Vec<_> = codes.iter().filter(|code| !has_message(&ids, code)).collect();
    assert!(missing.is_empty(), "no message for {missing:?}");
}

#[test]
fn every_name_of_evidence_check_result_and_predicate_has_a_word() {
    let mut source = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    let ids = messages(Language::English);
    let mut wanted: BTreeSet<String> = first_arguments(&source, ".with(")
        .union(&first_arguments(&source, ".with_time("))
        .map(|name| format!("evidence-{name}"))
        .collect();
    wanted.extend(CheckName::ALL.iter().map(|name| format!("check-{name}")));
    wanted.extend(["pass", "fail", "notChecked"].map(|result| format!("result-{result}")));
    wanted.extend(["currentStaff", "clearedTo", "trained"].map(|name| format!("predicate-{name}")));
    let missing: Vec<_> = wanted.iter().filter(|id| !ids.contains(*id)).collect();
    assert!(missing.is_empty(), "no word for {missing:?}");
}

#[test]
fn every_message_can_be_said_with_its_arguments_in_every_language() {
    let names = [
        "issuedAt",
        "compromisedAt",
        "stoppedAt",
        "retiredAt",
        "deactivatedAt",
        "endedAt",
        "headerHeight",
        "registrySays",
    ];
    let evidence = names.map(|name| (name.to_owned(), Value::from("2026-11-23T00:02:15Z"))).into();
    for words in Language::ALL.map(Words) {
        let mut args = words.arguments(&evidence, "credential");
        for name in ["day", "month", "year", "time", "policy", "because", "until"] {
            args.set(name, "1");
        }
        for id in messages(words.0) {
            let said = words.message(&id, Some(&args));
            assert!(said.is_some_and(|text| !text.trim().is_empty()), "{:?} {id}", words.0);
        }
    }
}

#[test]
fn times_are_written_as_each_language_does() {
    let at = |language| Words(language).moment("2026-11-23T00:02:15Z").unwrap();
    assert_eq!(at(Language::English), "23 November 2026, 00:02 UTC");
    assert_eq!(at(Language::French), "23 novembre 2026 à 00:02 UTC");
    assert_eq!(at(Language::Chinese), "2026年11月23日 00:02（协调世界时）");
    assert!(at(Language::Arabic).contains("نوفمبر"));
    assert_eq!(Words(Language::English).moment("soon"), None);
}
