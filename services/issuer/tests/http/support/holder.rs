//! A holder's key and the proofs it makes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::SeededEntropy;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};

use super::{ORIGIN, start_time};

pub struct Holder(pub SoftwareKey);

impl Holder {
    pub fn new(seed: u64) -> Self {
        Self(SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed)))
    }

    pub fn thumbprint(&self) -> String {
        self.0.public_key().jwk_thumbprint()
    }

    pub fn proof(&self, nonce: &str) -> String {
        self.proof_with(nonce, &json!({}), &json!({}))
    }

    /// A key proof with members of header and payload replaced; null removes one.
    pub fn proof_with(&self, nonce: &str, header: &Value, payload: &Value) -> String {
        let base_header =
            json!({"typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": self.0.public_key().to_jwk()});
        let base_payload =
            json!({"aud": format!("{ORIGIN}/t/undp"), "iat": start_time().timestamp(), "nonce": nonce});
        let signed =
            format!("{}.{}", encode(&merged(base_header, header)), encode(&merged(base_payload, payload)));
        let signature = self.0.sign_now(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn merged(mut base: Value, change: &Value) -> Value {
    let members = base.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    base
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
