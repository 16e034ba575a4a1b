//! Use cases. Each owns its transactions; requests to other services stay outside of them.

pub mod accounts;
mod accrediting;
pub mod activity;
mod answer_form;
mod appeals;
pub mod assisted;
pub mod background;
pub mod cards;
pub mod catalogue;
pub mod copies;
pub mod credentials;
pub mod custody;
mod deferred;
pub mod desk_keys;
pub mod desk_proof;
pub mod desk_queue;
pub mod disclosure;
pub mod enrolment;
pub mod existence;
pub mod export;
pub mod fault;
pub mod forgetting;
mod held_form;
mod holder_binding;
pub mod issuers;
pub mod kept_keys;
pub mod languages;
mod logos;
pub mod mandates;
pub mod news;
pub mod oauth;
pub mod offers;
pub mod officers;
pub mod offline;
pub mod offline_copy;
pub mod offline_proof;
pub mod pins;
pub mod presentations;
pub mod recovery;
pub mod recovery_pin;
pub mod sessions;
pub mod sharings;
pub mod signing;
pub mod standing;
pub mod stations;
pub mod step_up;
pub mod trust;
pub mod vc_api;
pub mod verifiers;
pub mod year;

use std::collections::BTreeSet;
use std::sync::Arc;

use clock::{Clock, Entropy, Timestamp};
use holding::account::Session;
use holding::mandate::{Act, Representative};
use holding::station::Station;
use holding::vault::{DataKey, Purpose};
use keys::SealingKey;
use outbound::Outbound;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use store_wallet::Store;
use store_wallet::records::{Record, Table};

use fault::Fault;
use trust::Chain;

/// How long whoever sends an answer first has it alone: the time limit of a request, and a little. After it the background sends
/// it again.
const ALONE_SECONDS: i64 = 15;
/// How often the outcome of sending is written anew because another request was faster.
const MOST_OVERTAKEN: usize = 5;

/// The wallet service: what it stands on, and its use cases in the modules beside this one.
pub struct Wallet {
    pub store: Store,
    pub sealing_key: SealingKey,
    /// Where the keys of wallets that this service keeps are.
    pub kept_keys: kept_keys::KeptKeys,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub outbound: Outbound,
    pub chain: Arc<dyn Chain>,
    pub resolver: Arc<dyn did::Resolver>,
    /// Authorities whose certificates name verifiers.
    pub verifier_anchors: credential::x509::TrustAnchors,
    pub passkeys: web::passkey::Passkeys,
    /// Scheme, host and port of this wallet, as WebAuthn names it.
    pub origin: String,
    /// Issuers that people can turn to by themselves.
    pub issuers: Vec<String>,
    /// Whether machines may have proofs derived without authentication.
    pub open_vc_api: bool,
    /// What this service is to issuers, as an OAuth client.
    pub client: oauth::Client,
    /// Wakes the background work as soon as there is some.
    pub wake: Arc<tokio::sync::Notify>,
    pub forgetting: forgetting::Forgetting,
}

/// Somebody who is signed in, with the key to what is theirs.
#[derive(Clone, Debug)]
pub struct Person {
    pub account: String,
    pub session: Session,
    pub data_key: DataKey,
    /// Where they are at an officer's desk, with a wallet that this service keeps.
    pub desk: Option<AtDesk>,
}

/// The desk at which somebody is.
#[derive(Clone, Debug)]
pub struct AtDesk {
    /// The officer's account.
    pub officer: String,
    /// The officer's name, for the person's record.
    pub name: String,
    /// The thumbprint of the key that this service keeps for the person.
    pub key: String,
    /// The station that the officer's device is, if it is one.
    pub station: Option<Station>,
    /// Who is there for the person, where it is somebody else.
    pub acting: Option<Acting>,
    /// Whether the person has a card or key to be used in the place of the PIN.
    pub has_key: bool,
}

/// Somebody who acts for a person, as far as their mandate goes.
#[derive(Clone, Debug)]
pub struct Acting {
    pub mandate: String,
    pub representative: Representative,
    pub acts: BTreeSet<Act>,
    /// The last day, in UTC.
    pub ends_on: chrono::NaiveDate,
}

