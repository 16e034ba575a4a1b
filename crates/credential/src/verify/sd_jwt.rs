//! SD-JWT VC; and every SD-JWT of a credential, with and without key binding.

use did::Resolver;
use serde_json::{Map, Value};

use super::empty_outcome;
use super::key_of_token::{key_id, keys_of};
use crate::data_integrity::{FoundKeys, Purpose};
use crate::input::{Format, Input};
use crate::jwt;
use crate::outcome::{CheckName, Expect, Fault, Outcome, PresentationOutcome, StatusRef};
use crate::sd_jwt::{self, Parsed};

pub(super) async fn credential(text: &str, resolver: &dyn Resolver, expect: &Expect) -> Outcome {
    let digest = crate::digest(&Input::Compact(text.split('~').next().unwrap_or_default().to_owned()));
    let mut outcome = empty_outcome(Format::SdJwtVc, digest);
    match sd_jwt::parse(text) {
        Ok(parsed) => verify(&parsed, resolver, expect, &mut outcome).await,
        Err(fault) => outcome.faults.push(fault),
    }
    outcome
}

async fn verify(parsed: &Parsed, resolver: &dyn Resolver, expect: &Expect, outcome: &mut Outcome) {
    let claims = &parsed.claims;
    outcome.credential = Value::Object(claims.clone());
    outcome.claims = Value::Object(
        claims
            .iter()
            .filter(|(name, _)| !sd_jwt::ABOUT_THE_TOKEN.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    );
    outcome.valid_from = jwt::numeric_date(claims, "nbf").or_else(|| jwt::numeric_date(claims, "iat"));
    outcome.valid_until = jwt::numeric_date(claims, "exp");
    let mut faults = Vec::new();
    faults.extend(jwt::check_type(&parsed.header, sd_jwt::TYPE).err());
    faults.extend(jwt::check_dates(claims, expect.now).err());
    match claims.get("vct").and_then(Value::as_str).filter(|vct| !vct.is_empty()) {
        Some(vct) => outcome.types = vec![vct.to_owned()],
        None => faults.push(form("vctMissing", "an SD-JWT VC has a vct").at("/vct")),
    }
    match sd_jwt::holder_key(claims) {
        Ok(key) => outcome.holder_key = key,
        Err(fault) => faults.push(fault),
    }
    match status_of(claims) {
        Ok(status) => outcome.status.extend(status),
        Err(fault) => faults.push(fault),
    }
    match issuer_keys(parsed, resolver, expect, outcome).await {
        Ok(keys) => {
            let (key, signed) = keys.that_made(|key| parsed.check_signature(key));
            faults.extend(signed.err());
            outcome.verification_method = Some(key.id);
            outcome.public_key = Some(key.public_key);
            outcome.key_state = key.state;
            outcome.key_from = key.from;
            outcome.evidence = key.evidence;
        }
        Err(fault) => faults.push(fault),
    }
    outcome.faults.extend(faults);
}

/// The keys that `kid` names, which must be the issuer's. Without a `kid`, the only key of `iss`.
async fn issuer_keys(
    parsed: &Parsed,
    resolver: &dyn Resolver,
    expect: &Expect,
    outcome: &mut Outcome,
) -> Result<FoundKeys, Fault> {
    let issuer = parsed.claims.get("iss").map(|iss| iss.as_str().unwrap_or_default().to_owned());
    outcome.issuer.clone_from(&issuer);
    let kid = key_id(&parsed.header, issuer.as_deref(), resolver).await?;
    outcome.verification_method = Some(kid.clone());
    let keys = keys_of(&kid, Purpose::AssertionMethod, resolver).await?;
    match &issuer {
        None => outcome.issuer = Some(keys.controller().to_owned()),
        Some(issuer) if !keys.are_of(issuer) => {
            outcome.faults.push(not_the_issuers(expect, Some(issuer)));
        }
        Some(_) => {}
    }
    Ok(keys)
}

pub(super) fn not_the_issuers(expect: &Expect, issuer: Option<&str>) -> Fault {
    expect.controller.not_the_issuers(issuer, "the key of the token is not controlled by the issuer")
}

/// Token Status List, 6.2.
pub(super) fn status_of(claims: &Map<String, Value>) -> Result<Option<StatusRef>, Fault> {
    let Some(status) = claims.get("status") else { return Ok(None) };
    let wrong = || form("statusForm", "the status has no list and index").at("/status");
    let status = status.as_object().ok_or_else(wrong)?;
    let Some(list) = status.get("status_list") else {
        let kind = status.keys().cloned().collect::<Vec<_>>().join(" ");
        return Ok(Some(StatusRef::Other { kind }));
    };
    let index = list.get("idx").and_then(Value::as_u64).ok_or_else(wrong)?;
    let uri =
        list.get("uri").and_then(Value::as_str).filter(|uri| crate::vcdm::is_url(uri)).ok_or_else(wrong)?;
    Ok(Some(StatusRef::Token { index, uri: uri.to_owned() }))
}

pub(super) async fn presentation(
    text: &str,
    resolver: &dyn Resolver,
    expect: &Expect,
) -> PresentationOutcome {
    let inner = Expect { controller: expect.controller, ..Expect::credential(expect.now) };
    let verified =
        Box::pin(super::verify_credential(&Input::Compact(text.to_owned()), resolver, &inner)).await;
    let mut faults = Vec::new();
    let binding = |code, detail: &str| Fault::new(CheckName::HolderBinding, code, detail);
    let token = text.rsplit_once('~').map(|(_, token)| token).filter(|token| !token.is_empty());
    let wanted = expect.holder_binding || expect.nonce.is_some() || expect.audience.is_some();
    let mut holder_key = None;
    match (token, verified.holder_key) {
        (Some(token), Some(key)) => match sd_jwt::check_key_binding(text, token, &key, expect) {
            Ok(()) => holder_key = Some(key),
            Err(fault) => faults.push(fault),
        },
        (Some(_), None) => faults.push(binding("notBound", "the credential is not bound to a key")),
        (None, _) if wanted => {
            faults.push(binding("keyBindingMissing", "the holder has not signed the presentation"))
        }
        (None, _) => {}
    }
    PresentationOutcome {
        format: verified.format,
        holder: holder_key.map(|key| key.did_jwk()),
        verification_method: holder_key.map(|key| format!("{}#0", key.did_jwk())),
        holder_key,
        faults,
        credentials: vec![verified],
    }
}

fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
