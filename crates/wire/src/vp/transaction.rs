//! Transaction data (OpenID4VP 1.0, 5.1 and 8.4): what a person authorises with the key of a credential, beside showing it.
//!
//! One type is known, ours: an approval, whose words are for the person. It is bound as B.3.3.1 says, by a hash over the text of
//! the request in the key binding of a `dc+sd-jwt`; no other format defines a way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::dcql::Query;

/// The type of an approval.
pub const APPROVAL: &str = "https://schemas.passerelle.example/transaction/approval/v1";
/// The format whose presentations can carry transaction data.
pub const FORMAT: &str = "dc+sd-jwt";
/// By its name in the registry of named information (RFC 6920); every wallet has it.
pub const HASH_ALGORITHM: &str = "sha-256";
/// Transactions of one request.
pub const MAX_TRANSACTIONS: usize = 4;
pub const MAX_TITLE: usize = 100;
pub const MAX_TEXT: usize = 1_000;
pub const MAX_REFERENCE: usize = 100;
const MAX_ENCODED: usize = 16 * 1024;

/// What an agency wants approved, in words for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalText {
    /// 1 to 100 characters.
    pub title: String,
    /// 1 to 1,000 characters; lines may be broken.
    pub text: String,
    /// The agency's own name for it, 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// An approval as one string of `transaction_data` holds it, base64url of its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    #[serde(rename = "type")]
    pub kind: String,
    /// Credential queries, any one of which may authorise it.
    pub credential_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_data_hashes_alg: Option<Vec<String>>,
    pub title: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Why transaction data is refused; each is `invalid_transaction_data` (8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionFault {
    #[error("there is no transaction, or there are more than {MAX_TRANSACTIONS}")]
    Count,
    #[error("a transaction is not a base64url text of a JSON object")]
    Encoding,
    #[error("a transaction is of a type that is not known")]
    Type,
    #[error("a transaction has not the members of its type")]
    Members,
    #[error("a text of a transaction is empty, too long, or holds characters that hide or reorder others")]
    Text,
    #[error("a transaction wants another hash than sha-256")]
    Algorithm,
    #[error("a transaction names credentials that are not asked for, or cannot carry it")]
    Credentials,
}

impl ApprovalText {
    /// Whether a person can read all of it as it is.
    pub fn check(&self) -> Result<(), TransactionFault> {
        let reference = self.reference.as_deref().is_none_or(|text| is_readable(text, MAX_REFERENCE, false));
        let fits = is_readable(&self.title, MAX_TITLE, false) && is_readable(&self.text, MAX_TEXT, true);
        if fits && reference { Ok(()) } else { Err(TransactionFault::Text) }
    }

    /// The string that a request carries, for any of these credential queries.
    #[must_use]
    pub fn encode(&self, credential_ids: Vec<String>) -> String {
        let approval = Approval {
            kind: APPROVAL.to_owned(),
            credential_ids,
            transaction_data_hashes_alg: Some(vec![HASH_ALGORITHM.to_owned()]),
            title: self.title.clone(),
            text: self.text.clone(),
            reference: self.reference.clone(),
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_string(&approval).unwrap_or_default())
    }
}

impl Approval {
    /// Reads one string of a request that asks `query`.
    pub fn read(encoded: &str, query: &Query) -> Result<Self, TransactionFault> {
        if encoded.len() > MAX_ENCODED {
            return Err(TransactionFault::Encoding);
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| TransactionFault::Encoding)?;
        // Nothing of the one known type has more than two levels, and the binary's parser has no limit.
        if bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() > 64 {
            return Err(TransactionFault::Members);
        }
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| TransactionFault::Encoding)?;
        let kind = value.as_object().ok_or(TransactionFault::Encoding)?.get("type").and_then(Value::as_str);
        if kind.ok_or(TransactionFault::Members)? != APPROVAL {
            return Err(TransactionFault::Type);
        }
        // From the bytes, so that a member that is there twice is seen.
        let approval: Self = serde_json::from_slice(&bytes).map_err(|_| TransactionFault::Members)?;
        approval.check(query)?;
        Ok(approval)
    }

    fn check(&self, query: &Query) -> Result<(), TransactionFault> {
        let text = ApprovalText {
            title: self.title.clone(),
            text: self.text.clone(),
            reference: self.reference.clone(),
        };
        text.check()?;
        let algorithms = self.transaction_data_hashes_alg.as_ref();
        if algorithms.is_some_and(|names| !names.iter().any(|name| name == HASH_ALGORITHM)) {
            return Err(TransactionFault::Algorithm);
        }
        let can_carry = |id: &String| {
            query
                .credential(id)
                .is_some_and(|asked| asked.format == FORMAT && asked.require_cryptographic_holder_binding)
        };
        if self.credential_ids.is_empty() || !self.credential_ids.iter().all(can_carry) {
            return Err(TransactionFault::Credentials);
        }
        Ok(())
    }
}

impl Query {
    /// The credential queries whose presentations can carry transaction data.
    #[must_use]
    pub fn authorising_ids(&self) -> Vec<String> {
        self.credentials
            .iter()
            .filter(|asked| asked.format == FORMAT && asked.require_cryptographic_holder_binding)
            .map(|asked| asked.id.clone())
            .collect()
    }
}

fn is_readable(text: &str, longest: usize, lines: bool) -> bool {
    let hidden = |character: char| {
        (character.is_control() && !(lines && character == '\n'))
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(hidden)
}

#[cfg(test)]
#[path = "transaction_tests.rs"]
mod tests;
