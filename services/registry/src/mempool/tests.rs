use ed25519_dalek::{Signer as _, SigningKey};
use registry_state::{Checked, TransactionError, check_stateless};
use registry_types::{Operation, SignedTransaction, Transaction, TransactionPlace, Vote};

use super::{Bounds, Mempool, MempoolError, Outcome};

const CHAIN: [u8; 32] = [1; 32];

fn transaction(seed: u8, sequence: u64, expires_at_height: u64) -> Checked {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let operation = Operation::Vote(Vote { proposal: [0; 32], approve: true });
    let transaction = Transaction { chain: CHAIN, sequence, expires_at_height, operation };
    let signature = key.sign(&transaction.signing_bytes()).to_bytes();
    let public_key = key.verifying_key().to_bytes();
    check_stateless(SignedTransaction { transaction, public_key, signature }, &CHAIN).unwrap()
}

fn place() -> TransactionPlace {
    TransactionPlace { height: 1, index: 0, block_time_ms: 1, header_hash: [0; 32] }
}

fn sequences(mempool: &Mempool) -> Vec<u64> {
    mempool.candidates(100, usize::MAX).iter().map(|checked| checked.signed().transaction.sequence).collect()
}

#[test]
fn a_gap_holds_back_what_comes_after_it() {
    let mempool = Mempool::new(Bounds::default());
    mempool.insert(transaction(1, 2, 9), 0).unwrap();
    assert!(!mempool.is_ready());
    mempool.insert(transaction(1, 0, 9), 0).unwrap();
    assert_eq!(sequences(&mempool), [0]);
    mempool.insert(transaction(1, 1, 9), 0).unwrap();
    assert_eq!(sequences(&mempool), [0, 1, 2]);
    mempool.settle(transaction(1, 0, 9).id(), Outcome::Committed(place()));
    mempool.advance(&transaction(1, 0, 9).signed().public_key, 1);
    assert_eq!(sequences(&mempool), [1, 2]);
}

#[test]
fn the_same_transaction_waits_once_and_another_with_its_sequence_is_refused() {
    let mempool = Mempool::new(Bounds::default());
    let first = mempool.insert(transaction(1, 0, 9), 0).unwrap();
    let second = mempool.insert(transaction(1, 0, 9), 0).unwrap();
    assert_eq!(mempool.insert(transaction(1, 0, 10), 0).unwrap_err(), MempoolError::SequenceTaken);
    assert_eq!(mempool.len(), 1);
    mempool.settle(transaction(1, 0, 9).id(), Outcome::Committed(place()));
    for awaited in [first, second] {
        assert_eq!(*awaited.borrow(), Some(Outcome::Committed(place())));
    }
    assert_eq!(mempool.len(), 0);
}

#[test]
fn one_key_cannot_fill_the_pool_or_a_block() {
    let bounds = Bounds { transactions: 10, transactions_per_key: 6, ..Bounds::default() };
    let mempool = Mempool::new(bounds);
    for sequence in 0..6 {
        mempool.insert(transaction(1, sequence, 9), 0).unwrap();
    }
    assert_eq!(mempool.insert(transaction(1, 6, 9), 0).unwrap_err(), MempoolError::KeyFull);
    for sequence in 0..2 {
        mempool.insert(transaction(2, sequence, 9), 0).unwrap();
        mempool.insert(transaction(3, sequence, 9), 0).unwrap();
    }
    assert_eq!(mempool.insert(transaction(4, 0, 9), 0).unwrap_err(), MempoolError::Full);
    // A block with room for six takes two of each.
    let keys: std::collections::BTreeMap<_, usize> =
        mempool.candidates(6, usize::MAX).iter().fold(Default::default(), |mut counts, checked| {
            *counts.entry(checked.signed().public_key).or_default() += 1;
            counts
        });
    assert_eq!(keys.into_values().collect::<Vec<_>>(), [2, 2, 2]);
}

#[test]
fn what_lost_its_sequence_or_its_time_is_told_so() {
    let mempool = Mempool::new(Bounds::default());
    let lost = mempool.insert(transaction(1, 0, 9), 0).unwrap();
    let expired = mempool.insert(transaction(2, 0, 5), 0).unwrap();
    mempool.advance(&transaction(1, 0, 9).signed().public_key, 1);
    mempool.drop_expired(6);
    let error = TransactionError::SequenceUsed { expected: 1, found: 0 };
    assert_eq!(*lost.borrow(), Some(Outcome::Refused(error)));
    assert_eq!(*expired.borrow(), Some(Outcome::Refused(TransactionError::Expired(5))));
    assert_eq!(mempool.len(), 0);
}

#[test]
fn a_waiting_transaction_vouches_for_its_own_signature_alone() {
    let mempool = Mempool::new(Bounds::default());
    let checked = transaction(1, 0, 9);
    mempool.insert(checked.clone(), 0).unwrap();
    assert_eq!(mempool.checked(checked.signed()), Some(checked.clone()));
    let mut forged = checked.into_signed();
    forged.signature[0] ^= 1;
    assert_eq!(mempool.checked(&forged), None);
    assert_eq!(mempool.checked(transaction(1, 0, 8).signed()), None);
    assert_eq!(mempool.checked(transaction(2, 0, 9).signed()), None);
}
