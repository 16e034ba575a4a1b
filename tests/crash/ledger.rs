//! What the services acknowledged, as those who were told remember it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actors::Issued;

/// One acknowledged copy and the state its holder and HR believe it to be in.
#[derive(Clone, Debug)]
pub struct Copy {
    pub issued: Issued,
    /// The states the copy may be in: one, or two while a change was not acknowledged.
    pub allowed: Vec<&'static str>,
}

#[derive(Default)]
pub struct Ledger(Mutex<Entries>);

#[derive(Default)]
pub struct Entries {
    /// By staff number and configuration.
    pub copies: BTreeMap<(String, String), Copy>,
    /// Staff numbers whose credentials a person holds in our wallet, with the wallet's identifiers.
    pub in_wallets: Vec<InWallet>,
    pub status_changes: u64,
    pub verifications: u64,
    pub retries: u64,
    /// Contradictions seen while the load ran.
    pub broken: Vec<String>,
}

pub struct InWallet {
    pub number: String,
    pub person: actors::Person,
    pub credential_ids: Vec<String>,
}

impl Ledger {
    pub fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy was handed over. A second one for the same place must be the same.
    pub fn received(&self, number: &str, issued: Issued) {
        let mut entries = self.entries();
        let key = (number.to_owned(), issued.configuration.clone());
        if let Some(known) = entries.copies.get(&key)
            && known.issued.credential != issued.credential
        {
            let what = format!("{number} {}: two different copies were handed over", issued.configuration);
            entries.broken.push(what);
            return;
        }
        entries.copies.entry(key).or_insert(Copy { issued, allowed: vec!["valid"] });
    }

    /// HR asks for a new status of all copies of a person; until it is acknowledged both may be seen.
    pub fn may_be(&self, number: &str, status: &'static str) {
        for (_, copy) in self.entries().copies.iter_mut().filter(|((of, _), _)| of == number) {
            copy.allowed.push(status);
        }
    }

    /// The new status was acknowledged.
    pub fn is_now(&self, number: &str, status: &'static str) {
        let mut entries = self.entries();
        entries.status_changes += 1;
        for (_, copy) in entries.copies.iter_mut().filter(|((of, _), _)| of == number) {
            copy.allowed = vec![status];
        }
    }

    pub fn retried(&self) {
        self.entries().retries += 1;
    }

    pub fn summary(&self) -> String {
        let entries = self.entries();
        let (mut suspended, mut revoked) = (0, 0);
        for copy in entries.copies.values() {
            suspended += usize::from(copy.allowed == ["suspended"]);
            revoked += usize::from(copy.allowed == ["revoked"]);
        }
        format!(
            "{} copies acknowledged ({suspended} suspended, {revoked} revoked at the end), {} people with our wallet, \
             {} status changes, {} verifications, {} retries; none lost, none doubled",
            entries.copies.len(),
            entries.in_wallets.len(),
            entries.status_changes,
            entries.verifications,
            entries.retries,
        )
    }
}
