use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use clock::TestClock;
use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;
use registry_state::memory::MemoryMap;
use registry_types::{
    Canonical, Certificate, CharterVersion, CommitSignature, Genesis, Header, Joining, KeyRole,
    MemberStatement, NewKey, OwnValidator, Params, ProvenRecord, SchemaRecord, Seats, SetChange,
    SignedStatement, SignedTransaction, Validator, ValidatorSet, VoteKind, vote_bytes,
};

use crate::{
    LightClient, LightError, Options, Registry, RegistryError, Submission, Transport, TransportError,
    verify_certificate,
};

const START: u64 = 1_700_000_000_000;
const MAX_AGE: Duration = Duration::from_secs(120);
const KEY: &str = "schema/urn:a";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn validators(seeds: &[u8]) -> Vec<Validator> {
    let one = |&seed: &u8| Validator {
        public_key: key(seed).verifying_key().to_bytes(),
        power: 1,
        owner: "board".to_owned(),
        host: "host".to_owned(),
    };
    seeds.iter().map(one).collect()
}

fn genesis(name: &str, seeds: &[u8]) -> Genesis {
    let govern = key(99);
    let statement = MemberStatement {
        joining: Joining::Genesis { network: name.to_owned() },
        id: "board".to_owned(),
        name: "Board".to_owned(),
        keys: vec![NewKey { role: KeyRole::Govern, public_key: govern.verifying_key().to_bytes() }],
        seats: Seats { governor: true, validator: true, issuer: false },
        charter: CharterVersion::default(),
        validators: validators(seeds)
            .into_iter()
            .map(|one| OwnValidator { public_key: one.public_key, host: one.host })
            .collect(),
    };
    let signature = govern.sign(&statement.signing_bytes()).to_bytes();
    let public_key = govern.verifying_key().to_bytes();
    Genesis {
        name: name.to_owned(),
        time_ms: START,
        params: Params::default(),
        charter: CharterVersion::default(),
        members: vec![SignedStatement { statement, public_key, signature }],
    }
}

/// A chain with a record under [`KEY`], whose validators sign whatever the test wants.
struct Chain {
    genesis: Genesis,
    state: MemoryMap,
    signers: Vec<u8>,
    next: Vec<u8>,
}

impl Chain {
    fn new(seeds: &[u8]) -> Self {
        let genesis = genesis("Test", seeds);
        let mut state = MemoryMap::from_genesis(&genesis).unwrap();
        let record = SchemaRecord { digest: [5; 32], owner: "board".to_owned(), registered_ms: START };
        state.store(&[(KEY.to_owned(), record.to_bytes())].into()).unwrap();
        Self { genesis, state, signers: seeds.to_vec(), next: seeds.to_vec() }
    }

    fn set(seeds: &[u8]) -> ValidatorSet {
        ValidatorSet::new(validators(seeds)).unwrap()
    }

    fn header(&self, height: u64) -> Header {
        Header {
            chain: self.genesis.chain_id(),
            height,
            time_ms: START + height * 1_000,
            proposer: [0; 20],
            previous: [0; 32],
            data_hash: [0; 32],
            state_root: self.state.root(),
            validators_hash: Self::set(&self.signers).hash(),
            next_validators_hash: Self::set(&self.next).hash(),
            last_commit_hash: [0; 32],
            last_commit_round: 0,
        }
    }

    fn certify(&self, header: &Header, seeds: &[u8]) -> Certificate {
        let header_hash = header.hash();
        let signatures = seeds.iter().map(|&seed| {
            let validator = registry_types::address_of(&key(seed).verifying_key().to_bytes());
            let (chain, height) = (&header.chain, header.height);
            let bytes =
                vote_bytes(chain, VoteKind::Precommit, height, Some(0), Some(&header_hash), &validator);
            CommitSignature { validator, signature: key(seed).sign(&bytes).to_bytes() }
        });
        Certificate { height: header.height, round: 0, header_hash, signatures: signatures.collect() }
    }

    fn answer(&self, key: &str, height: u64) -> ProvenRecord {
        let (value, map_proof) = self.state.prove(key).unwrap();
        let header = self.header(height);
        let certificate = self.certify(&header, &self.signers);
        ProvenRecord { value, map_proof, header, certificate }
    }

    fn client(&self) -> LightClient {
        LightClient::from_genesis(&self.genesis, MAX_AGE).unwrap()
    }

    fn change(&self, height: u64) -> SetChange {
        let header = self.header(height);
        let certificate = self.certify(&header, &self.signers);
        SetChange { header, certificate, next: Self::set(&self.next) }
    }
}

fn at(height: u64) -> u64 {
    START + height * 1_000
}

fn refused(chain: &Chain, answer: &ProvenRecord) -> LightError {
    chain.client().check(KEY, answer, 0, at(10)).unwrap_err()
}

