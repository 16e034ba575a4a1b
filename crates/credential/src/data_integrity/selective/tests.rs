#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;
use std::sync::Arc;

use clock::SeededEntropy;
use did::Resolvers;
use keys::{PublicKey, Signer as _};

use super::value::Label;
use super::*;
use crate::data_integrity::tests::{at, json_file, report, vectors};
use crate::outcome::{Expect, Outcome};
use crate::{Input, verify_credential};

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    let text = value.as_str().unwrap();
    let pairs = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap());
    pairs.collect::<Vec<_>>().try_into().unwrap()
}

pub(super) fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

pub(super) fn indexes(value: &Value) -> Vec<usize> {
    let items = value.as_array().unwrap().iter();
    items.map(|item| usize::try_from(item.as_u64().unwrap()).unwrap()).collect()
}

fn parse_label(text: &str) -> Label {
    use base64::Engine as _;
    let label = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.strip_prefix('u').unwrap());
    label.unwrap().try_into().unwrap()
}

/// `value` of a map that the vectors write as a list of pairs.
pub(super) fn pairs(map: &Value) -> Vec<(usize, String)> {
    let entries = map["value"].as_array().unwrap().iter();
    let read = |entry: &Value| (entry[0].as_u64().unwrap(), entry[1].as_str().unwrap().to_owned());
    entries.map(|entry| (usize::try_from(read(entry).0).unwrap(), read(entry).1)).collect()
}

struct Vectors {
    steps: std::path::PathBuf,
    keys: Value,
    unsigned: Value,
    selective: Vec<String>,
}

impl Vectors {
    fn read(folder: &Path, name: &str, selective: &str) -> Self {
        let steps = folder.join("ecdsa-sd-2023").join(name);
        // The steps of `prc` were made from another description than prCredUnsigned.json has.
        let mut unsigned = json_file(steps.join("addSignedSDBase.json"));
        unsigned.as_object_mut().unwrap().remove("proof");
        Self {
            steps,
            keys: json_file(folder.join("ecdsa-sd-2023/SDKeyMaterial.json")),
            unsigned,
            selective: strings(&json_file(folder.join(selective))),
        }
    }

    fn step(&self, name: &str) -> Value {
        json_file(self.steps.join(format!("{name}.json")))
    }

    fn labelled(&self) -> Labelled {
        Labelled::new(&self.unsigned, &bytes(&self.keys["hmacKeyString"])).unwrap()
    }

    fn base_key(&self) -> PublicKey {
        PublicKey::from_multikey(self.keys["baseKeyPair"]["publicKeyMultibase"].as_str().unwrap()).unwrap()
    }
}

fn both() -> Option<[Vectors; 2]> {
    let folder = vectors()?.join("vc-di-ecdsa");
    Some([
        Vectors::read(&folder, "employ", "employSelective.json"),
        Vectors::read(&folder, "prc", "prCredSelective.json"),
    ])
}

