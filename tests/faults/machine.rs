//! What stands between a node and its machine: a slow disk and a clock of its own, or a small disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::network::Surroundings;

const SOURCE: &str = include_str!("machine.c");

/// A library that slows a process's disk and moves its clock while it runs; compiled here with the C compiler that
/// Rust links with.
pub struct Shim {
    library: PathBuf,
}

/// How a node's machine differs from ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine {
    /// How much longer each sync takes, in microseconds.
    pub delay_micros: u64,
    /// By how much the clock is off.
    pub clock_seconds: i64,
}

impl Shim {
    pub fn build(folder: &Path) -> Result<Self> {
        let (source, library) = (folder.join("machine.c"), folder.join("machine.so"));
        std::fs::write(&source, SOURCE)?;
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()
            .context("cannot run cc")?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(Self { library })
    }

    pub fn around(&self, node: &Path) -> Result<Surroundings> {
        set(node, Machine::default())?;
        let environment = vec![
            ("LD_PRELOAD".to_owned(), self.library.display().to_string()),
            ("FAULTS_MACHINE".to_owned(), node.join("machine").display().to_string()),
        ];
        Ok(Surroundings { environment, ..Surroundings::default() })
    }
}

/// Takes effect at once: written in place, since the node has the file mapped.
pub fn set(node: &Path, machine: Machine) -> Result<()> {
    let path = node.join("machine");
    let mut file = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
    let numbers = [machine.delay_micros.to_ne_bytes(), machine.clock_seconds.to_ne_bytes()];
    file.write_all(numbers.as_flattened())?;
    Ok(())
}

/// A mount namespace that outlives the node's process, with a small file system where the node keeps its data.
pub struct SmallDisk {
    holder: Child,
    mount: PathBuf,
}

impl SmallDisk {
    pub fn mount(node: &Path, megabytes: u32) -> Result<Self> {
        let mount = node.join("data");
        let script = format!(
            "cp -a {mount} {before} && mount -t tmpfs -o size={megabytes}m tmpfs {mount} && \
             cp -a {before}/. {mount} && touch {ready} && exec sleep infinity",
            mount = quoted(&mount),
            before = quoted(&node.join("data.before")),
            ready = quoted(&node.join("mounted")),
        );
        let mut unshare = Command::new("unshare");
        unshare.arg("--mount");
        if !is_root()? {
            unshare.args(["--user", "--map-root-user"]);
        }
        let mut holder =
            unshare.args(["sh", "-c", &script]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        for _ in 0..100 {
            if node.join("mounted").exists() {
                return Ok(Self { holder, mount });
            }
            if holder.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = holder.kill();
        let said = holder.wait_with_output()?;
        bail!(
            "no file system of our own for the full disk: {}; this test needs root or user namespaces \
             (sysctl kernel.unprivileged_userns_clone=1)",
            String::from_utf8_lossy(&said.stderr).trim()
        )
    }

    pub fn around(&self) -> Result<Surroundings> {
        Ok(Surroundings { wrapper: self.enter()?, ..Surroundings::default() })
    }

    /// Leaves no byte free, also for what grows into blocks that were set aside.
    pub fn fill(&self) -> Result<()> {
        let filler = self.mount.join("filler");
        // Ends with "no space left on device", which is what we want.
        let status = self.run(&format!("cat /dev/zero > {} 2>/dev/null", quoted(&filler)))?;
        ensure!(!status.success(), "the disk did not fill up");
        Ok(())
    }

    pub fn free(&self) -> Result<()> {
        let status = self.run(&format!("rm -f {}", quoted(&self.mount.join("filler"))))?;
        ensure!(status.success(), "the filler could not be removed");
        Ok(())
    }

    fn run(&self, script: &str) -> Result<std::process::ExitStatus> {
        let words = self.enter()?;
        Ok(Command::new(&words[0]).args(&words[1..]).args(["sh", "-c", script]).status()?)
    }

    fn enter(&self) -> Result<Vec<String>> {
        let mut words =
            vec!["nsenter".to_owned(), format!("--target={}", self.holder.id()), "--mount".to_owned()];
        if !is_root()? {
            words.extend(["--user".to_owned(), "--preserve-credentials".to_owned()]);
        }
        words.push("--".to_owned());
        Ok(words)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("cannot run id")?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}
