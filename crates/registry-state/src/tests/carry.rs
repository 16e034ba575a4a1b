//! What a new chain takes over from an old one.

use registry_types::{MemberStatus, Predecessor};

use registry_types::{Canonical, Genesis, Organisation, Seats, state_key};

use super::{BOARD, START, UNDP, genesis, public};
use crate::Carry;
use crate::View as _;
use crate::memory::MemoryMap;

/// The old chain is governed by the board and UNDP; the new one is founded by UNDP alone, with new keys.
fn chains() -> (MemoryMap, Genesis) {
    let old = genesis(&[("board", BOARD), ("undp", UNDP)]);
    let mut new = genesis(&[("undp", 60)]);
    new.time_ms = START + 1_000;
    let (chain, header_hash, state_root) = (old.chain_id(), [1; 32], [2; 32]);
    new.continues = Some(Predecessor { chain, height: 9, header_hash, state_root });
    (MemoryMap::from_genesis(&old).unwrap(), new)
}

fn organisation(bytes: &[u8]) -> Organisation {
    Organisation::from_bytes(bytes).unwrap()
}

#[test]
fn who_decided_the_old_chain_decides_nothing_on_the_new_one() {
    let (old, new) = chains();
    let carry = Carry::new(&new);
    for key in ["params", "validators", "governors", "agenda", "charter", "usage/undp", "proposal/00"] {
        assert_eq!(carry.record(key, vec![1]).unwrap(), None, "{key}");
    }
    assert_eq!(carry.record(&state_key::validator(&public(1)), vec![1]).unwrap(), None);
    let board = old.read("org/board").unwrap().unwrap();
    assert!(organisation(&board).seats.governor);
    let carried = organisation(&carry.record("org/board", board).unwrap().unwrap());
    assert_eq!(carried.seats, Seats::default());
    assert_eq!((carried.status, carried.keys.len()), (MemberStatus::Active, 3));
    let writes = carry.founding_writes(&old).unwrap();
    let governors = registry_types::Governors::from_bytes(&writes["governors"]).unwrap();
    assert_eq!(governors.organisations, ["undp"]);
}

#[test]
fn a_founder_keeps_its_history_and_not_its_old_keys() {
    let (old, new) = chains();
    let carry = Carry::new(&new);
    assert_eq!(carry.record("org/undp", old.read("org/undp").unwrap().unwrap()).unwrap(), None);
    let of = |seed| state_key::key(&public(seed));
    let kept = |seed| carry.record(&of(seed), old.read(&of(seed)).unwrap().unwrap()).unwrap().is_some();
    assert!(kept(BOARD) && !kept(UNDP));
    let writes = carry.founding_writes(&old).unwrap();
    let founder = organisation(&writes["org/undp"]);
    assert_eq!(founder.admitted_ms, START);
    assert_eq!(founder.status_at(START + 500), Some(MemberStatus::Active));
    assert_eq!(founder.keys[0].public_key, public(60));
    assert!(writes.contains_key(&of(60)));
}

#[test]
fn what_was_recorded_is_carried_byte_for_byte() {
    let (_, new) = chains();
    let carry = Carry::new(&new);
    for key in ["did/x", "schema/x", "accreditation/x/y", "status/x/y", "anchor/x/0", "document/00"] {
        assert_eq!(carry.record(key, vec![7, 8]).unwrap(), Some(vec![7, 8]), "{key}");
    }
}
