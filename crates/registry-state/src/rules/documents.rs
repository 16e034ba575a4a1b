use registry_types::{DocumentRecord, Publication, PublishDocuments, limits, state_key};

use super::issuing::require_controller;
use crate::TransactionError;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::view::{View, find};

/// Adds the organisation to those that published each document. What it said before stands, with its first time: a later
/// statement must never make a document look younger.
pub fn publish(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    publish: &PublishDocuments,
) -> Result<Changes, Refusal> {
    require_controller(view, block, signer, &publish.issuer)?;
    let mut changes = Changes::default();
    for digest in &publish.digests {
        let name = state_key::document(digest);
        let record: Option<DocumentRecord> = find(view, &name)?;
        let mut record = record.unwrap_or(DocumentRecord { publications: Vec::new() });
        if record.publications.iter().any(|known| known.organisation == signer.organisation.id) {
            continue;
        }
        if record.publications.len() >= limits::PUBLICATIONS_PER_DOCUMENT {
            return Err(TransactionError::RecordTooLarge(name).into());
        }
        record.publications.push(Publication {
            organisation: signer.organisation.id.clone(),
            issuer: publish.issuer.clone(),
            height: block.height,
            time_ms: block.time_ms,
        });
        changes.put(name, &record)?;
    }
    Ok(changes)
}
