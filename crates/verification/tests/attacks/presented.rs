//! Attacks on the answer of a wallet: replays, other audiences, stolen credentials, key binding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wire::verifications::CheckName::{self, Form, HolderBinding, Policy, Proof};

use crate::world::Copy;
use crate::{AUDIENCE, NONCE, Scene, Tally};

type Change = fn(&mut Value);
/// Of header and payload.
type TokenChange = fn(&mut Value, &mut Value);

/// Changes to a signed presentation of Data Integrity.
const OF_JSON: &[(&str, CheckName, Change)] = &[
    ("challenge changed", HolderBinding, |v| v["proof"]["challenge"] = json!("another")),
    ("challenge lost", HolderBinding, |v| drop(v["proof"].as_object_mut().unwrap().remove("challenge"))),
    ("domain changed", HolderBinding, |v| v["proof"]["domain"] = json!("evil.example")),
    ("domain lost", HolderBinding, |v| drop(v["proof"].as_object_mut().unwrap().remove("domain"))),
    ("purpose assertion", HolderBinding, |v| v["proof"]["proofPurpose"] = json!("assertionMethod")),
    ("proof lost", HolderBinding, |v| drop(v.as_object_mut().unwrap().remove("proof"))),
    ("signature cut", HolderBinding, |v| v["proof"]["proofValue"] = json!("z2")),
    ("proof expired", HolderBinding, |v| v["proof"]["expires"] = json!("2020-01-01T00:00:00Z")),
    ("holder changed", HolderBinding, |v| {
        v["holder"] = json!("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    }),
    ("holder a number", Form, |v| v["holder"] = json!(7)),
    ("credential changed inside", Proof, |v| {
        v["verifiableCredential"][0]["credentialSubject"]["givenName"] = json!("Mallory")
    }),
    ("credential without its proof", Proof, |v| {
        drop(v["verifiableCredential"][0].as_object_mut().unwrap().remove("proof"))
    }),
    ("no credential", Form, |v| v["verifiableCredential"] = json!([])),
    ("credential twice", Policy, |v| {
        let one = v["verifiableCredential"][0].clone();
        v["verifiableCredential"].as_array_mut().unwrap().push(one);
    }),
    ("seventeen credentials", Policy, |v| {
        v["verifiableCredential"] = json!(vec![v["verifiableCredential"][0].clone(); 17])
    }),
    ("type lost", Form, |v| v["type"] = json!([])),
    ("context unknown", Form, |v| v["@context"][0] = json!("https://evil.example/context")),
];

/// Changes to the key binding JWT: header, payload, whether the holder signs it again.
const OF_KEY_BINDING: &[(&str, CheckName, TokenChange, bool)] = &[
    ("nonce changed", HolderBinding, |_, p| p["nonce"] = json!("another"), false),
    ("nonce of another request", HolderBinding, |_, p| p["nonce"] = json!("another"), true),
    ("nonce lost", HolderBinding, |_, p| drop(p.as_object_mut().unwrap().remove("nonce")), true),
    ("nonce a list", HolderBinding, |_, p| p["nonce"] = json!([NONCE, "another"]), true),
    ("audience of another verifier", HolderBinding, |_, p| p["aud"] = json!("x509_hash:abc"), true),
    ("audience lost", HolderBinding, |_, p| drop(p.as_object_mut().unwrap().remove("aud")), true),
    ("made an hour ago", HolderBinding, |_, p| p["iat"] = json!(p["iat"].as_i64().unwrap() - 3600), true),
    ("made in an hour", HolderBinding, |_, p| p["iat"] = json!(p["iat"].as_i64().unwrap() + 3600), true),
    ("time lost", HolderBinding, |_, p| drop(p.as_object_mut().unwrap().remove("iat")), true),
    ("hash of another presentation", HolderBinding, |_, p| p["sd_hash"] = json!("A".repeat(43)), true),
    ("hash lost", HolderBinding, |_, p| drop(p.as_object_mut().unwrap().remove("sd_hash")), true),
    ("type any", HolderBinding, |h, _| h["typ"] = json!("JWT"), true),
    ("algorithm none", HolderBinding, |h, _| h["alg"] = json!("none"), false),
    ("algorithm with a shared secret", HolderBinding, |h, _| h["alg"] = json!("HS256"), true),
];

pub async fn run(scene: &Scene, tally: &mut Tally) {
    let json = Copy::Json(scene.json.clone());
    let good = scene.world.present(&scene.holder, &json, NONCE, AUDIENCE).await;
    for (name, check, change) in OF_JSON {
        let mut changed = good.clone();
        change(&mut changed);
        let run = async { Some(scene.answer("staff_ldp_vc", changed).await) };
        tally.attack(format!("ldp_vp: {name}"), *check, run).await;
    }
    key_binding(scene, tally).await;
    for copy in [json, Copy::Compact(scene.compact.clone())] {
        let query = copy.query_id();
        for (name, by, nonce, audience) in [
            ("shown by a thief", &scene.thief, NONCE, AUDIENCE),
            ("replayed from another request", &scene.holder, "an earlier nonce of ours", AUDIENCE),
            (
                "passed on by another verifier",
                &scene.holder,
                NONCE,
                "decentralized_identifier:did:passerelle:other",
            ),
        ] {
            let shown = scene.world.present(by, &copy, nonce, audience).await;
            let run = async { Some(scene.answer(query, shown).await) };
            tally.attack(format!("{query}: {name}"), HolderBinding, run).await;
        }
        let bare = match &copy {
            Copy::Json(value) => value.clone(),
            Copy::Compact(text) => Value::String(text.clone()),
        };
        let run = async { Some(scene.answer(query, bare).await) };
        let check = if query == "staff_ldp_vc" { Form } else { HolderBinding };
        tally.attack(format!("{query}: not presented at all"), check, run).await;
    }
}

async fn key_binding(scene: &Scene, tally: &mut Tally) {
    let copy = Copy::Compact(scene.compact.clone());
    let presented = scene.world.present(&scene.holder, &copy, NONCE, AUDIENCE).await;
    let text = presented.as_str().unwrap();
    let (credential, binding) = text.rsplit_once('~').unwrap();
    let parts: Vec<_> = binding.split('.').collect();
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    for (name, check, change, sign) in OF_KEY_BINDING {
        let (mut header, mut payload): (Value, Value) = (read(parts[0]), read(parts[1]));
        change(&mut header, &mut payload);
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        let signature = if *sign {
            URL_SAFE_NO_PAD.encode(scene.holder.key.sign_now(signed.as_bytes()).unwrap())
        } else {
            parts[2].to_owned()
        };
        let changed = Value::String(format!("{credential}~{signed}.{signature}"));
        let run = async { Some(scene.answer("staff_sd_jwt", changed).await) };
        tally.attack(format!("key binding: {name}"), *check, run).await;
    }
    let without_a_disclosure = {
        let mut pieces: Vec<_> = text.split('~').collect();
        pieces.remove(1);
        pieces.join("~")
    };
    for (name, check, changed) in [
        ("disclosure taken away after signing", HolderBinding, without_a_disclosure),
        ("signature lost", HolderBinding, text.rsplit_once('.').unwrap().0.to_owned()),
        ("twice", Form, format!("{text}~{binding}")),
    ] {
        let run = async { Some(scene.answer("staff_sd_jwt", Value::String(changed)).await) };
        tally.attack(format!("key binding: {name}"), check, run).await;
    }
}