#[tokio::test]
async fn published_steps_of_the_base_proof() {
    for vectors in both().into_iter().flatten() {
        let canonical = expand::canonical(&vectors.unsigned).await.unwrap().nquads;
        assert_eq!(canonical, strings(&vectors.step("addBaseDocCanon")).concat());
        let labelled = vectors.labelled();
        assert_eq!(labelled.nquads, strings(&vectors.step("addBaseDocHMACCanon")));

        let transform = vectors.step("addBaseTransform");
        let pointers = strings(&transform["mandatoryPointers"]);
        let mandatory = labelled.select(&Pointer::parse_all(&pointers).unwrap()).unwrap().indexes;
        let at = |index: usize| (index, labelled.nquads[index].clone());
        assert_eq!(
            mandatory.iter().map(|index| at(*index)).collect::<Vec<_>>(),
            pairs(&transform["mandatory"])
        );
        let free = (0..labelled.nquads.len()).filter(|index| !mandatory.contains(index)).map(at);
        assert_eq!(free.collect::<Vec<_>>(), pairs(&transform["nonMandatory"]));

        let config = vectors.step("addProofConfig");
        let options = expand::canonical(&config).await.unwrap().nquads;
        assert_eq!(options, std::fs::read_to_string(vectors.steps.join("addProofConfigCanon.txt")).unwrap());
        let hashes = vectors.step("addHashData");
        let (kept, free) = parted(&labelled.nquads, &mandatory);
        assert_eq!(hex(&sha256(options.as_bytes())), hashes["proofHash"].as_str().unwrap());
        assert_eq!(hex(&sha256(kept.as_bytes())), hashes["mandatoryHash"].as_str().unwrap());

        let raw = vectors.step("addRawBaseSignatureInfo");
        let scoped = PublicKey::from_multikey(raw["publicKey"].as_str().unwrap()).unwrap();
        let signatures: Vec<Signature> = raw["signatures"].as_array().unwrap().iter().map(bytes).collect();
        assert_eq!(free.len(), signatures.len());
        for (statement, signature) in free.iter().zip(&signatures) {
            assert_eq!(scoped.verify(statement.as_bytes(), signature), Ok(()));
        }
        let base = Base {
            signature: bytes(&raw["baseSignature"]),
            scoped: ScopedKey::new(&scoped).unwrap(),
            hmac_key: bytes(&vectors.keys["hmacKeyString"]),
            signatures,
            mandatory: pointers,
        };
        let signed = sign_data(&sha256(options.as_bytes()), &base.scoped, &sha256(kept.as_bytes()));
        assert_eq!(vectors.base_key().verify(&signed, &base.signature), Ok(()));
        let published = vectors.step("addSignedSDBase");
        let value = published["proof"]["proofValue"].as_str().unwrap();
        assert_eq!(base.to_text(), value);
        assert_eq!(Base::parse(value), Some(base));
    }
}

#[tokio::test]
async fn published_steps_of_the_derived_proof() {
    for vectors in both().into_iter().flatten() {
        let credential = vectors.step("addSignedSDBase");
        let base = Base::parse(credential["proof"]["proofValue"].as_str().unwrap()).unwrap();
        let labelled = vectors.labelled();
        let select = |texts: &[String]| labelled.select(&Pointer::parse_all(texts).unwrap()).unwrap();
        let groups = vectors.step("derivedGroupIndexes");
        let combined = select(&[base.mandatory.clone(), vectors.selective.clone()].concat());
        for (found, name) in [
            (&select(&base.mandatory), "mandatoryIndexes"),
            (&select(&vectors.selective), "selectiveIndexes"),
            (&combined, "combinedIndexes"),
        ] {
            assert_eq!(found.indexes.iter().copied().collect::<Vec<_>>(), indexes(&groups[name]), "{name}");
        }

        let shown = derive(&credential, &vectors.selective).await.unwrap();
        let mut unsigned = shown.clone();
        unsigned.as_object_mut().unwrap().remove("proof");
        assert_eq!(unsigned, vectors.step("derivedUnsignedReveal"));
        let value = Derived::parse(shown["proof"]["proofValue"].as_str().unwrap()).unwrap();
        let adjusted = vectors.step("derivedAdjMandatoryIndexes");
        assert_eq!(value.mandatory, indexes(&adjusted["adjMandatoryIndexes"]));
        let filtered = vectors.step("derivedAdjSignatures");
        assert_eq!(
            value.signatures.iter().map(|it| hex(it)).collect::<Vec<_>>(),
            strings(&filtered["filteredSignatures"])
        );
        let data = vectors.step("derivedDisclosureData");
        for (number, label) in &value.labels {
            let entry = &data["labelMap"]["value"][*number as usize];
            assert_eq!(entry[0], format!("c14n{number}"));
            assert_eq!(*label, parse_label(entry[1].as_str().unwrap()));
        }
        assert_eq!(value.labels.len(), data["labelMap"]["value"].as_array().unwrap().len());
        assert_eq!(shown, vectors.step("derivedRevealDocument"));
    }
}

