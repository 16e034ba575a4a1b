//! Whether the wallet knew its person well enough for the policy, and whether that person acted themselves, by what the wallet says
//! of itself.
//!
//! What is below is refused, or left open so that somebody looks in another way: a PIN is no proof of anything wrong, nor is a
//! guardian.

use wire::amr::Methods;
use wire::policies::{BelowAssurance, HolderAssurance};
use wire::representative::{ByRepresentative, Representative};
use wire::verifications::{Check, CheckName, CheckResult, Report};

use crate::finding::Finding;
use crate::policy::Policy;
use crate::report;

/// What the wallet said: how it was opened, and as what somebody acted for its person.
pub(crate) type Told<'a> = (&'a Methods, Option<&'a Representative>);

/// Writes down what the wallet said, and lets the check `policy` fail or stay open where that is too little.
pub(crate) fn weigh(policy: &Policy, (methods, representative): Told<'_>, made: &mut Report) {
    if methods.words().is_empty() && representative.is_none() {
        return;
    }
    let opened = policy.rules.holder_assurance.as_ref().and_then(|wanted| finding(wanted, methods));
    let acted = representative.and_then(|_| policy.rules.representative.map(by_representative));
    for check in made.checks.iter_mut().filter(|check| check.name == CheckName::Policy) {
        if !methods.words().is_empty() {
            check.evidence.insert("walletOpenedBy".to_owned(), methods.words().into());
        }
        if let Some(representative) = representative {
            check.evidence.insert("representative".to_owned(), representative.as_str().into());
        }
        for finding in [&opened, &acted].into_iter().flatten() {
            worsen(check, finding);
        }
    }
    report::conclude(policy, made);
}

/// What is wrong already is not made any better by another reason.
fn worsen(check: &mut Check, finding: &Finding) {
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

fn by_representative(rule: ByRepresentative) -> Finding {
    match rule {
        ByRepresentative::Refuse => Finding::fail(
            "byRepresentative",
            "Somebody acted for the person, and the policy wants the person alone. The person can answer again in person.",
        ),
        ByRepresentative::AnotherWay => Finding::not_checked(
            "byRepresentativeLook",
            "Somebody acted for the person. The policy asks you to look whether they may do this for the person, for example at the \
             document that says so.",
        ),
    }
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
