//! Bounds on what strangers send, checked before anything expensive is done with it.
//!
//! RDF dataset canonicalisation has inputs of a few hundred bytes that would run for hours, all of them
//! with many blank nodes that refer to each other. JSON without `_:` identifiers can only express trees
//! of blank nodes, which canonicalise quickly; the work limit in [`crate::rdf`] is the second wall.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::outcome::{CheckName, Fault};

/// Bytes of a credential or presentation as JSON or compact text.
pub const BYTES: usize = 1024 * 1024;
/// Nesting of objects and arrays.
pub const DEPTH: usize = 32;
/// Values of any kind in one document.
pub const NODES: usize = 10_000;
/// Values that are read at all, so that what is only a little too large is still told so. A megabyte of `{"":0}` would otherwise
/// become a hundred in memory.
const PARSED: usize = 4 * NODES;
/// Elements of one array.
pub const LIST: usize = 1_000;
/// Proofs on one document.
pub const PROOFS: usize = 8;
/// Credentials in one presentation.
pub const CREDENTIALS: usize = 16;
/// Statements of a document that is disclosed selectively: most of them have a signature of their own.
pub const STATEMENTS: usize = 1_000;
/// Statements under one BBS signature: each costs whoever signs, shows or verifies half a millisecond.
pub const MESSAGES: usize = 250;
/// JSON Pointers to what must be shown, or is shown.
pub const POINTERS: usize = 100;
/// Contexts of one document.
pub const CONTEXTS: usize = 16;

