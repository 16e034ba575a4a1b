//! The record of one person.

use serde_json::{Map, Value};

use crate::Timestamp;

/// Who acts: an officer of one organisation. `officer` is an identifier, never a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub tenant: String,
    pub officer: String,
}

impl Actor {
    /// Acts of the service itself, such as a list that lapses.
    #[must_use]
    pub fn system(tenant: &str) -> Self {
        Self { tenant: tenant.to_owned(), officer: "system".to_owned() }
    }

    /// Acts of somebody of whom the organisation keeps a record, in their own case. Who it was is in what was done.
    #[must_use]
    pub fn person(tenant: &str) -> Self {
        Self { tenant: tenant.to_owned(), officer: "person".to_owned() }
    }
}

/// What an organisation keeps of one person; claims are named as in the credentials.
#[derive(Clone, PartialEq)]
pub struct Subject {
    pub id: String,
    /// Staff number or nine-digit UID, unique within the organisation.
    pub number: String,
    /// For lists and greetings.
    pub name: String,
    pub claims: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Claims are personal, so only the identifier shows.
impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Subject {
    /// What a search looks in: number and names, folded.
    #[must_use]
    pub fn search_text(&self) -> String {
        let names = ["givenName", "familyName", "alternateName"]
            .into_iter()
            .filter_map(|claim| self.claims.get(claim).and_then(Value::as_str));
        let mut text = search_text(&self.number);
        for part in names.chain([self.name.as_str()]) {
            text.push(' ');
            text.push_str(&search_text(part));
        }
        text
    }
}

/// Folds case for every script. Databases fold ASCII only, so this is done before they see the text.
#[must_use]
pub fn search_text(text: &str) -> String {
    text.trim().to_lowercase()
}
