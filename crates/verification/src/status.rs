//! Whether a credential is suspended or revoked, by lists whose digests are on the chain.
//!
//! A list counts only when its bytes are exactly those the issuer registered: an issuer that shows another list to
//! this verifier than to the world, or a stale one, is found out. The chain may be a moment ahead of the list or
//! behind it, so both are asked again a few times before a mismatch is called one.

mod list;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Timestamp;
use credential::{Outcome, StatusRef};
use did::Resolver;
use registry_types::StatusRecord;
use sha2::{Digest as _, Sha256};
use url::Url;

use self::list::{Kind, List};
use crate::finding::{Finding, hex, instant};
use crate::ports::{Chain, Fetch, FetchError, Header};

/// Waits before asking again; together longer than a publication takes to reach both.
const PAUSES_MS: [u64; 3] = [300, 900, 1500];
/// Lists that are kept, and what they may come to: anybody can hand over a credential of an issuer of their own, whose list of a
/// few kilobytes is eight megabytes uncompressed.
const CACHED: usize = 256;
const CACHED_BYTES: usize = 64 * 1024 * 1024;
/// The purpose of lists that say something beside the status.
const MESSAGE: &str = "message";
const MESSAGE_CHARACTERS: usize = 200;
/// Longest list that a report keeps as evidence, in bytes.
const MAX_EVIDENCE: usize = 48 * 1024;
/// Entries of one credential that are looked at.
const MAX_ENTRIES: usize = 8;

/// Lists that were fetched and verified, by digest.
#[derive(Default)]
pub struct StatusLists(Mutex<HashMap<[u8; 32], Arc<List>>>);

/// What looking up a status needs.
pub(crate) struct Sources<'a> {
    pub chain: &'a dyn Chain,
    pub fetch: &'a dyn Fetch,
    pub resolver: &'a dyn Resolver,
    pub now: Timestamp,
    /// False for issuers the registry does not know: then only their signature vouches for the list.
    pub on_chain: bool,
}

struct Entry<'a> {
    kind: Kind<'a>,
    list: &'a str,
    index: u64,
}

impl StatusLists {
    /// Looks up every entry of the credential. `entry_required` makes a credential without one fail.
    pub(crate) async fn check(
        &self,
        outcome: &Outcome,
        entry_required: bool,
        sources: &Sources<'_>,
    ) -> Finding {
        let Some(issuer) = outcome.issuer.as_deref() else {
            return Finding::not_checked(
                "noIssuer",
                "The status could not be checked because nobody is named as issuer.",
            );
        };
        if let Some(kind) = outcome.status.iter().find_map(unknown_kind) {
            return Finding::not_checked(
                "statusTypeUnknown",
                "The credential names a kind of status information that this verifier does not know.",
            )
            .with("statusType", kind);
        }
        let entries: Vec<_> = outcome.status.iter().filter_map(entry).take(MAX_ENTRIES).collect();
        if entries.is_empty() {
            return if entry_required {
                Finding::fail(
                    "noStatus",
                    "The credential cannot be suspended or revoked, which this policy does not accept.",
                )
            } else {
                Finding::pass("noStatus", "The credential names no status list, so it is taken as it stands.")
            };
        }
        let mut worst = None;
        for entry in &entries {
            let finding = self.look_up(issuer, entry, sources).await;
            worst = Some(match worst {
                Some(before) if weight(&before) >= weight(&finding) => before,
                _ => finding,
            });
        }
        let finding =
            worst.unwrap_or_else(|| Finding::not_checked("noStatus", "The status could not be checked."));
        if severity(&finding) < LOST {
            return finding;
        }
        match self.message(issuer, &outcome.status, sources).await {
            Some(message) => finding.with("statusMessage", message),
            None => finding,
        }
    }

