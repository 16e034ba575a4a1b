#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{SeededEntropy, Timestamp};
use did::Resolvers;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Map, Value, json};

use super::*;
use crate::data_integrity::{SecureError, SigningKey};
use crate::outcome::CheckName;
use crate::sd_jwt::{ClaimPath, PathElement, present};
use crate::{Expect, Format, Input, Outcome, jwt, verify_credential, verify_presentation};

mod given;

const DATE: i64 = 1_800_000_000;

fn now() -> Timestamp {
    chrono::DateTime::from_timestamp(DATE, 0).unwrap()
}

fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
    let signer = SoftwareKey::from_secret(algorithm, &[seed; 32]).unwrap();
    let did = signer.public_key().did_key();
    let verification_method = format!("{did}#{}", did.trim_start_matches("did:key:"));
    SigningKey { verification_method, signer: Arc::new(signer) }
}

fn did_of(key: &SigningKey) -> String {
    key.signer.public_key().did_key()
}

fn holder() -> SigningKey {
    let signer = SoftwareKey::from_secret(Algorithm::P256, &[2; 32]).unwrap();
    SigningKey {
        verification_method: format!("{}#0", signer.public_key().did_jwk()),
        signer: Arc::new(signer),
    }
}

fn holder_did() -> String {
    holder().signer.public_key().did_jwk()
}

fn issuer() -> SigningKey {
    key(Algorithm::Ed25519, 1)
}

fn unsecured(by: &SigningKey) -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://schemas.passerelle.example/v1/staff-identity.jsonld",
        ],
        "id": "urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10",
        "type": ["VerifiableCredential", "StaffIdentity"],
        "issuer": did_of(by),
        "validFrom": "2024-01-01T00:00:00Z",
        "validUntil": "2030-01-01T00:00:00Z",
        "credentialSubject": {
            "id": holder_did(), "givenName": "Ana", "familyName": "Silva", "jobTitle": "Analyst",
        },
        "credentialStatus": {
            "id": "https://example.org/status/1#7", "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation", "statusListIndex": "7",
            "statusListCredential": "https://example.org/status/1",
        },
    })
}

fn path(names: &[&str]) -> ClaimPath {
    names.iter().map(|name| PathElement::Name((*name).to_owned())).collect()
}

async fn issue(envelope: Envelope, by: &SigningKey, document: &Value) -> Result<Input, SecureError> {
    let disclosable = match envelope {
        Envelope::SdJwt => vec![path(&["credentialSubject", "jobTitle"])],
        _ => Vec::new(),
    };
    let options = EnvelopeOptions {
        holder_key: Some(*holder().signer.public_key()),
        disclosable,
        ..EnvelopeOptions::at(now())
    };
    secure_credential(document, envelope, by, &options, &SeededEntropy::new(3)).await
}

async fn issued(envelope: Envelope) -> Input {
    issue(envelope, &issuer(), &unsecured(&issuer())).await.unwrap()
}

async fn verified(input: &Input) -> Outcome {
    verify_credential(input, &Resolvers::offline(), &Expect::credential(now())).await
}

async fn refused(input: &Input) -> (CheckName, &'static str) {
    let outcome = verified(input).await;
    outcome.faults.first().map_or((CheckName::Policy, "verified"), |fault| (fault.check, fault.code))
}

/// A JWT of these parts, signed by the issuer whatever they say.
async fn token(change: impl FnOnce(&mut Map<String, Value>, &mut Map<String, Value>)) -> Input {
    let Input::Jwt(text) = issued(Envelope::Jwt).await else { panic!("not a JWT") };
    let jwt::Parts { mut header, mut claims, .. } = jwt::take_apart(&text).unwrap();
    change(&mut header, &mut claims);
    Input::Jwt(jwt::sign(header, &claims, issuer().signer.as_ref()).await.unwrap())
}

