use crate::operation::Inception;
use crate::{Canonical, Hash, limits, sha256};

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

/// Whether the text is a Multikey of a kind that documents here may hold (Controlled Identifiers 1.0, 2.2.2):
/// base58btc of a known multicodec prefix and as many bytes as that kind has. The point is not decoded.
#[must_use]
pub fn is_multikey(text: &str) -> bool {
    const ED25519: [u8; 2] = [0xed, 0x01];
    const X25519: [u8; 2] = [0xec, 0x01];
    const P256: [u8; 2] = [0x80, 0x24];
    const P384: [u8; 2] = [0x81, 0x24];
    const BLS12_381_G2: [u8; 2] = [0xeb, 0x01];
    if text.len() > limits::MULTIKEY_BYTES {
        return false;
    }
    let Some(bytes) = text.strip_prefix('z').and_then(|rest| bs58::decode(rest).into_vec().ok()) else {
        return false;
    };
    match bytes.split_first_chunk::<2>() {
        Some((&ED25519 | &X25519, key)) => key.len() == 32,
        Some((&P256, key)) => key.len() == 33,
        Some((&P384, key)) => key.len() == 49,
        Some((&BLS12_381_G2, key)) => key.len() == 96,
        _ => false,
    }
}

/// A URI with a scheme, in visible ASCII and of bounded length. It is kept and compared as it is written.
#[must_use]
pub fn is_iri(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    text.len() <= limits::IRI_BYTES
        && text.bytes().all(|b| b.is_ascii_graphic())
        && scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && text.len() > scheme.len() + 1
}

/// What follows the `#` of a verification method or a service.
#[must_use]
pub fn is_fragment(text: &str) -> bool {
    (1..=limits::FRAGMENT_BYTES).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
