//! The records of the state map. Times are block times in milliseconds since 1970, intervals are
//! half-open: `from_ms` belongs to them, `until_ms` does not.

mod accreditation;
mod proposal;
mod stop;
mod validator;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

pub use accreditation::{Accreditation, AccreditationInterval, Suspension};
pub use proposal::{
    AdoptedCharter, Agenda, CastVote, Charter, Count, Dispute, DisputeOutcome, DisputeStep, OpenProposal,
    Proposal, ProposalState,
};
pub use stop::Stop;
pub use validator::{Term, Usage, ValidatorRecord};

use crate::operation::{AnchorKind, DidRole};
use crate::{Canonical, Hash, as_hex, limits};

macro_rules! stored {
    ($($record:ty),*) => {$(
        impl Canonical for $record {
            const VERSION: u8 = 1;
            const MAX_BYTES: usize = limits::RECORD_BYTES;
        }
    )*};
}

stored!(
    Organisation,
    Governors,
    KeyRecord,
    DidRecord,
    Accreditation,
    SchemaRecord,
    StatusRecord,
    AnchorRecord,
    DocumentRecord,
    Proposal,
    Agenda,
    Charter,
    Dispute,
    ValidatorRecord,
    Usage
);

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    pub id: String,
    pub name: String,
    pub status: MemberStatus,
    pub seats: Seats,
    pub keys: Vec<OrganisationKey>,
    /// The DID that names the organisation, once it has created one.
    pub did: Option<String>,
    pub admitted_ms: u64,
    /// The organisation id of the governor that proposed it, or `genesis`.
    pub admitted_by: String,
    /// The version of the charter that it accepted by signature.
    pub charter: u32,
    /// Every status it had since it was admitted, in order.
    pub standings: Vec<Standing>,
}

/// A status from a block time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    pub status: MemberStatus,
    pub from_ms: u64,
}

impl Organisation {
    /// The status at a block time; nothing before it was admitted.
    #[must_use]
    pub fn status_at(&self, time_ms: u64) -> Option<MemberStatus> {
        let earlier = self.standings.iter().rev().find(|standing| standing.from_ms <= time_ms);
        earlier.map(|standing| standing.status)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum MemberStatus {
    Active = 0,
    Suspended = 1,
    Removed = 2,
}

/// The active organisations that hold a governor's seat, sorted: those entitled to vote.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(transparent)]
pub struct Governors {
    pub organisations: Vec<String>,
}

/// What the organisation takes part in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Seats {
    pub governor: bool,
    pub validator: bool,
    pub issuer: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationKey {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    pub role: KeyRole,
    pub from_ms: u64,
    pub until_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum KeyRole {
    /// Membership, accreditations, schemas. Kept offline.
    Govern = 0,
    /// Creates and changes the organisation's DIDs.
    Did = 1,
    /// Anchors and status digests; one per service.
    Operate = 2,
}

/// One signing key: whose, what for, and the sequence that its next transaction must carry.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRecord {
    pub organisation: String,
    pub role: KeyRole,
    pub sequence: u64,
    pub revoked_ms: Option<u64>,
    /// Emergency stops of the key. Kept for ever.
    pub stops: Vec<Stop>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DidRecord {
    pub organisation: String,
    pub role: DidRole,
    /// In order; the last one is the current document unless the DID is deactivated. Kept for ever.
    pub versions: Vec<DidVersion>,
    pub deactivated_ms: Option<u64>,
    /// Emergency stops of the issuer or of one of its keys. Kept for ever.
    pub stops: Vec<Stop>,
    /// The versions that the organisation's govern key made because the did keys were lost, by their ids.
    pub recovered: Vec<u32>,
}

impl DidRecord {
    /// The stop of the whole issuer, or of this key, that held at a block time.
    #[must_use]
    pub fn stopped_at(&self, multikey: Option<&str>, time_ms: u64) -> Option<&Stop> {
        self.stops.iter().find(|stop| {
            (stop.multikey.is_none() || stop.multikey.as_deref() == multikey) && stop.holds_at(time_ms)
        })
    }

    /// The version with this id. Versions count from 1.
    #[must_use]
    pub fn version(&self, id: u32) -> Option<&DidVersion> {
        self.versions.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    /// The id of the version that was in force at a block time: `versionId` for a `versionTime`.
    #[must_use]
    pub fn version_id_at(&self, time_ms: u64) -> Option<u32> {
        let found = self.at(time_ms)?;
        (1u32..).zip(&self.versions).find(|(_, version)| std::ptr::eq(*version, found)).map(|(id, _)| id)
    }

    #[must_use]
    pub fn current(&self) -> Option<&DidVersion> {
        self.versions.last().filter(|_| self.deactivated_ms.is_none())
    }

    /// The version that was in force at a block time.
    #[must_use]
    pub fn at(&self, time_ms: u64) -> Option<&DidVersion> {
        self.versions.iter().find(|version| {
            version.from_ms <= time_ms && version.until_ms.is_none_or(|until| time_ms < until)
        })
    }

    #[must_use]
    pub fn deactivated(&self) -> bool {
        self.deactivated_ms.is_some()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DidVersion {
    pub from_ms: u64,
    pub until_ms: Option<u64>,
    pub keys: Vec<DidKey>,
    pub services: Vec<Service>,
}

/// A verification method. `compromised_at` is set in every version that holds the same key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DidKey {
    /// Without the `#`.
    pub fragment: String,
    pub multikey: String,
    pub relationships: Vec<Relationship>,
    /// The block time, in milliseconds, from which nothing signed by it counts without an earlier anchor.
    pub compromised_at: Option<u64>,
}

/// A verification relationship of DID Core 1.0, 5.3.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum Relationship {
    Authentication = 0,
    AssertionMethod = 1,
    KeyAgreement = 2,
    CapabilityInvocation = 3,
    CapabilityDelegation = 4,
}

impl std::fmt::Display for KeyRole {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Self::Govern => "govern",
            Self::Did => "did",
            Self::Operate => "operate",
        })
    }
}

impl Relationship {
    /// The property name in a DID document.
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
}

/// A service of a DID document (DID Core 1.0, 5.4).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Without the `#`.
    pub fragment: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub endpoint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaRecord {
    #[serde(with = "as_hex")]
    pub digest: Hash,
    /// Organisation id.
    pub owner: String,
    pub registered_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusRecord {
    #[serde(with = "as_hex")]
    pub digest: Hash,
    pub version: u64,
    pub published_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnchorRecord {
    #[serde(with = "as_hex")]
    pub root: Hash,
    pub leaf_count: u32,
    pub kind: AnchorKind,
    pub height: u64,
    pub time_ms: u64,
}

/// Who published a document with the digest that the key names, in the order in which it was said.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRecord {
    /// At most one for each organisation.
    pub publications: Vec<Publication>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// Organisation id.
    pub organisation: String,
    /// The DID in whose name it was published.
    pub issuer: String,
    pub height: u64,
    pub time_ms: u64,
}
