//! One validator becomes two and four by votes, without a new genesis; a key is rotated, a validator leaves.

use std::collections::BTreeSet;
use std::time::Duration;

use keys::Signer as _;
use registry::setup::{self, Newcomer};
use registry_client::Registry;
use registry_types::operation::{AddValidator, RemoveValidator, RotateValidator};
use registry_types::record::Term;
use registry_types::{
    Operation, Params, ProposalKind, Propose, Reason, ReasonCode, Seats, Validator, Vote, address_of,
    proposal_id,
};

use crate::chain::{Organisation, raw};
use crate::network::{Network, Writer, get, until_admitted};

/// How far ahead a change of the validators is stated.
const AHEAD: u64 = 10;
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// The two governors of the grown network.
struct Governors<'a> {
    first: &'a Organisation,
    second: Organisation,
}

impl<'a> Governors<'a> {
    /// The first shortens the notice while it governs alone, then admits the second.
    async fn gather(first: &'a Organisation, registry: &Registry) -> Self {
        let mut params: Params = registry.params().await.unwrap().value.unwrap();
        params.governance.min_notice_ms = 0;
        let change = setup::propose(ProposalKind::ChangeParams(params));
        setup::send(registry, &first.govern, change).await.unwrap();
        let second = Organisation::new();
        let keys = second.keys();
        let seats = Seats { governor: true, ..Seats::default() };
        let member = Newcomer { seats, ..second.joins("wfp", &keys) };
        let admit = setup::admit_member(registry, &member).await.unwrap();
        setup::send(registry, &first.govern, admit).await.unwrap();
        Self { first, second }
    }

    /// The first proposes, the second approves.
    async fn decide(&self, registry: &Registry, kind: ProposalKind) {
        let proposer = raw(self.first.govern.public_key());
        let proposal = proposal_id(&proposer, registry.sequence(&proposer).await.unwrap());
        let now = registry.params().await.unwrap().block_time.timestamp_millis().unsigned_abs();
        let (reason, deadline_ms) = (Reason::without_text(ReasonCode::Routine), now + HOUR_MS);
        let propose = Operation::Propose(Propose { kind, reason, notice_ms: 0, deadline_ms });
        setup::send(registry, &self.first.govern, propose).await.unwrap();
        let vote = Operation::Vote(Vote { proposal, approve: true });
        setup::send(registry, &self.second.govern, vote).await.unwrap();
    }
}

fn key_of(config: &registry::Config) -> [u8; 32] {
    raw(&registry::validator_public_key(&config.keys).unwrap())
}

fn add(public_key: [u8; 32], owner: &str, at_height: u64) -> ProposalKind {
    let (owner, host) = (owner.to_owned(), "a host".to_owned());
    ProposalKind::AddValidator(AddValidator {
        validator: Validator { public_key, power: 1, owner, host },
        at_height,
    })
}

async fn tip(node: &web::Running) -> u64 {
    get(node, "/v1/headers/latest").await["header"]["height"].as_u64().unwrap()
}

