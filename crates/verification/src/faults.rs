//! From the faults that the `credential` crate found to sentences a person at a desk understands.

use credential::{CheckName as Found, Fault, ISSUER_WITHOUT_DID};
use wire::verifications::CheckName;

use crate::finding::Finding;

/// The finding of a check for which only faults count: none is a pass.
#[must_use]
pub fn finding(check: CheckName, faults: &[Fault], pass: fn() -> Finding) -> Finding {
    let mut of_check = faults.iter().filter(|fault| name(fault.check) == check);
    let first = of_check.clone().find(|fault| !fault.unfinished).or_else(|| of_check.next());
    first.map_or_else(pass, |fault| of_fault(check, fault))
}

#[must_use]
pub fn of_fault(check: CheckName, fault: &Fault) -> Finding {
    let sentence = sentence(check, fault);
    let finding = if fault.unfinished {
        Finding::not_checked(fault.code, sentence)
    } else {
        Finding::fail(fault.code, sentence)
    };
    let finding =
        if fault.detail.is_empty() { finding } else { finding.with("detail", fault.detail.clone()) };
    match &fault.pointer {
        Some(pointer) => finding.with("at", pointer.clone()),
        None => finding,
    }
}

fn sentence(check: CheckName, fault: &Fault) -> &'static str {
    if fault.unfinished {
        return match check {
            _ if fault.code == ISSUER_WITHOUT_DID => {
                "The issuer's identifier does not say which keys are its own, so nobody knows whether it signed."
            }
            CheckName::IssuerKey => "The issuer's key could not be looked up at the moment.",
            CheckName::HolderBinding => {
                "The key of the person presenting it could not be looked up at the moment."
            }
            _ => "This could not be checked at the moment.",
        };
    }
    match fault.code {
        "expired" => "The credential has expired.",
        "notYetValid" => "The credential is not valid yet.",
        "proofExpired" => "The signature was made to last only until a time that has passed.",
        "challenge" | "nonce" => {
            "The answer was not made for this request; it may be a copy of an earlier one."
        }
        "domain" | "audience" => "The answer was made for somebody else.",
        "keyBindingTime" => "The answer was not made just now; it may be a copy of an earlier one.",
        "keyBindingMissing" => "The person did not sign the answer.",
        "notTheHolder" | "notBound" => "The credential was not issued to the person who presents it.",
        "proofPurpose" | "keyPurpose" => "The key was used for something it is not meant for.",
        "cryptosuite" | "jwtAlgorithm" => {
            "The credential is signed in a way that this verifier does not know."
        }
        "unknownContext" | "undefinedTerm" => {
            "The credential uses words whose meaning this verifier does not know."
        }
        "proofMissing" => "The credential is not signed.",
        _ => match check {
            CheckName::Form => "The credential is not written as the standard demands.",
            CheckName::Proof => {
                "The signature does not fit: the content was changed, or somebody else signed it."
            }
            CheckName::IssuerKey => "The key that signed does not belong to the issuer.",
            CheckName::Validity => "The dates of the credential do not hold.",
            CheckName::HolderBinding => {
                "The person presenting it could not show that the credential is theirs."
            }
            CheckName::Accreditation | CheckName::Schema | CheckName::Status | CheckName::Policy => {
                "The credential does not hold."
            }
        },
    }
}

fn name(found: Found) -> CheckName {
    match found {
        Found::Form => CheckName::Form,
        Found::Proof => CheckName::Proof,
        Found::IssuerKey => CheckName::IssuerKey,
        Found::Accreditation => CheckName::Accreditation,
        Found::Schema => CheckName::Schema,
        Found::Validity => CheckName::Validity,
        Found::Status => CheckName::Status,
        Found::HolderBinding => CheckName::HolderBinding,
        Found::Policy => CheckName::Policy,
    }
}
