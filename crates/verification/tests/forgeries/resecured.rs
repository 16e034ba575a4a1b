//! A W3C credential that was secured as no issuer should, or by somebody who should not.

use chrono::Duration;
use clock::Clock as _;
use credential::data_integrity::{ProofOptions, Purpose, SigningKey, Suite, secure};
use keys::Signer as _;
use serde_json::{Map, Value, json};
use wire::verifications::CheckName::{
    self, Accreditation, Form, HolderBinding, IssuerKey, Policy, Proof, Schema, Status, Validity,
};

use crate::by_hand;
use crate::scene::{Attack, Scene};

type Change = fn(&mut Map<String, Value>);

/// Signed by the issuer itself, so that nothing but the content is wrong.
const CONTENT: &[(&str, CheckName, Change)] = &[
    ("ended", Validity, |it| {
        it.insert("validUntil".into(), "2024-01-01T00:00:00Z".into());
        it.insert("validFrom".into(), "2023-01-01T00:00:00Z".into());
    }),
    ("begins later", Validity, |it| {
        it.insert("validFrom".into(), "2090-01-01T00:00:00Z".into());
        it.insert("validUntil".into(), "2099-01-01T00:00:00Z".into());
    }),
    ("ends before it begins", Form, |it| {
        it.insert("validFrom".into(), "2090-01-01T00:00:00Z".into());
    }),
    ("a date without a time", Form, |it| {
        it.insert("validUntil".into(), "2099-01-01".into());
    }),
    ("a date that does not exist", Form, |it| {
        it.insert("validUntil".into(), "2099-02-30T00:00:00Z".into());
    }),
    ("a date that is a number", Form, |it| {
        it.insert("validUntil".into(), json!(4_000_000_000_u64));
    }),
    ("no type of a credential", Form, |it| {
        it.insert("type".into(), json!(["StaffIdentity"]));
    }),
    ("no type", Form, |it| {
        it.remove("type");
    }),
    ("another type", Policy, |it| {
        it.insert("type".into(), json!(["VerifiableCredential"]));
    }),
    ("no issuer", Form, |it| {
        it.remove("issuer");
    }),
    ("an issuer that is no address", Form, |it| {
        it.insert("issuer".into(), "UNDP".into());
    }),
    ("an issuer that is a list", Form, |it| {
        let issuer = it["issuer"].clone();
        it.insert("issuer".into(), json!([issuer]));
    }),
    ("no subject", Form, |it| {
        it.remove("credentialSubject");
    }),
    ("an empty subject", Form, |it| {
        it.insert("credentialSubject".into(), json!({}));
    }),
    ("nobody's", HolderBinding, |it| {
        it["credentialSubject"].as_object_mut().unwrap().remove("id");
    }),
    ("somebody else's", HolderBinding, |it| {
        it["credentialSubject"]["id"] = "did:example:somebody".into();
    }),
    ("the staff of another organisation", Accreditation, |it| {
        it["credentialSubject"]["worksFor"]["id"] = "did:passerelle:another".into();
    }),
    ("the staff of no organisation", Accreditation, |it| {
        it["credentialSubject"].as_object_mut().unwrap().remove("worksFor");
    }),
    ("no status", Status, |it| {
        it.remove("credentialStatus");
    }),
    ("a status that says nothing", Status, |it| {
        it["credentialStatus"] = json!([{ "type": "BitstringStatusListEntry", "statusPurpose": "refresh",
            "statusListIndex": "1", "statusListCredential": "https://issuer.example/t/undp/status/revocation" }]);
    }),
    ("a status list that was never registered", Status, |it| {
        it["credentialStatus"][0]["statusListCredential"] = "https://mallory.example/status/1".into();
    }),
    ("a status list of another organisation", Status, |it| {
        it["credentialStatus"][0]["statusListCredential"] =
            "https://issuer.example/t/wfp/status/revocation".into();
    }),
    ("the list of the other purpose", Status, |it| {
        let list = it["credentialStatus"][1]["statusListCredential"].clone();
        it["credentialStatus"][0]["statusListCredential"] = list;
    }),
    ("a place outside of the list", Status, |it| {
        it["credentialStatus"][0]["statusListIndex"] = "99999999".into();
    }),
    ("a place below the list", Form, |it| it["credentialStatus"][0]["statusListIndex"] = "-1".into()),
    ("a place that no number holds", Form, |it| {
        it["credentialStatus"][0]["statusListIndex"] = "9".repeat(400).into();
    }),
    ("entries of another size", Form, |it| it["credentialStatus"][0]["statusSize"] = json!(3)),
    ("a claim against the schema", Schema, |it| it["credentialSubject"]["jobTitle"] = "".into()),
    ("a schema that is not registered", Schema, |it| {
        it["credentialSchema"]["id"] = "https://mallory.example/schema.json".into();
    }),
    ("a context with another digest", Form, |it| {
        it.insert(
            "relatedResource".into(),
            json!([{ "id": "https://www.w3.org/ns/credentials/v2", "digestSRI": "sha256-AAAA" }]),
        );
    }),
    ("a presentation for a credential", Form, |it| {
        it.insert("type".into(), json!(["VerifiablePresentation"]));
    }),
];

