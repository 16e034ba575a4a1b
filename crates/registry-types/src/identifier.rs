use crate::operation::Inception;
use crate::{Canonical, Hash, sha256};

const PREFIX: &str = "did:passerelle:";

/// The DID that an inception creates: base58btc of the SHA-256 of its bytes. The bytes hold neither the
/// identifier nor the chain nor a sequence, so the name outlives the ledger it was first written to.
#[must_use]
pub fn did_from_inception(inception: &Inception) -> String {
    let digest: Hash = sha256("passerelle/inception", &[&inception.to_bytes()]);
    format!("{PREFIX}{}", bs58::encode(digest).into_string())
}

/// The part after `did:passerelle:`, or nothing when the text is not such a DID.
#[must_use]
pub fn method_specific_id(did: &str) -> Option<&str> {
    let id = did.strip_prefix(PREFIX)?;
    let mut digest = [0u8; 32];
    let written = bs58::decode(id).onto(&mut digest).ok()?;
    // Encoding again refuses other spellings of the same number.
    (written == digest.len() && bs58::encode(digest).into_string() == id).then_some(id)
}

#[must_use]
pub fn is_did(text: &str) -> bool {
    method_specific_id(text).is_some()
}

/// Lower-case letters, digits and inner hyphens, 2 to 32 of them: safe in keys, paths and file names.
#[must_use]
pub fn is_organisation_id(text: &str) -> bool {
    (2..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
