//! What an issuer looks at in proofs of keys (OID4VCI 1.0, appendix F).

use credential::{Expect, Input, verify_presentation};
use keys::PublicKey;
use serde_json::Value;
use testkit::{jwt_payload, unb64};

use super::World;
use super::issuer::offered_by;

/// A key whose holder has shown that they have it.
pub(super) struct Proven {
    pub key: PublicKey,
    pub nonce: String,
    pub attestation: Value,
}

/// Checks all proofs of a request.
pub(super) async fn proven(world: &World, tenant: &str, body: &Value) -> Vec<Proven> {
    let proofs = body["proofs"].as_object().unwrap();
    assert_eq!(proofs.len(), 1, "8.2: exactly one type");
    let (kind, all) = proofs.iter().next().unwrap();
    let all = all.as_array().unwrap();
    world.seen().key_proofs.push((kind.clone(), all.clone()));
    let name = match body["credential_identifier"].as_str() {
        Some(name) => name.strip_prefix("name of ").unwrap(),
        None => body["credential_configuration_id"].as_str().unwrap(),
    };
    let taken =
        offered_by(world, tenant)[name]["proof_types_supported"][kind]["proof_signing_alg_values_supported"]
            .clone();
    let issuer = format!("{}/t/{tenant}", world.base);
    let mut proven = Vec::new();
    for one in all {
        proven.push(match kind.as_str() {
            "jwt" => by_jwt(one.as_str().unwrap(), &issuer, &taken),
            "di_vp" => by_presentation(world, one, &issuer, &taken).await,
            other => panic!("{other}"),
        });
    }
    proven
}

fn by_jwt(proof: &str, issuer: &str, taken: &Value) -> Proven {
    let header: Value = serde_json::from_slice(&unb64(proof.split('.').next().unwrap()).unwrap()).unwrap();
    assert!(taken.as_array().unwrap().contains(&header["alg"]), "{header}");
    let key = PublicKey::from_jwk(&header["jwk"]).unwrap();
    let claims = jwt_payload(proof).unwrap();
    let (signed, signature) = proof.rsplit_once('.').unwrap();
    key.verify(signed.as_bytes(), &unb64(signature).unwrap()).unwrap();
    assert_eq!(claims["aud"], issuer);
    assert_eq!(header["typ"], "openid4vci-proof+jwt");
    Proven {
        key,
        nonce: claims["nonce"].as_str().unwrap().to_owned(),
        attestation: header["key_attestation"].clone(),
    }
}

async fn by_presentation(world: &World, proof: &Value, issuer: &str, taken: &Value) -> Proven {
    let nonce = proof["proof"]["challenge"].as_str().unwrap().to_owned();
    assert!(taken.as_array().unwrap().contains(&proof["proof"]["cryptosuite"]), "{proof}");
    assert!(proof.get("verifiableCredential").is_none());
    let expect = Expect::presentation(world.now(), &nonce, issuer);
    let outcome = verify_presentation(&Input::Json(proof.clone()), &did::Resolvers::offline(), &expect).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    let method = proof["proof"]["verificationMethod"].as_str().unwrap();
    assert_eq!(proof["holder"].as_str(), method.split('#').next());
    Proven { key: outcome.holder_key.unwrap(), nonce, attestation: Value::Null }
}
