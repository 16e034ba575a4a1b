//! Questions answered from revealed claims: current staff, cleared to a level, trained within a time.
//!
//! Each has a finding of its own. A claim counts only when the credential that says it holds by every check that the
//! policy requires; without such a credential the question stays open. No claim is repeated in what is found.

use chrono::{Days, NaiveDate};
use serde_json::Value;
use wire::policies::{ClearanceLevel, Predicate, PredicateFinding};
use wire::verifications::{Check, CheckName, CheckResult, Outcome};

use crate::assess::Assessed;
use crate::finding::Finding;
use crate::policy::Policy;
use crate::report;

const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
const EMPLOYMENT: &str = "https://schemas.passerelle.example/v1#Employment";
const CLEARANCE: &str = "https://schemas.passerelle.example/v1#SecurityClearance";
const TRAINING: &str = "https://schemas.passerelle.example/v1#TrainingCompletion";

/// The types from which a predicate can be answered, each with the claims it needs.
pub(crate) fn reads(predicate: &Predicate) -> &'static [(&'static str, &'static [&'static str])] {
    match predicate {
        Predicate::CurrentStaff {} => &[(STAFF, &["worksFor"]), (EMPLOYMENT, &["worksFor", "startDate"])],
        Predicate::ClearedTo { .. } => &[(CLEARANCE, &["clearanceLevel", "expiresOn"])],
        Predicate::Trained { .. } => &[(TRAINING, &["courseCode", "completedOn"])],
    }
}

/// What a draft must ask for.
pub(crate) fn needs(predicate: &Predicate) -> &'static str {
    match predicate {
        Predicate::CurrentStaff {} => {
            "Ask for worksFor of a StaffIdentity, or for worksFor and startDate of an Employment."
        }
        Predicate::ClearedTo { .. } => "Ask for clearanceLevel and expiresOn of a SecurityClearance.",
        Predicate::Trained { .. } => "Ask for courseCode and completedOn of a TrainingCompletion.",
    }
}

/// Answers every predicate of the policy from the credentials of one answer.
pub(crate) fn evaluate(policy: &Policy, assessed: &[Assessed], today: NaiveDate) -> Vec<PredicateFinding> {
    let rules = policy.rules.predicates.iter();
    rules.map(|predicate| told(predicate, answer(predicate, assessed, today))).collect()
}

/// The check `policy` fails or stays open with its predicates, so that the nine checks alone decide the answer.
pub(crate) fn weigh(predicates: &[PredicateFinding], policy: &mut Check) {
    let worst = |result| predicates.iter().find(|one| one.result == result);
    let (finding, code) = match (worst(CheckResult::Fail), worst(CheckResult::NotChecked)) {
        (Some(failed), _) => (failed, "predicateFails"),
        (None, Some(open)) => (open, "predicateOpen"),
        (None, None) => return,
    };
    // What is wrong already is not made any better by another reason.
    if policy.result == CheckResult::Fail
        || (policy.result, finding.result) == (CheckResult::NotChecked, CheckResult::NotChecked)
    {
        return;
    }
    code.clone_into(&mut policy.code);
    policy.result = finding.result;
    policy.sentence.clone_from(&finding.sentence);
    policy.evidence.insert("predicate".to_owned(), finding.code.clone().into());
}

fn told(predicate: &Predicate, finding: Finding) -> PredicateFinding {
    let Check { result, code, sentence, evidence, .. } = finding.into_check(CheckName::Policy, true);
    PredicateFinding { predicate: predicate.clone(), result, code, sentence, evidence }
}

/// The best answer that any credential gives.
fn answer(predicate: &Predicate, assessed: &[Assessed], today: NaiveDate) -> Finding {
    let mut best = Finding::not_checked(
        "predicateUnanswered",
        "This could not be answered: no credential that holds says anything about it.",
    );
    for (type_iri, _) in reads(predicate) {
        let holding = assessed.iter().filter(|one| {
            one.summary.types.iter().any(|found| found == type_iri)
                && report::outcome(&one.checks) == Outcome::Valid
        });
        for claims in holding.filter_map(|one| one.claims.as_ref()) {
            let finding =
                of_claims(predicate, claims, today).with("type", *type_iri).with("day", today.to_string());
            if finding.passed() {
                return finding;
            }
            if best.code == "predicateUnanswered" || finding.result == CheckResult::Fail {
                best = finding;
            }
        }
    }
    best
}

