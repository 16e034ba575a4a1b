//! Measures the state store alone: a map that already holds many keys, blocks of a thousand new ones.
//!
//! Figures are processor time of this thread, kernel included, so that a busy machine does not show; those that
//! end in `s` are by the clock. `KEYS=10000,100000,1000000` says how many keys the map holds first (ten million is
//! `KEYS=10000000`), `BLOCKS` how many blocks are measured, `JMT=0` leaves out the comparison with a store of the
//! `jmt` crate's nodes, which gets the same rows and must come to the same roots.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a table is what this program is for")]

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use registry::store::export::Exports;
use registry::store::import::Import;
use registry::store::{Decision, Keep, Store, Tip, Undecided};
use registry_client::verify_map_proof;
use registry_state::{View as _, Writes, map};
use registry_types::{
    Anchor, AnchorKind, Block, Canonical, Certificate, CharterVersion, CommitSignature, Genesis, Header,
    Joining, KeyRole, MemberStatement, NewKey, Operation, OwnValidator, Params, Seats, SignedStatement,
    SignedTransaction, Transaction, VoteKind, address_of, state_key, vote_bytes,
};

#[path = "state/jmt_store.rs"]
mod jmt_store;

use jmt_store::JmtStore;

const NEW_KEYS: u64 = 1_000;
/// How many keys a block brings while the map is filled.
const FILL: u64 = 20_000;
const SIGNERS: u64 = 10;
const CACHE_BYTES: usize = 32 * 1024 * 1024;
const KEEP: Keep = Keep { proofs: Duration::from_secs(20), blocks: None };

