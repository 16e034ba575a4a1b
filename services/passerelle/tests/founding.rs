//! From nothing to a network with the real program: keys, statements, a genesis, nodes that decide together, then a
//! further member and its node by votes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use outbound::{Outbound, OutboundPolicy};
use serde_json::Value;

/// What the program says, with the folder that it runs in.
struct Shell(tempfile::TempDir);

impl Shell {
    fn output(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerelle"));
        command.arg("registry").args(words).current_dir(self.0.path()).output().unwrap()
    }

    /// What it answers when all is well.
    fn run(&self, words: &[&str]) -> String {
        let output = self.output(words);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{words:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Why it refuses.
    fn refusal(&self, words: &[&str]) -> String {
        let output = self.output(words);
        assert!(!output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

/// What stands after a label on its line, or alone on its line.
fn after<'a>(text: &'a str, label: &str) -> &'a str {
    text.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap().trim()
}

fn hash_alone(text: &str) -> &str {
    let is_hash = |line: &&str| line.len() == 64 && line.chars().all(|c| c.is_ascii_hexdigit());
    text.lines().map(str::trim).find(is_hash).unwrap()
}

/// A node's names and places before it starts.
struct Planned {
    folder: String,
    key: String,
    address: String,
    http: String,
    listen: String,
}

impl Planned {
    fn make(shell: &Shell, index: usize, ports: &[u16]) -> Self {
        let folder = format!("node-{index}");
        let told = shell.run(&["node-keys", "--data", &folder]);
        assert_eq!(told, shell.run(&["node-keys", "--data", &folder]), "the keys stay");
        let listen = format!("/ip4/127.0.0.1/tcp/{}", ports[2 * index]);
        Self {
            key: after(&told, "validator public key").to_owned(),
            address: format!("{listen}/p2p/{}", after(&told, "peer id")),
            http: format!("127.0.0.1:{}", ports[2 * index + 1]),
            folder,
            listen,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    fn join(&self, shell: &Shell, genesis: [&str; 2], chain: &str, others: &[&Self]) -> String {
        let mut words = vec!["join", "--data", &self.folder, "--chain", chain];
        words.extend(genesis);
        words.extend(["--listen", &self.listen, "--http", &self.http]);
        let urls: Vec<_> = others.iter().map(|other| other.url()).collect();
        for (other, url) in others.iter().zip(&urls) {
            words.extend(["--peer", &other.address, "--neighbour", url]);
        }
        shell.run(&words)
    }

    fn start(&self, shell: &Shell) -> Running {
        let config = format!("{}/registry.toml", self.folder);
        let child = Command::new(env!("CARGO_BIN_EXE_passerelle"))
            .args(["registry", "start", "--config", &config])
            .current_dir(shell.0.path())
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .spawn();
        Running(child.unwrap())
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
        let url = format!("{}{path}", self.url()).parse().unwrap();
        let reply = Outbound::new(&policy).unwrap().get(&url, "", None).await.ok()?;
        (reply.status == 200).then(|| serde_json::from_slice(&reply.body).unwrap())
    }

    /// The newest header, once it is at this height.
    async fn until_height(&self, height: u64) -> Value {
        for _ in 0..300 {
            if let Some(head) = self.get("/v1/headers/latest").await
                && head["header"]["height"].as_u64().unwrap() >= height
            {
                return head;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not reach height {height}", self.folder);
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

fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

/// A governor's words before its change or vote.
fn acting<'a>(verb: &'a str, url: &'a str, id: &'a str, keys: &'a str) -> Vec<&'a str> {
    vec![verb, "--node", url, "--genesis", "genesis.json", "--id", id, "--keys", keys]
}

/// `undp` proposes through one node, `wfp` approves through another; the outcome as it is told.
fn decide(shell: &Shell, nodes: [&Planned; 2], change: &[&str]) -> String {
    let urls = nodes.map(Planned::url);
    let mut propose = acting("propose", &urls[0], "undp", "undp-keys");
    propose.extend(change);
    let told = shell.run(&propose);
    assert!(told.contains("open, with votes of undp;"), "{told}");
    let id = after(&told, "Proposal");
    let mut vote = acting("vote", &urls[1], "wfp", "wfp-keys");
    vote.push(id);
    shell.run(&vote)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_members_found_a_network_and_admit_a_third_with_its_node() {
    let shell = Shell(tempfile::tempdir().unwrap());
    let ports = free_ports(6);
    let nodes: Vec<_> = (0..3).map(|index| Planned::make(&shell, index, &ports)).collect();
    for (id, node) in [("undp", &nodes[0]), ("wfp", &nodes[1])] {
        let (keys, validator) = (format!("{id}-keys"), format!("{}={id}", node.key));
        let who = ["statement", "--network", "Trial", "--id", id, "--name", id, "--governor"];
        shell.run(&[&who[..], &["--validator", &validator, "--keys", &keys]].concat());
    }
    let told = shell.run(&["init", "wfp.json", "undp.json", "--notice-hours", "0"]);
    let chain = hash_alone(&told);
    assert!(shell.refusal(&["init", "wfp.json", "undp.json"]).contains("exists"), "never replaced");

    let others = |own: usize| -> Vec<&Planned> {
        nodes.iter().enumerate().filter(|(other, _)| *other != own).map(|(_, node)| node).collect()
    };
    for own in [0, 1] {
        let told = nodes[own].join(&shell, ["--genesis", "genesis.json"], chain, &others(own));
        assert!(told.contains("decides from the first block on"), "{told}");
        let again = nodes[own].join(&shell, ["--genesis", "genesis.json"], chain, &others(own));
        assert_eq!(told, again);
    }
    let mut running = vec![nodes[0].start(&shell), nodes[1].start(&shell)];
    nodes[0].until_height(1).await;

    // A third member, and its node with the genesis from another node.
    let who = ["statement", "--chain", chain, "--id", "unicc", "--name", "UN Computing Centre"];
    shell.run(&[&who[..], &["--keys", "unicc-keys"]].concat());
    let told = decide(&shell, [&nodes[0], &nodes[1]], &["admit", "unicc.json"]);
    assert!(told.contains("in effect since block"), "{told}");
    let url = nodes[0].url();
    let told = nodes[2].join(&shell, ["--node", &url], chain, &others(2));
    assert!(told.contains("follows the chain") && told.contains(&nodes[2].key), "{told}");
    running.push(nodes[2].start(&shell));
    nodes[2].until_height(2).await;
    let add = ["add-validator", &nodes[2].key, "--owner", "unicc", "--host", "UNICC"];
    let told = decide(&shell, [&nodes[0], &nodes[2]], &add);
    assert!(told.contains("in effect since block"), "{told}");

    // From then on all three are needed, and the third is heard through its own node.
    let height = nodes[0].until_height(1).await["header"]["height"].as_u64().unwrap();
    let remove = ["remove-validator", &nodes[1].key];
    let told = decide(&shell, [&nodes[2], &nodes[0]], &remove);
    assert!(told.contains("in effect since block"), "{told}");
    let head = nodes[2].get(&format!("/v1/headers/{}", height + 1)).await.unwrap();
    assert_eq!(head["certificate"]["signatures"].as_array().unwrap().len(), 3, "{head}");

    leave(&shell, &nodes[0], running.remove(0)).await;

    // An auditor replays what a node has on disk, also when the node was not stopped properly.
    drop(running);
    let told = shell.run(&["audit", "--data", &nodes[0].folder]);
    assert!(told.contains("Replayed from the genesis.") && told.contains("hashed again"), "{told}");
    let to = (height - 1).to_string();
    let told = shell.run(&["audit", "--data", "node-0/chain", "--genesis", "genesis.json", "--to", &to]);
    assert!(told.contains(&format!("Blocks 1 to {to} hold")), "{told}");
    assert!(shell.refusal(&["audit", "--data", "undp-keys"]).contains("not a node's folder"));
    assert!(shell.refusal(&["audit", "--data", "node-0", "--from", "100000"]).contains("no range"));
}

/// A member founds a network of its own that carries on the records, from a node that is stopped.
async fn leave(shell: &Shell, node: &Planned, mut running: Running) {
    let proof = node.get("/v1/records/org/undp?proof=true").await.unwrap();
    std::fs::write(shell.0.path().join("org.json"), proof.to_string()).unwrap();
    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    running.0.wait().unwrap();
    let told = shell.run(&["export", "--data", &node.folder, "--out", "export"]);
    let height = proof["proof"]["header"]["height"].as_u64().unwrap();
    let folder = format!("export/{height}");
    assert!(told.contains(&format!("{folder} holds")), "{told}");
    let heir = format!("{}=undp", node.key);
    let who = ["statement", "--network", "Heirs", "--id", "undp", "--name", "UNDP", "--governor"];
    shell.run(&[&who[..], &["--validator", &heir, "--keys", "heir-keys", "--out", "heir.json"]].concat());
    let init = ["init", "heir.json", "--from-export", &folder, "--out", "heirs.json"];
    let told = shell.run(&init);
    assert!(told.contains("are proven up to block") && told.contains("carries on the records"), "{told}");
    let told = shell.run(&["verify-proof", "org.json", "--genesis", "heirs.json"]);
    assert!(told.contains("which the genesis names as the last"), "{told}");

    // One byte more, and it is not that state.
    let chunk = shell.0.path().join(&folder).join("0");
    std::fs::write(&chunk, [std::fs::read(&chunk).unwrap(), vec![0]].concat()).unwrap();
    std::fs::remove_file(shell.0.path().join("heirs.json")).unwrap();
    assert!(shell.refusal(&init).contains("cannot be carried on"));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let shell = Shell(tempfile::tempdir().unwrap());
    let statement = |id: &str, network: &str, more: &[&str]| {
        let keys = format!("{id}-keys");
        let who = ["statement", "--network", network, "--id", id, "--name", id, "--keys", &keys];
        shell.run(&[&who[..], more].concat());
    };
    let told = shell.run(&["node-keys", "--data", "node"]);
    let validator = format!("{}=Here", after(&told, "validator public key"));
    statement("undp", "Trial", &["--governor", "--validator", &validator]);
    statement("wfp", "Other", &["--governor"]);
    let refused = shell.refusal(&["init", "undp.json", "wfp.json"]);
    assert!(refused.contains("wfp made its statement for another network"), "{refused}");
    statement("unicc", "Trial", &["--validator", &validator]);
    assert!(shell.refusal(&["init", "undp.json", "unicc.json"]).contains("validators"));

    // One letter of the name is not what was signed.
    let path = shell.0.path().join("undp.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(r#""name": "undp""#, r#""name": "undq""#)).unwrap();
    let refused = shell.refusal(&["init", "undp.json"]);
    assert!(refused.contains("undp.json does not hold"), "{refused}");
    std::fs::write(&path, text).unwrap();
    shell.run(&["init", "undp.json"]);

    // Another chain than the one that was asked for leaves nothing behind.
    let other = "0".repeat(64);
    let join = ["join", "--data", "new", "--genesis", "genesis.json", "--chain", &other];
    assert!(shell.refusal(&join).contains("not the one asked for"));
    assert!(!Path::new(shell.0.path()).join("new").exists());
    // A governor's key is never made in the place of one that is missing.
    let vote = acting("vote", "http://127.0.0.1:9", "undp", "no-keys");
    assert!(shell.refusal(&[&vote[..], &[&other]].concat()).contains("undp.govern"));
    assert!(!shell.0.path().join("no-keys").exists());
}
