//! A W3C credential that was changed after its issuer secured it, by two cryptosuites.

use credential::data_integrity::Suite;
use serde_json::{Value, json};
use wire::verifications::CheckName::{self, Form, IssuerKey, Proof};

use crate::scene::{Attack, Scene};

/// With the check that stops it: first for RDF, then for JCS, which asks nothing of terms.
type Change = fn(&mut Value);

fn subject(document: &mut Value) -> &mut serde_json::Map<String, Value> {
    document["credentialSubject"].as_object_mut().unwrap()
}

fn member(document: &mut Value) -> &mut serde_json::Map<String, Value> {
    document.as_object_mut().unwrap()
}

fn proof(document: &mut Value) -> &mut serde_json::Map<String, Value> {
    document["proof"].as_object_mut().unwrap()
}

/// What the credential says.
const CONTENT: &[(&str, [CheckName; 2], Change)] = &[
    ("another name", [Proof, Proof], |it| it["credentialSubject"]["givenName"] = "Mallory".into()),
    ("a look-alike letter in the name", [Proof, Proof], |it| {
        it["credentialSubject"]["givenName"] = "\u{410}mina".into()
    }),
    ("an invisible character in the name", [Proof, Proof], |it| {
        it["credentialSubject"]["givenName"] = "Amina\u{200b}".into()
    }),
    ("another form of the same Unicode text", [Proof, Proof], |it| {
        it["credentialSubject"]["givenName"] = "Ami\u{301}na".into()
    }),
    ("a name with a language", [Proof, Proof], |it| {
        it["credentialSubject"]["givenName"] = json!({"@value": "Amina", "@language": "fr"});
    }),
    ("another duty station", [Proof, Proof], |it| it["credentialSubject"]["dutyStation"] = "Geneva".into()),
    ("a claim added", [Form, Proof], |it| {
        subject(it).insert("contractType".into(), "permanent".into());
    }),
    ("a claim taken away", [Proof, Proof], |it| {
        subject(it).remove("gradeLevel");
    }),
    ("a claim twice, as a list", [Proof, Proof], |it| {
        it["credentialSubject"]["givenName"] = json!(["Amina", "Mallory"])
    }),
    ("a number for a text", [Proof, Proof], |it| it["credentialSubject"]["identifier"] = json!(7)),
    ("a huge number", [Proof, Proof], |it| it["credentialSubject"]["identifier"] = json!(1e300)),
    ("a second subject", [Proof, Proof], |it| {
        let one = it["credentialSubject"].clone();
        it["credentialSubject"] = json!([one, {"id": "did:example:mallory"}]);
    }),
    ("no subject", [Proof, Proof], |it| {
        member(it).remove("credentialSubject");
    }),
    ("works for another organisation", [Proof, Proof], |it| {
        it["credentialSubject"]["worksFor"]["name"] = "Another".into();
    }),
    ("longer validity", [Proof, Proof], |it| it["validUntil"] = "2099-01-01T00:00:00Z".into()),
    ("no end", [Proof, Proof], |it| {
        member(it).remove("validUntil");
    }),
    ("earlier start", [Proof, Proof], |it| it["validFrom"] = "2020-01-01T00:00:00Z".into()),
    ("another identifier", [Proof, Proof], |it| {
        member(it).insert("id".into(), "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33".into());
    }),
    ("a type added", [Form, Proof], |it| it["type"].as_array_mut().unwrap().push("Employment".into())),
    ("an issuer with a name added", [Proof, Proof], |it| {
        let did = it["issuer"].clone();
        it["issuer"] = json!({"id": did, "name": "World Bank"});
    }),
    ("no status", [Proof, Proof], |it| {
        member(it).remove("credentialStatus");
    }),
    ("another place in the status list", [Proof, Proof], |it| {
        it["credentialStatus"][0]["statusListIndex"] = "7".into()
    }),
    ("a status list on another host", [Proof, Proof], |it| {
        it["credentialStatus"][0]["statusListCredential"] = "https://mallory.example/status/1".into();
    }),
    ("only one of two statuses", [Proof, Proof], |it| {
        it["credentialStatus"].as_array_mut().unwrap().remove(0);
    }),
    ("revocation called suspension", [Proof, Proof], |it| {
        it["credentialStatus"][0]["statusPurpose"] = "suspension".into()
    }),
    ("no schema", [Proof, Proof], |it| {
        member(it).remove("credentialSchema");
    }),
    ("another schema", [Proof, Proof], |it| {
        it["credentialSchema"]["id"] = "https://mallory.example/schema.json".into()
    }),
    ("terms of use added", [Form, Proof], |it| {
        member(it).insert("termsOfUse".into(), json!({"type": "TrustFrameworkPolicy"}));
    }),
    ("evidence added", [Form, Proof], |it| {
        member(it).insert("evidence".into(), json!([{"type": "Evidence"}]));
    }),
    ("a refresh service added", [Form, Proof], |it| {
        member(it)
            .insert("refreshService".into(), json!({"type": "Refresh", "id": "https://mallory.example"}));
    }),
];