/// Parses JSON text: nested no deeper than [`DEPTH`], no more than [`PARSED`] values, no member twice in one object.
pub(crate) fn parse_json(bytes: &[u8]) -> Option<Value> {
    if bytes.len() > BYTES {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let left = Cell::new(PARSED);
    let value = Strict { depth: DEPTH, left: &left }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// Checks a value that was parsed elsewhere before it is canonicalised.
pub(crate) fn check(value: &Value) -> Result<Size, Fault> {
    let mut size = Size { nodes: 0, bytes: 0 };
    size.walk(value, DEPTH)?;
    Ok(size)
}

/// How large a document is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
}

impl Size {
    fn walk(&mut self, value: &Value, depth: usize) -> Result<(), Fault> {
        let too_large = |code, what: &str| Err(Fault::new(CheckName::Form, code, what));
        self.nodes += 1;
        if self.nodes > NODES {
            return too_large("tooManyValues", "the document has too many values");
        }
        match value {
            Value::String(text) => self.text(text)?,
            Value::Number(number) => self.bytes += number.as_str().len(),
            Value::Null | Value::Bool(_) => {}
            Value::Array(_) | Value::Object(_) if depth == 0 => {
                return too_large("tooDeep", "the document is nested too deeply");
            }
            Value::Array(items) => {
                if items.len() > LIST {
                    return too_large("listTooLong", "a list has too many elements");
                }
                for item in items {
                    self.walk(item, depth - 1)?;
                }
            }
            Value::Object(members) => {
                if members.len() > LIST {
                    return too_large("tooManyMembers", "an object has too many members");
                }
                for (name, member) in members {
                    self.text(name)?;
                    self.walk(member, depth - 1)?;
                }
            }
        }
        if self.bytes > BYTES {
            return too_large("tooLarge", "the document has too many bytes");
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        self.bytes += text.len();
        // As identifiers they would make graphs of blank nodes; as plain text nobody needs them.
        if text.starts_with("_:") {
            return Err(Fault::new(
                CheckName::Form,
                "blankNodeIdentifier",
                "identifiers that begin with _: are not accepted",
            ));
        }
        if text.contains('%') && !decodes(text) {
            return Err(Fault::new(
                CheckName::Form,
                "iriForm",
                "an identifier holds a percent-encoded byte that is no text",
            ));
        }
        Ok(())
    }
}

/// Whether what may be an IRI, or become the end of one by a vocabulary, decodes to UTF-8 (RFC 3987, 3.2): the library that compares
/// IRIs by their decoded text relies on it. Text with blanks is none.
fn decodes(text: &str) -> bool {
    if text.contains(char::is_whitespace) {
        return true;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escaped = (*byte == b'%').then(|| after.split_first_chunk::<2>()).flatten();
        let escaped = escaped.and_then(|(digits, after)| Some((hexadecimal(*digits)?, after)));
        let (byte, after) = escaped.unwrap_or((*byte, after));
        bytes.push(byte);
        rest = after;
    }
    std::str::from_utf8(&bytes).is_ok()
}

fn hexadecimal(digits: [u8; 2]) -> Option<u8> {
    let digits =
        std::str::from_utf8(&digits).ok().filter(|it| it.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

/// `serde_json::Value` without its leniency: depth and number of values are bounded and members are unique.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    /// Values that may still come.
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON within the limits")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = Map::new();
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            // With arbitrary precision serde_json hands a number over as a map with this one member.
            if name == NUMBER && names.is_empty() {
                let digits: String = map.next_value()?;
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            }
            if !names.insert(name.clone()) {
                return Err(A::Error::custom("a member occurs twice"));
            }
            members.insert(name, map.next_value_seed(inner)?);
        }
        Ok(Value::Object(members))
    }
}

const NUMBER: &str = "$serde_json::private::Number";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_strictly() {
        assert_eq!(parse_json(br#"{"a":[1,2.50,"x",null,true]}"#).unwrap()["a"][1].to_string(), "2.50");
        for bad in [r#"{"a":1,"a":2}"#, r#"{"a":1"#, r#"{"a":1} x"#, "", "{'a':1}", r#"{"a":{"b":1,"b":1}}"#]
        {
            assert!(parse_json(bad.as_bytes()).is_none(), "{bad}");
        }
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse_json(deep(DEPTH).as_bytes()).is_some());
        assert!(parse_json(deep(DEPTH + 1).as_bytes()).is_none());
        assert!(parse_json(deep(400_000).as_bytes()).is_none());
        assert!(parse_json(&vec![b' '; BYTES + 1]).is_none());
    }

    #[test]
    fn a_megabyte_of_small_objects_is_not_read_to_its_end() {
        let list = |count: usize| format!("[{}]", vec![r#"{"":0}"#; count].join(","));
        // The list, and an object and a number for each.
        let most = (PARSED - 1) / 2;
        assert!(parse_json(list(most).as_bytes()).is_some());
        assert!(parse_json(list(most + 1).as_bytes()).is_none());
        let all = list(BYTES / 7 - 1);
        assert!(all.len() <= BYTES && parse_json(all.as_bytes()).is_none());
    }

    #[test]
    fn large_documents_are_refused_by_what_is_large() {
        let code = |value: Value| check(&value).unwrap_err().code;
        assert!(check(&json!({"a": vec!["b"; 5]})).is_ok());
        assert_eq!(code(json!({ "a": vec![0; LIST + 1] })), "listTooLong");
        assert_eq!(code(json!(vec![vec![0; 900]; 900])), "tooManyValues");
        assert_eq!(code(json!(vec!["x".repeat(BYTES / 2); 3])), "tooLarge");
        assert_eq!(code(json!({ "id": "_:b0" })), "blankNodeIdentifier");
        assert_eq!(code(json!({ "_:p": "x" })), "blankNodeIdentifier");
        for iri in ["did:example:a%FF", "https://example.org/%C3", "urn:x:%ED%A0%80", "urn:%e9", "Term%FF"] {
            assert_eq!(code(json!({ "id": iri })), "iriForm", "{iri}");
            assert_eq!(code(json!({ iri: "x" })), "iriForm", "{iri}");
        }
        for fine in ["urn:x:%C3%A9", "https://example.org/100%", "a:%zz", "Growth: 50%DA", "é:%41"] {
            assert!(check(&json!({ "a": fine })).is_ok(), "{fine}");
        }
        let mut deep = json!(1);
        for _ in 0..40 {
            deep = json!([deep]);
        }
        assert_eq!(code(deep), "tooDeep");
    }
}
