//! Four validators of four organisations: folders, keys, one genesis, one process of the product's binary each.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::until;
use anyhow::{Context as _, Result, bail, ensure};
use clock::SeededEntropy;
use keys::{Algorithm, PublicKey, Signer as _, SoftwareKey};
use registry::setup::{self, Newcomer, OrganisationKeys};
use registry_types::{Genesis, Seats, address_of};
use tempfile::TempDir;
use testkit::{Agent, Answer};

use super::link::Link;

pub const SIZE: usize = 4;
const OPERATE_KEYS: usize = 2;
/// Longer than a catch-up takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// One organisation's keys, as its governance and its services would hold them.
pub struct Organisation {
    pub id: String,
    pub govern: SoftwareKey,
    pub did: Arc<SoftwareKey>,
    pub operate: Vec<Arc<SoftwareKey>>,
}

/// How a node's process is started: alone, or with something between it and the machine.
#[derive(Default)]
pub struct Surroundings {
    /// A program with arguments that starts the node.
    pub wrapper: Vec<String>,
    /// Another build of the node, instead of the product's binary.
    pub binary: Option<PathBuf>,
    pub environment: Vec<(String, String)>,
}

pub struct Node {
    pub index: usize,
    pub folder: PathBuf,
    pub url: String,
    pub surroundings: Surroundings,
    process: Mutex<Option<Child>>,
}

pub struct Network {
    pub genesis: Genesis,
    pub organisations: Vec<Organisation>,
    pub nodes: Vec<Node>,
    /// From the first to the second; whatever two nodes say to each other passes here.
    links: Vec<(usize, usize, Link)>,
    pub agent: Agent,
    _folder: TempDir,
}

impl Network {
    /// Writes everything down and starts nothing.
    pub async fn found(seed: u64) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("passerelle-faults-").tempdir()?;
        let organisations: Vec<_> = (0..SIZE).map(|index| Organisation::new(index, seed)).collect();
        let base = testkit::free_base_port(2 * SIZE as u16)?;
        let (http, p2p): (Vec<u16>, Vec<u16>) =
            (0..SIZE as u16).map(|i| (base + 2 * i, base + 2 * i + 1)).unzip();
        let mut nodes = Vec::new();
        for (index, http) in http.iter().enumerate() {
            let folder = folder.path().join(format!("node{index}"));
            std::fs::create_dir_all(folder.join("data"))?;
            let (url, process) = (format!("http://127.0.0.1:{http}"), Mutex::default());
            nodes.push(Node { index, folder, url, surroundings: Surroundings::default(), process });
        }
        let mut configs: Vec<registry::Config> = nodes
            .iter()
            .zip(&p2p)
            .map(|(node, port)| Ok(toml::from_str(&node.config(*port))?))
            .collect::<Result<_>>()?;
        let ids: Vec<String> =
            configs.iter().map(|config| Ok(registry::peer_id(&config.node)?)).collect::<Result<_>>()?;
        let genesis = genesis(&organisations, &configs).await?;
        let mut links = Vec::new();
        for (from, config) in configs.iter_mut().enumerate() {
            for to in (0..SIZE).filter(|&to| to != from) {
                let (votes, requests) = (Link::open(p2p[to]).await?, Link::open(http[to]).await?);
                config.node.peers.push(format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", votes.port, ids[to]));
                config.node.neighbours.push(format!("http://127.0.0.1:{}", requests.port).parse()?);
                links.extend([(from, to, votes), (from, to, requests)]);
            }
        }
        for (node, config) in nodes.iter().zip(&configs) {
            std::fs::write(node.folder.join("registry.toml"), toml::to_string(config)?)?;
            std::fs::write(node.folder.join("genesis.json"), serde_json::to_vec_pretty(&genesis)?)?;
        }
        Ok(Self { genesis, organisations, nodes, links, agent: Agent::new(), _folder: folder })
    }

