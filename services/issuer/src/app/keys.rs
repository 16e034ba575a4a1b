//! Which keys a tenant signs with: those its DID document lists now and this machine holds.

use std::sync::Arc;

use credential::data_integrity::SigningKey;
use keys::{Algorithm, KeyStoreError, PublicKey, Signer};
use registry_client::RegistryError;

use super::{DocumentKey, Issuer, Tenant, TenantKeys};

/// Why a tenant has no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the DID document of {tenant} could not be read")]
    Registry {
        tenant: String,
        #[source]
        source: RegistryError,
    },
    #[error("the DID document of {tenant} lists no {algorithm:?} key whose private half is here")]
    None { tenant: String, algorithm: Algorithm },
    #[error("a private key of {tenant} could not be looked up")]
    Store {
        tenant: String,
        #[source]
        source: KeyStoreError,
    },
    #[error("the search for the keys of {tenant} was cut off")]
    Stopped {
        tenant: String,
        #[source]
        source: tokio::task::JoinError,
    },
}

impl Issuer {
    /// Follows the chain: a rotation takes effect here as soon as its block is seen, and a key that left the document
    /// signs nothing more. The key of the fragment `F` is the file, or in the token the label, `{tenant}.F`; when several
    /// qualify, the one listed last is the newest.
    pub async fn refresh_keys(&self, tenant: &Tenant) -> Result<(), KeysError> {
        let listed = self.ledger.assertion_keys(&tenant.did).await;
        let listed = listed.map_err(|source| KeysError::Registry { tenant: tenant.id.clone(), source })?;
        let ed25519 = self.newest(tenant, &listed, Algorithm::Ed25519).await?;
        let p256 = self.newest(tenant, &listed, Algorithm::P256).await?;
        let bls12381 = self.key_for_parts(tenant, &listed).await?;
        let x5c = self.certificates_of(tenant, p256.signer.public_key());
        let before = tenant.keys();
        let same = before.is_some_and(|before| {
            before.ed25519.verification_method == ed25519.verification_method
                && before.p256.verification_method == p256.verification_method
                && before.ed25519.signer.public_key() == ed25519.signer.public_key()
                && before.p256.signer.public_key() == p256.signer.public_key()
                && same_key(before.bls12381.as_ref(), bls12381.as_ref())
                && before.x5c == x5c
        });
        if !same {
            tracing::info!(
                tenant.id = tenant.id,
                key.ed25519 = ed25519.verification_method,
                key.p256 = p256.verification_method,
                "signing with the keys of the DID document"
            );
            tenant.set_keys(Arc::new(TenantKeys { ed25519, p256, bls12381, x5c }));
        }
        Ok(())
    }

    /// The key for `bbs-2023`, where that is offered. Without one, what needs it is refused and everything else goes on.
    async fn key_for_parts(
        &self,
        tenant: &Tenant,
        listed: &[DocumentKey],
    ) -> Result<Option<SigningKey>, KeysError> {
        if !self.needs_key(tenant, Algorithm::Bls12381G2) {
            return Ok(None);
        }
        match self.newest(tenant, listed, Algorithm::Bls12381G2).await {
            Ok(key) => Ok(Some(key)),
            Err(error @ KeysError::None { .. }) => {
                if tenant.keys().is_none_or(|before| before.bls12381.is_some()) {
                    tracing::warn!(
                        tenant.id = tenant.id,
                        error = %error,
                        "bbs-2023 is offered and cannot be signed: `passerelle registry add-signing-key` puts a key for it into the DID document"
                    );
                }
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    async fn newest(
        &self,
        tenant: &Tenant,
        listed: &[DocumentKey],
        algorithm: Algorithm,
    ) -> Result<SigningKey, KeysError> {
        for key in listed.iter().rev() {
            let Ok(public) = PublicKey::from_multikey(&key.multikey) else { continue };
            let name = format!("{}.{}", tenant.id, key.fragment);
            if public.algorithm() != algorithm {
                continue;
            }
            let Some(signer) = self.find_key(tenant, name).await? else { continue };
            // A private key under the right name that is another would make credentials nobody can verify.
            if *signer.public_key() == public {
                let verification_method = format!("{}#{}", tenant.did, key.fragment);
                return Ok(SigningKey { verification_method, signer });
            }
        }
        Err(KeysError::None { tenant: tenant.id.clone(), algorithm })
    }

    /// A token answers when it likes, so it is not asked on a thread that serves others.
    pub(super) async fn find_key(
        &self,
        tenant: &Tenant,
        name: String,
    ) -> Result<Option<Arc<dyn Signer>>, KeysError> {
        let key_store = Arc::clone(&self.key_store);
        let found = tokio::task::spawn_blocking(move || key_store.find(&name)).await;
        let tenant = || tenant.id.clone();
        let found = found.map_err(|source| KeysError::Stopped { tenant: tenant(), source })?;
        found.map_err(|source| KeysError::Store { tenant: tenant(), source })
    }
}

fn same_key(one: Option<&SigningKey>, other: Option<&SigningKey>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.verification_method == other.verification_method
                && one.signer.public_key() == other.signer.public_key()
        }
        _ => false,
    }
}
