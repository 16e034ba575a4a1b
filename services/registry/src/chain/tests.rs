mod audit;
mod snapshot;

use std::sync::Arc;

use clock::{Clock as _, TestClock};
use ed25519_dalek::{Signer as _, SigningKey};
use registry_client::{LightClient, Policy, verify_map_proof};
use registry_state::View as _;
use registry_types::{
    Block, Canonical, Certificate, CharterVersion, CommitSignature, Genesis, Joining, KeyRole,
    MemberStatement, NewKey, Operation, OwnValidator, Params, ProposalKind, Propose, Reason, ReasonCode,
    RegisterSchema, Seats, SignedStatement, SignedTransaction, Transaction, VoteKind, address_of, vote_bytes,
};
use tempfile::TempDir;
use tokio::sync::Notify;

use super::{Chain, Restarts, Shared};
use crate::ledger::{Ledger as _, LedgerError, Origin};
use crate::mempool::{Bounds, Mempool};
use crate::store::{HeightError, Keep, Store, StoreError};

const START: u64 = 1_700_000_000_000;
const AT_ONCE: Keep = Keep { proofs: std::time::Duration::ZERO, blocks: None };

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

/// Validator 1, governor 2.
fn genesis() -> Genesis {
    let statement = MemberStatement {
        joining: Joining::Genesis { network: "Test".to_owned() },
        id: "board".to_owned(),
        name: "Board".to_owned(),
        keys: vec![NewKey { role: KeyRole::Govern, public_key: public(2) }],
        seats: Seats { governor: true, validator: true, issuer: false },
        charter: CharterVersion::default(),
        validators: vec![OwnValidator { public_key: public(1), host: "host".to_owned() }],
    };
    Genesis {
        name: "Test".to_owned(),
        time_ms: START,
        params: Params::default(),
        charter: CharterVersion::default(),
        members: vec![signed(2, statement)],
        continues: None,
    }
}

fn signed(seed: u8, statement: MemberStatement) -> SignedStatement {
    let signature = key(seed).sign(&statement.signing_bytes()).to_bytes();
    SignedStatement { public_key: public(seed), signature, statement }
}

fn propose(kind: ProposalKind) -> Operation {
    let reason = Reason::without_text(ReasonCode::Routine);
    Operation::Propose(Propose { kind, reason, notice_ms: 0, deadline_ms: u64::MAX })
}

struct Node {
    folder: TempDir,
    clock: TestClock,
    mempool: Arc<Mempool>,
    store: Arc<Store>,
    chain: Chain,
    sequence: u64,
}

impl Node {
    fn new() -> Self {
        let clock = TestClock::at(chrono::DateTime::from_timestamp_millis(START.cast_signed()).unwrap());
        clock.advance(chrono::Duration::seconds(5));
        Self::open(tempfile::tempdir().unwrap(), clock, 0)
    }

    fn open(folder: TempDir, clock: TestClock, sequence: u64) -> Self {
        let store = Arc::new(Store::open(&folder.path().join("chain.redb"), &genesis(), 1 << 20).unwrap());
        let mempool = Arc::new(Mempool::new(Bounds::default()));
        let me = address_of(&public(1));
        let restarts = Restarts::read(&folder.path().join("restarts")).unwrap();
        let shared = Shared {
            store: Arc::clone(&store),
            mempool: Arc::clone(&mempool),
            clock: Arc::new(clock.clone()),
            committed: Arc::new(Notify::new()),
        };
        let chain = Chain::open(&genesis(), me, shared, restarts).unwrap();
        Self { folder, clock, mempool, store, chain, sequence }
    }

    /// As after a crash: only what is on disk remains.
    fn restart(self) -> Self {
        let Self { folder, clock, mempool, store, chain, sequence } = self;
        drop((chain, mempool, store));
        Self::open(folder, clock, sequence)
    }

