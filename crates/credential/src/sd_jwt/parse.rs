//! Parsing (RFC 9901, 7.1): every digest is used at most once, every disclosure exactly once.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::PublicKey;
use serde_json::{Map, Value};

use super::{ClaimPath, PathElement};
use crate::digest::sha256;
use crate::jwt;
use crate::limits;
use crate::outcome::{CheckName, Fault};

/// Disclosures of one token.
const DISCLOSURES: usize = 500;

/// An SD-JWT taken apart, its disclosures resolved, its signature not verified.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub header: Map<String, Value>,
    /// The claims with everything that is disclosed, without `_sd` and `_sd_alg`.
    pub claims: Map<String, Value>,
    /// Paths of the claims that come from disclosures: those the holder may withhold.
    pub disclosable: Vec<ClaimPath>,
    pub key_binding: Option<String>,
    pub(crate) signature: Vec<u8>,
    pub(crate) issuer_jwt: String,
    pub(crate) disclosures: Vec<Disclosed>,
}

impl Parsed {
    pub(crate) fn check_signature(&self, key: &PublicKey) -> Result<(), Fault> {
        let algorithm = jwt::algorithm_of(&self.header)?;
        jwt::check_bytes(jwt::signed_part(&self.issuer_jwt).as_bytes(), &self.signature, algorithm, key)
    }
}

/// A disclosure as it was sent, and where its claim stands.
#[derive(Clone, Debug)]
pub(crate) struct Disclosed {
    pub(crate) encoded: String,
    pub(crate) path: ClaimPath,
}

/// Parses strictly (RFC 9901, 7.1); `alg` is one of ours.
pub fn parse(text: &str) -> Result<Parsed, Fault> {
    let parsed = parse_by_any(text)?;
    jwt::algorithm_of(&parsed.header)?;
    Ok(parsed)
}

/// The same without a look at `alg`.
pub(crate) fn parse_by_any(text: &str) -> Result<Parsed, Fault> {
    if text.len() > limits::BYTES {
        return Err(fault("tooLarge", "the SD-JWT has too many bytes"));
    }
    let mut parts: Vec<&str> = text.split('~').collect();
    let last = parts.pop().unwrap_or_default();
    let Some((issuer_jwt, encoded)) = parts.split_first() else {
        return Err(fault("sdJwtForm", "an SD-JWT has a tilde after the token"));
    };
    if encoded.len() > DISCLOSURES {
        return Err(fault("tooManyDisclosures", "there are too many disclosures"));
    }
    let jwt::Parts { header, claims: mut payload, signature } = jwt::take_apart(issuer_jwt)?;
    match payload.remove("_sd_alg") {
        None => {}
        Some(Value::String(name)) if name == "sha-256" => {}
        Some(_) => return Err(fault("hashAlgorithm", "the hash algorithm of the digests is not sha-256")),
    }

    let mut resolving =
        Resolving { disclosures: HashMap::new(), digests: HashSet::new(), places: Vec::new() };
    for (index, encoded) in encoded.iter().enumerate() {
        let disclosure = Disclosure::read(index, encoded)?;
        let digest = URL_SAFE_NO_PAD.encode(sha256(encoded.as_bytes()));
        if resolving.disclosures.insert(digest, disclosure).is_some() {
            return Err(fault("disclosureTwice", "a disclosure is sent twice"));
        }
    }
    let Value::Object(claims) = resolving.resolve(Value::Object(payload), &mut Vec::new(), limits::DEPTH)?
    else {
        return Err(fault("sdJwtForm", "the payload is not an object"));
    };
    if !resolving.disclosures.is_empty() {
        return Err(fault("disclosureUnused", "a disclosure belongs to no digest of the token"));
    }
    // What was disclosed may be large or deep only together.
    limits::check(&Value::Object(claims.clone()))?;
    resolving.places.sort_by_key(|(index, _)| *index);
    let disclosures: Vec<Disclosed> = encoded
        .iter()
        .zip(resolving.places)
        .map(|(encoded, (_, path))| Disclosed { encoded: (*encoded).to_owned(), path })
        .collect();
    Ok(Parsed {
        header,
        claims,
        disclosable: disclosures.iter().map(|disclosed| disclosed.path.clone()).collect(),
        key_binding: (!last.is_empty()).then(|| last.to_owned()),
        signature,
        issuer_jwt: (*issuer_jwt).to_owned(),
        disclosures,
    })
}

struct Disclosure {
    index: usize,
    /// Absent for an element of an array.
    name: Option<String>,
    value: Value,
}

