//! The forecast of appointments for each language: enough in all may be too few in Arabic.

use chrono::{Duration, NaiveDate};
use clock::Timestamp;
use entitlement::enrolment::{Forecast, PACE_DAYS};
use issuance::Subject;
use issuance::import::LANGUAGES;
use serde_json::Value;
use store_issuer::Transaction;

/// The language of a beneficiary as the list says it.
pub(super) fn language_of(subject: &Subject) -> Option<&str> {
    let said = subject.claims.get("language").and_then(Value::as_str)?;
    LANGUAGES.contains(&said).then_some(said)
}

/// One forecast for each language that somebody needs or that is free; an empty one for people of whom nobody said it.
pub(super) async fn forecasts(
    tx: &mut Transaction,
    tenant: &str,
    (now, until, due): (Timestamp, Timestamp, NaiveDate),
    uninvited: &[(String, u64)],
) -> Result<Vec<(String, Forecast)>, store_issuer::Error> {
    let free = tx.count_free_by_language(tenant, (now, until)).await?;
    let needing = tx.count_needing_by_language(tenant, now).await?;
    let booked = tx.count_booked_by_language(tenant, now - Duration::days(PACE_DAYS)).await?;
    let mut names: Vec<&String> =
        free.keys().chain(needing.keys()).chain(uninvited.iter().map(|(name, _)| name)).collect();
    names.sort_unstable();
    names.dedup();
    let forecast = |name: &String| Forecast {
        today: now.date_naive(),
        due,
        free: free.get(name).copied().unwrap_or_default(),
        needing: needing.get(name).copied().unwrap_or_default(),
        uninvited: uninvited.iter().filter(|(known, _)| known == name).map(|(_, people)| people).sum(),
        booked_of_late: booked.get(name).copied().unwrap_or_default(),
    };
    Ok(names.into_iter().map(|name| (name.clone(), forecast(name))).collect())
}
