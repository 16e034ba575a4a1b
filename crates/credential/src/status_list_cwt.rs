//! A Token Status List as CWT (Token Status List, 5.2): a COSE_Sign1 around a map of claims.
//!
//! Strict like [`crate::jwt`]: one type, the two algorithms of this workspace, a key that its issuer's DID
//! document lists.

use ciborium::Value as Cbor;
use clock::Timestamp;
use did::Resolver;
use serde_json::{Map, Value, json};

use crate::data_integrity::{SecureError, SigningKey};
use crate::enveloped::cose;
use crate::jwt;
use crate::limits;
use crate::outcome::{CheckName, Fault, KeyState};

/// The media type without `application/`.
pub const TYPE: &str = "statuslist+cwt";

/// Labels of claims (RFC 8392, 4; Token Status List, 5.2).
const ISS: i64 = 1;
const SUB: i64 = 2;
const EXP: i64 = 4;
const NBF: i64 = 5;
const IAT: i64 = 6;
const STATUS_LIST: i64 = 65_533;
const TTL: i64 = 65_534;

/// What the token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListToken {
    pub issuer: Option<String>,
    /// The address of the list.
    pub subject: String,
    /// Seconds since 1970, like `expires`.
    pub issued_at: i64,
    pub expires: Option<i64>,
    pub ttl_seconds: Option<i64>,
    /// Of one entry: 1, 2, 4 or 8.
    pub bits: u8,
    /// Compressed by ZLIB.
    pub list: Vec<u8>,
}

/// A token whose signature and dates hold, and the key it is by.
#[derive(Clone, Debug)]
pub struct Verified {
    pub token: StatusListToken,
    /// The DID URL of the key. Whose DID it is, the caller compares with what it expects.
    pub key_id: String,
    pub key_state: KeyState,
}

/// Signs a list. The result is tagged as COSE_Sign1.
pub async fn sign(token: &StatusListToken, key: &SigningKey) -> Result<Vec<u8>, SecureError> {
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!(TYPE));
    header.insert("kid".to_owned(), json!(key.verification_method));
    let mut payload = Vec::new();
    ciborium::into_writer(&claims_of(token), &mut payload)
        .map_err(|_| form("coseForm", "the claims cannot be written"))?;
    let alg = key.signer.public_key().algorithm().jose();
    let (sign1, to_sign) = cose::prepare_bytes(&header, Vec::new(), payload, alg)?;
    let signature = key.signer.sign(&to_sign).await?;
    Ok(cose::finish(sign1, &signature))
}

/// Labels in the order of the core deterministic encoding (RFC 8949, 4.2.1).
fn claims_of(token: &StatusListToken) -> Cbor {
    let number = |value: i64| Cbor::Integer(value.into());
    let mut claims = Vec::new();
    if let Some(issuer) = &token.issuer {
        claims.push((number(ISS), Cbor::Text(issuer.clone())));
    }
    claims.push((number(SUB), Cbor::Text(token.subject.clone())));
    claims.extend(token.expires.map(|at| (number(EXP), number(at))));
    claims.push((number(IAT), number(token.issued_at)));
    let list = vec![
        (Cbor::Text("lst".to_owned()), Cbor::Bytes(token.list.clone())),
        (Cbor::Text("bits".to_owned()), number(token.bits.into())),
    ];
    claims.push((number(STATUS_LIST), Cbor::Map(list)));
    claims.extend(token.ttl_seconds.map(|ttl| (number(TTL), number(ttl))));
    Cbor::Map(claims)
}

/// Verifies a list whose `kid` is a DID URL, listed for assertions in the DID document.
pub async fn verify(bytes: &[u8], resolver: &dyn Resolver, now: Timestamp) -> Result<Verified, Fault> {
    let parts = cose::take_apart(bytes)?;
    jwt::check_type(&parts.header, TYPE)?;
    let token = read(&parts.payload)?;
    let key_id = parts.header.get("kid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let keys = jwt::keys_of(&key_id, resolver).await?;
    let algorithm = jwt::algorithm_of(&parts.header)?;
    let (key, signed) =
        keys.that_made(|key| jwt::check_bytes(&parts.signed, &parts.signature, algorithm, key));
    signed?;
    let mut dates = Map::new();
    dates.insert("iat".to_owned(), json!(token.issued_at));
    dates.extend(token.expires.map(|at| ("exp".to_owned(), json!(at))));
    jwt::check_dates(&dates, now)?;
    Ok(Verified { token, key_id, key_state: key.state })
}

/// Reads the claims: each label once, each of its type. Labels that are not known are passed over, `nbf` is
/// refused since nothing here waits for it.
fn read(payload: &[u8]) -> Result<StatusListToken, Fault> {
    let wrong = || form("cwtForm", "the claims are not those of a status list");
    let mut rest = payload;
    let claims: Cbor =
        ciborium::de::from_reader_with_recursion_limit(&mut rest, limits::DEPTH).map_err(|_| wrong())?;
    let Some(claims) = claims.as_map().filter(|_| rest.is_empty()) else { return Err(wrong()) };
    let find = |label: i64| {
        let mut found = claims.iter().filter(|(it, _)| integer(it) == Some(label));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(Some(value)),
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Err(wrong()),
        }
    };
    let number = |label: i64| find(label)?.map(|value| integer(value).ok_or_else(wrong)).transpose();
    let text = |label: i64| {
        find(label)?.map(|value| value.as_text().map(str::to_owned).ok_or_else(wrong)).transpose()
    };
    if find(NBF)?.is_some() {
        return Err(wrong());
    }
    let list = find(STATUS_LIST)?.and_then(Cbor::as_map).ok_or_else(wrong)?;
    let member = |name: &str| {
        let mut found = list.iter().filter(|(it, _)| it.as_text() == Some(name));
        found.next().map(|(_, value)| value).filter(|_| found.next().is_none())
    };
    let bits = member("bits").and_then(integer).and_then(|bits| u8::try_from(bits).ok());
    Ok(StatusListToken {
        issuer: text(ISS)?,
        subject: text(SUB)?.ok_or_else(wrong)?,
        issued_at: number(IAT)?.ok_or_else(wrong)?,
        expires: number(EXP)?,
        ttl_seconds: number(TTL)?,
        bits: bits.filter(|bits| matches!(bits, 1 | 2 | 4 | 8)).ok_or_else(wrong)?,
        list: member("lst").and_then(Cbor::as_bytes).cloned().ok_or_else(wrong)?,
    })
}

fn integer(value: &Cbor) -> Option<i64> {
    value.as_integer().and_then(|number| i64::try_from(number).ok())
}

fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}

#[cfg(test)]
#[path = "status_list_cwt_tests.rs"]
mod tests;
