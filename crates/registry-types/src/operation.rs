use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::record::{KeyRole, Relationship, Seats, Service};
use crate::{Canonical, Hash, as_hex, limits, state_key};

/// What a transaction asks for. The signing key decides whether it is allowed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
pub enum Operation {
    /// Signed by a governor's govern key.
    AdmitMember(AdmitMember),
    /// Signed by a governor's govern key.
    RegisterSchema(RegisterSchema),
    /// Signed by a governor's govern key.
    GrantAccreditation(GrantAccreditation),
    /// Signed by a governor's govern key.
    WithdrawAccreditation(WithdrawAccreditation),
    /// Signed by the organisation's did key named in the inception.
    CreateDid(CreateDid),
    /// Signed by a did key of the organisation that controls the DID.
    UpdateDid(UpdateDid),
    /// Signed by an operate key of the organisation that controls the issuer's DID.
    PublishStatus(PublishStatus),
    /// Signed by an operate key of the organisation that controls the issuer's DID.
    Anchor(Anchor),
    /// Signed by an operate key of the organisation that controls the issuer's DID.
    PublishDocuments(PublishDocuments),
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmitMember {
    pub id: String,
    pub name: String,
    pub keys: Vec<NewKey>,
    pub seats: Seats,
}

/// An organisation's Ed25519 key with the role it is admitted for. One key has one role.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewKey {
    pub role: KeyRole,
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
}

/// The digest of a JSON-LD context or a JSON Schema under its URL. A registered schema never changes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterSchema {
    pub id: String,
    #[serde(with = "as_hex")]
    pub digest: Hash,
    /// The organisation that answers for it.
    pub owner: String,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantAccreditation {
    pub issuer: String,
    pub type_iri: String,
    /// The DIDs of the organisations whose people the issuer may speak of.
    pub speaks_for: Vec<String>,
    /// When it ends by itself; open when absent.
    pub until_ms: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawAccreditation {
    pub issuer: String,
    pub type_iri: String,
}

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

/// The digest of the status list that is served at `list` from now on.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishStatus {
    pub issuer: String,
    pub list: String,
    #[serde(with = "as_hex")]
    pub digest: Hash,
    pub version: u64,
}

/// The root over a padded batch of salted commitments.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Anchor {
    pub issuer: String,
    pub sequence: u64,
    pub kind: AnchorKind,
    #[serde(with = "as_hex")]
    pub root: Hash,
    pub leaf_count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum AnchorKind {
    Credentials = 0,
    Evidence = 1,
    Audit = 2,
    /// Digests of documents of any kind.
    Documents = 3,
}

/// Digests that anybody may look up: the issuer states that it published files with these SHA-256 digests. For
/// documents meant for the public only, since whoever guesses the file can confirm it; everything else is anchored
/// under a salted commitment.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishDocuments {
    pub issuer: String,
    /// Sorted, without repetition.
    #[serde(with = "as_hex::list")]
    pub digests: Vec<Hash>,
}

impl Operation {
    /// The records the operation may change besides the signer's sequence, so that a reader can forget
    /// what it cached of them.
    #[must_use]
    pub fn touches(&self) -> Vec<String> {
        match self {
            Self::AdmitMember(admit) => vec![state_key::organisation(&admit.id)],
            Self::RegisterSchema(schema) => vec![state_key::schema(&schema.id)],
            Self::GrantAccreditation(grant) => vec![state_key::accreditation(&grant.issuer, &grant.type_iri)],
            Self::WithdrawAccreditation(end) => vec![state_key::accreditation(&end.issuer, &end.type_iri)],
            Self::CreateDid(create) => vec![
                state_key::did(&crate::did_from_inception(&create.inception)),
                state_key::organisation(&create.inception.organisation),
            ],
            Self::UpdateDid(update) => vec![state_key::did(&update.did)],
            Self::PublishStatus(status) => vec![state_key::status(&status.issuer, &status.list)],
            Self::Anchor(anchor) => vec![state_key::anchor(&anchor.issuer, anchor.sequence)],
            Self::PublishDocuments(publish) => publish.digests.iter().map(state_key::document).collect(),
        }
    }

    /// A short name for logs and pages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AdmitMember(_) => "admitMember",
            Self::RegisterSchema(_) => "registerSchema",
            Self::GrantAccreditation(_) => "grantAccreditation",
            Self::WithdrawAccreditation(_) => "withdrawAccreditation",
            Self::CreateDid(_) => "createDid",
            Self::UpdateDid(_) => "updateDid",
            Self::PublishStatus(_) => "publishStatus",
            Self::Anchor(_) => "anchor",
            Self::PublishDocuments(_) => "publishDocuments",
        }
    }
}
