#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

use std::path::PathBuf;

use did::Resolvers;
use keys::SoftwareKey;
use serde_json::json;

use super::*;
use crate::outcome::{ControllerPolicy, Expect, ISSUER_WITHOUT_DID};

pub(super) fn at(text: &str) -> Timestamp {
    crate::datetime::parse(text, crate::datetime::Offset::Required).unwrap()
}

pub(super) fn vectors() -> Option<PathBuf> {
    let folder = std::env::var_os("VECTORS").map(PathBuf::from);
    if folder.is_none() {
        println!("SKIPPED: VECTORS does not name the folder of published test vectors");
    }
    folder
}

pub(super) fn json_file(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(super) async fn report(document: &Value) -> verify::ProofReport {
    let mut expect = Expect::credential(at("2024-01-01T00:00:00Z"));
    expect.controller = ControllerPolicy::OpenForUrls;
    // Some vectors name no issuer, some another one: whose key it is does not matter here.
    let issuer = Some("https://vc.example/issuers/any");
    let mut report =
        verify_proofs(document.as_object().unwrap(), issuer, &Resolvers::offline(), &expect).await;
    report.faults.retain(|fault| fault.code != ISSUER_WITHOUT_DID);
    report
}

/// Every published intermediate value of a suite: canonical forms, hashes, the proof value.
async fn check_folder(folder: PathBuf, suite: Suite, unsigned: &Value, suffix: &str) {
    check_folder_of(suite.algorithm(), folder, suite, unsigned, suffix).await;
}

async fn check_folder_of(
    algorithm: Algorithm,
    folder: PathBuf,
    suite: Suite,
    unsigned: &Value,
    suffix: &str,
) {
    let hash = if algorithm == Algorithm::P384 { &SHA384 } else { &SHA256 };
    let read = |name: &str| std::fs::read_to_string(folder.join(format!("{name}{suffix}.txt"))).unwrap();
    let signed = json_file(folder.join(format!("signed{suffix}.json")));
    let config = json_file(folder.join(format!("proofConfig{suffix}.json")));
    for (value, name) in [(unsigned, "canonDoc"), (&config, "proofCanon")] {
        let canonical = match suite.is_jcs() {
            true => String::from_utf8(crate::jcs::to_sign(value).unwrap()).unwrap(),
            false => expand::canonical_by(hash, value).await.unwrap().nquads,
        };
        assert_eq!(canonical, read(name), "{suite} {name}");
    }
    let (data, _) = hash_data(suite, algorithm, unsigned, &config).await.unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(&data), read("combinedHash").trim());
    assert_eq!(hex(&data[..data.len() / 2]), read("proofHash").trim());
    assert_eq!(hex(&data[data.len() / 2..]), read("docHash").trim());

    // With the published signature the published document comes out, byte for byte.
    let signature = bs58::decode(&read("sigBTC58").trim()[1..]).into_vec().unwrap();
    assert_eq!(hex(&signature), read("sigHex").trim());
    let options = ProofOptions::assertion(at(config["created"].as_str().unwrap()));
    let method = config["verificationMethod"].as_str().unwrap();
    let prepared = secure::prepare_for(algorithm, unsigned, suite, method, &options).await.unwrap();
    assert_eq!(prepared.to_sign, data);
    assert_eq!(prepared.finish(&signature), signed, "{suite}");

    let faults = report(&signed).await.faults;
    assert!(faults.is_empty(), "{suffix}: {faults:?}");

    let mut tampered = signed.clone();
    tampered["name"] = json!("Something else");
    assert_eq!(report(&tampered).await.faults[0].code, "badSignature", "{suffix}");
}

