use std::collections::BTreeMap;
use std::time::Duration;

use registry_types::{
    Certificate, Genesis, GenesisError, Hash, Header, ProvenRecord, SetChange, ValidatorSet,
};

use crate::certificate::{verify_certificate, verify_map_proof};
use crate::restart::verify_restart;
use crate::{Checkpoint, Evidence, LightError};

/// How far ahead of our own clock a header's time may lie before one of the two clocks must be wrong.
const MAX_AHEAD_MS: u64 = 60_000;
/// How many proven headers are kept to hold others against.
const RECENT: usize = 64;

/// How old things may be. A policy of the reader; the chain does not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Headers older than this are refused.
    pub max_age: Duration,
    /// How long the validators last heard of are believed to be the validators. Past it, former validators could
    /// sign another history with keys that nobody watches any more, so nothing is believed until somebody
    /// hands over a newer checkpoint.
    pub trust_period: Duration,
}

impl Policy {
    /// Half a year: validators are known organisations that answer for their keys at least so long.
    pub const TRUST_PERIOD: Duration = Duration::from_secs(180 * 24 * 3_600);

    #[must_use]
    pub fn with_max_age(max_age: Duration) -> Self {
        Self { max_age, trust_period: Self::TRUST_PERIOD }
    }
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
    /// The latest block time at which the set was known to decide.
    trusted_ms: u64,
    newest: Option<ProvenHeader>,
    /// Proven headers by height, [`RECENT`] at most.
    recent: BTreeMap<u64, (Header, Certificate)>,
    fork: Option<Box<Evidence>>,
    policy: Policy,
}

impl LightClient {
    pub fn from_genesis(genesis: &Genesis, policy: Policy) -> Result<Self, GenesisError> {
        genesis.check()?;
        Ok(Self::new(genesis.chain_id(), genesis.validator_set()?, 0, genesis.time_ms, policy))
    }

    /// Believes the checkpoint as if it were a genesis. Its certificate is checked where the checkpoint holds the
    /// set that signed it.
    pub fn from_checkpoint(checkpoint: &Checkpoint, policy: Policy, now_ms: u64) -> Result<Self, LightError> {
        let (header, certificate) = (checkpoint.header(), checkpoint.certificate());
        let set = checkpoint.validators().clone();
        if set.hash() == header.validators_hash {
            verify_certificate(&header.chain, &set, header, certificate)?;
        }
        // The set of the next height has been brought; the set of this height can still hand over at it.
        let brought = set.hash() == header.next_validators_hash;
        let since = if brought { header.height } else { header.height.saturating_sub(1) };
        let mut client = Self::new(header.chain, set, since, header.time_ms, policy);
        client.check_trust(now_ms)?;
        check_ahead(header.time_ms, now_ms)?;
        client.keep(header, checkpoint.header_hash(), certificate);
        Ok(client)
    }

    fn new(
        chain: Hash,
        validators: ValidatorSet,
        validators_since: u64,
        trusted_ms: u64,
        policy: Policy,
    ) -> Self {
        let validators_hash = validators.hash();
        let (newest, recent, fork) = (None, BTreeMap::new(), None);
        Self {
            chain,
            validators,
            validators_hash,
            validators_since,
            trusted_ms,
            newest,
            recent,
            fork,
            policy,
        }
    }

    #[must_use]
    pub fn chain(&self) -> Hash {
        self.chain
    }

    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Hash of [`LightClient::validators`].
    #[must_use]
    pub fn validators_hash(&self) -> Hash {
        self.validators_hash
    }

    #[must_use]
    pub fn validators(&self) -> &ValidatorSet {
        &self.validators
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

    /// The newest proven header as something to start from again; nothing before the first header, and in the
    /// moment between two changes of the validators.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let (header, certificate) = self.recent.get(&self.newest?.height)?.clone();
        Checkpoint::new(header, certificate, self.validators.clone()).ok()
    }

    /// The proof that the chain has forked, once this client has seen one.
    #[must_use]
    pub fn fork(&self) -> Option<&Evidence> {
        self.fork.as_deref()
    }

    /// Whether [`LightClient::follow`] can learn from this change. A restart comes after the last header that stays,
    /// also when that header has changed the validators by itself.
    #[must_use]
    pub fn is_news(&self, change: &SetChange) -> bool {
        let height = change.header.height;
        let restarts = change.restart.is_some() && change.next.hash() != self.validators_hash;
        height > self.validators_since || (height == self.validators_since && restarts)
    }

    /// Follows one change of the validator set. The old set signs the header that names the new one, so
    /// headers in between, which the old set decides as well, need not be seen. Where the governors restarted the
    /// chain, they name it instead.
    pub fn follow(&mut self, change: &SetChange, now_ms: u64) -> Result<(), LightError> {
        self.check_fork()?;
        let header = &change.header;
        let height = header.height;
        if !self.is_news(change) {
            return Err(LightError::OldChange { height, known: self.validators_since });
        }
        self.check_trust(now_ms)?;
        let hash = header.hash();
        let is_proven = self.recent.get(&height).is_some_and(|(proven, _)| proven == header);
        if !is_proven {
            verify_certificate(&self.chain, &self.validators, header, &change.certificate)?;
            self.check_neighbours(header, &hash, &change.certificate)?;
        }
        check_ahead(header.time_ms, now_ms)?;
        let next_hash = change.next.hash();
        let is_named = match &change.restart {
            Some(restart) => verify_restart(header, restart)?.hash() == next_hash,
            None => header.next_validators_hash == next_hash,
        };
        if !is_named || !change.next.is_well_formed() {
            return Err(LightError::OtherNextSet { height });
        }
        self.validators = change.next.clone();
        self.validators_hash = next_hash;
        self.validators_since = height;
        self.keep(header, hash, &change.certificate);
        Ok(())
    }

