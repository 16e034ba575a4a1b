//! What a first start needs: a genesis, and transactions that bring the chain to where it should be.

use keys::{PublicKey, SignError, Signer};
use registry_client::{Committed, Registry, RegistryError};
use registry_types::record::Service;
use registry_types::{
    CharterVersion, CreateDid, DidRole, DocumentKey, Genesis, GrantAccreditation, Inception, Joining,
    KeyRole, MemberStatement, NewKey, Operation, OwnValidator, Params, ProposalKind, Propose, Reason,
    ReasonCode, RegisterSchema, Relationship, Seats, SignedStatement, SignedTransaction, did_from_inception,
};

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("a registry key must be an Ed25519 key")]
    KeyKind,
    #[error("a key cannot sign")]
    Sign(#[from] SignError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("the chain has no charter that a new member could sign")]
    NoCharter,
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

/// An organisation that joins, with the govern key that signs its statement.
pub struct Newcomer<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub seats: Seats,
    pub keys: &'a OrganisationKeys,
    pub govern: &'a dyn Signer,
    /// Public keys and hosts; in a genesis only.
    pub validators: Vec<(PublicKey, String)>,
}

impl Newcomer<'_> {
    /// What the organisation says of itself, signed. Each member can make its own apart from the others.
    pub async fn statement(
        &self,
        joining: Joining,
        charter: CharterVersion,
    ) -> Result<SignedStatement, SetupError> {
        let own = |(key, host): &(PublicKey, String)| {
            Ok::<_, SetupError>(OwnValidator { public_key: raw(key)?, host: host.clone() })
        };
        let statement = MemberStatement {
            joining,
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            keys: self.keys.new_keys()?,
            seats: self.seats,
            charter,
            validators: self.validators.iter().map(own).collect::<Result<_, _>>()?,
        };
        let signature = self.govern.sign(&statement.signing_bytes()).await?;
        let signature = signature.try_into().map_err(|_| SetupError::KeyKind)?;
        Ok(SignedStatement { public_key: raw(self.govern.public_key())?, signature, statement })
    }
}

/// A chain of these members, with the usual parameters and a first charter without text.
pub async fn genesis(name: &str, time_ms: u64, members: &[Newcomer<'_>]) -> Result<Genesis, SetupError> {
    let charter = CharterVersion { version: 1, digest: [0; 32] };
    let mut statements = Vec::with_capacity(members.len());
    for member in members {
        let joining = Joining::Genesis { network: name.to_owned() };
        statements.push(member.statement(joining, charter).await?);
    }
    let (name, params) = (name.to_owned(), Params::default());
    Ok(Genesis { name, time_ms, params, charter, members: statements, continues: None })
}

/// Signed by a governor's govern key; takes effect at once while there is a single governor.
#[must_use]
pub fn propose(kind: ProposalKind) -> Operation {
    let reason = Reason::without_text(ReasonCode::Routine);
    Operation::Propose(Propose { kind, reason, notice_ms: 0, deadline_ms: u64::MAX })
}

/// Signed by a governor's govern key; the statement in it by the newcomer's.
pub async fn admit_member(registry: &Registry, member: &Newcomer<'_>) -> Result<Operation, SetupError> {
    let charter = registry.charter().await?.value.unwrap_or_default();
    let adopted = charter.versions.last().ok_or(SetupError::NoCharter)?;
    let charter = CharterVersion { version: adopted.version, digest: adopted.digest };
    let statement = member.statement(Joining::Chain { id: registry.chain() }, charter).await?;
    Ok(propose(ProposalKind::AdmitMember(statement)))
}

/// Signed by a governor's govern key.
#[must_use]
pub fn register_schema(id: &str, digest: [u8; 32], owner: &str) -> Operation {
    let (id, owner) = (id.to_owned(), owner.to_owned());
    propose(ProposalKind::RegisterSchema(RegisterSchema { id, digest, owner }))
}

/// Signed by a governor's govern key.
#[must_use]
pub fn grant_accreditation(issuer: &str, type_iri: &str, speaks_for: &[&str]) -> Operation {
    propose(ProposalKind::GrantAccreditation(GrantAccreditation {
        issuer: issuer.to_owned(),
        type_iri: type_iri.to_owned(),
        speaks_for: speaks_for.iter().map(|&did| did.to_owned()).collect(),
        from_ms: None,
        until_ms: None,
        delegation: 0,
    }))
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

/// Whether sending the operation would bring nothing new. Where that cannot be told from the records, the chain
/// itself says so when it is sent.
pub async fn already_holds(registry: &Registry, operation: &Operation) -> Result<bool, RegistryError> {
    Ok(match operation {
        Operation::Propose(propose) => proposal_holds(registry, &propose.kind).await?,
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
        Operation::AddKey(add) => registry.key(&add.key.public_key).await?.value.is_some(),
        Operation::RevokeKey(revoke) => {
            registry.key(&revoke.public_key).await?.value.is_some_and(|key| key.revoked_ms.is_some())
        }
        Operation::Vote(_)
        | Operation::WithdrawProposal(_)
        | Operation::RevokeValidator(_)
        | Operation::DescribeValidator(_)
        | Operation::DelegateAccreditation(_)
        | Operation::ChangeDelegation(_)
        | Operation::RecoverDid(_) => false,
    })
}

async fn proposal_holds(registry: &Registry, kind: &ProposalKind) -> Result<bool, RegistryError> {
    Ok(match kind {
        ProposalKind::AdmitMember(signed) => {
            registry.organisation(&signed.statement.id).await?.value.is_some()
        }
        ProposalKind::RegisterSchema(schema) => {
            registry.schema(&schema.id).await?.value.is_some_and(|record| record.digest == schema.digest)
        }
        ProposalKind::GrantAccreditation(grant) => {
            let record = registry.accreditation(&grant.issuer, &grant.type_iri).await?.value;
            let last = record.and_then(|record| record.intervals.last().cloned());
            last.is_some_and(|last| {
                last.until_ms == grant.until_ms
                    && last.speaks_for == grant.speaks_for
                    && last.delegation == grant.delegation
            })
        }
        ProposalKind::WithdrawAccreditation(end) => {
            let record = registry.accreditation(&end.issuer, &end.type_iri).await?;
            let now = u64::try_from(record.block_time.timestamp_millis()).unwrap_or(0);
            record.value.is_none_or(|record| record.interval_at(now).is_none())
        }
        _ => false,
    })
}

fn raw(key: &PublicKey) -> Result<[u8; 32], SetupError> {
    match key {
        PublicKey::Ed25519(bytes) => Ok(*bytes),
        _ => Err(SetupError::KeyKind),
    }
}
