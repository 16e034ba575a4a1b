//! Whose turn it is to propose: everybody in turn, those whose rounds failed lately last.
//!
//! Everything here follows from decided headers alone, so that all nodes agree: a header says in which round the
//! block before it was decided, and the rounds before that one failed. Blame is forgotten after some heights, each
//! time later, and altogether when an era ends, so that a node needs the headers of one era and no more.

use std::collections::BTreeMap;

use registry_types::{Address, ValidatorSet};

/// How many heights blame can reach back.
pub const ERA: u64 = 512;
/// How many heights the first failed round of an era costs; each further one costs twice as many.
const DEMOTED: u64 = 128;

/// The orders of the last decided height and of the one that is decided next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    blame: BTreeMap<Address, Blame>,
    before: Vec<Address>,
    now: Vec<Address>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Blame {
    failures: u32,
    /// The first height at which it no longer counts.
    until: u64,
}

impl Turns {
    /// At the first height that `set` decides with nothing known of what was before.
    pub fn new(set: &ValidatorSet, height: u64) -> Self {
        let mut turns = Self { blame: BTreeMap::new(), before: Vec::new(), now: Vec::new() };
        turns.now = turns.order(set, height);
        turns
    }

    /// The first height of the era that `height` is in.
    pub fn era(height: u64) -> u64 {
        height - height % ERA
    }

    /// Who proposes in the first round of the next height, in the second, and so on around.
    pub fn now(&self) -> &[Address] {
        &self.now
    }

    /// Height `decided` has been decided by a block that says in which round the height before it was.
    /// `set` decides the next one.
    pub fn pass(&mut self, decided: u64, last_commit_round: u32, set: &ValidatorSet) {
        let next = decided.saturating_add(1);
        if Self::era(next) == next {
            self.blame.clear();
        } else if decided > Self::era(next) {
            let failed = usize::try_from(last_commit_round).unwrap_or(usize::MAX);
            // Each is blamed once, however often its turn came around.
            for address in self.before.iter().take(failed) {
                let blame = self.blame.entry(*address).or_default();
                blame.until = next.saturating_add(DEMOTED << blame.failures.min(5));
                blame.failures = blame.failures.saturating_add(1);
            }
        }
        let order = self.order(set, next);
        self.before = std::mem::replace(&mut self.now, order);
    }

    fn order(&self, set: &ValidatorSet, height: u64) -> Vec<Address> {
        let blamed = |address: &Address| self.blame.get(address).is_some_and(|blame| blame.until > height);
        let addresses = set.validators().iter().map(registry_types::Validator::address);
        let (mut last, mut first): (Vec<_>, Vec<_>) = addresses.partition(blamed);
        for group in [&mut first, &mut last] {
            let count = u64::try_from(group.len()).unwrap_or(u64::MAX).max(1);
            group.rotate_left(usize::try_from(height % count).unwrap_or(0));
        }
        first.append(&mut last);
        first
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use registry_types::Validator;

    use super::*;

    fn set(size: u8) -> ValidatorSet {
        let validator = |seed| Validator {
            public_key: [seed; 32],
            power: 1,
            owner: "board".to_owned(),
            host: "host".to_owned(),
        };
        ValidatorSet::new((1..=size).map(validator).collect()).unwrap()
    }

    #[test]
    fn everybody_has_the_same_share_of_first_turns() {
        let set = set(4);
        let mut turns = Turns::new(&set, 1);
        let mut first = BTreeMap::new();
        for height in 1..=400 {
            *first.entry(turns.now()[0]).or_insert(0) += 1;
            turns.pass(height, 0, &set);
        }
        assert_eq!(first.into_values().collect::<Vec<_>>(), [100; 4]);
    }

    #[test]
    fn a_validator_that_is_away_costs_few_rounds_and_is_tried_again() {
        let set = set(4);
        let away = set.validators()[2].address();
        let mut turns = Turns::new(&set, 1);
        let mut failed = Vec::new();
        let mut last_round = 0;
        for height in 1..ERA {
            let round = u32::from(turns.now()[0] == away);
            if round == 1 {
                failed.push(height);
            }
            turns.pass(height, last_round, &set);
            last_round = round;
        }
        let gaps: Vec<_> = failed.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // A failure is known one block later, so the next turn within that block is lost as well at most.
        assert!((2..=4).contains(&failed.len()), "{failed:?}");
        assert!(gaps.is_sorted() && gaps[0] >= DEMOTED, "{failed:?}");
        // Once it is back it proposes again.
        for height in ERA..ERA + 8 {
            turns.pass(height, 0, &set);
        }
        let proposers = (0..4).map(|step| {
            turns.pass(ERA + 8 + step, 0, &set);
            turns.now()[0]
        });
        assert!(proposers.collect::<Vec<_>>().contains(&away));
    }

    #[test]
    fn an_era_is_enough_to_know_the_order() {
        let set = set(7);
        let mut long = Turns::new(&set, 1);
        for height in 1..3 * ERA + 100 {
            long.pass(height, u32::from(height % 5 == 0), &set);
        }
        let mut short = Turns::new(&set, 3 * ERA);
        for height in 3 * ERA..3 * ERA + 100 {
            short.pass(height, u32::from(height % 5 == 0), &set);
        }
        assert_eq!(long.now(), short.now());
        assert_eq!(long.blame, short.blame);
    }

    #[test]
    fn when_all_are_blamed_the_order_is_whole() {
        let set = set(4);
        let mut turns = Turns::new(&set, 1);
        turns.pass(1, 0, &set);
        turns.pass(2, u32::MAX, &set);
        let mut order = turns.now().to_vec();
        order.sort_unstable();
        assert_eq!(order, set.validators().iter().map(Validator::address).collect::<Vec<_>>());
    }
}
