//! Credentials and presentations in the envelopes of JOSE and COSE.

use did::Resolver;
use serde_json::{Map, Value};

use super::key_of_token::{key_id, keys_of};
use super::sd_jwt::{not_the_issuers, status_of};
use super::{empty_outcome, json};
use crate::data_integrity::{FoundKey, Purpose};
use crate::enveloped::{Content, Opened, check_terms, open};
use crate::input::Input;
use crate::outcome::{CheckName, Expect, Fault, Outcome, PresentationOutcome};
use crate::{jwt, limits, sd_jwt, vcdm};

pub(super) async fn credential(input: &Input, resolver: &dyn Resolver, expect: &Expect) -> Outcome {
    let mut outcome = empty_outcome(input.format(), crate::digest(input));
    match open(input) {
        Ok(opened) => verify(&opened, resolver, expect, &mut outcome).await,
        Err(fault) => outcome.faults.push(fault),
    }
    outcome
}

async fn verify(opened: &Opened, resolver: &dyn Resolver, expect: &Expect, outcome: &mut Outcome) {
    let document = Value::Object(opened.document.clone());
    outcome.credential = document.clone();
    if let Err(fault) = limits::check(&document) {
        outcome.faults.push(fault);
        return;
    }
    outcome.faults.extend(opened.check_form(Content::Credential));
    outcome.faults.extend(vcdm::validate_unsecured(&document).err().unwrap_or_default());
    json::read_parts(&opened.document, outcome);
    read_claims(&opened.claims, expect, outcome);

    let issuer = outcome.issuer.clone();
    outcome.faults.extend(check_speaker(&opened.claims, issuer.as_deref()));
    let asked = Asked { owner: issuer.as_deref(), purpose: Purpose::AssertionMethod, resolver, expect };
    let signed = check_signature(opened, &asked).await;
    outcome.verification_method = signed.verification_method;
    outcome.faults.extend(signed.faults);
    if let Some(key) = signed.key {
        outcome.public_key = Some(key.public_key);
        outcome.key_state = key.state;
        outcome.key_from = key.from;
        outcome.evidence = key.evidence;
    }
    if outcome.faults.iter().all(|fault| fault.check != CheckName::Form) {
        match check_terms(&opened.document).await {
            Ok(types) => outcome.types = types,
            Err(fault) => outcome.faults.push(fault),
        }
    }
}

/// The dates of the credential and those of the envelope must both hold.
fn read_claims(claims: &Map<String, Value>, expect: &Expect, outcome: &mut Outcome) {
    let document = outcome.credential.clone();
    if let Some(object) = document.as_object() {
        json::check_validity(object, expect, outcome);
    }
    outcome.faults.extend(jwt::check_dates(claims, expect.now).err());
    // `None` is before every time.
    outcome.valid_from = outcome.valid_from.max(jwt::numeric_date(claims, "nbf"));
    outcome.valid_until = match (outcome.valid_until, jwt::numeric_date(claims, "exp")) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    };
    match sd_jwt::holder_key(claims) {
        Ok(Some(key)) => outcome.holder_key = Some(key),
        Ok(None) => {}
        Err(fault) => outcome.faults.push(fault),
    }
    match status_of(claims) {
        Ok(status) => outcome.status.extend(status),
        Err(fault) => outcome.faults.push(fault),
    }
}

/// Securing Verifiable Credentials using JOSE and COSE, 3.1.3: `iss` says nothing else than the document.
fn check_speaker(claims: &Map<String, Value>, owner: Option<&str>) -> Option<Fault> {
    let iss = claims.get("iss")?;
    let same = iss.as_str().is_some_and(|iss| Some(iss) == owner);
    let detail = "the iss of the envelope is not the issuer or holder of what is in it";
    (!same).then(|| Fault::new(CheckName::IssuerKey, "issuerMismatch", detail).at("/iss"))
}

/// Whose key the signature must be by.
struct Asked<'a> {
    owner: Option<&'a str>,
    purpose: Purpose,
    resolver: &'a dyn Resolver,
    expect: &'a Expect,
}

#[derive(Default)]
struct Signed {
    verification_method: Option<String>,
    key: Option<FoundKey>,
    faults: Vec<Fault>,
}

