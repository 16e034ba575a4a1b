//! Compares the issuer's records, the published lists, the chain and the copies people hold.

use std::collections::BTreeSet;
use std::time::Duration;

use actors::{Agency, Chain, Officer, text, until};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use testkit::{Agent, Stack, jcs, sha256};

use super::ledger::{Copy, Ledger};

pub async fn all(stack: &Stack, ledger: &Ledger, hr: &Officer) -> Result<()> {
    let broken = std::mem::take(&mut ledger.entries().broken);
    if !broken.is_empty() {
        bail!("contradictions while the load ran:\n{}", broken.join("\n"));
    }
    let copies = ledger.entries().copies.clone();
    ensure!(!copies.is_empty(), "the load issued nothing");
    issued_once(ledger, hr).await.context("the issuer's records")?;
    anchored_once(stack, &copies).await.context("anchors")?;
    with_the_status_acknowledged(stack, &copies).await.context("status")?;
    kept_in_wallets(ledger).await.context("wallets")
}

type Copies = std::collections::BTreeMap<(String, String), Copy>;

/// Every acknowledged copy has exactly one record, and no person has more copies than offered.
async fn issued_once(ledger: &Ledger, hr: &Officer) -> Result<()> {
    let mut numbers: BTreeSet<String> =
        ledger.entries().copies.keys().map(|(number, _)| number.clone()).collect();
    numbers.extend(ledger.entries().in_wallets.iter().map(|held| held.number.clone()));
    for number in numbers {
        let records = hr.copies(&number).await?;
        let mut seen = BTreeSet::new();
        for record in &records {
            ensure!(seen.insert(&record.kind), "{number}: {} was issued twice: {records:?}", record.kind);
        }
        ensure!(records.len() == 2, "{number}: {} records instead of 2: {records:?}", records.len());
    }
    Ok(())
}

/// Every copy has a receipt that leads to a root on the chain; no two copies share a leaf.
async fn anchored_once(stack: &Stack, copies: &Copies) -> Result<()> {
    let (chain, agent) = (Chain::connect(stack).await?, Agent::new());
    let mut leaves = BTreeSet::new();
    for ((number, configuration), copy) in copies {
        let uri = copy.issued.receipt_uri.as_deref().context("no receipt_uri")?;
        let receipt = until("a receipt", Duration::from_secs(60), async || {
            let answer = agent.get(uri).await?;
            Ok(if answer.status == 200 { Some(answer.json()?) } else { None })
        });
        let receipt = receipt.await.with_context(|| format!("{number} {configuration}"))?;
        chain.check_receipt(&receipt, &digest(&copy.issued.credential)).await?;
        let leaf = format!("{}/{}", receipt["sequence"], receipt["leafIndex"]);
        ensure!(leaves.insert(leaf), "two copies share a leaf: {receipt}");
    }
    Ok(())
}

/// The verifier, from published lists and the chain, answers what HR was last told.
async fn with_the_status_acknowledged(stack: &Stack, copies: &Copies) -> Result<()> {
    let agency = Agency::connect(stack).await?;
    for ((number, configuration), copy) in copies {
        let settled = until("the status", Duration::from_secs(30), async || {
            let report = agency.verify("staff-identity", &copy.issued.credential, None).await?;
            ensure!(report.check("proof")?.0 == "pass", "{}", report.summary());
            let (result, code) = report.check("status")?;
            let there = copy.allowed.iter().any(|state| match *state {
                "valid" => result == "pass",
                state => result == "fail" && code.contains(state),
            });
            if there { Ok(Some(())) } else { bail!("expected {:?}: {}", copy.allowed, report.summary()) }
        });
        settled.await.with_context(|| format!("{number} {configuration}"))?;
    }
    Ok(())
}

async fn kept_in_wallets(ledger: &Ledger) -> Result<()> {
    let held = std::mem::take(&mut ledger.entries().in_wallets);
    for one in &held {
        let ids: BTreeSet<String> = one
            .person
            .credentials()
            .await?
            .iter()
            .map(|credential| text(credential, "/id"))
            .collect::<Result<_>>()?;
        ensure!(
            ids.len() == one.credential_ids.len(),
            "{}: {} credentials in the wallet",
            one.number,
            ids.len()
        );
        ensure!(one.credential_ids.iter().all(|id| ids.contains(id)), "{}: a credential is gone", one.number);
    }
    ledger.entries().in_wallets = held;
    Ok(())
}

/// What is anchored of a copy: the whole secured credential, or the issuer-signed JWT.
fn digest(credential: &Value) -> [u8; 32] {
    match credential.as_str() {
        Some(sd_jwt) => sha256(sd_jwt.split('~').next().unwrap_or_default()),
        None => sha256(jcs(credential)),
    }
}