#[tokio::test]
async fn a_credential_in_each_envelope_tells_what_it_is() {
    for (envelope, format) in
        [(Envelope::Jwt, Format::VcJwt), (Envelope::SdJwt, Format::VcSdJwt), (Envelope::Cose, Format::VcCose)]
    {
        for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
            let by = key(algorithm, 1);
            let input = issue(envelope, &by, &unsecured(&by)).await.unwrap();
            let outcome = verified(&input).await;
            assert!(outcome.is_verified(), "{envelope:?} {algorithm:?}: {:?}", outcome.faults);
            assert_eq!((outcome.format, input.format()), (format, format));
            assert_eq!(outcome.issuer, Some(did_of(&by)));
            assert_eq!(outcome.credential, unsecured(&by), "nothing is added to the document");
            assert!(
                outcome.types.contains(&"https://schemas.passerelle.example/v1#StaffIdentity".to_owned())
            );
            assert_eq!(outcome.holder_key.as_ref(), Some(holder().signer.public_key()));
            assert_eq!(outcome.status.len(), 1);
            assert_eq!(outcome.verification_method, Some(by.verification_method.clone()));
            assert_eq!(outcome.digest, crate::digest(&input));
            // The same in JSON, as the VC API and presentations have it.
            let enveloped = wrap(&input, Content::Credential).unwrap();
            assert_eq!(Input::from_value(enveloped.clone()).unwrap(), input);
            let mut broken = enveloped;
            broken["id"] = json!(format!("{}\n", broken["id"].as_str().unwrap()));
            assert_eq!(
                Input::from_value(broken).unwrap() == input,
                envelope == Envelope::Cose,
                "white space is of base64 alone"
            );
        }
    }
}

#[tokio::test]
async fn each_envelope_says_its_media_type() {
    let Input::Jwt(text) = issued(Envelope::Jwt).await else { panic!("not a JWT") };
    let parts = jwt::take_apart(&text).unwrap();
    assert_eq!(parts.header["typ"], "vc+jwt");
    assert_eq!(parts.header["cty"], "vc");
    assert_eq!(parts.claims["iss"], did_of(&issuer()));
    assert_eq!(parts.claims["exp"], 1_893_456_000);
    assert!(!parts.claims.contains_key("vc"));
    let opened = open(&issued(Envelope::Cose).await).unwrap();
    assert_eq!(opened.header["typ"], "application/vc+cose");
    assert_eq!(opened.header["cty"], "application/vc");
    assert_eq!(opened.claims["iss"], did_of(&issuer()));
}

/// Each case changes one thing in a token that is accepted, and signs it again.
#[tokio::test]
async fn signed_tokens_that_break_a_rule_are_refused() {
    type Change = fn(&mut Map<String, Value>, &mut Map<String, Value>);
    let cases: Vec<(Change, CheckName, &str)> = vec![
        (|_, _| {}, CheckName::Policy, "verified"),
        (|h, _| drop(h.insert("typ".into(), json!("application/VC+JWT"))), CheckName::Policy, "verified"),
        (|h, _| drop(h.remove("cty")), CheckName::Policy, "verified"),
        (|h, _| drop(h.insert("typ".into(), json!("vp+jwt"))), CheckName::Form, "jwtType"),
        (|h, _| drop(h.insert("typ".into(), json!("vc+sd-jwt"))), CheckName::Form, "jwtType"),
        (|h, _| drop(h.insert("typ".into(), json!("JWT"))), CheckName::Form, "jwtType"),
        (|h, _| drop(h.insert("typ".into(), json!(["vc+jwt"]))), CheckName::Form, "jwtType"),
        (|h, _| drop(h.remove("typ")), CheckName::Form, "jwtType"),
        (|h, _| drop(h.insert("cty".into(), json!("vp"))), CheckName::Form, "contentType"),
        (|h, _| drop(h.insert("cty".into(), json!(1))), CheckName::Form, "contentType"),
        (|h, _| drop(h.insert("crit".into(), json!(["exp"]))), CheckName::Form, "jwtForm"),
        (|_, c| drop(c.insert("vc".into(), json!({}))), CheckName::Form, "vcClaim"),
        (|_, c| drop(c.insert("vp".into(), json!("x"))), CheckName::Form, "vcClaim"),
        (
            |_, c| drop(c.insert("proof".into(), json!({"type": "DataIntegrityProof"}))),
            CheckName::Form,
            "proofInside",
        ),
        (|_, c| drop(c.insert("unheardOf".into(), json!(1))), CheckName::Form, "undefinedTerm"),
        (|_, c| drop(c.remove("issuer")), CheckName::Form, "issuerMissing"),
        (
            |_, c| drop(c.insert("iss".into(), json!("did:example:other"))),
            CheckName::IssuerKey,
            "issuerMismatch",
        ),
        (|_, c| drop(c.insert("iss".into(), json!(["x"]))), CheckName::IssuerKey, "issuerMismatch"),
        (|_, c| drop(c.remove("iss")), CheckName::Policy, "verified"),
        (|_, c| drop(c.insert("exp".into(), json!(DATE))), CheckName::Validity, "expired"),
        (|_, c| drop(c.insert("exp".into(), json!("later"))), CheckName::Validity, "dateForm"),
        (|_, c| drop(c.insert("iat".into(), json!("2010-01-01T19:23:24Z"))), CheckName::Validity, "dateForm"),
        (|_, c| drop(c.insert("nbf".into(), json!(DATE + 61))), CheckName::Validity, "notYetValid"),
        (
            |_, c| drop(c.insert("validUntil".into(), json!("2026-01-01T00:00:00Z"))),
            CheckName::Validity,
            "expired",
        ),
        (
            |_, c| drop(c.insert("validFrom".into(), json!("2029-01-01T00:00:00Z"))),
            CheckName::Validity,
            "notYetValid",
        ),
        (|_, c| drop(c.insert("cnf".into(), json!({"kid": "x"}))), CheckName::Form, "holderKey"),
        (|h, _| drop(h.remove("kid")), CheckName::Policy, "verified"),
        (|h, _| drop(h.insert("kid".into(), json!("x"))), CheckName::IssuerKey, "keyUnknown"),
        (
            |h, _| drop(h.insert("kid".into(), json!(key(Algorithm::Ed25519, 9).verification_method))),
            CheckName::IssuerKey,
            "notTheIssuersKey",
        ),
    ];
    for (index, (change, check, code)) in cases.into_iter().enumerate() {
        let input = token(change).await;
        assert_eq!(refused(&input).await, (check, code), "case {index}");
    }
}