    /// Puts something between each node and its machine, before the nodes start.
    pub fn surround(&mut self, mut with: impl FnMut(&Path) -> Result<Surroundings>) -> Result<()> {
        for node in &mut self.nodes {
            node.surroundings = with(&node.folder)?;
        }
        Ok(())
    }

    pub async fn start_all(&self) -> Result<()> {
        for node in &self.nodes {
            node.start()?;
        }
        for (index, node) in self.nodes.iter().enumerate() {
            let first =
                until("a first block", PATIENCE, async || Ok((self.height(index).await? > 0).then_some(())));
            first.await.with_context(|| node.tail())?;
        }
        Ok(())
    }

    /// What the other nodes call this validator.
    pub fn address(&self, node: usize) -> Option<String> {
        let own = self.genesis.members.get(node)?.statement.validators.first()?;
        Some(address_of(&own.public_key).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The height a node has decided.
    pub async fn height(&self, node: usize) -> Result<u64> {
        let answer = self.get(node, "/v1/headers/latest").await?.expect(200)?.json()?;
        answer.pointer("/header/height").and_then(serde_json::Value::as_u64).context("no height")
    }

    pub async fn get(&self, node: usize, path: &str) -> Result<Answer> {
        let asked = self.agent.get_as(
            format!("{}{path}", self.nodes[node].url),
            "application/octet-stream, application/json;q=0.5",
        );
        tokio::time::timeout(Duration::from_secs(10), asked).await.context("no answer in ten seconds")?
    }

    /// Cuts or heals what lies between the two sides.
    pub fn set_links(&self, side: &[usize], state: super::link::State) {
        for (from, to, link) in &self.links {
            if side.contains(from) != side.contains(to) {
                link.set(state);
            }
        }
    }

    /// Until these nodes together have decided `more` further blocks.
    pub async fn progress(&self, nodes: &[usize], more: u64) -> Result<()> {
        let mut from = Vec::new();
        for &node in nodes {
            from.push(self.height(node).await.unwrap_or(0));
        }
        let from = from.into_iter().max().unwrap_or(0);
        for &node in nodes {
            let what = format!("node {node} beyond height {from}");
            until(&what, PATIENCE, async || Ok((self.height(node).await? >= from + more).then_some(())))
                .await
                .with_context(|| self.nodes[node].tail())?;
        }
        Ok(())
    }

    /// A node answers, is well, and has what the others had when it was asked.
    pub async fn caught_up(&self, node: usize) -> Result<()> {
        let mut tip = 0;
        for other in (0..SIZE).filter(|&other| other != node) {
            tip = tip.max(self.height(other).await.unwrap_or(0));
        }
        let what = format!("node {node} at height {tip} and ready");
        until(&what, PATIENCE, async || {
            let (height, ready) = (self.height(node).await?, self.get(node, "/readyz").await?);
            ensure!(ready.status == 200, "height {height}, readiness {ready}");
            ensure!(height >= tip, "height {height} of {tip}");
            Ok(Some(()))
        })
        .await
        .with_context(|| self.nodes[node].tail())
    }
}

impl Node {
    pub fn start(&self) -> Result<()> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log"))?;
        let binary = match &self.surroundings.binary {
            Some(binary) => binary.clone(),
            None => testkit::binary()?,
        };
        let binary = binary.display().to_string();
        let config = self.folder.join("registry.toml").display().to_string();
        let mut words = self.surroundings.wrapper.clone();
        words.extend([binary, "registry".to_owned(), "--config".to_owned(), config]);
        let child = Command::new(&words[0])
            .args(&words[1..])
            .envs(self.surroundings.environment.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", words.join(" ")))?;
        if let Some(before) = self.process().replace(child) {
            bail!("node {} was started twice, process {}", self.index, before.id());
        }
        Ok(())
    }

    /// SIGKILL.
    pub fn kill(&self) -> Result<()> {
        if let Some(mut child) = self.process().take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// As an operator would end it: SIGTERM, and it closes its files.
    pub async fn terminate(&self) -> Result<()> {
        let Some(mut child) = self.process().take() else { return Ok(()) };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
        ensure!(asked.success(), "node {} cannot be signalled", self.index);
        let begun = std::time::Instant::now();
        while child.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                bail!("it did not end within {PATIENCE:?} of SIGTERM; {}", self.tail());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Whether its process ended by itself, and how.
    pub fn ended(&self) -> Result<Option<std::process::ExitStatus>> {
        let mut process = self.process();
        let Some(child) = process.as_mut() else { return Ok(None) };
        let status = child.try_wait()?;
        if status.is_some() {
            *process = None;
        }
        Ok(status)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The end of its log without the requests it answered, which fill it.
    pub fn tail(&self) -> String {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let told = text.lines().filter(|line| !line.contains("\"message\":\"answered\""));
        let mut lines: Vec<_> = told.rev().take(30).collect();
        lines.reverse();
        format!("the end of node {}'s log:\n{}", self.index, lines.join("\n"))
    }

    /// Bytes of the log so far, to look at what a round added.
    pub fn log_from(&self, start: usize) -> String {
        let bytes = std::fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()).into_owned()
    }

    fn config(&self, port: u16) -> String {
        let http = self.url.trim_start_matches("http://");
        format!(
            "[http]\nlisten = [\"{http}\"]\npublic_url = \"{}\"\nworkers = 1\n\n\
             [node]\ndata = {data:?}\ngenesis = {genesis:?}\nlisten = \"/ip4/127.0.0.1/tcp/{port}\"\n\
             outbound = {{ allow_http = true, allow_loopback = true }}\n\n\
             [keys]\ndirectory = {keys:?}\nsealing_key = {sealing:?}\n",
            self.url,
            data = self.data(),
            genesis = self.folder.join("genesis.json"),
            keys = self.folder.join("keys"),
            sealing = self.folder.join("keys/sealing.key"),
        )
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

impl Organisation {
    /// The same seed gives the same keys, so that a round can be repeated.
    fn new(index: usize, seed: u64) -> Self {
        let entropy = SeededEntropy::new(seed.wrapping_mul(SIZE as u64).wrapping_add(index as u64));
        let key = || SoftwareKey::generate(Algorithm::Ed25519, &entropy);
        let id = ["undp", "wfp", "unhcr", "unicef"][index].to_owned();
        Self {
            id,
            govern: key(),
            did: Arc::new(key()),
            operate: (0..OPERATE_KEYS).map(|_| Arc::new(key())).collect(),
        }
    }
}

async fn genesis(organisations: &[Organisation], configs: &[registry::Config]) -> Result<Genesis> {
    let keys: Vec<_> = organisations
        .iter()
        .map(|organisation| OrganisationKeys {
            govern: vec![*organisation.govern.public_key()],
            did: vec![*organisation.did.public_key()],
            operate: organisation.operate.iter().map(|key| *key.public_key()).collect(),
        })
        .collect();
    let mut members = Vec::new();
    for ((organisation, config), keys) in organisations.iter().zip(configs).zip(&keys) {
        members.push(Newcomer {
            id: &organisation.id,
            name: &organisation.id,
            seats: Seats { governor: true, validator: true, issuer: true },
            keys,
            govern: &organisation.govern,
            validators: vec![(registry::validator_public_key(&config.keys)?, organisation.id.clone())],
        });
    }
    let genesis = setup::genesis("Faults", testkit::unix_now() * 1_000, &members).await?;
    genesis.check()?;
    Ok(genesis)
}

pub fn raw(key: &PublicKey) -> Result<[u8; 32]> {
    match key {
        PublicKey::Ed25519(bytes) => Ok(*bytes),
        _ => bail!("registry keys are Ed25519 keys"),
    }
}
