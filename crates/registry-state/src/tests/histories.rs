//! Any history gives the same records, on every node and in every cut into blocks.

use proptest::prelude::*;
use registry_types::{Canonical, KeyRecord, Operation, SignedTransaction, state_key};

use super::{
    BOARD, Chain, LIST, UNDP, anchor, document_key, grant, public, replace, rule, sign, status, update,
    withdraw,
};
use crate::{Checked, Execution, View as _, check_stateless};

/// What a simulated history may try, sensible or not.
fn any_operation(chain: &Chain, did: &str, choice: u8, number: u8) -> (u8, Operation) {
    let small = u64::from(number % 4);
    match choice % 7 {
        0 => (UNDP + 2, anchor(did, small, number % 3)),
        1 => (UNDP + 2, status(did, small, number % 3)),
        2 => (BOARD, grant(did, &[did])),
        3 => (BOARD, withdraw(did)),
        4 => {
            (BOARD, chain.admit(if number.is_multiple_of(2) { "wfp" } else { "fao" }, 40 + (number % 3) * 10))
        }
        5 => (
            UNDP + 1,
            update(
                did,
                u32::from(number % 6),
                replace(vec![document_key("k", char::from(b'A' + number % 8))]),
            ),
        ),
        _ => (UNDP, chain.admit("undp", UNDP)),
    }
}

proptest! {
    /// Two nodes that see the same blocks hold the same root, whatever the blocks are cut into; every record is
    /// provable, and so is the absence of another.
    #[test]
    fn histories_are_deterministic(steps in prop::collection::vec((any::<u8>(), any::<u8>()), 1..40)) {
        let (mut one, did) = Chain::with_undp();
        let (mut two, _) = Chain::with_undp();
        for (choice, number) in steps {
            let (seed, operation) = any_operation(&one, &did, choice, number);
            let signed = one.signed(seed, operation);
            prop_assert_eq!(one.submit(signed.clone()), two.submit(signed));
            prop_assert_eq!(one.state.root(), two.state.root());
        }
        for key in [state_key::did(&did), state_key::organisation("undp"), state_key::anchor(&did, 99)] {
            let (value, proof) = one.state.prove(&key).unwrap();
            prop_assert_eq!(&value, &one.state.read(&key).unwrap());
            prop_assert!(!proof.is_empty());
        }
    }

    /// Applying a block's transactions one after the other in one execution is the same as block by block.
    #[test]
    fn one_block_or_many_give_the_same_records(numbers in prop::collection::vec(0u8..4, 1..12)) {
        let (mut single, did) = Chain::with_undp();
        let (many, _) = Chain::with_undp();
        let context = single.block;
        let mut execution = Execution::begin(&many.state, context).unwrap();
        for number in &numbers {
            let mut signed = many.signed(UNDP + 2, status(&did, u64::from(*number), *number));
            signed.transaction.sequence = next_sequence(&single);
            let signed = sign(UNDP + 2, signed.transaction);
            single.block = context;
            let alone = single.submit(signed.clone());
            let checked: Checked = check_stateless(signed, &many.id).unwrap();
            prop_assert_eq!(rule(execution.apply(&checked)), alone);
        }
        let mut together = many.state.clone();
        together.store(&execution.into_writes()).unwrap();
        let key = state_key::status(&did, LIST);
        prop_assert_eq!(together.read(&key).unwrap(), single.state.read(&key).unwrap());
    }

    #[test]
    fn strangers_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SignedTransaction::from_bytes(&bytes);
        let _ = registry_types::Block::from_bytes(&bytes);
        let _ = registry_types::ProvenRecord::from_bytes(&bytes);
        let mut versioned = vec![1];
        versioned.extend(bytes);
        if let Ok(signed) = SignedTransaction::from_bytes(&versioned) {
            prop_assert_eq!(signed.to_bytes(), versioned);
            let chain = signed.transaction.chain;
            prop_assert!(check_stateless(signed, &chain).is_err());
        }
    }
}

fn next_sequence(chain: &Chain) -> u64 {
    chain.find::<KeyRecord>(&state_key::key(&public(UNDP + 2))).sequence
}
