//! Long random histories of several organisations, from a printed seed. `GOVERN_SEED` repeats one.

use std::collections::{BTreeMap, BTreeSet};

use registry_types::operation::{
    AddValidator, DelegateAccreditation, Member, RemoveValidator, RevokeValidator, StopTarget,
    WithdrawProposal,
};
use registry_types::{
    Agenda, Governors, Hash, Proposal, ProposalState, Validator, ValidatorRecord, ValidatorSet, Vote,
    proposal_id,
};

use registry_types::operation::AccreditationName;
use registry_types::{
    Accreditation, GrantAccreditation, Operation, ProposalKind, Propose, Reason, ReasonCode, state_key,
};

use super::{Chain, TYPE, anchor, document_key, genesis, granted, public, replace, status, update};
use crate::View as _;

const BLOCKS: u64 = 3_000;
const HOUR: u64 = 3_600_000;
const SEEDS: [(&str, u8); 5] = [("aa", 100), ("bb", 110), ("cc", 120), ("dd", 130), ("ee", 140)];

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn seed(&mut self) -> (&'static str, u8) {
        SEEDS[usize::try_from(self.below(5)).unwrap()]
    }

    fn byte(&mut self, sides: u64) -> u8 {
        u8::try_from(self.below(sides)).unwrap()
    }
}