/// Too much of something.
const BOMBS: &[(&str, CheckName, Change)] = &[
    ("nested a hundred deep", Form, |it| {
        let deep = (0..100).fold(json!("x"), |inner, _| json!({"https://e.example/p": inner}));
        it.insert("evidence".into(), json!([{ "type": "E", "https://e.example/p": deep }]));
    }),
    ("fifty thousand objects without names", Form, |it| {
        it.insert("evidence".into(), Value::Array(vec![json!({"type": "E"}); 50_000]));
    }),
    ("nine hundred objects without names that refer to each other by numbers", Form, |it| {
        let clique: Vec<_> = (0..900).map(|n| json!({"id": format!("_:b{}", n % 30), "type": "E"})).collect();
        it.insert("evidence".into(), clique.into());
    }),
    ("a text of two megabytes", Form, |it| it["credentialSubject"]["jobTitle"] = "x".repeat(2 << 20).into()),
    ("two thousand values of a claim", Form, |it| {
        it["credentialSubject"]["givenName"] = Value::Array(vec!["Amina".into(); 2_000]);
    }),
];

pub async fn attacks(scene: &Scene) -> Vec<Attack> {
    let mut attacks = by_others(scene).await;
    let options = ProofOptions::assertion(scene.world.clock.now());
    for (name, stopped_by, change) in CONTENT.iter().chain(BOMBS) {
        let document = changed(scene, *change).await;
        let secured = by_hand::secure(&document, &scene.key(&scene.undp), &options).await;
        attacks.push(attack(scene, name, *stopped_by, secured).await);
    }
    attacks
}

async fn by_others(scene: &Scene) -> Vec<Attack> {
    let now = scene.world.clock.now();
    let (undp, wfp) = (&scene.undp, &scene.wfp);
    let usual = ProofOptions::assertion(now);
    let thief = scene.key_of(&scene.thief);
    let own_key = SigningKey {
        verification_method: format!(
            "{0}#{1}",
            undp.ed25519.public_key().did_key(),
            undp.ed25519.public_key().to_multikey()
        ),
        signer: undp.ed25519.clone(),
    };
    let borrowed = SigningKey { verification_method: undp.method("ed25519"), signer: wfp.ed25519.clone() };
    let cases: [(&str, CheckName, SigningKey, Suite, ProofOptions); 7] = [
        ("by another organisation", IssuerKey, scene.key(wfp), Suite::EddsaRdfc2022, usual.clone()),
        (
            "by another organisation under this one's name",
            Proof,
            borrowed,
            Suite::EddsaRdfc2022,
            usual.clone(),
        ),
        ("by the holder", IssuerKey, scene.key_of(&scene.holder), Suite::EcdsaRdfc2019, usual.clone()),
        ("by a thief", IssuerKey, thief, Suite::EcdsaRdfc2019, usual.clone()),
        (
            "by the issuer's key under a name of its own",
            IssuerKey,
            own_key,
            Suite::EddsaRdfc2022,
            usual.clone(),
        ),
        (
            "made for signing in",
            Proof,
            scene.key(undp),
            Suite::EddsaRdfc2022,
            ProofOptions { purpose: Purpose::Authentication, ..usual.clone() },
        ),
        (
            "with a proof that has ended",
            Proof,
            scene.key(undp),
            Suite::EddsaRdfc2022,
            ProofOptions { expires: Some(now - Duration::minutes(1)), ..usual.clone() },
        ),
    ];
    let mut attacks = Vec::new();
    for (name, stopped_by, key, suite, options) in cases {
        let secured = secure(&scene.unsecured().await, suite, &key, &options).await.unwrap();
        attacks.push(attack(scene, name, stopped_by, secured).await);
    }
    attacks
}

async fn changed(scene: &Scene, change: Change) -> Value {
    let mut document = scene.unsecured().await;
    change(document.as_object_mut().unwrap());
    document
}

async fn attack(scene: &Scene, name: &str, stopped_by: CheckName, credential: Value) -> Attack {
    let presentation = scene.shown(credential).await;
    Attack { name: name.to_owned(), format: "ldp_vc", stopped_by, presentation }
}
