//! Verifying proofs (VC Data Integrity 1.0, 4.4 and 4.5): all proofs on a document must hold.

use std::collections::HashSet;

use did::{Resolver, did_of};
use keys::{Algorithm, BadSignature};
use serde_json::{Map, Value};

use super::found::{FoundKey, FoundKeys, keys_in, unresolved};
use super::selective::{self, Derived, NotDerived, bbs};
use super::{Purpose, Suite, hash_data};
use crate::datetime::{self, Offset};
use crate::expand::overloaded;
use crate::limits;
use crate::outcome::{CheckName, Expect, Fault};
use crate::pool;

/// What was found out about the proofs of a document.
#[derive(Debug, Default)]
pub(crate) struct ProofReport {
    /// The key of the first proof that could be found and is not a mere witness's.
    pub(crate) key: Option<FoundKey>,
    /// The verification method of the first proof on which no other builds, as it is written.
    pub(crate) verification_method: Option<String>,
    /// The type IRIs of the document; empty for the JCS suites, which do not look.
    pub(crate) types: Vec<String>,
    /// The contexts that the first JCS proof secures; others may have been put behind them since.
    pub(crate) contexts: Option<Value>,
    pub(crate) faults: Vec<Fault>,
}

/// A proof whose form is right.
struct Proof<'a> {
    pointer: String,
    object: &'a Map<String, Value>,
    suite: Suite,
    verification_method: &'a str,
    value: ProofValue,
}

enum ProofValue {
    /// As long as signatures by keys of this kind are.
    Signature(Algorithm, Vec<u8>),
    /// Of `ecdsa-sd-2023`.
    Derived(Derived),
    /// Of `bbs-2023`.
    Bbs(bbs::Derived),
}

impl ProofValue {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Signature(algorithm, _) => *algorithm,
            Self::Derived(_) => Algorithm::P256,
            Self::Bbs(_) => Algorithm::Bls12381G2,
        }
    }
}

/// What the key of a proof is asked about.
enum Signed {
    Bytes { data: Vec<u8>, signature: Vec<u8> },
    Messages(bbs::ToVerify),
}

impl Signed {
    async fn verify(self, keys: FoundKeys) -> Result<(FoundKey, Result<(), BadSignature>), Fault> {
        match self {
            Self::Bytes { data, signature } => Ok(keys.that_made(|key| key.verify(&data, &signature))),
            Self::Messages(messages) => {
                pool::run(move || keys.that_made(|key| messages.verify(key))).await.map_err(overloaded)
            }
        }
    }
}

/// Verifies every proof on the document. `controller` is the issuer or holder whose key it must be.
pub(crate) async fn verify_proofs(
    document: &Map<String, Value>,
    controller: Option<&str>,
    resolver: &dyn Resolver,
    expect: &Expect,
) -> ProofReport {
    let mut report = ProofReport::default();
    let proofs: Vec<(String, &Value)> = match document.get("proof") {
        None => Vec::new(),
        Some(Value::Array(proofs)) => {
            proofs.iter().enumerate().map(|(index, proof)| (format!("/proof/{index}"), proof)).collect()
        }
        Some(proof) => vec![("/proof".to_owned(), proof)],
    };
    if proofs.is_empty() {
        report.faults.push(fault("proofMissing", "there is no proof").at("/proof"));
    } else if proofs.len() > limits::PROOFS {
        report.faults.push(fault("tooManyProofs", "there are too many proofs").at("/proof"));
        return report;
    }
    let mut ids = HashSet::new();
    let mut named = proofs.iter().filter_map(|(_, proof)| proof.get("id").and_then(Value::as_str));
    if named.any(|id| !ids.insert(id)) {
        // A proof that builds on another names it: that must be one proof, or a stranger's could stand in for it.
        report.faults.push(fault("proofForm", "two proofs have the same id").at("/proof"));
        return report;
    }
    let built_on: HashSet<&str> = proofs.iter().flat_map(|(_, proof)| previous_ids(proof)).collect();
    let asked = Asked { document, controller, built_on, resolver, expect };
    for (pointer, value) in &proofs {
        if let Err(fault) = verify_one(&asked, pointer, value, &mut report).await {
            report.faults.push(fault);
        }
    }
    // Two proofs that name each other would otherwise do without the issuer.
    if report.faults.is_empty() && report.key.is_none() {
        report.faults.push(asked.not_the_controllers("/proof"));
    }
    report
}

