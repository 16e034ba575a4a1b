//! From a report to what a page shows: words, not member names.

use serde_json::Value;
use verification::{Words, labels, predicate_name};
use wire::policies::PredicateFinding;
use wire::verifications::{Check, CheckResult, Outcome, Report};

/// A report in the words of one language.
pub struct ReportPage {
    pub words: Words,
    pub class: &'static str,
    pub word: String,
    pub sentence: String,
    pub kind: Option<String>,
    pub issuer: Option<String>,
    pub facts: Vec<Fact>,
    pub checks: Vec<CheckLine>,
    pub predicates: Vec<CheckLine>,
    /// Until when personal data is kept.
    pub kept: String,
    pub policy: String,
    /// RFC 3339.
    pub checked_at: String,
    pub checked_when: String,
}

pub struct Fact {
    pub label: String,
    pub value: String,
}

pub struct CheckLine {
    pub class: &'static str,
    pub title: String,
    pub sentence: String,
    pub word: String,
    pub code: String,
    pub optional: bool,
    pub evidence: Vec<Fact>,
}

impl ReportPage {
    /// `report` is spoken in these words already.
    pub fn of(report: &Report, words: Words, policy: &str) -> Self {
        let (class, word) = match report.outcome {
            Outcome::Valid => ("pass", "word-valid"),
            Outcome::Invalid => ("fail", "word-invalid"),
            Outcome::Undetermined => ("not-checked", "word-undetermined"),
        };
        let credential = report.credential.as_ref();
        let types = credential.map(|one| one.types.as_slice()).unwrap_or_default();
        let mut facts = Vec::new();
        if let Some(Value::Object(members)) = &report.claims {
            facts.extend(members.iter().filter(|(name, _)| *name != "id").map(|(name, value)| Fact {
                label: labels::claim(types, name, words.language()).unwrap_or_else(|| self::words(name)),
                value: plain(value),
            }));
        }
        let word = words.say(word);
        let kept = match report.claims_kept_until.as_deref() {
            Some(until) => words.say_with("page-kept-until", "until", &moment(words, until)),
            None => words.say("page-not-kept"),
        };
        Self {
            words,
            class,
            sentence: without_word(&report.sentence, &word),
            word,
            kind: types.iter().find_map(|one| labels::kind(one, words.language())),
            issuer: credential.map(|one| one.issuer_name.clone().unwrap_or_else(|| one.issuer.clone())),
            facts,
            checks: report.checks.iter().map(|check| CheckLine::of(check, words)).collect(),
            predicates: report.predicates.iter().map(|one| CheckLine::of_predicate(one, words)).collect(),
            kept,
            policy: policy.to_owned(),
            checked_when: moment(words, &report.checked_at),
            checked_at: report.checked_at.clone(),
        }
    }
}

impl CheckLine {
    fn of(check: &Check, words: Words) -> Self {
        Self {
            class: class(check.result),
            title: words.say(&format!("check-{}", check.name)),
            sentence: check.sentence.clone(),
            word: words.say(&format!("result-{}", check.result.as_str())),
            code: check.code.clone(),
            optional: !check.required,
            evidence: check.evidence.iter().map(|(name, value)| fact(name, value, words)).collect(),
        }
    }

    fn of_predicate(one: &PredicateFinding, words: Words) -> Self {
        Self {
            class: class(one.result),
            title: words.say(&format!("predicate-{}", predicate_name(&one.predicate))),
            sentence: one.sentence.clone(),
            word: words.say(&format!("result-{}", one.result.as_str())),
            code: one.code.clone(),
            optional: false,
            evidence: one.evidence.iter().map(|(name, value)| fact(name, value, words)).collect(),
        }
    }
}

fn class(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Pass => "pass",
        CheckResult::Fail => "fail",
        CheckResult::NotChecked => "not-checked",
    }
}

/// The verdict shows the word in large letters already.
fn without_word(sentence: &str, word: &str) -> String {
    let rest = sentence.strip_prefix(word).and_then(|rest| rest.strip_prefix(['.', '。']));
    rest.map_or(sentence, str::trim_start).to_owned()
}

fn moment(words: Words, rfc3339: &str) -> String {
    words.moment(rfc3339).unwrap_or_else(|| rfc3339.to_owned())
}

/// A time of the wire as a person reads it; pages put it into the reader's own zone where they can.
pub fn when(rfc3339: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(rfc3339)
        .map_or_else(|_| rfc3339.to_owned(), |time| time.to_utc().format("%-d %B %Y, %H:%M UTC").to_string())
}

fn fact(name: &str, value: &Value, words: Words) -> Fact {
    let text = plain(value);
    let value = words.moment(&text).unwrap_or_else(|| shortened(text));
    Fact { label: words.say(&format!("evidence-{name}")), value }
}

/// A whole status list helps nobody on a page; the report has it.
fn shortened(text: String) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// `headerAgeSeconds` as “Header age seconds”.
pub fn words(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for (position, character) in name.chars().enumerate() {
        if position == 0 {
            text.extend(character.to_uppercase());
        } else if character.is_uppercase() {
            text.push(' ');
            text.extend(character.to_lowercase());
        } else {
            text.push(character);
        }
    }
    text
}

/// A value on one line. An organisation is shown by its name.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(members) => match members.get("name") {
            Some(name) => plain(name),
            None => members.values().map(plain).collect::<Vec<_>>().join(", "),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn member_names_become_words() {
        assert_eq!(words("headerAgeSeconds"), "Header age seconds");
        assert_eq!(words("identifier"), "Identifier");
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(when("2026-11-23T00:02:15Z"), "23 November 2026, 00:02 UTC");
        assert_eq!(when("soon"), "soon");
    }

    #[test]
    fn organisation_is_shown_by_its_name() {
        assert_eq!(plain(&json!({"id": "did:passerelle:x", "name": "WFP"})), "WFP");
        assert_eq!(plain(&json!([1, "a", true])), "1, a, yes");
    }
}
