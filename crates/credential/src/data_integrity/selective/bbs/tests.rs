#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clock::SeededEntropy;
use did::Resolvers;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::json;

use super::super::tests::{bytes, hex, indexes, pairs, strings};
use super::super::{Pointer, derive, secure_base};
use super::value::Label;
use super::*;
use crate::data_integrity::tests::{at, json_file, report, vectors};
use crate::data_integrity::{ProofOptions, Suite, secure};
use crate::outcome::Expect;
use crate::{Input, verify_credential};

struct Vectors {
    steps: PathBuf,
    keys: Value,
    selective: Vec<String>,
}

impl Vectors {
    fn step(&self, name: &str) -> Value {
        json_file(self.steps.join(format!("{name}.json")))
    }

    fn hmac_key(&self) -> [u8; 32] {
        bytes(&self.keys["hmacKeyString"])
    }

    fn issuer_key(&self) -> SigningKey {
        let secret: [u8; 32] = bytes(&self.keys["privateKeyHex"]);
        let signer = SoftwareKey::from_secret(Algorithm::Bls12381G2, &secret).unwrap();
        let proof = self.step("addSignedSDBase")["proof"].clone();
        let verification_method = proof["verificationMethod"].as_str().unwrap().to_owned();
        SigningKey { verification_method, signer: Arc::new(signer) }
    }
}

/// Both published series of steps; without the environment variable, none.
fn both() -> Vec<Vectors> {
    let Some(folder) = vectors().map(|folder| folder.join("vc-di-bbs")) else { return Vec::new() };
    let of = |steps: &str, selective: &str| Vectors {
        steps: folder.join(steps),
        keys: json_file(folder.join("BBSKeyMaterial.json")),
        selective: strings(&json_file(folder.join(selective))),
    };
    vec![of("", "windSelective.json"), of("prc", "prCredSelective.json")]
}

fn without_proof(document: &Value) -> Value {
    let mut document = document.clone();
    document.as_object_mut().unwrap().remove("proof");
    document
}

/// BBS signatures are deterministic, so the published base proof comes out byte for byte.
#[tokio::test]
async fn published_steps_of_the_base_proof() {
    for vectors in both() {
        let published = vectors.step("addSignedSDBase");
        let unsigned = without_proof(&published);
        let labelled: Labelled<Label> = Labelled::new(&unsigned, &vectors.hmac_key()).unwrap();
        assert_eq!(labelled.nquads, strings(&vectors.step("addBaseDocHMACCanon")));

        let transform = vectors.step("addBaseTransform");
        let pointers = strings(&transform["mandatoryPointers"]);
        let mandatory = labelled.select(&Pointer::parse_all(&pointers).unwrap()).unwrap().indexes;
        let of = |index: usize| (index, labelled.nquads[index].clone());
        assert_eq!(mandatory.iter().copied().map(of).collect::<Vec<_>>(), pairs(&transform["mandatory"]));
        let free = (0..labelled.nquads.len()).filter(|index| !mandatory.contains(index)).map(of);
        assert_eq!(free.collect::<Vec<_>>(), pairs(&transform["nonMandatory"]));

        let options = expand::canonical(&vectors.step("addProofConfig")).await.unwrap().nquads;
        assert_eq!(options, std::fs::read_to_string(vectors.steps.join("addProofConfigCanon.txt")).unwrap());
        let (proof_hash, hashes) = (sha256(options.as_bytes()), vectors.step("addHashData"));
        let (header, _) = to_sign(&proof_hash, &labelled.nquads, &mandatory).unwrap();
        assert_eq!(hex(&header[..32]), hashes["proofHash"].as_str().unwrap());
        assert_eq!(hex(&header[32..]), hashes["mandatoryHash"].as_str().unwrap());

        let key = vectors.issuer_key();
        let made = base(&unsigned, &key, &proof_hash, vectors.hmac_key(), &pointers).unwrap();
        let raw = vectors.step("addRawBaseSignatureInfo");
        assert_eq!(hex(&made.signature), raw["bbsSignature"].as_str().unwrap());
        assert_eq!(hex(&made.public_key), vectors.keys["publicKeyHex"].as_str().unwrap());
        let value = published["proof"]["proofValue"].as_str().unwrap();
        assert_eq!(made.to_text(), value);
        assert_eq!(Base::parse(value), Some(made));
    }
}

