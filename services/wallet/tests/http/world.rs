//! A small world around a real wallet: an issuer, a verifier and the Fund that speak the protocols with real
//! keys and real credentials, and a chain that answers from memory. Knobs make them misbehave, one at a time.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use clock::{Clock, Entropy, SeededEntropy, TestClock, Timestamp};
use credential::data_integrity::SigningKey;
use credential::x509::TrustAnchors;
use did::{Document, Relationship, Resolution, ResolveError, Resolver, Resolvers, VerificationMethod};
use keys::{Algorithm, SealingKey, Signer, SoftwareKey};
use outbound::{Outbound, OutboundPolicy};
use serde_json::{Value, json};
use store_wallet::Store;
use testkit::{Agent, Answer, Authenticator, HolderKey, b64, unb64};
use url::Url;
use wallet::app::Wallet;
use wallet::app::kept_keys::KeptKeys;
use wallet::app::trust::{Anchored, Chain, ChainError};
use wallet::wiring;
use web::passkey::Passkeys;

use crate::stub;

pub const UNDP: &str = "did:passerelle:undp";
pub const FUND: &str = "did:passerelle:unjspf";
pub const WFP: &str = "did:passerelle:wfp";

/// An organisation's keys, as its DID document lists them.
pub struct Organisation {
    pub did: &'static str,
    pub ed25519: Arc<dyn Signer>,
    pub p256: Arc<dyn Signer>,
}

impl Organisation {
    fn new(did: &'static str, entropy: &dyn Entropy) -> Self {
        Self {
            did,
            ed25519: Arc::new(SoftwareKey::generate(Algorithm::Ed25519, entropy)),
            p256: Arc::new(SoftwareKey::generate(Algorithm::P256, entropy)),
        }
    }

    pub fn ed25519_key(&self) -> SigningKey {
        SigningKey {
            verification_method: format!("{}#key-ed25519-1", self.did),
            signer: Arc::clone(&self.ed25519),
        }
    }

    pub fn p256_key(&self) -> SigningKey {
        SigningKey { verification_method: format!("{}#key-p256-1", self.did), signer: Arc::clone(&self.p256) }
    }

    fn document(&self) -> Document {
        let method = |fragment: &str, signer: &dyn Signer| VerificationMethod {
            id: format!("{}#{fragment}", self.did),
            controller: self.did.to_owned(),
            public_key: *signer.public_key(),
            relationships: vec![Relationship::AssertionMethod, Relationship::Authentication],
        };
        let methods =
            vec![method("key-ed25519-1", self.ed25519.as_ref()), method("key-p256-1", self.p256.as_ref())];
        Document::new(self.did.to_owned(), methods, Vec::new())
    }
}

