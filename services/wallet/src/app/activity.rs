//! The person's own record of what happened.

use clock::Timestamp;
use holding::activity::Activity;
use holding::mandate::Representative;
use holding::vault::{DataKey, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store_wallet::records::Entry;

use super::fault::Fault;
use super::{Person, Wallet};

/// A line as it is sealed. Those from before there were desks are the activity alone.
#[derive(Serialize, Deserialize)]
struct Line {
    activity: Activity,
    officer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    representative: Option<Representative>,
}

/// A line as it is read.
#[derive(Clone, Debug)]
pub struct Noted {
    pub at: Timestamp,
    pub activity: Activity,
    /// At whose desk it was.
    pub officer: Option<String>,
    /// Who did it for the person, where somebody did.
    pub representative: Option<Representative>,
}

/// In whose presence, and by whom, something was done.
pub(super) type Hands<'a> = (Option<&'a str>, Option<&'a Representative>);

impl Wallet {
    /// A sealed line, to be inserted in the transaction of what it tells of.
    pub(super) fn entry(&self, key: &DataKey, activity: &Activity) -> Result<Entry, Fault> {
        self.entry_at(key, (None, None), activity)
    }

    /// A line of what the person does; at a desk, with the officer's name.
    pub(super) fn entry_by(&self, person: &Person, activity: &Activity) -> Result<Entry, Fault> {
        self.entry_at(&person.data_key, (person.officer(), person.representative()), activity)
    }

    pub(super) fn entry_at(
        &self,
        key: &DataKey,
        (officer, representative): Hands<'_>,
        activity: &Activity,
    ) -> Result<Entry, Fault> {
        let id = self.new_id();
        let line = Line {
            activity: activity.clone(),
            officer: officer.map(str::to_owned),
            representative: representative.cloned(),
        };
        Ok(Entry { sealed: self.seal(key, Purpose::Activity, &id, &line)?, id, at: self.now() })
    }

    /// The latest first.
    pub async fn activities(&self, person: &Person) -> Result<Vec<Noted>, Fault> {
        let entries = self.store.read().await?.list_entries(&person.account).await?;
        entries.into_iter().map(|entry| open(person, &entry)).collect()
    }
}

pub(super) fn open(person: &Person, entry: &Entry) -> Result<Noted, Fault> {
    let line: Value = person.data_key.unseal(Purpose::Activity, &entry.id, &entry.sealed)?;
    let Line { activity, officer, representative } = match line.get("activity") {
        Some(_) => serde_json::from_value(line)?,
        None => Line { activity: serde_json::from_value(line)?, officer: None, representative: None },
    };
    Ok(Noted { at: entry.at, activity, officer, representative })
}
