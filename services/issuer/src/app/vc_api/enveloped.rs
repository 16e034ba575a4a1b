//! Instances that envelop: what they issue is a JWT, an SD-JWT or a COSE_Sign1 inside a JSON object.

use credential::data_integrity::SigningKey;
use credential::enveloped::{self, Content, Envelope, EnvelopeOptions};
use credential::sd_jwt::{ClaimPath, PathElement};
use credential::{CheckName, Fault, limits};
use serde_json::Value;

use super::super::Issuer;
use super::VcApiError;

impl Issuer {
    /// Answers an EnvelopedVerifiableCredential (VC Data Model 2.0, 4.13).
    pub(super) async fn envelop(
        &self,
        credential: &Value,
        envelope: Envelope,
        key: &SigningKey,
        mandatory: Option<Vec<String>>,
    ) -> Result<Value, VcApiError> {
        let disclosable = match envelope {
            Envelope::SdJwt => disclosable(credential, &mandatory.unwrap_or_default())?,
            Envelope::Jwt | Envelope::Cose => Vec::new(),
        };
        let options = EnvelopeOptions { disclosable, ..EnvelopeOptions::at(self.now()) };
        let secured =
            enveloped::secure_credential(credential, envelope, key, &options, self.entropy.as_ref()).await?;
        Ok(enveloped::wrap(&secured, Content::Credential).unwrap_or_default())
    }
}

/// Each claim about a subject but its id and type, where no pointer of the caller leads to it or into it.
fn disclosable(credential: &Value, mandatory: &[String]) -> Result<Vec<ClaimPath>, VcApiError> {
    let wrong =
        |detail: &str| VcApiError::Faults(vec![Fault::new(CheckName::Form, "mandatoryPointers", detail)]);
    if mandatory.len() > limits::POINTERS {
        return Err(wrong("there are too many pointers"));
    }
    if mandatory.iter().any(|pointer| credential.pointer(pointer).is_none()) {
        return Err(wrong("a pointer leads to nothing in the credential"));
    }
    let subjects = credential.get("credentialSubject");
    let of = |subject: &Value, at: &ClaimPath, pointer: &str| -> Vec<ClaimPath> {
        let names = subject.as_object().into_iter().flat_map(|claims| claims.keys());
        names
            .filter(|name| !matches!(name.as_str(), "id" | "type"))
            .filter(|name| {
                let claim = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                !mandatory.iter().any(|given| leads_through(given, &claim) || leads_through(&claim, given))
            })
            .map(|name| [at.as_slice(), &[PathElement::Name(name.clone())]].concat())
            .collect()
    };
    let root = vec![PathElement::Name("credentialSubject".to_owned())];
    Ok(match subjects {
        Some(Value::Array(several)) => several
            .iter()
            .enumerate()
            .flat_map(|(index, subject)| {
                let at = [root.as_slice(), &[PathElement::Index(index)]].concat();
                of(subject, &at, &format!("/credentialSubject/{index}"))
            })
            .collect(),
        Some(subject) => of(subject, &root, "/credentialSubject"),
        None => Vec::new(),
    })
}

/// Whether a JSON Pointer is another one or leads to a part of what the other leads to.
fn leads_through(longer: &str, shorter: &str) -> bool {
    longer.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
