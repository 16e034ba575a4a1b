//! A node without data begins with a neighbour's snapshot, believes no false one, and follows by blocks.

use std::sync::Arc;
use std::time::Duration;

use registry::setup;
use registry::store::export::{Chunk, Manifest, chunk_hash};
use registry_types::operation::RemoveValidator;
use registry_types::{Canonical as _, ProposalKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use crate::chain::{outbound, raw};
use crate::network::{Network, Writer, get, until_admitted};

const OCTETS: &str = "application/octet-stream";

/// A neighbour that hands on what an honest node says, with one record of its snapshot changed.
struct Liar {
    honest: Url,
    /// The changed first chunk, and the manifest that names it.
    manifest: Vec<u8>,
    chunk: Vec<u8>,
}

impl Liar {
    async fn new(honest: Url) -> Self {
        let ask = |path: &str| {
            let url = honest.join(path).unwrap();
            async move { outbound().get(&url, OCTETS, None).await.unwrap().body.to_vec() }
        };
        let mut manifest = Manifest::from_bytes(&ask("/v1/snapshots/latest").await).unwrap();
        let path = format!("/v1/snapshots/{}/0", manifest.header.height);
        let mut chunk = Chunk::from_bytes(&ask(&path).await).unwrap();
        *chunk.records[5].1.last_mut().unwrap() ^= 1;
        let chunk = chunk.to_bytes();
        manifest.chunks[0] = chunk_hash(&chunk);
        Self { honest, manifest: manifest.to_bytes(), chunk }
    }

    async fn answer(&self, path: &str) -> Vec<u8> {
        match path {
            "/v1/snapshots/latest" => self.manifest.clone(),
            path if path.starts_with("/v1/snapshots/") => self.chunk.clone(),
            path => {
                let url = self.honest.join(path).unwrap();
                outbound().get(&url, OCTETS, None).await.unwrap().body.to_vec()
            }
        }
    }

    async fn serve(self) -> Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let liar = Arc::new(self);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let liar = Arc::clone(&liar);
                tokio::spawn(async move {
                    let mut request = vec![0; 4_096];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&request[..length]).into_owned();
                    let path = text.split_whitespace().nth(1).unwrap_or("/").to_owned();
                    let body = liar.answer(&path).await;
                    let head = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: {OCTETS}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
                });
            }
        });
        url.parse().unwrap()
    }
}

async fn height(node: &web::Running) -> u64 {
    get(node, "/v1/headers/latest").await["header"]["height"].as_u64().unwrap()
}

async fn status(node: &web::Running, path: &str) -> u16 {
    let url: Url = format!("http://{}{path}", node.addresses[0]).parse().unwrap();
    outbound().get(&url, "", None).await.unwrap().status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_node_begins_with_a_snapshot_and_follows_by_blocks() {
    let mut network = Network::new(3, 2).await;
    network.configs[0].node.snapshot_blocks = 20;
    for late in &mut network.configs[1..] {
        late.node.first_sync_blocks = 10;
    }
    let first = network.start(0).await;
    let mut leaving = network.start(1).await;
    let registry = network.registry(&first);
    while registry.params().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut writer = Writer::admit(&network, &registry, "undp").await;

    // One of the two validators leaves: whoever begins with the snapshot must follow that.
    let public_key = raw(&registry::validator_public_key(&network.configs[1].keys).unwrap());
    let at_height = height(&first).await + 6;
    let remove = ProposalKind::RemoveValidator(RemoveValidator { public_key, at_height });
    setup::send(&registry, &network.board.govern, setup::propose(remove)).await.unwrap();
    writer.measure(&registry, 30).await;
    let at = written_after(&first, at_height).await;
    leaving.stop().await;
    println!("snapshot at {at}, chain at {}", height(&first).await);

    let honest: Url = format!("http://{}", first.addresses[0]).parse().unwrap();
    let liar = Liar::new(honest.clone()).await.serve().await;
    network.configs[2].node.neighbours = vec![liar.clone(), honest.clone()];
    let second = network.start(2).await;
    until_admitted(&network.registry(&second), "undp").await;
    assert_eq!(status(&second, "/v1/blocks/2").await, 404, "blocks before the snapshot are not fetched");
    let changes = get(&second, "/v1/validators/changes").await;
    assert_eq!(changes, get(&first, "/v1/validators/changes").await);
    assert_eq!(changes.as_array().unwrap().len(), 1);

    // It follows: what is written now appears there, proven, with the same root.
    writer.measure(&registry, 5).await;
    let tip = height(&first).await;
    until_height(&second, tip).await;
    let same = |node| async move { get(node, &format!("/v1/headers/{tip}")).await["header"].clone() };
    assert_eq!(same(&first).await, same(&second).await);
    let read = network.registry(&second).organisation("undp").await.unwrap();
    assert!(read.value.is_some() && read.height >= tip);
    let old = format!("/v1/records/org/undp?proof=true&height={}", at - 1);
    assert_eq!(status(&second, &old).await, 410);
    assert_eq!(status(&second, &format!("/v1/records/org/undp?proof=true&height={tip}")).await, 200);

    // A node that lost its data and asks only the liar refuses that snapshot, and fetches every block instead.
    network.configs[1].node.neighbours = vec![liar];
    let data = network.configs[1].node.data.clone();
    for file in ["chain.redb", "consensus.wal"] {
        std::fs::remove_file(data.join(file)).unwrap();
    }
    let third = network.start(1).await;
    until_admitted(&network.registry(&third), "undp").await;
    assert_eq!(status(&third, "/v1/blocks/2").await, 200);
    assert!(!data.join("chain.import").exists());
    until_height(&third, tip).await;
    assert_eq!(same(&first).await, same(&third).await);
    for mut node in [first, second, third] {
        node.stop().await;
    }
}

/// The height of a snapshot after `least`, once the node has written one.
async fn written_after(node: &web::Running, least: u64) -> u64 {
    let url: Url = format!("http://{}/v1/snapshots/latest", node.addresses[0]).parse().unwrap();
    for _ in 0..100 {
        let reply = outbound().get(&url, OCTETS, None).await.unwrap();
        if reply.status == 200 {
            let height = Manifest::from_bytes(&reply.body).unwrap().header.height;
            if height > least {
                return height;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no snapshot is written");
}

async fn until_height(node: &web::Running, wanted: u64) {
    for _ in 0..200 {
        if height(node).await >= wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("height {wanted} is not reached");
}
