//! The same pages and acts of people who hold ten credentials, while the wallet keeps little and while it keeps much.

use std::time::{Duration, Instant};

use actors::{Agency, Person, text};
use anyhow::{Context as _, Result};
use testkit::{Service, Stack};

use super::{Offers, POLICY, accepted, presented};
use crate::measure;

/// People who are measured, offers that each of them has accepted before, and offers accepted while measured.
pub const HOLDERS: usize = 8;
pub const OFFERS: usize = 5;
pub const ACCEPTS: usize = 24;
const READS: usize = 240;
const PRESENTS: usize = 48;
/// As many as reads: the clock that counts CPU steps by 10 ms, and one takes two.
const SIGN_INS: usize = 240;

/// What everybody looks at; the credential's page comes apart.
const PAGES: [(&str, &str); 4] = [
    ("/", "page: what I hold"),
    ("/activity", "page: what happened"),
    ("/shared", "page: what I shared"),
    ("/account", "page: account"),
];

pub struct Crowd {
    people: Vec<Person>,
    offers: Vec<actors::Offer>,
}

/// How long something took.
pub struct Measured {
    what: &'static str,
    median: Duration,
    /// Of the wallet, for one.
    cpu: f64,
}

impl Crowd {
    pub async fn gather(stack: &Stack, agency: &Agency, offers: &mut Offers, name: &str) -> Result<Self> {
        let mut people = Vec::new();
        for at in 0..HOLDERS {
            let person = Person::register(stack, &format!("{name}-{at}")).await?;
            for _ in 0..OFFERS {
                accepted(&person, &offers.next()?).await?;
                presented(&person, agency, &agency.ask(POLICY).await?).await?;
            }
            people.push(person);
        }
        let offers = (0..ACCEPTS).map(|_| offers.next()).collect::<Result<_>>()?;
        Ok(Self { people, offers })
    }

    /// The account that others are made after.
    pub async fn account(&self) -> Result<String> {
        let person = self.people.first().context("nobody")?;
        text(&person.get("/v1/account").await?.expect(200)?.json()?, "/id")
    }

    pub async fn sign_in(&mut self) -> Result<()> {
        for person in &mut self.people {
            person.sign_in().await?;
        }
        Ok(())
    }

    pub async fn measure(&mut self, stack: &Stack, agency: &Agency) -> Result<Vec<Measured>> {
        let mut all = Vec::new();
        for (path, what) in PAGES {
            let mut run = Run::begin(stack, what)?;
            for at in 0..READS {
                let person = self.people.get(at % HOLDERS).context("nobody")?;
                run.time(async { person.page(path).await.map(drop) }).await?;
            }
            all.push(run.end(stack)?);
        }
        let mut ids = Vec::new();
        for person in &self.people {
            let held = person.credentials().await?;
            ids.push(text(held.first().context("nothing is held")?, "/id")?);
        }
        let mut run = Run::begin(stack, "page: one credential")?;
        for at in 0..READS {
            let person = self.people.get(at % HOLDERS).context("nobody")?;
            let path = format!("/credentials/{}", ids.get(at % HOLDERS).context("nothing")?);
            run.time(async { person.page(&path).await.map(drop) }).await?;
        }
        all.push(run.end(stack)?);
        let mut run = Run::begin(stack, "sign in with a passkey")?;
        for _ in 0..SIGN_INS / HOLDERS {
            for person in &mut self.people {
                run.time(person.sign_in()).await?;
            }
        }
        all.push(run.end(stack)?);
        let mut run = Run::begin(stack, "present, with the report")?;
        for at in 0..PRESENTS {
            let person = self.people.get(at % HOLDERS).context("nobody")?;
            let asked = agency.ask(POLICY).await?;
            run.took.push(presented(person, agency, &asked).await?);
        }
        all.push(run.end(stack)?);
        let mut run = Run::begin(stack, "accept")?;
        for (at, offer) in self.offers.iter().enumerate() {
            let person = self.people.get(at % HOLDERS).context("nobody")?;
            run.time(accepted(person, offer)).await?;
        }
        all.push(run.end(stack)?);
        Ok(all)
    }
}

struct Run {
    what: &'static str,
    cpu: f64,
    took: Vec<Duration>,
}

impl Run {
    fn begin(stack: &Stack, what: &'static str) -> Result<Self> {
        Ok(Self { what, cpu: measure::cpu_seconds(stack, Service::Wallet)?, took: Vec::new() })
    }

    async fn time(&mut self, one: impl Future<Output = Result<()>>) -> Result<()> {
        let begun = Instant::now();
        one.await?;
        self.took.push(begun.elapsed());
        Ok(())
    }

    fn end(mut self, stack: &Stack) -> Result<Measured> {
        let cpu = measure::cpu_seconds(stack, Service::Wallet)? - self.cpu;
        self.took.sort();
        let many = u32::try_from(self.took.len())?;
        let median = self.took.get(self.took.len() / 2).copied().context("nothing was timed")?;
        Ok(Measured { what: self.what, median, cpu: cpu * 1000.0 / f64::from(many) })
    }
}

pub fn compare(few: &[Measured], many: &[Measured]) {
    for (few, many) in few.iter().zip(many) {
        let milliseconds = |it: &Measured| it.median.as_secs_f64() * 1000.0;
        let (before, after) = (milliseconds(few), milliseconds(many));
        println!(
            "  {:<52} {before:>7.1} ms, then {after:>7.1} ms: {:>5.2} times; CPU {:>6.2} ms, then {:>6.2} ms",
            few.what,
            after / before,
            few.cpu,
            many.cpu
        );
    }
}
