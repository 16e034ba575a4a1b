use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use issuer::LinkFor;
use keys::Signer;

use crate::cli::Admin;
use crate::config::read;
use crate::organisations::{Everyone, ISSUING, key_files};
use crate::plan::{Plan, Service};
use crate::registry::{self, Addition, Old, Rotation, SigningKind};
use crate::{found, say};

pub async fn run(command: Admin) -> anyhow::Result<()> {
    match command {
        Admin::OfficerLink { data, config, tenant, approver } => {
            let whom = if approver { LinkFor::Approver } else { LinkFor::FirstOfficer };
            officer_link(&data, config, &tenant, whom).await
        }
        Admin::WalletOfficerLink { data, config } => wallet_officer_link(&data, config).await,
        Admin::RotateKey { data, org, key, overlap, compromised } => {
            rotate_key(&data, &org, &key, Old::of(overlap, compromised)).await
        }
        Admin::RetireKey { data, org, key } => retire_key(&data, &org, &key).await,
        Admin::AddSigningKey { data, org, kind } => add_signing_key(&data, &org, kind).await,
        Admin::Bootstrap { data } => bootstrap(&data).await,
    }
}

async fn officer_link(
    data: &Path,
    config: Option<PathBuf>,
    tenant: &str,
    whom: LinkFor,
) -> anyhow::Result<()> {
    let path = match config {
        Some(path) => path,
        None => Plan::load(data)?.config(Service::Issuer),
    };
    let config: issuer::Config = read(&path)?;
    match issuer::officer_link(&config, tenant, whom).await? {
        Some(link) => say::line(link.as_str()),
        None => bail!("{tenant} has officers already; they invite others in the console"),
    }
    Ok(())
}

async fn wallet_officer_link(data: &Path, config: Option<PathBuf>) -> anyhow::Result<()> {
    let path = match config {
        Some(path) => path,
        None => Plan::load(data)?.config(Service::Wallet),
    };
    let config: wallet::Config = read(&path)?;
    match wallet::officer_link(&config).await? {
        Some(link) => say::line(&link),
        None => bail!("the wallet has officers already; they invite others"),
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

async fn rotate_key(data: &Path, org: &str, fragment: &str, old: Old) -> anyhow::Result<()> {
    let plan = Plan::load(data)?;
    let (did, signer) = controller(&plan, org)?;
    let (files, registry) = (key_files(&plan)?, found::connect(&plan)?);
    let rotation = Rotation { owner: org, did: &did, fragment, old };
    rotation.carry_out(&registry, &files, signer.as_ref()).await
}

async fn retire_key(data: &Path, org: &str, fragment: &str) -> anyhow::Result<()> {
    let plan = Plan::load(data)?;
    let (did, signer) = controller(&plan, org)?;
    registry::retire_key(&found::connect(&plan)?, signer.as_ref(), &did, fragment).await
}

async fn add_signing_key(data: &Path, org: &str, kind: SigningKind) -> anyhow::Result<()> {
    let plan = Plan::load(data)?;
    let (did, signer) = controller(&plan, org)?;
    let (files, registry) = (key_files(&plan)?, found::connect(&plan)?);
    Addition { owner: org, did: &did, kind }.carry_out(&registry, &files, signer.as_ref()).await
}

/// An organisation's DID, and the key that may change its document.
fn controller(plan: &Plan, org: &str) -> anyhow::Result<(String, Arc<dyn Signer>)> {
    ensure!(ISSUING.iter().any(|organisation| organisation.id == org), "there is no organisation {org}");
    let everyone = Everyone::load_or_create(plan)?;
    let did = everyone.did(org).context("the organisation has no DID")?;
    Ok((did.to_owned(), key_files(plan)?.load(&format!("{org}.did"))?))
}
