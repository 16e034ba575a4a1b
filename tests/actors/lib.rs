//! The people and systems of the journeys: an officer, a person with a phone, an agency's system,
//! and a bare-handed peer that speaks the protocols without our wallet.
//!
//! Everything goes over HTTP. Read [`Officer`], [`Person`] and [`Agency`] first.

mod agency;
mod chain;
mod html;
mod network;
mod officer;
mod peer;
mod person;
mod report;

pub use agency::Agency;
pub use chain::Chain;
pub use network::{MEMBERS, Network, NodeProcess};
pub use officer::{Fault, Import, Offer, Officer};
pub use peer::{Grant, Issued, Peer, RequestObject, code_of};
pub use person::{MadeProof, Person};
pub use report::Report;

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

/// Asks again until an answer comes; what is asynchronous here (anchors, lists) takes seconds.
pub async fn until<T, F>(what: &str, within: Duration, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let begun = std::time::Instant::now();
    loop {
        let last = ask().await;
        match last {
            Ok(Some(found)) => return Ok(found),
            Ok(None) if begun.elapsed() < within => {}
            Ok(None) => bail!("{what}: not within {within:?}"),
            Err(error) if begun.elapsed() < within => drop(error),
            Err(error) => return Err(error.context(format!("{what}: not within {within:?}"))),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The text at a JSON pointer; the error shows the document.
pub fn text(value: &Value, pointer: &str) -> Result<String> {
    match value.pointer(pointer).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => bail!("no text at {pointer} in {value}"),
    }
}

/// The value of one parameter of a link.
pub fn parameter(link: &str, name: &str) -> Result<String> {
    let url = url::Url::parse(link)?;
    match url.query_pairs().find(|(key, _)| key == name) {
        Some((_, value)) => Ok(value.into_owned()),
        None => bail!("no {name} in {link}"),
    }
}
