//! The Fund's night killed at random moments: it goes on where it was, and comes to what one whole night comes to.

use std::time::Duration;

use actors::{Officer, until};
use anyhow::{Context as _, Result, ensure};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack};

const PEOPLE: usize = 3_000;
const HEAD: &str = "uid,family_name,birth_date,country,in_payment_since";

/// The Fund's REST as a machine uses it.
struct Fund<'a> {
    stack: &'a Stack,
    token: String,
}

pub async fn killed_at_random(stack: &Stack, kills: usize, seed: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let officer = Officer::register(stack, "unjspf").await?;
    let token = officer.machine_for("nights", &["fund-register", "fund-cycle", "fund-audit"]).await?;
    let fund = Fund { stack, token };
    fund.register().await?;
    let mut cut = 0;
    for _ in 0..kills {
        let pause = Duration::from_millis(20 + u64::from(random.next_u32() % 900));
        // The answer never comes; the run is in the database.
        let _ = tokio::time::timeout(pause, fund.send("POST", "nights", "application/json", "")).await;
        stack.kill(Service::Issuer)?;
        stack.restart(Service::Issuer).await?;
        cut += usize::from(fund.nights().await?.iter().any(|night| night.get("finishedAt").is_none()));
    }
    println!("nights: {cut} of {kills} kills cut a run");
    fund.send("POST", "nights", "application/json", "").await?;
    let nights = fund.nights().await?;
    ensure!(
        nights.iter().all(|night| night.get("finishedAt").is_some()),
        "a run was left behind: {nights:?}"
    );
    ensure!(nights.iter().all(|night| night["faults"] == 0), "somebody could not be stepped: {nights:?}");
    let changed: u64 = nights.iter().filter_map(|night| night["changed"].as_u64()).sum();
    // Once for each year that has begun.
    let (years, rest) = (changed / PEOPLE as u64, changed % PEOPLE as u64);
    ensure!(years > 0 && rest == 0, "{changed} changes of {PEOPLE} people: {nights:?}");
    let numbers = fund.send("GET", "counts/2026", "", "").await?;
    let stages = numbers["stages"].as_object().context("no stages")?;
    let full: Vec<_> = stages.iter().filter(|(_, many)| **many != 0).collect();
    ensure!(full.len() == 1 && numbers["total"] == PEOPLE, "everybody stands in one stage: {numbers}");
    for uid in [0, PEOPLE / 2, PEOPLE - 1].map(number) {
        let found =
            fund.send("POST", "people/search", "application/json", &json!({"uid": uid}).to_string()).await?;
        let person = found["person"].as_str().context("no person")?;
        let journal = fund.send("GET", &format!("journals/{person}"), "", "").await?;
        let entries = journal["entries"].as_array().context("no entries")?;
        let many = entries.len() as u64;
        ensure!(many == years, "{years} years wrote {many} entries about {person}");
    }
    Ok(())
}

fn number(at: usize) -> String {
    format!("{:09}", 100_000_000 + at)
}

impl Fund<'_> {
    async fn register(&self) -> Result<()> {
        let rows = (0..PEOPLE).map(|at| format!("{},Family{at},1950-05-05,FRA,2010-01-01\n", number(at)));
        let csv = format!("{HEAD}\n{}", rows.collect::<String>());
        let import = self.send("POST", "register/imports", "text/csv", &csv).await?;
        let id = import["id"].as_str().context("no import")?;
        self.send("POST", &format!("register/imports/{id}/confirmation"), "", "").await?;
        until("the register", Duration::from_secs(120), async || {
            let import = self.send("GET", &format!("register/imports/{id}"), "", "").await?;
            Ok((import["state"] == "finished").then_some(()))
        })
        .await
    }

    async fn nights(&self) -> Result<Vec<Value>> {
        let nights = self.send("GET", "nights", "", "").await?;
        nights.as_array().cloned().context("no list of nights")
    }

    async fn send(&self, method: &str, path: &str, kind: &str, sent: &str) -> Result<Value> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let headers = if kind.is_empty() { &headers[..1] } else { &headers[..] };
        let url = format!("{}/v1/fund/unjspf/{path}", self.stack.url(Service::Issuer));
        let reply = Agent::new().send(method.parse()?, url, headers, sent.as_bytes().to_vec()).await?;
        ensure!(reply.status < 300, "{path}: {} {}", reply.status, reply.text());
        Ok(serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }
}
