//! Who could halt the chain, and who could rewrite it: power added up by owner and by host.

use std::collections::BTreeMap;

use registry_types::ValidatorSet;

/// What the holder of so much power could do alone (Tendermint, Buchman et al. 2018, 3: a quorum is more than two
/// thirds).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Without it no quorum is left.
    Halt,
    /// It is a quorum.
    Decide,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// `owner` or `host`.
    pub as_what: &'static str,
    pub who: String,
    pub power: u64,
    pub total: u64,
    pub reach: Reach,
}

/// Everybody who holds a third or more, owners first.
pub fn concerns(set: &ValidatorSet) -> Vec<Concern> {
    let mut owners: BTreeMap<&str, u64> = BTreeMap::new();
    let mut hosts: BTreeMap<&str, u64> = BTreeMap::new();
    for validator in set.validators() {
        *owners.entry(&validator.owner).or_default() += validator.power;
        *hosts.entry(&validator.host).or_default() += validator.power;
    }
    let total = set.total_power();
    let all = owners.into_iter().map(|it| ("owner", it)).chain(hosts.into_iter().map(|it| ("host", it)));
    all.filter_map(|(as_what, (who, power))| {
        let reach = reach(set, power, total)?;
        Some(Concern { as_what, who: who.to_owned(), power, total, reach })
    })
    .collect()
}

fn reach(set: &ValidatorSet, power: u64, total: u64) -> Option<Reach> {
    if set.is_quorum(power) {
        return Some(Reach::Decide);
    }
    (!set.is_quorum(total.saturating_sub(power))).then_some(Reach::Halt)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use registry_types::Validator;

    use super::*;

    fn set(validators: &[(&str, &str, u64)]) -> ValidatorSet {
        let one = |(key, (owner, host, power)): (u8, &(&str, &str, u64))| Validator {
            public_key: [key; 32],
            power: *power,
            owner: (*owner).to_owned(),
            host: (*host).to_owned(),
        };
        ValidatorSet::new((1..).zip(validators).map(one).collect()).unwrap()
    }

    fn said(validators: &[(&str, &str, u64)]) -> Vec<(&'static str, String, Reach)> {
        concerns(&set(validators)).into_iter().map(|it| (it.as_what, it.who, it.reach)).collect()
    }

    #[test]
    fn four_apart_worry_nobody() {
        let apart = [("a", "w", 1), ("b", "x", 1), ("c", "y", 1), ("d", "z", 1)];
        assert_eq!(said(&apart), []);
    }

    #[test]
    fn exactly_a_third_halts_and_exactly_two_thirds_do_not_decide() {
        let hosted = [("a", "w", 1), ("b", "x", 1), ("c", "x", 1)];
        let halting = |what: &'static str, who: &str| (what, who.to_owned(), Reach::Halt);
        let all = [halting("owner", "a"), halting("owner", "b"), halting("owner", "c")];
        let mut all = all.to_vec();
        all.extend([halting("host", "w"), halting("host", "x")]);
        assert_eq!(said(&hosted), all);
    }

    #[test]
    fn power_counts_and_not_machines() {
        let heavy = [("a", "w", 7), ("b", "x", 1), ("c", "y", 1), ("d", "z", 1)];
        let decides = |what| (what, if what == "owner" { "a" } else { "w" }.to_owned(), Reach::Decide);
        assert_eq!(said(&heavy), [decides("owner"), decides("host")]);
    }
}
