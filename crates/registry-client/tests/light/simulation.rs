//! Seeded histories: servers that lie in every way they can, validators that collude in growing numbers.
//!
//! A believed value that an honest quorum did not sign fails the test and prints its seed;
//! `LIGHT_SEED=N` runs that one alone, `LIGHT_RUNS=N` runs more than usual.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use registry_client::{LightClient, LightError, Policy};
use registry_state::memory::MemoryMap;
use registry_types::{Canonical as _, Hash, Header, ProvenRecord, SchemaRecord, SetChange};

use crate::chain::{Chain, KEY, POLICY, START, at};

const HEIGHTS: u64 = 40;

/// A history that an honest quorum signed.
struct History {
    chain: Chain,
    headers: Vec<Header>,
    /// Who decides each height.
    sets: Vec<Vec<u8>>,
    states: Vec<MemoryMap>,
    changes: Vec<SetChange>,
    /// What each state root holds under [`KEY`].
    truth: BTreeMap<Hash, Vec<u8>>,
}

fn below(random: &mut ChaCha20Rng, bound: u64) -> u64 {
    random.next_u64() % bound
}

fn record(number: u64) -> Vec<u8> {
    let digest = registry_types::sha256("record", &[&number.to_be_bytes()]);
    SchemaRecord { digest, owner: "board".to_owned(), registered_ms: number }.to_bytes()
}

impl History {
    fn new(random: &mut ChaCha20Rng) -> Self {
        let first = vec![1, 2, 3, 4];
        let mut chain = Chain::new(&first);
        let mut history = Self {
            headers: Vec::new(),
            sets: Vec::new(),
            states: Vec::new(),
            changes: Vec::new(),
            truth: BTreeMap::new(),
            chain: Chain::new(&first),
        };
        let mut previous = chain.genesis.chain_id();
        for height in 1..=HEIGHTS {
            if below(random, 3) == 0 {
                chain.state.store(&[(KEY.to_owned(), record(height))].into()).unwrap();
            }
            chain.next = if below(random, 6) == 0 { some_set(random) } else { chain.signers.clone() };
            let header = Header { previous, ..chain.header(height) };
            previous = header.hash();
            history.truth.insert(header.state_root, chain.state.prove(KEY).unwrap().0.unwrap());
            if chain.next != chain.signers {
                let certificate = chain.certify(&header, &chain.signers);
                let next = Chain::set(&chain.next);
                history.changes.push(SetChange { header: header.clone(), certificate, next, restart: None });
            }
            history.sets.push(chain.signers.clone());
            history.states.push(chain.state.clone());
            history.headers.push(header);
            chain.signers = chain.next.clone();
        }
        history
    }

    fn set(&self, height: u64) -> &[u8] {
        &self.sets[(height - 1) as usize]
    }

    fn answer(&self, height: u64) -> ProvenRecord {
        let index = (height - 1) as usize;
        let (value, map_proof) = self.states[index].prove(KEY).unwrap();
        let header = self.headers[index].clone();
        let certificate = self.chain.certify(&header, self.set(height));
        ProvenRecord { value, map_proof, header, certificate }
    }

    /// A state that never was, as those who would like it would sign it.
    fn invention(&self, random: &mut ChaCha20Rng, height: u64, signers: &[u8]) -> ProvenRecord {
        let mut state = self.states[(height - 1) as usize].clone();
        state.store(&[(KEY.to_owned(), record(10_000 + below(random, 1_000)))].into()).unwrap();
        let (value, map_proof) = state.prove(KEY).unwrap();
        let honest = &self.headers[(height - 1) as usize];
        let header = Header { state_root: state.root(), ..honest.clone() };
        let certificate = self.chain.certify(&header, signers);
        ProvenRecord { value, map_proof, header, certificate }
    }

    fn is_true(&self, answer: &ProvenRecord) -> bool {
        let root = &answer.header.state_root;
        self.headers.contains(&answer.header) && self.truth.get(root) == answer.value.as_ref()
    }
}

