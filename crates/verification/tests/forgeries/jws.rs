//! `vc+jwt` in `vp+jwt` (VC-JOSE-COSE): headers and claims that do not fit, around a good credential.

use clock::Clock as _;
use credential::Input;
use credential::data_integrity::SigningKey;
use credential::enveloped::{
    Binding, Content, Envelope, EnvelopeOptions, secure_credential, secure_presentation, wrap,
};
use serde_json::{Value, json};
use wire::verifications::CheckName::{self, Form, HolderBinding, IssuerKey, Policy, Proof, Validity};

use crate::jose::Parts;
use crate::scene::{AUDIENCE, Attack, NONCE, Scene};

type Change = fn(&mut Parts);

/// On the credential; signed by the issuer again where the third says so.
const CREDENTIAL: &[(&str, CheckName, bool, Change)] = &[
    ("another name", Proof, false, |it| it.claims["credentialSubject"]["givenName"] = "Mallory".into()),
    ("alg none", Form, false, |it| it.header["alg"] = "none".into()),
    ("a symmetric algorithm", Form, false, |it| it.header["alg"] = "HS256".into()),
    ("no signature", Proof, false, |it| it.signature.clear()),
    ("another type of token", Form, true, |it| it.header["typ"] = "vp+jwt".into()),
    ("another content", Form, true, |it| {
        it.header.insert("cty".into(), "vp".into());
    }),
    ("a critical extension", Form, true, |it| {
        it.header.insert("crit".into(), json!(["exp"]));
    }),
    ("the issuer's other name", IssuerKey, true, |it| {
        it.claims.insert("iss".into(), "did:passerelle:another".into());
    }),
    ("ended as a token", Validity, true, |it| {
        it.claims.insert("exp".into(), json!(1_700_000_000));
    }),
    ("a credential in the old member", Form, true, |it| {
        it.claims.insert("vc".into(), json!({"type": "VerifiableCredential"}));
    }),
    ("no type", Form, true, |it| {
        it.claims.remove("type");
    }),
];

/// On the presentation; signed by the holder again where the third says so.
const PRESENTATION: &[(&str, CheckName, bool, Change)] = &[
    ("another nonce", HolderBinding, true, |it| it.claims["nonce"] = "earlier".into()),
    ("another audience", HolderBinding, true, |it| it.claims["aud"] = "somebody".into()),
    ("no nonce", HolderBinding, true, |it| {
        it.claims.remove("nonce");
    }),
    ("no audience", HolderBinding, true, |it| {
        it.claims.remove("aud");
    }),
    ("alg none", Form, false, |it| it.header["alg"] = "none".into()),
    ("no signature", HolderBinding, false, |it| it.signature.clear()),
    ("another holder", HolderBinding, true, |it| it.claims["holder"] = "did:example:mallory".into()),
    ("nothing in it", Policy, true, |it| it.claims["verifiableCredential"] = json!([])),
];

pub async fn untouched(scene: &Scene) -> Value {
    shown(scene, &issued(scene).await).await.into()
}

pub async fn attacks(scene: &Scene) -> Vec<Attack> {
    let issued = issued(scene).await;
    let mut attacks = Vec::new();
    for (name, stopped_by, again, change) in CREDENTIAL {
        let mut parts = Parts::of(&issued);
        change(&mut parts);
        let text = if *again { parts.signed(scene.undp.p256.as_ref()).await } else { parts.text() };
        attacks.push(attack(name, *stopped_by, shown(scene, &text).await));
    }
    let by_another = Parts::of(&issued).signed(scene.wfp.p256.as_ref()).await;
    attacks.push(attack("signed by another", Proof, shown(scene, &by_another).await));
    let good = shown(scene, &issued).await;
    for (name, stopped_by, again, change) in PRESENTATION {
        let mut parts = Parts::of(&good);
        change(&mut parts);
        let text = if *again { parts.signed(scene.holder.key.as_ref()).await } else { parts.text() };
        attacks.push(attack(&format!("presentation: {name}"), *stopped_by, text));
    }
    let by_thief = Parts::of(&good).signed(scene.thief.key.as_ref()).await;
    attacks.push(attack("presentation: signed by a thief", HolderBinding, by_thief));
    attacks.push(attack("the bare credential", Form, issued));
    attacks
}

async fn issued(scene: &Scene) -> String {
    let key = SigningKey { verification_method: scene.undp.method("p256"), signer: scene.undp.p256.clone() };
    let options = EnvelopeOptions::at(scene.world.clock.now());
    let document = scene.unsecured().await;
    let made = secure_credential(&document, Envelope::Jwt, &key, &options, &scene.world.entropy).await;
    let Ok(Input::Jwt(text)) = made else { panic!("not a JWT") };
    text
}

async fn shown(scene: &Scene, credential: &str) -> String {
    let credential = wrap(&Input::Jwt(credential.to_owned()), Content::Credential).unwrap();
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": scene.holder.did(),
        "verifiableCredential": [credential],
    });
    let made_at = scene.world.clock.now();
    let binding = Binding { nonce: NONCE.to_owned(), audience: AUDIENCE.to_owned(), made_at };
    let (key, entropy) = (scene.key_of(&scene.holder), &scene.world.entropy);
    let made = secure_presentation(&document, Envelope::Jwt, &key, Some(&binding), entropy).await;
    let Ok(Input::Jwt(text)) = made else { panic!("not a JWT") };
    text
}

fn attack(name: &str, stopped_by: CheckName, presentation: String) -> Attack {
    Attack { name: name.to_owned(), format: "vc+jwt", stopped_by, presentation: presentation.into() }
}