    fn submit(&mut self, operation: Operation) {
        let transaction = Transaction {
            chain: genesis().chain_id(),
            sequence: self.sequence,
            expires_at_height: 500,
            operation,
        };
        let signature = key(2).sign(&transaction.signing_bytes()).to_bytes();
        let signed = SignedTransaction { transaction, public_key: public(2), signature };
        let checked = registry_state::check_stateless(signed, &genesis().chain_id()).unwrap();
        let key: registry_types::KeyRecord =
            self.store.snapshot().find(&registry_types::state_key::key(&public(2))).unwrap().unwrap();
        drop(self.mempool.insert(checked, key.sequence).unwrap());
        self.sequence += 1;
    }

    fn register(&mut self, number: u64) {
        let (id, owner) = (format!("urn:schema:{number}"), "board".to_owned());
        self.submit(propose(ProposalKind::RegisterSchema(RegisterSchema { id, digest: [1; 32], owner })));
    }

    fn build(&mut self, round: u32) -> Block {
        let hash = self.chain.build(round).unwrap();
        Block::from_bytes(&self.chain.block(&hash).unwrap()).unwrap()
    }

    /// Builds and decides a block.
    fn decide(&mut self) -> Block {
        self.clock.advance(chrono::Duration::seconds(1));
        let block = self.build(0);
        self.chain.commit(&certify(&block)).unwrap();
        block
    }

    fn judges(&mut self, block: &Block, origin: Origin) -> bool {
        self.chain.check(0, block.to_bytes().into(), origin).unwrap().is_some_and(|verdict| verdict.valid)
    }
}

fn certify(block: &Block) -> Certificate {
    let header = &block.header;
    let (header_hash, validator) = (header.hash(), address_of(&public(1)));
    let bytes = vote_bytes(
        &header.chain,
        VoteKind::Precommit,
        header.height,
        Some(0),
        Some(&header_hash),
        &validator,
    );
    let signature = key(1).sign(&bytes).to_bytes();
    let signatures = vec![CommitSignature { validator, signature }];
    Certificate { height: header.height, round: 0, header_hash, signatures }
}

#[test]
fn nodes_that_decide_the_same_blocks_hold_the_same_state() {
    let (mut one, mut two) = (Node::new(), Node::new());
    for number in 0..5 {
        one.register(number);
        let block = one.decide();
        two.clock.set(one.clock.now());
        assert!(two.judges(&block, Origin::Fresh));
        two.chain.commit(&certify(&block)).unwrap();
    }
    assert_eq!(one.store.snapshot().tip(), two.store.snapshot().tip());
    assert_eq!(two.store.snapshot().block(3).unwrap().unwrap().transactions.len(), 1);
}

#[test]
fn a_block_with_anything_wrong_is_not_valid() {
    let (mut one, mut two) = (Node::new(), Node::new());
    let first = one.decide();
    assert!(two.judges(&first, Origin::Past));
    two.chain.commit(&certify(&first)).unwrap();
    one.register(0);
    one.clock.advance(chrono::Duration::seconds(1));
    let good = one.build(0);
    two.clock.set(one.clock.now());
    type Change = fn(&mut Block);
    let changes: [(&str, Change); 15] = [
        ("chain", |block| block.header.chain = [0; 32]),
        ("height", |block| block.header.height += 1),
        ("previous", |block| block.header.previous = [0; 32]),
        ("time stands still", |block| block.header.time_ms -= 1_000),
        ("time ahead", |block| block.header.time_ms += 10_001),
        ("proposer", |block| block.header.proposer = [0; 20]),
        ("data", |block| block.header.data_hash = [0; 32]),
        ("root", |block| block.header.state_root = [0; 32]),
        ("validators", |block| block.header.validators_hash = [0; 32]),
        ("next validators", |block| block.header.next_validators_hash = [0; 32]),
        ("no commit", |block| block.last_commit = None),
        ("commit hash", |block| block.header.last_commit_hash = [0; 32]),
        ("commit round", |block| block.header.last_commit_round += 1),
        ("commit signatures", |block| {
            let commit = block.last_commit.as_mut().unwrap();
            commit.signatures.clear();
            block.header.last_commit_hash = commit.hash();
        }),
        ("transaction twice", |block| {
            let again = block.transactions[0].clone();
            block.transactions.push(again);
            block.header.data_hash = Block::data_hash(None, &block.transactions);
        }),
    ];
    for (name, change) in changes {
        let mut block = good.clone();
        change(&mut block);
        assert!(!two.judges(&block, Origin::Fresh), "{name}");
    }
    assert!(two.chain.check(0, bytes::Bytes::from_static(b"no block"), Origin::Fresh).unwrap().is_none());
    assert!(two.judges(&good, Origin::Fresh));
}

