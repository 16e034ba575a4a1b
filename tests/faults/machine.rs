//! What stands between a node and its machine: a slow disk, a small disk, a clock of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::network::Surroundings;

const SLOW_DISK: &str = include_str!("slow_disk.c");
const LIBFAKETIME: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];

/// A library that delays what a process writes; compiled here with the C compiler that Rust links with.
pub struct SlowDisk {
    library: PathBuf,
}

impl SlowDisk {
    pub fn build(folder: &Path) -> Result<Self> {
        let (source, library) = (folder.join("slow_disk.c"), folder.join("slow_disk.so"));
        std::fs::write(&source, SLOW_DISK)?;
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
        set_delay(node, 0)?;
        let environment = vec![
            ("LD_PRELOAD".to_owned(), self.library.display().to_string()),
            ("SLOW_DISK".to_owned(), node.join("delay").display().to_string()),
        ];
        Ok(Surroundings { environment, ..Surroundings::default() })
    }
}

/// Microseconds for each write and each sync. Written in place: the node has the file mapped.
pub fn set_delay(node: &Path, micros: u64) -> Result<()> {
    use std::io::Write as _;
    let path = node.join("delay");
    let mut file = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
    file.write_all(&micros.to_ne_bytes())?;
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
            std::thread::sleep(std::time::Duration::from_millis(50));
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

/// A clock that may be moved while the node runs. The product has no such switch; libfaketime stands before libc.
pub struct OwnClock;

impl OwnClock {
    pub fn around(node: &Path) -> Result<Surroundings> {
        set_clock(node, 0)?;
        let library = LIBFAKETIME.iter().find(|path| Path::new(path).exists());
        let library = library.context("libfaketime is missing: apt-get install faketime")?;
        let environment = [
            ("LD_PRELOAD", (*library).to_owned()),
            ("FAKETIME_TIMESTAMP_FILE", node.join("clock").display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            // Waiting takes as long as it takes; only the hour is wrong.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Surroundings { environment, ..Surroundings::default() })
    }
}

pub fn set_clock(node: &Path, seconds: i64) -> Result<()> {
    let (next, path) = (node.join("clock.next"), node.join("clock"));
    std::fs::write(&next, format!("{seconds:+}\n"))?;
    std::fs::rename(next, path)?;
    Ok(())
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("cannot run id")?;
    Ok(output.stdout.starts_with(b"0"))
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}