/// A stranger's own signature under a stranger's own key says nothing about the issuer.
#[tokio::test]
async fn a_strangers_key_cannot_sign_for_the_issuer() {
    for envelope in Envelope::ALL {
        let stranger = key(Algorithm::Ed25519, 9);
        let input = issue(envelope, &stranger, &unsecured(&issuer())).await.unwrap();
        assert_eq!(refused(&input).await, (CheckName::IssuerKey, "notTheIssuersKey"), "{envelope:?}");
        let open = Expect::credential(now()).open_for_urls();
        let outcome = verify_credential(&input, &Resolvers::offline(), &open).await;
        assert_eq!(outcome.faults[0].code, "notTheIssuersKey", "{envelope:?}: the issuer is a DID");
    }
}

#[tokio::test]
async fn the_algorithm_is_the_keys_and_not_the_tokens() {
    let Input::Jwt(text) = issued(Envelope::Jwt).await else { panic!("not a JWT") };
    let parts: Vec<&str> = text.split('.').collect();
    let header = jwt::take_apart(&text).unwrap().header;
    for (alg, code) in
        [("none", "jwtAlgorithm"), ("HS256", "jwtAlgorithm"), ("ES384", "jwtAlgorithm"), ("ES256", "keyKind")]
    {
        let mut header = header.clone();
        header.insert("alg".to_owned(), json!(alg));
        let header = URL_SAFE_NO_PAD.encode(Value::Object(header).to_string());
        for signature in [parts[2], ""] {
            let input = Input::Jwt(format!("{header}.{}.{signature}", parts[1]));
            assert_eq!(refused(&input).await.1, code, "{alg} {signature}");
        }
    }
    assert_eq!(refused(&Input::Jwt(format!("{}.{}.", parts[0], parts[1]))).await.1, "badSignature");
    assert_eq!(refused(&Input::Jwt(format!("{text}.x"))).await.1, "jwtForm");
}

