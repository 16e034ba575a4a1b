use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, RETRY_AFTER};
use registry_state::{TransactionError as Error, ViewError};
use web::{Problem, ProblemPage};

use crate::gossip::NUMBER_HEADER;
use crate::mempool::MempoolError;
use crate::node::SubmitError;
use crate::peers::PushError;
use crate::store::{HeightError, StoreError};

const REFUSED: &str = "transaction-refused";
const HEIGHT_AHEAD: &str = "height-not-decided";
const HEIGHT_GONE: &str = "height-gone";

pub const PAGES: &[ProblemPage] = &[
    ProblemPage {
        slug: REFUSED,
        title: "The transaction is refused",
        text: "The transaction breaks a rule of the chain and left no trace. The member `code` names the rule; \
               `detail` says what to change. Sending the same bytes again gives the same answer.",
    },
    ProblemPage {
        slug: "push-refused",
        title: "The push is refused",
        text: "Only nodes that this one was told of may hand on transactions in batches, each push signed with the \
               sender's link key and numbered above its last. Everybody else sends transactions one by one.",
    },
    ProblemPage {
        slug: HEIGHT_AHEAD,
        title: "The height is not decided yet",
        text: "A record can be asked for as it was at a decided height. The member `newest` is the newest one that this \
               node knows.",
    },
    ProblemPage {
        slug: HEIGHT_GONE,
        title: "The records of this height are gone",
        text: "A node keeps the records of older heights for a time that its operator sets. The member `oldest` is the \
               first height that this one can still prove; another node may keep more. Past versions of a DID or an \
               accreditation stand in today's record and are never removed.",
    },
    ProblemPage {
        slug: "no-block-yet",
        title: "The chain has no block yet",
        text: "Records are proven by a block's header. A new chain answers as soon as its validators have decided \
               the first one.",
    },
];

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Decode(error) => refused(
                StatusCode::BAD_REQUEST,
                "malformed",
                format!("the bytes are no transaction: {error}"),
            ),
            SubmitError::Refused(error) => refused(status(&error), error.code(), error.to_string()),
            SubmitError::Mempool(error @ MempoolError::SequenceTaken) => {
                refused(StatusCode::CONFLICT, "sequence_taken", error.to_string())
            }
            SubmitError::Mempool(error @ MempoolError::KeyFull) => {
                busy(StatusCode::TOO_MANY_REQUESTS, error.to_string())
            }
            SubmitError::Mempool(error @ MempoolError::Full) => {
                busy(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
            SubmitError::View(error @ ViewError::UnknownRules { .. }) => Self::unavailable(error.to_string()),
            SubmitError::View(error) => Self::internal(&error),
            SubmitError::Store(error) => error.into(),
            SubmitError::Stopped => Self::unavailable(SubmitError::Stopped.to_string()),
        }
    }
}

impl From<PushError> for Problem {
    fn from(error: PushError) -> Self {
        let refused =
            |status| Self::new(status, "push-refused", "The push is refused").detail(error.to_string());
        match error {
            PushError::UnknownPeer | PushError::Signature => refused(StatusCode::UNAUTHORIZED),
            PushError::Replayed { last } => {
                let number = HeaderName::from_static(NUMBER_HEADER);
                refused(StatusCode::CONFLICT).header(number, &last.to_string())
            }
            PushError::OverBudget => busy(StatusCode::TOO_MANY_REQUESTS, error.to_string()),
            PushError::Malformed => refused(StatusCode::BAD_REQUEST),
        }
    }
}