impl Disclosure {
    fn read(index: usize, encoded: &str) -> Result<Self, Fault> {
        let wrong = || fault("disclosureForm", "a disclosure is not a list of salt, name and value");
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| wrong())?;
        let Some(Value::Array(items)) = limits::parse_json(&bytes) else { return Err(wrong()) };
        let mut items = items.into_iter();
        let (name, value) = match (items.next(), items.next(), items.next(), items.next()) {
            (Some(Value::String(_)), Some(Value::String(name)), Some(value), None) => (Some(name), value),
            (Some(Value::String(_)), Some(value), None, None) => (None, value),
            _ => return Err(wrong()),
        };
        if name.as_deref().is_some_and(|name| name == "_sd" || name == "...") {
            return Err(fault("reservedName", "a disclosure uses a name that belongs to the format"));
        }
        Ok(Self { index, name, value })
    }
}

struct Resolving {
    /// By digest; taken out when used.
    disclosures: HashMap<String, Disclosure>,
    /// Every digest seen so far, of decoys too.
    digests: HashSet<String>,
    places: Vec<(usize, ClaimPath)>,
}

impl Resolving {
    fn resolve(&mut self, value: Value, path: &mut ClaimPath, depth: usize) -> Result<Value, Fault> {
        let deeper = depth.checked_sub(1);
        match value {
            Value::Object(members) => {
                let depth = deeper.ok_or_else(too_deep)?;
                self.resolve_object(members, path, depth).map(Value::Object)
            }
            Value::Array(items) => {
                let depth = deeper.ok_or_else(too_deep)?;
                self.resolve_array(items, path, depth).map(Value::Array)
            }
            scalar => Ok(scalar),
        }
    }

    fn resolve_object(
        &mut self,
        mut members: Map<String, Value>,
        path: &mut ClaimPath,
        depth: usize,
    ) -> Result<Map<String, Value>, Fault> {
        let digests = match members.remove("_sd") {
            None => Vec::new(),
            Some(Value::Array(digests)) => digests,
            Some(_) => return Err(fault("sdJwtForm", "_sd is not a list")),
        };
        if members.contains_key("...") || members.contains_key("_sd_alg") {
            return Err(fault("reservedName", "a name of the format stands where it has no meaning"));
        }
        let mut resolved = Map::new();
        for (name, member) in members {
            path.push(PathElement::Name(name.clone()));
            let member = self.resolve(member, path, depth)?;
            path.pop();
            resolved.insert(name, member);
        }
        for digest in digests {
            let Some(disclosure) = self.take(digest)? else { continue };
            let name = disclosure
                .name
                .ok_or_else(|| fault("disclosureForm", "an element of a list stands in an object"))?;
            if resolved.contains_key(&name) {
                return Err(fault("claimTwice", "a disclosed claim stands in the token already"));
            }
            path.push(PathElement::Name(name.clone()));
            self.places.push((disclosure.index, path.clone()));
            let value = self.resolve(disclosure.value, path, depth)?;
            path.pop();
            resolved.insert(name, value);
        }
        Ok(resolved)
    }

    fn resolve_array(
        &mut self,
        items: Vec<Value>,
        path: &mut ClaimPath,
        depth: usize,
    ) -> Result<Vec<Value>, Fault> {
        let mut resolved = Vec::with_capacity(items.len());
        for item in items {
            let hidden = item.as_object().is_some_and(|object| object.contains_key("..."));
            path.push(PathElement::Index(resolved.len()));
            if hidden {
                let digest = match item {
                    Value::Object(mut object) if object.len() == 1 => object.remove("..."),
                    _ => None,
                };
                let digest =
                    digest.ok_or_else(|| fault("sdJwtForm", "a hidden element has other members"))?;
                if let Some(disclosure) = self.take(digest)? {
                    if disclosure.name.is_some() {
                        return Err(fault("disclosureForm", "a claim of an object stands in a list"));
                    }
                    self.places.push((disclosure.index, path.clone()));
                    let value = self.resolve(disclosure.value, path, depth)?;
                    resolved.push(value);
                }
            } else {
                let value = self.resolve(item, path, depth)?;
                resolved.push(value);
            }
            path.pop();
        }
        Ok(resolved)
    }

    /// The disclosure of a digest; `None` for what is withheld and for decoys.
    fn take(&mut self, digest: Value) -> Result<Option<Disclosure>, Fault> {
        let Value::String(digest) = digest else {
            return Err(fault("sdJwtForm", "a digest is not a string"));
        };
        let found = self.disclosures.remove(&digest);
        if !self.digests.insert(digest) {
            return Err(fault("digestTwice", "a digest occurs twice"));
        }
        Ok(found)
    }
}

fn too_deep() -> Fault {
    fault("tooDeep", "the claims are nested too deeply")
}

fn fault(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