#[tokio::test]
async fn published_steps_of_the_verification() {
    for vectors in both().into_iter().flatten() {
        let shown = vectors.step("derivedRevealDocument");
        let value = Derived::parse(shown["proof"]["proofValue"].as_str().unwrap()).unwrap();
        let mut unsigned = shown.clone();
        unsigned.as_object_mut().unwrap().remove("proof");
        let (nquads, _) = relabelled(&unsigned, &value.labels).unwrap();
        assert_eq!(nquads, strings(&vectors.step("verifyNQuads")));
        let data = vectors.step("verifyCreateVerifyData");
        let (kept, free) = parted(&nquads, &value.mandatory.iter().copied().collect());
        assert_eq!(free.into_iter().cloned().collect::<Vec<_>>(), strings(&data["nonMandatory"]));
        assert_eq!(hex(&sha256(kept.as_bytes())), data["mandatoryHash"].as_str().unwrap());
        assert_eq!(hex(&value.signature), data["baseSignature"].as_str().unwrap());

        let faults = report(&shown).await.faults;
        assert!(faults.is_empty(), "{faults:?}");
        let base = report(&vectors.step("addSignedSDBase")).await.faults;
        assert_eq!(base[0].code, "baseProof");
    }
}

fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
    let signer = SoftwareKey::from_secret(algorithm, &[seed; 32]).unwrap();
    let did = signer.public_key().did_key();
    let verification_method = format!("{did}#{}", did.trim_start_matches("did:key:"));
    SigningKey { verification_method, signer: Arc::new(signer) }
}

fn unsecured() -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://schemas.passerelle.example/v1/staff-identity.jsonld",
        ],
        "type": ["VerifiableCredential", "StaffIdentity"],
        "issuer": key(Algorithm::P256, 1).signer.public_key().did_key(),
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": [
            {
                "givenName": "Ana", "familyName": "Silva", "identifier": "100234",
                "worksFor": {"name": "UNDP"}, "jobTitle": "Analyst", "gradeLevel": "P-3",
            },
            {"givenName": "Ana", "worksFor": [{"name": "WFP"}, {"name": "UNDP"}]},
        ],
    })
}

const MANDATORY: [&str; 2] = ["/issuer", "/validFrom"];

fn texts(pointers: &[&str]) -> Vec<String> {
    pointers.iter().map(|pointer| (*pointer).to_owned()).collect()
}

async fn secured(document: &Value, mandatory: &[&str]) -> Result<Value, SecureError> {
    let options = ProofOptions::assertion(at("2024-06-01T00:00:00Z"));
    let key = key(Algorithm::P256, 1);
    secure_base(document, &key, &options, &texts(mandatory), &SeededEntropy::new(5)).await
}

async fn shown(pointers: &[&str]) -> Value {
    derive(&secured(&unsecured(), &MANDATORY).await.unwrap(), &texts(pointers)).await.unwrap()
}

async fn verify(credential: Value) -> Outcome {
    let expect = Expect::credential(at("2024-06-02T00:00:00Z"));
    verify_credential(&Input::Json(credential), &Resolvers::offline(), &expect).await
}

async fn code(credential: Value) -> &'static str {
    verify(credential).await.faults.first().map_or("verified", |fault| fault.code)
}