#[test]
fn presence_and_absence_are_believed_with_a_proof() {
    let chain = Chain::new(&[1, 2, 3, 4]);
    let mut client = chain.client();
    let present = chain.answer(KEY, 10);
    assert!(present.value.is_some());
    assert_eq!(client.check(KEY, &present, 0, at(10)).unwrap().height, 10);
    let absent = chain.answer("schema/urn:b", 10);
    assert!(absent.value.is_none());
    client.check("schema/urn:b", &absent, 10, at(10)).unwrap();
}

#[test]
fn a_value_of_the_nodes_own_is_refused() {
    let chain = Chain::new(&[1]);
    let bad = LightError::BadProof { key: KEY.to_owned() };
    let mut forged = chain.answer(KEY, 10);
    forged.value = Some(b"forged".to_vec());
    assert_eq!(refused(&chain, &forged), bad);
    let mut hidden = chain.answer(KEY, 10);
    hidden.value = None;
    assert_eq!(refused(&chain, &hidden), bad);
    // The proof of another key's absence does not hide this one.
    let elsewhere = chain.answer("schema/urn:b", 10);
    assert_eq!(refused(&chain, &elsewhere), bad);
    let mut garbage = chain.answer(KEY, 10);
    garbage.map_proof = vec![0xff; 40];
    assert_eq!(refused(&chain, &garbage), bad);
}

#[test]
fn a_header_needs_more_than_two_thirds_of_the_set() {
    let chain = Chain::new(&[1, 2, 3, 4]);
    let certified = |seeds: &[u8]| {
        let mut answer = chain.answer(KEY, 10);
        answer.certificate = chain.certify(&answer.header, seeds);
        answer
    };
    assert_eq!(refused(&chain, &certified(&[1, 2])), LightError::NoQuorum { height: 10, power: 2, total: 4 });
    assert_eq!(refused(&chain, &certified(&[])), LightError::NoQuorum { height: 10, power: 0, total: 4 });
    assert_eq!(refused(&chain, &certified(&[1, 1, 1])), LightError::RepeatedSigner { height: 10 });
    assert_eq!(refused(&chain, &certified(&[1, 2, 9])), LightError::UnknownSigner { height: 10 });
    chain.client().check(KEY, &certified(&[4, 2, 3]), 0, at(10)).unwrap();
}

#[test]
fn a_forged_header_is_refused() {
    let chain = Chain::new(&[1]);
    let mut forged = chain.answer(KEY, 10);
    forged.header.state_root = [7; 32];
    assert_eq!(refused(&chain, &forged), LightError::OtherHeader { height: 10 });
    forged.certificate.header_hash = forged.header.hash();
    assert_eq!(refused(&chain, &forged), LightError::BadSignature { height: 10 });
    let mut moved = chain.answer(KEY, 10);
    moved.certificate.height = 11;
    assert_eq!(refused(&chain, &moved), LightError::OtherHeader { height: 10 });
    let mut later = chain.answer(KEY, 10);
    later.certificate.round = 1;
    assert_eq!(refused(&chain, &later), LightError::BadSignature { height: 10 });
}

#[test]
fn another_chain_with_the_same_validators_is_another_chain() {
    let chain = Chain::new(&[1]);
    let mut other = Chain::new(&[1]);
    other.genesis.name = "Other".to_owned();
    assert_eq!(refused(&chain, &other.answer(KEY, 10)), LightError::OtherChain);
    // A signature made for the other chain does not move over either.
    let mut moved = other.answer(KEY, 10);
    moved.header.chain = chain.genesis.chain_id();
    moved.certificate.header_hash = moved.header.hash();
    assert_eq!(refused(&chain, &moved), LightError::BadSignature { height: 10 });
}

#[test]
fn old_headers_and_rollback_are_refused() {
    let chain = Chain::new(&[1]);
    let mut client = chain.client();
    let answer = chain.answer(KEY, 10);
    let late = at(10) + 120_001;
    let stale = LightError::Stale { age_ms: 120_001, max_age_ms: 120_000 };
    assert_eq!(client.check(KEY, &answer, 0, late), Err(stale));
    assert!(client.newest().is_none());
    let early = at(10) - 60_001;
    assert_eq!(client.check(KEY, &answer, 0, early), Err(LightError::FromFuture { ahead_ms: 60_001 }));

    client.check(KEY, &chain.answer(KEY, 20), 0, at(20)).unwrap();
    assert_eq!(client.check(KEY, &answer, 20, at(20)), Err(LightError::Rollback { height: 10, known: 20 }));
    // An answer to a question sent earlier may still arrive.
    client.check(KEY, &answer, 0, at(20)).unwrap();
    assert_eq!(client.newest().unwrap().height, 20);
}

