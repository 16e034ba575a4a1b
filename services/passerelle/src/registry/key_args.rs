//! Where private keys are, in words.

use std::path::PathBuf;

use clap::Args;
use keys::TokenConfig;

use crate::config::read;

/// A member's private keys.
#[derive(Debug, Args)]
pub struct MemberKeyArgs {
    /// The folder of the member's sealed keys, with the sealing key
    #[arg(long = "keys", value_name = "DIR")]
    pub folder: PathBuf,
    #[command(flatten)]
    pub token: TokenFile,
}

/// A token in which keys are made instead of sealed files.
#[derive(Debug, Args)]
pub struct TokenFile {
    /// Make new keys in a PKCS#11 token: a TOML file with `module`, `token` and `pin_file`, as in [keys.pkcs11]
    ///
    /// Keys are looked for in the token first, then among the sealed files. Without `pin_file` the PIN comes from the
    /// environment variable PASSERELLE_PKCS11_PIN; it is never given on the command line.
    #[arg(long = "pkcs11", value_name = "FILE", env = "PASSERELLE_PKCS11")]
    pub file: Option<PathBuf>,
}

impl TokenFile {
    pub fn config(&self) -> anyhow::Result<Option<TokenConfig>> {
        let config: Option<TokenConfig> = self.file.as_deref().map(read).transpose()?;
        // A node that takes it over is started from anywhere.
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        Ok(config.map(|config| TokenConfig { pin_file: config.pin_file.map(absolute), ..config }))
    }
}
