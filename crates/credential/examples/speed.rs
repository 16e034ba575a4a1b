//! How many credentials are secured and verified in a second of processor time, both formats:
//! `cargo run --release -p credential --example speed`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use clock::{Clock as _, SystemClock, SystemEntropy};
use credential::data_integrity::{ProofOptions, SigningKey, Suite, derive, secure, secure_base};
use credential::sd_jwt::{NewSdJwt, PathElement, issue};
use credential::{Expect, Input, verify_credential};
use did::Resolvers;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};

fn key(algorithm: Algorithm) -> SigningKey {
    let signer = SoftwareKey::generate(algorithm, &SystemEntropy);
    let did = signer.public_key().did_key();
    let verification_method = format!("{did}#{}", &did["did:key:".len()..]);
    SigningKey { verification_method, signer: Arc::new(signer) }
}

fn staff_identity(issuer: &str) -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://schemas.passerelle.example/v1/staff-identity.jsonld",
        ],
        "id": "urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10",
        "type": ["VerifiableCredential", "StaffIdentity"],
        "issuer": issuer,
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9",
            "givenName": "Ana", "familyName": "Silva", "identifier": "100234", "birthDate": "1985-04-12",
            "worksFor": {"id": "did:passerelle:undp", "name": "United Nations Development Programme"},
            "jobTitle": "Programme Analyst", "gradeLevel": "P-3", "dutyStation": "Maputo",
        },
        "credentialSchema": {
            "id": "https://schemas.passerelle.example/v1/staff-identity.schema.json", "type": "JsonSchema",
        },
    })
}

async fn measure<F: Future>(what: &str, mut work: impl FnMut() -> F) {
    for _ in 0..200 {
        work().await;
    }
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let mut done = 0u32;
    while started.elapsed() < Duration::from_secs(2) {
        for _ in 0..50 {
            work().await;
        }
        done += 50;
    }
    println!("{what:32} {:>8.0} a second", f64::from(done) / (cpu_seconds() - cpu));
}

/// A base proof, a derived proof with three claims, and its verification.
async fn measure_selective(key: &SigningKey, resolver: &Resolvers, expect: &Expect) {
    let suites = Suite::ALL.into_iter().filter(|suite| suite.is_selective());
    let kind = key.signer.public_key().algorithm();
    let Some(suite) = suites.into_iter().find(|suite| suite.takes(kind)) else { return };
    let document = staff_identity(&key.signer.public_key().did_key());
    let options = ProofOptions::assertion(expect.now);
    let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mandatory = text(&["/issuer", "/validFrom", "/credentialSchema"]);
    let chosen = text(&[
        "/credentialSubject/givenName",
        "/credentialSubject/familyName",
        "/credentialSubject/worksFor",
    ]);
    let base = secure_base(&document, key, &options, &mandatory, &SystemEntropy).await.unwrap();
    let derived = Input::Json(derive(&base, &chosen).await.unwrap());
    assert!(verify_credential(&derived, resolver, expect).await.is_verified());
    measure(&format!("{suite} secure"), || secure_base(&document, key, &options, &mandatory, &SystemEntropy))
        .await;
    measure(&format!("{suite} derive"), || derive(&base, &chosen)).await;
    measure(&format!("{suite} verify"), || verify_credential(&derived, resolver, expect)).await;
}

/// Seconds of processor time that this thread has used, so that neighbours do not spoil the figures.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let now = SystemClock.now();
    let resolver = Resolvers::offline();
    let expect = Expect::credential(now);
    let plain = Suite::ALL.into_iter().filter(|suite| !suite.is_selective());
    let kinds = |suite: Suite| Algorithm::ALL.into_iter().filter(move |kind| suite.takes(*kind));
    for (suite, kind) in plain.flat_map(|suite| kinds(suite).map(move |kind| (suite, kind))) {
        let key = key(kind);
        let document = staff_identity(&key.signer.public_key().did_key());
        let options = ProofOptions::assertion(now);
        let secured = Input::Json(secure(&document, suite, &key, &options).await.unwrap());
        assert!(verify_credential(&secured, &resolver, &expect).await.is_verified());
        let name = format!("{suite} {}", kind.as_str());
        measure(&format!("{name} secure"), || secure(&document, suite, &key, &options)).await;
        measure(&format!("{name} verify"), || verify_credential(&secured, &resolver, &expect)).await;
    }
    let key = key(Algorithm::P256);
    measure_selective(&key, &resolver, &expect).await;
    measure_selective(&self::key(Algorithm::Bls12381G2), &resolver, &expect).await;
    let mut claims = staff_identity("x")["credentialSubject"].as_object().unwrap().clone();
    let disclosable = claims.keys().map(|name| vec![PathElement::Name(name.clone())]).collect();
    claims.insert("iss".to_owned(), json!(key.signer.public_key().did_key()));
    claims.insert("vct".to_owned(), json!("https://schemas.passerelle.example/v1#StaffIdentity"));
    let new = NewSdJwt { claims, disclosable, holder_key: Some(*key.signer.public_key()), decoys: 0 };
    let issued = Input::Compact(issue(&new, &key, &SystemEntropy).await.unwrap());
    assert!(verify_credential(&issued, &resolver, &expect).await.is_verified());
    measure("dc+sd-jwt issue", || issue(&new, &key, &SystemEntropy)).await;
    measure("dc+sd-jwt verify", || verify_credential(&issued, &resolver, &expect)).await;
}