fn refusal<T: std::fmt::Debug>(result: Result<T, SecureError>) -> &'static str {
    match result.unwrap_err() {
        SecureError::Document(faults) => faults[0].code,
        SecureError::KeyKind => "keyKind",
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_holder_shows_any_part_and_no_more() {
    let all = shown(&["/credentialSubject"]).await;
    assert_eq!(all["credentialSubject"], unsecured()["credentialSubject"]);
    let outcome = verify(all).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    assert!(outcome.types.contains(&"https://schemas.passerelle.example/v1#StaffIdentity".to_owned()));

    let first = unsecured()["credentialSubject"][0].as_object().unwrap().clone();
    for name in first.keys() {
        let part = shown(&[&format!("/credentialSubject/0/{name}")]).await;
        assert_eq!(part["credentialSubject"], json!([{ name: first[name] }]));
        assert_eq!(part["issuer"], unsecured()["issuer"]);
        assert_eq!(code(part).await, "verified", "{name}");
    }
    let scattered = shown(&["/credentialSubject/1/worksFor/1/name", "/credentialSubject/0/worksFor"]).await;
    assert_eq!(
        scattered["credentialSubject"],
        json!([{"worksFor": {"name": "UNDP"}}, {"worksFor": [{"name": "UNDP"}]}])
    );
    assert_eq!(code(scattered).await, "verified");
}

/// A statement that is missing is found by how many there are: as the last mandatory one or among the signatures.
const COUNT: [&str; 2] = ["signatureCount", "mandatoryIndexes"];

/// Each case changes one thing in a derived credential that is accepted.
#[tokio::test]
async fn changed_documents_are_refused() {
    let good = shown(&["/credentialSubject/0/givenName", "/credentialSubject/0/worksFor"]).await;
    assert_eq!(code(good.clone()).await, "verified");
    let stranger = key(Algorithm::P256, 2);
    let ed25519 = key(Algorithm::Ed25519, 1);
    for (pointer, value, expected) in [
        ("/credentialSubject/0/givenName", json!("Bia"), "badSignature"),
        ("/credentialSubject/0/worksFor/name", json!("WFP"), "badSignature"),
        ("/credentialSubject/0/worksFor", json!({"name": "UNDP", "id": "did:example:x"}), "labelMap"),
        ("/credentialSubject", json!([{"givenName": "Ana"}, {"worksFor": {"name": "UNDP"}}]), "labelMap"),
        ("/validFrom", json!("2023-01-01T00:00:00Z"), "badSignature"),
        ("/issuer", json!(stranger.signer.public_key().did_key()), "notTheIssuersKey"),
        ("/proof/created", json!("2024-06-01T00:00:01Z"), "badSignature"),
        ("/proof/created", json!("today"), "proofDate"),
        ("/proof/type", json!("DataIntegrity"), "proofType"),
        ("/proof/cryptosuite", json!("ecdsa-rdfc-2019"), "proofValue"),
        ("/proof/proofPurpose", json!("authentication"), "proofPurpose"),
        ("/proof/verificationMethod", json!(stranger.verification_method), "notTheIssuersKey"),
        ("/proof/verificationMethod", json!(ed25519.verification_method), "keyKind"),
        ("/proof/proofValue", json!("u"), "proofValue"),
        ("/proof/proofValue", json!("z58DAd"), "proofValue"),
        ("/proof/proofValue", json!(7), "proofValue"),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(code(changed).await, expected, "{pointer} {value}");
    }
    for (pointer, name, value, expected) in [
        ("/credentialSubject/0", "familyName", json!("Silva"), "signatureCount"),
        ("", "validUntil", json!("2034-01-01T00:00:00Z"), "signatureCount"),
        ("", "id", json!("urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10"), "labelMap"),
        ("/credentialSubject/0", "unknownTerm", json!(1), "undefinedTerm"),
        ("/proof", "previousProof", json!("urn:uuid:none"), "previousProof"),
        ("/proof", "@context", json!([]), "proofContext"),
        ("/proof", "expires", json!("2034-01-01T00:00:00Z"), "badSignature"),
    ] {
        let mut changed = good.clone();
        changed.pointer_mut(pointer).unwrap()[name] = value;
        assert_eq!(code(changed).await, expected, "{pointer} {name}");
    }
    for (pointer, name, expected) in [
        ("", "validFrom", COUNT.as_slice()),
        ("/credentialSubject/0", "givenName", &COUNT),
        ("/proof", "created", &["badSignature"]),
        ("/proof", "proofValue", &["proofValue"]),
    ] {
        let mut changed = good.clone();
        changed.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name);
        let found = code(changed).await;
        assert!(expected.contains(&found), "{name}: {found}");
    }
    let mut untyped = good;
    untyped["type"] = json!(["VerifiableCredential"]);
    assert!(COUNT.contains(&code(untyped).await));
    assert_eq!(code(secured(&unsecured(), &MANDATORY).await.unwrap()).await, "baseProof");
}

