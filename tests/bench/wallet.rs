//! The wallet (`ROWS=wallet`): what an accept and a present cost it, how long one takes with everything that is looked up on the
//! chain, and whether that depends on how much it keeps.
//!
//! The keys are the persons': what the page of a wallet signs is signed here. `PEOPLE` (400) is how many accept; `ACCOUNTS` (10,000)
//! accounts of ten credentials each are put into the store before the second half.

mod fill;
mod times;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actors::{Agency, Officer, Person, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Service, Stack};

use crate::measure::{self, row};
use crate::rows::list;

const PEOPLE: usize = 400;
const ACCOUNTS: usize = 10_000;
const POLICY: &str = "staff-identity";
/// How often a service is started anew for the times of its first accept and present.
const ROUNDS: usize = 5;

/// What HR hands out, one after the other.
pub struct Offers(VecDeque<actors::Offer>);

impl Offers {
    async fn make(stack: &Stack, people: usize) -> Result<Self> {
        let hr = Officer::register(stack, "undp").await?;
        let mut offers = VecDeque::new();
        for first in (0..people).step_by(10_000) {
            let csv = list(first, (people - first).min(10_000))?;
            hr.upload(&format!("wallet-{first}.csv"), csv.as_bytes()).await?;
            for number in hr.numbers(csv.as_bytes())? {
                offers.push_back(hr.offer(&number)?);
            }
        }
        Ok(Self(offers))
    }

    fn next(&mut self) -> Result<actors::Offer> {
        self.0.pop_front().context("no offer is left")
    }
}

pub async fn print(stack: &Stack) -> Result<()> {
    let (people, accounts) = (number("PEOPLE", PEOPLE), number("ACCOUNTS", ACCOUNTS));
    let apart = 2 * (times::HOLDERS * times::OFFERS + times::ACCEPTS);
    let mut offers = Offers::make(stack, people + apart + 2 * ROUNDS + 1).await?;
    let agency = Arc::new(Agency::connect(stack).await?);
    let holders = accept(stack, &mut offers, people).await?;
    present(stack, &agency, &holders).await?;
    one_by_one(stack, &agency, &mut offers, &holders).await?;

    let mut few = times::Crowd::gather(stack, &agency, &mut offers, "few").await?;
    let mut many = times::Crowd::gather(stack, &agency, &mut offers, "many").await?;
    // As after the filling: a service that has just come up is measured both times.
    stack.terminate(Service::Wallet.name()).await?;
    stack.restart(Service::Wallet).await?;
    few.sign_in().await?;
    let before = few.measure(stack, &agency).await?;
    fill::fill(stack, &many.account().await?, accounts).await?;
    many.sign_in().await?;
    let after = many.measure(stack, &agency).await?;
    times::compare(&before, &after);
    Ok(())
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Each person accepts one offer; two credentials come.
async fn accept(stack: &Stack, offers: &mut Offers, people: usize) -> Result<Vec<Arc<Person>>> {
    let mut ready = VecDeque::new();
    for at in 0..people {
        ready.push_back((Arc::new(Person::register(stack, &format!("bench-{at}")).await?), offers.next()?));
    }
    let (ready, holders) = (Arc::new(Mutex::new(ready)), Arc::new(Mutex::new(Vec::new())));
    let one = {
        let holders = Arc::clone(&holders);
        move || {
            let next = ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let holders = Arc::clone(&holders);
            async move {
                let Some((person, offer)) = next else { return Ok(false) };
                accepted(&person, &offer).await?;
                holders.lock().unwrap_or_else(PoisonError::into_inner).push(person);
                Ok(true)
            }
        }
    };
    row(stack, Service::Wallet, "accept an offer, two credentials come", one).await?;
    let holders = std::mem::take(&mut *holders.lock().unwrap_or_else(PoisonError::into_inner));
    ensure!(!holders.is_empty(), "nobody accepted");
    Ok(holders)
}

/// What the person's page does from the link to “received”.
pub async fn accepted(person: &Person, offer: &actors::Offer) -> Result<()> {
    let opened = person.open_offer(&offer.uri).await?;
    let done = person.prove(&text(&opened, "/id")?, offer.tx_code.as_deref()).await?;
    ensure!(text(&done, "/state")? == "received", "{done}");
    Ok(())
}

/// Those who hold something answer, again and again.
async fn present(stack: &Stack, agency: &Arc<Agency>, holders: &[Arc<Person>]) -> Result<()> {
    let queue = Arc::new(Mutex::new(holders.iter().cloned().collect::<VecDeque<_>>()));
    let one = {
        let agency = Arc::clone(agency);
        move || {
            let (agency, queue) = (Arc::clone(&agency), Arc::clone(&queue));
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            async move {
                // With few holders all of them are busy at times: then this one waits its turn.
                let Some(person) = next else {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    return Ok(true);
                };
                let link = text(&agency.ask(POLICY).await?, "/link")?;
                person.present(&link, None).await?;
                queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(person);
                Ok(true)
            }
        }
    };
    row(stack, Service::Wallet, "present a credential", one).await
}

/// From the link to the report: the wallet's answer was taken, and every check of it was made.
pub async fn presented(person: &Person, agency: &Agency, asked: &Value) -> Result<Duration> {
    let begun = Instant::now();
    person.present(&text(asked, "/link")?, None).await?;
    let view = agency.verification(&text(asked, "/id")?).await?;
    let took = begun.elapsed();
    let report = view.get("report").with_context(|| format!("no report: {view}"))?;
    ensure!(text(report, "/outcome")? == "valid", "{report}");
    Ok(took)
}

/// Alone on the machine: the time that a person waits, also with a wallet that has just begun and knows nobody.
async fn one_by_one(
    stack: &Stack,
    agency: &Agency,
    offers: &mut Offers,
    holders: &[Arc<Person>],
) -> Result<()> {
    let (mut accepts, mut presents) = (Vec::new(), Vec::new());
    for at in 0..ROUNDS {
        let (one, other) = (offers.next()?, offers.next()?);
        let person = Person::register(stack, &format!("alone-{at}")).await?;
        stack.terminate(Service::Wallet.name()).await?;
        stack.restart(Service::Wallet).await?;
        let begun = Instant::now();
        accepted(&person, &one).await?;
        accepts.push(begun.elapsed());
        let begun = Instant::now();
        accepted(&person, &other).await?;
        accepts.push(begun.elapsed());

        let holder = holders.get(at % holders.len()).context("nobody")?;
        let asked = agency.ask(POLICY).await?;
        for service in [Service::Wallet, Service::Verifier] {
            stack.terminate(service.name()).await?;
            stack.restart(service).await?;
        }
        let fresh = Agency::connect(stack).await?;
        presents.push(presented(holder, &fresh, &asked).await?);
        presents.push(presented(holder, &fresh, &fresh.ask(POLICY).await?).await?);
    }
    for (what, took) in
        [("accept, alone, with the chain", accepts), ("present, alone, with the report", presents)]
    {
        let milliseconds = |first: usize| {
            let mut some: Vec<_> = took.iter().skip(first).step_by(2).collect();
            some.sort();
            let longest = some.last().map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0);
            (some.get(some.len() / 2).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0), longest)
        };
        let ((first, first_longest), (next, next_longest)) = (milliseconds(0), milliseconds(1));
        println!(
            "  {what:<52} median {next:>5.0} ms, longest {next_longest:>5.0} ms; first of a process {first:>5.0} ms, {first_longest:>5.0} ms"
        );
    }
    println!("  {:<52} {:>9.1} MB", "memory of the wallet", measure::resident_mb(stack, Service::Wallet)?);
    Ok(())
}
