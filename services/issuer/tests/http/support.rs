//! One issuer with two organisations, and a holder who talks to it over HTTP.

mod holder;
mod setting;
mod starts;

use std::sync::Arc;

use clock::{SeededEntropy, TestClock, Timestamp};
use issuance::{Actor, CredentialType, FourEyes, Subject};
use issuer::app::{DocumentKey, Issuer, NewOffer, OfferLink, Tenant};
use issuer::{CertificateConfig, Config, StartError};
use keys::{Algorithm, KeyStore, SealingKey, TokenConfig};
use outbound::{Outbound, OutboundPolicy, Reply};
use serde_json::{Map, Value, json};
use setting::{Setting, config};
use tempfile::TempDir;
use url::Url;
use web::Running;

use crate::ledger::TestLedger;

pub use holder::Holder;

pub const ORIGIN: &str = "http://issuer.test";
pub const UNDP: &str = "did:passerelle:undp";
const TENANTS: [&str; 3] = ["undp", "wfp", "unjspf"];
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
pub const LDP: &str = "StaffIdentity_ldp_vc";
/// Seed of the key of the wallet provider that is trusted here.
pub const ATTESTER: u64 = 900;
pub const SD_JWT: &str = "StaffIdentity_dc_sd-jwt";

pub struct World {
    pub issuer: Arc<Issuer>,
    pub ledger: Arc<TestLedger>,
    pub clock: TestClock,
    pub directory: TempDir,
    pub client: Outbound,
    setting: Setting,
    base: Url,
    running: Running,
}

pub fn start_time() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

pub fn key_store(world: &TempDir, token: Option<&TokenConfig>) -> KeyStore {
    let sealing = SealingKey::load_or_create(world.path().join("sealing.key")).unwrap();
    KeyStore::open(world.path().join("keys"), sealing, token).unwrap()
}

/// Writes a key file and returns the entry of the DID document that belongs to it.
pub fn add_key(
    world: &TempDir,
    tenant: &str,
    fragment: &str,
    algorithm: Algorithm,
    seed: u64,
) -> DocumentKey {
    let store = key_store(world, None);
    let name = format!("{tenant}.{fragment}");
    let signer = store.load_or_create(&name, algorithm, &SeededEntropy::new(seed)).unwrap();
    DocumentKey { fragment: fragment.into(), multikey: signer.public_key().to_multikey() }
}

