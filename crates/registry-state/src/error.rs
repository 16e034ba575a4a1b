use registry_types::KeyRole;

/// Every way in which a transaction can be refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    // Form: the same on every chain at every time.
    #[error("the transaction is for another chain")]
    OtherChain,
    #[error("the public key is not an Ed25519 key")]
    BadPublicKey,
    #[error("the signature is not the key's over this transaction")]
    BadSignature,
    #[error("an organisation id is 2 to 32 lower-case letters, digits and inner hyphens")]
    BadOrganisationId,
    #[error("a name has 1 to 200 characters, none of them a control character")]
    BadName,
    #[error("{0} is not an absolute URI in ASCII of at most 512 bytes")]
    BadIri(&'static str),
    #[error("{0} is not a did:passerelle")]
    BadDid(&'static str),
    #[error("a fragment has 1 to 64 letters, digits, hyphens, underscores or dots")]
    BadFragment,
    #[error("a verification method must be a Multikey of a known kind")]
    BadMultikey,
    #[error("a verification method lists its relationships once each, in order")]
    BadRelationships,
    #[error("the list of {0} is empty or too long")]
    BadCount(&'static str),
    #[error("digests are listed once each, in order")]
    BadDigests,
    #[error("{0} is listed twice")]
    Repeated(&'static str),
    #[error("a govern key is missing")]
    NoGovernKey,

    // Who signed, and when.
    #[error("nobody on this chain has the signing key")]
    UnknownKey,
    #[error("the signing key has been revoked")]
    KeyRevoked,
    #[error("this needs a {needed} key, not a {found} key")]
    WrongRole { needed: KeyRole, found: KeyRole },
    #[error("the organisation of the signing key is not an active member")]
    NotActive,
    #[error("the key's next sequence is {expected}; {found} has been used")]
    SequenceUsed { expected: u64, found: u64 },
    #[error("the key's next sequence is {expected}, {found} comes too early")]
    SequenceAhead { expected: u64, found: u64 },
    #[error("the transaction expired at height {0}")]
    Expired(u64),
    #[error("the transaction may expire at height {latest} at the latest")]
    ExpiryTooFar { latest: u64 },

    // Governance.
    #[error("the organisation of the signing key is not a governor")]
    NotGovernor,
    #[error("with more than one governor this needs a proposal and a vote")]
    NeedsVote,
    #[error("a governor's or validator's seat needs a proposal and a vote")]
    SeatNeedsVote,
    #[error("the organisation {0} is on the chain already")]
    OrganisationExists(String),
    #[error("a key of the new member is in use already")]
    KeyTaken,
    #[error("there is no organisation {0}")]
    UnknownOrganisation(String),
    #[error("the schema {0} is registered already and never changes")]
    SchemaExists(String),
    #[error("the issuer's organisation holds no issuer seat")]
    NoIssuerSeat,
    #[error("the accreditation holds already, with the same content")]
    AccreditationExists,
    #[error("there is no running accreditation to withdraw")]
    NotAccredited,
    #[error("the accreditation would end before it begins")]
    EndsInPast,
    #[error("{0} names no organisation of this chain")]
    NotAnOrganisation(String),

    // DIDs.
    #[error("the DID exists already")]
    DidExists,
    #[error("the inception names another controller or organisation than the signing key's")]
    OtherController,
    #[error("the organisation has a DID of its own already")]
    OrganisationHasDid,
    #[error("there is no DID {0}")]
    UnknownDid(String),
    #[error("the signing key's organisation does not control the DID")]
    NotController,
    #[error("the DID is deactivated")]
    DidDeactivated,
    #[error("the DID has {actual} versions, the change was made for {known}")]
    OtherVersion { known: u32, actual: u32 },
    #[error("the document would be the same as it is")]
    Unchanged,
    #[error("the document never listed that verification method")]
    UnknownMethod,
    #[error("the key is marked compromised already, and cannot be used again")]
    CompromisedKey,

    // Issuing.
    #[error("version {version} of the list is on the chain with another digest")]
    StatusEquivocation { version: u64 },
    #[error("version {found} of the list is not above {current}")]
    StatusVersionNotHigher { current: u64, found: u64 },
    #[error("another anchor has the sequence {0}")]
    AnchorExists(u64),

    #[error("the record {0} would grow beyond what one proof can carry")]
    RecordTooLarge(String),
}

impl TransactionError {
    /// A stable word for machines: the variant's name in snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherChain => "other_chain",
            Self::BadPublicKey => "bad_public_key",
            Self::BadSignature => "bad_signature",
            Self::BadOrganisationId => "bad_organisation_id",
            Self::BadName => "bad_name",
            Self::BadIri(_) => "bad_iri",
            Self::BadDid(_) => "bad_did",
            Self::BadFragment => "bad_fragment",
            Self::BadMultikey => "bad_multikey",
            Self::BadRelationships => "bad_relationships",
            Self::BadCount(_) => "bad_count",
            Self::BadDigests => "bad_digests",
            Self::Repeated(_) => "repeated",
            Self::NoGovernKey => "no_govern_key",
            Self::UnknownKey => "unknown_key",
            Self::KeyRevoked => "key_revoked",
            Self::WrongRole { .. } => "wrong_role",
            Self::NotActive => "not_active",
            Self::SequenceUsed { .. } => "sequence_used",
            Self::SequenceAhead { .. } => "sequence_ahead",
            Self::Expired(_) => "expired",
            Self::ExpiryTooFar { .. } => "expiry_too_far",
            Self::NotGovernor => "not_governor",
            Self::NeedsVote => "needs_vote",
            Self::SeatNeedsVote => "seat_needs_vote",
            Self::OrganisationExists(_) => "organisation_exists",
            Self::KeyTaken => "key_taken",
            Self::UnknownOrganisation(_) => "unknown_organisation",
            Self::SchemaExists(_) => "schema_exists",
            Self::NoIssuerSeat => "no_issuer_seat",
            Self::AccreditationExists => "accreditation_exists",
            Self::NotAccredited => "not_accredited",
            Self::EndsInPast => "ends_in_past",
            Self::NotAnOrganisation(_) => "not_an_organisation",
            Self::DidExists => "did_exists",
            Self::OtherController => "other_controller",
            Self::OrganisationHasDid => "organisation_has_did",
            Self::UnknownDid(_) => "unknown_did",
            Self::NotController => "not_controller",
            Self::DidDeactivated => "did_deactivated",
            Self::OtherVersion { .. } => "other_version",
            Self::Unchanged => "unchanged",
            Self::UnknownMethod => "unknown_method",
            Self::CompromisedKey => "compromised_key",
            Self::StatusEquivocation { .. } => "status_equivocation",
            Self::StatusVersionNotHigher { .. } => "status_version_not_higher",
            Self::AnchorExists(_) => "anchor_exists",
            Self::RecordTooLarge(_) => "record_too_large",
        }
    }
}
