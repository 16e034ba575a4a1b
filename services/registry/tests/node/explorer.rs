//! The pages that everybody sees, and what they say about documents.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outbound::Reply;
use registry_types::operation::{Audit, DescribeValidator, WithdrawProposal};
use registry_types::{ProvenRecord, PublishDocuments, Reason, ReasonCode, Vote, proposal_id};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use std::time::Duration;

use clock::SystemClock;
use keys::Signer;
use registry::setup::{self, Newcomer};
use registry_client::Registry;
use registry_types::{Anchor, AnchorKind, Canonical, Operation, Seats, SignedTransaction};
use serde_json::Value;

use crate::STAFF;
use crate::chain::{Chain, Node, Organisation, keys_config, outbound, raw, signed};

pub const SCHEMA: &str = "https://schemas.passerelle.example/v1/staff.json";
pub const LETTER: &[u8] = b"Agreement of 3 March 2026\n";
pub const REPORT: &[u8] = b"Annual report, for everybody\n";

/// A chain on which UNDP may issue, has anchored a letter and has published a report.
pub struct World {
    pub chain: Chain,
    pub node: Node,
    pub registry: Registry,
    pub did: String,
    pub root: [u8; 32],
    pub receipt: Value,
}

impl World {
    pub async fn start() -> Self {
        let chain = Chain::new().await;
        let node = chain.start().await;
        let registry = chain.registry(&node);
        let (undp, did) = chain.admit(&registry, "undp").await;
        let schema = setup::register_schema(SCHEMA, [1; 32], "unsscb");
        setup::send(&registry, &chain.board.govern, schema).await.unwrap();
        let grant = setup::grant_accreditation(&did, STAFF, &[&did]);
        setup::send(&registry, &chain.board.govern, grant).await.unwrap();

        let leaves = (0..16).map(|byte| merkle::leaf(&[byte; 32], &digest(LETTER))).collect();
        let tree = merkle::Tree::build(leaves).unwrap();
        let path = tree.path(3).unwrap();
        let receipt = json!({
            "version": 1, "issuer": did, "sequence": 1, "salt": URL_SAFE_NO_PAD.encode([3; 32]),
            "leafIndex": 3, "leafCount": 16,
            "path": path.iter().map(|hash| URL_SAFE_NO_PAD.encode(hash)).collect::<Vec<_>>(),
        });
        let (kind, root) = (AnchorKind::Documents, tree.root());
        let anchor = Anchor { issuer: did.clone(), sequence: 1, kind, root, leaf_count: 16 };
        setup::send(&registry, &undp.operate, Operation::Anchor(anchor)).await.unwrap();
        let publish = PublishDocuments { issuer: did.clone(), digests: vec![digest(REPORT)] };
        setup::send(&registry, &undp.operate, Operation::PublishDocuments(publish)).await.unwrap();
        Self { chain, node, registry, did, root, receipt }
    }

    async fn page(&self, path: &str) -> Reply {
        self.node.outbound.get(&self.node.url.join(path).unwrap(), "text/html", None).await.unwrap()
    }

    /// Where a search leads, or the text of its page.
    async fn search(&self, wanted: &str) -> String {
        let mut url = self.node.url.join("/search").unwrap();
        url.query_pairs_mut().append_pair("q", wanted);
        let reply = self.node.outbound.get(&url, "text/html", None).await.unwrap();
        match reply.status {
            303 => reply.header("location").unwrap().to_owned(),
            _ => text(&reply),
        }
    }

    async fn notary(&self, digest: &str, receipt: &str) -> String {
        let form = [("digest", digest), ("receipt", receipt)];
        let url = self.node.url.join("/notary").unwrap();
        let reply = self.node.outbound.post_form(&url, &form, &[]).await.unwrap();
        assert_eq!(reply.status, 200);
        text(&reply)
    }
}