fn main() {
    let sizes = variable("KEYS").unwrap_or_else(|| "10000,100000,1000000".to_owned());
    for size in sizes.split(',').filter_map(|size| size.trim().parse().ok()) {
        measure(size);
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn measure(keys: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let other = (variable("JMT").as_deref() != Some("0"))
        .then(|| JmtStore::create(&folder.path().join("jmt.redb"), CACHE_BYTES));
    let mut chain = Chain::open(&path, other);
    let begun = Instant::now();
    while chain.keys < keys {
        chain.block(FILL.min(keys - chain.keys), &mut Spent::default());
    }
    let fill = begun.elapsed().as_secs_f64();
    let blocks: u32 = variable("BLOCKS").and_then(|text| text.parse().ok()).unwrap_or(50);
    let mut spent = Spent::default();
    // What filling left behind is not what is measured.
    while chain.store.prune(&Keep { proofs: Duration::ZERO, ..KEEP }).unwrap() {}
    for _ in 0..40 {
        chain.block(NEW_KEYS, &mut Spent::default());
    }
    let before = chain.written;
    for _ in 0..blocks {
        chain.block(NEW_KEYS, &mut spent);
    }
    let out = (chain.written - before) / 1e6 / f64::from(blocks);
    println!("{keys} keys, filled in {fill:.1} s; a block of {NEW_KEYS} new keys, in ms:");
    spent.print(f64::from(blocks));
    println!("  {out:.1} MB written a block, file {} MB, resident {:.0} MB", megabytes(&path), resident_mb());
    chain.print_reads();
    chain.print_snapshot(folder.path());
    let genesis = chain.genesis.clone();
    drop(chain);
    let begun = Instant::now();
    Store::open(&path, &genesis, CACHE_BYTES).unwrap();
    println!("  opened with every checksum verified in {:.2} s", begun.elapsed().as_secs_f64());
}

/// Processor seconds by step.
#[derive(Default)]
struct Spent {
    update: f64,
    keep: f64,
    commit: f64,
    prune: f64,
    /// The same steps of the other store.
    jmt_update: f64,
    jmt_commit: f64,
    jmt_prune: f64,
}

impl Spent {
    fn print(&self, blocks: f64) {
        let each = |seconds: f64| seconds * 1e3 / blocks;
        let ours = self.update + self.commit + self.prune;
        println!(
            "  ours  update {:>6.1}  commit {:>6.1}  prune {:>6.1}  sum {:>6.1}  (and {:.1} to keep the proposal)",
            each(self.update),
            each(self.commit),
            each(self.prune),
            each(ours),
            each(self.keep),
        );
        let theirs = self.jmt_update + self.jmt_commit + self.jmt_prune;
        if theirs > 0.0 {
            println!(
                "  jmt   update {:>6.1}  commit {:>6.1}  prune {:>6.1}  sum {:>6.1}  ratio {:.1}",
                each(self.jmt_update),
                each(self.jmt_commit),
                each(self.jmt_prune),
                each(theirs),
                theirs / ours,
            );
        }
    }
}

struct Chain {
    genesis: Genesis,
    store: Store,
    tip: Tip,
    keys: u64,
    /// Bytes that our store has written so far.
    written: f64,
    other: Option<JmtStore>,
}

impl Chain {
    fn open(path: &std::path::Path, mut other: Option<JmtStore>) -> Self {
        let genesis = genesis();
        let store = Store::open(path, &genesis, CACHE_BYTES).unwrap();
        let tip = store.snapshot().tip().clone();
        if let Some(other) = &mut other {
            let (root, batch) = other.update(&registry_state::genesis_writes(&genesis).unwrap());
            assert_eq!(root, tip.state_root);
            other.commit(&batch, &[], &[]);
        }
        Self { genesis, store, tip, keys: 0, written: 0.0, other }
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
        let block = Block { header, last_commit: None, restart: None, transactions };
        let bytes = block.to_bytes();
        drop(snapshot);
        let written = written_bytes();
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
                restart: None,
                tip: tip.clone(),
            })
        })
        .unwrap();
        timed(&mut spent.prune, || while self.store.prune(&KEEP).unwrap() {});
        self.written += written_bytes() - written;
        if let Some(other) = &mut self.other {
            let (root, batch) = timed(&mut spent.jmt_update, || other.update(&writes));
            assert_eq!(root, tip.state_root, "both trees have the same root");
            let ids: Vec<[u8; 16]> =
                block.transactions.iter().map(|it| *it.id().0.first_chunk().unwrap()).collect();
            timed(&mut spent.jmt_commit, || other.commit(&batch, &bytes, &ids));
            timed(&mut spent.jmt_prune, || other.prune());
        }
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
    fn print_reads(&self) {
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
        let (mut theirs, mut their_bytes, mut our_bytes) = (0.0, 0, 0);
        for name in &names {
            let proven = timed(&mut prove, || snapshot.prove(name)).unwrap().unwrap();
            bytes += proven.to_bytes().len();
            our_bytes += proven.map_proof.len();
            let root = proven.header.state_root;
            timed(&mut verify, || verify_map_proof(&root, name, proven.value.as_deref(), &proven.map_proof))
                .unwrap();
            if let Some(other) = &self.other {
                their_bytes += timed(&mut theirs, || other.prove(name));
            }
        }
        let each = |seconds: f64| seconds * 1e6 / READS as f64;
        println!(
            "  a record: read {:.1} us, proven {:.1} us, proof verified {:.1} us; {} bytes with header and certificate",
            each(read),
            each(prove),
            each(verify),
            bytes / usize::try_from(READS).unwrap()
        );
        if self.other.is_some() {
            assert_eq!(our_bytes, their_bytes, "the same proofs");
            println!("  jmt: read and proven {:.1} us, the same proofs", each(theirs));
        }
    }

    /// Seconds to write a snapshot and to take it over, root and all.
    fn print_snapshot(&self, folder: &std::path::Path) {
        let exports = Exports::new(folder.join("snapshots"));
        let begun = Instant::now();
        let manifest = exports.write(&self.store.snapshot()).unwrap();
        let written = begun.elapsed().as_secs_f64();
        let (height, records, chunks) = (manifest.header.height, manifest.records, manifest.chunks.len());
        let begun = Instant::now();
        let path = folder.join("imported.redb");
        let mut import =
            Import::begin(&path, &self.genesis.chain_id(), manifest, &self.tip.validators).unwrap();
        while let Some(number) = import.due() {
            import.add(number, &exports.chunk(height, number).unwrap()).unwrap();
        }
        import.finish(&[]).unwrap();
        let taken = begun.elapsed().as_secs_f64();
        println!(
            "  a snapshot of {records} records in {chunks} chunks: written in {written:.1} s, taken over in {taken:.1} s"
        );
        let imported = Store::open(&path, &self.genesis, CACHE_BYTES).unwrap();
        assert_eq!(imported.snapshot().tip().state_root, self.tip.state_root);
    }
}

fn megabytes(path: &std::path::Path) -> u64 {
    std::fs::metadata(path).unwrap().len() / 1_000_000
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

/// One member with four validators.
fn genesis() -> Genesis {
    let govern = SigningKey::from_bytes(&[9; 32]);
    let public_key = govern.verifying_key().to_bytes();
    let own = |key: SigningKey| OwnValidator {
        public_key: key.verifying_key().to_bytes(),
        host: "host".to_owned(),
    };
    let statement = MemberStatement {
        joining: Joining::Genesis { network: "Bench".to_owned() },
        id: "board".to_owned(),
        name: "Board".to_owned(),
        keys: vec![NewKey { role: KeyRole::Govern, public_key }],
        seats: Seats { governor: true, validator: true, issuer: false },
        charter: CharterVersion::default(),
        validators: validator_keys().into_iter().map(own).collect(),
    };
    let signature = govern.sign(&statement.signing_bytes()).to_bytes();
    Genesis {
        name: "Bench".to_owned(),
        time_ms: 1_700_000_000_000,
        params: Params::default(),
        charter: CharterVersion::default(),
        members: vec![SignedStatement { public_key, signature, statement }],
        continues: None,
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
