//! Reading the parts of a credential that others need, once its form has been checked.

use serde_json::{Map, Value};

use super::{is_url, types_of};
use crate::outcome::StatusRef;

/// One or more values as a list.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    match value {
        None => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// The objects among one or more values.
pub(crate) fn objects<'a>(object: &'a Map<String, Value>, member: &str) -> Vec<&'a Map<String, Value>> {
    list(object.get(member)).iter().filter_map(Value::as_object).collect()
}

pub(crate) fn issuer_of(object: &Map<String, Value>) -> Option<&str> {
    id_or_text(object.get("issuer"))
}

pub(crate) fn holder_of(object: &Map<String, Value>) -> Option<&str> {
    id_or_text(object.get("holder"))
}

fn id_or_text(value: Option<&Value>) -> Option<&str> {
    match value? {
        Value::Object(object) => object.get("id")?.as_str(),
        other => other.as_str(),
    }
}

pub(crate) fn statuses(object: &Map<String, Value>) -> Vec<StatusRef> {
    objects(object, "credentialStatus")
        .into_iter()
        .map(|entry| {
            let types = types_of(entry.get("type")).unwrap_or_default();
            bitstring(entry)
                .filter(|_| types.contains(&"BitstringStatusListEntry"))
                .unwrap_or_else(|| StatusRef::Other { kind: types.join(" ") })
        })
        .collect()
}

/// A BitstringStatusListEntry (Bitstring Status List 1.0, 2.1).
pub(super) fn bitstring(entry: &Map<String, Value>) -> Option<StatusRef> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let size = match entry.get("statusSize") {
        None => 1,
        Some(size) => u8::try_from(size.as_u64()?).ok().filter(|size| matches!(size, 1 | 2 | 4 | 8))?,
    };
    // The specification has a string; some issuers write a number.
    let index = text("statusListIndex").map_or_else(
        || entry.get("statusListIndex").and_then(Value::as_u64),
        |digits| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?,
    )?;
    let messages = match entry.get("statusMessage") {
        None => Vec::new(),
        Some(Value::Array(messages)) => messages
            .iter()
            .map(|message| {
                Some((
                    message.get("status")?.as_str()?.to_owned(),
                    message.get("message")?.as_str()?.to_owned(),
                ))
            })
            .collect::<Option<_>>()?,
        Some(_) => return None,
    };
    Some(StatusRef::Bitstring {
        id: text("id").map(str::to_owned),
        purpose: text("statusPurpose")?.to_owned(),
        index,
        list: text("statusListCredential").filter(|url| is_url(url))?.to_owned(),
        size,
        messages,
    })
}
