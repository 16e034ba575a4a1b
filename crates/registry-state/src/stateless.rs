mod governance;

use std::collections::BTreeSet;

use ed25519_dalek::{Signature, VerifyingKey};
use registry_types::record::Service;
use registry_types::{
    Anchor, CreateDid, DidChange, DocumentKey, GrantAccreditation, Hash, Operation, PublishDocuments,
    SignedTransaction, TransactionId, is_did, is_fragment, is_iri, is_multikey, is_name, is_organisation_id,
    limits,
};

use crate::TransactionError;
use crate::TransactionError::{
    BadCount, BadDid, BadDigests, BadFragment, BadHost, BadIri, BadMultikey, BadName, BadOrganisationId,
    BadPublicKey, BadRelationships, BadSignature, DelegationTooDeep, OtherChain, Repeated,
};

/// A transaction of this chain with sound form and a true signature. Only [`check_stateless`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    id: TransactionId,
    signed: SignedTransaction,
}

impl Checked {
    #[must_use]
    pub fn id(&self) -> TransactionId {
        self.id
    }

    #[must_use]
    pub fn signed(&self) -> &SignedTransaction {
        &self.signed
    }

    #[must_use]
    pub fn into_signed(self) -> SignedTransaction {
        self.signed
    }
}

/// Form and signature: needs no state and gives the same answer for ever, so it may run in parallel.
pub fn check_stateless(signed: SignedTransaction, chain: &Hash) -> Result<Checked, TransactionError> {
    if signed.transaction.chain != *chain {
        return Err(OtherChain);
    }
    check_form(&signed.transaction.operation, chain)?;
    let key = VerifyingKey::from_bytes(&signed.public_key).map_err(|_| BadPublicKey)?;
    // Strict and one by one: a batch may judge malformed points differently, and nodes must agree.
    key.verify_strict(&signed.transaction.signing_bytes(), &Signature::from_bytes(&signed.signature))
        .map_err(|_| BadSignature)?;
    Ok(Checked { id: signed.id(), signed })
}

fn check_form(operation: &Operation, chain: &Hash) -> Result<(), TransactionError> {
    match operation {
        Operation::Propose(propose) => governance::check(&propose.kind, chain),
        Operation::Vote(_)
        | Operation::WithdrawProposal(_)
        | Operation::RevokeKey(_)
        | Operation::RevokeValidator(_) => Ok(()),
        Operation::AddKey(add) => public_key(&add.key.public_key),
        Operation::DescribeValidator(change) => {
            require(is_name(&change.host), BadHost)?;
            require(change.audit.as_ref().is_none_or(|audit| is_name(&audit.auditor)), BadHost)
        }
        Operation::DelegateAccreditation(delegate) => {
            did("the granting issuer", &delegate.parent)?;
            grant_accreditation(&delegate.grant)
        }
        Operation::ChangeDelegation(change) => {
            did("the issuer", &change.issuer)?;
            iri("the type", &change.type_iri)
        }
        Operation::CreateDid(CreateDid { inception }) => {
            organisation_id(&inception.organisation)?;
            document(&inception.keys, &inception.services)
        }
        Operation::UpdateDid(update) => {
            did("the DID", &update.did)?;
            match &update.change {
                DidChange::Replace { keys, services } => document(keys, services),
                DidChange::MarkCompromised { multikey } => require(is_multikey(multikey), BadMultikey),
                DidChange::Deactivate => Ok(()),
            }
        }
        Operation::RecoverDid(recover) => {
            did("the DID", &recover.did)?;
            document(&recover.keys, &recover.services)
        }
        Operation::PublishStatus(status) => {
            did("the issuer", &status.issuer)?;
            iri("the list", &status.list)
        }
        Operation::Anchor(anchor) => check_anchor(anchor),
        Operation::PublishDocuments(publish) => publish_documents(publish),
    }
}

fn grant_accreditation(grant: &GrantAccreditation) -> Result<(), TransactionError> {
    did("the issuer", &grant.issuer)?;
    iri("the type", &grant.type_iri)?;
    require(grant.delegation <= limits::DELEGATION, DelegationTooDeep)?;
    let spoken_for = &grant.speaks_for;
    require((1..=limits::DIDS_SPOKEN_FOR).contains(&spoken_for.len()), BadCount("organisations spoken for"))?;
    for organisation in spoken_for {
        did("an organisation spoken for", organisation)?;
    }
    let distinct: BTreeSet<_> = spoken_for.iter().collect();
    require(distinct.len() == spoken_for.len(), Repeated("an organisation spoken for"))
}

fn check_anchor(anchor: &Anchor) -> Result<(), TransactionError> {
    did("the issuer", &anchor.issuer)?;
    let leaves = usize::try_from(anchor.leaf_count).unwrap_or(usize::MAX);
    require((1..=limits::ANCHOR_LEAVES).contains(&leaves), BadCount("leaves"))
}

fn publish_documents(publish: &PublishDocuments) -> Result<(), TransactionError> {
    did("the issuer", &publish.issuer)?;
    let digests = &publish.digests;
    require((1..=limits::DOCUMENTS_PER_TRANSACTION).contains(&digests.len()), BadCount("documents"))?;
    require(digests.is_sorted_by(|a, b| a < b), BadDigests)
}

fn document(keys: &[DocumentKey], services: &[Service]) -> Result<(), TransactionError> {
    require((1..=limits::KEYS_PER_DOCUMENT).contains(&keys.len()), BadCount("verification methods"))?;
    require(services.len() <= limits::SERVICES_PER_DOCUMENT, BadCount("services"))?;
    let mut fragments = BTreeSet::new();
    for key in keys {
        require(is_fragment(&key.fragment), BadFragment)?;
        require(fragments.insert(&key.fragment), Repeated("a fragment"))?;
        require(is_multikey(&key.multikey), BadMultikey)?;
        let relationships = &key.relationships;
        require(!relationships.is_empty() && relationships.is_sorted_by(|a, b| a < b), BadRelationships)?;
    }
    for service in services {
        require(is_fragment(&service.fragment), BadFragment)?;
        require(fragments.insert(&service.fragment), Repeated("a fragment"))?;
        let kind = &service.kind;
        require(!kind.is_empty() && kind.len() <= limits::FRAGMENT_BYTES, BadName)?;
        require(kind.bytes().all(|b| b.is_ascii_graphic()), BadName)?;
        iri("a service endpoint", &service.endpoint)?;
    }
    Ok(())
}

fn public_key(key: &[u8; 32]) -> Result<(), TransactionError> {
    VerifyingKey::from_bytes(key).map(|_| ()).map_err(|_| BadPublicKey)
}

fn organisation_id(id: &str) -> Result<(), TransactionError> {
    require(is_organisation_id(id), BadOrganisationId)
}

fn did(what: &'static str, text: &str) -> Result<(), TransactionError> {
    require(is_did(text), BadDid(what))
}

fn iri(what: &'static str, text: &str) -> Result<(), TransactionError> {
    require(is_iri(text), BadIri(what))
}

fn require(holds: bool, otherwise: TransactionError) -> Result<(), TransactionError> {
    if holds { Ok(()) } else { Err(otherwise) }
}