/// The same for the parts of the proof value.
#[tokio::test]
async fn changed_proof_values_are_refused() {
    let good = shown(&["/credentialSubject/0/givenName", "/credentialSubject/0/worksFor"]).await;
    let value = Derived::parse(good["proof"]["proofValue"].as_str().unwrap()).unwrap();
    let other = derive(
        &secure_base(
            &unsecured(),
            &key(Algorithm::P256, 1),
            &ProofOptions::assertion(at("2024-06-01T00:00:00Z")),
            &texts(&MANDATORY),
            &SeededEntropy::new(6),
        )
        .await
        .unwrap(),
        &texts(&["/credentialSubject/0/givenName", "/credentialSubject/0/worksFor"]),
    )
    .await
    .unwrap();
    let other = Derived::parse(other["proof"]["proofValue"].as_str().unwrap()).unwrap();
    type Change = fn(&mut Derived, &Derived);
    let changes: [(&str, Change, &str); 11] = [
        ("the issuer's signature", |value, _| value.signature[5] ^= 1, "badSignature"),
        ("a statement's signature", |value, _| value.signatures[0][5] ^= 1, "badSignature"),
        ("two signatures in turn", |value, _| value.signatures.swap(0, 1), "badSignature"),
        ("a signature less", |value, _| value.signatures.truncate(3), "signatureCount"),
        ("a signature more", |value, _| value.signatures.push([0; 64]), "signatureCount"),
        ("another credential's key", |value, other| value.scoped = other.scoped, "badSignature"),
        (
            "another credential's signatures",
            |value, other| value.signatures = other.signatures.clone(),
            "badSignature",
        ),
        (
            "another credential's statements",
            |value, other| {
                value.scoped = other.scoped;
                value.signatures = other.signatures.clone();
                value.labels = other.labels.clone();
            },
            "badSignature",
        ),
        (
            "one name for two nodes",
            |value, _| {
                let first = value.labels[&0];
                value.labels.insert(1, first);
            },
            "labelMap",
        ),
        ("a name more", |value, _| value.labels.extend([(9, [9; 32])]), "labelMap"),
        ("an index beyond the end", |value, _| value.mandatory.push(99), "mandatoryIndexes"),
    ];
    let code_of = async |value: &Derived| {
        let mut changed = good.clone();
        changed["proof"]["proofValue"] = json!(value.to_text());
        code(changed).await
    };
    assert_eq!(code_of(&value).await, "verified");
    for (what, change, expected) in changes {
        let mut changed = value.clone();
        change(&mut changed, &other);
        assert_eq!(code_of(&changed).await, expected, "{what}");
    }
    // A mandatory statement passed off as a free one, and the other way round.
    let mut fewer = value.clone();
    fewer.mandatory.pop();
    assert_eq!(code_of(&fewer).await, "signatureCount");
    let mut unsorted = value.clone();
    unsorted.mandatory.swap(0, 1);
    assert_eq!(code_of(&unsorted).await, "proofValue");
    let mut nameless = value;
    nameless.labels.clear();
    assert_eq!(code_of(&nameless).await, "labelMap");
}