#[tokio::test]
async fn published_vectors_of_vc_di_eddsa() {
    let Some(folder) = vectors().map(|folder| folder.join("vc-di-eddsa")) else { return };
    let unsigned = json_file(folder.join("unsigned.json"));
    check_folder(folder.join("eddsa-rdfc-2022"), Suite::EddsaRdfc2022, &unsigned, "DataInt").await;
    let employment = json_file(folder.join("employmentAuth.json"));
    check_folder(folder.join("eddsa-rdfc-2022/employ"), Suite::EddsaRdfc2022, &employment, "DataInt").await;
    check_folder(folder.join("eddsa-jcs-2022"), Suite::EddsaJcs2022, &unsigned, "JCS").await;
    let chain = folder.join("proof-set-chain");
    for name in ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"] {
        let faults = report(&json_file(chain.join(format!("{name}.json")))).await.faults;
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
}

/// Ed25519 signatures are deterministic: signing must give the published proof byte for byte.
#[tokio::test]
async fn published_key_gives_the_published_proof() {
    let Some(folder) = vectors().map(|folder| folder.join("vc-di-eddsa")) else { return };
    let pair = json_file(folder.join("keyPair.json"));
    let secret = pair["privateKeyMultibase"].as_str().or(pair["secretKeyMultibase"].as_str()).unwrap();
    let secret = bs58::decode(&secret[1..]).into_vec().unwrap();
    let signer = SoftwareKey::from_secret(Algorithm::Ed25519, &secret[2..]).unwrap();
    for (path, suite) in [
        ("eddsa-rdfc-2022/signedDataInt.json", Suite::EddsaRdfc2022),
        ("eddsa-jcs-2022/signedJCS.json", Suite::EddsaJcs2022),
    ] {
        let signed = json_file(folder.join(path));
        let key = SigningKey {
            verification_method: signed["proof"]["verificationMethod"].as_str().unwrap().to_owned(),
            signer: Arc::new(SoftwareKey::from_secret(Algorithm::Ed25519, &secret[2..]).unwrap()),
        };
        assert_eq!(signer.public_key().did_key(), key.verification_method.split('#').next().unwrap());
        let created = at(signed["proof"]["created"].as_str().unwrap());
        let made =
            secure(&json_file(folder.join("unsigned.json")), suite, &key, &ProofOptions::assertion(created))
                .await
                .unwrap();
        assert_eq!(made, signed, "{path}");
    }
}

#[tokio::test]
async fn published_vectors_of_vc_di_ecdsa() {
    let Some(folder) = vectors().map(|folder| folder.join("vc-di-ecdsa")) else { return };
    let unsigned = json_file(folder.join("unsigned.json"));
    check_folder(folder.join("ecdsa-rdfc-2019-p256"), Suite::EcdsaRdfc2019, &unsigned, "ECDSAP256").await;
    let employment = json_file(folder.join("employmentAuth.json"));
    check_folder(folder.join("ecdsa-rdfc-2019-p256/employ"), Suite::EcdsaRdfc2019, &employment, "ECDSAP256")
        .await;
    check_folder(folder.join("ecdsa-jcs-2019-p256"), Suite::EcdsaJcs2019, &unsigned, "JCSECDSAP256").await;
    for (path, suite, unsigned, suffix) in [
        ("ecdsa-rdfc-2019-p384", Suite::EcdsaRdfc2019, &unsigned, "ECDSAP384"),
        ("ecdsa-rdfc-2019-p384/employ", Suite::EcdsaRdfc2019, &employment, "ECDSAP384"),
        ("ecdsa-jcs-2019-p384", Suite::EcdsaJcs2019, &unsigned, "JCSECDSAP384"),
    ] {
        check_folder_of(Algorithm::P384, folder.join(path), suite, unsigned, suffix).await;
    }
}

/// A key with the did:key method that names it.
fn key(seed: u8) -> (SoftwareKey, String, String) {
    let key = SoftwareKey::from_secret(Algorithm::Ed25519, &[seed; 32]).unwrap();
    let did = key.public_key().did_key();
    let method = format!("{did}#{}", did.trim_start_matches("did:key:"));
    (key, did, method)
}

