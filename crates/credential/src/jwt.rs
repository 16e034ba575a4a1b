//! Compact JWS with the two algorithms of this workspace, strict about everything the header says.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use clock::Timestamp;
use did::{Resolver, did_of};
use keys::{Algorithm, PublicKey, SignError, Signer};
use serde_json::{Map, Value};

use crate::data_integrity::{FoundKeys, Purpose, keys_in, unresolved};
use crate::limits;
use crate::outcome::{CheckName, Fault, KeyState};

/// How far the clocks of two honest machines may be apart.
pub(crate) const SKEW_SECONDS: i64 = 60;

/// A JWS that has been taken apart and not verified.
#[derive(Clone, Debug)]
pub struct Unverified {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    algorithm: Algorithm,
    signature: Vec<u8>,
}

/// A JWS whose signature and dates hold.
#[derive(Clone, Debug)]
pub struct Verified {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    /// The DID URL of the key, for tokens that name one.
    pub key_id: Option<String>,
    pub public_key: PublicKey,
    pub key_state: KeyState,
}

/// A compact JWS in its parts, by whatever algorithm.
pub(crate) struct Parts {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signature: Vec<u8>,
}

/// Takes a token apart: three parts, JSON objects, `alg` one of ours, no `crit`, no `none`.
pub fn decode(token: &str) -> Result<Unverified, Fault> {
    let Parts { header, claims, signature } = take_apart(token)?;
    let algorithm = algorithm_of(&header)?;
    Ok(Unverified { header, claims, algorithm, signature })
}

pub(crate) fn algorithm_of(header: &Map<String, Value>) -> Result<Algorithm, Fault> {
    match header.get("alg").and_then(Value::as_str) {
        Some("EdDSA" | "Ed25519") => Ok(Algorithm::Ed25519),
        Some("ES256") => Ok(Algorithm::P256),
        _ => Err(form("jwtAlgorithm", "the algorithm is neither ES256 nor EdDSA")),
    }
}

