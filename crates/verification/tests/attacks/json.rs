//! Attacks on an `ldp_vc`: what was signed, the proof, and the form.

use credential::data_integrity::{ProofOptions, Purpose, SigningKey, Suite, secure};
use serde_json::{Value, json};
use wire::verifications::CheckName::{self, Form, IssuerKey, Policy, Proof, Schema, Status, Validity};

use crate::{Scene, Tally};

type Change = fn(&mut Value);
type Rewriting = fn(&str) -> String;

/// Changes to the signed document and its proof; nobody signs it again.
const CHANGED: &[(&str, CheckName, Change)] = &[
    ("context lost", Form, |v| drop(v.as_object_mut().unwrap().remove("@context"))),
    ("context of version 1.1", Form, |v| v["@context"][0] = json!("https://www.w3.org/2018/credentials/v1")),
    ("contexts swapped", Form, |v| v["@context"].as_array_mut().unwrap().reverse()),
    ("context unknown", Form, |v| v["@context"][1] = json!("https://evil.example/context.jsonld")),
    ("context defined inside", Form, |v| {
        v["@context"].as_array_mut().unwrap().push(json!({ "jobTitle": "https://evil.example/rank" }));
    }),
    ("context a number", Form, |v| v["@context"] = json!(7)),
    ("type lost", Form, |v| drop(v.as_object_mut().unwrap().remove("type"))),
    ("type empty", Form, |v| v["type"] = json!([])),
    ("type another", Form, |v| v["type"][1] = json!("SecurityClearance")),
    ("type look-alike", Form, |v| v["type"][1] = json!("StaffIdent\u{0456}ty")),
    ("type an object", Form, |v| v["type"] = json!({ "a": 1 })),
    ("issuer another organisation", Proof, |v| {
        v["issuer"] = json!("did:passerelle:3vjyGDjzUmwMi2UkAYR6xaw4FkjYYbQdsmuNKWFyTeFd")
    }),
    ("issuer lost", Form, |v| drop(v.as_object_mut().unwrap().remove("issuer"))),
    ("issuer a list", Form, |v| v["issuer"] = json!([v["issuer"].clone()])),
    ("issuer not a URL", Form, |v| v["issuer"] = json!("UNDP")),
    ("issuer in other case", IssuerKey, |v| {
        v["issuer"] = json!(v["issuer"].as_str().unwrap().to_uppercase())
    }),
    ("issuer with a space after it", Form, |v| {
        v["issuer"] = json!(format!("{} ", v["issuer"].as_str().unwrap()))
    }),
    ("name changed", Proof, |v| v["credentialSubject"]["givenName"] = json!("Mallory")),
    ("name look-alike", Proof, |v| v["credentialSubject"]["givenName"] = json!("\u{0410}mina")),
    ("name with a zero-width space", Proof, |v| v["credentialSubject"]["givenName"] = json!("Ami\u{200b}na")),
    ("name with a direction mark", Proof, |v| v["credentialSubject"]["givenName"] = json!("\u{202e}Amina")),
    ("name a number", Proof, |v| v["credentialSubject"]["givenName"] = json!(7)),
    ("name a list", Proof, |v| v["credentialSubject"]["givenName"] = json!(["Amina", "Mallory"])),
    ("name null", Proof, |v| v["credentialSubject"]["givenName"] = Value::Null),
    ("claim removed", Proof, |v| drop(v["credentialSubject"].as_object_mut().unwrap().remove("jobTitle"))),
    ("claim added", Proof, |v| v["credentialSubject"]["nationality"] = json!("SEN")),
    ("claim of an unknown word", Form, |v| v["credentialSubject"]["administrator"] = json!(true)),
    ("claim with a keyword", Form, |v| v["credentialSubject"]["@type"] = json!("Administrator")),
    ("organisation changed", Proof, |v| {
        v["credentialSubject"]["worksFor"]["id"] = json!("did:passerelle:wfp")
    }),
    ("holder changed", Proof, |v| {
        v["credentialSubject"]["id"] = json!("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    }),
    ("holder lost", Proof, |v| drop(v["credentialSubject"].as_object_mut().unwrap().remove("id"))),
    ("subject lost", Form, |v| drop(v.as_object_mut().unwrap().remove("credentialSubject"))),
    ("subject empty", Form, |v| v["credentialSubject"] = json!({})),
    ("subject twice", Proof, |v| {
        v["credentialSubject"] = json!([v["credentialSubject"].clone(), { "id": "did:example:mallory" }])
    }),
    ("subject a blank node", Form, |v| v["credentialSubject"]["id"] = json!("_:b0")),
    ("end moved", Proof, |v| v["validUntil"] = json!("2099-01-01T00:00:00Z")),
    ("end lost", Proof, |v| drop(v.as_object_mut().unwrap().remove("validUntil"))),
    ("end not a date", Form, |v| v["validUntil"] = json!("for ever")),
    ("end a number", Form, |v| v["validUntil"] = json!(4_070_908_800_u64)),
    ("begin moved", Proof, |v| v["validFrom"] = json!("2020-01-01T00:00:00Z")),
    ("begin after the end", Form, |v| v["validFrom"] = json!("2199-01-01T00:00:00Z")),
    ("status lost", Proof, |v| drop(v.as_object_mut().unwrap().remove("credentialStatus"))),
    ("status index moved", Proof, |v| v["credentialStatus"][0]["statusListIndex"] = json!("7")),
    ("status index negative", Form, |v| v["credentialStatus"][0]["statusListIndex"] = json!("-1")),
    ("status index huge", Form, |v| v["credentialStatus"][0]["statusListIndex"] = json!("9".repeat(400))),
    ("status list on another host", Proof, |v| {
        v["credentialStatus"][0]["statusListCredential"] = json!("https://evil.example/list")
    }),
    ("status list a file", Form, |v| v["credentialStatus"][0]["statusListCredential"] = json!("file name")),
    ("status purpose another", Proof, |v| v["credentialStatus"][0]["statusPurpose"] = json!("message")),
    ("status without a type", Form, |v| {
        drop(v["credentialStatus"][0].as_object_mut().unwrap().remove("type"))
    }),
    ("schema lost", Proof, |v| drop(v.as_object_mut().unwrap().remove("credentialSchema"))),
    ("schema another", Proof, |v| v["credentialSchema"]["id"] = json!("https://evil.example/any.json")),
    ("related resource with a wrong digest", Form, |v| {
        v["relatedResource"] =
            json!([{ "id": "https://www.w3.org/ns/credentials/v2", "digestSRI": "sha256-AAAA" }]);
    }),
    ("proof lost", Proof, |v| drop(v.as_object_mut().unwrap().remove("proof"))),
    ("proof empty", Proof, |v| v["proof"] = json!({})),
    ("proof a text", Proof, |v| v["proof"] = json!("trust me")),
    ("no proof in a list", Proof, |v| v["proof"] = json!([])),
    ("more proofs than anybody needs", Proof, |v| v["proof"] = json!(vec![v["proof"].clone(); 9])),
    ("signature flipped", Proof, |v| {
        let text = v["proof"]["proofValue"].as_str().unwrap().to_owned();
        let last = if text.ends_with('2') { '3' } else { '2' };
        v["proof"]["proofValue"] = json!(format!("{}{last}", &text[..text.len() - 1]));
    }),
    ("signature empty", Proof, |v| v["proof"]["proofValue"] = json!("z")),
    ("signature cut", Proof, |v| {
        v["proof"]["proofValue"] = json!(&v["proof"]["proofValue"].as_str().unwrap()[..40])
    }),
    ("signature longer", Proof, |v| {
        v["proof"]["proofValue"] = json!(format!("{}zz", v["proof"]["proofValue"].as_str().unwrap()))
    }),
    ("signature in another base", Proof, |v| {
        v["proof"]["proofValue"] = json!(format!("u{}", "A".repeat(86)))
    }),
    ("signature of zeros", Proof, |v| v["proof"]["proofValue"] = json!(format!("z{}", "1".repeat(64)))),
    ("signature lost", Proof, |v| drop(v["proof"].as_object_mut().unwrap().remove("proofValue"))),
    ("cryptosuite none", Proof, |v| v["proof"]["cryptosuite"] = json!("none")),
    ("cryptosuite by JCS", Proof, |v| v["proof"]["cryptosuite"] = json!("eddsa-jcs-2022")),
    ("cryptosuite of another key kind", Proof, |v| v["proof"]["cryptosuite"] = json!("ecdsa-rdfc-2019")),
    ("cryptosuite of selective disclosure", Proof, |v| v["proof"]["cryptosuite"] = json!("ecdsa-sd-2023")),
    ("cryptosuite lost", Proof, |v| drop(v["proof"].as_object_mut().unwrap().remove("cryptosuite"))),
    ("proof type old", Proof, |v| v["proof"]["type"] = json!("Ed25519Signature2018")),
    ("purpose authentication", Proof, |v| v["proof"]["proofPurpose"] = json!("authentication")),
    ("purpose key agreement", Proof, |v| v["proof"]["proofPurpose"] = json!("keyAgreement")),
    ("purpose lost", Proof, |v| drop(v["proof"].as_object_mut().unwrap().remove("proofPurpose"))),
    ("method without a fragment", Proof, |v| v["proof"]["verificationMethod"] = json!("did:passerelle:undp")),
    ("method unknown", IssuerKey, |v| {
        v["proof"]["verificationMethod"] = json!(format!("{}#nobody", v["issuer"].as_str().unwrap()))
    }),
    ("method of the web", Proof, |v| v["proof"]["verificationMethod"] = json!("https://evil.example/keys#1")),
    ("method of a stranger", Proof, |v| {
        v["proof"]["verificationMethod"] = json!(
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
        );
    }),
    ("proof date moved", Proof, |v| v["proof"]["created"] = json!("2020-01-01T00:00:00Z")),
    ("proof date none", Proof, |v| v["proof"]["created"] = json!("yesterday")),
    ("proof with a domain", Proof, |v| v["proof"]["domain"] = json!("evil.example")),
    ("proof expired", Proof, |v| v["proof"]["expires"] = json!("2020-01-01T00:00:00Z")),
    ("proof on another one", Proof, |v| v["proof"]["previousProof"] = json!("urn:uuid:0")),
    ("proof with another context", Proof, |v| {
        v["proof"]["@context"] = json!(["https://www.w3.org/2018/credentials/v1"])
    }),
    ("nested forty deep", Form, |v| {
        let mut deep = json!(1);
        for _ in 0..40 {
            deep = json!({ "name": deep });
        }
        v["credentialSubject"]["worksFor"]["name"] = deep;
    }),
    ("eleven thousand values", Form, |v| {
        v["credentialSubject"]["jobTitle"] = json!(vec![vec!["x"; 100]; 110])
    }),
    ("two thousand elements", Form, |v| v["credentialSubject"]["jobTitle"] = json!(vec!["x"; 2000])),
    ("sixty contexts", Form, |v| v["@context"] = json!(vec!["https://www.w3.org/ns/credentials/v2"; 60])),
    ("a clique of blank nodes", Form, |v| {
        let all: Vec<_> = (0..8).map(|n| json!({ "id": format!("_:n{n}") })).collect();
        v["credentialSubject"]["worksFor"] = json!(all);
    }),
    ("a megabyte of text", Proof, |v| v["credentialSubject"]["jobTitle"] = json!("x".repeat(900_000))),
];

/// Changes to the text, which a parser could read in two ways.
const REWRITTEN: &[(&str, CheckName, Rewriting)] = &[
    ("member twice", Form, |text| text.replacen("{", "{\"issuer\":\"did:example:mallory\",", 1)),
    ("claim twice", Form, |text| {
        text.replacen("\"givenName\":", "\"givenName\":\"Mallory\",\"givenName\":", 1)
    }),
    ("member twice by an escape", Form, |text| {
        text.replacen("\"givenName\":", "\"given\\u004eame\":\"Mallory\",\"givenName\":", 1)
    }),
    ("a megabyte of small objects", Form, |text| {
        text.replacen("\"Amina\"", &format!("[{}]", vec!["{\"\":0}"; 145_000].join(",")), 1)
    }),
    ("text after the end", Form, |text| format!("{text}{text}")),
    ("comment before the end", Form, |text| text.replacen(',', ",/* */", 1)),
    ("comma too many", Form, |text| text.replacen('}', ",}", 1)),
    ("lone surrogate", Form, |text| text.replacen("Amina", "\\ud800", 1)),
    ("number without end", Proof, |text| text.replacen("\"Amina\"", &"9".repeat(100_000), 1)),
    ("number with a huge exponent", Proof, |text| text.replacen("\"Amina\"", "1e999999999", 1)),
    ("not finite", Form, |text| text.replacen("\"Amina\"", "NaN", 1)),
    ("cut in the middle", Form, |text| text[..text.len() / 2].to_owned()),
    ("a hundred thousand brackets", Form, |text| text.replacen("\"Amina\"", &"[".repeat(100_000), 1)),
    ("more than a megabyte", Form, |text| text.replacen("Amina", &"A".repeat(1_100_000), 1)),
];

/// What the issuer itself signs, and must not be accepted.
const ISSUED: &[(&str, CheckName, Change)] = &[
    ("issued expired", Validity, |v| {
        v["validFrom"] = json!("2020-01-01T00:00:00Z");
        v["validUntil"] = json!("2021-01-01T00:00:00Z");
    }),
    ("issued for later", Validity, |v| v["validFrom"] = json!("2027-01-01T00:00:00Z")),
    ("issued without a status", Status, |v| drop(v.as_object_mut().unwrap().remove("credentialStatus"))),
    ("issued with a list never registered", Status, |v| {
        v["credentialStatus"][0]["statusListCredential"] = json!("https://issuer.example/another")
    }),
    ("issued with an index outside the list", Status, |v| {
        v["credentialStatus"][0]["statusListIndex"] = json!("131072")
    }),
    ("issued against its schema", Schema, |v| v["credentialSubject"]["jobTitle"] = json!("")),
    ("issued with an unknown schema", Schema, |v| {
        v["credentialSchema"]["id"] = json!("https://issuer.example/schema.json")
    }),
    ("issued without a schema", Schema, |v| drop(v.as_object_mut().unwrap().remove("credentialSchema"))),
    ("issued without a claim asked for", Policy, |v| {
        drop(v["credentialSubject"].as_object_mut().unwrap().remove("jobTitle"))
    }),
    ("issued for another organisation", CheckName::Accreditation, |v| {
        v["credentialSubject"]["worksFor"]["id"] = json!("did:passerelle:wfp")
    }),
    ("issued for no organisation", CheckName::Accreditation, |v| {
        drop(v["credentialSubject"]["worksFor"].as_object_mut().unwrap().remove("id"))
    }),
];

pub async fn run(scene: &Scene, tally: &mut Tally) {
    for (name, check, change) in CHANGED {
        let mut changed = scene.json.clone();
        change(&mut changed);
        let text = changed.to_string();
        tally.attack(format!("ldp_vc: {name}"), *check, scene.hand_over(&text)).await;
    }
    for (name, check, change) in REWRITTEN {
        let text = change(&scene.json.to_string());
        tally.attack(format!("ldp_vc: {name}"), *check, scene.hand_over(&text)).await;
    }
    for (name, check, change) in ISSUED {
        let mut document = scene.json.clone();
        document.as_object_mut().unwrap().remove("proof");
        change(&mut document);
        let text = signed(scene, &document, &scene.undp.method("ed25519"), true).await;
        tally.attack(format!("ldp_vc: {name}"), *check, scene.hand_over(&text)).await;
    }
    let mut document = scene.json.clone();
    document.as_object_mut().unwrap().remove("proof");
    let forged = signed(scene, &document, &scene.undp.method("ed25519"), false).await;
    tally
        .attack("ldp_vc: signed by a thief in the issuer's name".into(), Proof, scene.hand_over(&forged))
        .await;
    let own = signed(scene, &document, &scene.wfp.method("ed25519"), false).await;
    tally.attack("ldp_vc: signed by another member".into(), IssuerKey, scene.hand_over(&own)).await;
}

async fn signed(scene: &Scene, document: &Value, method: &str, by_issuer: bool) -> String {
    let signer = if by_issuer { scene.undp.ed25519.clone() } else { scene.wfp.ed25519.clone() };
    let key = SigningKey { verification_method: method.to_owned(), signer };
    let options = ProofOptions {
        created: None,
        purpose: Purpose::AssertionMethod,
        challenge: None,
        domain: None,
        expires: None,
    };
    secure(document, Suite::EddsaRdfc2022, &key, &options).await.unwrap().to_string()
}
