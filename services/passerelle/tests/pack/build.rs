//! `pack build` asks running services; what it wrote is used when they are gone.

use serde_json::Value;
use testkit::{Service, Stack, StackOptions};

use crate::scene::Shell;

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_of_running_services_checks_when_they_are_gone() {
    let shell = Shell::new();
    // Beside the packs, so that the configuration outlives the services.
    let options = StackOptions { data: Some(shell.path("services")), ..StackOptions::default() };
    let stack = Stack::start(options).await.unwrap();
    let config = stack.data().join("config/verifier.toml").display().to_string();
    let build = |policy: &str, output: &str| {
        shell.told(&["pack", "build", "--config", &config, "--policy", policy, "--output", output])
    };
    let (code, told) = build("staff-identity", "staff.pack");
    assert!(code == 0 && told.starts_with("staff.pack ("), "{told}");
    let (code, told) = build("no-such-policy", "none.pack");
    assert!(code == 1 && told.contains("there is no policy no-such-policy"), "{told}");
    assert!(!shell.path("none.pack").exists());
    let address = format!("{}/sandbox/samples/good", stack.url(Service::Verifier));
    let sample: Value =
        serde_json::from_str(&testkit::Agent::new().get(address).await.unwrap().text()).unwrap();
    shell.write("good", sample["credential"].to_string());
    shell.write("genesis.json", std::fs::read(stack.data().join("genesis.json")).unwrap());
    stack.finish().await.unwrap();

    let (code, told) = build("staff-identity", "late.pack");
    assert!(code == 1 && told.contains("did not answer") && !shell.path("late.pack").exists(), "{told}");
    shell.run(&["pack", "show", "staff.pack", "--genesis", "genesis.json"]);
    // Really signed, but by nobody whom the chain accredits.
    let verify = ["verify", "--pack", "staff.pack", "--genesis", "genesis.json", "--input", "good"];
    let (code, told) = shell.told(&verify);
    assert!(code == 1 && told.contains("FAILED  accreditation"), "{code} {told}");
}
