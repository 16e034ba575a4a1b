//! The registry seen by somebody who believes proofs only, and an organisation's own hand on it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clock::SystemClock;
use keys::{KeyFiles, SealingKey, Signer};
use outbound::{Outbound, OutboundPolicy};
use registry_client::{HttpNode, Registry};
use registry_types::{DidChange, DocumentKey, Operation, SignedTransaction, UpdateDid};
use serde_json::Value;
use testkit::{Service, Stack, unb64};

use crate::text;

pub struct Chain {
    pub registry: Registry,
    config: PathBuf,
}

impl Chain {
    pub async fn connect(stack: &Stack) -> Result<Self> {
        let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
        let (node, outbound) = (stack.url(Service::Registry).parse()?, Outbound::new(&policy)?);
        let genesis =
            HttpNode::new(stack.url(Service::Registry).parse()?, outbound.clone()).genesis().await?;
        let registry =
            Registry::connect(node, &genesis, outbound, Arc::new(SystemClock), Duration::from_secs(120))?;
        Ok(Self { registry, config: stack.data().join("config/issuer.toml") })
    }

    /// One of the keys that first start sealed into files, for instance `undp.key-ed25519-1`.
    pub fn key(&self, name: &str) -> Result<Arc<dyn Signer>> {
        let sealing = SealingKey::load_or_create(self.configured("sealing_key")?)?;
        Ok(KeyFiles::open(self.configured("directory")?, sealing)?.load(name)?)
    }

    /// The names of all keys in files.
    pub fn key_names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.configured("directory")?)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            names.extend(name.strip_suffix(".key").map(str::to_owned));
        }
        Ok(names)
    }

    /// A path of the issuer's `[keys]`.
    fn configured(&self, member: &str) -> Result<PathBuf> {
        let config: toml::Value = toml::from_str(&std::fs::read_to_string(&self.config)?)?;
        let named = config.get("keys").and_then(|keys| keys.get(member)).and_then(toml::Value::as_str);
        let named = named.with_context(|| format!("no keys.{member} in {}", self.config.display()))?;
        // Relative paths are relative to the configuration file.
        Ok(self.config.parent().unwrap_or(&self.config).join(named))
    }

    /// Signs and submits an operation with the named key.
    pub async fn submit(&self, key: &str, operation: Operation) -> Result<()> {
        let signer = self.key(key)?;
        let keys::PublicKey::Ed25519(public_key) = *signer.public_key() else {
            anyhow::bail!("{key} is not an Ed25519 key")
        };
        let transaction = self.registry.transaction(&public_key, operation).await?;
        let signature = signer.sign(&transaction.signing_bytes()).await?;
        let signature = signature.try_into().map_err(|_| anyhow::anyhow!("a signature of another length"))?;
        self.registry.submit(&SignedTransaction { transaction, public_key, signature }).await?;
        Ok(())
    }

    /// Replaces one key of an organisation's DID document; the others stay.
    pub async fn rotate(
        &self,
        organisation: &str,
        did: &str,
        fragment: &str,
        new: &keys::PublicKey,
    ) -> Result<()> {
        let record = self.registry.did(did).await?.value.context("no such DID")?;
        let current = record.current().context("deactivated")?;
        let mut keys: Vec<DocumentKey> = Vec::new();
        for known in &current.keys {
            let multikey =
                if known.fragment == fragment { new.to_multikey() } else { known.multikey.clone() };
            let relationships = known.relationships.clone();
            keys.push(DocumentKey { fragment: known.fragment.clone(), multikey, relationships });
        }
        let change = DidChange::Replace { keys, services: current.services.clone() };
        let update =
            UpdateDid { did: did.to_owned(), known_versions: u32::try_from(record.versions.len())?, change };
        self.submit(&format!("{organisation}.did"), Operation::UpdateDid(update)).await
    }

    /// Follows a receipt from the copy's digest to the root on the chain.
    pub async fn check_receipt(&self, receipt: &Value, digest: &[u8; 32]) -> Result<()> {
        let number = |member: &str| {
            let found = receipt.get(member).and_then(Value::as_u64);
            anyhow::Ok(u32::try_from(found.with_context(|| format!("no {member} in {receipt}"))?)?)
        };
        let hash = |encoded: &str| {
            <[u8; 32]>::try_from(unb64(encoded)?).map_err(|_| anyhow::anyhow!("not 32 bytes: {encoded}"))
        };
        let path = receipt.get("path").and_then(Value::as_array).context("no path")?;
        let path: Vec<[u8; 32]> =
            path.iter().map(|one| hash(one.as_str().unwrap_or_default())).collect::<Result<_>>()?;
        let issuer = text(receipt, "/issuer")?;
        let anchor = self.registry.anchor(&issuer, number("sequence")?.into()).await?.value;
        let anchor =
            anchor.with_context(|| format!("no anchor {} of {issuer}", number("sequence").unwrap_or(0)))?;
        ensure!(anchor.leaf_count == number("leafCount")?, "another leaf count: {receipt}");
        let leaf = merkle::leaf(&hash(&text(receipt, "/salt")?)?, digest);
        ensure!(
            merkle::verify(&leaf, number("leafIndex")?, number("leafCount")?, &path, &anchor.root).is_ok(),
            "the path does not lead to the root: {receipt}"
        );
        Ok(())
    }
}
