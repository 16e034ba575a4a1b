use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Human,
    Json,
}

/// Below a person's eyes `up` itself says what matters, so the log holds warnings only, unless asked otherwise.
/// A validator without peers makes the engine's network complain of that at every block.
const FOR_PEOPLE: &str = "warn,arc_malachitebft_app=error,arc_malachitebft_app_channel=error,\
    arc_malachitebft_network=off,libp2p=error";
const FOR_MACHINES: &str = "info,arc_malachitebft_app=warn,arc_malachitebft_app_channel=warn,\
    arc_malachitebft_core_consensus=warn,arc_malachitebft_engine=warn,arc_malachitebft_network=off,\
    arc_malachitebft_sync=warn,arc_malachitebft_discovery=warn,libp2p=warn,libp2p_swarm=warn,ractor=warn,\
    actix_server=warn,sqlx=warn";

/// Logs go to standard error; standard output belongs to what a command has to say.
pub fn start(format: Option<Format>, is_up: bool) {
    let terminal = std::io::stderr().is_terminal();
    let format = format.unwrap_or(if terminal || is_up { Format::Human } else { Format::Json });
    let quiet = is_up && format == Format::Human;
    let default = if quiet { FOR_PEOPLE } else { FOR_MACHINES };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        Format::Human => builder.with_ansi(terminal).init(),
        Format::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
    }
}
