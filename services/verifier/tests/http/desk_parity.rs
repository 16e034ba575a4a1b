//! The desk page and the binary are given the same things and must say the same: outcome, every check by its code, what is
//! shown, and every sentence in six languages. What only the binary can check the page leaves open.

mod cases;
mod policies;
mod receipts;
mod secured;

use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::Timestamp;
use credential::{ControllerPolicy, Input};
use pack::{OpenError, Trust};
use serde_json::{Value, json};
use verification::{HandedOver, Language, Occasion, Subject, Words, predicate_name};
use wire::verifications::Report;

use self::cases::{Case, Scene};
use crate::node::open;

/// Where the page's modules are.
pub const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/desk");

/// What the page says of each case, in their order.
fn page(scene: &Scene, cases: &[Case], ed25519: bool) -> Vec<Value> {
    let packs = scene.packs.iter().map(|pack| {
        let file = json!({ "file": STANDARD.encode(&pack.file), "trusted": [pack.trusted.to_multikey()] });
        (pack.name.clone(), file)
    });
    let cases: Vec<_> = cases
        .iter()
        .map(|case| {
            let code =
                case.code.as_ref().map(|(nonce, audience)| json!({ "nonce": nonce, "audience": audience }));
            let receipt = case.receipt.as_ref().map(|receipt| serde_json::to_string(receipt).unwrap());
            let now = case.now.timestamp_millis();
            json!({ "pack": case.pack, "text": case.text, "code": code, "receipt": receipt, "now": now })
        })
        .collect();
    let input = json!({
        "modules": MODULES, "knowledge": verification::browser::knowledge(),
        "languages": Language::ALL.map(Language::code), "packs": serde_json::Map::from_iter(packs), "cases": cases, "ed25519": ed25519,
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parity.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/desk-parity.mjs");
    let done = Command::new("node").arg(script).arg(&file).stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success(), "tests/browser/desk-parity.mjs failed");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// What the binary says of one case.
async fn binary(scene: &Scene, case: &Case) -> Value {
    let held = scene.packs.iter().find(|pack| pack.name == case.pack).unwrap();
    scene.world.clock.set(case.now);
    let pack = match open(&scene.world, &held.file, &Trust::Signer(held.trusted)).await {
        Ok(pack) => pack,
        Err(error) => return json!({ "refused": why(&error) }),
    };
    let Ok(input) = Input::parse(&case.text) else { return json!({ "refused": "unreadable" }) };
    let given = HandedOver {
        subject: Subject::from(input),
        receipt: case.receipt.as_ref(),
        challenge: case.code.as_ref().map(|(nonce, _)| nonce.as_str()),
        domain: case.code.as_ref().map(|(_, audience)| audience.as_str()),
        controller: ControllerPolicy::Strict,
    };
    let occasion = Occasion { report_id: "r", now: case.now };
    let report = pack.verify(given, occasion).await.unwrap();
    told(&report, &pack.policy().title)
}

fn told(report: &Report, title: &str) -> Value {
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|check| json!([check.name.as_str(), check.result.as_str(), check.code, check.required]))
        .collect();
    let sentences = Language::ALL.map(|language| {
        let mut spoken = report.clone();
        Words(language).speak(&mut spoken, title);
        let checks = spoken.checks.into_iter().map(|check| check.sentence);
        let said = checks.chain(spoken.predicates.into_iter().map(|one| one.sentence));
        (language.code().to_owned(), std::iter::once(spoken.sentence).chain(said).collect::<Vec<_>>().into())
    });
    let predicates: Vec<_> = report
        .predicates
        .iter()
        .map(|one| json!([predicate_name(&one.predicate), one.result.as_str(), one.code, one.evidence]))
        .collect();
    json!({
        "outcome": report.outcome, "checks": checks, "predicates": predicates, "claims": report.claims,
        "issuer": report.credential.as_ref().and_then(|one| one.issuer_name.clone()),
        "sentences": serde_json::Map::from_iter(sentences),
    })
}

fn why(error: &OpenError) -> &'static str {
    match error {
        OpenError::TooOld { .. } => "tooOld",
        OpenError::OtherSigner => "otherSigner",
        OpenError::File(pack::PackError::Signature | pack::PackError::OtherContent) => "changed",
        _ => "form",
    }
}

#[actix_web::test]
async fn the_page_and_the_binary_say_the_same() {
    let scene = Scene::new().await;
    let cases = scene.cases().await;
    let page = page(&scene, &cases, true);
    assert_eq!(page.len(), cases.len());
    let mut differences = Vec::new();
    for (case, page) in cases.iter().zip(page) {
        let binary = binary(&scene, case).await;
        let agrees = match case.only_binary {
            // A member that the binary cannot read is one that the page does not know.
            false if case.expected == "form" => page == json!({ "refused": "policy" }),
            false => page == binary,
            // Nothing that the page cannot check is ever valid there.
            true => page["outcome"] == "undetermined",
        };
        if !agrees || binary["outcome"] != case.expected && binary["refused"] != case.expected {
            differences
                .push(format!("{}: expected {}\n page   {page}\n binary {binary}", case.name, case.expected));
        }
    }
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}

#[actix_web::test]
async fn a_browser_without_ed25519_leaves_such_signatures_open() {
    let scene = Scene::new().await;
    let mut cases = scene.cases().await;
    cases.retain(|case| ["good", "JCS, Ed25519", "JCS, P-256"].contains(&case.name.as_str()));
    assert_eq!(cases.len(), 3);
    for (case, page) in cases.iter().zip(page(&scene, &cases, false)) {
        let expected = if case.name == "JCS, Ed25519" { "undetermined" } else { "valid" };
        assert_eq!(page["outcome"], expected, "{}: {page}", case.name);
        if expected == "undetermined" {
            assert_eq!(page["checks"][1], json!(["proof", "notChecked", "onlyAtLocalDesk", true]));
        }
    }
}

/// Shifts a time by so many seconds.
fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time + chrono::Duration::seconds(seconds)
}
