//! DID documents as records of the chain, and keys in every spelling.
#![no_main]

use did::{Evidence, ProvenRecord, resolution_of};
use fuzz::bounds::bounded;
use keys::{Algorithm, PublicKey};
use libfuzzer_sys::fuzz_target;
use registry_types::DidRecord;
use serde_json::Value;

const DID: &str = "did:passerelle:3Bpdef9GsFUM8SP2tZbtdyJrcdHU34Gs7d9hLRU9gBPa";

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 4 {
        0 => record(rest),
        1 => {
            let Ok(jwk) = serde_json::from_slice::<Value>(rest) else { return };
            bounded(|| PublicKey::from_jwk(&jwk)).ok().inspect(key);
        }
        2 => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            bounded(|| PublicKey::from_multikey(text)).ok().inspect(key);
        }
        _ => drop(bounded(|| PublicKey::from_cose(rest)).ok().inspect(key)),
    }
});

/// Every key of the document is one of the record, below the record's own DID.
fn record(rest: &[u8]) {
    let Some(record) = fuzz::read::<DidRecord>(rest) else { return };
    let block_time = chrono::DateTime::UNIX_EPOCH;
    let evidence = Evidence { height: 1, block_time, header_hash: [0; 32] };
    let listed: Vec<String> =
        record.versions.iter().flat_map(|version| &version.keys).map(|key| key.multikey.clone()).collect();
    let proven = ProvenRecord { record: Some(record), evidence };
    let Ok(resolution) = bounded(|| resolution_of(DID, proven)) else { return };
    let _ = resolution.document.to_json();
    assert!(!resolution.deactivated || resolution.document.methods.is_empty(), "a key of a DID that ended");
    for method in &resolution.document.methods {
        assert!(method.id.starts_with(DID) && method.controller == DID, "the key of another");
        // Another spelling of the same point may be listed.
        assert!(listed.iter().any(|text| PublicKey::from_multikey(text).as_ref() == Ok(&method.public_key)));
        assert!(resolution.key_state(method).current, "a listed key is current");
        assert!(!resolution.methods(&method.id).is_empty());
    }
}

/// In each spelling it is the same key. JWKs of BLS keys are shown and never read.
fn key(key: &PublicKey) {
    assert_eq!(PublicKey::from_multikey(&key.to_multikey()).as_ref(), Ok(key));
    if key.algorithm() != Algorithm::Bls12381G2 {
        assert_eq!(PublicKey::from_jwk(&key.to_jwk()).as_ref(), Ok(key));
        let document = did::resolve_jwk(&key.did_jwk()).expect("a DID of our own");
        assert_eq!(document.methods[0].public_key, *key);
    }
    assert_eq!(key.jwk_thumbprint().len(), 43);
    let document = did::resolve_key(&key.did_key()).expect("a DID of our own");
    assert_eq!(document.methods[0].public_key, *key);
    assert!(key.verify(b"x", &[0; 64]).is_err(), "a signature that nobody made");
}
