//! What a verification answers: facts, and faults by the name of the check that found them.

use clock::Timestamp;
use did::Evidence;
use keys::PublicKey;
use serde_json::Value;

use crate::data_integrity::Purpose;
use crate::input::Format;

/// The checks of a report. This crate fills `Form`, `Proof`, `IssuerKey`, `Validity` and
/// `HolderBinding`; the others are named here so that a report has one list of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckName {
    Form,
    Proof,
    IssuerKey,
    Accreditation,
    Schema,
    Validity,
    Status,
    HolderBinding,
    Policy,
}

impl CheckName {
    pub const ALL: [Self; 9] = [
        Self::Form,
        Self::Proof,
        Self::IssuerKey,
        Self::Accreditation,
        Self::Schema,
        Self::Validity,
        Self::Status,
        Self::HolderBinding,
        Self::Policy,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Proof => "proof",
            Self::IssuerKey => "issuerKey",
            Self::Accreditation => "accreditation",
            Self::Schema => "schema",
            Self::Validity => "validity",
            Self::Status => "status",
            Self::HolderBinding => "holderBinding",
            Self::Policy => "policy",
        }
    }
}

/// Something that is wrong. The code is stable; the detail names rules and members, never claim values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub check: CheckName,
    pub code: &'static str,
    /// JSON Pointer (RFC 6901) to the member at fault, where one member is.
    pub pointer: Option<String>,
    pub detail: String,
    /// Whether the check could not be made, rather than failed: a DID that could not be resolved.
    pub unfinished: bool,
}

impl Fault {
    #[must_use]
    pub fn new(check: CheckName, code: &'static str, detail: impl Into<String>) -> Self {
        Self { check, code, pointer: None, detail: detail.into(), unfinished: false }
    }

    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }
}

/// Where the key that made the proof stands in its DID's history. Only facts: whether an old key still
/// counts depends on the time of issue, which an anchor proves and this crate does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The DID document lists the key now.
    Current,
    /// It listed the key until then.
    RotatedOut { until: Option<Timestamp> },
    /// The controller marked the key as compromised: nothing it signed counts without an anchor before `at`.
    Compromised { at: Timestamp },
    /// No key was found.
    Unknown,
}

/// One entry that says where the status of a credential is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusRef {
    /// Bitstring Status List 1.0, 2.1.
    Bitstring {
        id: Option<String>,
        purpose: String,
        index: u64,
        list: String,
        size: u8,
        /// `statusMessage` entries: value and message.
        messages: Vec<(String, String)>,
    },
    /// Token Status List, 6.2.
    Token { index: u64, uri: String },
    /// A `credentialStatus` of a type that is not known here.
    Other { kind: String },
}

/// Whether the key must be the issuer's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ControllerPolicy {
    /// The verification method belongs to the DID named by `issuer` (or `holder`).
    #[default]
    Strict,
    /// The same where the issuer is a DID. Any other URL may name one as well (VC Data Model 2.0, 4.7), and no document
    /// says here which keys are its own: the proof must hold, and whose it is stays open (`issuerWithoutDid`).
    OpenForUrls,
}

/// The code of the unfinished fault of an issuer that is no DID, under [`ControllerPolicy::OpenForUrls`].
pub const ISSUER_WITHOUT_DID: &str = "issuerWithoutDid";

impl ControllerPolicy {
    /// What a key that is not the issuer's means.
    pub(crate) fn not_the_issuers(self, issuer: Option<&str>, detail: &str) -> Fault {
        match issuer {
            Some(url) if self == Self::OpenForUrls && !url.starts_with("did:") => {
                let detail = "the issuer is not a DID, so nothing says which keys are its own";
                Fault::new(CheckName::IssuerKey, ISSUER_WITHOUT_DID, detail).unfinished()
            }
            _ => Fault::new(CheckName::IssuerKey, "notTheIssuersKey", detail),
        }
    }
}

/// What the verifier expects of the thing it verifies.
#[derive(Clone, Debug)]
pub struct Expect {
    pub now: Timestamp,
    pub purpose: Purpose,
    /// `challenge` of a Data Integrity proof, `nonce` of a presentation in an envelope. `None`: not compared.
    pub challenge: Option<String>,
    /// `domain` of a Data Integrity proof, `aud` of a presentation in an envelope. `None`: not compared.
    pub domain: Option<String>,
    /// `aud` of a key-binding JWT; goes before `domain` in an envelope.
    pub audience: Option<String>,
    /// `nonce` of a key-binding JWT; goes before `challenge` in an envelope.
    pub nonce: Option<String>,
    pub controller: ControllerPolicy,
    /// Whether each presented credential must be bound to the key that made the presentation.
    pub holder_binding: bool,
}

impl Expect {
    /// For a credential on its own.
    #[must_use]
    pub fn credential(now: Timestamp) -> Self {
        Self {
            now,
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            audience: None,
            nonce: None,
            controller: ControllerPolicy::Strict,
            holder_binding: false,
        }
    }

    /// For a presentation that answers a request: the nonce is the proof's `challenge` or the key
    /// binding's `nonce`, the verifier its `domain` or `aud`, and the holder must be bound.
    #[must_use]
    pub fn presentation(now: Timestamp, nonce: &str, verifier: &str) -> Self {
        Self {
            purpose: Purpose::Authentication,
            challenge: Some(nonce.to_owned()),
            domain: Some(verifier.to_owned()),
            audience: Some(verifier.to_owned()),
            nonce: Some(nonce.to_owned()),
            holder_binding: true,
            ..Self::credential(now)
        }
    }

    #[must_use]
    pub fn open_for_urls(mut self) -> Self {
        self.controller = ControllerPolicy::OpenForUrls;
        self
    }
}

/// A verified or refused credential. Without faults it is authentic, well formed and within its dates.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub format: Format,
    pub issuer: Option<String>,
    /// Type IRIs (Data Integrity) or the `vct` (SD-JWT VC).
    pub types: Vec<String>,
    pub verification_method: Option<String>,
    /// The key that verified the proof; a fragment may have been given to another key since.
    pub public_key: Option<PublicKey>,
    pub key_state: KeyState,
    /// From when the key was listed, for methods with history.
    pub key_from: Option<Timestamp>,
    /// The block that proves the key.
    pub evidence: Option<Evidence>,
    /// The JSON on which queries work: the whole credential, or the payload with what was disclosed.
    pub credential: Value,
    /// The statements about the subject only.
    pub claims: Value,
    /// The key the credential is bound to.
    pub holder_key: Option<PublicKey>,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
    pub status: Vec<StatusRef>,
    /// Ids of the `credentialSchema` entries.
    pub schemas: Vec<String>,
    /// What an anchor commits to.
    pub digest: [u8; 32],
    pub faults: Vec<Fault>,
}

impl Outcome {
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.faults.is_empty()
    }
}

/// A verified or refused presentation.
#[derive(Clone, Debug)]
pub struct PresentationOutcome {
    pub format: Format,
    pub holder: Option<String>,
    pub verification_method: Option<String>,
    /// The key that made the presentation.
    pub holder_key: Option<PublicKey>,
    /// Faults of the presentation itself and of the binding of its credentials.
    pub faults: Vec<Fault>,
    pub credentials: Vec<Outcome>,
}

impl PresentationOutcome {
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.faults.is_empty() && self.credentials.iter().all(Outcome::is_verified)
    }
}
