//! The VC API (the draft now called VCALM): requests and answers for issuing, deriving and verifying by machines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// `POST …/credentials/issue`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct IssueRequest {
    /// The credential to secure; without `issuer` the instance fills in its own.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// Members this service does not know are ignored.
    #[serde(default)]
    pub options: IssueOptions,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssueOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// JSON Pointers to what no holder can leave out, for instances of selective disclosure. Without them that is
    /// everything but the claims about the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub mandatory_pointers: Option<Vec<String>>,
    /// Everything else a caller sends along.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub other: Map<String, Value>,
}

/// 201 answer of `POST …/credentials/issue`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssueResponse {
    #[schema(value_type = Object)]
    pub verifiable_credential: Value,
}

/// `POST …/credentials/status`: sets an entry of the status of a credential, or clears it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusRequest {
    /// The `id` of the credential; not needed where the entry names list and index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    pub credential_status: StatusEntry,
    pub status: bool,
}

/// The entry to change (Bitstring Status List 1.0, 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusEntry {
    /// `revocation` or `suspension`.
    pub status_purpose: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_list_index: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_list_credential: Option<String>,
}

/// `GET /vc-api/ids`: the open instances by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Instances {
    pub instances: BTreeMap<String, Instance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// The issuer identifier that is filled in where a credential names none.
    pub issuer: String,
    /// What proofs are made by; those of status lists alone where credentials go into an envelope.
    pub cryptosuite: String,
    /// The envelope that credentials go into instead of getting a proof, such as `vc+jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    pub issue_endpoint: String,
    /// Where the status of what it issued is changed, for instances that give one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_endpoint: Option<String>,
    /// Whether the registry must accredit this issuer; an open instance says `optional`.
    pub accreditation: String,
    pub policy: String,
}

/// `POST …/credentials/derive`, whose 201 answer is the derived credential itself.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeriveRequest {
    /// With a base proof.
    #[schema(value_type = Object)]
    pub verifiable_credential: Value,
    /// Members this service does not know are ignored.
    #[serde(default)]
    pub options: DeriveOptions,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeriveOptions {
    /// JSON Pointers to what is shown beside what the issuer made mandatory.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub selective_pointers: Vec<String>,
}

/// `POST …/credentials/verify`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyCredentialRequest {
    #[schema(value_type = Object)]
    pub verifiable_credential: Value,
    #[serde(default)]
    pub options: VerifyOptions,
}

/// `POST …/presentations/verify`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyPresentationRequest {
    #[schema(value_type = Object)]
    pub verifiable_presentation: Value,
    #[serde(default)]
    pub options: VerifyOptions,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}
