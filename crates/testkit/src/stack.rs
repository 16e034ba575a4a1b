//! The services as processes: started, killed, started again.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::Agent;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    Registry,
    Issuer,
    Wallet,
    Verifier,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Registry, Self::Issuer, Self::Wallet, Self::Verifier];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Issuer => "issuer",
            Self::Wallet => "wallet",
            Self::Verifier => "verifier",
        }
    }

    fn offset(self) -> u16 {
        match self {
            Self::Registry => 0,
            Self::Issuer => 1,
            Self::Wallet => 2,
            Self::Verifier => 3,
        }
    }
}

/// All services in one process, as `up` runs them, or each in its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Together,
    Apart,
}

#[derive(Clone, Debug)]
pub struct StackOptions {
    pub mode: Mode,
    /// PostgreSQL instead of SQLite files.
    pub database_url: Option<String>,
    /// Kept afterwards when given; a temporary folder otherwise.
    pub data: Option<PathBuf>,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self { mode: Mode::Together, database_url: None, data: None }
    }
}

/// A running set of services.
///
/// A test ends it with [`Stack::finish`]; dropped before that, it is killed and shows what it said.
pub struct Stack {
    mode: Mode,
    database_url: Option<String>,
    base_port: u16,
    data: PathBuf,
    logs: PathBuf,
    _temporary: Option<tempfile::TempDir>,
    /// By name of the process: `up`, or the services.
    running: Mutex<BTreeMap<&'static str, Child>>,
    agent: Agent,
}

const READY_WITHIN: Duration = Duration::from_secs(60);

