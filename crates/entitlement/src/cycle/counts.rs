//! Counts that must come out even.

use std::collections::BTreeMap;

use super::person_year::{PersonYear, StageName};
use super::step::Transition;

/// How many person-years stand in each stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<StageName, u64>);

/// How many entered and left each stage since the year began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    entered: BTreeMap<StageName, u64>,
    left: BTreeMap<StageName, u64>,
}

impl Counts {
    pub fn of<'a>(cycles: impl IntoIterator<Item = &'a PersonYear>) -> Self {
        let mut counts = BTreeMap::new();
        for cycle in cycles {
            *counts.entry(cycle.stage.name()).or_default() += 1;
        }
        Self(counts)
    }

    #[must_use]
    pub fn in_stage(&self, stage: StageName) -> u64 {
        self.0.get(&stage).copied().unwrap_or_default()
    }

    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl Flows {
    /// Person-years begin outside of the scope.
    pub fn begin(&mut self, many: u64) {
        *self.entered.entry(StageName::NotInScope).or_default() += many;
    }

    pub fn record(&mut self, transitions: &[Transition]) {
        for transition in transitions {
            *self.left.entry(transition.from).or_default() += 1;
            *self.entered.entry(transition.to).or_default() += 1;
        }
    }

    #[must_use]
    pub fn entered(&self, stage: StageName) -> u64 {
        self.entered.get(&stage).copied().unwrap_or_default()
    }

    #[must_use]
    pub fn left(&self, stage: StageName) -> u64 {
        self.left.get(&stage).copied().unwrap_or_default()
    }

    /// Stages in which "entered less left" is not what stands there. Empty when the counts reconcile.
    #[must_use]
    pub fn differences(&self, counts: &Counts) -> Vec<(StageName, i128)> {
        let difference = |stage: StageName| {
            let flow = i128::from(self.entered(stage)) - i128::from(self.left(stage));
            (stage, flow - i128::from(counts.in_stage(stage)))
        };
        StageName::ALL.into_iter().map(difference).filter(|(_, difference)| *difference != 0).collect()
    }
}
