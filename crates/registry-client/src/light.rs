use std::collections::BTreeSet;
use std::time::Duration;

use borsh::BorshDeserialize as _;
use ed25519_dalek::{Signature, VerifyingKey};
use jmt::proof::SparseMerkleProof;
use jmt::{KeyHash, RootHash};
use registry_types::{
    Certificate, Genesis, GenesisError, Hash, Header, ProvenRecord, SetChange, ValidatorSet, VoteKind,
    state_key, vote_bytes,
};

/// How far ahead of our own clock a header's time may lie before one of the two clocks must be wrong.
const MAX_AHEAD_MS: u64 = 60_000;

/// Why an answer is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LightError {
    #[error("the header belongs to another chain")]
    OtherChain,
    #[error("the certificate is for another header than the one at height {height}")]
    OtherHeader { height: u64 },
    #[error("the header at height {height} names a validator set that is not known")]
    UnknownValidators { height: u64 },
    #[error("the certificate at height {height} holds a signature of nobody in the validator set")]
    UnknownSigner { height: u64 },
    #[error("the certificate at height {height} holds two signatures of one validator")]
    RepeatedSigner { height: u64 },
    #[error("a signature in the certificate at height {height} is wrong")]
    BadSignature { height: u64 },
    #[error(
        "the certificate at height {height} carries power {power}, which is not more than two thirds of {total}"
    )]
    NoQuorum { height: u64, power: u64, total: u64 },
    #[error("the next validator set is not the one that the header at height {height} names")]
    OtherNextSet { height: u64 },
    #[error("the change of validators at height {height} is not after height {known}")]
    OldChange { height: u64, known: u64 },
    #[error("the proof for {key} does not hold")]
    BadProof { key: String },
    #[error("the newest header is {age_ms} ms old, more than {max_age_ms}")]
    Stale { age_ms: u64, max_age_ms: u64 },
    #[error("the header's time is {ahead_ms} ms ahead of the clock here")]
    FromFuture { ahead_ms: u64 },
    #[error("the node answered at height {height} after height {known} was proven")]
    Rollback { height: u64, known: u64 },
    #[error("two headers at height {height} both carry a quorum: the chain has forked")]
    Fork { height: u64 },
}

/// A header that carried a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenHeader {
    pub height: u64,
    pub time_ms: u64,
    pub hash: Hash,
    pub state_root: Hash,
}

/// What a reader believes: the chain, the validator set, the newest header it has seen proven.
#[derive(Clone, Debug)]
pub struct LightClient {
    chain: Hash,
    validators: ValidatorSet,
    validators_hash: Hash,
    /// The height that brought the set; zero for the genesis.
    validators_since: u64,
    newest: Option<ProvenHeader>,
    max_age: Duration,
}

impl LightClient {
    pub fn from_genesis(genesis: &Genesis, max_age: Duration) -> Result<Self, GenesisError> {
        genesis.check()?;
        let validators = genesis.validator_set()?;
        let validators_hash = validators.hash();
        let chain = genesis.chain_id();
        Ok(Self { chain, validators, validators_hash, validators_since: 0, newest: None, max_age })
    }

    #[must_use]
    pub fn chain(&self) -> Hash {
        self.chain
    }

    /// The height that brought the validator set believed now; what to ask changes after.
    #[must_use]
    pub fn validators_since(&self) -> u64 {
        self.validators_since
    }

    #[must_use]
    pub fn newest(&self) -> Option<ProvenHeader> {
        self.newest
    }

    /// Follows one change of the validator set. The old set signs the header that names the new one, so
    /// headers in between, which the old set decides as well, need not be seen.
    pub fn follow(&mut self, change: &SetChange) -> Result<(), LightError> {
        let height = change.header.height;
        if height <= self.validators_since {
            return Err(LightError::OldChange { height, known: self.validators_since });
        }
        verify_certificate(&self.chain, &self.validators, &change.header, &change.certificate)?;
        let next_hash = change.next.hash();
        if next_hash != change.header.next_validators_hash || !change.next.is_well_formed() {
            return Err(LightError::OtherNextSet { height });
        }
        self.validators = change.next.clone();
        self.validators_hash = next_hash;
        self.validators_since = height;
        Ok(())
    }

    /// Whether this header is signed by the set believed now. Cheap: a hash comparison.
    #[must_use]
    pub fn knows_validators_of(&self, header: &Header) -> bool {
        header.validators_hash == self.validators_hash
    }