impl Stack {
    /// Starts everything and waits until every service says that it is ready.
    pub async fn start(options: StackOptions) -> Result<Self> {
        let temporary = match &options.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("passerelle-test-").tempdir()?),
        };
        let root = match (&options.data, &temporary) {
            (Some(kept), _) => kept.clone(),
            (None, Some(folder)) => folder.path().to_owned(),
            (None, None) => bail!("no folder"),
        };
        let (data, logs) = (root.join("data"), root.join("logs"));
        std::fs::create_dir_all(&logs)?;
        let stack = Self {
            mode: options.mode,
            database_url: options.database_url,
            base_port: free_base_port(6)?,
            data,
            logs,
            _temporary: temporary,
            running: Mutex::default(),
            agent: Agent::new(),
        };
        // `up` prepares keys, configuration and the chain; the services apart continue from there.
        stack.spawn_up()?;
        for service in Service::ALL {
            stack.wait_ready(service).await?;
        }
        // Written last, when everything else is there.
        while stack.welcome().is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if stack.mode == Mode::Apart {
            stack.terminate("up").await?;
            for service in Service::ALL {
                stack.spawn(service)?;
                stack.wait_ready(service).await?;
            }
        }
        Ok(stack)
    }

    /// Services that an operator configured: `ROOT/data/config/NAME.toml`, each for its own process, on the four ports
    /// from `base_port`. Nothing is started yet.
    pub fn adopt(root: &Path, base_port: u16) -> Result<Self> {
        let (data, logs) = (root.join("data"), root.join("logs"));
        std::fs::create_dir_all(&logs)?;
        Ok(Self {
            mode: Mode::Apart,
            database_url: None,
            base_port,
            data,
            logs,
            _temporary: None,
            running: Mutex::default(),
            agent: Agent::new(),
        })
    }

    /// The service's address without a path, no slash at the end.
    #[must_use]
    pub fn url(&self, service: Service) -> String {
        let host = if service == Service::Wallet { "wallet.localhost" } else { "localhost" };
        format!("http://{host}:{}", self.base_port + service.offset())
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What `up` wrote for programs: one-time links, client credentials, DIDs.
    pub fn welcome(&self) -> Result<Value> {
        let path = self.data.join("welcome.json");
        let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// The process that serves `service`.
    #[must_use]
    pub fn pid(&self, service: Service) -> Option<u32> {
        // Named before the lock is taken: naming takes it too.
        let name = self.process_of(service);
        self.processes().get(name).map(Child::id)
    }

    /// SIGKILL, at once and without warning. Together, it takes all services along.
    pub fn kill(&self, service: Service) -> Result<()> {
        let name = self.process_of(service);
        let mut child = self.processes().remove(name).with_context(|| format!("{name} is not running"))?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Starts what [`Self::kill`] ended, and waits until it is ready.
    pub async fn restart(&self, service: Service) -> Result<()> {
        match self.mode {
            Mode::Together => {
                self.spawn_up()?;
                for each in Service::ALL {
                    self.wait_ready(each).await?;
                }
            }
            Mode::Apart => {
                self.spawn(service)?;
                self.wait_ready(service).await?;
            }
        }
        Ok(())
    }

    /// Asks a process to end and fails unless it does so cleanly.
    pub async fn terminate(&self, name: &'static str) -> Result<()> {
        let mut child = self.processes().remove(name).with_context(|| format!("{name} is not running"))?;
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
        if !asked.success() {
            bail!("cannot signal {name}");
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(status) = child.try_wait()? {
                if status.success() {
                    return Ok(());
                }
                bail!("{name} ended with {status}\n{}", self.tail(name));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        child.kill()?;
        child.wait()?;
        bail!("{name} did not end within 30 s of SIGTERM\n{}", self.tail(name))
    }

    /// Ends every process as an operator would, and fails unless each ends cleanly.
    pub async fn finish(self) -> Result<()> {
        let mut names: Vec<&'static str> = self.processes().keys().copied().collect();
        // The registry last, so that the others can still finish what they send to it.
        names.sort_by_key(|name| *name == Service::Registry.name());
        for name in names {
            self.terminate(name).await?;
        }
        Ok(())
    }

    /// Polls `/readyz`; a process that ends instead is an error with the end of its log.
    pub async fn wait_ready(&self, service: Service) -> Result<()> {
        let url = format!("{}/readyz", self.url(service));
        let name = self.process_of(service);
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            if let Ok(answer) = self.agent.get(&url).await
                && answer.status == 200
            {
                return Ok(());
            }
            let ended = self.processes().get_mut(name).map(Child::try_wait);
            if let Some(Ok(Some(status))) = ended {
                bail!("{name} ended with {status} before it was ready\n{}", self.tail(name));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("{} is not ready after {READY_WITHIN:?}\n{}", service.name(), self.tail(name))
    }

    /// The last lines a process wrote.
    #[must_use]
    pub fn tail(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.logs.join(format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(40);
        format!("--- last lines of {name} ---\n{}", lines.get(from..).unwrap_or_default().join("\n"))
    }

    /// Everything that every process wrote so far.
    #[must_use]
    pub fn logs(&self) -> String {
        let names = ["up"].into_iter().chain(Service::ALL.map(Service::name));
        names.filter_map(|name| std::fs::read_to_string(self.logs.join(format!("{name}.log"))).ok()).collect()
    }

    fn process_of(&self, service: Service) -> &'static str {
        if self.mode == Mode::Together || self.processes().contains_key("up") { "up" } else { service.name() }
    }

    fn spawn_up(&self) -> Result<()> {
        let port = self.base_port.to_string();
        let data = self.data.display().to_string();
        self.run("up", &["up", "--data", &data, "--base-port", &port])
    }

    /// Starts one service without waiting for it.
    pub fn spawn(&self, service: Service) -> Result<()> {
        let config = self.data.join("config").join(format!("{}.toml", service.name()));
        self.run(service.name(), &[service.name(), "--config", &config.display().to_string()])
    }

    fn run(&self, name: &'static str, arguments: &[&str]) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(self.logs.join(format!("{name}.log")))?;
        let mut command = Command::new(binary()?);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        command.env_remove("DATABASE_URL");
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        let child = command.spawn().with_context(|| format!("starting {name}"))?;
        self.processes().insert(name, child);
        Ok(())
    }

    fn processes(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stack {
    #[expect(clippy::print_stderr, reason = "a failing test shows what its services said")]
    fn drop(&mut self) {
        for (name, child) in self.processes().iter_mut() {
            let _ = child.kill();
            let _ = child.wait();
            eprintln!("{}", self.tail(name));
        }
    }
}

/// `PASSERELLE_BIN`, or the binary that was built beside the test.
pub fn binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("PASSERELLE_BIN") {
        return Ok(named.into());
    }
    let this = std::env::current_exe()?;
    let found =
        this.ancestors().skip(1).take(3).map(|folder| folder.join("passerelle")).find(|path| path.is_file());
    found.context("no passerelle binary beside the tests: build it or set PASSERELLE_BIN")
}

/// The first of `count` ports in a row that nobody listens on, below the range the system hands out by itself.
pub fn free_base_port(count: u16) -> Result<u16> {
    let (start, places) = (std::process::id() % 5000, 20_000 / u32::from(count));
    for step in 0..places {
        let base = 10_000 + u16::try_from((start + step) % places)? * count;
        let free = (base..base + count).all(|port| {
            TcpListener::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("::1", port)).is_ok()
        });
        if free {
            return Ok(base);
        }
    }
    bail!("no {count} free ports in a row between 10000 and 30000")
}
