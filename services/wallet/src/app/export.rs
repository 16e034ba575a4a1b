//! Everything that is kept of a person, for that person to take along.

use clock::Timestamp;
use holding::assurance::Act;
use holding::existence::Existence;
use holding::presentation::Presentation;
use holding::reception::Reception;
use serde::de::DeserializeOwned;
use store_wallet::desk_keys::DeskKey;
use store_wallet::records::{Record, Table};

use super::accounts::{AccountError, AccountOverview};
use super::activity::{self, Noted};
use super::credentials::{self, Kept};
use super::custody::away_from_desk;
use super::enrolment::Enrolment;
use super::fault::Fault;
use super::mandates::KeptMandate;
use super::sharings::KeptSharing;
use super::{Person, Wallet, open_record};

/// What goes into the file.
pub struct Export {
    pub at: Timestamp,
    pub account: AccountOverview,
    pub credentials: Vec<Kept>,
    pub activity: Vec<Noted>,
    pub sharings: Vec<KeptSharing>,
    /// The yearly proofs, each with the Fund's receipt.
    pub proofs: Vec<(Record, Existence)>,
    pub enrolments: Vec<(Record, Enrolment)>,
    /// What was asked of the person, answered or not.
    pub requests: Vec<(Record, Presentation)>,
    pub offers: Vec<(Record, Reception)>,
    pub mandates: Vec<KeptMandate>,
    /// Cards and keys for desks.
    pub desk_keys: Vec<DeskKey>,
}

impl Wallet {
    /// Collects all of it, after a fresh proof of the person: a phone that is left open must not give away everything at
    /// once. Nothing is changed, and no key leaves anything, since none is here.
    pub async fn export(&self, person: &Person) -> Result<Export, AccountError> {
        away_from_desk(person)?;
        self.require(person, Act::Export).await?;
        let account = self.account(&person.account).await?;
        let sharings = self.every_sharing(person).await?;
        let proofs = self.every(person, Table::Existences).await?;
        let enrolments = self.every(person, Table::Enrolments).await?;
        let requests = self.every(person, Table::Presentations).await?;
        let offers = self.every(person, Table::Offers).await?;
        let mandates = self.mandates(person).await?;
        let desk_keys = self.desk_keys(person).await?;
        let mut tx = self.store.read().await?;
        let rows = tx.every_credential(&person.account).await?;
        let entries = tx.every_entry(&person.account).await?;
        let credentials: Result<Vec<Kept>, Fault> =
            rows.into_iter().map(|row| credentials::open(person, row)).collect();
        let activity: Result<Vec<_>, Fault> =
            entries.iter().map(|entry| activity::open(person, entry)).collect();
        Ok(Export {
            at: self.now(),
            account,
            credentials: credentials?,
            activity: activity?,
            sharings,
            proofs,
            enrolments,
            requests,
            offers,
            mandates,
            desk_keys,
        })
    }

    /// Every record of one kind, the latest first.
    async fn every<T: DeserializeOwned>(
        &self,
        person: &Person,
        table: Table,
    ) -> Result<Vec<(Record, T)>, Fault> {
        let records = self.store.read().await?.every_record(table, &person.account).await?;
        records.into_iter().map(|record| open_record(&person.data_key, table, record)).collect()
    }
}
