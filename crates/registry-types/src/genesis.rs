use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{
    Canonical, CharterVersion, Hash, Joining, Params, SignedStatement, StatementError, Validator,
    ValidatorSet, limits, sha256,
};

/// What everybody must agree on before the first block. Its hash is the chain id, so two chains are
/// never mistaken for each other, whatever they are called. Kept as a JSON file; hashed as bytes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Genesis {
    pub name: String,
    pub time_ms: u64,
    pub params: Params,
    /// The charter that every statement accepts.
    pub charter: CharterVersion,
    /// Those who are members from the start, each by its own statement; at least one governor and one
    /// validator among them.
    pub members: Vec<SignedStatement>,
    /// The chain whose records this one carries on; nothing for a chain that begins empty. Not among the hashed
    /// bytes of a genesis without it: see [`Genesis::chain_id`].
    #[borsh(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Predecessor>,
}

/// The last block of another chain that a genesis takes for granted, with the state after it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Predecessor {
    #[serde(with = "crate::as_hex")]
    pub chain: Hash,
    pub height: u64,
    #[serde(with = "crate::as_hex")]
    pub header_hash: Hash,
    #[serde(with = "crate::as_hex")]
    pub state_root: Hash,
}

impl Canonical for Predecessor {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 256;
}

impl Canonical for Genesis {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::GENESIS_BYTES;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    #[error("rules version {0} is not known here")]
    Rules(u32),
    #[error("the parameter {0} is out of its range")]
    Params(&'static str),
    #[error("the validators are not a set: none, too many, or one twice")]
    Validators,
    #[error("the statement of member {id} does not hold: {source}")]
    Statement { id: String, source: StatementError },
    #[error("member {0} made its statement for another network or another charter")]
    OtherNetwork(String),
    #[error("member {0} is listed twice, or shares a key with another")]
    Repeated(String),
    #[error("member {0} brings a validator without taking a validator's seat")]
    ValidatorSeat(String),
    #[error("there must be at least one governor")]
    Governor,
}

impl Genesis {
    #[must_use]
    pub fn chain_id(&self) -> Hash {
        match &self.continues {
            None => sha256("passerelle/genesis", &[&self.to_bytes()]),
            Some(predecessor) => {
                sha256("passerelle/genesis-after", &[&predecessor.to_bytes(), &self.to_bytes()])
            }
        }
    }

    /// The validators of all members, each with the same power. Fails when [`Genesis::check`] would.
    pub fn validator_set(&self) -> Result<ValidatorSet, GenesisError> {
        let owned = self.members.iter().map(|member| &member.statement).flat_map(|member| {
            member.validators.iter().map(|own| Validator {
                public_key: own.public_key,
                power: 1,
                owner: member.id.clone(),
                host: own.host.clone(),
            })
        });
        ValidatorSet::new(owned.collect()).ok_or(GenesisError::Validators)
    }

    /// Whether the chain can begin: every statement is signed by its member for this network and charter.
    pub fn check(&self) -> Result<(), GenesisError> {
        if self.params.rules != 1 {
            return Err(GenesisError::Rules(self.params.rules));
        }
        self.params.check().map_err(GenesisError::Params)?;
        let mut ids = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for signed in &self.members {
            let member = &signed.statement;
            let id = || member.id.clone();
            signed.check().map_err(|source| GenesisError::Statement { id: id(), source })?;
            let joining = Joining::Genesis { network: self.name.clone() };
            if member.joining != joining || member.charter != self.charter {
                return Err(GenesisError::OtherNetwork(id()));
            }
            if !ids.insert(&member.id) || !member.keys.iter().all(|key| keys.insert(key.public_key)) {
                return Err(GenesisError::Repeated(id()));
            }
            if !member.validators.is_empty() && !member.seats.validator {
                return Err(GenesisError::ValidatorSeat(id()));
            }
        }
        self.validator_set()?;
        let governed = self.members.iter().any(|member| member.statement.seats.governor);
        if governed { Ok(()) } else { Err(GenesisError::Governor) }
    }
}
