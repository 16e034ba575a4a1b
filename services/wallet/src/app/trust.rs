//! What the registry chain proves about the other side: names of organisations, digests of status lists, anchors.

use clock::Timestamp;
use registry_client::{Registry, RegistryError};
use registry_types::{
    Accreditation, AccreditationLink, Ask, DidRecord, MemberStatus, Organisation, accredited,
};

/// The few questions this service asks of the chain. Behind a trait so that tests can answer them.
#[async_trait::async_trait]
pub trait Chain: Send + Sync {
    /// The name of the active member organisation that this DID belongs to.
    async fn organisation(&self, did: &str) -> Result<Option<String>, ChainError>;
    /// Whether the issuer may issue this kind of credential now, by its own accreditation and by those it was handed down through.
    async fn accredited(&self, issuer: &str, type_iri: &str, now: Timestamp) -> Result<bool, ChainError>;
    /// The digest of the latest status list an issuer published under this URL.
    async fn status_digest(&self, issuer: &str, list: &str) -> Result<Option<[u8; 32]>, ChainError>;
    /// Root, leaf count and block time of an anchor.
    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Option<Anchored>, ChainError>;
}

/// What the chain holds of one batch.
#[derive(Clone, Copy, Debug)]
pub struct Anchored {
    pub root: [u8; 32],
    pub leaf_count: u32,
    pub time: Timestamp,
}

/// The chain could not be asked, or its node could not prove the answer.
#[derive(Debug, thiserror::Error)]
#[error("the registry gave no proven answer")]
pub struct ChainError(#[from] RegistryError);

#[async_trait::async_trait]
impl Chain for Registry {
    async fn organisation(&self, did: &str) -> Result<Option<String>, ChainError> {
        if !did.starts_with("did:passerelle:") {
            return Ok(None);
        }
        let record = self.did(did).await?.value;
        let Some(record) = record.filter(|record| !record.deactivated()) else { return Ok(None) };
        let organisation = Registry::organisation(self, &record.organisation).await?.value;
        Ok(organisation.filter(|one| one.status == MemberStatus::Active).map(|one| one.name))
    }

    async fn accredited(&self, issuer: &str, type_iri: &str, now: Timestamp) -> Result<bool, ChainError> {
        let time_ms = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let mut records = Vec::new();
        let mut next = issuer.to_owned();
        // `accredited` asks for a bounded number of parents.
        loop {
            records.push(Link::read(self, &next, type_iri).await?);
            let links: Vec<_> = records.iter().map(Link::borrow).collect();
            match accredited(&links, issuer, type_iri, time_ms) {
                Ask::Answer(answer) => return Ok(answer.is_ok()),
                Ask::Parent(parent) => next = parent.to_owned(),
            }
        }
    }

    async fn status_digest(&self, issuer: &str, list: &str) -> Result<Option<[u8; 32]>, ChainError> {
        Ok(self.status(issuer, list).await?.value.map(|record| record.digest))
    }

    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Option<Anchored>, ChainError> {
        let proven = Registry::anchor(self, issuer, sequence).await?;
        Ok(proven.value.map(|record| Anchored {
            root: record.root,
            leaf_count: record.leaf_count,
            time: i64::try_from(record.time_ms)
                .ok()
                .and_then(Timestamp::from_timestamp_millis)
                .unwrap_or(proven.block_time),
        }))
    }
}

/// What one accreditation of a chain of them rests on.
struct Link {
    accreditation: Option<Accreditation>,
    did: Option<DidRecord>,
    organisation: Option<Organisation>,
}

impl Link {
    async fn read(registry: &Registry, issuer: &str, type_iri: &str) -> Result<Self, ChainError> {
        let accreditation = registry.accreditation(issuer, type_iri).await?.value;
        let did = registry.did(issuer).await?.value;
        let organisation = match &did {
            Some(did) => Registry::organisation(registry, &did.organisation).await?.value,
            None => None,
        };
        Ok(Self { accreditation, did, organisation })
    }

    fn borrow(&self) -> AccreditationLink<'_> {
        AccreditationLink {
            accreditation: self.accreditation.as_ref(),
            did: self.did.as_ref(),
            organisation: self.organisation.as_ref(),
        }
    }
}
