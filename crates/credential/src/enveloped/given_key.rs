//! Envelopes made and verified with a key from a file, as conformance suites and people at a command line do.
//!
//! Who may use the key, how long the document is valid and whether it was revoked are not asked: a file with
//! a key says nothing of that. The form of the envelope, of the document and the signature are.

use clock::{Entropy, Timestamp};
use serde_json::{Map, Value};

use super::data_url::{from_data_url, kind};
use super::open::open;
use super::secure::{New, check_terms, prepare, registered};
use super::{Content, Envelope, KeyError, PrivateJwk, PublicJwk};
use crate::input::Input;
use crate::outcome::{CheckName, Fault};
use crate::sd_jwt::ClaimPath;
use crate::vcdm;

/// Why nothing was issued, or nothing was verified.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{}", of_faults(.0))]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Key(#[from] KeyError),
}

fn of_faults(faults: &[Fault]) -> String {
    let one = |fault: &Fault| match &fault.pointer {
        Some(pointer) => format!("{} ({pointer})", fault.detail),
        None => fault.detail.clone(),
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Faults(vec![fault])
    }
}

/// Signs with a key from a file.
pub async fn secure_with(
    key: &PrivateJwk,
    kid: &str,
    document: &Value,
    form: (Envelope, Content),
    disclosable: &[ClaimPath],
    occasion: (Timestamp, &dyn Entropy),
) -> Result<Input, Refused> {
    let (envelope, content) = form;
    let object = check_document(document, content)?;
    check_members(object, content)?;
    check_terms(object).await?;
    let mut claims = Map::new();
    match content {
        Content::Credential => claims = registered(object, occasion.0),
        Content::Presentation => {
            if let Some(holder) = vcdm::holder_of(object) {
                claims.insert("iss".to_owned(), Value::from(holder));
            }
        }
    }
    let alg = key.public().algorithm();
    let new = New { content, document: object, claims, kid, alg, disclosable, decoys: 0 };
    let prepared = prepare(&new, envelope, occasion.1)?;
    let signature = key.sign(&prepared.to_sign)?;
    Ok(prepared.finish(&signature))
}

/// Verifies with a key from a file; answers the document with everything that is disclosed.
pub async fn verify_with(
    key: &PublicJwk,
    input: &Input,
    form: (Envelope, Content),
) -> Result<Value, Refused> {
    let (envelope, content) = form;
    let opened = open(input)?;
    let proof = |code, detail: &str| Fault::new(CheckName::Proof, code, detail);
    if opened.envelope != envelope {
        return Err(Fault::new(CheckName::Form, "jwtType", "the envelope is of another form").into());
    }
    let faults = opened.check_form(content);
    if !faults.is_empty() {
        return Err(Refused::Faults(faults));
    }
    if !key.is_for(opened.algorithm()) {
        return Err(proof("keyKind", "the key is of another kind than the algorithm").into());
    }
    if !key.has_signed(&opened.signed, &opened.signature) {
        return Err(proof("badSignature", "the signature does not fit the envelope and the key").into());
    }
    let document = Value::Object(opened.document);
    let object = check_document(&document, content)?;
    let speaker = match content {
        Content::Credential => vcdm::issuer_of(object),
        Content::Presentation => vcdm::holder_of(object),
    };
    if opened.claims.get("iss").is_some_and(|iss| iss.as_str() != speaker) {
        let detail = "the iss of the envelope is not the issuer or holder of what is in it";
        return Err(Fault::new(CheckName::IssuerKey, "issuerMismatch", detail).into());
    }
    check_terms(object).await?;
    Ok(document)
}

/// The form of the document, and of the envelopes in a presentation.
fn check_document(document: &Value, content: Content) -> Result<&Map<String, Value>, Refused> {
    match content {
        Content::Credential => vcdm::validate_unsecured(document),
        Content::Presentation => vcdm::validate_presentation(document),
    }
    .map_err(Refused::Faults)?;
    let object = document
        .as_object()
        .ok_or_else(|| Fault::new(CheckName::Form, "notAnObject", "the document is not a JSON object"))?;
    if content == Content::Presentation {
        for (index, credential) in vcdm::objects(object, "verifiableCredential").into_iter().enumerate() {
            let id = credential.get("id").and_then(Value::as_str).unwrap_or_default();
            if kind(credential) != Some(Content::Credential)
                || from_data_url(id, Content::Credential).is_none()
            {
                let detail = "a credential in an enveloped presentation is enveloped too";
                let at = format!("/verifiableCredential/{index}");
                return Err(Fault::new(CheckName::Form, "envelopeForm", detail).at(at).into());
            }
        }
    }
    Ok(object)
}

/// The members of VC Data Model 2.0, 4 and 5, and what its vocabulary adds to them. A context with a catch-all
/// vocabulary gives every word a meaning, but not one that anybody understands.
fn check_members(document: &Map<String, Value>, content: Content) -> Result<(), Fault> {
    const CREDENTIAL: [&str; 18] = [
        "@context",
        "id",
        "type",
        "name",
        "description",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialSubject",
        "credentialStatus",
        "credentialSchema",
        "refreshService",
        "termsOfUse",
        "evidence",
        "relatedResource",
        "renderMethod",
        "confidenceMethod",
        "proof",
    ];
    const PRESENTATION: [&str; 8] =
        ["@context", "id", "type", "name", "description", "holder", "verifiableCredential", "termsOfUse"];
    let known: &[&str] = match content {
        Content::Credential => &CREDENTIAL,
        Content::Presentation => &PRESENTATION,
    };
    match document.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => {
            let detail = "the member is not one of the data model";
            Err(Fault::new(CheckName::Form, "unknownMember", detail).at(format!("/{name}")))
        }
        None => Ok(()),
    }
}
