//! Data Integrity: credentials and presentations that are JSON objects.

use did::{Resolver, did_of};
use serde_json::{Map, Value};

use super::{empty_outcome, key_of_person};
use crate::data_integrity::verify_proofs;
use crate::datetime::{self, Offset};
use crate::expand;
use crate::input::{Format, Input};
use crate::jwt;
use crate::limits;
use crate::outcome::{CheckName, Expect, Fault, Outcome, PresentationOutcome};
use crate::vcdm::{self, Version};

pub(super) async fn credential(value: &Value, resolver: &dyn Resolver, expect: &Expect) -> Outcome {
    let mut outcome = empty_outcome(Format::LdpVc, [0; 32]);
    if let Err(fault) = limits::check(value) {
        outcome.faults.push(fault);
        return outcome;
    }
    outcome.digest = crate::digest(&Input::Json(value.clone()));
    outcome.credential = value.clone();
    let Some(object) = value.as_object() else {
        outcome.faults.push(Fault::new(CheckName::Form, "notAnObject", "a credential is a JSON object"));
        return outcome;
    };
    if let Err(faults) = vcdm::validate_unsecured(value) {
        outcome.faults.extend(faults);
    }
    read_parts(object, &mut outcome);
    check_validity(object, expect, &mut outcome);

    let issuer = outcome.issuer.clone();
    let report = verify_proofs(object, issuer.as_deref(), resolver, expect).await;
    outcome.faults.extend(report.faults);
    outcome.verification_method = report.verification_method;
    outcome.types = report.types;
    if let Some(key) = report.key {
        outcome.public_key = Some(key.public_key);
        outcome.key_state = key.state;
        outcome.key_from = key.from;
        outcome.evidence = key.evidence;
    }
    if outcome.types.is_empty() && outcome.faults.is_empty() {
        // The JCS suites do not expand; what the terms mean under the secured contexts is asked here.
        let mut unsecured = object.clone();
        unsecured.remove("proof");
        if let Some(contexts) = report.contexts {
            unsecured.insert("@context".to_owned(), contexts);
        }
        match expand::canonical(&Value::Object(unsecured)).await {
            Ok(form) => outcome.types = form.types,
            Err(fault) => outcome.faults.push(fault),
        }
    }
    outcome
}

pub(super) fn read_parts(object: &Map<String, Value>, outcome: &mut Outcome) {
    outcome.issuer = vcdm::issuer_of(object).map(str::to_owned);
    outcome.claims = object.get("credentialSubject").cloned().unwrap_or_default();
    outcome.status = vcdm::statuses(object);
    outcome.schemas = vcdm::objects(object, "credentialSchema")
        .into_iter()
        .filter_map(|schema| schema.get("id")?.as_str().map(str::to_owned))
        .collect();
    // Bound to a key only where all the credential says is about that key's holder.
    if let [subject] = vcdm::objects(object, "credentialSubject").as_slice() {
        outcome.holder_key = subject.get("id").and_then(Value::as_str).and_then(key_of_person);
    }
}

pub(super) fn check_validity(object: &Map<String, Value>, expect: &Expect, outcome: &mut Outcome) {
    let (from, until, offset) = match vcdm::version(object) {
        Some(Version::One) => ("issuanceDate", "expirationDate", Offset::UtcIfMissing),
        _ => ("validFrom", "validUntil", Offset::Required),
    };
    let read = |member: &str| datetime::parse(object.get(member)?.as_str()?, offset);
    outcome.valid_from = read(from);
    outcome.valid_until = read(until);
    // A list published while this verification runs is as young as one by a clock that is a little ahead.
    let latest_start = expect.now + chrono::Duration::seconds(jwt::SKEW_SECONDS);
    if outcome.valid_from.is_some_and(|at| at > latest_start) {
        outcome.faults.push(
            Fault::new(CheckName::Validity, "notYetValid", "the time of validity has not begun")
                .at(format!("/{from}")),
        );
    }
    if outcome.valid_until.is_some_and(|at| at <= expect.now) {
        outcome.faults.push(
            Fault::new(CheckName::Validity, "expired", "the time of validity is over")
                .at(format!("/{until}")),
        );
    }
}

pub(super) async fn presentation(
    value: &Value,
    resolver: &dyn Resolver,
    expect: &Expect,
) -> PresentationOutcome {
    let mut outcome = PresentationOutcome {
        format: Format::LdpVc,
        holder: None,
        verification_method: None,
        holder_key: None,
        faults: Vec::new(),
        credentials: Vec::new(),
    };
    if let Err(fault) = limits::check(value) {
        outcome.faults.push(fault);
        return outcome;
    }
    let Some(object) = value.as_object() else {
        outcome.faults.push(Fault::new(CheckName::Form, "notAnObject", "a presentation is a JSON object"));
        return outcome;
    };
    if let Err(faults) = vcdm::validate_presentation(value) {
        outcome.faults.extend(faults);
    }
    // A presentation that names no holder is by whoever controls the key.
    let named = vcdm::holder_of(object).map(str::to_owned);
    let signer = object
        .get("proof")
        .and_then(|proof| if let Value::Array(proofs) = proof { proofs.first() } else { Some(proof) })
        .and_then(|proof| did_of(proof.get("verificationMethod")?.as_str()?));
    let holder = named.as_deref().or(signer).map(str::to_owned);
    let report = verify_proofs(object, holder.as_deref(), resolver, expect).await;
    outcome.faults.extend(report.faults);
    outcome.verification_method = report.verification_method;
    outcome.holder_key = report.key.as_ref().map(|key| key.public_key);
    let controller = report.key.map(|key| key.controller);

    verify_inner(object, controller.as_deref(), resolver, expect, &mut outcome).await;
    outcome.holder = holder;
    outcome
}

/// Verifies the credentials in a presentation, enveloped or not, and their binding to whoever made it.
pub(super) async fn verify_inner(
    presentation: &Map<String, Value>,
    controller: Option<&str>,
    resolver: &dyn Resolver,
    expect: &Expect,
    outcome: &mut PresentationOutcome,
) {
    let inner = Expect { controller: expect.controller, ..Expect::credential(expect.now) };
    for (index, item) in vcdm::objects(presentation, "verifiableCredential").into_iter().enumerate() {
        if index >= limits::CREDENTIALS {
            break;
        }
        let at = format!("/verifiableCredential/{index}");
        let Ok(input) = Input::from_value(Value::Object(item.clone())) else {
            let detail = "the enveloped credential has no data: URL of a known media type as its id";
            outcome.faults.push(Fault::new(CheckName::Form, "envelopeForm", detail).at(at));
            continue;
        };
        let verified = Box::pin(super::verify_credential(&input, resolver, &inner)).await;
        if expect.holder_binding && !is_bound(&verified, outcome, controller) {
            outcome.faults.push(
                Fault::new(
                    CheckName::HolderBinding,
                    "notTheHolder",
                    "the credential is not bound to the key that made the presentation",
                )
                .at(at),
            );
        }
        outcome.credentials.push(verified);
    }
}

/// The subject is the key itself, or a DID that controls it.
fn is_bound(credential: &Outcome, presentation: &PresentationOutcome, controller: Option<&str>) -> bool {
    let same_key = credential.holder_key.is_some() && credential.holder_key == presentation.holder_key;
    let subject = credential.claims.get("id").and_then(Value::as_str);
    same_key || (subject.is_some() && subject == controller)
}