impl From<HeightError> for Problem {
    fn from(error: HeightError) -> Self {
        let detail = error.to_string();
        match error {
            HeightError::NotDecided { newest, .. } => {
                Self::new(StatusCode::NOT_FOUND, HEIGHT_AHEAD, "The height is not decided yet")
                    .detail(detail)
                    .with("newest", newest)
            }
            HeightError::Gone { oldest, .. } => {
                Self::new(StatusCode::GONE, HEIGHT_GONE, "The records of this height are gone")
                    .detail(detail)
                    .with("oldest", oldest)
            }
            HeightError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

pub fn no_block_yet() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no-block-yet", "The chain has no block yet")
}

fn refused(status: StatusCode, code: &'static str, detail: String) -> Problem {
    Problem::new(status, REFUSED, "The transaction is refused").detail(detail).with("code", code)
}

fn busy(status: StatusCode, detail: String) -> Problem {
    Problem::new(status, "busy", "Too much is waiting").detail(detail).header(RETRY_AFTER, "1")
}

/// 400: the bytes could never be right. 403: the signer may not. 404: something it names is not there.
/// 409: it does not fit the present state. 422: it asks for something the rules do not allow.
fn status(error: &Error) -> StatusCode {
    match error {
        Error::OtherChain
        | Error::BadPublicKey
        | Error::BadSignature
        | Error::BadOrganisationId
        | Error::BadName
        | Error::BadIri(_)
        | Error::BadDid(_)
        | Error::BadFragment
        | Error::BadMultikey
        | Error::BadRelationships
        | Error::BadCount(_)
        | Error::BadDigests
        | Error::Repeated(_)
        | Error::BadHost
        | Error::BadStatement(_)
        | Error::OtherJoining
        | Error::BadParams(_)
        | Error::NoPower
        | Error::OnlyGovernKeys => StatusCode::BAD_REQUEST,
        Error::UnknownKey
        | Error::KeyRevoked
        | Error::WrongRole { .. }
        | Error::NotActive
        | Error::NotGovernor
        | Error::KeyStopped
        | Error::IssuerStopped
        | Error::NotProposer
        | Error::NotOwner
        | Error::NotOwnKey
        | Error::NotPossessed
        | Error::OtherGrantor
        | Error::OtherController
        | Error::NotController => StatusCode::FORBIDDEN,
        Error::UnknownOrganisation(_)
        | Error::UnknownDid(_)
        | Error::UnknownMethod
        | Error::NotAccredited
        | Error::UnknownProposal
        | Error::UnknownDispute
        | Error::UnknownRegistryKey
        | Error::UnknownValidator
        | Error::NotAnOrganisation(_) => StatusCode::NOT_FOUND,
        Error::OverBlockQuota | Error::OverWindowQuota { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::SequenceUsed { .. }
        | Error::SequenceAhead { .. }
        | Error::Expired(_)
        | Error::OrganisationExists(_)
        | Error::KeyTaken
        | Error::SchemaExists(_)
        | Error::AccreditationExists
        | Error::DidExists
        | Error::OrganisationHasDid
        | Error::DidDeactivated
        | Error::OtherVersion { .. }
        | Error::Unchanged
        | Error::StatusEquivocation { .. }
        | Error::StatusVersionNotHigher { .. }
        | Error::ProposalClosed
        | Error::AlreadyVoted
        | Error::TooManyProposals
        | Error::DisputeClosed
        | Error::StoppedAlready
        | Error::StoppedRecently { .. }
        | Error::NotStopped
        | Error::MemberSuspended
        | Error::MemberNotSuspended
        | Error::MemberRemoved
        | Error::MemberNotActive(_)
        | Error::SeatInUse
        | Error::KeyRevokedAlready
        | Error::ValidatorExists
        | Error::AccreditationSuspended
        | Error::AccreditationNotSuspended
        | Error::AnchorExists(_) => StatusCode::CONFLICT,
        Error::ExpiryTooFar { .. }
        | Error::NoIssuerSeat
        | Error::NoticeTooShort { .. }
        | Error::DeadlineOutOfRange { .. }
        | Error::RulesNeedUpgrade
        | Error::UpgradeInPast
        | Error::UpgradeNotNewer { .. }
        | Error::OtherCharter
        | Error::CharterVersion { .. }
        | Error::DisputeStageBack
        | Error::LastGovernor
        | Error::LastGovernKey
        | Error::LastValidator
        | Error::BadValidatorSet
        | Error::DelegationTooDeep
        | Error::DelegatesToItself
        | Error::SpeaksForMore
        | Error::BeginsInPast
        | Error::EndsInPast
        | Error::CompromisedKey
        | Error::RecordTooLarge(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
