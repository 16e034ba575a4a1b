//! `passerelle fund night`: the nightly job of the Fund from the command line.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Subcommand;

use crate::config::read;
use crate::say;

/// Tend the Fund's year
#[derive(Debug, Subcommand)]
pub enum Fund {
    /// Run the night now, or take one that was cut off to its end
    ///
    /// The issuer does it by itself at two in the morning (UTC). The service may run meanwhile. Run again it finds nothing to
    /// do; cut off anywhere, also by force, it goes on where it was.
    Night {
        /// The issuer's configuration file
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The Fund's id in the configuration
        #[arg(long, value_name = "ORG", default_value = "unjspf")]
        tenant: String,
    },
}

pub async fn run(command: Fund) -> anyhow::Result<()> {
    let Fund::Night { config, tenant } = command;
    let config: issuer::Config = read(&config)?;
    let view = issuer::run_fund_night(config, &tenant).await?;
    let row = &view.row;
    say::line(format!(
        "Night of {}: {} person-years looked at, {} changed.",
        row.at.format("%Y-%m-%d %H:%M UTC"),
        row.people,
        row.changed
    ));
    for fault in &view.faults {
        say::line(format!("  {} of {}: {}", fault.person, fault.year, fault.why));
    }
    ensure!(row.faults == 0, "{} person-years could not be stepped", row.faults);
    Ok(())
}
