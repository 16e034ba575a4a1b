//! Issuing for machines: a credential comes in, a secured one goes out. Nothing is kept but its place in a status list,
//! where the instance gives one.

mod enveloped;
mod status;

use credential::data_integrity::{self, ProofOptions, SecureError, SigningKey, Suite};
use credential::enveloped::Envelope;
use credential::{Fault, vcdm};
use serde_json::Value;
use wire::vc_api::IssueRequest;

use self::status::SignedLists;
use super::Issuer;

/// An open instance and the did:key it issues as.
pub struct Instance {
    pub name: String,
    pub policy: String,
    pub issuer: String,
    pub suite: Suite,
    /// Instead of a proof of the suite.
    pub envelope: Option<Envelope>,
    /// Whether it gives credentials a status that it can change.
    pub status: bool,
    pub(crate) key: SigningKey,
    pub(crate) lists: SignedLists,
}

#[derive(Debug, thiserror::Error)]
pub enum VcApiError {
    #[error("no such instance")]
    Unknown,
    #[error("the credential is not a JSON object")]
    NotAnObject,
    #[error("the credential names another issuer than this instance")]
    IssuerMismatch,
    #[error("the credential breaks rules of the VC data model")]
    Faults(Vec<Fault>),
    #[error("too much work is waiting")]
    Overloaded,
    #[error("the status purpose is neither revocation nor suspension")]
    StatusPurpose,
    #[error("this instance gave no such status")]
    NoStatus,
    #[error("the credential could not be secured")]
    Secure(#[source] SecureError),
    #[error("the status list could not be built")]
    List(#[from] status_list::StatusListError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl From<SecureError> for VcApiError {
    fn from(error: SecureError) -> Self {
        match error {
            SecureError::Document(faults) => Self::Faults(faults),
            SecureError::Overloaded => Self::Overloaded,
            other => Self::Secure(other),
        }
    }
}

impl Issuer {
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.instances.values()
    }

    /// Validates and secures. Nothing of the credential is logged.
    pub async fn issue_by_api(&self, instance: &str, request: IssueRequest) -> Result<Value, VcApiError> {
        let instance = self.instances.get(instance).ok_or(VcApiError::Unknown)?;
        let mut credential = request.credential;
        let object = credential.as_object_mut().ok_or(VcApiError::NotAnObject)?;
        match object.get("issuer") {
            None => drop(object.insert("issuer".to_owned(), instance.issuer.as_str().into())),
            Some(named) if issuer_id(named).is_none_or(|id| id == instance.issuer) => {}
            Some(_) => return Err(VcApiError::IssuerMismatch),
        }
        vcdm::validate_unsecured(&credential).map_err(VcApiError::Faults)?;
        self.add_api_status(instance, &mut credential).await?;
        if let Some(envelope) = instance.envelope {
            let mandatory = request.options.mandatory_pointers;
            return self.envelop(&credential, envelope, &instance.key, mandatory).await;
        }
        let options = ProofOptions::assertion(self.now());
        if !instance.suite.is_selective() {
            return Ok(data_integrity::secure(&credential, instance.suite, &instance.key, &options).await?);
        }
        // A time to the second would tell one holder from another, whatever else is hidden.
        let created = options.created.filter(|_| instance.suite != Suite::Bbs2023);
        let options = ProofOptions { created, ..options };
        let mandatory = request.options.mandatory_pointers.unwrap_or_else(|| all_but_claims(&credential));
        let entropy = self.entropy.as_ref();
        Ok(data_integrity::secure_base(&credential, &instance.key, &options, &mandatory, entropy).await?)
    }
}

/// What a holder must show where the caller says nothing: who issued the credential, until when it is valid,
/// where its status is. Types and contexts are always shown.
fn all_but_claims(credential: &Value) -> Vec<String> {
    let members = credential.as_object().into_iter().flat_map(|object| object.keys());
    let left_out = ["@context", "id", "type", "credentialSubject", "proof"];
    members
        .filter(|name| !left_out.contains(&name.as_str()))
        .map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        .collect()
}

/// VC Data Model 2.0, 4.7. What is neither a URL nor an object with one is left to the validation, which names it.
fn issuer_id(issuer: &Value) -> Option<&str> {
    match issuer {
        Value::String(id) => Some(id),
        Value::Object(object) => object.get("id").and_then(Value::as_str),
        _ => None,
    }
}
