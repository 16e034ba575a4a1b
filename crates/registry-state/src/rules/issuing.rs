use registry_types::{Anchor, AnchorRecord, DidRecord, PublishStatus, StatusRecord, state_key};

use crate::TransactionError;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::rules::Rules;
use crate::view::{View, find};

/// The digest of a new version of a list. The same version again changes nothing; the same version with
/// another digest would be a second truth and is refused.
pub fn publish_status(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    status: &PublishStatus,
) -> Result<Changes, Refusal> {
    require_controller(view, block, signer, &status.issuer)?;
    let name = state_key::status(&status.issuer, &status.list);
    let current: Option<StatusRecord> = find(view, &name)?;
    let mut changes = Changes::default();
    match current {
        Some(current) if current.version == status.version && current.digest == status.digest => {
            return Ok(changes);
        }
        Some(current) if current.version == status.version => {
            return Err(TransactionError::StatusEquivocation { version: status.version }.into());
        }
        Some(current) if current.version > status.version => {
            let (current, found) = (current.version, status.version);
            return Err(TransactionError::StatusVersionNotHigher { current, found }.into());
        }
        Some(_) | None => {}
    }
    let record = StatusRecord { digest: status.digest, version: status.version, published_ms: block.time_ms };
    changes.put(name, &record)?;
    Ok(changes)
}

/// A root under the issuer's own numbering. An anchor never changes: its block time is the time of issue.
pub fn anchor(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    rules: Rules,
    anchor: &Anchor,
) -> Result<Changes, Refusal> {
    require_controller(view, block, signer, &anchor.issuer)?;
    match rules {
        Rules::V1 => {}
        #[cfg(any(test, feature = "next-rules"))]
        Rules::V2 if anchor.leaf_count < 2 => return Err(TransactionError::BadCount("leaves").into()),
        #[cfg(any(test, feature = "next-rules"))]
        Rules::V2 => {}
    }
    let name = state_key::anchor(&anchor.issuer, anchor.sequence);
    let existing: Option<AnchorRecord> = find(view, &name)?;
    let mut changes = Changes::default();
    if let Some(existing) = existing {
        let same = existing.root == anchor.root
            && existing.leaf_count == anchor.leaf_count
            && existing.kind == anchor.kind;
        return if same { Ok(changes) } else { Err(TransactionError::AnchorExists(anchor.sequence).into()) };
    }
    let record = AnchorRecord {
        root: anchor.root,
        leaf_count: anchor.leaf_count,
        kind: anchor.kind,
        height: block.height,
        time_ms: block.time_ms,
    };
    changes.put(name, &record)?;
    Ok(changes)
}

/// The signer's organisation controls the issuer's DID, and nothing stops the issuer.
pub fn require_controller(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    issuer: &str,
) -> Result<(), Refusal> {
    let record: DidRecord = find(view, &state_key::did(issuer))?
        .ok_or_else(|| TransactionError::UnknownDid(issuer.to_owned()))?;
    if record.organisation != signer.organisation.id {
        return Err(TransactionError::NotController.into());
    }
    if record.deactivated() {
        return Err(TransactionError::DidDeactivated.into());
    }
    if record.stopped_at(None, block.time_ms).is_some() {
        return Err(TransactionError::IssuerStopped.into());
    }
    Ok(())
}