/// The ids of the proofs that one builds on; what is no id is found when that proof is read.
fn previous_ids(proof: &Value) -> Vec<&str> {
    match proof.get("previousProof") {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_str).collect(),
        other => other.and_then(Value::as_str).into_iter().collect(),
    }
}

/// What all proofs of a document are verified against.
struct Asked<'a> {
    document: &'a Map<String, Value>,
    controller: Option<&'a str>,
    /// Ids of proofs that others build on. They may be a witness's: whoever builds on one signs it too.
    built_on: HashSet<&'a str>,
    resolver: &'a dyn Resolver,
    expect: &'a Expect,
}

impl Asked<'_> {
    fn is_built_on(&self, proof: &Value) -> bool {
        proof.get("id").and_then(Value::as_str).is_some_and(|id| self.built_on.contains(id))
    }

    fn not_the_controllers(&self, pointer: &str) -> Fault {
        let of_whom = if self.expect.purpose == Purpose::Authentication { "holder" } else { "issuer" };
        let detail = format!("the key of the proof is not controlled by the {of_whom}");
        self.expect.controller.not_the_issuers(self.controller, &detail).at(pointer)
    }
}

async fn verify_one(
    asked: &Asked<'_>,
    pointer: &str,
    value: &Value,
    report: &mut ProofReport,
) -> Result<(), Fault> {
    let Asked { document, controller, resolver, expect, .. } = *asked;
    let may_be_a_witness = asked.is_built_on(value);
    if !may_be_a_witness && let Some(method) = value.get("verificationMethod").and_then(Value::as_str) {
        report.verification_method.get_or_insert_with(|| method.to_owned());
    }
    let proof = parse(pointer, value, expect)?;
    let keys = find_keys(&proof, resolver, expect.purpose).await?;
    let Some(keys) = keys.of_kind(proof.value.algorithm()) else {
        return Err(fault("keyKind", "the key is of another kind than the cryptosuite and the signature")
            .at(format!("{pointer}/verificationMethod")));
    };
    let of_controller = controller.is_some_and(|controller| keys.are_of(controller));
    if !of_controller && !may_be_a_witness {
        report.faults.push(asked.not_the_controllers(&format!("{pointer}/verificationMethod")));
    }

    let unsecured = unsecured_document(document, &proof)?;
    let options = signed_options(document, &proof)?;
    let (signed, types) = signed(&proof, &unsecured, &options).await?;
    let (key, verified) = signed.verify(keys).await?;
    if report.types.is_empty() {
        report.types = types;
    }
    if proof.suite.is_jcs() && report.contexts.is_none() {
        report.contexts = unsecured.get("@context").cloned();
    }
    if of_controller || !may_be_a_witness {
        report.key.get_or_insert(key);
    }
    verified.map_err(|_| {
        fault("badSignature", "the signature does not fit the document, the proof and the key").at(pointer)
    })
}

async fn signed(
    proof: &Proof<'_>,
    unsecured: &Value,
    options: &Value,
) -> Result<(Signed, Vec<String>), Fault> {
    let at_proof =
        |fault: Fault| if fault.check == CheckName::Proof { fault.at(&*proof.pointer) } else { fault };
    match &proof.value {
        ProofValue::Signature(algorithm, signature) => {
            let (data, types) = hash_data(proof.suite, *algorithm, unsecured, options).await?;
            Ok((Signed::Bytes { data, signature: signature.clone() }, types))
        }
        ProofValue::Derived(derived) => {
            let signature = derived.signature.to_vec();
            let signed = selective::signed_data(unsecured.clone(), options, derived.clone()).await;
            let (data, types) = signed.map_err(at_proof)?;
            Ok((Signed::Bytes { data, signature }, types))
        }
        ProofValue::Bbs(derived) => {
            let messages = bbs::to_verify(unsecured.clone(), options, derived.clone()).await;
            let (messages, types) = messages.map_err(at_proof)?;
            Ok((Signed::Messages(messages), types))
        }
    }
}

