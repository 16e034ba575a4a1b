//! Parts of a document by JSON Pointers (vc-di-ecdsa 1.0, 3.4.11 to 3.4.14).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::limits;
use crate::outcome::{CheckName, Fault};

/// A JSON Pointer (RFC 6901), unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    text: String,
    steps: Vec<String>,
}

impl Pointer {
    pub(super) fn parse_all(texts: &[String]) -> Result<Vec<Self>, Fault> {
        if texts.len() > limits::POINTERS {
            return Err(Fault::new(CheckName::Form, "tooManyPointers", "there are too many JSON Pointers"));
        }
        texts.iter().map(|text| Self::parse(text)).collect()
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new(CheckName::Form, "pointer", "a JSON Pointer has another form");
        let steps = match text.strip_prefix('/') {
            _ if text.is_empty() => Vec::new(),
            Some(rest) => rest.split('/').map(unescape).collect::<Option<_>>().ok_or_else(wrong)?,
            None => return Err(wrong()),
        };
        if steps.len() > limits::DEPTH {
            return Err(wrong());
        }
        Ok(Self { text: text.to_owned(), steps })
    }
}

/// RFC 6901, 4.
fn unescape(step: &str) -> Option<String> {
    let mut parts = step.split('~');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (escaped, rest) = match part.strip_prefix('0') {
            Some(rest) => ('~', rest),
            None => ('/', part.strip_prefix('1')?),
        };
        out.push(escaped);
        out.push_str(rest);
    }
    Some(out)
}

/// The document with what the pointers name, and with the identifiers, types and contexts on the way there.
/// Nothing where there are no pointers.
pub(super) fn select(document: &Value, pointers: &[Pointer]) -> Result<Option<Value>, Fault> {
    if pointers.is_empty() {
        return Ok(None);
    }
    let mut chosen = Chosen::nothing_of(document);
    for pointer in pointers {
        chosen.add(document, &pointer.steps).ok_or_else(|| {
            Fault::new(CheckName::Form, "pointer", "a JSON Pointer names nothing in the document")
                .at(&pointer.text)
        })?;
    }
    let mut selection = chosen.build();
    if let (Some(object), Some(contexts)) = (selection.as_object_mut(), document.get("@context")) {
        object.insert("@context".to_owned(), contexts.clone());
    }
    Ok(Some(selection))
}

/// What has been chosen of a value so far.
enum Chosen<'a> {
    Whole(&'a Value),
    /// Some members of an object, always with its identifier and types (3.4.12).
    Members(&'a Map<String, Value>, BTreeMap<&'a str, Chosen<'a>>),
    /// Some elements; they close ranks.
    Elements(BTreeMap<usize, Chosen<'a>>),
}

impl<'a> Chosen<'a> {
    fn nothing_of(value: &'a Value) -> Self {
        match value {
            Value::Object(members) => Self::Members(members, BTreeMap::new()),
            Value::Array(_) => Self::Elements(BTreeMap::new()),
            literal => Self::Whole(literal),
        }
    }

    /// Nothing when the steps lead nowhere.
    fn add(&mut self, value: &'a Value, steps: &[String]) -> Option<()> {
        let Some((step, rest)) = steps.split_first() else {
            *self = Self::Whole(value);
            return Some(());
        };
        let (name, index, child) = match value {
            Value::Object(members) => {
                let (name, child) = members.get_key_value(step)?;
                (name.as_str(), 0, child)
            }
            Value::Array(items) => {
                let index = index_of(step)?;
                ("", index, items.get(index)?)
            }
            _ => return None,
        };
        match self {
            Self::Whole(_) => Self::nothing_of(child).add(child, rest),
            Self::Members(_, chosen) => {
                chosen.entry(name).or_insert_with(|| Self::nothing_of(child)).add(child, rest)
            }
            Self::Elements(chosen) => {
                chosen.entry(index).or_insert_with(|| Self::nothing_of(child)).add(child, rest)
            }
        }
    }

    fn build(&self) -> Value {
        match self {
            Self::Whole(value) => (*value).clone(),
            Self::Elements(chosen) => chosen.values().map(Self::build).collect(),
            Self::Members(members, chosen) => {
                let mut object: Map<String, Value> =
                    chosen.iter().map(|(name, chosen)| ((*name).to_owned(), chosen.build())).collect();
                for always in ["id", "type"] {
                    if let Some(value) = members.get(always) {
                        object.insert(always.to_owned(), value.clone());
                    }
                }
                Value::Object(object)
            }
        }
    }
}

/// RFC 6901, 4: without leading zeros.
fn index_of(step: &str) -> Option<usize> {
    let plain = step.bytes().all(|byte| byte.is_ascii_digit()) && (step == "0" || !step.starts_with('0'));
    plain.then(|| step.parse().ok()).flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn selected(document: &Value, pointers: &[&str]) -> Result<Option<Value>, &'static str> {
        let texts: Vec<String> = pointers.iter().map(|text| (*text).to_owned()).collect();
        let pointers = Pointer::parse_all(&texts).map_err(|fault| fault.code)?;
        select(document, &pointers).map_err(|fault| fault.code)
    }

    #[test]
    fn identifiers_types_and_contexts_come_along() {
        let document = json!({
            "@context": ["a"], "id": "urn:d", "type": ["T", "U"], "issuer": "urn:i", "a/b": {"m~n": 1, "x": 2},
            "subject": [{"id": "urn:s", "type": "S", "p": {"q": [10, 11, 12], "r": 1}}, {"p": 2}, {"p": 3}],
        });
        let head = json!({"@context": ["a"], "id": "urn:d", "type": ["T", "U"]});
        let with = |name: &str, value: Value| {
            let mut whole = head.clone();
            whole[name] = value;
            Ok(Some(whole))
        };
        assert_eq!(selected(&document, &["/issuer"]), with("issuer", json!("urn:i")));
        assert_eq!(selected(&document, &["/a~1b/m~0n"]), with("a/b", json!({"m~n": 1})));
        assert_eq!(selected(&document, &["/type/0"]), Ok(Some(head.clone())));
        assert_eq!(
            selected(&document, &["/subject/2", "/subject/0/p/q/2", "/subject/0/p/q/0"]),
            with("subject", json!([{"id": "urn:s", "type": "S", "p": {"q": [10, 12]}}, {"p": 3}]))
        );
        for order in [["/subject/0/p", "/subject/0/p/r"], ["/subject/0/p/r", "/subject/0/p"]] {
            let whole = json!([{"id": "urn:s", "type": "S", "p": {"q": [10, 11, 12], "r": 1}}]);
            assert_eq!(selected(&document, &order), with("subject", whole));
        }
        assert_eq!(selected(&document, &[""]), Ok(Some(document.clone())));
        assert_eq!(selected(&document, &[]), Ok(None));
    }

    #[test]
    fn pointers_that_name_nothing_are_refused() {
        let document = json!({"a": [1, {"b": 2}], "c": "text"});
        for pointer in
            ["a", "/b", "/a/2", "/a/01", "/a/-", "/a/+1", "/a/", "/c/0", "/a/1/b/c", "/~2", "/a~", "//a"]
        {
            assert_eq!(selected(&document, &[pointer]), Err("pointer"), "{pointer}");
            assert_eq!(selected(&document, &["", pointer]), Err("pointer"), "{pointer} in what is whole");
        }
        assert_eq!(selected(&document, &["/a"; limits::POINTERS + 1]), Err("tooManyPointers"));
        assert_eq!(selected(&document, &[&"/a".repeat(40)]), Err("pointer"));
    }
}
