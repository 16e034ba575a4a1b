use anyhow::Context as _;
use clock::SystemEntropy;
use keys::Algorithm;
use registry_types::Operation;
use registry_types::operation::{
    AddKey, Audit, ChangeDelegation, DelegateAccreditation, DelegationChange, DescribeValidator, NewKey,
    RevokeKey, RevokeValidator, possession_bytes,
};

use super::govern::{Acting, GOVERN};
use super::key_folder::{existing, raw};
use super::kind::{digest_of, grant};
use super::member_args::Actor;
use super::own_args::{self, Standing};
use crate::say;

pub async fn add_key(args: &own_args::AddKey) -> anyhow::Result<()> {
    let acting = Acting::new(&args.by, GOVERN)?;
    let made = existing(&args.by.keys)?.load_or_create(&args.name, Algorithm::Ed25519, &SystemEntropy)?;
    let key = NewKey { role: args.role.into(), public_key: raw(made.public_key())? };
    let possession = made.sign(&possession_bytes(&acting.registry.chain(), &args.by.id, &key)).await?;
    let possession = possession.try_into().map_err(|_| anyhow::anyhow!("not an Ed25519 signature"))?;
    let public_key = hex::encode(key.public_key);
    let height = act(&acting, Operation::AddKey(AddKey { key, possession })).await?;
    say::line(format!("{} holds since block {height}:\n\n  {public_key}", args.name));
    Ok(())
}

pub async fn revoke_key(args: &own_args::RevokeKey) -> anyhow::Result<()> {
    let operation = Operation::RevokeKey(RevokeKey { public_key: args.key });
    govern(&args.by, operation, "The key signs nothing since").await
}

pub async fn revoke_validator(args: &own_args::RevokeValidator) -> anyhow::Result<()> {
    let operation = Operation::RevokeValidator(RevokeValidator { public_key: args.key });
    govern(&args.by, operation, "The validator decides nothing after").await
}

pub async fn describe_validator(args: &own_args::DescribeValidator) -> anyhow::Result<()> {
    let audit = match (&args.auditor, args.audited, &args.report) {
        (Some(auditor), Some(date_ms), Some(report)) => {
            Some(Audit { date_ms, auditor: auditor.clone(), digest: digest_of(report)? })
        }
        _ => None,
    };
    let describe = DescribeValidator { public_key: args.key, host: args.host.clone(), audit };
    govern(&args.by, Operation::DescribeValidator(describe), "The validator is described so since").await
}

pub async fn delegate(args: &own_args::Delegate) -> anyhow::Result<()> {
    let delegate = DelegateAccreditation { parent: args.parent.clone(), grant: grant(&args.grant) };
    govern(&args.by, Operation::DelegateAccreditation(delegate), "The issuer is accredited since").await
}

pub async fn change_delegation(args: &own_args::ChangeDelegation) -> anyhow::Result<()> {
    let (change, told) = match args.to {
        Standing::Suspend => (DelegationChange::Suspend, "The accreditation is suspended since"),
        Standing::Reinstate => (DelegationChange::Reinstate, "The accreditation holds again since"),
        Standing::Withdraw => (DelegationChange::Withdraw, "The accreditation ended at"),
    };
    let (issuer, type_iri) = (args.name.issuer.clone(), args.name.type_iri.clone());
    let change = ChangeDelegation { issuer, type_iri, change };
    govern(&args.by, Operation::ChangeDelegation(change), told).await
}

/// An act that the member's govern key is enough for.
async fn govern(by: &Actor, operation: Operation, told: &str) -> anyhow::Result<()> {
    let height = act(&Acting::new(by, GOVERN)?, operation).await?;
    say::line(format!("{told} block {height}."));
    Ok(())
}

async fn act(acting: &Acting, operation: Operation) -> anyhow::Result<u64> {
    let name = operation.name();
    Ok(acting.send(operation).await.with_context(|| format!("the chain does not take it ({name})"))?.height)
}