/// Between 4 and 7 of 14 validators.
fn some_set(random: &mut ChaCha20Rng) -> Vec<u8> {
    let size = 4 + below(random, 4) as usize;
    let mut pool: Vec<u8> = (1..=14).collect();
    (0..size).map(|_| pool.swap_remove(below(random, pool.len() as u64) as usize)).collect()
}

/// An answer that some server might give. `traitors` of the deciding set sign anything.
fn lie(history: &History, random: &mut ChaCha20Rng, height: u64, traitors: usize) -> ProvenRecord {
    let mut answer = history.answer(height);
    let set = history.set(height).to_vec();
    match below(random, 12) {
        0 => answer.value = Some(record(below(random, 1_000))),
        1 => answer.value = None,
        2 => answer.header.state_root[below(random, 32) as usize] ^= 1,
        3 => {
            answer.header.time_ms += 1;
            answer.certificate.header_hash = answer.header.hash();
        }
        // Signed by those who sign anything.
        4 | 5 => answer = history.invention(random, height, &set[..traitors]),
        // Signed by strangers, in the name of the set or in their own.
        6 => {
            let strangers = some_set(random);
            answer = history.invention(random, height, &strangers);
        }
        7 => {
            let strangers = some_set(random);
            answer = history.invention(random, height, &strangers);
            answer.header.validators_hash = Chain::set(&strangers).hash();
            answer.certificate = history.chain.certify(&answer.header, &strangers);
        }
        8 => answer.certificate.signatures.truncate(set.len() * 2 / 3),
        9 => {
            let first = answer.certificate.signatures[0].clone();
            answer.certificate.signatures.fill(first);
        }
        10 => {
            let other = 1 + below(random, HEIGHTS);
            answer.certificate = history.answer(other).certificate;
        }
        _ => {
            let mut bytes = answer.to_bytes();
            let bit = below(random, bytes.len() as u64 * 8) as usize;
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(flipped) = ProvenRecord::from_bytes(&bytes) {
                answer = flipped;
            }
        }
    }
    answer
}

/// Changes as a server might tell them: true, skipped, old, forged, or of strangers.
fn told_changes(history: &History, random: &mut ChaCha20Rng, since: u64, now: u64) -> Vec<SetChange> {
    let mut changes: Vec<_> = history
        .changes
        .iter()
        .filter(|change| (since + 1..=now).contains(&change.header.height))
        .cloned()
        .collect();
    match below(random, 6) {
        0 if !changes.is_empty() => drop(changes.remove(0)),
        1 => changes.splice(0..0, history.changes.first().cloned()).for_each(drop),
        2 => changes.iter_mut().for_each(|change| change.next = Chain::set(&some_set(random))),
        3 => {
            for change in &mut changes {
                let strangers = some_set(random);
                change.next = Chain::set(&strangers);
                change.header.next_validators_hash = change.next.hash();
                change.certificate = history.chain.certify(&change.header, &strangers);
            }
        }
        4 => changes.reverse(),
        _ => {}
    }
    changes
}