/// What the proof says.
const PROOF: &[(&str, [CheckName; 2], Change)] = &[
    ("one character of the signature", [Proof, Proof], |it| {
        let value = it["proof"]["proofValue"].as_str().unwrap();
        let other = if value.as_bytes()[20] == b'2' { "3" } else { "2" };
        let changed = format!("{}{other}{}", &value[..20], &value[21..]);
        it["proof"]["proofValue"] = changed.into();
    }),
    ("an empty signature", [Proof, Proof], |it| it["proof"]["proofValue"] = "".into()),
    ("a signature of zeros", [Proof, Proof], |it| {
        it["proof"]["proofValue"] = format!("z{}", "1".repeat(64)).into()
    }),
    ("a truncated signature", [Proof, Proof], |it| {
        let value = it["proof"]["proofValue"].as_str().unwrap();
        it["proof"]["proofValue"] = value[..value.len() - 4].into();
    }),
    ("a signature with more behind it", [Proof, Proof], |it| {
        let value = it["proof"]["proofValue"].as_str().unwrap();
        it["proof"]["proofValue"] = format!("{value}{}", &value[1..]).into();
    }),
    ("a signature in another base", [Proof, Proof], |it| {
        let value = it["proof"]["proofValue"].as_str().unwrap();
        it["proof"]["proofValue"] = format!("u{}", &value[1..]).into();
    }),
    ("a huge signature", [Proof, Proof], |it| {
        it["proof"]["proofValue"] = format!("z{}", "2".repeat(100_000)).into()
    }),
    ("a signature that is a number", [Proof, Proof], |it| it["proof"]["proofValue"] = json!(7)),
    ("no proof", [Proof, Proof], |it| {
        member(it).remove("proof");
    }),
    ("an empty proof", [Proof, Proof], |it| it["proof"] = json!({})),
    ("a proof that is nothing", [Proof, Proof], |it| it["proof"] = Value::Null),
    ("no proof in a list", [Proof, Proof], |it| it["proof"] = json!([])),
    ("a good and a bad proof", [Proof, Proof], |it| {
        let (good, mut bad) = (it["proof"].clone(), it["proof"].clone());
        bad["created"] = "2020-01-01T00:00:00Z".into();
        it["proof"] = json!([good, bad]);
    }),
    ("a thousand proofs", [Proof, Form], |it| it["proof"] = Value::Array(vec![it["proof"].clone(); 1_000])),
    ("a proof after one that is not there", [Proof, Proof], |it| {
        proof(it).insert("previousProof".into(), "urn:uuid:nowhere".into());
    }),
    ("another type of proof", [Proof, Proof], |it| it["proof"]["type"] = "Ed25519Signature2020".into()),
    ("no cryptosuite", [Proof, Proof], |it| {
        proof(it).remove("cryptosuite");
    }),
    ("an unknown cryptosuite", [Proof, Proof], |it| it["proof"]["cryptosuite"] = "none".into()),
    ("the cryptosuite of another key", [Proof, Proof], |it| {
        it["proof"]["cryptosuite"] = "ecdsa-rdfc-2019".into()
    }),
    ("the cryptosuite of another canonical form", [Proof, Proof], |it| {
        let other = match it["proof"]["cryptosuite"].as_str() {
            Some("eddsa-jcs-2022") => "eddsa-rdfc-2022",
            _ => "eddsa-jcs-2022",
        };
        it["proof"]["cryptosuite"] = other.into();
    }),
    ("a selective cryptosuite", [Proof, Proof], |it| it["proof"]["cryptosuite"] = "ecdsa-sd-2023".into()),
    ("the issuer's other key", [Proof, Proof], |it| {
        let method = it["proof"]["verificationMethod"].as_str().unwrap().replace("ed25519", "p256");
        it["proof"]["verificationMethod"] = method.into();
    }),
    ("a key that the issuer never had", [IssuerKey, IssuerKey], |it| {
        let method = it["proof"]["verificationMethod"].as_str().unwrap().replace("-1", "-9");
        it["proof"]["verificationMethod"] = method.into();
    }),
    ("a key by an address", [Proof, Proof], |it| {
        it["proof"]["verificationMethod"] = "https://mallory.example/key".into()
    }),
    ("no key", [Proof, Proof], |it| {
        proof(it).remove("verificationMethod");
    }),
    ("another purpose", [Proof, Proof], |it| it["proof"]["proofPurpose"] = "authentication".into()),
    ("no purpose", [Proof, Proof], |it| {
        proof(it).remove("proofPurpose");
    }),
    ("another time", [Proof, Proof], |it| it["proof"]["created"] = "2020-01-01T00:00:00Z".into()),
    ("no time", [Proof, Proof], |it| {
        proof(it).remove("created");
    }),
    ("an end added", [Proof, Proof], |it| {
        proof(it).insert("expires".into(), "2099-01-01T00:00:00Z".into());
    }),
    ("a challenge added", [Proof, Proof], |it| {
        proof(it).insert("challenge".into(), "abc".into());
    }),
    ("a domain added", [Proof, Proof], |it| {
        proof(it).insert("domain".into(), "desk.example".into());
    }),
    ("a nonce added", [Proof, Proof], |it| {
        proof(it).insert("nonce".into(), "abc".into());
    }),
    ("a context in the proof", [Proof, Proof], |it| {
        proof(it).insert("@context".into(), json!([{"created": "https://mallory.example/created"}]));
    }),
];

