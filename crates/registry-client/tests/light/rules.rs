//! What the light client believes and what it refuses, one change to an accepted answer at a time.

use proptest::prelude::*;
use registry_client::{LightError, verify_certificate};
use registry_types::{Canonical as _, ProvenRecord, SetChange, ValidatorSet};

use crate::chain::{Chain, KEY, at, validators};

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
    let LightError::Fork(evidence) = client.check(KEY, &other, 0, at(10)).unwrap_err() else {
        panic!("a fork")
    };
    assert_eq!((evidence.height(), client.fork()), (10, Some(&*evidence)));
    // Whoever forked the chain once is believed no more.
    let later = client.check(KEY, &chain.answer(KEY, 20), 0, at(20));
    assert_eq!(later, Err(LightError::Fork(evidence)));
}

#[test]
fn a_change_of_validators_is_followed_from_the_old_set() {
    let mut chain = Chain::new(&[1, 2, 3]);
    let mut client = chain.client();
    chain.next = vec![4, 5, 6];
    let change = chain.change(10);
    chain.signers = vec![4, 5, 6];
    let after = chain.answer(KEY, 12);
    assert!(matches!(client.check(KEY, &after, 0, at(12)), Err(LightError::UnknownValidators { .. })));

    let mut others = change.clone();
    others.next = Chain::set(&[7]);
    assert_eq!(client.follow(&others, at(11)), Err(LightError::OtherNextSet { height: 10 }));
    let mut unsigned = change.clone();
    unsigned.certificate.signatures.truncate(2);
    assert!(matches!(client.follow(&unsigned, at(11)), Err(LightError::NoQuorum { .. })));

    client.follow(&change, at(11)).unwrap();
    client.check(KEY, &after, 0, at(12)).unwrap();
    assert_eq!(client.follow(&change, at(11)), Err(LightError::OldChange { height: 10, known: 10 }));
    // The old set decides nothing any more.
    chain.signers = vec![1, 2, 3];
    let old = chain.answer(KEY, 14);
    assert!(matches!(client.check(KEY, &old, 0, at(14)), Err(LightError::UnknownValidators { .. })));
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