    async fn look_up(&self, issuer: &str, entry: &Entry<'_>, sources: &Sources<'_>) -> Finding {
        let found = match self.find(issuer, entry, sources).await {
            Ok(found) => found,
            Err(finding) => return finding.with("statusList", place(entry.list)),
        };
        let finding = found.list.read(&entry.kind, entry.index).with("statusList", place(entry.list));
        match found.record {
            None => finding.with("onChain", false),
            Some((record, header)) => finding
                .with("listVersion", record.version)
                .with("listDigest", hex(&record.digest))
                .with_time("listPublishedAt", instant(record.published_ms))
                .with("listAgeSeconds", (sources.now - instant(record.published_ms)).num_seconds().max(0))
                .resting_on(header, sources.now),
        }
    }

    /// What the issuer adds to a status that is lost, such as "replaced by a newer one" (Bitstring Status List 1.0, 2.1). It
    /// decides nothing, so where it cannot be read there is none.
    async fn message(&self, issuer: &str, status: &[StatusRef], sources: &Sources<'_>) -> Option<String> {
        let (entry, messages) = status.iter().take(MAX_ENTRIES).find_map(message_entry)?;
        let found = self.find(issuer, &entry, sources).await.ok()?;
        let value = found.list.value(MESSAGE, entry.index)?;
        let said = messages.iter().find(|(status, _)| hexadecimal(status) == Some(value));
        said.map(|(_, message)| message.chars().take(MESSAGE_CHARACTERS).collect())
    }

    /// The list behind an entry, verified.
    async fn find(&self, issuer: &str, entry: &Entry<'_>, sources: &Sources<'_>) -> Result<Found, Finding> {
        let url = Url::parse(entry.list)
            .map_err(|_| Finding::fail("statusListAddress", "The status list has no usable address."))?;
        let mut mismatch = unregistered();
        for attempt in 0..=PAUSES_MS.len() {
            if let Some(pause) = attempt.checked_sub(1).and_then(|before| PAUSES_MS.get(before)) {
                sources.fetch.pause(*pause).await;
            }
            let record = if sources.on_chain {
                let proven =
                    sources.chain.status(issuer, entry.list).await.map_err(Finding::without_chain)?;
                let header = Header::of(&proven);
                let Some(record) = proven.value else {
                    mismatch = unregistered().resting_on(header, sources.now);
                    continue;
                };
                Some((record, header))
            } else {
                None
            };
            let key =
                record.as_ref().map_or_else(|| sha256(entry.list.as_bytes()), |(record, _)| record.digest);
            if let Some(list) = self.kept(&key, sources.now) {
                return Ok(Found { list, record });
            }
            let bytes = sources
                .fetch
                .fetch(&url, entry.kind.accept(sources.on_chain))
                .await
                .map_err(unreachable_list)?;
            if let Some((record, header)) = &record
                && sha256(&bytes) != record.digest
            {
                mismatch = other_list(record, &bytes).resting_on(*header, sources.now);
                continue;
            }
            let list = Arc::new(list::verify(&bytes, issuer, entry.list, &entry.kind, sources).await?);
            self.keep(key, &list);
            return Ok(Found { list, record });
        }
        Err(mismatch)
    }

    fn kept(&self, key: &[u8; 32], now: Timestamp) -> Option<Arc<List>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|list| now < list.usable_until).map(Arc::clone)
    }

    fn keep(&self, key: [u8; 32], list: &Arc<List>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, Arc::clone(list));
        while kept.len() > CACHED || kept.values().map(|list| list.bytes()).sum::<usize>() > CACHED_BYTES {
            // The one that ends first is the least useful.
            let oldest = kept.iter().min_by_key(|(_, list)| list.usable_until).map(|(key, _)| *key);
            let Some(oldest) = oldest else { return };
            kept.remove(&oldest);
        }
    }
}

struct Found {
    list: Arc<List>,
    record: Option<(StatusRecord, Header)>,
}

