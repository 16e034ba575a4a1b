#![allow(clippy::unwrap_used)]
use serde_json::{Value, json};

use super::*;
use crate::Policies;

const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
const TRAINING: &str = "https://schemas.passerelle.example/v1#TrainingCompletion";

fn gate() -> Value {
    json!({
        "name": "gate", "title": "Main gate", "description": "Who may enter.",
        "purpose": "To let you into the building.", "purposeCode": "premises-access",
        "credentials": [
            { "type": STAFF, "claims": ["givenName", "familyName", "worksFor.name"] },
            { "type": TRAINING, "formats": ["dc+sd-jwt"], "claims": ["courseCode", "completedOn"] }
        ],
        "statusMaxAgeSeconds": 3600, "chainMaxAgeSeconds": 60, "neverAsk": ["birthDate"],
        "predicates": [{ "trained": { "course": "BSAFE", "withinDays": 365 } }],
        "claimsRetentionSeconds": 600
    })
}

fn compile(draft: Value) -> Result<Policy, Vec<PolicyFault>> {
    let draft: PolicyDraft = serde_json::from_str(&draft.to_string()).unwrap();
    Policy::of_draft(&draft, 1, Policies::embedded().unwrap().purposes())
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut draft = gate();
    change(&mut draft);
    compile(draft).unwrap_err().into_iter().map(|fault| (fault.path, fault.code)).collect()
}

#[test]
fn draft_becomes_a_policy_that_asks_for_one_format_of_each_credential() {
    let policy = compile(gate()).unwrap();
    let query = policy.query.as_ref().unwrap();
    query.validate().unwrap();
    let ids: Vec<_> = query.credentials.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["c0_dc_sd-jwt", "c0_ldp_vc", "c1_dc_sd-jwt"]);
    assert!(query.satisfied_by(&BTreeSet::from(["c0_ldp_vc", "c1_dc_sd-jwt"])));
    assert!(!query.satisfied_by(&BTreeSet::from(["c0_ldp_vc"])), "both credentials are needed");
    assert!(policy.requires(CheckName::Accreditation) && policy.requires(CheckName::HolderBinding));
    assert_eq!(
        policy.view().claims,
        ["givenName", "familyName", "worksFor.name", "courseCode", "completedOn"]
    );
}

#[test]
fn policy_is_the_same_after_it_was_stored() {
    let policy = compile(gate()).unwrap();
    let text = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
}

#[test]
fn claim_beyond_the_purpose_is_refused_with_its_path() {
    let faults = refused(|draft| {
        draft["credentials"][0]["claims"] = json!(["givenName", "gradeLevel"]);
    });
    assert_eq!(faults, [("/credentials/0/claims/1".to_owned(), "claimNotForPurpose".to_owned())]);
    let faults = refused(|draft| draft["credentials"][0]["claims"] = json!(["birthDate"]));
    assert_eq!(faults, [("/credentials/0/claims/0".to_owned(), "claimForbidden".to_owned())]);
}

#[test]
fn every_fault_is_told_at_once() {
    let faults = refused(|draft| {
        draft["name"] = json!("Main gate");
        draft["purpose"] = json!("safe\u{202e}");
        draft["statusMaxAgeSeconds"] = json!(1);
        draft["claimsRetentionSeconds"] = json!(2_592_001);
        draft["issuers"] = json!(["https://undp.example"]);
        draft["credentials"][1]["formats"] = json!(["mso_mdoc"]);
    });
    let paths: Vec<_> = faults.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/name",
            "/purpose",
            "/credentials/1/formats/0",
            "/issuers/0",
            "/statusMaxAgeSeconds",
            "/claimsRetentionSeconds"
        ]
    );
}

#[test]
fn each_rule_refuses_one_change() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str, &str); 11] = [
        (|draft| draft["purposeCode"] = json!("curiosity"), "/purposeCode", "purposeUnknown"),
        (|draft| draft["title"] = json!(" "), "/title", "text"),
        (|draft| draft["credentials"][1]["type"] = json!("x"), "/credentials/1/type", "typeNotForPurpose"),
        (|draft| draft["credentials"][0]["claims"] = json!([]), "/credentials/0/claims", "count"),
        (
            |draft| draft["credentials"][0]["claims"][1] = json!("givenName"),
            "/credentials/0/claims/1",
            "duplicate",
        ),
        (
            |draft| draft["credentials"][0]["claims"][0] = json!("a..b"),
            "/credentials/0/claims/0",
            "claimName",
        ),
        (|draft| draft["issuers"] = json!([]), "/issuers", "count"),
        (|draft| draft["chainMaxAgeSeconds"] = json!(1), "/chainMaxAgeSeconds", "range"),
        (|draft| draft["status"] = json!(false), "/statusMaxAgeSeconds", "withoutStatus"),
        (
            |draft| draft["validity"] = json!({ "maxSinceIssueSeconds": 60 }),
            "/validity/maxSinceIssueSeconds",
            "notAnchored",
        ),
        (
            |draft| draft["predicates"] = json!([{ "clearedTo": { "level": "confidential" } }]),
            "/predicates/0",
            "predicateUnanswerable",
        ),
    ];
    for (change, path, code) in cases {
        let faults = refused(change);
        assert!(faults.contains(&(path.to_owned(), code.to_owned())), "{path} {code}: {faults:?}");
    }
}

#[test]
fn listed_issuers_replace_the_accreditation() {
    let mut draft = gate();
    draft["issuers"] = json!(["did:key:z6Mkexample"]);
    let policy = compile(draft).unwrap();
    assert!(!policy.requires(CheckName::Accreditation));
    assert_eq!(policy.rules.issuers.as_deref(), Some(&["did:key:z6Mkexample".to_owned()][..]));
}
