//! The world's staff credential in the forms that the page checks beside SD-JWT VC.

use clock::Clock as _;
use credential::Input;
use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use credential::enveloped::{
    Binding, Content, Envelope, EnvelopeOptions, secure_credential, secure_presentation, wrap,
};
use serde_json::{Value, json};

use crate::world::{Copy, Holder, Issuer, Staff, World};

/// The credential before anybody signs it.
pub async fn unsecured(world: &World, issuer: &Issuer, holder: &Holder, staff: &Staff) -> Value {
    let Copy::Json(mut document) = world.issue_json(issuer, holder, staff).await else { panic!("JSON") };
    document.as_object_mut().unwrap().remove("proof");
    document
}

/// The key that goes with a suite.
fn key(issuer: &Issuer, suite: Suite) -> SigningKey {
    match suite {
        Suite::EddsaJcs2022 | Suite::EddsaRdfc2022 => {
            SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() }
        }
        _ => SigningKey { verification_method: issuer.method("p256"), signer: issuer.p256.clone() },
    }
}

pub async fn by_suite(world: &World, issuer: &Issuer, document: &Value, suite: Suite) -> Value {
    let options = ProofOptions::assertion(world.clock.now());
    secure(document, suite, &key(issuer, suite), &options).await.unwrap()
}

fn presentation(holder: &Holder, credential: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "holder": holder.did(), "verifiableCredential": [credential],
    })
}

/// A presentation of no credential.
pub async fn present_nothing(world: &World, holder: &Holder, code: (&str, &str)) -> Value {
    let mut nothing = presentation(holder, &Value::Null);
    nothing["verifiableCredential"] = json!([]);
    let options = ProofOptions::presentation(world.clock.now(), code.0, code.1);
    secure(&nothing, Suite::EcdsaJcs2019, &holders(holder), &options).await.unwrap()
}

fn holders(holder: &Holder) -> SigningKey {
    SigningKey { verification_method: format!("{}#0", holder.did()), signer: holder.key.clone() }
}

pub async fn present(world: &World, holder: &Holder, credential: &Value, code: (&str, &str)) -> Value {
    let options = ProofOptions::presentation(world.clock.now(), code.0, code.1);
    secure(&presentation(holder, credential), Suite::EcdsaJcs2019, &holders(holder), &options).await.unwrap()
}

pub async fn in_envelope(world: &World, issuer: &Issuer, document: &Value, envelope: Envelope) -> Input {
    let options = EnvelopeOptions::at(world.clock.now());
    secure_credential(document, envelope, &key(issuer, Suite::EcdsaJcs2019), &options, &world.entropy)
        .await
        .unwrap()
}

/// A `vp+jwt` or `vp+sd-jwt` that holds an enveloped credential.
pub async fn present_envelope(
    world: &World,
    holder: &Holder,
    credential: &Input,
    envelope: Envelope,
    code: (&str, &str),
) -> String {
    let document = presentation(holder, &wrap(credential, Content::Credential).unwrap());
    let (nonce, audience) = (code.0.to_owned(), code.1.to_owned());
    let binding = Binding { nonce, audience, made_at: world.clock.now() };
    let made =
        secure_presentation(&document, envelope, &holders(holder), Some(&binding), &world.entropy).await;
    text(&made.unwrap())
}

pub fn text(input: &Input) -> String {
    match input {
        Input::Jwt(text) | Input::Compact(text) => text.clone(),
        Input::Json(value) => value.to_string(),
        Input::Cose(_) => panic!("no text"),
    }
}
