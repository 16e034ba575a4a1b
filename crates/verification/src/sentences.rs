//! The sentences of a report in six languages, by Fluent (`locales/*.ftl`).
//!
//! A sentence follows from the check's name, result, code and evidence alone, so a stored report is read in any of the
//! languages. The rules carry their English beside the decision; tests hold the catalogue to it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike as _};
use fluent_bundle::{FluentArgs, FluentValue};
use serde_json::Value;
use wire::policies::{Predicate, PredicateFinding};
use wire::verifications::{Check, CheckName, CheckResult, Outcome, Report};

use language::{Catalogue, Language};

/// Evidence whose absence makes another sentence.
const TOLD_BY_PRESENCE: [&str; 3] = ["issuedAt", "headerHeight", "registrySays"];

/// Only a text of the other direction needs marks around what is filled in.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::read(|language| [catalogue(language)], |language| language.direction() == "rtl")
});

pub(crate) const fn catalogue(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("../locales/ar.ftl"),
        Language::Chinese => include_str!("../locales/zh.ftl"),
        Language::English => include_str!("../locales/en.ftl"),
        Language::French => include_str!("../locales/fr.ftl"),
        Language::Russian => include_str!("../locales/ru.ftl"),
        Language::Spanish => include_str!("../locales/es.ftl"),
    }
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Language);

impl Words {
    #[must_use]
    pub fn language(self) -> Language {
        self.0
    }

    /// A message without arguments, such as `page-report`; its own name where there is none.
    #[must_use]
    pub fn say(self, id: &str) -> String {
        self.message(id, None).unwrap_or_else(|| id.to_owned())
    }

    /// A message with one argument.
    #[must_use]
    pub fn say_with(self, id: &str, name: &'static str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value.to_owned());
        self.message(id, Some(&args)).unwrap_or_else(|| id.to_owned())
    }

    /// A time of the wire as a person reads it.
    #[must_use]
    pub fn moment(self, rfc3339: &str) -> Option<String> {
        let time = DateTime::parse_from_rfc3339(rfc3339).ok()?.to_utc();
        let mut args = FluentArgs::new();
        args.set("day", time.day().to_string());
        args.set("month", FluentValue::from(time.month()));
        args.set("year", time.year().to_string());
        args.set("time", time.format("%H:%M").to_string());
        self.message("moment", Some(&args))
    }

    /// Writes every sentence of a report anew in this language. `title` is the policy's.
    pub fn speak(self, report: &mut Report, title: &str) {
        let subject = if report.credential.is_some() { "credential" } else { "presentation" };
        let further = report.further.iter_mut().flat_map(|one| &mut one.checks);
        for check in report.checks.iter_mut().chain(further) {
            check.sentence = self.sentence(check, subject);
        }
        for predicate in &mut report.predicates {
            predicate.sentence = self.answer(predicate);
        }
        report.sentence = self.outcome(report, title);
    }

    fn sentence(self, check: &Check, subject: &str) -> String {
        let by_predicate = check.evidence.get("predicate").and_then(Value::as_str);
        let code = by_predicate.unwrap_or(&check.code);
        let args = self.arguments(&check.evidence, subject);
        let (name, result) = (check.name.as_str(), check.result.as_str());
        let ids = [format!("{name}-{code}"), format!("{code}-{result}"), code.to_owned()];
        let general = match check.result {
            CheckResult::NotChecked => [format!("unfinished-{name}"), "unfinished".to_owned()],
            CheckResult::Fail | CheckResult::Pass => [format!("fault-{name}"), "fault".to_owned()],
        };
        let found = ids.iter().chain(&general).find_map(|id| self.message(id, Some(&args)));
        found.unwrap_or_else(|| check.sentence.clone())
    }

    fn answer(self, predicate: &PredicateFinding) -> String {
        let args = self.arguments(&predicate.evidence, "credential");
        self.message(&predicate.code, Some(&args)).unwrap_or_else(|| predicate.sentence.clone())
    }

    /// The answer in one sentence: for a failure, the first thing that is wrong.
    fn outcome(self, report: &Report, title: &str) -> String {
        let required = |check: &&Check| check.name == CheckName::Accreditation && check.required;
        let (id, name, value) = match report.outcome {
            Outcome::Valid if report.checks.iter().any(|check| required(&check)) => {
                ("outcome-valid", "policy", title)
            }
            Outcome::Valid => ("outcome-valid-optional", "policy", title),
            Outcome::Invalid => ("outcome-invalid", "because", first(report, CheckResult::Fail)),
            Outcome::Undetermined => {
                ("outcome-undetermined", "because", first(report, CheckResult::NotChecked))
            }
        };
        self.say_with(id, name, value)
    }

    fn arguments(self, evidence: &BTreeMap<String, Value>, subject: &str) -> FluentArgs<'static> {
        let mut args = FluentArgs::new();
        for (name, value) in evidence {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            args.set(name.clone(), self.moment(&text).unwrap_or(text));
        }
        for name in TOLD_BY_PRESENCE {
            args.set(format!("has-{name}"), if evidence.contains_key(name) { "yes" } else { "no" });
        }
        args.set("subject", subject.to_owned());
        args
    }

    fn message(self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        CATALOGUE.format(self.0, id, args)
    }
}

/// What a predicate is called, as part of a message's name.
#[must_use]
pub fn predicate_name(predicate: &Predicate) -> &'static str {
    match predicate {
        Predicate::CurrentStaff {} => "currentStaff",
        Predicate::ClearedTo { .. } => "clearedTo",
        Predicate::Trained { .. } => "trained",
    }
}

fn first(report: &Report, result: CheckResult) -> &str {
    let counts = |check: &&Check| check.result == result && (check.required || result == CheckResult::Fail);
    report.checks.iter().find(counts).map_or("", |check| check.sentence.as_str())
}

#[cfg(test)]
#[path = "sentences_tests.rs"]
mod tests;
