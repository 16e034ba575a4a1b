//! Proofs of existence with pictures, sent as a phone sends them: through the wallet to the Fund (`ROWS=proofs`).
//!
//! First as many as the Fund's service can take, one after the other in the hands of a few people; then more at once than its pool
//! holds. `PROOFS` (120) and `CROWD` (60) are how many; `CORES` (2) how many the Fund's engine may use. The face is that of
//! the fixtures of `crates/presence`.

mod alone;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actors::{Officer, Person, text, until};
use anyhow::{Context as _, Result, ensure};
use testkit::{Mode, Service, Stack, StackOptions, faces};

use crate::measure;

const PROOFS: usize = 120;
const CROWD: usize = 60;
/// People who are at it at the same time: two are judged, the others wait for them.
const AT_ONCE: usize = 4;
/// The movements that the fixture's face can make.
const MOVEMENTS: [&str; 3] = ["left", "right", "closer"];

/// Somebody with a phone, and the Fund's question.
struct Asked {
    person: Person,
    link: String,
}

pub async fn print() -> Result<()> {
    let (proofs, crowd) = (number("PROOFS", PROOFS), number("CROWD", CROWD));
    let cores = number("CORES", 2);
    println!("proofs with pictures over HTTP, SQLite, one process each, an engine on {cores} cores");
    let stack = seeing(cores).await?;
    let fund = Officer::register(&stack, "unjspf").await?;
    let mut asked = ask(&stack, &fund, 1 + proofs + crowd).await?;
    let alone = alone::cpu_of_one()?;

    // The first one loads the models.
    let mut first = asked.pop_front().context("nobody was asked")?;
    first.person.prove_existence_with(&first.link, following).await?;
    let rest = asked.split_off(proofs);
    let before = measure::peak_mb(&stack, Service::Issuer)?;
    let (cpu, begun) = (measure::cpu_seconds(&stack, Service::Issuer)?, Instant::now());
    let looked = sustained(asked).await?;
    let wall = begun.elapsed().as_secs_f64();
    let each = (measure::cpu_seconds(&stack, Service::Issuer)? - cpu) / count(proofs);
    println!("  {:<52} {:>9.0} an hour", "proofs, as many as are taken", count(proofs) / wall * 3600.0);
    println!("  {:<52} {each:>9.2} s", "CPU of the Fund's service for one");
    println!(
        "  {:<52} {alone:>9.2} s, {:.0} % of that",
        "CPU of the engine for one, alone",
        alone / each * 100.0
    );
    print_pages("page of somebody who proves, meanwhile", looked);
    println!(
        "  {:<52} {:>9.0} MB, {before:.0} MB after the first",
        "memory of the Fund's service, at most",
        measure::peak_mb(&stack, Service::Issuer)?
    );
    at_once(&stack, rest).await?;
    officers_page(&fund).await?;
    stack.finish().await
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn count(many: usize) -> f64 {
    u32::try_from(many).map_or(f64::NAN, f64::from)
}

/// The Fund asks for movements that the fixture's face makes, and uses the cores it is given.
async fn seeing(cores: usize) -> Result<Stack> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    let path = stack.data().join("config/issuer.toml");
    let text = std::fs::read_to_string(&path)?;
    let section = format!("[presence]\nrunning = {cores}\nmovements = {MOVEMENTS:?}\n");
    ensure!(text.contains("[presence]\n"), "the issuer does not ask for pictures");
    std::fs::write(&path, text.replace("[presence]\n", &section))?;
    stack.kill(Service::Issuer)?;
    stack.restart(Service::Issuer).await?;
    Ok(stack)
}

/// Beneficiaries with a picture at the Fund and a wallet, each with an open question.
async fn ask(stack: &Stack, fund: &Officer, people: usize) -> Result<VecDeque<Asked>> {
    let mut csv = "uid,given_name,family_name,country,language\n".to_owned();
    for at in 0..people {
        csv.push_str(&format!("{},Given{at},Family{at},FRA,fr\n", 300_000_000 + at));
    }
    fund.upload("bench.csv", csv.as_bytes()).await?;
    let (picture, mut asked) = (faces::photo("astronaut.png"), VecDeque::new());
    let colleague = Officer::by_link(stack, "unjspf", &fund.invite_colleague().await?).await?;
    for number in fund.numbers(csv.as_bytes())? {
        fund.set_reference(&number, &picture).await?;
        colleague.confirm_reference(&number).await?;
        let (link, _) = fund.ask_existence(&number).await?;
        asked.push_back(Asked { person: Person::register(stack, &number).await?, link });
    }
    Ok(asked)
}

