//! SD-JWT VC.

use clock::SeededEntropy;
use did::Resolvers;
use keys::Algorithm;
use serde_json::{Map, json};

use super::presentations::{holder, presentation_codes};
use super::{did, key, now, refused, verify};
use crate::data_integrity::SigningKey;
use crate::jwt;
use crate::sd_jwt::{self as sd, NewSdJwt, PathElement};
use crate::verify::*;

async fn sd_jwt() -> String {
    let issuer = key(Algorithm::P256, 1);
    let claims = json!({
        "iss": did(&issuer), "vct": "https://schemas.passerelle.example/v1#StaffIdentity",
        "iat": 1_700_000_000, "exp": 1_900_000_000, "givenName": "Ana", "familyName": "Silva",
        "status": {"status_list": {"idx": 7, "uri": "https://example.org/status/2"}},
    });
    let new = NewSdJwt {
        claims: claims.as_object().unwrap().clone(),
        disclosable: ["givenName", "familyName"]
            .map(|name| vec![PathElement::Name(name.to_owned())])
            .to_vec(),
        holder_key: Some(*holder().signer.public_key()),
        decoys: 2,
    };
    sd::issue(&new, &issuer, &SeededEntropy::new(3)).await.unwrap()
}

#[tokio::test]
async fn an_sd_jwt_tells_what_it_is_and_is_bound() {
    let text = sd_jwt().await;
    let outcome = verify(json!(text)).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    assert_eq!(outcome.types, ["https://schemas.passerelle.example/v1#StaffIdentity"]);
    assert_eq!(outcome.claims, json!({"givenName": "Ana", "familyName": "Silva"}));
    assert_eq!(
        outcome.status,
        [crate::StatusRef::Token { index: 7, uri: "https://example.org/status/2".into() }]
    );

    let reveal = [vec![PathElement::Name("givenName".to_owned())]];
    let prepared = sd::present(&text, &reveal, "nonce", "verifier", now()).unwrap();
    let signature = holder().signer.sign(&prepared.to_sign).await.unwrap();
    let shown = prepared.finish(&signature);
    let expect = Expect::presentation(now(), "nonce", "verifier");
    let input = Input::Compact(shown.clone());
    let presented = verify_presentation(&input, &Resolvers::offline(), &expect).await;
    assert!(presented.is_verified(), "{:?}", presented.faults);
    assert_eq!(presented.credentials[0].claims, json!({"givenName": "Ana"}));
    assert_eq!(presented.credentials[0].digest, outcome.digest);
    assert_eq!(presentation_codes(json!(text), &expect).await, ["keyBindingMissing"]);
    let other = Expect::presentation(now(), "other", "verifier");
    assert_eq!(presentation_codes(json!(shown), &other).await, ["nonce"]);
}

#[tokio::test]
async fn changed_sd_jwts_are_refused() {
    let issuer = key(Algorithm::P256, 1);
    let code = async |header: Value, claims: Value, key: &SigningKey| {
        let mut all = json!({
            "iss": did(&issuer), "vct": "https://example.org/t", "exp": 1_900_000_000, "iat": 1,
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let all = all.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        let claims: Map<String, Value> = all.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut full = json!({"typ": "dc+sd-jwt", "kid": key.verification_method});
        for (name, value) in header.as_object().unwrap() {
            full[name] = value.clone();
        }
        let token = jwt::sign(full.as_object().unwrap().clone(), &claims, key.signer.as_ref()).await.unwrap();
        refused(json!(format!("{token}~"))).await.1
    };
    assert_eq!(code(json!({}), json!({}), &issuer).await, "verified");
    let other = key(Algorithm::P256, 5);
    assert_eq!(code(json!({}), json!({}), &other).await, "notTheIssuersKey");
    assert_eq!(code(json!({"kid": issuer.verification_method}), json!({}), &other).await, "badSignature");
    assert_eq!(code(json!({"typ": "JWT"}), json!({}), &issuer).await, "jwtType");
    assert_eq!(code(json!({"crit": ["x"]}), json!({}), &issuer).await, "jwtForm");
    assert_eq!(code(json!({"kid": 1}), json!({}), &issuer).await, "keyUnknown");
    assert_eq!(code(json!({}), json!({"exp": 1_800_000_000}), &issuer).await, "expired");
    assert_eq!(code(json!({}), json!({"nbf": 1_800_000_100}), &issuer).await, "notYetValid");
    assert_eq!(code(json!({}), json!({"vct": null}), &issuer).await, "vctMissing");
    assert_eq!(code(json!({}), json!({"cnf": {"jwk": {"kty": "RSA"}}}), &issuer).await, "holderKey");
    assert_eq!(code(json!({}), json!({"status": {"status_list": {"idx": -1}}}), &issuer).await, "statusForm");
    assert_eq!(code(json!({}), json!({"iss": null}), &issuer).await, "verified");
    let text = sd_jwt().await;
    let swapped = text.replacen(&text[text.len() - 6..text.len() - 2], "AAAA", 1);
    assert_ne!(refused(json!(swapped)).await.1, "verified");
}
