//! For whoever connects a system: a client of one's own, and credentials to try. Only where the configuration says so.
//!
//! Such a client may ask people under the policies that visitors may try, and check what it has under all of them. It ends
//! after a day, with everything it did.

mod samples;

use chrono::Duration;
use store_verifier::{Client, StoreError};
use tokio::sync::OnceCell;
use wire::sandbox::SandboxClient;

use super::clients::SCOPE;
use super::{Agency, Desk, TooMany, sha256};

pub use samples::{SampleError, Samples};

/// No configured client has an id that begins so.
const PREFIX: &str = "sandbox-";
const LIFE_HOURS: i64 = 24;
const MOST_CLIENTS: i64 = 1_000;
const MADE_PER_MINUTE: u32 = 60;
/// What such a client may ask at most, whatever others may.
const REQUESTS_PER_MINUTE: u32 = 120;
const OPEN_VERIFICATIONS: u32 = 20;
/// Clients ended in one step.
const STEP: u32 = 50;

/// What the sandbox keeps while the service runs.
#[derive(Default)]
pub struct Sandbox {
    samples: OnceCell<Samples>,
}

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("there is no sandbox here")]
    Closed,
    #[error("there is no such sample")]
    UnknownSample,
    #[error("too many integrators are trying at the moment")]
    Busy,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a client is one of these.
pub(super) fn is_sandbox(client: &str) -> bool {
    client.starts_with(PREFIX)
}

impl Desk {
    /// Makes a client; its secret is shown once.
    pub async fn make_sandbox_client(&self) -> Result<SandboxClient, SandboxError> {
        self.sandbox_is_open()?;
        self.rates.spend(PREFIX, 1, MADE_PER_MINUTE, self.now())?;
        let secret = self.token();
        let (id, expires) = (format!("{PREFIX}{}", self.new_id()), self.now() + Duration::hours(LIFE_HOURS));
        let client = Client {
            id: id.clone(),
            name: "Sandbox".to_owned(),
            secret_hash: sha256(secret.as_bytes()),
            scopes: SCOPE.to_owned(),
            return_urls: Vec::new(),
            created: self.now(),
        };
        sql::retry(|| async {
            let mut tx = self.store.write("make_sandbox_client").await?;
            if tx.count_sandbox_clients().await? >= MOST_CLIENTS {
                return Err(SandboxError::Busy);
            }
            tx.insert_sandbox_client(&client, expires).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        let expires_at = super::views::text(expires);
        Ok(SandboxClient { client_id: id, client_secret: secret, expires_at })
    }

    /// The sample credentials, made when they are first asked for.
    pub async fn samples(&self) -> Result<&Samples, SandboxError> {
        self.sandbox_is_open()?;
        Ok(self.sandbox.samples.get_or_try_init(|| samples::make(self)).await?)
    }

    /// Ends clients whose time is over.
    pub async fn end_sandbox_clients(&self) -> Result<(), StoreError> {
        let ended = self.store.read().await?.list_ended_sandbox_clients(self.now(), STEP).await?;
        for client in ended {
            let mut tx = self.store.write("end_sandbox_client").await?;
            tx.delete_sandbox_client(&client).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Requests a minute of this client.
    pub(super) fn requests_per_minute(&self, agency: &Agency) -> u32 {
        let most = self.settings.limits.requests_per_minute;
        if is_sandbox(&agency.id) { most.min(REQUESTS_PER_MINUTE) } else { most }
    }

    /// Verifications of this client that may wait.
    pub(super) fn open_verifications(&self, agency: &Agency) -> u32 {
        let most = self.settings.limits.open_verifications;
        if is_sandbox(&agency.id) { most.min(OPEN_VERIFICATIONS) } else { most }
    }

    fn sandbox_is_open(&self) -> Result<(), SandboxError> {
        if self.settings.sandbox { Ok(()) } else { Err(SandboxError::Closed) }
    }
}
