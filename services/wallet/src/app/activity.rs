//! The person's own record of what happened.

use clock::Timestamp;
use holding::activity::Activity;
use holding::vault::{DataKey, Purpose};
use store_wallet::records::Entry;

use super::fault::Fault;
use super::{Person, Wallet};

impl Wallet {
    /// A sealed line, to be inserted in the transaction of what it tells of.
    pub(super) fn entry(&self, key: &DataKey, activity: &Activity) -> Result<Entry, Fault> {
        let id = self.new_id();
        Ok(Entry { sealed: self.seal(key, Purpose::Activity, &id, activity)?, id, at: self.now() })
    }

    /// The latest first.
    pub async fn activities(&self, person: &Person) -> Result<Vec<(Timestamp, Activity)>, Fault> {
        let entries = self.store.read().await?.list_entries(&person.account).await?;
        entries
            .into_iter()
            .map(|entry| Ok((entry.at, person.data_key.unseal(Purpose::Activity, &entry.id, &entry.sealed)?)))
            .collect()
    }
}
