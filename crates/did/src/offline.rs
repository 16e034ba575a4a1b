//! The two DID methods whose identifier is the key: did:key and did:jwk.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::{Algorithm, PublicKey};

use crate::did_url::MAX_LENGTH;
use crate::document::{Document, KeyAgreement, KeyForm, Relationship, VerificationMethod};
use crate::resolver::ResolveError;

/// Expands `did:key:{multikey}` (did:key Method 0.9, 3.1).
pub fn resolve_key(did: &str) -> Result<Document, ResolveError> {
    let multikey = did.strip_prefix("did:key:").ok_or(ResolveError::InvalidDid)?;
    let key = PublicKey::from_multikey(multikey).map_err(|_| ResolveError::InvalidDid)?;
    // base58 has one spelling for each number, but a decoder may forgive: the DID must be the canonical one.
    if key.to_multikey() != multikey {
        return Err(ResolveError::InvalidDid);
    }
    let mut document = document_of(did, multikey, key, KeyForm::Multikey);
    if let Some(twin) = key.x25519_multikey() {
        document.key_agreement.push(KeyAgreement {
            id: format!("{did}#{twin}"),
            controller: did.to_owned(),
            multikey: twin,
        });
    }
    Ok(document)
}

/// Expands `did:jwk:{base64url of a JWK}` (did:jwk Method, Read).
pub fn resolve_jwk(did: &str) -> Result<Document, ResolveError> {
    let encoded = did.strip_prefix("did:jwk:").ok_or(ResolveError::InvalidDid)?;
    if encoded.len() > MAX_LENGTH {
        return Err(ResolveError::InvalidDid);
    }
    let text = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| ResolveError::InvalidDid)?;
    // A JWK of a supported key is a flat object; anything nested is not worth parsing.
    if text.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() > 8 {
        return Err(ResolveError::InvalidDid);
    }
    let jwk = serde_json::from_slice(&text).map_err(|_| ResolveError::InvalidDid)?;
    let key = PublicKey::from_jwk(&jwk).map_err(|_| ResolveError::InvalidDid)?;
    Ok(document_of(did, "0", key, KeyForm::Jwk))
}

fn document_of(did: &str, fragment: &str, key: PublicKey, form: KeyForm) -> Document {
    let relationships = Relationship::ALL
        .into_iter()
        // An Ed25519 key cannot agree on keys, but its X25519 twin can; a BLS12-381 key here signs only.
        .filter(|it| {
            *it != Relationship::KeyAgreement || matches!(key.algorithm(), Algorithm::P256 | Algorithm::P384)
        })
        .collect();
    let method = VerificationMethod {
        id: format!("{did}#{fragment}"),
        controller: did.to_owned(),
        public_key: key,
        relationships,
    };
    Document {
        id: did.to_owned(),
        methods: vec![method],
        key_agreement: Vec::new(),
        services: Vec::new(),
        form,
    }
}

#[cfg(test)]
#[path = "offline_tests.rs"]
mod tests;
