//! `simulate-year --people 74000 --seed 7 --output report`: one history, checked every night, as a report with plots.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;
use clap::Parser;
use year_simulation::{Settings, World, report};

/// Simulate the Fund's cycle with invented people and check every rule every night
#[derive(Debug, Parser)]
struct Args {
    #[arg(long, value_name = "N", default_value_t = 74_000)]
    people: usize,
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// Video calls a working day for every thousand people
    #[arg(long, value_name = "N", default_value_t = 0.25)]
    calls_per_thousand: f64,
    /// The folder for the report
    #[arg(long, value_name = "DIR", default_value = "./year-report")]
    output: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let settings =
        Settings { people: args.people, seed: args.seed, calls_per_thousand: args.calls_per_thousand };
    let begun = Instant::now();
    let mut world = World::new(settings)?;
    world.run()?;
    report(&world, &settings, &args.output)?;
    #[expect(clippy::print_stdout, reason = "the result of a command")]
    {
        let report = args.output.join("report.md");
        println!("{} people in {:.1} s: {}", args.people, begun.elapsed().as_secs_f64(), report.display());
    }
    ensure!(world.watch.breaches.is_empty(), "{} rules were broken", world.watch.breaches.len());
    Ok(())
}
