//! DID documents (DID Core 1.0; Controlled Identifiers 1.0), reduced to what is verified against.

use keys::PublicKey;
use serde_json::{Value, json};

/// A verification relationship: what a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relationship {
    Authentication,
    AssertionMethod,
    KeyAgreement,
    CapabilityInvocation,
    CapabilityDelegation,
}

impl Relationship {
    pub const ALL: [Self; 5] = [
        Self::Authentication,
        Self::AssertionMethod,
        Self::KeyAgreement,
        Self::CapabilityInvocation,
        Self::CapabilityDelegation,
    ];

    /// The member of a DID document, and the value of `proofPurpose`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::AssertionMethod => "assertionMethod",
            Self::KeyAgreement => "keyAgreement",
            Self::CapabilityInvocation => "capabilityInvocation",
            Self::CapabilityDelegation => "capabilityDelegation",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relationship| relationship.as_str() == text)
    }
}

/// A key that verifies signatures, and what it may verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationMethod {
    /// The absolute DID URL.
    pub id: String,
    pub controller: String,
    pub public_key: PublicKey,
    pub relationships: Vec<Relationship>,
}

/// A key to encrypt to that is not also a signing key: the X25519 twin of an Ed25519 did:key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAgreement {
    pub id: String,
    pub controller: String,
    pub multikey: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub id: String,
    pub kind: String,
    pub endpoint: String,
}

/// How keys are written in the JSON form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyForm {
    Multikey,
    Jwk,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: String,
    pub methods: Vec<VerificationMethod>,
    pub key_agreement: Vec<KeyAgreement>,
    pub services: Vec<Service>,
    pub(crate) form: KeyForm,
}

impl Document {
    /// A document whose keys are written as Multikeys.
    #[must_use]
    pub fn new(id: String, methods: Vec<VerificationMethod>, services: Vec<Service>) -> Self {
        Self { id, methods, key_agreement: Vec::new(), services, form: KeyForm::Multikey }
    }

    #[must_use]
    pub fn verification_method(&self, did_url: &str) -> Option<&VerificationMethod> {
        self.methods.iter().find(|method| method.id == did_url)
    }

    /// Whether the document lists this method for this relationship.
    #[must_use]
    pub fn allows(&self, did_url: &str, relationship: Relationship) -> bool {
        self.verification_method(did_url).is_some_and(|method| method.relationships.contains(&relationship))
    }

    #[must_use]
    pub fn to_json(&self) -> Value {
        let keys_context = match self.form {
            KeyForm::Multikey => "https://w3id.org/security/multikey/v1",
            KeyForm::Jwk => "https://w3id.org/security/jwk/v1",
        };
        let mut methods: Vec<Value> = self.methods.iter().map(|method| self.method_json(method)).collect();
        methods.extend(self.key_agreement.iter().map(|key| {
            json!({ "id": key.id, "type": "Multikey", "controller": key.controller, "publicKeyMultibase": key.multikey })
        }));
        let mut document = json!({
            "@context": ["https://www.w3.org/ns/did/v1", keys_context],
            "id": self.id,
            "verificationMethod": methods,
        });
        let Some(object) = document.as_object_mut() else { return document };
        for relationship in Relationship::ALL {
            let mut ids: Vec<&str> = self
                .methods
                .iter()
                .filter(|method| method.relationships.contains(&relationship))
                .map(|method| method.id.as_str())
                .collect();
            if relationship == Relationship::KeyAgreement {
                ids.extend(self.key_agreement.iter().map(|key| key.id.as_str()));
            }
            if !ids.is_empty() {
                object.insert(relationship.as_str().to_owned(), json!(ids));
            }
        }
        if !self.services.is_empty() {
            let services: Vec<Value> = self
                .services
                .iter()
                .map(|service| json!({ "id": service.id, "type": service.kind, "serviceEndpoint": service.endpoint }))
                .collect();
            object.insert("service".to_owned(), Value::Array(services));
        }
        document
    }

    fn method_json(&self, method: &VerificationMethod) -> Value {
        match self.form {
            KeyForm::Multikey => json!({
                "id": method.id,
                "type": "Multikey",
                "controller": method.controller,
                "publicKeyMultibase": method.public_key.to_multikey(),
            }),
            KeyForm::Jwk => json!({
                "id": method.id,
                "type": "JsonWebKey",
                "controller": method.controller,
                "publicKeyJwk": method.public_key.to_jwk(),
            }),
        }
    }
}
