//! The node with the feature `misbehave`, for tests/faults: `misbehaving-node … CONFIG`. No delivered program has it.

use std::path::PathBuf;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr).init();
    let path: PathBuf = std::env::args_os().next_back().ok_or("no configuration named")?.into();
    let config = toml::from_str(&std::fs::read_to_string(&path)?)?;
    let mut running = registry::start(config).await?;
    running.wait().await;
    Ok(())
}
