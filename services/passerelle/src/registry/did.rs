//! A member's DIDs: created with keys that are made here, and their keys put in each other's place.

use anyhow::{Context as _, bail};
use clock::SystemEntropy;
use keys::{Algorithm, KeyStore, PublicKey, Signer};
use registry::setup;
use registry_client::{Committed, Registry};
use registry_types::{
    DidChange, DidKey, DidRecord, DidRole, DocumentKey, Operation, Relationship, UpdateDid,
};

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
    let old = Old::of(args.overlap, args.compromised);
    let change = Rotation { owner, did: &args.did, fragment: &args.key, old };
    change.carry_out(&acting.registry, &files, acting.key.as_ref()).await
}

pub async fn retire(args: &own_args::RetireKey) -> anyhow::Result<()> {
    let acting = Acting::new(&args.by, DID)?;
    retire_key(&acting.registry, acting.key.as_ref(), &args.did, &args.key).await
}

/// Ends an overlap. `signer` is the did key of the member that controls the DID.
pub async fn retire_key(
    registry: &Registry,
    signer: &dyn Signer,
    did: &str,
    fragment: &str,
) -> anyhow::Result<()> {
    let record = registry.did(did).await?.value.with_context(|| format!("{did} is not on the chain"))?;
    let current = record.current().with_context(|| format!("{did} is deactivated"))?;
    find(&current.keys, fragment)?;
    let newer = newer(&current.keys, fragment).with_context(|| {
        format!("{fragment} is the newest key of its kind; put another beside it with `rotate-key --overlap`")
    })?;
    let kept = current.keys.iter().filter(|key| key.fragment != fragment).map(as_document_key);
    let change = DidChange::Replace { keys: kept.collect(), services: current.services.clone() };
    let done = update(registry, signer, did, change).await?;
    say::line(format!("{did}#{fragment} ended at block {}; #{} is left.", done.height, newer.fragment));
    Ok(())
}

pub async fn add(args: &own_args::AddSigningKey) -> anyhow::Result<()> {
    let (acting, files) = (Acting::new(&args.by, DID)?, existing(&args.by.keys)?);
    let owner = args.service.as_ref().unwrap_or(&args.by.id);
    let addition = Addition { owner, did: &args.did, kind: args.kind };
    addition.carry_out(&acting.registry, &files, acting.key.as_ref()).await
}

/// A signing key of a kind that the document does not list yet.
pub struct Addition<'a> {
    /// What the names of the key files begin with.
    pub owner: &'a str,
    pub did: &'a str,
    pub kind: own_args::SigningKind,
}

impl Addition<'_> {
    /// `signer` is the did key of the member that controls the DID.
    pub async fn carry_out(
        &self,
        registry: &Registry,
        files: &KeyStore,
        signer: &dyn Signer,
    ) -> anyhow::Result<()> {
        let Self { owner, did, kind: own_args::SigningKind::Bls12381 } = *self;
        let stem = format!("key-{}", Algorithm::Bls12381G2.as_str());
        let record = registry.did(did).await?.value.with_context(|| format!("{did} is not on the chain"))?;
        let current = record.current().with_context(|| format!("{did} is deactivated"))?;
        let listed = current.keys.iter().find(|key| key.fragment.starts_with(&stem));
        if let Some(key) = listed.filter(|key| key.compromised_at.is_none()) {
            say::line(format!("{did}#{} is listed already.", key.fragment));
            return Ok(());
        }
        let every_key = record.versions.iter().flat_map(|version| version.keys.iter());
        let fresh = format!("{stem}-{}", highest_number(&stem, every_key) + 1);
        // The private half is safe in its file before the chain names it; repeated after a crash, it is the same key.
        let new = files.load_or_create(&format!("{owner}.{fresh}"), Algorithm::Bls12381G2, &SystemEntropy)?;
        let kept = current.keys.iter().filter(|key| key.compromised_at.is_none()).map(as_document_key);
        let added = DocumentKey {
            fragment: fresh.clone(),
            multikey: new.public_key().to_multikey(),
            // Nobody signs in with it, and no other suite signs with it.
            relationships: vec![Relationship::AssertionMethod],
        };
        let keys = kept.chain([added]).collect();
        let services = current.services.clone();
        let done = update(registry, signer, did, DidChange::Replace { keys, services }).await?;
        say::line(format!("{did}#{fresh} is listed since block {}.", done.height));
        Ok(())
    }
}

/// A new key in the place of one that the document lists.
pub struct Rotation<'a> {
    /// What the names of the key files begin with.
    pub owner: &'a str,
    pub did: &'a str,
    pub fragment: &'a str,
    pub old: Old,
}

/// What becomes of the old key.
#[derive(Clone, Copy, PartialEq)]
pub enum Old {
    /// It stays listed beside the new one.
    Overlaps,
    /// It leaves the document.
    Ends,
    /// It leaves the document, and nothing it signed counts any more without an earlier anchor.
    IsCompromised,
}

