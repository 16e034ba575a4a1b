use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};
use web::Running;

use crate::config::read;

pub async fn registry(path: &Path) -> anyhow::Result<()> {
    serve(registry::start(read(path)?).await?).await
}

pub async fn issuer(path: &Path) -> anyhow::Result<()> {
    serve(issuer::start(read(path)?).await?).await
}

pub async fn wallet(path: &Path) -> anyhow::Result<()> {
    serve(wallet::start(read(path)?).await?).await
}

pub async fn verifier(path: &Path) -> anyhow::Result<()> {
    serve(verifier::start(read(path)?).await?).await
}

pub async fn serve(mut running: Running) -> anyhow::Result<()> {
    for address in &running.addresses {
        tracing::info!(%address, "listening");
    }
    tokio::select! {
        () = running.wait() => anyhow::bail!("the service ended by itself"),
        signal = asked_to_stop() => signal?,
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Ctrl-C, or what a service manager sends.
pub async fn asked_to_stop() -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
