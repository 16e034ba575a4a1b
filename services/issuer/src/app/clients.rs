//! Which wallet sends a request: a name alone, or an attestation of its provider (OAuth 2.0 Attestation-Based Client
//! Authentication, as HAIP 1.0, 4.4.1 asks for it).

use issuance::attestation::{AttestationFault, ClientAttestation};
use issuance::authorization::Client;

use super::{Issuer, Presented, Tenant};

/// Why a wallet is not believed to be who it says; each one is `invalid_client`.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the client is not known here")]
    Unknown,
    #[error("this client must send one client attestation and one proof of possession")]
    Missing,
    #[error(transparent)]
    Attestation(#[from] AttestationFault),
    #[error("the attestation is about another client")]
    Other,
    #[error("the proof of possession was used before")]
    Replayed,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// Whether wallets can authenticate with attestations: some provider has to be trusted for it.
    #[must_use]
    pub fn has_attesters(&self) -> bool {
        !self.attesters.is_empty()
    }

    /// The client of a request. An attestation is checked whenever it is sent and needed where the client is held to it.
    pub(super) async fn authenticated_client(
        &self,
        tenant: &Tenant,
        client_id: &str,
        presented: &Presented,
    ) -> Result<&Client, ClientError> {
        let client = self.clients.get(client_id).ok_or(ClientError::Unknown)?;
        let (attestation, possession) =
            match (presented.attestations.as_slice(), presented.possessions.as_slice()) {
                ([], []) if !client.is_attested => return Ok(client),
                ([attestation], [possession]) => (attestation, possession),
                _ => return Err(ClientError::Missing),
            };
        let (issuer, now) = (tenant.issuer_url.as_str(), self.now());
        let shown = ClientAttestation::verify(attestation, possession, issuer, &self.attesters, now)?;
        if shown.client_id != client.id {
            return Err(ClientError::Other);
        }
        let fresh = sql::retry(|| async {
            let mut tx = self.store.write("spend_possession").await?;
            let fresh = tx.spend_nonce(&tenant.id, &shown.fingerprint, shown.remembered_until).await?;
            tx.commit().await?;
            Ok::<bool, store_issuer::Error>(fresh)
        })
        .await?;
        if fresh { Ok(client) } else { Err(ClientError::Replayed) }
    }
}
