//! A small world around a real wallet: an issuer, a verifier and the Fund that speak the protocols with real
//! keys and real credentials, and a chain that answers from memory. Knobs make them misbehave, one at a time.

mod knobs;
mod person;
mod registry;

use std::sync::{Arc, Mutex, MutexGuard};

use clock::{Clock, SeededEntropy, TestClock, Timestamp};
use credential::x509::TrustAnchors;
use did::{Resolution, Resolvers};
use keys::SealingKey;
use outbound::{Outbound, OutboundPolicy};
use serde_json::{Value, json};
use store_wallet::Store;
use testkit::{Agent, Authenticator, HolderKey};
use url::Url;
use wallet::app::Wallet;
use wallet::app::forgetting::Forgetting;
use wallet::app::kept_keys::KeptKeys;
use wallet::app::oauth::Client;
use wallet::wiring;
use web::passkey::Passkeys;

pub use knobs::{Knobs, Seen};
pub use person::{Person, problem};
pub use registry::Organisation;

use crate::stub;
use crate::stub_oauth::Oauth;
use registry::{Directory, MemoryChain};

pub const UNDP: &str = "did:passerelle:undp";
pub const FUND: &str = "did:passerelle:unjspf";
pub const WFP: &str = "did:passerelle:wfp";

pub struct Others {
    pub undp: Organisation,
    pub fund: Organisation,
    pub wfp: Organisation,
    pub clock: TestClock,
    pub entropy: SeededEntropy,
    pub base: String,
    pub knobs: Mutex<Knobs>,
    pub seen: Mutex<Seen>,
    pub oauth: Mutex<Oauth>,
}

impl Others {
    /// What the issuer demands of the wallet as an OAuth client.
    pub fn oauth(&self) -> MutexGuard<'_, Oauth> {
        self.oauth.lock().unwrap()
    }

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
            knobs: Mutex::new(Knobs::usual(&base, clock.now())),
            seen: Mutex::default(),
            oauth: Mutex::default(),
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
            issuers: vec![format!("{}/t/undp", others.base)],
            open_vc_api: true,
            client: Client::new("https://wallet.example".into(), url.clone(), None),
            wake: Arc::default(),
            forgetting: Forgetting::default(),
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
