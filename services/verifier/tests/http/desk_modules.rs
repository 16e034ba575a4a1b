//! The modules of the desk page by themselves, given what is odd (`tests/browser/desk-modules.mjs`), and policies,
//! which the page and the binary must both take or both refuse.

use std::process::Command;

use serde_json::{Value, json};
use verification::{Policies, Policy, browser};

use crate::desk_parity::MODULES;

/// The demonstration's policies, and these with one part that not every page decides.
fn policies() -> Vec<Policy> {
    let embedded: Vec<Policy> = Policies::embedded().unwrap().iter().cloned().collect();
    let staff = embedded.iter().find(|policy| policy.name == "staff-identity").unwrap();
    let changes: [fn(&mut Value); 11] = [
        |it| it["query"]["credentials"][0]["trusted_authorities"] = json!([{"type": "aki", "values": ["x"]}]),
        |it| it["query"]["credentials"][0]["format"] = json!("mso_mdoc"),
        |it| it["query"]["credentials"][0]["meta"]["doctype_value"] = json!("x"),
        |it| {
            it["query"]["credentials"][0]["claims"][0]["values"] =
                json!([9_007_199_254_740_991_u64, true, "x"])
        },
        |it| it["query"]["credentials"][0]["claims"][0]["values"] = json!([9_007_199_254_740_992_u64]),
        |it| it["query"]["credentials"][0]["claims"][0]["path"] = json!(["a", null, 4_294_967_295_u64]),
        |it| it["query"]["credentials"][0]["claims"][0]["path"] = json!(["a", 4_294_967_296_u64]),
        |it| it["rules"] = json!({"predicates": [{"trained": {"course": "BSAFE", "withinDays": u32::MAX}}]}),
        |it| it["rules"] = json!({"validity": {"minRemainingSeconds": 0, "maxSinceIssueSeconds": u32::MAX}}),
        |it| it["rules"] = json!({"issuers": [], "statusMaxAgeSeconds": 0, "chainMaxAgeSeconds": u32::MAX}),
        |it| it["required"] = json!(["form", "proof", "issuerKey", "validity", "policy"]),
    ];
    let changed = changes.map(|change| {
        let mut value = serde_json::to_value(staff).unwrap();
        change(&mut value);
        serde_json::from_value(value).unwrap()
    });
    embedded.iter().cloned().chain(changed).collect()
}

#[test]
fn the_pages_modules_pass_nothing_over_and_never_throw() {
    let policies = policies();
    let taken: Vec<_> = policies.iter().filter(|policy| browser::decides(policy).is_ok()).collect();
    let refused: Vec<_> = policies.iter().filter(|policy| browser::decides(policy).is_err()).collect();
    assert_eq!((taken.len(), refused.len()), (policies.len() - 5, 5));
    let input = json!({
        "modules": MODULES, "knowledge": browser::knowledge(), "policies": taken, "refused": refused,
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("modules.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/desk-modules.mjs");
    let done = Command::new("node").args(["--test", script]).env("DESK_MODULES", &file).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}
