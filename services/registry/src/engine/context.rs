use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use malachite::app::types::core::{
    self as core, Context, LinearTimeouts, NilOrVal, Round, SignedExtension, VoteType,
};
use malachite_signing_ed25519::{Ed25519, PublicKey};
use registry_types::{Hash, VoteKind, vote_bytes};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Address(pub registry_types::Address);

impl fmt::Display for Address {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{self}")
    }
}

impl core::Address for Address {}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct Height(pub u64);

impl fmt::Display for Height {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(to)
    }
}

impl core::Height for Height {
    const ZERO: Self = Self(0);
    const INITIAL: Self = Self(1);

    fn increment_by(&self, n: u64) -> Self {
        Self(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Self)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}

/// What is decided: the hash of a header. The block travels beside it, as parts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct HeaderHash(pub Hash);

impl fmt::Display for HeaderHash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for HeaderHash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{self}")
    }
}

impl core::Value for HeaderHash {
    type Id = Self;

    fn id(&self) -> Self {
        *self
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    address: Address,
    public_key: PublicKey,
    power: u64,
}

impl core::Validator<RegistryContext> for Validator {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn voting_power(&self) -> u64 {
        self.power
    }
}

/// Those who decide a height, in the order in which they propose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidatorSet(Vec<Validator>);

impl ValidatorSet {
    /// `order` names every validator once. One whose key is no point can never sign; it keeps its place in `registry_types`, where its
    /// power still counts against a quorum, and is left out here.
    pub fn new(set: &registry_types::ValidatorSet, order: &[registry_types::Address]) -> Self {
        let validators = order.iter().filter_map(|address| set.find(address)).filter_map(|validator| {
            let public_key = PublicKey::from_bytes(validator.public_key).ok()?;
            Some(Validator { address: Address(validator.address()), public_key, power: validator.power })
        });
        Self(validators.collect())
    }
}

impl core::ValidatorSet<RegistryContext> for ValidatorSet {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn total_voting_power(&self) -> u64 {
        self.0.iter().map(|validator| validator.power).sum()
    }

    fn get_by_address(&self, address: &Address) -> Option<&Validator> {
        self.0.iter().find(|validator| validator.address == *address)
    }

    fn get_by_index(&self, index: usize) -> Option<&Validator> {
        self.0.get(index)
    }
}

/// A piece of a proposed block. The engine does not sign parts; they are held to the hash in the signed proposal.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Part {
    Init {
        height: u64,
        round: u32,
        valid_round: Option<u32>,
        proposer: Address,
    },
    Data(Vec<u8>),
    /// The sender has begun this height because there is something to decide.
    Wake {
        height: u64,
    },
}

impl core::ProposalPart<RegistryContext> for Part {
    fn is_first(&self) -> bool {
        matches!(self, Self::Init { .. })
    }

    fn is_last(&self) -> bool {
        // The stream's own end says so.
        false
    }
}

pub fn round_number(round: Round) -> Option<u32> {
    round.as_u32()
}

pub fn round(number: Option<u32>) -> Round {
    number.map_or(Round::Nil, Round::new)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub height: Height,
    pub round: Round,
    pub value: HeaderHash,
    pub valid_round: Round,
    pub proposer: Address,
}

impl Proposal {
    #[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
    pub fn signing_bytes(&self, chain: &Hash) -> Vec<u8> {
        let mut bytes = b"passerelle/proposal\0\x01".to_vec();
        let rounds = (round_number(self.round), round_number(self.valid_round));
        borsh::to_writer(&mut bytes, &(chain, self.height, rounds, self.value, self.proposer))
            .expect("writing to memory cannot fail");
        bytes
    }
}

impl core::Proposal<RegistryContext> for Proposal {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &HeaderHash {
        &self.value
    }

    fn take_value(self) -> HeaderHash {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.valid_round
    }

    fn validator_address(&self) -> &Address {
        &self.proposer
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    pub kind: VoteType,
    pub height: Height,
    pub round: Round,
    pub value: NilOrVal<HeaderHash>,
    pub voter: Address,
    pub extension: Option<SignedExtension<RegistryContext>>,
}

impl Vote {
    pub fn signing_bytes(&self, chain: &Hash) -> Vec<u8> {
        let kind = match self.kind {
            VoteType::Prevote => VoteKind::Prevote,
            VoteType::Precommit => VoteKind::Precommit,
        };
        let value = match &self.value {
            NilOrVal::Nil => None,
            NilOrVal::Val(HeaderHash(hash)) => Some(hash),
        };
        vote_bytes(chain, kind, self.height.0, round_number(self.round), value, &self.voter.0)
    }
}

impl core::Vote<RegistryContext> for Vote {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<HeaderHash> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<HeaderHash> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &Address {
        &self.voter
    }

    fn extension(&self) -> Option<&SignedExtension<RegistryContext>> {
        self.extension.as_ref()
    }

    fn take_extension(&mut self) -> Option<SignedExtension<RegistryContext>> {
        self.extension.take()
    }

    fn extend(self, extension: SignedExtension<RegistryContext>) -> Self {
        Self { extension: Some(extension), ..self }
    }
}

#[derive(Clone, Debug, Default)]
pub struct RegistryContext;

impl Context for RegistryContext {
    type Address = Address;
    type Height = Height;
    type ProposalPart = Part;
    type Proposal = Proposal;
    type Validator = Validator;
    type ValidatorSet = ValidatorSet;
    type Timeouts = LinearTimeouts;
    type Value = HeaderHash;
    type Vote = Vote;
    type Extension = Bytes;
    type SigningScheme = Ed25519;

    /// The set comes in the order of this height's proposers; a failed round passes the turn on.
    #[expect(clippy::expect_used, reason = "the engine refuses to start a height with an empty set")]
    fn select_proposer<'a>(&self, set: &'a ValidatorSet, _: Height, round: Round) -> &'a Validator {
        let turn = u64::from(round.as_u32().unwrap_or(0));
        let count = u64::try_from(set.0.len()).unwrap_or(1).max(1);
        let index = usize::try_from(turn % count).unwrap_or(0);
        set.0.get(index).expect("the index is below the number of validators")
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: HeaderHash,
        valid_round: Round,
        proposer: Address,
    ) -> Proposal {
        Proposal { height, round, value, valid_round, proposer }
    }

    fn new_prevote(&self, height: Height, round: Round, value: NilOrVal<HeaderHash>, voter: Address) -> Vote {
        Vote { kind: VoteType::Prevote, height, round, value, voter, extension: None }
    }

    fn new_precommit(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<HeaderHash>,
        voter: Address,
    ) -> Vote {
        Vote { kind: VoteType::Precommit, height, round, value, voter, extension: None }
    }
}
