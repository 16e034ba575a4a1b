//! What a transaction asks for, by concept: governance, members, accreditations, DIDs, issuing.

mod accreditation;
mod did;
mod governance;
mod issuing;
mod member;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

pub use accreditation::{
    ChangeDelegation, DelegateAccreditation, DelegationChange, GrantAccreditation, RegisterSchema,
};
pub use did::{CreateDid, DidChange, DidRole, DocumentKey, Inception, RecoverDid, UpdateDid};
pub use governance::{
    AccreditationName, AddValidator, AdoptCharter, AdvanceDispute, ChangeSeats, CloseDispute, DisputeStage,
    Member, OpenDispute, ProposalKind, Propose, Reason, ReasonCode, RecoverMember, RemoveValidator,
    RotateValidator, ScheduleUpgrade, StopTarget, Vote, WithdrawProposal, proposal_id,
};
pub use issuing::{Anchor, AnchorKind, PublishDocuments, PublishStatus};
pub use member::{AddKey, Audit, DescribeValidator, NewKey, RevokeKey, RevokeValidator, possession_bytes};

use crate::state_key;

/// What a transaction asks for. The signing key decides whether it is allowed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
pub enum Operation {
    /// Signed by a governor's govern key.
    Propose(Propose),
    /// Signed by a governor's govern key.
    Vote(Vote),
    /// Signed by a govern key of the organisation that proposed.
    WithdrawProposal(WithdrawProposal),
    /// Signed by a govern key of the organisation that gets the key.
    AddKey(AddKey),
    /// Signed by a govern key of the organisation that loses the key.
    RevokeKey(RevokeKey),
    /// Signed by a govern key of the validator's owner.
    RevokeValidator(RevokeValidator),
    /// Signed by a govern key of the validator's owner.
    DescribeValidator(DescribeValidator),
    /// Signed by a govern key of the organisation that controls the granting issuer's DID.
    DelegateAccreditation(DelegateAccreditation),
    /// Signed by a govern key of the organisation that controls the granting issuer's DID.
    ChangeDelegation(ChangeDelegation),
    /// Signed by the organisation's did key named in the inception.
    CreateDid(CreateDid),
    /// Signed by a did key of the organisation that controls the DID.
    UpdateDid(UpdateDid),
    /// Signed by a govern key of the organisation that controls the DID.
    RecoverDid(RecoverDid),
    /// Signed by an operate key of the organisation that controls the issuer's DID.
    PublishStatus(PublishStatus),
    /// Signed by an operate key of the organisation that controls the issuer's DID.
    Anchor(Anchor),
    /// Signed by an operate key of the organisation that controls the issuer's DID.
    PublishDocuments(PublishDocuments),
}

impl Operation {
    /// The records that the operation itself names, so that a reader can forget what it cached of them. What a
    /// vote brings about through a proposal is named by the proposal's record, not here; proposals' own keys are
    /// added by [`crate::SignedTransaction::touches`].
    #[must_use]
    pub fn touches(&self) -> Vec<String> {
        match self {
            Self::Propose(propose) => touched_by(&propose.kind),
            Self::Vote(vote) => vec![state_key::proposal(&vote.proposal), state_key::agenda()],
            Self::WithdrawProposal(end) => vec![state_key::proposal(&end.proposal), state_key::agenda()],
            Self::AddKey(add) => vec![state_key::key(&add.key.public_key)],
            Self::RevokeKey(end) => vec![state_key::key(&end.public_key)],
            Self::RevokeValidator(end) => {
                vec![state_key::validators(), state_key::validator(&end.public_key)]
            }
            Self::DescribeValidator(change) => {
                vec![state_key::validators(), state_key::validator(&change.public_key)]
            }
            Self::DelegateAccreditation(DelegateAccreditation { grant, .. }) => {
                vec![state_key::accreditation(&grant.issuer, &grant.type_iri)]
            }
            Self::ChangeDelegation(change) => {
                vec![state_key::accreditation(&change.issuer, &change.type_iri)]
            }
            Self::CreateDid(create) => vec![
                state_key::did(&crate::did_from_inception(&create.inception)),
                state_key::organisation(&create.inception.organisation),
            ],
            Self::UpdateDid(update) => vec![state_key::did(&update.did)],
            Self::RecoverDid(recover) => vec![state_key::did(&recover.did)],
            Self::PublishStatus(status) => vec![state_key::status(&status.issuer, &status.list)],
            Self::Anchor(anchor) => vec![state_key::anchor(&anchor.issuer, anchor.sequence)],
            Self::PublishDocuments(publish) => publish.digests.iter().map(state_key::document).collect(),
        }
    }

