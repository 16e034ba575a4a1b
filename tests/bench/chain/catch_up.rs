//! How long a node that was away takes for many blocks, and how much disk they take.

use std::time::{Duration, Instant};

use actors::{MEMBERS, Network};
use anyhow::Result;

use crate::fill;
use crate::load::Load;

const LOOK: Duration = Duration::from_millis(200);

/// The fourth node was away while the others decided `blocks` blocks of one transaction each.
pub async fn print(network: &Network, load: &mut Load, blocks: u64) -> Result<()> {
    let bytes = fill::add_blocks(network, load, blocks).await?;
    println!(
        "\n{blocks} blocks of one transaction: {:.1} kB of data each",
        bytes as f64 / 1e3 / blocks as f64
    );
    let _others = network.run(&MEMBERS[..3]).await?;
    let newest = network.height(MEMBERS[0]).await?;
    let begun = Instant::now();
    let _late = network.run(&MEMBERS[3..]).await?;
    while network.height(MEMBERS[3]).await? < newest {
        tokio::time::sleep(LOOK).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "  the fourth node fetched, checked and executed them in {seconds:.1} s, {:.0} a second",
        blocks as f64 / seconds
    );
    Ok(())
}
