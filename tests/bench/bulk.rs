//! Bulk: a list of 150,000 people, then credentials offered again to all of them, with the issuer killed meanwhile.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use actors::Officer;
use anyhow::{Result, ensure};
use rusqlite::Connection;
use testkit::{Mode, Service, Stack, StackOptions};

use crate::measure;
use crate::rows::list;

/// The most rows that a list has.
const ROWS: usize = 10_000;
const PEOPLE: usize = 150_000;
const KILLS: u32 = 2;

/// Every open offer becomes a held credential, of the size that one has: wallets for so many would measure the wallets.
const HOLD: &str =
    "INSERT INTO copies (tenant, id, offer_id, subject_id, credential_type, configuration, document, holder_key,
        receipt_token, notification_id, status, delivery, issued_at, valid_until, batch_position)
    SELECT tenant, 'c-' || id, id, subject_id, 'StaffIdentity', 'StaffIdentity_ldp_vc', $1, 'k-' || id,
        'r-' || id, 'n-' || id, 'valid', 'accepted', created_at, $2, 0 FROM offers WHERE state = 'open'";
const ACCEPT: &str = "UPDATE offers SET state = 'accepted' WHERE state = 'open'";
const DOCUMENT_BYTES: usize = 3_000;

pub async fn print() -> Result<()> {
    let people = std::env::var("PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(PEOPLE);
    println!("bulk, SQLite, one process each, {people} people");
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    let hr = Officer::register(&stack, "undp").await?;
    import(&stack, &hr, people).await?;
    stack.terminate(Service::Issuer.name()).await?;
    let before = hold(&stack)?;
    stack.restart(Service::Issuer).await?;
    offer_again(&stack, &hr, before).await?;
    stack.finish().await
}

async fn import(stack: &Stack, hr: &Officer, people: usize) -> Result<()> {
    let begun = Instant::now();
    let mut most = 0.0_f64;
    for first in (0..people).step_by(ROWS) {
        let csv = list(first, ROWS.min(people - first))?;
        let id = hr.submit_list(&format!("bulk-{first}.csv"), csv.as_bytes()).await?;
        hr.confirm_list(&id).await?;
        while !hr.page(&format!("/console/imports/{id}")).await?.contains("data-testid=\"import-result\"") {
            tokio::time::sleep(Duration::from_millis(250)).await;
            most = most.max(measure::resident_mb(stack, Service::Issuer)?);
        }
    }
    println!(
        "  {:<52} {:>9.1} s, at most {most:.0} MB",
        "lists read, people stored, offers made",
        seconds(begun)
    );
    Ok(())
}

/// Returns how many offers there are, all of them accepted now.
fn hold(stack: &Stack) -> Result<i64> {
    let database = open(stack)?;
    let end = i64::try_from(testkit::unix_now())? * 1000 + 200 * 86_400_000;
    database.execute(HOLD, ("x".repeat(DOCUMENT_BYTES), end))?;
    database.execute(ACCEPT, [])?;
    Ok(count_offers(&database)?.0)
}

async fn offer_again(stack: &Stack, hr: &Officer, before: i64) -> Result<()> {
    let begun = Instant::now();
    let page = hr.start_run("renewal").await?;
    println!("  {:<52} {:>9.1} s", "people chosen, looked at and confirmed", seconds(begun));
    let (mut most, mut kills, mut down) = (0.0_f64, 0, Duration::ZERO);
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        most = most.max(measure::resident_mb(stack, Service::Issuer)?);
        if hr.page(&page).await?.contains("data-testid=\"run-result\"") {
            break;
        }
        let due = Duration::from_secs(8) * (kills + 1);
        if kills < KILLS && begun.elapsed() > due {
            let killed = Instant::now();
            stack.kill(Service::Issuer)?;
            stack.restart(Service::Issuer).await?;
            (kills, down) = (kills + 1, down + killed.elapsed());
        }
    }
    println!(
        "  {:<52} {:>9.1} s, at most {most:.0} MB, {kills} times killed (down {:.1} s)",
        "offered again to all of them, from the first click",
        seconds(begun),
        down.as_secs_f64()
    );
    let result = hr.page(&format!("{page}/result.csv")).await?;
    let offered: Vec<&str> = result.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    let different: BTreeSet<&&str> = offered.iter().collect();
    let (all, subjects) = count_offers(&open(stack)?)?;
    println!(
        "  {:<52} {:>9} lost, {} doubled",
        "of the people",
        before - i64::try_from(different.len())?,
        all - before - subjects
    );
    ensure!(all == 2 * before && subjects == before, "{all} offers, {subjects} people with an open one");
    Ok(())
}

/// All offers, and how many people have an open one.
fn count_offers(database: &Connection) -> Result<(i64, i64)> {
    const COUNT: &str =
        "SELECT COUNT(*), COUNT(DISTINCT CASE WHEN state = 'open' THEN subject_id END) FROM offers";
    Ok(database.query_row(COUNT, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn open(stack: &Stack) -> Result<Connection> {
    Ok(Connection::open(stack.data().join("issuer.db"))?)
}

fn seconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64()
}
