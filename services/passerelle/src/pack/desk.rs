use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clock::{SystemClock, SystemEntropy};
use verifier::app::LocalDesk;

use super::{Trusted, open};
use crate::{one, say};

/// Check people's credentials in the browser of this machine, without a network
///
/// Serves the desk page on 127.0.0.1 alone. Every format is checked; nothing is stored. Past the age that the pack
/// states nothing is checked. Stop it with Ctrl-C.
#[derive(Debug, Args)]
pub struct Desk {
    #[arg(long, value_name = "FILE")]
    pack: PathBuf,
    #[command(flatten)]
    trusted: Trusted,
    #[arg(long, value_name = "N", default_value_t = 7180)]
    port: u16,
}

pub async fn desk(args: &Desk) -> anyhow::Result<()> {
    let pack = open(&args.pack, &args.trusted).await?;
    pack.prove()?;
    super::report::manifest(pack.manifest());
    let desk = LocalDesk::new(pack, Arc::new(SystemClock), Arc::new(SystemEntropy));
    let running = verifier::start_desk(desk, args.port).await?;
    say::line(format!("The desk is at http://localhost:{}/desk", args.port));
    one::serve(running).await
}