#[test]
fn a_spoilt_copy_says_nothing_of_the_block() {
    let (mut one, mut two) = (Node::new(), Node::new());
    one.register(0);
    let good = one.build(0);
    for origin in [Origin::Fresh, Origin::Past] {
        let mut forged = good.clone();
        forged.transactions[0].signature = [0; 64];
        let mut shortened = good.clone();
        shortened.transactions.clear();
        for copy in [forged, shortened] {
            assert_eq!(copy.header.hash(), good.header.hash());
            // A verdict on the hash would be one on the block that was proposed or decided.
            assert_eq!(two.chain.check(0, copy.to_bytes().into(), origin).unwrap(), None);
        }
    }
    assert!(two.judges(&good, Origin::Fresh));
}

#[test]
fn a_forged_transaction_spoils_a_block() {
    let (mut one, mut two) = (Node::new(), Node::new());
    one.register(0);
    let mut block = one.build(0);
    block.transactions[0].signature = [0; 64];
    block.header.data_hash = Block::data_hash(None, &block.transactions);
    assert!(!two.judges(&block, Origin::Fresh));
}

#[test]
fn time_is_judged_by_where_a_block_comes_from() {
    let (mut one, mut two) = (Node::new(), Node::new());
    let block = one.build(0);
    two.clock.advance(chrono::Duration::seconds(71));
    assert!(!two.judges(&block, Origin::Fresh));
    assert!(two.judges(&block, Origin::Again));

    let mut three = Node::new();
    one.clock.advance(chrono::Duration::seconds(3_600));
    let ahead = one.build(1);
    assert!(!three.judges(&ahead, Origin::Again));
    assert!(three.judges(&ahead, Origin::Past));
}

#[test]
fn a_clock_that_goes_back_does_not_stop_the_chain() {
    let mut node = Node::new();
    let first = node.decide();
    node.clock.advance(chrono::Duration::hours(-1));
    let second = node.decide();
    assert_eq!(second.header.time_ms, first.header.time_ms + 1);
}

#[test]
fn a_round_has_one_block_also_after_a_crash() {
    let mut node = Node::new();
    node.register(0);
    let hash = node.chain.build(0).unwrap();
    node.register(1);
    assert_eq!(node.chain.build(0).unwrap(), hash);
    let mut node = node.restart();
    node.clock.advance(chrono::Duration::hours(5));
    assert_eq!(node.chain.recovered(0).iter().map(|verdict| verdict.hash).collect::<Vec<_>>(), [hash]);
    assert!(node.chain.recovered(1).is_empty());
    assert_eq!(node.chain.build(0).unwrap(), hash);
    assert_ne!(node.chain.build(1).unwrap(), hash);
    let block = Block::from_bytes(&node.chain.block(&hash).unwrap()).unwrap();
    node.chain.commit(&certify(&block)).unwrap();
    let node = node.restart();
    assert_eq!(node.chain.next_height(), 2);
    assert!(node.chain.recovered(0).is_empty());
    assert_eq!(node.store.snapshot().block(1).unwrap().unwrap(), block);
}

