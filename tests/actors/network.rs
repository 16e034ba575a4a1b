//! `deploy/four-organisations` as it is delivered, and the commands of its members.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Agent, binary, free_base_port};

use crate::until;

pub const MEMBERS: [&str; 4] = ["undp", "wfp", "unicef", "unjspf"];

/// A running network in a folder of its own.
pub struct Network {
    folder: tempfile::TempDir,
    base_port: u16,
    script: Option<Child>,
}

impl Network {
    pub async fn found() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("passerelle-network-").tempdir()?;
        let mut network = Self { folder, base_port: free_base_port(8)?, script: None };
        network.start().await?;
        Ok(network)
    }

    pub async fn start(&mut self) -> Result<()> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/four-organisations");
        let log = OpenOptions::new().create(true).append(true).open(self.path("script.log"))?;
        let child = Command::new(script)
            .arg(self.folder.path())
            .arg(self.base_port.to_string())
            .env("PASSERELLE", binary()?)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.script = Some(child);
        for member in MEMBERS {
            self.until_ready(member).await?;
        }
        Ok(())
    }

    /// Ends the script as Ctrl-C does, and with it the nodes.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut script) = self.script.take() else { return Ok(()) };
        ensure!(Command::new("kill").args(["-TERM", &script.id().to_string()]).status()?.success(), "kill");
        ensure!(script.wait()?.success(), "{}", self.logs());
        Ok(())
    }

    /// Starts nodes one by one, apart from the script, and waits until each is ready.
    pub async fn run(&self, members: &[&str]) -> Result<Vec<NodeProcess>> {
        let mut nodes = Vec::new();
        for member in members {
            let path = self.path(&format!("{member}.log"));
            let log = OpenOptions::new().create(true).append(true).open(path)?;
            nodes.push(NodeProcess(self.node_command(member)?.stdout(log.try_clone()?).stderr(log).spawn()?));
        }
        for member in members {
            self.until_ready(member).await?;
        }
        Ok(nodes)
    }

    /// What an operator types to start a founder's node.
    pub fn node_command(&self, member: &str) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command
            .args(["registry", "start", "--config", &format!("{member}/registry.toml")])
            .current_dir(self.folder.path())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null());
        Ok(command)
    }

    async fn until_ready(&self, member: &str) -> Result<()> {
        let url = format!("{}/readyz", self.node(member));
        until("a node", Duration::from_secs(60), async || {
            Ok(Agent::new().get(&url).await.is_ok_and(|answer| answer.status == 200).then_some(()))
        })
        .await
        .with_context(|| self.logs())
    }

    /// The newest height that a founder's node has decided.
    pub async fn height(&self, member: &str) -> Result<u64> {
        let url = format!("{}/v1/headers/latest", self.node(member));
        let head = Agent::new().get(url).await?.expect(200)?.json()?;
        head.pointer("/header/height").and_then(Value::as_u64).context("no height")
    }

    /// Creates a member's DID, or that of a service it runs, and says it.
    pub fn create_did(&self, member: &str, node: &str, more: &[&str]) -> Result<String> {
        let keys = format!("{member}-keys");
        let by = ["create-did", "--node", node, "--genesis", "genesis.json", "--id", member, "--keys", &keys];
        let told = self.registry(&[&by[..], more].concat())?;
        let did = told.lines().map(str::trim).find(|line| line.starts_with("did:"));
        Ok(did.context(told.clone())?.to_owned())
    }

    pub fn finish(mut self) -> Result<()> {
        self.stop()
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// The HTTP side of a founder's node.
    pub fn node(&self, member: &str) -> String {
        let index = MEMBERS.iter().position(|known| *known == member).unwrap_or_default();
        format!("http://127.0.0.1:{}", usize::from(self.base_port) + index)
    }

    pub fn nodes(&self) -> Vec<String> {
        MEMBERS.iter().map(|member| self.node(member)).collect()
    }

    /// Where the nodes reach each other, with their peer ids.
    pub fn peers(&self) -> Result<Vec<String>> {
        let address = |(index, member): (usize, &&str)| {
            let port = usize::from(self.base_port) + 4 + index;
            Ok(format!("/ip4/127.0.0.1/tcp/{port}/p2p/{}", self.node_keys(member)?.1))
        };
        MEMBERS.iter().enumerate().map(address).collect()
    }

    /// `passerelle registry …` in the network's folder, and what it says when all is well.
    pub fn registry(&self, words: &[&str]) -> Result<String> {
        self.passerelle(&[&["registry"], words].concat())
    }

    pub fn passerelle(&self, words: &[&str]) -> Result<String> {
        let output = Command::new(binary()?)
            .args(words)
            .current_dir(self.folder.path())
            .env("RUST_LOG", "warn")
            .env_remove("DATABASE_URL")
            .output()?;
        let told = String::from_utf8(output.stdout)?;
        ensure!(
            output.status.success(),
            "{words:?}: {told}{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.logs()
        );
        Ok(told)
    }

    /// A member's act through a node; the founders each have their own.
    pub fn act(&self, member: &str, verb: &str, words: &[&str]) -> Result<String> {
        let (node, keys) = (self.node(member), format!("{member}-keys"));
        let by = ["--node", &node, "--genesis", "genesis.json", "--id", member, "--keys", &keys];
        self.registry(&[&[verb], &by[..], words].concat())
    }

    /// UNDP proposes, two more of the four approve.
    pub fn decide(&self, change: &[&str]) -> Result<()> {
        let told = self.act("undp", "propose", change)?;
        let proposal = after(&told, "Proposal")?;
        for voter in ["wfp", "unicef"] {
            let told = self.act(voter, "vote", &[proposal])?;
            if voter == "unicef" {
                ensure!(told.contains("in effect since block"), "{change:?}: {told}");
            }
        }
        Ok(())
    }

    pub async fn admit(&self, member: &str) -> Result<()> {
        let (chain, keys) = (self.chain()?, format!("{member}-keys"));
        let who = ["statement", "--chain", &chain, "--id", member, "--name", "UNESCO", "--issuer"];
        self.registry(&[&who[..], &["--keys", &keys]].concat())?;
        self.decide(&["admit", &format!("{member}.json")])
    }

    pub fn chain(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.path("chain.txt"))?.trim().to_owned())
    }

    pub fn validator_key(&self, member: &str) -> Result<String> {
        Ok(self.node_keys(member)?.0)
    }

    /// Public key and peer id of the node in the folder that bears the member's name.
    pub fn node_keys(&self, member: &str) -> Result<(String, String)> {
        let told = self.registry(&["node-keys", "--data", member])?;
        Ok((after(&told, "validator public key")?.to_owned(), after(&told, "peer id")?.to_owned()))
    }

    /// An operator puts the keys that lie in another folder into a node's configuration.
    pub fn use_keys(&self, member: &str, folder: &str) -> Result<()> {
        let keys = self.path(&format!("{folder}/keys"));
        self.configure(member, |config| {
            let table = config.get_mut("keys").and_then(toml::Value::as_table_mut).context("no keys")?;
            table.insert("sealing_key".to_owned(), keys.join("sealing.key").display().to_string().into());
            table.insert("directory".to_owned(), keys.display().to_string().into());
            Ok(())
        })
    }

    /// The operators put another address in the place of a peer's.
    pub fn replace_peer(&self, old: &str, new: &str) -> Result<()> {
        for member in MEMBERS {
            self.configure(member, |config| {
                for peer in peers_of(config)?.iter_mut().filter(|peer| peer.as_str() == Some(old)) {
                    *peer = new.into();
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn configure(&self, member: &str, change: impl Fn(&mut toml::Table) -> Result<()>) -> Result<()> {
        let path = self.path(&format!("{member}/registry.toml"));
        let mut config = toml::from_str(&std::fs::read_to_string(&path)?)?;
        change(&mut config)?;
        Ok(std::fs::write(&path, toml::to_string(&config)?)?)
    }

    /// The operators add a peer to their configurations, and restart.
    pub async fn add_peer(&mut self, address: &str) -> Result<()> {
        self.stop()?;
        for member in MEMBERS {
            self.configure(member, |config| {
                peers_of(config)?.push(address.into());
                Ok(())
            })?;
        }
        self.start().await
    }

    pub fn logs(&self) -> String {
        let names = ["script"].into_iter().chain(MEMBERS);
        let tail = |name: &str| {
            let text = std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default();
            let lines: Vec<_> = text.lines().rev().take(10).collect();
            format!("--- {name} ---\n{}\n", lines.into_iter().rev().collect::<Vec<_>>().join("\n"))
        };
        names.map(tail).collect()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// A node that was started by itself; killed when dropped.
pub struct NodeProcess(Child);

impl NodeProcess {
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// A clean end.
    pub fn stop(mut self) -> Result<()> {
        ensure!(Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status()?.success(), "kill");
        ensure!(self.0.wait()?.success(), "the node did not end cleanly");
        Ok(())
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn peers_of(config: &mut toml::Table) -> Result<&mut Vec<toml::Value>> {
    let peers = config.get_mut("node").and_then(|node| node.get_mut("peers"));
    peers.and_then(toml::Value::as_array_mut).context("no peers")
}

/// What stands after a label on its line.
fn after<'a>(text: &'a str, label: &str) -> Result<&'a str> {
    let found = text.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
    found.with_context(|| format!("no {label} in: {text}"))
}
