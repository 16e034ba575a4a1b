//! Keys from files.

use super::*;

/// JWKs of the four curves; P-521 and P-384 were made by another library.
fn jwk(curve: &str) -> Value {
    match curve {
        "P-256" | "Ed25519" => {
            let algorithm = if curve == "P-256" { Algorithm::P256 } else { Algorithm::Ed25519 };
            let mut jwk = SoftwareKey::from_secret(algorithm, &[5; 32]).unwrap().public_key().to_jwk();
            jwk["d"] = json!(URL_SAFE_NO_PAD.encode([5; 32]));
            jwk
        }
        "P-384" => json!({"kty": "EC", "crv": "P-384",
            "x": "dewXQN5Ly3k4gjMup34_8LgbVp8j7xX3pKzdOc8VEwfe1EVBZGMxLlKDnI-SqgTo",
            "y": "EMdAfuvyy9XbZXwmTDN83ZqFLKlDUd9YL7gnPSf3rj8yb63mWeqODBR0WgXb1Ykb",
            "d": "mEFmKEkorVzGLAq_itffvY5OCQNdOXrcUqY-BKqzmxyNLNF1sJWj9zpLSS7mlqRT",
        }),
        _ => json!({"kty": "EC", "crv": "P-521",
            "x": "AfamZPi_SvizvYRfzEYvxCrfynioye6oH9lpI8UnR8NA0u2pZfSw1p15n8s3luOZ5KFGo0vZnHtMp1t-6sYjW4LW",
            "y": "ACgjiqWlsTfsWK6kte6MSH1NIoYMVnsWg8GILoy9KO6cjn_WaZ13L0k-IzaqJ1-ifb8fd_zGAiOhzvPcnXwXDPlv",
            "d": "ABqhfXMv1tNC8zYYUgKfbwr8sv_bAk_rk7IvDaHoB4Dkh0htJEuelZB2bbhVVgAu41Lk7h03qu5Jf6oxY1PMO0nY",
        }),
    }
}

fn public(jwk: &Value) -> PublicJwk {
    let mut jwk = jwk.clone();
    jwk.as_object_mut().unwrap().remove("d");
    PublicJwk::parse(&jwk).unwrap()
}

fn document(content: Content) -> Value {
    match content {
        Content::Credential => json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "id": "https://college.example/credentials/7",
            "type": ["VerifiableCredential", "ExampleDegreeCredential"],
            "issuer": "https://college.example/issuers/1",
            "validFrom": "2011-02-03T04:05:06Z",
            "credentialSubject": {"id": "did:example:pupil", "degree": {"type": "ExampleBachelorDegree", "name": "Arts"}},
        }),
        Content::Presentation => json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "type": "VerifiablePresentation",
            "holder": "https://college.example/holders/1",
            "verifiableCredential": [{
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": "data:application/vc+jwt,e30.e30.AA",
            }],
        }),
    }
}

const KID: &str = "https://college.example/issuers/1#key-1";

async fn made(key: &Value, form: (Envelope, Content), document: &Value) -> Result<Input, Refused> {
    let key = PrivateJwk::parse(key).unwrap();
    secure_with(&key, KID, document, form, &[], (now(), &SeededEntropy::new(6))).await
}

#[tokio::test]
async fn every_curve_secures_every_form_and_no_other_key_fits() {
    let curves = ["Ed25519", "P-256", "P-384", "P-521"];
    for curve in curves {
        for form in Envelope::ALL.into_iter().flat_map(|one| Content::ALL.map(|content| (one, content))) {
            let document = document(form.1);
            let input = made(&jwk(curve), form, &document).await.unwrap();
            assert_eq!(verify_with(&public(&jwk(curve)), &input, form).await.unwrap(), document, "{curve}");
            for other in curves.into_iter().filter(|other| *other != curve) {
                assert!(verify_with(&public(&jwk(other)), &input, form).await.is_err(), "{curve} {other}");
            }
            let others = (
                form.0,
                if form.1 == Content::Credential { Content::Presentation } else { Content::Credential },
            );
            assert!(verify_with(&public(&jwk(curve)), &input, others).await.is_err());
        }
    }
}

#[tokio::test]
async fn members_that_only_a_catch_all_vocabulary_knows_are_not_issued() {
    let mut credential = document(Content::Credential);
    credential["somethingNew"] = json!({"what": "who knows"});
    let refused = made(&jwk("P-521"), (Envelope::Jwt, Content::Credential), &credential).await.unwrap_err();
    assert_eq!(refused.to_string(), "the member is not one of the data model (/somethingNew)");
    let mut presentation = document(Content::Presentation);
    presentation["verifiableCredential"][0]["id"] = json!("urn:not-enveloped");
    assert!(made(&jwk("P-384"), (Envelope::Cose, Content::Presentation), &presentation).await.is_err());
}

#[test]
fn keys_whose_halves_do_not_fit_are_refused() {
    for curve in ["Ed25519", "P-256", "P-384", "P-521"] {
        let good = jwk(curve);
        assert!(PrivateJwk::parse(&good).is_ok(), "{curve}");
        let mut other = good.clone();
        let d = URL_SAFE_NO_PAD.decode(good["d"].as_str().unwrap()).unwrap();
        let changed: Vec<u8> =
            d.iter().enumerate().map(|(at, byte)| if at == 9 { byte ^ 1 } else { *byte }).collect();
        other["d"] = json!(URL_SAFE_NO_PAD.encode(changed));
        assert!(PrivateJwk::parse(&other).is_err(), "{curve}");
        let mut wrong_alg = good.clone();
        wrong_alg["alg"] = json!("HS256");
        assert!(PrivateJwk::parse(&wrong_alg).is_err(), "{curve}");
        assert!(PublicJwk::parse(&good).is_err(), "a private key is no public one");
    }
    let ed448 = json!({"kty": "OKP", "crv": "Ed448", "x": "AA"});
    assert_eq!(PublicJwk::parse(&ed448).unwrap_err(), KeyError::Unsupported);
}
