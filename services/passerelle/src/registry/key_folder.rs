use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clock::SystemEntropy;
use keys::{Algorithm, KeyFiles, PublicKey, SealingKey, Signer};
use registry::setup::OrganisationKeys;

use crate::files;

/// A member's own keys, in the folder and under the names that the issuer's configuration expects.
pub struct MemberKeys {
    pub govern: Arc<dyn Signer>,
    did: Arc<dyn Signer>,
    operate: Arc<dyn Signer>,
}

impl MemberKeys {
    pub fn load_or_create(folder: &Path, id: &str) -> anyhow::Result<Self> {
        files::folder(folder)?;
        let files = open(folder)?;
        let make = |role: &str| {
            let name = format!("{id}.{role}");
            let key = files.load_or_create(&name, Algorithm::Ed25519, &SystemEntropy);
            key.with_context(|| format!("cannot use the key {name} in {}", folder.display()))
        };
        Ok(Self { govern: make("govern")?, did: make("did")?, operate: make("operate-issuer")? })
    }

    pub fn public(&self) -> OrganisationKeys {
        OrganisationKeys {
            govern: vec![*self.govern.public_key()],
            did: vec![*self.did.public_key()],
            operate: vec![*self.operate.public_key()],
        }
    }
}

/// A member's key that must be there already: a new one would be nobody's.
pub fn member_key(folder: &Path, id: &str, role: &str) -> anyhow::Result<Arc<dyn Signer>> {
    let name = format!("{id}.{role}");
    let missing = || format!("cannot use the key {name} in {}", folder.display());
    existing(folder).and_then(|files| Ok(files.load(&name)?)).with_context(missing)
}

/// The keys of a folder that has been made before.
pub fn existing(folder: &Path) -> anyhow::Result<KeyFiles> {
    ensure!(folder.join("sealing.key").exists(), "there is no sealing.key");
    open(folder)
}

fn open(folder: &Path) -> anyhow::Result<KeyFiles> {
    let sealing = SealingKey::load_or_create(folder.join("sealing.key"))
        .with_context(|| format!("cannot use the sealing key in {}", folder.display()))?;
    Ok(KeyFiles::open(folder, sealing)?)
}

pub fn raw(key: &PublicKey) -> anyhow::Result<[u8; 32]> {
    match key {
        PublicKey::Ed25519(bytes) => Ok(*bytes),
        PublicKey::P256(_) => bail!("registry keys are Ed25519 keys"),
    }
}