#[test]
fn two_certified_headers_at_one_height_are_a_fork() {
    let chain = Chain::new(&[1]);
    let mut client = chain.client();
    client.check(KEY, &chain.answer(KEY, 10), 0, at(10)).unwrap();
    let mut other = chain.answer(KEY, 10);
    other.header.previous = [8; 32];
    other.certificate = chain.certify(&other.header, &[1]);
    assert_eq!(client.check(KEY, &other, 0, at(10)), Err(LightError::Fork { height: 10 }));
}

#[test]
fn a_change_of_validators_is_followed_from_the_old_set() {
    let mut chain = Chain::new(&[1, 2, 3]);
    let mut client = chain.client();
    chain.next = vec![4, 5, 6];
    let change = chain.change(10);
    chain.signers = vec![4, 5, 6];
    let after = chain.answer(KEY, 11);
    assert!(matches!(client.check(KEY, &after, 0, at(11)), Err(LightError::UnknownValidators { .. })));

    let mut others = change.clone();
    others.next = Chain::set(&[7]);
    assert_eq!(client.follow(&others), Err(LightError::OtherNextSet { height: 10 }));
    let mut unsigned = change.clone();
    unsigned.certificate.signatures.truncate(2);
    assert!(matches!(client.follow(&unsigned), Err(LightError::NoQuorum { .. })));

    client.follow(&change).unwrap();
    client.check(KEY, &after, 0, at(11)).unwrap();
    assert_eq!(client.follow(&change), Err(LightError::OldChange { height: 10, known: 10 }));
    // The old set decides nothing any more.
    chain.signers = vec![1, 2, 3];
    let old = chain.answer(KEY, 12);
    assert!(matches!(client.check(KEY, &old, 0, at(12)), Err(LightError::UnknownValidators { .. })));
}

proptest! {
    #[test]
    fn any_flipped_bit_is_refused(bit in any::<prop::sample::Index>()) {
        let chain = Chain::new(&[1, 2, 3]);
        let mut bytes = chain.answer(KEY, 10).to_bytes();
        let at_bit = bit.index(bytes.len() * 8);
        bytes[at_bit / 8] ^= 1 << (at_bit % 8);
        if let Ok(answer) = ProvenRecord::from_bytes(&bytes) {
            prop_assert!(chain.client().check(KEY, &answer, 0, at(10)).is_err());
        }
    }

    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), proof in prop::collection::vec(any::<u8>(), 0..400)) {
        let chain = Chain::new(&[1]);
        let mut answer = chain.answer(KEY, 10);
        answer.map_proof = proof;
        prop_assert!(chain.client().check(KEY, &answer, 0, at(10)).is_err());
        let _ = ProvenRecord::from_bytes(&bytes);
        let _ = Vec::<SetChange>::from_bytes(&bytes);
    }
}

#[test]
fn a_set_that_breaks_its_own_rules_is_no_set() {
    assert!(ValidatorSet::new(Vec::new()).is_none());
    assert!(ValidatorSet::new(validators(&[1, 1])).is_none());
    let mut powerless = validators(&[1]);
    powerless[0].power = 0;
    assert!(ValidatorSet::new(powerless).is_none());
    let mut mighty = validators(&[1, 2]);
    mighty[0].power = u64::MAX;
    assert!(ValidatorSet::new(mighty).is_none());
}

#[test]
fn a_certificate_says_nothing_about_another_set() {
    let chain = Chain::new(&[1, 2, 3]);
    let answer = chain.answer(KEY, 10);
    let set = Chain::set(&[1, 2, 3, 4]);
    let error = verify_certificate(&chain.genesis.chain_id(), &set, &answer.header, &answer.certificate);
    assert_eq!(error, Err(LightError::UnknownValidators { height: 10 }));
}

/// A node in memory that counts what it is asked.
struct Node {
    chain: Mutex<Chain>,
    changes: Mutex<Vec<SetChange>>,
    height: AtomicUsize,
    asked: AtomicUsize,
    submissions: Mutex<Vec<Result<Submission, TransportError>>>,
}

impl Node {
    fn new(chain: Chain) -> Arc<Self> {
        Arc::new(Self {
            chain: Mutex::new(chain),
            changes: Mutex::default(),
            height: AtomicUsize::new(10),
            asked: AtomicUsize::new(0),
            submissions: Mutex::default(),
        })
    }

    fn registry(self: &Arc<Self>, options: Options) -> (Registry, TestClock) {
        let clock = TestClock::at(chrono::DateTime::from_timestamp_millis(at(10).cast_signed()).unwrap());
        let genesis = self.chain.lock().unwrap().genesis.clone();
        let transport: Arc<dyn Transport> = self.clone();
        (Registry::over(transport, &genesis, Arc::new(clock.clone()), options).unwrap(), clock)
    }
}

