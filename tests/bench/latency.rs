//! How long a report takes while the verifier is half busy (`ROWS=latency`).
//!
//! First as many at once as in the other rows: that is the whole load. Then half of that rate, each request at its time whether
//! earlier ones were answered or not; what a request waits counts, so that a slow answer is not hidden by those it holds up.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::Agency;
use anyhow::Result;
use serde_json::Value;
use testkit::{Service, Stack};

use crate::measure;
use crate::rows::{Report, issue_to_people, reports_of};

type Asked = Pin<Box<dyn Future<Output = Result<bool>> + Send>>;

/// Prints the rate and the latencies of each kind of report.
pub async fn print(stack: &Stack) -> Result<()> {
    let held = issue_to_people(stack).await?;
    let agency = Arc::new(Agency::connect(stack).await?);
    for Report { what, body } in reports_of(&held)? {
        let full = measure::rate(stack, Service::Verifier, asking(&agency, &body)).await?.per_second;
        half_load(what, full / 2.0, &agency, &body).await?;
    }
    Ok(())
}

fn asking(agency: &Arc<Agency>, body: &Value) -> impl Fn() -> Asked + Clone + Send + 'static {
    let (agency, body) = (Arc::clone(agency), body.clone());
    move || {
        let (agency, body) = (Arc::clone(&agency), body.clone());
        Box::pin(async move {
            agency.report_on(&body).await?;
            Ok(true)
        })
    }
}

async fn half_load(what: &str, per_second: f64, agency: &Arc<Agency>, body: &Value) -> Result<()> {
    let length = measure::seconds();
    let (begun, ask) = (Instant::now(), asking(agency, body));
    let mut asked = Vec::new();
    for number in 0u32.. {
        let at = Duration::from_secs_f64(f64::from(number) / per_second);
        if at > length {
            break;
        }
        tokio::time::sleep_until((begun + at).into()).await;
        let one = ask();
        asked.push(tokio::spawn(async move {
            one.await?;
            anyhow::Ok((begun + at).elapsed())
        }));
    }
    let mut took = Vec::with_capacity(asked.len());
    for one in asked {
        took.push(one.await??);
    }
    took.sort();
    println!(
        "  {what:<52} {per_second:>6.0} per second: median {:>6.1} ms, p99 {:>6.1} ms, longest {:>6.1} ms",
        at(&took, 50),
        at(&took, 99),
        at(&took, 100)
    );
    Ok(())
}

/// The time within which so many of a hundred were answered, in milliseconds.
fn at(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).map_or(f64::NAN, |took| took.as_secs_f64() * 1000.0)
}
