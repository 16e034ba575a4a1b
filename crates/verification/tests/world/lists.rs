//! Status lists, and their digests on the chain.

use clock::Clock as _;
use credential::data_integrity::{SigningKey, Suite, secure};
use credential::jwt;
use registry_types::StatusRecord;
use serde_json::{Value, json};
use status_list::StatusList;

use super::{Issuer, World, rfc3339, sha256};

pub const LIST_LENGTH: usize = 131_072;

impl World {
    /// Publishes the issuer's three lists with these indexes set, and registers their digests.
    pub async fn publish(&self, issuer: &Issuer, revoked: &[usize], suspended: &[usize]) {
        for (purpose, set) in [("revocation", revoked), ("suspension", suspended)] {
            let bytes = self.bitstring(issuer, purpose, set).await;
            self.register(issuer, &issuer.list(purpose), &bytes);
            self.show(&issuer.list(purpose), bytes);
        }
        let bytes = self.token_list(issuer, revoked, suspended).await;
        self.register(issuer, &issuer.list("token"), &bytes);
        self.show(&issuer.list("token"), bytes);
    }

    pub async fn bitstring(&self, issuer: &Issuer, purpose: &str, set: &[usize]) -> Vec<u8> {
        let bits = if purpose == "message" { 2 } else { 1 };
        let mut list = StatusList::new(bits, LIST_LENGTH).unwrap();
        set.iter().for_each(|index| list.set(*index, 1).unwrap());
        let unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": issuer.list(purpose),
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer.did,
            "validFrom": rfc3339(self.clock.now()),
            "credentialSubject": {
                "id": format!("{}#list", issuer.list(purpose)), "type": "BitstringStatusList",
                "statusPurpose": purpose, "encodedList": list.encode_bitstring()
            }
        });
        let key =
            SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() };
        let secured = secure(&unsecured, Suite::EddsaRdfc2022, &key, &self.assertion()).await.unwrap();
        serde_json::to_vec(&secured).unwrap()
    }

    pub async fn token_list(&self, issuer: &Issuer, revoked: &[usize], suspended: &[usize]) -> Vec<u8> {
        let mut list = StatusList::new(2, LIST_LENGTH).unwrap();
        suspended.iter().for_each(|index| list.set(*index, 2).unwrap());
        revoked.iter().for_each(|index| list.set(*index, 1).unwrap());
        let header = json!({ "typ": "statuslist+jwt", "kid": issuer.method("p256") });
        let claims = json!({ "sub": issuer.list("token"), "iat": self.clock.now().timestamp(), "ttl": 300,
            "status_list": { "bits": 2, "lst": list.encode_token() } });
        let (Value::Object(header), Value::Object(claims)) = (header, claims) else { unreachable!() };
        jwt::sign(header, &claims, issuer.p256.as_ref()).await.unwrap().into_bytes()
    }

    pub fn register(&self, issuer: &Issuer, list: &str, bytes: &[u8]) {
        let now = self.now_ms();
        self.chain.change(|ledger| {
            let version =
                ledger.statuses.get(&(issuer.did.clone(), list.into())).map_or(0, |record| record.version)
                    + 1;
            let record = StatusRecord { digest: sha256(bytes), version, published_ms: now };
            ledger.statuses.insert((issuer.did.clone(), list.into()), record);
        });
    }

    pub fn show(&self, url: &str, bytes: Vec<u8>) {
        self.web.pages.lock().unwrap().insert(url.into(), bytes);
    }
}
