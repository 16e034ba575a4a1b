//! The desk page that verifies by itself: its files, the packs published for it, and the whole of it in a real headless
//! Chromium whose server is gone (`tests/browser/desk-page.mjs`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::Data;
use async_trait::async_trait;
use chrono::Duration;
use clock::{Clock as _, TestClock};
use keys::{Algorithm, Signer as _, SoftwareKey};
use outbound::{Outbound, OutboundPolicy, Reply};
use serde_json::{Value, json};
use url::Url;
use verifier::app::{DeskPage, PackError, PackMaker, PackSigner, Published};
use verifier::http;
use wire::anchors::Receipt;

use crate::browser::{Script, film, pictures};
use crate::node::{Node, build, gather, policy};
use crate::world::{Copy, Holder, Issuer, STAFF, World};

const NAME: &str = "UNDP front desk";

/// A pack that was made before, and how often it was asked for.
struct Ready {
    file: Vec<u8>,
    asked: AtomicUsize,
}

#[async_trait]
impl PackMaker for Ready {
    async fn file(&self, policy: &str, _: Duration) -> Result<Vec<u8>, PackError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.file.is_empty() {
            Err(PackError::UnknownPolicy(policy.to_owned()))
        } else {
            Ok(self.file.clone())
        }
    }
}

fn page(key: &SoftwareKey, did: &str, maker: Arc<Ready>, clock: TestClock) -> DeskPage {
    let signer = PackSigner { name: NAME.to_owned(), did: did.to_owned(), key: *key.public_key() };
    let published =
        vec![Published { policy: "staff-identity".to_owned(), title: "Staff identity".to_owned() }];
    DeskPage::new(signer, published, maker, Arc::new(clock))
}

/// For services under test that publish nothing that could be made.
pub fn without_packs() -> Data<DeskPage> {
    let key = SoftwareKey::generate(Algorithm::P256, &clock::SeededEntropy::new(4));
    let maker = Arc::new(Ready { file: Vec::new(), asked: AtomicUsize::new(0) });
    Data::new(page(&key, "did:passerelle:nobody", maker, World::new().clock))
}

struct Served {
    world: World,
    undp: Issuer,
    holder: Holder,
    /// A sound pack by somebody whom the page does not know.
    strangers: Vec<u8>,
    /// A pack for a policy that demands the time of issue, and a copy with its receipt.
    anchored: Vec<u8>,
    copy: Copy,
    receipt: Receipt,
    maker: Arc<Ready>,
    client: Outbound,
    origin: String,
    running: web::Running,
}

async fn served() -> Served {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let holder = world.holder();
    let copy = world.issue_compact(&undp, &holder, &world.staff(&undp)).await;
    let receipt = world.anchor(&undp, &copy, 1);
    let mut node = Node::new();
    node.commit(&world);
    let anchored = build(&world, &node, &undp, &policy("staff-identity-anchored")).await;
    let policy = policy("staff-identity");
    let file = build(&world, &node, &undp, &policy).await;
    let stranger = SoftwareKey::generate(Algorithm::P256, &world.entropy);
    let collected = gather(&world, &node, &undp, &policy).await;
    let strangers = pack::seal(collected.manifest, &collected.content, &stranger).await.unwrap();
    let maker = Arc::new(Ready { file, asked: AtomicUsize::new(0) });
    let data = Data::new(page(&undp.p256, &undp.did, Arc::clone(&maker), world.clock.clone()));
    let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = probe.local_addr().unwrap();
    drop(probe);
    let public_url = Url::parse(&format!("http://{address}")).unwrap();
    let config = web::HttpConfig { listen: vec![address], public_url, tls: None, workers: Some(1) };
    let ready = Arc::new(http::desk::AlwaysReady);
    let running = web::serve("verifier", &config, verifier::openapi(), ready, move |routes| {
        routes.app_data(data.clone());
        http::configure_desk_page(routes);
    });
    let running = running.await.unwrap();
    let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
    let client = Outbound::new(&policy).unwrap();
    let origin = format!("http://{address}");
    Served { world, undp, holder, strangers, anchored, copy, receipt, maker, client, origin, running }
}

