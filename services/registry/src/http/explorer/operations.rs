//! Transactions in words.

use registry_types::operation::DelegationChange;
use registry_types::{
    Hash, Operation, Proposal, PublishDocuments, SignedTransaction, ValidatorRecord, did_from_inception,
    state_key,
};
use web::Problem;

use super::kinds;
use super::words::{Named, accreditation, did, organisation};
use super::{find, proof_link};
use crate::store::Snapshot;

pub fn sentence(operation: &Operation) -> String {
    let fixed = match operation {
        Operation::Propose(propose) => return proposed(kinds::title(&propose.kind)),
        Operation::Vote(vote) if vote.approve => "Vote for a proposal",
        Operation::Vote(_) => "Vote against a proposal",
        Operation::WithdrawProposal(_) => "Proposal withdrawn",
        Operation::AddKey(_) => "Key added",
        Operation::RevokeKey(_) => "Key revoked",
        Operation::RevokeValidator(_) => "Validator revoked by its owner",
        Operation::DescribeValidator(_) => "Validator described",
        Operation::DelegateAccreditation(_) => "Accreditation delegated",
        Operation::ChangeDelegation(change) => match change.change {
            DelegationChange::Suspend => "Delegated accreditation suspended",
            DelegationChange::Reinstate => "Delegated accreditation reinstated",
            DelegationChange::Withdraw => "Delegated accreditation withdrawn",
        },
        Operation::CreateDid(_) => "DID created",
        Operation::UpdateDid(_) => "DID changed",
        Operation::RecoverDid(_) => "DID recovered",
        Operation::PublishStatus(_) => "Status list published",
        Operation::Anchor(_) => "Batch anchored",
        Operation::PublishDocuments(_) => "Documents published",
    };
    fixed.to_owned()
}

fn proposed(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("Proposed: {first}{}", letters.as_str())
}

/// What a transaction is about, with the page that shows it.
pub fn about(snapshot: &Snapshot, signed: &SignedTransaction) -> Result<Named, Problem> {
    Ok(match &signed.transaction.operation {
        Operation::Propose(propose) => match signed.proposal_id() {
            Some(id) => Named::link(
                kinds::subject(snapshot, &propose.kind)?.name,
                format!("/proposals/{}", hex::encode(id)),
            ),
            None => kinds::subject(snapshot, &propose.kind)?,
        },
        Operation::Vote(vote) => proposal(snapshot, &vote.proposal)?,
        Operation::WithdrawProposal(end) => proposal(snapshot, &end.proposal)?,
        Operation::AddKey(add) => key(&add.key.public_key),
        Operation::RevokeKey(end) => key(&end.public_key),
        Operation::RevokeValidator(end) => validator(snapshot, &end.public_key)?,
        Operation::DescribeValidator(change) => validator(snapshot, &change.public_key)?,
        Operation::DelegateAccreditation(delegate) => {
            accreditation(snapshot, &delegate.grant.issuer, &delegate.grant.type_iri)?
        }
        Operation::ChangeDelegation(change) => accreditation(snapshot, &change.issuer, &change.type_iri)?,
        Operation::CreateDid(create) => did(&did_from_inception(&create.inception)),
        Operation::UpdateDid(update) => did(&update.did),
        Operation::RecoverDid(recover) => did(&recover.did),
        Operation::PublishStatus(status) => Named::link(
            format!("{}, version {}", status.list, status.version),
            proof_link("status", &format!("{}/{}", status.issuer, status.list)),
        ),
        Operation::Anchor(anchor) => Named::link(
            format!("number {} of {}", anchor.sequence, anchor.issuer),
            format!("/anchors/{}/{}", anchor.issuer, anchor.sequence),
        ),
        Operation::PublishDocuments(publish) => documents(publish),
    })
}

fn proposal(snapshot: &Snapshot, id: &Hash) -> Result<Named, Problem> {
    let record: Option<Proposal> = find(snapshot, &state_key::proposal(id))?;
    let href = format!("/proposals/{}", hex::encode(id));
    Ok(match record {
        Some(record) => Named::link(format!("{}: {}", record.number, kinds::title(&record.kind)), href),
        None => Named::plain(hex::encode(id)),
    })
}

fn key(public_key: &[u8; 32]) -> Named {
    let text = hex::encode(public_key);
    let href = proof_link("key", &text);
    Named::link(text, href)
}

/// A validator by its owner.
pub fn validator(snapshot: &Snapshot, public_key: &[u8; 32]) -> Result<Named, Problem> {
    let record: Option<ValidatorRecord> = find(snapshot, &state_key::validator(public_key))?;
    let text = hex::encode(public_key);
    Ok(match record {
        Some(record) => {
            let owner = organisation(snapshot, &record.owner)?.name;
            Named::link(format!("{owner} at {}", record.host), proof_link("validator", &text))
        }
        None => Named::plain(text),
    })
}

fn documents(publish: &PublishDocuments) -> Named {
    let name = match publish.digests.len() {
        1 => "one document".to_owned(),
        many => format!("{many} documents"),
    };
    match publish.digests.first() {
        Some(first) => Named::link(name, format!("/documents/{}", hex::encode(first))),
        None => Named::plain(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_is_told_from_what_took_effect() {
        assert_eq!(proposed("Admit a member"), "Proposed: admit a member");
        assert_eq!(proposed(""), "Proposed: ");
    }
}