fn of_claims(predicate: &Predicate, claims: &Value, today: NaiveDate) -> Finding {
    match predicate {
        Predicate::CurrentStaff {} => current_staff(claims, today),
        Predicate::ClearedTo { level } => cleared(claims, *level, today),
        Predicate::Trained { course, within_days } => trained(claims, course, *within_days, today),
    }
}

fn current_staff(claims: &Value, today: NaiveDate) -> Finding {
    if claims.get("worksFor").is_none() {
        return unrevealed();
    }
    match (date(claims, "startDate"), date(claims, "endDate")) {
        (Err(finding), _) | (_, Err(finding)) => finding,
        (Ok(Some(start)), _) if today < start => {
            Finding::fail("staffNotYet", "The appointment has not begun.")
        }
        (_, Ok(Some(end))) if today > end => Finding::fail("staffNoMore", "The appointment has ended."),
        (Ok(_), Ok(_)) => Finding::pass("currentStaff", "The person works for the organisation today."),
    }
}

fn cleared(claims: &Value, wanted: ClearanceLevel, today: NaiveDate) -> Finding {
    let Some(level) = claims.get("clearanceLevel").and_then(Value::as_str) else { return unrevealed() };
    let Some(level) = ClearanceLevel::parse(level) else {
        return Finding::fail(
            "clearanceUnknown",
            "The level of the clearance is not one that is known here.",
        );
    };
    match date(claims, "expiresOn") {
        Err(finding) => finding,
        Ok(None) => unrevealed(),
        Ok(Some(last)) if today > last => Finding::fail("clearanceOver", "The clearance has ended."),
        Ok(Some(_)) if level < wanted => Finding::fail(
            "clearanceTooLow",
            "The person is not cleared to the level that the policy demands.",
        ),
        Ok(Some(_)) => {
            Finding::pass("cleared", "The person is cleared to the level that the policy demands.")
        }
    }
    .with("demandedLevel", wanted.as_str())
}

fn trained(claims: &Value, course: &str, within_days: u32, today: NaiveDate) -> Finding {
    let Some(code) = claims.get("courseCode").and_then(Value::as_str) else { return unrevealed() };
    if code != course {
        return Finding::fail("otherCourse", "The training is another one than the policy demands.")
            .with("demandedCourse", course);
    }
    let completed = match date(claims, "completedOn") {
        Err(finding) => return finding,
        Ok(None) => return unrevealed(),
        Ok(Some(completed)) => completed,
    };
    let expired = match date(claims, "expiresOn") {
        Err(finding) => return finding,
        Ok(last) => last.is_some_and(|last| today > last),
    };
    let earliest = today.checked_sub_days(Days::new(u64::from(within_days))).unwrap_or(NaiveDate::MIN);
    let finding = if completed > today {
        Finding::fail("trainedInFuture", "The training is said to be completed on a day that has not come.")
    } else if expired || completed < earliest {
        Finding::fail("trainedTooLongAgo", "The training was completed longer ago than the policy allows.")
    } else {
        Finding::pass("trained", "The person completed the training within the time that the policy demands.")
    };
    finding.with("demandedCourse", course).with("withinDays", within_days)
}

fn unrevealed() -> Finding {
    Finding::not_checked("predicateUnrevealed", "The credential does not reveal what this is answered from.")
}