fn each_seed(run: impl Fn(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("LIGHT_SEED") {
        return run(seed);
    }
    let runs = number("LIGHT_RUNS").unwrap_or(30);
    println!("seeds 0 to {}", runs - 1);
    (0..runs).for_each(run);
}

#[test]
fn lying_servers_and_a_third_of_the_validators_change_nothing() {
    each_seed(|seed| {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let history = History::new(&mut random);
        let mut client = history.chain.client();
        let (mut now, mut believed, mut refused) = (1, 0, 0);
        for _ in 0..200 {
            now = (now + u64::from(below(&mut random, 5) == 0)).min(HEIGHTS);
            for change in told_changes(&history, &mut random, client.validators_since(), now) {
                let _ = client.follow(&change, at(now));
                let true_set = history.sets.get(client.validators_since() as usize);
                let set = true_set.map_or_else(|| client.validators().clone(), |set| Chain::set(set));
                assert_eq!(*client.validators(), set, "seed {seed}: a false set is believed");
            }
            let floor = client.newest().map_or(0, |newest| newest.height);
            let height = now.saturating_sub(below(&mut random, 4)).max(1);
            // Fewer than a third of the power, as the algorithm allows.
            let traitors = (history.set(height).len() - 1) / 3;
            let honest = below(&mut random, 4) == 0;
            let answer =
                if honest { history.answer(height) } else { lie(&history, &mut random, height, traitors) };
            match client.check(KEY, &answer, floor, at(now)) {
                Ok(proven) => {
                    assert!(history.is_true(&answer), "seed {seed}: believed {:?}", answer.header);
                    assert!(proven.height >= floor, "seed {seed}: went back");
                    believed += 1;
                }
                Err(LightError::Fork(_)) => panic!("seed {seed}: a fork that never was"),
                Err(_) => refused += 1,
            }
        }
        assert!(believed > 0 && refused > 0, "seed {seed}: {believed} believed, {refused} refused");
    });
}

#[test]
fn a_fork_by_a_quorum_is_caught_and_names_a_third() {
    each_seed(|seed| {
        let mut random = ChaCha20Rng::seed_from_u64(1_000 + seed);
        let history = History::new(&mut random);
        let height = 1 + below(&mut random, HEIGHTS);
        let set = history.set(height).to_vec();
        // The smallest quorum, and those at the other end of the set.
        let quorum = set.len() * 2 / 3 + 1;
        let mut client = history.chain.client();
        for change in history.changes.iter().filter(|change| change.header.height < height) {
            client.follow(change, at(height)).unwrap();
        }
        let mut honest = history.answer(height);
        honest.certificate = history.chain.certify(&honest.header, &set[..quorum]);
        let forged = history.invention(&mut random, height, &set[set.len() - quorum..]);
        let (first, second) = if below(&mut random, 2) == 0 { (honest, forged) } else { (forged, honest) };
        client.check(KEY, &first, 0, at(height)).unwrap();
        let Err(LightError::Fork(evidence)) = client.check(KEY, &second, 0, at(height)) else {
            panic!("seed {seed}: a fork at height {height} is not seen")
        };
        let known = Chain::set(&set);
        let verdict =
            evidence.verify(&history.chain.genesis.chain_id(), std::slice::from_ref(&known)).unwrap();
        let named = verdict.validators().len();
        assert!(named * 3 >= set.len(), "seed {seed}: {named} of {} are named", set.len());
        for validator in verdict.validators() {
            let position = set.iter().position(|seed| format!("org-{seed}") == validator.owner).unwrap();
            let both = set.len() - quorum..quorum;
            assert!(both.contains(&position), "seed {seed}: {} is named and innocent", validator.owner);
        }
    });
}

#[test]
fn validators_who_left_long_ago_convince_nobody() {
    each_seed(|seed| {
        let mut random = ChaCha20Rng::seed_from_u64(2_000 + seed);
        let history = History::new(&mut random);
        let first = history.set(1).to_vec();
        let period = POLICY.trust_period.as_millis() as u64;
        let late = START + period + 1 + below(&mut random, period);
        // All of the first set sell their keys; the reader knows only the genesis.
        let mut forged = history.invention(&mut random, 1, &first);
        forged.header.height = (late - START) / 1_000;
        forged.header.time_ms = late;
        forged.certificate = history.chain.certify(&forged.header, &first);
        let mut client = history.chain.client();
        let refused = client.check(KEY, &forged, 0, late);
        assert!(matches!(refused, Err(LightError::TrustExpired { .. })), "seed {seed}");
        // The same is believed within the period: nothing else stands in its way.
        let longer = Policy { trust_period: POLICY.trust_period * 3, ..POLICY };
        let mut client = LightClient::from_genesis(&history.chain.genesis, longer).unwrap();
        client.check(KEY, &forged, 0, late).unwrap();
    });
}
