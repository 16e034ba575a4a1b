//! What strangers, thieves and broken peers send: each case changes one thing in accepted input and
//! is refused with a reason.

mod forged;
mod hostile;
mod issuing;
mod lists;
mod presenting;

use actors::{Agency, Issued, Officer, Peer, text};
use anyhow::{Context as _, Result};
use serde_json::Value;
use testkit::Stack;

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");

/// Services with one issued staff identity in both formats and everybody who takes part.
struct Scene {
    stack: Stack,
    hr: Officer,
    agency: Agency,
    peer: Peer,
    ldp_vc: Issued,
    sd_jwt: Issued,
    /// Staff numbers with an offer that nobody has taken.
    unused: Vec<String>,
}

impl Scene {
    async fn set() -> Result<Self> {
        let stack = crate::up().await?;
        let hr = Officer::register(&stack, "undp").await?;
        hr.upload("staff-undp.csv", STAFF).await?;
        let mut unused = hr.numbers(STAFF)?;
        let offer = hr.offer(&unused.remove(0))?;
        let peer = Peer::new("scene");
        let issued = peer.receive(&offer.uri, offer.tx_code.as_deref()).await?;
        let of = |ending: &str| {
            let found = issued.iter().find(|one| one.configuration.ends_with(ending)).cloned();
            found.with_context(|| format!("no {ending}"))
        };
        let (ldp_vc, sd_jwt) = (of("ldp_vc")?, of("sd-jwt")?);
        let agency = Agency::connect(&stack).await?;
        Ok(Self { stack, hr, agency, peer, ldp_vc, sd_jwt, unused })
    }

    fn did(&self, organisation: &str) -> Result<String> {
        text(&self.stack.welcome()?, &format!("/dids/{organisation}"))
    }

    /// The issued credential without its proof, to be changed and signed by somebody else.
    fn unsecured(&self) -> Result<Value> {
        let mut document = self.ldp_vc.credential.clone();
        document.as_object_mut().context("not an object")?.remove("proof");
        Ok(document)
    }
}

/// Replaces what a JSON pointer names.
fn set(document: &mut Value, pointer: &str, value: impl Into<Value>) -> Result<()> {
    *document.pointer_mut(pointer).with_context(|| format!("nothing at {pointer}"))? = value.into();
    Ok(())
}