async fn until_height(node: &web::Running, height: u64) {
    for _ in 0..200 {
        if tip(node).await >= height {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("height {height} is not reached");
}

/// By a reader that knows nothing but the genesis.
async fn terms(network: &Network, node: &web::Running, public_key: &[u8; 32]) -> Vec<Term> {
    let registry = network.registry(node);
    registry.validator(public_key).await.unwrap().value.map(|record| record.terms).unwrap_or_default()
}

/// Addresses of those whose signatures the certificate of a height holds.
async fn signers(node: &web::Running, height: u64) -> BTreeSet<String> {
    let head = get(node, &format!("/v1/headers/{height}")).await;
    let signatures = head["certificate"]["signatures"].as_array().unwrap().clone();
    signatures.iter().map(|one| one["validator"].as_str().unwrap().to_owned()).collect()
}

fn named(public_keys: &[[u8; 32]]) -> BTreeSet<String> {
    public_keys.iter().map(|key| hex::encode(address_of(key))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_validator_grows_to_four_and_changes_by_votes() {
    let mut network = Network::new(4, 1).await;
    let keys: Vec<_> = network.configs.iter().map(key_of).collect();
    let mut nodes = vec![network.start(0).await];
    let registry = network.registry(&nodes[0]);
    let mut writer = Writer::admit(&network, &registry, "undp").await;
    writer.measure(&registry, 5).await;

    // The others start as observers with the same genesis, and follow.
    for index in 1..4 {
        nodes.push(network.start(index).await);
    }
    let kept = network.registry(&nodes[1]);
    for node in &nodes[1..] {
        until_admitted(&network.registry(node), "undp").await;
    }

    // Alone, a governor decides at once. From the next height on both validators are needed.
    setup::send(&registry, &network.board.govern, setup::propose(add(keys[1], "undp", 0))).await.unwrap();
    let from = terms(&network, &nodes[0], &keys[1]).await[0].from_height;
    writer.measure(&registry, 5).await;
    assert_eq!(signers(&nodes[0], from - 1).await, named(&keys[..1]));
    assert_eq!(signers(&nodes[0], from).await, named(&keys[..2]));
    assert!(tip(&nodes[0]).await >= from + 4);

    // Two governors add the other two from a stated height on.
    let governors = Governors::gather(&network.board, &registry).await;
    let at_height = tip(&nodes[0]).await + AHEAD;
    for key in &keys[2..] {
        governors.decide(&registry, add(*key, "unsscb", at_height)).await;
    }
    assert!(terms(&network, &nodes[0], &keys[2]).await.is_empty(), "the height is not reached");
    writer.measure(&registry, 12).await;
    for key in &keys[2..] {
        assert_eq!(
            terms(&network, &nodes[0], key).await,
            [Term { from_height: at_height + 1, until_height: None }]
        );
    }
    assert_eq!(signers(&nodes[0], at_height).await, named(&keys[..2]));

    // With the first away, the three newcomers decide.
    nodes.remove(0).stop().await;
    let registry = network.registry(&nodes[0]);
    let times = writer.measure(&registry, 5).await;
    println!("three newcomers: median {:?}", times[2]);
    assert_eq!(signers(&nodes[0], tip(&nodes[0]).await).await, named(&keys[1..]));
    nodes.insert(0, network.start(0).await);
    let height = tip(&nodes[1]).await;
    until_height(&nodes[0], height).await;

    // The third changes its key. The new one is needed once the fourth is away.
    nodes.remove(2).stop().await;
    network.configs[2].keys.directory = network.folders[2].path().join("next-keys");
    let next = key_of(&network.configs[2]);
    let at_height = tip(&nodes[1]).await + AHEAD;
    let rotate = RotateValidator { from: keys[2], to: next, at_height };
    governors.decide(&registry, ProposalKind::RotateValidator(rotate)).await;
    writer.measure(&registry, 12).await;
    assert_eq!(terms(&network, &nodes[1], &keys[2]).await[0].until_height, Some(at_height));
    assert_eq!(
        terms(&network, &nodes[1], &next).await,
        [Term { from_height: at_height + 1, until_height: None }]
    );
    nodes.insert(2, network.start(2).await);
    let height = tip(&nodes[1]).await;
    until_height(&nodes[2], height).await;
    nodes.remove(3).stop().await;
    let times = writer.measure(&registry, 5).await;
    println!("with a rotated key: median {:?}", times[2]);
    assert_eq!(signers(&nodes[0], tip(&nodes[0]).await).await, named(&[keys[0], keys[1], next]));
    nodes.push(network.start(3).await);

    // The fourth leaves: it follows on, and has no vote after its height.
    let at_height = tip(&nodes[1]).await + AHEAD;
    let remove = RemoveValidator { public_key: keys[3], at_height };
    governors.decide(&registry, ProposalKind::RemoveValidator(remove)).await;
    writer.measure(&registry, 14).await;
    assert_eq!(terms(&network, &nodes[1], &keys[3]).await[0].until_height, Some(at_height));
    let last = tip(&nodes[1]).await;
    assert!(last > at_height + 2);
    until_height(&nodes[3], last).await;
    for height in at_height + 1..=last {
        assert_eq!(signers(&nodes[3], height).await, named(&[keys[0], keys[1], next]), "{height}");
    }

    // No certificate holds a signature of a key outside its terms.
    for key in keys.iter().chain([&next]) {
        let terms = terms(&network, &nodes[1], key).await;
        for height in 1..=last {
            let decides = terms
                .iter()
                .any(|term| (term.from_height..=term.until_height.unwrap_or(u64::MAX)).contains(&height));
            let signed = signers(&nodes[3], height).await.is_superset(&named(&[*key]));
            assert!(decides || !signed, "height {height}");
        }
    }
    // Readers that have known the network since its genesis follow every change, and so does a new one.
    for registry in [&kept, &network.registry(&nodes[3])] {
        let read = registry.organisation("wfp").await.unwrap();
        assert!(read.value.is_some() && read.height >= last);
    }
    for node in &nodes {
        assert_eq!(get(node, "/v1/evidence").await, serde_json::json!([]));
    }
    for mut node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_validator_grows_to_seven_of_which_two_may_be_away() {
    let network = Network::new(7, 1).await;
    let keys: Vec<_> = network.configs.iter().map(key_of).collect();
    let mut nodes = vec![network.start(0).await];
    let registry = network.registry(&nodes[0]);
    let mut writer = Writer::admit(&network, &registry, "undp").await;
    for index in 1..7 {
        nodes.push(network.start(index).await);
        until_admitted(&network.registry(&nodes[index]), "undp").await;
    }
    for key in &keys[1..] {
        setup::send(&registry, &network.board.govern, setup::propose(add(*key, "undp", 0))).await.unwrap();
    }
    writer.measure(&registry, 5).await;
    for key in &keys {
        assert_eq!(terms(&network, &nodes[0], key).await.len(), 1);
    }

    for mut away in nodes.drain(5..) {
        away.stop().await;
    }
    let times = writer.measure(&registry, 5).await;
    println!("five of seven: median {:?}", times[2]);
    assert_eq!(signers(&nodes[0], tip(&nodes[0]).await).await, named(&keys[..5]));
    for mut node in nodes {
        node.stop().await;
    }
}