    /// A short name for logs and pages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Propose(_) => "propose",
            Self::Vote(_) => "vote",
            Self::WithdrawProposal(_) => "withdrawProposal",
            Self::AddKey(_) => "addKey",
            Self::RevokeKey(_) => "revokeKey",
            Self::RevokeValidator(_) => "revokeValidator",
            Self::DescribeValidator(_) => "describeValidator",
            Self::DelegateAccreditation(_) => "delegateAccreditation",
            Self::ChangeDelegation(_) => "changeDelegation",
            Self::CreateDid(_) => "createDid",
            Self::UpdateDid(_) => "updateDid",
            Self::RecoverDid(_) => "recoverDid",
            Self::PublishStatus(_) => "publishStatus",
            Self::Anchor(_) => "anchor",
            Self::PublishDocuments(_) => "publishDocuments",
        }
    }
}

/// What a proposal changes when it takes effect.
fn touched_by(kind: &ProposalKind) -> Vec<String> {
    use state_key::{accreditation, did, dispute, key, organisation, validator, validators};
    match kind {
        ProposalKind::AdmitMember(signed) => vec![organisation(&signed.statement.id), state_key::governors()],
        ProposalKind::SuspendMember(member) | ProposalKind::ReinstateMember(member) => {
            vec![organisation(&member.organisation), state_key::governors()]
        }
        ProposalKind::RemoveMember(member) => {
            vec![organisation(&member.organisation), state_key::governors(), validators()]
        }
        ProposalKind::RecoverMember(recover) => vec![organisation(&recover.organisation)],
        ProposalKind::ChangeSeats(change) => {
            vec![organisation(&change.organisation), state_key::governors()]
        }
        ProposalKind::AddValidator(add) => {
            vec![validators(), validator(&add.validator.public_key), organisation(&add.validator.owner)]
        }
        ProposalKind::RemoveValidator(remove) => vec![validators(), validator(&remove.public_key)],
        ProposalKind::RotateValidator(rotate) => {
            vec![validators(), validator(&rotate.from), validator(&rotate.to)]
        }
        ProposalKind::GrantAccreditation(grant) => vec![accreditation(&grant.issuer, &grant.type_iri)],
        ProposalKind::SuspendAccreditation(name)
        | ProposalKind::ReinstateAccreditation(name)
        | ProposalKind::WithdrawAccreditation(name) => vec![accreditation(&name.issuer, &name.type_iri)],
        ProposalKind::RegisterSchema(schema) => vec![state_key::schema(&schema.id)],
        ProposalKind::ChangeParams(_) | ProposalKind::ScheduleUpgrade(_) => vec![state_key::params()],
        ProposalKind::AdoptCharter(_) => vec![state_key::charter()],
        ProposalKind::OpenDispute(_) => Vec::new(),
        ProposalKind::AdvanceDispute(advance) => vec![dispute(&advance.dispute)],
        ProposalKind::CloseDispute(close) => vec![dispute(&close.dispute)],
        ProposalKind::EmergencyStop(target)
        | ProposalKind::ConfirmStop(target)
        | ProposalKind::LiftStop(target) => match target {
            StopTarget::Issuer { did: name } | StopTarget::DocumentKey { did: name, .. } => vec![did(name)],
            StopTarget::RegistryKey { public_key } => vec![key(public_key)],
        },
    }
}
