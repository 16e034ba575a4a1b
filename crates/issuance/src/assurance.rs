//! What becomes of a wallet that says that less than a passkey opened it.

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