    /// Believes the value, or its absence, of `key`. `floor` is the newest height known when the question
    /// was sent: answers to questions that overlap may arrive in any order, but none may be older than what
    /// was known before it was asked.
    pub fn check(
        &mut self,
        key: &str,
        answer: &ProvenRecord,
        floor: u64,
        now_ms: u64,
    ) -> Result<ProvenHeader, LightError> {
        let header = self.check_header(&answer.header, &answer.certificate, floor, now_ms)?;
        verify_map_proof(&header.state_root, key, answer.value.as_deref(), &answer.map_proof)?;
        Ok(header)
    }

    fn check_header(
        &mut self,
        header: &Header,
        certificate: &Certificate,
        floor: u64,
        now_ms: u64,
    ) -> Result<ProvenHeader, LightError> {
        let hash = header.hash();
        let known = self.newest.filter(|newest| newest.hash == hash);
        if known.is_none() {
            verify_certificate(&self.chain, &self.validators, header, certificate)?;
        }
        let proven = ProvenHeader {
            height: header.height,
            time_ms: header.time_ms,
            hash,
            state_root: header.state_root,
        };
        let forks = |newest: ProvenHeader| newest.height == proven.height && newest.hash != proven.hash;
        if self.newest.is_some_and(forks) {
            return Err(LightError::Fork { height: proven.height });
        }
        if proven.height < floor {
            return Err(LightError::Rollback { height: proven.height, known: floor });
        }
        self.check_age(proven.time_ms, now_ms)?;
        if self.newest.is_none_or(|newest| newest.height < proven.height) {
            self.newest = Some(proven);
        }
        Ok(proven)
    }

    /// Whether a header of this time is fresh enough to act on now.
    pub fn check_age(&self, time_ms: u64, now_ms: u64) -> Result<(), LightError> {
        let max_age_ms = u64::try_from(self.max_age.as_millis()).unwrap_or(u64::MAX);
        let age_ms = now_ms.saturating_sub(time_ms);
        if age_ms > max_age_ms {
            return Err(LightError::Stale { age_ms, max_age_ms });
        }
        let ahead_ms = time_ms.saturating_sub(now_ms);
        if ahead_ms > MAX_AHEAD_MS {
            return Err(LightError::FromFuture { ahead_ms });
        }
        Ok(())
    }
}

/// Whether more than two thirds of the set's power signed exactly this header.
pub fn verify_certificate(
    chain: &Hash,
    set: &ValidatorSet,
    header: &Header,
    certificate: &Certificate,
) -> Result<(), LightError> {
    let height = header.height;
    if header.chain != *chain {
        return Err(LightError::OtherChain);
    }
    if header.validators_hash != set.hash() {
        return Err(LightError::UnknownValidators { height });
    }
    if certificate.height != height || certificate.header_hash != header.hash() {
        return Err(LightError::OtherHeader { height });
    }
    let mut seen = BTreeSet::new();
    let mut power = 0u64;
    for commit in &certificate.signatures {
        if !seen.insert(commit.validator) {
            return Err(LightError::RepeatedSigner { height });
        }
        let validator = set.find(&commit.validator).ok_or(LightError::UnknownSigner { height })?;
        let signed = vote_bytes(
            chain,
            VoteKind::Precommit,
            height,
            Some(certificate.round),
            Some(&certificate.header_hash),
            &commit.validator,
        );
        let key = VerifyingKey::from_bytes(&validator.public_key)
            .map_err(|_| LightError::BadSignature { height })?;
        key.verify_strict(&signed, &Signature::from_bytes(&commit.signature))
            .map_err(|_| LightError::BadSignature { height })?;
        power = power.saturating_add(validator.power);
    }
    if set.is_quorum(power) {
        Ok(())
    } else {
        Err(LightError::NoQuorum { height, power, total: set.total_power() })
    }
}

/// Whether the map with this root holds exactly this value, or nothing, under the key.
pub fn verify_map_proof(
    state_root: &Hash,
    key: &str,
    value: Option<&[u8]>,
    map_proof: &[u8],
) -> Result<(), LightError> {
    let bad = || LightError::BadProof { key: key.to_owned() };
    let proof = SparseMerkleProof::<sha2::Sha256>::try_from_slice(map_proof).map_err(|_| bad())?;
    proof.verify(RootHash(*state_root), KeyHash(state_key::place(key)), value).map_err(|_| bad())
}