fn parse<'a>(pointer: &str, value: &'a Value, expect: &Expect) -> Result<Proof<'a>, Fault> {
    let wrong = |code, member: &str, detail: &str| Err(fault(code, detail).at(format!("{pointer}{member}")));
    let Some(object) = value.as_object() else {
        return wrong("proofForm", "", "a proof is an object");
    };
    let text = |member: &str| object.get(member).and_then(Value::as_str);
    if text("type") != Some("DataIntegrityProof") {
        return wrong("proofType", "/type", "the type of a proof is DataIntegrityProof");
    }
    let Some(suite) = text("cryptosuite").and_then(Suite::parse) else {
        return wrong("cryptosuite", "/cryptosuite", "the cryptosuite is missing or not known here");
    };
    for optional in ["id", "challenge", "nonce"] {
        if object.get(optional).is_some_and(|value| !value.is_string()) {
            return wrong("proofForm", &format!("/{optional}"), "the member of a proof is not a string");
        }
    }
    if object.get("id").and_then(Value::as_str).is_some_and(|id| url::Url::parse(id).is_err()) {
        return wrong("proofForm", "/id", "the id of a proof is a URL");
    }
    match text("proofPurpose") {
        None => return wrong("proofPurpose", "/proofPurpose", "the proof has no purpose"),
        Some(purpose) if purpose != expect.purpose.as_str() => {
            return wrong("proofPurpose", "/proofPurpose", "the proof was made for another purpose");
        }
        Some(_) => {}
    }
    let Some(verification_method) = text("verificationMethod") else {
        return wrong("verificationMethod", "/verificationMethod", "the proof names no verification method");
    };
    check_dates(pointer, object, expect)?;
    check_binding(pointer, object, expect)?;
    let value = text("proofValue").unwrap_or_default();
    let value = if suite.is_selective() {
        derived_value(suite, object, value)
    } else {
        signature_value(suite, value)
    };
    match value {
        Ok(value) => Ok(Proof { pointer: pointer.to_owned(), object, suite, verification_method, value }),
        Err((code, member, detail)) => wrong(code, member, detail),
    }
}

