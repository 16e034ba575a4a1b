//! The guarded HTTP client as what the verification rules fetch with.

use std::time::Duration;

use async_trait::async_trait;
use outbound::{Outbound, OutboundError};
use url::Url;
use verification::{Fetch, FetchError};

pub struct GuardedFetch(pub Outbound);

#[async_trait]
impl Fetch for GuardedFetch {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Vec<u8>, FetchError> {
        let reply = self.0.get(url, accept, None).await.map_err(|error| match error {
            OutboundError::Refused(_) => FetchError::Refused,
            OutboundError::TooLarge(_) => FetchError::TooLong,
            OutboundError::TimedOut(_)
            | OutboundError::Unreachable { .. }
            | OutboundError::Header(_)
            | OutboundError::RootCertificates { .. }
            | OutboundError::RootForm { .. }
            | OutboundError::Client(_) => FetchError::Unreachable,
        })?;
        if reply.is_success() { Ok(reply.body.to_vec()) } else { Err(FetchError::Status(reply.status)) }
    }

    async fn pause(&self, milliseconds: u64) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}
