//! Credentials that come without a proof of their holder, where the request allows that (OpenID4VP 1.0, 5.3 and 6.1). The
//! verifier accepts that whoever sends it may have copied it; only the state binds the answer to the request.

use credential::Input;
use credential::enveloped::{Content, content_of};
use serde_json::Value;

use crate::finding::Finding;

/// Whether this is a credential by itself: an object that is no presentation, an SD-JWT without key binding, or a JWT or a
/// COSE_Sign1 of a credential.
pub(crate) fn is_bare(input: &Input) -> bool {
    match input {
        Input::Json(value) => !has_type(value, "VerifiablePresentation"),
        Input::Compact(text) => text.ends_with('~') && content_of(input) != Some(Content::Presentation),
        Input::Jwt(_) | Input::Cose(_) => content_of(input) == Some(Content::Credential),
    }
}

pub(crate) fn finding() -> Finding {
    Finding::not_checked(
        "notAskedFor",
        "Whether the credential belongs to the person was not asked for, so a copy of it would look the same.",
    )
}

fn has_type(value: &Value, wanted: &str) -> bool {
    match value.get("type") {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    }
}
