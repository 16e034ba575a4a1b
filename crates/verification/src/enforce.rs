//! A policy's own rules, applied to checks that passed by themselves: ages, dates, issuers.
//!
//! A rule only ever makes an answer worse. What is too old is no proof of anything wrong, so it leaves the check open.

use chrono::Duration;
use clock::Timestamp;
use credential::Outcome;
use serde_json::Value;
use wire::verifications::CheckName;

use crate::finding::{Finding, instant, plainly, rfc3339};
use crate::issue_time::IssueTime;
use crate::policy::{Policy, Rules};

/// Applies the rules of a policy to the findings on one authentic credential.
pub(crate) fn enforce(
    policy: &Policy,
    outcome: &Outcome,
    issued: &IssueTime,
    now: Timestamp,
    findings: &mut [(CheckName, Finding)],
) {
    let rules = &policy.rules;
    for (name, finding) in findings.iter_mut().filter(|(_, finding)| finding.passed()) {
        let worse = chain_too_old(rules, finding).or_else(|| match name {
            CheckName::Status => status_too_old(rules, finding),
            CheckName::Validity => window(rules, outcome, issued, now),
            CheckName::Policy => unlisted(rules, outcome),
            CheckName::Form
            | CheckName::Proof
            | CheckName::IssuerKey
            | CheckName::Accreditation
            | CheckName::Schema
            | CheckName::HolderBinding => None,
        });
        if let Some(worse) = worse {
            finding.evidence.extend(worse.evidence);
            (finding.result, finding.code, finding.sentence) = (worse.result, worse.code, worse.sentence);
        }
    }
}

fn seconds(finding: &Finding, name: &str) -> Option<u64> {
    finding.evidence.get(name).and_then(Value::as_u64)
}

fn chain_too_old(rules: &Rules, finding: &Finding) -> Option<Finding> {
    let longest = rules.chain_max_age_seconds?;
    let age = seconds(finding, "headerAgeSeconds")?;
    (age > u64::from(longest)).then(|| {
        Finding::not_checked(
            "registryTooOld",
            "This could not be checked because what is known of the registry is older than the policy allows.",
        )
        .with("longestAgeSeconds", longest)
    })
}

/// A list that the chain does not know has no proven age, which is as good as too old.
fn status_too_old(rules: &Rules, finding: &Finding) -> Option<Finding> {
    let longest = rules.status_max_age_seconds?;
    finding.evidence.get("statusList")?;
    let young = seconds(finding, "listAgeSeconds").is_some_and(|age| age <= u64::from(longest));
    (!young).then(|| {
        Finding::not_checked(
            "statusTooOld",
            "The status list is older than the policy allows, so a later revocation may be missing.",
        )
        .with("longestAgeSeconds", longest)
    })
}

fn window(rules: &Rules, outcome: &Outcome, issued: &IssueTime, now: Timestamp) -> Option<Finding> {
    if let Some(remaining) = rules.validity.min_remaining_seconds {
        let needed = now + Duration::seconds(i64::from(remaining));
        if outcome.valid_until.is_some_and(|until| until < needed) {
            return Some(
                Finding::fail("endsTooSoon", "The credential ends sooner than the policy allows.")
                    .with_time("neededUntil", needed),
            );
        }
    }
    let longest = rules.validity.max_since_issue_seconds?;
    // Only a receipt proves it; the check `policy` tells that there is none.
    let at = instant(issued.at_ms()?);
    (now - at > Duration::seconds(i64::from(longest))).then(|| {
        Finding::fail(
            "issuedTooLongAgo",
            format!("The credential was issued on {}, longer ago than the policy allows.", plainly(at)),
        )
        .with("issuedAt", rfc3339(at))
        .with("longestAgeSeconds", longest)
    })
}

fn unlisted(rules: &Rules, outcome: &Outcome) -> Option<Finding> {
    let listed = rules.issuers.as_ref()?;
    let issuer = outcome.issuer.as_deref().unwrap_or_default();
    (!listed.iter().any(|one| one == issuer)).then(|| {
        Finding::fail("issuerNotListed", "The policy accepts other issuers only.").with("issuer", issuer)
    })
}
