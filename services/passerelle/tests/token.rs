//! Keys in a PKCS#11 token with the real program: a validator, a member and an issuer's DID that have no key file.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use outbound::{Outbound, OutboundPolicy};
use serde_json::Value;
use testkit::SoftHsm;

/// What the program says, with the folder it runs in and the tokens it finds.
struct Shell {
    folder: tempfile::TempDir,
    hsm: SoftHsm,
}

impl Shell {
    /// With a token, and `token.toml` that names it.
    fn new() -> Self {
        let (folder, hsm) = (tempfile::tempdir().unwrap(), SoftHsm::create().unwrap());
        let pin = hsm.token("member", "4711-geheim").unwrap();
        let module = SoftHsm::module().unwrap();
        let text = format!("module = {module:?}\ntoken = \"member\"\npin_file = {pin:?}\n");
        fs::write(folder.path().join("token.toml"), text).unwrap();
        Self { folder, hsm }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerelle"));
        let (name, value) = self.hsm.environment();
        command.args(words).current_dir(self.folder.path()).env(name, value).env("RUST_LOG", "warn");
        command
    }

    fn output(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// What it answers when all is well.
    fn run(&self, words: &[&str]) -> String {
        let output = self.output(words);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "{words:?}: {}: {text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        text
    }

    /// Why it refuses.
    fn refusal(&self, words: &[&str]) -> String {
        let output = self.output(words);
        assert!(!output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    fn key_files(&self, folder: &str) -> Vec<String> {
        let names = fs::read_dir(self.folder.path().join(folder)).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // `sealing.key` opens the files of an earlier time; it signs nothing.
        let is_key = |name: &String| Path::new(name).extension().is_some_and(|it| it == "key");
        names.filter(|name| is_key(name) && name != "sealing.key").collect()
    }
}

/// Ends with the test, whatever its outcome.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What stands after a label on its line.
fn after<'a>(text: &'a str, label: &str) -> &'a str {
    text.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap().trim()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn get(url: &str) -> Option<Value> {
    let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
    let reply = Outbound::new(&policy).unwrap().get(&url.parse().unwrap(), "", None).await.ok()?;
    (reply.status == 200).then(|| serde_json::from_slice(&reply.body).unwrap())
}

fn assert_no_core_dump(pid: u32) {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
}

/// The fragments of the keys that the document of a DID lists now, in order.
async fn listed(node: &str, did: &str) -> Vec<String> {
    let answer = get(&format!("{node}/v1/records/did/{did}")).await.unwrap();
    let versions = answer["value"]["versions"].as_array().unwrap();
    let keys = versions.last().unwrap()["keys"].as_array().unwrap();
    keys.iter().map(|key| key["fragment"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_founded_and_keys_are_rotated_without_a_key_file() {
    let shell = Shell::new();
    let in_token = ["--pkcs11", "token.toml"];
    let node_keys = [&["registry", "node-keys", "--data", "node"][..], &in_token].concat();
    let told = shell.run(&node_keys);
    assert_eq!(told, shell.run(&node_keys), "another process finds the same key");
    let validator = format!("{}=undp", after(&told, "validator public key"));
    let member = ["--id", "undp", "--keys", "member-keys"];
    let statement =
        ["registry", "statement", "--network", "Trial", "--name", "UNDP", "--governor", "--issuer"];
    let told = shell.run(&[&statement[..], &member, &["--validator", &validator], &in_token].concat());
    assert!(told.contains("the token \"member\""), "{told}");
    let told = shell.run(&["registry", "init", "undp.json", "--notice-hours", "0"]);
    let chain = told.lines().map(str::trim).find(|line| line.len() == 64).unwrap();
    let http = format!("127.0.0.1:{}", free_port());
    let listen = format!("/ip4/127.0.0.1/tcp/{}", free_port());
    let join = ["registry", "join", "--data", "node", "--genesis", "genesis.json", "--chain", chain];
    shell.run(&[&join[..], &["--listen", &listen, "--http", &http], &in_token].concat());
    let config = fs::read_to_string(shell.folder.path().join("node/registry.toml")).unwrap();
    assert!(config.contains("[keys.pkcs11]") && !config.contains("4711"), "{config}");

    let mut start = shell.command(&["registry", "start", "--config", "node/registry.toml"]);
    let running = Running(start.stdout(Stdio::null()).spawn().unwrap());
    let node = format!("http://{http}");
    for _ in 0..300 {
        if get(&format!("{node}/v1/headers/latest")).await.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_no_core_dump(running.0.id());

    // The first block was signed in the token; so is what the member sends.
    let acting = ["--node", &node, "--genesis", "genesis.json"];
    let run = |verb: &str, more: &[&str]| {
        shell.run(&[&["registry", verb][..], &acting, &member, &in_token, more].concat())
    };
    let refusal = |verb: &str, more: &[&str]| {
        shell.refusal(&[&["registry", verb][..], &acting, &member, &in_token, more].concat())
    };
    let told = run("create-did", &[]);
    let did = told.lines().map(str::trim).find(|line| line.starts_with("did:passerelle:")).unwrap();
    assert_eq!(listed(&node, did).await, ["key-ed25519-1", "key-p256-1"]);

    // Planned: both are listed, the newer one last, until the old one is retired.
    assert!(refusal("retire-key", &[did, "key-ed25519-1"]).contains("the newest key of its kind"));
    let told = run("rotate-key", &[did, "key-ed25519-1", "--overlap"]);
    assert!(told.contains("has #key-ed25519-2 beside it"), "{told}");
    assert_eq!(listed(&node, did).await, ["key-ed25519-1", "key-p256-1", "key-ed25519-2"]);
    assert!(refusal("rotate-key", &[did, "key-ed25519-1", "--overlap"]).contains("has #key-ed25519-2"));
    run("retire-key", &[did, "key-ed25519-1"]);
    assert_eq!(listed(&node, did).await, ["key-p256-1", "key-ed25519-2"]);

    // Stolen: marked in every version that lists it, and gone from the newest.
    assert!(
        refusal("rotate-key", &[did, "key-p256-1", "--overlap", "--compromised"]).contains("cannot be used")
    );
    let told = run("rotate-key", &[did, "key-p256-1", "--compromised"]);
    assert!(told.contains("is marked as compromised") && told.contains("reissue-plan"), "{told}");
    assert_eq!(listed(&node, did).await, ["key-ed25519-2", "key-p256-2"]);

    let told = run("rotate-key", &[did, "key-ed25519-1", "--compromised"]);
    assert!(told.contains("which was retired before"), "{told}");
    assert_eq!(listed(&node, did).await, ["key-ed25519-2", "key-p256-2"]);

    let told = shell.run(&["keys", "token", "token.toml"]);
    for label in ["validator", "undp.govern", "undp.did", "undp.operate-issuer", "undp.key-p256-2"] {
        let line = told.lines().find(|line| line.trim().starts_with(label)).unwrap();
        assert!(line.contains(" z6Mk") || line.contains(" zDn"), "{line}");
    }
    assert!(shell.key_files("member-keys").is_empty() && shell.key_files("node/keys").is_empty());
}

#[test]
fn a_token_that_is_not_there_is_told_and_no_key_is_made_elsewhere() {
    let shell = Shell::new();
    let path = shell.folder.path().join("token.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"member\"", "\"other\"")).unwrap();
    let told = shell.refusal(&["registry", "node-keys", "--data", "node", "--pkcs11", "token.toml"]);
    assert!(told.contains("\"other\"") && told.contains("\"member\""), "{told}");
    assert!(shell.key_files("node/keys").is_empty());
    fs::write(&path, text.replace("pin_file", "pin")).unwrap();
    let told = shell.refusal(&["keys", "token", "token.toml"]);
    assert!(told.contains("unknown field `pin`"), "{told}");
}
