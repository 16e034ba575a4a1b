//! Many revoked entries in the issuer's lists: half of each list that is in use, and further lists until there are enough.

use std::time::{Duration, Instant};

use actors::{Agency, until};
use anyhow::{Result, ensure};
use rusqlite::Connection;
use serde_json::Value;
use testkit::{Service, Stack};

/// Places of a list.
const PLACES: u32 = 131_072;
/// A copy that every revoked entry belongs to: the lists alone are measured.
const COPY: &str = "INSERT INTO copies (tenant, id, offer_id, subject_id, credential_type, configuration, document, holder_key,
        receipt_token, notification_id, status, delivery, issued_at, valid_until, batch_position)
    SELECT tenant, 'revoked', offer_id, subject_id, credential_type, configuration, document, 'k-revoked',
        'r-revoked', 'n-revoked', 'revoked', delivery, issued_at, valid_until, 1 FROM copies WHERE tenant = 'undp' LIMIT 1";
const LIST: &str = "INSERT INTO status_lists (tenant, list, kind, number, is_open, revision)
    VALUES ('undp', 'token-' || $1, 'token', $1, 0, 1)";
/// Every second place, by a bit that does not repeat; those that are in use stay as they are.
const ENTRIES: &str = "WITH RECURSIVE places(place) AS
        (SELECT 0 UNION ALL SELECT place + 1 FROM places WHERE place + 1 < $1)
    INSERT OR IGNORE INTO status_entries (tenant, list, place, copy_id)
    SELECT l.tenant, l.list, p.place, 'revoked' FROM status_lists l, places p
    WHERE l.tenant = 'undp' AND ((p.place * 2654435761) >> 16) & 1 = 1";
const TOUCH: &str = "UPDATE status_lists SET revision = revision + 1 WHERE tenant = 'undp'";
/// Numbers that the issuer has not come to.
const FIRST: u32 = 1_000;

/// Puts them into the database while the issuer is away, and waits until it has published them. Answers how many there are.
pub async fn publish(stack: &Stack, entries: u64, body: &Value) -> Result<usize> {
    let (begun, agency) = (Instant::now(), Agency::connect(stack).await?);
    let before = version(&agency, body).await?;
    stack.terminate(Service::Issuer.name()).await?;
    let put = put(stack, entries)?;
    stack.restart(Service::Issuer).await?;
    until("the lists", Duration::from_secs(600), async || {
        Ok((version(&agency, body).await? > before).then_some(()))
    })
    .await?;
    println!("  {put} revoked entries published after {:.1} s", begun.elapsed().as_secs_f64());
    Ok(put)
}

fn put(stack: &Stack, entries: u64) -> Result<usize> {
    let mut database = Connection::open(stack.data().join("issuer.db"))?;
    let transaction = database.transaction()?;
    ensure!(transaction.execute(COPY, [])? == 1, "nobody holds a credential");
    let lists = u32::try_from(entries.div_ceil(u64::from(PLACES / 2)))?;
    for number in 0..lists {
        transaction.execute(LIST, [FIRST + number])?;
    }
    let put = transaction.execute(ENTRIES, [PLACES])?;
    transaction.execute(TOUCH, [])?;
    transaction.commit()?;
    Ok(put)
}

/// Of the list that decides about this credential.
async fn version(agency: &Agency, body: &Value) -> Result<u64> {
    let report = agency.report_on(body).await?;
    ensure!(report.check("status")?.0 == "pass", "{}", report.summary());
    Ok(report.evidence("status").get("listVersion").and_then(Value::as_u64).unwrap_or_default())
}
