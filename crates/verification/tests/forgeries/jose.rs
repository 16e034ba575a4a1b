//! JWTs taken apart and put together again, well or badly.

use keys::Signer;
use serde_json::{Map, Value, json};

use crate::world::base64url;

pub struct Parts {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    pub signature: String,
}

impl Parts {
    pub fn of(jwt: &str) -> Self {
        let parts: Vec<&str> = jwt.split('.').collect();
        Self { header: object(parts[0]), claims: object(parts[1]), signature: parts[2].to_owned() }
    }

    /// With the old signature.
    pub fn text(&self) -> String {
        format!("{}.{}", self.input(), self.signature)
    }

    /// With a new signature over what it says now, whatever algorithm its header names.
    pub async fn signed(&self, signer: &dyn Signer) -> String {
        let signature = signer.sign(self.input().as_bytes()).await.unwrap();
        format!("{}.{}", self.input(), base64url(&signature))
    }

    pub fn input(&self) -> String {
        let part = |it: &Map<String, Value>| base64url(json!(it).to_string().as_bytes());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }
}

pub fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn object(part: &str) -> Map<String, Value> {
    serde_json::from_slice(&decoded(part)).unwrap()
}
