//! The Fund's nightly job: 74,000 people on the register, the first night and the usual one.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use actors::Officer;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Agent, Mode, Service, Stack, StackOptions};

use crate::measure;

const PEOPLE: usize = 74_000;
const HEAD: &str = "uid,given_name,family_name,birth_date,country,language,track,address,in_payment_since";
const COUNTRIES: [&str; 6] = ["USA", "FRA", "CHE", "KEN", "IND", "LBN"];

pub async fn print() -> Result<()> {
    let people = std::env::var("PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(PEOPLE);
    println!("the Fund's year, SQLite, one process each, {people} people");
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    let officer = Officer::register(&stack, "unjspf").await?;
    let token = officer.machine_for("bench", &["fund-register", "fund-cycle", "fund-audit"]).await?;
    let fund =
        Fund { agent: Agent::new(), url: format!("{}/v1/fund/unjspf", stack.url(Service::Issuer)), token };

    let begun = Instant::now();
    let import = fund.post("register/imports", "text/csv", register(people)?).await?;
    let id = import.get("id").and_then(Value::as_str).context("no import")?.to_owned();
    row("file read, compared and kept", begun);
    let begun = Instant::now();
    fund.post(&format!("register/imports/{id}/confirmation"), "application/json", String::new()).await?;
    while fund.get(&format!("register/imports/{id}")).await?.get("state") != Some(&Value::from("finished")) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    row("put into the register", begun);
    for what in ["first night, everybody enters the year", "night in which nothing is due", "the same again"]
    {
        let (begun, cpu) = (Instant::now(), measure::cpu_seconds(&stack, Service::Issuer)?);
        let run = fund.night().await?;
        ensure!(run.get("faults") == Some(&Value::from(0)), "{run}");
        let cpu = measure::cpu_seconds(&stack, Service::Issuer)? - cpu;
        println!(
            "  {what:<52} {:>9.1} s, {cpu:.1} s of CPU, {} of {} changed",
            begun.elapsed().as_secs_f64(),
            run.get("changed").cloned().unwrap_or_default(),
            run.get("lookedAt").cloned().unwrap_or_default(),
        );
    }
    let begun = Instant::now();
    fund.get("counts/2026").await?;
    row("counts of a year", begun);
    pages(&officer, people).await?;
    letters(&fund, &stack).await?;
    println!("  {:<52} {:>9.1} MB", "memory after that", measure::resident_mb(&stack, Service::Issuer)?);
    stack.finish().await
}

/// What an officer opens: somebody found by number, and that person's page with the journal.
async fn pages(officer: &Officer, people: usize) -> Result<()> {
    let (mut found, mut shown) = (Vec::new(), Vec::new());
    for at in (0..people).step_by((people / 50).max(1)) {
        let begun = Instant::now();
        let path = officer.find_in_register(&(100_000_000 + at).to_string()).await?;
        found.push(begun.elapsed());
        let begun = Instant::now();
        let page = officer.page(&path).await?;
        ensure!(page.contains(&format!("Family{at}")), "another page than the person's");
        shown.push(begun.elapsed());
    }
    for (what, mut took) in [("a person found by number", found), ("page of a person", shown)] {
        took.sort();
        let at = |place: usize| took.get(place).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0);
        println!(
            "  {what:<52} median {:>6.1} ms, longest {:>6.1} ms",
            at(took.len() / 2),
            at(took.len().saturating_sub(1))
        );
    }
    Ok(())
}

