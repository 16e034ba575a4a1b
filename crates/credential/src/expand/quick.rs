//! Expansion and conversion to RDF in one pass, for documents of the usual shape under embedded contexts.
//!
//! It does what JSON-LD 1.1 API, 5.1 and 8.1 say for objects, strings, integers and booleans. Anything
//! else is [`Unusual`] and `ssi` is asked; a property test holds the two against each other.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::active::{Active, Coercion, Container, Meaning, Term as Definition, Unusual};
use crate::limits;
use crate::outcome::{CheckName, Fault};
use crate::rdf::iri::{RDF_TYPE, XSD_BOOLEAN, XSD_DOUBLE, XSD_INTEGER};
use crate::rdf::{Dataset, Literal, Quad, Term};

/// Why there is no dataset.
pub(super) enum Stop {
    Unusual,
    /// The document is wrong, and this is where.
    Fault(Fault),
}

impl From<Unusual> for Stop {
    fn from(_: Unusual) -> Self {
        Self::Unusual
    }
}

/// The dataset and the types of the outermost object.
pub(super) fn expand(document: &Value) -> Result<(Dataset<'_>, Vec<String>), Stop> {
    let object = document.as_object().ok_or(Unusual)?;
    let mut walk = Walk { dataset: Dataset::default(), path: Vec::new(), types: None };
    walk.node(object, &Active::empty(), None, None)?;
    Ok((walk.dataset, walk.types.unwrap_or_default()))
}

struct Walk<'a> {
    dataset: Dataset<'a>,
    path: Vec<Cow<'a, str>>,
    /// Of the first object that was looked at, which is the outermost.
    types: Option<Vec<String>>,
}

impl<'a> Walk<'a> {
    /// 5.1.2 from step 7 on: an object; gives its identifier.
    fn node(
        &mut self,
        object: &'a Map<String, Value>,
        active: &Arc<Active>,
        scoped: Option<&'static Value>,
        graph: Option<&Term<'a>>,
    ) -> Result<Term<'a>, Stop> {
        if self.path.len() > limits::DEPTH {
            return Err(Stop::Unusual);
        }
        let mut active = Arc::clone(active);
        if let Some(previous) = &active.previous {
            // Step 7: contexts of types end here, unless the object is nothing but an identifier.
            let only_id = object.len() == 1 && object.keys().all(|name| is(&active, name, &Meaning::Id));
            if !only_id {
                active = Arc::clone(previous);
            }
        }
        if let Some(scoped) = scoped {
            active = active.under_property(scoped)?;
        }
        if let Some(contexts) = object.get("@context") {
            active = active.with_contexts(contexts)?;
        }
        // Step 11: contexts of types, by the terms in order.
        let before_types = Arc::clone(&active);
        let type_member = self.only_member(object, &active, &Meaning::Type)?;
        let types = strings(type_member)?;
        let mut ordered = types.clone();
        ordered.sort_unstable();
        for name in ordered {
            if let Some(scoped) = before_types.term(name).and_then(|term| term.scoped) {
                active = active.under_type(scoped)?;
            }
        }