/// A frame for each movement, with rest between, as the page takes them.
fn following(movements: &[String]) -> Vec<Vec<u8>> {
    let mut frames = vec![faces::turn(0)];
    for movement in movements {
        frames.push(match movement.as_str() {
            "left" => faces::turn(70),
            "right" => faces::turn(31),
            _ => faces::closer(&faces::turn(92)),
        });
        frames.push(faces::turn(92));
    }
    frames
}

/// Everybody proves once, a few at a time. Returns how long their pages took.
async fn sustained(asked: VecDeque<Asked>) -> Result<Vec<Duration>> {
    let queue = Arc::new(Mutex::new(asked));
    let mut hands = Vec::new();
    for _ in 0..AT_ONCE {
        let queue = Arc::clone(&queue);
        hands.push(tokio::spawn(async move {
            let mut looked = Vec::new();
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(mut next) = next else { return anyhow::Ok(looked) };
                let sent = next.person.prove_existence_with(&next.link, following).await?;
                arrived(&next.person, &text(&sent, "/id")?).await?;
                let begun = Instant::now();
                next.person.page(&format!("/existence/{}", text(&sent, "/id")?)).await?;
                looked.push(begun.elapsed());
            }
        }));
    }
    let mut looked = Vec::new();
    for hand in hands {
        looked.extend(hand.await??);
    }
    Ok(looked)
}

/// Waits until the Fund has the answer; the wallet sends it again by itself.
async fn arrived(person: &Person, id: &str) -> Result<()> {
    until("the Fund to have the answer", Duration::from_secs(900), async || {
        let now = person.get(&format!("/v1/existence/{id}")).await?;
        if now.status != 200 {
            return Ok(None);
        }
        let state = text(&now.json()?, "/state")?;
        ensure!(matches!(state.as_str(), "sending" | "answered"), "a proof is lost: {state}");
        Ok((state == "answered").then_some(()))
    })
    .await
}

/// Everybody makes ready, then all send at once.
async fn at_once(stack: &Stack, asked: VecDeque<Asked>) -> Result<()> {
    let people = asked.len();
    let mut ready = Vec::new();
    for mut one in asked {
        let made = one.person.make_existence(&one.link, following).await?;
        ready.push((one.person, made));
    }
    let (before, begun) = (captures(stack)?, Instant::now());
    let put_off = Arc::new(AtomicU32::new(0));
    let mut hands = Vec::new();
    for (person, made) in ready {
        let put_off = Arc::clone(&put_off);
        hands.push(tokio::spawn(async move {
            let answer = person.post(&made.path, &made.signatures).await?;
            if answer.status != 200 {
                put_off.fetch_add(1, Ordering::Relaxed);
            }
            arrived(&person, &made.id).await?;
            anyhow::Ok(begun.elapsed())
        }));
    }
    let mut waited = Vec::new();
    for hand in hands {
        waited.push(hand.await??);
    }
    waited.sort();
    let judged = captures(stack)? - before;
    println!(
        "  {:<52} {:>9} put off at first; all there after {:.0} s (median {:.0} s), {} lost, {} judged twice",
        format!("{people} at once"),
        put_off.load(Ordering::Relaxed),
        waited.last().map_or(f64::NAN, Duration::as_secs_f64),
        waited.get(waited.len() / 2).map_or(f64::NAN, Duration::as_secs_f64),
        people.saturating_sub(judged),
        judged.saturating_sub(people),
    );
    println!(
        "  {:<52} {:>9.0} MB",
        "memory of the Fund's service, at most",
        measure::peak_mb(stack, Service::Issuer)?
    );
    Ok(())
}

/// How many sets of pictures were judged and kept.
fn captures(stack: &Stack) -> Result<usize> {
    let database = rusqlite::Connection::open(stack.data().join("issuer.db"))?;
    let many: i64 = database.query_row("SELECT COUNT(*) FROM existence_captures", [], |row| row.get(0))?;
    Ok(usize::try_from(many)?)
}

/// What an officer sees of one answer, its pictures opened.
async fn officers_page(fund: &Officer) -> Result<()> {
    let list = fund.page("/console/requests").await?;
    let mut looked = Vec::new();
    for part in list.split("href=\"").filter(|part| part.starts_with("/console/requests/")).take(80) {
        let path = part.split('"').next().unwrap_or_default();
        let begun = Instant::now();
        fund.page(path).await?;
        looked.push(begun.elapsed());
    }
    print_pages("page of an answer for an officer, with its pictures", looked);
    Ok(())
}

fn print_pages(what: &str, mut looked: Vec<Duration>) {
    looked.sort();
    let at = |place: usize| looked.get(place).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0);
    println!(
        "  {what:<52} median {:>6.1} ms, longest {:>6.1} ms",
        at(looked.len() / 2),
        at(looked.len().saturating_sub(1))
    );
}
