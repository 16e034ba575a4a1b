//! A person with a credential of every format in a world that knows its issuer, so that a target begins where a verifier does.

use std::future::Future;
use std::sync::{Arc, LazyLock};

use clock::{Clock as _, SeededEntropy, Timestamp};
use coset::iana::Algorithm;
use coset::{CborSerializable as _, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable as _};
use credential::data_integrity::SigningKey;
use credential::enveloped::{Envelope, EnvelopeOptions, secure_credential};
use credential::jwe::{DecryptionKey, Encryption, Recipient};
use credential::{Input, jwt};
use did::{DidRecords, Resolvers};
use serde_json::{Value, json};
use status_list::StatusList;
use tokio::runtime::Runtime;

use crate::world::{Copy, Holder, Issuer, STAFF, World, base64url};

/// What a verifier asked for in this world.
pub const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
pub const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

pub struct Scene {
    pub world: World,
    pub issuer: Issuer,
    pub holder: Holder,
    pub resolver: Resolvers,
    /// One credential in every format: Data Integrity, SD-JWT VC, and the three envelopes.
    pub credentials: Vec<Input>,
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime without sockets")
});

/// Waits for something that waits for nothing but this process.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}

impl Scene {
    #[must_use]
    pub fn new() -> Self {
        now(async {
            let world = World::new();
            let issuer = world.organisation("undp").await;
            world.accredit(&issuer, STAFF, &[&issuer.did]);
            world.advance(3600);
            let holder = world.holder();
            let records: Arc<dyn DidRecords> = world.chain.clone();
            let resolver = Resolvers::new(records, std::time::Duration::from_secs(3600));
            let mut scene = Self { world, issuer, holder, resolver, credentials: Vec::new() };
            scene.credentials = scene.in_every_format().await;
            scene
        })
    }

    async fn in_every_format(&self) -> Vec<Input> {
        let staff = self.world.staff(&self.issuer);
        let [json, compact] = self.world.issue(&self.issuer, &self.holder, &staff).await;
        let Copy::Json(mut document) = json.clone() else { unreachable!("the first one is JSON") };
        document.as_object_mut().expect("a credential is an object").remove("proof");
        let key =
            SigningKey { verification_method: self.issuer.method("p256"), signer: self.issuer.p256.clone() };
        let options = EnvelopeOptions::at(self.time());
        let mut all = vec![json.input(), compact.input()];
        for envelope in Envelope::ALL {
            let secured = secure_credential(&document, envelope, &key, &options, &self.world.entropy).await;
            all.push(secured.expect("a sound credential"));
        }
        all
    }

    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Header and payload as they are, under a true signature of the issuer: what lies behind it is reached.
    #[must_use]
    pub fn jws(&self, header: &[u8], payload: &[u8]) -> String {
        let input = format!("{}.{}", base64url(header), base64url(payload));
        let signature = self.issuer.p256.sign_now(input.as_bytes()).expect("a key in memory");
        format!("{input}.{}", base64url(&signature))
    }

    /// The same as a COSE_Sign1. `typ` goes into the protected header (RFC 9596).
    #[must_use]
    pub fn cose(&self, typ: &str, payload: &[u8]) -> Vec<u8> {
        let header = HeaderBuilder::new()
            .algorithm(Algorithm::ES256)
            .key_id(self.issuer.method("p256").into_bytes())
            .value(16, ciborium::Value::Text(format!("application/{typ}")))
            .build();
        let sign1 = CoseSign1Builder::new().protected(header).payload(payload.to_vec()).build();
        let signature = self.issuer.p256.sign_now(&sign1.tbs_data(&[])).expect("a key in memory");
        let signed = coset::CoseSign1 { signature, ..sign1 };
        signed.to_tagged_vec().or_else(|_| coset::CoseSign1::default().to_vec()).expect("a COSE_Sign1")
    }

    /// A Token Status List signed with Ed25519.
    #[must_use]
    pub fn token_list(&self, revoked: &[usize]) -> String {
        let mut list = StatusList::new(2, 131_072).expect("a list");
        revoked.iter().for_each(|index| list.set(*index, 1).expect("a place"));
        let lst = list.encode_token();
        let header = json!({"typ": "statuslist+jwt", "kid": self.issuer.method("ed25519")});
        let claims = json!({"sub": self.issuer.list("token"), "iat": self.time().timestamp(), "ttl": 300,
            "status_list": {"bits": 2, "lst": lst}});
        let (Value::Object(header), Value::Object(claims)) = (header, claims) else {
            unreachable!("two objects")
        };
        now(jwt::sign(header, &claims, self.issuer.ed25519.as_ref())).expect("a key in memory")
    }

    /// The header of a token of this type by the issuer.
    #[must_use]
    pub fn header(&self, typ: &str) -> Vec<u8> {
        let kid = self.issuer.method("p256");
        json!({"alg": "ES256", "typ": typ, "kid": kid}).to_string().into_bytes()
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

/// Every plain value with the names that lead to it. Places in lists are left out, and so is `@value`, since a value says the
/// same with and without it.
#[must_use]
pub fn leaves(value: &Value) -> Vec<(Vec<&str>, &Value)> {
    fn walk<'a>(value: &'a Value, path: &mut Vec<&'a str>, found: &mut Vec<(Vec<&'a str>, &'a Value)>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| {
                let names = usize::from(name != "@value");
                path.extend(std::iter::repeat_n(name.as_str(), names));
                walk(member, path, found);
                path.truncate(path.len() - names);
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, path, found)),
            plain => found.push((path.clone(), plain)),
        }
    }
    let mut found = Vec::new();
    walk(value, &mut Vec::new(), &mut found);
    found
}

/// The answer that a wallet encrypted to this key; the same each time.
#[must_use]
pub fn encrypted_answer(key: &DecryptionKey) -> String {
    let recipient = Recipient::from_jwk(&key.public_jwk()).expect("a key with its algorithm");
    let answer = br#"{"vp_token":{"a":["x"]},"state":"s"}"#;
    recipient.encrypt(answer, Encryption::A128Gcm, &SeededEntropy::new(5)).expect("a key and a cipher")
}
