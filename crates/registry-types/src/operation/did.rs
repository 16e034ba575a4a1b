use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::record::{Relationship, Service};
use crate::{Canonical, as_hex, limits};

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateDid {
    pub inception: Inception,
}

/// The first entry of a DID's log; its hash is the identifier.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inception {
    pub organisation: String,
    pub role: DidRole,
    /// The did key that signs the inception.
    #[serde(with = "as_hex")]
    pub controller: [u8; 32],
    pub keys: Vec<DocumentKey>,
    pub services: Vec<Service>,
}

impl Canonical for Inception {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::TRANSACTION_BYTES;
}

/// Whether the DID names the organisation itself (each has one) or a service it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum DidRole {
    Organisation = 0,
    Service = 1,
}

/// A verification method as its controller states it; the chain adds when it was marked compromised.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentKey {
    /// Without the `#`.
    pub fragment: String,
    /// Multikey text, `z…`.
    pub multikey: String,
    /// Sorted, without repetition.
    pub relationships: Vec<Relationship>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateDid {
    pub did: String,
    /// How many versions the signer knew; another number means that somebody else changed it first.
    pub known_versions: u32,
    pub change: DidChange,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(tag = "change", rename_all = "camelCase")]
pub enum DidChange {
    /// A new version takes the place of the current one: rotation, further keys, other services.
    Replace { keys: Vec<DocumentKey>, services: Vec<Service> },
    /// From this block on nothing signed with the key counts without an earlier anchor. The key itself is
    /// named, since a fragment may have named others before.
    MarkCompromised { multikey: String },
    /// Final.
    Deactivate,
}

/// A new document by the organisation's govern key, for when the did keys are lost or stolen. The version it
/// makes is marked, so that readers see that another key took control.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoverDid {
    pub did: String,
    /// How many versions the signer knew.
    pub known_versions: u32,
    pub keys: Vec<DocumentKey>,
    pub services: Vec<Service>,
}