impl Served {
    async fn get(&self, path: &str) -> Reply {
        let url = Url::parse(&format!("{}{path}", self.origin)).unwrap();
        self.client.get(&url, "*/*", None).await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        String::from_utf8(reply.body.to_vec()).unwrap()
    }
}

#[actix_web::test]
async fn the_worker_keeps_every_file_of_the_page_and_each_is_there() {
    let desk = served().await;
    let worker = desk.text("/desk/worker.js").await;
    let files = worker.lines().find_map(|line| line.strip_prefix("const FILES = ")).unwrap();
    let files: Vec<String> = serde_json::from_str(files.trim_end_matches(';')).unwrap();
    assert!(files.len() > 30);
    for file in &files {
        desk.text(file).await;
    }
    // Whatever a script imports is kept as well, so the page opens without a network.
    for file in files.iter().filter(|file| file.ends_with(".js")) {
        for line in desk.text(file).await.lines().filter(|line| line.contains(" from '")) {
            let import = line.rsplit_once(" from '").unwrap().1.trim_end_matches("';");
            let base = Url::parse(&format!("http://desk{file}")).unwrap();
            let path = base.join(import).unwrap().path().to_owned();
            assert!(files.contains(&path), "{file} imports {path}");
        }
    }
    assert_eq!(desk.get("/desk/nothing.js").await.status, 404);
}

#[actix_web::test]
async fn a_pack_is_made_once_in_a_while_and_only_for_published_policies() {
    let desk = served().await;
    for _ in 0..3 {
        assert_eq!(desk.get("/desk/packs/staff-identity").await.body.as_ref(), desk.maker.file);
    }
    assert_eq!(desk.maker.asked.load(Ordering::SeqCst), 1);
    desk.world.advance(301);
    desk.get("/desk/packs/staff-identity").await;
    assert_eq!(desk.maker.asked.load(Ordering::SeqCst), 2);
    assert_eq!(desk.get("/desk/packs/entitlement").await.status, 404);
    let trust: Value = serde_json::from_str(&desk.text("/desk/trust.json").await).unwrap();
    assert_eq!(trust["signers"][0]["key"], desk.undp.p256.public_key().to_multikey());
}

#[actix_web::test]
async fn a_pack_that_cannot_be_made_is_a_problem_for_later() {
    let verifier = crate::harness::Service::start().await;
    assert_eq!(verifier.get("/desk/packs/staff-identity", None).await.status, 503);
}

#[actix_web::test]
async fn the_page_verifies_by_itself_in_chromium_when_its_server_is_gone() {
    let desk = served().await;
    let Copy::Compact(credential) = &desk.copy else { panic!("an SD-JWT") };
    let folder = tempfile::tempdir().unwrap();
    let camera = folder.path().join("camera.mjpeg");
    std::fs::write(&camera, film(&pictures(folder.path(), "paper", credential))).unwrap();
    let strangers = folder.path().join("strangers.pack");
    std::fs::write(&strangers, &desk.strangers).unwrap();
    let anchored = folder.path().join("anchored.pack");
    std::fs::write(&anchored, &desk.anchored).unwrap();
    let receipt = folder.path().join("receipt.json");
    std::fs::write(&receipt, serde_json::to_vec(&desk.receipt).unwrap()).unwrap();
    let input = json!({
        "anchored": anchored, "receipt": receipt,
        "desk": desk.origin.replace("127.0.0.1", "localhost"), "camera": camera, "credential": credential,
        "strangers": strangers, "now": desk.world.clock.now().timestamp_millis(),
    });
    let mut script = Script::start("desk-page", folder.path(), input);
    let mut running = desk.running;
    while let Some(line) = script.line().await {
        let reply = if line == "stop the server" {
            running.stop().await;
            json!("stopped")
        } else if let Some(wanted) = line.strip_prefix("answer ") {
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            let (nonce, audience) = (wanted["nonce"].as_str().unwrap(), wanted["audience"].as_str().unwrap());
            let answer = desk.world.present(&desk.holder, &desk.copy, nonce, audience).await;
            json!(pictures(folder.path(), "answer", answer.as_str().unwrap()))
        } else {
            continue;
        };
        script.tell(&reply).await;
    }
    script.end().await;
}