#[tokio::test]
async fn no_byte_of_a_cose_sign1_can_change() {
    let Input::Cose(bytes) = issued(Envelope::Cose).await else { panic!("not COSE") };
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(!verified(&Input::Cose(changed)).await.is_verified(), "byte {at}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(refused(&Input::Cose(longer)).await.1, "coseForm");
    assert_eq!(refused(&Input::Cose(bytes[..bytes.len() - 1].to_vec())).await.1, "coseForm");
    assert_eq!(refused(&Input::Cose(Vec::new())).await.1, "coseForm");
    // Without its tag it is the same.
    assert!(verified(&Input::Cose(bytes[1..].to_vec())).await.is_verified());
}

#[tokio::test]
async fn documents_that_break_a_rule_are_not_issued() {
    type Change = fn(&mut Map<String, Value>);
    let cases: [(Change, &str); 6] = [
        (|it| drop(it.insert("unheardOf".into(), json!(1))), "undefinedTerm"),
        (|it| drop(it.insert("iss".into(), json!("did:example:x"))), "reservedName"),
        (|it| drop(it.insert("vc".into(), json!({}))), "undefinedTerm"),
        (|it| drop(it.remove("credentialSubject")), "subjectMissing"),
        (|it| drop(it.insert("validFrom".into(), json!("yesterday"))), "dateForm"),
        (|it| drop(it.insert("proof".into(), json!({"type": "DataIntegrityProof"}))), "proofInside"),
    ];
    for envelope in Envelope::ALL {
        for (index, (change, code)) in cases.iter().enumerate() {
            let mut document = unsecured(&issuer());
            change(document.as_object_mut().unwrap());
            let Err(SecureError::Document(faults)) = issue(envelope, &issuer(), &document).await else {
                panic!("case {index} was issued");
            };
            assert_eq!(faults[0].code, *code, "{envelope:?} case {index}");
        }
    }
}

#[tokio::test]
async fn what_a_verifier_needs_is_never_withheld() {
    for (names, code) in [
        (vec!["issuer"], "neverWithheld"),
        (vec!["credentialStatus", "statusListIndex"], "neverWithheld"),
        (vec!["iat"], "neverWithheld"),
        (vec!["credentialSubject", "salary"], "noSuchClaim"),
    ] {
        let options = EnvelopeOptions { disclosable: vec![path(&names)], ..EnvelopeOptions::at(now()) };
        let document = unsecured(&issuer());
        let made =
            secure_credential(&document, Envelope::SdJwt, &issuer(), &options, &SeededEntropy::new(3)).await;
        let Err(SecureError::Document(faults)) = made else { panic!("{names:?} was issued") };
        assert_eq!(faults[0].code, code);
    }
    let options =
        EnvelopeOptions { disclosable: vec![path(&["credentialSubject"])], ..EnvelopeOptions::at(now()) };
    let (document, by) = (unsecured(&issuer()), issuer());
    let made = secure_credential(&document, Envelope::Jwt, &by, &options, &SeededEntropy::new(3)).await;
    assert!(matches!(made, Err(SecureError::Document(faults)) if faults[0].code == "notSelective"));
}

/// The holder shows less, signs for the verifier, and the rest stays a credential.
#[tokio::test]
async fn a_credential_as_sd_jwt_is_presented_with_key_binding() {
    let Input::Compact(text) = issued(Envelope::SdJwt).await else { panic!("not an SD-JWT") };
    let prepared = present(&text, &[], "n-1", "https://verifier.example", now()).unwrap();
    let signature = holder().signer.sign(&prepared.to_sign).await.unwrap();
    let input = Input::Compact(prepared.finish(&signature));
    let expect = Expect::presentation(now(), "n-1", "https://verifier.example");
    let presented = verify_presentation(&input, &Resolvers::offline(), &expect).await;
    assert!(presented.is_verified(), "{:?} {:?}", presented.faults, presented.credentials[0].faults);
    assert_eq!(presented.format, Format::VcSdJwt);
    assert!(presented.credentials[0].claims.get("jobTitle").is_none());
    assert_eq!(presented.credentials[0].claims["givenName"], "Ana");
    let other = Expect::presentation(now(), "n-2", "https://verifier.example");
    assert!(!verify_presentation(&input, &Resolvers::offline(), &other).await.is_verified());
    assert!(!verify_presentation(&Input::Compact(text), &Resolvers::offline(), &expect).await.is_verified());
}

fn presentation(credentials: &[Value]) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder_did(),
        "verifiableCredential": credentials,
    })
}

fn binding() -> Binding {
    Binding { nonce: "n-1".to_owned(), audience: "https://verifier.example".to_owned(), made_at: now() }
}

async fn presented_codes(input: &Input, expect: &Expect) -> Vec<&'static str> {
    let outcome = verify_presentation(input, &Resolvers::offline(), expect).await;
    let inner = outcome.credentials.iter().flat_map(|credential| credential.faults.clone());
    outcome.faults.clone().into_iter().chain(inner).map(|fault| fault.code).collect()
}