/// What the others do; each test turns one knob.
pub struct Knobs {
    /// Whom the credential names as its issuer that is also given as a JWT.
    pub vc_jwt_of: Option<&'static str>,
    pub signed_metadata: bool,
    /// What the issuer requires to be attested of keys, if anything.
    pub key_attestations: Option<Value>,
    pub tx_code: Option<&'static str>,
    pub offer_status: u16,
    pub nonce_refusals: usize,
    pub tokens_dead: bool,
    /// Whether refresh tokens are given, and taken.
    pub refresh: bool,
    /// Whether the person is called otherwise in what is given anew.
    pub renames: bool,
    /// In how many days what is given as JSON ends; it began a year ago.
    pub ends_in_days: Option<i64>,
    pub credential_status: u16,
    /// How many credentials come in the place of one.
    pub answered_times: usize,
    /// What the issuer says of batches, if anything.
    pub batch_size: Option<u32>,
    /// Whether further copies say something else than the first.
    pub copies_differ: bool,
    /// The end of the configurations that are released later.
    pub deferred: Option<&'static str>,
    /// What the deferred endpoint says: `waiting`, `released`, or an error's name.
    pub release: &'static str,
    pub other_issuer: bool,
    pub tamper: bool,
    pub bind_to_other_key: bool,
    pub notification_status: u16,
    pub receipt_ready: bool,
    pub receipt_forged: bool,
    pub revoked: bool,
    pub suspended: bool,
    pub registry_down: bool,
    pub chain_has_other_list: bool,
    pub request: Value,
    pub request_typ: &'static str,
    pub request_signed_by_other: bool,
    /// Certificates in place of the DID's key in the header of the request.
    pub request_x5c: Option<Value>,
    pub response_status: u16,
    /// The next answer waits for this; others that come meanwhile are put off with 503.
    pub answer_waits: Option<Arc<tokio::sync::Notify>>,
    pub redirect_uri: Option<String>,
    pub receipt_uri: Option<String>,
    /// What stands below `receipt_uri`: `absent`, `deleted`, `good`, `foreign`, `about another` or `nonsense`.
    pub verifier_receipt: &'static str,
    /// The outcome that it tells.
    pub receipt_outcome: &'static str,
    pub existence_state: &'static str,
    pub existence_year: i64,
    pub existence_status: u16,
    /// Whether the Fund counts kinds of devices.
    pub device_kinds: bool,
    pub appeal_state: &'static str,
    pub existence_letter: &'static str,
    pub existence_form: Option<&'static str>,
    /// What remains of the pictures.
    pub existence_kept: Option<serde_json::Value>,
    /// What the Fund says of an enrolment.
    pub enrolment: Value,
    /// With which status and problem it refuses the next step.
    pub enrolment_refusal: Option<(u16, &'static str)>,
    /// What the Fund says of the year.
    pub year: Value,
    pub year_refusal: Option<(u16, &'static str)>,
    /// The request of the Fund's verifier for a Separation credential.
    pub separation_link: &'static str,
}

/// What the others saw.
#[derive(Default)]
pub struct Seen {
    pub codes: HashSet<String>,
    pub tokens: HashSet<String>,
    pub refresh_tokens: HashSet<String>,
    pub nonces: HashSet<String>,
    /// Credentials by configuration and holder key: an issuer answers a repetition with the same one.
    pub issued: HashMap<String, Value>,
    pub token_requests: usize,
    /// `key_attestation` in the header of each first key proof.
    pub key_attestations: Vec<Value>,
    pub notifications: Vec<Value>,
    pub responses: Vec<HashMap<String, String>>,
    pub existence_answers: Vec<Value>,
    pub existence_appeals: Vec<Value>,
    /// Type, length and query of each form.
    pub existence_forms: Vec<(String, usize, String)>,
    /// Steps of an enrolment: the end of the path, the bearer token, the body.
    pub enrolment_steps: Vec<(String, String, Value)>,
    /// Words about the year: `year` or `begin`, the bearer token, the body.
    pub year_words: Vec<(String, String, Value)>,
    pub wrong_codes: usize,
    /// The person is called otherwise in what is made just now.
    pub renamed: bool,
    /// Deferred requests of a transaction that was asked for.
    pub deferred_requests: usize,
}

pub struct Others {
    pub undp: Organisation,
    pub fund: Organisation,
    pub wfp: Organisation,
    pub clock: TestClock,
    pub entropy: SeededEntropy,
    pub base: String,
    pub knobs: Mutex<Knobs>,
    pub seen: Mutex<Seen>,
}

impl Others {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn token(&self) -> String {
        clock::token(&self.entropy)
    }

    pub fn knobs(&self) -> MutexGuard<'_, Knobs> {
        self.knobs.lock().unwrap()
    }

    /// Waits until the others saw this.
    pub async fn seen_soon(&self, what: impl Fn(&Seen) -> bool) {
        for _ in 0..2_000 {
            if what(&self.seen()) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("not seen within ten seconds");
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

struct Directory {
    documents: HashMap<String, Arc<Resolution>>,
    offline: Resolvers,
    others: Arc<Others>,
}

#[async_trait::async_trait]
impl Resolver for Directory {
    async fn resolve(&self, did: &str) -> Result<Arc<Resolution>, ResolveError> {
        if !did.starts_with("did:passerelle:") {
            return self.offline.resolve(did).await;
        }
        if self.others.knobs().registry_down {
            return Err(ResolveError::Unavailable("down".to_owned()));
        }
        self.documents.get(did).cloned().ok_or(ResolveError::NotFound)
    }
}

struct MemoryChain(Arc<Others>);

#[async_trait::async_trait]
impl Chain for MemoryChain {
    async fn organisation(&self, did: &str) -> Result<Option<String>, ChainError> {
        let name = match did {
            UNDP => "United Nations Development Programme",
            FUND => "United Nations Joint Staff Pension Fund",
            WFP => "World Food Programme",
            _ => return Ok(None),
        };
        Ok(Some(name.to_owned()))
    }

    async fn status_digest(&self, _: &str, list: &str) -> Result<Option<[u8; 32]>, ChainError> {
        if self.0.knobs().chain_has_other_list {
            return Ok(Some([9; 32]));
        }
        Ok(Some(testkit::sha256(stub::status_list(&self.0, list))))
    }

    async fn anchor(&self, _: &str, _: u64) -> Result<Option<Anchored>, ChainError> {
        let root = stub::tree(&self.0).root();
        Ok(Some(Anchored { root, leaf_count: 16, time: self.0.now() }))
    }
}

pub struct World {
    pub others: Arc<Others>,
    pub wallet: Arc<Wallet>,
    pub url: String,
    pub database: std::path::PathBuf,
    _running: web::Running,
    _directory: tempfile::TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Wallet)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let entropy = SeededEntropy::new(7);
        let clock = TestClock::at(Timestamp::from_timestamp(1_770_000_000, 0).unwrap());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let others = Arc::new(Others {
            undp: Organisation::new(UNDP, &entropy),
            fund: Organisation::new(FUND, &entropy),
            wfp: Organisation::new(WFP, &entropy),
            clock: clock.clone(),
            entropy,
            knobs: Mutex::new(knobs(&base, clock.now())),
            seen: Mutex::default(),
            base,
        });
        stub::serve(listener, Arc::clone(&others));
        let documents = [&others.undp, &others.fund, &others.wfp]
            .map(|one| (one.did.to_owned(), Arc::new(Resolution::of_document(one.document()))));
        let resolver = Directory {
            documents: documents.into(),
            offline: Resolvers::offline(),
            others: Arc::clone(&others),
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://wallet.localhost:{port}");
        let database = directory.path().join("wallet.db");
        let mut wallet = Wallet {
            store: Store::open(&format!("sqlite:{}", database.display()), "wallet").await.unwrap(),
            sealing_key: SealingKey::from_bytes([5; 32]),
            kept_keys: KeptKeys::default(),
            clock: Arc::new(clock),
            entropy: Arc::new(SeededEntropy::new(8)),
            outbound: Outbound::new(&OutboundPolicy {
                allow_loopback: true,
                allow_http: true,
                ..OutboundPolicy::default()
            })
            .unwrap(),
            chain: Arc::new(MemoryChain(Arc::clone(&others))),
            resolver: Arc::new(resolver),
            verifier_anchors: TrustAnchors::default(),
            passkeys: Passkeys::new("wallet.localhost", &Url::parse(&url).unwrap(), "Wallet").unwrap(),
            origin: url.clone(),
            open_vc_api: true,
            wake: Arc::default(),
        };
        change(&mut wallet);
        let wallet = Arc::new(wallet);
        let http = web::HttpConfig {
            listen: vec![([127, 0, 0, 1], port).into()],
            public_url: Url::parse(&url).unwrap(),
            tls: None,
            workers: Some(1),
        };
        // No background work of its own: tests call `tend` when they mean it.
        let running = wiring::listen(&http, &shown(), Arc::clone(&wallet)).await.unwrap();
        Self { others, wallet, url, database, _running: running, _directory: directory }
    }

    pub async fn person(&self, label: &str) -> Person {
        let mut person = Person {
            agent: Agent::new(),
            phone: Authenticator::new(&self.url, label),
            key: HolderKey::from_label(label),
            url: self.url.clone(),
        };
        let options = person.post("/v1/registration/options", json!({})).await.json().unwrap();
        let made = person.phone.register(&options).unwrap();
        person.post("/v1/registration", made).await.expect(201).unwrap();
        person.post("/v1/device-keys", json!({ "publicKey": person.key.jwk() })).await.expect(201).unwrap();
        person
    }

    pub fn offer_uri(&self) -> String {
        format!("{}/t/undp/offers/o1", self.others.base)
    }

    pub fn request(&self) -> Value {
        let uri = format!("{}/oid4vp/requests/r1", self.others.base);
        json!({ "clientId": format!("decentralized_identifier:{WFP}"), "requestUri": uri })
    }

    pub fn existence_uri(&self) -> String {
        format!("{}/t/unjspf/existence/e1", self.others.base)
    }

    /// A person who holds both credentials of the offer.
    pub async fn holder(&self, label: &str) -> Person {
        let person = self.person(label).await;
        let offer = person.open_offer(&self.offer_uri()).await;
        person.receive(offer["id"].as_str().unwrap(), Some("493051")).await;
        person
    }
}

/// Whom people can call.
fn shown() -> wallet::WalletConfig {
    let hours =
        [("en", "Monday to Friday, 8:00 to 17:00"), ("ar", "من الاثنين إلى الجمعة، من 8:00 إلى 17:00")];
    let hours = hours.map(|(language, text)| (language.to_owned(), text.to_owned())).into();
    let help = wallet::HelpConfig { telephone: Some("+41 22 555 01 00".to_owned()), hours };
    wallet::WalletConfig { help, demonstration: true, ..wallet::WalletConfig::default() }
}

fn knobs(base: &str, now: Timestamp) -> Knobs {
    Knobs {
        vc_jwt_of: None,
        signed_metadata: true,
        key_attestations: None,
        tx_code: Some("493051"),
        offer_status: 200,
        nonce_refusals: 0,
        tokens_dead: false,
        refresh: false,
        renames: false,
        ends_in_days: None,
        credential_status: 200,
        answered_times: 1,
        batch_size: None,
        copies_differ: false,
        deferred: None,
        release: "waiting",
        other_issuer: false,
        tamper: false,
        bind_to_other_key: false,
        notification_status: 204,
        receipt_ready: false,
        receipt_forged: false,
        revoked: false,
        suspended: false,
        registry_down: false,
        chain_has_other_list: false,
        request: json!({
            "client_id": format!("decentralized_identifier:{WFP}"), "response_type": "vp_token",
            "response_mode": "direct_post", "response_uri": format!("{base}/oid4vp/responses/r1"),
            "nonce": "n-0S6_WzA2Mj-0123456789", "state": "st-1", "aud": "https://self-issued.me/v2",
            "iat": now.timestamp(), "exp": now.timestamp() + 600, "purpose": "Entry to the Rome office",
            "dcql_query": {
                "credentials": [
                    {"id": "sd", "format": "dc+sd-jwt", "meta": {"vct_values": [stub::STAFF]},
                     "claims": [{"path": ["givenName"]}, {"path": ["familyName"]}]},
                    {"id": "w3c", "format": "ldp_vc", "meta": {"type_values": [[stub::STAFF]]}},
                    {"id": "extra", "format": "dc+sd-jwt", "meta": {"vct_values": [stub::STAFF]},
                     "claims": [{"path": ["birthDate"]}]}
                ],
                "credential_sets": [{"options": [["sd"], ["w3c"]]}, {"options": [["extra"]], "required": false}]
            }
        }),
        request_typ: "oauth-authz-req+jwt",
        request_signed_by_other: false,
        request_x5c: None,
        response_status: 200,
        answer_waits: None,
        redirect_uri: None,
        receipt_uri: None,
        verifier_receipt: "absent",
        receipt_outcome: "valid",
        existence_state: "open",
        existence_year: 2026,
        existence_status: 200,
        device_kinds: false,
        appeal_state: "possible",
        existence_letter: "%PDF-1.7 the letter",
        existence_form: None,
        existence_kept: None,
        enrolment: crate::enrolment::claimed(),
        enrolment_refusal: None,
        year: crate::year::open(),
        year_refusal: None,
        separation_link: "openid4vp://?client_id=did%3Ax%3Av&request_uri=https%3A%2F%2Fv.example%2Fr%2F1",
    }
}

/// Somebody with a phone, as a program.
pub struct Person {
    pub agent: Agent,
    pub phone: Authenticator,
    pub key: HolderKey,
    pub url: String,
}

impl Person {
    pub async fn get(&self, path: &str) -> Answer {
        self.agent.get(format!("{}{path}", self.url)).await.unwrap()
    }

    pub async fn page(&self, path: &str) -> Answer {
        self.agent.get_as(format!("{}{path}", self.url), "text/html").await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.agent.post_json(format!("{}{path}", self.url), &body).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.agent
            .send(testkit::Method::DELETE, format!("{}{path}", self.url), &[], Vec::new())
            .await
            .unwrap()
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        let (url, headers) = (format!("{}{path}", self.url), [("content-type", "application/json")]);
        let body = serde_json::to_vec(&body).unwrap();
        self.agent.send(testkit::Method::PUT, url, &headers, body).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        let (url, headers) = (format!("{}{path}", self.url), [("content-type", "application/json")]);
        let body = serde_json::to_vec(&body).unwrap();
        self.agent.send(testkit::Method::PATCH, url, &headers, body).await.unwrap()
    }

    /// Proves the person afresh, in the session that is open.
    pub async fn step_up(&mut self) -> Answer {
        let options = self.post("/v1/step-up/options", json!({})).await.json().unwrap();
        let assertion = self.phone.log_in(&options).unwrap();
        self.post("/v1/step-up", assertion).await
    }

    pub async fn sign_in(&mut self) {
        self.agent = Agent::new();
        let options = self.post("/v1/sign-in/options", json!({})).await.json().unwrap();
        let assertion = self.phone.log_in(&options).unwrap();
        self.post("/v1/sign-in", assertion).await.expect(200).unwrap();
    }

    /// The same in a browser that says this of itself.
    pub async fn sign_in_as(&mut self, user_agent: &str) {
        self.agent = Agent::new();
        let options = self.post("/v1/sign-in/options", json!({})).await.json().unwrap();
        let assertion = serde_json::to_vec(&self.phone.log_in(&options).unwrap()).unwrap();
        let headers = [("content-type", "application/json"), ("user-agent", user_agent)];
        let url = format!("{}/v1/sign-in", self.url);
        let answer = self.agent.send(testkit::Method::POST, url, &headers, assertion).await;
        answer.unwrap().expect(200).unwrap();
    }

    /// The same in this browser, with its other cookies.
    pub async fn sign_in_here(&mut self) {
        let options = self.post("/v1/sign-in/options", json!({})).await.json().unwrap();
        let assertion = self.phone.log_in(&options).unwrap();
        self.post("/v1/sign-in", assertion).await.expect(200).unwrap();
    }

    pub async fn open_offer(&self, uri: &str) -> Value {
        self.post("/v1/offers", json!({ "credentialOfferUri": uri })).await.ok().unwrap().json().unwrap()
    }

    pub async fn accept(&self, offer: &str, code: Option<&str>) -> Answer {
        let body = json!({ "deviceKey": self.key.thumbprint(), "txCode": code });
        self.post(&format!("/v1/offers/{offer}/accept"), body).await
    }

    pub async fn prove(&self, offer: &str, step: &Value) -> Answer {
        self.post(&format!("/v1/offers/{offer}/proofs"), self.signatures(step)).await
    }

    pub async fn receive(&self, offer: &str, code: Option<&str>) -> Value {
        let mut step: Value = self.accept(offer, code).await.expect(200).unwrap().json().unwrap();
        while !step["toSign"].as_array().unwrap().is_empty() {
            step = self.prove(offer, &step).await.expect(200).unwrap().json().unwrap();
        }
        step["offer"].clone()
    }

    pub async fn credentials(&self) -> Vec<Value> {
        let list = self.get("/v1/credentials").await.expect(200).unwrap().json().unwrap();
        list["credentials"].as_array().unwrap().clone()
    }

    pub fn signatures(&self, step: &Value) -> Value {
        let signed: Vec<Value> = step["toSign"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let input = unb64(one["input"].as_str().unwrap()).unwrap();
                json!({ "id": one["id"], "signature": b64(self.key.sign(&input)) })
            })
            .collect();
        json!({ "signatures": signed })
    }
}

/// The problem's slug, with its status checked.
pub fn problem(answer: Answer, status: u16) -> String {
    let problem = answer.expect(status).unwrap().json().unwrap();
    problem["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}
