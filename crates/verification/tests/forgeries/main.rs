//! Forgeries in the answer of a wallet: what an issuer or a holder would never sign, signed by hand, inside presentations that are
//! good otherwise. Each is one change to an input that is accepted, each names the check that must stop it. What is handed over
//! bare, in every format, is in `attacks.rs`.
//! The inputs are made here, by the keys of a small world, so that a change is one and nothing else. Run with
//! `--nocapture` for what the dearest of each family cost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../world/mod.rs"]
mod world;

mod by_hand;
mod cost;
mod jose;
mod jws;
mod presented;
mod resecured;
mod scene;
mod sd_jwt;
mod tampered;

use cost::Cost;
use credential::data_integrity::Suite;
use scene::{Attack, Scene};
use wire::verifications::{CheckName, CheckResult, Outcome, Report};

/// How many different attacks there are at least, over all formats.
const AT_LEAST: usize = 150;

#[tokio::test]
async fn no_forgery_verifies_and_the_expected_check_stops_each() {
    let scene = Scene::new().await;
    scene.accepts_what_is_untouched().await;
    let mut count = 0;
    let mut wrong = Vec::new();
    for (family, attacks) in [
        ("changed after it was secured, W3C", tampered::attacks(&scene).await),
        ("secured as it must not be, W3C", resecured::attacks(&scene).await),
        ("presentations, W3C", presented::attacks(&scene).await),
        ("SD-JWT VC and key binding", sd_jwt::attacks(&scene).await),
        ("JWS envelopes", jws::attacks(&scene).await),
    ] {
        let mut dearest = (Cost::default(), String::new());
        count += attacks.len();
        for attack in attacks {
            let Attack { name, format, stopped_by, presentation } = attack;
            let (report, cost) = cost::of(scene.answer(format, presentation)).await;
            let stopped = report
                .checks
                .iter()
                .any(|check| check.name == stopped_by && check.result == CheckResult::Fail && check.required);
            if report.outcome != Outcome::Invalid || !stopped {
                wrong.push(complaint(&format!("{family}: {name}"), stopped_by, &report));
            }
            cost.assert_bearable(&name);
            if cost.cpu > dearest.0.cpu {
                dearest = (cost, name);
            }
        }
        println!("{family}: dearest {} ({})", dearest.0, dearest.1);
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= AT_LEAST, "{count} attacks");
}

#[tokio::test]
async fn contexts_that_are_not_secured_change_nothing() {
    let scene = Scene::new().await;
    let untouched = scene.answer("ldp_vc", scene.shown(scene.staff(Suite::EddsaJcs2022).await).await).await;
    for (name, presentation) in tampered::without_effect(&scene).await {
        let report = scene.answer("ldp_vc", presentation).await;
        assert_eq!(report.outcome, Outcome::Valid, "{name}: {report:#?}");
        assert_eq!(report.claims, untouched.claims, "{name}");
        let types = |report: &Report| report.credential.as_ref().map(|it| it.types.clone());
        assert_eq!(types(&report), types(&untouched), "{name}");
    }
}

fn complaint(name: &str, stopped_by: CheckName, report: &Report) -> String {
    let failed = report.checks.iter().filter(|check| check.result == CheckResult::Fail);
    let failed: Vec<_> = failed.map(|check| format!("{:?}/{}", check.name, check.code)).collect();
    format!("{name}: {:?}, wanted {stopped_by:?}, has {failed:?}", report.outcome)
}
