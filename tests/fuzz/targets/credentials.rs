//! Credentials and presentations of strangers, in every format: as they come, and under a true signature of an issuer.
#![no_main]

use std::sync::LazyLock;

use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use credential::enveloped::{Content, wrap};
use credential::{Expect, Input, Outcome, digest, verify_credential, verify_presentation};
use did::Resolver as _;
use fuzz::bounds::bounded;
use fuzz::scene::{AUDIENCE, NONCE, Scene, leaves, now};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);
/// What the issuer truly says, as each format says it.
static CLAIMS: LazyLock<Vec<Value>> =
    LazyLock::new(|| SCENE.credentials.iter().map(|input| verified(input).claims).collect());

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&CLAIMS);
    let Some(input) = input(kind % 6, rest) else { return };
    let outcome = bounded(|| verified(&input));
    let expect = Expect::presentation(SCENE.time(), NONCE, AUDIENCE);
    let presented = bounded(|| now(verify_presentation(&input, &SCENE.resolver, &expect)));
    assert!(!presented.is_verified(), "nobody answered this request");
    if outcome.is_verified() {
        is_the_issuers(&outcome);
        reads_the_same(&input, &outcome);
        if kind % 6 < 2 {
            was_signed(&outcome);
        }
    }
});

fn verified(input: &Input) -> Outcome {
    now(verify_credential(input, &SCENE.resolver, &Expect::credential(SCENE.time())))
}

/// Text and COSE as they come, then documents under a true proof or in a true envelope.
fn input(kind: u8, rest: &[u8]) -> Option<Input> {
    let scene = &*SCENE;
    let payload = || std::str::from_utf8(rest).ok().and_then(|text| Input::parse(text).ok());
    match kind {
        0 => payload(),
        1 => Some(Input::Cose(rest.to_vec())),
        2 => proven(&payload()?, Suite::EddsaRdfc2022),
        3 => proven(&payload()?, Suite::EddsaJcs2022),
        4 => Some(Input::Jwt(scene.jws(&scene.header("vc+jwt"), rest))),
        _ => Some(Input::Cose(scene.cose("vc+cose", rest))),
    }
}

fn proven(input: &Input, suite: Suite) -> Option<Input> {
    let Input::Json(document) = input else { return None };
    let issuer = &SCENE.issuer;
    let key = SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() };
    let options = ProofOptions::assertion(SCENE.time());
    bounded(|| now(secure(document, suite, &key, &options))).ok().map(Input::Json)
}

/// The key is one that the named issuer lists.
fn is_the_issuers(outcome: &Outcome) {
    let issuer = outcome.issuer.as_deref().expect("a verified credential names its issuer");
    let resolution = now(SCENE.resolver.resolve(issuer)).expect("its key was found");
    let key = outcome.public_key.expect("a key verified it");
    assert!(resolution.document.methods.iter().any(|method| method.public_key == key), "the key of another");
}

/// Written and read again it is the same credential, by the same digest.
fn reads_the_same(input: &Input, outcome: &Outcome) {
    let again = match (input, wrap(input, Content::Credential)) {
        (Input::Json(value), _) => Input::parse(&value.to_string()),
        (_, envelope) => Input::from_value(envelope.expect("an envelope of its own")),
    };
    let again = again.expect("what was verified can be read");
    assert_eq!(digest(&again), digest(input), "two digests of one credential");
    let same = verified(&again);
    assert!(same.is_verified() && same.claims == outcome.claims, "the second reading differs");
}

/// No claim is believed that the issuer did not sign.
fn was_signed(outcome: &Outcome) {
    let said = leaves(&outcome.claims);
    let true_ones = CLAIMS.iter().any(|claims| {
        let known = leaves(claims);
        said.iter().all(|leaf| known.contains(leaf))
    });
    assert!(true_ones, "a claim that nobody signed");
}