pub fn digest(document: &[u8]) -> [u8; 32] {
    Sha256::digest(document).into()
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_answers_and_names_what_it_shows() {
    let mut world = World::start().await;
    let (did, letter) = (world.did.clone(), hex::encode(world.root));
    let report = hex::encode(digest(REPORT));
    let pages = [
        ("/", "UN System Registry Board"),
        ("/members", "Staff identity"),
        ("/members/undp", "Granted by"),
        ("/validators", "of the voting power"),
        ("/schemas", SCHEMA),
        ("/dids", did.as_str()),
        (&format!("/dids/{did}"), "In force"),
        ("/anchors", "Documents"),
        (&format!("/anchors/{did}"), "Anchors of"),
        (&format!("/anchors/{did}/1"), letter.as_str()),
        ("/documents", report.as_str()),
        (&format!("/documents/{report}"), "Published by"),
        ("/blocks", "Proposed: admit a member"),
        ("/blocks?from=1", "Heartbeat"),
        ("/blocks/1", "more than two thirds"),
        ("/parameters", "Heartbeat"),
        ("/search", "Look something up"),
        ("/notary", "stays on your device"),
        ("/proof/org/undp", "verify-proof org-undp.json --genesis"),
        ("/proof/params/-", "The signatures"),
        ("/proof/org/nobody", "There is no such record"),
    ];
    for (path, says) in pages {
        let reply = world.page(path).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "text/html"), "{path}");
        assert!(text(&reply).contains(says), "{path} does not say {says}");
    }
    for path in
        ["/members/nobody", "/dids/did:x", "/anchors/x/1", "/documents/00", "/blocks/9999", "/proof/x/y"]
    {
        assert_eq!(world.page(path).await.status, 404, "{path}");
    }
    // A cursor of somebody's own making shows nothing and breaks nothing.
    for path in ["/members?after=%00", "/anchors?after=zzzz", "/dids?after=%F0%9F%A6%80", "/blocks?from=0"] {
        assert_eq!(world.page(path).await.status, 200, "{path}");
    }
    world.node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_box_finds_everything() {
    let mut world = World::start().await;
    let head = world.node.get("/v1/headers/1", "").await.1;
    let hash = head["hash"].as_str().unwrap();
    let block = world.node.get("/v1/blocks/1", "").await.1;
    let transaction: SignedTransaction = {
        let food = Organisation::new();
        let admit = setup::admit_member(&world.registry, &food.joins("wfp", &food.keys())).await.unwrap();
        signed(&world.registry, &world.chain.board.govern, admit).await
    };
    world.registry.submit(&transaction).await.unwrap();
    let id = transaction.id().to_string();
    let report = hex::encode(digest(REPORT));
    let key = hex::encode(raw(world.chain.board.govern.public_key()));
    let cases = [
        ("1".to_owned(), "/blocks/1".to_owned()),
        (hash.to_owned(), "/blocks/1".to_owned()),
        (id.clone(), format!("/transactions/{id}")),
        (world.did.clone(), format!("/dids/{}", world.did)),
        (format!("{}#key-1", world.did), format!("/dids/{}", world.did)),
        (
            SCHEMA.to_owned(),
            "/proof/schema/https%3A%2F%2Fschemas.passerelle.example%2Fv1%2Fstaff.json".to_owned(),
        ),
        (STAFF.to_owned(), format!("/dids/{}", world.did)),
        (hex::encode(world.root), format!("/anchors/{}/1", world.did)),
        (format!("sha256:{report}"), format!("/documents/{report}")),
        (key, "/members/unsscb".to_owned()),
        ("undp".to_owned(), "/members/undp".to_owned()),
        ("registry board".to_owned(), "/members/unsscb".to_owned()),
    ];
    for (wanted, leads) in cases {
        assert_eq!(world.search(&wanted).await, leads, "{wanted}");
    }
    for nothing in
        ["999999", "nobody", "did:passerelle:x", "https://nowhere.example", &"ab".repeat(32), "<b>"]
    {
        let page = world.search(nothing).await;
        assert!(page.contains("Nothing found") && !page.contains("<b>"), "{nothing}");
    }
    assert!(block["header"]["height"] == 1);
    let page = text(&world.page(&format!("/transactions/{id}")).await);
    assert!(page.contains("Proposed: admit a member") && page.contains("govern key"), "{page}");
    world.node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_downloaded_proof_is_what_the_light_client_believes() {
    let mut world = World::start().await;
    let key = format!("anchor/{}/1", world.did);
    let reply = world.page(&format!("/proof-file/{key}")).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
    assert!(reply.header("content-disposition").unwrap().ends_with(".json\""));
    let file: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(file["key"], key.as_str());
    // What the file says is what the API gives to programs, and that is what a light client believes.
    let url = world.node.url.join(&format!("/v1/records/{key}")).unwrap();
    let bytes = world.node.outbound.get(&url, "application/octet-stream", None).await.unwrap().body;
    let proven = ProvenRecord::from_bytes(&bytes).unwrap();
    let of = |member: &str| URL_SAFE_NO_PAD.decode(file["proof"][member].as_str().unwrap()).unwrap();
    assert_eq!(Some(of("valueBytes")), proven.value);
    let policy = registry_client::Policy::with_max_age(Duration::from_secs(120));
    let mut light = registry_client::LightClient::from_genesis(&world.chain.genesis, policy).unwrap();
    let now = clock::Clock::now(&SystemClock).timestamp_millis().unsigned_abs();
    light.check(&key, &proven, 0, now).unwrap();
    world.node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_notary_tells_a_true_document_from_a_changed_one() {
    let mut world = World::start().await;
    let (letter, report) = (hex::encode(digest(LETTER)), hex::encode(digest(REPORT)));
    let receipt = world.receipt.to_string();
    let found = world.notary(&letter, &receipt).await;
    assert!(found.contains("<h2>Anchored</h2>") && found.contains("Member"), "{found}");
    let changed = world.notary(&hex::encode(digest(b"Agreement of 4 March 2026\n")), &receipt).await;
    assert!(changed.contains("Not proven") && changed.contains("changed after"), "{changed}");

    let altered = |member: &str, value: Value| {
        let mut receipt = world.receipt.clone();
        receipt[member] = value;
        receipt.to_string()
    };
    let refusals = [
        (altered("leafIndex", json!(4)), "does not belong to this document"),
        (altered("leafCount", json!(32)), "belongs to another chain"),
        (altered("sequence", json!(2)), "which is not on this chain"),
        (altered("version", json!(2)), "version that this node does not know"),
        (altered("salt", json!("short")), "not a receipt"),
        ("{".to_owned(), "not a receipt"),
    ];
    for (receipt, says) in refusals {
        let page = world.notary(&letter, &receipt).await;
        assert!(page.contains("Not proven") && page.contains(says), "{says}: {page}");
    }

    // Without its receipt only a public document is known.
    assert!(world.notary(&report, "").await.contains("A public document"));
    assert!(world.notary(&letter, "").await.contains("Nobody declared this document public"));
    assert!(world.notary("xyz", "").await.contains("no SHA-256 digest"));
    world.node.running.stop().await;
}

const HOUR_MS: u64 = 3_600_000;

/// One validator, four governors.
pub async fn assembly() -> (Chain, Vec<Organisation>) {
    let folder = tempfile::tempdir().unwrap();
    let members: Vec<_> = (0..4).map(|_| Organisation::new()).collect();
    let validator = registry::validator_public_key(&keys_config(folder.path())).unwrap();
    let keys: Vec<_> = members.iter().map(Organisation::keys).collect();
    let mut newcomers = vec![members[0].governs(&keys[0], vec![(validator, "Hosting house".to_owned())])];
    for (index, id) in [(1, "unicef"), (2, "wfp"), (3, "unhcr")] {
        let seats = Seats { governor: true, ..Seats::default() };
        newcomers.push(Newcomer { id, name: id, seats, ..members[index].joins(id, &keys[index]) });
    }
    let now = clock::Clock::now(&SystemClock).timestamp_millis().unsigned_abs();
    let genesis = setup::genesis("Test chain", now, &newcomers).await.unwrap();
    std::fs::write(folder.path().join("genesis.json"), serde_json::to_vec_pretty(&genesis).unwrap()).unwrap();
    drop(newcomers);
    let mut members = members.into_iter();
    let board = members.next().unwrap();
    (Chain { folder, genesis, board }, members.collect())
}

/// Puts a newcomer to the vote, with a day's notice and two days and two hours to vote.
pub async fn propose(registry: &Registry, by: &Organisation) -> [u8; 32] {
    let fao = Organisation::new();
    let keys = fao.keys();
    let admit = setup::admit_member(registry, &fao.joins("fao", &keys)).await.unwrap();
    let Operation::Propose(mut propose) = admit else { panic!("a proposal") };
    let now = clock::Clock::now(&SystemClock).timestamp_millis().unsigned_abs();
    (propose.notice_ms, propose.deadline_ms) = (24 * HOUR_MS, now + 50 * HOUR_MS);
    propose.reason = Reason::with_text(ReasonCode::AtRequest, &[1; 16], "They asked.");
    let signed = signed(registry, &by.govern, Operation::Propose(propose)).await;
    registry.submit(&signed).await.unwrap();
    proposal_id(&signed.public_key, signed.transaction.sequence)
}

pub async fn vote(registry: &Registry, by: &Organisation, proposal: [u8; 32], approve: bool) {
    setup::send(registry, &by.govern, Operation::Vote(Vote { proposal, approve })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_is_followed_from_its_first_vote_to_its_outcome() {
    let (chain, others) = assembly().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let outbound = outbound();
    let page = async |path: &str| {
        let reply = outbound.get(&node.url.join(path).unwrap(), "text/html", None).await.unwrap();
        assert_eq!(reply.status, 200, "{path}");
        text(&reply)
    };
    assert!(page("/proposals").await.contains("Nothing is put to the vote"));

    let propose = async || {
        let id = propose(&registry, &chain.board).await;
        (hex::encode(id), id)
    };
    let vote = async |by: &Organisation, proposal, approve| vote(&registry, by, proposal, approve).await;
    let (shown, id) = propose().await;
    let path = format!("/proposals/{shown}");
    for path in ["/", "/proposals"] {
        let listed = page(path).await;
        for says in ["1: Admit a member", "2 more needed", "data-left>2 days"] {
            assert!(listed.contains(says), "{path} does not say {says}: {listed}");
        }
    }
    vote(&others[0], id, false).await;
    let open = page(&path).await;
    for says in
        ["<h2>Open</h2>", "1 for, 1 against; 3 of 4 votes", "Not yet", "At its own request", "2 days 1 hour"]
    {
        assert!(open.contains(says), "{says}: {open}");
    }
    vote(&others[1], id, true).await;
    vote(&others[2], id, true).await;
    let carried = page(&path).await;
    assert!(carried.contains("<h2>Carried</h2>") && carried.contains("23 hours 59 minutes"), "{carried}");
    assert!(!carried.contains("Not yet"));

    // Another one is given up, a third one refused: both stay, with their outcome.
    let (_, second) = propose().await;
    let withdraw = Operation::WithdrawProposal(WithdrawProposal { proposal: second });
    setup::send(&registry, &chain.board.govern, withdraw).await.unwrap();
    let (refused, third) = propose().await;
    vote(&others[0], third, false).await;
    vote(&others[1], third, false).await;
    let all = page("/proposals").await;
    let (open, decided) = all.split_once("<h2 class=\"gap-above\">Decided</h2>").unwrap();
    assert!(open.contains("1: Admit a member") && !open.contains("2: Admit a member"), "{open}");
    assert!(decided.find("3: Admit").unwrap() < decided.find("2: Admit").unwrap(), "newest first");
    assert!(decided.contains("Withdrawn") && decided.contains("Rejected") && !decided.contains("1: Admit"));
    assert!(page(&format!("/proposals/{refused}")).await.contains("<h2>Rejected</h2>"));

    let url = node.url.join(&format!("/search?q={shown}")).unwrap();
    let found = outbound.get(&url, "text/html", None).await.unwrap();
    assert_eq!(found.header("location"), Some(path.as_str()));
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_is_shown_with_its_owner_its_host_and_its_last_audit() {
    let (chain, _) = assembly().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let outbound = outbound();
    let page = async || {
        let url = node.url.join("/validators").unwrap();
        text(&outbound.get(&url, "text/html", None).await.unwrap())
    };
    while registry.params().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let key = raw(&registry::validator_public_key(&keys_config(chain.folder.path())).unwrap());
    let describe = |host: &str, audit: Option<Audit>| {
        Operation::DescribeValidator(DescribeValidator { public_key: key, host: host.to_owned(), audit })
    };
    let before = page().await;
    for says in
        ["UN System Registry Board", "Hosting house hosts 100%", "none was stated", "class=\"signed\""]
    {
        assert!(before.contains(says), "{says}: {before}");
    }
    let audit = |auditor: &str, date_ms| Audit { date_ms, auditor: auditor.to_owned(), digest: [9; 32] };
    let describes = [
        describe("Other house", Some(audit("Second auditor", 1_790_000_000_000))),
        describe("Other house", Some(audit("First auditor", 1_780_000_000_000))),
    ];
    for operation in describes {
        setup::send(&registry, &chain.board.govern, operation).await.unwrap();
    }
    let after = page().await;
    assert!(after.contains("Other house hosts 100%") && after.contains("Second auditor"), "{after}");
    assert!(!after.contains("First auditor"), "the last one by date: {after}");
    node.running.stop().await;
}
