//! did:passerelle: documents that are records of the registry chain.

use chrono::DateTime;
use clock::Timestamp;
use keys::PublicKey;
use registry_types::{DidKey, DidRecord, DidVersion, Relationship as ChainRelationship};

use crate::document::{Document, Relationship, Service, VerificationMethod};
use crate::resolver::{Evidence, Resolution, ResolveError, Version};

/// A record of the chain, or its proven absence, with the block that proves it.
#[derive(Clone, Debug)]
pub struct ProvenRecord {
    pub record: Option<DidRecord>,
    pub evidence: Evidence,
}

/// Where records come from: in production a light client that checks proofs, in tests a map.
#[async_trait::async_trait]
pub trait DidRecords: Send + Sync {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError>;
}

#[async_trait::async_trait]
impl DidRecords for registry_client::Registry {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError> {
        if !registry_types::is_did(did) {
            return Err(ResolveError::InvalidDid);
        }
        let proven = self.did(did).await.map_err(|error| ResolveError::Unavailable(error.to_string()))?;
        Ok(ProvenRecord {
            record: proven.value,
            evidence: Evidence {
                height: proven.height,
                block_time: proven.block_time,
                header_hash: proven.header_hash,
            },
        })
    }
}

/// Turns a proven record into documents.
pub fn resolution_of(did: &str, proven: ProvenRecord) -> Result<Resolution, ResolveError> {
    let record = proven.record.ok_or(ResolveError::NotFound)?;
    let history =
        record.versions.iter().map(|version| version_of(did, version)).collect::<Result<Vec<_>, _>>()?;
    let deactivated = record.deactivated();
    let document = match history.last() {
        Some(version) if !deactivated => version.document.clone(),
        _ => Document::new(did.to_owned(), Vec::new(), Vec::new()),
    };
    Ok(Resolution { document, history, deactivated, evidence: Some(proven.evidence) })
}

fn version_of(did: &str, version: &DidVersion) -> Result<Version, ResolveError> {
    let compromises = version
        .keys
        .iter()
        .filter_map(|key| Some((format!("{did}#{}", key.fragment), key.compromised_at?)))
        .map(|(id, at)| Ok((id, time(at)?)))
        .collect::<Result<Vec<_>, ResolveError>>()?;
    let services = version
        .services
        .iter()
        .map(|service| Service {
            id: format!("{did}#{}", service.fragment),
            kind: service.kind.clone(),
            endpoint: service.endpoint.clone(),
        })
        .collect();
    Ok(Version {
        document: Document::new(
            did.to_owned(),
            version.keys.iter().filter_map(|key| method(did, key)).collect(),
            services,
        ),
        from: time(version.from_ms)?,
        until: version.until_ms.map(time).transpose()?,
        compromised: !compromises.is_empty(),
        compromises,
    })
}

/// A key of a kind that this program does not know verifies nothing, and does not hide the others.
fn method(did: &str, key: &DidKey) -> Option<VerificationMethod> {
    Some(VerificationMethod {
        id: format!("{did}#{}", key.fragment),
        controller: did.to_owned(),
        public_key: PublicKey::from_multikey(&key.multikey).ok()?,
        relationships: key.relationships.iter().map(|it| relationship(*it)).collect(),
    })
}

fn relationship(of_chain: ChainRelationship) -> Relationship {
    match of_chain {
        ChainRelationship::Authentication => Relationship::Authentication,
        ChainRelationship::AssertionMethod => Relationship::AssertionMethod,
        ChainRelationship::KeyAgreement => Relationship::KeyAgreement,
        ChainRelationship::CapabilityInvocation => Relationship::CapabilityInvocation,
        ChainRelationship::CapabilityDelegation => Relationship::CapabilityDelegation,
    }
}

fn time(milliseconds: u64) -> Result<Timestamp, ResolveError> {
    i64::try_from(milliseconds)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .ok_or_else(|| ResolveError::Unavailable("a record holds an impossible time".to_owned()))
}

#[cfg(test)]
#[path = "passerelle_tests.rs"]
mod tests;