#[test]
fn a_decision_that_this_node_never_saw_stops_it() {
    let (mut one, mut two) = (Node::new(), Node::new());
    let block = one.build(0);
    assert!(matches!(two.chain.commit(&certify(&block)), Err(LedgerError::UnknownDecision(1))));
    let mut late = certify(&block);
    late.height = 7;
    assert!(matches!(one.chain.commit(&late), Err(LedgerError::OtherHeight { expected: 1, found: 7 })));
}

#[test]
fn what_breaks_a_rule_leaves_the_queue_and_not_the_chain() {
    let mut node = Node::new();
    node.register(0);
    node.register(0);
    let block = node.decide();
    assert_eq!(block.transactions.len(), 1);
    assert_eq!(node.mempool.len(), 0);
}

#[test]
fn an_idle_chain_rests_until_its_heartbeat() {
    let mut node = Node::new();
    assert!(node.chain.rest().is_zero(), "a new chain begins at once");
    node.decide();
    let before = node.store.snapshot().tip().clone();
    assert_eq!(node.chain.rest().as_secs(), 60);
    node.clock.advance(chrono::Duration::seconds(61));
    assert!(node.chain.rest().is_zero());
    node.decide();
    let after = node.store.snapshot().tip().clone();
    assert_eq!((before.state_version, before.state_root), (after.state_version, after.state_root));
    node.register(0);
    assert!(node.chain.rest().is_zero());
}

#[test]
fn proofs_survive_pruning_and_an_old_snapshot_stays_whole() {
    let mut node = Node::new();
    for number in 0..10 {
        node.register(number);
        node.decide();
    }
    let old = node.store.snapshot();
    for number in 10..60 {
        node.register(number);
        node.decide();
        while node.store.prune(&AT_ONCE).unwrap() {}
    }
    let policy = Policy::with_max_age(std::time::Duration::from_secs(600));
    let mut client = LightClient::from_genesis(&genesis(), policy).unwrap();
    let newest = node.store.snapshot();
    let now = newest.tip().time_ms;
    for number in 0..60 {
        let key = format!("schema/urn:schema:{number}");
        let proven = newest.prove(&key).unwrap().unwrap();
        assert!(proven.value.is_some());
        client.check(&key, &proven, 0, now).unwrap();
        let then = old.prove(&key).unwrap().unwrap();
        assert_eq!(then.value.is_some(), number < 10);
        verify_map_proof(&then.header.state_root, &key, then.value.as_deref(), &then.map_proof).unwrap();
    }
    assert_eq!(newest.listed("schema/", None, 100).unwrap().len(), 60);
    assert_eq!(newest.listed("schema/", Some("schema/urn:schema:58"), 100).unwrap().len(), 5);
    assert!(!node.store.prune(&AT_ONCE).unwrap());
}

#[test]
fn members_appear_in_lists() {
    let mut node = Node::new();
    let statement = MemberStatement {
        joining: Joining::Chain { id: genesis().chain_id() },
        id: "undp".to_owned(),
        name: "UNDP".to_owned(),
        keys: vec![NewKey { role: KeyRole::Govern, public_key: public(9) }],
        seats: Seats::default(),
        charter: CharterVersion::default(),
        validators: Vec::new(),
    };
    node.submit(propose(ProposalKind::AdmitMember(signed(9, statement))));
    node.decide();
    assert_eq!(node.store.snapshot().listed("org/", None, 10).unwrap(), ["org/board", "org/undp"]);
}

