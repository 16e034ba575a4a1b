//! `passerelle fund`: the nightly job of the Fund, and its counts, from the command line.

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
    /// Count a year twice from two places each: records, journals, proofs, lists. Exit code 0: every line comes out at zero
    Reckon {
        /// The issuer's configuration file
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The Fund's id in the configuration
        #[arg(long, value_name = "ORG", default_value = "unjspf")]
        tenant: String,
        /// The year of the proofs
        #[arg(long)]
        year: i32,
    },
}

pub async fn run(command: Fund) -> anyhow::Result<()> {
    match command {
        Fund::Night { config, tenant } => night(&config, &tenant).await,
        Fund::Reckon { config, tenant, year } => reckon(&config, &tenant, year).await,
    }
}

async fn night(config: &std::path::Path, tenant: &str) -> anyhow::Result<()> {
    let config: issuer::Config = read(config)?;
    let view = issuer::run_fund_night(config, tenant).await?;
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

async fn reckon(config: &std::path::Path, tenant: &str, year: i32) -> anyhow::Result<()> {
    let config: issuer::Config = read(config)?;
    let made = issuer::reckon_fund(config, tenant, year).await?;
    say::heading(&format!("The Fund's year {year}, counted {}", made.at.format("%Y-%m-%d %H:%M UTC")));
    for line in &made.lines {
        let (left, right, difference) = (line.left, line.right, line.difference());
        say::line(format!("  {left:>8} {right:>8} {difference:>6}  {}", line.what));
    }
    let off = made.lines.iter().filter(|line| line.difference() != 0).count();
    ensure!(off == 0, "{off} of {} lines do not come out at zero", made.lines.len());
    say::line(format!("All {} lines come out at zero.", made.lines.len()));
    Ok(())
}
