#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{SeededEntropy, Timestamp};
use keys::{Algorithm, Signer as _, SoftwareKey};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::data_integrity::SigningKey;
use crate::digest::sha256;
use crate::jwt;
use crate::outcome::Expect;

fn key(seed: u8) -> SigningKey {
    let signer = SoftwareKey::from_secret(Algorithm::P256, &[seed; 32]).unwrap();
    let verification_method = format!("{}#0", signer.public_key().did_jwk());
    SigningKey { verification_method, signer: Arc::new(signer) }
}

fn path(text: &str) -> ClaimPath {
    text.split('.')
        .map(|step| step.parse().map_or_else(|_| PathElement::Name(step.to_owned()), PathElement::Index))
        .collect()
}

fn claims() -> Map<String, Value> {
    let claims = json!({
        "vct": "https://example.org/type", "iat": 1,
        "given": "Ana", "address": {"street": "Rua 1", "city": "Maputo"}, "nationalities": ["MOZ", "PRT"],
    });
    claims.as_object().unwrap().clone()
}

async fn issued(disclosable: &[&str], decoys: usize) -> String {
    let new = NewSdJwt {
        claims: claims(),
        disclosable: disclosable.iter().map(|text| path(text)).collect(),
        holder_key: Some(*key(2).signer.public_key()),
        decoys,
    };
    issue(&new, &key(1), &SeededEntropy::new(5)).await.unwrap()
}

const ALL: [&str; 5] = ["given", "address", "address.street", "nationalities.0", "nationalities.1"];

#[tokio::test]
async fn what_was_issued_is_parsed_again() {
    for decoys in [0, 3] {
        let text = issued(&ALL, decoys).await;
        assert!(text.ends_with('~'));
        let parsed = parse(&text).unwrap();
        assert_eq!(parsed.header["typ"], "dc+sd-jwt");
        let mut expected = claims();
        expected.insert("cnf".to_owned(), json!({ "jwk": key(2).signer.public_key().to_jwk() }));
        assert_eq!(parsed.claims, expected);
        let mut paths = parsed.disclosable.clone();
        paths.sort();
        let mut all: Vec<_> = ALL.iter().map(|text| path(text)).collect();
        all.sort();
        assert_eq!(paths, all);
        // Nothing of what may be withheld stands in the token itself.
        let payload = URL_SAFE_NO_PAD.decode(text.split('.').nth(1).unwrap()).unwrap();
        let payload = String::from_utf8(payload).unwrap();
        assert!(!payload.contains("Ana") && !payload.contains("Maputo") && !payload.contains("MOZ"));
        let digests = payload.matches('"').count();
        assert!(digests > 0);
    }
}

#[tokio::test]
async fn the_holder_chooses_what_to_show() {
    let text = issued(&ALL, 0).await;
    let show = |paths: &[&str]| {
        let paths: Vec<_> = paths.iter().map(|text| path(text)).collect();
        let mut claims = parse(&select(&text, &paths).unwrap()).unwrap().claims;
        for hidden in ["vct", "iat", "cnf"] {
            claims.remove(hidden);
        }
        Value::Object(claims)
    };
    assert_eq!(show(&[]), json!({"nationalities": []}));
    assert_eq!(show(&["given"]), json!({"given": "Ana", "nationalities": []}));
    assert_eq!(show(&["address.city"]), json!({"address": {"city": "Maputo"}, "nationalities": []}));
    assert_eq!(
        show(&["address"]),
        json!({"address": {"street": "Rua 1", "city": "Maputo"}, "nationalities": []})
    );
    assert_eq!(show(&["nationalities.1"]), json!({"nationalities": ["PRT"]}));
}

