use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use registry::restart_file;
use registry_client::{Checkpoint, HttpNode};
use registry_types::{Genesis, GovernorSignature, RestartCertificate, RestartPlan, ValidatorSet};
use url::Url;

use super::args::Anchor;
use super::checkpoint::{follow, outbound};
use super::govern::GOVERN;
use super::key_folder::{member_key, raw};
use super::proof_file;
use super::restart_args::{Merge, Plan, Restart, Sign, Step, Take};
use super::verify_proof::{ANY_AGE, NotProven, client, now_ms};
use super::words::time;
use crate::{config, files, say};

pub async fn run(args: &Restart) -> anyhow::Result<()> {
    match &args.step {
        Step::Plan(args) => plan(args).await,
        Step::Sign(args) => sign(args).await,
        Step::Merge(args) => merge(args),
        Step::Take(args) => place(args),
    }
}

async fn plan(args: &Plan) -> anyhow::Result<()> {
    ensure!(!args.out.exists(), "{} is there already: name another file with --out", args.out.display());
    let mut last: Option<Checkpoint> = None;
    for node in &args.nodes {
        let told = newest(node, &args.genesis).await?;
        say::line(format!("{node} has block {} of {}", told.header().height, time(told.header().time_ms)));
        if last.as_ref().is_none_or(|last| last.header().height < told.header().height) {
            last = Some(told);
        }
    }
    let last = last.context("no node was named")?;
    let header = last.header();
    for one in &args.validators {
        ensure!(
            last.validators().validators().iter().all(|old| old.public_key != one.public_key),
            "{} is the key of a validator that is being replaced. It has voted at this height and could sign twice: \
             make a new one with `passerelle registry node-keys`",
            hex::encode(one.public_key)
        );
    }
    let validators = ValidatorSet::new(args.validators.clone()).context("a validator is named twice")?;
    let plan = RestartPlan {
        chain: header.chain,
        height: header.height,
        header_hash: last.header_hash(),
        state_root: header.state_root,
        validators,
    };
    let restart = RestartCertificate { plan, signatures: Vec::new() };
    files::replace(&args.out, &restart_file::to_json(&restart))?;
    tell(&restart);
    say::line(format!("\n{} waits for the governors' signatures.", args.out.display()));
    Ok(())
}

/// A node's newest block, believed on the genesis alone; a chain that stands still may be of any age.
async fn newest(url: &Url, genesis: &Path) -> anyhow::Result<Checkpoint> {
    let now_ms = now_ms()?;
    let anchor =
        Anchor { genesis: Some(genesis.to_owned()), checkpoint: None, pin: None, trust_days: u32::MAX };
    let mut light = match client(&anchor, ANY_AGE, now_ms)? {
        Ok(light) => light,
        Err(NotProven(why)) => bail!("{why}"),
    };
    let node = HttpNode::new(url.clone(), outbound()?);
    let told = node.checkpoint().await.with_context(|| format!("{url} gives no newest block"))?;
    follow(&mut light, &node, told.header(), now_ms).await?;
    light
        .check_header(told.header(), told.certificate(), 0, now_ms)
        .with_context(|| format!("the newest block of {url} is not proven"))?;
    Ok(told)
}

async fn sign(args: &Sign) -> anyhow::Result<()> {
    let mut restart = restart_file::read(&args.file)?;
    let genesis: Genesis = serde_json::from_slice(&proof_file::read(&args.genesis)?)
        .with_context(|| format!("{} is not a genesis", args.genesis.display()))?;
    ensure!(restart.plan.chain == genesis.chain_id(), "the restart is for another chain");
    let key = member_key(&args.keys, &args.id, GOVERN)?;
    let signature = key.sign(&restart.plan.signing_bytes()).await.context("the govern key cannot sign")?;
    let signature = signature.try_into().ok().context("the govern key is no Ed25519 key")?;
    restart.signatures.retain(|one| one.organisation != args.id);
    restart.signatures.push(GovernorSignature {
        organisation: args.id.clone(),
        public_key: raw(key.public_key())?,
        signature,
    });
    files::replace(&args.file, &restart_file::to_json(&restart))?;
    tell(&restart);
    Ok(())
}

fn merge(args: &Merge) -> anyhow::Result<()> {
    let mut merged: Option<RestartCertificate> = None;
    for path in &args.files {
        let one = restart_file::read(path)?;
        let Some(known) = merged.as_mut() else {
            merged = Some(one);
            continue;
        };
        ensure!(known.plan == one.plan, "{} restarts the chain in another way", path.display());
        for signature in one.signatures {
            if known.signatures.iter().all(|known| known.organisation != signature.organisation) {
                known.signatures.push(signature);
            }
        }
    }
    let merged = merged.context("no file was named")?;
    files::replace(&args.out, &restart_file::to_json(&merged))?;
    tell(&merged);
    Ok(())
}

fn place(args: &Take) -> anyhow::Result<()> {
    let restart = restart_file::read(&args.file)?;
    let config: registry::Config = config::read(&args.config)?;
    let path = take(&config.node.data, &restart)?;
    tell(&restart);
    say::line(format!("{} is in place. The node checks it when it starts.", path.display()));
    Ok(())
}

/// Puts a restart where the node with its data in `data` finds it.
pub fn take(data: &Path, restart: &RestartCertificate) -> anyhow::Result<PathBuf> {
    let folder = registry::restarts_folder(data);
    files::folder(&folder)?;
    let path = folder.join(format!("after-{}.json", restart.plan.height));
    files::replace(&path, &restart_file::to_json(restart))?;
    Ok(path)
}

fn tell(restart: &RestartCertificate) {
    let plan = &restart.plan;
    say::line(format!(
        "The chain goes on after block {}, header {}, and is decided by:",
        plan.height,
        hex::encode(plan.header_hash)
    ));
    for one in plan.validators.validators() {
        say::line(format!("  {} of {} (run by {})", hex::encode(one.public_key), one.owner, one.host));
    }
    let signed: Vec<_> = restart.signatures.iter().map(|one| one.organisation.as_str()).collect();
    let signed = if signed.is_empty() { "nobody yet".to_owned() } else { signed.join(", ") };
    say::line(format!("Signed by {signed}."));
}
