use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{Canonical, Hash, as_hex, limits, sha256};

/// Names a validator in votes: the first 20 bytes of a hash of its public key.
pub type Address = [u8; 20];

#[must_use]
pub fn address_of(public_key: &[u8; 32]) -> Address {
    let digest = sha256("passerelle/validator", &[public_key]);
    let mut address = [0u8; 20];
    address.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    address
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Validator {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    pub power: u64,
    /// The organisation that owns it.
    pub owner: String,
    /// Who runs the machine.
    pub host: String,
}

impl Validator {
    #[must_use]
    pub fn address(&self) -> Address {
        address_of(&self.public_key)
    }
}

/// Who decides a height: sorted by address, no key twice, every power above zero.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(transparent)]
pub struct ValidatorSet(Vec<Validator>);

impl Canonical for ValidatorSet {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::RECORD_BYTES;
}

impl ValidatorSet {
    /// Nothing when a key is repeated, a power is zero, the powers overflow, or there are too many or none.
    #[must_use]
    pub fn new(mut validators: Vec<Validator>) -> Option<Self> {
        validators.sort_by_key(Validator::address);
        let set = Self(validators);
        set.is_well_formed().then_some(set)
    }

    /// Decoding alone does not establish the invariant; callers that decode strangers' bytes ask.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let addresses: Vec<_> = self.0.iter().map(Validator::address).collect();
        (1..=limits::VALIDATORS).contains(&self.0.len())
            && addresses.is_sorted_by(|a, b| a < b)
            && self.0.iter().all(|validator| validator.power > 0)
            && self
                .0
                .iter()
                .try_fold(0u64, |sum, v| sum.checked_add(v.power))
                .is_some_and(|sum| sum < u64::MAX / 3)
    }

    #[must_use]
    pub fn validators(&self) -> &[Validator] {
        &self.0
    }

    #[must_use]
    pub fn find(&self, address: &Address) -> Option<&Validator> {
        self.0.iter().find(|validator| validator.address() == *address)
    }

    #[must_use]
    pub fn total_power(&self) -> u64 {
        self.0.iter().map(|validator| validator.power).fold(0, u64::saturating_add)
    }

    /// More than two thirds (Tendermint, Buchman et al. 2018, 3: at least 2f+1 of 3f+1).
    #[must_use]
    pub fn is_quorum(&self, power: u64) -> bool {
        power.saturating_mul(3) > self.total_power().saturating_mul(2)
    }

    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256("passerelle/validator-set", &[&self.to_bytes()])
    }
}
