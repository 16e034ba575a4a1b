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

    /// The client of a request. An attestation is checked whenever it is sent and needed where the client is held to it;
    /// it names its client by itself, so that `client_id` may be left out (RFC 6749, 4.1.3).
    pub(super) async fn authenticated_client(
        &self,
        tenant: &Tenant,
        client_id: Option<&str>,
        presented: &Presented,
    ) -> Result<&Client, ClientError> {
        let named = client_id.map(|id| self.clients.get(id).ok_or(ClientError::Unknown)).transpose()?;
        let (attestation, possession) =
            match (presented.attestations.as_slice(), presented.possessions.as_slice()) {
                ([], []) => {
                    return named.filter(|client| !client.is_attested).ok_or(ClientError::Missing);
                }
                ([attestation], [possession]) => (attestation, possession),
                _ => return Err(ClientError::Missing),
            };
        let (issuer, now) = (tenant.issuer_url.as_str(), self.now());
        let shown = ClientAttestation::verify(attestation, possession, issuer, &self.attesters, now)?;
        if client_id.is_some_and(|id| id != shown.client_id) {
            return Err(ClientError::Other);
        }
        let client = self.clients.get(&shown.client_id).ok_or(ClientError::Unknown)?;
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
