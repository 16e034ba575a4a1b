//! A verifier that has never heard of the issuer (`ROWS=cold`): DID, accreditation, schema and status from the chain and the issuer,
//! all on loopback.

use std::time::{Duration, Instant};

use actors::Agency;
use anyhow::{Result, ensure};
use testkit::{Service, Stack};

use crate::rows::{Report, issue_to_people, reports_of};

const ROUNDS: usize = 10;

/// Each round begins with a new process. Signing in is not measured; it also opens the connection.
pub async fn print(stack: &Stack) -> Result<()> {
    let held = issue_to_people(stack).await?;
    for Report { what, body } in reports_of(&held)? {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            stack.terminate(Service::Verifier.name()).await?;
            stack.restart(Service::Verifier).await?;
            let agency = Agency::connect(stack).await?;
            let begun = Instant::now();
            let report = agency.report_on(&body).await?;
            took.push(begun.elapsed());
            ensure!(report.check("status")?.0 == "pass", "{}", report.summary());
        }
        took.sort();
        let of = |at: usize| took.get(at).map_or(f64::NAN, Duration::as_secs_f64) * 1000.0;
        println!(
            "  {what:<52} first of a process: median {:>6.1} ms, longest {:>6.1} ms",
            of(ROUNDS / 2),
            of(ROUNDS - 1)
        );
    }
    Ok(())
}