fn entry(status: &StatusRef) -> Option<Entry<'_>> {
    match status {
        StatusRef::Bitstring { purpose, index, list, size, .. } => match purpose.as_str() {
            "revocation" | "suspension" => {
                Some(Entry { kind: Kind::Bitstring { purpose, bits: *size }, list, index: *index })
            }
            // Messages and refresh hints say nothing about whether the credential stands.
            _ => None,
        },
        StatusRef::Token { index, uri } => Some(Entry { kind: Kind::Token, list: uri, index: *index }),
        StatusRef::Other { .. } => None,
    }
}

fn message_entry(status: &StatusRef) -> Option<(Entry<'_>, &[(String, String)])> {
    match status {
        StatusRef::Bitstring { purpose, index, list, size, messages, .. } if purpose == MESSAGE => {
            Some((Entry { kind: Kind::Bitstring { purpose, bits: *size }, list, index: *index }, messages))
        }
        _ => None,
    }
}

/// `0x2`, as `statusMessage` writes values.
fn hexadecimal(text: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

fn unknown_kind(status: &StatusRef) -> Option<String> {
    match status {
        StatusRef::Other { kind } => Some(kind.clone()),
        StatusRef::Bitstring { .. } | StatusRef::Token { .. } => None,
    }
}

/// From here on the credential is suspended or revoked.
const LOST: u8 = 3;

/// Of two lists that say the same the older one tells how much is known.
fn weight(finding: &Finding) -> (u8, Option<u64>) {
    (severity(finding), finding.evidence.get("listAgeSeconds").and_then(serde_json::Value::as_u64))
}

/// Revoked outweighs suspended, a failure outweighs a question that stayed open.
fn severity(finding: &Finding) -> u8 {
    use wire::verifications::CheckResult;
    match (finding.result, finding.code) {
        (CheckResult::Pass, _) => 0,
        (CheckResult::NotChecked, _) => 1,
        (CheckResult::Fail, "revoked") => 4,
        (CheckResult::Fail, "suspended") => 3,
        (CheckResult::Fail, _) => 2,
    }
}

fn unregistered() -> Finding {
    Finding::fail(
        "statusListUnregistered",
        "The issuer never registered the status list that the credential names.",
    )
}

/// The two digests, and the signed list itself: whoever reads the report can show what the issuer put out.
fn other_list(record: &StatusRecord, shown: &[u8]) -> Finding {
    let finding = Finding::fail(
        "statusListMismatch",
        "The issuer shows another status list than the one it registered, so the status cannot be trusted.",
    )
    .with("listVersion", record.version)
    .with("listDigest", hex(&record.digest))
    .with("shownDigest", hex(&sha256(shown)));
    if shown.len() > MAX_EVIDENCE {
        return finding;
    }
    finding.with("shownList", URL_SAFE_NO_PAD.encode(shown))
}

/// Where a list is, without what could point to a person: a query may differ from one credential to the next.
fn place(list: &str) -> String {
    let Ok(mut url) = Url::parse(list) else { return String::new() };
    url.set_query(None);
    url.set_fragment(None);
    // These fail only for addresses that have no host, and so no name either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

fn unreachable_list(error: FetchError) -> Finding {
    let (code, sentence) = match error {
        FetchError::Refused => {
            ("statusListRefused", "The status list is at an address that this verifier does not visit.")
        }
        FetchError::Unreachable | FetchError::Status(_) => (
            "statusListUnreachable",
            "The status could not be checked because the status list cannot be fetched.",
        ),
        FetchError::TooLong => {
            ("statusListTooLong", "The status could not be checked because the list is too long.")
        }
    };
    Finding::not_checked(code, sentence)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod kept_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_in_a_report_does_not_point_to_a_person() {
        let given = "https://amina:secret@issuer.example/status/3?holder=UN-10034521#entry";
        assert_eq!(place(given), "https://issuer.example/status/3");
        assert_eq!(place("no address"), "");
    }
}
