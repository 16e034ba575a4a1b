//! From checks to one answer. It fails closed: valid needs every required check to have passed.

use clock::Timestamp;
use wire::verifications::{Check, CheckName, CheckResult, FurtherCredential, Outcome, Report};

use crate::assess::Assessed;
use crate::finding::{Finding, rfc3339};
use crate::policy::Policy;
use crate::predicates;

/// A failed check, required or not, is never outweighed; a required one that could not be made leaves the answer open.
#[must_use]
pub fn outcome(checks: &[Check]) -> Outcome {
    if checks.iter().any(|check| check.result == CheckResult::Fail) {
        return Outcome::Invalid;
    }
    let open = checks.iter().any(|check| check.required && check.result != CheckResult::Pass);
    if open || checks.is_empty() { Outcome::Undetermined } else { Outcome::Valid }
}

/// The answer in one sentence: for a failure, the first thing that is wrong.
#[must_use]
pub fn sentence(policy: &Policy, outcome: Outcome, checks: &[Check]) -> String {
    let first = |result| {
        checks
            .iter()
            .find(|check| check.result == result && (check.required || result == CheckResult::Fail))
            .map_or("", |check| check.sentence.as_str())
    };
    match outcome {
        Outcome::Valid if policy.requires(CheckName::Accreditation) => {
            format!("Valid. Everything that \u{201c}{}\u{201d} demands holds.", policy.title)
        }
        Outcome::Valid => {
            "Valid. The signature, the dates and the status hold; whether the issuer was entitled to issue it was optional here.".to_owned()
        }
        Outcome::Invalid => format!("Not valid. {}", first(CheckResult::Fail)),
        Outcome::Undetermined => format!("Not decided. {}", first(CheckResult::NotChecked)),
    }
}

/// Joins the checks of several credentials: by name, the worst result counts.
#[must_use]
pub(crate) fn join(id: &str, policy: &Policy, checked_at: Timestamp, assessed: Vec<Assessed>) -> Report {
    let predicates = predicates::evaluate(policy, &assessed, checked_at.date_naive());
    let mut checks: Vec<Check> = CheckName::ALL
        .into_iter()
        .map(|name| {
            assessed
                .iter()
                .flat_map(|one| &one.checks)
                .filter(|check| check.name == name)
                .max_by_key(|check| badness(check.result))
                .cloned()
                .unwrap_or_else(|| nothing(name, policy))
        })
        .collect();
    for check in checks.iter_mut().filter(|check| check.name == CheckName::Policy) {
        predicates::weigh(&predicates, check);
    }
    let outcome = outcome(&checks);
    let mut assessed = assessed.into_iter();
    let first = assessed.next();
    let further = assessed
        .map(|one| FurtherCredential { credential: one.summary, checks: one.checks, claims: one.claims })
        .collect();
    let (credential, claims) = first.map_or((None, None), |one| (Some(one.summary), one.claims));
    Report {
        id: id.to_owned(),
        policy: policy.name.clone(),
        policy_version: policy.version,
        checked_at: rfc3339(checked_at),
        outcome,
        sentence: sentence(policy, outcome, &checks),
        checks,
        predicates,
        credential,
        claims,
        claims_kept_until: None,
        further,
    }
}

/// The answer and its sentence anew, after a check has changed.
pub(crate) fn conclude(policy: &Policy, report: &mut Report) {
    report.outcome = outcome(&report.checks);
    report.sentence = sentence(policy, report.outcome, &report.checks);
}

/// A report that says only what is wrong with the answer as a whole.
#[must_use]
pub(crate) fn of_fault(
    id: &str,
    policy: &Policy,
    checked_at: Timestamp,
    name: CheckName,
    finding: Finding,
) -> Report {
    let mut report = join(id, policy, checked_at, Vec::new());
    for check in &mut report.checks {
        if check.name == name {
            *check = finding.clone().into_check(name, policy.requires(name));
        }
    }
    conclude(policy, &mut report);
    report
}

fn nothing(name: CheckName, policy: &Policy) -> Check {
    Finding::not_checked("nothingToCheck", "There was no credential to check this on.")
        .into_check(name, policy.requires(name))
}

fn badness(result: CheckResult) -> u8 {
    match result {
        CheckResult::Pass => 0,
        CheckResult::NotChecked => 1,
        CheckResult::Fail => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: CheckName, result: CheckResult, required: bool) -> Check {
        let finding = match result {
            CheckResult::Pass => Finding::pass("ok", "ok"),
            CheckResult::Fail => Finding::fail("bad", "bad"),
            CheckResult::NotChecked => Finding::not_checked("open", "open"),
        };
        finding.into_check(name, required)
    }

    #[test]
    fn answer_is_valid_only_if_every_required_check_passed() {
        use CheckResult::{Fail, NotChecked, Pass};
        let of = |a, b, required| {
            outcome(&[check(CheckName::Proof, a, true), check(CheckName::Status, b, required)])
        };
        assert_eq!(of(Pass, Pass, true), Outcome::Valid);
        assert_eq!(of(Pass, NotChecked, true), Outcome::Undetermined);
        assert_eq!(of(Pass, NotChecked, false), Outcome::Valid);
        assert_eq!(of(Pass, Fail, false), Outcome::Invalid);
        assert_eq!(of(Fail, NotChecked, true), Outcome::Invalid);
        assert_eq!(outcome(&[]), Outcome::Undetermined);
    }
}
