//! The identity document that an agent looks at.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::words;

const LONGEST_NUMBER: usize = 40;

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    Passport,
    Card,
    Permit,
    Laissez,
}

words! { DocumentKind, "The word by which it is stored and chosen.":
    Passport = "passport", Card = "card", Permit = "permit", Laissez = "laissez",
}

/// What is recorded of an identity document. Its number is personal data and is kept sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityDocument {
    /// Passport, card and so on.
    pub kind: DocumentKind,
    /// As printed, without spaces.
    pub number: String,
    /// ISO 3166-1 alpha-3 of the state that issued it.
    pub state: String,
    /// The last day on which it is valid.
    pub expires_on: NaiveDate,
}

/// What is wrong with a document as it was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentFault {
    #[error("the number of a document has 4 to {LONGEST_NUMBER} letters and digits")]
    Number,
    #[error("the state that issued the document is named by three capital letters, such as KEN")]
    State,
    #[error("the document has expired; ask for another one")]
    Expired,
    #[error("the day of expiry is more than fifty years away; look at it again")]
    TooFar,
}

impl IdentityDocument {
    /// As entered, on the day of the appointment. Spaces in the number go; a document is valid on its last day.
    pub fn checked(self, today: NaiveDate) -> Result<Self, DocumentFault> {
        let number: String =
            self.number.chars().filter(|it| !it.is_whitespace()).map(|it| it.to_ascii_uppercase()).collect();
        let plain = number.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '/');
        if !plain || !(4..=LONGEST_NUMBER).contains(&number.len()) {
            return Err(DocumentFault::Number);
        }
        if self.state.len() != 3 || !self.state.chars().all(|it| it.is_ascii_uppercase()) {
            return Err(DocumentFault::State);
        }
        if self.expires_on < today {
            return Err(DocumentFault::Expired);
        }
        if (self.expires_on - today).num_days() > 50 * 366 {
            return Err(DocumentFault::TooFar);
        }
        Ok(Self { number, ..self })
    }
}
