use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::operation::NewKey;
use crate::record::{KeyRole, Seats};
use crate::{Canonical, Hash, as_hex, is_organisation_id, limits};

/// What an organisation says of itself when it joins: its keys, the seats it takes, its acceptance of the
/// charter, and the validators it owns from the start.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberStatement {
    pub joining: Joining,
    pub id: String,
    pub name: String,
    pub keys: Vec<NewKey>,
    pub seats: Seats,
    pub charter: CharterVersion,
    /// Used in a genesis only; later ones come by a vote of their own.
    #[serde(default)]
    pub validators: Vec<OwnValidator>,
}

/// What the statement is made for, so that it cannot be used elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Joining {
    /// The genesis of the network with this name.
    Genesis { network: String },
    /// The running chain with this id.
    Chain {
        #[serde(with = "as_hex")]
        id: Hash,
    },
}

/// A version of the charter by the digest of its text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CharterVersion {
    pub version: u32,
    #[serde(with = "as_hex")]
    pub digest: Hash,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnValidator {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    /// Who runs the machine.
    pub host: String,
}

/// A statement with the signature of one of its govern keys.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedStatement {
    pub statement: MemberStatement,
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    #[serde(with = "as_hex")]
    pub signature: [u8; 64],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    #[error("an organisation id is 2 to 32 lower-case letters, digits and inner hyphens")]
    Id,
    #[error("the name or a host has no, too many or control characters")]
    Name,
    #[error("there are no keys, too many, one twice, or one that is no Ed25519 key")]
    Keys,
    #[error("there is no govern key, or another key signed")]
    GovernKey,
    #[error("the signature is not the key's over this statement")]
    Signature,
}

impl Canonical for MemberStatement {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::TRANSACTION_BYTES;
}

impl Canonical for SignedStatement {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::TRANSACTION_BYTES;
}

impl MemberStatement {
    /// What the govern key signs (Ed25519, no prehash).
    #[must_use]
    pub fn signing_bytes(&self) -> Vec<u8> {
        let mut bytes = b"passerelle/statement\0".to_vec();
        bytes.extend(self.to_bytes());
        bytes
    }

    fn check(&self) -> Result<(), StatementError> {
        if !is_organisation_id(&self.id) {
            return Err(StatementError::Id);
        }
        let hosts = self.validators.iter().map(|validator| validator.host.as_str());
        if !std::iter::once(self.name.as_str()).chain(hosts).all(is_name) {
            return Err(StatementError::Name);
        }
        let validators = self.validators.iter().map(|validator| validator.public_key);
        let all: Vec<_> = self.keys.iter().map(|key| key.public_key).chain(validators).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        let sound = (1..=limits::KEYS_PER_ORGANISATION - limits::KEYS_FOR_RECOVERY)
            .contains(&self.keys.len())
            && self.validators.len() <= limits::VALIDATORS
            && distinct.len() == all.len()
            && all.iter().all(|key| VerifyingKey::from_bytes(key).is_ok());
        if sound { Ok(()) } else { Err(StatementError::Keys) }
    }
}

impl SignedStatement {
    /// Form and signature. Says nothing of whether the chain wants the member.
    pub fn check(&self) -> Result<(), StatementError> {
        self.statement.check()?;
        let mut governing = self.statement.keys.iter().filter(|key| key.role == KeyRole::Govern);
        if !governing.any(|key| key.public_key == self.public_key) {
            return Err(StatementError::GovernKey);
        }
        is_signed(&self.public_key, &self.statement.signing_bytes(), &self.signature)
            .then_some(())
            .ok_or(StatementError::Signature)
    }
}

/// Strict Ed25519, so that every node judges malformed points alike.
#[must_use]
pub fn is_signed(public_key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public_key)
        .is_ok_and(|key| key.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok())
}

/// 1 to 200 characters without control characters or spaces around them.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=limits::NAME_CHARACTERS).contains(&text.chars().count())
        && !text.chars().any(char::is_control)
        && text.trim() == text
}
