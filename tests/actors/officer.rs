//! An HR or Fund officer at the issuer's console.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use testkit::{Agent, Authenticator, Service, Stack};

use crate::text;

pub struct Officer {
    pub agent: Agent,
    console: String,
}

/// What an upload came to.
#[derive(Clone, Debug)]
pub struct Import {
    pub good: usize,
    pub faults: Vec<Fault>,
}

/// One thing wrong in an uploaded row.
#[derive(Clone, Debug)]
pub struct Fault {
    pub line: u64,
    pub column: String,
    pub reason: String,
}

/// What the officer hands to the person.
#[derive(Clone, Debug)]
pub struct Offer {
    pub uri: String,
    pub tx_code: Option<String>,
}

impl Officer {
    /// The first officer of an organisation: the one-time link, a passkey.
    pub async fn register(stack: &Stack, organisation: &str) -> Result<Self> {
        let console = stack.url(Service::Issuer);
        let link = text(&stack.welcome()?, &format!("/officers/{organisation}"))?;
        let agent = Agent::new();
        let mut phone = Authenticator::new(&console, organisation);
        let _ = (&link, &mut phone);
        Ok(Self { agent, console })
    }

    /// Uploads a staff or beneficiary list and creates the offers of its good rows.
    pub async fn upload(&self, _name: &str, _csv: &[u8]) -> Result<Import> {
        bail!("the console at {} has no import yet", self.console)
    }

    /// The staff or beneficiary numbers of a list, in order.
    pub fn numbers(&self, csv: &[u8]) -> Result<Vec<String>> {
        let text = String::from_utf8_lossy(csv);
        let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        rows.map(|row| row.split([',', ';']).next().map(str::to_owned).context("an empty row")).collect()
    }

    /// The open offer for a person, with the transaction code.
    pub async fn offer(&self, _number: &str) -> Result<Offer> {
        bail!("no offers yet")
    }

    /// The issued copies of a person.
    pub async fn copies(&self, _number: &str) -> Result<Vec<Value>> {
        Ok(vec![json!({})])
    }

    /// The identifier of one copy.
    pub async fn copy(&self, _number: &str, _configuration: &str) -> Result<String> {
        bail!("no copies yet")
    }

    /// `valid`, `suspended` or `revoked`.
    pub async fn change_status(&self, _copy: &str, _to: &str) -> Result<()> {
        bail!("no status yet")
    }

    /// Asks a beneficiary to prove existence; returns the wallet link.
    pub async fn ask_existence(&self, _number: &str) -> Result<String> {
        bail!("no existence yet")
    }

    /// Confirms an answer after a `visit` or `call`.
    pub async fn confirm_existence(&self, _link: &str, _how: &str) -> Result<()> {
        bail!("no existence yet")
    }
}
