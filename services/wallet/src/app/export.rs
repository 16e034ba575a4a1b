//! Everything that is kept of a person, for that person to take along.

use clock::Timestamp;
use holding::assurance::Act;

use super::accounts::{AccountError, AccountOverview};
use super::activity::{self, Noted};
use super::credentials::{self, Kept};
use super::custody::away_from_desk;
use super::fault::Fault;
use super::sharings::KeptSharing;
use super::{Person, Wallet};

/// What goes into the file.
pub struct Export {
    pub at: Timestamp,
    pub account: AccountOverview,
    pub credentials: Vec<Kept>,
    pub activity: Vec<Noted>,
    pub sharings: Vec<KeptSharing>,
}

impl Wallet {
    /// Collects all of it, after a fresh proof of the person: a phone that is left open must not give away everything at
    /// once. Nothing is changed, and no key leaves anything, since none is here.
    pub async fn export(&self, person: &Person) -> Result<Export, AccountError> {
        away_from_desk(person)?;
        self.require(person, Act::Export).await?;
        let account = self.account(&person.account).await?;
        let sharings = self.every_sharing(person).await?;
        let mut tx = self.store.read().await?;
        let rows = tx.every_credential(&person.account).await?;
        let entries = tx.every_entry(&person.account).await?;
        let credentials: Result<Vec<Kept>, Fault> =
            rows.into_iter().map(|row| credentials::open(person, row)).collect();
        let activity: Result<Vec<_>, Fault> =
            entries.iter().map(|entry| activity::open(person, entry)).collect();
        Ok(Export { at: self.now(), account, credentials: credentials?, activity: activity?, sharings })
    }
}