/// One more proof on the document, over the proofs that it builds on.
async fn add_proof(document: &mut Value, seed: u8, id: &str, previous: Value) {
    let (key, _, method) = key(seed);
    let mut options = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod",
        "id": id, "verificationMethod": method,
    });
    let mut unsecured = document.clone();
    let all = unsecured.as_object_mut().unwrap().remove("proof").unwrap_or(json!([]));
    if !previous.is_null() {
        options["previousProof"] = previous.clone();
        let named = |proof: &&Value| previous.to_string().contains(proof["id"].as_str().unwrap());
        unsecured["proof"] = all.as_array().unwrap().iter().filter(named).cloned().collect();
    }
    let mut signed = options.clone();
    signed["@context"] = document["@context"].clone();
    let (data, _) = hash_data(Suite::EddsaRdfc2022, Algorithm::Ed25519, &unsecured, &signed).await.unwrap();
    let signature = key.sign(&data).await.unwrap();
    options["proofValue"] = json!(format!("z{}", bs58::encode(signature).into_string()));
    let mut all = all.as_array().unwrap().clone();
    all.push(options);
    document["proof"] = json!(all);
}

const WITNESS: u8 = 1;
const ISSUER: u8 = 2;

fn to_be_witnessed() -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            {"@context": {"alumniOf": "https://www.example.org/alumniOf"}}
        ],
        "type": ["VerifiableCredential"], "issuer": key(ISSUER).1,
        "credentialSubject": {"alumniOf": "The School of Examples"},
    })
}

async fn strict(document: &Value) -> Vec<&'static str> {
    let expect = Expect::credential(at("2024-01-01T00:00:00Z"));
    let issuer = key(ISSUER).1;
    let report =
        verify_proofs(document.as_object().unwrap(), Some(&issuer), &Resolvers::offline(), &expect).await;
    if report.faults.is_empty() {
        assert_eq!(report.key.unwrap().controller, issuer, "what counts is the issuer's key");
        assert_eq!(report.verification_method.unwrap(), key(ISSUER).2);
    }
    report.faults.into_iter().map(|fault| fault.code).collect()
}

/// VC Data Integrity 1.0, 2.1.2: a proof of someone else counts when the issuer's builds on it, and must hold.
#[tokio::test]
async fn an_issuer_may_build_on_a_witness() {
    for previous in [json!("urn:uuid:witness"), json!(["urn:uuid:witness"])] {
        let mut document = to_be_witnessed();
        add_proof(&mut document, WITNESS, "urn:uuid:witness", Value::Null).await;
        add_proof(&mut document, ISSUER, "urn:uuid:issuer", previous).await;
        assert!(strict(&document).await.is_empty());

        let mut forged = document.clone();
        forged["proof"][0]["proofValue"] = document["proof"][1]["proofValue"].clone();
        assert_eq!(
            strict(&forged).await,
            ["badSignature", "badSignature"],
            "the issuer signed another proof"
        );
        let mut tampered = document.clone();
        tampered["credentialSubject"]["alumniOf"] = json!("Another school");
        assert_eq!(strict(&tampered).await, ["badSignature", "badSignature"]);
    }
}

#[tokio::test]
async fn a_stranger_beside_the_issuer_does_not_count() {
    let mut document = to_be_witnessed();
    add_proof(&mut document, WITNESS, "urn:uuid:stranger", Value::Null).await;
    assert_eq!(strict(&document).await, ["notTheIssuersKey"], "a stranger alone");
    let mut beside = document.clone();
    add_proof(&mut beside, ISSUER, "urn:uuid:issuer", Value::Null).await;
    assert_eq!(strict(&beside).await, ["notTheIssuersKey"], "a stranger on whom nobody builds");
    let mut twice = to_be_witnessed();
    add_proof(&mut twice, ISSUER, "urn:uuid:same", Value::Null).await;
    add_proof(&mut twice, WITNESS, "urn:uuid:same", json!("urn:uuid:same")).await;
    assert_eq!(strict(&twice).await, ["proofForm"], "a stranger under the name of the issuer's proof");
    add_proof(&mut document, WITNESS, "urn:uuid:more", json!("urn:uuid:stranger")).await;
    assert_eq!(strict(&document).await, ["notTheIssuersKey"], "a stranger who builds on a stranger");
}