/// The same without a look at `alg`.
pub(crate) fn take_apart(token: &str) -> Result<Parts, Fault> {
    if token.len() > limits::BYTES {
        return Err(form("tooLarge", "the token has too many bytes"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let &[header, claims, signature] = parts.as_slice() else {
        return Err(form("jwtForm", "a compact JWS has three parts"));
    };
    let header = object(header).ok_or_else(|| form("jwtForm", "the header is not a JSON object"))?;
    let claims = object(claims).ok_or_else(|| form("jwtForm", "the payload is not a JSON object"))?;
    // RFC 7515, 4.1.11: extensions that are critical and not understood. None is understood.
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(form("jwtForm", "the header names extensions that are not supported"));
    }
    let signature =
        URL_SAFE_NO_PAD.decode(signature).map_err(|_| form("jwtForm", "the signature is not base64url"))?;
    Ok(Parts { header, claims, signature })
}

fn object(part: &str) -> Option<Map<String, Value>> {
    match limits::parse_json(&URL_SAFE_NO_PAD.decode(part).ok()?)? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// Verifies a token under a known key: `typ`, `alg`, signature, `exp` and `nbf`.
pub fn verify_with_key(token: &str, typ: &str, key: &PublicKey, now: Timestamp) -> Result<Verified, Fault> {
    let unverified = decode(token)?;
    check_type(&unverified.header, typ)?;
    check_signature(token, &unverified, key)?;
    check_dates(&unverified.claims, now)?;
    let Unverified { header, claims, .. } = unverified;
    Ok(Verified { header, claims, key_id: None, public_key: *key, key_state: KeyState::Current })
}

/// Verifies a token whose `kid` is a DID URL, listed for assertions in the DID document. Whose DID it is,
/// the caller compares with what it expects.
pub async fn verify(
    token: &str,
    typ: &str,
    resolver: &dyn Resolver,
    now: Timestamp,
) -> Result<Verified, Fault> {
    let unverified = decode(token)?;
    check_type(&unverified.header, typ)?;
    let kid = unverified.header.get("kid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let keys = keys_of(&kid, resolver).await?;
    let (key, signed) = keys.that_made(|key| check_signature(token, &unverified, key));
    signed?;
    check_dates(&unverified.claims, now)?;
    let Unverified { header, claims, .. } = unverified;
    Ok(Verified { header, claims, key_id: Some(kid), public_key: key.public_key, key_state: key.state })
}

/// The keys behind a `kid` that is a DID URL.
pub(crate) async fn keys_of(kid: &str, resolver: &dyn Resolver) -> Result<FoundKeys, Fault> {
    let did = did_of(kid).ok_or_else(|| {
        Fault::new(CheckName::IssuerKey, "keyUnknown", "the kid is not a DID URL with a fragment")
    })?;
    let resolution: Arc<_> = resolver.resolve(did).await.map_err(|error| unresolved(&error))?;
    keys_in(&resolution, kid, Purpose::AssertionMethod)
}

/// Media types compare without `application/` and without case (RFC 7515, 4.1.9).
pub(crate) fn check_type(header: &Map<String, Value>, typ: &str) -> Result<(), Fault> {
    if is_type(header.get("typ").and_then(Value::as_str).unwrap_or_default(), typ) {
        Ok(())
    } else {
        Err(form("jwtType", "the token is of another type"))
    }
}

/// Whether two media types are the same, the second without `application/`.
pub(crate) fn is_type(found: &str, expected: &str) -> bool {
    const TREE: &str = "application/";
    let (tree, rest) = found.split_at_checked(TREE.len()).unwrap_or(("", found));
    let found = if tree.eq_ignore_ascii_case(TREE) { rest } else { found };
    found.eq_ignore_ascii_case(expected)
}

pub(crate) fn check_signature(token: &str, unverified: &Unverified, key: &PublicKey) -> Result<(), Fault> {
    check_bytes(signed_part(token).as_bytes(), &unverified.signature, unverified.algorithm, key)
}

/// The header and the payload with the dot between them: what the signature is over.
pub(crate) fn signed_part(token: &str) -> &str {
    token.rsplit_once('.').map_or(token, |(signed, _)| signed)
}

/// The algorithm must be of the kind of the key: no key verifies under what the token chose.
pub(crate) fn check_bytes(
    signed: &[u8],
    signature: &[u8],
    algorithm: Algorithm,
    key: &PublicKey,
) -> Result<(), Fault> {
    let bad = |code, detail: &str| Fault::new(CheckName::Proof, code, detail);
    if algorithm != key.algorithm() {
        return Err(bad("keyKind", "the key is of another kind than the algorithm"));
    }
    key.verify(signed, signature)
        .map_err(|_| bad("badSignature", "the signature does not fit the token and the key"))
}

/// RFC 7519, 4.1.4 and 4.1.5: a token is dead on the second named by `exp`, not one later.
pub(crate) fn check_dates(claims: &Map<String, Value>, now: Timestamp) -> Result<(), Fault> {
    let fault = |code, member: &str, detail: &str| {
        Err(Fault::new(CheckName::Validity, code, detail).at(format!("/{member}")))
    };
    for member in ["exp", "nbf", "iat"] {
        if claims.contains_key(member) && numeric_date(claims, member).is_none() {
            return fault("dateForm", member, "the time is not a number of seconds");
        }
    }
    if numeric_date(claims, "exp").is_some_and(|at| at <= now) {
        return fault("expired", "exp", "the time of validity is over");
    }
    if numeric_date(claims, "nbf").is_some_and(|at| at > now + chrono::Duration::seconds(SKEW_SECONDS)) {
        return fault("notYetValid", "nbf", "the time of validity has not begun");
    }
    Ok(())
}

/// A NumericDate (RFC 7519, 2); fractions of a second are cut off.
#[must_use]
pub fn numeric_date(claims: &Map<String, Value>, member: &str) -> Option<Timestamp> {
    let number = claims.get(member)?.as_number()?;
    let text = number.as_str();
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    DateTime::from_timestamp(whole.parse().ok()?, 0)
}

/// Signs claims; `alg` is set from the key, the rest of the header is the caller's.
pub async fn sign(
    header: Map<String, Value>,
    claims: &Map<String, Value>,
    signer: &dyn Signer,
) -> Result<String, SignError> {
    let input = signing_input(header, claims, signer.public_key().algorithm());
    let signature = signer.sign(input.as_bytes()).await?;
    Ok(append_signature(&input, &signature))
}

/// First half of signing, for keys that sign elsewhere: sign the bytes of this text.
#[must_use]
pub fn signing_input(
    header: Map<String, Value>,
    claims: &Map<String, Value>,
    algorithm: Algorithm,
) -> String {
    signing_input_by(header, claims, algorithm.jose())
}

/// The same for an algorithm by its JOSE name.
pub(crate) fn signing_input_by(
    mut header: Map<String, Value>,
    claims: &Map<String, Value>,
    algorithm: &str,
) -> String {
    header.insert("alg".to_owned(), Value::String(algorithm.to_owned()));
    let header = Value::Object(header).to_string();
    let claims = serde_json::to_string(claims).unwrap_or_default();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

/// Second half of signing.
#[must_use]
pub fn append_signature(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
