//! Envelopes inside JSON: an object whose id is a `data:` URL (RFC 2397) of the media type.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

use super::{Content, Envelope};
use crate::input::Input;

const BASE_CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";

/// Written without padding, read with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What an object says it envelops, by its type.
pub(crate) fn kind(object: &Map<String, Value>) -> Option<Content> {
    let says = |content: &Content| match object.get("type") {
        Some(Value::String(name)) => name == content.enveloping_type(),
        Some(Value::Array(names)) => names.iter().any(|name| name == content.enveloping_type()),
        _ => false,
    };
    Content::ALL.into_iter().find(says)
}

/// Takes the envelope out; nothing where the object lacks the base context or its id is of another kind.
pub(crate) fn unwrap(object: &Map<String, Value>, content: Content) -> Option<Input> {
    let known = match object.get("@context")? {
        Value::String(url) => url == BASE_CONTEXT,
        Value::Array(contexts) => contexts.first().is_some_and(|url| url == BASE_CONTEXT),
        _ => false,
    };
    let (_, input) = from_data_url(object.get("id")?.as_str()?, content).filter(|_| known)?;
    Some(input)
}

/// Reads `data:application/vc+jwt,...` and its like. COSE is in base64, the others are as they are.
#[must_use]
pub fn from_data_url(url: &str, content: Content) -> Option<(Envelope, Input)> {
    let (media, data) = url.strip_prefix("data:application/")?.split_once(',')?;
    let (media, encoded) = match media.strip_suffix(";base64") {
        Some(media) => (media, true),
        None => (media, false),
    };
    let envelope = Envelope::ALL.into_iter().find(|one| one.subtype(content).eq_ignore_ascii_case(media))?;
    let input = match (envelope, encoded) {
        (Envelope::Cose, true) => Input::Cose(forgiving(data)?),
        (Envelope::Jwt, false) => Input::Jwt(data.to_owned()),
        (Envelope::SdJwt, false) => Input::Compact(data.to_owned()),
        _ => return None,
    };
    (!data.is_empty()).then_some((envelope, input))
}

/// Base64 in a `data:` URL may be broken into lines (WHATWG Infra, forgiving-base64 decode).
fn forgiving(data: &str) -> Option<Vec<u8>> {
    let data: String = data.split_ascii_whitespace().collect();
    BASE64.decode(data).ok()
}

/// The JSON object around an envelope; `None` for Data Integrity, which is JSON already.
#[must_use]
pub fn wrap(input: &Input, content: Content) -> Option<Value> {
    let (envelope, data) = match input {
        Input::Json(_) => return None,
        Input::Jwt(text) => (Envelope::Jwt, text.clone()),
        Input::Compact(text) => (Envelope::SdJwt, text.clone()),
        Input::Cose(bytes) => (Envelope::Cose, BASE64.encode(bytes)),
    };
    let encoding = if envelope == Envelope::Cose { ";base64" } else { "" };
    Some(json!({
        "@context": [BASE_CONTEXT],
        "id": format!("data:{}{encoding},{data}", envelope.media_type(content)),
        "type": content.enveloping_type(),
    }))
}
