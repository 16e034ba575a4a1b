//! What four nodes cost while nobody writes: memory, processor, disk and network, at rest and for each heartbeat.

use std::time::Duration;

use actors::{MEMBERS, Network, NodeProcess};
use anyhow::{Context as _, Result};

const WATCHED: Duration = Duration::from_secs(20);

/// What one node has used so far.
#[derive(Clone, Copy)]
struct Used {
    processor_seconds: f64,
    written: f64,
    /// All nodes together; nothing else speaks on the loopback meanwhile.
    sent: f64,
}

pub async fn print(network: &Network, nodes: &[NodeProcess]) -> Result<()> {
    let node = nodes.first().context("a node")?;
    // What the last writes left to do.
    tokio::time::sleep(Duration::from_secs(5)).await;
    println!("\none node of four, nobody writes, {} s", WATCHED.as_secs());
    println!("  memory                             {:>9.1} MB", resident_mb(node.pid())?);
    let spent = watch(node.pid()).await?;
    spent.print("at rest", 1.0);

    network.decide(&["set-params", "heartbeatMs=1000"])?;
    let before = network.height(MEMBERS[0]).await?;
    let spent = watch(node.pid()).await?;
    let beats = network.height(MEMBERS[0]).await?.saturating_sub(before).max(1);
    spent.print(&format!("each of {beats} heartbeats"), f64::from(u32::try_from(beats)?));
    network.decide(&["set-params", "heartbeatMs=60000"])?;
    Ok(())
}

async fn watch(pid: u32) -> Result<Used> {
    let before = Used::read(pid)?;
    tokio::time::sleep(WATCHED).await;
    let after = Used::read(pid)?;
    Ok(Used {
        processor_seconds: after.processor_seconds - before.processor_seconds,
        written: after.written - before.written,
        sent: after.sent - before.sent,
    })
}

impl Used {
    fn read(pid: u32) -> Result<Self> {
        let io = std::fs::read_to_string(format!("/proc/{pid}/io"))?;
        let devices = std::fs::read_to_string("/proc/net/dev")?;
        let loopback =
            devices.lines().find_map(|line| line.trim().strip_prefix("lo:")).context("no loopback")?;
        Ok(Self {
            processor_seconds: processor_seconds(pid)?,
            written: number_after(&io, "write_bytes:")?,
            sent: loopback.split_whitespace().next().context("no counter")?.parse()?,
        })
    }

    fn print(&self, what: &str, times: f64) {
        println!(
            "  {what:<34} {:>9.2} ms of processor   {:>9.1} kB to disk   {:>9.1} kB between the four nodes",
            self.processor_seconds * 1e3 / times,
            self.written / 1e3 / times,
            self.sent / 1e3 / times
        );
    }
}

/// proc(5): the name, in parentheses, may contain spaces; utime and stime are fields 14 and 15, in hundredths.
pub fn processor_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).context("stat");
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

fn resident_mb(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(number_after(&status, "VmRSS:")? / 1024.0)
}

fn number_after(text: &str, label: &str) -> Result<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(label)).context("no such line in /proc")?;
    Ok(line.split_whitespace().next().context("no number")?.parse()?)
}
