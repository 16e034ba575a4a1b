//! Presenting: choosing what to show, and binding it to one verifier and one moment.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use clock::Timestamp;
use keys::PublicKey;
use serde_json::{Map, Value, json};

use super::{ClaimPath, Disclosed, KEY_BINDING_TYPE, Parsed, PathElement, parse};
use crate::digest::sha256;
use crate::jwt;
use crate::outcome::{CheckName, Expect, Fault};

/// How old a key binding may be when it arrives. People read before they consent; nonces do the rest.
const KEY_BINDING_AGE_SECONDS: i64 = 600;

/// A presentation that lacks only the holder's signature. Equal inputs give equal bytes to sign.
#[derive(Clone, Debug)]
pub struct PreparedPresentation {
    /// Sign these bytes: ES256 or EdDSA over them as they are.
    pub to_sign: Vec<u8>,
    selected: String,
    signing_input: String,
}

impl PreparedPresentation {
    /// Appends the key-binding JWT.
    #[must_use]
    pub fn finish(self, signature: &[u8]) -> String {
        format!("{}{}", self.selected, jwt::append_signature(&self.signing_input, signature))
    }
}

/// Keeps the disclosures of these paths, those they stand in and those that stand in them, and drops
/// the others. The result ends with `~`.
pub fn select(sd_jwt: &str, reveal: &[ClaimPath]) -> Result<String, Fault> {
    Ok(selected(&parse(sd_jwt)?, reveal))
}

fn selected(parsed: &Parsed, reveal: &[ClaimPath]) -> String {
    let wanted = |disclosed: &&Disclosed| reveal.iter().any(|path| is_related(path, &disclosed.path));
    let mut text = format!("{}~", parsed.issuer_jwt);
    for disclosed in parsed.disclosures.iter().filter(wanted) {
        text.push_str(&disclosed.encoded);
        text.push('~');
    }
    text
}

/// Whether one path leads through the other.
fn is_related(left: &[PathElement], right: &[PathElement]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right)
}

/// First half of presenting: selects, and makes the key-binding JWT up to its signature.
pub fn present(
    sd_jwt: &str,
    reveal: &[ClaimPath],
    nonce: &str,
    audience: &str,
    issued_at: Timestamp,
) -> Result<PreparedPresentation, Fault> {
    present_saying(sd_jwt, reveal, KeyBinding { nonce, audience, issued_at, further: Map::new() })
}

/// What a key-binding JWT says.
#[derive(Clone, Debug)]
pub struct KeyBinding<'a> {
    pub nonce: &'a str,
    pub audience: &'a str,
    pub issued_at: Timestamp,
    /// Claims of other specifications, such as hashes of transaction data.
    pub further: Map<String, Value>,
}

/// The same with further claims in the key-binding JWT.
pub fn present_saying(
    sd_jwt: &str,
    reveal: &[ClaimPath],
    binding_of: KeyBinding<'_>,
) -> Result<PreparedPresentation, Fault> {
    present_named(sd_jwt, reveal, binding_of, None)
}

/// The same under another name of the key's algorithm than the usual one: `Ed25519` (RFC 9864, 2.2) for `EdDSA`.
pub fn present_named(
    sd_jwt: &str,
    reveal: &[ClaimPath],
    binding_of: KeyBinding<'_>,
    algorithm: Option<&str>,
) -> Result<PreparedPresentation, Fault> {
    let KeyBinding { nonce, audience, issued_at, further } = binding_of;
    let parsed = parse(sd_jwt)?;
    let key =
        holder_key(&parsed.claims)?.ok_or_else(|| binding("notBound", "the SD-JWT is not bound to a key"))?;
    let selected = selected(&parsed, reveal);
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!(KEY_BINDING_TYPE));
    let mut claims = further;
    claims.insert("iat".to_owned(), json!(issued_at.timestamp()));
    claims.insert("aud".to_owned(), json!(audience));
    claims.insert("nonce".to_owned(), json!(nonce));
    claims.insert("sd_hash".to_owned(), json!(sd_hash(&selected)));
    let algorithm = algorithm.unwrap_or_else(|| key.algorithm().jose());
    let signing_input = jwt::signing_input_by(header, &claims, algorithm);
    Ok(PreparedPresentation { to_sign: signing_input.clone().into_bytes(), selected, signing_input })
}

/// RFC 9901, 4.3.1: over the text up to and with the last tilde before the key binding.
pub(crate) fn sd_hash(selected: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(selected.as_bytes()))
}

/// The key in `cnf` (RFC 7800, 3.2).
pub(crate) fn holder_key(claims: &Map<String, Value>) -> Result<Option<PublicKey>, Fault> {
    let Some(cnf) = claims.get("cnf") else { return Ok(None) };
    let wrong =
        || Fault::new(CheckName::Form, "holderKey", "the bound key is not a JWK of a known kind").at("/cnf");
    let jwk = cnf.get("jwk").ok_or_else(wrong)?;
    PublicKey::from_jwk(jwk).map(Some).map_err(|_| wrong())
}

/// RFC 9901, 7.3: the key binding is by the bound key, for us, for this question, now, over this text.
pub(crate) fn check_key_binding(
    text: &str,
    token: &str,
    key: &PublicKey,
    expect: &Expect,
) -> Result<(), Fault> {
    let verified = jwt::verify_with_key(token, KEY_BINDING_TYPE, key, expect.now)
        .map_err(|fault| Fault { check: CheckName::HolderBinding, ..fault })?;
    let claims = &verified.claims;
    let string = |name: &str| claims.get(name).and_then(Value::as_str);
    if expect.audience.is_some() && string("aud") != expect.audience.as_deref() {
        return Err(binding("audience", "the key binding was made for another verifier"));
    }
    if expect.nonce.is_some() && string("nonce") != expect.nonce.as_deref() {
        return Err(binding("nonce", "the key binding answers another request"));
    }
    if string("nonce").is_none() || string("aud").is_none() {
        return Err(binding("keyBindingForm", "the key binding lacks a nonce or an audience"));
    }
    let made = jwt::numeric_date(claims, "iat")
        .ok_or_else(|| binding("keyBindingForm", "the key binding does not say when it was made"))?;
    if made > expect.now + Duration::seconds(jwt::SKEW_SECONDS)
        || made < expect.now - Duration::seconds(KEY_BINDING_AGE_SECONDS)
    {
        return Err(binding("keyBindingTime", "the key binding was not made just now"));
    }
    let selected = text.rsplit_once('~').map_or(text, |(before, _)| before);
    if string("sd_hash") != Some(sd_hash(&format!("{selected}~")).as_str()) {
        return Err(binding("sdHash", "the key binding is over other disclosures"));
    }
    Ok(())
}

fn binding(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::HolderBinding, code, detail)
}
