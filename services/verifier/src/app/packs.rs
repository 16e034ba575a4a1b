//! Packs for verifiers without a network, made of what the chain and the issuers say now.

use std::sync::Arc;

use chrono::Duration;
use clock::Clock;
use keys::{SignError, Signer};
use pack::{CollectError, Collected, OpenError, Pack, Trust, Wanted, collect, seal};
use registry_client::HttpNode;
use registry_types::Genesis;
use verification::{Fetch, Policies};

/// Why no pack was made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("there is no policy {0}")]
    UnknownPolicy(String),
    #[error("the pack cannot be gathered")]
    Collect(#[from] CollectError),
    #[error("the pack cannot be signed")]
    Sign(#[from] SignError),
    #[error("what was gathered is not proven by the chain")]
    Unproven(#[from] OpenError),
}

/// Makes packs with the verifier's own key. Clones share the connections.
#[derive(Clone)]
pub struct Packs {
    pub node: HttpNode,
    pub fetch: Arc<dyn Fetch>,
    pub signer: Arc<dyn Signer>,
    /// The DID in whose document the signing key is.
    pub did: String,
    pub policies: Policies,
    pub genesis: Genesis,
    pub trust_period: std::time::Duration,
    pub clock: Arc<dyn Clock>,
}

/// A pack that was made here: the file, and what it says.
pub struct Made {
    pub file: Vec<u8>,
    pub pack: Pack,
}

impl Packs {
    /// Gathers, signs, and opens the result as a reader would that believes the genesis alone: a node that proves
    /// nothing gives no pack.
    pub async fn make(&self, policy: &str, maximum_age: Duration) -> Result<Made, PackError> {
        let policy = self.policies.find(policy).ok_or_else(|| PackError::UnknownPolicy(policy.to_owned()))?;
        let wanted = Wanted { policy, signer: &self.did, maximum_age, now: self.clock.now() };
        let Collected { manifest, content } = collect(&self.node, self.fetch.as_ref(), &wanted).await?;
        let file = seal(manifest, &content, self.signer.as_ref()).await?;
        let trust = Trust::Genesis(Box::new(self.genesis.clone()));
        let pack = Pack::open(&file, &trust, self.trust_period, Arc::clone(&self.clock)).await?;
        pack.prove()?;
        Ok(Made { file, pack })
    }
}
