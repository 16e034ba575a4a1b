//! One status list: verified as the credential or token it is, then read at an index.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use clock::Timestamp;
use credential::{Expect, Input, KeyState, jwt, status_list_cwt, verify_credential};
use serde_json::Value;
use status_list::{StatusList, StatusListError};

use super::Sources;
use crate::finding::Finding;

const DEFAULT_TTL_SECONDS: i64 = 300;
const MAX_TTL_SECONDS: i64 = 86_400;
const LIST_TYPE: &str = "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential";

/// How an entry is written.
pub(super) enum Kind<'a> {
    Bitstring { purpose: &'a str, bits: u8 },
    Token,
}

impl Kind<'_> {
    /// An issuer on the chain is asked for the form whose digest stands there.
    pub(super) fn accept(&self, on_chain: bool) -> &'static str {
        match self {
            Self::Token if !on_chain => "application/statuslist+jwt, application/statuslist+cwt;q=0.5",
            Self::Bitstring { .. } => {
                "application/vc, application/vc+ld+json, application/ld+json, application/json"
            }
            Self::Token => "application/statuslist+jwt",
        }
    }
}

/// A verified list.
pub(super) struct List {
    statuses: StatusList,
    /// Empty for a Token Status List, whose values carry their meaning.
    purposes: Vec<String>,
    /// The end of its time to live, or of its validity if that is sooner.
    pub(super) usable_until: Timestamp,
}

impl List {
    /// What it takes in memory, but for a few bytes.
    pub(super) fn bytes(&self) -> usize {
        self.statuses.len() / (8 / usize::from(self.statuses.bits()))
    }

    /// The plain value of an entry of a bitstring that serves this purpose.
    pub(super) fn value(&self, purpose: &str, index: u64) -> Option<u8> {
        let value = self.statuses.value(usize::try_from(index).ok()?)?;
        self.purposes.iter().any(|one| one == purpose).then_some(value)
    }

    pub(super) fn read(&self, kind: &Kind<'_>, index: u64) -> Finding {
        let value = usize::try_from(index).ok().and_then(|index| self.statuses.value(index));
        let Some(value) = value else {
            return Finding::fail("statusIndex", "The status list has no entry for this credential.");
        };
        match kind {
            Kind::Bitstring { purpose, .. } if !self.purposes.iter().any(|one| one == purpose) => {
                Finding::fail(
                    "statusPurpose",
                    "The status list is for another purpose than the credential says.",
                )
            }
            Kind::Bitstring { purpose, .. } => match (value, *purpose) {
                (0, _) => clear(),
                (_, "suspension") => suspended(),
                (_, _) => revoked(),
            },
            // Token Status List, 7.1: 0 valid, 1 invalid, 2 suspended; the others are the application's own.
            Kind::Token => match value {
                0 => clear(),
                1 => revoked(),
                2 => suspended(),
                _ => Finding::fail(
                    "statusUnknown",
                    "The issuer marked this credential in a way this verifier does not know.",
                ),
            },
        }
    }
}

fn clear() -> Finding {
    Finding::pass("notRevoked", "The credential is neither suspended nor revoked.")
}

fn suspended() -> Finding {
    Finding::fail("suspended", "The issuer has suspended this credential; it may be reinstated later.")
}

fn revoked() -> Finding {
    Finding::fail("revoked", "The issuer has revoked this credential for good.")
}

pub(super) async fn verify(
    bytes: &[u8],
    issuer: &str,
    url: &str,
    kind: &Kind<'_>,
    sources: &Sources<'_>,
) -> Result<List, Finding> {
    let text = std::str::from_utf8(bytes);
    match (kind, text) {
        (Kind::Bitstring { bits, .. }, Ok(text)) => bitstring(text, issuer, url, *bits, sources).await,
        (Kind::Bitstring { .. }, Err(_)) => Err(malformed()),
        // Every JWT is text that begins so, and no COSE_Sign1 does.
        (Kind::Token, Ok(text)) if text.trim_start().starts_with("ey") => {
            token(text.trim(), issuer, url, sources).await
        }
        (Kind::Token, _) => cwt(bytes, issuer, url, sources).await,
    }
}

