//! What a verifier reads: credentials of every format, and what they rest on.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential::Input;
use credential::jwe::DecryptionKey;
use fuzz::authority::Authority;
use fuzz::packs::{Packs, content, pieces};
use fuzz::scene::{Scene, encrypted_answer, now};
use fuzz::world::STAFF_SCHEMA;
use registry_types::Canonical as _;
use serde_json::json;
use status_list::StatusList;

use crate::{Write, of_kind};

pub fn write(write: &Write<'_>) -> io::Result<()> {
    let scene = Scene::new();
    credentials(&scene, write)?;
    disclosures(&scene, write)?;
    lists(&scene, write)?;
    let schema = credential::schemas::embedded(STAFF_SCHEMA).expect("an embedded schema");
    write("schemas", "staff", schema)?;
    write("schemas", "small", br##"{"$defs":{"claims":{"required":["vct"],"properties":{"vct":{"type":"string","pattern":"^https:"}}}},"$ref":"#/$defs/claims"}"##)?;
    encryption(write)?;
    certificates(write)?;
    packs(write)?;
    documents(&scene, write)
}

fn credentials(scene: &Scene, write: &Write<'_>) -> io::Result<()> {
    for (number, input) in scene.credentials.iter().enumerate() {
        let bytes = match input {
            Input::Json(value) => of_kind(0, value.to_string().as_bytes()),
            Input::Compact(text) | Input::Jwt(text) => of_kind(0, text.as_bytes()),
            Input::Cose(bytes) => of_kind(1, bytes),
        };
        write("credentials", &format!("true-{number}"), &bytes)?;
    }
    let Input::Json(mut document) = scene.credentials[0].clone() else {
        unreachable!("the first one is JSON")
    };
    document.as_object_mut().expect("a credential is an object").remove("proof");
    for kind in 2..6 {
        write("credentials", &format!("payload-{kind}"), &of_kind(kind, document.to_string().as_bytes()))?;
    }
    Ok(())
}

fn disclosures(scene: &Scene, write: &Write<'_>) -> io::Result<()> {
    let about = json!({"iss": scene.issuer.did, "vct": fuzz::world::STAFF, "iat": scene.time().timestamp()});
    let about = about.to_string();
    let about = about.trim_end_matches('}');
    let flat = format!(
        "{about},\"_sd\":[\"#0\",\"#1\"],\"_sd_alg\":\"sha-256\"}}\n[\"s\",\"a\",1]\n[\"s\",\"b\",{{\"c\":true}}]"
    );
    write("disclosures", "flat", flat.as_bytes())?;
    let nested = format!(
        "{about},\"l\":[{{\"...\":\"#0\"}},2,{{\"...\":\"decoy\"}}]}}\n[\"s\",{{\"_sd\":[\"#1\"]}}]\n[\"s\",\"b\",[{{\"...\":\"#2\"}}]]\n[\"s\",3]"
    );
    write("disclosures", "nested", nested.as_bytes())
}

fn lists(scene: &Scene, write: &Write<'_>) -> io::Result<()> {
    let mut list = StatusList::new(2, 131_072).expect("a list");
    let at = scene.time().timestamp();
    for (name, value) in [("good", 0), ("revoked", 1)] {
        list.set(94_567, value).expect("a place");
        let subject = scene.issuer.list("token");
        let claims = json!({"sub": subject, "iat": at, "ttl": 300, "status_list": {"bits": 2, "lst": list.encode_token()}});
        write("lists", &format!("jwt-{name}"), &of_kind(0, claims.to_string().as_bytes()))?;
        write("lists", &format!("cwt-{name}"), &of_kind(1, &cwt_claims(&subject, at, &list)))?;
    }
    let bitstring = StatusList::new(1, 131_072).expect("a list").encode_bitstring();
    write("lists", "bitstring", &of_kind(2, format!("{bitstring}\n{{\"ttl\":60000}}").as_bytes()))?;
    write("lists", "token", &of_kind(3, &now(scene.world.token_list(&scene.issuer, &[], &[]))))?;
    write("lists", "credential", &of_kind(4, &now(scene.world.bitstring(&scene.issuer, "revocation", &[]))))
}

/// Token Status List, 5.2.
fn cwt_claims(subject: &str, at: i64, list: &StatusList) -> Vec<u8> {
    use ciborium::Value;
    let compressed = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(list.encode_token());
    let inner = vec![
        (Value::from("lst"), Value::Bytes(compressed.expect("our own list"))),
        (Value::from("bits"), Value::from(2)),
    ];
    let claims = Value::Map(vec![
        (Value::from(2), Value::from(subject)),
        (Value::from(6), Value::from(at)),
        (Value::from(65_533), Value::Map(inner)),
        (Value::from(65_534), Value::from(300)),
    ]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&claims, &mut bytes).expect("writing to memory");
    bytes
}

fn encryption(write: &Write<'_>) -> io::Result<()> {
    let key = DecryptionKey::from_seed(&[7; 32]);
    write("encryption", "message", &of_kind(0, encrypted_answer(&key).as_bytes()))?;
    write("encryption", "changed", &of_kind(1, b"\x00\x30Aa plain text"))?;
    let header = json!({"alg": "ECDH-ES", "enc": "A128GCM", "apu": "QQ", "epk": key.public_jwk()});
    write("encryption", "header", &of_kind(2, header.to_string().as_bytes()))?;
    write("encryption", "recipient", &of_kind(3, key.public_jwk().to_string().as_bytes()))
}

fn certificates(write: &Write<'_>) -> io::Result<()> {
    let authority = Authority::new();
    let der = |pem: &str| {
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(lines).expect("our own PEM")
    };
    let mut chain = vec![0];
    for pem in [&authority.leaf, &authority.between] {
        let der = der(pem);
        chain.extend(u16::try_from(der.len()).expect("a short certificate").to_be_bytes());
        chain.extend(der);
    }
    write("certificates", "chain", &chain)?;
    let pem = format!("{}{}", authority.leaf, authority.between);
    write("certificates", "pem", &of_kind(1, pem.as_bytes()))
}

fn packs(write: &Write<'_>) -> io::Result<()> {
    let packs = Packs::new();
    let difference = pack::difference(&packs.old, &packs.new).expect("our own packs");
    write("packs", "pack", &of_kind(0, &packs.new))?;
    write("packs", "content", &of_kind(1, &content(&packs.new)))?;
    write("packs", "difference", &of_kind(2, &difference))?;
    write("packs", "pieces", &of_kind(3, &pieces(&difference)))
}

fn documents(scene: &Scene, write: &Write<'_>) -> io::Result<()> {
    let records = scene.world.chain.ledger.lock().expect("nobody panicked");
    let record = records.dids.get(&scene.issuer.did).expect("the issuer's record");
    write("documents", "record", &of_kind(0, &record.to_bytes()))?;
    use keys::Signer as _;
    let key = scene.issuer.p256.public_key();
    write("documents", "jwk", &of_kind(1, key.to_jwk().to_string().as_bytes()))?;
    write("documents", "multikey", &of_kind(2, key.to_multikey().as_bytes()))
}