/// How its terms are to be understood.
const CONTEXTS: &[(&str, [CheckName; 2], Change)] = &[
    ("a vocabulary for an unknown term", [Proof, Proof], |it| {
        it["@context"].as_array_mut().unwrap().push(json!({"@vocab": "https://mallory.example/"}));
        member(it).insert("approvedBy".into(), "the Secretary-General".into());
    }),
    ("contexts in another order", [Form, Proof], |it| it["@context"].as_array_mut().unwrap().reverse()),
    ("a context less", [Form, Proof], |it| {
        it["@context"].as_array_mut().unwrap().truncate(1);
    }),
    ("a context of nobody", [Form, Form], |it| {
        it["@context"].as_array_mut().unwrap().push("https://mallory.example/context".into());
    }),
    ("the context of the old data model", [Form, Proof], |it| {
        it["@context"][0] = "https://www.w3.org/2018/credentials/v1".into();
    }),
    ("no context", [Form, Proof], |it| {
        member(it).remove("@context");
    }),
    ("nothing for a context", [Form, Proof], |it| it["@context"] = Value::Null),
    ("a thousand contexts", [Form, Form], |it| {
        let context = it["@context"][1].clone();
        it["@context"].as_array_mut().unwrap().extend(vec![context; 1_000]);
    }),
    ("a term that no context knows", [Form, Proof], |it| {
        member(it).insert("approvedBy".into(), "the Secretary-General".into());
    }),
    ("a term that is an IRI", [Proof, Proof], |it| {
        member(it).insert("https://mallory.example/role".into(), "admin".into());
    }),
    ("an object that is taken for a graph", [Form, Proof], |it| {
        member(it).insert("@graph".into(), json!([{"id": "urn:x", "type": "StaffIdentity"}]));
    }),
    ("an included object", [Proof, Proof], |it| {
        member(it).insert("@included".into(), json!([{"id": "urn:x", "type": "StaffIdentity"}]));
    }),
    ("a reversed relation", [Form, Proof], |it| {
        subject(it).insert("@reverse".into(), json!({"knows": {"id": "urn:x"}}));
    }),
];

/// Contexts behind the secured ones: no statement comes of a vocabulary that nothing uses, and the JCS suites read the
/// document under the contexts of the proof (vc-di-eddsa 1.0, 3.3.2). It verifies, and says what it said before.
const WITHOUT_EFFECT: &[(&str, Suite, Change)] = &[
    ("a vocabulary that nothing uses", Suite::EddsaRdfc2022, |it| {
        it["@context"].as_array_mut().unwrap().push(json!({"@vocab": "https://mallory.example/"}));
    }),
    ("a claim redefined", Suite::EddsaJcs2022, |it| {
        let names = json!({"givenName": "https://mallory.example/familyName"});
        it["@context"].as_array_mut().unwrap().push(names);
    }),
    ("a type redefined", Suite::EddsaJcs2022, |it| {
        let names = json!({"StaffIdentity": "https://schemas.passerelle.example/v1#SecurityClearance"});
        it["@context"].as_array_mut().unwrap().push(names);
    }),
    ("another language", Suite::EddsaJcs2022, |it| {
        it["@context"].as_array_mut().unwrap().push(json!({"@language": "ar"}));
    }),
];

pub async fn without_effect(scene: &Scene) -> Vec<(&'static str, Value)> {
    let mut presentations = Vec::new();
    for (name, suite, change) in WITHOUT_EFFECT {
        let mut document = scene.staff(*suite).await;
        change(&mut document);
        presentations.push((*name, scene.shown(document).await));
    }
    presentations
}

pub async fn attacks(scene: &Scene) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (at, suite) in [Suite::EddsaRdfc2022, Suite::EddsaJcs2022].into_iter().enumerate() {
        for (name, stopped_by, change) in CONTENT.iter().chain(PROOF).chain(CONTEXTS) {
            let mut document = scene.staff(suite).await;
            change(&mut document);
            attacks.push(Attack {
                name: format!("{}: {name}", suite.as_str()),
                format: "ldp_vc",
                stopped_by: stopped_by[at],
                presentation: scene.shown(document).await,
            });
        }
    }
    attacks
}
