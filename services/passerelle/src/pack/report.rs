//! A report and a manifest as a person in front of a terminal reads them.

use std::process::ExitCode;

use chrono::Duration;
use pack::Manifest;
use wire::verifications::{CheckResult, Outcome, Report};

use crate::say;

pub fn exit_code(outcome: Outcome) -> ExitCode {
    match outcome {
        Outcome::Valid => ExitCode::SUCCESS,
        Outcome::Invalid => ExitCode::from(1),
        Outcome::Undetermined => ExitCode::from(3),
    }
}

pub fn report(report: &Report, age: Duration) {
    say::heading(&report.sentence);
    say::line(format!("Checked with what was known {} ago.", span(age)));
    for check in &report.checks {
        let mark = match check.result {
            CheckResult::Pass => "ok     ",
            CheckResult::Fail => "FAILED ",
            CheckResult::NotChecked => "open   ",
        };
        say::line(format!("  {mark} {:<14} {}", check.name.as_str(), check.sentence));
    }
}

pub fn manifest(manifest: &Manifest) {
    let chain = hex::encode(manifest.chain);
    say::line(format!("  policy        {} (version {})", manifest.policy.name, manifest.policy.version));
    say::line(format!(
        "  chain         {chain}, block {} of {}",
        manifest.height,
        time(manifest.header_time)
    ));
    say::line(format!("  made          {} by {}", time(manifest.built_at), manifest.signed_by.did));
    say::line(format!("  signing key   {}", manifest.signed_by.key));
    say::line(format!("  usable until  {}", time(manifest.usable_until)));
    for address in &manifest.missing {
        say::line(format!("  missing       {address}: what names it stays undecided"));
    }
}

fn time(time: clock::Timestamp) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn span(age: Duration) -> String {
    match (age.num_days(), age.num_hours(), age.num_minutes()) {
        (0, 0, minutes) => format!("{minutes} minutes"),
        (0, hours, _) => format!("{hours} hours"),
        (days, ..) => format!("{days} days"),
    }
}