    /// Whether this header is signed by the set believed now. Cheap: a hash comparison.
    #[must_use]
    pub fn knows_validators_of(&self, header: &Header) -> bool {
        header.validators_hash == self.validators_hash && !self.is_superseded_at(header.height)
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

    /// Believes a header, as [`LightClient::check`] does before it looks at the value.
    pub fn check_header(
        &mut self,
        header: &Header,
        certificate: &Certificate,
        floor: u64,
        now_ms: u64,
    ) -> Result<ProvenHeader, LightError> {
        self.check_fork()?;
        let hash = header.hash();
        if self.newest.is_none_or(|newest| newest.hash != hash) {
            self.prove(header, &hash, certificate, now_ms)?;
        }
        if header.height < floor {
            return Err(LightError::Rollback { height: header.height, known: floor });
        }
        self.check_age(header.time_ms, now_ms)?;
        Ok(self.keep(header, hash, certificate))
    }

    fn prove(
        &mut self,
        header: &Header,
        hash: &Hash,
        certificate: &Certificate,
        now_ms: u64,
    ) -> Result<(), LightError> {
        self.check_trust(now_ms)?;
        if header.chain == self.chain && self.is_superseded_at(header.height) {
            return Err(LightError::UnknownValidators { height: header.height });
        }
        verify_certificate(&self.chain, &self.validators, header, certificate)?;
        self.check_neighbours(header, hash, certificate)
    }

    /// Whether a header of this time is fresh enough to act on now.
    pub fn check_age(&self, time_ms: u64, now_ms: u64) -> Result<(), LightError> {
        let max_age_ms = milliseconds(self.policy.max_age);
        let age_ms = now_ms.saturating_sub(time_ms);
        if age_ms > max_age_ms {
            return Err(LightError::Stale { age_ms, max_age_ms });
        }
        check_ahead(time_ms, now_ms)
    }

    fn check_trust(&self, now_ms: u64) -> Result<(), LightError> {
        let period_ms = milliseconds(self.policy.trust_period);
        let age_ms = now_ms.saturating_sub(self.trusted_ms);
        if age_ms > period_ms { Err(LightError::TrustExpired { age_ms, period_ms }) } else { Ok(()) }
    }

    fn check_fork(&self) -> Result<(), LightError> {
        self.fork.clone().map_or(Ok(()), |evidence| Err(LightError::Fork(evidence)))
    }

    /// Holds a certified header against those that are proven: the same height must be the same header, and
    /// headers beside each other must join.
    fn check_neighbours(
        &mut self,
        header: &Header,
        hash: &Hash,
        certificate: &Certificate,
    ) -> Result<(), LightError> {
        let height = header.height;
        if let Some((known, its_certificate)) = self.recent.get(&height) {
            if known == header {
                return Ok(());
            }
            let evidence = Box::new(Evidence {
                header_a: known.clone(),
                certificate_a: its_certificate.clone(),
                header_b: header.clone(),
                certificate_b: certificate.clone(),
            });
            self.fork = Some(evidence.clone());
            return Err(LightError::Fork(evidence));
        }
        let below = self.recent.range(..height).next_back().map(|(_, (below, _))| below);
        let above = self.recent.range(height..).next().map(|(_, (above, _))| above);
        let joins_below =
            below.is_none_or(|below| below.height + 1 != height || below.hash() == header.previous);
        let joins_above = above.is_none_or(|above| above.height - 1 != height || above.previous == *hash);
        if !joins_below || !joins_above {
            return Err(LightError::OtherPrevious { height });
        }
        let later = below.is_none_or(|below| below.time_ms < header.time_ms);
        let earlier = above.is_none_or(|above| header.time_ms < above.time_ms);
        if later && earlier { Ok(()) } else { Err(LightError::OtherTime { height }) }
    }

    /// Whether the set believed now is known to decide this height no more: a proven header has handed over.
    fn is_superseded_at(&self, height: u64) -> bool {
        let Some(newest) = self.newest.filter(|it| it.height > self.validators_since && it.height < height)
        else {
            return false;
        };
        self.recent.get(&newest.height).is_some_and(|(header, _)| {
            header.validators_hash == self.validators_hash
                && header.next_validators_hash != self.validators_hash
        })
    }

    fn keep(&mut self, header: &Header, hash: Hash, certificate: &Certificate) -> ProvenHeader {
        let Header { height, time_ms, state_root, .. } = *header;
        let proven = ProvenHeader { height, time_ms, hash, state_root };
        self.trusted_ms = self.trusted_ms.max(time_ms);
        self.recent.entry(height).or_insert_with(|| (header.clone(), certificate.clone()));
        if self.recent.len() > RECENT {
            self.recent.pop_first();
        }
        if self.newest.is_none_or(|newest| newest.height < height) {
            self.newest = Some(proven);
        }
        proven
    }
}

fn check_ahead(time_ms: u64, now_ms: u64) -> Result<(), LightError> {
    let ahead_ms = time_ms.saturating_sub(now_ms);
    if ahead_ms > MAX_AHEAD_MS { Err(LightError::FromFuture { ahead_ms }) } else { Ok(()) }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
