use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::operation::{GrantAccreditation, NewKey, RegisterSchema};
use crate::record::Seats;
use crate::{Hash, Params, SignedStatement, Validator, as_hex, sha256};

/// Puts something to the governors' vote. With a single governor it passes at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Propose {
    pub kind: ProposalKind,
    pub reason: Reason,
    /// How long after this block the proposal takes effect at the earliest.
    pub notice_ms: u64,
    /// The block time at which it expires when it has not passed.
    pub deadline_ms: u64,
}

/// Why, as a code; the text stays off the chain and can be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    pub code: ReasonCode,
    /// SHA-256 of a salt and the text; zero when there is no text.
    #[serde(with = "as_hex")]
    pub digest: Hash,
}

impl Reason {
    #[must_use]
    pub fn without_text(code: ReasonCode) -> Self {
        Self { code, digest: [0; 32] }
    }

    /// The salt has at least 16 random bytes and is kept with the text. Destroying both erases the reason.
    #[must_use]
    pub fn with_text(code: ReasonCode, salt: &[u8], text: &str) -> Self {
        let length = u64::try_from(salt.len()).unwrap_or(u64::MAX).to_be_bytes();
        Self { code, digest: sha256("passerelle/reason", &[&length, salt, text.as_bytes()]) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum ReasonCode {
    Routine = 0,
    AtRequest = 1,
    Security = 2,
    KeyCompromise = 3,
    Breach = 4,
    Audit = 5,
    EndOfMandate = 6,
    Error = 7,
    Arbitration = 8,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ProposalKind {
    /// The statement is the new member's own, with its acceptance of the charter in force.
    AdmitMember(SignedStatement),
    SuspendMember(Member),
    ReinstateMember(Member),
    /// Final; ends its seats, keys and validators.
    RemoveMember(Member),
    /// New govern keys for a member that has lost its own. The old ones end.
    RecoverMember(RecoverMember),
    ChangeSeats(ChangeSeats),
    AddValidator(AddValidator),
    RemoveValidator(RemoveValidator),
    RotateValidator(RotateValidator),
    GrantAccreditation(GrantAccreditation),
    SuspendAccreditation(AccreditationName),
    ReinstateAccreditation(AccreditationName),
    WithdrawAccreditation(AccreditationName),
    RegisterSchema(RegisterSchema),
    ChangeParams(Params),
    ScheduleUpgrade(ScheduleUpgrade),
    AdoptCharter(AdoptCharter),
    OpenDispute(OpenDispute),
    AdvanceDispute(AdvanceDispute),
    CloseDispute(CloseDispute),
    /// Passes with fewer votes and without notice, and lapses unless it is confirmed.
    EmergencyStop(StopTarget),
    /// The stop holds until it is lifted.
    ConfirmStop(StopTarget),
    LiftStop(StopTarget),
}

impl ProposalKind {
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        matches!(self, Self::EmergencyStop(_))
    }

    /// The height before which it does not take effect, whatever the votes.
    #[must_use]
    pub fn earliest_height(&self) -> u64 {
        match self {
            Self::AddValidator(add) => add.at_height,
            Self::RemoveValidator(remove) => remove.at_height,
            Self::RotateValidator(rotate) => rotate.at_height,
            _ => 0,
        }
    }

    /// A short name for logs and pages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AdmitMember(_) => "admitMember",
            Self::SuspendMember(_) => "suspendMember",
            Self::ReinstateMember(_) => "reinstateMember",
            Self::RemoveMember(_) => "removeMember",
            Self::RecoverMember(_) => "recoverMember",
            Self::ChangeSeats(_) => "changeSeats",
            Self::AddValidator(_) => "addValidator",
            Self::RemoveValidator(_) => "removeValidator",
            Self::RotateValidator(_) => "rotateValidator",
            Self::GrantAccreditation(_) => "grantAccreditation",
            Self::SuspendAccreditation(_) => "suspendAccreditation",
            Self::ReinstateAccreditation(_) => "reinstateAccreditation",
            Self::WithdrawAccreditation(_) => "withdrawAccreditation",
            Self::RegisterSchema(_) => "registerSchema",
            Self::ChangeParams(_) => "changeParams",
            Self::ScheduleUpgrade(_) => "scheduleUpgrade",
            Self::AdoptCharter(_) => "adoptCharter",
            Self::OpenDispute(_) => "openDispute",
            Self::AdvanceDispute(_) => "advanceDispute",
            Self::CloseDispute(_) => "closeDispute",
            Self::EmergencyStop(_) => "emergencyStop",
            Self::ConfirmStop(_) => "confirmStop",
            Self::LiftStop(_) => "liftStop",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub organisation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoverMember {
    pub organisation: String,
    /// All of them govern keys; the member adds the others with them.
    pub keys: Vec<NewKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSeats {
    pub organisation: String,
    pub seats: Seats,
}

/// The validator decides from the height after the one that carries the change.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddValidator {
    pub validator: Validator,
    /// The block that carries the change, or the first one after it in which the proposal has passed.
    pub at_height: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveValidator {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    /// As in [`AddValidator`].
    pub at_height: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RotateValidator {
    #[serde(with = "as_hex")]
    pub from: [u8; 32],
    #[serde(with = "as_hex")]
    pub to: [u8; 32],
    /// As in [`AddValidator`].
    pub at_height: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccreditationName {
    pub issuer: String,
    pub type_iri: String,
}

/// From this height on, blocks follow these rules. A node that does not know them halts before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleUpgrade {
    pub rules: u32,
    pub at_height: u64,
    /// SHA-256 of the released binary that knows the rules.
    #[serde(with = "as_hex")]
    pub binary: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdoptCharter {
    /// One above the version in force.
    pub version: u32,
    #[serde(with = "as_hex")]
    pub digest: Hash,
}

/// Named by the proposal that opened it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenDispute {
    /// Organisation ids.
    pub parties: Vec<String>,
    pub arbiter: String,
    /// By when the first stage ends.
    pub deadline_ms: u64,
    /// Salted digest of what it is about.
    #[serde(with = "as_hex")]
    pub matter: Hash,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdvanceDispute {
    #[serde(with = "as_hex")]
    pub dispute: Hash,
    pub stage: DisputeStage,
    pub arbiter: String,
    pub deadline_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum DisputeStage {
    Consultation = 0,
    Mediation = 1,
    Arbitration = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloseDispute {
    #[serde(with = "as_hex")]
    pub dispute: Hash,
    /// Salted digest of the outcome.
    #[serde(with = "as_hex")]
    pub outcome: Hash,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(tag = "target", rename_all = "camelCase")]
pub enum StopTarget {
    /// Everything the issuer signs, anchors or accredits.
    Issuer { did: String },
    /// One verification method of its document.
    DocumentKey { did: String, multikey: String },
    /// One key that signs transactions.
    RegistryKey {
        #[serde(with = "as_hex")]
        public_key: [u8; 32],
    },
}

/// One member, one vote; it cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    #[serde(with = "as_hex")]
    pub proposal: Hash,
    pub approve: bool,
}

/// By the organisation that proposed it, while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawProposal {
    #[serde(with = "as_hex")]
    pub proposal: Hash,
}

/// Names a proposal before it is sent: by the key that proposes and its sequence.
#[must_use]
pub fn proposal_id(public_key: &[u8; 32], sequence: u64) -> Hash {
    sha256("passerelle/proposal", &[public_key, &sequence.to_be_bytes()])
}
