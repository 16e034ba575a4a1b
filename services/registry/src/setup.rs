//! What a first start needs: a genesis, and transactions that bring the chain to where it should be.

use keys::{PublicKey, SignError, Signer};
use registry_client::{Committed, Registry, RegistryError};
use registry_types::record::Service;
use registry_types::{
    AdmitMember, CreateDid, DidRole, DocumentKey, Genesis, GenesisMember, GrantAccreditation, Inception,
    KeyRole, NewKey, Operation, Params, RegisterSchema, Relationship, Seats, SignedTransaction, Validator,
    did_from_inception,
};

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("a registry key must be an Ed25519 key")]
    KeyKind,
    #[error("a key cannot sign")]
    Sign(#[from] SignError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// An organisation's public keys by role.
#[derive(Clone, Debug, Default)]
pub struct OrganisationKeys {
    pub govern: Vec<PublicKey>,
    pub did: Vec<PublicKey>,
    pub operate: Vec<PublicKey>,
}

impl OrganisationKeys {
    fn new_keys(&self) -> Result<Vec<NewKey>, SetupError> {
        let roles =
            [(KeyRole::Govern, &self.govern), (KeyRole::Did, &self.did), (KeyRole::Operate, &self.operate)];
        let all = roles.into_iter().flat_map(|(role, keys)| keys.iter().map(move |key| (role, key)));
        all.map(|(role, key)| Ok(NewKey { role, public_key: raw(key)? })).collect()
    }
}

/// A chain with one validator and one governor.
pub fn genesis(
    name: &str,
    time_ms: u64,
    validator: &PublicKey,
    host: &str,
    governor: (&str, &str, &OrganisationKeys),
) -> Result<Genesis, SetupError> {
    let (id, full_name, keys) = governor;
    Ok(Genesis {
        name: name.to_owned(),
        time_ms,
        params: Params::default(),
        validators: vec![Validator {
            public_key: raw(validator)?,
            power: 1,
            owner: id.to_owned(),
            host: host.to_owned(),
        }],
        members: vec![GenesisMember {
            id: id.to_owned(),
            name: full_name.to_owned(),
            keys: keys.new_keys()?,
            seats: Seats { governor: true, validator: true, issuer: false },
        }],
    })
}

/// Signed by the governor's govern key.
pub fn admit_member(
    id: &str,
    name: &str,
    issuer: bool,
    keys: &OrganisationKeys,
) -> Result<Operation, SetupError> {
    Ok(Operation::AdmitMember(AdmitMember {
        id: id.to_owned(),
        name: name.to_owned(),
        keys: keys.new_keys()?,
        seats: Seats { issuer, ..Seats::default() },
    }))
}

/// Signed by the governor's govern key.
#[must_use]
pub fn register_schema(id: &str, digest: [u8; 32], owner: &str) -> Operation {
    Operation::RegisterSchema(RegisterSchema { id: id.to_owned(), digest, owner: owner.to_owned() })
}

/// Signed by the governor's govern key.
#[must_use]
pub fn grant_accreditation(issuer: &str, type_iri: &str, speaks_for: &[&str]) -> Operation {
    Operation::GrantAccreditation(GrantAccreditation {
        issuer: issuer.to_owned(),
        type_iri: type_iri.to_owned(),
        speaks_for: speaks_for.iter().map(|&did| did.to_owned()).collect(),
        until_ms: None,
    })
}

/// Signed by `controller`, the organisation's did key. The identifier follows from the content: the same call
/// always names the same DID.
pub fn create_did(
    organisation: &str,
    role: DidRole,
    controller: &PublicKey,
    document_keys: &[(&str, &PublicKey)],
    services: &[Service],
) -> Result<(String, Operation), SetupError> {
    let keys = document_keys.iter().map(|(fragment, key)| DocumentKey {
        fragment: (*fragment).to_owned(),
        multikey: key.to_multikey(),
        relationships: vec![Relationship::Authentication, Relationship::AssertionMethod],
    });
    let inception = Inception {
        organisation: organisation.to_owned(),
        role,
        controller: raw(controller)?,
        keys: keys.collect(),
        services: services.to_vec(),
    };
    Ok((did_from_inception(&inception), Operation::CreateDid(CreateDid { inception })))
}

/// Makes, signs and sends a transaction unless the chain already holds what it would bring. Safe to repeat
/// after any interruption.
pub async fn ensure(
    registry: &Registry,
    signer: &dyn Signer,
    operation: Operation,
) -> Result<Option<Committed>, SetupError> {
    if already_holds(registry, &operation).await? {
        return Ok(None);
    }
    send(registry, signer, operation).await.map(Some)
}

/// Makes, signs and sends a transaction, and waits for its block.
pub async fn send(
    registry: &Registry,
    signer: &dyn Signer,
    operation: Operation,
) -> Result<Committed, SetupError> {
    let public_key = raw(signer.public_key())?;
    let transaction = registry.transaction(&public_key, operation).await?;
    let signature = signer.sign(&transaction.signing_bytes()).await?;
    let signature = signature.try_into().map_err(|_| SetupError::KeyKind)?;
    Ok(registry.submit(&SignedTransaction { transaction, public_key, signature }).await?)
}

pub async fn already_holds(registry: &Registry, operation: &Operation) -> Result<bool, RegistryError> {
    Ok(match operation {
        Operation::AdmitMember(admit) => registry.organisation(&admit.id).await?.value.is_some(),
        Operation::RegisterSchema(schema) => {
            registry.schema(&schema.id).await?.value.is_some_and(|record| record.digest == schema.digest)
        }
        Operation::GrantAccreditation(grant) => {
            let record = registry.accreditation(&grant.issuer, &grant.type_iri).await?.value;
            let last = record.and_then(|record| record.intervals.last().cloned());
            last.is_some_and(|last| last.until_ms == grant.until_ms && last.speaks_for == grant.speaks_for)
        }
        Operation::WithdrawAccreditation(end) => {
            let record = registry.accreditation(&end.issuer, &end.type_iri).await?;
            let now = u64::try_from(record.block_time.timestamp_millis()).unwrap_or(0);
            record.value.is_none_or(|record| record.at(now).is_none())
        }
        Operation::CreateDid(create) => {
            registry.did(&did_from_inception(&create.inception)).await?.value.is_some()
        }
        Operation::UpdateDid(update) => {
            let record = registry.did(&update.did).await?.value;
            record.is_none_or(|record| record.versions.len() as u64 > u64::from(update.known_versions))
        }
        Operation::PublishStatus(status) => {
            let record = registry.status(&status.issuer, &status.list).await?.value;
            record.is_some_and(|record| record.version == status.version && record.digest == status.digest)
        }
        Operation::Anchor(anchor) => {
            let record = registry.anchor(&anchor.issuer, anchor.sequence).await?.value;
            record.is_some_and(|record| record.root == anchor.root)
        }
        Operation::PublishDocuments(publish) => {
            let mut all = true;
            for digest in &publish.digests {
                let record = registry.document(digest).await?.value;
                all &= record.is_some_and(|record| {
                    record.publications.iter().any(|known| known.issuer == publish.issuer)
                });
            }
            all
        }
    })
}

fn raw(key: &PublicKey) -> Result<[u8; 32], SetupError> {
    match key {
        PublicKey::Ed25519(bytes) => Ok(*bytes),
        PublicKey::P256(_) => Err(SetupError::KeyKind),
    }
}
