use registry_types::operation::ScheduleUpgrade;

use registry_types::{Anchor, Operation, Params, ProposalKind};

use super::{BOARD, Chain, UNDP, anchor, propose};
use crate::ViewError;
use crate::{Execution, TransactionError as E};

fn upgrade(rules: u32, at_height: u64) -> Operation {
    propose(ProposalKind::ScheduleUpgrade(ScheduleUpgrade { rules, at_height, binary: [1; 32] }))
}

fn single_leaf(did: &str, sequence: u64) -> Operation {
    let Operation::Anchor(anchor) = anchor(did, sequence, 1) else { unreachable!() };
    Operation::Anchor(Anchor { leaf_count: 1, ..anchor })
}

#[test]
fn rules_change_at_their_height_and_not_before() {
    let (mut chain, did) = Chain::with_undp();
    let at = chain.block.height + 3;
    chain.run(BOARD, upgrade(2, at)).unwrap();
    chain.run(UNDP + 2, single_leaf(&did, 0)).unwrap();
    chain.run(UNDP + 2, single_leaf(&did, 1)).unwrap();
    assert_eq!(chain.find::<Params>("params").rules, 1);
    assert_eq!(chain.block.height, at);
    assert_eq!(chain.run(UNDP + 2, single_leaf(&did, 2)), Err(E::BadCount("leaves")));
    chain.run(UNDP + 2, anchor(&did, 2, 1)).unwrap();
    assert_eq!(chain.find::<Params>("params").rules, 2);
}

#[test]
fn a_node_that_does_not_know_the_rules_stops_before_them() {
    let mut chain = Chain::new();
    let at = chain.block.height + 2;
    chain.run(BOARD, upgrade(3, at)).unwrap();
    chain.idle();
    let halted = Execution::begin(&chain.state, chain.block).err().unwrap();
    assert!(matches!(halted, ViewError::UnknownRules { version: 3, height } if height == at), "{halted}");
}

#[test]
fn upgrades_lie_ahead_and_follow_each_other() {
    let mut chain = Chain::new();
    let now = chain.block.height;
    assert_eq!(chain.run(BOARD, upgrade(2, now)), Err(E::UpgradeInPast));
    assert_eq!(chain.run(BOARD, upgrade(1, now + 50)), Err(E::UpgradeNotNewer { rules: 1 }));
    chain.run(BOARD, upgrade(2, now + 50)).unwrap();
    assert_eq!(chain.run(BOARD, upgrade(3, now + 40)), Err(E::UpgradeNotNewer { rules: 2 }));
}
