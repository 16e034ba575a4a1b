#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use keys::{Algorithm, Signer as _, SoftwareKey};
use registry_types::DidRole;

use super::*;
use crate::resolver::{Resolver as _, Resolvers};

const DID: &str = "did:passerelle:3vjyGDjzUmwMi2UkAYR6xaw4FkjYYbQdsmuNKWFyTeFd";

fn key(fragment: &str, seed: u8, compromised_at: Option<u64>) -> DidKey {
    let key = SoftwareKey::from_secret(Algorithm::Ed25519, &[seed; 32]).unwrap();
    DidKey {
        fragment: fragment.to_owned(),
        multikey: key.public_key().to_multikey(),
        relationships: vec![ChainRelationship::AssertionMethod],
        compromised_at,
    }
}

fn version(from_ms: u64, until_ms: Option<u64>, keys: Vec<DidKey>) -> DidVersion {
    DidVersion { from_ms, until_ms, keys, services: Vec::new() }
}

fn proven(versions: Vec<DidVersion>, deactivated_ms: Option<u64>) -> ProvenRecord {
    ProvenRecord {
        record: Some(DidRecord {
            organisation: "undp".to_owned(),
            role: DidRole::Organisation,
            versions,
            deactivated_ms,
            stops: Vec::new(),
            recovered: Vec::new(),
        }),
        evidence: Evidence { height: 7, block_time: time(9_000).unwrap(), header_hash: [1; 32] },
    }
}

#[test]
fn a_rotated_key_is_found_with_its_period() {
    let record = proven(
        vec![
            version(1_000, Some(2_000), vec![key("key-1", 1, None)]),
            version(2_000, Some(3_000), vec![key("key-1", 1, None), key("key-2", 2, None)]),
            version(3_000, None, vec![key("key-2", 2, None)]),
        ],
        None,
    );
    let resolution = resolution_of(DID, record).unwrap();
    let old = resolution.methods(&format!("{DID}#key-1"))[0];
    let state = resolution.key_state(old);
    assert!(!state.current);
    assert_eq!(state.periods.len(), 1);
    assert_eq!(state.periods[0].from, time(1_000).unwrap());
    assert_eq!(state.periods[0].until, Some(time(3_000).unwrap()));
    assert_eq!(state.compromised_at, None);
    let new = resolution.methods(&format!("{DID}#key-2"))[0];
    assert!(resolution.key_state(new).current);
    assert_eq!(resolution.evidence.as_ref().unwrap().height, 7);
}

#[test]
fn a_reused_fragment_does_not_inherit_the_other_keys_time() {
    let record = proven(
        vec![
            version(1_000, Some(2_000), vec![key("key-1", 1, Some(1_500))]),
            version(2_000, None, vec![key("key-1", 2, None)]),
        ],
        None,
    );
    let resolution = resolution_of(DID, record).unwrap();
    let now = resolution.methods(&format!("{DID}#key-1"))[0];
    let state = resolution.key_state(now);
    assert!(state.current);
    assert_eq!(state.periods[0].from, time(2_000).unwrap());
    assert_eq!(state.compromised_at, None);
    let old = resolution.history[0].document.methods[0].clone();
    assert_eq!(resolution.key_state(&old).compromised_at, Some(time(1_500).unwrap()));
    assert!(resolution.history[0].compromised);
}

#[test]
fn a_deactivated_did_has_no_current_key() {
    let record = proven(vec![version(1_000, Some(5_000), vec![key("key-1", 1, None)])], Some(5_000));
    let resolution = resolution_of(DID, record).unwrap();
    assert!(resolution.deactivated && resolution.document.methods.is_empty());
    let old = resolution.methods(&format!("{DID}#key-1"))[0];
    assert!(!resolution.key_state(old).current);
}

struct OneRecord;

#[async_trait::async_trait]
impl DidRecords for OneRecord {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError> {
        let mut proven = proven(vec![version(1_000, None, vec![key("key-1", 1, None)])], None);
        if did != DID {
            proven.record = None;
        }
        Ok(proven)
    }
}

#[tokio::test]
async fn resolvers_choose_the_method() {
    let resolvers = Resolvers::new(Arc::new(OneRecord), Duration::from_secs(1));
    assert_eq!(resolvers.resolve(DID).await.unwrap().document.id, DID);
    let other = DID.replace("3v", "4v");
    assert_eq!(resolvers.resolve(&other).await.unwrap_err(), ResolveError::NotFound);
    let did = SoftwareKey::from_secret(Algorithm::P256, &[7; 32]).unwrap().public_key().did_key();
    assert_eq!(resolvers.resolve(&did).await.unwrap().document.id, did);
    for unsupported in ["did:web:example.org", "did:ethr:0x1"] {
        assert_eq!(resolvers.resolve(unsupported).await.unwrap_err(), ResolveError::MethodNotSupported);
    }
    assert_eq!(resolvers.resolve("https://a.example").await.unwrap_err(), ResolveError::InvalidDid);
    assert_eq!(Resolvers::offline().resolve(DID).await.unwrap_err(), ResolveError::MethodNotSupported);
}
