//! The life of an uploaded list: looked at, confirmed, worked off, finished.

use serde::{Deserialize, Serialize};

use super::{BadRow, Person, Retiree};
use crate::{CredentialType, Timestamp};

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// Staff, who are offered credentials.
    Staff,
    /// Beneficiaries of the Fund, who are asked for a proof of life later.
    Retirees,
}

/// An uploaded list without its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: String,
    pub kind: ListKind,
    pub file_name: String,
    pub size_bytes: u64,
    pub encoding: String,
    pub delimiter: String,
    pub headings: Vec<String>,
    pub unused: Vec<String>,
    pub empty_lines: u64,
    /// SHA-256 of the file: the same file waiting twice is one upload.
    pub digest: [u8; 32],
    pub state: UploadState,
    /// What each good row is offered.
    pub types: Vec<CredentialType>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// Waits for an officer to look at it.
    Preview,
    /// Being worked off, after a restart too.
    Confirmed,
    /// Confirmed, and held by an officer between two steps.
    Paused,
    Finished,
    Discarded,
}

/// One row of an upload, where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    pub line: u64,
    /// Staff number or UID; empty when the row is too bad to have one.
    pub number: String,
    pub name: String,
    pub state: RowState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowState {
    Good(Box<GoodRow>),
    Bad(BadRow),
    /// On the list of persons now; `offer` is the credential offer, where the list makes offers.
    Done {
        subject: String,
        offer: Option<String>,
    },
}

/// A good row; it is erased when the row is done, since the person's record has it then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodRow {
    pub content: RowContent,
    /// The cells as they were written, should the row turn out bad later.
    pub fields: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowContent {
    Staff(Person),
    Retiree(Retiree),
}

/// How many rows stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    pub good: u64,
    pub bad: u64,
    pub done: u64,
}

impl ListKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Retirees => "retirees",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Staff, Self::Retirees].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl UploadState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Confirmed => "confirmed",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Discarded => "discarded",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Preview, Self::Confirmed, Self::Paused, Self::Finished, Self::Discarded]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

impl RowState {
    /// The word under which the store finds rows.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Good(_) => "good",
            Self::Bad(_) => "bad",
            Self::Done { .. } => "done",
        }
    }
}

impl RowContent {
    #[must_use]
    pub fn number(&self) -> &str {
        match self {
            Self::Staff(person) => &person.staff_number,
            Self::Retiree(retiree) => &retiree.uid,
        }
    }

    /// Address and language, as far as the list tells them.
    #[must_use]
    pub fn contact(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Staff(person) => (person.email.as_deref(), person.language.as_deref()),
            Self::Retiree(retiree) => (retiree.email.as_deref(), retiree.language.as_deref()),
        }
    }

    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Staff(person) => format!("{} {}", person.given_name, person.family_name),
            Self::Retiree(retiree) => format!("{} {}", retiree.given_name, retiree.family_name),
        }
    }
}
