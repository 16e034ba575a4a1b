use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Human,
    Json,
}

/// `up` itself says on standard output what matters, so its log for people holds warnings only.
const FOR_PEOPLE: &str = "warn";
const FOR_MACHINES: &str = "info,actix_server=warn,sqlx=warn,libp2p_swarm=warn,ractor=warn";
/// The engine reports each step of each round, and a lone validator's lack of peers as errors.
const ENGINE: &str = "arc_malachitebft_network=off,arc_malachitebft_app=warn,arc_malachitebft_app_channel=warn,\
    arc_malachitebft_core_consensus=warn,arc_malachitebft_engine=warn,arc_malachitebft_sync=warn,\
    arc_malachitebft_discovery=warn,arc_malachitebft_wal=warn";

/// Logs go to standard error; standard output belongs to what a command has to say.
pub fn start(format: Option<Format>, is_up: bool) {
    let terminal = std::io::stderr().is_terminal();
    let format = format.unwrap_or(if terminal || is_up { Format::Human } else { Format::Json });
    let quiet = is_up && format == Format::Human;
    let default = if quiet { FOR_PEOPLE } else { FOR_MACHINES };
    let filter = EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(format!("{default},{ENGINE}")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        Format::Human => builder.with_ansi(terminal).init(),
        Format::Json => {
            builder.json().flatten_event(true).with_current_span(true).with_span_list(false).init()
        }
    }
}
