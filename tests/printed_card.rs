//! A card from the browser's printer, read off worn paper by a strange reader (ZXing), and shown at a desk without a network.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actors::{Officer, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack, binary};

use crate::up;

/// Where the cards are, to be looked at when one is not read.
const CARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/card");
const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_read_off_worn_paper_and_is_worth_what_the_desk_says() -> Result<()> {
    let stack = up().await?;
    let folder = tempfile::tempdir()?;
    print_cards(&stack, folder.path()).await?;
    let desk = Desk::open(&stack, folder.path()).await?;
    for number in 0..2 {
        let credential = read_card(&Path::new(CARDS).join(format!("card-{number}.pdf")))?;
        let shown = desk.show(&credential).await?;
        ensure!(shown.contains("data-testid=\"replayable\"") && !shown.contains("shown-before"), "{shown}");
        ensure!(shown.contains("data-outcome=\"not-checked\""), "good but for who shows it: {shown}");
        let again = desk.show(&credential).await?;
        ensure!(again.contains("data-testid=\"shown-before\""), "scanned twice: {again}");
        let changed = changed(&credential)?;
        let refused = desk.show(&changed).await?;
        ensure!(
            !refused.contains("data-outcome=\"not-checked\"") && !refused.contains("data-outcome=\"pass\""),
            "{refused}"
        );
    }
    drop(desk);
    stack.finish().await
}

/// Somebody receives what UNDP offers, and prints a card of each.
async fn print_cards(stack: &Stack, folder: &Path) -> Result<()> {
    let hr = Officer::register(stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let number = hr.numbers(STAFF)?.into_iter().nth(1).context("a short list")?;
    let offer = hr.offer(&number)?;
    let wallet = stack.url(Service::Wallet);
    let mut link: url::Url = format!("{wallet}/offer").parse()?;
    link.query_pairs_mut().append_pair("credential_offer_uri", &offer.uri);
    let input = json!({
        "wallet": wallet,
        "offer": link,
        "code": offer.tx_code.context("no code")?,
        "paper": CARDS,
        "shots": CARDS,
    });
    let file = folder.join("browser.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/card.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/browser/card.mjs failed (npm ci in tests/browser?)");
    Ok(())
}

/// The credential on a card. Every picture of it must be read whole, and all must say the same.
fn read_card(pdf: &Path) -> Result<String> {
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/.venv/bin/python");
    let done =
        Command::new(python).arg(concat!(env!("CARGO_MANIFEST_DIR"), "/interop/card.py")).arg(pdf).output();
    let done = done.context("no Python (tests/run --only tools makes tests/interop/.venv)")?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let pictures: Vec<Value> = serde_json::from_slice(&done.stdout)?;
    ensure!(pictures.len() == 5, "five pictures are taken of each card");
    let mut card = None;
    for seen in pictures {
        let picture = actors::text(&seen, "/picture")?;
        let codes = seen.get("codes").and_then(Value::as_array).context("no codes")?;
        let mut joining = paper::Joining::default();
        let mut joined = None;
        for code in codes.iter().filter_map(Value::as_str) {
            joined = joining.add(code)?.or(joined);
        }
        let joined = joined.with_context(|| format!("{picture}: {} codes are not all", codes.len()))?;
        println!("{picture}: {} codes, {} bytes", codes.len(), joined.len());
        ensure!(*card.get_or_insert_with(|| joined.clone()) == joined, "{picture} says something else");
    }
    card.context("no picture")
}

/// One letter of what the issuer signed is another one.
fn changed(credential: &str) -> Result<String> {
    let name = match credential.starts_with('{') {
        true => "\"givenName\":\"",
        false => ".",
    };
    let at =
        credential.find(name).with_context(|| format!("{name} is not in the credential"))? + name.len() + 5;
    let old = credential[at..].chars().next().context("a short credential")?;
    Ok(format!(
        "{}{}{}",
        &credential[..at],
        if old == 'x' { 'y' } else { 'x' },
        &credential[at + old.len_utf8()..]
    ))
}

/// The desk of the program, on the officer's machine.
struct Desk {
    process: Child,
    url: String,
    agent: Agent,
}

impl Desk {
    async fn open(stack: &Stack, folder: &Path) -> Result<Self> {
        let pack = folder.join("staff.pack");
        let config = stack.data().join("config/verifier.toml");
        let built = Command::new(binary()?)
            .args(["pack", "build", "--policy", "staff-identity", "--config"])
            .arg(&config)
            .arg("--output")
            .arg(&pack)
            .output()?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = Command::new(binary()?)
            .args(["desk", "--port", &port.to_string(), "--pack"])
            .arg(&pack)
            .arg("--genesis")
            .arg(stack.data().join("genesis.json"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut desk = Self { process, url: format!("http://localhost:{port}/desk"), agent: Agent::new() };
        let ready = until("the desk", Duration::from_secs(20), async || {
            Ok(desk.agent.get_as(&desk.url, "text/html").await.ok().filter(|answer| answer.status == 200))
        });
        if let Err(error) = ready.await {
            let _ = desk.process.kill();
            let mut said = String::new();
            desk.process.stderr.take().context("no output")?.read_to_string(&mut said)?;
            return Err(error.context(said));
        }
        Ok(desk)
    }

    async fn show(&self, credential: &str) -> Result<String> {
        let form = [("text", credential), ("nonce", ""), ("receipt", "")];
        Ok(self.agent.post_form(&self.url, &form).await?.text())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
