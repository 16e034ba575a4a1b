//! What one core does without any server around it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, UnparsedPublicKey,
};
use serde_json::json;
use ssi::claims::VerificationParameters;
use ssi::claims::data_integrity::{AnySuite, CryptographicSuite as _, ProofOptions};
use ssi::claims::vc::v2::SpecializedJsonCredential;
use ssi::dids::{DIDKey, DIDResolver as _};
use ssi::verification_methods::SingleSecretSigner;

const LENGTH: Duration = Duration::from_secs(2);

pub async fn print() -> Result<()> {
    let message = [7u8; 989];
    let random = SystemRandom::new();
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).ok().context("a key")?;
    let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).ok().context("a key")?;
    let signature = key.sign(&message);
    let public = UnparsedPublicKey::new(&ED25519, key.public_key().as_ref().to_vec());
    line("Ed25519 sign (ring)", || _ = black_box(key.sign(&message)));
    line("Ed25519 verify (ring)", || _ = black_box(public.verify(&message, signature.as_ref())));

    let suite = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(suite, &random).ok().context("a key")?;
    let key = EcdsaKeyPair::from_pkcs8(suite, pkcs8.as_ref(), &random).ok().context("a key")?;
    let signature = key.sign(&random, &message).ok().context("a signature")?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref().to_vec());
    line("P-256 sign (ring)", || _ = black_box(key.sign(&random, &message)));
    line("P-256 verify (ring)", || _ = black_box(public.verify(&message, signature.as_ref())));
    ssi().await
}

/// The `ssi` crate alone, `eddsa-rdfc-2022`.
#[expect(clippy::disallowed_methods, reason = "measured here, believed nowhere")]
async fn ssi() -> Result<()> {
    let key = ssi::JWK::generate_ed25519()?;
    let method = DIDKey::generate_url(&key)?;
    let issuer = method.as_str().split('#').next().unwrap_or_default().to_owned();
    let credential: SpecializedJsonCredential = serde_json::from_value(json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "issuer": issuer,
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": { "id": "did:example:abcdefgh", "alumniOf": { "name": "Example University" } },
    }))?;
    let resolver = DIDKey.into_vm_resolver();
    let signer = SingleSecretSigner::new(key).into_local();
    let sign = async || {
        let options =
            ProofOptions::from_method_and_options(method.clone().into_iri().into(), Default::default());
        AnySuite::EdDsaRdfc2022.sign(credential.clone(), &resolver, &signer, options).await
    };
    let signed = sign().await?;
    let parameters = VerificationParameters::from_resolver(&resolver);
    let (mut done, begun) = (0u32, Instant::now());
    while begun.elapsed() < LENGTH {
        sign().await?;
        done += 1;
    }
    print_rate("eddsa-rdfc-2022 sign (ssi, mimalloc absent)", done, begun);
    let (mut done, begun) = (0u32, Instant::now());
    while begun.elapsed() < LENGTH {
        signed.verify(&parameters).await??;
        done += 1;
    }
    print_rate("eddsa-rdfc-2022 verify (ssi, mimalloc absent)", done, begun);
    Ok(())
}

fn line(what: &str, mut one: impl FnMut()) {
    let (mut done, begun) = (0u32, Instant::now());
    while begun.elapsed() < LENGTH {
        for _ in 0..64 {
            one();
        }
        done += 64;
    }
    print_rate(what, done, begun);
}

fn print_rate(what: &str, done: u32, begun: Instant) {
    println!("  {what:<52} {:>9.0} per second", f64::from(done) / begun.elapsed().as_secs_f64());
}
