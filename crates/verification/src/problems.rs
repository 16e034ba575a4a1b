//! Failed checks as the problem types that the W3C specifications publish, for callers of the VC API.

use wire::verifications::{Check, CheckName, CheckResult, ProblemDetail, Report};

use crate::finding::NOT_REACHED;

const DATA_MODEL: &str = "https://www.w3.org/TR/vc-data-model#";
const DATA_INTEGRITY: &str = "https://w3id.org/security#";
const STATUS_LIST: &str = "https://www.w3.org/ns/credentials/status-list#";

/// What made the report something else than valid: the causes. What was not looked at because of one of them
/// stands in the report; a problem type of its own would send its reader to the wrong place.
#[must_use]
pub fn problems(report: &Report) -> Vec<ProblemDetail> {
    let (follows, causes): (Vec<_>, Vec<_>) =
        report.checks.iter().filter(|check| is_problem(check)).partition(|check| check.code == NOT_REACHED);
    // A report that fails always says why.
    let told = if causes.is_empty() { follows } else { causes };
    told.into_iter().map(problem).collect()
}

fn is_problem(check: &Check) -> bool {
    match check.result {
        CheckResult::Pass => false,
        CheckResult::Fail => true,
        CheckResult::NotChecked => check.required,
    }
}

/// What a caller should know although it does not fail.
#[must_use]
pub fn warnings(report: &Report) -> Vec<ProblemDetail> {
    report.checks.iter().filter(|check| is_warning(check)).map(problem).collect()
}

/// An optional check that was not made; no published type says so (RFC 9457, 4.2.1).
fn is_warning(check: &Check) -> bool {
    check.result == CheckResult::NotChecked && !check.required
}

/// What cannot even be read.
#[must_use]
pub fn parsing(detail: &str) -> ProblemDetail {
    ProblemDetail {
        kind: format!("{DATA_MODEL}PARSING_ERROR"),
        title: "Parsing error".to_owned(),
        detail: detail.to_owned(),
        code: Some("unreadable".to_owned()),
    }
}

fn problem(check: &Check) -> ProblemDetail {
    let (base, name, title) =
        if is_warning(check) { ("about:blank", "", "Not checked") } else { kind(check) };
    let at = check.evidence.get("at").and_then(|at| at.as_str());
    let rule = check.evidence.get("detail").and_then(|detail| detail.as_str());
    let mut detail = check.sentence.clone();
    if let Some(rule) = rule {
        detail = format!("{detail} ({rule})");
    }
    if let Some(at) = at {
        detail = format!("{detail} At {at}.");
    }
    ProblemDetail {
        kind: format!("{base}{name}"),
        title: title.to_owned(),
        detail,
        code: Some(check.code.clone()),
    }
}

/// VC Data Model 2.0, 7.2; Data Integrity 1.0, 4.7; Bitstring Status List 1.0, 3.5.
fn kind(check: &Check) -> (&'static str, &'static str, &'static str) {
    let unchecked = check.result == CheckResult::NotChecked;
    match check.name {
        CheckName::Form => (DATA_MODEL, "MALFORMED_VALUE_ERROR", "Malformed value"),
        CheckName::Proof if check.code == "cryptosuite" => {
            (DATA_INTEGRITY, "PROOF_VERIFICATION_ERROR", "Unknown cryptosuite")
        }
        // Data Integrity 1.0, 4.5, step 4: a proof that another one builds on is not there.
        CheckName::Proof if check.code == "previousProof" => {
            (DATA_INTEGRITY, "PROOF_VERIFICATION_ERROR", "Missing previous proof")
        }
        CheckName::Proof => (DATA_MODEL, "CRYPTOGRAPHIC_SECURITY_ERROR", "Cryptographic security error"),
        CheckName::IssuerKey => {
            (DATA_INTEGRITY, "INVALID_VERIFICATION_METHOD", "Invalid verification method")
        }
        CheckName::HolderBinding => match check.code.as_str() {
            "challenge" | "nonce" => (DATA_INTEGRITY, "INVALID_CHALLENGE_ERROR", "Invalid challenge"),
            "domain" | "audience" => (DATA_INTEGRITY, "INVALID_DOMAIN_ERROR", "Invalid domain"),
            _ => (DATA_MODEL, "CRYPTOGRAPHIC_SECURITY_ERROR", "Cryptographic security error"),
        },
        CheckName::Validity => (DATA_MODEL, "MALFORMED_VALUE_ERROR", "Outside the validity period"),
        CheckName::Status if unchecked => {
            (STATUS_LIST, "STATUS_RETRIEVAL_ERROR", "Status could not be retrieved")
        }
        CheckName::Status => match check.code.as_str() {
            "revoked" | "suspended" => (STATUS_LIST, "STATUS_VERIFICATION_ERROR", "Revoked or suspended"),
            "statusIndex" => (DATA_MODEL, "RANGE_ERROR", "Range error"),
            "statusListLength" => (STATUS_LIST, "STATUS_LIST_LENGTH_ERROR", "Status list too short"),
            _ => (STATUS_LIST, "STATUS_VERIFICATION_ERROR", "Status could not be verified"),
        },
        CheckName::Schema | CheckName::Accreditation | CheckName::Policy => {
            (DATA_MODEL, "MALFORMED_VALUE_ERROR", "Not accepted")
        }
    }
}
