//! Answers of wallets to a verifier: forms, tokens, key bindings and receipts, as they come and truly signed by a holder.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::Input;
use fuzz::bounds::bounded;
use fuzz::scene::{AUDIENCE, NONCE, Scene, now};
use fuzz::world::{Copy, base64url};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};
use verification::{Occasion, Policies, Policy, Receipts, Request};
use wire::anchors::Receipt;
use wire::verifications::{Outcome, Report};
use wire::vp::{DirectPost, EncryptedAnswer, RequestUriPost, VpToken};

/// As deep as the verifier reads an answer.
const DEPTH: usize = 32;
/// Of the one credential that is answered with.
const QUERY: &str = "staff_sd_jwt";

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);
static POLICY: LazyLock<Policy> = LazyLock::new(|| policy("staff-identity"));
static ANCHORED: LazyLock<Policy> = LazyLock::new(|| policy("staff-identity-anchored"));
/// The answer of the person who was asked.
static TRUE_ANSWER: LazyLock<Value> = LazyLock::new(|| {
    let Input::Compact(text) = &SCENE.credentials[1] else { unreachable!("the second one is an SD-JWT VC") };
    let copy = Copy::Compact(text.clone());
    now(SCENE.world.present(&SCENE.holder, &copy, NONCE, AUDIENCE))
});

static TRUE_RECEIPT: LazyLock<Receipt> = LazyLock::new(|| {
    let Input::Compact(text) = &SCENE.credentials[1] else { unreachable!("the second one is an SD-JWT VC") };
    SCENE.world.anchor(&SCENE.issuer, &Copy::Compact(text.clone()), 1)
});

fn policy(name: &str) -> Policy {
    Policies::embedded().expect("embedded policies").find(name).expect("a policy").clone()
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&TRUE_ANSWER);
    LazyLock::force(&POLICY);
    LazyLock::force(&ANCHORED);
    LazyLock::force(&TRUE_RECEIPT);
    match kind % 5 {
        0 => form(rest),
        1 => {
            let Ok(plain) = web::json::parse::<EncryptedAnswer>(rest, DEPTH) else { return };
            plain.vp_token.into_iter().for_each(|token| drop(token_of(token)));
        }
        2 => {
            let Ok(value) = web::json::parse::<Value>(rest, DEPTH) else { return };
            let Some(token) = token_of(value) else { return };
            let report = bounded(|| answered(&token, &Receipts::new()));
            let given = token.0.values().flatten().all(is_the_holders);
            assert!(report.outcome != Outcome::Valid || given, "an answer that the holder did not give");
        }
        3 => binding(rest),
        _ => receipts(rest),
    }
});

/// The credential that was issued, bound by words that the holder signed for this request. Signatures differ from process to
/// process, so they are left out.
fn is_the_holders(shown: &Value) -> bool {
    let token =
        |text: &str| text.split('~').next().and_then(|token| Some(token.rsplit_once('.')?.0.to_owned()));
    let (Some(shown), Some(known)) = (shown.as_str(), TRUE_ANSWER.as_str()) else { return false };
    let binding = shown.rsplit('~').next().and_then(|binding| binding.split('.').nth(1));
    let said = binding.and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let said: Value = said.and_then(|said| serde_json::from_slice(&said).ok()).unwrap_or_default();
    token(shown) == token(known) && said["nonce"] == NONCE && said["aud"] == AUDIENCE
}

/// A token is one as often as it is read.
fn token_of(value: Value) -> Option<VpToken> {
    let token = bounded(|| VpToken::from_value(value)).ok()?;
    let again = serde_json::to_value(&token).map(VpToken::from_value);
    assert!(matches!(again, Ok(Ok(again)) if again == token), "the second reading differs");
    Some(token)
}

fn answered(token: &VpToken, receipts: &Receipts) -> Report {
    answered_under(&POLICY, token, receipts)
}

fn answered_under(policy: &Policy, token: &VpToken, receipts: &Receipts) -> Report {
    let request = Request { nonce: NONCE, audience: AUDIENCE };
    let occasion = Occasion { report_id: "r", now: SCENE.time() };
    now(SCENE.world.verifier.answer(policy, request, token, receipts, occasion))
}

/// Receipts beside the true answer, where the time of issue has to be proven. `"#receipt"` stands for the true one.
fn receipts(rest: &[u8]) {
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let text = text.replace("\"#receipt\"", &serde_json::to_string(&*TRUE_RECEIPT).expect("a receipt"));
    let Ok(receipts) = web::json::parse::<Receipts>(text.as_bytes(), DEPTH) else { return };
    let token = VpToken([(QUERY.to_owned(), vec![TRUE_ANSWER.clone()])].into());
    if bounded(|| answered_under(&ANCHORED, &token, &receipts)).outcome == Outcome::Valid {
        let shown = receipts.get(QUERY).and_then(|list| list.first()).and_then(Option::as_ref);
        assert_eq!(shown, Some(&*TRUE_RECEIPT), "a time that nothing proves");
    }
}

fn form(rest: &[u8]) {
    let mut members = Map::new();
    for (name, value) in url::form_urlencoded::parse(rest) {
        members.insert(name.into_owned(), value.into_owned().into());
    }
    let members = Value::Object(members);
    let _ = serde_json::from_value::<RequestUriPost>(members.clone());
    let Ok(form) = serde_json::from_value::<DirectPost>(members) else { return };
    for text in [form.vp_token, form.anchor_receipts].into_iter().flatten() {
        let Ok(value) = bounded(|| web::json::parse::<Value>(text.as_bytes(), DEPTH)) else { continue };
        let _ = token_of(value);
    }
}

/// A key binding that says anything at all, truly signed by the holder; `"#sd_hash"` stands for the right digest.
fn binding(rest: &[u8]) {
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let shown = TRUE_ANSWER.as_str().expect("an SD-JWT with key binding");
    let selected = &shown[..=shown.rfind('~').expect("a tilde before the key binding")];
    let digest = base64url(&fuzz::world::sha256(selected.as_bytes()));
    let payload = text.replace("#sd_hash", &digest);
    let header = json!({"alg": "ES256", "typ": "kb+jwt"}).to_string();
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let signature = SCENE.holder.key.sign_now(input.as_bytes()).expect("a key in memory");
    let answer = format!("{selected}{input}.{}", base64url(&signature));
    let token = VpToken([(QUERY.to_owned(), vec![Value::String(answer)])].into());
    if bounded(|| answered(&token, &Receipts::new())).outcome == Outcome::Valid {
        let said: Value = serde_json::from_str(&payload).expect("it was accepted");
        assert_eq!(
            (&said["nonce"], &said["aud"], &said["sd_hash"]),
            (&json!(NONCE), &json!(AUDIENCE), &json!(digest))
        );
    }
}