#[tokio::test]
async fn a_presentation_holds_credentials_in_every_envelope() {
    let mut credentials = Vec::new();
    for envelope in Envelope::ALL {
        credentials.push(wrap(&issued(envelope).await, Content::Credential).unwrap());
    }
    let document = presentation(&credentials);
    let expect = Expect::presentation(now(), "n-1", "https://verifier.example");
    let entropy = SeededEntropy::new(4);
    for envelope in Envelope::ALL {
        let made = async |key: &SigningKey, binding: &Binding| {
            secure_presentation(&document, envelope, key, Some(binding), &entropy).await.unwrap()
        };
        let input = made(&holder(), &binding()).await;
        assert_eq!(presented_codes(&input, &expect).await, Vec::<&str>::new(), "{envelope:?}");
        let enveloped = wrap(&input, Content::Presentation).unwrap();
        assert_eq!(Input::from_value(enveloped).unwrap(), input);
        assert!(!verified(&input).await.is_verified(), "a presentation is no credential");

        let other_nonce = made(&holder(), &Binding { nonce: "n-2".to_owned(), ..binding() }).await;
        assert_eq!(presented_codes(&other_nonce, &expect).await, ["nonce"]);
        let other_verifier =
            made(&holder(), &Binding { audience: "https://other.example".to_owned(), ..binding() }).await;
        assert_eq!(presented_codes(&other_verifier, &expect).await, ["audience"]);
        let old = Binding { made_at: now() - chrono::Duration::seconds(600), ..binding() };
        assert_eq!(presented_codes(&made(&holder(), &old).await, &expect).await, ["expired"]);
        let thief = key(Algorithm::P256, 8);
        let stolen = made(&thief, &binding()).await;
        assert_eq!(presented_codes(&stolen, &expect).await[0], "notTheIssuersKey");
        let unbound = secure_presentation(&document, envelope, &holder(), None, &entropy).await.unwrap();
        assert_eq!(presented_codes(&unbound, &expect).await, ["audience"]);
    }
}

#[tokio::test]
async fn a_credential_of_somebody_else_is_not_the_presenters() {
    let credential = wrap(&issued(Envelope::Jwt).await, Content::Credential).unwrap();
    let thief = key(Algorithm::P256, 8);
    let mut document = presentation(&[credential]);
    document["holder"] = json!(did_of(&thief));
    let entropy = SeededEntropy::new(4);
    let input =
        secure_presentation(&document, Envelope::Jwt, &thief, Some(&binding()), &entropy).await.unwrap();
    let expect = Expect::presentation(now(), "n-1", "https://verifier.example");
    assert_eq!(presented_codes(&input, &expect).await, ["notTheHolder"]);
}

#[tokio::test]
async fn what_is_not_secured_or_not_enveloped_is_refused_in_a_presentation() {
    let enveloped = wrap(&issued(Envelope::Jwt).await, Content::Credential).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut changed = enveloped.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let id = enveloped["id"].as_str().unwrap().to_owned();
    let cases = [
        (unsecured(&issuer()), "proofMissing"),
        (with("/id", json!("not-a-credential")), "envelopeForm"),
        (with("/id", json!("data:application/vc+jwt,")), "envelopeForm"),
        (with("/id", json!(id.replace("vc+jwt", "vp+jwt"))), "envelopeForm"),
        (with("/id", json!(id.replace("vc+jwt", "vc+sd-jwt"))), "sdJwtForm"),
        (with("/id", json!(id.replace("vc+jwt,", "vc+jwt;base64,"))), "envelopeForm"),
        (with("/@context", json!(["https://example.org/other"])), "envelopeForm"),
        (with("/id", json!(format!("{id}x"))), "jwtForm"),
    ];
    let expect =
        Expect { holder_binding: false, ..Expect::presentation(now(), "n-1", "https://verifier.example") };
    for (index, (credential, code)) in cases.into_iter().enumerate() {
        let document = presentation(&[credential]);
        let input = secure_presentation(
            &document,
            Envelope::Jwt,
            &holder(),
            Some(&binding()),
            &SeededEntropy::new(4),
        )
        .await
        .unwrap();
        assert!(presented_codes(&input, &expect).await.contains(&code), "case {index}");
    }
}

#[test]
fn text_is_told_apart_by_its_form() {
    assert!(matches!(Input::parse("a.b.c"), Ok(Input::Jwt(_))));
    assert!(matches!(Input::parse("a.b.c~"), Ok(Input::Compact(_))));
    for other in ["a.b", "a.b.c.d", "a b.c.d", "", "a.b.ç"] {
        assert!(Input::parse(other).is_err(), "{other}");
    }
}

#[tokio::test]
async fn an_envelope_says_what_is_in_it_and_with_which_key_it_was_signed() {
    let by = issuer();
    for envelope in Envelope::ALL {
        let options = EnvelopeOptions::at(now());
        let made = secure_credential(&unsecured(&by), envelope, &by, &options, &SeededEntropy::new(1)).await;
        let made = made.unwrap();
        assert_eq!(content_of(&made), Some(Content::Credential), "{envelope:?}");
        assert_eq!(key_id_of(&made).as_ref(), Some(&by.verification_method), "{envelope:?}");
    }
    for nothing in [Input::Json(json!({})), Input::Jwt("a.b.c".into()), Input::Cose(vec![0xd2])] {
        assert_eq!((content_of(&nothing), key_id_of(&nothing)), (None, None));
    }
}
