//! Whether a validator may vote at the height that its data leads to, or has signed there what it no longer knows.

use std::io;
use std::path::Path;

use registry_types::Address;

use super::EngineError;
use crate::ledger::{Ledger, LedgerError};

/// In how many of the newest certificates a start looks for this key's vote.
const CERTIFICATES: u64 = 32;

/// The height until which a key must not vote, because what it has signed there is not known here.
pub fn sits_out_until(
    signed: u64,
    ledger: &dyn Ledger,
    me: &Address,
    alone: bool,
) -> Result<Option<u64>, EngineError> {
    let next = ledger.next_height();
    if signed > next {
        // Blocks are lost that the key voted for.
        if alone {
            return Err(EngineError::Lost { stored: next.saturating_sub(1), signed });
        }
        tracing::warn!(
            block.height = signed,
            "blocks are missing that this node's key has voted for; it follows the others without a vote until they are \
             past them"
        );
        return Ok(Some(signed));
    }
    if last_vote(ledger, me)? <= signed {
        return Ok(None);
    }
    // A vote in a stored certificate is not in the record, so the record is an old copy, or lost its end. What else it
    // lost can only be for the height that comes next.
    if alone {
        tracing::warn!("the record of signed votes has lost its end; the consensus log is relied on alone");
        return Ok(None);
    }
    tracing::warn!(
        block.height = next,
        "the record of signed votes lacks votes that decided blocks carry; this node follows the others without a vote \
         until they have decided the next height"
    );
    Ok(Some(next))
}

/// The last height whose certificate carries this key's vote, among the newest few; zero when none does.
fn last_vote(ledger: &dyn Ledger, me: &Address) -> Result<u64, LedgerError> {
    let tip = ledger.next_height().saturating_sub(1);
    for height in (tip.saturating_sub(CERTIFICATES) + 1..=tip).rev() {
        let Some((_, certificate)) = ledger.decided(height)? else { break };
        if certificate.signatures.iter().any(|signature| signature.validator == *me) {
            return Ok(height);
        }
    }
    Ok(0)
}

/// Removes the engine's log when the blocks that it speaks of are gone. Replayed, it could decide one of them, which
/// nobody here could commit. What the key has signed is recorded apart.
pub fn forget_log(wal: &Path) -> io::Result<()> {
    match std::fs::remove_file(wal) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
