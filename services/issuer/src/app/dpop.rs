//! What a request shows as its right: access tokens and the proofs of the keys they are bound to (RFC 6750, RFC 9449), and
//! attestations of the wallet.

use issuance::dpop::{DpopFault, DpopProof, DpopRequest};

use super::{Issuer, Tenant};

/// The headers in which a request shows its right.
#[derive(Clone, Default)]
pub struct Presented {
    /// The access token of `Authorization`.
    pub token: Option<String>,
    /// Whether its scheme is `DPoP` and not `Bearer`.
    pub is_dpop: bool,
    /// Every `DPoP` header, since more than one is a fault.
    pub proofs: Vec<String>,
    /// Every `OAuth-Client-Attestation` header, and every `OAuth-Client-Attestation-PoP`.
    pub attestations: Vec<String>,
    pub possessions: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum DpopError {
    #[error(transparent)]
    Fault(#[from] DpopFault),
    /// The response carries a fresh one.
    #[error("the DPoP proof needs the nonce of the DPoP-Nonce header")]
    Nonce,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// A nonce for the next DPoP proof (RFC 9449, 8). Costs no write.
    #[must_use]
    pub fn mint_dpop_nonce(&self, tenant: &Tenant) -> String {
        self.secrets.mint_dpop_nonce(&tenant.id, self.now(), self.entropy.as_ref())
    }

    /// The thumbprint of the key a request is proven with, if it is. `path` is that of the endpoint below the issuer. The
    /// proof is spent here, whatever becomes of the request, so that nobody can send the same again.
    pub(super) async fn proven_key(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        path: &str,
    ) -> Result<Option<String>, DpopError> {
        let proof = match presented.proofs.as_slice() {
            [] => return Ok(None),
            [proof] => proof,
            _ => return Err(DpopFault::Count.into()),
        };
        let now = self.now();
        let uri = format!("{}/{path}", tenant.issuer_url);
        let request = DpopRequest { uri: &uri, access_token: presented.token.as_deref() };
        let proof = DpopProof::verify(proof, request, now)?;
        let nonce = proof.nonce.as_deref().ok_or(DpopError::Nonce)?;
        self.secrets.check_dpop_nonce(&tenant.id, nonce, now).map_err(|_| DpopError::Nonce)?;
        let fresh = sql::retry(|| async {
            let mut tx = self.store.write("spend_dpop_proof").await?;
            let fresh = tx.spend_nonce(&tenant.id, &proof.fingerprint, proof.remembered_until).await?;
            tx.commit().await?;
            Ok::<bool, store_issuer::Error>(fresh)
        })
        .await?;
        if fresh { Ok(Some(proof.jkt)) } else { Err(DpopFault::Replayed.into()) }
    }

    /// Whether a request may use a token that is bound to `bound`, or to nothing (RFC 9449, 7.1 and 7.2).
    pub(super) async fn shows_key(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        bound: Option<&str>,
        path: &str,
    ) -> Result<bool, DpopError> {
        match (bound, presented.is_dpop) {
            (None, false) => Ok(true),
            (None, true) | (Some(_), false) => Ok(false),
            (Some(bound), true) => {
                let key = self.proven_key(tenant, presented, path).await?;
                let key = key.ok_or(DpopFault::Count)?;
                Ok(key == bound)
            }
        }
    }
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented").field("is_dpop", &self.is_dpop).finish_non_exhaustive()
    }
}
