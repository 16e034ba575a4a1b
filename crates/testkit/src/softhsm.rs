//! A PKCS#11 module with tokens in a folder: SoftHSM 2, as Debian packages it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use tempfile::TempDir;

/// What SoftHSM reads to find its tokens, when the process starts to use it.
const CONFIGURATION: &str = "SOFTHSM2_CONF";
const NEEDED: &str = "the package softhsm2 is needed (tests/run --only tools installs it)";

/// Tokens of their own, gone with this value.
pub struct SoftHsm {
    folder: PathBuf,
    /// Nothing when the folder belongs to the test that started this process.
    _made: Option<TempDir>,
}

impl SoftHsm {
    /// No token yet.
    pub fn create() -> Result<Self> {
        let made = tempfile::Builder::new().prefix("softhsm-").tempdir()?;
        let hsm = Self { folder: made.path().to_owned(), _made: Some(made) };
        fs::create_dir(hsm.tokens())?;
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
            hsm.tokens().display()
        );
        fs::write(hsm.configuration(), text)?;
        Ok(hsm)
    }

    /// Runs a test again in a process of its own, in which SoftHSM finds the tokens of this value: a process has the
    /// module once, and learns where the tokens are from its environment. There, and only there, it is returned.
    pub fn alone(test: &str) -> Result<Option<Self>> {
        if let Some(configuration) = std::env::var_os(CONFIGURATION) {
            let folder = Path::new(&configuration).parent().context("no folder")?.to_owned();
            return Ok(Some(Self { folder, _made: None }));
        }
        let hsm = Self::create()?;
        let done = Command::new(std::env::current_exe()?)
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(CONFIGURATION, hsm.configuration())
            .output()?;
        let told = String::from_utf8_lossy(&done.stdout);
        ensure!(
            done.status.success() && told.contains("1 passed"),
            "{test}: {told}{}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(None)
    }

    /// The environment variable, and its value, that lets a process find these tokens.
    #[must_use]
    pub fn environment(&self) -> (&'static str, PathBuf) {
        (CONFIGURATION, self.configuration())
    }

    /// The PKCS#11 library.
    pub fn module() -> Result<PathBuf> {
        let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"];
        places.iter().map(PathBuf::from).find(|path| path.exists()).context(NEEDED)
    }

    /// A new token, and the file with its PIN.
    pub fn token(&self, label: &str, pin: &str) -> Result<PathBuf> {
        self.tool(["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "so-12345678"])?;
        let path = self.folder.join(format!("{label}.pin"));
        fs::write(&path, format!("{pin}\n"))?;
        Ok(path)
    }

    /// Puts a PKCS#8 key into a token, as an operator would.
    pub fn import(&self, token: &str, pin: &str, pkcs8: &[u8], label: &str, id: &str) -> Result<()> {
        let body = base64::engine::general_purpose::STANDARD.encode(pkcs8);
        let path = self.folder.join("imported.pem");
        fs::write(&path, format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"))?;
        let path = path.to_str().context("no text")?;
        self.tool(["--import", path, "--token", token, "--pin", pin, "--label", label, "--id", id])
    }

    /// Where SoftHSM keeps its tokens, one folder each.
    #[must_use]
    pub fn tokens(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    /// For what else a test has to write.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("softhsm2.conf")
    }

    fn tool<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<()> {
        let done = Command::new("softhsm2-util")
            .args(arguments)
            .env(CONFIGURATION, self.configuration())
            .output()
            .context(NEEDED)?;
        if !done.status.success() {
            bail!("softhsm2-util: {}", String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(())
    }
}