#[async_trait]
impl Transport for Node {
    async fn record(&self, key: &str) -> Result<ProvenRecord, TransportError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let height = self.height.load(Ordering::SeqCst) as u64;
        Ok(self.chain.lock().unwrap().answer(key, height))
    }

    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError> {
        let changes = self.changes.lock().unwrap();
        Ok(changes.iter().filter(|change| change.header.height > height).cloned().collect())
    }

    async fn submit(&self, _: &SignedTransaction) -> Result<Submission, TransportError> {
        self.submissions.lock().unwrap().pop().unwrap_or(Err(TransportError::Malformed))
    }
}

#[tokio::test]
async fn many_readers_of_one_record_share_one_question() {
    let node = Node::new(Chain::new(&[1]));
    let (registry, _) = node.registry(Options::default());
    let readers = (0..100).map(|_| {
        let registry = registry.clone();
        tokio::spawn(async move { registry.schema("urn:a").await.unwrap() })
    });
    for reader in readers.collect::<Vec<_>>() {
        assert_eq!(reader.await.unwrap().value.unwrap().digest, [5; 32]);
    }
    assert_eq!(node.asked.load(Ordering::SeqCst), 1);
    assert!(registry.schema("urn:b").await.unwrap().value.is_none());
}

#[tokio::test]
async fn a_cached_answer_grows_stale_like_any_other() {
    let node = Node::new(Chain::new(&[1]));
    let options = Options { cache_ttl: Duration::from_secs(3_600), ..Options::default() };
    let (registry, clock) = node.registry(options);
    registry.schema("urn:a").await.unwrap();
    clock.advance(chrono::Duration::seconds(301));
    let error = registry.schema("urn:a").await.unwrap_err();
    assert!(matches!(error, RegistryError::Unproven(LightError::Stale { .. })));
    assert!(error.is_passing());
    assert_eq!(node.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_node_that_goes_back_is_caught() {
    let node = Node::new(Chain::new(&[1]));
    let options = Options { cache_ttl: Duration::ZERO, ..Options::default() };
    let (registry, _) = node.registry(options);
    registry.schema("urn:a").await.unwrap();
    node.height.store(9, Ordering::SeqCst);
    let error = registry.schema("urn:a").await.unwrap_err();
    assert!(matches!(error, RegistryError::Unproven(LightError::Rollback { height: 9, known: 10 })));
}

#[tokio::test]
async fn the_reader_follows_the_validators_by_itself() {
    let mut chain = Chain::new(&[1, 2, 3]);
    let mut changes = Vec::new();
    for (height, next) in [(3, vec![2, 3, 4]), (5, vec![7])] {
        chain.next = next.clone();
        changes.push(chain.change(height));
        chain.signers = next;
    }
    let node = Node::new(chain);
    *node.changes.lock().unwrap() = changes;
    let (registry, _) = node.registry(Options::default());
    registry.schema("urn:a").await.unwrap();

    // Without the changes in between there is no way to the new set.
    node.changes.lock().unwrap().remove(0);
    let (registry, _) = node.registry(Options::default());
    assert!(matches!(registry.schema("urn:a").await, Err(RegistryError::Unproven(_))));
}

#[tokio::test]
async fn a_transaction_is_sent_until_it_is_decided() {
    let node = Node::new(Chain::new(&[1]));
    let options = Options { submit_patience: Duration::from_millis(600), ..Options::default() };
    let (registry, _) = node.registry(options);
    let transaction = registry_types::Transaction {
        chain: registry.chain(),
        sequence: 0,
        expires_at_height: 100,
        operation: registry_types::Operation::Vote(registry_types::Vote { proposal: [1; 32], approve: true }),
    };
    let signed = SignedTransaction { transaction, public_key: [0; 32], signature: [0; 64] };
    let place = registry_types::TransactionPlace {
        height: 11,
        index: 0,
        block_time_ms: at(11),
        header_hash: [1; 32],
    };
    *node.submissions.lock().unwrap() = vec![
        Ok(Submission::Committed(place)),
        Ok(Submission::Pending),
        Err(TransportError::Status(503)),
        Err(TransportError::Unreachable("gone".to_owned())),
    ];
    assert_eq!(registry.submit(&signed).await.unwrap().height, 11);

    let rejected = Submission::Rejected { code: "expired".to_owned(), detail: String::new() };
    *node.submissions.lock().unwrap() = vec![Ok(rejected)];
    assert!(
        matches!(registry.submit(&signed).await, Err(RegistryError::Rejected { code, .. }) if code == "expired")
    );

    *node.submissions.lock().unwrap() = (0..100).map(|_| Ok(Submission::Pending)).collect();
    assert!(matches!(registry.submit(&signed).await, Err(RegistryError::Undecided)));
}
