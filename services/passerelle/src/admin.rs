use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use issuer::LinkFor;

use crate::cli::Admin;
use crate::config::read;
use crate::organisations::{Everyone, ISSUING, key_files};
use crate::plan::{Plan, Service};
use crate::registry::Rotation;
use crate::{found, say};

pub async fn run(command: Admin) -> anyhow::Result<()> {
    match command {
        Admin::OfficerLink { data, config, tenant, approver } => {
            let whom = if approver { LinkFor::Approver } else { LinkFor::FirstOfficer };
            officer_link(&data, config, &tenant, whom).await
        }
        Admin::RotateKey { data, org, key, compromised } => rotate_key(&data, &org, &key, compromised).await,
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
    let (files, registry) = (key_files(&plan)?, found::connect(&plan)?);
    let signer = files.load(&format!("{org}.did"))?;
    let rotation = Rotation { owner: org, did, fragment, compromised };
    rotation.carry_out(&registry, &files, signer.as_ref()).await
}
