//! Records in words, for whoever checks a proof by hand.

use registry_types::{
    Accreditation, AnchorRecord, Canonical, DidRecord, Organisation, SchemaRecord, StatusRecord,
};
use serde::Serialize;

/// RFC 3339 in UTC.
pub fn time(time_ms: u64) -> String {
    i64::try_from(time_ms)
        .ok()
        .and_then(chrono::DateTime::from_timestamp_millis)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        .unwrap_or_else(|| format!("{time_ms} ms"))
}

/// RFC 3339 to milliseconds since 1970.
pub fn moment(text: &str) -> Result<u64, String> {
    let expected = |_| "a time such as 2027-01-01T00:00:00Z is expected".to_owned();
    let time = chrono::DateTime::parse_from_rfc3339(text).map_err(expected)?;
    u64::try_from(time.timestamp_millis()).map_err(|_| "times before 1970 are not known".to_owned())
}

pub fn age(time_ms: u64, now_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(time_ms) / 1_000;
    match seconds {
        0..120 => format!("{seconds} seconds ago"),
        120..7_200 => format!("{} minutes ago", seconds / 60),
        7_200..172_800 => format!("{} hours ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// The record in a sentence and then in full. A record of a newer version is shown as its bytes.
pub fn describe(key: &str, value: &[u8]) -> Vec<String> {
    let kind = key.split('/').next().unwrap_or_default();
    let told = match kind {
        "org" => tell(value, |it: &Organisation| {
            format!("{} ({}) is a member since {}, {:?}.", it.name, it.id, time(it.admitted_ms), it.status)
        }),
        "did" => tell(value, |it: &DidRecord| {
            let state = it.deactivated_ms.map_or_else(
                || format!("has {} versions", it.versions.len()),
                |at| format!("was deactivated on {}", time(at)),
            );
            format!("The DID of {} {state}.", it.organisation)
        }),
        "accreditation" => tell(value, |it: &Accreditation| {
            let last = it.intervals.last();
            let until = last.and_then(|it| it.until_ms).map_or("further notice".to_owned(), time);
            let from = last.map_or_else(String::new, |it| time(it.from_ms));
            let suspended = it.suspensions.iter().rfind(|suspension| suspension.until_ms.is_none());
            let suspended = suspended.map_or_else(String::new, |suspension| {
                let by = if suspension.by_governors {
                    "the governors' vote"
                } else {
                    "the issuer that granted it"
                };
                format!(" It is suspended since {} by {by}.", time(suspension.from_ms))
            });
            format!("{} may issue {} from {from} until {until}.{suspended}", it.issuer, it.type_iri)
        }),
        "schema" => tell(value, |it: &SchemaRecord| {
            format!("{} answers for it; its SHA-256 is {}.", it.owner, hex::encode(it.digest))
        }),
        "status" => tell(value, |it: &StatusRecord| {
            format!("Version {} was published on {}.", it.version, time(it.published_ms))
        }),
        "anchor" => tell(value, |it: &AnchorRecord| {
            format!(
                "{} commitments were anchored at block {} of {}.",
                it.leaf_count,
                it.height,
                time(it.time_ms)
            )
        }),
        _ => None,
    };
    let mut lines = vec![format!("There is a record {key}.")];
    match told {
        Some(told) => lines.extend(told),
        None => lines.push(format!("Its bytes are {}.", hex::encode(value))),
    }
    lines
}

fn tell<T: Canonical + Serialize>(value: &[u8], sentence: impl Fn(&T) -> String) -> Option<Vec<String>> {
    let record = T::from_bytes(value).ok()?;
    Some(vec![sentence(&record), serde_json::to_string_pretty(&record).ok()?])
}