/// One mailing of the forms that the nights asked for: gathered, every part fetched, handed to the post.
async fn letters(fund: &Fund, stack: &Stack) -> Result<()> {
    let (begun, cpu) = (Instant::now(), measure::cpu_seconds(stack, Service::Issuer)?);
    let order = r#"{"kinds": ["mail-paper"], "telephone": "+1 212 963 6931", "returnAddress": "New York"}"#;
    let made = fund.post("mailings", "application/json", order.to_owned()).await?;
    let path = format!("mailings/{}", made.get("id").and_then(Value::as_str).context("no mailing")?);
    let view = loop {
        let view = fund.get(&path).await?;
        if view.get("state") == Some(&Value::from("ready")) {
            break view;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let letters = view.get("letters").and_then(Value::as_u64).unwrap_or_default();
    row(&format!("{letters} letters gathered"), begun);
    let begun = Instant::now();
    let (mut bytes, parts) = (0, view.get("parts").and_then(Value::as_array).map_or(0, Vec::len));
    for part in 1..=parts {
        bytes += fund.fetch(&format!("{path}/parts/{part}")).await?;
    }
    row(&format!("printed as {parts} PDFs, {} MB", bytes / 1_000_000), begun);
    let cpu = measure::cpu_seconds(stack, Service::Issuer)? - cpu;
    println!("  {:<52} {cpu:>9.1} s", "CPU of both");
    let (begun, before) = (Instant::now(), measure::resident_mb(stack, Service::Issuer)?);
    let (bytes, most) = fund.archive(&format!("{path}/parts.zip"), stack).await?;
    row(&format!("the same as one archive, {} MB", bytes / 1_000_000), begun);
    println!("  {:<52} {before:>9.1} MB, {most:.1} MB at most", "memory before and while it is fetched");
    let begun = Instant::now();
    let bytes = fund.fetch(&format!("{path}/addresses.csv")).await?;
    row(&format!("addresses, {} MB", bytes / 1_000_000), begun);
    let begun = Instant::now();
    let today =
        view.get("readyAt").and_then(Value::as_str).and_then(|at| at.get(..10)).context("not ready")?;
    fund.post(&format!("{path}/posting"), "application/json", format!("{{\"on\": \"{today}\"}}")).await?;
    row("handed to the post", begun);
    Ok(())
}

struct Fund {
    agent: Agent,
    url: String,
    token: String,
}

impl Fund {
    async fn post(&self, path: &str, kind: &str, sent: String) -> Result<Value> {
        self.send("POST", path, kind, sent).await
    }

    /// Also when the answer takes longer than a request may: the run goes on, and the list of nights says when it is done.
    async fn night(&self) -> Result<Value> {
        let before = self.nights().await?.len();
        let _ = self.post("nights", "application/json", String::new()).await;
        loop {
            let nights = self.nights().await?;
            let newest =
                nights.first().filter(|night| nights.len() > before && night.get("finishedAt").is_some());
            if let Some(newest) = newest {
                return Ok(newest.clone());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    async fn nights(&self) -> Result<Vec<Value>> {
        Ok(self.get("nights").await?.as_array().cloned().unwrap_or_default())
    }

    /// How many bytes come.
    async fn fetch(&self, path: &str) -> Result<usize> {
        let bearer = format!("Bearer {}", self.token);
        let url = format!("{}/{path}", self.url);
        let reply = self.agent.send("GET".parse()?, url, &[("authorization", &bearer)], Vec::new()).await?;
        ensure!(reply.status < 300, "{path}: {}", reply.status);
        Ok(reply.body.len())
    }

    /// How many bytes come, read and forgotten as they come, and the most memory that the service had meanwhile.
    async fn archive(&self, path: &str, stack: &Stack) -> Result<(usize, f64)> {
        let url: url::Url = format!("{}/{path}", self.url).parse()?;
        let host = url.host_str().context("no host")?.to_owned();
        let address = (host.clone(), url.port_or_known_default().context("no port")?);
        let asked = format!(
            "GET {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
            url.path(),
            self.token
        );
        let reading = tokio::task::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(address)?;
            stream.write_all(asked.as_bytes())?;
            let (mut bytes, mut buffer) = (0, vec![0; 1 << 16]);
            loop {
                match stream.read(&mut buffer)? {
                    0 => return Ok::<usize, std::io::Error>(bytes),
                    many => bytes += many,
                }
            }
        });
        let mut most = 0.0_f64;
        while !reading.is_finished() {
            most = most.max(measure::resident_mb(stack, Service::Issuer)?);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Ok((reading.await??, most))
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, "application/json", String::new()).await
    }

    async fn send(&self, method: &str, path: &str, kind: &str, sent: String) -> Result<Value> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let url = format!("{}/{path}", self.url);
        let reply = self.agent.send(method.parse()?, url, &headers, sent.into_bytes()).await?;
        ensure!(reply.status < 300, "{path}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
        Ok(serde_json::from_slice(&reply.body)?)
    }
}

fn register(people: usize) -> Result<String> {
    let mut text = format!("{HEAD}\n");
    for at in 0..people {
        let country = COUNTRIES.get(at % COUNTRIES.len()).context("no country")?;
        let (year, month) = (1930 + at % 35, 1 + at % 12);
        text.push_str(&format!(
            "{:09},Given{at},Family{at},{year}-{month:02}-15,{country},fr,one,1 Rue de Test | {at} Ville,2010-01-01\n",
            100_000_000 + at
        ));
    }
    Ok(text)
}

fn row(what: &str, begun: Instant) {
    println!("  {what:<52} {:>9.1} s", begun.elapsed().as_secs_f64());
}