#[test]
fn an_older_height_is_proven_while_it_is_kept() {
    let mut node = Node::new();
    for number in 0..40 {
        node.register(number);
        node.decide();
    }
    let keep = Keep { proofs: std::time::Duration::from_secs(20), blocks: Some(10) };
    while node.store.prune(&keep).unwrap() {}
    let newest = node.store.snapshot();
    for height in [20, 25, 40] {
        let key = format!("schema/urn:schema:{}", height - 1);
        for (key, present) in [(key, true), (format!("schema/urn:schema:{height}"), false)] {
            let proven = newest.prove_at(height, &key).unwrap();
            assert_eq!((proven.header.height, proven.value.is_some()), (height, present));
            let root = proven.header.state_root;
            verify_map_proof(&root, &key, proven.value.as_deref(), &proven.map_proof).unwrap();
        }
    }
    for height in 0..20 {
        let gone = newest.prove_at(height, "params");
        assert!(matches!(gone, Err(HeightError::Gone { oldest: 20, .. })), "{height}");
    }
    assert!(matches!(newest.prove_at(41, "params"), Err(HeightError::NotDecided { newest: 40, .. })));
    assert_eq!(newest.first_block().unwrap(), Some(31));
    assert!(newest.header(1).unwrap().is_some());
}

#[test]
fn a_file_of_another_layout_is_refused_and_left_alone() {
    let meta = redb::TableDefinition::<&str, &[u8]>::new("meta");
    let older = redb::TableDefinition::<[u8; 32], (u64, u32)>::new("transactions");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    {
        let database = redb::Database::create(&path).unwrap();
        let write = database.begin_write().unwrap();
        write.open_table(meta).unwrap().insert("chain", genesis().chain_id().as_slice()).unwrap();
        write.open_table(older).unwrap();
        write.commit().unwrap();
    }
    let refused = Store::open(&path, &genesis(), 1 << 20).err().unwrap();
    assert!(matches!(refused, StoreError::OtherLayout(_)), "{refused}");
    assert!(refused.to_string().contains("Move that file and `consensus.wal` away"), "{refused}");
    let database = redb::Database::open(&path).unwrap();
    let read = redb::ReadableDatabase::begin_read(&database).unwrap();
    assert_eq!(read.list_tables().unwrap().count(), 2, "nothing was made in it");
}

/// A file that was cut or in which a byte turned is refused with a message that says what to do, or it still
/// is a state that was decided: the database steps back by one commit when the newest was not written whole.
#[test]
fn a_damaged_file_is_never_another_state() {
    let mut node = Node::new();
    let mut decided = std::collections::BTreeMap::new();
    for number in 0..25 {
        node.register(number);
        node.decide();
        let tip = node.store.snapshot().tip().clone();
        decided.insert(tip.height, (tip.hash, tip.state_root));
    }
    let Node { folder, chain, store, mempool, .. } = node;
    drop((chain, mempool, store));
    let whole = std::fs::read(folder.path().join("chain.redb")).unwrap();
    let path = folder.path().join("damaged.redb");
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let mut random = 7u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % below
    };
    let (mut refused, mut newest, mut older) = (0, 0, 0);
    for round in 0..240 {
        let mut bytes = whole.clone();
        match round % 4 {
            0 => bytes.truncate(1 + next(used)),
            1 => bytes[next(320)] ^= 1 << next(8),
            _ => bytes[next(used)] ^= 1 << next(8),
        }
        std::fs::write(&path, &bytes).unwrap();
        match Store::open(&path, &genesis(), 1 << 20) {
            Err(StoreError::Unsound { .. } | StoreError::Open { .. } | StoreError::OtherLayout(_)) => {
                refused += 1
            }
            Err(other) => panic!("round {round}: {other}"),
            Ok(store) => {
                let snapshot = store.snapshot();
                let tip = snapshot.tip();
                assert_eq!(decided.get(&tip.height), Some(&(tip.hash, tip.state_root)), "round {round}");
                let (root, _) = registry_state::map::audit(&*snapshot, tip.state_version).unwrap();
                assert_eq!(root, tip.state_root);
                if tip.height == 25 { newest += 1 } else { older += 1 }
            }
        }
        std::fs::remove_file(&path).unwrap();
    }
    println!("{refused} refused, {newest} whole, {older} one commit back");
    assert!(refused > 60);
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(Store::open(&path, &genesis(), 1 << 20).unwrap().snapshot().tip().height, 25);
}