impl Person {
    /// The name of the officer at whose desk they are.
    #[must_use]
    pub fn officer(&self) -> Option<&str> {
        self.desk.as_ref().map(|desk| desk.name.as_str())
    }
}

impl Wallet {
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn new_id(&self) -> String {
        clock::new_id(self.clock.as_ref(), self.entropy.as_ref())
    }

    fn seal<T: Serialize>(
        &self,
        key: &DataKey,
        purpose: Purpose,
        id: &str,
        value: &T,
    ) -> Result<Vec<u8>, Fault> {
        Ok(key.seal(purpose, id, value, self.entropy.as_ref())?)
    }

    /// The record an account has under this identifier, opened.
    async fn find<T: DeserializeOwned>(
        &self,
        person: &Person,
        table: Table,
        id: &str,
    ) -> Result<Option<(Record, T)>, Fault> {
        let mut tx = self.store.read().await?;
        let record = tx.find_record(table, &person.account, id).await?;
        record.map(|record| open_record(&person.data_key, table, record)).transpose()
    }

    /// What stands now in the place of a record that was read before.
    async fn read_again<T: DeserializeOwned>(
        &self,
        key: &DataKey,
        table: Table,
        before: &Record,
    ) -> Result<Option<(Record, T)>, Fault> {
        let found = self.store.read().await?.find_record(table, &before.account, &before.id).await?;
        found.map(|record| open_record(key, table, record)).transpose()
    }

    async fn find_by_source<T: DeserializeOwned>(
        &self,
        person: &Person,
        table: Table,
        source: &str,
    ) -> Result<Option<(Record, T)>, Fault> {
        let mut tx = self.store.read().await?;
        let record = tx.find_record_by_source(table, &person.account, &hash(source)).await?;
        record.map(|record| open_record(&person.data_key, table, record)).transpose()
    }

    /// A record to be inserted: same link, same account, same record.
    fn new_record<T: Serialize>(
        &self,
        person: &Person,
        table: Table,
        source: &str,
        state: &str,
        content: &T,
    ) -> Result<Record, Fault> {
        let id = self.new_id();
        let now = self.now();
        Ok(Record {
            account: person.account.clone(),
            sealed: self.seal(&person.data_key, purpose(table), &id, content)?,
            id,
            source_hash: hash(source),
            state: state.to_owned(),
            revision: 0,
            created_at: now,
            updated_at: now,
            resend_due_at: None,
        })
    }

    /// The next revision of a record, sealed.
    fn moved<T: Serialize>(
        &self,
        key: &DataKey,
        table: Table,
        record: &Record,
        state: &str,
        content: &T,
    ) -> Result<Record, Fault> {
        Ok(Record {
            state: state.to_owned(),
            sealed: self.seal(key, purpose(table), &record.id, content)?,
            updated_at: self.now(),
            resend_due_at: None,
            ..record.clone()
        })
    }

    /// Writes the next revision in a transaction of its own and returns the record as it now is.
    async fn replace(&self, name: &'static str, table: Table, record: Record) -> Result<Record, Fault> {
        let mut tx = self.store.write(name).await?;
        tx.replace_record(table, &record).await?;
        tx.commit().await?;
        Ok(Record { revision: record.revision + 1, ..record })
    }

    /// The key of an account, for work that goes on without the person.
    async fn data_key(&self, account: &str) -> Result<Option<DataKey>, Fault> {
        let found = self.store.read().await?.find_account(account).await?;
        Ok(found.map(|found| DataKey::open(&self.sealing_key, &found.id, &found.data_key)).transpose()?)
    }
}

fn purpose(table: Table) -> Purpose {
    match table {
        Table::Offers => Purpose::Offer,
        Table::Presentations => Purpose::Presentation,
        Table::Existences => Purpose::Existence,
        Table::Sharings => Purpose::Sharing,
        Table::Enrolments => Purpose::Enrolment,
    }
}

fn open_record<T: DeserializeOwned>(
    key: &DataKey,
    table: Table,
    record: Record,
) -> Result<(Record, T), Fault> {
    let content = key.unseal(purpose(table), &record.id, &record.sealed)?;
    Ok((record, content))
}

/// SHA-256 in hexadecimal: what stands in the database for a secret or for a link that holds one.
#[must_use]
pub fn hash(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