#[tokio::test]
async fn published_steps_of_the_derived_proof() {
    for vectors in both() {
        let credential = vectors.step("addSignedSDBase");
        let base = Base::parse(credential["proof"]["proofValue"].as_str().unwrap()).unwrap();
        let unsigned = without_proof(&credential);
        let ours = derived(&unsigned, &base, &vectors.selective, &[0x11, 0x33, 0x77, 0xaa]).unwrap();
        assert_eq!(ours.0, vectors.step("derivedUnsignedReveal"));

        let adjusted = vectors.step("derivedAdjIndexes");
        assert_eq!(ours.1.mandatory, indexes(&adjusted["adjMandatoryIndexes"]));
        assert_eq!(ours.1.selective, indexes(&adjusted["adjSelectiveIndexes"]));
        let published = vectors.step("derivedRevealDocument");
        let theirs = Derived::parse(published["proof"]["proofValue"].as_str().unwrap()).unwrap();
        assert_eq!(hex(&theirs.proof), vectors.step("derivedDisclosureData")["bbsProof"].as_str().unwrap());
        assert_ne!(ours.1.proof, theirs.proof, "proofs are random");
        assert_eq!(Derived { proof: theirs.proof.clone(), ..ours.1 }, theirs);
        assert_eq!(theirs.to_text(), published["proof"]["proofValue"].as_str().unwrap());

        // Theirs and ours verify; with a claim changed neither does.
        let shown = derive(&credential, &vectors.selective).await.unwrap();
        assert_eq!(without_proof(&shown), ours.0);
        for good in [published, shown] {
            let faults = report(&good).await.faults;
            assert!(faults.is_empty(), "{faults:?}");
            let mut changed = good;
            // Where the issuer is an object, fewer statements are left than the proof counts.
            changed["issuer"] = json!("https://another.example");
            let code = report(&changed).await.faults[0].code;
            assert!(["badSignature", "selectiveIndexes"].contains(&code), "{code}");
        }
        assert_eq!(report(&credential).await.faults[0].code, "baseProof");
    }
}

/// Holder binding and pseudonyms are not supported, and are never taken for plain proofs.
#[tokio::test]
async fn the_optional_features_are_refused() {
    let Some(folder) = vectors().map(|folder| folder.join("vc-di-bbs")) else { return };
    for feature in ["HolderBinding", "Pseudonym", "PseudonymHB"] {
        let read = |name: &str| json_file(folder.join(feature).join(name));
        let faults = report(&read("derivedRevealDocument.json")).await.faults;
        assert_eq!(faults[0].code, "proofValue", "{feature}");
        assert!(derive(&read("addSignedSDBase.json"), &["/issuer".to_owned()]).await.is_err(), "{feature}");
    }
}

fn key(seed: u64) -> SigningKey {
    let signer = SoftwareKey::generate(Algorithm::Bls12381G2, &SeededEntropy::new(seed));
    let did = signer.public_key().did_key();
    let verification_method = format!("{did}#{}", signer.public_key().to_multikey());
    SigningKey { verification_method, signer: Arc::new(signer) }
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

fn unsecured() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential"],
        "issuer": key(1).signer.public_key().did_key(),
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "givenName": "Ana", "familyName": "Silva",
            "alumniOf": [{"name": "Example University", "year": 2010}, {"name": "Another", "year": 2012}],
        },
    })
}

async fn based(mandatory: &[&str]) -> Value {
    let options = ProofOptions { created: None, ..ProofOptions::assertion(at("2024-06-01T00:00:00Z")) };
    let entropy = SeededEntropy::new(5);
    secure_base(&unsecured(), &key(1), &options, &texts(mandatory), &entropy).await.unwrap()
}

