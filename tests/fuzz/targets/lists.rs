//! Status lists as an issuer on the chain may publish them, in both forms and both encodings, behind a true signature and a
//! registered digest: what lies behind these is reached.
#![no_main]

use std::sync::LazyLock;

use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use credential::{ControllerPolicy, Input, status_list_cwt};
use fuzz::bounds::bounded;
use fuzz::scene::{Scene, now};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use status_list::StatusList;
use verification::{HandedOver, Occasion, Policies, Policy, Subject};
use wire::verifications::{CheckName, CheckResult};

/// The place of the credentials of this scene.
const INDEX: usize = 94_567;

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policies::embedded().expect("embedded policies").find("open").expect("the open policy").clone()
});
/// What the issuer truly signs; its signatures differ from process to process.
static TRUE_LIST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let token = now(SCENE.world.token_list(&SCENE.issuer, &[], &[]));
    signed_part(&token).to_vec()
});

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&TRUE_LIST);
    match kind % 5 {
        0 => {
            let token = SCENE.jws(&SCENE.header("statuslist+jwt"), rest);
            if holds("token", 1, token.into_bytes()) {
                assert_eq!(in_jwt(rest), Some(0), "a status that the list does not give");
            }
        }
        1 => {
            let token = SCENE.cose("statuslist+cwt", rest);
            if holds("token", 1, token.clone()) {
                assert_eq!(in_cwt(&token), Some(0), "a status that the list does not give");
            }
        }
        2 => bitstring(rest),
        3 => {
            let held = holds("token", 1, rest.to_vec());
            assert!(!held || signed_part(rest) == &**TRUE_LIST, "a list that nobody signed");
        }
        _ => drop(holds("revocation", 0, rest.to_vec())),
    }
});

/// Whether the status of the credential is good when its issuer publishes these bytes as this list.
fn holds(list: &str, credential: usize, bytes: Vec<u8>) -> bool {
    let Scene { world, issuer, credentials, .. } = &*SCENE;
    world.register(issuer, &issuer.list(list), &bytes);
    world.show(&issuer.list(list), bytes);
    let given = HandedOver {
        subject: Subject::Credential(credentials[credential].clone()),
        receipt: None,
        challenge: None,
        domain: None,
        controller: ControllerPolicy::Strict,
    };
    let occasion = Occasion { report_id: "r", now: SCENE.time() };
    let report = bounded(|| now(world.verifier.handed_over(&POLICY, given, occasion)));
    let status = report.checks.iter().find(|check| check.name == CheckName::Status);
    status.expect("a report has every check").result == CheckResult::Pass
}

/// A token without its signature.
fn signed_part(token: &[u8]) -> &[u8] {
    let token = token.trim_ascii();
    token.iter().rposition(|byte| *byte == b'.').map_or(token, |dot| &token[..dot])
}

fn in_jwt(payload: &[u8]) -> Option<u8> {
    let payload: Value = serde_json::from_slice(payload).ok()?;
    let list = payload.get("status_list")?;
    let bits = u8::try_from(list.get("bits")?.as_u64()?).ok()?;
    StatusList::decode_token(list.get("lst")?.as_str()?, bits).ok()?.value(INDEX)
}

fn in_cwt(token: &[u8]) -> Option<u8> {
    let read = now(status_list_cwt::verify(token, &SCENE.resolver, SCENE.time())).ok()?.token;
    // What was read is written the same and read the same again.
    let key =
        SigningKey { verification_method: SCENE.issuer.method("p256"), signer: SCENE.issuer.p256.clone() };
    let again = now(status_list_cwt::sign(&read, &key)).expect("what was read can be written");
    let again = now(status_list_cwt::verify(&again, &SCENE.resolver, SCENE.time()));
    assert_eq!(again.expect("our own list").token, read, "the second reading differs");
    StatusList::decode_token(&fuzz::world::base64url(&read.list), read.bits).ok()?.value(INDEX)
}

/// `encodedList` from the first line, the other claims as JSON from the rest.
fn bitstring(rest: &[u8]) {
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let (encoded, more) = text.split_once('\n').unwrap_or((text, "{}"));
    let Ok(Input::Json(Value::Object(more))) = Input::parse(more) else { return };
    let issuer = &SCENE.issuer;
    let mut subject = json!({
        "id": format!("{}#list", issuer.list("revocation")), "type": "BitstringStatusList",
        "statusPurpose": "revocation", "encodedList": encoded
    });
    subject.as_object_mut().expect("an object").extend(more);
    let list = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": issuer.list("revocation"),
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "credentialSubject": subject
    });
    let key = SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() };
    let options = ProofOptions::assertion(SCENE.time());
    let Ok(secured) = now(secure(&list, Suite::EddsaJcs2022, &key, &options)) else { return };
    let shown = secured["credentialSubject"]["encodedList"].as_str().unwrap_or_default().to_owned();
    if holds("revocation", 0, secured.to_string().into_bytes()) {
        let value = StatusList::decode_bitstring(&shown, 1).ok().and_then(|list| list.value(INDEX));
        assert_eq!(value, Some(0), "a status that the list does not give");
    }
}
