use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use keys::PublicKey;
use registry::setup::Newcomer;
use registry_types::{CharterVersion, Joining, Seats, SignedStatement};

use super::key_folder::MemberKeys;
use super::member_args::Statement;
use super::proof_file;
use crate::{files, say};

pub async fn run(args: &Statement) -> anyhow::Result<()> {
    let keys = MemberKeys::load_or_create(&args.keys, &args.id)?;
    let public = keys.public();
    let owned = args.validators.iter().map(|own| {
        let key = PublicKey::ed25519(own.public_key)
            .with_context(|| format!("{} is no public key", hex::encode(own.public_key)))?;
        Ok((key, own.host.clone()))
    });
    let member = Newcomer {
        id: &args.id,
        name: &args.name,
        seats: Seats { governor: args.governor, issuer: args.issuer, validator: !args.validators.is_empty() },
        keys: &public,
        govern: keys.govern.as_ref(),
        validators: owned.collect::<anyhow::Result<_>>()?,
    };
    let joining = match (&args.network, args.chain) {
        (Some(network), _) => Joining::Genesis { network: network.clone() },
        (None, Some(id)) => Joining::Chain { id },
        (None, None) => anyhow::bail!("name a network with --network or a running chain with --chain"),
    };
    let charter = CharterVersion { version: args.charter_version, digest: args.charter.unwrap_or_default() };
    let signed = member.statement(joining, charter).await?;
    signed.check().context("a chain would not take the statement")?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.json", args.id)));
    files::replace(&out, &serde_json::to_vec_pretty(&signed)?)?;
    let next = if args.network.is_some() {
        "Send it to whoever runs `passerelle registry init`."
    } else {
        "Send it to a governor, who runs `passerelle registry propose … admit`."
    };
    say::line(format!(
        "{} says who {} is, signed with its govern key {}.\n{next}\nThe private keys are in {}: keep a copy apart.",
        out.display(),
        args.id,
        hex::encode(signed.public_key),
        keys.place,
    ));
    Ok(())
}

/// A statement whose signature holds.
pub fn read(path: &Path) -> anyhow::Result<SignedStatement> {
    let signed: SignedStatement = serde_json::from_slice(&proof_file::read(path)?)
        .with_context(|| format!("{} is not a member's statement", path.display()))?;
    let checked = signed.check();
    checked.with_context(|| format!("{} does not hold", path.display()))?;
    ensure!(signed.statement.charter.version > 0, "{} accepts no charter", path.display());
    Ok(signed)
}
