use registry_types::{KeyRole, StatementError};

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
    #[error("a validator's host and an auditor are names of 1 to 200 characters")]
    BadHost,
    #[error("the new member's statement does not hold: {0}")]
    BadStatement(StatementError),
    #[error("the new member made its statement for another chain, or brings a validator with it")]
    OtherJoining,
    #[error("the parameter {0} is out of its range")]
    BadParams(&'static str),
    #[error("a validator has the power 1")]
    NoPower,
    #[error("a member is recovered with govern keys only")]
    OnlyGovernKeys,

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
    #[error("an emergency stop of the signing key holds")]
    KeyStopped,
    #[error("the member has used its share of this block")]
    OverBlockQuota,
    #[error("the member has used its quota until block time {until_ms}")]
    OverWindowQuota { until_ms: u64 },

    // Governance.
    #[error("the organisation of the signing key is not a governor")]
    NotGovernor,
    #[error("there is no such proposal")]
    UnknownProposal,
    #[error("the proposal is closed")]
    ProposalClosed,
    #[error("the organisation has voted already, and a vote is final")]
    AlreadyVoted,
    #[error("only the organisation that proposed may withdraw the proposal")]
    NotProposer,
    #[error("too many proposals are open, of this organisation or of all")]
    TooManyProposals,
    #[error("the notice is at least {minimum_ms} ms")]
    NoticeTooShort { minimum_ms: u64 },
    #[error("the deadline lies after block time {earliest} and not after {latest}")]
    DeadlineOutOfRange { earliest: u64, latest: u64 },
    #[error("the rules version changes by an upgrade at a height, not with the parameters")]
    RulesNeedUpgrade,
    #[error("the height of the upgrade has passed")]
    UpgradeInPast,
    #[error("an upgrade goes beyond rules version {rules}, after the ones that are scheduled")]
    UpgradeNotNewer { rules: u32 },
    #[error("the new member has not signed the charter in force")]
    OtherCharter,
    #[error("the next version of the charter is {expected}")]
    CharterVersion { expected: u32 },
    #[error("there is no such dispute")]
    UnknownDispute,
    #[error("the dispute is closed")]
    DisputeClosed,
    #[error("a dispute does not go back to an earlier stage")]
    DisputeStageBack,
    #[error("the stop holds already")]
    StoppedAlready,
    #[error("an earlier stop was not kept up; before block time {rested_ms} only a vote of all can act")]
    StoppedRecently { rested_ms: u64 },
    #[error("no stop holds")]
    NotStopped,
    #[error("nobody on this chain has the key that is to be stopped")]
    UnknownRegistryKey,

    // Members and their keys.
    #[error("the member is suspended already")]
    MemberSuspended,
    #[error("the member is not suspended")]
    MemberNotSuspended,
    #[error("the member was removed, which is final")]
    MemberRemoved,
    #[error("the organisation {0} is not an active member")]
    MemberNotActive(String),
    #[error("somebody must be left to govern")]
    LastGovernor,
    #[error("the member owns a validator; that must be removed before its seat")]
    SeatInUse,
    #[error("the new key has not signed for this organisation on this chain")]
    NotPossessed,
    #[error("the organisation never had that key")]
    NotOwnKey,
    #[error("that key is revoked already")]
    KeyRevokedAlready,
    #[error("the last govern key stays until there is another")]
    LastGovernKey,
    #[error("the organisation {0} is on the chain already")]
    OrganisationExists(String),
    #[error("a key of the new member is in use already")]
    KeyTaken,
    #[error("there is no organisation {0}")]
    UnknownOrganisation(String),

    // Validators.
    #[error("no validator of the set has that key")]
    UnknownValidator,
    #[error("the key decides already, or decided for another owner")]
    ValidatorExists,
    #[error("somebody must be left to decide")]
    LastValidator,
    #[error("the validators would be no set")]
    BadValidatorSet,
    #[error("the signing key's organisation does not own the validator")]
    NotOwner,

    // Schemas and accreditations.
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
    #[error("the accreditation would begin before this block")]
    BeginsInPast,
    #[error("the accreditation is suspended already")]
    AccreditationSuspended,
    #[error("the accreditation is not suspended")]
    AccreditationNotSuspended,
    #[error("the accreditation would be handed on over more levels than is allowed")]
    DelegationTooDeep,
    #[error("an issuer does not accredit itself")]
    DelegatesToItself,
    #[error("the granting issuer does not speak for all those organisations")]
    SpeaksForMore,
    #[error("somebody else granted the accreditation, or suspended it")]
    OtherGrantor,
    #[error("an emergency stop of the issuer holds")]
    IssuerStopped,

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
            Self::UnknownKey => "unknown_key",
            Self::KeyRevoked => "key_revoked",
            Self::WrongRole { .. } => "wrong_role",
            Self::NotActive => "not_active",
            Self::SequenceUsed { .. } => "sequence_used",
            Self::SequenceAhead { .. } => "sequence_ahead",
            Self::Expired(_) => "expired",
            Self::ExpiryTooFar { .. } => "expiry_too_far",
            Self::NotGovernor => "not_governor",
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
            Self::BadHost => "bad_host",
            Self::BadStatement(_) => "bad_statement",
            Self::OtherJoining => "other_joining",
            Self::BadParams(_) => "bad_params",
            Self::NoPower => "no_power",
            Self::OnlyGovernKeys => "only_govern_keys",
            Self::KeyStopped => "key_stopped",
            Self::OverBlockQuota => "over_block_quota",
            Self::OverWindowQuota { .. } => "over_window_quota",
            Self::UnknownProposal => "unknown_proposal",
            Self::ProposalClosed => "proposal_closed",
            Self::AlreadyVoted => "already_voted",
            Self::NotProposer => "not_proposer",
            Self::TooManyProposals => "too_many_proposals",
            Self::NoticeTooShort { .. } => "notice_too_short",
            Self::DeadlineOutOfRange { .. } => "deadline_out_of_range",
            Self::RulesNeedUpgrade => "rules_need_upgrade",
            Self::UpgradeInPast => "upgrade_in_past",
            Self::UpgradeNotNewer { .. } => "upgrade_not_newer",
            Self::OtherCharter => "other_charter",
            Self::CharterVersion { .. } => "charter_version",
            Self::UnknownDispute => "unknown_dispute",
            Self::DisputeClosed => "dispute_closed",
            Self::DisputeStageBack => "dispute_stage_back",
            Self::StoppedAlready => "stopped_already",
            Self::StoppedRecently { .. } => "stopped_recently",
            Self::NotStopped => "not_stopped",
            Self::UnknownRegistryKey => "unknown_registry_key",
            Self::MemberSuspended => "member_suspended",
            Self::MemberNotSuspended => "member_not_suspended",
            Self::MemberRemoved => "member_removed",
            Self::MemberNotActive(_) => "member_not_active",
            Self::LastGovernor => "last_governor",
            Self::SeatInUse => "seat_in_use",
            Self::NotPossessed => "not_possessed",
            Self::NotOwnKey => "not_own_key",
            Self::KeyRevokedAlready => "key_revoked_already",
            Self::LastGovernKey => "last_govern_key",
            Self::UnknownValidator => "unknown_validator",
            Self::ValidatorExists => "validator_exists",
            Self::LastValidator => "last_validator",
            Self::BadValidatorSet => "bad_validator_set",
            Self::NotOwner => "not_owner",
            Self::BeginsInPast => "begins_in_past",
            Self::AccreditationSuspended => "accreditation_suspended",
            Self::AccreditationNotSuspended => "accreditation_not_suspended",
            Self::DelegationTooDeep => "delegation_too_deep",
            Self::DelegatesToItself => "delegates_to_itself",
            Self::SpeaksForMore => "speaks_for_more",
            Self::OtherGrantor => "other_grantor",
            Self::IssuerStopped => "issuer_stopped",
            Self::RecordTooLarge(_) => "record_too_large",
        }
    }
}
