//! What the phone signs without a network (`static/offline-showing.js`), run by Node and verified as a desk does it.

use std::process::{Command, Stdio};

use clock::Clock as _;
use credential::{Expect, Input, PresentationOutcome};
use serde_json::{Value, json};

use crate::formats::{held, holder};
use crate::stub::FORMS;
use crate::world::{Person, World};

const NONCE: &str = "n-0S6_WzA2Mj-0123456789";
const DESK: &str = "decentralized_identifier:did:passerelle:desk";
/// `dc+sd-jwt` is there whatever else is asked for.
const SD_JWT: (&str, &str, bool) = ("dc_sd-jwt", "dc+sd-jwt", true);

async fn copy(person: &Person, end: &str, format: &str) -> Value {
    let id = held(person, end).await["id"].as_str().unwrap().to_owned();
    let copy = person.get(&format!("/v1/credentials/{id}/copy")).await.expect(200).unwrap();
    let mut copy = copy.json().unwrap();
    copy["format"] = format.into();
    copy
}

/// What the phone makes of each: `{choices, answer, oneWay}`, with the grade level alone where it can choose.
fn shown(world: &World, person: &Person, kept: &[Value]) -> Vec<Value> {
    let input = json!({
        "modules": concat!(env!("CARGO_MANIFEST_DIR"), "/static"), "kept": kept, "names": ["gradeLevel"],
        "key": person.key.private_jwk(), "code": { "nonce": NONCE, "audience": DESK },
        "now": world.others.clock.now().timestamp_millis(),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("showing.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/offline-showing.mjs");
    let done = Command::new("node").arg(script).arg(&file).stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success(), "tests/browser/offline-showing.mjs failed");
    serde_json::from_slice(&done.stdout).unwrap()
}

async fn verify(world: &World, text: &str, nonce: &str, audience: &str) -> PresentationOutcome {
    let input = Input::parse(text).unwrap();
    let expect = Expect::presentation(world.others.now(), nonce, audience);
    credential::verify_presentation(&input, world.wallet.resolver.as_ref(), &expect).await
}

#[actix_web::test]
async fn each_form_that_a_phone_can_sign_answers_the_desk_that_asked_and_no_other() {
    let world = World::new().await;
    let person = holder(&world, &FORMS.map(|(end, ..)| end)).await;
    let mut forms: Vec<_> = FORMS.iter().map(|(end, format, _, parts)| (*end, *format, *parts)).collect();
    forms.push(SD_JWT);
    let mut kept = Vec::new();
    for (end, format, _) in &forms {
        kept.push(copy(&person, end, format).await);
    }
    let unsigned: Vec<&str> = forms
        .iter()
        .zip(&kept)
        .filter(|(_, copy)| copy["showing"].is_null())
        .map(|(form, _)| form.0)
        .collect();
    assert_eq!(
        unsigned,
        ["ldp_vc_ecdsa-sd-2023", "ldp_vc_bbs-2023"],
        "their proofs have to be derived first"
    );
    let signed: Vec<_> = forms.into_iter().zip(kept).filter(|(_, copy)| !copy["showing"].is_null()).collect();
    let copies: Vec<Value> = signed.iter().map(|(_, copy)| copy.clone()).collect();
    for (((end, format, in_parts), _), made) in signed.iter().zip(shown(&world, &person, &copies)) {
        let answer = made["answer"].as_str().unwrap();
        let outcome = verify(&world, answer, NONCE, DESK).await;
        assert!(outcome.is_verified(), "{end}: {:?} {:?}", outcome.faults, outcome.credentials);
        assert_eq!(outcome.holder_key.unwrap().jwk_thumbprint(), person.key.thumbprint(), "{end}");
        let found = &outcome.credentials[0];
        assert_eq!((found.format.as_str(), &found.claims["gradeLevel"]), (*format, &json!("P-3")), "{end}");
        assert_eq!(found.claims.get("familyName").is_some(), !in_parts, "{end}");
        assert_eq!(made["choices"].as_array().unwrap().is_empty(), !in_parts, "{end}: {made}");
        for (nonce, audience) in [("n-other-0123456789", DESK), (NONCE, "decentralized_identifier:did:x:y")] {
            assert!(!verify(&world, answer, nonce, audience).await.is_verified(), "{end}");
        }
        let alone = Input::parse(made["oneWay"].as_str().unwrap()).unwrap();
        let expect = Expect::credential(world.others.now());
        let outcome = credential::verify_credential(&alone, world.wallet.resolver.as_ref(), &expect).await;
        assert!(outcome.is_verified(), "{end}: {:?}", outcome.faults);
        assert_eq!(outcome.claims.get("familyName").is_some(), !in_parts, "{end}");
    }
}

/// The page without a network is kept in one language at a time, and a copy speaks each.
#[actix_web::test]
async fn a_copy_has_its_names_and_values_in_every_language() {
    let world = World::new().await;
    let person = holder(&world, &["vc_cose"]).await;
    let copy = copy(&person, "vc_cose", "vc+cose").await;
    assert_eq!(
        (&copy["names"]["en"], &copy["names"]["ar"]),
        (&json!("Staff identity"), &json!("هوية الموظف")),
        "{copy}"
    );
    let claims = copy["claims"].as_array().unwrap();
    let of = |name: &str| claims.iter().find(|one| one["path"][1] == name).unwrap();
    let born = of("birthDate");
    for language in ["ar", "es", "fr", "ru", "zh"] {
        assert!(born["labels"][language].is_string() && born["values"][language].is_string(), "{born}");
    }
    assert_eq!((&born["labels"]["en"], &born["value"]), (&json!("Date of birth"), &json!("4 May 1988")));
    assert!(of("familyName")["values"].is_null(), "a name is the same in each: {copy}");
}