        let id_member = self.only_member(object, &active, &Meaning::Id)?;
        let subject = match id_member {
            None => Term::Blank(self.dataset.fresh_blank()),
            Some(id) => Term::Iri(absolute(id.as_str().ok_or(Unusual)?, &active)?),
        };
        let mut type_iris = Vec::with_capacity(types.len());
        for name in types {
            let iri = self.vocabulary(name, &before_types)?;
            self.add(&subject, Cow::Borrowed(RDF_TYPE), Term::Iri(iri.clone()), graph);
            type_iris.push(iri.into_owned());
        }
        self.types.get_or_insert(type_iris);
        for (name, value) in object {
            if name == "@context" || is(&active, name, &Meaning::Id) || is(&active, name, &Meaning::Type) {
                continue;
            }
            self.path.push(Cow::Borrowed(name));
            self.property(name, value, &subject, &active, graph)?;
            self.path.pop();
        }
        Ok(subject)
    }

    fn property(
        &mut self,
        name: &'a str,
        value: &'a Value,
        subject: &Term<'a>,
        active: &Arc<Active>,
        graph: Option<&Term<'a>>,
    ) -> Result<(), Stop> {
        let definition = active.term(name);
        let predicate = match (definition, &active.vocab) {
            (Some(definition), _) => match &definition.meaning {
                Meaning::Iri(iri) if is_iri(iri) => iri.clone(),
                _ => return Err(Stop::Unusual),
            },
            (None, _) if name.contains(':') || name.starts_with('@') => return Err(Stop::Unusual),
            (None, Some(vocab)) if is_simple(name) => format!("{vocab}{name}"),
            (None, Some(_)) => return Err(Stop::Unusual),
            (None, None) => return Err(self.undefined("no context defines this member")),
        };
        let items = match value {
            Value::Array(items) if !items.is_empty() => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let is_list = matches!(value, Value::Array(_));
        for (index, item) in items.iter().enumerate() {
            if is_list {
                self.path.push(Cow::Owned(index.to_string()));
            }
            let object = self.value(name, item, definition, active, graph)?;
            self.add(subject, Cow::Owned(predicate.clone()), object, graph);
            if is_list {
                self.path.pop();
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        name: &str,
        value: &'a Value,
        definition: Option<&Arc<Definition>>,
        active: &Arc<Active>,
        graph: Option<&Term<'a>>,
    ) -> Result<Term<'a>, Stop> {
        let container = definition.map_or(Container::None, |it| it.container);
        let coercion = definition.map_or(&Coercion::None, |it| &it.coercion);
        let scoped = definition.and_then(|it| it.scoped);
        if container == Container::Other || *coercion == Coercion::Other {
            return Err(Stop::Unusual);
        }
        match value {
            Value::Object(object) => {
                if container == Container::Graph {
                    // The object stands in a graph of its own, which is what the property points to.
                    let inner = Term::Blank(self.dataset.fresh_blank());
                    self.node(object, active, scoped, Some(&inner))?;
                    return Ok(inner);
                }
                self.node(object, active, scoped, graph)
            }
            Value::String(_) | Value::Bool(_) | Value::Number(_) => {
                if container == Container::Graph {
                    return Err(Stop::Unusual);
                }
                let under = match scoped {
                    Some(scoped) => active.under_property(scoped)?,
                    None => Arc::clone(active),
                };
                // The context of the property must not redefine the property itself.
                if under.term(name) != active.term(name) {
                    return Err(Stop::Unusual);
                }
                self.scalar(value, coercion, &under)
            }
            Value::Null | Value::Array(_) => Err(Stop::Unusual),
        }
    }

    /// Value expansion (5.3) and conversion to a literal (8.2.2).
    fn scalar(&self, value: &'a Value, coercion: &Coercion, active: &Active) -> Result<Term<'a>, Stop> {
        let datatype = match coercion {
            Coercion::Datatype(datatype) if is_iri(datatype) => Some(datatype.as_str()),
            Coercion::None => None,
            Coercion::Id | Coercion::Vocab => {
                let text = value.as_str().ok_or(Unusual)?;
                return Ok(Term::Iri(match coercion {
                    Coercion::Vocab => self.vocabulary(text, active)?,
                    _ => absolute(text, active)?,
                }));
            }
            _ => return Err(Stop::Unusual),
        };
        let (text, natural): (Cow<'a, str>, _) = match value {
            Value::String(text) => (Cow::Borrowed(text), None),
            // JSON-LD keeps the datatype, ssi does not; nobody means this, so let one answer stand.
            Value::Bool(_) if datatype.is_some_and(|it| it != XSD_BOOLEAN) => return Err(Stop::Unusual),
            Value::Bool(value) => (Cow::Borrowed(if *value { "true" } else { "false" }), Some(XSD_BOOLEAN)),
            Value::Number(number) => {
                let text = number.as_str();
                let digits = text.strip_prefix('-').unwrap_or(text);
                let plain = (1..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
                if !plain || text == "-0" || datatype == Some(XSD_DOUBLE) {
                    return Err(Stop::Unusual);
                }
                (Cow::Borrowed(text), Some(XSD_INTEGER))
            }
            _ => return Err(Stop::Unusual),
        };
        let datatype = datatype.map(|it| Cow::Owned(it.to_owned())).or(natural.map(Cow::Borrowed));
        let datatype = datatype.filter(|it| it != crate::rdf::iri::XSD_STRING);
        Ok(Term::Literal(Literal { value: text, datatype, language: None }))
    }

    /// IRI expansion (5.2) relative to the vocabulary: terms first.
    fn vocabulary(&self, text: &'a str, active: &Active) -> Result<Cow<'a, str>, Stop> {
        match active.term(text).map(|term| &term.meaning) {
            Some(Meaning::Iri(iri)) if is_iri(iri) => Ok(Cow::Owned(iri.clone())),
            Some(_) => Err(Stop::Unusual),
            None if text.contains(':') => Ok(absolute(text, active)?),
            None if !is_simple(text) => Err(Stop::Unusual),
            None => match &active.vocab {
                Some(vocab) => Ok(Cow::Owned(format!("{vocab}{text}"))),
                None => Err(self.undefined("no context defines this term")),
            },
        }
    }

    /// The value of the only member with this meaning.
    fn only_member(
        &self,
        object: &'a Map<String, Value>,
        active: &Active,
        meaning: &Meaning,
    ) -> Result<Option<&'a Value>, Stop> {
        let mut found = object.iter().filter(|(name, _)| is(active, name, meaning));
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Ok(Some(value)),
            _ => Err(Stop::Unusual),
        }
    }

    fn add(
        &mut self,
        subject: &Term<'a>,
        predicate: Cow<'a, str>,
        object: Term<'a>,
        graph: Option<&Term<'a>>,
    ) {
        self.dataset.quads.push(Quad { subject: subject.clone(), predicate, object, graph: graph.cloned() });
    }

    fn undefined(&self, detail: &str) -> Stop {
        let pointer: String =
            self.path.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect();
        Stop::Fault(Fault::new(CheckName::Form, "undefinedTerm", detail).at(pointer))
    }
}

fn is(active: &Active, name: &str, meaning: &Meaning) -> bool {
    match (name, meaning) {
        ("@id", Meaning::Id) | ("@type", Meaning::Type) => true,
        _ => active.term(name).is_some_and(|term| term.meaning == *meaning),
    }
}

fn strings(value: Option<&Value>) -> Result<Vec<&str>, Unusual> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(single)) => Ok(vec![single]),
        Some(Value::Array(items)) => items.iter().map(Value::as_str).collect::<Option<_>>().ok_or(Unusual),
        Some(_) => Err(Unusual),
    }
}

/// A name that can follow a vocabulary without changing the kind of IRI it makes.
fn is_simple(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// An identifier that is an absolute IRI and no compact one.
fn absolute<'a>(text: &'a str, active: &Active) -> Result<Cow<'a, str>, Unusual> {
    let (scheme, rest) = text.split_once(':').ok_or(Unusual)?;
    let could_be_compact = !rest.starts_with("//") && active.term(scheme).is_some();
    if could_be_compact || !is_iri(text) { Err(Unusual) } else { Ok(Cow::Borrowed(text)) }
}

/// A plain ASCII IRI. IRIs that need a closer look are left to the general path.
fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    let scheme_is_right = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    scheme_is_right
        && !rest.is_empty()
        && !rest.contains("/.")
        && rest.matches('#').count() <= 1
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte))
}
