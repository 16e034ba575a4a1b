//! The first state of a chain that carries on the records of another.
//!
//! Who decides is founded anew, by the new genesis; what was recorded is carried over as it was. The outcome follows
//! from the genesis and the old state alone, and the genesis names the old state's root, so every node begins with
//! the same records.

use std::collections::BTreeSet;

use registry_types::{Canonical, Genesis, GenesisError, KeyRecord, Organisation, state_key};

use crate::view::find;
use crate::{View, ViewError, Writes, genesis_writes};

/// How the old chain was governed and run, and what its members used of their quotas. Its own data still says it.
const LEFT: [&str; 6] = ["params", "validators", "governors", "agenda", "charter", "usage"];
const LEFT_RECORDS: [&str; 2] = ["validator", "proposal"];

/// Why a first state cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    #[error(transparent)]
    View(#[from] ViewError),
}

/// Decides record by record what a new chain takes over.
pub struct Carry<'a> {
    founders: BTreeSet<&'a str>,
    genesis: &'a Genesis,
}

impl<'a> Carry<'a> {
    #[must_use]
    pub fn new(genesis: &'a Genesis) -> Self {
        let founders = genesis.members.iter().map(|member| member.statement.id.as_str()).collect();
        Self { founders, genesis }
    }

    /// What the genesis writes over the carried records. A founder that was a member before keeps its DID and its
    /// history; its keys and seats are those of its new statement.
    pub fn founding_writes(&self, old: &dyn View) -> Result<Writes, CarryError> {
        let mut writes = genesis_writes(self.genesis)?;
        for id in &self.founders {
            let key = state_key::organisation(id);
            let (Some(before), Some(value)) = (find::<Organisation>(old, &key)?, writes.get(&key)) else {
                continue;
            };
            let founded = Organisation::from_bytes(value)
                .map_err(|source| ViewError::Record { key: key.clone(), source })?;
            let kept = Organisation {
                did: before.did,
                admitted_ms: before.admitted_ms,
                admitted_by: before.admitted_by,
                standings: before.standings.into_iter().chain(founded.standings.clone()).collect(),
                ..founded
            };
            writes.insert(key, kept.to_bytes());
        }
        Ok(writes)
    }

    /// A record of the old chain as the new one holds it; nothing when it stays behind.
    pub fn record(&self, key: &str, value: Vec<u8>) -> Result<Option<Vec<u8>>, ViewError> {
        let unreadable = |source| ViewError::Record { key: key.to_owned(), source };
        let (kind, rest) = key.split_once('/').unwrap_or((key, ""));
        if LEFT.contains(&kind) || LEFT_RECORDS.contains(&kind) {
            return Ok(None);
        }
        match kind {
            "org" if self.founders.contains(rest) => Ok(None),
            "org" => {
                let mut organisation = Organisation::from_bytes(&value).map_err(unreadable)?;
                // A seat among those who decide is taken by a founder or by a new vote.
                organisation.seats.governor = false;
                organisation.seats.validator = false;
                Ok(Some(organisation.to_bytes()))
            }
            "key" => {
                let record = KeyRecord::from_bytes(&value).map_err(unreadable)?;
                Ok((!self.founders.contains(record.organisation.as_str())).then_some(value))
            }
            _ => Ok(Some(value)),
        }
    }
}
