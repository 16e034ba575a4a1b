//! Issuing: claims become digests, and the claims themselves travel beside the token.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Entropy;
use serde_json::{Map, Value, json};

use super::{ClaimPath, IssueError, NEVER_WITHHELD, NewSdJwt, PathElement, TYPE};
use crate::data_integrity::SigningKey;
use crate::digest::sha256;
use crate::jwt;
use crate::limits;
use crate::outcome::{CheckName, Fault};

/// Issues with `typ: dc+sd-jwt` and the key's DID URL as `kid`. The result ends with `~`.
pub async fn issue(new: &NewSdJwt, key: &SigningKey, entropy: &dyn Entropy) -> Result<String, IssueError> {
    issue_certified(new, key, None, entropy).await
}

/// The same with the certificates of the key as `x5c`, for verifiers that ask no DID document (SD-JWT VC, 3.5; HAIP 1.0).
pub async fn issue_certified(
    new: &NewSdJwt,
    key: &SigningKey,
    x5c: Option<&Value>,
    entropy: &dyn Entropy,
) -> Result<String, IssueError> {
    let (payload, disclosures) = withhold(new, entropy).map_err(|fault| IssueError::Claims(vec![fault]))?;
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!(TYPE));
    header.insert("kid".to_owned(), json!(key.verification_method));
    header.extend(x5c.map(|x5c| ("x5c".to_owned(), x5c.clone())));
    let mut text = jwt::sign(header, &payload, key.signer.as_ref()).await?;
    text.push('~');
    for disclosure in disclosures {
        text.push_str(&disclosure);
        text.push('~');
    }
    Ok(text)
}

fn withhold(new: &NewSdJwt, entropy: &dyn Entropy) -> Result<(Map<String, Value>, Vec<String>), Fault> {
    let claims = Value::Object(new.claims.clone());
    limits::check(&claims)?;
    if new.claims.get("vct").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(fault("vctMissing", "an SD-JWT VC has a vct").at("/vct"));
    }
    for path in &new.disclosable {
        if let [PathElement::Name(name), ..] = path.as_slice()
            && NEVER_WITHHELD.contains(&name.as_str())
        {
            return Err(fault("neverWithheld", "this claim must always be disclosed").at(pointer(path)));
        }
    }
    let (mut payload, disclosures) = withhold_from(claims, &new.disclosable, new.decoys, entropy)?;
    if let Some(holder) = &new.holder_key {
        payload.insert("cnf".to_owned(), json!({ "jwk": holder.to_jwk() }));
    }
    Ok((payload, disclosures))
}

/// The claims with digests in place of those at the paths, and the disclosures of these.
pub(crate) fn withhold_from(
    claims: Value,
    disclosable: &[ClaimPath],
    decoys: usize,
    entropy: &dyn Entropy,
) -> Result<(Map<String, Value>, Vec<String>), Fault> {
    check_names(&claims, "")?;
    let mut wanted: BTreeSet<&ClaimPath> = disclosable.iter().collect();
    let mut work = Withholding { wanted: &mut wanted, entropy, decoys, disclosures: Vec::new() };
    let Value::Object(mut payload) = work.process(claims, &mut Vec::new()) else {
        return Err(fault("sdJwtForm", "the claims are not an object"));
    };
    let disclosures = work.disclosures;
    if let Some(path) = wanted.first() {
        return Err(fault("noSuchClaim", "there is no claim at this path").at(pointer(path)));
    }
    if !disclosures.is_empty() {
        payload.insert("_sd_alg".to_owned(), json!("sha-256"));
    }
    Ok((payload, disclosures))
}

struct Withholding<'a, 'p> {
    wanted: &'a mut BTreeSet<&'p ClaimPath>,
    entropy: &'a dyn Entropy,
    decoys: usize,
    disclosures: Vec<String>,
}

impl Withholding<'_, '_> {
    /// Inner claims first, so that an outer disclosure holds the digests of the inner ones.
    fn process(&mut self, value: Value, path: &mut ClaimPath) -> Value {
        match value {
            Value::Object(members) => {
                let mut shown = Map::new();
                let mut digests = Vec::new();
                for (name, member) in members {
                    path.push(PathElement::Name(name.clone()));
                    let member = self.process(member, path);
                    if self.wanted.remove(&*path) {
                        digests.push(self.disclose(&json!([self.salt(), name, member])));
                    } else {
                        shown.insert(name, member);
                    }
                    path.pop();
                }
                if !digests.is_empty() {
                    for _ in 0..self.decoys {
                        let mut random = [0u8; 32];
                        self.entropy.fill(&mut random);
                        digests.push(URL_SAFE_NO_PAD.encode(sha256(&random)));
                    }
                    // RFC 9901, 4.2.4.1: the order must not tell which claim is which.
                    digests.sort_unstable();
                    shown.insert("_sd".to_owned(), json!(digests));
                }
                Value::Object(shown)
            }
            Value::Array(items) => {
                let mut shown = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    path.push(PathElement::Index(index));
                    let item = self.process(item, path);
                    shown.push(if self.wanted.remove(&*path) {
                        json!({ "...": self.disclose(&json!([self.salt(), item])) })
                    } else {
                        item
                    });
                    path.pop();
                }
                Value::Array(shown)
            }
            scalar => scalar,
        }
    }

    /// 128 random bits (RFC 9901, 9.3).
    fn salt(&self) -> String {
        let mut salt = [0u8; 16];
        self.entropy.fill(&mut salt);
        URL_SAFE_NO_PAD.encode(salt)
    }

    fn disclose(&mut self, disclosure: &Value) -> String {
        let encoded = URL_SAFE_NO_PAD.encode(disclosure.to_string());
        let digest = URL_SAFE_NO_PAD.encode(sha256(encoded.as_bytes()));
        self.disclosures.push(encoded);
        digest
    }
}

/// RFC 9901, 4.1: `_sd` and `...` belong to the format.
fn check_names(value: &Value, at: &str) -> Result<(), Fault> {
    match value {
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            let at = format!("{at}/{name}");
            if matches!(name.as_str(), "_sd" | "..." | "_sd_alg" | "cnf") && (name != "cnf" || at == "/cnf") {
                return Err(fault("reservedName", "this name belongs to the format").at(at));
            }
            check_names(member, &at)
        }),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| check_names(item, &format!("{at}/{index}")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn pointer(path: &[PathElement]) -> String {
    path.iter()
        .map(|element| match element {
            PathElement::Name(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            PathElement::Index(index) => format!("/{index}"),
        })
        .collect()
}

fn fault(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