impl Old {
    pub fn of(overlap: bool, compromised: bool) -> Self {
        match (overlap, compromised) {
            (_, true) => Self::IsCompromised,
            (true, false) => Self::Overlaps,
            (false, false) => Self::Ends,
        }
    }
}

impl Rotation<'_> {
    /// `signer` is the did key of the member that controls the DID.
    pub async fn carry_out(
        &self,
        registry: &Registry,
        files: &KeyStore,
        signer: &dyn Signer,
    ) -> anyhow::Result<()> {
        let Self { owner, did, fragment, old: fate } = *self;
        let record = registry.did(did).await?.value.with_context(|| format!("{did} is not on the chain"))?;
        let current = record.current().with_context(|| format!("{did} is deactivated"))?;
        let listed = current.keys.iter().any(|key| key.fragment == fragment);
        if fate == Old::IsCompromised && !listed {
            return mark_retired(registry, signer, did, &record, fragment).await;
        }
        let old = find(&current.keys, fragment)?;
        if let (Old::Overlaps, Some(newer)) = (fate, newer(&current.keys, fragment)) {
            bail!("{fragment} has #{} beside it already; end it with `retire-key`", newer.fragment);
        }
        let (stem, _) = fragment.rsplit_once('-').context("the fragment does not end with a number")?;
        let every_key = record.versions.iter().flat_map(|version| version.keys.iter());
        let fresh = format!("{stem}-{}", highest_number(stem, every_key) + 1);
        let algorithm = PublicKey::from_multikey(&old.multikey)?.algorithm();
        // The private half is safe in its file before the chain names it; repeated after a crash, it is the same key.
        let new = files.load_or_create(&format!("{owner}.{fresh}"), algorithm, &SystemEntropy)?;

        let stays = |key: &&DidKey| fate == Old::Overlaps || key.fragment != fragment;
        // The issuer signs with the last key of a kind.
        let mut keys: Vec<DocumentKey> = current.keys.iter().filter(stays).map(as_document_key).collect();
        keys.push(DocumentKey {
            fragment: fresh.clone(),
            multikey: new.public_key().to_multikey(),
            relationships: old.relationships.clone(),
        });
        // A repeated command finds the mark that it left before it was cut off.
        if fate == Old::IsCompromised && old.compromised_at.is_none() {
            let change = DidChange::MarkCompromised { multikey: old.multikey.clone() };
            update(registry, signer, did, change).await?;
        }
        let services = current.services.clone();
        let done = update(registry, signer, did, DidChange::Replace { keys, services }).await?;
        let told = match fate {
            Old::Overlaps => {
                format!("has #{fresh} beside it since block {}; end it with `retire-key`", done.height)
            }
            Old::Ends => format!("was replaced by #{fresh} at block {}", done.height),
            Old::IsCompromised => format!(
                "is marked as compromised and was replaced by #{fresh} at block {}; `keys reissue-plan` says which \
                 credentials it signed",
                done.height
            ),
        };
        say::line(format!("{did}#{fragment} {told}."));
        Ok(())
    }
}

/// A key that left the document before it was known to be stolen: nothing takes its place.
async fn mark_retired(
    registry: &Registry,
    signer: &dyn Signer,
    did: &str,
    record: &DidRecord,
    fragment: &str,
) -> anyhow::Result<()> {
    let mut every_key = record.versions.iter().rev().flat_map(|version| version.keys.iter());
    let old = every_key.find(|key| key.fragment == fragment);
    let old = old.with_context(|| format!("{did} never had a key {fragment}"))?;
    let change = DidChange::MarkCompromised { multikey: old.multikey.clone() };
    let height = update(registry, signer, did, change).await?.height;
    say::line(format!(
        "{did}#{fragment}, which was retired before, is marked as compromised since block {height}."
    ));
    Ok(())
}

/// On the newest version: marking a key may have made one.
async fn update(
    registry: &Registry,
    signer: &dyn Signer,
    did: &str,
    change: DidChange,
) -> anyhow::Result<Committed> {
    let record = registry.did(did).await?.value.context("the DID is gone")?;
    let known_versions = u32::try_from(record.versions.len())?;
    let update = UpdateDid { did: did.to_owned(), known_versions, change };
    Ok(setup::send(registry, signer, Operation::UpdateDid(update)).await?)
}

fn find<'a>(keys: &'a [DidKey], fragment: &str) -> anyhow::Result<&'a DidKey> {
    keys.iter().find(|key| key.fragment == fragment).with_context(|| {
        let known: Vec<&str> = keys.iter().map(|key| key.fragment.as_str()).collect();
        format!("there is no key {fragment}; the document has {}", known.join(", "))
    })
}

/// The next key of the same kind that is listed after it and is fit to sign.
fn newer<'a>(keys: &'a [DidKey], fragment: &str) -> Option<&'a DidKey> {
    let (stem, _) = fragment.rsplit_once('-')?;
    let after = keys.iter().skip_while(|key| key.fragment != fragment).skip(1);
    let alike = |key: &&DidKey| key.fragment.rsplit_once('-').is_some_and(|(other, _)| other == stem);
    after.filter(alike).find(|key| key.compromised_at.is_none())
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