struct World {
    chain: Chain,
    dice: Dice,
    dids: BTreeMap<&'static str, String>,
    proposals: Vec<Hash>,
    /// The keys that were removed, with the height of the removal.
    removed: BTreeMap<[u8; 32], u64>,
    refused: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut chain = Chain::of(&genesis(&SEEDS));
        let mut dids = BTreeMap::new();
        for (id, key) in SEEDS {
            dids.insert(id, chain.create_did(id, key));
        }
        Self { chain, dice: Dice(seed), dids, proposals: Vec::new(), removed: BTreeMap::new(), refused: 0 }
    }

    fn did(&mut self) -> String {
        let (id, _) = self.dice.seed();
        self.dids[id].clone()
    }

    fn kind(&mut self) -> ProposalKind {
        let organisation = self.dice.seed().0.to_owned();
        let (issuer, other) = (self.did(), self.did());
        let name = AccreditationName { issuer: issuer.clone(), type_iri: TYPE.to_owned() };
        let key = public(1 + self.dice.byte(6));
        match self.dice.below(11) {
            0 => ProposalKind::SuspendMember(Member { organisation }),
            1 | 2 => ProposalKind::ReinstateMember(Member { organisation }),
            3 => {
                let speaks_for: BTreeSet<_> = [issuer.clone(), other].into();
                let speaks_for: Vec<_> = speaks_for.iter().map(String::as_str).collect();
                let grant = GrantAccreditation { delegation: 2, ..granted(&issuer, &speaks_for) };
                ProposalKind::GrantAccreditation(grant)
            }
            4 => ProposalKind::WithdrawAccreditation(name),
            5 => ProposalKind::SuspendAccreditation(name),
            6 => ProposalKind::ReinstateAccreditation(name),
            7 => {
                let host = "host".to_owned();
                let validator = Validator { public_key: key, power: 1, owner: organisation, host };
                let at_height = self.chain.block.height + self.dice.below(30);
                ProposalKind::AddValidator(AddValidator { validator, at_height })
            }
            8 => ProposalKind::RemoveValidator(RemoveValidator { public_key: key, at_height: 0 }),
            9 => ProposalKind::EmergencyStop(StopTarget::Issuer { did: issuer }),
            _ => ProposalKind::LiftStop(StopTarget::Issuer { did: issuer }),
        }
    }

    fn step(&mut self) {
        let (_, seed) = self.dice.seed();
        let proposal = match self.proposals.len() {
            0 => [0; 32],
            count => {
                let back = self.dice.below(6).min(count as u64 - 1);
                self.proposals[count - 1 - usize::try_from(back).unwrap()]
            }
        };
        let did = self.did();
        let number = self.dice.byte(8);
        let (seed, operation) = match self.dice.below(12) {
            0 => {
                let reason = Reason::without_text(ReasonCode::Routine);
                let deadline_ms = self.chain.block.time_ms + (30 + self.dice.below(60)) * HOUR;
                let kind = self.kind();
                (seed, Operation::Propose(Propose { kind, reason, notice_ms: 24 * HOUR, deadline_ms }))
            }
            1..=5 => (seed, Operation::Vote(Vote { proposal, approve: self.dice.below(6) > 0 })),
            6 if number == 0 => (seed, Operation::WithdrawProposal(WithdrawProposal { proposal })),
            6 => (seed, Operation::RevokeValidator(RevokeValidator { public_key: public(1 + number) })),
            7 | 8 => (seed + 2, anchor(&did, u64::from(number), number)),
            9 => (seed + 2, status(&did, u64::from(number), number)),
            10 => {
                let keys = replace(vec![document_key("k", char::from(b'A' + number))]);
                (seed + 1, update(&did, u32::from(number), keys))
            }
            _ => {
                let parent = self.did();
                let grant = granted(&did, &[&did]);
                (seed, Operation::DelegateAccreditation(DelegateAccreditation { parent, grant }))
            }
        };
        let signed = self.chain.signed(seed, operation);
        let id = signed.proposal_id().map(|_| proposal_id(&signed.public_key, signed.transaction.sequence));
        match self.chain.submit(signed) {
            Ok(()) => self.proposals.extend(id),
            // `submit` has held the writes against those of an empty block: no trace.
            Err(_) => self.refused += 1,
        }
    }

    fn check(&mut self) {
        let decided = self.chain.block.height - 1;
        let set: ValidatorSet = self.chain.find("validators");
        for seed in 1..=8 {
            let key = public(seed);
            let Some(record) = self.chain.state.find::<ValidatorRecord>(&state_key::validator(&key)).unwrap()
            else {
                continue;
            };
            let last = record.terms.last().unwrap();
            let member = set.validators().iter().any(|one| one.public_key == key);
            assert_eq!(member, last.until_height.is_none(), "a validator's record says whether it decides");
            assert!(record.terms.is_sorted_by(|a, b| a.until_height.is_some_and(|end| end < b.from_height)));
            match last.until_height {
                Some(until) => {
                    assert!(until <= decided);
                    self.removed.insert(key, until);
                }
                None => {
                    let since = self.removed.remove(&key);
                    assert!(
                        since.is_none_or(|until| last.from_height > until),
                        "only a new term brings it back"
                    );
                }
            }
        }
        let agenda: Agenda = self.chain.find("agenda");
        for id in self.proposals.iter().rev().take(12) {
            self.check_proposal(id, &agenda);
        }
    }

    fn check_proposal(&self, id: &Hash, agenda: &Agenda) {
        let proposal: Proposal = self.chain.find(&state_key::proposal(id));
        let voters: BTreeSet<_> = proposal.votes.iter().map(|vote| &vote.organisation).collect();
        assert_eq!(voters.len(), proposal.votes.len(), "no vote counts twice");
        assert_eq!(proposal.is_open(), agenda.open.iter().any(|open| open.id == *id));
        if let ProposalState::Executed { governors, at_ms, .. }
        | ProposalState::Failed { governors, at_ms, .. } = &proposal.state
        {
            let count = proposal.count(governors);
            let quorum = if proposal.kind.is_emergency() {
                count.approve * 3 >= count.governors
            } else {
                count.passes()
            };
            assert!(quorum, "no outcome without a quorum");
            assert!(*at_ms >= proposal.earliest_ms && *at_ms < proposal.deadline_ms);
            assert!(proposal.votes.iter().all(|vote| vote.at_ms < proposal.deadline_ms));
        }
    }

    fn check_intervals(&self) {
        for did in self.dids.values() {
            let key = state_key::accreditation(did, TYPE);
            let Some(record) = self.chain.state.find::<Accreditation>(&key).unwrap() else { continue };
            let whole = |from: u64, until: Option<u64>| until.is_none_or(|until| from <= until);
            assert!(record.intervals.iter().all(|one| whole(one.from_ms, one.until_ms)));
            assert!(record.suspensions.iter().all(|one| whole(one.from_ms, one.until_ms)));
            let apart = |end: Option<u64>, next: u64| end.is_some_and(|end| end <= next);
            assert!(record.intervals.is_sorted_by(|a, b| apart(a.until_ms, b.from_ms)), "no overlap");
            assert!(record.suspensions.is_sorted_by(|a, b| apart(a.until_ms, b.from_ms)), "no overlap");
        }
    }
}

fn live(seed: u64) -> World {
    let mut world = World::new(seed);
    for _ in 0..BLOCKS {
        world.chain.block.time_ms += world.dice.below(HOUR);
        world.step();
        world.check();
        assert!(!world.chain.find::<Governors>("governors").organisations.is_empty());
    }
    world.check_intervals();
    world
}

#[test]
fn random_histories_keep_the_rules_and_repeat_exactly() {
    let seeds = match std::env::var("GOVERN_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => vec![1, 2, 3],
    };
    for seed in seeds {
        println!("GOVERN_SEED={seed}");
        let (one, two) = (live(seed), live(seed));
        assert_eq!(one.chain.state.root(), two.chain.state.root());
        let outcomes =
            one.proposals.iter().map(|id| one.chain.find::<Proposal>(&state_key::proposal(id)).state);
        let executed = outcomes.filter(|state| matches!(state, ProposalState::Executed { .. })).count();
        println!("{} proposals, {executed} executed, {} refused", one.proposals.len(), one.refused);
        assert!(executed > 0 && one.refused > 0, "a history in which nothing happens shows nothing");
    }
}
