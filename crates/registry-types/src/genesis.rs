use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::operation::NewKey;
use crate::record::{KeyRole, Seats};
use crate::{Canonical, Hash, Validator, ValidatorSet, is_organisation_id, limits, sha256};

/// What everybody must agree on before the first block. Its hash is the chain id, so two chains are
/// never mistaken for each other, whatever they are called. Kept as a JSON file; hashed as bytes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Genesis {
    pub name: String,
    pub time_ms: u64,
    pub params: Params,
    pub validators: Vec<Validator>,
    /// Those who are members from the start; at least one governor among them.
    pub members: Vec<GenesisMember>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisMember {
    pub id: String,
    pub name: String,
    pub keys: Vec<NewKey>,
    pub seats: Seats,
}

/// Rules that members may change by a vote. `rules` names the version of everything that is code.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    pub rules: u32,
    pub max_block_transactions: u32,
    /// How far ahead of the chain a transaction's expiry may lie.
    pub max_expiry_heights: u64,
    /// How far a proposed block time may lie ahead of a validator's own clock, and a heartbeat behind it.
    pub max_drift_ms: u64,
    /// The longest time between two blocks of an idle chain.
    pub heartbeat_ms: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            rules: 1,
            max_block_transactions: 5_000,
            max_expiry_heights: 100_000,
            max_drift_ms: 10_000,
            heartbeat_ms: 60_000,
        }
    }
}

impl Canonical for Params {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::RECORD_BYTES;
}

impl Canonical for Genesis {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::GENESIS_BYTES;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    #[error("rules version {0} is not known here")]
    Rules(u32),
    #[error("the validators are not a set: none, too many, one twice, or one without power")]
    Validators,
    #[error("member {0} has an impossible id, name or number of keys")]
    Member(String),
    #[error("member {0} is listed twice, or shares a key with another")]
    Repeated(String),
    #[error("there must be at least one governor, and each needs a govern key")]
    Governor,
}

impl Genesis {
    #[must_use]
    pub fn chain_id(&self) -> Hash {
        sha256("passerelle/genesis", &[&self.to_bytes()])
    }

    /// Fails when [`Genesis::check`] would.
    pub fn validator_set(&self) -> Result<ValidatorSet, GenesisError> {
        ValidatorSet::new(self.validators.clone()).ok_or(GenesisError::Validators)
    }

    pub fn check(&self) -> Result<(), GenesisError> {
        if self.params.rules != 1 {
            return Err(GenesisError::Rules(self.params.rules));
        }
        self.validator_set()?;
        let mut ids = std::collections::BTreeSet::new();
        let mut keys = std::collections::BTreeSet::new();
        for member in &self.members {
            let plausible = is_organisation_id(&member.id)
                && !member.name.is_empty()
                && member.name.chars().count() <= limits::NAME_CHARACTERS
                && member.keys.len() <= limits::KEYS_PER_ORGANISATION;
            if !plausible {
                return Err(GenesisError::Member(member.id.clone()));
            }
            if !ids.insert(&member.id) || !member.keys.iter().all(|key| keys.insert(key.public_key)) {
                return Err(GenesisError::Repeated(member.id.clone()));
            }
            let governs = member.keys.iter().any(|key| key.role == KeyRole::Govern);
            if member.seats.governor && !governs {
                return Err(GenesisError::Governor);
            }
        }
        if self.members.iter().any(|member| member.seats.governor) {
            Ok(())
        } else {
            Err(GenesisError::Governor)
        }
    }
}
