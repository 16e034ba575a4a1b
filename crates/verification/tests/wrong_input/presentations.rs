//! Whoever presents it, for which request, and that nothing was changed.

use std::collections::BTreeMap;

use clock::Clock as _;
use serde_json::{Value, json};
use verification::{Occasion, Receipts, Request, Subject};
use wire::verifications::{CheckName, CheckResult, Outcome};
use wire::vp::VpToken;

use super::open::hand_over;
use super::world::Copy;
use super::{AUDIENCE, NONCE, answer, assert_fails, check, policy, report_on, scene};

#[tokio::test]
async fn wrong_nonce_and_wrong_audience_fail() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        for (nonce, audience) in [
            ("another nonce, of an earlier request", AUDIENCE),
            (NONCE, "decentralized_identifier:did:passerelle:other"),
        ] {
            let presentation = world.present(&holder, &copy, nonce, audience).await;
            let report = answer(&world, copy.query_id(), presentation, "staff-identity", None).await;
            assert_eq!(check(&report, CheckName::HolderBinding).result, CheckResult::Fail, "{report:#?}");
            assert_eq!(report.outcome, Outcome::Invalid);
        }
    }
}

#[tokio::test]
async fn presentation_by_somebody_else_fails() {
    let (world, undp, holder) = scene().await;
    let thief = world.holder();
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let report = report_on(&world, &thief, &copy, "staff-identity", None).await;
        assert_eq!(check(&report, CheckName::HolderBinding).result, CheckResult::Fail, "{report:#?}");
        assert_eq!(report.outcome, Outcome::Invalid);
    }
}

#[tokio::test]
async fn bare_credential_instead_of_a_presentation_fails() {
    let (world, undp, holder) = scene().await;
    for copy in world.issue(&undp, &holder, &world.staff(&undp)).await {
        let bare = match &copy {
            Copy::Json(value) => value.clone(),
            Copy::Compact(text) => Value::String(text.clone()),
        };
        let report = answer(&world, copy.query_id(), bare, "staff-identity", None).await;
        assert_eq!(report.outcome, Outcome::Invalid, "{report:#?}");
    }
}

#[tokio::test]
async fn tampered_credential_fails_and_nothing_is_fetched_for_it() {
    let (world, undp, holder) = scene().await;
    let [Copy::Json(mut json), Copy::Compact(text)] = world.issue(&undp, &holder, &world.staff(&undp)).await
    else {
        panic!("two formats");
    };
    json["credentialSubject"]["givenName"] = "Mallory".into();
    let disclosure = crate::world::base64url(br#"["salt-salt-salt-salt-sa","givenName","Mallory"]"#);
    let mut parts: Vec<_> = text.split('~').map(str::to_owned).collect();
    parts[1] = disclosure;
    for copy in [Copy::Json(json), Copy::Compact(parts.join("~"))] {
        let fetched = *world.web.fetched.lock().unwrap();
        let input = copy.input();
        let report = hand_over(&world, Subject::Credential(input), "open").await;
        assert_eq!(report.outcome, Outcome::Invalid, "{report:#?}");
        assert_eq!(check(&report, CheckName::Status).code, "notReached");
        let told = verification::problems::problems(&report);
        assert!(!told.is_empty() && told.iter().all(|told| told.code.as_deref() != Some("notReached")));
        assert!(report.claims.is_none(), "claims of a forgery are not repeated");
        assert_eq!(*world.web.fetched.lock().unwrap(), fetched);
    }
}

#[tokio::test]
async fn answer_must_be_what_was_asked_for() {
    let (world, undp, holder) = scene().await;
    let [json, compact] = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let good = world.present(&holder, &json, NONCE, AUDIENCE).await;
    let other = world.present(&holder, &compact, NONCE, AUDIENCE).await;
    let report = answer(&world, "staff_sd_jwt", good.clone(), "staff-identity", None).await;
    assert_fails(&report, CheckName::Policy, "otherFormat");
    let report = answer(&world, "unasked", good.clone(), "staff-identity", None).await;
    assert_fails(&report, CheckName::Policy, "notAskedFor");
    let token = VpToken(BTreeMap::from([("staff_ldp_vc".to_owned(), vec![good.clone(), good])]));
    let occasion = Occasion { report_id: "r", now: world.clock.now() };
    let request = Request { nonce: NONCE, audience: AUDIENCE };
    let report =
        world.verifier.answer(&policy("staff-identity"), request, &token, &Receipts::new(), occasion).await;
    assert_fails(&report, CheckName::Policy, "tooManyPresentations");
    let report = answer(&world, "entitlement_sd_jwt", other, "entitlement", None).await;
    assert_fails(&report, CheckName::Policy, "otherType");
}

#[tokio::test]
async fn hidden_claim_that_was_asked_for_fails() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let Copy::Compact(text) = &copy else { panic!("an SD-JWT") };
    let prepared = credential::sd_jwt::present(text, &[], NONCE, AUDIENCE, world.clock.now()).unwrap();
    let signature = holder.key.sign_now(&prepared.to_sign).unwrap();
    let report =
        answer(&world, "staff_sd_jwt", Value::String(prepared.finish(&signature)), "staff-identity", None)
            .await;
    assert_fails(&report, CheckName::Policy, "claimsMissing");
}

#[tokio::test]
async fn malformed_presentation_around_a_good_credential_fails() {
    let (world, undp, holder) = scene().await;
    let copy = world.issue_json(&undp, &holder, &world.staff(&undp)).await;
    let mut presentation = world.present(&holder, &copy, NONCE, AUDIENCE).await;
    presentation["holder"] = json!(7);
    let report = answer(&world, copy.query_id(), presentation, "staff-identity", None).await;
    assert_eq!(check(&report, CheckName::Form).result, CheckResult::Fail, "{report:#?}");
    assert_eq!(report.outcome, Outcome::Invalid);
}
