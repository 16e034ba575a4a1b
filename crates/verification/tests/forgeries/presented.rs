//! A W3C presentation of a good credential: for somebody else, by somebody else, or changed on the way.

use clock::Clock as _;
use credential::data_integrity::{ProofOptions, Purpose, Suite, secure};
use serde_json::{Value, json};
use wire::verifications::CheckName::{self, Form, HolderBinding, Policy, Proof};

use crate::scene::{AUDIENCE, Attack, NONCE, Scene};

type Change = fn(&mut Value);

const CHANGED: &[(&str, CheckName, Change)] = &[
    ("the challenge", HolderBinding, |it| it["proof"]["challenge"] = "another".into()),
    ("the domain", HolderBinding, |it| it["proof"]["domain"] = "another".into()),
    ("the time", HolderBinding, |it| it["proof"]["created"] = "2020-01-01T00:00:00Z".into()),
    ("no challenge", HolderBinding, |it| {
        it["proof"].as_object_mut().unwrap().remove("challenge");
    }),
    ("no domain", HolderBinding, |it| {
        it["proof"].as_object_mut().unwrap().remove("domain");
    }),
    ("no proof", HolderBinding, |it| {
        it.as_object_mut().unwrap().remove("proof");
    }),
    ("the purpose", HolderBinding, |it| it["proof"]["proofPurpose"] = "assertionMethod".into()),
    ("the signature", HolderBinding, |it| it["proof"]["proofValue"] = format!("z{}", "2".repeat(86)).into()),
    ("the holder", HolderBinding, |it| it["holder"] = "did:example:mallory".into()),
    ("a type added", HolderBinding, |it| it["type"].as_array_mut().unwrap().push("Delegation".into())),
    ("the type taken away", Form, |it| it["type"] = json!(["Something"])),
    ("nothing in it", Form, |it| it["verifiableCredential"] = json!([])),
    ("null in it", Form, |it| it["verifiableCredential"] = json!([null])),
    ("a text in it", Form, |it| it["verifiableCredential"] = json!(["credential"])),
    ("itself in it", Form, |it| it["verifiableCredential"] = json!([it.clone()])),
    ("the credential without its proof", Proof, |it| {
        it["verifiableCredential"][0].as_object_mut().unwrap().remove("proof");
    }),
    ("a name in the credential", Proof, |it| {
        it["verifiableCredential"][0]["credentialSubject"]["givenName"] = "Mallory".into();
    }),
    ("a hundred copies of the credential", Policy, |it| {
        it["verifiableCredential"] = Value::Array(vec![it["verifiableCredential"][0].clone(); 100]);
    }),
    ("a list for a presentation", Form, |it| *it = json!([it.clone()])),
    ("a number for a presentation", Form, |it| *it = json!(7)),
    ("the bare credential", Form, |it| *it = it["verifiableCredential"][0].clone()),
];

pub async fn attacks(scene: &Scene) -> Vec<Attack> {
    let credential = scene.staff(Suite::EddsaRdfc2022).await;
    let mut attacks = signed_otherwise(scene, &credential).await;
    let good = scene.shown(credential.clone()).await;
    for (name, stopped_by, change) in CHANGED {
        let mut presentation = good.clone();
        change(&mut presentation);
        attacks.push(attack(name, *stopped_by, presentation));
    }
    let stolen = scene.shown_by(&scene.thief, credential).await;
    attacks.push(attack("by a thief", HolderBinding, stolen));
    attacks
}

async fn signed_otherwise(scene: &Scene, credential: &Value) -> Vec<Attack> {
    let now = scene.world.clock.now();
    let usual = ProofOptions::presentation(now, NONCE, AUDIENCE);
    let cases: [(&str, ProofOptions); 5] = [
        ("of an earlier request", ProofOptions::presentation(now, "earlier", AUDIENCE)),
        ("for another verifier", ProofOptions::presentation(now, NONCE, "decentralized_identifier:did:x:y")),
        ("without a challenge", ProofOptions { challenge: None, ..usual.clone() }),
        ("without a domain", ProofOptions { domain: None, ..usual.clone() }),
        ("made as an assertion", ProofOptions { purpose: Purpose::AssertionMethod, ..usual.clone() }),
    ];
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": scene.holder.did(),
        "verifiableCredential": [credential],
    });
    let mut attacks = Vec::new();
    for (name, options) in cases {
        let key = scene.key_of(&scene.holder);
        let secured = secure(&document, Suite::EcdsaRdfc2019, &key, &options).await.unwrap();
        attacks.push(attack(name, HolderBinding, secured));
    }
    attacks
}

fn attack(name: &str, stopped_by: CheckName, presentation: Value) -> Attack {
    Attack { name: name.to_owned(), format: "ldp_vc", stopped_by, presentation }
}
