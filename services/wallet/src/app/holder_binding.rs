//! Which credentials a verifier can be shown with a signature by their key, and under which name that signs.

use holding::held::Held;
use holding::key_kind::KeyKind;
use holding::request::Request;
use keys::PublicKey;
use serde_json::Value;

/// The name of the signature by its key, of those that the verifier takes (OpenID4VP 1.0, appendix B): an algorithm of JOSE, or a
/// cryptosuite. Nothing where it takes none.
pub(super) fn signs(held: &Held, request: &Request) -> Option<&'static str> {
    let kind = match &held.copy {
        None => KeyKind::P256,
        Some(own) => KeyKind::of(&PublicKey::from_jwk(&own.jwk).ok()?)?,
    };
    kind.signs(&held.format, &request.formats)
}

/// Whether it could be part of an answer: its key signs as the verifier takes it, or no signature is wanted for its format.
pub(super) fn may_answer(held: &Held, request: &Request) -> bool {
    let mut of_format = request.query.credentials.iter().filter(|one| one.format == held.format);
    signs(held, request).is_some() || !of_format.any(|one| one.require_cryptographic_holder_binding)
}

/// Of whom a credential as JSON is.
pub(super) fn subject(held: &Held) -> Option<&str> {
    held.root.pointer("/credentialSubject/id").and_then(Value::as_str)
}