type WrongValue = (&'static str, &'static str, &'static str);

fn signature_value(suite: Suite, text: &str) -> Result<ProofValue, WrongValue> {
    const WRONG: WrongValue =
        ("proofValue", "/proofValue", "the proof value is not a signature in base58btc multibase");
    signature_of(suite, text).ok_or(WRONG)
}

/// A document of which parts were left out cannot be what another proof was built on.
fn derived_value(suite: Suite, object: &Map<String, Value>, text: &str) -> Result<ProofValue, WrongValue> {
    const PREVIOUS: WrongValue =
        ("previousProof", "/previousProof", "a derived proof cannot build on another proof");
    const BASE: WrongValue =
        ("baseProof", "/proofValue", "a base proof is for the holder, not for verifiers");
    const WRONG: WrongValue = ("proofValue", "/proofValue", "the proof value is not a derived proof");
    if object.contains_key("previousProof") {
        return Err(PREVIOUS);
    }
    let value = match suite {
        Suite::Bbs2023 => bbs::Derived::parse(text).map(ProofValue::Bbs),
        _ => Derived::parse(text).map(ProofValue::Derived),
    };
    value.map_err(|error| match error {
        NotDerived::Base => BASE,
        NotDerived::Malformed => WRONG,
    })
}

fn check_dates(pointer: &str, object: &Map<String, Value>, expect: &Expect) -> Result<(), Fault> {
    let date = |member: &str| match object.get(member) {
        None => Ok(None),
        Some(value) => {
            value.as_str().and_then(|text| datetime::parse(text, Offset::UtcIfMissing)).map(Some).ok_or_else(
                || fault("proofDate", "the time is not a dateTimeStamp").at(format!("{pointer}/{member}")),
            )
        }
    };
    date("created")?;
    if date("expires")?.is_some_and(|expires| expires <= expect.now) {
        return Err(fault("proofExpired", "the proof has expired").at(format!("{pointer}/expires")));
    }
    Ok(())
}

/// VC Data Integrity 1.0, 4.4: what the verifier expects must be in the proof, exactly.
fn check_binding(pointer: &str, object: &Map<String, Value>, expect: &Expect) -> Result<(), Fault> {
    let wrong = |member: &str, detail: &str| {
        Err(fault(
            match member {
                "domain" => "domain",
                _ => "challenge",
            },
            detail,
        )
        .at(format!("{pointer}/{member}")))
    };
    let domains: Vec<&str> = match object.get("domain") {
        None => Vec::new(),
        Some(Value::String(domain)) => vec![domain],
        Some(Value::Array(domains)) if domains.iter().all(Value::is_string) && !domains.is_empty() => {
            domains.iter().filter_map(Value::as_str).collect()
        }
        Some(_) => return wrong("domain", "the domain is a string or a list of strings"),
    };
    if let Some(expected) = expect.domain.as_deref()
        && (domains.is_empty() || domains.iter().any(|domain| *domain != expected))
    {
        return wrong("domain", "the proof was made for another domain");
    }
    if let Some(expected) = expect.challenge.as_deref()
        && object.get("challenge").and_then(Value::as_str) != Some(expected)
    {
        return wrong("challenge", "the proof answers another challenge");
    }
    Ok(())
}

/// Both plain families write signatures in base58btc with the multibase header `z`: 64 bytes, or 96 by a P-384 key,
/// which are 132 characters at most.
fn signature_of(suite: Suite, text: &str) -> Option<ProofValue> {
    let encoded = text.strip_prefix('z').filter(|encoded| encoded.len() <= 132)?;
    let signature = bs58::decode(encoded).into_vec().ok()?;
    Some(ProofValue::Signature(suite.algorithm_of(signature.len())?, signature))
}

async fn find_keys(proof: &Proof<'_>, resolver: &dyn Resolver, purpose: Purpose) -> Result<FoundKeys, Fault> {
    let pointer = || format!("{}/verificationMethod", proof.pointer);
    let did = did_of(proof.verification_method).ok_or_else(|| {
        fault("verificationMethod", "the verification method is not a DID URL with a fragment").at(pointer())
    })?;
    let resolution = resolver.resolve(did).await.map_err(|error| unresolved(&error).at(pointer()))?;
    keys_in(&resolution, proof.verification_method, purpose).map_err(|fault| fault.at(pointer()))
}

/// The document that the proof secures: without proofs, or with exactly those it builds on
/// (VC Data Integrity 1.0, 4.5: proof chains).
fn unsecured_document(document: &Map<String, Value>, proof: &Proof<'_>) -> Result<Value, Fault> {
    let mut unsecured = document.clone();
    let all = unsecured.remove("proof");
    let wrong = |detail: &str| fault("previousProof", detail).at(format!("{}/previousProof", proof.pointer));
    let previous: Vec<&str> = match proof.object.get("previousProof") {
        None => Vec::new(),
        Some(Value::String(id)) => vec![id],
        Some(Value::Array(ids)) if ids.iter().all(Value::is_string) => {
            ids.iter().filter_map(Value::as_str).collect()
        }
        Some(_) => return Err(wrong("a previous proof is named by its id")),
    };
    if !previous.is_empty() {
        let candidates = match &all {
            Some(Value::Array(proofs)) => proofs.as_slice(),
            _ => &[],
        };
        let mut matching = Vec::new();
        for id in previous {
            let found = candidates.iter().find(|it| it.get("id").and_then(Value::as_str) == Some(id));
            matching.push(found.ok_or_else(|| wrong("there is no proof with this id"))?.clone());
        }
        unsecured.insert("proof".to_owned(), Value::Array(matching));
    }
    if proof.suite.is_jcs()
        && let Some(context) = proof.object.get("@context")
    {
        unsecured.insert("@context".to_owned(), context.clone());
    }
    Ok(Value::Object(unsecured))
}

/// The proof without its value, under the contexts that were signed.
fn signed_options(document: &Map<String, Value>, proof: &Proof<'_>) -> Result<Value, Fault> {
    let mut options = proof.object.clone();
    options.remove("proofValue");
    let of_document = document.get("@context");
    let of_proof = proof.object.get("@context");
    let pointer = || format!("{}/@context", proof.pointer);
    if proof.suite.is_jcs() {
        // vc-di-eddsa 1.0, 3.3.2: the document's contexts begin with the proof's.
        if of_proof.is_some_and(|of_proof| !begins_with(of_document, of_proof)) {
            return Err(fault("proofContext", "the contexts of the proof are not the first of the document")
                .at(pointer()));
        }
    } else {
        // The RDFC suites sign the options under the document's contexts; others would not be signed.
        if of_proof.is_some() && of_proof != of_document {
            return Err(fault("proofContext", "the proof has contexts of its own").at(pointer()));
        }
        if let Some(context) = of_document {
            options.insert("@context".to_owned(), context.clone());
        }
    }
    Ok(Value::Object(options))
}

fn begins_with(of_document: Option<&Value>, of_proof: &Value) -> bool {
    let list = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    };
    of_document.is_some_and(|of_document| list(of_document).starts_with(&list(of_proof)))
}

fn fault(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Proof, code, detail)
}
