//! From a report to what a page shows: words, not member names.

use serde_json::Value;
use verification::vocabulary;
use wire::verifications::{Check, CheckResult, Outcome, Report};

pub struct ReportPage {
    pub class: &'static str,
    pub word: &'static str,
    pub sentence: String,
    pub kind: Option<String>,
    pub issuer: Option<String>,
    pub facts: Vec<Fact>,
    pub checks: Vec<CheckLine>,
    pub claims_kept_until: Option<String>,
    pub checked_at: String,
}

pub struct Fact {
    pub label: String,
    pub value: String,
}

pub struct CheckLine {
    pub class: &'static str,
    pub title: &'static str,
    pub sentence: String,
    pub word: &'static str,
    pub code: String,
    pub optional: bool,
    pub evidence: Vec<Fact>,
}

impl ReportPage {
    pub fn of(report: &Report) -> Self {
        let (class, word) = match report.outcome {
            Outcome::Valid => ("pass", "Valid"),
            Outcome::Invalid => ("fail", "Not valid"),
            Outcome::Undetermined => ("not-checked", "Not decided"),
        };
        let credential = report.credential.as_ref();
        let kind =
            credential.and_then(|one| one.types.iter().find_map(|type_iri| vocabulary::title(type_iri)));
        let mut claims = Vec::new();
        if let Some(Value::Object(members)) = &report.claims {
            claims.extend(
                members.iter().filter(|(name, _)| *name != "id").map(|(name, value)| fact(name, value)),
            );
        }
        Self {
            class,
            word,
            // The verdict shows the word in large letters already.
            sentence: report
                .sentence
                .split_once(". ")
                .map_or_else(|| report.sentence.clone(), |(_, rest)| rest.to_owned()),
            kind: kind.map(str::to_owned),
            issuer: credential.map(|one| one.issuer_name.clone().unwrap_or_else(|| one.issuer.clone())),
            facts: claims,
            checks: report.checks.iter().map(CheckLine::of).collect(),
            claims_kept_until: report.claims_kept_until.clone(),
            checked_at: report.checked_at.clone(),
        }
    }
}

impl CheckLine {
    fn of(check: &Check) -> Self {
        let (class, word) = match check.result {
            CheckResult::Pass => ("pass", "Pass"),
            CheckResult::Fail => ("fail", "Fail"),
            CheckResult::NotChecked => ("not-checked", "Not checked"),
        };
        Self {
            class,
            title: check.name.title(),
            sentence: check.sentence.clone(),
            word,
            code: check.code.clone(),
            optional: !check.required,
            evidence: check.evidence.iter().map(|(name, value)| fact(name, value)).collect(),
        }
    }
}

/// A time of the wire as a person reads it; pages put it into the reader's own zone where they can.
pub fn when(rfc3339: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(rfc3339)
        .map_or_else(|_| rfc3339.to_owned(), |time| time.to_utc().format("%-d %B %Y, %H:%M UTC").to_string())
}

fn fact(name: &str, value: &Value) -> Fact {
    Fact { label: words(name), value: plain(value) }
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
