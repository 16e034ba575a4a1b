use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clock::SystemEntropy;
use keys::{Algorithm, KeyStore, PublicKey, SealingKey, Signer};
use registry::setup::OrganisationKeys;

use super::key_args::MemberKeyArgs;
use crate::files;

/// A member's own keys, in the folder and under the names that the issuer's configuration expects.
pub struct MemberKeys {
    pub govern: Arc<dyn Signer>,
    did: Arc<dyn Signer>,
    operate: Arc<dyn Signer>,
    /// Where they are, for people.
    pub place: String,
}

impl MemberKeys {
    pub fn load_or_create(at: &MemberKeyArgs, id: &str) -> anyhow::Result<Self> {
        files::folder(&at.folder)?;
        let store = open(at)?;
        let make = |role: &str| {
            let name = format!("{id}.{role}");
            let key = store.load_or_create(&name, Algorithm::Ed25519, &SystemEntropy);
            key.with_context(|| format!("cannot use the key {name} in {}", place(&store, &at.folder)))
        };
        let (govern, did, operate) = (make("govern")?, make("did")?, make("operate-issuer")?);
        Ok(Self { govern, did, operate, place: place(&store, &at.folder) })
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
pub fn member_key(at: &MemberKeyArgs, id: &str, role: &str) -> anyhow::Result<Arc<dyn Signer>> {
    let name = format!("{id}.{role}");
    let missing = || format!("cannot use the key {name} in {}", at.folder.display());
    existing(at).and_then(|store| Ok(store.load(&name)?)).with_context(missing)
}

/// The keys of a folder that has been made before.
pub fn existing(at: &MemberKeyArgs) -> anyhow::Result<KeyStore> {
    ensure!(at.folder.join("sealing.key").exists(), "there is no sealing.key");
    open(at)
}

/// Where new keys are made, for people.
pub fn place(store: &KeyStore, folder: &Path) -> String {
    match store.token() {
        Some(token) => {
            format!("the token {:?} (those made before it, in {})", token.label(), folder.display())
        }
        None => folder.display().to_string(),
    }
}

fn open(at: &MemberKeyArgs) -> anyhow::Result<KeyStore> {
    let folder = at.folder.as_path();
    let sealing = SealingKey::load_or_create(folder.join("sealing.key"))
        .with_context(|| format!("cannot use the sealing key in {}", folder.display()))?;
    Ok(KeyStore::open(folder, sealing, at.token.config()?.as_ref())?)
}

pub fn raw(key: &PublicKey) -> anyhow::Result<[u8; 32]> {
    match key {
        PublicKey::Ed25519(bytes) => Ok(*bytes),
        _ => bail!("registry keys are Ed25519 keys"),
    }
}
