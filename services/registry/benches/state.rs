//! Measures the state store alone: a map that already holds many keys, blocks of a thousand new ones.
//!
//! Figures are processor time of this thread, kernel included, so that a busy machine does not show.
//! `KEYS=10000,100000,1000000` says how many keys the map holds first, `BLOCKS` how many blocks are measured.
//! Nothing is asserted.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a table is what this program is for")]

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use registry::store::{Decision, Keep, Store, Tip, Undecided};
use registry_client::verify_map_proof;
use registry_state::{View as _, Writes, map};
use registry_types::{
    Anchor, AnchorKind, Block, Canonical, Certificate, CommitSignature, Genesis, GenesisMember, Header,
    KeyRole, NewKey, Operation, Params, Seats, SignedTransaction, Transaction, Validator, VoteKind,
    address_of, state_key, vote_bytes,
};

const NEW_KEYS: u64 = 1_000;
/// How many keys a block brings while the map is filled.
const FILL: u64 = 20_000;
const SIGNERS: u64 = 10;
const CACHE_BYTES: usize = 32 * 1024 * 1024;
const KEEP: Keep = Keep { proofs: Duration::from_secs(20), blocks: None };

fn main() {
    let sizes = std::env::var("KEYS").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    println!(
        "{:>9} | {:>7} {:>7} {:>7} {:>7} {:>7} | {:>6} {:>6} | {:>6} {:>6} {:>6} {:>6} | {:>6} {:>7} {:>6} {:>6}",
        "keys",
        "update",
        "keep",
        "commit",
        "prune",
        "all ms",
        "wall",
        "MB out",
        "read",
        "prove",
        "verify",
        "bytes",
        "MB",
        "fill s",
        "open s",
        "RSS"
    );
    for size in sizes.split(',').filter_map(|size| size.trim().parse().ok()) {
        measure(size);
    }
}

fn measure(keys: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let mut chain = Chain::open(&path);
    let begun = Instant::now();
    while chain.keys < keys {
        chain.block(FILL.min(keys - chain.keys), &mut Spent::default());
    }
    let fill = begun.elapsed().as_secs_f64();
    let blocks = std::env::var("BLOCKS").ok().and_then(|text| text.parse().ok()).unwrap_or(50);
    let mut spent = Spent::default();
    // What filling left behind is not what is measured.
    while chain.store.prune(&Keep { proofs: Duration::ZERO, ..KEEP }).unwrap() {}
    for _ in 0..20 {
        chain.block(NEW_KEYS, &mut Spent::default());
    }
    let (begun, written) = (Instant::now(), written_bytes());
    for _ in 0..blocks {
        chain.block(NEW_KEYS, &mut spent);
    }
    let wall = begun.elapsed().as_secs_f64() * 1e3 / f64::from(blocks);
    let out = (written_bytes() - written) / 1e6 / f64::from(blocks);
    let each = |seconds: f64| seconds * 1e3 / f64::from(blocks);
    let [read, prove, verify, bytes] = chain.reads();
    let size = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    let rss = resident_mb();
    let genesis = chain.genesis.clone();
    drop(chain);
    let begun = Instant::now();
    Store::open(&path, &genesis, CACHE_BYTES).unwrap();
    let open = begun.elapsed().as_secs_f64();
    println!(
        "{keys:>9} | {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>7.1} | {wall:>6.1} {out:>6.1} | {read:>6.1} {prove:>6.1} {verify:>6.1} {bytes:>6.0} | {size:>6} {fill:>7.1} {open:>6.2} {rss:>6.0}",
        each(spent.update),
        each(spent.keep),
        each(spent.commit),
        each(spent.prune),
        each(spent.update + spent.keep + spent.commit + spent.prune),
    );
}

/// Processor seconds by step.
#[derive(Default)]
struct Spent {
    update: f64,
    keep: f64,
    commit: f64,
    prune: f64,
}

struct Chain {
    genesis: Genesis,
    store: Store,
    tip: Tip,
    keys: u64,
}

impl Chain {
    fn open(path: &std::path::Path) -> Self {
        let genesis = genesis();
        let store = Store::open(path, &genesis, CACHE_BYTES).unwrap();
        let tip = store.snapshot().tip().clone();
        Self { genesis, store, tip, keys: 0 }
    }