async fn check_signature(opened: &Opened, asked: &Asked<'_>) -> Signed {
    let mut signed = Signed::default();
    let kid = match key_id(&opened.header, asked.owner, asked.resolver).await {
        Ok(kid) => kid,
        Err(fault) => {
            signed.faults.push(fault);
            return signed;
        }
    };
    signed.verification_method = Some(kid.clone());
    match keys_of(&kid, asked.purpose, asked.resolver).await {
        Ok(keys) => {
            let of_owner = asked.owner.is_some_and(|owner| keys.are_of(owner));
            if !of_owner {
                signed.faults.push(not_the_issuers(asked.expect, asked.owner));
            }
            let (key, verified) = keys.that_made(|key| opened.check_signature(key));
            signed.faults.extend(verified.err());
            signed.verification_method = Some(key.id.clone());
            signed.key = Some(key);
        }
        Err(fault) => signed.faults.push(fault),
    }
    signed
}

pub(super) async fn presentation(
    input: &Input,
    resolver: &dyn Resolver,
    expect: &Expect,
) -> PresentationOutcome {
    let mut outcome = PresentationOutcome {
        format: input.format(),
        holder: None,
        verification_method: None,
        holder_key: None,
        faults: Vec::new(),
        credentials: Vec::new(),
    };
    match open(input) {
        Ok(opened) => verify_presentation(&opened, resolver, expect, &mut outcome).await,
        Err(fault) => outcome.faults.push(fault),
    }
    outcome
}

async fn verify_presentation(
    opened: &Opened,
    resolver: &dyn Resolver,
    expect: &Expect,
    outcome: &mut PresentationOutcome,
) {
    let document = Value::Object(opened.document.clone());
    if let Err(fault) = limits::check(&document) {
        outcome.faults.push(fault);
        return;
    }
    outcome.faults.extend(opened.check_form(Content::Presentation));
    outcome.faults.extend(vcdm::validate_presentation(&document).err().unwrap_or_default());
    outcome.faults.extend(jwt::check_dates(&opened.claims, expect.now).err());
    outcome.faults.extend(check_occasion(&opened.claims, expect));

    // A presentation that names no holder is by whoever controls the key.
    let named = vcdm::holder_of(&opened.document).map(str::to_owned);
    let kid = opened.header.get("kid").and_then(Value::as_str);
    let holder = named.or_else(|| kid.and_then(did::did_of).map(str::to_owned));
    outcome.faults.extend(check_speaker(&opened.claims, holder.as_deref()));
    let asked = Asked { owner: holder.as_deref(), purpose: expect.purpose, resolver, expect };
    let signed = check_signature(opened, &asked).await;
    outcome.verification_method = signed.verification_method;
    outcome.faults.extend(signed.faults);
    outcome.holder_key = signed.key.as_ref().map(|key| key.public_key);
    if outcome.faults.iter().all(|fault| fault.check != CheckName::Form) {
        outcome.faults.extend(check_terms(&opened.document).await.err());
    }
    let controller = signed.key.map(|key| key.controller);
    json::verify_inner(&opened.document, controller.as_deref(), resolver, expect, outcome).await;
    outcome.holder = holder;
}

/// The request that a presentation answers: every audience is the verifier, and the nonce is the request's.
fn check_occasion(claims: &Map<String, Value>, expect: &Expect) -> Option<Fault> {
    let wrong = |code, detail: &str| Some(Fault::new(CheckName::HolderBinding, code, detail));
    let audiences: Vec<&Value> = match claims.get("aud") {
        None => Vec::new(),
        Some(Value::Array(audiences)) => audiences.iter().collect(),
        Some(audience) => vec![audience],
    };
    if let Some(expected) = expect.audience.as_deref().or(expect.domain.as_deref())
        && (audiences.is_empty() || audiences.iter().any(|audience| *audience != expected))
    {
        return wrong("audience", "the presentation was made for another verifier");
    }
    let nonce = claims.get("nonce").and_then(Value::as_str);
    let expected = expect.nonce.as_deref().or(expect.challenge.as_deref());
    if expected.is_some() && nonce != expected {
        return wrong("nonce", "the presentation answers another request");
    }
    None
}
