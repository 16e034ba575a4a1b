//! Transactions: counted once, signed, in order, by the role whose work it is.

use registry_types::{DidChange, KeyRole, Transaction};

use super::{BOARD, Chain, UNDP, WFP, genesis, sign, status, update};
use crate::TransactionError as E;

#[test]
fn a_transaction_counts_once_and_only_on_its_chain() {
    let mut chain = Chain::new();
    let signed = chain.signed(BOARD, chain.admit("undp", UNDP));
    chain.submit(signed.clone()).unwrap();
    assert_eq!(chain.submit(signed.clone()), Err(E::SequenceUsed { expected: 1, found: 0 }));

    let mut genesis = genesis(&[("board", BOARD)]);
    genesis.time_ms += 1;
    assert_eq!(Chain::of(&genesis).submit(signed), Err(E::OtherChain));
}

#[test]
fn signature_sequence_and_expiry_are_held_to() {
    let mut chain = Chain::new();
    let good = chain.signed(BOARD, chain.admit("undp", UNDP)).transaction;

    let mut forged = sign(BOARD, good.clone());
    forged.transaction.expires_at_height += 1;
    assert_eq!(chain.submit(forged), Err(E::BadSignature));
    let mut no_point = sign(BOARD, good.clone());
    no_point.public_key = [2; 32];
    assert!(matches!(chain.submit(no_point), Err(E::BadPublicKey | E::BadSignature)));

    let ahead = Transaction { sequence: 1, ..good.clone() };
    assert_eq!(chain.submit(sign(BOARD, ahead)), Err(E::SequenceAhead { expected: 0, found: 1 }));
    let far_ahead = Transaction { sequence: 100_000, ..good.clone() };
    assert!(matches!(chain.submit(sign(BOARD, far_ahead)), Err(E::SequenceAhead { .. })));
    chain.block.height = 50;
    assert_eq!(chain.submit(sign(BOARD, good.clone())), Err(E::Expired(11)));
    let far = Transaction { expires_at_height: u64::MAX, ..good };
    assert!(matches!(chain.submit(sign(BOARD, far)), Err(E::ExpiryTooFar { .. })));
}

#[test]
fn each_role_does_its_own_work() {
    let (mut chain, did) = Chain::with_undp();
    assert_eq!(chain.run(99, chain.admit("wfp", WFP)), Err(E::UnknownKey));
    let wrong = |needed, found| Err(E::WrongRole { needed, found });
    assert_eq!(chain.run(BOARD + 1, chain.admit("wfp", WFP)), wrong(KeyRole::Govern, KeyRole::Did));
    assert_eq!(chain.run(UNDP, status(&did, 1, 1)), wrong(KeyRole::Operate, KeyRole::Govern));
    assert_eq!(
        chain.run(UNDP + 2, update(&did, 1, DidChange::Deactivate)),
        wrong(KeyRole::Did, KeyRole::Operate)
    );
    assert_eq!(chain.run(UNDP, chain.admit("wfp", WFP)), Err(E::NotGovernor));
}

#[test]
fn codes_are_told_apart() {
    // A code is what machines act on; two errors with one code would be one error.
    let source = include_str!("../error.rs");
    let codes: Vec<_> = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
    assert_eq!(codes.len(), distinct.len());
    assert!(codes.len() > 90);
}
