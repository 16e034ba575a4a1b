use registry_types::{KeyRecord, KeyRole, Operation, Params, limits, state_key};

use crate::execution::Refusal;
use crate::view::{View, find};
use crate::{Checked, TransactionError};

/// Whether it is worth keeping a transaction until a block has room for it.
///
/// Only conditions that other transactions cannot make true again are asked here: a sequence never goes
/// down, an expiry never comes back, a role never changes. What the operation itself needs (a member that is
/// admitted, a version that matches) may become true through transactions before it in the same block, so
/// that is left to [`crate::Execution::apply`].
pub fn check_against(view: &dyn View, checked: &Checked, next_height: u64) -> Result<(), Refusal> {
    let transaction = &checked.signed().transaction;
    let key: KeyRecord =
        find(view, &state_key::key(&checked.signed().public_key))?.ok_or(TransactionError::UnknownKey)?;
    check_role(&key, &transaction.operation)?;
    check_expiry(view, transaction.expires_at_height, next_height)?;
    if transaction.sequence < key.sequence {
        let (expected, found) = (key.sequence, transaction.sequence);
        return Err(TransactionError::SequenceUsed { expected, found }.into());
    }
    if transaction.sequence - key.sequence >= limits::SEQUENCE_WINDOW {
        let (expected, found) = (key.sequence, transaction.sequence);
        return Err(TransactionError::SequenceAhead { expected, found }.into());
    }
    Ok(())
}

pub(crate) fn check_role(key: &KeyRecord, operation: &Operation) -> Result<(), TransactionError> {
    if key.revoked_ms.is_some() {
        return Err(TransactionError::KeyRevoked);
    }
    let needed = match operation {
        Operation::Propose(_)
        | Operation::Vote(_)
        | Operation::WithdrawProposal(_)
        | Operation::AddKey(_)
        | Operation::RevokeKey(_)
        | Operation::RevokeValidator(_)
        | Operation::DescribeValidator(_)
        | Operation::DelegateAccreditation(_)
        | Operation::ChangeDelegation(_)
        | Operation::RecoverDid(_) => KeyRole::Govern,
        Operation::CreateDid(_) | Operation::UpdateDid(_) => KeyRole::Did,
        Operation::PublishStatus(_) | Operation::Anchor(_) | Operation::PublishDocuments(_) => {
            KeyRole::Operate
        }
    };
    if key.role == needed { Ok(()) } else { Err(TransactionError::WrongRole { needed, found: key.role }) }
}

pub(crate) fn check_expiry(view: &dyn View, expires_at: u64, height: u64) -> Result<(), Refusal> {
    if expires_at < height {
        return Err(TransactionError::Expired(expires_at).into());
    }
    let params: Params = find(view, &state_key::params())?.unwrap_or_default();
    let latest = height.saturating_add(params.max_expiry_heights);
    if expires_at > latest {
        return Err(TransactionError::ExpiryTooFar { latest }.into());
    }
    Ok(())
}
