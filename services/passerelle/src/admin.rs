use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use clock::SystemEntropy;
use keys::Algorithm;
use registry::setup;
use registry_types::{DidChange, DidKey, DocumentKey, Operation, UpdateDid};

use crate::cli::Admin;
use crate::config::read;
use crate::organisations::{Everyone, ISSUING, key_files};
use crate::plan::{Plan, Service};
use crate::{found, say};

pub async fn run(command: Admin) -> anyhow::Result<()> {
    match command {
        Admin::OfficerLink { data, tenant } => officer_link(&data, &tenant).await,
        Admin::RotateKey { data, org, key, compromised } => rotate_key(&data, &org, &key, compromised).await,
        Admin::Bootstrap { data } => bootstrap(&data).await,
    }
}

async fn officer_link(data: &Path, tenant: &str) -> anyhow::Result<()> {
    let plan = Plan::load(data)?;
    let config: issuer::Config = read(&plan.config(Service::Issuer))?;
    match issuer::officer_link(&config, tenant).await? {
        Some(link) => say::line(link.as_str()),
        None => bail!("{tenant} has officers already; they invite others in the console"),
    }
    Ok(())
}

async fn bootstrap(data: &Path) -> anyhow::Result<()> {
    let plan = Plan::load(data)?;
    let everyone = Everyone::load_or_create(&plan)?;
    let sent = found::found(&found::connect(&plan)?, &everyone).await?;
    say::line(format!("{sent} transactions were sent; the organisations are on the chain."));
    Ok(())
}

async fn rotate_key(data: &Path, org: &str, fragment: &str, compromised: bool) -> anyhow::Result<()> {
    let plan = Plan::load(data)?;
    ensure!(ISSUING.iter().any(|organisation| organisation.id == org), "there is no organisation {org}");
    let everyone = Everyone::load_or_create(&plan)?;
    let did = everyone.did(org).context("the organisation has no DID")?;
    let registry = found::connect(&plan)?;
    let record = registry.did(did).await?.value.with_context(|| format!("{did} is not on the chain"))?;
    let current = record.current().with_context(|| format!("{did} is deactivated"))?;
    let old = current.keys.iter().find(|key| key.fragment == fragment);
    let old = old.with_context(|| {
        let known: Vec<&str> = current.keys.iter().map(|key| key.fragment.as_str()).collect();
        format!("there is no key {fragment}; the document has {}", known.join(", "))
    })?;

    let (stem, _) = fragment.rsplit_once('-').context("the fragment does not end with a number")?;
    let every_key = record.versions.iter().flat_map(|version| version.keys.iter());
    let new_fragment = format!("{stem}-{}", highest_number(stem, every_key) + 1);
    let algorithm = if stem.contains("p256") { Algorithm::P256 } else { Algorithm::Ed25519 };
    let files = key_files(&plan)?;
    // The private half is safe in its file before the chain names it; repeated after a crash, it is the same key.
    let new = files.load_or_create(&format!("{org}.{new_fragment}"), algorithm, &SystemEntropy)?;
    let signer = files.load(&format!("{org}.did"))?;

    let kept = current.keys.iter().filter(|key| key.fragment != fragment).map(as_document_key);
    let mut keys: Vec<DocumentKey> = kept.collect();
    keys.push(DocumentKey {
        fragment: new_fragment.clone(),
        multikey: new.public_key().to_multikey(),
        relationships: old.relationships.clone(),
    });
    let services = current.services.clone();
    let known_versions = u32::try_from(record.versions.len())?;
    let update = |known_versions, change| {
        Operation::UpdateDid(UpdateDid { did: did.to_owned(), known_versions, change })
    };
    if compromised {
        let change = DidChange::MarkCompromised { multikey: old.multikey.clone() };
        setup::send(&registry, signer.as_ref(), update(known_versions, change)).await?;
    }
    // Marking may have made a version of its own.
    let record = registry.did(did).await?.value.context("the DID is gone")?;
    let known_versions = u32::try_from(record.versions.len())?;
    let change = DidChange::Replace { keys, services };
    let done = setup::send(&registry, signer.as_ref(), update(known_versions, change)).await?;
    say::line(format!("{did}#{fragment} was replaced by #{new_fragment} at block {}.", done.height));
    Ok(())
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
