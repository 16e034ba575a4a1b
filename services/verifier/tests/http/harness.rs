use std::net::SocketAddr;
use std::sync::Arc;

use clock::{SeededEntropy, TestClock};
use keys::{Algorithm, SealingKey, Signer, SoftwareKey};
use outbound::{Outbound, OutboundPolicy, Reply};
use serde_json::{Value, json};
use store_verifier::Store;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;
use verification::Policies;
use verifier::app::{Desk, Limits, RequestProfiles, Settings, VcApi};
use verifier::{DemoClient, http};
use web::HttpConfig;

use crate::world::{Holder, Issuer, STAFF, World};

pub const CLIENT: &str = "wfp-desk";

/// A running verifier and the world around it.
pub struct Service {
    pub desk: Arc<Desk>,
    pub world: World,
    pub clock: TestClock,
    pub origin: String,
    pub client: Outbound,
    address: SocketAddr,
    secret: String,
    _folder: TempDir,
    _running: web::Running,
}

impl Service {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let world = World::new();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("verifier.db").display());
        let desk_key = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(5));
        let verifier_did = desk_key.public_key().did_key();
        // The port is not known yet, and requests name the public address.
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = probe.local_addr().unwrap();
        drop(probe);
        let origin = format!("http://{address}");
        let mut settings = Settings {
            did: verifier_did,
            key_fragment: desk_key.public_key().did_key().trim_start_matches("did:key:").to_owned(),
            client_name: "WFP desk".into(),
            names: [("ar".to_owned(), "مكتب البرنامج".to_owned())].into(),
            public_origin: origin.clone(),
            wallet_url: Url::parse("http://wallet.localhost:7102").unwrap(),
            request_seconds: 600,
            token_seconds: 3600,
            public_demo: vec!["staff-identity".into()],
            profiles: RequestProfiles::default(),
            vc_api: VcApi { open: true, policy: "open".into(), issuers_without_did: false },
            limits: Limits { requests_per_minute: 600, open_verifications: 50 },
            sandbox: false,
            key_clients: Vec::new(),
            oidc_clients: Vec::new(),
        };
        change(&mut settings);
        let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
        let clock = world.clock.clone();
        let signer: Arc<dyn Signer> = Arc::new(desk_key);
        let desk = Arc::new(Desk {
            store: Store::open(&url, "verifier").await.unwrap(),
            verifier: world.verifier.clone(),
            policies: Policies::embedded().unwrap(),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy::new(6)),
            signer,
            sealing: SealingKey::from_bytes([3; 32]),
            settings,
            sample: Default::default(),
            trial: Default::default(),
            reading: Default::default(),
            outbound: Outbound::new(&policy).unwrap(),
            rates: Default::default(),
            sandbox: Default::default(),
            following: Default::default(),
        });
        let secret_file = folder.path().join("agency.json");
        let demo = DemoClient {
            id: CLIENT.into(),
            name: "WFP desk".into(),
            secret_file: secret_file.clone(),
            return_urls: vec![Url::parse("https://desk.example/back").unwrap()],
        };
        desk.ensure_key_clients().await.unwrap();
        desk.ensure_demo_client(&demo).await.unwrap();
        desk.ensure_demo_client(&demo).await.unwrap();
        let written: Value = serde_json::from_slice(&std::fs::read(&secret_file).unwrap()).unwrap();
        let config = HttpConfig {
            listen: vec![address],
            public_url: Url::parse(&origin).unwrap(),
            tls: None,
            workers: Some(1),
        };
        let data = actix_web::web::Data::from(Arc::clone(&desk));
        let desk_page = crate::desk_page::without_packs();
        let ready = Arc::new(http::StoreReady(desk.store.clone()));
        let running = web::serve("verifier", &config, verifier::openapi(), ready, move |routes| {
            routes.app_data(data.clone()).app_data(desk_page.clone());
            http::configure(routes);
        })
        .await
        .unwrap();
        Self {
            desk,
            world,
            clock,
            origin,
            client: Outbound::new(&policy).unwrap(),
            address,
            secret: written["client_secret"].as_str().unwrap().to_owned(),
            _folder: folder,
            _running: running,
        }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.origin)).unwrap()
    }

    pub async fn get(&self, path: &str, bearer: Option<&str>) -> Reply {
        self.client.get(&self.url(path), "application/json", bearer).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
        self.client.post_json(&self.url(path), body, headers).await.unwrap()
    }

    pub async fn post_form(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        self.client.post_form(&self.url(path), form, headers).await.unwrap()
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    pub async fn token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT),
            ("client_secret", self.secret.as_str()),
        ];
        let reply = self.post_form("/oauth/token", &form, &[]).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        json_of(&reply)["access_token"].as_str().unwrap().to_owned()
    }

    /// Starts a verification and gives its id, the claims of the request object, and the bearer header.
    pub async fn ask(&self, policy: &str) -> Asked {
        self.ask_as(&json!({ "policy": policy })).await
    }

    /// The same with whatever an agency sends to start.
    pub async fn ask_as(&self, body: &Value) -> Asked {
        let bearer = format!("Bearer {}", self.token().await);
        let reply = self.post("/v1/verifications", body, &[("authorization", &bearer)]).await;
        assert_eq!(reply.status, 201, "{:?}", reply.body);
        let started = json_of(&reply);
        let id = started["id"].as_str().unwrap().to_owned();
        let request = self.get(&format!("/oid4vp/requests/{id}"), None).await;
        assert_eq!(request.status, 200, "{:?}", request.body);
        let jwt = String::from_utf8(request.body.to_vec()).unwrap();
        Asked { id, started, request: claims_of(&jwt), jwt, bearer }
    }

    pub async fn view(&self, asked: &Asked) -> Value {
        let token = asked.bearer.trim_start_matches("Bearer ");
        let reply = self.get(&format!("/v1/verifications/{}", asked.id), Some(token)).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        json_of(&reply)
    }

    /// UNDP, accredited for its own staff, and a person.
    pub async fn scene(&self) -> (Issuer, Holder) {
        let undp = self.world.organisation("undp").await;
        self.world.accredit(&undp, STAFF, &[&undp.did]);
        (undp, self.world.holder())
    }

    /// A request as a browser sends it, which no client of ours can.
    pub async fn browse(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = self.ask_raw(head, body).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    /// The same, where something happens as soon as a part of the answer has come.
    pub async fn browse_until(
        &self,
        head: &str,
        seen: &str,
        then: impl Future<Output = ()>,
    ) -> (u16, String) {
        let mut stream = self.ask_raw(head, "").await;
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).contains(seen) {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{seen} never came");
        }
        then.await;
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    async fn ask_raw(&self, head: &str, body: &str) -> tokio::net::TcpStream {
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let text = format!(
            "{head}\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

pub struct Asked {
    pub id: String,
    pub started: Value,
    pub request: Value,
    pub jwt: String,
    pub bearer: String,
}

impl Asked {
    pub fn text(&self, member: &str) -> &str {
        self.request[member].as_str().unwrap()
    }
}

pub fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("no JSON: {:?}", reply.body))
}

pub fn claims_of(jwt: &str) -> Value {
    part(jwt, 1)
}

pub fn part(jwt: &str, index: usize) -> Value {
    use base64::Engine as _;
    let bytes =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(jwt.split('.').nth(index).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
