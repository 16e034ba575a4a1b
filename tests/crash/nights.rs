//! The Fund's night killed at random moments: it goes on where it was, and comes to what one whole night comes to.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use actors::{Officer, until};
use anyhow::{Context as _, Result, ensure};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack};

/// People who come new before each kill, so that each night has something to do in two batches.
const NEW: usize = 600;
/// From so many kills on, at least one must have cut a run.
const MANY: usize = 20;
const HEAD: &str = "uid,family_name,birth_date,country,in_payment_since";

/// The Fund's REST as a machine uses it.
struct Fund<'a> {
    stack: &'a Stack,
    token: String,
    /// Each night by its identifier, as it was last seen: the list shows the latest alone.
    nights: BTreeMap<String, Value>,
}

pub async fn killed_at_random(stack: &Stack, kills: usize, seed: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let officer = Officer::register(stack, "unjspf").await?;
    let token = officer.machine_for("nights", &["fund-register", "fund-cycle", "fund-audit"]).await?;
    let mut fund = Fund { stack, token, nights: BTreeMap::new() };
    let (mut cut, mut usual) = (0, Duration::from_millis(200));
    for round in 0..kills {
        fund.register(round * NEW).await?;
        let most = u64::try_from(usual.as_millis())?.saturating_mul(3) / 2 + 2;
        let pause = Duration::from_millis(1 + random.next_u64() % most);
        let begun = Instant::now();
        // Killed first, the answer never comes; the run is in the database.
        let night = fund.send("POST", "nights", "application/json", "");
        if tokio::time::timeout(pause, night).await.is_ok() {
            usual = begun.elapsed();
        }
        stack.kill(Service::Issuer)?;
        stack.restart(Service::Issuer).await?;
        cut += usize::from(fund.look().await?);
    }
    println!("nights: {cut} of {kills} kills cut a run");
    ensure!(kills < MANY || cut > 0, "no kill of {kills} cut a run");
    // The first finishes what was cut, which may have begun before the last people came; the second steps those.
    for _ in 0..2 {
        fund.send("POST", "nights", "application/json", "").await?;
        ensure!(!fund.look().await?, "a run was left behind");
    }
    fund.compare(kills * NEW).await
}

fn number(at: usize) -> String {
    format!("{:09}", 100_000_000 + at)
}

impl Fund<'_> {
    async fn register(&self, from: usize) -> Result<()> {
        let rows =
            (from..from + NEW).map(|at| format!("{},Family{at},1950-05-05,FRA,2010-01-01\n", number(at)));
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

    /// Notes how the nights stand; whether one is not finished.
    async fn look(&mut self) -> Result<bool> {
        let nights = self.send("GET", "nights", "", "").await?;
        let mut is_cut = false;
        for night in nights.as_array().context("no list of nights")? {
            is_cut |= night.get("finishedAt").is_none();
            let id = night["id"].as_str().context("a night without an identifier")?;
            self.nights.insert(id.to_owned(), night.clone());
        }
        Ok(is_cut)
    }

    /// Everybody moved once for each year that has begun, whatever was cut.
    async fn compare(&self, people: usize) -> Result<()> {
        let nights: Vec<_> = self.nights.values().collect();
        ensure!(nights.iter().all(|night| night["faults"] == 0), "somebody could not be stepped: {nights:?}");
        let changed: u64 = nights.iter().filter_map(|night| night["changed"].as_u64()).sum();
        let (years, rest) = (changed / people as u64, changed % people as u64);
        ensure!(years > 0 && rest == 0, "{changed} changes of {people} people: {nights:?}");
        let numbers = self.send("GET", "counts/2026", "", "").await?;
        let stages = numbers["stages"].as_object().context("no stages")?;
        let full: Vec<_> = stages.iter().filter(|(_, many)| **many != 0).collect();
        ensure!(full.len() == 1 && numbers["total"] == people, "everybody stands in one stage: {numbers}");
        for uid in [0, people / 2, people - 1].map(number) {
            let search = json!({"uid": uid}).to_string();
            let found = self.send("POST", "people/search", "application/json", &search).await?;
            let person = found["person"].as_str().context("no person")?;
            let journal = self.send("GET", &format!("journals/{person}"), "", "").await?;
            let entries = journal["entries"].as_array().context("no entries")?;
            let many = entries.len() as u64;
            ensure!(many == years, "{years} years wrote {many} entries about {person}");
        }
        Ok(())
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
