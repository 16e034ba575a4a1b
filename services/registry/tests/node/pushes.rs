//! Transactions that one node hands on to another. With two of four validators nothing is decided, so what a node holds
//! that was not handed in to it came by a push.

use std::time::Duration;

use clock::Clock as _;
use keys::{Algorithm, Signer as _, SoftwareKey};
use outbound::Reply;
use registry_types::{
    Canonical as _, Operation, ProposalKind, Propose, Reason, ReasonCode, RegisterSchema, SignedTransaction,
    Transaction, sha256,
};

use crate::chain::{outbound, raw};
use crate::network::Network;

const OCTETS: &str = "application/octet-stream";
const HOUR_MICROS: i64 = 60 * 60 * 1_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_whose_clock_was_ahead_hands_on_after_it_is_set_right() {
    let network = Network::new(4, 4).await;
    let (mut first, mut second) = (network.start(0).await, network.start(1).await);
    let ahead = clock::SystemClock.now().timestamp_micros() + HOUR_MICROS;
    let number = ahead.unsigned_abs();
    let url = format!("http://{}/v1/peers/transactions", second.addresses[0]);
    let answer = push(&network, &url, number).await;
    assert_eq!(answer.status, 204);
    // Not a second time, and not with less; the answer says what would do.
    let answer = push(&network, &url, number).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.headers["passerelle-push"], number.to_string());

    let signed = proposal(&network);
    let url = format!("http://{}/v1/transactions", first.addresses[0]).parse().unwrap();
    let sent = outbound().post_bytes(&url, OCTETS, signed.to_bytes(), &[]).await.unwrap();
    assert_eq!(sent.status, 202);
    let url = format!("http://{}/v1/transactions/{}", second.addresses[0], signed.id()).parse().unwrap();
    let mut looks = 0;
    while outbound().get(&url, "application/json", None).await.unwrap().status != 200 {
        looks += 1;
        assert!(looks < 100, "the transaction did not come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    first.stop().await;
    second.stop().await;
}

/// An empty batch of the first node's.
async fn push(network: &Network, url: &str, number: u64) -> Reply {
    let node = &network.configs[0].node;
    let peer = registry::peer_id(node).unwrap();
    let secret: [u8; 32] = std::fs::read(node.data.join("link.key")).unwrap()[..32].try_into().unwrap();
    let key = SoftwareKey::from_secret(Algorithm::Ed25519, &secret).unwrap();
    let body = [0_u8; 5];
    let mut bytes = b"passerelle/push\0\x01".to_vec();
    let digest = sha256("passerelle/batch", &[&body]);
    let parts: [&[u8]; 4] = [&network.genesis.chain_id(), peer.as_bytes(), &number.to_be_bytes(), &digest];
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    let signature = hex::encode(key.sign_now(&bytes).unwrap());
    let (number, url) = (number.to_string(), url.parse().unwrap());
    let headers =
        [("passerelle-peer", &*peer), ("passerelle-push", &number), ("passerelle-signature", &signature)];
    outbound().post_bytes(&url, OCTETS, body.to_vec(), &headers).await.unwrap()
}

fn proposal(network: &Network) -> SignedTransaction {
    let (id, owner) = ("urn:schema:1".to_owned(), "unsscb".to_owned());
    let kind = ProposalKind::RegisterSchema(RegisterSchema { id, digest: [1; 32], owner });
    let reason = Reason::without_text(ReasonCode::Routine);
    let operation = Operation::Propose(Propose { kind, reason, notice_ms: 0, deadline_ms: u64::MAX });
    let chain = network.genesis.chain_id();
    let transaction = Transaction { chain, sequence: 0, expires_at_height: 100, operation };
    let key = &network.board.govern;
    let signature = key.sign_now(&transaction.signing_bytes()).unwrap().try_into().unwrap();
    SignedTransaction { transaction, public_key: raw(key.public_key()), signature }
}
