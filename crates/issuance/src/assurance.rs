//! What becomes of a wallet that says that less than a passkey opened it, or that somebody acts for its person.

use serde::{Deserialize, Serialize};

/// By type of credential. Without a word about a type it does not matter how the wallet was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BelowPasskey {
    /// It gets nothing until the person opens it with a passkey.
    Refuse,
    /// It waits until a second person has approved, who makes sure in another way whose wallet it is.
    SecondPerson,
}

/// By type of credential. Without a word about a type a guardian or an attorney gets it for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ByRepresentative {
    /// The person gets it in person.
    Refuse,
    /// It waits until a second person has approved, who looks whether this may be received for the person.
    SecondPerson,
}
