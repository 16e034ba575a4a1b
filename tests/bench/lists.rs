//! A status list of a million entries: from the places that changed to the signed document, and what a verifier loads.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use clock::{Clock as _, SeededEntropy, SystemClock};
use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use keys::{Algorithm, SoftwareKey};
use serde_json::json;
use status_list::StatusList;

const ENTRIES: u32 = 1_048_576;

pub async fn print() -> Result<()> {
    println!("status list of {ENTRIES} entries, one core, in process: built, encoded and signed");
    for per_mille in [0, 1, 10, 50] {
        let places = places(per_mille);
        let what = |format: &str| format!("{format}, {:.1}% set", f64::from(per_mille) / 10.0);
        let begun = Instant::now();
        let list = bitstring(&places).await?;
        line(&what("Bitstring, eddsa-rdfc-2022"), begun, list.len());
        let begun = Instant::now();
        let list = token(&places).await?;
        line(&what("Token Status List, 2 bits, ES256"), begun, list.len());
    }
    Ok(())
}

fn line(what: &str, begun: Instant, bytes: usize) {
    let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
    let kilobytes = u32::try_from(bytes).map_or(f64::NAN, f64::from) / 1000.0;
    println!("  {what:<52} {milliseconds:>9.1} ms {kilobytes:>8.1} kB");
}

/// Places at random, the same in each run.
fn places(per_mille: u32) -> BTreeSet<u32> {
    let entropy = SeededEntropy::new(7);
    let wanted = ENTRIES / 1000 * per_mille;
    let mut places = BTreeSet::new();
    while places.len() < wanted as usize {
        places.extend(u32::try_from(clock::below(&entropy, ENTRIES.into())));
    }
    places
}

fn list(bits: u8, places: &BTreeSet<u32>) -> Result<StatusList> {
    let mut list = StatusList::new(bits, ENTRIES as usize)?;
    for place in places {
        list.set(*place as usize, 1)?;
    }
    Ok(list)
}

async fn bitstring(places: &BTreeSet<u32>) -> Result<String> {
    let signer = SoftwareKey::generate(Algorithm::Ed25519, &SeededEntropy::new(1));
    let key = SigningKey { verification_method: "did:example:i#1".to_owned(), signer: Arc::new(signer) };
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://issuer.example/status/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:example:i",
        "credentialSubject": {
            "id": "https://issuer.example/status/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": list(1, places)?.encode_bitstring(),
        },
    });
    let options = ProofOptions::assertion(SystemClock.now());
    Ok(secure(&credential, Suite::EddsaRdfc2022, &key, &options).await?.to_string())
}

async fn token(places: &BTreeSet<u32>) -> Result<String> {
    let signer = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(2));
    let claims = json!({
        "sub": "https://issuer.example/status/2",
        "iat": testkit::unix_now(),
        "status_list": { "bits": 2, "lst": list(2, places)?.encode_token() },
    });
    let claims = claims.as_object().context("no claims")?;
    let header = json!({ "typ": "statuslist+jwt" }).as_object().cloned().unwrap_or_default();
    Ok(credential::jwt::sign(header, claims, &signer).await?)
}
