use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use keys::PublicKey;
use pack::Trust;
use registry_types::Genesis;

/// What is believed before a pack is opened.
#[derive(Clone, Debug, Args)]
pub struct Trusted {
    /// The chain's genesis, from the members: the pack must lead from it to its header
    #[arg(long, value_name = "FILE", required_unless_present = "signer", conflicts_with = "signer")]
    genesis: Option<PathBuf>,
    /// The key of whoever made the pack, such as zDn…, got by another way than the pack
    #[arg(long, value_name = "KEY")]
    signer: Option<String>,
    /// How long validators last heard of are believed
    #[arg(long, value_name = "N", default_value_t = 180)]
    trust_days: u32,
}

impl Trusted {
    pub fn trust(&self) -> anyhow::Result<Trust> {
        if let Some(key) = &self.signer {
            return Ok(Trust::Signer(PublicKey::from_multikey(key).context("--signer is not a key")?));
        }
        let path = self.genesis.as_deref().context("--genesis or --signer is needed")?;
        let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let genesis: Genesis =
            serde_json::from_slice(&text).with_context(|| format!("{} is not a genesis", path.display()))?;
        Ok(Trust::Genesis(Box::new(genesis)))
    }

    pub fn period(&self) -> Duration {
        Duration::from_secs(u64::from(self.trust_days) * 24 * 3_600)
    }
}
