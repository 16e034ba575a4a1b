//! Whether the wallet knew its person well enough for the policy, by what the wallet says of itself.
//!
//! What is below is refused, or left open so that somebody looks in another way: a PIN is no proof of anything wrong.

use wire::amr::Methods;
use wire::policies::{BelowAssurance, HolderAssurance};
use wire::verifications::{CheckName, CheckResult, Report};

use crate::finding::Finding;
use crate::policy::Policy;
use crate::report;

/// Writes down what the wallet said, and lets the check `policy` fail or stay open where that is too little.
pub(crate) fn weigh(policy: &Policy, told: &Methods, made: &mut Report) {
    if told.words().is_empty() {
        return;
    }
    let finding = policy.rules.holder_assurance.as_ref().and_then(|wanted| finding(wanted, told));
    for check in made.checks.iter_mut().filter(|check| check.name == CheckName::Policy) {
        check.evidence.insert("walletOpenedBy".to_owned(), told.words().into());
        let Some(finding) = &finding else { continue };
        // What is wrong already is not made any better by another reason.
        let worse = match check.result {
            CheckResult::Fail => false,
            CheckResult::NotChecked => finding.result == CheckResult::Fail,
            CheckResult::Pass => true,
        };
        if worse {
            check.result = finding.result;
            finding.code.clone_into(&mut check.code);
            check.sentence.clone_from(&finding.sentence);
        }
    }
    report::conclude(policy, made);
}

fn finding(wanted: &HolderAssurance, told: &Methods) -> Option<Finding> {
    if !told.is_below_passkey() {
        return None;
    }
    Some(match wanted.below {
        BelowAssurance::Refuse => Finding::fail(
            "openedByLess",
            "The wallet was opened with a PIN, and the policy wants a passkey. The person can open it with a passkey and answer \
             again.",
        ),
        BelowAssurance::AnotherWay => Finding::not_checked(
            "openedByLessLook",
            "The wallet was opened with a PIN only. The policy asks you to make sure in another way that it is this person, for \
             example by a document.",
        ),
    })
}