async fn bitstring(
    text: &str,
    issuer: &str,
    url: &str,
    bits: u8,
    sources: &Sources<'_>,
) -> Result<List, Finding> {
    let input = Input::parse(text).map_err(|_| malformed())?;
    let outcome = verify_credential(&input, sources.resolver, &Expect::credential(sources.now)).await;
    if let Some(fault) = outcome.faults.first() {
        let finding = if fault.unfinished { unfinished() } else { untrusted() };
        return Err(finding.with("fault", fault.code));
    }
    let by_issuer = outcome.issuer.as_deref() == Some(issuer) && usable(&outcome.key_state, sources.on_chain);
    let is_list = outcome.types.iter().any(|one| one == LIST_TYPE);
    // Where the list names itself, it must be the one that was asked for.
    let is_this = outcome.credential.get("id").and_then(Value::as_str).is_none_or(|id| id == url);
    if !(by_issuer && is_list && is_this) {
        return Err(untrusted());
    }
    let encoded = outcome.claims.get("encodedList").and_then(Value::as_str).ok_or_else(malformed)?;
    let statuses = StatusList::decode_bitstring(encoded, bits).map_err(|error| match error {
        StatusListError::TooShort => {
            Finding::fail("statusListLength", "The status list is shorter than the standard allows.")
        }
        _ => malformed(),
    })?;
    let purposes = match outcome.claims.get("statusPurpose") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return Err(malformed()),
    };
    // Bitstring Status List 1.0, 2.2: `ttl` is in milliseconds.
    let ttl = outcome.claims.get("ttl").and_then(Value::as_i64).map(|milliseconds| milliseconds / 1000);
    let usable_until = usable_until(sources.now, ttl, outcome.valid_until);
    Ok(List { statuses, purposes, usable_until })
}

async fn token(text: &str, issuer: &str, url: &str, sources: &Sources<'_>) -> Result<List, Finding> {
    let verified =
        jwt::verify(text, "statuslist+jwt", sources.resolver, sources.now).await.map_err(|fault| {
            let finding = if fault.unfinished { unfinished() } else { untrusted() };
            finding.with("fault", fault.code)
        })?;
    let signer = verified.key_id.as_deref().and_then(|id| id.split('#').next());
    let subject = verified.claims.get("sub").and_then(Value::as_str);
    // Token Status List, 5.1: `sub` is the URI in the token that refers to the list.
    if signer != Some(issuer) || subject != Some(url) || !usable(&verified.key_state, sources.on_chain) {
        return Err(untrusted());
    }
    let list = verified.claims.get("status_list").ok_or_else(malformed)?;
    let bits = list.get("bits").and_then(Value::as_u64).and_then(|bits| u8::try_from(bits).ok());
    let encoded = list.get("lst").and_then(Value::as_str);
    let (Some(bits), Some(encoded)) = (bits, encoded) else { return Err(malformed()) };
    let statuses = StatusList::decode_token(encoded, bits).map_err(|_| malformed())?;
    let ttl = verified.claims.get("ttl").and_then(Value::as_i64);
    let expires = verified
        .claims
        .get("exp")
        .and_then(Value::as_i64)
        .and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
    Ok(List { statuses, purposes: Vec::new(), usable_until: usable_until(sources.now, ttl, expires) })
}

async fn cwt(bytes: &[u8], issuer: &str, url: &str, sources: &Sources<'_>) -> Result<List, Finding> {
    let verified = status_list_cwt::verify(bytes, sources.resolver, sources.now).await.map_err(|fault| {
        let finding = if fault.unfinished { unfinished() } else { untrusted() };
        finding.with("fault", fault.code)
    })?;
    let signer = verified.key_id.split('#').next();
    let token = verified.token;
    if signer != Some(issuer) || token.subject != url || !usable(&verified.key_state, sources.on_chain) {
        return Err(untrusted());
    }
    let encoded = URL_SAFE_NO_PAD.encode(&token.list);
    let statuses = StatusList::decode_token(&encoded, token.bits).map_err(|_| malformed())?;
    let expires = token.expires.and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
    let usable_until = usable_until(sources.now, token.ttl_seconds, expires);
    Ok(List { statuses, purposes: Vec::new(), usable_until })
}

/// A list whose digest the issuer put on the chain is its own even if its key was rotated since; a stolen key's is not.
fn usable(key: &KeyState, on_chain: bool) -> bool {
    match key {
        KeyState::Current => true,
        KeyState::RotatedOut { .. } => on_chain,
        KeyState::Compromised { .. } | KeyState::Unknown => false,
    }
}

fn usable_until(now: Timestamp, ttl_seconds: Option<i64>, expires: Option<Timestamp>) -> Timestamp {
    let ttl = Duration::seconds(ttl_seconds.unwrap_or(DEFAULT_TTL_SECONDS).clamp(0, MAX_TTL_SECONDS));
    let end = now + ttl;
    expires.map_or(end, |expires| end.min(expires))
}

fn malformed() -> Finding {
    Finding::fail("statusListMalformed", "The status list cannot be read, so the status cannot be trusted.")
}

fn untrusted() -> Finding {
    Finding::fail(
        "statusListUntrusted",
        "The status list was not made by the issuer, so the status cannot be trusted.",
    )
}

fn unfinished() -> Finding {
    Finding::not_checked(
        "statusListUnverified",
        "The status could not be checked because the list's signature could not be.",
    )
}

#[cfg(test)]
impl List {
    pub(super) fn of(statuses: StatusList, usable_until: Timestamp) -> Self {
        Self { statuses, purposes: Vec::new(), usable_until }
    }
}