#[tokio::test]
async fn claims_that_break_the_format_are_not_issued() {
    let attempt = async |change: fn(&mut NewSdJwt)| {
        let mut new = NewSdJwt { claims: claims(), disclosable: Vec::new(), holder_key: None, decoys: 0 };
        change(&mut new);
        match issue(&new, &key(1), &SeededEntropy::new(5)).await {
            Err(IssueError::Claims(faults)) => faults[0].code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(attempt(|new| drop(new.claims.remove("vct"))).await, "vctMissing");
    assert_eq!(attempt(|new| new.disclosable.push(path("vct"))).await, "neverWithheld");
    assert_eq!(attempt(|new| new.disclosable.push(path("nothing"))).await, "noSuchClaim");
    assert_eq!(attempt(|new| drop(new.claims.insert("_sd".into(), json!([])))).await, "reservedName");
    assert_eq!(
        attempt(|new| drop(new.claims.insert("a".into(), json!([{"...": "x"}])))).await,
        "reservedName"
    );
}

/// An issuer that signs whatever it is told.
async fn signed(payload: Value, disclosures: &[Value]) -> String {
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!("dc+sd-jwt"));
    let token = jwt::sign(header, payload.as_object().unwrap(), key(1).signer.as_ref()).await.unwrap();
    let disclosures: String = disclosures.iter().map(|it| format!("{}~", encode(it))).collect();
    format!("{token}~{disclosures}")
}

fn encode(disclosure: &Value) -> String {
    URL_SAFE_NO_PAD.encode(disclosure.to_string())
}

fn digest(disclosure: &Value) -> String {
    URL_SAFE_NO_PAD.encode(sha256(encode(disclosure).as_bytes()))
}

/// RFC 9901, 7.1: each of these would let a verifier read something the issuer did not say.
#[tokio::test]
async fn wrong_tokens_are_refused() {
    let a = json!(["salt", "a", 1]);
    let element = json!(["salt", 1]);
    let good = signed(
        json!({ "_sd": [digest(&a)], "list": [{"...": digest(&element)}] }),
        &[a.clone(), element.clone()],
    )
    .await;
    assert!(parse(&good).is_ok());

    let code = |text: &str| parse(text).unwrap_err().code;
    let token = good.split('~').next().unwrap().to_owned();
    assert_eq!(code(&token), "sdJwtForm");
    assert_eq!(code(&format!("{good}{}~", encode(&a))), "disclosureTwice");
    assert_eq!(code(&format!("{good}{}~", encode(&json!(["other", "a", 1])))), "disclosureUnused");
    assert_eq!(code(&format!("{good}~x")), "disclosureForm");
    for (payload, disclosures, expected) in [
        (json!({ "_sd": [digest(&a), digest(&a)] }), vec![a.clone()], "digestTwice"),
        (json!({ "_sd": [digest(&a)], "b": {"_sd": [digest(&a)]} }), vec![a.clone()], "digestTwice"),
        (json!({ "_sd": [digest(&a)], "a": 2 }), vec![a.clone()], "claimTwice"),
        (json!({ "_sd": digest(&a) }), vec![a.clone()], "sdJwtForm"),
        (json!({ "_sd": [1] }), vec![], "sdJwtForm"),
        (json!({ "_sd_alg": "sha-512" }), vec![], "hashAlgorithm"),
        (json!({ "_sd_alg": 1 }), vec![], "hashAlgorithm"),
        (json!({ "b": {"_sd_alg": "sha-256"} }), vec![], "reservedName"),
        (json!({ "...": digest(&a) }), vec![a.clone()], "reservedName"),
        (json!({ "list": [{"...": digest(&element), "x": 1}] }), vec![element.clone()], "sdJwtForm"),
        (json!({ "list": [{"...": digest(&a)}] }), vec![a.clone()], "disclosureForm"),
        (json!({ "_sd": [digest(&element)] }), vec![element.clone()], "disclosureForm"),
    ] {
        let text = signed(payload.clone(), &disclosures).await;
        assert_eq!(code(&text), expected, "{payload}");
    }
    for disclosure in [
        json!(["salt", "_sd", []]),
        json!(["salt", "...", 1]),
        json!(["salt"]),
        json!(["salt", "a", 1, 2]),
        json!([1, "a", 1]),
        json!({"a": 1}),
    ] {
        let text = signed(json!({ "_sd": [digest(&disclosure)] }), std::slice::from_ref(&disclosure)).await;
        assert!(matches!(code(&text), "reservedName" | "disclosureForm"), "{disclosure}");
    }
    // A disclosure whose digest stands only in a disclosure that was not sent.
    let inner = json!(["salt", "inner", 1]);
    let outer = json!(["salt", "outer", {"_sd": [digest(&inner)]}]);
    let text = signed(json!({ "_sd": [digest(&outer)] }), &[inner]).await;
    assert_eq!(code(&text), "disclosureUnused");
}

fn now() -> Timestamp {
    chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

#[tokio::test]
async fn key_binding_binds() {
    let text = issued(&["given"], 0).await;
    let holder = key(2);
    let prepared = present(&text, &[path("given")], "nonce", "verifier", now()).unwrap();
    let signature = holder.signer.sign(&prepared.to_sign).await.unwrap();
    let shown = prepared.finish(&signature);
    let check = |shown: &str, expect: &Expect| {
        let token = shown.rsplit('~').next().unwrap();
        check_key_binding(shown, token, holder.signer.public_key(), expect).map_err(|fault| fault.code)
    };
    let expect = Expect::presentation(now(), "nonce", "verifier");
    assert_eq!(check(&shown, &expect), Ok(()));
    assert_eq!(check(&shown, &Expect::presentation(now(), "other", "verifier")), Err("nonce"));
    assert_eq!(check(&shown, &Expect::presentation(now(), "nonce", "other")), Err("audience"));
    let late = now() + chrono::Duration::seconds(601);
    assert_eq!(check(&shown, &Expect::presentation(late, "nonce", "verifier")), Err("keyBindingTime"));
    let early = now() - chrono::Duration::seconds(61);
    assert_eq!(check(&shown, &Expect::presentation(early, "nonce", "verifier")), Err("keyBindingTime"));
    // The same binding over fewer disclosures.
    let parts: Vec<&str> = shown.split('~').collect();
    assert_eq!(check(&format!("{}~{}", parts[0], parts[2]), &expect), Err("sdHash"));
    let other = key(3);
    let token = shown.rsplit('~').next().unwrap();
    let fault = check_key_binding(&shown, token, other.signer.public_key(), &expect).unwrap_err();
    assert_eq!(fault.code, "badSignature");
}

/// The specification's examples by their inputs: what is issued from them comes back whole.
#[tokio::test]
async fn published_claim_sets() {
    let Some(folder) = std::env::var_os("VECTORS").map(std::path::PathBuf::from) else {
        println!("SKIPPED: VECTORS does not name the folder of published test vectors");
        return;
    };
    let mut tried = 0;
    for entry in std::fs::read_dir(folder.join("sd-jwt")).unwrap() {
        let file = entry.unwrap().path().join("specification.yml");
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        // YAML is not a format of this workspace; every scalar of the example becomes a claim.
        let mut claims = claims();
        let mut disclosable = Vec::new();
        for (index, line) in text.lines().filter(|line| line.contains(':')).enumerate() {
            let name = format!("claim{index}");
            claims.insert(name.clone(), json!(line));
            disclosable.push(vec![PathElement::Name(name)]);
        }
        let new = NewSdJwt { claims: claims.clone(), disclosable, holder_key: None, decoys: 1 };
        let issued = issue(&new, &key(1), &SeededEntropy::new(1)).await.unwrap();
        assert_eq!(parse(&issued).unwrap().claims, claims);
        tried += 1;
    }
    assert!(tried > 5);
}

proptest! {
    #[test]
    fn strangers_text_never_panics(text in ".{0,200}") {
        let _ = parse(&text);
        let _ = select(&text, &[]);
    }
}
