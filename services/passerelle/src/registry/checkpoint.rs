use std::time::Duration;

use anyhow::{Context as _, bail};
use outbound::{Outbound, OutboundPolicy};
use registry_client::{Checkpoint, HttpNode, LightClient, Transport as _};
use registry_types::Header;

use super::args;
use super::verify_proof::{NotProven, client, now_ms};
use super::words::time;
use crate::{files, say};

/// A checkpoint must be of the chain as it is now.
const MAX_AGE: Duration = Duration::from_secs(300);

/// The operator names the node, so it may be anywhere.
pub fn outbound() -> anyhow::Result<Outbound> {
    let policy = OutboundPolicy {
        allow_loopback: true,
        allow_private: true,
        allow_http: true,
        ..OutboundPolicy::default()
    };
    Ok(Outbound::new(&policy)?)
}

pub async fn run(args: &args::Checkpoint) -> anyhow::Result<()> {
    let now_ms = now_ms()?;
    let mut light = match client(&args.anchor, MAX_AGE, now_ms)? {
        Ok(light) => light,
        Err(NotProven(why)) => bail!("{why}"),
    };
    let node = HttpNode::new(args.node.clone(), outbound()?);
    let told: Checkpoint =
        node.checkpoint().await.with_context(|| format!("{} gives no checkpoint", args.node))?;
    follow(&mut light, &node, told.header(), now_ms).await?;
    // The header names the validators of the next height, so what holds for it holds for them.
    light
        .check_header(told.header(), told.certificate(), 0, now_ms)
        .with_context(|| format!("{} gives a checkpoint that is not proven", args.node))?;
    files::replace(&args.out, &told.to_json())?;
    say::line(format!(
        "{} holds block {} of {}.\nIts hash, to be given by a second way:\n\n  {}",
        args.out.display(),
        told.header().height,
        time(told.header().time_ms),
        hex::encode(told.header_hash()),
    ));
    Ok(())
}

/// Follows the changes of the validators that a node tells, as far as a header needs them.
pub async fn follow(
    light: &mut LightClient,
    node: &HttpNode,
    header: &Header,
    now_ms: u64,
) -> anyhow::Result<()> {
    while light.validators_since() < header.height && !light.knows_validators_of(header) {
        let before = (light.validators_since(), light.validators_hash());
        for change in node.changes_after(before.0).await? {
            if change.header.height < header.height && light.is_news(&change) {
                light.follow(&change, now_ms)?;
            }
        }
        if (light.validators_since(), light.validators_hash()) == before {
            break;
        }
    }
    Ok(())
}