async fn codes(document: &Value) -> Vec<&'static str> {
    let expect = Expect::credential(at("2024-06-01T00:00:00Z"));
    let input = Input::from_value(document.clone()).unwrap();
    let outcome = verify_credential(&input, &Resolvers::offline(), &expect).await;
    outcome.faults.into_iter().map(|fault| fault.code).collect()
}

fn value_of(document: &Value) -> Derived {
    Derived::parse(document["proof"]["proofValue"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_holder_shows_any_part_and_never_less_than_is_mandatory() {
    let base = based(&["/issuer"]).await;
    for (pointers, subject) in [
        (&["/credentialSubject/givenName"][..], json!({"givenName": "Ana"})),
        (&["/credentialSubject/alumniOf/1/name"], json!({"alumniOf": [{"name": "Another"}]})),
        (&["/credentialSubject"], base["credentialSubject"].clone()),
        (&["/issuer"], Value::Null),
        (&[], Value::Null),
    ] {
        let shown = derive(&base, &texts(pointers)).await.unwrap();
        assert_eq!(shown.get("credentialSubject").cloned().unwrap_or_default(), subject, "{pointers:?}");
        assert_eq!(shown["issuer"], base["issuer"]);
        // The proof holds all the same; that there is a subject is a rule of the data model.
        let faults: &[&str] = if subject.is_null() { &["subjectMissing"] } else { &[] };
        assert_eq!(codes(&shown).await, faults, "{pointers:?}");
    }
    let everything_mandatory = based(&["/issuer", "/validFrom", "/credentialSubject"]).await;
    assert_eq!(codes(&derive(&everything_mandatory, &[]).await.unwrap()).await, [""; 0]);
    assert_eq!(codes(&base).await, ["baseProof"]);
}

#[tokio::test]
async fn two_proofs_share_nothing_but_what_is_shown() {
    let base = based(&["/issuer"]).await;
    let pointers = texts(&["/credentialSubject/alumniOf/0/name"]);
    let (one, two) = (derive(&base, &pointers).await.unwrap(), derive(&base, &pointers).await.unwrap());
    assert_eq!(without_proof(&one), without_proof(&two));
    let (one, two) = (value_of(&one), value_of(&two));
    let common = one.proof.chunks(16).filter(|part| two.proof.chunks(16).any(|other| other == *part));
    assert_eq!(common.count(), 0);
    assert!(base["proof"].get("created").is_none(), "a time of its own would name the copy");
}

#[tokio::test]
async fn changed_documents_and_proofs_are_refused() {
    let base = based(&["/issuer"]).await;
    let good = derive(&base, &texts(&["/credentialSubject/alumniOf", "/validFrom"])).await.unwrap();
    assert_eq!(codes(&good).await, [""; 0]);
    for (pointer, changed) in [
        ("/credentialSubject/alumniOf/0/year", json!(2011)),
        ("/validFrom", json!("2023-01-01T00:00:00Z")),
        ("/proof/verificationMethod", json!(key(2).verification_method)),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap() = changed;
        assert!(codes(&document).await.contains(&"badSignature"), "{pointer}");
    }
    let mut fewer = good.clone();
    fewer.as_object_mut().unwrap().remove("validFrom");
    assert_eq!(codes(&fewer).await, ["selectiveIndexes"]);
    let mut created = good.clone();
    created["proof"]["created"] = json!("2024-01-01T00:00:00Z");
    assert_eq!(codes(&created).await, ["badSignature"]);

    let value = value_of(&good);
    let with = |change: &dyn Fn(&mut Derived)| {
        let mut value = value.clone();
        change(&mut value);
        let mut document = good.clone();
        document["proof"]["proofValue"] = json!(value.to_text());
        document
    };
    type Change = &'static dyn Fn(&mut Derived);
    let cases: [(Change, &str); 9] = [
        (&|it| it.proof.truncate(271), "badSignature"),
        (&|it| it.proof.push(0), "badSignature"),
        (&|it| it.proof.clear(), "badSignature"),
        (&|it| it.presentation_header.push(1), "badSignature"),
        (&|it| *it.selective.last_mut().unwrap() += 1, "badSignature"),
        (&|it| *it.selective.last_mut().unwrap() = usize::MAX >> 1, "badSignature"),
        (&|it| it.mandatory = vec![], "selectiveIndexes"),
        (&|it| it.mandatory.push(1_000), "mandatoryIndexes"),
        (&|it| it.labels = BTreeMap::from([(0, Label(0))]), "labelMap"),
    ];
    for (number, (change, code)) in cases.into_iter().enumerate() {
        assert_eq!(codes(&with(change)).await, [code], "case {number}");
    }
    // Labels that are exchanged say something else of the same nodes.
    let swapped = with(&|it| {
        let labels: Vec<Label> = it.labels.values().rev().copied().collect();
        it.labels = it.labels.keys().copied().zip(labels).collect();
    });
    assert_eq!(codes(&swapped).await, ["badSignature"]);
}

#[tokio::test]
async fn a_base_proof_of_another_document_derives_nothing() {
    let base = based(&["/issuer"]).await;
    for (pointer, changed) in [
        ("/credentialSubject/givenName", json!("Eva")),
        ("/issuer", json!("did:example:another")),
        ("/credentialSubject/alumniOf", json!([])),
    ] {
        let mut document = base.clone();
        *document.pointer_mut(pointer).unwrap() = changed;
        let refused = derive(&document, &texts(&["/credentialSubject/familyName"])).await.unwrap_err();
        let SecureError::Document(faults) = refused else { panic!("{refused:?}") };
        assert!(!faults.is_empty(), "{pointer}");
    }
}

/// Each hidden statement costs the verifier time, so there are not too many.
#[tokio::test]
async fn there_are_limits() {
    let mut many = unsecured();
    many["credentialSubject"]["tag"] =
        (0..=limits::MESSAGES).map(|number| json!(number.to_string())).collect();
    let options = ProofOptions::assertion(at("2024-06-01T00:00:00Z"));
    let made = secure_base(&many, &key(1), &options, &texts(&["/issuer"]), &SeededEntropy::new(5)).await;
    let Err(SecureError::Document(faults)) = made else { panic!("{made:?}") };
    assert_eq!(faults[0].code, "tooManyStatements");

    let shown = derive(&based(&["/issuer"]).await, &texts(&["/credentialSubject/givenName"])).await.unwrap();
    let mut value = value_of(&shown);
    value.proof.resize(272 + (limits::MESSAGES + 1) * 32, 1);
    assert!(Derived::parse(&value.to_text()).is_err());
    value.proof.truncate(272 + limits::MESSAGES * 32);
    assert_eq!(Derived::parse(&value.to_text()), Ok(value));
}

/// A key of the one suite makes no base proof of the other; the cryptosuite follows from the key.
#[tokio::test]
async fn the_suite_follows_from_the_key() {
    let options = ProofOptions::assertion(at("2024-06-01T00:00:00Z"));
    let entropy = SeededEntropy::new(5);
    let pointers = texts(&["/issuer"]);
    let ed25519 = SoftwareKey::generate(Algorithm::Ed25519, &entropy);
    let wrong = SigningKey { signer: Arc::new(ed25519), ..key(1) };
    let refused = secure_base(&unsecured(), &wrong, &options, &pointers, &entropy).await;
    assert!(matches!(refused, Err(SecureError::KeyKind)));
    let (document, key) = (unsecured(), key(1));
    let plain = secure(&document, Suite::EcdsaRdfc2019, &key, &options).await;
    assert!(matches!(plain, Err(SecureError::KeyKind)));
    assert_eq!(based(&["/issuer"]).await["proof"]["cryptosuite"], "bbs-2023");
}