/// A claim that is a date; one that is there and is none fails rather than being passed over.
fn date(claims: &Value, name: &str) -> Result<Option<NaiveDate>, Finding> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    // chrono also takes a sign, blanks and single digits, which no date of a schema has (RFC 3339, full-date).
    let is_date =
        |text: &&str| text.len() == 10 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let read = value.as_str().filter(is_date);
    let read = read.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
    read.map(Some)
        .ok_or_else(|| Finding::fail("predicateDate", "A date that the policy reads cannot be understood."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn on(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    fn code(predicate: &Predicate, claims: &Value, day: &str) -> (CheckResult, &'static str) {
        let finding = of_claims(predicate, claims, on(day));
        (finding.result, finding.code)
    }

    #[test]
    fn training_counts_to_the_last_day() {
        let predicate = Predicate::Trained { course: "BSAFE".into(), within_days: 365 };
        let ask = |claims: Value, day| code(&predicate, &claims, day);
        let done = json!({ "courseCode": "BSAFE", "completedOn": "2025-03-01" });
        assert_eq!(ask(done.clone(), "2026-03-01"), (CheckResult::Pass, "trained"));
        assert_eq!(ask(done.clone(), "2026-03-02"), (CheckResult::Fail, "trainedTooLongAgo"));
        assert_eq!(ask(done, "2025-02-28"), (CheckResult::Fail, "trainedInFuture"));
        let other = json!({ "courseCode": "BSAFER", "completedOn": "2025-03-01" });
        assert_eq!(ask(other, "2025-03-01"), (CheckResult::Fail, "otherCourse"));
        let over = json!({ "courseCode": "BSAFE", "completedOn": "2025-03-01", "expiresOn": "2025-03-31" });
        assert_eq!(ask(over, "2025-04-01"), (CheckResult::Fail, "trainedTooLongAgo"));
        let hidden = json!({ "courseCode": "BSAFE" });
        assert_eq!(ask(hidden, "2025-03-01"), (CheckResult::NotChecked, "predicateUnrevealed"));
        let odd = json!({ "courseCode": "BSAFE", "completedOn": "yesterday" });
        assert_eq!(ask(odd, "2025-03-01"), (CheckResult::Fail, "predicateDate"));
        for odd in
            ["2025-3-1", " 2025-3-01", "+2025-03-01", "20250-3-01", "2025-02-30", "2025-03-01T00:00:00Z"]
        {
            let odd = json!({ "courseCode": "BSAFE", "completedOn": odd });
            assert_eq!(ask(odd.clone(), "2025-03-01"), (CheckResult::Fail, "predicateDate"), "{odd}");
        }
    }

    #[test]
    fn clearance_of_a_higher_level_is_enough_until_it_ends() {
        let predicate = Predicate::ClearedTo { level: ClearanceLevel::Confidential };
        let ask = |level: &str, day| {
            code(&predicate, &json!({ "clearanceLevel": level, "expiresOn": "2026-06-30" }), day)
        };
        assert_eq!(ask("strictly-confidential", "2026-06-30"), (CheckResult::Pass, "cleared"));
        assert_eq!(ask("confidential", "2026-07-01"), (CheckResult::Fail, "clearanceOver"));
        assert_eq!(ask("unclassified", "2026-06-30"), (CheckResult::Fail, "clearanceTooLow"));
        assert_eq!(ask("Confidential", "2026-06-30"), (CheckResult::Fail, "clearanceUnknown"));
    }

    #[test]
    fn staff_is_current_from_the_first_to_the_last_day() {
        let ask = |claims: Value, day| code(&Predicate::CurrentStaff {}, &claims, day);
        let term = json!({ "worksFor": {}, "startDate": "2026-01-01", "endDate": "2026-12-31" });
        assert_eq!(ask(term.clone(), "2026-12-31"), (CheckResult::Pass, "currentStaff"));
        assert_eq!(ask(term.clone(), "2027-01-01"), (CheckResult::Fail, "staffNoMore"));
        assert_eq!(ask(term, "2025-12-31"), (CheckResult::Fail, "staffNotYet"));
        assert_eq!(ask(json!({}), "2026-01-01"), (CheckResult::NotChecked, "predicateUnrevealed"));
    }
}
