//! Which keys a tenant signs with: those its DID document lists now and this machine holds.

use std::sync::Arc;

use credential::data_integrity::SigningKey;
use keys::{Algorithm, KeyFileError, PublicKey};
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
    #[error("a key file of {tenant} could not be read")]
    File {
        tenant: String,
        #[source]
        source: KeyFileError,
    },
}

impl Issuer {
    /// Follows the chain: a rotation takes effect here as soon as its block is seen, and a key that left the document
    /// signs nothing more. The key of the fragment `F` is in the key file `{tenant}.F`; when several qualify, the one
    /// listed last is the newest.
    pub async fn refresh_keys(&self, tenant: &Tenant) -> Result<(), KeysError> {
        let listed = self.ledger.assertion_keys(&tenant.did).await;
        let listed = listed.map_err(|source| KeysError::Registry { tenant: tenant.id.clone(), source })?;
        let ed25519 = self.newest(tenant, &listed, Algorithm::Ed25519)?;
        let p256 = self.newest(tenant, &listed, Algorithm::P256)?;
        let before = tenant.keys();
        let same = before.is_some_and(|before| {
            before.ed25519.verification_method == ed25519.verification_method
                && before.p256.verification_method == p256.verification_method
                && before.ed25519.signer.public_key() == ed25519.signer.public_key()
                && before.p256.signer.public_key() == p256.signer.public_key()
        });
        if !same {
            tracing::info!(
                tenant.id = tenant.id,
                key.ed25519 = ed25519.verification_method,
                key.p256 = p256.verification_method,
                "signing with the keys of the DID document"
            );
            tenant.set_keys(Arc::new(TenantKeys { ed25519, p256 }));
        }
        Ok(())
    }

    fn newest(
        &self,
        tenant: &Tenant,
        listed: &[DocumentKey],
        algorithm: Algorithm,
    ) -> Result<SigningKey, KeysError> {
        for key in listed.iter().rev() {
            let Ok(public) = PublicKey::from_multikey(&key.multikey) else { continue };
            let name = format!("{}.{}", tenant.id, key.fragment);
            if public.algorithm() != algorithm || !self.key_files.exists(&name) {
                continue;
            }
            let signer = self.key_files.load(&name);
            let signer = signer.map_err(|source| KeysError::File { tenant: tenant.id.clone(), source })?;
            // A file under the right name with another key would make credentials nobody can verify.
            if *signer.public_key() == public {
                let verification_method = format!("{}#{}", tenant.did, key.fragment);
                return Ok(SigningKey { verification_method, signer });
            }
        }
        Err(KeysError::None { tenant: tenant.id.clone(), algorithm })
    }
}