impl World {
    async fn start_setting(setting: Setting) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Arc::new(TestLedger::default());
        for (at, tenant) in TENANTS.into_iter().enumerate() {
            let seed = 100 + at as u64;
            let ed25519 = add_key(&directory, tenant, "key-ed25519-1", Algorithm::Ed25519, seed);
            let p256 = add_key(&directory, tenant, "key-p256-1", Algorithm::P256, seed);
            let did = format!("did:passerelle:{tenant}");
            ledger.with(|state| state.keys.insert(did, vec![ed25519, p256]));
        }
        Self::on(directory, ledger, TestClock::at(start_time()), (1, setting)).await
    }

    /// The same with every key in a token.
    pub async fn start_with_token(token: TokenConfig) -> Self {
        let setting = Setting { token: Some(token.clone()), ..Setting::usual(FourEyes::WithColleagues) };
        let directory = tempfile::tempdir().unwrap();
        let ledger = Arc::new(TestLedger::default());
        let store = key_store(&directory, Some(&token));
        for tenant in TENANTS {
            let listed = [("key-ed25519-1", Algorithm::Ed25519), ("key-p256-1", Algorithm::P256)];
            let listed = listed.map(|(fragment, algorithm)| {
                let name = format!("{tenant}.{fragment}");
                let key = store.load_or_create(&name, algorithm, &SeededEntropy::new(1)).unwrap();
                DocumentKey { fragment: fragment.into(), multikey: key.public_key().to_multikey() }
            });
            let did = format!("did:passerelle:{tenant}");
            ledger.with(|state| state.keys.insert(did, listed.to_vec()));
        }
        Self::on(directory, ledger, TestClock::at(start_time()), (1, setting)).await
    }

    async fn on(
        directory: TempDir,
        ledger: Arc<TestLedger>,
        clock: TestClock,
        (seed, setting): (u64, Setting),
    ) -> Self {
        let policy = OutboundPolicy {
            allow_loopback: true,
            allow_http: true,
            max_body_bytes: 4 << 20,
            ..OutboundPolicy::default()
        };
        let (running, issuer) = issuer::start_with(
            config(&directory, &setting),
            Arc::clone(&ledger) as Arc<dyn issuer::app::Ledger>,
            Arc::new(clock.clone()),
            Arc::new(SeededEntropy::new(seed)),
            false,
        )
        .await
        .unwrap();
        let base = format!("http://{}", running.addresses[0]).parse().unwrap();
        let client = Outbound::new(&policy).unwrap();
        let world = Self { issuer, ledger, clock, directory, client, setting, base, running };
        for tenant in TENANTS {
            world.issuer.refresh_keys(world.tenant(tenant)).await.unwrap();
        }
        world.publish().await;
        world
    }

    /// Stops the service and starts it again on the same files and the same chain.
    pub async fn restart(mut self) -> Self {
        self.running.stop().await;
        self.issuer.store().close().await;
        Self::on(self.directory, self.ledger, self.clock, (2, self.setting)).await
    }

    /// The same with certificates of UNDP's keys.
    pub async fn restart_certified(mut self, certificates: Vec<CertificateConfig>) -> Self {
        self.setting.certificates = certificates;
        self.restart().await
    }

    /// What becomes of a start with certificates of UNDP's keys.
    pub async fn start_again(&self, certificates: Vec<CertificateConfig>) -> Result<(), StartError> {
        let mut config = self.config();
        config.tenants[0].certificates = certificates;
        let ledger = Arc::clone(&self.ledger) as Arc<dyn issuer::app::Ledger>;
        let clock = Arc::new(self.clock.clone());
        issuer::start_with(config, ledger, clock, Arc::new(SeededEntropy::new(3)), false).await.map(drop)
    }

    /// What the service was started with.
    pub fn config(&self) -> Config {
        config(&self.directory, &self.setting)
    }

    pub fn tenant(&self, id: &str) -> &Arc<Tenant> {
        self.issuer.tenant(id).unwrap()
    }

    pub async fn publish(&self) {
        for tenant in TENANTS {
            let _ = self.issuer.publish_status_lists(self.tenant(tenant)).await;
        }
    }

    pub fn officer() -> Actor {
        Actor { tenant: "undp".into(), officer: "officer".into() }
    }

    pub async fn person(&self, number: &str) -> String {
        let Value::Object(claims) = json!({
            "givenName": "Amina", "familyName": "Okafor", "identifier": number, "jobTitle": "Programme Analyst",
            "gradeLevel": "P-3", "dutyStation": "Nairobi", "contractType": "fixed-term", "startDate": "2024-02-01"
        }) else {
            unreachable!()
        };
        let subject = Subject {
            id: format!("s-{number}"),
            number: number.into(),
            name: "Amina Okafor".into(),
            claims,
            created_at: start_time(),
            updated_at: start_time(),
        };
        let mut tx = self.issuer.store().write("test").await.unwrap();
        let id = tx.put_subject("undp", &subject).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn offer(&self) -> OfferLink {
        self.offer_for("10023").await
    }

    pub async fn offer_for(&self, number: &str) -> OfferLink {
        let subject_id = self.person(number).await;
        self.issuer.create_offer(&Self::officer(), &new_offer(subject_id)).await.unwrap()
    }

    pub fn url(&self, path: &str) -> Url {
        // Links carry the public address; here the service answers at another one.
        self.base.join(path.strip_prefix(ORIGIN).unwrap_or(path)).unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.client.get(&self.url(path), "application/json", None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value, bearer: Option<&str>) -> Reply {
        let authorization = bearer.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        self.client.post_json(&self.url(path), body, &headers).await.unwrap()
    }

    pub async fn code(&self, link: &OfferLink) -> String {
        let offer = json(&self.get(&link.uri).await);
        offer["grants"][GRANT]["pre-authorized_code"].as_str().unwrap().to_owned()
    }

    pub async fn token_reply(&self, form: &[(&str, &str)]) -> Reply {
        self.client.post_form(&self.url("/t/undp/token"), form, &[]).await.unwrap()
    }

    pub async fn token(&self, link: &OfferLink) -> String {
        let code = self.code(link).await;
        let mut form = vec![("grant_type", GRANT), ("pre-authorized_code", code.as_str())];
        if let Some(code) = &link.transaction_code {
            form.push(("tx_code", code));
        }
        json(&self.token_reply(&form).await)["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn nonce(&self) -> String {
        let reply =
            self.client.post_bytes(&self.url("/t/undp/nonce"), "text/plain", Vec::new(), &[]).await.unwrap();
        json(&reply)["c_nonce"].as_str().unwrap().to_owned()
    }

    pub async fn request(&self, token: &str, configuration: &str, holder: &Holder) -> Reply {
        self.request_saying(token, configuration, holder, &json!({})).await
    }

    /// The same with these members in the payload of the key proof.
    pub async fn request_saying(
        &self,
        token: &str,
        configuration: &str,
        holder: &Holder,
        said: &Value,
    ) -> Reply {
        let proof = holder.proof_with(&self.nonce().await, &json!({}), said);
        let body = json!({"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}});
        self.post("/t/undp/credential", &body, Some(token)).await
    }

    /// A credential that was issued to the holder.
    pub async fn credential(&self, link: &OfferLink, configuration: &str, holder: &Holder) -> Value {
        let token = self.token(link).await;
        let reply = self.request(&token, configuration, holder).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        json(&reply)
    }
}

pub fn new_offer(subject_id: String) -> NewOffer {
    NewOffer {
        subject_id,
        types: vec![CredentialType::StaffIdentity],
        extra_claims: Map::new(),
        transaction_code: true,
        bound_key: None,
        expires_at: None,
    }
}

pub fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&reply.body)))
}

/// Status, `error` of the OAuth envelope.
pub fn refusal(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let body = json(reply);
    let description = body["error_description"].as_str().unwrap();
    assert!(!description.is_empty() && !description.contains(['"', '\\']), "{description}");
    (reply.status, body["error"].as_str().unwrap().to_owned())
}

pub fn refused(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

/// Status and last part of `type` of a problem.
pub fn problem(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.content_type, "application/problem+json");
    let kind = json(reply)["type"].as_str().unwrap().to_owned();
    (reply.status, kind.rsplit(['/', '#']).next().unwrap().to_owned())
}
