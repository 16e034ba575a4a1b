//! A member's DIDs: created with keys that are made here, and their keys put in each other's place.

use anyhow::Context as _;
use clock::SystemEntropy;
use keys::{Algorithm, KeyStore, PublicKey, Signer};
use registry::setup;
use registry_client::{Committed, Registry};
use registry_types::{DidChange, DidKey, DidRole, DocumentKey, Operation, UpdateDid};

use super::govern::Acting;
use super::key_folder::{existing, place};
use super::own_args;
use crate::say;

/// The ending of the name of the key that controls a member's DIDs.
const DID: &str = "did";

pub async fn create(args: &own_args::CreateDid) -> anyhow::Result<()> {
    let (acting, files) = (Acting::new(&args.by, DID)?, existing(&args.by.keys)?);
    let (role, owner, fragments) = match &args.service {
        None => (
            DidRole::Organisation,
            &args.by.id,
            &[("key-ed25519-1", Algorithm::Ed25519), ("key-p256-1", Algorithm::P256)][..],
        ),
        Some(service) => (DidRole::Service, service, &[("key-p256-1", Algorithm::P256)][..]),
    };
    let mut keys = Vec::new();
    for &(fragment, algorithm) in fragments {
        let key = files.load_or_create(&format!("{owner}.{fragment}"), algorithm, &SystemEntropy)?;
        keys.push((fragment, *key.public_key()));
    }
    let document: Vec<(&str, &PublicKey)> = keys.iter().map(|(fragment, key)| (*fragment, key)).collect();
    let controller = acting.key.public_key();
    let (did, create) = setup::create_did(&args.by.id, role, controller, &document, &[])?;
    let done = setup::ensure(&acting.registry, acting.key.as_ref(), create).await?;
    let since = match done {
        Some(committed) => format!("on the chain since block {}", committed.height),
        None => "on the chain already".to_owned(),
    };
    let fragments = document.iter().map(|(fragment, _)| format!("  {owner}.{fragment}"));
    say::line(format!(
        "  {did}\n\nis {since}. Its keys are in {}:\n\n{}",
        place(&files, &args.by.keys.folder),
        fragments.collect::<Vec<_>>().join("\n"),
    ));
    Ok(())
}

pub async fn rotate(args: &own_args::RotateKey) -> anyhow::Result<()> {
    let (acting, files) = (Acting::new(&args.by, DID)?, existing(&args.by.keys)?);
    let owner = args.service.as_ref().unwrap_or(&args.by.id);
    let change = Rotation { owner, did: &args.did, fragment: &args.key, compromised: args.compromised };
    change.carry_out(&acting.registry, &files, acting.key.as_ref()).await
}

/// A new key in the place of one that the document lists.
pub struct Rotation<'a> {
    /// What the names of the key files begin with.
    pub owner: &'a str,
    pub did: &'a str,
    pub fragment: &'a str,
    /// Nothing the old key signed counts any more without an earlier anchor.
    pub compromised: bool,
}

impl Rotation<'_> {
    /// `signer` is the did key of the member that controls the DID.
    pub async fn carry_out(
        &self,
        registry: &Registry,
        files: &KeyStore,
        signer: &dyn Signer,
    ) -> anyhow::Result<()> {
        let Self { owner, did, fragment, compromised } = *self;
        let record = registry.did(did).await?.value.with_context(|| format!("{did} is not on the chain"))?;
        let current = record.current().with_context(|| format!("{did} is deactivated"))?;
        let old = current.keys.iter().find(|key| key.fragment == fragment).with_context(|| {
            let known: Vec<&str> = current.keys.iter().map(|key| key.fragment.as_str()).collect();
            format!("there is no key {fragment}; the document has {}", known.join(", "))
        })?;
        let (stem, _) = fragment.rsplit_once('-').context("the fragment does not end with a number")?;
        let every_key = record.versions.iter().flat_map(|version| version.keys.iter());
        let fresh = format!("{stem}-{}", highest_number(stem, every_key) + 1);
        let algorithm = if stem.contains("p256") { Algorithm::P256 } else { Algorithm::Ed25519 };
        // The private half is safe in its file before the chain names it; repeated after a crash, it is the same key.
        let new = files.load_or_create(&format!("{owner}.{fresh}"), algorithm, &SystemEntropy)?;

        let kept = current.keys.iter().filter(|key| key.fragment != fragment).map(as_document_key);
        let mut keys: Vec<DocumentKey> = kept.collect();
        keys.push(DocumentKey {
            fragment: fresh.clone(),
            multikey: new.public_key().to_multikey(),
            relationships: old.relationships.clone(),
        });
        if compromised {
            let change = DidChange::MarkCompromised { multikey: old.multikey.clone() };
            self.update(registry, signer, change).await?;
        }
        let services = current.services.clone();
        let done = self.update(registry, signer, DidChange::Replace { keys, services }).await?;
        say::line(format!("{did}#{fragment} was replaced by #{fresh} at block {}.", done.height));
        Ok(())
    }

    /// On the newest version: marking a key may have made one.
    async fn update(
        &self,
        registry: &Registry,
        signer: &dyn Signer,
        change: DidChange,
    ) -> anyhow::Result<Committed> {
        let record = registry.did(self.did).await?.value.context("the DID is gone")?;
        let known_versions = u32::try_from(record.versions.len())?;
        let update = UpdateDid { did: self.did.to_owned(), known_versions, change };
        Ok(setup::send(registry, signer, Operation::UpdateDid(update)).await?)
    }
}

fn highest_number<'a>(stem: &str, keys: impl Iterator<Item = &'a DidKey>) -> u32 {
    let number = |key: &DidKey| key.fragment.strip_prefix(stem)?.strip_prefix('-')?.parse().ok();
    keys.filter_map(number).max().unwrap_or(0)
}

fn as_document_key(key: &DidKey) -> DocumentKey {
    DocumentKey {
        fragment: key.fragment.clone(),
        multikey: key.multikey.clone(),
        relationships: key.relationships.clone(),
    }
}
