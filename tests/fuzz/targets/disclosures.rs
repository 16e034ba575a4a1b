//! SD-JWTs by their parts: a payload and disclosures, one a line, where `"#N"` stands for the digest of the Nth disclosure, so
//! that digests fit and what lies behind them is reached.
#![no_main]

use std::sync::LazyLock;

use credential::sd_jwt::{self, ClaimPath, PathElement, TYPE};
use credential::{Expect, Input, verify_credential};
use fuzz::bounds::bounded;
use fuzz::scene::{Scene, leaves, now};
use fuzz::world::{base64url, sha256};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    LazyLock::force(&SCENE);
    let token = composed(text);
    let Ok(parsed) = bounded(|| sd_jwt::parse(&token)) else { return };
    let whole = Value::Object(parsed.claims.clone());
    assert!(names_nothing_of_the_format(&whole), "a digest is left in the claims");
    for path in &parsed.disclosable {
        assert!(at(&whole, path).is_some(), "a disclosure without a place");
    }
    selections(&token, &parsed.disclosable, &whole);
    let expect = Expect::credential(SCENE.time());
    let outcome = bounded(|| now(verify_credential(&Input::Compact(token), &SCENE.resolver, &expect)));
    if outcome.is_verified() {
        let known = leaves(&whole);
        assert!(leaves(&outcome.claims).iter().all(|leaf| known.contains(leaf)), "a claim from nowhere");
    }
});

/// The token, truly signed. A disclosure may hold the digests of those behind it.
fn composed(text: &str) -> String {
    let mut lines = text.split('\n');
    let payload = lines.next().unwrap_or_default();
    let mut disclosures: Vec<String> = lines.take(10).map(str::to_owned).collect();
    let mut digests = vec![String::new(); disclosures.len()];
    for number in (0..disclosures.len()).rev() {
        disclosures[number] = base64url(filled(&disclosures[number], &digests).as_bytes());
        digests[number] = base64url(&sha256(disclosures[number].as_bytes()));
    }
    let token = SCENE.jws(&SCENE.header(TYPE), filled(payload, &digests).as_bytes());
    disclosures.iter().fold(format!("{token}~"), |text, disclosure| format!("{text}{disclosure}~"))
}

fn filled(text: &str, digests: &[String]) -> String {
    let known = digests.iter().enumerate().filter(|(_, digest)| !digest.is_empty());
    known.fold(text.to_owned(), |text, (number, digest)| {
        text.replace(&format!("\"#{number}\""), &format!("\"{digest}\""))
    })
}

fn names_nothing_of_the_format(claims: &Value) -> bool {
    match claims {
        Value::Object(members) => members.iter().all(|(name, member)| {
            !["_sd", "...", "_sd_alg"].contains(&name.as_str()) && names_nothing_of_the_format(member)
        }),
        Value::Array(items) => items.iter().all(names_nothing_of_the_format),
        _ => true,
    }
}

fn at<'a>(claims: &'a Value, path: &ClaimPath) -> Option<&'a Value> {
    path.iter().try_fold(claims, |value, element| match element {
        PathElement::Name(name) => value.get(name),
        PathElement::Index(index) => value.get(index),
    })
}

/// Everything selected is the token itself; whatever is selected says nothing that the token does not say.
fn selections(token: &str, paths: &[ClaimPath], whole: &Value) {
    assert_eq!(sd_jwt::select(token, paths).as_deref(), Ok(token), "a part is lost");
    let known = leaves(whole);
    for chosen in std::iter::once(&[][..]).chain(paths.iter().map(std::slice::from_ref)) {
        let part = sd_jwt::select(token, chosen).expect("a part of a sound token");
        let read = sd_jwt::parse(&part).expect("a part of a sound token");
        assert!(chosen.is_empty() == read.disclosable.is_empty(), "more or less than was chosen");
        let claims = Value::Object(read.claims);
        assert!(leaves(&claims).iter().all(|leaf| known.contains(leaf)), "a claim from nowhere");
    }
}