    fn block(&mut self, count: u64, spent: &mut Spent) {
        let (writes, transactions) = self.content(count);
        let snapshot = self.store.snapshot();
        let update =
            timed(&mut spent.update, || map::update(&*snapshot, Some(self.tip.state_version), &writes))
                .unwrap();
        let header = Header {
            chain: self.genesis.chain_id(),
            height: self.tip.height + 1,
            time_ms: self.tip.time_ms + 500,
            proposer: [0; 20],
            previous: self.tip.hash,
            data_hash: [0; 32],
            state_root: update.root,
            validators_hash: self.tip.validators.hash(),
            next_validators_hash: self.tip.validators.hash(),
            last_commit_hash: [0; 32],
            last_commit_round: 0,
        };
        let hash = header.hash();
        let certificate = certify(&header);
        let tip = Tip {
            height: header.height,
            hash,
            time_ms: header.time_ms,
            state_root: update.root,
            state_version: update.version,
            decided_by: Some(self.tip.validators.clone()),
            ..self.tip.clone()
        };
        let block = Block { header, last_commit: None, transactions };
        let bytes = block.to_bytes();
        drop(snapshot);
        timed(&mut spent.keep, || {
            let undecided = Undecided { round: 0, hash, bytes: bytes.clone() };
            self.store.put_undecided(tip.height, &undecided)
        })
        .unwrap();
        timed(&mut spent.commit, || {
            self.store.commit(&Decision {
                block: &block,
                bytes: &bytes,
                certificate: &certificate,
                writes: &writes,
                update: Some(&update),
                tip: tip.clone(),
            })
        })
        .unwrap();
        timed(&mut spent.prune, || while self.store.prune(&KEEP).unwrap() {});
        self.tip = tip;
        self.keys += count;
    }

    /// New anchors of ten services, and the sequences of their keys.
    fn content(&self, count: u64) -> (Writes, Vec<SignedTransaction>) {
        let mut writes = Writes::new();
        let mut transactions = Vec::new();
        for number in self.keys..self.keys + count {
            let issuer = issuer(number % SIGNERS);
            let root = state_key::place(&number.to_string());
            let mut value = root.to_vec();
            value.extend(issuer.as_bytes());
            value.extend([1; 40]);
            writes.insert(state_key::anchor(&issuer, number / SIGNERS), value);
            let public_key = [u8::try_from(number % SIGNERS).unwrap(); 32];
            let mut key = number.to_be_bytes().to_vec();
            key.extend([2; 60]);
            writes.insert(state_key::key(&public_key), key);
            if count > NEW_KEYS {
                continue;
            }
            let anchor = Anchor {
                issuer,
                sequence: number / SIGNERS,
                kind: AnchorKind::Credentials,
                root,
                leaf_count: 16,
            };
            let transaction = Transaction {
                chain: self.genesis.chain_id(),
                sequence: number / SIGNERS,
                expires_at_height: 1_000,
                operation: Operation::Anchor(anchor),
            };
            transactions.push(SignedTransaction { transaction, public_key, signature: [3; 64] });
        }
        (writes, transactions)
    }

    /// Microseconds to read, prove and verify a record, and the bytes of a proof with header and certificate.
    fn reads(&self) -> [f64; 4] {
        const READS: u64 = 5_000;
        let snapshot = self.store.snapshot();
        let names: Vec<String> = (0..READS)
            .map(|number| {
                let number = number.wrapping_mul(7_919) % self.keys;
                state_key::anchor(&issuer(number % SIGNERS), number / SIGNERS)
            })
            .collect();
        let (mut read, mut prove, mut verify, mut bytes) = (0.0, 0.0, 0.0, 0);
        timed(&mut read, || {
            for name in &names {
                assert!(snapshot.read(name).unwrap().is_some());
            }
        });
        for name in &names {
            let proven = timed(&mut prove, || snapshot.prove(name)).unwrap().unwrap();
            bytes += proven.to_bytes().len();
            let root = proven.header.state_root;
            timed(&mut verify, || verify_map_proof(&root, name, proven.value.as_deref(), &proven.map_proof))
                .unwrap();
        }
        let each = |seconds: f64| seconds * 1e6 / READS as f64;
        [each(read), each(prove), each(verify), bytes as f64 / READS as f64]
    }
}

fn timed<T>(spent: &mut f64, work: impl FnOnce() -> T) -> T {
    let before = thread_seconds();
    let done = work();
    *spent += thread_seconds() - before;
    done
}

fn thread_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn written_bytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap();
    text.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap().parse().unwrap()
}

fn resident_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
}

fn issuer(number: u64) -> String {
    format!("did:passerelle:zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e{number}")
}

fn validator_keys() -> Vec<SigningKey> {
    (1..=4).map(|seed| SigningKey::from_bytes(&[seed; 32])).collect()
}

fn genesis() -> Genesis {
    let validators = validator_keys().into_iter().map(|key| Validator {
        public_key: key.verifying_key().to_bytes(),
        power: 1,
        owner: "board".to_owned(),
        host: "host".to_owned(),
    });
    Genesis {
        name: "Bench".to_owned(),
        time_ms: 1_700_000_000_000,
        params: Params::default(),
        validators: validators.collect(),
        members: vec![GenesisMember {
            id: "board".to_owned(),
            name: "Board".to_owned(),
            keys: vec![NewKey { role: KeyRole::Govern, public_key: [9; 32] }],
            seats: Seats { governor: true, ..Seats::default() },
        }],
    }
}

fn certify(header: &Header) -> Certificate {
    let (height, header_hash) = (header.height, header.hash());
    let signatures = validator_keys().into_iter().map(|key| {
        let validator = address_of(&key.verifying_key().to_bytes());
        let vote =
            vote_bytes(&header.chain, VoteKind::Precommit, height, Some(0), Some(&header_hash), &validator);
        CommitSignature { validator, signature: key.sign(&vote).to_bytes() }
    });
    Certificate { height, round: 0, header_hash, signatures: signatures.collect() }
}
