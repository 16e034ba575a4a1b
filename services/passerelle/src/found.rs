use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clock::{Clock as _, SystemClock};
use futures_util::future::try_join_all;
use keys::{PublicKey, Signer};
use outbound::Outbound;
use registry::setup::{self, Newcomer};
use registry_client::{Registry, TrustConfig};
use registry_types::{Genesis, Operation, Seats, SignedTransaction};

use crate::config::OWN_CHAIN_DAYS;
use crate::files;
use crate::organisations::{Everyone, GOVERNOR};
use crate::plan::{Plan, Service};

const VOCABULARY: &str = "https://schemas.passerelle.example/v1";
const MAX_AGE: Duration = Duration::from_secs(120);

/// Writes the genesis at the first start. The chain begins with it, so it is never written again.
pub async fn write_genesis(plan: &Plan, everyone: &Everyone) -> anyhow::Result<()> {
    let path = plan.path("genesis.json");
    if path.exists() {
        return Ok(());
    }
    let keys = crate::config::read::<registry::Config>(&plan.config(Service::Registry))?.keys;
    let validator = registry::validator_public_key(&keys)?;
    let time_ms = u64::try_from(SystemClock.now().timestamp_millis()).context("the clock is before 1970")?;
    let (id, name) = GOVERNOR;
    let governor = Newcomer {
        id,
        name,
        seats: Seats { governor: true, validator: true, issuer: false },
        keys: everyone.governor_keys(),
        govern: everyone.governor.as_ref(),
        validators: vec![(validator, "This machine".to_owned())],
    };
    let genesis = setup::genesis("passerelle-demonstration", time_ms, &[governor]).await?;
    genesis.check()?;
    files::replace(&path, &serde_json::to_vec_pretty(&genesis)?)
}

/// A light client for the registry of this plan.
pub fn connect(plan: &Plan) -> anyhow::Result<Registry> {
    let path = plan.path("genesis.json");
    let json = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let genesis: Genesis = serde_json::from_slice(&json).context("genesis.json is not a genesis")?;
    let outbound = Outbound::new(&plan.outbound())?;
    let url = plan.url(Service::Registry)?;
    let registry = Registry::connect(url, &genesis, outbound, Arc::new(SystemClock), MAX_AGE)?;
    registry.trust(&TrustConfig { period_days: OWN_CHAIN_DAYS, ..TrustConfig::default() })?;
    Ok(registry)
}

/// Brings the chain to where the demonstration begins: members, DIDs, schemas, accreditations, each by a signed
/// transaction and only where the chain does not hold it yet. Says how many it sent.
pub async fn found(registry: &Registry, everyone: &Everyone) -> anyhow::Result<usize> {
    let governor = everyone.governor.as_ref();
    let mut first = Vec::new();
    for keys in &everyone.issuing {
        let organisation = keys.organisation;
        let member = Newcomer {
            id: organisation.id,
            name: organisation.name,
            seats: Seats { issuer: true, ..Seats::default() },
            keys: &keys.registered(),
            govern: keys.govern.as_ref(),
            validators: Vec::new(),
        };
        first.push(setup::admit_member(registry, &member).await?);
    }
    for published in issuance::schemas::published() {
        first.push(setup::register_schema(&published.id(), published.digest(), GOVERNOR.0));
    }
    let mut sent = send_missing(registry, governor, first).await?;

    // The rest builds on the members: their keys must be known before they sign.
    let by_members = everyone.issuing.iter().map(|keys| {
        let mut operations = vec![keys.create_did.clone()];
        if keys.organisation.id == crate::organisations::VERIFYING {
            operations.push(everyone.create_verifier_did.clone());
        }
        send_missing(registry, keys.did_key.as_ref(), operations)
    });
    sent += try_join_all(by_members).await?.into_iter().sum::<usize>();

    let mut accreditations = Vec::new();
    for keys in &everyone.issuing {
        for kind in keys.organisation.types {
            let type_iri = format!("{VOCABULARY}#{kind}");
            accreditations.push(setup::grant_accreditation(&keys.did, &type_iri, &[&keys.did]));
        }
    }
    sent += send_missing(registry, governor, accreditations).await?;
    Ok(sent)
}

/// Sends what the chain lacks with consecutive sequences at once, so that few blocks carry it all.
async fn send_missing(
    registry: &Registry,
    signer: &dyn Signer,
    operations: Vec<Operation>,
) -> anyhow::Result<usize> {
    let held = operations.iter().map(|operation| setup::already_holds(registry, operation));
    let held = try_join_all(held).await?;
    let missing: Vec<Operation> = operations
        .into_iter()
        .zip(held)
        .filter_map(|(operation, held)| (!held).then_some(operation))
        .collect();
    if missing.is_empty() {
        return Ok(0);
    }
    let PublicKey::Ed25519(public_key) = *signer.public_key() else {
        anyhow::bail!("registry keys are Ed25519 keys");
    };
    let mut sequence = registry.sequence(&public_key).await?;
    let mut signed = Vec::new();
    for operation in missing {
        let mut transaction = registry.transaction(&public_key, operation).await?;
        transaction.sequence = sequence;
        sequence += 1;
        let signature = signer.sign(&transaction.signing_bytes()).await?;
        let signature = signature.try_into().map_err(|_| anyhow::anyhow!("not an Ed25519 signature"))?;
        signed.push(SignedTransaction { transaction, public_key, signature });
    }
    let name = |transaction: &SignedTransaction| transaction.transaction.operation.name();
    let sending = signed.iter().map(|transaction| async move {
        registry
            .submit(transaction)
            .await
            .with_context(|| format!("the registry refused: {}", name(transaction)))
    });
    Ok(try_join_all(sending).await?.len())
}
