//! Schemas that a member registered and anybody hands out: compiled and applied by every verifier.
#![no_main]

use std::sync::LazyLock;

use credential::ControllerPolicy;
use fuzz::bounds::bounded;
use fuzz::scene::{Scene, now};
use fuzz::world::{STAFF_SCHEMA, sha256};
use libfuzzer_sys::fuzz_target;
use registry_types::SchemaRecord;
use verification::{HandedOver, Occasion, Policies, Policy, Subject};
use wire::verifications::{CheckName, CheckResult};

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policies::embedded().expect("embedded policies").find("open").expect("the open policy").clone()
});

fuzz_target!(|data: &[u8]| {
    let Scene { world, credentials, .. } = &*SCENE;
    LazyLock::force(&POLICY);
    let record = SchemaRecord { digest: sha256(data), owner: "unsscb".into(), registered_ms: 0 };
    world.chain.change(|ledger| drop(ledger.schemas.insert(STAFF_SCHEMA.into(), record)));
    world.show(STAFF_SCHEMA, data.to_vec());
    for credential in credentials {
        let given = HandedOver {
            subject: Subject::Credential(credential.clone()),
            receipt: None,
            challenge: None,
            domain: None,
            controller: ControllerPolicy::Strict,
        };
        let occasion = Occasion { report_id: "r", now: SCENE.time() };
        let report = bounded(|| now(world.verifier.handed_over(&POLICY, given, occasion)));
        let schema = report.checks.iter().find(|check| check.name == CheckName::Schema);
        if schema.expect("a report has every check").result == CheckResult::Pass {
            let read: serde_json::Value = serde_json::from_slice(data).expect("what held was JSON");
            assert!(read.is_object() || read == true, "something that is no schema held");
        }
    }
});
