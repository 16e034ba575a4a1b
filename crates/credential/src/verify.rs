//! Verification of whole credentials and presentations.

mod enveloped;
mod json;
mod key_of_token;
mod sd_jwt;

use did::{Resolver, resolve_jwk, resolve_key};
use keys::PublicKey;
use serde_json::Value;

use crate::enveloped::Content;
use crate::input::{Format, Input};
use crate::outcome::{Expect, KeyState, Outcome, PresentationOutcome};
use crate::sd_jwt::envelope_of;

/// Verifies a credential. Never panics and never fetches anything but DIDs.
///
/// A key that has been rotated out or marked as compromised is reported in `key_state` and is no fault:
/// whether it still counts depends on when the credential was issued, which an anchor proves.
pub async fn verify_credential(input: &Input, resolver: &dyn Resolver, expect: &Expect) -> Outcome {
    match input {
        Input::Json(value) => json::credential(value, resolver, expect).await,
        Input::Compact(text) if envelope_of(text).is_none() => {
            sd_jwt::credential(text, resolver, expect).await
        }
        Input::Compact(_) | Input::Jwt(_) | Input::Cose(_) => {
            enveloped::credential(input, resolver, expect).await
        }
    }
}

/// Verifies a presentation and every credential in it.
pub async fn verify_presentation(
    input: &Input,
    resolver: &dyn Resolver,
    expect: &Expect,
) -> PresentationOutcome {
    match input {
        Input::Json(value) => json::presentation(value, resolver, expect).await,
        Input::Compact(text) if envelope_of(text) != Some(Content::Presentation) => {
            sd_jwt::presentation(text, resolver, expect).await
        }
        Input::Compact(_) | Input::Jwt(_) | Input::Cose(_) => {
            enveloped::presentation(input, resolver, expect).await
        }
    }
}

fn empty_outcome(format: Format, digest: [u8; 32]) -> Outcome {
    Outcome {
        format,
        issuer: None,
        types: Vec::new(),
        verification_method: None,
        public_key: None,
        key_state: KeyState::Unknown,
        key_from: None,
        evidence: None,
        credential: Value::Null,
        claims: Value::Null,
        holder_key: None,
        valid_from: None,
        valid_until: None,
        status: Vec::new(),
        schemas: Vec::new(),
        digest,
        faults: Vec::new(),
    }
}

/// The key in the identifier of a person, who has a did:key or a did:jwk and nothing on the chain.
fn key_of_person(did: &str) -> Option<PublicKey> {
    let document = resolve_jwk(did).or_else(|_| resolve_key(did)).ok()?;
    document.methods.first().map(|method| method.public_key)
}

#[cfg(test)]
mod tests;