#[tokio::test]
async fn what_cannot_be_taken_apart_gets_no_base_proof() {
    let with = |change: fn(&mut Value)| {
        let mut document = unsecured();
        change(&mut document);
        document
    };
    for (document, expected) in [
        (with(|it| it["proof"] = json!({})), "proofPresent"),
        (with(|it| it["credentialSubject"][0]["unknownTerm"] = json!(1)), "undefinedTerm"),
        (with(|it| it["credentialSubject"][0]["id"] = json!("urn:bnid:1")), "notSelectable"),
        (
            with(|it| {
                let list = json!({"items": {"@id": "https://example.org/items", "@container": "@list"}});
                it["@context"].as_array_mut().unwrap().push(list);
                it["credentialSubject"][0]["items"] = json!(["a", "b"]);
            }),
            "notSelectable",
        ),
        (
            with(|it| {
                let many = |n: usize| (0..n).map(|at| json!({"givenName": at.to_string()})).collect();
                it["credentialSubject"] = Value::Array(many(600));
            }),
            "tooManyStatements",
        ),
    ] {
        assert_eq!(refusal(secured(&document, &MANDATORY).await), expected);
    }
    assert_eq!(refusal(secured(&unsecured(), &["/validUntil"]).await), "pointer");
    assert_eq!(refusal(secured(&unsecured(), &["issuer"]).await), "pointer");
    let options = ProofOptions::assertion(at("2024-06-01T00:00:00Z"));
    let (ed25519, entropy) = (key(Algorithm::Ed25519, 1), SeededEntropy::new(1));
    assert_eq!(refusal(secure_base(&unsecured(), &ed25519, &options, &[], &entropy).await), "keyKind");
    let (document, p256) = (unsecured(), key(Algorithm::P256, 1));
    let plain = crate::data_integrity::secure(&document, Suite::EcdsaSd2023, &p256, &options).await;
    assert_eq!(refusal(plain), "selective");
}

/// Values that are no nodes stay what they are: language-tagged text, decimals, terms of an inline context.
#[tokio::test]
async fn unusual_documents_are_disclosed_too() {
    let mut document = unsecured();
    let inline = json!({"height": "https://example.org/height", "@language": "pt"});
    document["@context"].as_array_mut().unwrap().push(inline);
    document["name"] = json!({"@value": "Identidade", "@language": "pt", "@direction": "ltr"});
    document["credentialSubject"][0]["height"] = json!(1.75);
    let base = secured(&document, &["/issuer", "/name"]).await.unwrap();
    let part = derive(&base, &texts(&["/credentialSubject/0/height"])).await.unwrap();
    assert_eq!(part["credentialSubject"], json!([{"height": 1.75}]));
    assert_eq!(part["name"], document["name"]);
    assert_eq!(code(part.clone()).await, "verified");
    let mut changed = part;
    changed["credentialSubject"][0]["height"] = json!(1.76);
    assert_eq!(code(changed).await, "badSignature");
}

#[tokio::test]
async fn what_is_no_base_proof_derives_nothing() {
    let base = secured(&unsecured(), &MANDATORY).await.unwrap();
    let pointers = texts(&["/credentialSubject"]);
    let part = derive(&base, &pointers).await.unwrap();
    assert_eq!(refusal(derive(&part, &pointers).await), "baseProofMissing");
    assert_eq!(refusal(derive(&unsecured(), &pointers).await), "baseProofMissing");
    let mut twice = base.clone();
    twice["proof"] = json!([base["proof"], base["proof"]]);
    assert_eq!(refusal(derive(&twice, &pointers).await), "baseProofMissing");
    assert_eq!(refusal(derive(&base, &texts(&["/credentialSubject/7"])).await), "pointer");
    let mut longer = base.clone();
    longer["credentialSubject"][0]["dutyStation"] = json!("Maputo");
    assert_eq!(refusal(derive(&longer, &pointers).await), "signatureCount");
    let free = secured(&unsecured(), &[]).await.unwrap();
    assert_eq!(refusal(derive(&free, &[]).await), "nothingShown");
    // A holder can leave the issuer out where it is not mandatory; no verifier takes that.
    let anonymous = derive(&free, &pointers).await.unwrap();
    assert_ne!(code(anonymous).await, "verified");
}
